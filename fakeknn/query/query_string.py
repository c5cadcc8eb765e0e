"""query_string: a query in Lucene's classic language, also that of the parameter ``q``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.dates import parse_zone
from fakeknn.errors import (
    IllegalArgumentException,
    NumberFormatException,
    ParseException,
    ParsingException,
    QueryShardException,
    QueryValidationException,
    Where,
)
from fakeknn.query.base import Query, negative_boost
from fakeknn.query.compound import MatchNone
from fakeknn.query.context import ShardContext
from fakeknn.query.field_names import default_fields, has_all, parse_weights, resolve_fields, shown_weights
from fakeknn.query.fuzzy import AUTO, Fuzziness, fuzziness
from fakeknn.query.match import named_analyzer, operator, with_minimum
from fakeknn.query.multi_match import BEST_FIELDS, Type, match_type
from fakeknn.query.multi_term import check_rewrite
from fakeknn.query.parsing import Reader, common, read_member, register
from fakeknn.query.query_string_grammar import escape
from fakeknn.query.query_string_parser import ParserOptions, QueryStringParser
from fakeknn.query.rewritten import Rewritten
from fakeknn.xcontent import objects


@dataclass(frozen=True, eq=False, kw_only=True)
class QueryString(Rewritten):
    kind: ClassVar[str] = "query_string"
    query: str
    fields: Mapping[str, float]
    default_field: str | None = None
    default_operator: str = "or"
    analyzer: str | None = None
    quote_analyzer: str | None = None
    quote_field_suffix: str | None = None
    allow_leading_wildcard: bool | None = None
    analyze_wildcard: bool | None = None
    enable_position_increments: bool = True
    fuzziness: Fuzziness = AUTO
    fuzzy_prefix_length: int = 0
    fuzzy_max_expansions: int = 50
    fuzzy_rewrite: str | None = None
    fuzzy_transpositions: bool = True
    phrase_slop: int = 0
    type: Type = BEST_FIELDS
    tie_breaker: float | None = None
    rewrite: str | None = None
    minimum_should_match: str | None = None
    lenient: bool | None = None
    time_zone: str | None = None
    escape: bool = False
    max_determinized_states: int = 10_000
    auto_generate_synonyms_phrase_query: bool = True

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {
            "query": self.query,
            "default_field": self.default_field,
            "fields": shown_weights(dict(sorted(self.fields.items()))),
            "type": self.type.name,
            "tie_breaker": None if self.tie_breaker is None else np.float32(self.tie_breaker),
            "default_operator": self.default_operator,
            "analyzer": self.analyzer,
            "quote_analyzer": self.quote_analyzer,
            "max_determinized_states": self.max_determinized_states,
            "allow_leading_wildcard": self.allow_leading_wildcard,
            "enable_position_increments": self.enable_position_increments,
            "fuzziness": str(self.fuzziness),
            "fuzzy_prefix_length": self.fuzzy_prefix_length,
            "fuzzy_max_expansions": self.fuzzy_max_expansions,
            "fuzzy_rewrite": self.fuzzy_rewrite,
            "phrase_slop": self.phrase_slop,
            "analyze_wildcard": self.analyze_wildcard,
            "rewrite": self.rewrite,
            "minimum_should_match": self.minimum_should_match,
            "quote_field_suffix": self.quote_field_suffix,
            "lenient": self.lenient,
            "time_zone": self.time_zone,
            "escape": self.escape,
            "auto_generate_synonyms_phrase_query": self.auto_generate_synonyms_phrase_query,
            "fuzzy_transpositions": self.fuzzy_transpositions,
        }
        return {name: value for name, value in written.items() if value is not None}

    def rewrite_on(self, ctx: ShardContext) -> Query:
        if self.fields and self.default_field is not None:
            raise QueryValidationException(
                "[query_string] cannot use [fields] parameter in conjunction with [default_field]"
            )
        parser = self._parser(ctx)
        try:
            query = parser.parse(escape(self.query) if self.escape else self.query)
        except ParseException as cause:
            raise QueryShardException(f"Failed to parse query [{self.query}]") from cause
        return query if isinstance(query, MatchNone) else with_minimum(query, self.minimum_should_match)

    def _parser(self, ctx: ShardContext) -> QueryStringParser:
        by_index = ctx.settings.get("index.query_string.lenient") == "true"
        lenient = by_index if self.lenient is None else self.lenient
        everywhere = True if self.lenient is None else self.lenient
        field, weights = self.default_field, None
        if field is not None:
            lenient = everywhere if field == "*" else lenient
        elif self.fields:
            asked = dict(sorted(self.fields.items()))
            weights = resolve_fields(ctx, asked)
            lenient = everywhere if has_all(asked) else lenient
        else:
            names = default_fields(ctx)
            if has_all(names):
                field, lenient = "*", everywhere
            else:
                weights = resolve_fields(ctx, parse_weights(names))
        analyzer = None if self.analyzer is None else named_analyzer(ctx, self.analyzer, "query_string")
        quote_analyzer = None
        if self.quote_analyzer is not None:
            quote_analyzer = ctx.mapping.context.analysis.analyzer(self.quote_analyzer)
            if quote_analyzer is None:
                raise ctx.fails(f"[query_string] quote_analyzer [{self.quote_analyzer}] not found")
        check_rewrite(self.fuzzy_rewrite)
        check_rewrite(self.rewrite)
        options = ParserOptions(
            type=self.type,
            tie_breaker=self.tie_breaker,
            default_operator=self.default_operator,
            phrase_slop=self.phrase_slop,
            quote_field_suffix=self.quote_field_suffix,
            allow_leading_wildcard=self.allow_leading_wildcard is not False,
            analyze_wildcard=bool(self.analyze_wildcard),
            fuzziness=self.fuzziness,
            fuzzy_prefix_length=self.fuzzy_prefix_length,
            fuzzy_max_expansions=self.fuzzy_max_expansions,
            fuzzy_rewrite=self.fuzzy_rewrite,
            fuzzy_transpositions=self.fuzzy_transpositions,
            rewrite=self.rewrite,
            time_zone=self.time_zone,
            auto_generate_synonyms_phrase_query=self.auto_generate_synonyms_phrase_query,
            lenient=lenient,
        )
        return QueryStringParser(
            ctx, options, field=field, weights=weights, analyzer=analyzer, quote_analyzer=quote_analyzer
        )


def of_parameters(
    text: str,
    *,
    df: str | None = None,
    analyzer: str | None = None,
    analyze_wildcard: bool = False,
    lenient: bool | None = None,
    default_operator: str | None = None,
) -> Query:
    """RestActions.urlParamsToQueryBuilder: the query of the parameter ``q`` and those beside it."""
    how = "or" if default_operator is None else operator({"default_operator": default_operator}, "default_operator")
    return QueryString(
        query=text,
        fields={},
        default_field=df,
        analyzer=analyzer,
        analyze_wildcard=analyze_wildcard,
        lenient=lenient,
        default_operator=how,
    )


def _time_zone(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    parse_zone(text)
    return text


_READERS: Mapping[str, Reader] = {
    "query": objects.text,
    "default_field": objects.text,
    "default_operator": operator,
    "analyzer": objects.text,
    "quote_analyzer": objects.text,
    "allow_leading_wildcard": objects.boolean,
    "max_determinized_states": objects.integer,
    "enable_position_increments": objects.boolean,
    "escape": objects.boolean,
    "fuzzy_prefix_length": objects.integer,
    "fuzzy_max_expansions": objects.integer,
    "fuzzy_rewrite": objects.text_or_none,
    "phrase_slop": objects.integer,
    "fuzziness": fuzziness,
    "boost": objects.decimal,
    "type": match_type,
    "tie_breaker": objects.decimal,
    "analyze_wildcard": objects.boolean,
    "rewrite": objects.text_or_none,
    "minimum_should_match": objects.text_or_none,
    "quote_field_suffix": objects.text_or_none,
    "lenient": objects.boolean,
    "time_zone": objects.text,
    "_name": objects.text,
    "auto_generate_synonyms_phrase_query": objects.boolean,
    "fuzzy_transpositions": objects.boolean,
}


def read_members(
    kind: str, body: Any, readers: Mapping[str, Reader], unknown: str, *, nulls: bool = False
) -> dict[str, Any]:
    """The members of query_string and simple_query_string: ``fields`` is an array, all others are scalars."""
    values: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, list):
            if name != "fields":
                raise ParsingException(f"[{kind}] query does not support [{name}]", at=Where(body, name))
            if not nulls and None in value:
                raise ParsingException(
                    f"[{kind}] field name in [fields] cannot be null", at=Where(value, value.index(None))
                )
            try:
                values["fields"] = parse_weights([objects.text(value, i) for i in range(len(value))])
            except NumberFormatException as error:
                raise objects.stopped_at(error, Where(value, None, "end")) from None
        elif not objects.is_value(value):
            raise ParsingException(
                f"[{kind}] unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name)
            )
        elif name not in readers:
            raise ParsingException(f"[{kind}] {unknown} [{name}]", at=Where(body, name))
        else:
            values[name] = read_member(readers[name], body, name)
    return values


@register("query_string")
def parse_query_string(container: Any, key: Any) -> Query:
    body = container[key]
    values = read_members("query_string", body, _READERS, "query does not support")
    if values.get("query") is None:
        raise ParsingException("[query_string] must be provided with a [query]", at=Where(body, None, "end"))
    named = common(values)
    values = {name: value for name, value in values.items() if name not in ("boost", "_name") and value is not None}
    fields = values.setdefault("fields", {})
    query = QueryString(**values)
    if any(boost < 0 for boost in fields.values()):
        raise negative_boost(QueryString(query=query.query, fields={}))
    if query.time_zone is not None:
        parse_zone(query.time_zone)
    if named["boost"] < 0:  # the builder is told these two after the boost
        raise negative_boost(replace(query, auto_generate_synonyms_phrase_query=True, fuzzy_transpositions=True))
    return replace(query, **named)


__all__ = ["IllegalArgumentException", "QueryString", "of_parameters", "read_members"]
