"""``lang: mustache``: the templates of search requests and ingest processors, as mustache.java renders them.

Values are escaped for JSON unless the template's content type says otherwise. Beside Mustache's own tags there are
``{{#toJson}}x{{/toJson}}``, ``{{#join}}x{{/join}}``, ``{{#join delimiter='||'}}`` and ``{{#url}}...{{/url}}``.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

from fakeknn.errors import GeneralScriptException, IllegalArgumentException, ScriptException
from fakeknn.painless.convert import java_value, json_value
from fakeknn.painless.dispatch import implementation_for
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.mustache_tags import EXCEPTION, NAME, Node, parse, template_not_found
from fakeknn.painless.throwable import Thrown, null_pointer
from fakeknn.painless.values import HashMap, text
from fakeknn.serving import compiling

LANG = "mustache"

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


# --- rendering --------------------------------------------------------------------------------------------------------

_ABSENT = object()


class _Renderer:
    def __init__(self, encode: Callable[[str], str]) -> None:
        self.encode = encode

    def render(self, parts: Sequence[Node], scopes: list[Any]) -> str:
        return "".join(self._node(node, scopes) for node in parts)

    def _node(self, node: Node, scopes: list[Any]) -> str:
        kind = node.kind
        if kind == "text":
            return node.name
        if kind == "comment":
            return ""
        if kind == "named":
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
        if kind == "dynamic":
            if value is None or value is _ABSENT:
                return ""
            raise template_not_found(check_cast(value, "java.lang.String"))
        if kind == "json":
            return _to_json(value)
        if kind == "join":
            if isinstance(value, list):
                if None in value:
                    cause = null_pointer('Cannot invoke "Object.toString()" because "object" is null')
                    raise Thrown(EXCEPTION, f"Function failure @[{NAME}:{node.line}]", cause)
                return ("," if node.delimiter is None else node.delimiter).join(text(item) for item in value)
            return self.render(node.parts, scopes)
        return self._section(node, value, scopes)

    def _section(self, node: Node, value: Any, scopes: list[Any]) -> str:
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

    def _variable(self, node: Node, scopes: list[Any]) -> Any:
        try:
            return self._lookup(node, scopes)
        except Thrown as inner:
            message = f"Failed to get value for {node.name} @[{NAME}:{node.line}]"
            raise Thrown(EXCEPTION, message, inner) from None

    def _lookup(self, node: Node, scopes: list[Any]) -> Any:
        name = node.name
        if name == ".":
            return next((scope for scope in reversed(scopes) if scope is not None), None)
        if name.startswith("*"):
            name = self._named(node, name[1:], scopes)
        return self._found(node, name, scopes)

    def _named(self, node: Node, name: str, scopes: list[Any]) -> str:
        """The name that a variable holds, for ``{{*variable}}``."""
        held = self._found(node, name, scopes)
        try:
            if held is None or held is _ABSENT:
                raise null_pointer('Cannot invoke "String.indexOf(int)" because "subname" is null')
            return str(check_cast(held, "java.lang.String"))
        except Thrown as cause:
            raise Thrown(EXCEPTION, f"{cause.message} @[{NAME}:{node.line}]", cause) from None

    def _found(self, node: Node, name: str, scopes: list[Any]) -> Any:
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
    def _member(scope: Any, name: str, node: Node) -> Any:
        if isinstance(scope, dict):
            return scope.get(name, _ABSENT)
        if isinstance(scope, list):
            if name == "size":
                return len(scope)
            if name.isdigit():
                if int(name) < len(scope):
                    return scope[int(name)]
                outside = Thrown("java.lang.IndexOutOfBoundsException", name)
                raise Thrown(EXCEPTION, f"{name} @[{NAME}:{node.line}]", outside)
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

    def __init__(self, source: str, parts: Sequence[Node], encode: Callable[[str], str]) -> None:
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
    with compiling(LANG, source, "template", options):
        content_type = (options or {}).get("content_type", "application/json")
        encode = _ENCODERS.get(content_type)
        if encode is None:
            raise IllegalArgumentException(f"No encoder found for MIME type [{content_type}]")
        found = _parsed(source)
        if isinstance(found, Thrown):
            if not found.java_class.startswith("com.github.mustachejava."):
                raise found.error()
            raise ScriptException(str(found.message), [], source, LANG) from found.error()
        return Template(source, found, encode)


@lru_cache(maxsize=512)
def _parsed(source: str) -> list[Node] | Thrown:
    try:
        return parse(source)
    except Thrown as thrown:
        return thrown
