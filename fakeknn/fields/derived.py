"""derived: fields that no document holds, computed by a script when a search asks for them (DerivedFieldMapper)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from fakeknn.errors import (
    IllegalArgumentException,
    MapperParsingException,
    OpenSearchError,
    OpenSearchParseException,
    UnsupportedOperationException,
)
from fakeknn.fields.base import KINDS, FieldType, register
from fakeknn.fields.buffers import Buffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.dates import DEFAULT_DATE_FORMAT
from fakeknn.fields.parameters import Parameter, boolean, simple_class, text
from fakeknn.knn.java import cannot_be_cast
from fakeknn.xcontent import java_string

#: The types that a script can be said to emit, and the mapping type that searches them (DerivedFieldSupportedTypes).
SUPPORTED = {
    **{kind: kind for kind in "boolean date geo_point ip keyword text long double float".split()},
    "object": "keyword",
}


def _script(config: Any) -> dict[str, Any]:
    """Script.parse of a value: the members that Script.toXContent writes."""
    if isinstance(config, str):
        return {"source": config, "lang": "painless"}
    if not isinstance(config, dict):
        raise IllegalArgumentException("Script value should be a String or a Map")
    for name, kind, shown in (*_TEXTS, *_MAPS):
        if not isinstance(config.get(name), kind | None):
            raise OpenSearchParseException(f"Value must be of type {shown}: [{name}]")
    named = [name for name in ("source", "inline", "id", "stored") if config.get(name) is not None]
    if not named:
        raise OpenSearchParseException("Expected one of [source] or [id] fields, but found none")
    lang, params = config.get("lang"), config.get("params")
    more = {"params": params} if params else {}
    if named[-1] in ("id", "stored"):
        if lang is not None:
            raise IllegalArgumentException("[lang] cannot be specified for stored scripts")
        return {"id": config[named[-1]], **more}
    options = config.get("options")
    more = {**({"options": options} if options else {}), **more}
    return {"source": config[named[-1]], "lang": "painless" if lang is None else lang, **more}


_TEXTS = tuple((name, str, "String") for name in ("lang", "source", "inline", "id", "stored"))
_MAPS = tuple((name, dict, "Map") for name in ("params", "options"))


@register("derived")
class DerivedFieldType(FieldType):
    """A derived field as a mapping, or a search, defines it. ``emits`` is the type of what its script emits."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("type", text, "", updatable=True),
        Parameter("script", _script, None, updatable=True),
        Parameter("properties", lambda value: value, {}, updatable=True),
        Parameter("prefilter_field", text, "", updatable=True),
        Parameter("format", text, DEFAULT_DATE_FORMAT, updatable=True),
        Parameter("ignore_malformed", boolean, False, updatable=True),
    )
    searchable = False
    has_doc_values = False
    aggregatable = True
    emits: str = ""
    _typed = False

    @property
    def defined_as(self) -> str:
        return self.emits if self._typed else "null"

    def configure(self, definition: Mapping[str, Any]) -> None:
        emits = definition.get("type")
        if not isinstance(emits, str | None):
            raise cannot_be_cast(emits, "java.lang.String")
        self.emits, self._typed = emits or "", emits is not None
        super().configure(definition)

    def check_parameter(self, name: str, value: Any) -> None:
        if name != "properties":
            return
        if not isinstance(value, dict):
            raise MapperParsingException(
                f"[properties] must be an object, got {simple_class(value)}[{java_string(value)}] for field "
                f"[{self.name}]"
            )
        for item in value.values():
            if item is None:
                raise MapperParsingException(f"[properties] values can't be null (field [{self.name}])")
            if not isinstance(item, str):
                raise MapperParsingException(
                    f"[properties] values can only be strings, but got {simple_class(item)}[{java_string(item)}] for "
                    f"field [{self.name}]"
                )

    def build(self) -> None:
        if self.emits not in SUPPORTED:
            raise IllegalArgumentException(f"Type [{self.emits}] isn't supported in Derived field context.")

    def default(self, name: str) -> Any:
        if name == "ignore_malformed":
            return self.context.flag("index.mapping.ignore_malformed")
        return super().default(name)

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = {**super().echo(include_defaults), "type": self.emits}
        if told.get("script", ...) is None:
            del told["script"]
        return told

    def typed(self) -> FieldType:
        """A field of the type of what is emitted, which no document has a value of."""
        kind = SUPPORTED[self.emits]
        field = KINDS[kind](self.path, kind, self.context)
        field.configure({})
        return field

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        raise UnsupportedOperationException("should not be invoked")

    def new_buffer(self) -> Buffer | None:
        return None

    def no_exists(self) -> OpenSearchError:
        return UnsupportedOperationException(f"Field [{self.path}] of type [derived] does not support exist queries")
