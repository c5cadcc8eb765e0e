"""What the numeric field types share; the whole numbers are in ``integers``, the others in ``decimals``.

Integers are kept as int64 (unsigned_long as uint64), the others as float64 holding what the type can hold: a
``float``'s values are float32 numbers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    NumberFormatException,
)
from fakeknn.fields.base import FieldType
from fakeknn.fields.buffers import Buffer, NumericBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import META, Parameter, flag
from fakeknn.view import Column, Mask, NumericColumn
from fakeknn.xcontent import java_string
from fakeknn.xcontent.objects import not_numeric


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


def whole_part(value: float) -> int:
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
        Parameter("null_value", lambda value: value, None, accepts_null=True),
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
            self.null = self.options["null_value"] = self.value_of(given)

    def check_parameter(self, name: str, value: Any) -> None:
        if name == "null_value" and value is not None:
            self.value_of(value)

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

    def value_of(self, value: Any) -> Any:
        """A number, or the text of one: NumberType.parse(value, coerce=true)."""
        raise NotImplementedError

    def query_value(self, value: Any) -> Any:
        """A query's value."""
        return self.value_of(value)

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
        return self.doc_value(self.value_of(value))
