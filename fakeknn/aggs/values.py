"""Where an aggregation's values come from: a field, a script, or what stands for a missing value; and how they are
shown.

Source: ValuesSourceConfig, CoreValuesSourceType, DocValueFormat.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import NAME, Aggregation, Docs
from fakeknn.aggs.decimals import DecimalFormat
from fakeknn.aggs.scripts import ValueScript
from fakeknn.dates import UTC, DateFormat, Zone, parse_math, parse_zone
from fakeknn.dates.zones import fixed
from fakeknn.errors import (
    AggregationExecutionException,
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    NumberFormatException,
    OpenSearchError,
    UnsupportedOperationException,
)
from fakeknn.fields import FieldType, VectorFieldType
from fakeknn.fields.geo_point import GeoPointColumn, GeoPointFieldType
from fakeknn.fields.ip import address, shown
from fakeknn.fields.numbers import DecimalFieldType, NumberFieldType, ScaledFloatFieldType
from fakeknn.fields.scalar import DEFAULT_DATE_FORMAT, BooleanFieldType, DateFieldType
from fakeknn.geo import points
from fakeknn.query.base import ShardContext
from fakeknn.query.script import Script, parse_script
from fakeknn.view import Column, KeywordColumn, NumericColumn, TextColumn
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.java import java_double
from fakeknn.xcontent.objects import Member, declared

T = TypeVar("T")


NUMERIC, DATE, BOOLEAN, BYTES, IP, GEOPOINT = "numeric", "date", "boolean", "bytes", "ip", "geopoint"
ALL = (NUMERIC, DATE, BOOLEAN, BYTES, IP)
ANY = (*ALL, GEOPOINT)
NUMBERS = (NUMERIC, DATE, BOOLEAN)

_HINTS = {
    "string": BYTES, "double": NUMERIC, "float": NUMERIC, "number": NUMERIC, "numeric": NUMERIC, "long": NUMERIC,
    "integer": NUMERIC, "short": NUMERIC, "byte": NUMERIC, "unsigned_long": NUMERIC, "date": DATE, "ip": IP,
    "boolean": BOOLEAN,
}  # fmt: skip


#: ValueType.getPreferredName of those whose name is another.
_HINTED = {"float": "double", "number": "long", "numeric": "long", "integer": "long", "short": "long", "byte": "long"}

#: The member sets that ValuesSourceAggregationBuilder.declareFields requires.
REQUIRED = (("field", "script"),)
REQUIRED_FIELD = (("field",),)


# --- formats ----------------------------------------------------------------------------------------------------------


class Format:
    """DocValueFormat.RAW: values as they are."""

    raw = True

    def show(self, value: Any) -> Any:
        return value

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return parse_number(text)

    def parse_term(self, text: str) -> str:
        """parseBytesRef."""
        return text


class Decimal(Format):
    raw = False

    def __init__(self, pattern: str) -> None:
        self.decimal = DecimalFormat(pattern)

    def show(self, value: Any) -> Any:
        return self.decimal.format(value)

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return self.decimal.parse(text)


class DateTime(Format):
    raw = False

    def __init__(self, format: DateFormat, zone: Zone = UTC) -> None:
        self.format = format
        self.zone = zone
        self.printer = format.with_zone(zone)

    def show(self, value: Any) -> Any:
        return self.printer.format(as_long(value))

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return parse_math(text, self.format, lambda: now, round_up, self.zone)


class UnsignedLong(Format):
    """DocValueFormat.UNSIGNED_LONG: values as they are, too, but it is not the raw one."""

    raw = False


class Ip(Format):
    """DocValueFormat.IP."""

    def parse_term(self, text: str) -> str:
        return shown(address(text))


class Boolean(Format):
    raw = False

    def show(self, value: Any) -> Any:
        return bool(value != 0)

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        if text not in ("true", "false"):
            raise IllegalArgumentException(f"Cannot parse boolean [{text}], expected either [true] or [false]")
        return float(text == "true")


RAW = Format()


def as_long(value: Any) -> int:
    """Java's cast of a double to a long."""
    if isinstance(value, float):
        if math.isnan(value):
            return 0
        if math.isinf(value):
            return 2**63 - 1 if value > 0 else -(2**63)
    return max(-(2**63), min(2**63 - 1, int(value)))


def parse_number(text: str) -> float:
    """Double.parseDouble."""
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        if re.match(r"[+-]?\d*\.\d*\.", text.strip()):
            raise NumberFormatException("multiple points") from None
        raise NumberFormatException(f'For input string: "{text}"' if text.strip() else "empty String") from None


def text_of(shown: Any) -> str:
    """A formatted value as text (``value_as_string``)."""
    return java_string(shown)


# --- values -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, eq=False)
class Loaded:
    """The values of some documents: value i belongs to the document at position ``at[i]`` of the ``Docs``.

    ``values`` are numbers, or for terms the ordinals of ``terms``. Positions ascend, and within one the values do.
    """

    at: NDArray[Any]
    values: NDArray[Any]


class Source:
    """The values of one shard, as one aggregation asks for them."""

    def __init__(self, type: str, format: Format, *, field: FieldType | None = None, mapped: bool = True) -> None:
        self.type = type
        self.format = format
        self.field = field
        self.mapped = mapped
        self.terms: Sequence[str] = ()
        self.missing: Any = None
        self.floating = False
        self.unsigned = False
        self._column: NumericColumn | KeywordColumn | GeoPointColumn | None = None
        self._scale: float | None = None
        self._nanos = False
        self._script: ValueScript | None = None
        self._shift = False
        self._fails: OpenSearchError | None = None
        self._missing_text: str | None = None

    @property
    def by_terms(self) -> bool:
        return self.type in (BYTES, IP)

    def load(self, docs: Docs) -> Loaded:
        """The values; longs where they are no ``floating`` ones."""
        loaded = self._present(docs)
        if self._script is not None and not self.by_terms and not self.floating:
            loaded = Loaded(loaded.at, loaded.values.astype(np.int64))
        if self.missing is None:
            return loaded
        if loaded.values.dtype.kind == "f":
            return self._filled(docs, loaded, float(self.missing))
        limits = np.iinfo(loaded.values.dtype)
        return self._filled(docs, loaded, min(max(int(self.missing), int(limits.min)), int(limits.max)))

    def coded(
        self, ctx: ShardContext, name: Hashable, code: Callable[[NDArray[Any]], tuple[NDArray[Any], T]]
    ) -> tuple[Source, T] | None:
        """A source of whole numbers that stand for the values, and what tells their meaning; ``code`` makes both of all
        values of the shard, once. None where values are not those of the column alone.
        """
        plain = self._script is None and self._fails is None and self.missing is None
        column = self._column
        if not plain or self._scale is not None or self._nanos or not isinstance(column, NumericColumn):
            return None
        assert self.field is not None
        key = ("coded", self.field.path, name)
        made = ctx.view.memo.get(key)
        if made is None:
            codes, meaning = code(column.values)
            made = ctx.view.memo[key] = NumericColumn(column.n, column.rows, column.single, codes), meaning
        twin = copy(self)
        twin._column, twin.floating = made[0], False
        return twin, made[1]

    def doubles(self, docs: Docs) -> Loaded:
        """The values as doubles (SortedNumericDoubleValues)."""
        loaded = self._present(docs)
        loaded = Loaded(loaded.at, loaded.values.astype(np.float64, copy=False))
        return loaded if self.missing is None else self._filled(docs, loaded, float(self.missing))

    def _present(self, docs: Docs) -> Loaded:
        """The values that there are."""
        if self._fails is not None and docs.ctx.n:
            raise self._fails
        loaded = self._load(docs)
        return loaded if self._script is None else self._scripted(docs, self._script, loaded)

    @staticmethod
    def _filled(docs: Docs, loaded: Loaded, missing: float) -> Loaded:
        """With one value for each document that has none."""
        has = np.zeros(len(docs.rows), bool)
        has[loaded.at] = True
        absent = np.flatnonzero(~has)
        if not len(absent):
            return loaded
        at = np.concatenate((loaded.at, absent))
        values = np.concatenate((loaded.values, np.full(len(absent), missing, loaded.values.dtype)))
        order = np.argsort(at, kind="stable")
        return Loaded(at[order], values[order])

    def _load(self, docs: Docs) -> Loaded:
        column = self._column
        rows = docs.rows
        if column is None or not len(column.rows):
            return Loaded(np.empty(0, np.int64), np.empty(0, np.float64 if self.floating else np.int64))
        at, places = _places(column, rows)
        values: NDArray[Any]
        if isinstance(column, GeoPointColumn):
            return Loaded(at, column.encoded[places])
        if isinstance(column, KeywordColumn):
            values = column.ords[places].astype(np.int64)
            if self._shift:
                values += values >= self.missing  # the missing value has an ordinal of its own
        else:
            values = column.values[places]
            if self._scale is not None:
                values = values * self._scale
            elif self._nanos:
                values = values // 1_000_000
        return Loaded(at, values)

    def _scripted(self, docs: Docs, script: ValueScript, loaded: Loaded) -> Loaded:
        """What a script makes of the documents, or of their values."""
        if self.field is None:
            at, values = script.of_documents(docs, texts=self.by_terms)
        else:
            at = loaded.at
            values = [self.terms[value] for value in loaded.values.tolist()] if self.by_terms else loaded.values
            values = script.of_values(docs, at, values, texts=self.by_terms)
        if self.by_terms:
            if self._missing_text is not None:
                has = np.zeros(len(docs.rows), bool)
                has[at] = True
                absent = np.flatnonzero(~has)
                at, values = np.concatenate((at, absent)), [*values, *[self._missing_text] * len(absent)]
            texts = np.asarray(values, object)
            terms = sorted(set(texts.tolist()))
            numbers = {term: i for i, term in enumerate(terms)}
            values = np.fromiter((numbers[text] for text in texts.tolist()), np.int64, len(texts))
            self.terms = terms
        order = np.lexsort((values, at))
        return Loaded(at[order], values[order])

    def points(self, docs: Docs) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
        """(positions, latitudes, longitudes) of a geo_point's values."""
        column, rows = self._column, docs.rows
        at, lats, lons = np.empty(0, np.int64), np.empty(0), np.empty(0)
        if isinstance(column, GeoPointColumn) and len(column.rows):
            at, places = _places(column, rows)
            lats, lons = column.lats[places], column.lons[places]
        if self.missing is None:
            return at, lats, lons
        has = np.zeros(len(rows), bool)
        has[at] = True
        absent = np.flatnonzero(~has)
        order = np.argsort(np.concatenate((at, absent)), kind="stable")
        lats = np.concatenate((lats, np.full(len(absent), self.missing.lat)))
        lons = np.concatenate((lons, np.full(len(absent), self.missing.lon)))
        return np.concatenate((at, absent))[order], lats[order], lons[order]

    def exists(self, docs: Docs) -> NDArray[np.bool_]:
        """bool[m]: which documents have a value."""
        has = np.zeros(len(docs.rows), bool)
        has[self.load(docs).at] = True
        return has


@dataclass
class Given:
    """The members that all aggregations of values take."""

    field: str | None = None
    script: Script | None = None
    missing: Any = None
    hint: str | None = None
    format: str | None = None
    zone: Zone | None = None

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Given:
        return cls(
            field=values.get("field"),
            script=values.get("script"),
            missing=values.get("missing"),
            hint=values.get("value_type", values.get("valueType")),
            format=values.get("format"),
            zone=values.get("time_zone"),
        )

    def source(
        self,
        ctx: ShardContext,
        aggregation: Aggregation,
        accepted: Sequence[str],
        default: str,
        *,
        of: str | None = None,
    ) -> Source:
        """ValuesSourceConfig.resolve and the registry's look-up; ``default`` is the type of an unmapped field."""
        source = self._resolved(ctx, aggregation, default)
        if source.type not in accepted:
            raise unsupported(self.described(source), of or aggregation.kind)
        return source

    def unregistered(self, ctx: ShardContext, aggregation: Aggregation, default: str) -> Source:
        """ValuesSourceConfig.resolveUnregistered: all numbers are of one type, and what is none has the default one."""
        return self._resolved(ctx, aggregation, default, legacy=True)

    def described(self, source: Source) -> str:
        """ValuesSourceConfig.getDescription."""
        if self.script is not None and source.mapped:
            return f"Script yielding [{'unknown type' if self.hint is None else _HINTED.get(self.hint, self.hint)}]"
        if source.field is not None:
            return f"Field [{source.field.path}] of type [{source.field.kind}]"
        return "unmapped field"

    def _resolved(self, ctx: ShardContext, aggregation: Aggregation, default: str, *, legacy: bool = False) -> Source:
        hinted = None if self.hint is None else _HINTS[self.hint]
        script = None if self.script is None else ValueScript(ctx, self.script)
        if self.field is None:
            if script is None:
                raise IllegalStateException("value source config is invalid; must have either a field or a script")
            kind = hinted or default
            if kind == GEOPOINT:
                raise AggregationExecutionException("value source of type [geopoint] is not supported by scripts")
            source = Source(kind, self._plain_format(kind))
            source._script = script
            source.floating = self.hint in (None, "double", "float")
        elif (field := ctx.field(self.field)) is None:
            kind = hinted or default
            source = Source(kind, self._plain_format(kind), mapped=False)
        else:
            if legacy and hinted is None:
                kind = _type_of(field)
                hinted = NUMERIC if kind in NUMBERS else GEOPOINT if kind == GEOPOINT else default
            source = self._of_field(ctx, field, hinted)
            if script is not None:
                source._script = script
                source.floating = True
        if self.missing is not None:
            self._replace_missing(ctx, source)
        return source

    def _plain_format(self, kind: str) -> Format:
        """ValuesSourceType.getFormatter."""
        if kind == DATE:
            return DateTime(DateFormat.parse(self.format or DEFAULT_DATE_FORMAT), self.zone or UTC)
        if kind == BOOLEAN:
            return Boolean()
        if kind == NUMERIC and self.format is not None:
            return Decimal(self.format)
        return Ip() if kind == IP else RAW

    def _of_field(self, ctx: ShardContext, field: FieldType, hinted: str | None) -> Source:
        column = _fielddata(ctx, field)
        kind = _type_of(field)
        source = Source(hinted or kind, self._field_format(field, kind), field=field)
        if source.type in NUMBERS and kind not in NUMBERS:
            raise IllegalArgumentException(f"Expected numeric type on field [{self.field}], but got [{field.kind}]")
        if source.type not in NUMBERS and isinstance(column, NumericColumn):
            column = _as_texts(field, column)
        if isinstance(field, VectorFieldType):
            source._fails = UnsupportedOperationException(f"knn vector field '{field.path}' doesn't support sorting")
        if source.type == GEOPOINT and kind != GEOPOINT:
            raise IllegalArgumentException(f"Expected geo_point type on field [{self.field}], but got [{field.kind}]")
        if isinstance(column, (NumericColumn, KeywordColumn, GeoPointColumn)):
            source._column = column
        if isinstance(column, KeywordColumn):
            source.terms = _Ordered(column)
        source.floating = isinstance(field, (DecimalFieldType, ScaledFloatFieldType))
        source.unsigned = field.kind == "unsigned_long"
        if isinstance(field, ScaledFloatFieldType):
            source._scale = 1.0 / field.factor
        source._nanos = field.kind == "date_nanos"
        return source

    def _field_format(self, field: FieldType, kind: str) -> Format:
        """MappedFieldType.docValueFormat."""
        if isinstance(field, DateFieldType):
            format = field.format if self.format is None else DateFormat.parse(self.format)
            return DateTime(format, self.zone or UTC)
        if kind == NUMERIC:
            if self.zone is not None:
                raise IllegalArgumentException(
                    f"Field [{field.path}] of type [{field.kind}] does not support custom time zones"
                )
            if self.format is not None:
                return Decimal(self.format)
            return UnsignedLong() if field.kind == "unsigned_long" else RAW
        if self.format is not None:
            raise IllegalArgumentException(
                f"Field [{field.path}] of type [{field.kind}] does not support custom formats"
            )
        if self.zone is not None:
            raise IllegalArgumentException(
                f"Field [{field.path}] of type [{field.kind}] does not support custom time zones"
            )
        if kind == BOOLEAN:
            return Boolean()
        return Ip() if kind == IP else RAW

    def _replace_missing(self, ctx: ShardContext, source: Source) -> None:
        text = java_string(self.missing)
        if source.type == GEOPOINT:
            source.missing = points.of_text(text)
            return
        if source.by_terms and source._script is not None:
            source._missing_text = source.format.parse_term(text)
            return
        if source.by_terms:
            text = source.format.parse_term(text)
            column = source._column
            place, found = column.place(text) if isinstance(column, KeywordColumn) else (0, False)
            if not found:
                source.terms = [*source.terms[:place], text, *source.terms[place:]]
                source._shift = True
            source.missing = place
            return
        number = source.format.parse(text, ctx.now)
        if isinstance(number, float) and not source.floating:
            if math.isfinite(number) and number == math.floor(number):
                number = int(number)
            else:
                source.floating = True
                if source._column is not None:
                    source._scale = 1.0
        source.missing = number


def _places(column: Column, rows: NDArray[np.int32]) -> tuple[Any, Any]:
    """(positions, places): where the column holds the values of some rows."""
    if column.dense:
        return np.arange(len(rows)), rows
    starts = column.offsets[rows]
    if column.single:
        at = np.flatnonzero(column.exists[rows])
        return at, starts[at]
    counts = column.offsets[rows + 1] - starts
    at = np.repeat(np.arange(len(rows)), counts)
    return at, np.arange(len(at)) + np.repeat(starts - (np.cumsum(counts) - counts), counts)


class _Ordered(Sequence[str]):
    """The terms of a column by ordinal."""

    def __init__(self, column: KeywordColumn) -> None:
        self._column = column

    def __len__(self) -> int:
        return self._column.n_terms

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, slice):
            return [self._column.terms[tid] for tid in self._column.order[at].tolist()]
        return self._column.terms[int(self._column.order[at])]


def is_hint(text: str) -> bool:
    """ValueType.lenientParse."""
    return text in _HINTS


def plain_format(hint: str) -> Format:
    """ValueType.defaultFormat."""
    if hint == "date":
        return DateTime(DateFormat.parse(DEFAULT_DATE_FORMAT))
    if hint == "boolean":
        return Boolean()
    return UnsignedLong() if hint == "unsigned_long" else RAW


def unsupported(what: str, aggregation: str) -> IllegalArgumentException:
    return IllegalArgumentException(f"{what} is not supported for aggregation [{aggregation}]")


def _type_of(field: FieldType) -> str:
    if isinstance(field, DateFieldType):
        return DATE
    if field.kind == "boolean":
        return BOOLEAN
    if field.kind == "ip":
        return IP
    if isinstance(field, GeoPointFieldType):
        return GEOPOINT
    return NUMERIC if isinstance(field, NumberFieldType) else BYTES


def _as_texts(field: FieldType, column: NumericColumn) -> KeywordColumn:
    """ValuesSource.Bytes.FieldData of numbers: each as Java writes it."""
    distinct, inverse = np.unique(column.values, return_inverse=True)
    terms = [java_string(field.doc_value(value)) for value in distinct.tolist()]
    if isinstance(field, (BooleanFieldType, DateFieldType)):
        terms = [str(value) for value in distinct.tolist()]
    numbers = {term: i for i, term in enumerate(terms)}
    ranks = np.empty(len(terms), np.int64)
    ranks[sorted(range(len(terms)), key=terms.__getitem__)] = np.arange(len(terms))
    order = np.lexsort((ranks[inverse], column.rows))
    tids = inverse[order].astype(np.int32)
    return KeywordColumn(column.n, column.rows, column.single, tids, terms, numbers, len(terms))


def text_source(ctx: ShardContext, field: FieldType) -> Source:
    """The terms of a text field, whether it has fielddata or not."""
    source = Source(BYTES, RAW, field=field)
    column = ctx.column(field)
    if isinstance(column, TextColumn):
        made = _uninverted(ctx, field, column)
        source._column, source.terms = made, _Ordered(made)
    return source


def fielddata_of_text(ctx: ShardContext, field: FieldType, column: TextColumn) -> KeywordColumn:
    """PagedBytesIndexFieldData: a text's terms as if they were keywords."""
    if field.option("fielddata_frequency_filter"):
        raise NotFaked("[fielddata_frequency_filter]")
    return _uninverted(ctx, field, column)


def _uninverted(ctx: ShardContext, field: FieldType, column: TextColumn) -> KeywordColumn:
    key = ("fielddata", field.path)
    made: KeywordColumn | None = ctx.view.memo.get(key)
    if made is None:
        made = ctx.view.memo[key] = _by_row(column)
    return made


def _by_row(column: TextColumn) -> KeywordColumn:
    ranks = np.empty(column.n_terms, np.int32)
    ranks[column.order] = np.arange(column.n_terms, dtype=np.int32)
    order = np.lexsort((ranks[column.tids], column.rows))
    return KeywordColumn(
        column.n, column.rows[order], False, column.tids[order], column.terms, column.numbers, column.n_terms
    )


def _fielddata(ctx: ShardContext, field: FieldType) -> Column | None:
    """QueryShardContext.getForField: the field's values, or its refusal to have any."""
    if isinstance(field, VectorFieldType):
        return None
    if field.is_text:
        if not field.option("fielddata"):
            raise IllegalArgumentException(
                "Text fields are not optimised for operations that require per-document field data like aggregations "
                "and "
                "sorting, so these operations are disabled by default. Please use a keyword field instead. "
                "Alternatively, "
                f"set fielddata=true on [{field.path}] in order to load field data by uninverting the inverted index. "
                f"Note "
                "that this can use significant memory."
            )
        column = ctx.column(field)
        if not isinstance(column, TextColumn):
            return None
        return fielddata_of_text(ctx, field, column)
    if field.path in ("_source", "_version"):
        raise IllegalArgumentException(f"Fielddata is not supported on field [{field.path}] of type [{field.kind}]")
    field.require_doc_values()
    column = ctx.column(field)
    if not isinstance(column, (NumericColumn, KeywordColumn, GeoPointColumn)):
        raise NotFaked(f"an aggregation of a [{field.kind}] field")
    return column


# --- parsing ----------------------------------------------------------------------------------------------------------


def hint(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text not in _HINTS:
        raise IllegalArgumentException(f"Unknown value type [{text}]")
    return text


def time_zone(container: Any, key: Any) -> Zone:
    if isinstance(container[key], str):
        return parse_zone(container[key])
    return fixed(objects.integer(container, key) * 3600)


def _missing(container: Any, key: Any) -> Any:
    if container[key] is None:
        raise IllegalArgumentException(f"[missing] must not be null: [{NAME}]")
    return container[key]


def members(*, script: bool = True, format: bool = True, zone: bool = False, **more: Member) -> dict[str, Member]:
    """ValuesSourceAggregationBuilder.declareFields."""
    found = {
        "field": declared("string"),
        "missing": declared("value", _missing),
        "value_type": declared("string", hint),
        "valueType": declared("string", hint),
    }
    if format:
        found["format"] = declared("string")
    if script:
        found["script"] = declared("object_or_string", parse_script)
    if zone:
        found["time_zone"] = Member(("VALUE_NUMBER", "VALUE_STRING"), time_zone)
    return {**found, **more}


def number_text(value: Any) -> str:
    return java_double(value) if isinstance(value, float) else str(value)
