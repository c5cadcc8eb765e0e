"""Searches that last: scrolls, and points in time. Both hold Views, which never change, so nothing is copied."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    IndexClosedException,
    IndexNotFoundException,
    OpenSearchError,
    SearchContextMissingException,
    SearchPhaseExecutionException,
    ShardNotFoundException,
)
from fakeknn.query.context import ShardContext
from fakeknn.search import execute
from fakeknn.search.context_ids import (
    ReaderId,
    ShardReader,
    point_id,
    readers_of_point,
    readers_of_scroll,
    scroll_id,
)
from fakeknn.search.failures import all_failed
from fakeknn.search.fetch import Hit
from fakeknn.search.request import ACCURATE, SearchRequest
from fakeknn.units import parse_time_value

if TYPE_CHECKING:
    from fakeknn.state.node import Node

#: The setting that bounds how long a point in time is kept.
POINTS = "point_in_time.max_keep_alive"


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


def keep_alive_of(
    node: Node,
    text: str,
    name: str,
    contexts: Sequence[ShardContext] = (),
    setting: str = "search.max_keep_alive",
) -> float:
    """A keep-alive in seconds, below the cluster's limit, which each of the shards looks at if there are any yet."""
    value = parse_time_value(text, name)
    limit = parse_time_value(str(node.cluster_setting(setting, "24h")), setting)
    if value.seconds > limit.seconds:
        error = IllegalArgumentException(
            f"Keep alive for request ({value}) is too large. It must be less than ({limit}). This limit can be set by "
            f"changing the [{setting}] cluster level setting."
        )
        raise all_failed("query", [(ctx, error) for ctx in contexts], node.node_id) if contexts else error
    return value.seconds


def expire(node: Node) -> None:
    """Drop the scrolls and points in time that nobody has used in time."""
    now = node.now()
    for registry in (node.scrolls, node.points_in_time):
        for key in [key for key, reader in registry.items() if reader.expires < now]:
            del registry[key]
    for key, point in list(node.points_in_time.items()):
        if point.contexts and not any(_stands(node, ctx) for ctx in point.contexts):
            del node.points_in_time[key]


def _held(node: Node, number: int) -> ReaderId:
    return ReaderId(node.node_id, node.ephemeral_id, number)


def _lost(node: Node, reader: ReaderId) -> OpenSearchError:
    """Why a scroll cannot go on with a reader."""
    if reader.node != node.node_id:
        return IllegalArgumentException(f"scroll_id references node [{reader.node}] which was not found in the cluster")
    return SearchContextMissingException(f"No search context found for id [{reader.number}]")


def _none_left(
    causes: list[OpenSearchError], shards: Sequence[dict[str, Any]], last: OpenSearchError | None = None
) -> SearchPhaseExecutionException:
    failures = [{**shard, "reason": cause.members()} for shard, cause in zip(shards, causes, strict=True)]
    return SearchPhaseExecutionException("query", "all shards failed", failures, causes, last=last)


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
        scroll_id([_held(node, number) for number in readers]),
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
    if found is not None:
        if any(_stands(node, ctx) for ctx in found.outcome.contexts) or not found.readers:
            return found  # type: ignore[no-any-return]
        del node.scrolls[text]
    readers = readers_of_scroll(text)
    if not readers:
        raise SearchPhaseExecutionException("query", "no nodes to search on", [], [])
    causes = [_lost(node, reader) for reader in readers]
    raise _none_left(causes, [{"shard": -1, "index": None}] * len(readers), causes[-1])


def _stands(node: Node, ctx: ShardContext) -> bool:
    """Whether the index is still there and open: its readers go with it."""
    index = node.indices.get(ctx.index)
    return index is not None and index.uuid == ctx.uuid and index.state != "close"


def clear_scrolls(node: Node, ids: list[str]) -> int:
    """Free scrolls; the number of shards' readers that this freed."""
    expire(node)
    if ids == ["_all"]:  # what is counted then are the nodes that have freed theirs
        node.scrolls.clear()
        return 1
    readers = {text: readers_of_scroll(text) for text in ids}
    return sum(len(readers[text]) for text in ids if node.scrolls.pop(text, None) is not None)


# --- points in time ---


def create_point(node: Node, contexts: list[ShardContext], keep_alive: float) -> PointInTime:
    expire(node)
    readers = [node.ids.reader() for _ in contexts]
    held = [
        ShardReader(ctx.index, ctx.uuid, ctx.shard, _held(node, number))
        for ctx, number in zip(contexts, readers, strict=True)
    ]
    text = point_id(node.version, held)
    point = PointInTime(text, contexts, readers, keep_alive, node.now() + keep_alive, node.clock.millis())
    node.points_in_time[text] = point
    return point


def find_point(node: Node, text: str, keep_alive: str | None) -> PointInTime:
    expire(node)
    found = node.points_in_time.get(text)
    if found is None or not all(_stands(node, ctx) for ctx in found.contexts):
        return _unknown_point(node, text)
    if keep_alive is not None:  # never less than before
        asked = keep_alive_of(node, keep_alive, "keep_alive", found.contexts, POINTS)
        found.keep_alive = max(found.keep_alive, asked)
    found.expires = node.now() + found.keep_alive
    return found  # type: ignore[no-any-return]


def _unknown_point(node: Node, text: str) -> PointInTime:
    """What an id stands for that was not given, or no longer holds: nothing, if it names no shard."""
    shards = readers_of_point(text)
    for shard in shards:
        _check(node, shard)
    if not shards:
        return PointInTime(text, [], [], 0.0, 0.0, 0)
    causes: list[OpenSearchError] = [
        SearchContextMissingException(f"No search context found for id [{shard.reader.number}]")
        if shard.reader.node == node.node_id
        else IllegalStateException(f"no node found for id: {shard.reader.node}")
        for shard in shards
    ]
    places = [{"shard": shard.shard, "index": shard.index, "node": shard.reader.node} for shard in shards]
    raise _none_left(causes, places)


def _check(node: Node, shard: ShardReader) -> None:
    """The index of a shard, and the shard, must be there."""
    index = node.indices.get(shard.index)
    if index is None or index.uuid != shard.uuid:
        missing = IndexNotFoundException(shard.index, resource_type=None)
        missing.meta = {"index": shard.index, "index_uuid": shard.uuid}
        raise missing
    if index.state == "close":
        raise IndexClosedException(index.name, index.uuid)
    if shard.shard >= len(index.shards):
        raise ShardNotFoundException(index.name, index.uuid, shard.shard)


def delete_points(node: Node, ids: list[str]) -> list[dict[str, Any]]:
    """Free points in time; ``_all`` alone means all."""
    expire(node)
    if ids == ["_all"]:
        ids = list(node.points_in_time)
    readers = {text: readers_of_point(text) for text in dict.fromkeys(ids)}
    out = []
    for text, shards in readers.items():
        node.points_in_time.pop(text, None)
        if shards:
            known = all(shard.reader.node == node.node_id for shard in shards)
            out.append({"successful": known, "pit_id": text})
    return out
