"""Objects of ``disable_objects``: their fields have dotted names, whatever objects a document writes them in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from fakeknn.errors import IllegalArgumentException, MapperParsingException
from fakeknn.fields.parameters import boolean
from fakeknn.mapping.objects import ObjectMapper
from fakeknn.xcontent import java_string


class Leaf(NamedTuple):
    """A value and where it stands; ``name`` is its name in the object."""

    name: str
    container: Any
    key: Any
    value: Any
    listed: bool
    """Whether it is an array's item, whose dotted name is taken for a path all the same."""


def disabled(value: Any, name: str) -> bool:
    """The parameter ``disable_objects`` of an object."""
    try:
        return boolean(value)
    except IllegalArgumentException as error:
        cause = IllegalArgumentException(f"Could not convert [{name}.disable_objects] to boolean")
        cause.__cause__ = error
        raise IllegalArgumentException(
            "Configuration error: Parameter [disable_objects] must be a boolean value (true or false), but got "
            f"[{java_string(value)}]. {cause.reason}"
        ) from cause


def check_children(node: ObjectMapper) -> None:
    """Refuse objects in one that has none (ObjectMapper.Builder.build)."""
    for child in node.children.values():
        if node.disable_objects and isinstance(child, ObjectMapper):
            raise MapperParsingException(node.no_object(child))


def leaves(node: ObjectMapper, body: dict[str, Any]) -> Iterator[Leaf]:
    """The values of an object; below the root the parser of a mapped field is given whatever stands there, and an
    array of values is one for the parser that it is about to have."""
    for key, value in body.items():
        if node.path and (key in node.children or (isinstance(value, list) and not _holds_objects(value))):
            yield Leaf(key, body, key, value, False)
        else:
            yield from _leaves(key, body, key, value, False)


def _holds_objects(values: list[Any]) -> bool:
    return all(_holds_objects(item) if isinstance(item, list) else isinstance(item, dict) for item in values)


def _leaves(name: str, container: Any, key: Any, value: Any, listed: bool) -> Iterator[Leaf]:
    if isinstance(value, dict):
        for inner, item in value.items():
            yield from _leaves(f"{name}.{inner}", value, inner, item, False)
    elif isinstance(value, list):
        for i, item in enumerate(value):
            yield from _leaves(name, value, i, item, True)
    else:
        yield Leaf(name, container, key, value, listed)


def first_of(values: list[Any]) -> Any:
    """The first value of an array, by which a field is mapped."""
    return next((first_of(item) if isinstance(item, list) else item for item in values if item is not None), "")
