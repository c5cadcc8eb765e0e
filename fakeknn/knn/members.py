"""What a ``knn_vector`` definition says, member by member."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from fakeknn.errors import IllegalArgumentException, MapperParsingException
from fakeknn.knn.component import NOT_CONFIGURED, Component, parse_parameters
from fakeknn.knn.java import cannot_be_cast, class_name, hash_items, text
from fakeknn.knn.spaces import DataType, Engine, Space, get_space

CONTENT_TYPE = "knn_vector"
UNDEFINED = "undefined"
COMPRESSION_LEVELS = ("", "1x", "2x", "4x", "8x", "16x", "32x")
ENGINES: dict[str, Engine] = {"nmslib": "nmslib", "faiss": "faiss", "lucene": "lucene"}

_DROPPED = ("index", "boost", "index_options", "similarity")  # once known to every type, accepted without effect


@dataclass(frozen=True, slots=True)
class Method:
    """The member ``method`` of a definition; engine and space are None where undefined."""

    component: Component
    engine: Engine | None = None
    engine_configured: bool = False
    """Whether the member engine was there at all: null counts as configured, and as undefined."""
    space: Space | None = None

    def echo(self) -> dict[str, Any]:
        space = self.space.name if self.space else UNDEFINED
        return {"engine": self.engine or UNDEFINED, "space_type": space, **self.component.echo()}


def read_members(name: str, definition: Mapping[str, Any]) -> dict[str, Any]:
    """The members that are there, as ``VectorDefinition`` names them.

    Each is read by itself (``ParametrizedFieldMapper.Builder.parse``), then those are checked that know their values.
    Raises MapperParsingException, IllegalArgumentException, ClassCastException or NullPointerException.
    """
    read: dict[str, Any] = {}
    for key, value in hash_items(definition):
        if key in ("type", "fields", "copy_to") or key in _DROPPED:
            continue
        if key not in _READERS:
            raise MapperParsingException(f"unknown parameter [{key}] on mapper [{name}] of type [{CONTENT_TYPE}]")
        if value is None and key not in ("mode", "compression_level"):
            raise MapperParsingException(
                f"[{key}] on mapper [{name}] of type [{CONTENT_TYPE}] must not have a [null] value"
            )
        member = "engine_name" if key == "engine" else key
        read[member] = _READERS[key](name, value)
    _check_choice("mode", read.get("mode"), (None, "in_memory", "on_disk"))
    _check_choice("compression_level", read.get("compression_level", NOT_CONFIGURED), COMPRESSION_LEVELS)
    space_type, engine = read.get("space_type", UNDEFINED), read.get("engine_name", UNDEFINED)
    if space_type.lower() != UNDEFINED:
        get_space(space_type)
    if engine.lower() not in (*ENGINES, UNDEFINED):
        raise IllegalArgumentException(f"Invalid engine type: {engine}")
    return read


def _check_choice(member: str, value: Any, choices: tuple[str | None, ...]) -> None:
    if value not in choices:
        listed = ", ".join(text(choice) for choice in choices)
        raise MapperParsingException(
            f"Unknown value [{text(value)}] for field [{member}] - accepted values are [{listed}]"
        )


def _read_boolean(name: str, value: Any) -> bool:
    given = text(value)
    if given not in ("true", "false"):
        raise IllegalArgumentException(f"Failed to parse value [{given}] as only [true] or [false] are allowed.")
    return given == "true"


def _read_string(name: str, value: Any) -> str:
    return text(value)


def _read_string_or_null(name: str, value: Any) -> str | None:
    return None if value is None else text(value)


def _read_dimension(name: str, value: Any) -> int:
    dimension = _whole(value)
    if dimension is None:
        raise IllegalArgumentException(
            f"Unable to parse [dimension] from provided value [{text(value)}] for vector [{name}]"
        )
    if dimension <= 0:
        raise IllegalArgumentException(f"Dimension value must be greater than 0 for vector: {name}")
    return dimension


def _whole(value: Any) -> int | None:
    """An int of a number without decimals or of the digits in a string."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        whole = int(value)
    except (ValueError, OverflowError):
        return None
    if isinstance(value, str) and (not value.isascii() or "_" in value or value != value.strip()):
        return None
    if class_name(whole) != "java.lang.Integer":
        return None
    return whole if isinstance(value, str) or whole == value else None


def read_data_type(name: str, value: Any) -> DataType:
    if not isinstance(value, str):
        raise cannot_be_cast(value, "java.lang.String")
    data_types: dict[str, DataType] = {"binary": "binary", "byte": "byte", "float": "float"}
    if value.lower() not in data_types:
        raise IllegalArgumentException(
            "Invalid value provided for [data_type] field. Supported values are [binary,byte,float]"
        )
    return data_types[value.lower()]


def _read_meta(name: str, value: Any) -> dict[str, str]:
    """TypeParsers.parseMeta."""

    def java(given: Any) -> str:
        return f"{class_name(given).rpartition('.')[2]}[{text(given)}]"

    if not isinstance(value, dict):
        raise MapperParsingException(f"[meta] must be an object, got {java(value)} for field [{name}]")
    if len(value) > 5:
        raise MapperParsingException(f"[meta] can't have more than 5 entries, but got {len(value)} on field [{name}]")
    for key in value:
        if len(key) > 20:
            raise MapperParsingException(
                f"[meta] keys can't be longer than 20 chars, but got [{key}] for field [{name}]"
            )
    for _, given in hash_items(value):
        if given is None:
            raise MapperParsingException(f"[meta] values can't be null (field [{name}])")
        if not isinstance(given, str):
            raise MapperParsingException(f"[meta] values can only be strings, but got {java(given)} for field [{name}]")
        if len(given) > 50:
            raise MapperParsingException(
                f"[meta] values can't be longer than 50 chars, but got [{given}] for field [{name}]"
            )
    return dict(sorted(value.items()))


def read_method(name: str, value: Any) -> Method:
    """KNNMethodContext.parse."""
    if not isinstance(value, dict):
        raise MapperParsingException('Unable to parse mapping into KNNMethodContext. Object not of type "Map"')
    component_name = ""
    parameters: dict[str, Any] | None = {}
    method = Method(Component(""))
    for key, given in hash_items(value):
        if key == "engine":
            method = replace(method, engine=_read_method_engine(given), engine_configured=True)
        elif key == "space_type":
            method = replace(method, space=_read_method_space(given))
        elif key == "name":
            if not isinstance(given, str):
                raise MapperParsingException("namehas to be a string")
            component_name = given
        elif key == "parameters":
            parameters = parse_parameters(given, "Unable to parse parameters for main method component")
        else:
            raise MapperParsingException(f"Invalid parameter: {key}")
    if not component_name:
        raise MapperParsingException("name needs to be set")
    return replace(method, component=Component(component_name, parameters))


def _read_method_engine(value: Any) -> Engine | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise MapperParsingException('"engine" must be a string')
    if value.lower() not in (*ENGINES, UNDEFINED):
        raise MapperParsingException(f"Invalid engine: {value}")
    return ENGINES.get(value.lower())


def _read_method_space(value: Any) -> Space | None:
    if value is not None and not isinstance(value, str):
        raise MapperParsingException('"space_type" must be a string')
    if value is not None and value.lower() == UNDEFINED:
        return None
    try:
        return get_space(value)
    except IllegalArgumentException:
        raise MapperParsingException(f"Invalid space_type: {text(value)}") from None


_READERS = {
    "store": _read_boolean,
    "doc_values": _read_boolean,
    "dimension": _read_dimension,
    "data_type": read_data_type,
    "meta": _read_meta,
    "method": read_method,
    "model_id": _read_string,
    "mode": _read_string_or_null,
    "compression_level": _read_string_or_null,
    "space_type": _read_string,
    "engine": _read_string,
}
