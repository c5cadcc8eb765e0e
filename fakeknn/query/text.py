"""match: text analysed into terms, each a should or a must."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import IllegalArgumentException, IllegalStateException, NotFaked, ParsingException, Where
from fakeknn.fields import FieldType
from fakeknn.query.base import COMMON, Explanation, Matched, Query, ShardContext, common, register
from fakeknn.query.compound import Bool, MatchAll, MatchNone
from fakeknn.query.terms import Term
from fakeknn.view import Mask
from fakeknn.xcontent import java_string, objects


@dataclass(frozen=True, eq=False, kw_only=True)
class Match(Query):
    kind: ClassVar[str] = "match"
    field: str
    query: Any
    operator: str = "or"
    minimum_should_match: str | None = None
    analyzer: str | None = None
    lenient: bool = False
    zero_terms_query: str = "none"

    def rewritten(self, ctx: ShardContext) -> Query:
        """The bool of term queries that this text means here."""
        key = ("match", id(self))
        found = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = self._rewrite(ctx)
        return found

    def _rewrite(self, ctx: ShardContext) -> Query:
        field = ctx.field(self.field)
        if field is None:
            return MatchNone()
        if self.analyzer is not None:
            analyzer = ctx.mapping.context.analysis.analyzer(self.analyzer)
            if analyzer is None:
                raise ctx.fails(f"[match] analyzer [{self.analyzer}] not found")
        elif field.is_text:
            analyzer = getattr(field, "search_analyzer")  # noqa: B009
        else:
            return self._term(ctx, field, self.query)
        stream = analyzer.tokens(java_string(self.query))
        positions: dict[int, list[str]] = {}
        for token in stream:
            positions.setdefault(token.position, []).append(token.term)
        if not positions:
            return MatchAll() if self.zero_terms_query == "all" else MatchNone()
        if any(len(terms) > 1 for terms in positions.values()):
            raise NotFaked("synonyms at one position in a [match] query")
        clauses = tuple(self._term(ctx, field, terms[0]) for terms in positions.values())
        if len(clauses) == 1:
            return clauses[0]
        if self.operator == "and":
            return Bool(must=clauses)
        return Bool(should=clauses, minimum_should_match=self.minimum_should_match)

    def _term(self, ctx: ShardContext, field: FieldType, value: Any) -> Query:
        if self.lenient:
            try:
                Term(field=field.path, value=value).mask(ctx)
            except IllegalArgumentException:
                return MatchNone()
        return Term(field=field.path, value=value)

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.rewritten(ctx).matched(ctx, boost)

    def mask(self, ctx: ShardContext) -> Mask:
        return self.rewritten(ctx).mask(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        return self.rewritten(ctx).explain(ctx, row, np.float32(boost * np.float32(self.boost)))


def _operator(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text.lower() not in ("or", "and"):
        raise IllegalArgumentException(f"No enum constant org.opensearch.index.query.Operator.{text.upper()}")
    return text.lower()


_MEMBERS = {
    "query": lambda container, key: container[key],
    "analyzer": objects.text,
    "fuzziness": lambda container, key: container[key],
    "prefix_length": objects.integer,
    "max_expansions": objects.integer,
    "operator": _operator,
    "minimum_should_match": objects.text_or_none,
    "fuzzy_rewrite": objects.text_or_none,
    "fuzzy_transpositions": objects.boolean,
    "lenient": objects.boolean,
    "cutoff_frequency": objects.decimal,
    "zero_terms_query": objects.text,
    "auto_generate_synonyms_phrase_query": objects.boolean,
    **COMMON,
}


@register("match")
def parse_match(container: Any, key: Any) -> Query:
    body = container[key]
    field: str | None = None
    values: dict[str, Any] = {}
    for name, value in body.items():
        if field is not None:
            raise ParsingException(
                f"[match] query doesn't support multiple fields, found [{field}] and [{name}]", at=Where(body, name)
            )
        field = name
        if not isinstance(value, dict):
            if isinstance(value, list):
                raise IllegalStateException("Can't get text on a START_ARRAY at {line}:{column}", at=Where(body, name))
            values["query"] = value
            continue
        for member, item in value.items():
            if not objects.is_value(item):
                raise ParsingException(
                    f"[match] unknown token [{objects.token(item)}] after [{member}]", at=Where(value, member)
                )
            reader = _MEMBERS.get(member)
            if reader is None:
                raise ParsingException(f"[match] query does not support [{member}]", at=Where(value, member))
            values[member] = reader(value, member)
            if member == "zero_terms_query" and values[member].lower() not in ("none", "all"):
                raise ParsingException(
                    f"Unsupported zero_terms_query value [{values[member]}]", at=Where(value, member)
                )
    if values.get("query") is None:
        raise ParsingException("No text specified for text query", at=Where(body, None, "end"))
    if "fuzziness" in values:
        raise NotFaked("[fuzziness] in a [match] query")
    return Match(
        field=str(field),
        query=values["query"],
        operator=values.get("operator", "or"),
        minimum_should_match=values.get("minimum_should_match"),
        analyzer=values.get("analyzer"),
        lenient=values.get("lenient", False),
        zero_terms_query=values.get("zero_terms_query", "none").lower(),
        **common(values),
    )
