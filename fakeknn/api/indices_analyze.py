"""``_analyze``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from fakeknn.analysis import Analyzer, AnalyzeRequest, NameOrDefinition, analyze
from fakeknn.analysis.tokenizers import KeywordTokenizer
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    OpenSearchParseException,
    SettingsException,
    Where,
    XContentParseException,
)
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.state.settings.flat import load as load_settings
from fakeknn.xcontent import hash_ordered, java_string, read_open
from fakeknn.xcontent.objects import ObjectParser, declared, stopped_at, text, token

T = TypeVar("T")


def _hash_ordered(value: Any) -> Any:
    """A value of the body with its objects' members as a HashMap gives them."""
    if isinstance(value, dict):
        return {name: _hash_ordered(value[name]) for name in hash_ordered(value)}
    return [_hash_ordered(item) for item in value] if isinstance(value, list) else value


def _definition(container: Any, key: Any) -> NameOrDefinition:
    """NameOrDefinition.fromXContent."""
    value = container[key]
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        raise XContentParseException(
            f"Expected [VALUE_STRING] or [START_OBJECT], got {token(value)}", at=Where(container, key)
        )
    ordered = _hash_ordered(value)
    try:
        return load_settings(ordered)
    except SettingsException as error:
        failed = IllegalArgumentException(f"Failed to parse [{java_string(ordered)}]")
        raise stopped_at(failed, Where(value, None, "end")) from error


def _elements(container: Any, key: Any, element: Callable[[Any, Any], T]) -> list[T]:
    """AbstractObjectParser.parseArray: a single value may stand by itself, an array in the array may not stand."""
    values = container[key]
    if not isinstance(values, list):
        return [element(container, key)]
    for i, value in enumerate(values):
        if isinstance(value, list):
            raise IllegalStateException("expected value but got [START_ARRAY]", at=Where(values, i))
    return [element(values, i) for i in range(len(values))]


def _definitions(container: Any, key: Any) -> list[NameOrDefinition]:
    return _elements(container, key, _definition)


def _strings(container: Any, key: Any) -> list[str]:
    return _elements(container, key, text)


_REQUEST = ObjectParser(
    "analyze_request",
    {
        "text": declared("string_array", _strings),
        "analyzer": declared("string"),
        "tokenizer": declared("object_or_string", _definition),
        "filter": declared("object_array", _definitions),
        "char_filter": declared("object_array", _definitions),
        "field": declared("string"),
        "explain": declared("boolean"),
        "attributes": declared("string_array", _strings),
        "normalizer": declared("string"),
    },
)


@route("GET POST", "/_analyze", "/{index}/_analyze", params=("index", *SOURCE_PARAMETERS))
def analyze_text(node: Node, request: Request) -> dict[str, Any]:
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")
    wanted = AnalyzeRequest(**_REQUEST.parse_root(request.read(read_open)))
    request.prepared()
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
_KEYWORD = Analyzer(KeywordTokenizer(), name="_keyword")


def _field_analyzer(index: Index, name: str) -> tuple[Analyzer, int] | None:
    """What a field's values are indexed with and the gap between them; None for a name that is not mapped."""
    field: Any = index.mapping.field(name)
    if field is None:
        return None
    if field.is_text:
        analyzer: Analyzer = field.analyzer
        return analyzer, field.gap_of(analyzer)
    if field.kind == "keyword" or field.kind in _WHOLE:
        return getattr(field, "normalizer", None) or _KEYWORD, 0
    if field.kind == "flat_object":
        raise NotFaked("_analyze on a flat_object field")
    raise IllegalArgumentException(
        f"Can't process field [{name}], Analysis requests are only supported on tokenized fields"
    )
