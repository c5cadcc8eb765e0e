"""Sorting: what ``sort`` says, each row's sort keys, and the merging of shards."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.fielddata import fielddata_of_text
from fakeknn.errors import (
    ClassCastException,
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    NumberFormatException,
    OpenSearchError,
    Where,
)
from fakeknn.fields import KINDS, FieldType, VectorFieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.metadata import WITHOUT_DOC_VALUES
from fakeknn.query.context import ShardContext
from fakeknn.search.nested_sort import NESTED, NestedSort, check_max_children, taken_nested
from fakeknn.search.numeric_sort import (
    Bounds,
    bounds,
    compared_as,
    compares_itself,
    given_missing,
    narrowed,
    null_number,
    one_each,
    parse_whole,
    unsigned_number,
)
from fakeknn.search.sort_values import Terms
from fakeknn.units import parse_int
from fakeknn.view import Column, KeywordColumn, NumericColumn, TextColumn
from fakeknn.xcontent import java_string, objects, parse_double
from fakeknn.xcontent.objects import ObjectParser, declared

Keys = NDArray[Any]


@dataclass(frozen=True, slots=True)
class SortKeys:
    """One sort of one shard: ``keys`` [len(rows)] ascend in the order wanted; ``shown`` gives the value that a hit
    tells for a position.
    """

    keys: Keys
    values: Any
    """Indexed by position: an array, or terms looked up one by one."""


#: The classes of the values of fields whose values are no Longs.
_NUMBER_CLASSES = {
    **dict.fromkeys(("integer", "short", "byte", "boolean", "token_count"), "Integer"),
    **dict.fromkeys(("float", "half_float"), "Float"),
    **dict.fromkeys(("double", "scaled_float"), "Double"),
}


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

    def merged_as(self, ctx: ShardContext) -> str | None:
        """The Java class of its values, by which those of several shards are merged; None where it is of no matter."""
        if self.field.startswith("_"):
            return None
        field = ctx.field(self.field)
        kind = self.unmapped_type if field is None else field.kind
        if kind in ("keyword", "text", "ip", "wildcard", "constant_keyword"):
            return "org.apache.lucene.util.BytesRef"
        return None if kind is None else "java.lang." + _NUMBER_CLASSES.get(kind, "Long")

    def is_unsigned_long(self, ctx: ShardContext) -> bool:
        """Whether its values are shown as an unsigned_long's."""
        field = ctx.field(self.field)
        return (self.unmapped_type if field is None else field.kind) == "unsigned_long"

    def keys(self, ctx: ShardContext, rows: NDArray[np.int32], score: NDArray[np.float32]) -> SortKeys:
        """The sort's keys for some rows of a shard; ``score`` is theirs."""
        if self.field == "_score":
            return SortKeys(-score if self.descending else score, score)
        if self.field == "_doc":
            return SortKeys(-rows if self.descending else rows, rows)
        mapped = ctx.field(self.field)
        if mapped is None:
            return self._unmapped(ctx, rows)
        children = None
        if self.nested is not None:
            check_max_children(ctx, self.nested)
            children = self.nested.children(ctx)
        if isinstance(mapped, VectorFieldType):  # which only then refuses to be sorted by
            self._not_of_numbers(ctx, mapped)
        mapped.require_doc_values()
        column = ctx.fielddata(mapped)
        if not isinstance(column, NumericColumn):
            self._not_of_numbers(ctx, mapped)
        if not mapped.sorts:
            raise mapped.no_sort()
        if isinstance(column, TextColumn):
            column = fielddata_of_text(ctx, mapped, column)
        if self.nested is not None and isinstance(column, (NumericColumn, KeywordColumn)):
            if self.mode == "median" and children is not None:
                self.nested.refuse_median(ctx, children, rows)
            column = self.nested.column(ctx, column)
        if isinstance(column, NumericColumn):
            return self._numbers(mapped, column, rows)
        if isinstance(column, KeywordColumn):
            return self._keywords(ctx, mapped, column, rows)
        raise mapped.no_sort()

    def _not_of_numbers(self, ctx: ShardContext, mapped: FieldType) -> None:
        if self.mode in ("sum", "avg", "median"):
            raise ctx.fails("we only support AVG, MEDIAN and SUM on number based fields")
        if self.numeric_type is not None:
            raise ctx.fails(f"[numeric_type] option cannot be set on a non-numeric field, got {mapped.kind}")

    @property
    def by_field(self) -> bool:
        return self.field != "_score"

    def build(self, ctx: ShardContext) -> None:
        """SortBuilder.build: raises what is wrong with it before anything is compared. A comparator of OpenSearch's
        own looks at ``missing`` only when it is made."""
        told = replace(self, missing=None) if self._compares_itself(ctx) else self
        told.keys(ctx, np.empty(0, np.int32), np.empty(0, np.float32))

    def _compares_itself(self, ctx: ShardContext) -> bool:
        """Whether values are compared by OpenSearch and not by Lucene."""
        mapped = ctx.field(self.field)
        if self.nested is not None or self.mode not in (None, "min", "max"):
            return True
        if mapped is not None and not isinstance(ctx.fielddata(mapped), NumericColumn):
            return self.missing not in (None, "_first", "_last")
        return compares_itself(mapped, self.numeric_type)

    def bounds(self, ctx: ShardContext) -> Bounds | None:
        """FieldSortBuilder.getMinMaxOrNull: the lowest and highest value that a shard has of an indexed field."""
        mapped = ctx.field(self.field)
        if mapped is None or not mapped.searchable or self._compares_itself(ctx):
            return None
        column = ctx.fielddata(mapped)
        if isinstance(column, KeywordColumn) and mapped.kind == "keyword" and column.n_terms:
            return Bounds("BytesRef", column.terms[int(column.order[0])], column.terms[int(column.order[-1])])
        if (
            not isinstance(column, NumericColumn)
            or not len(column.values)
            or mapped.kind in ("boolean", "scaled_float")
        ):
            return None
        kind = compared_as(mapped, self.numeric_type)
        boxed = "Integer" if kind == "int" else kind.capitalize()
        return Bounds(boxed, column.values.min().item(), column.values.max().item())

    def may_follow(self, ctx: ShardContext, value: Any, bounds: Bounds) -> bool:
        """SearchService.canMatchSearchAfter: whether anything within bounds is behind a value of ``search_after``."""
        if value is None:
            raise bounds.not_null()
        mapped = ctx.field(self.field)
        assert mapped is not None  # it has bounds
        after = java_string(value) if bounds.boxed == "BytesRef" else self._after_number(mapped, value)
        return bool(bounds.low <= after if self.descending else bounds.high >= after)

    def after(self, ctx: ShardContext, value: Any) -> Any:
        """A value of ``search_after`` as it compares with ``keys``."""
        if self.field == "_score":
            if value is None:
                raise null_number("Float", "value")
            number = np.float32(self._number(value))
            return -number if self.descending else number
        if self.field == "_doc":
            if value is None:
                raise null_number("Integer", "value")
            place = int(self._whole(value))
            return -place if self.descending else place
        mapped = ctx.field(self.field)
        if mapped is None:
            mapped = self._stand_in(ctx)
            column: Column | None = _nothing(mapped, ctx.n)
        else:
            column = ctx.fielddata(mapped)
        if isinstance(column, TextColumn):
            column = fielddata_of_text(ctx, mapped, column)
        if isinstance(column, KeywordColumn):
            if mapped.kind == "wildcard" and value is not None:
                raise IllegalArgumentException(f"Comparator type [CUSTOM] for field [{self.field}] is not supported.")
            return self._after_term(column, value)
        bound = self._after_number(mapped, value)
        if isinstance(bound, float):
            return -bound if self.descending else bound
        if self.descending and compared_as(mapped, self.numeric_type) == "unsigned":
            return 2**64 - 1 - bound
        return ~bound if self.descending else bound

    def _number(self, value: Any, name: str = "null") -> float:
        try:
            return float("true" if value is True else "false" if value is False else value)
        except (TypeError, ValueError):
            raise self._unparsed(name) from NumberFormatException(f'For input string: "{java_string(value)}"')

    def _whole(self, value: Any, name: str = "null") -> int:
        """Integer.parseInt of what is no number."""
        if isinstance(value, int | float) and not isinstance(value, bool):
            return narrowed(value, 32)
        try:
            return parse_int(java_string(value))
        except NumberFormatException as cause:
            raise self._unparsed(name) from cause

    @staticmethod
    def _unparsed(name: str = "null") -> OpenSearchError:
        """SearchAfterBuilder's refusal; what Lucene sorts by without a field has no name."""
        return IllegalArgumentException(f"Failed to parse search_after value for field [{name}].")

    def _after_number(self, mapped: FieldType, value: Any) -> Any:
        """SearchAfterBuilder.convertValueFromSortType."""
        comparator = compared_as(mapped, self.numeric_type)
        decimal = comparator in ("float", "double")
        if value is None and comparator == "unsigned":
            raise NullPointerException(
                'Cannot invoke "java.math.BigInteger.doubleValue()" because "this.this$0.topValue" is null'
            )
        if value is None:
            raise null_number({"int": "Integer"}.get(comparator, comparator.capitalize()), "value")
        if comparator == "int":
            return self._whole(value, mapped.path)
        unsigned = mapped.kind == "unsigned_long" and not decimal
        if isinstance(value, int | float) and not isinstance(value, bool) and not unsigned:
            return float(value) if decimal else narrowed(value, 64)
        text = java_string(value)
        if text in ("Infinity", "-Infinity") and not unsigned:
            return math.inf if text == "Infinity" else -math.inf
        if isinstance(mapped, DateFieldType) and not decimal:
            return self._after_date(mapped, text)
        if unsigned:
            return self._after_unsigned(text, comparator)
        try:
            if decimal:
                return parse_double(text)
            return parse_whole(text)
        except NumberFormatException as cause:
            raise self._unparsed(mapped.path) from cause

    def _after_date(self, mapped: DateFieldType, text: str) -> int:
        bound = mapped.bound(text, round_up=False)
        if self.numeric_type in (None, "long") or (self.numeric_type == "date_nanos") == (mapped.kind == "date_nanos"):
            return bound
        return bound * 1_000_000 if self.numeric_type == "date_nanos" else bound // 1_000_000

    @staticmethod
    def _after_unsigned(text: str, comparator: str) -> int:
        number = unsigned_number(text)
        return number if comparator == "unsigned" else narrowed(number, 64)

    def _after_term(self, column: KeywordColumn, value: Any) -> int:
        if value is None:
            last = self.missing != "_first"
            key = 2 * column.n_terms if last != self.descending else -2
        else:
            place, found = column.place(java_string(value))
            key = 2 * place if found else 2 * place - 1
        return -key if self.descending else key

    def _stand_in(self, ctx: ShardContext) -> FieldType:
        """MapperService.unmappedFieldType: what a field that nobody has is taken for."""
        if self.field in WITHOUT_DOC_VALUES:
            raise IllegalArgumentException(f"Fielddata is not supported on field [{self.field}] of type [{self.field}]")
        if self.unmapped_type is None:
            raise ctx.fails(f"No mapping found for [{self.field}] in order to sort on")
        kind = KINDS.get(self.unmapped_type)
        if kind is None and self.unmapped_type in ("object", "nested"):
            found, needed = "org.opensearch.index.mapper.ObjectMapper", "org.opensearch.index.mapper.FieldMapper"
            raise ClassCastException(
                f"class {found} cannot be cast to class {needed} ({found} and {needed} are in unnamed module of loader "
                "'app')"
            )
        if kind is None:
            raise IllegalArgumentException(f"No mapper found for type [{self.unmapped_type}]")
        stand_in = kind(f"__anonymous_{self.unmapped_type}", self.unmapped_type, ctx.mapping.context)
        stand_in.configure({})
        return stand_in

    def _unmapped(self, ctx: ShardContext, rows: NDArray[np.int32]) -> SortKeys:
        stand_in = self._stand_in(ctx)
        stand_in.require_doc_values()
        empty = _nothing(stand_in, ctx.n)
        if isinstance(empty, NumericColumn):
            return self._numbers(stand_in, empty, rows)
        self._not_of_numbers(ctx, stand_in)
        if not stand_in.sorts or not isinstance(empty, KeywordColumn):
            raise stand_in.no_sort()
        return self._keywords(ctx, stand_in, empty, rows)

    @property
    def no_sort(self) -> bool:
        """SortBuilder.buildSort: by score, best first, is no sort at all."""
        return self.by_score and self.descending

    @property
    def _mode(self) -> str:
        return self.mode or ("max" if self.descending else "min")

    def _numbers(self, mapped: FieldType, column: NumericColumn, rows: NDArray[np.int32]) -> SortKeys:
        comparator = compared_as(mapped, self.numeric_type)
        values = one_each(mapped, column, self.numeric_type, self._mode)[rows]
        has = column.exists[rows]
        decimal = values.dtype.kind == "f"
        if decimal:
            values = values.astype(np.float64)
        missing = self._missing(comparator)
        if not has.all():
            values = np.where(has, values, np.array(missing).astype(values.dtype))
        keys = (-values if decimal else ~values) if self.descending else values
        shown: Any = values
        if comparator == "float":
            shown = values.astype(np.float32)
        elif mapped.kind == "unsigned_long" and comparator == "long":
            shown = values.view(np.uint64)
        if self.format is not None:
            mapped.check_format(self.format)
            shown = [mapped.doc_value(value, self.format) for value in values.tolist()]
        return SortKeys(keys, shown)

    def _missing(self, comparator: str) -> Any:
        low, high = bounds(comparator)
        if self.missing in (None, "_last"):
            return low if self.descending else high
        if self.missing == "_first":
            return high if self.descending else low
        return given_missing(comparator, self.missing)

    def _keywords(
        self, ctx: ShardContext, mapped: FieldType, column: KeywordColumn, rows: NDArray[np.int32]
    ) -> SortKeys:
        ords = column.first_ord(highest=self._mode == "max")[rows].astype(np.int64)
        has = ords >= 0
        order, terms = column.order, column.terms
        missing: tuple[Any, str | OpenSearchError] | None = None
        keys = ords * 2
        if self.missing in (None, "_last", "_first"):
            last = self.missing != "_first"
            keys = np.where(has, keys, 2 * column.n_terms if last != self.descending else -2)
        else:
            missing = column.stand_in(java_string(self.missing))
            below, found = column.place_of_key(missing[0])
            keys = np.where(has, keys, 2 * below if found else 2 * below - 1)
        # The order of a wildcard field is not told which way to go, only what is missing.
        if self.descending and mapped.kind != "wildcard":
            keys = -keys
        values = Terms(ords, order, terms, missing, column.sort_key)
        return SortKeys(keys, values)


def _nothing(mapped: FieldType, n: int) -> Column | None:
    """The column of a field that none of n documents has."""
    buffer = mapped.new_buffer()
    return None if buffer is None else buffer.snapshot(n)


# --- parsing ----------------------------------------------------------------------------------------------------------


def _order(container: Any, key: Any) -> str:
    try:
        return sort_order(objects.text(container, key))
    except IllegalArgumentException as error:
        raise objects.stopped_at(error, Where(container, key)) from None


def sort_order(text: str) -> str:
    if text.lower() not in ("asc", "desc"):
        raise IllegalArgumentException(f"No enum constant org.opensearch.search.sort.SortOrder.{text.upper()}")
    return text.lower()


def sort_mode(container: Any, key: Any) -> str:
    text = objects.text(container, key).lower()
    if text not in ("min", "max", "avg", "sum", "median"):
        raise IllegalArgumentException(f"Unknown SortMode [{objects.text(container, key)}]")
    return text


def _numeric_type(container: Any, key: Any) -> str:
    text = objects.text(container, key).lower()
    if text not in ("long", "double", "date", "date_nanos"):
        raise IllegalArgumentException(
            f"invalid value for [numeric_type], must be [long, double, date, date_nanos], got {text}"
        )
    return text


_FIELD = ObjectParser(
    "field_sort",
    {
        **NESTED,
        "missing": declared("value"),
        "unmapped_type": declared("string"),
        "order": declared("string", _order),
        "mode": declared("string", sort_mode),
        "numeric_type": declared("string", _numeric_type),
    },
)

_SCORE = ObjectParser(
    "_score",
    {"order": declared("string", _order)},
    applied=True,
)


#: Sorts by what is no field: their parsers by their names.
SORTS: dict[str, Callable[[Any, Any], Sort]] = {}


#: Those of them that may be named without more.
PLAIN: dict[str, Callable[[str, str], Sort]] = {}


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
    for i, item in enumerate(value):
        if isinstance(item, dict):
            sorts += _compound(item)
        elif isinstance(item, str):
            sorts.append(_plain(objects.text(value, i)))
        else:
            error = IllegalArgumentException(
                "malformed sort format, within the sort array, an object, or an actual string are allowed"
            )
            raise objects.stopped_at(error, Where(value, i))
    return sorts


def _plain(name: str, order: str | None = None) -> Sort:
    return PLAIN.get(name, Sort)(name, order or ("desc" if name == "_score" else "asc"))


def _compound(body: dict[str, Any]) -> list[Sort]:
    sorts = []
    for name, value in body.items():
        if isinstance(value, str):
            sorts.append(_plain(name, _order(body, name)))
        elif name == "_score":
            sorts.append(_plain(name, _SCORE.parse(body, name).get("order")))
        elif name in SORTS:
            sorts.append(SORTS[name](body, name))
        elif name in ("_script", "_geo_distance"):
            raise NotFaked(f"a sort by [{name}]")
        else:
            sorts.append(Sort(name, **taken_nested(_FIELD.parse(body, name))))
    return sorts
