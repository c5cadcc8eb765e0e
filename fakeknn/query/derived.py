"""Derived fields on a shard: their scripts run, what these emit as columns, and the fields that objects so emitted
have (DefaultDerivedFieldResolver, DerivedFieldType, DerivedFieldQuery).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from fakeknn.dates import DateFormat
from fakeknn.errors import (
    ClassCastException,
    IllegalArgumentException,
    MapperException,
    NullPointerException,
    NumberFormatException,
    OpenSearchError,
    OpenSearchException,
    OpenSearchParseException,
)
from fakeknn.fields import DocContext, FieldType
from fakeknn.fields.derived import DerivedFieldType
from fakeknn.fields.parameters import boolean
from fakeknn.fields.patterns import simple_match
from fakeknn.mapping import Mapping as IndexMapping
from fakeknn.mapping.document import parse_document
from fakeknn.painless import Script as CompiledScript
from fakeknn.painless import compile, json_value
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.library_opensearch import Tuple
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import text as java_text
from fakeknn.query.context import ShardContext, running
from fakeknn.query.doc_values import ShardDoc, source_of
from fakeknn.query.script import Script, check_language, compiling, resolved
from fakeknn.view import Column
from fakeknn.xcontent.reading import read_as_map

#: How many documents are looked at for one that tells the type of a field of an object (FieldTypeInference).
SAMPLE = 150


@dataclass(eq=False)
class Emitted:
    """What the script of a derived field emits of the documents of a shard, each of them asked once."""

    ctx: ShardContext
    script: Script
    _compiled: CompiledScript | None = None
    _found: dict[int, list[Any] | OpenSearchError] = field(default_factory=dict)

    def of(self, row: int) -> list[Any]:
        found = self._found.get(row)
        if found is None:
            try:
                found = self._run(row)
            except OpenSearchError as error:
                found = error
            self._found[row] = found
        if isinstance(found, OpenSearchError):
            raise found
        return found

    def compiled(self) -> CompiledScript:
        """DerivedFieldType.getDerivedFieldLeafFactory."""
        if self._compiled is None:
            if not self.ctx.mapping.source_enabled:
                raise IllegalArgumentException(
                    "DerivedFieldQuery error: unable to fetch fields from _source field: _source is disabled in the "
                    f"mappings for index [{self.ctx.index}]"
                )
            if self.script.source is self.script.id is None:
                raise NullPointerException(None)
            script = resolved(self.ctx, self.script)
            check_language(script, "derived_field")
            with compiling(script):
                self._compiled = compile(str(script.source), "derived_field", script.params, script.options, script.id)
        return self._compiled

    def _run(self, row: int) -> list[Any]:
        compiled = self.compiled()
        emitted: list[Any] = []
        bindings: dict[str, Any] = {"doc": ShardDoc(self.ctx).at(row), "emittedValues": emitted}
        if "_source" in compiled.used:
            bindings["_source"] = source_of(self.ctx, row)
        compiled.execute(bindings)
        return emitted


@dataclass(eq=False)
class DerivedField:
    """A derived field on a shard; ``below`` is the path inside of the objects that its script emits, if it is one of
    their fields.
    """

    ctx: ShardContext
    mapped: DerivedFieldType
    emitted: Emitted
    below: str | None = None
    broken: OpenSearchError | None = None
    """Why the script cannot be made, which shows when a query that could be made itself runs."""
    _column: tuple[Column, dict[int, OpenSearchError]] | None = None

    def __post_init__(self) -> None:
        self.typed = self.mapped.typed()
        self.searched = copy(self.typed)
        """The field that queries ask."""
        self.searched.derivation = self

    @property
    def path(self) -> str:
        return self.mapped.path

    def values(self, row: int) -> list[Any]:
        """DerivedFieldValueFetcher.fetchValuesInternal."""
        found = self.emitted.of(row)
        if self.below is None:
            return found
        values: list[Any] = []
        for item in found:
            if item is None:
                continue
            try:
                inner = _inside(_as_map(_cast(item, "java.lang.String")), self.below)
            except OpenSearchParseException:
                if not self.mapped.option("ignore_malformed"):
                    raise
                continue
            if isinstance(inner, list):
                values += inner
            else:
                values.append(self._instant(inner) if self.mapped.emits == "date" else inner)
        return values

    def _instant(self, value: Any) -> Any:
        return _LongValue(self.typed.to_number(value)) if isinstance(value, str) else value  # type: ignore[attr-defined]

    def shown(self, row: int) -> list[Any]:
        """ValueFetcher.fetchValues: the values to show in hits, as scripts have them."""
        kind = self.mapped.emits
        values = self.values(row)
        if kind == "date":
            format = DateFormat.parse(self.mapped.option("format"))
            return [format.format(_long(_unboxed(value, "java.lang.Long.longValue()"))) for value in values]
        if kind == "geo_point":
            points = [_unboxed(_cast(value, Tuple.java), f"{Tuple.java}.v1()") for value in values]
            return [{"lat": lat, "lon": lon} for lat, lon in points]
        return values

    def column(self) -> Column:
        """The values that queries look at; empty for documents that have failed."""
        return self._made()[0]

    def failures(self) -> Mapping[int, OpenSearchError]:
        """What went wrong with a document."""
        return self._made()[1]

    def _made(self) -> tuple[Column, dict[int, OpenSearchError]]:
        if self._column is None:
            buffer = self.typed.new_buffer()
            assert buffer is not None
            failures: dict[int, OpenSearchError] = {}
            rows = np.flatnonzero(self.ctx.view.live_roots).tolist()
            if rows:
                try:
                    self.emitted.compiled()
                except OpenSearchError as error:
                    self.broken, rows = error, []
            for row in rows:
                try:
                    values = [one for value in self.values(row) if value is not None for one in self._indexable(value)]
                except OpenSearchError as error:
                    failures[row] = error
                    continue
                if values:
                    buffer.add(row, values)
            self._column = buffer.snapshot(self.ctx.n), failures
        return self._column

    def _indexable(self, value: Any) -> Sequence[Any]:
        """DerivedFieldSupportedTypes.getIndexableFieldGenerator: a value as the field's buffer takes it."""
        kind = self.mapped.emits
        if kind == "date":
            return [_long(value)]
        given = {"value": _READ[kind](value)}
        parsed = self.typed.parse(given, "value", given["value"], DocContext("", lambda holder, key: str(holder[key])))
        return parsed if isinstance(parsed, list) else [] if parsed is None else [parsed]

    def prefilter(self) -> str | None:
        """The text field that is asked first (getPrefilterFieldType)."""
        name: str = self.mapped.option("prefilter_field")
        if not name:
            return None
        found = self.ctx.field(name)
        if found is None:
            raise MapperException(f"prefilter_field[{name}] is not defined in the index mappings")
        if found.kind != "text":
            raise MapperException(f"prefilter_field[{name}] should be of type text. Type found [{found.kind}].")
        return name


class _LongValue(int):
    """A whole number that Java holds as a long."""

    java = "java.lang.Long"


def _cast(value: Any, java: str) -> Any:
    try:
        return check_cast(value, java)
    except Thrown as thrown:
        raise thrown.error() from None


def _long(value: Any) -> int:
    return int(_cast(value, "java.lang.Long"))


def _unboxed(value: Any, how: str) -> Any:
    if value is None:
        raise NullPointerException(f'Cannot invoke "{how}" because "o" is null')
    return value


def _whole(value: Any) -> int:
    shown = java_text(value)
    digits = shown[1:] if shown[:1] in "+-" else shown
    if not (digits.isascii() and digits.isdigit() and -(2**63) <= int(shown) < 2**63):
        raise NumberFormatException(f'For input string: "{shown}"')
    return int(shown)


def _decimal(value: Any) -> float:
    shown = java_text(value)
    try:
        return float(shown.strip().rstrip("dDfF"))
    except ValueError:
        raise NumberFormatException(f'For input string: "{shown}"' if shown else "empty String") from None


def _truth(value: Any) -> bool:
    shown = java_text(value)
    return bool(shown) and boolean(shown)


def _point(value: Any) -> dict[str, float]:
    if not isinstance(value, Tuple):
        raise ClassCastException("geo_point should be in format emit(double lat, double lon) for derived fields")
    for name, number, limit in (("latitude", value[0], 90.0), ("longitude", value[1], 180.0)):
        if not -limit <= number <= limit:
            raise IllegalArgumentException(f"invalid {name} {java_text(number)}; must be between -{limit} and {limit}")
    return {"lat": value[0], "lon": value[1]}


def _no_object(value: Any) -> Any:
    raise OpenSearchException("Cannot create IndexableField to execute queries on object derived field")


def _string(value: Any) -> str:
    return str(_cast(value, "java.lang.String"))


#: How a value of each type is read.
_READ: Mapping[str, Callable[[Any], Any]] = {
    "boolean": _truth,
    "geo_point": _point,
    "ip": java_text,
    "keyword": _string,
    "text": _string,
    "long": _whole,
    "double": _decimal,
    "float": _decimal,
    "object": _no_object,
}


def _as_map(text: str) -> dict[str, Any]:
    """XContentHelper.convertToMap: what follows the object is not read."""
    try:
        return read_as_map(text.encode())
    except OpenSearchError as error:
        raise OpenSearchParseException("Failed to parse content to map") from error


def _inside(body: dict[str, Any], path: str) -> Any:
    *parents, last = path.split(".")
    for name in parents:
        below = body.get(name)
        if not isinstance(below, dict):
            return None
        body = below
    return body.get(last)


class DerivedFields:
    """The derived fields of a search on one shard: its own definitions go before those of the mapping."""

    inside = False
    """Whether a query asks for what matches of the values, and not what it is of them that a search finds."""

    def __init__(self, definitions: Mapping[str, DerivedFieldType]) -> None:
        self.definitions = definitions

    @cached_property
    def matching(self) -> DerivedFields:
        """The same fields, asked for what of their values matches."""
        twin = DerivedFields(self.definitions)
        twin.inside = True
        return twin

    def resolve(self, ctx: ShardContext, name: str) -> FieldType | None:
        """The field as queries ask it; None for a name that is no derived field's."""
        found = self._resolved(ctx, name)
        return None if found is None else found.searched

    def names(self, ctx: ShardContext, pattern: str) -> list[str]:
        """Those of a search's own fields that a pattern matches, and of the fields of emitted objects that were asked
        for already.
        """
        below = [
            key[1]
            for key, found in ctx.memo.items()
            if isinstance(key, tuple) and key[0] == "derived" and found is not None
        ]
        return [name for name in (*self.definitions, *below) if simple_match(pattern, name)]

    def _resolved(self, ctx: ShardContext, name: str) -> DerivedField | None:
        own = name in self.definitions
        memo = ctx.memo if own or "." in name else ctx.view.memo
        mapped = self.definitions[name] if own else ctx.mapping.field(name)
        key = ("derived", name, id(mapped))
        if key not in memo:
            if isinstance(mapped, DerivedFieldType):
                memo[key] = DerivedField(ctx, mapped, Emitted(ctx, _script(mapped)))
            else:
                memo[key] = self._below(ctx, name) if mapped is None else None
        found: DerivedField | None = memo[key]
        return found

    def _below(self, ctx: ShardContext, name: str) -> DerivedField | None:
        """A field of the objects that another emits (resolveNestedField)."""
        first, dot, below = name.partition(".")
        parent = self._resolved(ctx, first) if dot else None
        if parent is None:
            return None
        kind = parent.mapped.option("properties").get(below)
        if kind is None:
            kind = self._inferred(ctx, DerivedField(ctx, parent.mapped, parent.emitted, below))
            if kind is None:
                return None
        mapped = DerivedFieldType(name, "derived", ctx.mapping.context)
        mapped.options, mapped.given, mapped.emits = parent.mapped.options, parent.mapped.given, kind
        with at_run_time():
            mapped.build()
        return DerivedField(ctx, mapped, parent.emitted, below)

    @staticmethod
    def _inferred(ctx: ShardContext, candidate: DerivedField) -> str | None:
        """FieldTypeInference.infer: the type that dynamic mapping gives the first value that there is."""
        for row in np.flatnonzero(ctx.view.live_roots)[:SAMPLE].tolist():
            with at_run_time():
                values = candidate.values(row)
            if values and values[0] is not None:
                parsed = parse_document(ctx.mapping, {"field": json_value(values[0])}, doc_id="_id", source=None)
                made = None if parsed.mapping is None else parsed.mapping.root.children.get("field")
                if made is not None:
                    return made.kind if isinstance(made, FieldType) else "object"
        return None


@contextmanager
def at_run_time() -> Iterator[None]:
    """What fails here is told as what goes wrong when a query runs."""
    try:
        yield
    except OpenSearchError as error:
        raise running(error) from error.__cause__


def _script(mapped: DerivedFieldType) -> Script:
    told = mapped.option("script") or {}
    return Script(
        told.get("source"),
        id=told.get("id"),
        lang=told.get("lang", "painless"),
        params=told.get("params", {}),
        options=told.get("options", {}),
    )


def has_derived(mapping: IndexMapping) -> bool:
    return any(isinstance(one, DerivedFieldType) for one in mapping.fields.values())


def failing(found: DerivedField, asked: Any) -> None:
    """Raise what went wrong with the script, or with the first of some rows that is asked, if that matters."""
    failures = found.failures()
    if found.broken is not None:
        raise running(found.broken) from found.broken.__cause__
    if found.mapped.option("ignore_malformed"):
        return
    for row, error in failures.items():
        if asked[row]:
            raise running(error) from error.__cause__
