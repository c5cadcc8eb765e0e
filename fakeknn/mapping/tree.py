"""The mapping of an index: read from its definition, merged with another, told again."""

from __future__ import annotations

from collections.abc import Mapping as Map
from copy import copy
from dataclasses import replace
from functools import cached_property
from typing import Any

from fakeknn.dates import DateFormat
from fakeknn.fields import FieldType, MappingContext
from fakeknn.fields.alias import AliasFieldType
from fakeknn.fields.metadata import METADATA
from fakeknn.fields.patterns import simple_match
from fakeknn.mapping import validation
from fakeknn.mapping.dynamic import DynamicTemplate
from fakeknn.mapping.metadata_mapper import MetadataMapper
from fakeknn.mapping.objects import ObjectMapper
from fakeknn.source import SourceFilter
from fakeknn.xcontent import hash_ordered

#: The format that dynamic dates are read with.
DYNAMIC_DATE_FORMATS = ("strict_date_optional_time", "yyyy/MM/dd HH:mm:ss||yyyy/MM/dd||epoch_millis")


class Mapping:
    """The whole mapping of an index. Never changed once made: a merge gives a new one."""

    def __init__(self, context: MappingContext) -> None:
        self.context = context
        self.root = ObjectMapper()
        self.meta: dict[str, Any] | None = None
        self.metadata: dict[str, MetadataMapper] = {}
        self.unsaid = False
        """Whether nobody has given the index any mapping."""
        self.of_every_index: Map[str, FieldType] = METADATA
        """The fields that are there without being defined."""
        self.date_detection: bool | None = None
        self.numeric_detection: bool | None = None
        self.dynamic_date_formats: list[str] | None = None
        self.dynamic_templates: list[DynamicTemplate] | None = None

    # -- what is derived of the tree

    @cached_property
    def fields(self) -> dict[str, FieldType]:
        """Every field by its full name, multi-fields and aliases too."""
        return {node.path: node for node in self.root.walk() if isinstance(node, FieldType)}

    @cached_property
    def objects(self) -> dict[str, ObjectMapper]:
        return {node.path: node for node in self.root.walk() if isinstance(node, ObjectMapper)}

    @cached_property
    def nested_paths(self) -> list[str]:
        return sorted(path for path, node in self.objects.items() if node.nested)

    def nested_parent(self, path: str) -> str | None:
        """The nearest nested object that a field or object lies in, None for the document itself."""
        parent = path.rpartition(".")[0]
        while parent:
            node = self.objects.get(parent)
            if node is not None and node.nested:
                return parent
            parent = parent.rpartition(".")[0]
        return None

    def field(self, path: str) -> FieldType | None:
        """The field of this name; an alias gives the field it stands for."""
        found = self.fields.get(path)
        if isinstance(found, AliasFieldType):
            return self.fields.get(found.target)
        if found is None:
            return self._inside(path) if "." in path or "\0" in path else self.of_every_index.get(path)
        return found

    def without_metadata(self) -> Mapping:
        """As searches find it while no mapping has been made at all."""
        bare = copy(self)
        bare.of_every_index = {}
        return bare

    def _inside(self, path: str) -> FieldType | None:
        """A name below a field that answers for what is inside it (flat_object)."""
        parent = path.partition("\0")[0] + "." if "\0" in path else path
        while "." in parent:
            parent = parent.rpartition(".")[0]
            holder = self.fields.get(parent)
            if holder is not None:
                inner = getattr(holder, "inner_field", None)
                return inner(path) if inner is not None else None
        return None

    def matching(self, pattern: str) -> list[str]:
        """The names of the fields (aliases too) that a pattern with ``*`` matches."""
        if "*" not in pattern:
            return [pattern] if self.field(pattern) is not None else []
        return [path for path in self.fields if simple_match(pattern, path)]

    def source_paths(self, field: FieldType) -> list[str]:
        """MappingLookup.sourcePaths: where a field's values stand in the source, those copied to it included."""
        path = field.path
        parent = self.fields.get(path.rpartition(".")[0])
        if parent is not None and (path.rpartition(".")[2] in parent.fields or path in parent.inner):
            path = parent.path
        copied = [other.path for other in self.fields.values() if path in other.copy_to]
        return hash_ordered([path, *copied])

    @cached_property
    def depth_limit(self) -> int:
        """How deep objects may lie in each other, and arrays: index.mapping.depth.limit."""
        return self.context.number("index.mapping.depth.limit", 20)

    @cached_property
    def stores_fields(self) -> bool:
        """Whether any field is kept beside the source."""
        return any(field.options.get("store") for field in self.fields.values())

    @cached_property
    def source_filter(self) -> SourceFilter:
        return SourceFilter(self._metadata("_source")["includes"], self._metadata("_source")["excludes"])

    def _metadata(self, name: str) -> MetadataMapper:
        return self.metadata.get(name) or MetadataMapper(name)

    @cached_property
    def source_enabled(self) -> bool:
        return bool(self._metadata("_source")["enabled"])

    @cached_property
    def routing_required(self) -> bool:
        return bool(self._metadata("_routing")["required"])

    @cached_property
    def timestamp_field(self) -> str | None:
        """The field that documents of a data stream have one value of."""
        timestamp = self._metadata("_data_stream_timestamp")
        return str(timestamp["timestamp_field"]["name"]) if timestamp["enabled"] else None

    @cached_property
    def dynamic_formats(self) -> list[tuple[str, DateFormat]]:
        patterns = DYNAMIC_DATE_FORMATS if self.dynamic_date_formats is None else self.dynamic_date_formats
        return [(pattern, DateFormat.parse(pattern)) for pattern in patterns]

    # -- telling and merging

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        """GET _mapping's ``mappings``."""
        told: dict[str, Any] = {}
        if self.root.dynamic is not None:
            told["dynamic"] = self.root.dynamic
        if self.root.enabled is False:
            told["enabled"] = False
        if self.root.disable_objects is not None:
            told["disable_objects"] = self.root.disable_objects
        if self.meta is not None:
            told["_meta"] = self.meta
        for name, mapper in sorted(self.metadata.items()):
            if mapper.echo():
                told[name] = mapper.echo(include_defaults)
        if self.dynamic_date_formats is not None:
            told["dynamic_date_formats"] = self.dynamic_date_formats
        if self.dynamic_templates is not None:
            told["dynamic_templates"] = [{template.name: template.echo()} for template in self.dynamic_templates]
        if self.date_detection is not None:
            told["date_detection"] = self.date_detection
        if self.numeric_detection is not None:
            told["numeric_detection"] = self.numeric_detection
        return {**told, **self.root.members(include_defaults)}

    def under(self, settings: Map[str, Any]) -> Mapping:
        """This mapping in an index of other limits: its fields are as they are until it is read anew."""
        twin = copy(self)
        twin.__dict__.pop("depth_limit", None)
        twin.context = replace(self.context, settings=settings)
        return twin

    def merged(self, other: Mapping, *, first: bool = False) -> Mapping:
        """Both in one, which may refuse; of the ``first`` mapping of an index all metadata is taken as it is."""
        out = Mapping(self.context)
        out.root = self.root.merged(other.root)
        out.meta = self.meta if other.meta is None else other.meta
        out.metadata = {
            **self.metadata,
            **{name: one if first else self._metadata(name).merged(one) for name, one in other.metadata.items()},
        }
        for name in (
            "date_detection",
            "numeric_detection",
            "dynamic_date_formats",
            "dynamic_templates",
        ):
            given = getattr(other, name)
            setattr(out, name, getattr(self, name) if given is None else given)
        validation.check_names(out)
        validation.validate(out)
        validation.check_references(out)
        validation.check_partition(out)
        return out
