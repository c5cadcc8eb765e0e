"""YAML bodies and answers, in Jackson's dialect: string values are quoted, names where YAML 1.1 would misread them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from fakeknn.errors import JsonParseException
from fakeknn.xcontent.java import java_double, java_float
from fakeknn.xcontent.tree import EndOfInput

_KEYWORDS = frozenset(
    word
    for name in ("false", "n", "no", "null", "on", "off", "true", "y", "yes")
    for word in (name, name.capitalize(), name.upper())
)
_QUOTED_NAME = re.compile(r"[0-9+.~-]|\Z")
_ESCAPE = re.compile(r"\\(?:x[0-9A-F]{2}|u[0-9A-F]{4}|U[0-9A-F]{8}|.)")
_CONTROL = re.compile(r"[\x00-\x1f]")
_INTEGER = re.compile(r"[-+]?[0-9][0-9_]*")
_FLOAT = re.compile(r"[-+]?(?:[0-9][0-9_]*\.[0-9_]*|\.[0-9][0-9_]*|[0-9]+(?=[eE]))(?:[eE][-+]?[0-9]+)?")
_CONSTANTS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


def _plain(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text.replace("_", ""))
    if _FLOAT.fullmatch(text):
        return float(text.replace("_", ""))
    return text


def read(body: bytes) -> Any:
    """The first document of a YAML body; ``EndOfInput`` if there is none."""
    import yaml  # a third of a server's start; few requests are YAML

    anchors: dict[str, Any] = {}
    try:
        events = yaml.parse(body, Loader=yaml.SafeLoader)

        def build(event: Any) -> Any:
            value: Any
            match event:
                case yaml.ScalarEvent():
                    value = _plain(event.value) if event.implicit[0] else event.value
                case yaml.SequenceStartEvent():
                    value = []
                    while not isinstance(item := next(events), yaml.SequenceEndEvent):
                        value.append(build(item))
                case yaml.MappingStartEvent():
                    value = {}
                    while not isinstance(key := next(events), yaml.MappingEndEvent):
                        name = key.value if isinstance(key, yaml.ScalarEvent) else str(build(key))
                        if name in value:
                            raise JsonParseException(f"Duplicate field '{name}'")
                        value[name] = build(next(events))
                case _:
                    return anchors.get(event.anchor)
            if event.anchor:
                anchors[event.anchor] = value
            return value

        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                return build(next(events))
    except yaml.YAMLError as error:
        raise JsonParseException(str(error)) from None
    raise EndOfInput


def _scalar_text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, np.float32):
        return java_float(value)
    if isinstance(value, (float, np.floating)):
        return java_double(float(value))
    return str(value)


def _escape(match: re.Match[str]) -> str:
    # SnakeYAML writes hexadecimal digits in lower case, and characters beyond 16 bits as they are.
    escape = match.group()
    return chr(int(escape[2:], 16)) if escape[1] == "U" else escape.lower() if escape[1] in "xu" else escape


def write(tree: Any) -> bytes:
    """A tree as a YAML document."""
    import yaml  # a third of a server's start; few answers are YAML

    def scalar(text: str, quoted: bool) -> Any:
        return yaml.ScalarEvent(None, None, (not quoted, quoted), text, style='"' if quoted else None)

    def events(value: Any) -> Any:
        if isinstance(value, dict):
            yield yaml.MappingStartEvent(None, None, True, flow_style=not value)
            for key, member in value.items():
                quoted = key in _KEYWORDS or bool(_QUOTED_NAME.match(key) or _CONTROL.search(key))
                yield scalar(key, quoted)
                yield from events(member)
            yield yaml.MappingEndEvent()
        elif isinstance(value, (list, tuple)):
            yield yaml.SequenceStartEvent(None, None, True, flow_style=not value)
            for member in value:
                yield from events(member)
            yield yaml.SequenceEndEvent()
        else:
            yield scalar(value if isinstance(value, str) else _scalar_text(value), isinstance(value, str))

    def document() -> Any:
        yield yaml.StreamStartEvent()
        yield yaml.DocumentStartEvent(explicit=True)
        yield from events(tree)
        yield yaml.DocumentEndEvent(explicit=False)
        yield yaml.StreamEndEvent()

    text: str = yaml.emit(document(), allow_unicode=True)
    return _ESCAPE.sub(_escape, text).encode("utf-8", "replace")
