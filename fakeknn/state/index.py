"""An index: its settings, mapping and aliases, and its shards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from fakeknn.mapping import Mapping as DocumentMapping
from fakeknn.mapping import ParsedDocument
from fakeknn.mapping.document import parse_document
from fakeknn.state.blocks import CLOSED, Block, check_blocks, index_blocks
from fakeknn.state.routing import Routing
from fakeknn.state.schedule import Schedule
from fakeknn.state.segments import MergePolicy
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.shard import Shard
from fakeknn.state.sorting import index_sort
from fakeknn.units import parse_time_value
from fakeknn.view import View

if TYPE_CHECKING:
    pass

#: Settings by their full names, each a text or a list of texts, as GET _settings tells them.
Settings = Mapping[str, Any]


class Unassigned(NamedTuple):
    """UnassignedInfo: a reason, and when that was, in seconds of the node's clock."""

    reason: str
    since: float


@dataclass(frozen=True, slots=True)
class Restored:
    """The snapshot that an index has come from, and the bytes of each shard in it."""

    repository: str
    snapshot: str
    index: str
    uuid: str
    sizes: tuple[int, ...]


class Index:
    """An index of a node. Change it only through ``Node.writable``: a checkpoint may hold it."""

    def __init__(
        self,
        name: str,
        settings: Settings,
        mapping: DocumentMapping,
        aliases: Mapping[str, Mapping[str, Any]],
        now: float,
    ) -> None:
        self.name = name
        self.uuid: str = settings["index.uuid"]
        self.settings = settings
        self.mapping = mapping
        self.aliases = aliases
        self.documented = False
        """Whether a document has been read under its mapping, which from then on is one, even if it is empty."""
        self.state = "open"
        self.shared = False
        self.mapping_version = self.settings_version = self.aliases_version = 1
        routing_shards = settings.get("index.number_of_routing_shards")
        self.routing = Routing.of(
            name,
            int(settings["index.number_of_shards"]),
            None if routing_shards is None else int(routing_shards),
            int(settings.get("index.routing_partition_size") or 1),
        )
        self.sort = index_sort(settings, mapping.field)
        self.shards = [
            Shard(name, self.uuid, i, self._schedule(now), self.sort) for i in range(self.routing.number_of_shards)
        ]
        self.blocks = index_blocks(settings)
        """What may not be done; a setting that a wildcard removes leaves its block until the index is opened."""
        self.restored: Restored | None = None
        """Where it has come from, until it is opened anew."""
        self.unassigned: tuple[Unassigned, ...] = ()
        """Why, and since when, each replica has no node; there is one node, and the primary is on it."""
        self._derive(now, "INDEX_CREATED")

    @property
    def unmapped(self) -> bool:
        """Whether neither its creation nor a document has given it a mapping."""
        return self.mapping.unsaid and not self.documented

    @property
    def searched_mapping(self) -> DocumentMapping:
        """What searches know of its fields: without a mapping not even those that every index has."""
        return self.mapping.without_metadata() if self.unmapped else self.mapping

    @property
    def standing_blocks(self) -> tuple[Block, ...]:
        """What may not be done, and that a closed index may neither be read nor written to."""
        return self.blocks if self.state == "open" else (*self.blocks, CLOSED)

    # -- what settings say

    @property
    def hidden(self) -> bool:
        return self.flag("index.hidden")

    @property
    def creation_date(self) -> int:
        return int(self.settings["index.creation_date"])

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.settings.get(name)
        return default if value is None else value == "true"

    def seconds(self, name: str, default: float) -> float:
        """A time setting; negative ones are as they are."""
        value = self.settings.get(name)
        return default if value is None else parse_time_value(value, name).seconds

    def _schedule(self, now: float) -> Schedule:
        return Schedule(
            now,
            self.seconds("index.refresh_interval", 1.0),
            "index.refresh_interval" in self.settings,
            self.seconds("index.search.idle.after", 30.0),
        )

    def _merge_policy(self) -> MergePolicy:
        def setting(name: str) -> Any:
            return INDEX_SETTINGS.get(self.settings, f"index.merge.policy.{name}")

        return MergePolicy(setting("segments_per_tier"), setting("max_merge_at_once"))

    def _derive(self, now: float, reason: str) -> None:
        self.number_of_replicas = replicas = int(self.settings.get("index.number_of_replicas", 1))
        new = Unassigned(reason, now)
        self.unassigned = (*self.unassigned[:replicas], *[new] * (replicas - len(self.unassigned)))
        schedule = self._schedule(now)
        for shard in self.shards:
            before = shard.schedule
            if (before.interval, before.explicit, before.idle_after) != (
                schedule.interval,
                schedule.explicit,
                schedule.idle_after,
            ):
                shard.settle(now)
                if before.interval != schedule.interval and shard.pending_since is not None:
                    shard.refresh()  # IndexService.onRefreshIntervalChange: to and from -1 too
                shard.schedule = schedule
            shard.gc_deletes = self.seconds("index.gc_deletes", 60.0)
            shard.merge_policy = self._merge_policy()

    def adopt_settings(self, settings: Settings, now: float, mapping: DocumentMapping | None = None) -> None:
        """New settings, and what follows from them; ``mapping`` is the one that a closed index has read anew."""
        self.settings = settings
        self.mapping = self.mapping.under(settings) if mapping is None else mapping
        self.settings_version += 1
        self._derive(now, "REPLICA_ADDED")

    def adopt_aliases(self, aliases: Mapping[str, Mapping[str, Any]]) -> None:
        self.aliases = aliases
        self.aliases_version += 1

    def adopt_mapping(self, mapping: DocumentMapping) -> None:
        self.mapping = mapping
        self.mapping_version += 1

    def close(self, now: float) -> None:
        """Refuse searches and writes; what was written is kept, and found again when the index is opened."""
        self.state = "close"
        self.settings = dict(sorted({**self.settings, "index.verified_before_close": "true"}.items()))
        self._reassign(now, "INDEX_CLOSED")

    def open(self, now: float) -> None:
        self.state = "open"
        self.settings = {key: value for key, value in self.settings.items() if key != "index.verified_before_close"}
        self.blocks = index_blocks(self.settings)
        self._reassign(now, "INDEX_REOPENED")

    def _reassign(self, now: float, reason: str) -> None:
        self.restored = None
        self.unassigned = (Unassigned(reason, now),) * self.number_of_replicas
        schedule = self._schedule(now)
        for shard in self.shards:
            shard.reopen(schedule)

    # -- shards

    def shard_of(self, doc_id: str, routing: str | None = None) -> Shard:
        return self.shards[self.routing.shard(doc_id, routing)]

    def views(self, now: float) -> list[View]:
        """What a search sees now, a View for each shard."""
        return [shard.searched(now) for shard in self.shards]

    def refresh(self) -> None:
        for shard in self.shards:
            shard.refresh()

    def doc_count(self) -> int:
        """The documents that searches see."""
        return sum(shard.view.doc_count for shard in self.shards)

    def size_in_bytes(self) -> int:
        """The text of the documents that searches see: about what they would take on the real server's disk."""
        return sum(
            len(shard.view.source(row) or b"")
            for shard in self.shards
            for row in np.flatnonzero(shard.view.live).tolist()
        )

    # -- documents

    def parse(self, doc_id: str, body: Any, source: bytes | None, routing: str | None) -> ParsedDocument:
        """A document under this index's mapping, which takes in the fields that the document adds to it."""
        document = parse_document(self.mapping, body, doc_id=doc_id, source=source, routing=routing)
        self.documented = True
        if document.mapping is not None:
            if self.blocks:
                check_blocks("metadata_write", [(self.name, self.blocks)])
            self.adopt_mapping(document.mapping)
        return document

    def fork(self) -> Index:
        """A copy that can be changed while this one stays as it is."""
        twin = Index.__new__(Index)
        twin.__dict__.update(self.__dict__)
        twin.shared = False
        twin.shards = [shard.fork() for shard in self.shards]
        return twin
