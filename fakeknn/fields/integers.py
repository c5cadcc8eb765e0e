"""The whole numbers: byte, short, integer, long, unsigned_long."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    InputCoercionException,
    OpenSearchError,
    Where,
)
from fakeknn.fields.base import register
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.numbers import NumberFieldType, has_decimal_part, java_double, query_double, shown_value, whole_part
from fakeknn.view import Column, Mask
from fakeknn.xcontent import java_string
from fakeknn.xcontent.objects import SOURCE


class IntegerFieldType(NumberFieldType):
    """Whole numbers of a fixed range."""

    dtype: ClassVar[type[np.generic]] = np.int64
    low: ClassVar[int] = -(2**63)
    high: ClassVar[int] = 2**63 - 1
    article: ClassVar[str] = "a long"
    json_range: ClassVar[str] = f"long ({-(2**63)} - {2**63 - 1})"

    def check_parameter(self, name: str, value: Any) -> None:
        super().check_parameter(name, value)
        if name == "null_value" and value is not None and has_decimal_part(value):
            raise IllegalArgumentException(f"Value [{java_string(value)}] has a decimal part")

    def of_text(self, text: str) -> int:
        # The text goes through a double for all but long, so large digits are lost there as in the real server.
        value = java_double(text)
        if value < self.low or value > self.high:
            raise IllegalArgumentException(f"Value [{text}] is out of range for {self.article}")
        return whole_part(value)

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

    def value_of(self, value: Any, shown: Callable[[Any], str] = java_string) -> int:
        number = query_double(value)
        if not self.low <= number <= self.high and number == number:
            raise IllegalArgumentException(f"Value [{shown(value)}] is out of range for {self.article}")
        if isinstance(value, int):
            return int(value)
        return whole_part(number)

    def query_value(self, value: Any) -> int:
        return self.value_of(value, shown_value)

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


class _NarrowFieldType(IntegerFieldType):
    """What is kept in less than an integer: queries know nothing smaller."""

    @cached_property
    def as_integer(self) -> Int32FieldType:
        """The field as an integer, as which its documents' numbers are read first."""
        integer = Int32FieldType(self.path, "integer", self.context)
        integer.options, integer.given = self.options, self.given
        return integer

    def query_value(self, value: Any) -> int:
        return self.as_integer.query_value(value)


@register("byte")
class ByteFieldType(_NarrowFieldType):
    low, high, article = -128, 127, "a byte"
    java_class = "Integer"
    json_range = "int (-2147483648 - 2147483647)"

    def of_text(self, text: str) -> int:
        return self._narrowed(self.as_integer.of_text(text))

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> int:
        return self._narrowed(self.as_integer.of_json(container, key, value, doc))

    def _narrowed(self, whole: int) -> int:
        if not self.low <= whole <= self.high:
            raise IllegalArgumentException(f"Value [{whole}] is out of range for a byte")
        return whole


@register("short")
class ShortFieldType(_NarrowFieldType):
    low, high, article = -(2**15), 2**15 - 1, "a short"
    java_class = "Short"
    json_range = "short"

    def of_json(self, container: Any, key: Any, value: Any, doc: DocContext) -> int:
        try:
            return super().of_json(container, key, value, doc)
        except InputCoercionException:
            whole = whole_part(value)
            if -(2**31) <= whole < 2**31:
                raise InputCoercionException(
                    f"Numeric value ({doc.raw(container, key)}) out of range of Java short{SOURCE}",
                    at=Where(container, key, "after"),
                ) from None
            return self.as_integer.of_json(container, key, value, doc)


@register("integer")
class Int32FieldType(IntegerFieldType):
    low, high, article = -(2**31), 2**31 - 1, "an integer"
    java_class = "Integer"
    json_range = "int (-2147483648 - 2147483647)"


@register("long")
class LongFieldType(IntegerFieldType):
    java_class = "Long"

    def of_text(self, text: str) -> int:
        return _big_integer(text, self.low, self.high, "a long", self.coerces)

    def value_of(self, value: Any, shown: Callable[[Any], str] = java_string) -> int:
        if _is_long(value):
            return int(value)
        number = query_double(value)
        if number < float(self.low) or number > float(self.high):  # as doubles compare
            raise IllegalArgumentException(f"Value [{shown(value)}] is out of range for a long")
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

    def value_of(self, value: Any, shown: Callable[[Any], str] = java_string) -> int:
        if _is_long(value) and not -(2**31) <= value < 2**31:
            return int(value) % 2**64  # a java.lang.Long's bits are taken as they are; an Integer is no Long
        if isinstance(value, float):
            if not self.low <= value <= float(self.high):
                raise IllegalArgumentException(f"Value [{shown(value)}] is out of range for an unsigned long")
            return whole_part(value)
        number = query_double(value)
        if number < float(self.low) or number > float(self.high):  # as doubles compare
            raise IllegalArgumentException(f"Value [{shown(value)}] is out of range for an unsigned long")
        return _big_integer(java_string(value), self.low, self.high, self.article, True)

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        if all(map(_is_long, values)):  # which makes Longs of them
            values = [value % 2**64 for value in values]
        return super().terms(column, values)

    def bounds(self, lower: Any, upper: Any, include_lower: bool, include_upper: bool) -> tuple[Any, Any]:
        low, high = super().bounds(lower, upper, include_lower, include_upper)
        # The real server finds nothing below the highest number, which it takes for no bound to go below.
        top = upper is not None and not include_upper and self.query_value(upper) == self.high
        if (low is not None and low > self.high) or (high is not None and high < 0) or top:
            return np.uint64(1), np.uint64(0)
        return None if low is None else np.uint64(max(low, 0)), None if high is None else np.uint64(high)


def _is_long(value: Any) -> bool:
    """Whether a JSON value is a whole number of 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and -(2**63) <= value < 2**63


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
