"""``_analyze``."""

from __future__ import annotations

import copy
from typing import Any

from fakeknn.analysis import Analyzer, AnalyzeRequest, NameOrDefinition, analyze, global_analyzer
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    OpenSearchParseException,
    Where,
    XContentParseException,
)
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.xcontent import read
from fakeknn.xcontent.objects import ObjectParser, declared, token


def _definitions(container: Any, key: Any) -> list[NameOrDefinition]:
    """NameOrDefinition.fromXContent on each element; an object may stand by itself."""
    values = container[key]
    if isinstance(values, dict):
        return [values]
    for i, value in enumerate(values):
        if isinstance(value, list):
            raise IllegalStateException("expected value but got [START_ARRAY]", at=Where(values, i))
        if not isinstance(value, (str, dict)):
            raise XContentParseException(
                f"Expected [VALUE_STRING] or [START_OBJECT], got {token(value)}", at=Where(values, i)
            )
    return list(values)


_REQUEST = ObjectParser(
    "analyze_request",
    {
        "text": declared("string_array"),
        "analyzer": declared("string"),
        "tokenizer": declared("object_or_string"),
        "filter": declared("object_array", _definitions),
        "char_filter": declared("object_array", _definitions),
        "field": declared("string"),
        "explain": declared("boolean"),
        "attributes": declared("string_array"),
        "normalizer": declared("string"),
    },
)


@route("GET POST", "/_analyze", "/{index}/_analyze", params=("index", *SOURCE_PARAMETERS))
def analyze_text(node: Node, request: Request) -> dict[str, Any]:
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")
    root = [request.read(read)]
    wanted = AnalyzeRequest(**_REQUEST.parse(root, 0))
    name = request.text("index")
    if name is None:
        return analyze(wanted)
    wanted.validate(indexed=True)
    index = node.single(name)
    limit = int(index.settings.get("index.analyze.max_token_count", 10_000))
    return analyze(
        wanted,
        index.mapping.context.analysis,
        lambda field: _field_analyzer(index, field),
        max_token_count=limit,
    )


#: Kinds whose values are one term each, as they are.
_WHOLE = frozenset(("wildcard", "_routing"))


def _field_analyzer(index: Index, name: str) -> Analyzer | None:
    """What a field's values are indexed with; None for a name that is not mapped."""
    field: Any = index.mapping.field(name)
    if field is None:
        return None
    if field.is_text:
        analyzer: Analyzer = field.analyzer
        if "position_increment_gap" in field.given:
            analyzer = copy.copy(analyzer)
            analyzer.position_increment_gap = field.gap
        return analyzer
    if field.kind == "keyword" or field.kind in _WHOLE:
        return getattr(field, "normalizer", None) or global_analyzer("keyword")
    if field.kind == "flat_object":
        raise NotFaked("_analyze on a flat_object field")
    raise IllegalArgumentException(
        f"Can't process field [{name}], Analysis requests are only supported on tokenized fields"
    )
