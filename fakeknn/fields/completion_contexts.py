"""Contexts of completion fields: categories and places that suggestions are kept apart by (ContextMappings)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple

import numpy as np

from fakeknn.errors import (
    ClassCastException,
    IllegalArgumentException,
    MapperParsingException,
    NullPointerException,
    OpenSearchError,
    OpenSearchParseException,
    Where,
    XContentParseException,
)
from fakeknn.fields.base import FieldType
from fakeknn.fields.contexts import DocContext
from fakeknn.geo import cells, points, sphere
from fakeknn.geo.points import GeoPoint
from fakeknn.xcontent import generator, java_hash, java_string, objects, read, settle
from fakeknn.xcontent.objects import ObjectParser, declared

#: Between the context of a key and its text.
SEPARATOR = "\x1d"


class QueryContext(NamedTuple):
    """ContextMapping.InternalQueryContext."""

    context: str
    boost: int
    is_prefix: bool


@dataclass(frozen=True)
class Context:
    """One context of a field: what a document says of it, or the field at ``path`` does."""

    kind: ClassVar[str] = ""
    name: str
    path: str | None = None

    def echo(self) -> dict[str, Any]:
        told: dict[str, Any] = {"name": self.name, "type": self.kind}
        told.update(self.members())
        if self.path is not None:
            told["path"] = self.path
        return told

    def members(self) -> dict[str, Any]:
        return {}

    def of_value(self, container: Any, key: Any, doc: DocContext) -> set[str]:
        """What a document's value says."""
        raise NotImplementedError

    def of_row(self, values: Mapping[str, Sequence[Any]], mapping: Any) -> set[str]:
        """What other fields of the document say."""
        raise NotImplementedError

    def check_path(self, fields: Mapping[str, FieldType]) -> None:
        """ContextMapping.validateReferences."""

    def wanted(self, value: Any) -> list[QueryContext]:
        """ContextMapping.parseQueryContext: what a suggestion asks for."""
        items = value if isinstance(value, list) else [value]
        return [found for i in range(len(items)) for found in self.asked(items, i)]

    def asked(self, container: Any, key: Any) -> Iterable[QueryContext]:
        raise NotImplementedError


# --- categories -------------------------------------------------------------------------------------------------------

_SCALARS = ("VALUE_STRING", "VALUE_NUMBER", "VALUE_BOOLEAN")


def _boost(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value <= 0:
        raise IllegalArgumentException("boost must be greater than 0")
    return value


_CATEGORY = ObjectParser(
    "category",
    {
        "context": declared("value", objects.text),
        "boost": declared("int", _boost),
        "prefix": declared("boolean"),
    },
)


@dataclass(frozen=True)
class CategoryContext(Context):
    kind: ClassVar[str] = "CATEGORY"

    def of_value(self, container: Any, key: Any, doc: DocContext) -> set[str]:
        value = container[key]
        if isinstance(value, list):
            for item in value:
                if objects.token(item) not in _SCALARS:
                    raise OpenSearchParseException(
                        "context array must have string, number or boolean values, but was ["
                        + objects.token(item)
                        + "]"
                    )
            return {_text(value, i, doc) for i in range(len(value))}
        if objects.token(value) not in _SCALARS:
            raise OpenSearchParseException(
                "contexts must be a string, number or boolean or a list of string, number or boolean, but was "
                f"[{objects.token(value)}]"
            )
        return {_text(container, key, doc)}

    def of_row(self, values: Mapping[str, Sequence[Any]], mapping: Any) -> set[str]:
        if self.path is None or self.path not in values:
            return set()
        if any(not isinstance(value, str) for value in values[self.path]):
            raise IllegalArgumentException(
                f"Failed to parse context field [{self.path}], only keyword and text fields are accepted"
            )
        return set(values[self.path])

    def asked(self, container: Any, key: Any) -> Iterable[QueryContext]:
        """CategoryQueryContext.fromXContent."""
        value = container[key]
        if isinstance(value, dict):
            try:
                found = _CATEGORY.parse(container, key)
            except XContentParseException:
                raise XContentParseException("category context must be a string, number or boolean") from None
        elif objects.token(value) in _SCALARS:
            found = {"context": objects.text(container, key)}
        else:
            raise XContentParseException("category context must be an object, string, number or boolean")
        if found.get("context") is None:
            raise NullPointerException("category must not be null")
        return [QueryContext(found["context"], found.get("boost", 1), found.get("prefix", False))]


def _text(container: Any, key: Any, doc: DocContext) -> str:
    value = container[key]
    return doc.raw(container, key) if type(value) in (int, float) else objects.text(container, key)


# --- places -----------------------------------------------------------------------------------------------------------


def _level(container: Any, key: Any) -> int:
    """GeoUtils.parsePrecision."""
    if type(container[key]) in (int, float):
        return objects.integer(container, key)
    value = objects.text(container, key)
    try:
        return int(value)
    except ValueError:
        pass
    level = cells.geohash_levels(sphere.parse_distance(value))
    try:
        return cells.check_geohash_precision(level)
    except IllegalArgumentException as cause:
        raise IllegalArgumentException(f"precision too high [{value}]") from cause


def _precision(container: Any, key: Any) -> int:
    level = _level(container, key)
    if not 1 <= level <= 12:
        raise IllegalArgumentException("precision must be between 1 and 12")
    return level


def _level_there(container: Any, key: Any) -> int:
    """One of several levels, of which the parser stands at the one that is wrong."""
    try:
        return _level(container, key)
    except OpenSearchError as error:
        if objects.place_of(error) is None:
            objects.stopped_at(error, Where(container, key))
        raise


def _neighbours(container: Any, key: Any) -> list[int]:
    levels = objects.each(_level_there)(container, key)
    if any(not 1 <= level <= 12 for level in levels):
        raise IllegalArgumentException("neighbour value must be between 1 and 12")
    return levels


_GEO = ObjectParser(
    "geo",
    {
        "context": declared("object", points.of_json),
        "boost": declared("int", _boost),
        "precision": declared("int", _precision),
        "neighbours": declared("float_array", _neighbours),
        "lat": declared("float"),
        "lon": declared("float"),
    },
)


@dataclass(frozen=True)
class GeoContext(Context):
    kind: ClassVar[str] = "GEO"
    precision: int = 6

    def members(self) -> dict[str, Any]:
        return {"precision": self.precision}

    def _hash(self, point: GeoPoint, level: int) -> str:
        return points.to_geohash(point.lat, point.lon, level)

    def of_value(self, container: Any, key: Any, doc: DocContext) -> set[str]:
        if self.path is not None:
            field = doc.mapping.field(self.path)
            if field is None or field.kind != "geo_point":
                raise OpenSearchParseException("referenced field must be mapped to geo_point")
        value = container[key]
        if isinstance(value, str):
            return {value[: self.precision]}
        if not isinstance(value, list):
            return {self._hash(points.of_json(container, key), self.precision)}
        if not value or not _number(value[0]):
            return {self._hash(points.of_json(value, i), self.precision) for i in range(len(value))}
        if len(value) < 2 or not _number(value[1]):
            raise OpenSearchParseException("latitude must be a numeric value")
        if len(value) > 2:
            raise OpenSearchParseException("only two values [lon, lat] expected")
        return {self._hash(GeoPoint(float(value[1]), float(value[0])), self.precision)}

    def of_row(self, values: Mapping[str, Sequence[Any]], mapping: Any) -> set[str]:
        if self.path is None or self.path not in values:
            return set()
        encoded = np.array(values[self.path], np.int64)
        found = zip(points.decode_lats(encoded).tolist(), points.decode_lons(encoded).tolist(), strict=True)
        return {points.to_geohash(lat, lon)[: self.precision] for lat, lon in found}

    def check_path(self, fields: Mapping[str, FieldType]) -> None:
        if self.path is None:
            return
        field = fields.get(self.path)
        if field is None:
            raise OpenSearchParseException(
                f"field [{self.path}] referenced in context [{self.name}] is not defined in the mapping"
            )
        if field.kind != "geo_point":
            raise OpenSearchParseException(
                f"field [{self.path}] referenced in context [{self.name}] must be mapped to geo_point, found "
                f"[{field.kind}]"
            )

    def asked(self, container: Any, key: Any) -> Iterable[QueryContext]:
        """GeoQueryContext.fromXContent, and GeoContextMapping.toInternalQueryContexts."""
        value = container[key]
        if isinstance(value, dict):
            found = _GEO.parse(container, key)
        elif isinstance(value, str):
            found = {"context": points.of_geohash(value)}
        else:
            raise OpenSearchParseException("geo context must be an object or string")
        point = found.get("context")
        if point is None and "lat" in found and "lon" in found:
            point = GeoPoint(float(found["lat"]), float(found["lon"]))
        if point is None:
            raise NullPointerException("geoPoint must not be null")
        place = self._hash(point, min(self.precision, found.get("precision", 12)))
        places = {place}
        neighbours = found.get("neighbours", [])
        if not neighbours and len(place) == self.precision:
            places |= points.neighbors(place)
        for level in neighbours:
            if level < len(place):
                places |= {place[:level], *points.neighbors(place[:level])}
        boost = found.get("boost", 1)
        return [QueryContext(one, boost, len(one) < self.precision) for one in sorted(places)]


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


# --- the mapping ------------------------------------------------------------------------------------------------------


def load(given: Any) -> tuple[Context, ...]:
    """ContextMappings.load."""
    if isinstance(given, dict):
        return (_load(given),)
    if not isinstance(given, list):
        raise OpenSearchParseException("expected a list or an entry of context mapping")
    found = tuple(_load(item) for item in given)
    if not found:
        raise OpenSearchParseException("expected at least one context mapping")
    return found


def _load(given: Any) -> Context:
    if not isinstance(given, dict):
        java = {str: "String", bool: "Boolean", int: "Integer", float: "Double", list: "ArrayList"}.get(type(given), "")
        package = "java.util" if isinstance(given, list) else "java.lang"
        raise ClassCastException(
            f"class {package}.{java} cannot be cast to class java.util.Map ({package}.{java} and java.util.Map are in "
            "module java.base of loader 'bootstrap')"
        )
    left = dict(given)
    name, kind = (_required(left, key) for key in ("name", "type"))
    path = left.pop("path", None)
    path = None if path is None else java_string(path)
    if kind.lower() == "category":
        context: Context = CategoryContext(name, path)
    elif kind.lower() == "geo":
        precision = left.pop("precision", None)
        context = GeoContext(name, path, 6 if precision is None else _level_of_mapping(precision))
    else:
        raise IllegalArgumentException(f"No context type for [{kind}]")
    if left:
        shown = "".join(f" [{key} : {java_string(value)}]" for key, value in left.items())
        raise MapperParsingException(f"Mapping definition for [{name}] has unsupported parameters: {shown}")
    return context


def _required(given: dict[str, Any], key: str) -> str:
    value = given.pop(key, None)
    if value is None:
        raise OpenSearchParseException(f"missing [{key}] in context mapping")
    return java_string(value)


def _level_of_mapping(given: Any) -> int:
    """GeoContextMapping.Builder.precision: a number of letters, or metres."""
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    meters = given if isinstance(given, float) else sphere.parse_distance(java_string(given))
    level = cells.geohash_levels(meters)
    return max(1, level - 1) if cells.geohash_cell_size(level) < meters else level


def shown(contexts: Sequence[Context] | None) -> str:
    """ContextMappings.toString, which names objects by their classes and hashes."""
    if contexts is None:
        return "null"
    package = "org.opensearch.search.suggest.completion.context."
    return f"[{','.join(f'{package}{type(one).__name__}Mapping@{java_hash(str(one.echo())):08x}' for one in contexts)}]"


def named(contexts: Sequence[Context], name: str) -> Context:
    """ContextMappings.get."""
    for context in contexts:
        if context.name == name:
            return context
    known = ", ".join(sorted(context.name for context in contexts))
    raise IllegalArgumentException(f"Unknown context name [{name}], must be one of [{known}]")


def parse_query_contexts(contexts: Sequence[Context], given: Mapping[str, Any]) -> dict[str, list[QueryContext]]:
    """CompletionSuggestionBuilder.parseContextBytes: errors are placed in the contexts' own compact text."""
    raw = generator.dump(given)
    root = read(raw)
    try:
        return {name: named(contexts, name).wanted(value) for name, value in root.items()}
    except OpenSearchError as error:
        settle(error, raw, root)
        raise


def typed(contexts: Sequence[Context], asked: Mapping[str, list[QueryContext]]) -> dict[str, tuple[int, bool]]:
    """ContextMappings.toContextQuery: boost, and whether a longer context will do, by the number and text of each."""
    found: dict[str, tuple[int, bool]] = {}
    for number, context in enumerate(contexts):
        for one in asked.get(context.name, ()):
            text = chr(number) + one.context
            _check(text)
            found[text] = one.boost, one.is_prefix
    if not found:
        raise IllegalArgumentException("Missing mandatory contexts in context query")
    return found


def _check(text: str) -> None:
    at = text.find(SEPARATOR)
    if at >= 0:
        raise IllegalArgumentException(
            f"Illegal value [{text}] UTF-16 codepoint [0x1d] at position {at} is a reserved character"
        )


def of_row(
    contexts: Sequence[Context],
    path: str,
    given: Mapping[str, set[str]],
    values: Mapping[str, Sequence[Any]],
    mapping: Any,
) -> list[str]:
    """TypedContextField.contexts: those that a row is suggested in, each behind the number of its kind."""
    found = [
        chr(number) + text
        for number, context in enumerate(contexts)
        for text in sorted(context.of_row(values, mapping) | given.get(context.name, set()))
    ]
    if not found:
        raise IllegalArgumentException(f"Contexts are mandatory in context enabled completion field [{path}]")
    for text in found:
        _check(text)
    return found
