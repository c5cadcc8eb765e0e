"""What a server remembers of where its scripts have been: a place that has found what it calls or computes with tells
of a null in other words (``DefBootstrap``'s guards) than one that has to look for it first.
"""

from __future__ import annotations

import re

from fakeknn.serving import server

_NULL = re.compile(r'Cannot invoke "Object.getClass\(\)" because "([^"]+)" is null')
_GUARDS = {
    "callArgs[0]": "receiver",
    "args[0]": "leftObject",
    "left": "leftObject",
    "right": "rightObject",
    "o": "leftObject",
}
#: What operators with two sides call them: to such a place a null is as good as a value.
_SIDES = ("left", "right", "o")


class Links:
    """The places of one script; all that a run came past are taken to be linked when it ended well."""

    __slots__ = ("_completed", "_failed")

    def __init__(self) -> None:
        self._completed: object = self
        self._failed: dict[int | None, object] = {}

    def complete(self) -> None:
        self._completed = server()

    def told(self, message: str | None, place: int | None) -> str | None:
        """An exception's message as this place words it."""
        found = None if message is None else _NULL.fullmatch(message)
        if found is None or found[1] not in _GUARDS:
            return message
        linked = self._completed is server() or self._failed.get(place, self) is server()
        if found[1] in _SIDES:
            self._failed[place] = server()
        return f'Cannot invoke "Object.getClass()" because "{_GUARDS[found[1]]}" is null' if linked else message
