"""Where an aggregation's values come from: a field, a script, or what stands for a missing value; and how they are
shown.

Source: ValuesSourceConfig, CoreValuesSourceType, DocValueFormat.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Docs
from fakeknn.aggs.decimals import DecimalFormat
from fakeknn.dates import UTC, DateFormat, Zone, parse_math, parse_zone
from fakeknn.dates.zones import fixed
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    NumberFormatException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.numbers import DecimalFieldType, ScaledFloatFieldType
from fakeknn.fields.scalar import DEFAULT_DATE_FORMAT, DateFieldType
from fakeknn.query.base import ShardContext
from fakeknn.query.script import Script, parse_script
from fakeknn.view import KeywordColumn, NumericColumn
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.java import java_double
from fakeknn.xcontent.objects import Member, declared

NUMERIC, DATE, BOOLEAN, BYTES, IP = "numeric", "date", "boolean", "bytes", "ip"
ALL = (NUMERIC, DATE, BOOLEAN, BYTES, IP)
NUMBERS = (NUMERIC, DATE, BOOLEAN)

_HINTS = {
    "string": BYTES, "double": NUMERIC, "float": NUMERIC, "number": NUMERIC, "numeric": NUMERIC, "long": NUMERIC,
    "integer": NUMERIC, "short": NUMERIC, "byte": NUMERIC, "unsigned_long": NUMERIC, "date": DATE, "ip": IP,
    "boolean": BOOLEAN,
}  # fmt: skip


# --- formats ----------------------------------------------------------------------------------------------------------


class Format:
    """DocValueFormat.RAW: values as they are."""

    raw = True

    def show(self, value: Any) -> Any:
        return value

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return parse_number(text)


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
        return (
            int(min(max(value, -(2.0**63)), 2.0**63 - 1))
            if math.isfinite(value)
            else (2**63 - 1) * (1 if value > 0 else -1)
        )
    return int(value)


def parse_number(text: str) -> float:
    """Double.parseDouble."""
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
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
        self._column: NumericColumn | KeywordColumn | None = None
        self._scale: float | None = None
        self._nanos = False
        self._script: Callable[[Docs], Loaded] | None = None
        self._shift = False

    @property
    def by_terms(self) -> bool:
        return self.type in (BYTES, IP)

    def load(self, docs: Docs) -> Loaded:
        loaded = self._script(docs) if self._script is not None else self._load(docs)
        if self.missing is None or (
            len(loaded.at)
            and len(loaded.at) == len(docs.rows)
            and loaded.at[-1] == len(docs.rows) - 1
            and (np.diff(loaded.at) == 1).all()
        ):
            return loaded
        has = np.zeros(len(docs.rows), bool)
        has[loaded.at] = True
        absent = np.flatnonzero(~has)
        at = np.concatenate((loaded.at, absent))
        values = np.concatenate((loaded.values, np.full(len(absent), self.missing, loaded.values.dtype)))
        order = np.argsort(at, kind="stable")
        return Loaded(at[order], values[order])

    def _load(self, docs: Docs) -> Loaded:
        column = self._column
        rows = docs.rows
        if column is None or not len(column.rows):
            return Loaded(np.empty(0, np.int64), np.empty(0, np.float64 if self.floating else np.int64))
        at: NDArray[Any]
        if column.dense:
            at, places = np.arange(len(rows)), rows
        elif column.single:
            starts = column.offsets[rows]
            at = np.flatnonzero(column.exists[rows])
            places = starts[at]
        else:
            starts = column.offsets[rows]
            counts = column.offsets[rows + 1] - starts
            at = np.repeat(np.arange(len(rows)), counts)
            places = np.arange(len(at)) + np.repeat(starts - (np.cumsum(counts) - counts), counts)
        values: NDArray[Any]
        if isinstance(column, KeywordColumn):
            values = column.ords[places].astype(np.int64, copy=False)
            if self._shift:
                values += values >= self.missing  # the missing value has an ordinal of its own
        else:
            values = column.values[places]
            if self._scale is not None:
                values = values * self._scale
            elif self._nanos:
                values = values // 1_000_000
        return Loaded(at, values)

    def doubles(self, docs: Docs) -> Loaded:
        """The values as doubles (SortedNumericDoubleValues)."""
        loaded = self.load(docs)
        return Loaded(loaded.at, loaded.values.astype(np.float64, copy=False))

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

    def described(self, source: Source) -> str:
        """ValuesSourceConfig.getDescription."""
        if source.field is not None:
            return f"Field [{source.field.path}] of type [{source.field.kind}]"
        if self.script is not None:
            return f"Script yielding [{self.hint if self.hint is not None else 'unknown type'}]"
        return "unmapped field"

    def _resolved(self, ctx: ShardContext, aggregation: Aggregation, default: str) -> Source:
        hinted = None if self.hint is None else _HINTS[self.hint]
        if self.field is None:
            if self.script is None:
                raise IllegalStateException("value source config is invalid; must have either a field or a script")
            raise NotFaked("a script in an aggregation")
        field = ctx.field(self.field)
        if field is None:
            kind = hinted or default
            source = Source(kind, self._plain_format(kind), mapped=False)
        else:
            if self.script is not None:
                raise NotFaked("a script in an aggregation")
            source = self._of_field(ctx, field, hinted)
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
        return RAW

    def _of_field(self, ctx: ShardContext, field: FieldType, hinted: str | None) -> Source:
        _check_fielddata(field)
        column = ctx.column(field)
        kind = _type_of(field)
        source = Source(hinted or kind, self._field_format(field, kind), field=field)
        if source.type in NUMBERS and kind not in NUMBERS:
            raise IllegalArgumentException(f"Expected numeric type on field [{self.field}], but got [{field.kind}]")
        if source.type not in NUMBERS and kind in NUMBERS:
            raise NotFaked("an aggregation of numbers as texts")
        if isinstance(column, (NumericColumn, KeywordColumn)):
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
            return RAW if self.format is None else Decimal(self.format)
        if self.format is not None:
            raise IllegalArgumentException(
                f"Field [{field.path}] of type [{field.kind}] does not support custom formats"
            )
        if self.zone is not None:
            raise IllegalArgumentException(
                f"Field [{field.path}] of type [{field.kind}] does not support custom time zones"
            )
        return Boolean() if kind == BOOLEAN else RAW

    def _replace_missing(self, ctx: ShardContext, source: Source) -> None:
        text = java_string(self.missing)
        if source.by_terms:
            terms = list(source.terms)
            place = bisect.bisect_left(terms, text)
            if place == len(terms) or terms[place] != text:
                terms.insert(place, text)
                source._shift = True
            source.terms = terms
            source.missing = place
            return
        number = source.format.parse(text, ctx.now)
        if isinstance(number, float) and not source.floating:
            if number == math.floor(number):
                number = int(number)
            else:
                source.floating = True
                if source._column is not None:
                    source._scale = 1.0
        source.missing = number


class _Ordered(Sequence[str]):
    """The terms of a column by ordinal."""

    def __init__(self, column: KeywordColumn) -> None:
        self._column = column

    def __len__(self) -> int:
        return self._column.n_terms

    def __getitem__(self, at: Any) -> Any:
        return self._column.terms[int(self._column.order[at])]


def unsupported(what: str, aggregation: str) -> IllegalArgumentException:
    return IllegalArgumentException(f"{what} is not supported for aggregation [{aggregation}]")


def _type_of(field: FieldType) -> str:
    if isinstance(field, DateFieldType):
        return DATE
    if field.kind == "boolean":
        return BOOLEAN
    if field.kind == "ip":
        return IP
    return NUMERIC if hasattr(field, "dtype") else BYTES


def _check_fielddata(field: FieldType) -> None:
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
        raise NotFaked("an aggregation of text fielddata")
    field.require_doc_values()
    if field.kind in ("knn_vector", "binary", "_id"):
        raise NotFaked(f"an aggregation of a [{field.kind}] field")


# --- parsing ----------------------------------------------------------------------------------------------------------


def _hint(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text not in _HINTS:
        raise IllegalArgumentException(f"Unknown value type [{text}]")
    return text


def time_zone(container: Any, key: Any) -> Zone:
    if isinstance(container[key], str):
        return parse_zone(container[key])
    return fixed(objects.integer(container, key) * 3600)


def members(*, script: bool = True, format: bool = True, zone: bool = False, **more: Member) -> dict[str, Member]:
    """ValuesSourceAggregationBuilder.declareFields."""
    found = {
        "field": declared("string"),
        "missing": declared("value"),
        "value_type": declared("string", _hint),
        "valueType": declared("string", _hint),
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
