"""A document's ``_source``: how it is stored, how vectors cut out of it come back, and how it is filtered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from fakeknn.xcontent import generator

#: Stands in stored text where a vector was cut out; no JSON text holds it otherwise.
HOLE = b"\x00"
_HOLE = orjson.Fragment(HOLE)
_NAMED_HOLE = "\x00 a vector \x00"


@dataclass(frozen=True, slots=True)
class Stripped:
    """A source without its vectors: ``vectors`` names, in order of the holes, the field and the row (counted back from
    the document's own row) that each came from. The real server calls this derived source."""

    text: bytes
    vectors: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A source that a mapping disables or filters, beside ``whole``, all that was sent, of which stored fields are."""

    shown: bytes | None
    whole: bytes


Stored = bytes | Stripped | Withheld | None


def stored_text(stored: Stored) -> bytes | None:
    """What of a source is stored, without its vectors."""
    if isinstance(stored, Withheld):
        return stored.shown
    return stored.text if isinstance(stored, Stripped) else stored


def strip(body: Any, places: Sequence[tuple[Any, Any]], vectors: Sequence[tuple[str, int]]) -> Stripped:
    """The stored form of a parsed body whose vectors stand at ``container[key]`` for each of ``places``."""
    values = [container[key] for container, key in places]
    try:
        for container, key in places:
            cut_out(container, key)
        try:
            return stripped(body, tuple(vectors))
        except TypeError:
            for container, key in places:
                container[key] = _NAMED_HOLE
            text = generator.write(body).replace(generator.string(_NAMED_HOLE).encode(), HOLE)
            return Stripped(text, tuple(vectors))
    finally:
        for (container, key), value in zip(places, values, strict=True):
            container[key] = value


def cut_out(container: Any, key: Any) -> None:
    """Leave a hole where a vector stands in a parsed body."""
    container[key] = _HOLE


def stripped(body: Any, vectors: tuple[tuple[str, int], ...]) -> Stripped:
    """The stored form of a body with holes; TypeError for what orjson does not write."""
    # What orjson writes around a fragment keeps the 4 KB that it was written in: a copy is as long as it is.
    return Stripped(bytes(memoryview(orjson.dumps(body))), vectors)


def restore(stored: Stored, vector: Callable[[str, int], Any]) -> bytes | None:
    """The source's text; ``vector(field, rows back)`` gives a vector that was cut out."""
    if isinstance(stored, Withheld):
        return stored.shown
    if not isinstance(stored, Stripped):
        return stored
    parts = stored.text.split(HOLE)
    out = [parts[0]]
    for (path, back), rest in zip(stored.vectors, parts[1:], strict=True):
        out.append(orjson.dumps(vector(path, back), option=orjson.OPT_SERIALIZE_NUMPY))
        out.append(rest)
    return b"".join(out)


def whole(stored: Stored, vector: Callable[[str, int], Any]) -> bytes | None:
    """The text that stored fields are read from: what was sent, as far as it is kept."""
    return stored.whole if isinstance(stored, Withheld) else restore(stored, vector)


# --- filtering (XContentMapValues.filter) -----------------------------------------------------------------------------


class SourceFilter:
    """``includes`` and ``excludes`` over dotted paths: ``*`` matches any characters, dots too; a pattern that matches
    an object takes all of it."""

    def __init__(self, includes: Sequence[str] = (), excludes: Sequence[str] = ()) -> None:
        self.includes = tuple(includes)
        self.excludes = tuple(excludes)
        self._include = [_Automaton(pattern) for pattern in self.includes]
        self._exclude = [_Automaton(pattern) for pattern in self.excludes]

    @property
    def empty(self) -> bool:
        return not self.includes and not self.excludes

    def apply(self, body: dict[str, Any]) -> dict[str, Any]:
        """A filtered copy."""
        return self._object(
            body, [a.start() for a in self._include], [a.start() for a in self._exclude], not self.includes
        )

    def _object(
        self, body: dict[str, Any], include: list[frozenset[int]], exclude: list[frozenset[int]], inside: bool
    ) -> dict[str, Any]:
        out: dict[str, Any] = {}
        for key, value in body.items():
            at_include = [a.step(s, key) for a, s in zip(self._include, include, strict=True)]
            at_exclude = [a.step(s, key) for a, s in zip(self._exclude, exclude, strict=True)]
            if any(a.accepts(s) for a, s in zip(self._exclude, at_exclude, strict=True)):
                continue
            taken = inside or any(a.accepts(s) for a, s in zip(self._include, at_include, strict=True))
            if not taken and not any(at_include):
                continue
            below_include = [a.step(s, ".") for a, s in zip(self._include, at_include, strict=True)]
            below_exclude = [a.step(s, ".") for a, s in zip(self._exclude, at_exclude, strict=True)]
            if taken and not any(below_exclude):
                out[key] = value
            elif isinstance(value, dict):
                kept = self._object(value, below_include, below_exclude, taken)
                if kept or taken:
                    out[key] = kept
            elif isinstance(value, list):
                items = self._list(value, below_include, below_exclude, taken)
                if items or taken:
                    out[key] = items
            elif taken:
                out[key] = value
        return out

    def _list(
        self, items: list[Any], include: list[frozenset[int]], exclude: list[frozenset[int]], inside: bool
    ) -> list[Any]:
        out: list[Any] = []
        for item in items:
            if isinstance(item, dict):
                kept = self._object(item, include, exclude, inside)
                if kept:
                    out.append(kept)
            elif isinstance(item, list):
                inner = self._list(item, include, exclude, inside)
                if inner:
                    out.append(inner)
            elif inside:
                out.append(item)
        return out


#: Somewhere below what a pattern matches.
_BELOW = frozenset({-1})


class _Automaton:
    """A pattern with ``*`` as a set of positions in it; matching goes character by character so that a path can be
    walked key by key.
    """

    __slots__ = ("pattern",)

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern

    def _closed(self, states: set[int]) -> frozenset[int]:
        grown = set(states)
        for state in states:
            at = state
            while at < len(self.pattern) and self.pattern[at] == "*":
                at += 1
                grown.add(at)
        return frozenset(grown)

    def start(self) -> frozenset[int]:
        return self._closed({0})

    def step(self, states: frozenset[int], text: str) -> frozenset[int]:
        pattern = self.pattern
        for char in text:
            if not states:
                break
            if char == "." and self.accepts(states):
                return _BELOW  # a pattern of an object takes its fields, dotted names too
            following = set()
            for state in states:
                if state < 0:
                    return _BELOW
                if state < len(pattern):
                    if pattern[state] == "*":
                        following.add(state)
                    elif pattern[state] == char:
                        following.add(state + 1)
            states = self._closed(following)
        return states

    def accepts(self, states: frozenset[int]) -> bool:
        return len(self.pattern) in states or -1 in states


def raw_values(body: Any, path: str) -> list[Any]:
    """XContentMapValues.extractRawValues: what a parsed source holds at a path, through its arrays; a value that is no
    object is found by what goes on below it, too.
    """
    found: list[Any] = []
    _extract(found, body, path.split("."), 0)
    return found


def _extract(found: list[Any], part: Any, names: Sequence[str], at: int) -> None:
    if isinstance(part, list):
        for item in part:
            _extract(found, item, names, at)
    elif not isinstance(part, dict):
        if part is not None:
            found.append(part)
    elif at < len(names):
        key, at = names[at], at + 1
        while part.get(key) is None and at < len(names):
            key, at = f"{key}.{names[at]}", at + 1
        _extract(found, part.get(key), names, at)
