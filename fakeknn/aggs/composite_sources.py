"""The sources of a composite: what they take as keys of a document, in which order, and how keys show."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation
from fakeknn.aggs.date_histogram import Interval, date_offset, interval_members, rounded
from fakeknn.aggs.docs import Docs, compacted
from fakeknn.aggs.fielddata import ALL, BYTES, DATE, NUMERIC
from fakeknn.aggs.formats import RAW, Format
from fakeknn.aggs.results import finite
from fakeknn.aggs.value_members import is_hint, members, time_zone
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException
from fakeknn.query.context import ShardContext
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared

#: The code of a document without a value.
MISSING = -1


@dataclass(slots=True)
class Dimension:
    """The values of some documents for one source: ``codes`` are whole numbers in the order of the keys, ``keys`` what
    they stand for; a document without a value has the code -1 if it is to have a bucket."""

    at: NDArray[np.int64]
    codes: NDArray[np.int64]
    keys: Sequence[Any]


@dataclass(eq=False, kw_only=True)
class ValuesSource(Aggregation):
    """One source (CompositeValuesSourceBuilder)."""

    accepted: ClassVar[tuple[str, ...]] = ALL
    default: ClassVar[str] = BYTES
    given: Given
    descending: bool = False
    missing_bucket: bool = False
    missing_order: str = "default"

    @property
    def missing_first(self) -> bool:
        return self.missing_order == "first" or (self.missing_order == "default" and not self.descending)

    def sort_key(self, key: Any) -> tuple[int, Any]:
        """What keys compare by; a descending source is sorted in reverse."""
        if key is None:
            return (0 if self.missing_first != self.descending else 2), 0
        return 1, key

    def resolve(self, ctx: ShardContext) -> Source:
        if not self.missing_bucket and self.missing_order != "default":
            raise IllegalArgumentException("missing_order require missing_bucket is true")
        return self.given.source(ctx, self, self.accepted, self.default)

    def format(self, source: Source) -> Format:
        return source.format

    def shown(self, source: Source, key: Any) -> Any:
        """formatObject."""
        if key is None:
            return None
        if not source.format.plain_terms:
            return source.format.show_term(key[1])
        return finite(self.format(source).show(key))

    def dimension(self, source: Source, docs: Docs) -> Dimension:
        found = self.values(source, docs)
        if not self.missing_bucket:
            return found
        has = np.zeros(len(docs.rows), bool)
        has[found.at] = True
        absent = np.flatnonzero(~has)
        at = np.concatenate((found.at, absent))
        codes = np.concatenate((found.codes, np.full(len(absent), MISSING, np.int64)))
        order = np.argsort(at, kind="stable")
        return Dimension(at[order], codes[order], found.keys)

    def values(self, source: Source, docs: Docs) -> Dimension:
        raise NotImplementedError

    def after(self, source: Source, value: Any, ctx: ShardContext) -> Any:
        """setAfter: a key of the page before as keys are compared."""
        format = self.format(source)
        if source.floating or isinstance(self, HistogramSource):
            if isinstance(value, (int, float)) and not isinstance(value, bool):
                return float(value)
            return float(format.parse(java_string(value), ctx.now))
        if isinstance(value, int) and (format.raw or source.unsigned):
            return value
        number = format.parse(java_string(value), ctx.now)
        return math.floor(number) if isinstance(number, float) and math.isfinite(number) else number


def java_class(value: Any) -> str:
    """The class that a JSON scalar is read as."""
    if isinstance(value, bool):
        return "Boolean"
    if isinstance(value, float):
        return "Double"
    bits = value.bit_length() if value >= 0 else (-value - 1).bit_length()
    return "Integer" if bits < 32 else "Long" if bits < 64 else "BigInteger"


def distinct(at: NDArray[Any], values: NDArray[Any]) -> Dimension:
    keys, codes = np.unique(values, return_inverse=True)
    return Dimension(at, codes.astype(np.int64, copy=False), keys.tolist())


@dataclass(eq=False, kw_only=True)
class TermsSource(ValuesSource):
    kind = "terms"

    def format(self, source: Source) -> Format:
        return RAW if source.type == DATE and self.given.format is None else source.format

    def values(self, source: Source, docs: Docs) -> Dimension:
        loaded = source.load(docs)
        if not source.by_terms:
            return distinct(loaded.at, loaded.values)
        terms, format = source.terms, source.format
        keys = terms if format.plain_terms else [(format.term_bytes(term), term) for term in terms[:]]
        return Dimension(loaded.at, loaded.values, keys)

    def after(self, source: Source, value: Any, ctx: ShardContext) -> Any:
        if not source.by_terms:
            return super().after(source, value, ctx)
        if not isinstance(value, str):
            raise IllegalArgumentException(f"invalid value, expected string, got {java_class(value)}")
        text = source.format.parse_term(value)
        return text if source.format.plain_terms else (source.format.term_bytes(text), text)


@dataclass(eq=False, kw_only=True)
class HistogramSource(ValuesSource):
    kind = "histogram"
    accepted = (DATE, NUMERIC)
    default = NUMERIC
    interval: float = 0.0

    def values(self, source: Source, docs: Docs) -> Dimension:
        loaded = source.doubles(docs)
        with np.errstate(divide="ignore", invalid="ignore"):
            found = distinct(loaded.at, np.floor(loaded.values / self.interval) * self.interval)
        found.keys = [key if key == key else math.nan for key in found.keys]  # one NaN, that is itself
        return found


@dataclass(eq=False, kw_only=True)
class DateHistogramSource(ValuesSource):
    kind = "date_histogram"
    accepted = (DATE, NUMERIC)
    default = DATE
    interval: Interval | None = None
    offset: int = 0

    def format(self, source: Source) -> Format:
        return RAW if self.given.format is None else source.format

    def resolve(self, ctx: ShardContext) -> Source:
        source = super().resolve(ctx)
        if self.interval is None:
            raise IllegalArgumentException("Invalid interval specified, must be non-null and non-empty")
        self.rounding = self.interval.rounding(self.given, self.offset)
        return source

    def values(self, source: Source, docs: Docs) -> Dimension:
        at, codes, key = rounded(self.rounding, source, docs)
        found, places = compacted(codes)
        return Dimension(at, places, [key(code) for code in found.tolist()])


def _order(container: Any, key: Any) -> bool:
    text = objects.text(container, key)
    if text.upper() not in ("ASC", "DESC"):
        raise IllegalArgumentException(f"No enum constant org.opensearch.search.sort.SortOrder.{text.upper()}")
    return text.upper() == "DESC"


def _missing_order(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text.upper() not in ("FIRST", "LAST", "DEFAULT"):
        raise IllegalArgumentException(
            f"No enum constant org.opensearch.search.aggregations.bucket.missing.MissingOrder.{text.upper()}"
        )
    return text.lower()


def _source_interval(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if value <= 0:
        raise IllegalArgumentException("[interval] must be greater than 0 for [histogram] source")
    return value


def _hint(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if not is_hint(text):
        raise IllegalArgumentException("[userValueTypeHint] must not be null")
    return text


def source_members() -> dict[str, Member]:
    """CompositeValuesSourceParserHelper.declareValuesSourceFields."""
    given = members(format=False)
    return {
        "field": given["field"],
        "script": given["script"],
        "value_type": declared("string", _hint),
        "missing_bucket": declared("boolean"),
        "missing_order": declared("string", _missing_order),
        "order": declared("string", _order),
    }


def common_values(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "given": Given.of(values),
        "descending": values.get("order", False),
        "missing_bucket": values.get("missing_bucket", False),
        "missing_order": values.get("missing_order", "default"),
    }


def _terms_source(container: Any, key: Any) -> ValuesSource:
    return TermsSource(**common_values(ObjectParser("terms", source_members()).parse(container, key)))


def _histogram_source(container: Any, key: Any) -> ValuesSource:
    declarations = {"interval": declared("double", _source_interval), **source_members()}
    values = ObjectParser("histogram", declarations).parse(container, key)
    return HistogramSource(**common_values(values), interval=values.get("interval", 0.0))


def _date_histogram_source(container: Any, key: Any) -> ValuesSource:
    intervals, read = interval_members()
    declarations = {
        "format": declared("string"),
        **intervals,
        "offset": declared("long", date_offset),
        "time_zone": declared("long", time_zone),
        **source_members(),
    }
    values = ObjectParser("date_histogram", declarations).parse(container, key)
    interval = read[-1] if read else None
    return DateHistogramSource(**common_values(values), interval=interval, offset=values.get("offset", 0))


#: Sources by their type in the DSL.
SOURCES: dict[str, Callable[[Any, Any], ValuesSource]] = {
    "terms": _terms_source,
    "histogram": _histogram_source,
    "date_histogram": _date_histogram_source,
}
