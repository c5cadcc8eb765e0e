"""Searches that last: scrolls, and points in time. Both hold Views, which never change, so nothing is copied."""

from __future__ import annotations

import base64
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fakeknn.errors import (
    IllegalArgumentException,
    OpenSearchError,
    SearchContextMissingException,
    SearchPhaseExecutionException,
)
from fakeknn.query.base import ShardContext
from fakeknn.search import execute
from fakeknn.search.fetch import Hit
from fakeknn.search.request import ACCURATE, SearchRequest
from fakeknn.units import parse_time_value

if TYPE_CHECKING:
    from fakeknn.state.node import Node

_SCROLL_HEADER = b"\x14include_context_uuid"
_ONE_SHARD, _MORE_SHARDS = b"\x0dqueryAndFetch", b"\x0equeryThenFetch"
_POINT_HEADER = b"\xf3\x94\xba\x41"
_UUID_LENGTH = 22


@dataclass(slots=True)
class Scroll:
    """A scroll: all its hits in their order, and how many have been told."""

    id: str
    request: SearchRequest
    outcome: execute.Outcome
    hits: list[Hit]
    readers: list[int]
    keep_alive: float
    expires: float
    told: int = 0


@dataclass(slots=True)
class PointInTime:
    """Views of some shards, to be searched again and again."""

    id: str
    contexts: list[ShardContext]
    readers: list[int]
    keep_alive: float
    expires: float
    created: int
    extra: dict[str, Any] = field(default_factory=dict)


def keep_alive_of(node: Node, text: str, name: str) -> float:
    """A keep-alive in seconds, below the cluster's limit."""
    value = parse_time_value(text, name)
    limit = parse_time_value(str(node.cluster_setting("search.max_keep_alive", "24h")), "search.max_keep_alive")
    if value.seconds > limit.seconds:
        raise IllegalArgumentException(
            f"Keep alive for request ({value}) is too large. It must be less than ({limit}). This limit can be set by "
            f"changing "
            "the [search.max_keep_alive] cluster level setting."
        )
    return value.seconds


def expire(node: Node) -> None:
    """Drop the scrolls and points in time that nobody has used in time."""
    now = node.now()
    for registry in (node.scrolls, node.points_in_time):
        for key in [key for key, reader in registry.items() if reader.expires < now]:
            del registry[key]


# --- ids ---


def scroll_id(node: Node, readers: Iterable[int]) -> str:
    """A scroll's id as the real server builds one: its shards' reader numbers, session and node."""
    numbers = list(readers)
    session, node_id = node.ephemeral_id.encode(), node.node_id.encode()
    parts = [_SCROLL_HEADER, _ONE_SHARD if len(numbers) == 1 else _MORE_SHARDS, bytes([len(numbers)])]
    for number in numbers:
        parts += [bytes([len(session)]), session, struct.pack(">q", number), bytes([len(node_id)]), node_id]
    return base64.urlsafe_b64encode(b"".join(parts)).decode()


def readers_of(text: str) -> list[int]:
    """The reader numbers in a scroll's id; IllegalArgumentException for what is none."""
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if not content.startswith(_SCROLL_HEADER):
            raise ValueError
        at = len(_SCROLL_HEADER)
        at += 1 + content[at]
        count, at = content[at], at + 1
        numbers = []
        for _ in range(count):
            at += 1 + content[at]
            numbers.append(struct.unpack_from(">q", content, at)[0])
            at += 8
            at += 1 + content[at]
        return numbers
    except (ValueError, IndexError, struct.error):
        raise IllegalArgumentException("Cannot parse scroll id") from None


def _missing(numbers: Iterable[int], shards: list[dict[str, Any]] | None = None) -> SearchPhaseExecutionException:
    causes: list[OpenSearchError] = [
        SearchContextMissingException(f"No search context found for id [{number}]") for number in numbers
    ]
    failures = [
        {**(shards[i] if shards else {"shard": -1, "index": None}), "reason": cause.members()}
        for i, cause in enumerate(causes)
    ]
    return SearchPhaseExecutionException("query", "all shards failed", failures, causes)


# --- scrolls ---


def start_scroll(
    node: Node, request: SearchRequest, contexts: list[ShardContext], keep_alive: float
) -> tuple[Scroll, execute.Outcome]:
    """Search, and keep the rest of the hits; gives the first page."""
    expire(node)
    whole = replace(request, size=2**31 - 1, track_total_hits=ACCURATE)
    outcome = execute.run(whole, contexts, batch=request.size)
    readers = [node.ids.reader() for _ in contexts]
    scroll = Scroll(
        scroll_id(node, readers),
        replace(request, track_total_hits=ACCURATE),
        outcome,
        outcome.page,
        readers,
        keep_alive,
        node.now() + keep_alive,
    )
    node.scrolls[scroll.id] = scroll
    return scroll, next_page(scroll)


def next_page(scroll: Scroll) -> execute.Outcome:
    page = scroll.hits[scroll.told : scroll.told + scroll.request.size]
    scroll.told += len(page)
    first = scroll.told == len(page)
    return replace(scroll.outcome, page=page, aggregations=scroll.outcome.aggregations if first else None)


def find_scroll(node: Node, text: str) -> Scroll:
    expire(node)
    found = node.scrolls.get(text)
    if found is None:
        raise _missing(readers_of(text))
    return found  # type: ignore[no-any-return]


def clear_scrolls(node: Node, ids: list[str]) -> int:
    """Free scrolls; the number of shards' readers that this freed."""
    expire(node)
    if ids == ["_all"]:  # what is counted then are the nodes that have freed theirs
        node.scrolls.clear()
        return 1
    freed = 0
    for text in ids:
        numbers = readers_of(text)
        if node.scrolls.pop(text, None) is not None:
            freed += len(numbers)
    return freed


# --- points in time ---


def create_point(node: Node, contexts: list[ShardContext], keep_alive: float) -> PointInTime:
    expire(node)
    readers = [node.ids.reader() for _ in contexts]
    content = [_POINT_HEADER, bytes([len(contexts)])]
    for ctx, number in zip(contexts, readers, strict=True):
        name = ctx.index.encode()
        content += [bytes([len(name)]), name, ctx.uuid.encode(), struct.pack(">iq", ctx.shard, number)]
    text = base64.urlsafe_b64encode(b"".join(content)).decode()
    point = PointInTime(text, contexts, readers, keep_alive, node.now() + keep_alive, node.clock.millis())
    node.points_in_time[text] = point
    return point


def find_point(node: Node, text: str, keep_alive: float | None) -> PointInTime:
    expire(node)
    found = node.points_in_time.get(text)
    if found is None:
        raise _unknown_point(node, text)
    if keep_alive is not None:  # never less than before
        found.keep_alive = max(found.keep_alive, keep_alive)
    found.expires = node.now() + found.keep_alive
    return found  # type: ignore[no-any-return]


def _unknown_point(node: Node, text: str) -> OpenSearchError:
    try:
        content = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        content = b""
    if not content.startswith(_POINT_HEADER):
        first = content[0] if content else 0
        return IllegalArgumentException(f"Version id {first} must contain OpenSearch mask")
    numbers, shards = [], []
    at = len(_POINT_HEADER) + 1
    for _ in range(content[at - 1]):
        end = at + 1 + content[at]
        index = content[at + 1 : end].decode()
        shard, number = struct.unpack_from(">iq", content, end + _UUID_LENGTH)
        numbers.append(number)
        shards.append({"shard": shard, "index": index, "node": node.node_id})
        at = end + _UUID_LENGTH + 12
    return _missing(numbers, shards)


def delete_points(node: Node, ids: list[str] | None) -> list[dict[str, Any]]:
    expire(node)
    chosen = list(node.points_in_time) if ids is None else ids
    out = []
    for text in chosen:
        node.points_in_time.pop(text, None)
        out.append({"successful": True, "pit_id": text})
    return out
