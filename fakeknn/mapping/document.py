"""How a document becomes rows under a mapping: values parsed, nested objects split off, dynamic fields proposed,
vectors cut out.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    MapperParsingException,
    NotFaked,
    OpenSearchError,
    OpenSearchParseException,
    Where,
)
from fakeknn.fields import DocContext, FieldType, VectorFieldType
from fakeknn.fields.alias import AliasFieldType
from fakeknn.fields.base import UNREADABLE, appears_again, refused_by_lucene
from fakeknn.fields.metadata import METADATA
from fakeknn.fields.vector import outside_of_field
from fakeknn.mapping.dynamic_update import DynamicUpdate, strict
from fakeknn.mapping.flat import first_of, leaves
from fakeknn.mapping.names import RESERVED, join, split
from fakeknn.mapping.objects import ObjectMapper
from fakeknn.mapping.tree import Mapping
from fakeknn.source import Stored, Withheld, strip
from fakeknn.xcontent import generator, hashed, java_string, locate, number_text

#: One row's parsed values by field.
Values = dict[str, list[Any]]


@dataclass(slots=True)
class ParsedDocument:
    """A document ready to be appended: ``rows`` are (nested path or None, values), nested objects before what holds
    them, the document itself last; ``mapping`` is the mapping it needs, if that is a new one. ``refusal`` is what the
    engine will say of it, if it will not take it."""

    rows: list[tuple[str | None, Values]]
    source: Stored
    mapping: Mapping | None = None
    refusal: OpenSearchError | None = None


@dataclass(slots=True)
class Level:
    """The row being filled: the document's or a nested object's."""

    nested_path: str | None
    values: Values
    parent: Level | None = None
    refusal: OpenSearchError | None = None

    def refuse(self, kind: str, path: str) -> None:
        """A field comes that Lucene takes but once in a document."""
        if self.refusal is None:
            self.refusal = appears_again(kind, path)


def parse_document(
    mapping: Mapping, body: Any, *, doc_id: str, source: bytes | None, routing: str | None = None
) -> ParsedDocument:
    """Parse a document under a mapping. Raises ``mapper_parsing_exception`` and its kin; nothing is changed.

    ``body`` is what ``source`` says (None: there is no text, the body is written as it is).
    """
    return DocumentParser(mapping, body, doc_id, source, routing).parse()


def _text_of(source: bytes | None, body: Any, container: Any, key: Any) -> str:
    """The characters of the number at ``container[key]`` in the text of a document.

    A function, not the parser's method: a parser that reached itself would outlive its document, with all that was
    read of it.
    """
    text = number_text(source, body, Where(container, key)) if source is not None else None
    return java_string(container[key]) if text is None else text


class DocumentParser:
    def __init__(self, mapping: Mapping, body: Any, doc_id: str, source: bytes | None, routing: str | None) -> None:
        self.mapping = mapping
        self.body = body
        self.source = source
        self.context = DocContext(doc_id, partial(_text_of, source, body), routing, mapping)
        self.update: DynamicUpdate | None = None
        self.ignored = self.context.ignored
        self.rows: list[tuple[str | None, Values]] = []
        self.holes: list[tuple[Any, Any]] = []
        self.hole_fields: list[tuple[str, Level]] = []
        self.levels: list[Level] = []
        self.refusal: OpenSearchError | None = None
        self.depth = self.array_depth = 0
        self.nested_objects = 0
        self.in_copy = False

    def parse(self) -> ParsedDocument:
        if not isinstance(self.body, dict):
            raise MapperParsingException("Malformed content, must start with an object")
        level = Level(None, {})
        try:
            if self.mapping.root.enabled is not False:
                self._object(self.mapping.root, "", self.body, level)
            self._at_end(level)
        except MapperParsingException:
            raise
        except OpenSearchError as cause:
            if not refused_by_lucene(cause):
                self._place(cause)
                raise MapperParsingException("failed to parse") from cause
            level.refusal = level.refusal or cause
        self._close(level)
        if self.ignored:
            level.values["_ignored"] = list(self.ignored)
        merged = self.update.merged() if self.update is not None else None
        return ParsedDocument(self.rows, self._stored(), merged, self.refusal)

    def _at_end(self, level: Level) -> None:
        """What is looked at behind the last member."""
        if self.mapping.timestamp_field is not None:
            self._check_timestamp(self.mapping.timestamp_field, level)

    def _check_timestamp(self, path: str, level: Level) -> None:
        """DataStreamFieldMapper.postParse: what goes into a data stream has one timestamp."""
        timestamp = self.mapping.field(path)
        values = level.values.get(path, ()) if timestamp is None or timestamp.has_doc_values else ()
        if len([value for value in values if isinstance(value, (int, float))]) != 1:
            raise IllegalArgumentException(
                f"documents must contain a single-valued timestamp field '{path}' of date type"
            )

    def _close(self, level: Level) -> None:
        if self.context.waiting:
            self._complete(level)
        self.levels.append(level)
        self.refusal = self.refusal or level.refusal  # Lucene is given nested objects before what holds them
        self.rows.append((level.nested_path, level.values))

    def _complete(self, level: Level) -> None:
        """Values that need others of their row; those of the rows around wait for theirs. They are completed when
        Lucene asks for their tokens, so that it is Lucene that refuses them."""
        left = []
        for node, value, more in self.context.waiting:
            if any(value is one for one in level.values.get(node.path, ())):
                try:
                    node.complete(value, more, level.values, self.mapping)
                except OpenSearchError as error:
                    level.refusal = level.refusal or error
            else:
                left.append((node, value, more))
        self.context.waiting = left

    def _stored(self) -> Stored:
        mapping = self.mapping
        if not (mapping.source_enabled and mapping.source_filter.empty):
            shown = generator.dump(mapping.source_filter.apply(self.body)) if mapping.source_enabled else None
            return Withheld(shown, generator.dump(self.body)) if mapping.stores_fields else shown
        if self.holes:
            last = len(self.levels) - 1
            index = {id(level): last - i for i, level in enumerate(self.levels)}
            return strip(self.body, self.holes, [(path, index[id(level)]) for path, level in self.hole_fields])
        return generator.dump(self.body) if self.source is None else self.source

    def _place(self, error: OpenSearchError) -> None:
        for link in error.chain():
            if link.at is not None and self.source is not None:
                place = locate(self.source, self.body, link.at)
                line, column = place or (1, 1)
                link.locate(line, column + getattr(link, "offset", 0))
                link.at = None

    # -- objects

    def _object(self, node: ObjectMapper, path: str, body: dict[str, Any], level: Level) -> None:
        self.depth += 1
        if self.depth > self.mapping.depth_limit:
            raise _too_deep("field", self.mapping.depth_limit)
        if node.disable_objects:
            self._flat_object(node, path, body, level)
            self.depth -= 1
            return
        children = node.children
        for key, value in body.items():
            child = children.get(key)
            if (
                child is None
                or type(child) is ObjectMapper
                or value is None
                or (type(value) is list and not child.takes_arrays)  # type: ignore[union-attr]
            ):
                self._member(node, path, body, key, key, value, level)
            else:  # the common case, without a detour: a value of a field
                self._field(child, body, key, value, level)  # type: ignore[arg-type]
        self.depth -= 1

    def _flat_object(self, node: ObjectMapper, path: str, body: dict[str, Any], level: Level) -> None:
        for name, container, key, value, listed in leaves(node, body):
            parts = name.split(".") if listed else [name]
            child = node.children.get(name) if len(parts) == 1 else None
            if isinstance(child, FieldType) and isinstance(value, list) and not child.takes_arrays:
                raise self._refused_array(child, value)
            if child is not None:
                self._known(child, path, container, key, name, value, level)
            elif isinstance(value, list):
                # Once it is mapped, its parser is given the array.
                first = first_of(value)
                if isinstance(first, dict | None):
                    raise NotFaked("an array of objects and values where [disable_objects] is set")
                made = self._dynamic_update().made(join(path, name), self._dynamic_update().guess(first)[1])
                raise self._refused_array(made, value)
            elif value is not None:
                self._new_value(node, path, parts, container, key, value, level)
            elif self._dynamic_update().dynamic(node) in ("strict", "strict_allow_templates"):
                raise strict(self._dynamic_update().dynamic(node), node.path or "_doc", name)

    def _refused_array(self, node: Any, value: list[Any]) -> MapperParsingException:
        """A parser of single values is given an array."""
        cause = node.at_token("START_ARRAY", Where(value, None, "start"))
        if cause is None:
            raise NotFaked(f"an array for a [{node.kind}] in an object without objects")
        self._place(cause)
        failed = self._failed(node, value, cause)
        failed.__cause__ = cause
        return failed

    def _member(
        self, node: ObjectMapper, path: str, container: Any, key: Any, name: str, value: Any, level: Level
    ) -> None:
        """A member of an object: ``container[key]``, called ``name`` (dotted, perhaps)."""
        parts = split(name)
        if len(parts) > 1:
            if self._below_disabled(node, parts):
                return
            child = self._dotted(node, path, parts, name)
        else:
            child = node.children.get(name)
        if child is None and name == "_doc_count" and node.path == "" and path == "":
            self._field(METADATA[name], container, key, value, level)
            return
        if child is None and node.path == "" and name in RESERVED and path == "":
            self._refuse_metadata(name, value)
            return
        if child is None and isinstance(value, dict):
            child = None if self.update is None else self.update.proposed(join(path, name))
        if isinstance(value, list):
            self._array(node, path, container, key, name, parts, child, value, level)
        elif child is not None:
            self._known(child, path, container, key, name, value, level)
        elif isinstance(value, dict):
            self._new_object(node, path, parts, container, key, value, level)
        elif value is None:
            dynamic = node.dynamic
            if dynamic in ("strict", "strict_allow_templates"):
                raise strict(dynamic, node.path or "_doc", name)
        else:
            self._new_value(node, path, parts, container, key, value, level)

    def _refuse_metadata(self, name: str, value: Any) -> None:
        if isinstance(value, list):
            for item in value:
                self._refuse_metadata(name, item)
            return
        raise MapperParsingException(
            f"failed to parse field [{name}] of type [{name}] in document with id '{self.context.doc_id}'. "
            f"Preview of field's value: '{_preview(value)}'"
        ) from MapperParsingException(
            f"Field [{name}] is a metadata field and cannot be added inside a document. Use the index "
            "API request parameters."
        )

    @staticmethod
    def _below_disabled(node: ObjectMapper, parts: list[str]) -> bool:
        for part in parts[:-1]:
            child = node.children.get(part)
            if not isinstance(child, ObjectMapper):
                return False
            node = child
            if node.enabled is False:
                return True
        return False

    @staticmethod
    def _dotted(node: ObjectMapper, path: str, parts: list[str], name: str) -> ObjectMapper | FieldType | None:
        for i, part in enumerate(parts[:-1]):
            child = node.children.get(part)
            if not isinstance(child, ObjectMapper):
                return None
            if child.disable_objects:
                return child.children.get(".".join(parts[i + 1 :]))
            if child.nested:
                raise MapperParsingException(
                    f"Cannot add a value for field [{name}] since one of the intermediate objects is mapped as a "
                    f"nested object: "
                    f"[{child.path}]"
                )
            node = child
        return node.children.get(parts[-1])

    def _known(
        self, child: ObjectMapper | FieldType, path: str, container: Any, key: Any, name: str, value: Any, level: Level
    ) -> None:
        if isinstance(child, ObjectMapper):
            # In an array the real parser has no name at hand.
            shown = "null" if isinstance(container, list) else name
            self._object_value(child, join(path, name), shown, value, level)
        else:
            self._field(child, container, key, value, level)

    def _object_value(self, node: ObjectMapper, path: str, name: str, value: Any, level: Level) -> None:
        if node.enabled is False or value is None:
            return
        if not isinstance(value, dict) and node.disable_objects:
            update = self._dynamic_update()
            first = first_of(value) if isinstance(value, list) else value
            if isinstance(first, dict | None):
                raise NotFaked("an array of objects and values where [disable_objects] is set")
            update.add(update.made(node.path, update.guess(first)[1]))  # which an object is not merged with
            return
        if not isinstance(value, dict):
            raise MapperParsingException(
                f"object mapping for [{node.path}] tried to parse field [{name}] as object, but found a concrete value"
            )
        if not node.nested:
            self._object(node, path, value, level)
            return
        self._count_nested()
        inner = Level(node.path, {}, level)
        self._object(node, path, value, inner)
        self._close(inner)
        if node.include_in_parent:
            self._include(inner, level)
        if node.include_in_root:
            root = level
            while root.parent is not None:
                root = root.parent
            if not node.include_in_parent or root is not level:
                self._include(inner, root)

    def _include(self, inner: Level, outer: Level) -> None:
        """The fields of a nested object are those of a row around it too."""
        for path, items in inner.values.items():
            kept = outer.values.setdefault(path, [])
            kept.extend(items)
            if len(kept) > 1 and (node := self.mapping.fields.get(path)) is not None and node.single is not None:
                outer.refuse(node.single, path)

    def _count_nested(self) -> None:
        self.nested_objects += 1
        limit = self.mapping.context.number("index.mapping.nested_objects.limit", 10_000)
        if self.nested_objects > limit:
            raise MapperParsingException(
                f"The number of nested documents has exceeded the allowed limit of [{limit}]. This limit can be set by "
                "changing the [index.mapping.nested_objects.limit] index level setting."
            )

    def _array(
        self,
        node: ObjectMapper,
        path: str,
        container: Any,
        key: Any,
        name: str,
        parts: list[str],
        child: ObjectMapper | FieldType | None,
        values: list[Any],
        level: Level,
    ) -> None:
        if isinstance(child, FieldType) and child.takes_arrays:
            self._field(child, container, key, values, level)
            return
        self.array_depth += 1
        if self.array_depth > self.mapping.depth_limit:
            raise _too_deep("nested array field", self.mapping.depth_limit)
        if child is None:
            update = self._dynamic_update()
            parent, parent_path = update.parent(node, path, parts)
            dynamic = update.dynamic(parent)
            if dynamic == "strict":
                raise strict("strict", parent.path or "_doc", parts[-1])
            if dynamic != "false":
                made = update.from_template(parent_path, parts[-1], "object", dynamic)
                if isinstance(made, FieldType) and made.takes_arrays:
                    update.add(made)
                    self._field(made, container, key, values, level)
                    self.array_depth -= 1
                    return
                if made is None and dynamic == "false_allow_templates":
                    self.array_depth -= 1
                    return
            node, path, name = parent, parent_path, parts[-1]
        for i, item in enumerate(values):
            self._member(node, path, values, i, name, item, level)
        self.array_depth -= 1

    # -- fields

    def _field(self, node: FieldType, container: Any, key: Any, value: Any, level: Level) -> None:
        if type(value) is list and not node.takes_arrays:
            for i, item in enumerate(value):
                self._field(node, value, i, item, level)
            return
        try:
            if node.gives_lists:
                self.context.kept = level.values.get(node.path, ())
            parsed = node.parse(container, key, value, self.context)
            if node.once and parsed is not None and node.path in level.values:
                raise node.repeated()
        except OpenSearchError as cause:
            if node.raises_plainly or outside_of_field(cause):
                raise
            if not node.ignores_malformed:
                self._place(cause)
                raise self._failed(node, value, cause) from cause
            if isinstance(container, dict) and node.loses_its_place(value, cause):
                # What is left of the object is read as if it were the document's, which ends where the object does.
                token = "END_OBJECT" if next(reversed(container)) == key else "FIELD_NAME"
                extra = IllegalArgumentException(f"Malformed content, found extra data after parsing: {token}")
                raise MapperParsingException("failed to parse") from extra
            if node.tells_ignored(value, cause):
                self.ignored[node.path] = None
            parsed = None
        if parsed is not None:
            kept = level.values.get(node.path)
            if node.spreads:
                for path, one in parsed:
                    same = level.values.setdefault(path, [])
                    same.append(one)
                    if len(same) > 1 and node.single is not None:
                        level.refuse(node.single, path)
            elif node.gives_lists:
                level.values.setdefault(node.path, []).extend(parsed)
            elif kept is None:
                level.values[node.path] = [parsed]
            elif node.single is None:
                kept.append(parsed)
            else:
                level.refuse(node.single, node.path)
            if node.exacting and level.refusal is None:
                level.refusal = node.lucene_refuses(parsed)
            if (
                isinstance(node, VectorFieldType)
                and node.derived
                and self.mapping.source_filter.empty
                and not self.in_copy
                and not (isinstance(key, str) and "." in key)
            ):
                self.holes.append((container, key))
                self.hole_fields.append((node.path, level))
        if parsed is not None and isinstance(node, VectorFieldType) and isinstance(value, list):
            self._after_vector(node, value)
        elif node.fields:
            seen = node.for_subs(container, key, value)
            for sub in node.fields.values():
                self._field(sub, *seen, level)
        if node.copy_to and not self.in_copy:
            self._copy(node, container, key, value, level)

    def _after_vector(self, node: FieldType, value: list[Any]) -> None:
        """A vector's parser leaves the others of its value where the array ends, and they make nothing of that."""
        copies = [] if self.in_copy else node.copy_to
        for other in (*node.fields.values(), *(self.mapping.fields.get(target) for target in copies)):
            if other is None or isinstance(other, AliasFieldType):
                continue
            cause = other.at_end(value)
            if cause is not None:
                self._place(cause)
                raise self._failed(other, None, cause) from cause
        for target in copies:
            if target not in self.mapping.fields:
                raise MapperParsingException("failed to parse") from IllegalStateException(
                    f"Can't handle serializing a dynamic type with content token [END_ARRAY] and field name "
                    f"[{target.rpartition('.')[2]}]"
                )

    def _failed(self, node: FieldType, value: Any, cause: OpenSearchError) -> MapperParsingException:
        preview = getattr(cause, "preview", value)
        shown = (
            "Could not parse field value preview,"
            if preview is UNREADABLE
            else f"Preview of field's value: '{_preview(preview)}'"
        )
        return MapperParsingException(node.refusal(self.context.doc_id, shown))

    def _copy(self, node: FieldType, container: Any, key: Any, value: Any, level: Level) -> None:
        self.in_copy = True
        try:
            for target in node.copy_to:
                holder: Level | None = level
                while (
                    holder is not None
                    and holder.nested_path is not None
                    and not target.startswith(holder.nested_path + ".")
                ):
                    holder = holder.parent
                assert holder is not None
                child = self.mapping.fields.get(target)
                if isinstance(child, AliasFieldType):
                    raise IllegalArgumentException(f"Cannot copy to a field alias [{target}].")
                if child is not None:
                    self._field(child, container, key, value, holder)
                elif value is not None:
                    parts = split(target)
                    self._new_value(self.mapping.root, "", parts, container, key, value, holder)
        finally:
            self.in_copy = False

    # -- dynamic mapping

    def _dynamic_update(self) -> DynamicUpdate:
        if self.update is None:
            self.update = DynamicUpdate(self.mapping)
        return self.update

    def _new_object(
        self,
        node: ObjectMapper,
        path: str,
        parts: list[str],
        container: Any,
        key: Any,
        value: dict[str, Any],
        level: Level,
    ) -> None:
        update = self._dynamic_update()
        parent, parent_path = update.parent(node, path, parts)
        dynamic = update.dynamic(parent)
        if dynamic == "strict":
            raise strict(dynamic, node.path or "_doc", parts[-1])
        if dynamic == "false":
            return
        full = join(parent_path, parts[-1])
        made = update.from_template(parent_path, parts[-1], "object", dynamic)
        if made is None:
            if dynamic == "false_allow_templates":
                return
            made = ObjectMapper(full)
        update.add(made)
        if isinstance(made, ObjectMapper):
            self._object_value(made, full, parts[-1], value, level)
        else:
            self._field(made, container, key, value, level)

    def _new_value(
        self, node: ObjectMapper, path: str, parts: list[str], container: Any, key: Any, value: Any, level: Level
    ) -> None:
        update = self._dynamic_update()
        parent, parent_path = update.parent(node, path, parts)
        dynamic = update.dynamic(parent)
        if dynamic == "strict":
            raise strict(dynamic, parent.path or "_doc", parts[-1])
        if dynamic == "false":
            return
        if isinstance(value, (dict, list)):
            raise IllegalStateException(
                f"Can't handle serializing a dynamic type with content token [START_OBJECT] and field name "
                f"[{parts[-1]}]"
            )
        json_type, definition = self._guessed(update, value)
        made = update.from_template(parent_path, parts[-1], json_type, dynamic)
        if made is None:
            if dynamic == "false_allow_templates":
                return
            made = update.made(join(parent_path, parts[-1]), definition)
        update.add(made)
        self._known(made, parent_path, container, key, parts[-1], value, level)

    def _guessed(self, update: DynamicUpdate, value: Any) -> tuple[str, dict[str, Any]]:
        return update.guess(value)


def _too_deep(what: str, limit: int) -> OpenSearchParseException:
    return OpenSearchParseException(
        f"The depth of the {what} has exceeded the allowed limit of [{limit}]. This limit can be set by changing the "
        "[index.mapping.depth.limit] index level setting."
    )


def _preview(value: Any) -> str:
    return "null" if value is None else java_string(hashed(value))
