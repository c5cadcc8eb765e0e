"""The range types: integer_range, long_range, float_range, double_range, date_range, ip_range.

A value is a pair of bounds, both inclusive. Source: RangeFieldMapper, RangeType.
"""

from __future__ import annotations

import math
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.dates import DateFormat, parse_math, parse_zone
from fakeknn.errors import (
    IllegalArgumentException,
    MapperParsingException,
    NotFaked,
    NumberFormatException,
    OpenSearchError,
    OpenSearchParseException,
)
from fakeknn.fields import ip
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.dates import DEFAULT_DATE_FORMAT
from fakeknn.fields.decimals import DecimalFieldType, DoubleFieldType, FloatFieldType
from fakeknn.fields.integers import Int32FieldType, LongFieldType
from fakeknn.fields.numbers import NumberFieldType, has_decimal_part, shown_value
from fakeknn.fields.parameters import BOOST, META, Parameter, flag, locale, text
from fakeknn.fields.scalar import plain_text
from fakeknn.view import Column, Grow, Mask, Rows
from fakeknn.xcontent import java_string

#: A pair of bounds as the buffer holds them.
Bounds = tuple[Any, Any]


class RangeColumn(Column):
    """Ranges: ``lows`` and ``highs`` [m], int64, float64 or S16, both inclusive."""

    def __init__(self, n: int, rows: Rows, single: bool, lows: NDArray[Any], highs: NDArray[Any]) -> None:
        super().__init__(n, rows, single)
        self.lows, self.highs = lows, highs


class RangeBuffer(Buffer):
    def __init__(self, dtype: Any) -> None:
        super().__init__()
        self._dtype = dtype
        self._lows: Grow[Any] = Grow(dtype)
        self._highs: Grow[Any] = Grow(dtype)
        self._waiting: list[Bounds] = []

    def _empty(self) -> Self:
        return type(self)(self._dtype)

    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        twin._lows.extend(self._lows.first()[chosen])
        twin._highs.extend(self._highs.first()[chosen])

    def add(self, row: int, values: list[Any]) -> None:
        if len(values) > 1 and self._first_repeat is None:
            self._first_repeat = row
        self._waiting_rows.extend([row] * len(values))
        self._waiting.extend(values)

    def _flush(self) -> None:
        lows, highs = zip(*self._waiting, strict=True)
        self._lows.extend(np.array(lows, self._dtype))
        self._highs.extend(np.array(highs, self._dtype))
        self._waiting = []

    def _column(self, n: int, m: int, single: bool) -> Column:
        return RangeColumn(n, self._rows.first(m), single, self._lows.first(m), self._highs.first(m))


class RangeFieldType(FieldType):
    """What the range types share; each knows its bounds' type."""

    has_index_analyzer = True
    takes_objects = True
    tells_breaks = True
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("doc_values", True),
        flag("store", False),
        flag("coerce", True, explicit=True, updatable=True),
        Parameter("format", text, DEFAULT_DATE_FORMAT),
        Parameter("locale", locale, ""),
        BOOST,
        META,
        flag("ignore_malformed", False, explicit=True, updatable=True),
    )
    dtype_of_bounds: ClassVar[Any] = np.int64
    lowest: ClassVar[Any] = -(2**63)
    highest: ClassVar[Any] = 2**63 - 1

    def build(self) -> None:
        if "format" in self.given:
            raise IllegalArgumentException(
                f"field [{self.name}] of type [range] should not define a dateTimeFormatter unless it is a DATE type"
            )

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        told.pop("format", None)
        told.pop("locale", None)
        return told

    def kept_option(self, name: str) -> Any:
        """Without a format the locale is forgotten, so that not even the same one may be given again."""
        return "" if name == "locale" else super().kept_option(name)

    def new_buffer(self) -> Buffer | None:
        return RangeBuffer(self.dtype_of_bounds) if self.searchable or self.has_doc_values else None

    # -- bounds

    def of_document(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        """A document's bound."""
        raise NotImplementedError

    def of_query(self, value: Any, *, round_up: bool, time_zone: str | None, format: str | None) -> Any:
        """A query's bound."""
        raise NotImplementedError

    def next_up(self, value: Any) -> Any:
        return value + 1 if value < self.highest else self.lowest

    def next_down(self, value: Any) -> Any:
        return value - 1 if value > self.lowest else self.highest

    def shown_bound(self, value: Any) -> str:
        return java_string(value)

    # -- values

    def stored(self, value: Any, parsed: Bounds) -> list[str]:
        """What ``stored_fields`` shows: the bounds as they were given."""
        low, high = parsed
        given = value if isinstance(value, dict) else {}
        opens = "gt" in given and low != self.lowest
        closes = "lt" in given and high != self.highest
        first = self.shown_bound(self.next_down(low) if opens else low).removeprefix("/")
        last = self.shown_bound(self.next_up(high) if closes else high).removeprefix("/")
        return [f"{'(' if 'gt' in given else '['}{first} : {last}{')' if 'lt' in given else ']'}"]

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Bounds | None:
        if value is None:
            return None
        if not isinstance(value, dict):
            shown = key if isinstance(key, str) else "null"
            raise MapperParsingException(f"error parsing field [{self.path}], expected an object but got {shown}")
        low, high = self.lowest, self.highest
        malformed: OpenSearchError | None = None
        for name, item in value.items():
            try:
                if name not in ("gt", "gte", "lt", "lte"):
                    raise MapperParsingException(f"error parsing field [{self.path}], with unknown parameter [{name}]")
                if item is None:
                    continue
                bound = self.of_document(value, name, item, doc)
            except OpenSearchError as error:
                if not hasattr(error, "preview"):
                    error.preview = item  # type: ignore[attr-defined]
                if not self.ignores_malformed or not isinstance(error, IllegalArgumentException):
                    raise
                malformed = error
                continue
            if name in ("gt", "gte"):
                low = bound if name == "gte" else self.next_up(bound)
            else:
                high = bound if name == "lte" else self.next_down(bound)
        if malformed is not None:
            raise malformed
        if low > high:
            raise self._inverted(low, high)
        return low, high

    def tells_ignored(self, value: Any, cause: OpenSearchError) -> bool:
        return isinstance(cause, IllegalArgumentException) and getattr(cause, "preview", value) is not None

    def loses_its_place(self, value: Any, cause: OpenSearchError) -> bool:
        return isinstance(value, dict) and not isinstance(cause, IllegalArgumentException)

    def _inverted(self, low: Any, high: Any) -> OpenSearchError:
        error = IllegalArgumentException(self.inverted(low, high))
        error.preview = None  # type: ignore[attr-defined]
        return error

    def inverted(self, low: Any, high: Any) -> str:
        return f"min value ({self.shown_bound(low)}) is greater than max value ({self.shown_bound(high)})"

    def no_sort(self) -> OpenSearchError:
        raise NotFaked(f"a sort by a field of type [{self.kind}]")

    # -- queries

    def require_index(self) -> None:
        if not self.searchable:
            raise IllegalArgumentException(f"Cannot search on field [{self.path}] since it is not indexed.")

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        return self.range(column, lower=value, upper=value, include_lower=True, include_upper=True)

    def range(
        self,
        column: Column,
        *,
        lower: Any,
        upper: Any,
        include_lower: bool,
        include_upper: bool,
        relation: str | None = None,
        time_zone: str | None = None,
        format: str | None = None,
    ) -> Mask:
        assert isinstance(column, RangeColumn)
        low, high = self.bounds(lower, upper, include_lower, include_upper, time_zone, format)
        if low > high:
            return np.zeros(column.n, bool)
        asked = (relation or "intersects").lower()
        lows, highs = column.lows, column.highs
        if self.dtype_of_bounds == "S16":
            low, high = np.bytes_(low), np.bytes_(high)
        if asked == "within":
            return column.where((lows >= low) & (highs <= high))
        if asked == "contains":
            return column.where((lows <= low) & (highs >= high))
        return column.where((lows <= high) & (highs >= low))

    def bounds(
        self,
        lower: Any,
        upper: Any,
        include_lower: bool,
        include_upper: bool,
        time_zone: str | None = None,
        format: str | None = None,
    ) -> tuple[Any, Any]:
        """A query's bounds, inclusive; the first above the second when nothing can match."""
        low, high = self.lowest, self.highest
        if lower is not None:
            low = self.of_query(lower, round_up=not include_lower, time_zone=time_zone, format=format)
        if upper is not None:
            high = self.of_query(upper, round_up=include_upper, time_zone=time_zone, format=format)
        if low > high:
            raise IllegalArgumentException(
                f"Range query `from` value ({self.shown_bound(low)}) is greater than `to` value "
                f"({self.shown_bound(high)})"
            )
        return low if include_lower else self.next_up(low), high if include_upper else self.next_down(high)

    def fetch(self, value: Any, format: str | None = None) -> Any:
        if not isinstance(value, dict):
            return value
        return {name: self.fetched(bound, format) for name, bound in value.items()}

    def fetched(self, bound: Any, format: str | None) -> Any:
        return self.of_query(bound, round_up=False, time_zone=None, format=None)


class NumericRangeFieldType(RangeFieldType):
    """Ranges of numbers, which are read as a field of their type reads them."""

    number_kind: ClassVar[type[NumberFieldType]] = LongFieldType
    number: NumberFieldType

    def build(self) -> None:
        super().build()
        self.number = self.number_kind(self.path, self.kind.removesuffix("_range"), self.context)
        self.number.options = {name: self.options[name] for name in ("coerce",) if name in self.options}
        self.number.given = set(self.number.options)

    def of_document(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        if isinstance(value, str) and not value.strip():  # no null, as it would be elsewhere
            if isinstance(self.number, LongFieldType):
                raise IllegalArgumentException(f'For input string: "{value}"')
            raise NumberFormatException("empty String")
        return self.number.parse(container, key, value, doc)

    def of_query(self, value: Any, *, round_up: bool, time_zone: str | None, format: str | None) -> Any:
        whole = not isinstance(self.number, DecimalFieldType)
        found = self.number.query_value("0" if whole and value == "NaN" else value)
        if whole and has_decimal_part(value):
            raise IllegalArgumentException(f"Value [{shown_value(value)}] has a decimal part")
        return found


@register("integer_range")
class IntegerRangeFieldType(NumericRangeFieldType):
    number_kind = Int32FieldType
    lowest, highest = -(2**31), 2**31 - 1


@register("long_range")
class LongRangeFieldType(NumericRangeFieldType):
    number_kind = LongFieldType


@register("double_range")
class DoubleRangeFieldType(NumericRangeFieldType):
    number_kind: ClassVar[type[NumberFieldType]] = DoubleFieldType
    dtype_of_bounds = np.float64
    lowest, highest = -math.inf, math.inf

    def next_up(self, value: Any) -> Any:
        assert isinstance(self.number, DecimalFieldType)
        return self.number.next_up(value)

    def next_down(self, value: Any) -> Any:
        assert isinstance(self.number, DecimalFieldType)
        return self.number.next_down(value)


@register("float_range")
class FloatRangeFieldType(DoubleRangeFieldType):
    number_kind = FloatFieldType

    def shown_bound(self, value: Any) -> str:
        return java_string(np.float32(value))


@register("date_range")
class DateRangeFieldType(RangeFieldType):
    """Ranges of moments, in milliseconds."""

    def build(self) -> None:
        self.format = DateFormat.parse(self.option("format"), self.option("locale"))

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        return FieldType.echo(self, include_defaults)

    def kept_option(self, name: str) -> Any:
        return FieldType.kept_option(self, name)

    def of_document(self, container: Any, key: Any, value: Any, doc: DocContext) -> int:
        def now() -> int:
            raise OpenSearchParseException("could not read the current timestamp") from IllegalArgumentException(
                "now is not used at indexing time"
            )

        return parse_math(plain_text(container, key, value, doc), self.format, now, False, None)

    def of_query(self, value: Any, *, round_up: bool, time_zone: str | None, format: str | None) -> int:
        reader = self.format if format is None else DateFormat.parse(format)
        zone = None if time_zone is None else parse_zone(time_zone)
        return parse_math(java_string(value), reader, self.context.now, round_up, zone)

    def fetched(self, bound: Any, format: str | None) -> Any:
        printer = self.format if format is None else DateFormat.parse(format)
        return printer.format(parse_math(java_string(bound), self.format, self.context.now, False, None))


@register("ip_range")
class IpRangeFieldType(RangeFieldType):
    """Ranges of addresses, also as blocks."""

    dtype_of_bounds = "S16"
    lowest, highest = ip.LOWEST, ip.HIGHEST

    def next_up(self, value: Any) -> Any:
        if value == ip.HIGHEST:
            raise IllegalArgumentException("Overflow: there is no greater InetAddress than " + ip.java_address(value))
        return ip.next_up(value)

    def next_down(self, value: Any) -> Any:
        if value == ip.LOWEST:
            raise IllegalArgumentException("Underflow: there is no smaller InetAddress than " + ip.java_address(value))
        return ip.next_down(value)

    def shown_bound(self, value: Any) -> str:
        return "/" + ip.java_address(value)

    def inverted(self, low: Any, high: Any) -> str:
        return "min value cannot be greater than max value for InetAddressRange field"

    def of_document(self, container: Any, key: Any, value: Any, doc: DocContext) -> bytes:
        return ip.address(plain_text(container, key, value, doc))

    def of_query(self, value: Any, *, round_up: bool, time_zone: str | None, format: str | None) -> bytes:
        return ip.address(java_string(value))

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Bounds | None:
        return ip.cidr(value) if isinstance(value, str) else super().parse(container, key, value, doc)

    def fetch(self, value: Any, format: str | None = None) -> Any:
        if isinstance(value, dict):
            return super().fetch(value, format)
        ip.cidr(java_string(value))
        address, _, length = java_string(value).partition("/")
        return f"{ip.shown(ip.address(address))}/{int(length)}"

    def fetched(self, bound: Any, format: str | None) -> Any:
        return ip.shown(ip.address(java_string(bound)))
