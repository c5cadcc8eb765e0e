"""Queries whose members are declared to an ObjectParser, as some builders of OpenSearch do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from fakeknn.errors import IllegalArgumentException, OpenSearchError, ParsingException, Where
from fakeknn.query.base import Query, negative_boost
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared, place_of

STANDARD = {"boost": declared("float"), "_name": declared("string")}


def declared_boost(built: Callable[[dict[str, Any]], Query]) -> Member:
    """The member ``boost`` of a query whose parser sets it as it meets it: a refusal shows what came before.

    ``built`` makes the query of the members that stand before.
    """

    def read(container: Any, key: Any) -> float:
        try:
            boost = objects.decimal(container, key)
        except OpenSearchError as error:
            error.at_parsing = True  # type: ignore[attr-defined]
            raise
        if boost < 0:
            before = {}
            for name, value in container.items():
                if name == key:
                    break
                before[name] = value
            raise negative_boost(built(before))
        return boost

    return replace(declared("float", read), late=True)


class _Relayed(ParsingException):
    """A parsing_exception with the text of its cause, and its own place: where the parser stood."""

    @property
    def reason(self) -> str | None:
        assert self.cause is not None
        return self.cause.reason

    @reason.setter
    def reason(self, text: str | None) -> None:
        """The text stays the cause's, which learns its place itself."""


def parse_declared(parser: ObjectParser, container: Any, key: Any) -> dict[str, Any]:
    """ObjectParser.apply behind a query: a plain IllegalArgumentException comes back as a parsing_exception."""
    try:
        return parser.parse(container, key)
    except IllegalArgumentException as cause:
        raise _Relayed(at=place_of(cause) or Where(container[key], None, "end")) from cause
