"""Parsers that go astray: one that takes an object's beginning for a value, or passes over it, goes on among the
object's members as if they were its own, ends where the object ends, and each parser around it ends one bracket too
early. So with an array that holds an object."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from fakeknn.errors import OpenSearchError, ParsingException, Where
from fakeknn.xcontent.broken import read_for
from fakeknn.xcontent.jackson import Astrays, utf8
from fakeknn.xcontent.places import settle, token_at
from fakeknn.xcontent.reading import read

T = TypeVar("T")

_MOST = 64
"""How often a body is read again: what goes astray more often is refused as it stands."""


class Astray(Exception):
    """Raised by a parser where it goes astray: at an object or array, for which it has the value ``taken``; None if it
    passes over it.
    """

    def __init__(self, place: Where, taken: str | None = "{") -> None:
        super().__init__(place)
        self.place = place
        self.taken = taken

    def refusal(self) -> OpenSearchError:
        """What is said of most bodies in the end, for one that cannot be read again."""
        at = Where(self.place.container, None, "end")
        return ParsingException("Unexpected token [END_OBJECT] found after the main object.", at=at)


class Readable(Protocol):
    """A body and what was read of it."""

    body: bytes
    parsed: Any


def followed(source: Readable, parse: Callable[[], T]) -> T:
    """What ``parse`` makes of the source's body, which it reads each time: as a parser that goes astray reads it."""
    while True:
        try:
            return parse()
        except Astray as astray:
            body = utf8(source.body)
            again = not isinstance(body, Astrays) or len(body.starts) < _MOST
            token = token_at(body, source.parsed, astray.place) if again else None
            if token is None:
                raise astray.refusal() from None
            source.body = Astrays(body, token.start, astray.taken)


@dataclass
class Written:
    """A body that was written out to be read again."""

    body: bytes
    parsed: Any = None


def parse_written(body: bytes, parse: Callable[[Any], T], read: Callable[[bytes], Any] = read) -> T:
    """What ``parse`` makes of a body of its own, in which its errors are given their places."""
    written = Written(body)

    def parse_it() -> T:
        written.parsed = read_for(written.body, read, parse)
        return parse(written.parsed)

    try:
        return followed(written, parse_it)
    except OpenSearchError as error:
        settle(error, written.body, written.parsed)
        raise
