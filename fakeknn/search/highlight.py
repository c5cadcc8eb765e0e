"""``highlight``: parts of the fields of a hit with what was looked for marked in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import fakeknn.search.doc_fields  # noqa: F401  (fields are shown before highlights)
from fakeknn.errors import (
    IllegalArgumentException,
    OpenSearchError,
    ParsingException,
    RuntimeException,
    Where,
    XContentParseException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.patterns import simple_match
from fakeknn.painless.values import text as java_text
from fakeknn.query.base import Query
from fakeknn.query.compound import MATCH_ALL
from fakeknn.query.context import ShardContext
from fakeknn.query.lucene import ApproximateScoreQuery
from fakeknn.query.parsing import parse_query
from fakeknn.query.ranges import Range
from fakeknn.search.explain import search_node
from fakeknn.search.fetch import Hit, source_of, stored_values, sub_phase
from fakeknn.search.fetch_fields import field_values
from fakeknn.search.highlighted import FieldHighlight, has_vector
from fakeknn.search.highlighters import HIGHLIGHTERS, Highlighter
from fakeknn.search.inner_hits import HIGHLIGHT
from fakeknn.search.request import OBJECTS, SearchRequest
from fakeknn.xcontent import hash_ordered, objects
from fakeknn.xcontent.objects import Member, ObjectParser, caught, declared, place_of, thrown
from fakeknn.xcontent.reading import read_again


@dataclass(frozen=True)
class HighlightField:
    """One field, or pattern of fields, with its options."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Highlight:
    options: Mapping[str, Any]
    fields: tuple[HighlightField, ...]
    encoder: str = "default"


DEFAULTS: Mapping[str, Any] = {
    "pre_tags": ["<em>"],
    "post_tags": ["</em>"],
    "order": "none",
    "require_field_match": True,
    "fragment_size": 100,
    "number_of_fragments": 5,
    "boundary_max_scan": 20,
    "boundary_chars": ".,!? \t\n",
    "no_match_size": 0,
    "phrase_limit": 256,
}

_STYLED = [f'<em class="hlt{i}">' for i in range(1, 11)]


def _order(container: Any, key: Any) -> str:
    return "score" if objects.text(container, key).lower() == "score" else "none"


def _scanner(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text.upper() not in ("CHARS", "WORD", "SENTENCE"):
        raise IllegalArgumentException(
            "No enum constant org.opensearch.search.fetch.subphase.highlight.HighlightBuilder.BoundaryScannerType."
            + text.upper()
        )
    return text.lower()


def _unchecked(cause: OpenSearchError) -> OpenSearchError:
    return RuntimeException(thrown(cause))


def _options(container: Any, key: Any) -> Any:
    with caught(lambda cause: RuntimeException("Error parsing options")):
        return objects.whole(container, key)


def _query(container: Any, key: Any) -> Query:
    with caught(lambda cause: RuntimeException("Error parsing query")):
        return parse_query(container, key)


_STRINGS = declared("string_array", objects.each(objects.text))
_COMMON: dict[str, Member] = {
    "pre_tags": _STRINGS,
    "post_tags": _STRINGS,
    "order": declared("string", _order),
    "highlight_filter": declared("boolean"),
    "fragment_size": declared("int"),
    "number_of_fragments": declared("int"),
    "require_field_match": declared("boolean"),
    "boundary_scanner": declared("string", _scanner),
    "boundary_max_scan": declared("int"),
    "boundary_chars": declared("string"),
    "boundary_scanner_locale": declared("string"),
    "type": declared("string"),
    "fragmenter": declared("string"),
    "no_match_size": declared("int"),
    "force_source": declared("boolean"),
    "phrase_limit": declared("int"),
    "max_analyzer_offset": declared("int"),
    "options": declared("object", _options),
    "highlight_query": declared("object", _query),
}

_FIELD = ObjectParser(
    "highlight_field",
    {
        **_COMMON,
        "fragment_offset": declared("int"),
        "matched_fields": _STRINGS,
    },
)

_ONE_EACH = (
    "[fields] can be a single object with any number of fields or an array where each entry is an object with a "
    "single field"
)


def _one(container: Any, name: str) -> HighlightField:
    if not isinstance(container[name], dict):
        at = Where(container, name)
        kind = objects.token(container[name])
        raise objects.stopped_at(
            XContentParseException(f"[fields] failed to parse field [{name}]", at=at), at
        ) from XContentParseException(f"[highlight_field] Expected START_OBJECT but was: {kind}", at=at)
    try:
        with caught(_unchecked):
            options = _FIELD.parse(container, name)
        _tags_together(options, container[name])
        _drop_unset(options)
        return HighlightField(name, options)
    except OpenSearchError as cause:
        at = place_of(cause) or Where(container[name], None, "end")
        raise objects.stopped_at(
            XContentParseException(f"[fields] failed to parse field [{name}]", at=at), at
        ) from cause


def _tags_together(options: Mapping[str, Any], body: Any) -> None:
    if "pre_tags" in options and "post_tags" not in options:
        raise ParsingException("pre_tags are set but post_tags are not set", at=Where(body, None, "end"))


def _drop_unset(options: dict[str, Any]) -> None:
    """FieldOptions.Builder.merge: of these numbers -1 is none."""
    for name in ("fragment_size", "number_of_fragments", "no_match_size", "boundary_max_scan", "phrase_limit"):
        if options.get(name) == -1:
            del options[name]


def _fields(container: Any, key: Any) -> list[HighlightField]:
    value = container[key]
    if isinstance(value, dict):
        return [_one(value, name) for name in value]
    found = []
    for i, item in enumerate(value):
        if not isinstance(item, dict):
            raise XContentParseException(_ONE_EACH, at=Where(value, i))
        if not item:
            raise XContentParseException(_ONE_EACH, at=Where(item, None, "end"))
        names = list(item)
        found.append(_one(item, names[0]))
        if len(names) > 1:
            raise XContentParseException(_ONE_EACH, at=Where(item, names[1], "key"))
    return found


def _schema(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text not in ("default", "styled"):
        raise IllegalArgumentException(f"Unknown tag schema [{text}]")
    return text


_HIGHLIGHT = ObjectParser(
    "highlight",
    {
        **_COMMON,
        "tags_schema": declared("string", _schema),
        "encoder": declared("string"),
        "fields": Member(("START_OBJECT", "START_ARRAY"), _fields),
    },
)


def parse_highlight(container: Any, key: Any) -> Highlight:
    """HighlightBuilder.fromXContent."""
    with caught(_unchecked):
        values = _HIGHLIGHT.parse(container, key)
    for name in list(values):
        if name == "tags_schema":
            styled = values[name] == "styled"
            values["pre_tags"] = _STYLED if styled else ["<em>"]
            values["post_tags"] = ["</em>"]
    _tags_together(values, container[key])
    _drop_unset(values)
    fields = tuple(values.pop("fields", ()))
    encoder = values.pop("encoder", "default")
    return Highlight(values, fields, encoder)


def _highlight(request: SearchRequest, container: Any, key: Any) -> None:
    request.parts["highlight"] = parse_highlight(container, key)


OBJECTS["highlight"] = _highlight
HIGHLIGHT[0] = parse_highlight


@sub_phase
def show_highlight(request: SearchRequest, ctx: ShardContext, hit: Hit, shown: dict[str, Any]) -> None:
    """HighlightPhase."""
    highlight: Highlight | None = request.parts.get("highlight")
    if highlight is None:
        return
    key = ("highlight", id(highlight), id(request.query))  # a percolator highlights by each of its queries
    planned = ctx.memo.get(key)
    if planned is None:
        planned = ctx.memo[key] = _planned(request, highlight, ctx)
    found: dict[str, list[str]] = {}
    for name, (highlighter, told) in planned.items():
        if told.field.derivation is not None and told.options.get("type") == "plain":
            raise IllegalArgumentException(f"Field [{name}] has no associated analyzer")
        texts = _texts(ctx, hit, told.field, forced=bool(told.options.get("force_source")))
        fragments = highlighter(replace(told, doc_id=hit.row, texts_of=partial(_texts, ctx, hit)), ctx, texts)
        if fragments:
            found[name] = fragments
    if found:
        shown["highlight"] = {name: found[name] for name in hash_ordered(found)}


def _planned(
    request: SearchRequest, highlight: Highlight, ctx: ShardContext
) -> dict[str, tuple[Highlighter, FieldHighlight]]:
    """HighlightPhase.contextBuilders: how each field is highlighted; of a field named twice, as the last says."""
    plan: dict[str, tuple[Highlighter, FieldHighlight]] = {}
    for one in highlight.fields:
        options = {**DEFAULTS, **highlight.options, **one.options}
        kind = options.get("type", "unified")
        highlighter = HIGHLIGHTERS.get(kind)
        if highlighter is None:
            raise IllegalArgumentException(f"unknown highlighter type [{kind}] for the field [{one.name}]")
        names = [one.name]
        if "*" in one.name:
            names = hash_ordered([name for name in ctx.mapping.fields if simple_match(one.name, name)])
        if options.get("force_source") and not ctx.mapping.source_enabled:
            raise IllegalArgumentException(f"source is forced for fields [{', '.join(names)}] but _source is disabled")
        for name in names:
            mapped = ctx.field(name)
            if mapped is None or ("*" in one.name and not _is_highlighted(mapped, fast_vector=kind == "fvh")):
                continue
            told = FieldHighlight(
                name=mapped.path,
                field=mapped,
                options=options,
                encoder=highlight.encoder,
                query=options.get("highlight_query") or request.query or MATCH_ALL,
                doc_id=-1,
                approximated="highlight_query" not in options and _approximated(request, ctx),
            )
            plan[name] = highlighter, told
    return plan


def _is_highlighted(mapped: FieldType, *, fast_vector: bool) -> bool:
    """Whether a field is meant by a pattern that matches its name."""
    if mapped.derivation is not None:
        return False
    return mapped.kind in ("text", "keyword", "match_only_text") and (not fast_vector or has_vector(mapped))


def _approximated(request: SearchRequest, ctx: ShardContext) -> bool:
    if not isinstance(request.query, Range):
        return False
    node = search_node(request, ctx)
    return isinstance(node, ApproximateScoreQuery) and bool(node.approximated)


def _texts(ctx: ShardContext, hit: Hit, mapped: FieldType, *, forced: bool = False) -> list[str]:
    """HighlightUtils.loadFieldValues."""
    if mapped.derivation is not None:
        root = hit.row if hit.nesting is None else hit.nesting.root
        return [java_text(value) for value in mapped.derivation.shown(root)]
    if mapped.options.get("store") and not forced:
        return [str(value) for value in stored_values(ctx, hit, [mapped.path]).get(mapped.path, [])]
    source = source_of(ctx.view, hit.row if hit.nesting is None else hit.nesting.root)
    if source is None:
        return []
    body = read_again(source) if hit.nesting is None else hit.nesting.source(source)
    return [str(value) for value in field_values(ctx, mapped, body, None)]
