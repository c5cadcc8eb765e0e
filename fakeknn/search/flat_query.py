"""A query as a list of terms and phrases, which is what the fast vector highlighter knows (CustomFieldQuery)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.fuzzy import Fuzzy
from fakeknn.query.multi_term import ConstantTerm, StatedTerm
from fakeknn.query.patterns import Pattern
from fakeknn.query.phrases import Phrase, PhrasePrefix, Synonyms
from fakeknn.query.ranges import Range
from fakeknn.query.span_multi import SpanMulti
from fakeknn.query.span_queries import SpanOr, SpanTerm
from fakeknn.query.terms import Term, Terms
from fakeknn.search.highlight_terms import QueryWalk, test_of
from fakeknn.view import KeywordColumn, TextColumn

#: FieldQuery.MAX_MTQ_TERMS
_MOST_TERMS = 1024
#: How many terms a phrase with alternatives may have before its terms are taken one by one.
_MOST_ALTERNATIVES = 16


@dataclass(frozen=True)
class Flat:
    """A term, or a phrase of several."""

    field: str
    terms: tuple[str, ...]
    slop: int = 0
    boost: float = 1.0


def flattened(query: Query, ctx: ShardContext) -> list[Flat]:
    """FieldQuery.flatten."""
    walk = _Flattener(ctx)
    walk.visit(query, 1.0)
    return walk.found


class _Flattener(QueryWalk):
    def __init__(self, ctx: ShardContext) -> None:
        super().__init__(ctx)
        self.found: list[Flat] = []

    def _add(self, name: str, *terms: str, slop: int = 0, boost: float = 1.0) -> None:
        mapped = self.ctx.field(name)
        path = name if mapped is None else mapped.path
        self.found.append(Flat(path, terms, slop if len(terms) > 1 else 0, float(np.float32(boost))))

    def leaf(self, query: Query, weight: float) -> None:
        if isinstance(query, Term):
            mapped = self.ctx.field(query.field)
            if mapped is None or not (mapped.is_text or mapped.dictionary):
                return
            if query.case_insensitive:
                self._matching(query, weight)
            else:
                self._add(query.field, mapped.index_term(query.value), boost=weight)
        elif isinstance(query, StatedTerm | ConstantTerm):
            self._add(query.field, query.term, boost=weight)
        elif isinstance(query, Terms | Pattern | Fuzzy | Range):
            self._matching(query, weight)
        elif isinstance(query, Synonyms):
            for term in query.terms:
                self._add(query.field, term, boost=weight)
        elif isinstance(query, PhrasePrefix):
            self.visit(replace(query.rewritten(self.ctx), boost=1.0), weight)
        elif isinstance(query, Phrase):
            self._phrase(query, weight)
        elif isinstance(query, SpanMulti):
            only = query.expanded(self.ctx)  # of one term it is that term
            for inner in only.clauses if isinstance(only, SpanOr) and len(only.clauses) == 1 else (only,):
                if isinstance(inner, SpanTerm):
                    self.leaf(inner, weight)
        elif isinstance(query, SpanTerm):
            for name, term in query.terms(self.ctx):
                self._add(name, term, boost=weight)

    def _phrase(self, query: Phrase, weight: float) -> None:
        if all(len(alternatives) == 1 for alternatives in query.terms):
            self._add(query.field, *(terms[0] for terms in query.terms), slop=query.slop, boost=weight)
        elif sum(map(len, query.terms)) > _MOST_ALTERNATIVES:
            for alternatives in query.terms:
                for term in alternatives:
                    self._add(query.field, term)
        else:
            for terms in product(*query.terms):
                self._add(query.field, *terms, slop=query.slop)

    def _matching(self, query: Term | Terms | Pattern | Fuzzy | Range, weight: float) -> None:
        """MultiTermQuery: the terms of the index that match."""
        mapped = self.ctx.field(query.field)
        column = None if mapped is None else self.ctx.column(mapped)
        if not isinstance(column, TextColumn | KeywordColumn):
            return
        test = test_of(query, self.ctx)
        terms = (column.terms[tid] for tid in column.order.tolist())
        for term in [term for term in terms if test(term)][:_MOST_TERMS]:
            self._add(query.field, term, boost=weight)
