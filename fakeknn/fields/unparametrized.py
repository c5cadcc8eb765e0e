"""Field types that OpenSearch still reads by hand: FieldMapper, before ParametrizedFieldMapper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from fakeknn.errors import (
    IllegalArgumentException,
    MapperParsingException,
    NullPointerException,
    OpenSearchParseException,
)
from fakeknn.fields.base import FieldType
from fakeknn.fields.parameters import boolean, check_meta, decimal
from fakeknn.xcontent import java_string


class UnparametrizedFieldType(FieldType):
    """What these share: flags whose refusal names the field, and an error of its own kind for what they do not know."""

    shared: ClassVar[tuple[str, ...]] = ("index", "doc_values", "store")
    by_default: ClassVar[Mapping[str, bool]] = {"index": True, "doc_values": True, "store": False}

    def configure(self, definition: Mapping[str, Any]) -> None:
        others = {name: value for name, value in definition.items() if not self.read(name, value)}
        left = {name: value for name, value in others.items() if not self.read_shared(name, value)}
        self.build()
        if left and not self.of_template:
            shown = "".join(f" [{key} : {java_string(value)}]" for key, value in left.items())
            raise MapperParsingException(f"Mapping definition for [{self.name}] has unsupported parameters: {shown}")

    def check_subs(self, definition: Mapping[str, Any]) -> None:
        for name in ("fields", "copy_to"):
            self._check_null(name, definition.get(name, ""))

    @staticmethod
    def _check_null(name: str, value: Any) -> None:
        """TypeParsers.checkNull."""
        if value is None and name != "null_value":
            raise MapperParsingException(f"[{name}] must not have a [null] value")

    def read_shared(self, name: str, value: Any) -> bool:
        """TypeParsers.parseField, of what the type itself has not taken; False for what no type knows."""
        self._check_null(name, value)
        if name in self.shared:
            self.keep(name, self.flag(name, value))
        elif name == "meta":
            check_meta(self.name, value)
            self.keep(name, value)
        elif name == "boost":
            decimal(value)
        elif name == "index_options":
            if java_string(value).lower() not in ("docs", "freqs", "positions", "offsets"):
                raise OpenSearchParseException(f"failed to parse index option [{java_string(value)}]")
        elif name != "similarity":
            return False
        return True

    def read(self, name: str, value: Any) -> bool:
        """Take a parameter of the type's own; False for one that it does not know."""
        return False

    def keep(self, name: str, value: Any) -> None:
        self.options[name] = value
        self.given.add(name)

    def flag(self, name: str, value: Any) -> bool:
        if value is None:
            raise NullPointerException('Cannot invoke "Object.toString()" because "node" is null')
        try:
            return boolean(value)
        except IllegalArgumentException as cause:
            raise IllegalArgumentException(f"Could not convert [{self.name}.{name}] to boolean") from cause

    def option(self, name: str) -> Any:
        return self.options.get(name, self.by_default.get(name))

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = {"type": self.kind}
        if include_defaults:
            told["boost"] = 1.0
        for name in self.shared:
            if include_defaults or self.option(name) != self.by_default[name]:
                told[name] = self.option(name)
        if self.fields:
            told["fields"] = {name: sub.echo(include_defaults) for name, sub in sorted(self.fields.items())}
        if self.copy_to:
            told["copy_to"] = list(self.copy_to)
        if include_defaults or self.options.get("meta"):
            told["meta"] = dict(sorted(self.options.get("meta", {}).items()))
        return told

    def merged(self, other: FieldType) -> FieldType:
        if other.kind != self.kind:
            raise IllegalArgumentException(
                f"mapper [{self.path}] cannot be changed from type [{self.kind}] to [{other.content_type}]"
            )
        conflicts = list(self.conflicts(other))
        if conflicts:
            raise IllegalArgumentException(
                f"Mapper for [{self.path}] conflicts with existing mapping:\n[{', '.join(conflicts)}]"
            )
        return other

    def conflicts(self, other: FieldType) -> Iterable[str]:
        for name in ("index", "store", "doc_values"):
            if name in self.shared and self.option(name) != other.option(name):
                yield f"mapper [{self.path}] has different [{name}] values"

    @property
    def searchable(self) -> bool:
        return bool(self.option("index"))

    @property
    def has_doc_values(self) -> bool:
        return bool(self.option("doc_values"))
