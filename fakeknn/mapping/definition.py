"""Mappings read from their definitions (RootObjectMapper.TypeParser and ObjectMapper.TypeParser)."""

from __future__ import annotations

from collections.abc import Mapping as Map
from typing import Any

from fakeknn.dates import DateFormat
from fakeknn.errors import (
    IllegalArgumentException,
    MapperParsingException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    OpenSearchParseException,
)
from fakeknn.fields import KINDS, FieldType, MappingContext
from fakeknn.fields.derived import DerivedFieldType
from fakeknn.fields.parameters import boolean
from fakeknn.knn.java import cannot_be_cast, class_name
from fakeknn.mapping import names, validation
from fakeknn.mapping.dynamic import DynamicTemplate
from fakeknn.mapping.flat import check_children, disabled
from fakeknn.mapping.metadata_mapper import MetadataMapper
from fakeknn.mapping.objects import ObjectMapper
from fakeknn.mapping.tree import Mapping
from fakeknn.xcontent import hashed, java_string

#: Mapping types that OpenSearch has and fakeknn does not.
NOT_FAKED_TYPES = frozenset("star_tree hll semantic sparse_vector icu_collation_keyword murmur3 annotated_text".split())

_DYNAMIC = ("strict", "strict_allow_templates", "false_allow_templates")


def parse_mapping(
    definition: Map[str, Any], context: MappingContext, *, update: bool = False, limits: bool = True
) -> Mapping:
    """A mapping from its definition; what is wrong in it comes as ``Failed to parse mapping [_doc]: ...``.

    That of an ``update`` may speak of fields that are mapped already; without ``limits`` it may be of any size.
    """
    if not isinstance(definition, dict):
        raise cannot_be_cast(definition, "java.util.Map")
    if len(definition) == 1 and "_doc" in definition and isinstance(definition["_doc"], dict):
        definition = definition["_doc"]
    reader = MappingReader(context)
    try:
        # It comes out of HashMaps, so of several mistakes the first by hash is told.
        mapping = reader.read(hashed(definition))
        validation.check_names(mapping)
    except OpenSearchError as cause:
        raise MapperParsingException(f"Failed to parse mapping [_doc]: {cause.reason or 'null'}") from cause
    if reader.copies_nowhere:
        raise NullPointerException('Cannot invoke "String.lastIndexOf(int)" because "field" is null')
    if not update:
        validation.validate(mapping, limits=limits)
        validation.check_references(mapping)
    return mapping


def derived_fields(definition: Map[str, Any], context: MappingContext) -> dict[str, DerivedFieldType]:
    """The fields of a search's ``derived``, by name."""
    reader = MappingReader(context)
    reader.read_derived(reader.mapping.root, hashed(definition))
    return {path: field for path, field in reader.mapping.fields.items() if isinstance(field, DerivedFieldType)}


class MappingReader:
    """Reads one definition, or a part of one.

    ``of_template``: it is what a dynamic template makes, of which nobody asks what is left over.
    """

    def __init__(self, context: MappingContext, *, of_template: bool = False) -> None:
        self.context = context
        self.of_template = of_template
        self.mapping = Mapping(context)
        """What has been read."""
        self.copies_nowhere = False
        """Whether some field is copied to null."""
        self._clash: OpenSearchError | None = None
        """The first of the definitions that do not go together, which is told when all have been read."""

    def read(self, definition: Map[str, Any]) -> Mapping:
        """The mapping of a definition whose members come as out of a HashMap."""
        mapping = self.mapping
        left: dict[str, Any] = {}
        for key, value in definition.items():
            if key in ("dynamic_date_formats", "date_formats"):
                self._read_date_formats(value)
            elif key == "dynamic_templates":
                self._read_templates(value)
            elif key == "date_detection":
                mapping.date_detection = _named_flag(value, key)
            elif key == "numeric_detection":
                mapping.numeric_detection = _named_flag(value, key)
            elif key in names.METADATA:
                if not isinstance(value, dict):
                    raise IllegalArgumentException("[_parent] must be an object containing [type]")
                mapping.metadata[key] = MetadataMapper.parse(key, value)
            elif key == "_meta":
                mapping.meta = value
            elif not self._read_object_member(mapping.root, key, value):
                left[key] = value
        if self._clash is not None:
            raise self._clash
        check_children(mapping.root)
        if not isinstance(mapping.meta, dict | None):
            raise cannot_be_cast(mapping.meta, "java.util.Map")
        if left:
            raise MapperParsingException(f"Root mapping definition has unsupported parameters: {_remaining(left)}")
        return mapping

    def _read_date_formats(self, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                if item is None:
                    raise _no_text("formatter")
                if java_string(item).startswith("epoch_"):
                    raise MapperParsingException(f"Epoch [{item}] is not supported as dynamic date format")
            self.mapping.dynamic_date_formats = [java_string(item) for item in value]
        elif value is None:
            raise _no_text("fieldNode")
        else:
            self.mapping.dynamic_date_formats = [] if value == "none" else [java_string(value)]
        for given in value if isinstance(value, list) else [value]:
            if not isinstance(given, str):
                raise IllegalArgumentException(f"Invalid format: [{java_string(given)}]: expected string value")
        for pattern in self.mapping.dynamic_date_formats:
            DateFormat.parse(pattern)

    def _read_templates(self, value: Any) -> None:
        if not isinstance(value, list):
            raise MapperParsingException("Dynamic template syntax error. An array of named objects is expected.")
        templates = []
        for item in value:
            if item is None:
                raise NullPointerException('Cannot invoke "java.util.Map.size()" because "tmpl" is null')
            if not isinstance(item, dict):
                raise cannot_be_cast(item, "java.util.Map")
            if len(item) != 1:
                raise MapperParsingException("A dynamic template must be defined with a name")
            ((name, definition),) = item.items()
            templates.append(DynamicTemplate.parse(name, definition))
        self.mapping.dynamic_templates = templates

    def _read_object_member(self, node: ObjectMapper, key: str, value: Any) -> bool:
        if key == "dynamic":
            if value is None:
                raise _no_text("fieldNode")
            shown = java_string(value)
            node.dynamic = shown.lower() if shown.lower() in _DYNAMIC else str(_flag(value, "dynamic")).lower()
        elif key == "enabled":
            node.enabled = _flag(value, "enabled")
        elif key == "properties":
            if isinstance(value, dict):
                self._read_properties(node, value)
            elif not (isinstance(value, list) and not value):
                raise OpenSearchParseException("properties must be a map type")
        elif key == "derived":
            if isinstance(value, dict):
                self.read_derived(node, value)
            elif not (isinstance(value, list) and not value):
                raise OpenSearchParseException("derived must be a map type")
        elif key == "disable_objects":
            if value is None:
                raise _no_text("node")
            node.disable_objects = disabled(value, key)
        elif key in ("composite", "context_aware_grouping"):
            raise NotFaked(f"[{key}] in a mapping")
        elif key != "include_in_all":
            return False
        return True

    def _read_properties(self, node: ObjectMapper, properties: dict[str, Any]) -> None:
        for name, definition in properties.items():
            if isinstance(definition, list) and not definition:
                continue
            if not isinstance(definition, dict):
                # The real server names the class of the field's name, not that of its definition.
                raise MapperParsingException(
                    f"Expected map for property [fields] on field [{name}] but got a class java.lang.String"
                )
            self._read_property(node, name, definition)

    def read_derived(self, node: ObjectMapper, derived: Map[str, Any]) -> None:
        """ObjectMapper.TypeParser.parseDerived: fields whose ``type`` is that of what they emit."""
        for name, definition in derived.items():
            if isinstance(definition, list) and not definition:
                continue
            if not isinstance(definition, dict):
                raise MapperParsingException(
                    f"Expected map for property [derived_fields] on field [{name}] but got a class java.lang.String"
                )
            holder, own = self._place_for(node, name)
            self._put(holder, own, self.make_field(holder.child_path(own), "derived", definition))

    def _place_for(self, node: ObjectMapper, name: str) -> tuple[ObjectMapper, str]:
        """The object that a field of a dotted name stands in, made where it is missing, and the field's own name."""
        if node.disable_objects:
            return node, name
        parts = name.split(".")
        while name and parts and not parts[-1]:
            parts.pop()  # Java's split drops empty strings at the end
        if not parts:
            raise MapperParsingException(f"Invalid field name {name}")
        for part in parts[:-1]:
            node = self._intermediate(node, part)
        return node, parts[-1]

    def _read_property(self, node: ObjectMapper, name: str, definition: dict[str, Any]) -> None:
        kind = definition.get("type")
        if kind is None:
            if definition.get("properties") is not None or (
                len(definition) == 1 and definition.get("enabled") is not None
            ):
                kind = "object"
            else:
                raise MapperParsingException(f"No type specified for field [{name}]")
        kind = java_string(kind)
        if kind not in ("object", "nested") and kind not in KINDS:
            if kind in NOT_FAKED_TYPES:
                raise NotFaked(f"the mapping type [{kind}]")
            raise MapperParsingException(f"No handler for type [{kind}] declared on field [{name}]")
        node, own = self._place_for(node, name)
        child: ObjectMapper | FieldType
        if kind in ("object", "nested"):
            child = self.read_object(node.child_path(own), definition, kind)
        else:
            child = self.make_field(node.child_path(own), kind, definition)
        self._put(node, own, child)

    def _intermediate(self, node: ObjectMapper, part: str) -> ObjectMapper:
        if not part:
            raise IllegalArgumentException("name cannot be empty string")
        below = node.children.get(part)
        if not isinstance(below, ObjectMapper) or below.nested:
            created = ObjectMapper(node.child_path(part))
            self._put(node, part, created)
            below = node.children[part]
        return below if isinstance(below, ObjectMapper) else created

    def _put(self, node: ObjectMapper, name: str, child: ObjectMapper | FieldType) -> None:
        """Add a child; the same name twice (once dotted, once as an object) is merged."""
        if not name:
            raise IllegalArgumentException("name cannot be empty string")
        if not name.strip():
            raise IllegalArgumentException(f"Field name cannot contain only whitespace: [{child.path}]")
        if isinstance(child, FieldType) and "." in name:
            child.dotted = name
        existing = node.children.get(name)
        if existing is None:
            node.children[name] = child
            return
        try:
            node.children[name] = self._together(node, name, existing, child)
        except OpenSearchError as clash:
            self._clash = self._clash or clash

    @staticmethod
    def _together(
        node: ObjectMapper, name: str, existing: ObjectMapper | FieldType, child: ObjectMapper | FieldType
    ) -> ObjectMapper | FieldType:
        if isinstance(existing, FieldType) and isinstance(child, ObjectMapper):
            raise IllegalArgumentException(
                f"mapper [{existing.path}] cannot be changed from type [{existing.kind}] to [ObjectMapper]"
            )
        holder, other = ObjectMapper(node.path), ObjectMapper(node.path)
        holder.children, other.children = {name: existing}, {name: child}
        return holder.merged(other).children[name]

    def read_object(self, path: str, definition: dict[str, Any], kind: str) -> ObjectMapper:
        node = ObjectMapper(path)
        node.nested = kind == "nested"
        left: dict[str, Any] = {}
        for key, value in definition.items():
            if key == "type":
                continue
            if key in ("include_in_parent", "include_in_root") and value is None:
                left[key] = value
            elif key == "include_in_parent":
                node.include_in_parent = _named_flag(value, f"{node.name}.{key}")
            elif key == "include_in_root":
                node.include_in_root = _named_flag(value, f"{node.name}.{key}")
            elif not self._read_object_member(node, key, value):
                left[key] = value
        check_children(node)
        if left and not self.of_template:
            raise MapperParsingException(
                f"Mapping definition for [{node.name}] has unsupported parameters: {_remaining(left)}"
            )
        return node

    def make_field(self, path: str, kind: str, definition: Map[str, Any], *, sub_field: bool = False) -> FieldType:
        """One field of its definition, with its multi-fields."""
        field = KINDS[kind](path, kind, self.context)
        field.of_template = self.of_template
        if not field.takes_subs:
            field.configure({key: value for key, value in definition.items() if key != "type"})
            return field
        field.check_subs(definition)
        apart = ("fields", "copy_to") if kind == "derived" else ("type", "fields", "copy_to")
        own = {key: value for key, value in definition.items() if key not in apart}
        if "copy_to" in definition:
            given = definition["copy_to"]
            items = given if isinstance(given, list) else [given]
            field.copy_to = [java_string(item) for item in items]
            self.copies_nowhere |= None in items
        if "fields" in definition:
            subs = definition["fields"]
            if subs is None:
                raise NullPointerException('Cannot invoke "Object.getClass()" because "propNode" is null')
            if not isinstance(subs, dict):
                if not (isinstance(subs, list) and not subs):
                    raise MapperParsingException(
                        f"expected map for property [fields] on field [{java_string(subs)}] or [fields] but got a "
                        f"class {class_name(subs)}"
                    )
                subs = {}
            for name, sub in subs.items():
                field.fields[name] = self._multi_field(path, name, sub)
        field.configure(own)
        return field

    def _multi_field(self, path: str, name: str, definition: Any) -> FieldType:
        if not isinstance(definition, dict):
            raise MapperParsingException(f"illegal field [{name}], only fields can be specified inside fields")
        if "." in name:
            raise MapperParsingException(
                f"Field name [{name}] which is a multi field of [{path.rpartition('.')[2]}] cannot contain '.'"
            )
        kind = definition.get("type")
        if kind is None:
            raise MapperParsingException(f"no type specified for property [{name}]")
        kind = java_string(kind)
        if kind in ("object", "nested"):
            raise MapperParsingException(f"Type [{kind}] cannot be used in multi field")
        if kind == "alias":
            raise MapperParsingException(f"Type [{kind}] cannot be used in multi field")
        if kind not in KINDS:
            if kind in NOT_FAKED_TYPES:
                raise NotFaked(f"the mapping type [{kind}]")
            raise MapperParsingException(f"no handler for type [{kind}] declared on field [{name}]")
        return self.make_field(f"{path}.{name}", kind, definition, sub_field=True)


def _no_text(variable: str) -> NullPointerException:
    return NullPointerException(f'Cannot invoke "Object.toString()" because "{variable}" is null')


def _named_flag(value: Any, name: str) -> bool:
    """XContentMapValues.nodeBooleanValue with a name."""
    if value is None:
        raise _no_text("node")
    try:
        return boolean(value)
    except IllegalArgumentException as cause:
        raise IllegalArgumentException(f"Could not convert [{name}] to boolean") from cause


def _flag(value: Any, name: str) -> bool:
    """A flag of an object, whose parser gives its name twice."""
    return _named_flag(value, f"{name}.{name}")


def _remaining(left: Map[str, Any]) -> str:
    return "".join(f" [{key} : {java_string(value)}]" for key, value in left.items())
