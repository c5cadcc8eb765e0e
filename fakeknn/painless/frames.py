"""The frames of Java's own code that a ``script_stack`` begins with, as recorded from the real server.

They are found by what the script called, the class that was thrown and the shape of its message; a failure that was
never recorded shows the script's own lines only.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from fakeknn.painless.throwable import Thrown

_VARIABLE = re.compile(r'"[^"]+"|\'[^\']*\'|(?<!of type )\[[^\]]*\]|-?\d+|@[0-9a-f]+')

#: A member that is stored, ``java.util.Collections.UnmodifiableMap..price=``: its name does not matter.
_STORE = re.compile(r"\.\.\w+=$")

#: A field's name between quotes, beside an apostrophe that is none of a pair.
_FIELD = re.compile(r"(?<= value for field )'[^']*'|(?<= by doc\[)'[^']*'")

Frames = tuple[str, ...]


def shape(message: str | None) -> str:
    """A message without what varies in it."""
    if message is None:
        return "-"
    nothing = ' ""' if message.endswith('""') else ""
    return _VARIABLE.sub("*", _FIELD.sub("'v'", message)).partition(":")[0].replace("\n", " ") + nothing


@cache
def _recorded() -> dict[tuple[str, str, str], Frames]:
    recorded: dict[tuple[str, str, str], Frames] = {}
    for name in ("frames.txt", "frames_vectors.txt"):
        for block in (files(__package__) / name).read_text(encoding="utf-8").split("\n\n"):
            if block.startswith("#"):
                continue
            head, *frames = block.strip().split("\n")
            call, java_class, message = (*head.split(" ", 2), "")[:3]
            recorded[call, java_class, message] = tuple(frames)
    return recorded


def frames_above(call: str, thrown: Thrown) -> Frames:
    """The frames above a call, ``java.util.ArrayList.get/1``, that threw."""
    return _recorded().get((_STORE.sub("..a=", call), thrown.java_class, shape(thrown.message)), ())
