"""The frames of Java's own code that a ``script_stack`` begins with, as recorded from the real server.

They are found by what the script called, the class that was thrown and the shape of its message; a failure that was
never recorded shows the script's own lines only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

from fakeknn.painless.throwable import Thrown

_VARIABLE = re.compile(r'"[^"]+"|\'[^\']*\'|(?<!of type )\[[^\]]*\]|-?\d+|@[0-9a-f]+')

#: A member that is stored, ``java.util.Collections.UnmodifiableMap..price=``: its name does not matter.
_STORE = re.compile(r"\.\.\w+=$")

#: A field's name between quotes, beside an apostrophe that is none of a pair.
_FIELD = re.compile(r"(?<= value for field )'[^']*'|(?<= by doc\[)'[^']*'")

#: The name that no constant of an enum bears.
_CONSTANT = re.compile(r"(?<=No enum constant) .*", re.DOTALL)

#: ``doc.price`` and ``doc.get('price')``: what the maps of a search give is got as ``doc['price']`` is.
_LOOKED_UP = re.compile(r"(?<=^org\.opensearch\.search\.lookup\.)(\w+)\.(?:\.\w+|get/1)$")

Frames = tuple[str, ...]
NULL_POINTER = "java.lang.NullPointerException"


def shape(message: str | None) -> str:
    """A message without what varies in it."""
    if message is None:
        return "-"
    nothing = ' ""' if message.endswith('""') else ""
    message = _CONSTANT.sub("", message)
    return _VARIABLE.sub("*", _FIELD.sub("'v'", message)).partition(":")[0].replace("\n", " ") + nothing


def _blocks() -> Iterator[str]:
    for name in ("frames.txt", "frames_vectors.txt"):
        for block in (files(__package__) / name).read_text(encoding="utf-8").split("\n\n"):
            if not block.startswith("#"):
                yield block.strip()


@cache
def _recorded() -> dict[tuple[str, str, str], Frames]:
    recorded: dict[tuple[str, str, str], Frames] = {}
    for block in _blocks():
        head, *frames = block.split("\n")
        call, java_class, message = (*head.split(" ", 2), "")[:3]
        if java_class == NULL_POINTER and message not in ("", "-"):
            recorded[call, java_class, message] = tuple(frames)
            message = shape(message)
            if (call, java_class, message) in recorded:
                continue
        recorded[call, java_class, message] = tuple(frames)
    return recorded


@cache
def _null_messages() -> dict[str, str | None]:
    """What a call says of a null it is given."""
    found: dict[str, str | None] = {}
    for head in (block.partition("\n")[0] for block in _blocks()):
        call, java_class, message = (*head.split(" ", 2), "")[:3]
        if java_class == NULL_POINTER:
            found[call] = None if message in ("", "-") else found.get(call, message)
    return found


def null_message(call: str) -> str | None:
    """The message of the exception that a call throws when Java's own code meets a null among its arguments."""
    return _null_messages().get(call)


def frames_above(call: str, thrown: Thrown) -> Frames:
    """The frames above a call, ``java.util.ArrayList.get/1``, that threw."""
    call = _LOOKED_UP.sub(r"\1.[]", _STORE.sub("..a=", call))
    known = _recorded().get((call, thrown.java_class, thrown.message or "-"))  # of a null that the message names
    return known or _recorded().get((call, thrown.java_class, shape(thrown.message)), ())
