"""Slices of a search: which shards, and which documents of a shard, one of several searches looks at (SliceBuilder)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import IllegalArgumentException
from fakeknn.fields.uid import encode_id
from fakeknn.painless.library_score import murmur3
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.search.request import Slice
from fakeknn.view import Mask, NumericColumn

#: TermsSliceQuery.SEED
_SEED = 7919


def sliced(part: Slice | None, contexts: list[ShardContext]) -> list[ShardContext]:
    """The shards that a slice looks at, of each index; a shard of several slices with what lets the slice's documents
    through."""
    if part is None:
        return contexts
    by_index: dict[str, list[ShardContext]] = defaultdict(list)
    for ctx in contexts:
        by_index[ctx.uuid].append(ctx)
    chosen = {}
    for shards in by_index.values():
        for place, ctx in enumerate(sorted(shards, key=lambda ctx: ctx.shard)):
            found = _in_slice(part, ctx, place, len(shards))
            if found is not None:
                chosen[ctx.uuid, ctx.shard] = found
    return [chosen[ctx.uuid, ctx.shard] for ctx in contexts if (ctx.uuid, ctx.shard) in chosen]


def check_slices(part: Slice | None, ctx: ShardContext, setting: str) -> None:
    """DefaultSearchContext.preProcess: how many slices an index lets a scroll have."""
    limit = ctx.setting(setting, 1024)
    if part is not None and part.max > limit:
        raise IllegalArgumentException(
            f"The number of slices [{part.max}] is too large. It must be less than [{limit}]. This limit can be set by "
            f"changing the [{setting}] index level setting."
        )


def _in_slice(part: Slice, ctx: ShardContext, place: int, shards: int) -> ShardContext | None:
    """SliceBuilder.toFilter: a shard as a slice sees it, None if it does not."""
    among = of_shard = 1
    if part.max < shards:
        if place % part.max != part.id:
            return None
    else:
        if place != part.id % shards:
            return None
        among = part.max // shards + (part.max % shards > place)
        of_shard = part.id // shards
    if among == 1 and part.field == "_id":
        return ctx
    within = InSlice(field=part.field, id=0 if among == 1 else of_shard, max=among, also=ctx.alias_filter)
    return replace(ctx, alias_filter=within)


@dataclass(frozen=True, eq=False, kw_only=True)
class InSlice(Query):
    """The documents of one shard that are in a slice (TermsSliceQuery, DocValuesSliceQuery)."""

    kind: ClassVar[str] = "slice"
    field: str
    id: int
    max: int
    also: Query | None = None
    """What else lets documents through."""

    def members(self) -> dict[str, Any]:
        return {"field": self.field, "id": self.id, "max": self.max}

    def mask(self, ctx: ShardContext) -> Mask:
        self._check(ctx)
        found = self._by_id(ctx) if self.field == "_id" else self._by_value(ctx)
        return found if self.also is None else found & self.also.mask(ctx)

    def _check(self, ctx: ShardContext) -> None:
        field = ctx.field(self.field)
        if field is None:
            raise IllegalArgumentException(f"field {self.field} not found")
        if self.field != "_id" and not (field.has_doc_values and isinstance(ctx.column(field), NumericColumn)):
            raise IllegalArgumentException(f"cannot load numeric doc values on {self.field}")

    def _by_id(self, ctx: ShardContext) -> Mask:
        hashes = ctx.view.memo.get("slices")
        if hashes is None:
            # Once a View: what a document's id hashes to, as Java's int
            ids = ("" if name is None else name for name in ctx.view.ids)
            hashes = np.fromiter((murmur3(encode_id(name), _SEED) for name in ids), np.uint32, ctx.n).view(np.int32)
            ctx.view.memo["slices"] = hashes
        found: Mask = np.equal(hashes % self.max, self.id)
        return found

    def _by_value(self, ctx: ShardContext) -> Mask:
        field = ctx.field(self.field)
        assert field is not None
        column = ctx.column(field)
        assert isinstance(column, NumericColumn)
        mixed = _mix(stored(field.kind, column.values))
        found = np.zeros(ctx.n, bool)
        found[column.rows[mixed % self.max == self.id]] = True
        if self.id == 0:
            found |= ~column.exists
        return found


#: What decimals are kept as, and its bytes.
_FLOATS: dict[str, tuple[Any, int]] = {
    "double": (np.float64, 8),
    "float": (np.float32, 4),
    "half_float": (np.float16, 2),
}


def stored(kind: str, values: Any) -> Any:
    """Numbers as the longs that Lucene keeps of them: NumericUtils.doubleToSortableLong and its like."""
    if values.dtype.kind != "f":
        return values
    kept, size = _FLOATS[kind]
    bits = values.astype(kept).view(f"i{size}")
    least = np.iinfo(bits.dtype).max
    return bits ^ ((bits >> (bits.itemsize * 8 - 1)) & least)


def _mix(values: Any) -> Any:
    """BitMixer.mix of longs: int32."""
    with np.errstate(over="ignore"):
        z = values.astype(np.int64).view(np.uint64)
        z = (z ^ (z >> np.uint64(32))) * np.uint64(0x4CD6944C5CC20B6D)
        z = (z ^ (z >> np.uint64(29))) * np.uint64(0xFC12C5B19D3259E9)
        return (z ^ (z >> np.uint64(32))).astype(np.uint32).view(np.int32)
