"""combined_fields: several text fields scored as if they were one (BM25F, Lucene's CombinedFieldQuery)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import MatchNone
from fakeknn.query.context import Explanation, Matched, ShardContext, running
from fakeknn.query.declared import declared_boost
from fakeknn.query.field_names import parse_weights, resolve_fields, shown_weights
from fakeknn.query.match import operator, with_minimum
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT, too_many_clauses
from fakeknn.query.parsing import common, register
from fakeknn.query.rewritten import Rewritten
from fakeknn.query.scoring import (
    FieldScoring,
    doc_freq,
    doc_id,
    field_statistics,
    length_bytes,
    postings,
    total_term_freq,
)
from fakeknn.query.similarities import LENGTHS, FieldStatistics, Scorer, TermStatistics, similarity_of
from fakeknn.view import Column, Mask
from fakeknn.xcontent import java_float, java_string, objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared, text_or_none


@dataclass(frozen=True, eq=False, kw_only=True)
class CombinedField(Query):
    """One term in several fields, each of its frequencies and lengths times the field's weight."""

    kind: ClassVar[str] = "combined_fields"
    fields: tuple[tuple[str, float], ...]
    term: str

    def _columns(self, ctx: ShardContext) -> list[tuple[FieldType, Column, np.float32]]:
        found = []
        for name, weight in sorted(self.fields):
            field = ctx.field(name)
            column = None if field is None else ctx.column(field)
            if field is not None and column is not None:
                found.append((field, column, np.float32(weight)))
        return found

    def _frequencies(self, ctx: ShardContext) -> tuple[Mask, NDArray[np.float32]]:
        total = np.zeros(ctx.n, np.float32)
        mask = np.zeros(ctx.n, bool)
        for _, column, weight in self._columns(ctx):
            rows, freqs = postings(column, self.term)
            mask[rows] = True
            total[rows] += weight * (np.float32(1) if freqs is None else freqs.astype(np.float32))
        return mask, total

    def _norms(self, ctx: ShardContext) -> NDArray[np.uint8] | None:
        """uint8[n]: the byte of each row's length over all fields."""
        total = np.zeros(ctx.n, np.float32)
        some = False
        for field, column, weight in self._columns(ctx):
            norms = FieldScoring(ctx, field, column).norms()
            if norms is not None:
                some = True
                total += weight * LENGTHS[norms]
        return length_bytes(np.floor(total + np.float32(0.5)).astype(np.int32)) if some else None

    def _scorer(self, ctx: ShardContext, boost: np.float32) -> Scorer:
        """The default similarity's, of all fields as one: the most documents, and all tokens."""
        most, total, documents, tokens = 0, 0, 0, 0
        for field, column, weight in self._columns(ctx):
            most = max(most, doc_freq(ctx, field, column, self.term))
            total = int(total + float(weight) * total_term_freq(ctx, field, column, self.term))
            statistics = field_statistics(ctx, field, column)
            documents = max(documents, statistics.doc_count)
            tokens = int(tokens + float(weight) * statistics.sum_total_term_freq)
        field_ = FieldStatistics(documents, tokens, tokens)
        return similarity_of(None, ctx.settings).scorer(boost, field_, [TermStatistics(most, total)])

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        self._check_norms(ctx)
        mask, freqs = self._frequencies(ctx)
        out = Matched(mask, np.zeros(ctx.n, np.float32))
        rows = np.flatnonzero(mask)
        if not len(rows):
            return out
        norms = self._norms(ctx)
        lengths = np.ones(len(rows), np.uint8) if norms is None else norms[rows]
        out.score[rows] = self._scorer(ctx, boost).scores(freqs[rows], lengths)
        return out

    def _check_norms(self, ctx: ShardContext) -> None:
        """CombinedFieldQuery.validateConsistentNorms, asked for with and without scores."""
        columns = self._columns(ctx)
        with_norms = {bool(getattr(field, "has_norms", False)) for field, column, _ in columns if len(column.rows)}
        if len(with_norms) > 1:
            raise running(
                IllegalArgumentException(
                    "CombinedFieldQuery requires norms to be consistent across fields: some fields cannot  have norms "
                    "enabled, while others have norms disabled"
                )
            )

    def mask(self, ctx: ShardContext) -> Mask:
        self._check_norms(ctx)
        return self._frequencies(ctx)[0]

    def text(self) -> str:
        shown = (
            name + ("" if weight == 1 else f"^{java_float(np.float32(weight))}") for name, weight in sorted(self.fields)
        )
        return f"CombinedFieldQuery(({' '.join(shown)})({self.term}))"

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        mask, freqs = self._frequencies(ctx)
        if not mask[row]:
            return Explanation(np.float32(0), "no matching term", match=False)
        norms = self._norms(ctx)
        freq = Explanation(freqs[row], f"termFreq={java_float(freqs[row])}")
        scorer = self._scorer(ctx, np.float32(boost * np.float32(self.boost)))
        scored = scorer.explained(freq, 1 if norms is None else int(norms[row]))
        return Explanation(scored.value, f"weight({self.text()} in {doc_id(ctx, row)}), result of:", (scored,))


@dataclass(frozen=True, eq=False, kw_only=True)
class CombinedFields(Rewritten):
    kind: ClassVar[str] = "combined_fields"
    query: str
    fields: Mapping[str, float]
    operator: str = "or"
    minimum_should_match: str | None = None

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "query": self.query,
            "fields": shown_weights(self.fields),
            "operator": self.operator.upper(),
        }
        if self.minimum_should_match is not None:
            written["minimum_should_match"] = self.minimum_should_match
        return written

    def rewrite_on(self, ctx: ShardContext) -> Query:
        fields = resolve_fields(ctx, self.fields)
        if not fields:
            return MatchNone(reason=f"unmapped fields [{', '.join(self.fields)}]")
        analyzer: Any = None
        for name in fields:
            field = ctx.field(name)
            assert field is not None
            if field.kind != "text":
                raise IllegalArgumentException(
                    f"Field [{field.path}] of type [{field.kind}] does not support [combined_fields] queries"
                )
        for name in fields:
            own = ctx.field(name).search_analyzer  # type: ignore[union-attr]
            if analyzer is not None and own is not analyzer:
                raise IllegalArgumentException(
                    "All fields in [combined_fields] query must have the same search analyzer"
                )
            analyzer = own
        tokens = analyzer.tokens(java_string(self.query))
        if any(token.position_length > 1 for token in tokens):
            raise IllegalArgumentException("[combined_fields] queries don't support phrases")
        places: dict[int, list[str]] = {}
        for token in tokens:
            places.setdefault(token.position, []).append(token.term)
        clauses = [self._place(tuple(fields.items()), terms) for terms in places.values()]
        if not clauses:
            return MatchNone(reason="Matching no documents because no terms present")
        if len(clauses) > MAX_CLAUSE_COUNT:
            raise too_many_clauses()
        query = clauses[0] if len(clauses) == 1 else self._boolean(clauses)
        return with_minimum(query, self.minimum_should_match)

    def _boolean(self, clauses: Sequence[Query]) -> Query:
        return Bool(must=tuple(clauses)) if self.operator == "and" else Bool(should=tuple(clauses))

    def _place(self, fields: tuple[tuple[str, float], ...], terms: Sequence[str]) -> Query:
        for _, weight in fields:
            if weight < 1:
                raise IllegalArgumentException("weight must be greater or equal to 1")
        return self._boolean([CombinedField(fields=fields, term=term) for term in terms])


def _weights(container: Any, key: Any) -> dict[str, float]:
    return parse_weights(_names(container, key))


def _names(container: Any, key: Any) -> list[str]:
    value = container[key]
    if not isinstance(value, list):
        return [objects.text(container, key)]
    for i, item in enumerate(value):
        if isinstance(item, list):
            what = f"expected value but got [{objects.token(item)}]"
            raise objects.stopped_at(IllegalStateException(what), Where(value, i))
    return [objects.text(value, i) for i in range(len(value))]


_PARSER: ObjectParser = ObjectParser(
    "combined_fields",
    {
        "query": declared("string"),
        "fields": replace(declared("string_array", _weights), late=True),
        "operator": declared("string", operator),
        "boost": declared_boost(lambda before: _combined(_PARSER.parse_object(before))),
        "_name": declared("string"),
        "minimum_should_match": Member(("VALUE_BOOLEAN", "VALUE_NUMBER", "VALUE_STRING", "VALUE_NULL"), text_or_none),
    },
    constructor=("query",),
)


def _combined(values: Mapping[str, Any]) -> Query:
    return CombinedFields(
        query=values.get("query", ""),
        fields=values.get("fields", {}),
        operator=values.get("operator", "or"),
        minimum_should_match=values.get("minimum_should_match"),
        **common(values),
    )


@register("combined_fields")
def parse_combined_fields(container: Any, key: Any) -> Query:
    return _combined(_PARSER.parse(container, key))
