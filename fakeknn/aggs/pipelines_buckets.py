"""Pipeline aggregations of each bucket around them: bucket_script, bucket_selector, bucket_sort."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cmp_to_key
from typing import Any

from fakeknn.aggs.base import Pipeline, Validation, register
from fakeknn.aggs.pipelines import (
    SKIP,
    BucketPipeline,
    Reader,
    bucket_value,
    gap_policy,
    lower_gap_policy,
    path_elements,
    read,
    scripted,
)
from fakeknn.aggs.results import Bucket, MultiBucket, Reduction
from fakeknn.errors import ParsingException, Where
from fakeknn.query.script import Script, parse_script
from fakeknn.xcontent import hash_ordered, java_string, objects
from fakeknn.xcontent.objects import ObjectParser, declared


@dataclass(eq=False, kw_only=True)
class Scripted(BucketPipeline):
    """One of several values of a bucket, by name."""

    named: Mapping[str, str]
    script: Script

    def __post_init__(self) -> None:
        self.paths = [self.named[name] for name in sorted(self.named)]

    def variables(self, agg: MultiBucket, bucket: Bucket) -> dict[str, float | None]:
        return {
            name: bucket_value(agg, bucket, path_elements(self.named[name]), self.gap_policy)
            for name in hash_ordered(self.named)
        }

    def validate(self, context: Validation) -> None:
        context.has_parent(self.kind, self.name)


class BucketScript(Scripted):
    kind = "bucket_script"

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        script = scripted(self.script, "bucket_aggregation", reduction.services)
        buckets: list[Bucket] = []
        for bucket in agg.buckets:
            variables = self.variables(agg, bucket)
            gap = any(value is None or math.isnan(value) for value in variables.values())
            found = None if gap and self.gap_policy == SKIP else script(variables).execute({})
            buckets.append(bucket if found is None else self.simple(bucket, float(found)))
        return buckets


class BucketSelector(Scripted):
    kind = "bucket_selector"

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        script = scripted(self.script, "aggregation_selector", reduction.services)
        return [bucket for bucket in agg.buckets if script(self.variables(agg, bucket)).execute({})]


@dataclass(eq=False, kw_only=True)
class BucketSort(BucketPipeline):
    """Buckets in another order, and a page of them; ``sorts`` are (path, whether descending)."""

    kind = "bucket_sort"
    sorts: Sequence[tuple[str, bool]] = ()
    from_: int = 0
    size: int | None = None

    def __post_init__(self) -> None:
        self.paths = [path for path, _ in self.sorts]

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        count = len(agg.buckets)
        page = slice(self.from_, self.from_ + (count if self.size is None else self.size))
        if self.from_ >= count:  # no path is followed then
            return []
        if not self.sorts:
            return agg.buckets[page]
        keyed = [(self._keys(agg, bucket), bucket) for bucket in agg.buckets]
        kept = [entry for entry in keyed if any(key is not None for key in entry[0])]
        kept.sort(key=cmp_to_key(self._compared))
        return [bucket for _, bucket in kept[page]]

    def _keys(self, agg: MultiBucket, bucket: Bucket) -> list[Any]:
        keys: list[Any] = []
        for path, _ in self.sorts:
            if path == "_key":
                keys.append(bucket.key)
                continue
            value = bucket_value(agg, bucket, path_elements(path), self.gap_policy)
            keys.append(None if value is None or (self.gap_policy == SKIP and math.isnan(value)) else value)
        return keys

    def _compared(self, one: tuple[list[Any], Bucket], other: tuple[list[Any], Bucket]) -> int:
        for (_, descending), a, b in zip(self.sorts, one[0], other[0], strict=True):
            if a is None or b is None:
                if a is not None or b is not None:
                    return 1 if a is None else -1
            elif a != b:
                return (1 if a > b else -1) * (-1 if descending else 1)
        return 0

    def validate(self, context: Validation) -> None:
        context.has_parent(self.kind, self.name)
        if not self.sorts and self.size is None and self.from_ == 0:
            context.add(
                f"[{self.name}] is configured to perform nothing. Please set either of [sort, size, from] "
                "to use bucket_sort"
            )


# --- parsing ----------------------------------------------------------------------------------------------------------


def _paths(container: Any, key: Any) -> dict[str, str]:
    value = container[key]
    if isinstance(value, str):
        return {"_value": value}
    if isinstance(value, list):
        return {f"_value{i}": objects.text(value, i) for i in range(len(value))}
    return {name: objects.text(value, name) for name in value}


def _any_paths(container: Any, key: Any) -> dict[str, str]:
    """As bucket_selector takes them: whatever an object holds, as text."""
    value = container[key]
    if isinstance(value, dict):
        return {name: java_string(item) for name, item in value.items()}
    return _paths(container, key)


_BUCKET_SCRIPT = ObjectParser(
    "bucket_script",
    {
        "buckets_path": declared("object_array_or_string", _paths),
        "script": declared("object_or_string", parse_script),
        "format": declared("string"),
        "gap_policy": declared("string", lower_gap_policy),
    },
    constructor=("buckets_path", "script"),
)


@register("bucket_script")
def parse_bucket_script(name: str, container: Any, key: Any) -> Pipeline:
    values = _BUCKET_SCRIPT.parse(container, key)
    return BucketScript(
        named=values["buckets_path"],
        script=values["script"],
        format=values.get("format"),
        gap_policy=values.get("gap_policy", SKIP),
    )


_SELECTOR: Mapping[str, Mapping[str, Reader]] = {
    "VALUE_STRING": {"buckets_path": _paths, "gap_policy": gap_policy, "script": parse_script},
    "START_ARRAY": {"buckets_path": _paths},
    "START_OBJECT": {"script": parse_script, "buckets_path": _any_paths},
}


@register("bucket_selector")
def parse_bucket_selector(name: str, container: Any, key: Any) -> Pipeline:
    values = read(name, container, key, _SELECTOR)
    for member in ("buckets_path", "script"):
        if member not in values:
            raise ParsingException(
                f"Missing required field [{member}] for bucket_selector aggregation [{name}]",
                at=Where(container[key], None, "end"),
            )
    return BucketSelector(
        named=values["buckets_path"], script=values["script"], gap_policy=values.get("gap_policy", SKIP)
    )
