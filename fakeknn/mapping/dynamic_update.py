"""Dynamic mapping of a document: what its unmapped members become, as it proposes them."""

from __future__ import annotations

from typing import Any

from fakeknn.dates import DateFormat
from fakeknn.errors import (
    IllegalArgumentException,
    MapperParsingException,
    NumberFormatException,
    OpenSearchError,
    StrictDynamicMappingException,
)
from fakeknn.fields import KINDS, FieldType
from fakeknn.fields.numbers import java_double
from fakeknn.mapping.definition import MappingReader
from fakeknn.mapping.dynamic import DEFAULT_TYPES
from fakeknn.mapping.names import join
from fakeknn.mapping.objects import ObjectMapper
from fakeknn.mapping.tree import DYNAMIC_DATE_FORMATS, Mapping
from fakeknn.xcontent import java_string


class DynamicUpdate:
    """The dynamic fields and objects that one document proposes, in order; a field once for each of its values."""

    def __init__(self, mapping: Mapping) -> None:
        self.mapping = mapping
        self.proposals: list[FieldType | ObjectMapper] = []
        self.objects: dict[str, ObjectMapper] = {}

    def add(self, child: FieldType | ObjectMapper) -> None:
        self.proposals.append(child)
        if isinstance(child, ObjectMapper):
            self.objects[child.path] = child

    def merged(self) -> Mapping | None:
        """The mapping with the proposals in it, None without any; refuses two that do not agree
        (IllegalArgumentException).
        """
        if not self.proposals:
            return None
        for child in self.proposals:
            parent = self.mapping.objects.get(child.path.rpartition(".")[0], self.mapping.root)
            if isinstance(child, ObjectMapper) and parent.disable_objects:
                cause = MapperParsingException(parent.no_object(child))
                raise MapperParsingException(f"Failed to parse mapping [_doc]: {cause.reason}") from cause
        update = Mapping(self.mapping.context)
        previous: FieldType | ObjectMapper | None = None
        for i, child in enumerate(sorted(self.proposals, key=lambda child: child.path)):
            if previous is not None and previous.path == child.path:
                # DocumentParser.createDynamicUpdate merges the earlier one into the later, but not the very first.
                if isinstance(child, FieldType) and isinstance(previous, ObjectMapper):
                    raise IllegalArgumentException(
                        f"mapper [{child.path}] cannot be changed from type [{child.kind}] to [ObjectMapper]"
                    )
                _merged(child, previous)
                continue
            if i:
                previous = child
            self._put(update.root, child, self.mapping)
        return self.mapping.merged(update)

    @staticmethod
    def _put(node: ObjectMapper, child: FieldType | ObjectMapper, known: Mapping) -> None:
        parts = _parts(child.path, known)
        for i, part in enumerate(parts[:-1]):
            below = node.children.get(part)
            if not isinstance(below, ObjectMapper):
                prefix = ".".join(parts[: i + 1])
                existing = known.objects.get(prefix)
                below = ObjectMapper(prefix)
                if existing is not None:
                    below.adopt(existing)
                node.children[part] = below
            node = below
        if isinstance(child, FieldType) and "." in parts[-1]:
            child.dotted = parts[-1]
        earlier = node.children.get(parts[-1])
        node.children[parts[-1]] = child if earlier is None else _merged(earlier, child)

    def proposed(self, path: str) -> ObjectMapper | None:
        """An object that this document has proposed already, without what was proposed inside it: fields are proposed
        anew for each value, and must agree in the end."""
        found = self.objects.get(path)
        if found is None:
            return None
        bare = ObjectMapper(path)
        bare.adopt(found)
        bare.dynamic = found.dynamic
        return bare

    def dynamic(self, node: ObjectMapper) -> str:
        """The dynamic setting in force at an object: its own, or that of the nearest parent with one."""
        path = node.path
        dynamic = node.dynamic
        while dynamic is None and "." in path:
            path = path.rpartition(".")[0]
            parent = self.mapping.objects.get(path)
            if parent is None:
                return "true"
            dynamic = parent.dynamic
        return dynamic or self.mapping.root.dynamic or "true"

    def parent(self, node: ObjectMapper, path: str, parts: list[str]) -> tuple[ObjectMapper, str]:
        """The object that the last part of a dotted name belongs to; objects on the way that are missing are
        proposed.
        """
        parent = node
        for part in parts[:-1]:
            here = join(path, part)
            existing = self.mapping.fields.get(here)
            if existing is not None:
                raise MapperParsingException(
                    f"Could not dynamically add mapping for field [{'.'.join(parts)}]. Existing mapping for [{here}] "
                    f"must be of type "
                    f"object but found [{existing.kind}]."
                )
            found = self.mapping.objects.get(here)
            if found is None:
                dynamic = self.dynamic(parent)
                if dynamic == "strict":
                    raise strict(dynamic, parent.path or "_doc", part)
                if dynamic == "false":
                    return parent, path
                made = self.from_template(path, part, "object", dynamic)
                if made is None and dynamic == "false_allow_templates":
                    return parent, path
                found = made if isinstance(made, ObjectMapper) else ObjectMapper(here)
                if found.nested:
                    raise MapperParsingException(
                        f"It is forbidden to create dynamic nested objects ([{here}]) through `copy_to` or dots in "
                        f"field names"
                    )
                self.add(found)
            parent, path = found, here
        return parent, path

    def from_template(self, path: str, name: str, json_type: str, dynamic: str) -> FieldType | ObjectMapper | None:
        full = join(path, name)
        for template in self.mapping.dynamic_templates or ():
            if template.applies(full, name, json_type):
                definition = template.definition(name, DEFAULT_TYPES[json_type])
                return self.made(full, definition)
        if dynamic == "strict_allow_templates":
            raise strict(dynamic, path or "_doc", name)
        return None

    def made(self, path: str, definition: dict[str, Any]) -> FieldType | ObjectMapper:
        reader = MappingReader(self.mapping.context, of_template=True)
        kind = java_string(definition["type"])
        if kind in ("object", "nested"):
            return reader.read_object(path, definition, kind)
        if kind not in KINDS:
            raise MapperParsingException(f"failed to find type parsed [{kind}] for [{path.rpartition('.')[2]}]")
        return reader.make_field(path, kind, definition)

    def guess(self, value: Any) -> tuple[str, dict[str, Any]]:
        """The JSON type that a value counts as, and the mapping it gets without a template."""
        if isinstance(value, bool):
            return "boolean", {"type": "boolean"}
        if isinstance(value, int):
            return "long", {"type": "long"}
        if isinstance(value, float):
            return "double", {"type": "float"}
        is_long, is_double = _reads_as_number(value)
        if self.mapping.numeric_detection:
            if is_long:
                return "long", {"type": "long"}
            if is_double:
                return "double", {"type": "float"}
        if not is_long and not is_double and self.mapping.date_detection is not False:
            for pattern, date_format in self.mapping.dynamic_formats:
                if _reads_as_date(date_format, value):
                    if self.mapping.dynamic_date_formats is None and pattern == DYNAMIC_DATE_FORMATS[0]:
                        return "date", {"type": "date"}
                    return "date", {"type": "date", "format": pattern, "print_format": pattern.split("||")[0]}
        return "string", {"type": "text", "fields": {"keyword": {"type": "keyword", "ignore_above": 256}}}


def _parts(path: str, known: Mapping) -> list[str]:
    """The names of the objects on the way to a field, and its own, which is dotted in an object that has none."""
    parts = path.split(".")
    for i in range(len(parts)):
        holder = known.objects.get(".".join(parts[:i])) if i else known.root
        if holder is not None and holder.disable_objects:
            return [*parts[:i], ".".join(parts[i:])]
    return parts


def _merged(ours: FieldType | ObjectMapper, theirs: FieldType | ObjectMapper) -> FieldType | ObjectMapper:
    holder, other = ObjectMapper(), ObjectMapper()
    holder.children, other.children = {"": ours}, {"": theirs}
    return holder.merged(other).children[""]


def strict(dynamic: str, path: str, name: str) -> StrictDynamicMappingException:
    return StrictDynamicMappingException(
        f"mapping set to {dynamic}, dynamic introduction of [{name}] within [{path}] is not allowed"
    )


def _reads_as_number(text: str) -> tuple[bool, bool]:
    """Whether Long.parseLong and Double.parseDouble take a string."""
    if not text:
        return False, False
    is_long = text.lstrip("+-").isdigit() and len(text) - len(text.lstrip("+-")) <= 1 and -(2**63) <= int(text) < 2**63
    try:
        java_double(text)
    except NumberFormatException:
        return is_long, False
    return is_long, True


def _reads_as_date(date_format: DateFormat, text: str) -> bool:
    try:
        date_format.to_millis(text)
    except OpenSearchError:
        return False
    return True
