"""What a mapping says of the metadata fields that can be configured: ``_source``, ``_routing`` and others."""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Mapping as Map
from dataclasses import dataclass, field
from typing import Any

from fakeknn.errors import IllegalArgumentException, MapperParsingException, NullPointerException
from fakeknn.fields.parameters import boolean
from fakeknn.knn.java import cannot_be_cast
from fakeknn.xcontent import java_string


@dataclass(frozen=True, slots=True)
class Parameter:
    """ParametrizedFieldMapper.Parameter: the value without a definition, how one is read, and whether it may change."""

    default: Any
    read: Callable[[Any], Any]
    updateable: bool = False


def _texts(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise cannot_be_cast(value, "java.util.List")
    if None in value:
        raise NullPointerException('Cannot invoke "Object.toString()" because "item" is null')
    return [java_string(item) for item in value]


def _timestamp_field(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise cannot_be_cast(value, "java.util.Map")
    name = value.get("name")
    if name is not None and not isinstance(name, str):
        raise cannot_be_cast(name, "java.lang.String")
    return {"name": name}


#: The parameters of the metadata fields that have any, in the order in which they are told.
PARAMETERS: dict[str, dict[str, Parameter]] = {
    "_data_stream_timestamp": {
        "enabled": Parameter(False, boolean),
        "timestamp_field": Parameter({"name": "@timestamp"}, _timestamp_field),
    },
    "_doc_count": {},
    "_field_names": {"enabled": Parameter(True, boolean, updateable=True)},
    "_routing": {"required": Parameter(False, boolean)},
    "_source": {
        "enabled": Parameter(True, boolean),
        "includes": Parameter([], _texts),
        "excludes": Parameter([], _texts),
        "recovery_source_enabled": Parameter(True, boolean),
        "recovery_source_includes": Parameter([], _texts),
        "recovery_source_excludes": Parameter([], _texts),
    },
}

#: Parameters that every field once had, and that fields without them pass over.
_WITHOUT_EFFECT = frozenset(("store", "meta", "boost", "index", "doc_values", "index_options", "similarity"))


@dataclass(frozen=True, slots=True)
class MetadataMapper:
    """One metadata field; ``values`` are those of the parameters that were given."""

    name: str
    values: Map[str, Any] = field(default_factory=dict)

    @classmethod
    def parse(cls, name: str, definition: Map[str, Any]) -> MetadataMapper:
        """ParametrizedFieldMapper.Builder.parse. Raises MapperParsingException and what Java says of wrong values."""
        parameters = PARAMETERS.get(name)
        if parameters is None:
            raise MapperParsingException(f"{name} is not configurable")
        kind = definition.get("type")
        if kind is not None and not isinstance(kind, str):
            raise cannot_be_cast(kind, "java.lang.String")
        values = {}
        for key, value in definition.items():
            parameter = parameters.get(key)
            if parameter is None:
                if key not in _WITHOUT_EFFECT and key not in ("type", "fields", "copy_to"):
                    raise MapperParsingException(
                        f"unknown parameter [{key}] on mapper [{name}] of type [{kind or 'null'}]"
                    )
            elif value is None:
                raise MapperParsingException(
                    f"[{key}] on mapper [{name}] of type [{kind or 'null'}] must not have a [null] value"
                )
            else:
                values[key] = parameter.read(value)
        return cls(name, values)

    def __getitem__(self, key: str) -> Any:
        return self.values.get(key, PARAMETERS[self.name][key].default)

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        """What GET _mapping tells of it; empty if all is as it is by default."""
        told = {key: self[key] for key, one in PARAMETERS[self.name].items() if self[key] != one.default}
        return {key: self[key] for key in PARAMETERS[self.name]} if told and include_defaults else told

    def merged(self, other: MetadataMapper) -> MetadataMapper:
        """This field with another definition of it; raises IllegalArgumentException if what may not change does."""
        conflicts = [
            f"Cannot update parameter [{key}] from [{java_string(self[key])}] to [{java_string(other[key])}]"
            for key, parameter in PARAMETERS[self.name].items()
            if not parameter.updateable and self[key] != other[key]
        ]
        if conflicts:
            told = "\n\t".join(conflicts)
            raise IllegalArgumentException(f"Mapper for [{self.name}] conflicts with existing mapper:\n\t{told}")
        return MetadataMapper(self.name, {key: other[key] for key in PARAMETERS[self.name]})
