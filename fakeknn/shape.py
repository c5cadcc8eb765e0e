"""The last step of every answer: ``filter_path``, ``pretty``, ``human``, ``format`` and ``Accept``, then bytes.

Handlers answer with trees of dicts and lists, into which they may put, beside JSON's own values:

- ``orjson.Fragment(raw)``: a document's ``_source`` as it was sent; it is copied, and decoded only if the answer must
  be filtered, printed prettily or sent in another format;
- numpy scalars and arrays: ``np.float32`` prints its shortest decimal digits, as Java's ``float`` does;
- ``Readable``: a number that ``?human`` explains.

Infinities and NaN must be put in as Jackson writes them, as the strings "Infinity", "-Infinity" and "NaN".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson

from fakeknn import xcontent
from fakeknn.errors import IllegalArgumentException
from fakeknn.rest import Request, Response
from fakeknn.units import ByteSizeValue, TimeValue
from fakeknn.xcontent import media
from fakeknn.xcontent.media import MediaType

_TEXT = "text/plain; charset=UTF-8"
_OPTIONS = orjson.OPT_SERIALIZE_NUMPY | orjson.OPT_PASSTHROUGH_DATACLASS


@dataclass(frozen=True, slots=True)
class Readable:
    """XContentBuilder.humanReadableField: a member's value, before which ``?human`` puts ``name`` with ``text``."""

    value: Any
    name: str
    text: str


def millis(value: int, name: str) -> Readable:
    """A duration: ``{"took_millis": millis(1500, "took")}`` is told as ``"took": "1.5s"`` too."""
    return Readable(value, name, str(TimeValue(value)))


def size(value: int, name: str) -> Readable:
    """A size in bytes: ``{"size_in_bytes": size(2048, "size")}`` is told as ``"size": "2kb"`` too."""
    return Readable(value, name, str(ByteSizeValue(value)))


# --- filter_path ------------------------------------------------------------------------------------------------------

Path = tuple[str, ...]


def _segments(path: str) -> Path:
    segments = re.split(r"(?<!\\)\.", path)
    while segments and not segments[-1]:  # Java's split drops these
        segments.pop()
    # The regular expression of the original replaces any character behind a backslash.
    return tuple(re.sub(r"\\.", ".", segment, flags=re.DOTALL) for segment in segments)


def _matches(pattern: str, name: str) -> bool:
    """Glob.globMatch."""
    if "*" not in pattern:
        return pattern == name
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name, re.DOTALL) is not None


class FilterPath:
    """One side of ``filter_path``: what to keep of a tree (``inclusive``) or what to leave out."""

    def __init__(self, paths: list[Path], inclusive: bool) -> None:
        self.paths = paths
        self.inclusive = inclusive

    def apply(self, tree: Any) -> Any:
        """The filtered tree; a root object stays, if empty, and an array of which nothing is left is ``NOTHING``."""
        if isinstance(tree, dict):
            return self._members(tree, self.paths)
        kept = self._value(tree, self.paths)
        return NOTHING if kept is NOTHING else kept

    def _step(self, name: str, paths: list[Path]) -> list[Path] | None:
        """The paths that go on below a member; None if one of them ends with it."""
        below: list[Path] = []
        for path in paths:
            if path and (path[0] in ("*", "**") or _matches(path[0], name)):
                if len(path) == 1:
                    return None
                if path[0] == "**":
                    below.append(path)
                below.append(path[1:])
        return below

    def _members(self, tree: dict[str, Any], paths: list[Path]) -> dict[str, Any]:
        kept = {}
        for name, value in tree.items():
            below = self._step(name, paths)
            if below:
                value = self._value(value, below)
                if value is not NOTHING:
                    kept[name] = value
            elif (below is None) == self.inclusive:
                kept[name] = value
        return kept

    def _value(self, value: Any, paths: list[Path]) -> Any:
        """A value below a member that a path reached but did not end at: containers vanish with all they hold."""
        kept: Any
        if isinstance(value, dict):
            kept = self._members(value, paths)
        elif isinstance(value, (list, tuple)):
            kept = [item for item in (self._value(item, paths) for item in value) if item is not NOTHING]
        else:
            return NOTHING if self.inclusive else value
        return kept or NOTHING


class _Nothing:
    pass


NOTHING = _Nothing()


def filters(parameter: str) -> list[FilterPath]:
    """The filters that a ``filter_path`` parameter asks for, in the order in which they act."""
    names = [name.strip() for name in parameter.split(",")]
    found = []
    for inclusive in (True, False):
        chosen = [name for name in names if name and name.startswith("-") != inclusive]
        if not chosen:
            continue
        paths = [name if inclusive else name[1:].strip() for name in chosen]
        if not any(paths):
            raise IllegalArgumentException("filters cannot be null or empty")
        found.append(FilterPath([_segments(path) for path in paths if path], inclusive))
    return found


# --- trees ------------------------------------------------------------------------------------------------------------


def _default(value: Any) -> Any:
    if isinstance(value, Readable):
        return value.value
    if isinstance(value, np.ndarray):  # not contiguous
        return value.tolist()
    raise TypeError(f"no JSON for {type(value).__name__}")


def plain(tree: Any, human: bool = False) -> Any:
    """The tree without fragments, arrays and readable values: these are spelled out if ``human``."""
    if isinstance(tree, dict):
        members = {}
        for name, value in tree.items():
            if isinstance(value, Readable) and human:
                members[value.name] = value.text
            members[name] = plain(value, human)
        return members
    if isinstance(tree, (list, tuple)):
        return [plain(item, human) for item in tree]
    if isinstance(tree, orjson.Fragment):
        return xcontent.read(orjson.dumps(tree))
    if isinstance(tree, Readable):
        return tree.value
    if isinstance(tree, np.ndarray):
        return [plain(item) for item in tree] if tree.dtype == np.float32 else tree.tolist()
    return tree


# --- the answer -------------------------------------------------------------------------------------------------------


def negotiated(request: Request) -> MediaType:
    """The format of the answer: ``format``, else ``Accept``, else that of the request's body, else JSON."""
    return (
        media.from_format(request.params.get("format"))
        or media.from_header(request.headers.get("accept"))
        or media.content_type(request.content_type)
        or MediaType.JSON
    )


def check_flags(request: Request) -> None:
    """Refuse ``pretty``, ``human`` and ``error_trace`` that cannot be read: an AbstractRestChannel reads them, before
    anybody looks for a handler."""
    for name in ("pretty", "human", "error_trace"):
        request.flag(name)


def check(request: Request) -> None:
    """Refuse a ``filter_path`` that cannot be read, before anything runs."""
    if "filter_path" in request.params:
        filters(request.params["filter_path"])


def shape(request: Request, response: Response, *, error: bool = False) -> tuple[bytes, str]:
    """An answer's bytes and its ``content-type``; an ``error`` is not filtered."""
    tree = response.body
    if tree is None:
        return b"", response.content_type or _TEXT
    if isinstance(tree, str):
        return tree.encode("utf-8", "replace"), response.content_type or _TEXT
    if isinstance(tree, bytes):
        return tree, response.content_type or MediaType.JSON.value
    chosen = filters(request.params["filter_path"]) if not error and "filter_path" in request.params else []
    pretty = "pretty" in request.params and request.flag("pretty")
    human = "human" in request.params and request.flag("human")
    kind = negotiated(request)
    if not (chosen or pretty or human) and kind is MediaType.JSON:
        try:
            return orjson.dumps(tree, default=_default, option=_OPTIONS), kind.value
        except TypeError:  # integers beyond 64 bits, lone surrogates
            return media.write(plain(tree), kind), kind.value
    tree = plain(tree, human)
    for chosen_filter in chosen:
        tree = chosen_filter.apply(tree)
        if tree is NOTHING:
            return b"", kind.value
    return media.write(tree, kind, pretty), kind.value
