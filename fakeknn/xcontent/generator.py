"""JSON as Jackson writes it: its escapes, its numbers, and its pretty printer."""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
import orjson

from fakeknn.xcontent.java import java_double, java_float

_ESCAPED = re.compile('[\\x00-\\x1f"\\\\\U00010000-\U0010ffff]')
_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def _escape(match: re.Match[str]) -> str:
    c = match.group()
    if c in _SHORT:
        return _SHORT[c]
    if ord(c) < 0x10000:
        return f"\\u{ord(c):04X}"
    code = ord(c) - 0x10000
    return f"\\u{0xD800 | code >> 10:04X}\\u{0xDC00 | code & 0x3FF:04X}"


def string(text: str) -> str:
    return f'"{_ESCAPED.sub(_escape, text)}"'


def scalar(value: Any) -> str:
    """A value that is no object and no array, as JSON; infinities and NaN are strings, as Jackson writes them."""
    if value is None:
        return "null"
    if isinstance(value, str):
        return string(value)
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)):
        text = java_float(value) if isinstance(value, np.float32) else java_double(float(value))
        return text if math.isfinite(value) else f'"{text}"'
    if isinstance(value, (int, np.integer)):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")


def dump(tree: Any) -> bytes:
    """A tree as JSON, for our own parser: fast, and as Jackson writes it where orjson has no way to (integers beyond 64
    bits, lone surrogates).
    """
    try:
        return orjson.dumps(tree)
    except TypeError:
        return write(tree)


def write(value: Any, pretty: bool = False) -> bytes:
    """A tree of dicts, lists and scalars as JSON; ``pretty`` as ``?pretty`` prints it, without the last newline."""
    parts: list[str] = []
    colon = " : " if pretty else ":"

    def put(item: Any, indent: str) -> None:
        if isinstance(item, dict):
            if not item:
                parts.append("{ }" if pretty else "{}")
                return
            inner = indent + "  " if pretty else ""
            before = "{" + inner
            for key, member in item.items():
                parts.append(before + string(key) + colon)
                put(member, inner)
                before = "," + inner
            parts.append(indent + "}")
        elif isinstance(item, (list, tuple)):
            if not item:
                parts.append("[ ]" if pretty else "[]")
                return
            if not pretty and type(item[0]) is float and all(type(member) is float for member in item):
                parts.append(f"[{','.join(map(scalar, item))}]")
                return
            inner = indent + "  " if pretty else ""
            before = "[" + inner
            for member in item:
                parts.append(before)
                put(member, inner)
                before = "," + inner
            parts.append(indent + "]")
        else:
            parts.append(scalar(item))

    put(value, "\n" if pretty else "")
    return "".join(parts).encode("utf-8", "replace")
