"""How many buckets of terms a search wants, and how many documents each must have (BucketCountThresholds)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import IllegalArgumentException
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, declared


def suggested(size: int) -> int:
    """BucketUtils.suggestShardSideQueueSize."""
    return min(2**31 - 1, int(size * 1.5 + 10))


@dataclass(frozen=True)
class Thresholds:
    """BucketCountThresholds."""

    size: int = 10
    shard_size: int = -1
    min_doc_count: int = 1
    shard_min_doc_count: int = 0

    def on_shard(self, suggests: bool) -> Thresholds:
        """ensureValidity; ``suggests`` is whether a shard gives more than is wanted."""
        shard_size = self.shard_size
        if shard_size == -1 and suggests:
            shard_size = suggested(self.size)
        return Thresholds(
            self.size,
            max(shard_size, self.size),
            self.min_doc_count,
            min(self.shard_min_doc_count, self.min_doc_count),
        )

    def limits(self, partial: bool) -> tuple[int, int]:
        """(size, min_doc_count): those of a shard, where its slices are merged (LocalBucketCountThresholds)."""
        return (self.shard_size, self.shard_min_doc_count) if partial else (self.size, self.min_doc_count)


DEFAULT_THRESHOLDS = Thresholds()


def at_least(
    floor: int, label: str, name: str, bits: int = 32, *, told: str | None = None
) -> Callable[[Any, Any], int]:
    """A reader of a number with a lower bound, as the builders' setters refuse it."""
    told = told or ("greater than 0" if floor == 1 else "greater than or equal to 0")

    def read(container: Any, key: Any) -> int:
        value = objects.integer(container, key, bits=bits)
        if value < floor:
            raise IllegalArgumentException(f"[{label}] must be {told}. Found [{value}] in [{name}]")
        return value

    return read


def threshold_members(name: str) -> dict[str, Member]:
    return {
        "shard_size": declared("int", at_least(1, "shardSize", name)),
        "min_doc_count": declared("long", at_least(0, "minDocCount", name, 64)),
        "shard_min_doc_count": declared("long", at_least(0, "shardMinDocCount", name, 64)),
        "size": declared("int", at_least(1, "size", name)),
    }


def thresholds_of(values: Mapping[str, Any], default: Thresholds) -> Thresholds:
    return Thresholds(
        values.get("size", default.size),
        values.get("shard_size", default.shard_size),
        values.get("min_doc_count", default.min_doc_count),
        values.get("shard_min_doc_count", default.shard_min_doc_count),
    )
