"""Sorting: what ``sort`` says, each row's sort keys, and the merging of shards."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.fielddata import fielddata_of_text
from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    NumberFormatException,
    OpenSearchError,
)
from fakeknn.fields import KINDS, FieldType
from fakeknn.fields.numbers import DecimalFieldType
from fakeknn.fields.scalar import DateFieldType
from fakeknn.query.base import ShardContext
from fakeknn.search.nested_sort import NestedSort, check_max_children, parse_nested_filter, parse_nested_sort
from fakeknn.units import parse_double, parse_int, parse_long
from fakeknn.view import KeywordColumn, NumericColumn, TextColumn
from fakeknn.xcontent import java_string, objects
from fakeknn.xcontent.objects import ObjectParser, declared

Keys = NDArray[Any]

#: The types that are sorted as ints.
_INTS = ("integer", "short", "byte", "boolean")


@dataclass(frozen=True, slots=True)
class SortKeys:
    """One sort of one shard: ``keys`` [len(rows)] ascend in the order wanted; ``shown`` gives the value that a hit
    tells for a position.
    """

    keys: Keys
    values: Any
    """Indexed by position: an array, or terms looked up one by one."""


@dataclass(frozen=True)
class Sort:
    """One entry of ``sort``."""

    field: str
    order: str = "asc"
    missing: Any = None
    mode: str | None = None
    unmapped_type: str | None = None
    numeric_type: str | None = None
    format: str | None = None
    nested: NestedSort | None = None

    @property
    def descending(self) -> bool:
        return self.order == "desc"

    @property
    def by_score(self) -> bool:
        return self.field == "_score"

    def keys(self, ctx: ShardContext, rows: NDArray[np.int32], score: NDArray[np.float32]) -> SortKeys:
        """The sort's keys for some rows of a shard; ``score`` is theirs."""
        if self.field == "_score":
            return SortKeys(-score if self.descending else score, score)
        if self.field == "_doc":
            return SortKeys(-rows if self.descending else rows, rows)
        mapped = ctx.field(self.field)
        if mapped is None:
            return self._unmapped(ctx, rows)
        mapped.require_doc_values()
        if not mapped.sorts:
            raise mapped.no_sort()
        column = ctx.column(mapped)
        if isinstance(column, TextColumn):
            column = fielddata_of_text(ctx, mapped, column)
        if self.nested is not None and isinstance(column, (NumericColumn, KeywordColumn)):
            check_max_children(ctx, self.nested)
            if self.mode == "median" and self.nested.path is not None:
                raise IllegalArgumentException("Unsupported sort mode: MEDIAN")
            column = self.nested.column(ctx, column)
        if isinstance(column, NumericColumn):
            return self._numbers(mapped, column, rows)
        if isinstance(column, KeywordColumn):
            return self._keywords(ctx, mapped, column, rows)
        raise mapped.no_sort()

    @property
    def by_field(self) -> bool:
        return self.field != "_score"

    def bounds(self, ctx: ShardContext) -> tuple[Any, Any] | None:
        """FieldSortBuilder.getMinMaxOrNull: the lowest and highest value that a shard has of an indexed field."""
        self.keys(ctx, np.empty(0, np.int32), np.empty(0, np.float32))
        mapped = ctx.field(self.field)
        if mapped is None or not mapped.searchable or self.nested is not None:
            return None
        column = ctx.column(mapped)
        if isinstance(column, KeywordColumn) and mapped.kind == "keyword" and column.n_terms:
            return column.terms[int(column.order[0])], column.terms[int(column.order[-1])]
        if not isinstance(column, NumericColumn) or not len(column.values) or mapped.kind == "boolean":
            return None
        low, high = column.values.min().item(), column.values.max().item()
        return (float(low), float(high)) if isinstance(low, float) else (low, high)

    def after(self, ctx: ShardContext, value: Any) -> Any:
        """A value of ``search_after`` as it compares with ``keys``."""
        if self.field == "_score":
            number = np.float32(self._number(value))
            return -number if self.descending else number
        if self.field == "_doc":
            if value is None:
                raise _null("Integer")
            place = int(self._whole(value))
            return -place if self.descending else place
        mapped = ctx.field(self.field)
        column = None if mapped is None else ctx.column(mapped)
        if mapped is not None and isinstance(column, TextColumn):
            column = fielddata_of_text(ctx, mapped, column)
        if isinstance(column, KeywordColumn):
            return self._after_term(column, value)
        bound = self._after_number(mapped, value)
        if isinstance(bound, float):
            return -bound if self.descending else bound
        if self.descending and mapped is not None and mapped.kind == "unsigned_long":
            return 2**64 - 1 - bound
        return ~bound if self.descending else bound

    def _number(self, value: Any) -> float:
        try:
            return float(value)
        except (TypeError, ValueError):
            raise self._unparsed(value) from NumberFormatException(f'For input string: "{java_string(value)}"')

    def _whole(self, value: Any) -> int:
        """Integer.parseInt of what is no number."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return int(value)
        try:
            return parse_int(java_string(value))
        except NumberFormatException as cause:
            raise self._unparsed(value) from cause

    def _unparsed(self, value: Any) -> OpenSearchError:
        name = "null" if self.field == "_doc" else self.field
        return IllegalArgumentException(f"Failed to parse search_after value for field [{name}].")

    def _after_number(self, mapped: FieldType | None, value: Any) -> Any:
        """SearchAfterBuilder.convertValueFromSortType."""
        decimal = isinstance(mapped, DecimalFieldType) or (mapped is not None and mapped.kind == "scaled_float")
        kind = "" if mapped is None else mapped.kind
        short = kind in _INTS
        if value is None and kind == "unsigned_long":
            raise NullPointerException(
                'Cannot invoke "java.math.BigInteger.doubleValue()" because "this.this$0.topValue" is null'
            )
        if value is None:
            boxed = (
                "Float" if kind in ("float", "half_float") else "Double" if decimal else "Integer" if short else "Long"
            )
            raise _null(boxed)
        if short:
            return self._whole(value)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if decimal else int(value)
        text = java_string(value)
        if text in ("Infinity", "-Infinity"):
            return math.inf if text == "Infinity" else -math.inf
        if isinstance(mapped, DateFieldType):
            return mapped.bound(text, round_up=False)
        try:
            if not decimal and text.lstrip("+-").isdigit():
                return int(text)
            return parse_double(text) if decimal else int(parse_double(text))
        except NumberFormatException as cause:
            if kind == "unsigned_long":
                raise IllegalArgumentException(cause.reason) from None
            raise self._unparsed(value) from cause

    def _after_term(self, column: KeywordColumn, value: Any) -> int:
        if value is None:
            last = self.missing != "_first"
            key = 2 * column.n_terms if last != self.descending else -2
        else:
            place, found = column.place(java_string(value))
            key = 2 * place if found else 2 * place - 1
        return -key if self.descending else key

    def _unmapped(self, ctx: ShardContext, rows: NDArray[np.int32]) -> SortKeys:
        if self.unmapped_type is None:
            raise ctx.fails(f"No mapping found for [{self.field}] in order to sort on")
        kind = KINDS.get(self.unmapped_type)
        if kind is None:
            raise IllegalArgumentException(f"No mapper found for type [{self.unmapped_type}]")
        stand_in = kind(self.field, self.unmapped_type, ctx.mapping.context)
        stand_in.configure({})
        column = stand_in.new_buffer()
        empty = column.snapshot(ctx.n) if column is not None else None
        if isinstance(empty, KeywordColumn):
            return self._keywords(ctx, stand_in, empty, rows)
        assert isinstance(empty, NumericColumn)
        return self._numbers(stand_in, empty, rows)

    @property
    def no_sort(self) -> bool:
        """SortBuilder.buildSort: by score, best first, is no sort at all."""
        return self.by_score and self.descending

    @property
    def _mode(self) -> str:
        return self.mode or ("max" if self.descending else "min")

    def _numbers(self, mapped: FieldType, column: NumericColumn, rows: NDArray[np.int32]) -> SortKeys:
        mode = self._mode
        if mapped.kind == "scaled_float":
            scaled = column.values * (1.0 / getattr(mapped, "factor", 1.0))
            column = NumericColumn(column.n, column.rows, column.single, scaled)
        if mode == "min":
            dense = column.lowest
        elif mode == "max":
            dense = column.highest
        else:
            dense = _reduced(column, mode)
        values = dense[rows]
        has = column.exists[rows]
        decimal = isinstance(mapped, DecimalFieldType) or values.dtype.kind == "f"
        if decimal:
            values = values.astype(np.float64)
        low, high = (-math.inf, math.inf) if decimal else _bounds(mapped, values.dtype)
        missing = self._missing(mapped, low, high, decimal)
        if not has.all():
            values = np.where(has, values, np.array(missing, values.dtype))
        keys = (-values if decimal else ~values) if self.descending else values
        shown: Any = values.astype(np.float32) if mapped.kind in ("float", "half_float") else values
        if self.format is not None:
            mapped.check_format(self.format)
            shown = [mapped.doc_value(value, self.format) for value in values.tolist()]
        return SortKeys(keys, shown)

    def _missing(self, mapped: FieldType, low: Any, high: Any, decimal: bool) -> Any:
        if self.missing in (None, "_last"):
            return low if self.descending else high
        if self.missing == "_first":
            return high if self.descending else low
        # XFieldComparatorSource.missingObject: a number of the comparator's own type, for dates and booleans too
        value = self.missing
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value) if decimal else int(value)
        text = java_string(value)
        if decimal:
            return parse_double(text)
        if np.iinfo(np.int32).min == low or np.iinfo(np.int32).max == high:
            return parse_int(text)
        return parse_long(text)

    def _keywords(
        self, ctx: ShardContext, mapped: FieldType, column: KeywordColumn, rows: NDArray[np.int32]
    ) -> SortKeys:
        if self._mode not in ("min", "max"):
            raise ctx.fails("we only support AVG, MEDIAN and SUM on number based fields")
        ords = column.first_ord(highest=self._mode == "max")[rows].astype(np.int64)
        has = ords >= 0
        order, terms = column.order, column.terms
        missing: str | None = None
        keys = ords * 2
        if self.missing in (None, "_last", "_first"):
            last = self.missing != "_first"
            keys = np.where(has, keys, 2 * column.n_terms if last != self.descending else -2)
        else:
            missing = str(self.missing)
            place, _ = column.place(missing)
            keys = np.where(has, keys, 2 * place - 1)
        # The order of a wildcard field is not told which way to go, only what is missing.
        if self.descending and mapped.kind != "wildcard":
            keys = -keys
        values = Terms(ords, order, terms, missing)
        return SortKeys(keys, values)


def _null(boxed: str) -> NullPointerException:
    name = f"java.lang.{boxed}.{'int' if boxed == 'Integer' else boxed.lower()}Value()"
    return NullPointerException(f'Cannot invoke "{name}" because "value" is null')


def _bounds(mapped: FieldType, dtype: np.dtype[Any]) -> tuple[int, int]:
    """The values that stand in for missing ones: those of an int for the types that are sorted as ints."""
    bits = np.iinfo(np.int32 if mapped.kind in _INTS else dtype)
    return int(bits.min), int(bits.max)


class Terms(Sequence[Any]):
    """The terms that ordinals stand for, looked up one by one: only the hits of a page are told."""

    def __init__(
        self, ords: NDArray[np.int64], order: NDArray[np.int32], terms: Sequence[str], missing: str | None
    ) -> None:
        self._ords, self._order, self._terms, self._missing = ords, order, terms, missing

    def __len__(self) -> int:
        return len(self._ords)

    def __getitem__(self, i: Any) -> Any:
        at = int(self._ords[i])
        return self._missing if at < 0 else self._terms[int(self._order[at])]


def _reduced(column: NumericColumn, mode: str) -> NDArray[Any]:
    """[n]: sum, avg or median of each row's values."""
    if mode == "sum":
        return column.reduced(np.add, 0)
    if column.single:
        return column.lowest
    counts = np.maximum(np.diff(column.offsets), 1)
    if mode == "avg":
        total = column.reduced(np.add, 0)
        mean = total / counts
        return mean if column.values.dtype.kind == "f" else np.floor(mean + 0.5).astype(np.int64)
    starts = column.offsets[:-1]
    out = np.zeros(column.n, column.values.dtype)
    has = np.flatnonzero(np.diff(column.offsets))
    low = column.values[starts[has] + (counts[has] - 1) // 2]
    high = column.values[starts[has] + counts[has] // 2]
    middle = (low.astype(np.float64) + high) / 2
    out[has] = middle if out.dtype.kind == "f" else np.floor(middle + 0.5)
    return out


def shown_value(value: Any) -> Any:
    """A sort value as JSON: Java has names for the numbers that JSON lacks."""
    if isinstance(value, np.generic) and not isinstance(value, np.float32):
        value = value.item()
    if isinstance(value, float | np.float32) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value


# --- parsing ----------------------------------------------------------------------------------------------------------


def _order(container: Any, key: Any) -> str:
    return sort_order(objects.text(container, key))


def sort_order(text: str) -> str:
    if text.lower() not in ("asc", "desc"):
        raise IllegalArgumentException(f"No enum constant org.opensearch.search.sort.SortOrder.{text.upper()}")
    return text.lower()


def sort_mode(container: Any, key: Any) -> str:
    text = objects.text(container, key).lower()
    if text not in ("min", "max", "avg", "sum", "median"):
        raise IllegalArgumentException(f"Unknown SortMode [{objects.text(container, key)}]")
    return text


_FIELD = ObjectParser(
    "field_sort",
    {
        "missing": declared("value"),
        "nested_path": declared("string"),
        "unmapped_type": declared("string"),
        "order": declared("string", _order),
        "mode": declared("string", sort_mode),
        "nested_filter": declared("object", parse_nested_filter),
        "nested": declared("object", parse_nested_sort),
        "numeric_type": declared("string"),
    },
)

_SCORE = ObjectParser("_score", {"order": declared("string", _order)})


#: Sorts by what is no field: their parsers by their names.
SORTS: dict[str, Callable[[Any, Any], Sort]] = {}


def parse_sort(container: Any, key: Any) -> list[Sort]:
    """SortBuilder.fromXContent on ``container[key]``."""
    value = container[key]
    if isinstance(value, dict):
        return _compound(value)
    if objects.is_value(value):
        return [_plain(objects.text(container, key))]
    if not isinstance(value, list):
        raise IllegalArgumentException("malformed sort format, either start with array, object, or an actual string")
    sorts: list[Sort] = []
    for item in value:
        if isinstance(item, dict):
            sorts += _compound(item)
        elif isinstance(item, str):
            sorts.append(_plain(item))
        else:
            raise IllegalArgumentException(
                "malformed sort format, within the sort array, an object, or an actual string are allowed"
            )
    return sorts


def _plain(name: str, order: str | None = None) -> Sort:
    return Sort(name, order or ("desc" if name == "_score" else "asc"))


def _compound(body: dict[str, Any]) -> list[Sort]:
    sorts = []
    for name, value in body.items():
        if isinstance(value, str):
            sorts.append(_plain(name, sort_order(value)))
        elif name == "_score":
            sorts.append(_plain(name, _SCORE.parse(body, name).get("order")))
        elif name in SORTS:
            sorts.append(SORTS[name](body, name))
        elif name in ("_script", "_geo_distance", "_shard_doc"):
            raise NotFaked(f"a sort by [{name}]")
        else:
            found = _FIELD.parse(body, name)
            path, filter_ = found.pop("nested_path", None), found.pop("nested_filter", None)
            if "nested" in found and (path is not None or filter_ is not None):
                raise NotFaked("[nested] beside [nested_path] or [nested_filter] of a sort")
            if path is not None:
                found["nested"] = NestedSort(path, filter_)
            sorts.append(Sort(name, **found))
    return sorts
