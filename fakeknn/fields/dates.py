"""date and date_nanos: moments, as milliseconds or nanoseconds."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from fakeknn.dates import DateFormat, instant_text, parse_math, parse_nanos, parse_zone
from fakeknn.errors import (
    IllegalArgumentException,
    OpenSearchError,
)
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, NumericBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import BOOST, META, Parameter, flag, locale, text
from fakeknn.fields.scalar import plain_text
from fakeknn.view import Column, Mask, NumericColumn
from fakeknn.xcontent import java_string

DEFAULT_DATE_FORMAT = "strict_date_optional_time||epoch_millis"


@register("date", "date_nanos")
class DateFieldType(FieldType):
    """A moment, kept as milliseconds (``date_nanos``: nanoseconds) since 1970."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("doc_values", True),
        flag("store", False),
        flag("skip_list", False),
        Parameter("format", text, DEFAULT_DATE_FORMAT),
        Parameter("print_format", text, DEFAULT_DATE_FORMAT.split("||")[0], accepts_null=True),
        Parameter("locale", locale, "", updatable=False),
        Parameter("null_value", text, None, accepts_null=True),
        flag("ignore_malformed", False, explicit=True, updatable=True),
        BOOST,
        META,
    )
    null: int | None = None

    @property
    def nanos(self) -> bool:
        return self.kind == "date_nanos"

    def build(self) -> None:
        pattern = self.option("format")
        printed = self.option("print_format")
        if pattern != self.default("format") and printed == self.default("print_format"):
            printed = None
        try:
            self.format = DateFormat.parse(pattern, self.option("locale"), printed)
        except IllegalArgumentException as cause:
            raise IllegalArgumentException(f"Error parsing [format] on field [{self.name}]: {cause.reason}") from cause
        if self.options.get("null_value") is not None:
            try:
                self.null = self.to_number(self.options["null_value"])
            except OpenSearchError:
                self.null = None  # only logged, as a deprecation

    def to_number(self, text: str) -> int:
        """A date's text as milliseconds or nanoseconds."""
        if not self.nanos:
            return self.format.to_millis(text)
        return self._storable(self.format.to_nanos(text))

    @staticmethod
    def _storable(nanos: int) -> int:
        """DateUtils.toLong: nanoseconds that 64 bits can hold."""
        if nanos < 0:
            raise IllegalArgumentException(
                f"date[{instant_text(nanos)}] is before the epoch in 1970 and cannot be stored in nanosecond resolution"
            )
        if nanos >= 2**63:
            raise IllegalArgumentException(
                f"date[{instant_text(nanos)}] is after 2262-04-11T23:47:16.854775807 and cannot be stored in "
                "nanosecond resolution"
            )
        return nanos

    def new_buffer(self) -> Buffer | None:
        return NumericBuffer(np.int64) if self.searchable or self.has_doc_values else None

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> int | None:
        if value is None:
            return self.null
        shown = plain_text(container, key, value, doc)
        return self.to_number(shown)

    def parse_all(self, values: list[Any]) -> list[int] | None:
        if not set(map(type, values)) <= {str, int}:
            return None
        try:
            return [self.to_number(str(value)) for value in values]
        except OpenSearchError:
            return None

    def bound(self, value: Any, *, round_up: bool, time_zone: str | None = None, format: str | None = None) -> int:
        """A query's date, with date math, as the column holds it."""
        reader = self.format if format is None else DateFormat.parse(format)
        zone = None if time_zone is None else parse_zone(time_zone)
        if self.nanos:
            return self._storable(parse_nanos(java_string(value), reader, self.context.now, round_up, zone))
        return parse_math(java_string(value), reader, self.context.now, round_up, zone)

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
        assert isinstance(column, NumericColumn)
        low, high = self.limits(lower, upper, include_lower, include_upper, time_zone, format)
        hit = np.ones(len(column.values), bool)
        if low is not None:
            hit &= column.values >= low
        if high is not None:
            hit &= column.values <= high
        return column.where(hit)

    def limits(
        self,
        lower: Any,
        upper: Any,
        include_lower: bool,
        include_upper: bool,
        time_zone: str | None,
        format: str | None,
    ) -> tuple[int | None, int | None]:
        """Both bounds of a range, inclusive; None for open."""
        low = high = None
        if lower is not None:
            low = self.bound(lower, round_up=not include_lower, time_zone=time_zone, format=format)
            low += not include_lower
        if upper is not None:
            high = self.bound(upper, round_up=include_upper, time_zone=time_zone, format=format)
            high -= not include_upper
        return low, high

    def check_format(self, format: str | None) -> None:
        if format is not None:
            DateFormat.parse(format)

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        printer = self.format if format is None else DateFormat.parse(format)
        return printer.format_nanos(int(value)) if self.nanos else printer.format(int(value))

    def fetch(self, value: Any, format: str | None = None) -> Any:
        if value is None:
            return None if self.null is None else self.doc_value(self.null, format)
        return self.doc_value(self.to_number(java_string(value)), format)
