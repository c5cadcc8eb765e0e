"""Bodies that break off: OpenSearch parses as it reads, so what is wrong ahead of the break is what it tells of."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fakeknn.errors import OpenSearchError, Where
from fakeknn.xcontent.places import settle
from fakeknn.xcontent.tree import BrokenText


class Torso:
    """What was read of a value before the body went wrong; ``open``: the objects and arrays that had not ended."""

    def __init__(self, root: Any, open: Sequence[Any]) -> None:
        self.root = root
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

    def breaks(self, value: Any) -> bool:
        """Whether a value of the tree is one that did not end."""
        return isinstance(value, BrokenText) or id(value) in self._open


def _items(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []


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
        told = [(link.at, link.reason or "") for link in found.chain() if link.at is not None]
        if told and all(torso.has_read(*one) for one in told):
            settle(found, body, torso.root)
            return found
    except Exception:  # parsers may take for granted what a whole body has
        return error
    return error
