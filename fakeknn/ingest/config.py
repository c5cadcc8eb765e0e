"""ConfigurationUtils: the configuration of pipelines and processors, read member by member."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from fakeknn.errors import (
    JavaError,
    JsonEOFException,
    JsonParseException,
    NullPointerException,
    NumberFormatException,
    OpenSearchError,
    OpenSearchException,
    OpenSearchParseException,
    XContentParseException,
)
from fakeknn.ingest.document import IngestDocument, class_name
from fakeknn.painless import json_value
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.mustache import compile_template
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import HashMap, items, keys, text
from fakeknn.query.script import Script, compiling, parse_script
from fakeknn.units import parse_int
from fakeknn.xcontent import generator, locate, parse_double, read

_PACKAGES = {
    "DateTimeException": "java.time",
    "DateTimeParseException": "java.time.format",
    "ZoneRulesException": "java.time.zone",
    "PatternSyntaxException": "java.util.regex",
    JsonParseException.__name__: "com.fasterxml.jackson.core",
    JsonEOFException.__name__: "com.fasterxml.jackson.core.io",
    XContentParseException.__name__: "org.opensearch.core.xcontent",
}


def java_text(error: OpenSearchError) -> str:
    """``Throwable.toString``"""
    name = type(error).__name__
    qualified = getattr(error, "java", None) or f"{_PACKAGES.get(name, 'java.lang')}.{name}"
    return qualified if error.reason is None else f"{qualified}: {error.reason}"


def cast(value: Any, java_class: str) -> Any:
    """A value that Java's own code takes for one of a class."""
    try:
        return check_cast(value, java_class)
    except Thrown as thrown:
        raise thrown.error() from None


def told(error: OpenSearchError, kind: str | None, tag: str | None, member: str | None = None) -> OpenSearchError:
    """``newConfigurationException`` of a cause: it is told with the processor that it came up in."""
    if isinstance(error, JavaError):
        outer: OpenSearchError = OpenSearchException(java_text(error))
        outer.__cause__ = error
        error = outer
    for name, value in (("processor_type", kind), ("processor_tag", tag), ("property_name", member)):
        if value is not None:
            error.meta[name] = value
    return error


def refusal(kind: str | None, tag: str | None, member: str | None, why: str) -> OpenSearchParseException:
    """``newConfigurationException``"""
    error = OpenSearchParseException(why if member is None else f"[{member}] {why}")
    told(error, kind, tag, member)
    return error


def suppress(first: OpenSearchError | None, error: OpenSearchError) -> OpenSearchError:
    """``ExceptionsHelper.useOrSuppress``: the first error, which later ones are told beside."""
    if first is None:
        return error
    first.meta["suppressed"] = [*first.meta.get("suppressed", ()), error.members()]
    return first


class Template(Protocol):
    """A text that may be rendered anew for each document."""

    def render(self, model: Mapping[str, Any]) -> str: ...


class _Plain:
    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def render(self, model: Mapping[str, Any]) -> str:
        return self.text


def template(source: str) -> Template:
    return _compiled(source) if "{{" in source else _Plain(source)


def _compiled(source: str) -> Template:
    """``ConfigurationUtils.compileTemplate``."""
    with compiling(Script(source, lang="mustache")):
        return compile_template(source)


def render(template: Template, document: IngestDocument) -> str:
    return template.text if type(template) is _Plain else template.render(document.model())


#: Gives a value for a document's model.
ValueSource = Callable[[Mapping[str, Any]], Any]


def value_source(value: Any) -> ValueSource:
    """``ValueSource.wrap``: texts with ``{{`` are templates, also inside lists and as names of objects."""
    if isinstance(value, dict):
        members = [(value_source(name), value_source(item)) for name, item in items(value)]
        return lambda model: HashMap({name(model): item(model) for name, item in members})
    if isinstance(value, list):
        sources = [value_source(item) for item in value]
        return lambda model: [source(model) for source in sources]
    if is_template(value):
        return _compiled(value).render
    return lambda model: value


def is_template(value: Any) -> bool:
    return isinstance(value, str) and "{{" in value


class Config:
    """The configuration of one processor (or pipeline): what is read is taken out, what is left is unknown."""

    __slots__ = ("left", "tag", "type")

    def __init__(self, left: dict[Any, Any], type: str | None = None, tag: str | None = None) -> None:
        self.left = left
        self.type = type
        self.tag = tag

    def refuse(self, member: str | None, why: str) -> OpenSearchParseException:
        return refusal(self.type, self.tag, member, why)

    def take(self, name: str) -> Any:
        """``readOptionalObject``"""
        return self.left.pop(name, None)

    def object(self, name: str) -> Any:
        value = self.take(name)
        if value is None:
            raise self.refuse(name, "required property is missing")
        return value

    def optional_string(self, name: str) -> str | None:
        value = self.take(name)
        if value is None or isinstance(value, str):
            return value
        raise self.refuse(name, f"property isn't a string, but of type [{class_name(value)}]")

    def string(self, name: str, default: str | None = None) -> str:
        if self.left.get(name) is None:
            self.take(name)
            if default is not None:
                return default
            raise self.refuse(name, "required property is missing")
        found = self.optional_string(name)
        assert found is not None
        return found

    def optional_string_or_int(self, name: str) -> str | None:
        value = self.take(name)
        if value is None or isinstance(value, str):
            return value
        if type(value) is int:
            return str(value)
        raise self.refuse(name, f"property isn't a string or int, but of type [{class_name(value)}]")

    def boolean(self, name: str, default: bool) -> bool:
        value = self.take(name)
        if value is None or isinstance(value, bool):
            return default if value is None else value
        raise self.refuse(name, f"property isn't a boolean, but of type [{class_name(value)}]")

    def integer(self, name: str, default: int | None) -> int | None:
        value = self.take(name)
        if value is None:
            return default
        try:
            return parse_int(text(value))
        except NumberFormatException:
            raise self.refuse(name, f"property cannot be converted to an int [{text(value)}]") from None

    def double(self, name: str) -> float:
        value = self.object(name)
        try:
            return parse_double(text(value))
        except NumberFormatException:
            raise self.refuse(name, f"property cannot be converted to a double [{text(value)}]") from None

    def optional_list(self, name: str) -> list[Any] | None:
        value = self.take(name)
        if value is None or isinstance(value, list):
            return value
        raise self.refuse(name, f"property isn't a list, but of type [{class_name(value)}]")

    def list(self, name: str) -> Sequence[Any]:
        if self.left.get(name) is None:
            self.take(name)
            raise self.refuse(name, "required property is missing")
        found = self.optional_list(name)
        assert found is not None
        return found

    def strings(self, name: str) -> Sequence[str]:
        """A list of texts; an element of another class is found out when it is used."""
        return [cast(item, "java.lang.String") for item in self.list(name)]

    def optional_map(self, name: str) -> dict[Any, Any] | None:
        value = self.take(name)
        if value is None or isinstance(value, dict):
            return value
        raise self.refuse(name, f"property isn't a map, but of type [{class_name(value)}]")

    def map(self, name: str) -> dict[Any, Any]:
        if self.left.get(name) is None:
            self.take(name)
            raise self.refuse(name, "required property is missing")
        found = self.optional_map(name)
        assert found is not None
        return found

    def template_of(self, name: str, source: str | None) -> Template:
        """``compileTemplate``"""
        try:
            if source is None:
                raise NullPointerException(
                    'Cannot invoke "String.contains(java.lang.CharSequence)" because "propertyValue" is null'
                )
            return template(source)
        except OpenSearchError as error:
            outer = told(error, self.type, self.tag, name)
            raise outer from outer.__cause__

    def template(self, name: str, default: str | None = None) -> Template:
        return self.template_of(name, self.string(name, default))

    def unread(self) -> str:
        """``Arrays.toString`` of the names that nobody has asked for."""
        return "[" + ", ".join(text(name) for name in keys(self.left)) + "]"


def script_of(config: Mapping[str, Any]) -> Script:
    """Script.parse on a configuration, which is written as JSON for that; places are told of that text."""
    raw = generator.write(json_value(config))
    body = read(raw)
    try:
        return parse_script([body], 0)
    except OpenSearchError as error:
        for link in error.chain():
            if link.at is not None:
                place = locate(raw, body, link.at)
                if place is not None:
                    link.locate(*place)
                link.at = None
        raise
