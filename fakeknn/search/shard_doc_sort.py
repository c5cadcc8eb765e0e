"""``_shard_doc``: documents in the order in which their shards hold them, for paging through a point in time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import Where, XContentParseException
from fakeknn.query.context import ShardContext
from fakeknn.search.sort import PLAIN, SORTS, Sort, SortKeys, sort_order
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


@dataclass(frozen=True)
class ShardDocSort(Sort):
    """ShardDocFieldComparatorSource: the shard's number above, the document's below."""

    @property
    def by_field(self) -> bool:
        return False

    def keys(self, ctx: ShardContext, rows: NDArray[np.int32], score: NDArray[np.float32]) -> SortKeys:
        values = (np.int64(ctx.shard) << np.int64(32)) | rows.astype(np.int64)
        return SortKeys(-values if self.descending else values, values)

    def after(self, ctx: ShardContext, value: Any) -> Any:
        place = int(self._number(value, self.field))
        return -place if self.descending else place


_PARSER = ObjectParser(
    "_shard_doc", {"order": declared("string", lambda container, key: sort_order(objects.text(container, key)))}
)


def parse_shard_doc_sort(container: Any, key: Any) -> Sort:
    """ShardDocSortBuilder.fromXContent."""
    value = container[key]
    if isinstance(value, dict):
        return ShardDocSort("_shard_doc", **_PARSER.parse(container, key))
    if isinstance(value, list):
        raise XContentParseException(
            "[_shard_doc] Expected START_OBJECT or scalar but was: START_ARRAY", at=Where(container, key)
        )
    return ShardDocSort("_shard_doc")


SORTS["_shard_doc"] = parse_shard_doc_sort
PLAIN["_shard_doc"] = ShardDocSort
