"""wrapper: a query in base64."""

from __future__ import annotations

import base64
import binascii
from typing import Any

import orjson

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError, ParsingException, Where
from fakeknn.query.base import Query, parse_query, register
from fakeknn.xcontent import objects


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
    if not isinstance(body[name], str) or len(body) > 1:
        raise NotFaked("a [wrapper] that is more than its [query]")
    try:
        source = base64.b64decode(objects.text(body, name), validate=True)
        inner = orjson.loads(source) if source else None
    except (binascii.Error, orjson.JSONDecodeError):
        raise NotFaked("a [wrapper] that holds no JSON") from None
    if not source:
        raise IllegalArgumentException("query source text cannot be null or empty")
    try:
        return parse_query([inner], 0)
    except OpenSearchError as error:
        # Its lines and columns are those of the text within.
        raise NotFaked("what is wrong inside a [wrapper]") from error
