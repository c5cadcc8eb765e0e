"""The numbers with a point: half_float, float, double, and scaled_float, a long at heart."""

from __future__ import annotations

import math
from collections.abc import Collection
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    OpenSearchError,
)
from fakeknn.fields.base import UNREADABLE, register
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.numbers import NumberFieldType, java_double, query_double
from fakeknn.fields.parameters import META, Parameter, decimal, flag
from fakeknn.view import Column, Mask, NumericColumn
from fakeknn.xcontent import java_float, java_string
from fakeknn.xcontent.java import java_double as java_double_text


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

    def value_of(self, value: Any) -> float:
        return self.checked(query_double(value))

    def range_value(self, value: Any) -> float:
        return self.value_of(value)

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
        Parameter("null_value", lambda value: value, None, accepts_null=True),
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

    def value_of(self, value: Any) -> int:
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
