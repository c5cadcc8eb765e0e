"""The tree of objects and fields that a mapping is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakeknn.errors import IllegalArgumentException, MapperException
from fakeknn.fields import FieldType
from fakeknn.fields.derived import DerivedFieldType
from fakeknn.xcontent import java_string


class ObjectMapper:
    """An object or nested object of the tree; the root is one with an empty path."""

    def __init__(self, path: str = "") -> None:
        self.path = path
        self.children: dict[str, ObjectMapper | FieldType] = {}
        self.nested = False
        self.enabled: bool | None = None
        self.dynamic: str | None = None
        self.include_in_parent: bool | None = None
        self.include_in_root: bool | None = None
        self.disable_objects: bool | None = None
        """Whether the names of its fields are dotted, and no objects lie in it."""

    def adopt(self, other: ObjectMapper) -> None:
        """Be of the other's kind, as every definition of an object must be."""
        self.nested, self.enabled = other.nested, other.enabled
        self.disable_objects = other.disable_objects
        self.include_in_parent, self.include_in_root = other.include_in_parent, other.include_in_root

    def no_object(self, child: ObjectMapper) -> str:
        """What is said of an object in one that has none."""
        return (
            f"Field mapping conflict: Cannot add nested object field [{child.path}] when disable_objects is enabled "
            f"for [{self.path or '_doc'}]. With disable_objects=true, all fields must use flat field notation (e.g., "
            "'field.name' as a single field) rather than nested object structures."
        )

    @property
    def name(self) -> str:
        return self.path.rpartition(".")[2]

    def child_path(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = {}
        if self.nested:
            told["type"] = "nested"
            if self.include_in_parent:
                told["include_in_parent"] = True
            if self.include_in_root:
                told["include_in_root"] = True
        elif self.path and not self.children:
            told["type"] = "object"
        if self.dynamic is not None:
            told["dynamic"] = self.dynamic
        if self.enabled is False:
            told["enabled"] = False
        if self.disable_objects is not None:
            told["disable_objects"] = self.disable_objects
        return told

    def members(self, include_defaults: bool = False) -> dict[str, Any]:
        """What lies in the object, as GET _mapping tells it: derived fields apart from the others."""
        told: dict[str, Any] = {}
        for section, derived in (("derived", True), ("properties", False)):
            found = {
                name: {**child.echo(include_defaults), **child.members(include_defaults)}
                if isinstance(child, ObjectMapper)
                else child.echo(include_defaults)
                for name, child in sorted(self.children.items())
                if isinstance(child, DerivedFieldType) is derived
            }
            if found:
                told[section] = found
        return told

    def walk(self) -> Iterator[ObjectMapper | FieldType]:
        """Everything below, multi-fields too."""
        for child in self.children.values():
            yield child
            if isinstance(child, ObjectMapper):
                yield from child.walk()
            else:
                yield from _beside(child)

    def merged(self, other: ObjectMapper) -> ObjectMapper:
        """This object with a new definition of it merged in."""
        out = ObjectMapper(self.path)
        if self.path and self.nested != other.nested:
            was, becomes = ("nested", "non-nested") if self.nested else ("non-nested", "nested")
            raise IllegalArgumentException(f"cannot change object mapping from {was} to {becomes}")
        for flag in ("include_in_parent", "include_in_root"):
            if bool(getattr(self, flag)) != bool(getattr(other, flag)):
                raise MapperException(f"the [{flag}] parameter can't be updated on a nested object mapping")
        if (self.enabled is not False) != (other.enabled is not False):
            raise MapperException(
                f"the [enabled] parameter can't be updated for the object mapping [{self.path or '_doc'}]"
            )
        if None not in (self.disable_objects, other.disable_objects) and self.disable_objects != other.disable_objects:
            was, becomes = (java_string(bool(one.disable_objects)) for one in (self, other))
            raise MapperException(
                f"Cannot update parameter [disable_objects] from [{was}] to [{becomes}] for object mapping "
                f"[{self.path or '_doc'}]. The disable_objects setting is immutable after index creation."
            )
        out.disable_objects = self.disable_objects
        out.nested, out.enabled = self.nested, self.enabled if other.enabled is None else other.enabled
        out.include_in_parent, out.include_in_root = self.include_in_parent, self.include_in_root
        out.dynamic = self.dynamic if other.dynamic is None else other.dynamic
        out.children = dict(self.children)
        for name, theirs in other.children.items():
            ours = self.children.get(name)
            if ours is None:
                if self.disable_objects and isinstance(theirs, ObjectMapper):
                    raise MapperException(self.no_object(theirs))
                out.children[name] = theirs
            elif isinstance(ours, ObjectMapper):
                if not isinstance(theirs, ObjectMapper):
                    raise IllegalArgumentException(
                        f"can't merge a non object mapping [{theirs.path}] with an object mapping"
                    )
                out.children[name] = ours.merged(theirs)
            elif isinstance(theirs, ObjectMapper):
                raise IllegalArgumentException(f"can't merge a non object mapping [{ours.path}] with an object mapping")
            else:
                out.children[name] = _merged_field(ours, theirs)
        return out


def _beside(field: FieldType) -> Iterator[FieldType]:
    """What a field brings: those that it needs itself, and its multi-fields with theirs."""
    yield from field.inner.values()
    for sub in field.fields.values():
        yield sub
        yield from _beside(sub)


def _merged_field(ours: FieldType, theirs: FieldType) -> FieldType:
    merged = ours.merged(theirs)
    fields = dict(ours.fields)
    for name, sub in theirs.fields.items():
        fields[name] = _merged_field(ours.fields[name], sub) if name in ours.fields else sub
    merged.fields = fields
    return merged
