"""From a document's id or routing to its shard, as OpenSearch's ``OperationRouting`` has it.

A document lies in shard ``floorMod(murmur3(routing) + offset, routing_shards) // routing_factor``. The number of
routing shards is fixed when an index is created, much larger than the number of shards, so that it can be split later.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from fakeknn.errors import IllegalArgumentException, IllegalStateException

_MASK = 0xFFFFFFFF


def murmur3(text: str) -> int:
    """Lucene's ``murmurhash3_x86_32`` with seed 0 over the UTF-16 code units, low byte first; signed, 32 bits."""
    data = text.encode("utf-16-le", "surrogatepass")
    length = len(data)
    blocks = length >> 2
    h = 0
    for k in struct.unpack_from(f"<{blocks}I", data):
        k = (k * 0xCC9E2D51) & _MASK
        k = (k << 15 | k >> 17) * 0x1B873593 & _MASK
        h ^= k
        h = (h << 13 | h >> 19) & _MASK
        h = (h * 5 + 0xE6546B64) & _MASK
    if length & 3:  # code units have two bytes, so that two can be left, never one or three
        k = int.from_bytes(data[blocks << 2 :], "little")
        k = (k * 0xCC9E2D51) & _MASK
        k = ((k << 15 | k >> 17) & _MASK) * 0x1B873593 & _MASK
        h ^= k
    h ^= length
    h ^= h >> 16
    h = (h * 0x85EBCA6B) & _MASK
    h ^= h >> 13
    h = (h * 0xC2B2AE35) & _MASK
    h ^= h >> 16
    return h - (1 << 32) if h & 0x80000000 else h


def default_routing_shards(number_of_shards: int) -> int:
    """MetadataCreateIndexService.calculateNumRoutingShards: the shards doubled up to 1024, at least once."""
    doublings = max(1, 10 - (number_of_shards - 1).bit_length())
    return number_of_shards << doublings


def routing_factor(source_shards: int, target_shards: int) -> int:
    """IndexMetadata.getRoutingFactor: how many shards of one side make one of the other."""
    if source_shards < target_shards:
        if target_shards % source_shards:
            raise IllegalArgumentException(
                f"the number of source shards [{source_shards}] must be a factor of [{target_shards}]"
            )
        return target_shards // source_shards
    if source_shards % target_shards:
        raise IllegalArgumentException(
            f"the number of source shards [{source_shards}] must be a multiple of [{target_shards}]"
        )
    return source_shards // target_shards


@dataclass(frozen=True, slots=True)
class Routing:
    """The routing of one index: how many shards it has, how many it may be split into, and the partition size."""

    number_of_shards: int = 1
    routing_shards: int = 1024
    partition_size: int = 1

    @classmethod
    def of(
        cls, index: str, number_of_shards: int, routing_shards: int | None = None, partition_size: int = 1
    ) -> Routing:
        """A new index's routing; ``routing_shards`` is ``index.number_of_routing_shards`` if it was set."""
        if routing_shards is None:
            routing_shards = default_routing_shards(number_of_shards)
        if partition_size != 1 and partition_size >= routing_shards:
            raise IllegalArgumentException(
                f"routing partition size [{partition_size}] should be a positive number less than the number of shards "
                f"[{routing_shards}] for [{index}]"
            )
        return cls(number_of_shards, routing_shards, partition_size)

    @property
    def factor(self) -> int:
        return self.routing_shards // self.number_of_shards

    @property
    def partitioned(self) -> bool:
        return self.partition_size != 1

    def shard(self, id: str, routing: str | None = None) -> int:
        """The shard of one document."""
        if self.number_of_shards == 1:
            return 0
        offset = murmur3(id) % self.partition_size if self.partitioned else 0
        return self._scaled(id if routing is None else routing, offset)

    def search_shards(self, routings: Iterable[str] | None) -> list[int]:
        """The shards that a search with these routing values asks, in order; all of them without any."""
        if routings is None:
            return list(range(self.number_of_shards))
        return sorted({self._scaled(value, offset) for value in routings for offset in range(self.partition_size)})

    def _scaled(self, value: str, offset: int) -> int:
        # Java adds in 32 bits before it takes the remainder.
        total = (murmur3(value) + offset + 2**31) % 2**32 - 2**31
        return total % self.routing_shards // self.factor

    # --- shrinking, splitting, cloning -------------------------------------------------------------------------------

    def shrunk(self, target_shards: int) -> Routing:
        """IndexMetadata.selectShrinkShards and its checks."""
        if self.number_of_shards < target_shards:
            raise IllegalArgumentException(
                f"the number of target shards [{target_shards}] must be less that the number of source shards "
                f"[{self.number_of_shards}]"
            )
        routing_factor(self.number_of_shards, target_shards)
        return Routing(target_shards, self.routing_shards, self.partition_size)

    def split(self, target_shards: int, routing_shards: int | None = None) -> Routing:
        """IndexMetadata.selectSplitShard and its checks; one shard can be split into any number."""
        routing_factor(self.number_of_shards, target_shards)
        if self.number_of_shards > target_shards:
            raise IllegalArgumentException(
                f"the number of source shards [{self.number_of_shards}] must be less that the number of target shards "
                f"[{target_shards}]"
            )
        routable = target_shards if self.number_of_shards == 1 else self.routing_shards
        if routable % target_shards:
            raise IllegalStateException(
                f"the number of routing shards [{routable}] must be a multiple of the target shards [{target_shards}]"
            )
        if self.number_of_shards == 1:
            routable = default_routing_shards(target_shards) if routing_shards is None else routing_shards
        return Routing(target_shards, routable, self.partition_size)

    def cloned(self, target_shards: int) -> Routing:
        if self.number_of_shards != target_shards:
            raise IllegalArgumentException(
                f"the number of target shards ({target_shards}) must be the same as the number of source shards "
                f"({self.number_of_shards})"
            )
        return self


def through_alias(name: str, alias_routing: str | None, routing: str | None) -> str | None:
    """Metadata.resolveIndexRouting: the routing of a request through an alias, which may have its own."""
    if not alias_routing:
        return routing
    if "," in alias_routing:
        raise IllegalArgumentException(
            f"index/alias [{name}] provided with routing value [{alias_routing}] that resolved to several routing "
            "values, rejecting operation"
        )
    if routing is not None and routing != alias_routing:
        raise IllegalArgumentException(
            f"Alias [{name}] has index routing associated with it [{alias_routing}], and was provided with routing "
            f"value [{routing}], rejecting operation"
        )
    return alias_routing
