"""Which terms become buckets: ``include`` and ``exclude`` by pattern, by list or by partition (IncludeExclude)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.formats import parse_number
from fakeknn.aggs.values import Source
from fakeknn.analysis.regexp import regexp_matcher
from fakeknn.errors import IllegalArgumentException, OpenSearchParseException, Where
from fakeknn.painless.library_score import murmur3
from fakeknn.query.context import ShardContext
from fakeknn.units import LONG_MAX, LONG_MIN
from fakeknn.xcontent import objects

_PARTITIONING_SEED = 31
_MAX_REGEX_LENGTH = 1000


def misfit(includes: IncludeExclude | None, name: str, source: Source) -> str | None:
    """Why patterns cannot choose among the values of an aggregation; None if they can, or if there are none."""
    if includes is None or not includes.by_pattern or (source.by_terms and source.format.plain_terms):
        return None
    numeric, use = ("", "") if source.by_terms else ("numeric ", " used to filter numeric fields")
    return (
        f"Aggregation [{name}] cannot support regular expression style include/exclude settings as they can only be "
        f"applied to string fields. Use an array of {numeric}values for include/exclude clauses{use}"
    )


@dataclass(frozen=True)
class IncludeExclude:
    include: str | frozenset[str] | None = None
    exclude: str | frozenset[str] | None = None
    partition: int = 0
    partitions: int = 0

    @property
    def by_pattern(self) -> bool:
        return isinstance(self.include, str) or isinstance(self.exclude, str)

    def terms(
        self, ctx: ShardContext, terms: Iterable[str], parse: Callable[[str], str], encode: Callable[[str], bytes]
    ) -> NDArray[np.bool_]:
        """bool: which of some terms are accepted; ``parse`` gives the term that a text stands for."""
        if self.partitions:
            return np.array([_hash(encode(term)) % self.partitions == self.partition for term in terms], bool)
        if self.by_pattern:
            _check_length(ctx, self.include)
            _check_length(ctx, self.exclude)
            wanted = regexp_matcher(self.include) if isinstance(self.include, str) else None
            unwanted = regexp_matcher(self.exclude) if isinstance(self.exclude, str) else None
            return np.array(
                [(wanted is None or wanted(term)) and (unwanted is None or not unwanted(term)) for term in terms], bool
            )
        valid = None if self.include is None else {parse(text) for text in sorted(self.include)}
        invalid = set() if self.exclude is None else {parse(text) for text in sorted(self.exclude)}
        return np.array([(valid is None or term in valid) and term not in invalid for term in terms], bool)

    def numbers(self, values: NDArray[Any], source: Source, now: int) -> NDArray[np.bool_]:
        """bool[m]: which of some numbers are accepted."""
        if self.partitions:
            kept: NDArray[np.bool_] = _mixed(values) % self.partitions == self.partition
            return kept

        def parsed(texts: frozenset[str]) -> NDArray[Any]:
            if source.unsigned:
                # They are read as doubles, and the bits of these compared with those of longs: nothing is equal.
                return np.array([parse_number(text) for text in sorted(texts)], np.float64)[:0]
            if source.floating:
                return np.array([parse_number(text) for text in sorted(texts)], np.float64)
            return np.array([_whole(source.format.parse(text, now)) for text in sorted(texts)], values.dtype)

        kept = np.ones(len(values), bool)
        if self.include:
            assert not isinstance(self.include, str)
            kept &= np.isin(values, parsed(self.include))
        if self.exclude:
            assert not isinstance(self.exclude, str)
            kept &= ~np.isin(values, parsed(self.exclude))
        return kept


def _whole(value: float) -> int:
    """Math.round of a floor: of what no long is, the nearest."""
    if value != value:
        return 0
    return math.floor(min(max(value, LONG_MIN), LONG_MAX))


def _hash(term: bytes) -> int:
    hashed = murmur3(term, _PARTITIONING_SEED)
    return hashed - 2**32 if hashed >= 2**31 else hashed


def _mixed(values: NDArray[Any]) -> NDArray[np.int64]:
    """BitMixer.mix64 of numbers as their sortable bits."""
    bits = values.astype(np.float64).view(np.int64) if values.dtype.kind == "f" else values.astype(np.int64)
    if values.dtype.kind == "f":
        bits = bits ^ ((bits >> 63) & np.int64(0x7FFFFFFFFFFFFFFF))
    z = bits.view(np.uint64)
    z = (z ^ (z >> np.uint64(32))) * np.uint64(0x4CD6944C5CC20B6D)
    z = (z ^ (z >> np.uint64(29))) * np.uint64(0xFC12C5B19D3259E9)
    return (z ^ (z >> np.uint64(32))).view(np.int64)


def _check_length(ctx: ShardContext, pattern: str | frozenset[str] | None) -> None:
    limit = ctx.setting("index.max_regex_length", _MAX_REGEX_LENGTH)
    if isinstance(pattern, str) and 0 < limit < len(pattern):
        raise IllegalArgumentException(
            f"The length of regex [{len(pattern)}] used in the request has exceeded the allowed maximum of [{limit}]. "
            "This maximum can be set by changing the [index.max_regex_length] index level setting."
        )


# --- parsing ----------------------------------------------------------------------------------------------------------


def _texts(container: Any, key: Any) -> frozenset[str]:
    found = []
    values = container[key]
    for i, value in enumerate(values):
        if not objects.is_value(value):
            raise objects.stopped_at(
                OpenSearchParseException("Array elements in include/exclude clauses should be string values"),
                Where(values, i),
            )
        found.append(objects.text(values, i))
    return frozenset(found)


def parse_include(container: Any, key: Any) -> IncludeExclude:
    value = container[key]
    if isinstance(value, list):
        return IncludeExclude(include=_texts(container, key))
    if not isinstance(value, dict):
        return IncludeExclude(include=objects.text(container, key))
    found: dict[str, int] = {}
    for name in value:
        if name not in ("partition", "num_partitions"):
            raise objects.stopped_at(
                OpenSearchParseException(f"Unknown parameter in Include/Exclude clause: {name}"), Where(value, name)
            )
        found[name] = objects.integer(value, name)
    for name in ("partition", "num_partitions"):
        if name not in found:
            raise IllegalArgumentException(f"Missing [{name}] parameter for partition-based include")
    if not 0 <= found["partition"] < found["num_partitions"]:
        raise IllegalArgumentException(f"Partition must be >=0 and < numPartition which is {found['num_partitions']}")
    return IncludeExclude(partition=found["partition"], partitions=found["num_partitions"])


def parse_exclude(container: Any, key: Any) -> IncludeExclude:
    if isinstance(container[key], list):
        return IncludeExclude(exclude=_texts(container, key))
    return IncludeExclude(exclude=objects.text(container, key))


def merge(include: IncludeExclude | None, exclude: IncludeExclude | None) -> IncludeExclude | None:
    if include is None or exclude is None:
        return include or exclude
    if include.partitions:
        raise IllegalArgumentException("Cannot specify any excludes when using a partition-based include")
    methods = ["regex" if one.by_pattern else "set" for one in (include, exclude)]
    if methods[0] != methods[1]:
        raise IllegalArgumentException(f"Cannot mix a {methods[0]}-based include with a {methods[1]}-based method")
    return replace(include, exclude=exclude.exclude)


def members_of() -> dict[str, objects.Member]:
    """``include`` and ``exclude`` as members; each is merged with what was read before."""
    read: list[IncludeExclude] = []

    def include(container: Any, key: Any) -> IncludeExclude | None:
        found = merge(parse_include(container, key), read.pop() if read else None)
        assert found is not None
        read.append(found)
        return found

    def exclude(container: Any, key: Any) -> IncludeExclude | None:
        found = merge(read.pop() if read else None, parse_exclude(container, key))
        assert found is not None
        read.append(found)
        return found

    return {
        "include": objects.declared("object_array_or_string", include),
        "exclude": objects.declared("string_array", exclude),
    }


def found_in(values: dict[str, Any]) -> IncludeExclude | None:
    """What was read last holds both."""
    last = [name for name in values if name in ("include", "exclude")]
    return values[last[-1]] if last else None
