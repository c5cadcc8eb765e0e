"""Settings written as a table: one a line, with key, kind, default, bounds, and marks.

::

    index.max_result_window    integer  10000  1..      dynamic
    index.max_rescore_window   integer  10000  1..      dynamic fallback=index.max_result_window
    index.number_of_shards     integer  1      1..1024  final unmodifiable

An empty text is ``""``, a list is a JSON array without blanks. Bounds may lack either side, or be left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from fakeknn.state.settings.kinds import (
    BooleanSetting,
    ByteSizeSetting,
    DoubleSetting,
    FloatSetting,
    IntegerSetting,
    ListSetting,
    LongSetting,
    Mark,
    MemorySetting,
    Setting,
    TimeSetting,
)
from fakeknn.units import parse_byte_size, parse_time_value

_KINDS: dict[str, tuple[Callable[..., Setting], Callable[[str], Any]]] = {
    "boolean": (BooleanSetting, str),
    "bytes": (ByteSizeSetting, lambda text: parse_byte_size(text, "")),
    "double": (DoubleSetting, float),
    "float": (FloatSetting, float),
    "integer": (IntegerSetting, int),
    "list": (ListSetting, str),
    "long": (LongSetting, int),
    "memory": (MemorySetting, str),
    "text": (Setting, str),
    "time": (TimeSetting, lambda text: parse_time_value(text, "")),
}
_MARKS = {mark.name.lower(): mark for mark in Mark if mark.name is not None}


def parse_table(text: str) -> list[Setting]:
    """The settings of a table."""
    return [_parse_line(line) for line in text.splitlines() if line]


def _parse_line(line: str) -> Setting:
    key, kind, default, *rest = line.split()
    make, bound = _KINDS[kind]
    marks = Mark.NONE
    more: dict[str, Any] = {}
    for word in rest:
        if ".." in word:
            low, _, high = word.partition("..")
            more.update({name: bound(side) for name, side in (("low", low), ("high", high)) if side})
        elif word.startswith("fallback="):
            more["fallback"] = word.removeprefix("fallback=")
        else:
            marks |= _MARKS[word]
    if kind == "list":
        return make(key, orjson.loads(default), marks, **more)
    return make(key, "" if default == '""' else default, marks, **more)
