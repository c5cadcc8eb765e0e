"""``lang: mustache``: the templates of search requests and ingest processors, as mustache.java renders them.

Values are escaped for JSON unless the template's content type says otherwise. Beside Mustache's own tags there are
``{{#toJson}}x{{/toJson}}``, ``{{#join}}x{{/join}}``, ``{{#join delimiter='||'}}`` and ``{{#url}}...{{/url}}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from fakeknn.errors import GeneralScriptException, IllegalArgumentException, ScriptException
from fakeknn.painless.convert import java_value, json_value
from fakeknn.painless.dispatch import implementation_for
from fakeknn.painless.throwable import Thrown, null_pointer
from fakeknn.painless.values import HashMap, text

LANG = "mustache"
_NAME = "query-template"
_EXCEPTION = "com.github.mustachejava.MustacheException"
_NOT_FOUND = "com.github.mustachejava.MustacheNotFoundException"

_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_ESCAPED = re.compile(r'["\\\x00-\x1f]')


def _json_escape(value: str) -> str:
    return _ESCAPED.sub(lambda match: _SHORT.get(match.group()) or f"\\u{ord(match.group()):04X}", value)


def _url_escape(value: str) -> str:
    return quote_plus(value, safe="*-._")


_ENCODERS: dict[str, Callable[[str], str]] = {
    "application/json; charset=UTF-8": _json_escape,
    "application/json": _json_escape,
    "text/plain": lambda value: value,
    "application/x-www-form-urlencoded": _url_escape,
}


@dataclass(slots=True)
class _Node:
    """``kind``: text, value, raw, section (#), inverted (^), partly (a ``$`` block), json, join or url."""

    kind: str
    name: str = ""
    parts: list[_Node] = field(default_factory=list)
    line: int = 1
    delimiter: str = ","


# --- parsing ----------------------------------------------------------------------------------------------------------


class _Parser:
    """Character by character as mustache.java goes, for its own notion of which blanks and newlines belong to a tag."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.line = 1
        self.open, self.close = "{{", "}}"

    def wrong(self, message: str) -> Thrown:
        return Thrown(_EXCEPTION, f"{message} @[{_NAME}:{self.line}]")

    def parts(self, closing: str | None = None, start_of_line: bool = True) -> list[_Node]:
        """The nodes up to the tag that closes this level."""
        level = _Level(closing, start_of_line)
        opened = self.line
        source = self.source
        while self.at < len(source):
            if source.startswith(self.open, self.at):
                if self._tag(level):
                    return level.parts
                level.start_of_line = False
                continue
            character = source[self.at]
            self.at += 1
            if character == "\n":
                self.line += 1
                level.newline()
            else:
                level.blank = level.blank and character in " \t\r"
                level.text += character
        level.write()
        if closing is not None:
            self.line = opened
            raise self.wrong(f"Failed to close '{closing}' tag")
        return level.parts

    def _tag(self, level: _Level) -> bool:
        """Read a tag; whether it closes the level."""
        body = self._body()
        kind = body[:1]
        name = body[1:].strip()
        if kind in ("#", "^", "$"):
            self._open(level, kind, name)
        elif kind == "/":
            if not (level.start_of_line and level.blank):
                level.write()
            if name != level.closing:
                shown = "null" if level.closing is None else level.closing
                raise self.wrong(f"Mismatched start/end tags: {shown} != {name} in {_NAME}:{self.line}")
            return True
        elif kind in (">", "<"):
            raise Thrown(_NOT_FOUND, f"Template {name} not found")
        else:
            level.write()
            self._value(level, kind, name, body)
        return False

    def _body(self) -> str:
        start = self.at + len(self.open)
        end = self.source.find(self.close, start)
        if end < 0:
            raise self.wrong("Improperly closed variable" if self.source[start:].strip() else "Empty mustache")
        body = self.source[start:end]
        self.line += body.count("\n")
        self.at = end + len(self.close)
        if not body.strip():
            raise self.wrong("Empty mustache")
        return body.strip()

    def _value(self, level: _Level, kind: str, name: str, body: str) -> None:
        if kind == "{":
            column = self.at - (self.source.rfind("\n", 0, self.at) + 1)
            if self.close != "}}":
                name = name[:-1]
            elif self.source[self.at : self.at + 1] != "}":
                raise self.wrong(f"Improperly closed variable: {name} in {_NAME}:{self.line}@{column}")
            else:
                self.at += 1
        if kind in ("{", "&"):
            level.parts.append(_Node("raw", name, line=self.line))
        elif kind == "=":
            self.open, self.close = name.removesuffix("=").split()
        elif kind not in ("!", "%"):
            level.parts.append(_Node("value", body, line=self.line))

    def _open(self, level: _Level, kind: str, name: str) -> None:
        level.start_of_line = level.start_of_line and level.blank
        line = self.line
        inner = self.parts(name, level.start_of_line)
        lines = self.line - line
        if not level.blank or not lines:
            level.write()
        level.text = ""
        level.parts.append(self._section(kind, name, inner, line))
        level.behind_section = lines != 0

    def _section(self, kind: str, name: str, inner: list[_Node], line: int) -> _Node:
        if kind == "^":
            return _Node("inverted", name, inner, line)
        if kind == "$":
            return _Node("partly", name, inner, line)
        lowered = name.lower()
        if lowered == "tojson":
            return _Node("json", _identifier("toJson", inner), inner, line)
        if lowered == "join":
            return _Node("join", _identifier("join", inner), inner, line)
        delimited = re.fullmatch(r"join delimiter='(.*)'", name)
        if delimited:
            return _Node("join", _identifier("join", inner), inner, line, delimited.group(1))
        if lowered == "url":
            return _Node("url", name, inner, line)
        return _Node("section", name, inner, line)


class _Level:
    """What is read of one section: ``blank`` tells that the line has held only blanks so far."""

    def __init__(self, closing: str | None, start_of_line: bool) -> None:
        self.closing = closing
        self.start_of_line = start_of_line
        self.parts: list[_Node] = []
        self.text = ""
        self.blank = True
        # Whether the line began behind a section's tag: then its newline is the tag's if nothing else stands there.
        self.behind_section = closing is not None

    def write(self) -> None:
        if self.text:
            self.parts.append(_Node("text", self.text))
        self.text = ""

    def newline(self) -> None:
        if not (self.behind_section and self.blank):
            self.text += "\n"
        self.write()
        self.behind_section = False
        self.blank = self.start_of_line = True


def _identifier(function: str, inner: list[_Node]) -> str:
    if len(inner) != 1:
        raise Thrown(_EXCEPTION, f"Mustache function [{function}] must contain one and only one identifier")
    return inner[0].name if inner[0].kind == "text" else "{{" + inner[0].name + "}}"


# --- rendering --------------------------------------------------------------------------------------------------------

_ABSENT = object()


class _Renderer:
    def __init__(self, encode: Callable[[str], str]) -> None:
        self.encode = encode

    def render(self, parts: Sequence[_Node], scopes: list[Any]) -> str:
        return "".join(self._node(node, scopes) for node in parts)

    def _node(self, node: _Node, scopes: list[Any]) -> str:
        kind = node.kind
        if kind == "text":
            return node.name
        if kind == "partly":
            return self.render(node.parts, scopes)
        if kind == "url":
            return "".join(_url_escape(self._node(part, scopes)) for part in node.parts)
        if kind in ("value", "raw"):
            value = self._variable(node, scopes)
            if value is None or value is _ABSENT:
                return ""
            shown = _shown(value)
            return self.encode(shown) if kind == "value" else shown
        value = self._lookup(node, scopes)
        if kind == "json":
            return _to_json(value)
        if kind == "join":
            if isinstance(value, list):
                if None in value:
                    cause = null_pointer('Cannot invoke "Object.toString()" because "object" is null')
                    raise Thrown(_EXCEPTION, f"Function failure @[{_NAME}:{node.line}]", cause)
                return node.delimiter.join(text(item) for item in value)
            return self.render(node.parts, scopes)
        return self._section(node, value, scopes)

    def _section(self, node: _Node, value: Any, scopes: list[Any]) -> str:
        empty = value in (None, False, "") or value is _ABSENT or (isinstance(value, list) and not value)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            empty = False
        if node.kind == "inverted":
            return self.render(node.parts, scopes) if empty else ""
        if empty:
            return ""
        if isinstance(value, list):
            return "".join(self.render(node.parts, [*scopes, item]) for item in value)
        if value is True:
            return self.render(node.parts, scopes)
        return self.render(node.parts, [*scopes, value])

    def _variable(self, node: _Node, scopes: list[Any]) -> Any:
        try:
            return self._lookup(node, scopes)
        except Thrown as inner:
            message = f"Failed to get value for {node.name} @[{_NAME}:{node.line}]"
            raise Thrown(_EXCEPTION, message, inner) from None

    def _lookup(self, node: _Node, scopes: list[Any]) -> Any:
        name = node.name
        if name == ".":
            return next((scope for scope in reversed(scopes) if scope is not None), None)
        first, *rest = name.split(".")
        for scope in reversed(scopes):
            value = self._member(scope, first, node)
            if value is _ABSENT:
                continue
            for part in rest:
                value = self._member(value, part, node)
            return value
        return _ABSENT

    @staticmethod
    def _member(scope: Any, name: str, node: _Node) -> Any:
        if isinstance(scope, dict):
            return scope.get(name, _ABSENT)
        if isinstance(scope, list):
            if name == "size":
                return len(scope)
            if name.isdigit():
                if int(name) < len(scope):
                    return scope[int(name)]
                outside = Thrown("java.lang.IndexOutOfBoundsException", name)
                raise Thrown(_EXCEPTION, f"{name} @[{_NAME}:{node.line}]", outside)
            return _ABSENT
        return _ABSENT if scope is None or scope is _ABSENT else _reflected(scope, name)


def _reflected(value: Any, name: str) -> Any:
    """What a method without arguments gives that is called so, or is a getter of that name."""
    capital = name[:1].upper() + name[1:]
    for method in (name, f"get{capital}", f"is{capital}"):
        found = implementation_for(type(value), method, 0)
        if found is not None:
            return found(value)
    return _ABSENT


def _shown(value: Any) -> str:
    """A value as text; a list is a map of its positions to mustache.java."""
    if isinstance(value, list):
        return text(HashMap(dict(enumerate(value))))
    return text(value)


def _to_json(value: Any) -> str:
    if value is None or value is _ABSENT:
        return ""
    if isinstance(value, (dict, list)):
        return json.dumps(json_value(value), ensure_ascii=False, separators=(",", ":"))
    return text(value)


class Template:
    """A compiled template."""

    def __init__(self, source: str, parts: Sequence[_Node], encode: Callable[[str], str]) -> None:
        self.source = source
        self._parts = parts
        self._encode = encode

    def render(self, params: Mapping[str, Any]) -> str:
        """The text for parameters; raises ``GeneralScriptException``."""
        try:
            return _Renderer(self._encode).render(self._parts, [java_value(dict(params))])
        except Thrown as thrown:
            name = f"com.github.mustachejava.codes.DefaultMustache@{id(self) & 0xFFFFFFF:x}"
            raise GeneralScriptException(f"Error running {name}") from thrown.error()


def compile_template(source: str, options: Mapping[str, str] | None = None) -> Template:
    """Compile a template; ``options`` may hold a ``content_type``. Raises ``ScriptException``."""
    content_type = (options or {}).get("content_type", "application/json")
    encode = _ENCODERS.get(content_type)
    if encode is None:
        raise IllegalArgumentException(f"No encoder found for MIME type [{content_type}]")
    found = _parsed(source)
    if isinstance(found, Thrown):
        raise ScriptException(str(found.message), [], source, LANG) from found.error()
    return Template(source, found, encode)


@lru_cache(maxsize=512)
def _parsed(source: str) -> list[_Node] | Thrown:
    try:
        return _Parser(source).parts()
    except Thrown as thrown:
        return thrown
