"""The numeric field types: byte, short, integer, long, unsigned_long, half_float, float, double, scaled_float.

Integers are kept as int64 (unsigned_long as uint64), the others as float64 holding what the type can hold: a
``float``'s values are float32 numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    InputCoercionException,
    NumberFormatException,
    OpenSearchError,
    Where,
)
from fakeknn.fields.base import META, UNREADABLE, DocContext, FieldType, Parameter, decimal, flag, register
from fakeknn.fields.buffers import Buffer, NumericBuffer
from fakeknn.view import Column, Mask, NumericColumn
from fakeknn.xcontent import java_float, java_string
from fakeknn.xcontent.java import java_double as java_double_text
from fakeknn.xcontent.objects import SOURCE, not_numeric


def java_double(text: str) -> float:
    """Double.parseDouble: white space around, a suffix f or d, NaN and Infinity by name."""
    stripped = text.strip()
    body = stripped[:-1] if stripped[-1:] in "fFdD" and stripped[:-1] else stripped
    plain = body.lstrip("+-")
    if plain == "NaN" or plain == "Infinity":
        return float(body.replace("Infinity", "inf"))
    if plain[:1].isdigit() or plain[:1] == ".":
        try:
            if body.isascii() and "_" not in body and plain[:2].lower() != "0x":
                return float(body)
        except ValueError:
            pass
    if re.match(r"[+-]?\d*\.\d*\.", stripped, re.ASCII):
        raise NumberFormatException("multiple points")
    raise NumberFormatException(f'For input string: "{text}"' if stripped else "empty String")


def query_double(value: Any) -> float:
    """NumberFieldMapper.objectToDouble."""
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return java_double(java_string(value))


def shown_value(value: Any) -> str:
    """A query's value in a message: a string there is a BytesRef, which shows its bytes, and so is a BigInteger."""
    if isinstance(value, int) and not -(2**63) <= value < 2**63:
        value = str(value)
    return f"[{value.encode().hex(' ')}]" if isinstance(value, str) else java_string(value)


def _whole(value: float) -> int:
    """A Java cast of a double to an integer: cut toward zero."""
    return int(value) if math.isfinite(value) else 0


def has_decimal_part(value: Any) -> bool:
    """NumberType.hasDecimalPart."""
    if isinstance(value, int):
        return False
    if isinstance(value, float):
        return value % 1 != 0
    try:
        return java_double(java_string(value)) % 1 != 0
    except (NumberFormatException, OverflowError):
        return False


class NumberFieldType(FieldType):
    """What the numeric types share; a query's value is a number, or a string that reads as one."""

    has_index_analyzer = True
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("doc_values", True),
        flag("store", False),
        flag("skip_list", False),
        flag("ignore_malformed", False, explicit=True, updatable=True),
        flag("coerce", True, explicit=True, updatable=True),
        Parameter("null_value", lambda value: value, None, accepts_null=True, explicit=True),
        META,
    )
    dtype: ClassVar[type[np.generic]] = np.float64
    java_name: ClassVar[str] = "double"
    null: Any = None
    given_null: Any = None

    def build(self) -> None:
        given = self.options.get("null_value")
        if given is not None:
            self.given_null = given
            self.null = self.options["null_value"] = self.query_value(given)

    def check_parameter(self, name: str, value: Any) -> None:
        if name != "null_value" or value is None:
            return
        if isinstance(self, IntegerFieldType) and has_decimal_part(value):
            raise IllegalArgumentException(f"Value [{java_string(value)}] has a decimal part")
        self.query_value(value)

    @property
    def coerces(self) -> bool:
        if "coerce" in self.given:
            return bool(self.options["coerce"])
        return self.context.flag("index.mapping.coerce", True)

    def new_buffer(self) -> Buffer | None:
        return NumericBuffer(self.dtype) if self.searchable or self.has_doc_values else None

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        if value is None or (value == "" and self.coerces):
            return self.null
        if isinstance(value, (bool, dict, list)):
            raise not_numeric(container, key)
        if isinstance(value, str):
            if not self.coerces:
                raise IllegalArgumentException(
                    f"{self.java_class} value passed as String" if self.java_class else "value passed as String"
                )
            return self.of_text(value)
        return self.of_json(container, key, value, doc)

    def parse_all(self, values: list[Any]) -> Sequence[Any] | None:
        if not set(map(type, values)) <= {int, float}:
            return None
        return self.of_numbers(values)

    java_class: ClassVar[str] = "Double"

    def of_numbers(self, numbers: list[Any]) -> Sequence[Any] | None:
        """JSON numbers as documents' values; None where one of them may be refused or changed."""
        return None

    def of_text(self, text: str) -> Any:
        """A JSON string as a document's value."""
        raise NotImplementedError

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        """A JSON number as a document's value."""
        raise NotImplementedError

    def query_value(self, value: Any) -> Any:
        """A query's value: NumberType.parse(value, coerce=true)."""
        raise NotImplementedError

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, NumericColumn)
        wanted = self.exact_value(value)
        return np.zeros(column.n, bool) if wanted is None else column.where(column.values == wanted)

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        assert isinstance(column, NumericColumn)
        wanted = [number for number in map(self.exact_value, values) if number is not None]
        return column.where(np.isin(column.values, np.array(wanted, self.dtype)))

    def exact_value(self, value: Any) -> Any:
        """A query's value as doc values hold it; None when no document can have it."""
        return self.query_value(value)

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
        assert isinstance(column, NumericColumn)
        low, high = self.bounds(lower, upper, include_lower, include_upper)
        return column.where(self.within(column.values, low, high))

    def within(self, values: NDArray[Any], low: Any, high: Any) -> Mask:
        """bool[len(values)]: those between two bounds, inclusive; None is open."""
        hit = np.ones(len(values), bool) if low is None else values >= low
        if high is not None:
            hit &= values <= high
        return hit

    def bounds(self, lower: Any, upper: Any, include_lower: bool, include_upper: bool) -> tuple[Any, Any]:
        """Both bounds, inclusive, as doc values hold them; None for open."""
        raise NotImplementedError

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        if value == "" or value is None:
            return self.null
        return self.doc_value(self.query_value(value))


class IntegerFieldType(NumberFieldType):
    """Whole numbers of a fixed range."""

    dtype: ClassVar[type[np.generic]] = np.int64
    low: ClassVar[int] = -(2**63)
    high: ClassVar[int] = 2**63 - 1
    article: ClassVar[str] = "a long"
    json_range: ClassVar[str] = f"long ({-(2**63)} - {2**63 - 1})"

    def of_text(self, text: str) -> int:
        # The text goes through a double for all but long, so large digits are lost there as in the real server.
        value = java_double(text)
        if value < self.low or value > self.high:
            # byte and short are parsed as integers first
            article = self.article if -(2**31) <= value < 2**31 else "an integer"
            raise IllegalArgumentException(f"Value [{text}] is out of range for {article}")
        return _whole(value)

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> int:
        whole: float
        if isinstance(value, float):
            if not self.coerces and value % 1 != 0:
                raise IllegalArgumentException(
                    f"{java_string(value)} cannot be converted to {self.java_class} without data loss"
                )
            whole = value if math.isinf(value) else int(value)
        else:
            whole = value
        if not self.low <= whole <= self.high:
            raise InputCoercionException(
                f"Numeric value ({doc.raw(container, key)}) out of range of {self.json_range}{SOURCE}",
                at=Where(container, key, "after"),
            )
        return int(whole)

    def of_numbers(self, numbers: list[Any]) -> list[int] | None:
        plain = set(map(type, numbers)) == {int} and self.low <= min(numbers) and max(numbers) <= self.high
        return numbers if plain else None

    def query_value(self, value: Any) -> int:
        number = query_double(value)
        if not self.low <= number <= self.high and number == number:
            # byte and short are parsed as integers first
            article = self.article if -(2**31) <= number < 2**31 else "an integer"
            raise IllegalArgumentException(f"Value [{shown_value(value)}] is out of range for {article}")
        if isinstance(value, int):
            return int(value)
        return _whole(number)

    def exact_value(self, value: Any) -> int | None:
        return None if has_decimal_part(value) else self.query_value(value)

    def bounds(self, lower: Any, upper: Any, include_lower: bool, include_upper: bool) -> tuple[Any, Any]:
        low = high = None
        if lower is not None:
            low, fraction = self.query_value(lower), has_decimal_part(lower)
            if (not fraction and not include_lower) or (fraction and self._positive(lower)):
                low += 1
        if upper is not None:
            high, fraction = self.query_value(upper), has_decimal_part(upper)
            if (not fraction and not include_upper) or (fraction and not self._positive(upper)):
                high -= 1
        return low, high

    @staticmethod
    def _positive(value: Any) -> bool:
        return (float(value) if isinstance(value, (int, float)) else java_double(java_string(value))) > 0

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        return int(value)


@register("byte")
class ByteFieldType(IntegerFieldType):
    low, high, article = -128, 127, "a byte"
    java_class = "Integer"
    json_range = "int (-2147483648 - 2147483647)"

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> int:
        whole = IntegerFieldType.of_json(_INTEGER_RANGE(self), container, key, value, doc)
        if not self.low <= whole <= self.high:
            raise IllegalArgumentException(f"Value [{whole}] is out of range for a byte")
        return whole


@register("short")
class ShortFieldType(IntegerFieldType):
    low, high, article = -(2**15), 2**15 - 1, "a short"
    java_class = "Short"
    json_range = "short"

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> int:
        try:
            return super().of_json(container, key, value, doc)
        except InputCoercionException:
            whole = _whole(value)
            if -(2**31) <= whole < 2**31:
                raise InputCoercionException(
                    f"Numeric value ({doc.raw(container, key)}) out of range of Java short{SOURCE}",
                    at=Where(container, key, "after"),
                ) from None
            return IntegerFieldType.of_json(_INTEGER_RANGE(self), container, key, value, doc)


@register("integer")
class Int32FieldType(IntegerFieldType):
    low, high, article = -(2**31), 2**31 - 1, "an integer"
    java_class = "Integer"
    json_range = "int (-2147483648 - 2147483647)"


def _INTEGER_RANGE(field: FieldType) -> Int32FieldType:
    """A byte is first read as an int, whose range is checked first."""
    stand_in = Int32FieldType(field.path, "integer", field.context)
    stand_in.options, stand_in.given = field.options, field.given
    return stand_in


@register("long")
class LongFieldType(IntegerFieldType):
    java_class = "Long"

    def of_text(self, text: str) -> int:
        return _big_integer(text, self.low, self.high, "a long", self.coerces)

    def query_value(self, value: Any) -> int:
        number = query_double(value)
        if number < float(self.low) or number > float(self.high):  # as doubles compare
            raise IllegalArgumentException(f"Value [{shown_value(value)}] is out of range for a long")
        if isinstance(value, (int, float)):
            if not self.low <= int(value) <= self.high:
                raise IllegalArgumentException(f"Value [{shown_value(value)}] is out of range for a long")
            return _whole(value)
        return _big_integer(java_string(value), self.low, self.high, "a long", True)


@register("unsigned_long")
class UnsignedLongFieldType(IntegerFieldType):
    dtype = np.uint64
    low, high, article = 0, 2**64 - 1, "an unsigned long"
    java_class = "BigInteger"

    def tells_ignored(self, value: Any, cause: OpenSearchError) -> bool:
        return isinstance(value, str | bool)  # the range of numbers is looked at only when they were taken

    def of_text(self, text: str) -> int:
        return _big_integer(text, self.low, self.high, self.article, self.coerces)

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> int:
        if isinstance(value, float) and not self.coerces and value % 1 != 0:
            raise IllegalArgumentException(
                f"{java_string(value)} cannot be converted to {self.java_class} without data loss"
            )
        exact = Decimal(doc.raw(container, key)) if isinstance(value, float) else Decimal(value)
        whole = int(exact)
        if not self.low <= whole <= self.high:
            error = IllegalArgumentException(f"Value [{whole}] is out of range for an unsigned long")
            if isinstance(value, float):
                error.preview = big_decimal(exact)  # type: ignore[attr-defined]
            raise error
        return whole

    def query_value(self, value: Any) -> int:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            if not self.low <= value <= (float(self.high) if isinstance(value, float) else self.high):
                raise IllegalArgumentException(f"Value [{java_string(value)}] is out of range for an unsigned long")
            return _whole(value)
        number = query_double(value)
        if number < float(self.low) or number > float(self.high):  # as doubles compare
            raise IllegalArgumentException(f"Value [{shown_value(value)}] is out of range for an unsigned long")
        return _big_integer(java_string(value), self.low, self.high, self.article, True)

    def bounds(self, lower: Any, upper: Any, include_lower: bool, include_upper: bool) -> tuple[Any, Any]:
        low, high = super().bounds(lower, upper, include_lower, include_upper)
        # The real server finds nothing below the highest number, which it takes for no bound to go below.
        top = upper is not None and not include_upper and self.query_value(upper) == self.high
        if (low is not None and low > self.high) or (high is not None and high < 0) or top:
            return np.uint64(1), np.uint64(0)
        return None if low is None else np.uint64(max(low, 0)), None if high is None else np.uint64(high)


def big_decimal(value: Decimal) -> str:
    """BigDecimal.toString."""
    return str(value).replace("e", "E")


def _big_integer(text: str, low: int, high: int, article: str, coerce: bool) -> int:
    """Numbers.toLong and toUnsignedLong."""
    try:
        number = Decimal(text)
        if not number.is_finite() or text != text.strip() or "_" in text:
            raise InvalidOperation
    except InvalidOperation:
        raise IllegalArgumentException(f'For input string: "{text}"') from None
    if number >= high + 1 or number <= low - 1:
        raise IllegalArgumentException(f"Value [{text}] is out of range for {article}")
    whole = int(number)
    if whole != number and not coerce:
        raise IllegalArgumentException(f"Value [{text}] has a decimal part")
    if not low <= whole <= high:
        raise IllegalArgumentException(f"Value [{text}] is out of range for {article}")
    return whole


def _negative_zero(value: float) -> bool:
    return value == 0 and math.copysign(1.0, value) < 0


class DecimalFieldType(NumberFieldType):
    """Floating-point numbers: what the type can hold, as float64."""

    def narrow(self, value: float) -> float:
        """The nearest value that the type holds."""
        return value

    def next_up(self, value: float) -> float:
        return math.nextafter(value, math.inf)

    def next_down(self, value: float) -> float:
        return math.nextafter(value, -math.inf)

    def checked(self, value: float) -> float:
        narrowed = self.narrow(value)
        if not math.isfinite(narrowed):
            raise IllegalArgumentException(f"[{self.kind}] supports only finite values, but got [{self._shown(value)}]")
        return narrowed

    def _shown(self, value: float) -> str:
        """The refused value as Java has it: a float for the types that are read as floats."""
        if self.java_class == "Float":
            with np.errstate(over="ignore"):
                return java_float(np.float32(value))
        return (
            java_string(value) if math.isfinite(value) else str(value).replace("inf", "Infinity").replace("nan", "NaN")
        )

    def of_text(self, text: str) -> float:
        return self.checked(java_double(text))

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> float:
        try:
            return self.checked(float(value))
        except IllegalArgumentException as error:
            # What is shown of the value went through the parser's float first.
            if isinstance(value, float):
                with np.errstate(over="ignore"):
                    error.preview = np.float32(value)  # type: ignore[attr-defined]
            elif not -(2**63) <= value < 2**63:
                error.preview = UNREADABLE  # type: ignore[attr-defined]
            raise

    def of_numbers(self, numbers: list[Any]) -> list[float] | None:
        try:
            return [self.checked(float(number)) for number in numbers]
        except IllegalArgumentException:
            return None

    def query_value(self, value: Any) -> float:
        return self.checked(query_double(value))

    def range_value(self, value: Any) -> float:
        return self.query_value(value)

    def bounds(self, lower: Any, upper: Any, include_lower: bool, include_upper: bool) -> tuple[Any, Any]:
        low = high = None
        if lower is not None:
            low = self.range_value(lower)
            if not include_lower:
                low = self.next_up(low) if low or not _negative_zero(low) else 0.0
        if upper is not None:
            high = self.range_value(upper)
            if not include_upper:
                high = self.next_down(high) if high or _negative_zero(high) else -0.0
        return low, high

    # Points order −0.0 before 0.0, which IEEE holds for equal.

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, NumericColumn)
        wanted = self.exact_value(value)
        hit = column.values == wanted
        if wanted == 0:
            hit &= np.signbit(column.values) == _negative_zero(wanted)
        return column.where(hit)

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        assert isinstance(column, NumericColumn)
        wanted = np.array([self.exact_value(value) for value in values], np.float64)
        return column.where(np.isin(column.values.view(np.int64), wanted.view(np.int64)))

    def within(self, values: NDArray[Any], low: Any, high: Any) -> Mask:
        hit = super().within(values, low, high)
        if low == 0 and not _negative_zero(low):
            hit &= (values != 0) | ~np.signbit(values)
        if high == 0 and _negative_zero(high):
            hit &= (values != 0) | np.signbit(values)
        return hit

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        return float(value)


@register("double")
class DoubleFieldType(DecimalFieldType):
    def range_value(self, value: Any) -> float:
        return query_double(value)  # the one type whose ranges need not be finite


@register("float")
class FloatFieldType(DecimalFieldType):
    java_class = "Float"

    def narrow(self, value: float) -> float:
        with np.errstate(over="ignore"):
            return float(np.float32(value))

    def stored(self, value: Any, parsed: float) -> list[np.float32]:
        """What ``stored_fields`` shows."""
        return [np.float32(parsed)]

    def next_up(self, value: float) -> float:
        return float(np.nextafter(np.float32(value), np.float32(np.inf)))

    def next_down(self, value: float) -> float:
        return float(np.nextafter(np.float32(value), np.float32(-np.inf)))

    def fetch(self, value: Any, format: str | None = None) -> Any:
        shown = super().fetch(value, format)
        return shown if value in ("", None) else np.float32(shown)


@register("half_float")
class HalfFloatFieldType(DecimalFieldType):
    java_class = "Float"

    def narrow(self, value: float) -> float:
        with np.errstate(over="ignore"):
            return float(np.float16(np.float32(value)))

    def stored(self, value: Any, parsed: float) -> list[np.float32]:
        """What ``stored_fields`` shows: a float of the usual size."""
        return [np.float32(parsed if value is None else float(value))]

    def next_up(self, value: float) -> float:
        return float(np.nextafter(np.float16(value), np.float16(np.inf)))

    def next_down(self, value: float) -> float:
        return float(np.nextafter(np.float16(value), np.float16(-np.inf)))

    def build(self) -> None:
        super().build()
        if self.null is not None:
            self.options["null_value"] = np.float32(query_double(self.given_null))

    def range_value(self, value: Any) -> float:
        number = query_double(value)
        self.checked(number)
        return float(np.float32(number))

    def bounds(self, lower: Any, upper: Any, include_lower: bool, include_upper: bool) -> tuple[Any, Any]:
        """A bound between two half floats is moved to the next one inside."""
        low = high = None
        if lower is not None:
            wanted = self.range_value(lower)
            low = self.narrow(wanted)
            if low < wanted or (low == wanted and not include_lower):
                low = 0.0 if _negative_zero(low) and low == wanted else self.next_up(low)
        if upper is not None:
            wanted = self.range_value(upper)
            high = self.narrow(wanted)
            if high > wanted or (high == wanted and not include_upper):
                high = -0.0 if high == 0 == wanted and not _negative_zero(high) else self.next_down(high)
        return low, high

    def fetch(self, value: Any, format: str | None = None) -> Any:
        shown = super().fetch(value, format)
        return shown if value in ("", None) else np.float32(query_double(value))


@register("scaled_float")
class ScaledFloatFieldType(NumberFieldType):
    """A decimal kept as a long: round(value × scaling_factor)."""

    has_index_analyzer = False
    dtype = np.int64
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("doc_values", True),
        flag("store", False),
        flag("skip_list", False),
        flag("ignore_malformed", False, explicit=True, updatable=True),
        flag("coerce", True, explicit=True, updatable=True),
        Parameter("scaling_factor", decimal, None),
        Parameter("null_value", lambda value: value, None, accepts_null=True, explicit=True),
        META,
    )

    def check_parameter(self, name: str, value: Any) -> None:
        if name == "null_value" and value is not None:
            self._number(value)

    def build(self) -> None:
        factor = self.options.get("scaling_factor")
        if factor is None:
            raise IllegalArgumentException("Field [scaling_factor] is required")
        if not factor > 0 or not math.isfinite(factor):
            raise IllegalArgumentException(f"[scaling_factor] must be a positive number, got [{java_string(factor)}]")
        self.factor = float(factor)
        given = self.options.get("null_value")
        if given is not None:
            self.options["null_value"] = self._number(given)
            self.null = self._scale(self.options["null_value"])

    def tells_ignored(self, value: Any, cause: OpenSearchError) -> bool:
        return False

    def loses_its_place(self, value: Any, cause: OpenSearchError) -> bool:
        return isinstance(value, dict)

    def _number(self, value: Any) -> float:
        number = query_double(value)
        if not math.isfinite(number):
            raise IllegalArgumentException(
                f"[scaled_float] only supports finite values, but got [{java_double_text(number)}]"
            )
        return number

    def _scale(self, value: float) -> int:
        # Math.round: half up, to the bounds of a long.
        return max(-(2**63), min(2**63 - 1, math.floor(value * self.factor + 0.5)))

    def of_text(self, text: str) -> int:
        return self._scale(self._number(text))

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> int:
        return self._scale(self._number(value))

    def query_value(self, value: Any) -> int:
        return self._scale(self._number(value))

    def bounds(self, lower: Any, upper: Any, include_lower: bool, include_upper: bool) -> tuple[Any, Any]:
        low = None if lower is None else self.query_value(lower) + (not include_lower)
        high = None if upper is None else self.query_value(upper) - (not include_upper)
        if (low is not None and low >= 2**63) or (high is not None and high < -(2**63)):
            return 1, 0
        return low, high

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        return float(value) * (1.0 / self.factor)

    def fetch(self, value: Any, format: str | None = None) -> Any:
        shown = super().fetch(value, format)
        if value is None:
            return None
        return self.option("null_value") if value == "" else shown
