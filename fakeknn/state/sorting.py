"""Sorted indices (``index.sort.*``): OpenSearch's IndexSortConfig, and the order of a segment's documents."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NotFaked
from fakeknn.fields.base import FieldType
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.settings.kinds import Value
from fakeknn.view import Column, KeywordColumn, NumericColumn

#: What stands for a value that is missing, lowest and highest, by the type that Lucene sorts numbers as.
_INT = (-(2**31), 2**31 - 1)
_LONG = (-(2**63), 2**63 - 1)
_DECIMAL = (-math.inf, math.inf)

_NUMBERS: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(("boolean", "byte", "integer", "short", "token_count"), _INT),
    **dict.fromkeys(("date", "date_nanos", "long"), _LONG),
    **dict.fromkeys(("double", "float"), _DECIMAL),
}
_TERMS = ("ip", "join", "keyword", "version")
#: Types that could be sorted by where a search asks for it, but not in an index.
_REFUSED = ("_id", "constant_keyword", "half_float", "scaled_float", "text", "unsigned_long", "wildcard")


@dataclass(frozen=True, slots=True)
class SortField:
    """One field of ``index.sort.*``; ``missing`` is "_last" or "_first"."""

    field: str
    order: str = "asc"
    mode: str | None = None
    missing: str = "_last"
    kind: str = "keyword"
    """The type of the field."""

    @property
    def reverse(self) -> bool:
        return self.order == "desc"

    @property
    def highest(self) -> bool:
        """Which of several values of a document counts."""
        return self.reverse if self.mode is None else self.mode == "max"

    @property
    def missing_highest(self) -> bool:
        """Whether what is missing counts as more than all values, or as less."""
        return (self.missing == "_last") != self.reverse

    def keys(self, column: Column | None, n: int) -> NDArray[Any]:
        """[n]: numbers that ascend in the order wanted."""
        if column is None:
            return np.zeros(n, np.int64)
        if isinstance(column, KeywordColumn):
            found = column.first_ord(highest=self.highest).astype(np.int64)
            if self.missing_highest:
                found[found < 0] = column.n_terms
        else:
            assert isinstance(column, NumericColumn)
            dense = column.highest if self.highest else column.lowest
            found = np.where(column.exists, dense, np.array(self._missing, dense.dtype))
        if not self.reverse:
            return found
        return -found if found.dtype.kind == "f" else ~found

    @property
    def _missing(self) -> float:
        return _NUMBERS[self.kind][self.missing_highest]

    def to_json(self) -> dict[str, Any]:
        """As _segments tells it."""
        if self.kind in _TERMS:
            missing = f"SortField.STRING_{'LAST' if self.missing_highest else 'FIRST'}"
        else:
            value = self._missing
            missing = str(value) if isinstance(value, int) else "Infinity" if value > 0 else "-Infinity"
        return {
            "field": self.field,
            "mode": "max" if self.highest else "min",
            "missing": missing,
            "reverse": self.reverse,
        }


def sort_fields(settings: Mapping[str, Value]) -> list[SortField]:
    """IndexSortConfig, which knows no mapping yet."""
    fields: list[str] = INDEX_SETTINGS.get(settings, "index.sort.field")
    columns: dict[str, list[str]] = {}
    for part in ("order", "mode", "missing"):
        key = f"index.sort.{part}"
        if settings.get(key) is not None:
            values: list[str] = INDEX_SETTINGS.get(settings, key)
            if len(values) != len(fields):
                shown = ", ".join(value.upper() if part == "mode" else value for value in values)
                raise IllegalArgumentException(f"index.sort.field:[{', '.join(fields)}] {key}:[{shown}], size mismatch")
            columns[part] = values
    return [SortField(field, **{part: values[i] for part, values in columns.items()}) for i, field in enumerate(fields)]


def index_sort(settings: Mapping[str, Value], field: Callable[[str], FieldType | None]) -> list[SortField]:
    """IndexSortConfig.buildIndexSort: how the documents of an index are sorted; ``field`` finds a mapped field."""
    return [_of(given, field(given.field)) for given in sort_fields(settings)]


def _of(given: SortField, mapped: FieldType | None) -> SortField:
    if mapped is None:
        raise IllegalArgumentException(f"unknown index sort field:[{given.field}]")
    if mapped.kind == "flat_object":
        raise NotFaked("an index sorted by a flat_object")
    if mapped.kind == "knn_vector":
        mapped.require_doc_values()
    if not mapped.sorts or mapped.kind in ("geo_point", "geo_shape"):
        raise mapped.no_sort()
    if mapped.kind.endswith("_range"):
        raise IllegalArgumentException(f"invalid index sort field:[{given.field}]")
    try:
        mapped.require_doc_values()
    except IllegalArgumentException as cause:
        raise IllegalArgumentException(f"docvalues not found for index sort field:[{given.field}]") from cause
    if mapped.kind in _REFUSED:
        raise IllegalArgumentException(f"invalid index sort field:[{given.field}]")
    if mapped.kind not in _NUMBERS and mapped.kind not in _TERMS:
        raise NotFaked(f"an index sorted by a field of type [{mapped.kind}]")
    return SortField(mapped.path, given.order, given.mode, given.missing, mapped.kind)


def check_nested(settings: Mapping[str, Value], index: str, nested: Collection[str]) -> None:
    """DocumentMapper.validate: no index is sorted by a field of objects that are documents of their own."""
    for given in sort_fields(settings):
        if given.field.rpartition(".")[0] in nested:
            raise IllegalArgumentException(
                f"index sorting on nested fields is not supported: found nested sort field [{given.field}] in [{index}]"
            )


def order(
    sort: Sequence[SortField], columns: Mapping[str, Column], levels: NDArray[np.int16], first: int, last: int
) -> NDArray[np.intp]:
    """int[last - first]: the rows of a sorted segment as it holds them; nested rows stay before their own.

    Documents that compare equal stay in the order in which they came.
    """
    n = len(levels)
    documents = np.flatnonzero(levels[first:last] == 0) + first
    keys = [one.keys(columns.get(one.field), n)[documents] for one in sort]
    arranged = np.lexsort(keys[::-1])
    if len(documents) == last - first:
        return documents[arranged]
    starts = np.concatenate(([first], documents[:-1] + 1))
    return np.concatenate([np.arange(starts[i], documents[i] + 1) for i in arranged.tolist()] or [documents])
