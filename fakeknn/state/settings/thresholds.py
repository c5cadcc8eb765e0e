"""Thresholds of disks and caches: shares or sizes, which must agree with each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fakeknn.errors import IllegalArgumentException, MissingFormatArgumentException, OpenSearchParseException
from fakeknn.units import parse_byte_size, parse_ratio

FILE_CACHE_INDEXING = "cluster.filecache.activeusage.indexing.threshold"
FILE_CACHE_SEARCH = "cluster.filecache.activeusage.search.threshold"
_DISK = "cluster.routing.allocation.disk.watermark."


def threshold(text: str, key: str) -> str:
    """DiskThresholdSettings.validWatermarkSetting: a share of the disk, or a size."""
    try:
        parse_ratio(text)
    except OpenSearchParseException as no_ratio:
        try:
            parse_byte_size(text, key)
        except OpenSearchParseException as error:
            error.meta = {"suppressed": [no_ratio.members()]}
            raise
    return text


def check_watermarks(value: str, get: Callable[[str], Any]) -> None:
    """DiskThresholdSettings.doValidate: all three as shares of the disk used, or all as free space."""
    low, high, flood = (get(_DISK + stage) for stage in ("low", "high", "flood_stage"))
    try:
        shares = (parse_ratio(low), parse_ratio(high), parse_ratio(flood))
    except OpenSearchParseException:
        pass
    else:
        _check_order((low, high, flood), shares, "more")
        return
    try:
        free = [
            -parse_byte_size(text, _DISK + stage).bytes
            for text, stage in ((low, "low"), (high, "high"), (flood, "flood_stage"))
        ]
    except OpenSearchParseException as error:
        raise IllegalArgumentException(
            f"unable to consistently parse [{_DISK}low={low}], [{_DISK}high={high}], and [{_DISK}flood_stage={flood}] "
            "as percentage or bytes"
        ) from error
    _check_order((low, high, flood), free, "less")


def _check_order(texts: Sequence[str], used: Sequence[float], how: str) -> None:
    low, high, flood = texts
    if used[0] > used[1]:
        raise IllegalArgumentException(f"low disk watermark [{low}] {how} than high disk watermark [{high}]")
    if used[1] > used[2]:
        raise IllegalArgumentException(f"high disk watermark [{high}] {how} than flood stage disk watermark [{flood}]")


def check_file_cache(value: str, get: Callable[[str], Any]) -> None:
    """FileCacheThresholdSettings.doValidate: both as shares, or both as sizes."""
    indexing, search = get(FILE_CACHE_INDEXING), get(FILE_CACHE_SEARCH)
    how = "more"
    try:
        used = parse_ratio(indexing), parse_ratio(search)
    except OpenSearchParseException:
        how = "less"
        try:
            used = parse_byte_size(indexing, "").bytes, parse_byte_size(search, "").bytes
        except OpenSearchParseException:  # what it would say of this asks for a third threshold
            raise MissingFormatArgumentException("Format specifier '%s'") from None
    if used[0] > used[1]:
        raise IllegalArgumentException(
            f"index file cache threshold [{indexing}] {how} than search file cache threshold [{search}]"
        )
