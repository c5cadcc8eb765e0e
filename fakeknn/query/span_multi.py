"""The query span_multi: the terms of a pattern as spans."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    NotFaked,
    ParsingException,
    RuntimeException,
    TooManyClauses,
    UnsupportedOperationException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.fields.constant_keyword import ConstantKeywordFieldType
from fakeknn.fields.text import TextFieldType
from fakeknn.fields.wildcard import WildcardFieldType
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, ShardContext, building, running
from fakeknn.query.fuzzy import Fuzzy
from fakeknn.query.lucene.form import form
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT, expanded_terms
from fakeknn.query.parsing import common, parse_query, register
from fakeknn.query.patterns import Pattern, Prefix, Regexp, Wildcard
from fakeknn.query.ranges import Range
from fakeknn.query.scoring import FieldScoring
from fakeknn.query.similarities import TermStatistics
from fakeknn.query.span_queries import FieldMasking, SpanOr, SpanQuery, SpanTerm, SpanTerms
from fakeknn.query.spans import Spans
from fakeknn.xcontent import java_string, objects


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanMulti(SpanQuery):
    """The terms that a prefix, wildcard, regexp, fuzzy or range query matches, as one SpanOr."""

    kind: ClassVar[str] = "span_multi"
    named_first: ClassVar[bool] = True
    match: Query
    top: int | None = None
    """How many of the terms count at most, the first in their order; more are refused without ``top``."""

    def members(self) -> dict[str, Any]:
        return {"match": self.match.to_json()}

    def children(self) -> Iterator[Query]:
        yield self.match

    def walk_rewritten(self) -> Iterator[Query]:
        yield self  # what gives the terms is built as it stands

    def field_name(self, ctx: ShardContext) -> str:
        name: str = self.match.field  # type: ignore[attr-defined]
        field = ctx.field(name)
        return name if field is None else field.path

    def expanded(self, ctx: ShardContext) -> SpanQuery:
        key = ("span multi", id(self))
        found: SpanQuery | None = ctx.memo.get(key)
        if found is None and isinstance(self.match, Prefix):
            found = ctx.memo[key] = _held_beginning(ctx.field(self.field_name(ctx)), self.match.value)
        if found is None:
            terms = self._terms(ctx)
            clauses = tuple(SpanTerm(field=self.field_name(ctx), value=term) for term in terms)
            found = ctx.memo[key] = SpanOr(clauses=clauses)
        return found

    def check(self, ctx: ShardContext) -> None:
        self.expanded(ctx)

    def _terms(self, ctx: ShardContext) -> list[str]:
        if ctx.field(self.field_name(ctx)) is None:
            return []
        field = ctx.field(self.field_name(ctx))
        if isinstance(self.match, Prefix) and not getattr(field, "has_phrases", False):
            assert field is not None
            raise field.no_phrase("span prefix")
        if isinstance(self.match, Prefix) and field is not None:
            field.require_index()
        else:
            with building():
                self.match.mask(ctx)  # for what it refuses
        if field is not None and self._of_no_terms(field):
            found = form(self.match, ctx).java_class
            if found.endswith(".MatchNoDocsQuery"):
                return []
            if "MultiTermQuery" not in found:
                raise UnsupportedOperationException(
                    f"unsupported inner query, should be org.apache.lucene.search.MultiTermQuery but was {found}"
                )
        try:
            return expanded_terms(ctx, self.match, self._most())
        except TooManyClauses as error:
            shown = pattern_text(self.match, self.field_name(ctx))
            raise running(
                RuntimeException(
                    f"[{shown} ] exceeds maxClauseCount [ Boolean maxClauseCount is set to {MAX_CLAUSE_COUNT}]"
                )
            ) from error.cause

    def _most(self) -> int | None:
        """How many terms count at most, by what the query inside says too."""
        rewrite = getattr(self.match, "rewrite", None) or ""
        return int(rewrite.rpartition("_")[2]) if rewrite.startswith("top_terms_") else self.top

    def alone(self, ctx: ShardContext) -> bool:
        """Whether one term stands for all: SpanOrQuery.rewrite, of which the best terms see nothing."""
        found = self.expanded(ctx)
        return isinstance(found, SpanOr) and len(found.clauses) == 1 and self._most() is None

    def _of_no_terms(self, field: FieldType) -> bool:
        """Whether the field may make another query of it than one of several terms."""
        if isinstance(field, WildcardFieldType | ConstantKeywordFieldType) or isinstance(self.match, Range):
            return True
        return not field.dictionary

    def terms(self, ctx: ShardContext) -> SpanTerms:
        return self.expanded(ctx).terms(ctx)

    def _similarity(self, ctx: ShardContext) -> tuple[FieldScoring, list[str], list[TermStatistics]] | None:
        found = self.expanded(ctx)
        return found._similarity(ctx) if isinstance(found, FieldMasking) else super()._similarity(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        found = self.expanded(ctx)
        if isinstance(found, FieldMasking):
            return found.explain(ctx, row, np.float32(boost * np.float32(self.boost)))
        return super().explain(ctx, row, boost)

    def spans(self, ctx: ShardContext) -> Spans:
        return self.expanded(ctx).spans(ctx)

    def text(self, ctx: ShardContext) -> str:
        found = self.expanded(ctx)
        if not isinstance(found, SpanOr):
            return found.text(ctx)
        if not found.clauses:
            name = self.field_name(ctx)
            return f'SpanMatchNoDocsQuery("no expansion found for {pattern_text(self.match, name)}")'
        return found.clauses[0].text(ctx) if self.alone(ctx) else found.text(ctx)


def _held_beginning(field: FieldType | None, value: str) -> SpanQuery | None:
    """MappedFieldType.spanPrefixQuery, where the field's beginnings are in the index."""
    if not isinstance(field, TextFieldType) or not field.holds_beginning(value):
        return None
    beginnings = field.beginnings
    if beginnings is None or not beginnings.has_positions:
        return None
    return FieldMasking(query=SpanTerm(field=beginnings.path, value=value), field=field.path)


def pattern_text(query: Query, field: str) -> str:
    """A query of several terms as Lucene's writes itself."""
    if isinstance(query, Prefix):
        return f"{field}:{query.value}*"
    if isinstance(query, Wildcard):
        return f"{field}:{query.value}"
    if isinstance(query, Regexp):
        return f"{field}:/{query.value}/"
    if isinstance(query, Fuzzy):
        term = java_string(query.value)
        return f"{field}:{term}~{int(query.fuzziness.distance(term))}"
    if isinstance(query, Range):
        low = "*" if query.lower is None else java_string(query.lower)
        high = "*" if query.upper is None else java_string(query.upper)
        return f"{field}:{'[' if query.include_lower else '{'}{low} TO {high}{']' if query.include_upper else '}'}"
    raise NotFaked(f"the text of a [{query.kind}] query in Lucene")


_MULTI_TERM = (Pattern, Fuzzy, Range)


@register("span_multi")
def parse_span_multi(container: Any, key: Any) -> Query:
    body = container[key]
    found: dict[str, Any] = {}
    for name in body:
        _read_member(found, name, body, name)
    match = found.pop("match", None)
    if match is None:
        raise ParsingException("[span_multi] must have [match] multi term query clause", at=Where(body, None, "end"))
    return SpanMulti(match=match, **common(found))


def _read_member(found: dict[str, Any], name: str, container: Any, key: Any) -> None:
    """What stands for a member, in arrays too: the real parser does not see where these begin and end."""
    value = container[key]
    if isinstance(value, list):
        for i in range(len(value)):
            _read_member(found, name, value, i)
    elif isinstance(value, dict) and name == "match":
        found[name] = parse_query(container, key)
        if not isinstance(found[name], _MULTI_TERM):
            what = "[span_multi] [match] must be of type multi term query"
            raise ParsingException(what, at=Where(value, None, "end"))
    elif isinstance(value, dict) or (objects.is_value(value) and name not in ("boost", "_name")):
        raise ParsingException(f"[span_multi] query does not support [{name}]", at=Where(container, key))
    elif objects.is_value(value):
        found[name] = objects.decimal(container, key) if name == "boost" else objects.text(container, key)
