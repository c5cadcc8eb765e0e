"""A JSON value as an XContentParser comes through it: for the parsers that go by tokens, and lose their way in what
they do not look for.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NoReturn

from fakeknn.errors import NotFaked, OpenSearchError, Where
from fakeknn.xcontent import objects


class Tokens:
    """What an XContentParser comes to, one after the other: a token's ``kind``, and where it stands."""

    kind: str
    container: Any
    key: Any

    def __init__(self, container: Any, key: Any) -> None:
        self._rest = self._walk(container, key)
        self.depth = 0
        self.next()

    def next(self) -> str:
        found = next(self._rest, None)
        if found is None:
            raise NotFaked("a value whose parser runs beyond its end")
        self.kind, self.container, self.key = found
        self.depth += self.kind.startswith("START") - self.kind.startswith("END")
        return self.kind

    @property
    def text(self) -> str:
        if self.kind == "FIELD_NAME":
            return str(self.key)
        if self.kind.startswith("END"):
            raise NotFaked("the text of the end of an array")
        return objects.text(self.container, self.key)

    def skip_children(self) -> None:
        if self.kind.startswith("START"):
            self.leave(self.depth - 1)

    def leave(self, depth: int) -> None:
        """Go on until no more than so many objects and arrays are open."""
        while self.depth > depth:
            self.next()

    @property
    def place(self) -> Where:
        if self.kind == "FIELD_NAME":
            return Where(self.container, self.key, "key")
        return Where(self.container, self.key, "end" if self.kind.startswith("END") else "value")

    @property
    def is_value(self) -> bool:
        """Token.isValue, which null is not."""
        return self.kind.startswith("VALUE") and self.kind != "VALUE_NULL"

    def refuse(self, error: OpenSearchError) -> NoReturn:
        raise objects.stopped_at(error, self.place)

    def _walk(self, container: Any, key: Any) -> Iterator[tuple[str, Any, Any]]:
        value = container[key]
        if isinstance(value, dict):
            yield "START_OBJECT", container, key
            for name in value:
                yield "FIELD_NAME", value, name
                yield from self._walk(value, name)
            objects.whole(container, key)
            yield "END_OBJECT", value, None
        elif isinstance(value, list):
            yield "START_ARRAY", container, key
            for i in range(len(value)):
                yield from self._walk(value, i)
            objects.whole(container, key)
            yield "END_ARRAY", value, None
        else:
            yield objects.token(value), container, key
