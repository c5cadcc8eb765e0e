"""Where an aggregation's values come from: a field, a script, or what stands for a missing value.

Source: ValuesSourceConfig, CoreValuesSourceType.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, refuse
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import (
    BOOLEAN,
    BYTES,
    DATE,
    GEOPOINT,
    GEOSHAPE,
    IP,
    NUMBERS,
    NUMERIC,
    RANGE,
    Ordered,
    as_texts,
    fielddata,
    missing_shape,
    no_fielddata,
    places,
    points_as_texts,
    range_sets,
    shape_sets,
    signed_order,
    type_of,
)
from fakeknn.aggs.formats import (
    RAW,
    Binary,
    Boolean,
    Bytes,
    DateTime,
    Decimal,
    FlatMember,
    Format,
    Ip,
    ScriptedIp,
    UnsignedLong,
)
from fakeknn.aggs.scripts import DerivedValues, ValueScript
from fakeknn.aggs.value_members import HINTED, HINTS
from fakeknn.dates import UTC, DateFormat, Zone
from fakeknn.errors import (
    AggregationExecutionException,
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    OpenSearchError,
    UnsupportedOperationException,
)
from fakeknn.fields import FieldType, VectorFieldType
from fakeknn.fields.dates import DEFAULT_DATE_FORMAT, DateFieldType
from fakeknn.fields.decimals import DecimalFieldType, ScaledFloatFieldType
from fakeknn.fields.flat_object import FlatMemberFieldType, FlatObjectFieldType
from fakeknn.fields.geo_point import GeoPointColumn
from fakeknn.fields.metadata import WITHOUT_DOC_VALUES, SequenceFieldType
from fakeknn.fields.ranges import DateRangeFieldType, RangeColumn
from fakeknn.fields.scalar import BinaryFieldType
from fakeknn.geo import points, shapes
from fakeknn.query.context import ShardContext
from fakeknn.query.script import Script
from fakeknn.view import KeywordColumn, NumericColumn, ObjectColumn
from fakeknn.xcontent import java_string

T = TypeVar("T")

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
        self.shapes: Sequence[Any] = ()
        self.missing: Any = None
        self.floating = False
        self.unsigned = False
        self._column: NumericColumn | KeywordColumn | GeoPointColumn | None = None
        self._scale: float | None = None
        self._nanos = False
        self._script: ValueScript | DerivedValues | None = None
        self._shift = False
        self._fails: OpenSearchError | None = None
        self._missing_text: str | None = None

    @property
    def by_terms(self) -> bool:
        return self.type in (BYTES, IP)

    def show_key(self, key: Any) -> Any:
        """A bucket's number as its format shows it; no format knows what to do with a BigInteger."""
        return key if self.unsigned else self.format.show(key)

    @property
    def of_addresses(self) -> bool:
        """Whether its terms are addresses: by its format, which is the field's whatever type is asked for."""
        return isinstance(self.format, Ip)

    @property
    def scripted(self) -> bool:
        return self._script is not None

    @property
    def plain(self) -> bool:
        """Whether they are the values of a field as they are, and of no other document than those that have some."""
        return self._script is None and self.missing is None and self._missing_text is None

    @property
    def java_object(self) -> str:
        """Object.toString of its ValuesSource, where it is none of numbers."""
        support, at = "org.opensearch.search.aggregations.support", f"@{id(self) & 0xFFFFFFFF:x}"
        if self.missing is not None or self._missing_text is not None:
            shown, nth = ("GeoPoint", 9) if self.type is GEOPOINT else ("Bytes.WithOrdinals", 6)
            return f"anon ValuesSource.{shown} of [{support}.MissingValues${nth}{at}]"
        kind = {GEOPOINT: "GeoPoint$Fielddata", GEOSHAPE: "Bytes$FieldData", RANGE: "Range"}.get(
            self.type, "Bytes$FieldData" if isinstance(self.format, Binary) else "Bytes$WithOrdinals$FieldData"
        )
        return f"{support}.ValuesSource${kind}{at}"

    def load(self, docs: Docs) -> Loaded:
        """The values; longs where they are no ``floating`` ones."""
        loaded = self._present(docs)
        if self._script is not None and not self.by_terms and not self.floating:
            loaded = Loaded(loaded.at, loaded.values.astype(np.int64))
        if self.missing is None:
            return loaded
        if loaded.values.dtype.kind == "f":
            return self._filled(docs, loaded, float(self.missing))
        if self.type == GEOPOINT:
            return self._filled(docs, loaded, points.encode(self.missing))
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
        at, found = places(column, rows)
        values: NDArray[Any]
        if isinstance(column, GeoPointColumn):
            return Loaded(at, column.encoded[found])
        if isinstance(column, KeywordColumn):
            values = column.ords[found].astype(np.int64)
            if self._shift:
                values += values >= self.missing  # the missing value has an ordinal of its own
        else:
            values = column.values[found]
            if self._scale is not None:
                values = values * self._scale
            elif self._nanos:
                values = values // 1_000_000
        return Loaded(at, values)

    def _scripted(self, docs: Docs, script: ValueScript | DerivedValues, loaded: Loaded) -> Loaded:
        """What a script makes of the documents, or of their values."""
        if self.field is None or self.field.derivation is not None:
            at, values = script.of_documents(docs, texts=self.by_terms)
        else:
            at = loaded.at
            values = self._script_texts(loaded.values) if self.by_terms else loaded.values
            values = script.of_values(docs, at, values, texts=self.by_terms)
        if self.by_terms:
            if isinstance(self.format, Bytes):
                values = [self.format.of_text(value) for value in values]
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

    def _script_texts(self, ordinals: NDArray[Any]) -> list[str]:
        """The terms that a script is given."""
        terms = self.indexed().terms
        format = Ip() if isinstance(self.format, Ip) else self.format
        texts = {ordinal: format.script_text(terms[ordinal]) for ordinal in np.unique(ordinals).tolist()}
        return [texts[ordinal] for ordinal in ordinals.tolist()]

    def indexed(self) -> Source:
        """The field's own values, which no script has changed and none that is missing stands among."""
        twin = copy(self)
        twin._script, twin.missing, twin._missing_text, twin._shift = None, None, None, False
        if isinstance(self._column, KeywordColumn):
            twin.terms = Ordered(self._column)
        return twin

    def points(self, docs: Docs) -> tuple[NDArray[Any], NDArray[np.float64], NDArray[np.float64]]:
        """(positions, latitudes, longitudes) of a geo_point's values."""
        column, rows = self._column, docs.rows
        at, lats, lons = np.empty(0, np.int64), np.empty(0), np.empty(0)
        if isinstance(column, GeoPointColumn) and len(column.rows):
            at, found = places(column, rows)
            lats, lons = column.lats[found], column.lons[found]
        if self.missing is None:
            return at, lats, lons
        has = np.zeros(len(rows), bool)
        has[at] = True
        absent = np.flatnonzero(~has)
        order = np.argsort(np.concatenate((at, absent)), kind="stable")
        lats = np.concatenate((lats, np.full(len(absent), self.missing.lat)))
        lons = np.concatenate((lons, np.full(len(absent), self.missing.lon)))
        return np.concatenate((at, absent))[order], lats[order], lons[order]

    def ranges(self, docs: Docs) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """(positions, lows, highs) of a range field's values."""
        assert self.field is not None
        column = docs.ctx.column(self.field)
        if not isinstance(column, RangeColumn) or not len(column.rows):
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.int64)
        at, found = places(column, docs.rows)
        return at, column.lows[found], column.highs[found]

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
    ) -> Source:
        """ValuesSourceConfig.resolve and the registry's look-up; ``default`` is the type of an unmapped field."""
        source = self._resolved(ctx, aggregation, default)
        if source.type not in accepted:
            raise unsupported(self.described(source), aggregation.kind)
        return source

    def unregistered(self, ctx: ShardContext, aggregation: Aggregation, default: str) -> Source:
        """ValuesSourceConfig.resolveUnregistered: all numbers are of one type, and what is none has the default one."""
        return self._resolved(ctx, aggregation, default, legacy=True)

    def late_source(self, ctx: ShardContext, aggregation: Aggregation, accepted: Sequence[str], default: str) -> Source:
        """The same as ``source`` of what looks into the registry only when its aggregator is made."""
        source = self._resolved(ctx, aggregation, default)
        if source.type in accepted:
            return source
        refuse(ctx, unsupported(self.described(source), aggregation.kind))
        return Source(default, RAW, mapped=False)

    def described(self, source: Source) -> str:
        """ValuesSourceConfig.getDescription."""
        if (self.script is not None or source.scripted) and source.mapped:
            return f"Script yielding [{'unknown type' if self.hint is None else HINTED.get(self.hint, self.hint)}]"
        if source.field is not None:
            return f"Field [{source.field.path}] of type [{source.field.kind}]"
        return "unmapped field"

    def _resolved(self, ctx: ShardContext, aggregation: Aggregation, default: str, *, legacy: bool = False) -> Source:
        hinted = None if self.hint is None else HINTS[self.hint]
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
            if self.field in WITHOUT_DOC_VALUES:
                raise no_fielddata(self.field, self.field)
            kind = hinted or default
            source = Source(kind, self._plain_format(kind), mapped=False)
        else:
            if legacy and hinted is None:
                kind = type_of(field)
                hinted = NUMERIC if kind in NUMBERS else kind if kind in (GEOPOINT, RANGE) else default
            source = self._of_field(ctx, field, hinted)
            if script is not None and field.derivation is None and source.type not in (RANGE, GEOPOINT, GEOSHAPE):
                source._script = script
                source.floating = True
        if isinstance(source._script, ValueScript) and isinstance(source.format, Ip):
            source.format = ScriptedIp()
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

    def _of_derived(self, ctx: ShardContext, field: FieldType, hinted: str | None) -> Source:
        """What the script of a derived field emits, instead of a field's values."""
        fielddata(ctx, field.derivation.typed)
        kind = type_of(field)
        source = Source(hinted or kind, self._field_format(field, kind), field=field)
        if source.type == GEOPOINT:
            raise AggregationExecutionException("value source of type [geopoint] is not supported by scripts")
        source._script = DerivedValues(field)
        source.floating = True
        return source

    def _of_field(self, ctx: ShardContext, field: FieldType, hinted: str | None) -> Source:
        if field.derivation is not None:
            return self._of_derived(ctx, field, hinted)
        column = fielddata(ctx, field)
        kind = type_of(field)
        source = Source(hinted or kind, self._field_format(field, kind), field=field)
        if source.type in NUMBERS and kind not in NUMBERS:
            raise IllegalArgumentException(f"Expected numeric type on field [{field.path}], but got [{field.kind}]")
        if source.type not in NUMBERS and isinstance(column, NumericColumn):
            column = as_texts(field, column)
        if source.by_terms and isinstance(column, GeoPointColumn):
            column = points_as_texts(column)
        if isinstance(field, VectorFieldType):
            source._fails = UnsupportedOperationException(f"knn vector field '{field.path}' doesn't support sorting")
        if source.type == GEOPOINT and kind != GEOPOINT:
            raise IllegalArgumentException(f"Expected geo_point type on field [{field.path}], but got [{field.kind}]")
        if isinstance(column, RangeColumn):
            if source.type != RANGE:
                raise NotFaked("the encoded ranges of a field as terms")
            source._column, source.terms = range_sets(ctx, field, column)
        elif isinstance(column, ObjectColumn):
            source._column, distinct = shape_sets(ctx, field, column)
            source.terms, source.shapes = list(distinct), list(distinct.values())
        elif isinstance(column, (NumericColumn, KeywordColumn, GeoPointColumn)):
            source._column = column
        if isinstance(column, KeywordColumn):
            source.terms = Ordered(column)
        source.floating = isinstance(field, (DecimalFieldType, ScaledFloatFieldType))
        source.unsigned = field.kind == "unsigned_long"
        if source.unsigned and isinstance(column, NumericColumn):
            source._column = signed_order(ctx, field, column)
        if isinstance(field, ScaledFloatFieldType):
            source._scale = 1.0 / field.factor
        source._nanos = field.kind == "date_nanos"
        return source

    def _field_format(self, field: FieldType, kind: str) -> Format:
        """MappedFieldType.docValueFormat."""
        if isinstance(field, (DateFieldType, DateRangeFieldType)):
            format = field.format if self.format is None else DateFormat.parse(self.format)
            return DateTime(format, self.zone or UTC)
        if kind == NUMERIC and not isinstance(field, SequenceFieldType):  # which has MappedFieldType's own format
            if self.zone is not None:
                raise _no_custom(field, "time zones")
            if self.format is not None:
                return Decimal(self.format)
            return UnsignedLong() if field.kind == "unsigned_long" else RAW
        if isinstance(field, BinaryFieldType):
            return Binary()  # BinaryFieldType.docValueFormat looks at neither format nor zone
        if self.format is not None:
            raise _no_custom(field, "formats")
        if self.zone is not None:
            raise _no_custom(field, "time zones")
        if kind == BOOLEAN:
            return Boolean()
        if isinstance(field, FlatObjectFieldType):
            field.require_doc_values()
        if isinstance(field, FlatMemberFieldType):
            return FlatMember(field.root, field.path)
        return Ip() if kind == IP else RAW

    def _replace_missing(self, ctx: ShardContext, source: Source) -> None:
        text = java_string(self.missing)
        if source.type == RANGE:
            values_source = "class org.opensearch.search.aggregations.support.ValuesSource$Range"
            raise IllegalArgumentException(f"Can't apply missing values on a {values_source}")
        if source.type == GEOPOINT:
            source.missing = points.of_text(text)
            return
        if source.type == GEOSHAPE:
            shape = missing_shape(self.missing)
            source.missing = len(source.shapes)
            source.terms, source.shapes = [*source.terms, shapes.identity(shape)], [*source.shapes, shape]
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


def _no_custom(field: FieldType, what: str) -> IllegalArgumentException:
    return IllegalArgumentException(f"Field [{field.path}] of type [{field.kind}] does not support custom {what}")


def unsupported(what: str, aggregation: str) -> IllegalArgumentException:
    return IllegalArgumentException(f"{what} is not supported for aggregation [{aggregation}]")
