"""Frequent terms apart from the rare ones: the ``common`` query, and ``cutoff_frequency`` of match and multi_match."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import IllegalArgumentException, ParsingException, Where
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import MatchNone
from fakeknn.query.context import ShardContext
from fakeknn.query.match import MatchOptions, named_analyzer, operator, raw, search_analyzer
from fakeknn.query.parsing import common, read_member, register
from fakeknn.query.rewritten import Rewritten
from fakeknn.query.scoring import postings
from fakeknn.query.terms import IndexedTerm, Term
from fakeknn.xcontent import java_string, objects


@dataclass(frozen=True, eq=False, kw_only=True)
class CommonTerms(Rewritten):
    """ExtendedCommonTermsQuery: one of the rare terms must match; what is frequent adds to the score.

    ``cutoff`` is the number of documents, or the share of them, beyond which a term is frequent.
    """

    kind: ClassVar[str] = "common"
    field: str
    terms: tuple[str, ...]
    cutoff: float
    low_operator: str = "or"
    high_operator: str = "or"
    low_minimum: str | None = None
    high_minimum: str | None = None

    def rewrite_on(self, ctx: ShardContext) -> Query:
        if not self.terms:
            return MatchNone(reason="CommonTermsQuery with no terms")
        clauses = [IndexedTerm(field=self.field, value=term) for term in self.terms]
        if len(clauses) == 1:
            return clauses[0]
        low: list[Query] = []
        high: list[Query] = []
        for term, clause in zip(self.terms, clauses, strict=True):
            (high if frequent(ctx, self.field, term, self.cutoff) else low).append(clause)
        high_operator = self.high_operator
        if not low and self.high_minimum is None:
            high_operator = "and"
        frequent_part = _group(high, high_operator, self.high_minimum)
        if not low:
            return Bool(should=(frequent_part,))
        rare_part = _group(low, self.low_operator, self.low_minimum)
        return Bool(must=(rare_part,), should=(frequent_part,) if high else ())


def cut_off(query: Query, options: MatchOptions) -> Query:
    """MatchQuery.createCommonTermsQuery: the clauses of a text, if they are all terms."""
    clauses = (*query.must, *query.should) if isinstance(query, Bool) else ()
    if options.cutoff_frequency is None or not clauses or not all(type(clause) is Term for clause in clauses):
        return query
    return CommonTerms(
        field=clauses[0].field,  # type: ignore[attr-defined]
        terms=tuple(clause.value for clause in clauses),  # type: ignore[attr-defined]
        cutoff=float(np.float32(options.cutoff_frequency)),
        low_operator=options.operator,
        high_operator=options.operator,
        low_minimum=options.minimum_should_match,
    )


def frequent(ctx: ShardContext, name: str, term: str, cutoff: float) -> bool:
    field = ctx.field(name)
    column = None if field is None else ctx.column(field)
    if column is None:
        return False
    count = len(postings(column, term)[0])
    share = np.ceil(np.float32(np.float32(cutoff) * np.float32(ctx.n)))
    share = np.float32(0) if np.isnan(share) else share  # (int) NaN
    return bool((cutoff >= 1 and count > cutoff) or count > share)


def _group(clauses: Sequence[Query], how: str, minimum: str | None) -> Query:
    if how == "and":
        return Bool(must=tuple(clauses))
    return Bool(should=tuple(clauses), minimum_should_match=minimum)


@dataclass(frozen=True, eq=False, kw_only=True)
class Common(Rewritten):
    kind: ClassVar[str] = "common"
    field: str
    query: Any
    analyzer: str | None = None
    cutoff: float = 0.01
    low_operator: str = "or"
    high_operator: str = "or"
    low_minimum: str | None = None
    high_minimum: str | None = None

    def to_json(self) -> Any:
        written: dict[str, Any] = {
            "query": self.query,
            "high_freq_operator": self.high_operator.upper(),
            "low_freq_operator": self.low_operator.upper(),
        }
        if self.analyzer is not None:
            written["analyzer"] = self.analyzer
        written["cutoff_frequency"] = np.float32(self.cutoff)
        minimum = {"low_freq": self.low_minimum, "high_freq": self.high_minimum}
        minimum = {name: value for name, value in minimum.items() if value is not None}
        if minimum:
            written["minimum_should_match"] = minimum
        return {self.kind: {self.field: {**written, **self.standard()}}}

    def rewrite_on(self, ctx: ShardContext) -> Query:
        field = ctx.field(self.field)
        if self.analyzer is not None:
            analyzer = named_analyzer(ctx, self.analyzer, "common")
        elif field is not None:
            found = search_analyzer(field)
            if found is None:
                return self._terms((java_string(self.query),))
            analyzer = found
        else:
            analyzer = ctx.mapping.context.analysis.default
        return self._terms(tuple(analyzer.terms(java_string(self.query))))

    def _terms(self, terms: tuple[str, ...]) -> Query:
        return CommonTerms(
            field=self.field,
            terms=terms,
            cutoff=self.cutoff,
            low_operator=self.low_operator,
            high_operator=self.high_operator,
            low_minimum=self.low_minimum,
            high_minimum=self.high_minimum,
        )


_READERS = {
    "query": raw,
    "analyzer": objects.text,
    "disable_coord": raw,
    "boost": objects.decimal,
    "high_freq_operator": operator,
    "low_freq_operator": operator,
    "minimum_should_match": objects.text,
    "cutoff_frequency": objects.decimal,
    "_name": objects.text,
}


@register("common")
def parse_common(container: Any, key: Any) -> Query:
    body = container[key]
    field: str | None = None
    values: dict[str, Any] = {}
    for name, value in body.items():
        if field is not None:
            raise ParsingException(
                f"[common] query doesn't support multiple fields, found [{field}] and [{name}]", at=Where(body, name)
            )
        field = name
        if not isinstance(value, dict):
            values["query"] = value
            continue
        for member, item in value.items():
            if isinstance(item, dict):
                if member != "minimum_should_match":
                    raise ParsingException(f"[common] query does not support [{member}]", at=Where(value, member))
                _minimum(value, member, values)
            elif objects.is_value(item):
                if member not in _READERS:
                    raise ParsingException(f"[common] query does not support [{member}]", at=Where(value, member))
                values[member] = read_member(_READERS[member], value, member)
    if not field:
        raise IllegalArgumentException("field name is null or empty")
    if values.get("query") is None:
        raise IllegalArgumentException("text cannot be null")
    return Common(
        field=field,
        query=values["query"],
        analyzer=values.get("analyzer"),
        cutoff=float(np.float32(values.get("cutoff_frequency", 0.01))),
        low_operator=values.get("low_freq_operator", "or"),
        high_operator=values.get("high_freq_operator", "or"),
        low_minimum=values.get("low_freq", values.get("minimum_should_match")),
        high_minimum=values.get("high_freq"),
        **common(values),
    )


def _minimum(container: Any, key: Any, values: dict[str, Any]) -> None:
    for name, value in container[key].items():
        if not objects.is_value(value):
            raise ParsingException(
                f"[common] unexpected token type [{objects.token(value)}] after [{name}]",
                at=Where(container[key], name),
            )
        if name not in ("low_freq", "high_freq"):
            raise ParsingException(
                f"[common] query does not support [{name}] for [{key}]", at=Where(container[key], name)
            )
        values[name] = objects.text(container[key], name)
