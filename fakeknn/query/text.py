"""Full text: match, match_phrase, match_phrase_prefix, match_bool_prefix.

A text becomes terms, and these a query (MatchQuery).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import IllegalArgumentException, IllegalStateException, ParsingException, Where
from fakeknn.query.base import Query
from fakeknn.query.common_terms import cut_off
from fakeknn.query.context import ShardContext
from fakeknn.query.fuzzy import fuzziness
from fakeknn.query.match import (
    BOOLEAN,
    BOOLEAN_PREFIX,
    PHRASE,
    PHRASE_PREFIX,
    MatchOptions,
    match_query,
    named_analyzer,
    operator,
    raw,
    with_minimum,
    zero_terms_query,
)
from fakeknn.query.multi_term import check_rewrite
from fakeknn.query.parsing import COMMON, Reader, common, read_member, register
from fakeknn.query.rewritten import Rewritten
from fakeknn.xcontent import objects


@dataclass(frozen=True, eq=False, kw_only=True)
class Match(Rewritten):
    kind: ClassVar[str] = "match"
    field: str
    query: Any
    way: str = BOOLEAN
    options: MatchOptions

    def before_boost(self) -> Query:
        options = self.options
        if self.way == PHRASE_PREFIX:
            options = replace(options, zero_terms_query="none")
        elif self.way == BOOLEAN_PREFIX:
            options = MatchOptions(
                operator=options.operator,
                minimum_should_match=options.minimum_should_match,
                analyzer=options.analyzer,
            )
        name = None if self.way == BOOLEAN_PREFIX else self.name
        return replace(self, boost=1.0, name=name, options=options)

    def to_json(self) -> Any:
        """The doXContent of the four builders, which share most of their members."""
        o = self.options
        phrase = self.way in (PHRASE, PHRASE_PREFIX)
        matching = self.way == BOOLEAN
        written: dict[str, Any] = {"query": self.query}
        if matching:
            written["operator"] = o.operator.upper()
        if o.analyzer is not None:
            written["analyzer"] = o.analyzer
        if phrase:
            written["slop"] = o.slop
            if self.way == PHRASE_PREFIX:
                written["max_expansions"] = o.max_expansions
            written["zero_terms_query"] = str(o.zero_terms_query).upper()
        elif matching:
            written |= self._fuzzy_members()
            written["fuzzy_transpositions"] = o.fuzzy_transpositions
            written["lenient"] = o.lenient
            written["zero_terms_query"] = str(o.zero_terms_query).upper()
            if o.cutoff_frequency is not None:
                written["cutoff_frequency"] = np.float32(o.cutoff_frequency)
            written["auto_generate_synonyms_phrase_query"] = o.auto_generate_synonyms_phrase_query
        else:
            fuzzy = self._fuzzy_members()
            rewrite = fuzzy.pop("fuzzy_rewrite", None)
            least = fuzzy.pop("minimum_should_match", None)
            written["operator"] = o.operator.upper()
            if least is not None:
                written["minimum_should_match"] = least
            written |= fuzzy
            written["fuzzy_transpositions"] = o.fuzzy_transpositions
            if rewrite is not None:
                written["fuzzy_rewrite"] = rewrite
        return {_KIND_OF[self.way]: {self.field: {**written, **self.standard()}}}

    def _fuzzy_members(self) -> dict[str, Any]:
        o = self.options
        written: dict[str, Any] = {}
        if o.fuzziness is not None:
            written["fuzziness"] = str(o.fuzziness)
        written["prefix_length"] = o.prefix_length
        written["max_expansions"] = o.max_expansions
        if o.minimum_should_match is not None:
            written["minimum_should_match"] = o.minimum_should_match
        if o.fuzzy_rewrite is not None:
            written["fuzzy_rewrite"] = o.fuzzy_rewrite
        return written

    def rewrite_on(self, ctx: ShardContext) -> Query:
        options = self.options
        analyzer = None if options.analyzer is None else named_analyzer(ctx, options.analyzer, _KIND_OF[self.way])
        check_rewrite(options.fuzzy_rewrite)
        query = match_query(ctx, self.field, self.query, self.way, options, analyzer)
        assert query is not None
        return with_minimum(cut_off(query, options), options.minimum_should_match)


# --- parsing ---


_FUZZY: Mapping[str, Reader] = {
    "fuzziness": fuzziness,
    "prefix_length": objects.integer,
    "max_expansions": objects.integer,
    "fuzzy_rewrite": objects.text_or_none,
    "fuzzy_transpositions": objects.boolean,
}

_MATCH: Mapping[str, Reader] = {
    "query": raw,
    "analyzer": objects.text,
    "operator": operator,
    "minimum_should_match": objects.text_or_none,
    "lenient": objects.boolean,
    "cutoff_frequency": objects.decimal,
    "zero_terms_query": zero_terms_query,
    "auto_generate_synonyms_phrase_query": objects.boolean,
    **_FUZZY,
    **COMMON,
}
_PHRASE: Mapping[str, Reader] = {
    "query": raw,
    "analyzer": objects.text,
    "slop": objects.integer,
    "zero_terms_query": zero_terms_query,
    **COMMON,
}
_PHRASE_PREFIX: Mapping[str, Reader] = {**_PHRASE, "max_expansions": objects.integer}
_BOOL_PREFIX: Mapping[str, Reader] = {
    "query": raw,
    "analyzer": objects.text,
    "operator": operator,
    "minimum_should_match": objects.text,
    **_FUZZY,
    **COMMON,
}


def _text_query(kind: str, container: Any, key: Any, members: Mapping[str, Reader]) -> tuple[str, dict[str, Any]]:
    """The shape of the match family: one field, its text or an object of members that are all scalars."""
    body = container[key]
    field: str | None = None
    values: dict[str, Any] = {}
    for name, value in body.items():
        if field is not None:
            raise ParsingException(
                f"[{kind}] query doesn't support multiple fields, found [{field}] and [{name}]", at=Where(body, name)
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
                    f"[{kind}] unknown token [{objects.token(item)}] after [{member}]", at=Where(value, member)
                )
            reader = members.get(member)
            if reader is None:
                raise ParsingException(f"[{kind}] query does not support [{member}]", at=Where(value, member))
            values[member] = read_member(reader, value, member)
    if values.get("query") is None:
        if kind == "match":
            raise ParsingException("No text specified for text query", at=Where(body, None, "end"))
        if not field:
            raise IllegalArgumentException(f"[{kind}] requires fieldName")
        raise IllegalArgumentException(f"[{kind}] requires query value")
    if field is None or (not field and kind in ("match_phrase", "match_bool_prefix")):
        raise IllegalArgumentException(f"[{kind}] requires fieldName")
    return field, values


_OPTIONS = (
    "operator",
    "minimum_should_match",
    "analyzer",
    "lenient",
    "zero_terms_query",
    "fuzziness",
    "prefix_length",
    "max_expansions",
    "fuzzy_transpositions",
    "fuzzy_rewrite",
    "slop",
    "auto_generate_synonyms_phrase_query",
    "cutoff_frequency",
)


def options_of(values: Mapping[str, Any], kind: str = "match", **more: Any) -> MatchOptions:
    """What a body said of a text's options."""
    found = {name: values[name] for name in _OPTIONS if values.get(name) is not None}
    options = MatchOptions(**found, **more)
    if options.slop < 0:
        raise IllegalArgumentException("No negative slop allowed.")
    if options.prefix_length < 0:
        raise IllegalArgumentException(f"[{kind}] requires prefix length to be non-negative.")
    if options.max_expansions < 0 and kind == "match_phrase_prefix":
        raise IllegalArgumentException("No negative maxExpansions allowed.")
    if options.max_expansions <= 0 and kind != "match_phrase_prefix":
        raise IllegalArgumentException(f"[{kind}] requires maxExpansions to be positive.")
    return options


_KIND_OF = {
    BOOLEAN: "match",
    PHRASE: "match_phrase",
    PHRASE_PREFIX: "match_phrase_prefix",
    BOOLEAN_PREFIX: "match_bool_prefix",
}


def _family(kind: str, way: str, members: Mapping[str, Reader]) -> None:
    @register(kind)
    def parse(container: Any, key: Any) -> Query:
        field, values = _text_query(kind, container, key, members)
        options = options_of(values, kind)
        return Match(field=field, query=values["query"], way=way, options=options, **common(values))


_family("match", BOOLEAN, _MATCH)
_family("match_phrase", PHRASE, _PHRASE)
_family("match_phrase_prefix", PHRASE_PREFIX, _PHRASE_PREFIX)
_family("match_bool_prefix", BOOLEAN_PREFIX, _BOOL_PREFIX)

__all__ = ["Match", "Rewritten", "options_of"]
