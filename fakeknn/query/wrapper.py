"""wrapper: a query in base64, which is read when the query around it is rewritten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from fakeknn.errors import (
    IllegalArgumentException,
    JsonParseException,
    OpenSearchError,
    ParsingException,
    Where,
    XContentParseException,
)
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext, rewriting
from fakeknn.query.parsing import parse_query, register
from fakeknn.view import Mask
from fakeknn.xcontent import base64, objects
from fakeknn.xcontent.astray import parse_written
from fakeknn.xcontent.objects import SOURCE


@dataclass(frozen=True, eq=False, kw_only=True)
class Broken(Query):
    """What is wrapped and cannot be read: it is refused before a shard is asked."""

    kind: ClassVar[str] = "wrapper"
    source: Any
    error: OpenSearchError

    def members(self) -> dict[str, Any]:
        return {"query": self.source}

    def never(self, ctx: ShardContext) -> bool:
        with rewriting():
            raise self.error

    def mask(self, ctx: ShardContext) -> Mask:
        self.never(ctx)
        return ctx.nothing()


@register("wrapper")
def parse_wrapper(container: Any, key: Any) -> Query:
    body = container[key]
    names = iter(body)
    name = next(names, None)
    if name is None:
        raise ParsingException("[wrapper] query malformed", at=Where(body, None, "end"))
    if name != "query":
        raise ParsingException(
            f"[wrapper] query malformed, expected `query` but was {name}", at=Where(body, name, "key")
        )
    value = body[name]
    if not isinstance(value, str):
        kind = objects.jackson_token(value)
        text = f"Current token ({kind}) not VALUE_STRING or VALUE_EMBEDDED_OBJECT, can not access as binary{SOURCE}"
        raise JsonParseException(text, at=Where(body, name, "after"))
    source = base64.decode_text(objects.text(body, name), body, name)
    if not source:
        raise IllegalArgumentException("query source text cannot be null or empty")
    second = next(names, None)
    if second is not None:
        raise ParsingException(
            "[wrapper] malformed query, expected [END_OBJECT] but found [FIELD_NAME]", at=Where(body, second, "key")
        )
    try:
        return replace(_read(source), unwrapped=True)
    except OpenSearchError as error:
        return Broken(source=value, error=error)


def _read(source: bytes) -> Query:
    if not source.lstrip().startswith(b"{"):
        raise XContentParseException("Failed to derive xcontent")
    return parse_written(source, lambda tree: parse_query([tree], 0))
