"""Bodies that break off: OpenSearch parses as it reads, so what is wrong ahead of the break is what it tells of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from fakeknn.errors import OpenSearchError, ParsingException, Where
from fakeknn.xcontent.objects import place_of
from fakeknn.xcontent.places import settle
from fakeknn.xcontent.tree import Break, BrokenText, OpenArray, OpenObject, opened


class Torso:
    """What was read of a value before the body went wrong; ``open``: the objects and arrays that had not ended.

    With ``broken`` they are such as parsers meet the break in.
    """

    behind: OpenSearchError | None = None
    """What comes behind a break at the body's end, for a parser that does not mind it."""
    token: str = "null"
    """The last token ahead of the break."""
    skip: Callable[[int], OpenSearchError | None] = staticmethod(lambda depth: None)
    """Reads on to the end of the container at a depth; gives what is wrong there."""

    def __init__(self, root: Any, open: Sequence[Any], broken: Break | None = None) -> None:
        self.broken = broken
        self.root = root
        if open and broken is not None:
            self.root = opened(open, broken)
            open = list(_open(self.root))
        self._open = {id(container) for container in open}
        self._known: dict[int, Any] = {}
        values = [self.root]
        for value in values:  # grows as it is walked
            self._known[id(value)] = value
            values += [item for item in _items(value) if isinstance(item, dict | list)]

    def has_read(self, where: Where, reason: str) -> bool:
        """Whether a parser that reads token by token had come to this place, to complain of it by ``reason``."""
        container = where.container
        if id(container) not in self._known:
            return False
        if id(container) not in self._open:
            return True
        if where.key is None:
            return where.part == "start"
        try:
            value = container[where.key]
        except (LookupError, TypeError):
            return False
        if isinstance(value, BrokenText):
            return where.part == "key" or "VALUE_STRING" in reason
        return where.part in ("key", "value", "start", "after") or id(value) not in self._open

    def met(self, error: OpenSearchError) -> bool:
        """Whether an error comes of the break; then what the parsers around it tell is given its place."""
        links = list(error.chain())
        if self.broken is None or not any(link is self.broken.error for link in links):
            return False
        for link in links:
            if link.at is not None and link.at.container is self.broken:
                link.locate(self.broken.line, self.broken.column)
                link.at = None
        return True

    def breaks(self, value: Any) -> bool:
        """Whether a value of the tree is one that did not end."""
        return isinstance(value, BrokenText) or id(value) in self._open


def _items(value: Any) -> list[Any]:
    """What an object or array holds, be it open or not."""
    if isinstance(value, dict):
        return list(dict.values(value))
    return list(list.__iter__(value)) if isinstance(value, list) else []


def _open(root: Any) -> Iterator[Any]:
    while isinstance(root, OpenObject | OpenArray):
        yield root
        root = next(reversed(_items(root)), None)


def _queried(found: OpenSearchError, error: OpenSearchError) -> OpenSearchError:
    """RestActions.getQueryContent tells of whatever is wrong, but for what parsers refuse, that it failed to parse."""
    if error.reason != "Failed to parse" or isinstance(found, ParsingException):
        return found
    error.__cause__ = found
    return error


def read_for(body: bytes, read: Callable[[bytes], Any], parse: Callable[[Any], Any]) -> Any:
    """The tree that ``read`` makes of a body which ``parse`` will be given.

    If the body breaks off: raises what ``parse`` complains of ahead of the break, and else of the break.
    """
    try:
        return read(body)
    except OpenSearchError as error:
        raise _told_first(error, body, parse)  # noqa: B904 (it bears its own cause)


def _told_first(error: OpenSearchError, body: bytes, parse: Callable[[Any], Any]) -> OpenSearchError:
    torso: Torso | None = getattr(error, "torso", None)
    if torso is None:
        return error
    try:
        parse(torso.root)
    except OpenSearchError as found:
        if torso.met(found):
            settle(found, body, torso.root)
            return _queried(found, error)
        told = [(link.at, link.reason or "") for link in found.chain() if link.at is not None]
        stood = place_of(found)
        if not told and stood is not None:
            told = [(stood, found.reason or "")]
        if torso.broken is not None or (told and all(torso.has_read(*one) for one in told)):
            settle(found, body, torso.root)
            return found
    except Exception:  # parsers may take for granted what a whole body has
        return error
    return error
