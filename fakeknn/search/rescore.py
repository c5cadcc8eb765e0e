"""``rescore``: a second query scores the best of the first anew (QueryRescorer)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    NamedObjectNotFoundException,
    NullPointerException,
    OpenSearchError,
    ParsingException,
    Where,
)
from fakeknn.query.base import Query
from fakeknn.query.context import Scores
from fakeknn.query.parsing import parse_query
from fakeknn.search.request import ARRAYS, OBJECTS, SearchRequest
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, caught, could_not_parse, declared

MODES = ("avg", "max", "min", "total", "multiply")


@dataclass(frozen=True, slots=True)
class Rescorer:
    query: Query
    query_weight: float = 1.0
    rescore_query_weight: float = 1.0
    score_mode: str = "total"
    window_size: int = 10

    def combined(self, score: Scores, second: Scores, found: NDArray[np.bool_]) -> Scores:
        """float32[m]: scores of both queries made one; of the first alone where the second has not ``found``."""
        first = score * np.float32(self.query_weight)
        other = second * np.float32(self.rescore_query_weight)
        if self.score_mode == "avg":
            both = (first + other) / np.float32(2)
        elif self.score_mode == "max":
            both = np.maximum(first, other)
        elif self.score_mode == "min":
            both = np.minimum(first, other)
        else:
            both = first + other if self.score_mode == "total" else first * other
        return np.where(found, both, first)


def _mode(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text.lower() not in MODES:
        raise IllegalArgumentException(f"illegal score_mode [{text}]")
    return text.lower()


def _inner_query(container: Any, key: Any) -> Query:
    with caught(could_not_parse("query")):
        return parse_query(container, key)


_QUERY = ObjectParser(
    "query",
    {
        "rescore_query": declared("object", _inner_query),
        "query_weight": declared("float"),
        "rescore_query_weight": declared("float"),
        "score_mode": declared("string", _mode),
    },
)


def parse_rescorer(container: Any, key: Any) -> Rescorer:
    """RescorerBuilder.parseFromXContent."""
    body = container[key]
    if isinstance(body, list):
        raise _no_rescorer(body, 0)
    if not isinstance(body, dict):
        raise _no_rescorer(container, key + 1)
    values: dict[str, Any] | None = None
    window = 10
    for name, value in body.items():
        if objects.is_value(value):
            if name != "window_size":
                raise ParsingException(f"rescore doesn't support [{name}]", at=Where(body, name))
            window = objects.integer(body, name)
        elif isinstance(value, dict):
            if name != "query":
                raise NamedObjectNotFoundException(f"unknown field [{name}]", at=Where(body, name))
            values = _QUERY.parse(body, name)
            if "rescore_query" not in values:
                raise IllegalArgumentException("rescore_query cannot be null")
        else:
            raise ParsingException(f"unexpected token [{objects.token(value)}] after [{name}]", at=Where(body, name))
    if values is None:
        raise ParsingException("missing rescore type", at=Where(body, None, "end"))
    return Rescorer(
        values["rescore_query"],
        values.get("query_weight", 1.0),
        values.get("rescore_query_weight", 1.0),
        values.get("score_mode", "total"),
        window,
    )


def _no_rescorer(items: list[Any], i: int) -> OpenSearchError:
    """What is said of the token behind one that begins no object, which the parser goes on to."""
    if i == len(items):
        return ParsingException("unexpected token [END_ARRAY] after [null]", at=Where(items, None, "end"))
    if objects.is_value(items[i]):
        return NullPointerException("fieldName cannot be null")
    if isinstance(items[i], dict):
        return NamedObjectNotFoundException("unknown field [null]", at=Where(items, i))
    return ParsingException(f"unexpected token [{objects.token(items[i])}] after [null]", at=Where(items, i))


def _one(request: SearchRequest, container: Any, key: Any) -> None:
    request.parts["rescore"] = [parse_rescorer(container, key)]


def _several(request: SearchRequest, container: Any, key: Any) -> None:
    items = container[key]
    request.parts["rescore"] = [parse_rescorer(items, i) for i in range(len(items))]


OBJECTS["rescore"] = _one
ARRAYS["rescore"] = _several
