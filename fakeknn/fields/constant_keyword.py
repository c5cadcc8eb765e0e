"""constant_keyword: one value, told by the mapping, for all documents of an index."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, ClassVar

import numpy as np

from fakeknn.analysis.regexp import regexp_matcher
from fakeknn.errors import IllegalArgumentException, MapperParsingException, OpenSearchParseException
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import Parameter, text
from fakeknn.fields.patterns import simple_match
from fakeknn.fields.scalar import plain_text
from fakeknn.view import Column, KeywordColumn, Mask, View
from fakeknn.xcontent import java_string


@register("constant_keyword")
class ConstantKeywordFieldType(FieldType):
    parameters: ClassVar[tuple[Parameter, ...]] = (Parameter("value", text, None),)
    takes_subs = False
    dictionary = True
    fuzzy = False
    searchable = True
    has_doc_values = True
    value: str

    def configure(self, definition: Mapping[str, Any]) -> None:
        if "value" not in definition:
            raise OpenSearchParseException(f"Field [{self.name}] is missing required parameter [value]")
        if not isinstance(definition["value"], str):
            raise OpenSearchParseException(f"Field [{self.name}] is expected to be a string value")
        left = {name: value for name, value in definition.items() if name != "value"}
        if left and not self.of_template:
            shown = "".join(f" [{name} : {java_string(value)}]" for name, value in left.items())
            raise MapperParsingException(f"Mapping definition for [{self.name}] has unsupported parameters: {shown}")
        super().configure({"value": definition["value"]})
        self.value = definition["value"]

    def new_buffer(self) -> Buffer | None:
        return None

    def of_view(self, view: View, index: str) -> Column:
        """Every row's doc value, of which nothing is kept: it is the index's name, not the field's value."""
        rows = np.arange(view.n, dtype=np.int32)
        return KeywordColumn(view.n, rows, True, np.zeros(view.n, np.int32), [index], {index: 0}, 1)

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> None:
        if value is None:
            raise IllegalArgumentException(f"constant keyword field [{self.path}] must have a value")
        if plain_text(container, key, value, doc) != self.value:
            raise IllegalArgumentException(f"constant keyword field [{self.path}] must have a value of [{self.value}]")

    def _all(self, column: Column, matches: bool) -> Mask:
        return np.full(column.n, matches)

    def _matches(self, pattern: str, case_insensitive: bool = False) -> bool:
        if case_insensitive:
            return simple_match(pattern.lower(), self.value.lower())
        return simple_match(pattern, self.value)

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        return self._all(column, self._matches(java_string(value), case_insensitive))

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        return self._all(column, any(self._matches(java_string(value)) for value in values))

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        return self._all(column, self._matches(value + "*", case_insensitive))

    def wildcard(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        return self._all(column, self._matches(value, case_insensitive))

    def regexp(self, column: Column, value: str, **options: Any) -> Mask:
        return self._all(column, regexp_matcher(value, **options)(self.value) is not None)

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
        low = None if lower is None else java_string(lower)
        high = None if upper is None else java_string(upper)
        above = low is None or low < self.value or (low == self.value and include_lower)
        below = high is None or high > self.value or (high == self.value and include_upper)
        return self._all(column, above and below)

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        return None if value is None else [java_string(value)]  # a list, which shows
