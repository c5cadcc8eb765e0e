"""A node: all that one server knows, and how it is reset to what it knew before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from fakeknn.errors import IllegalArgumentException
from fakeknn.knn.ann import Ann, Mode
from fakeknn.knn.counters import Counters
from fakeknn.state.blocks import Block, Level, check_blocks, cluster_blocks
from fakeknn.state.clock import Clock
from fakeknn.state.ids import IdSource
from fakeknn.state.names import STRICT_SINGLE_INDEX, IndicesOptions, comma_list, resolve_date_math
from fakeknn.state.resolution import IndicesLookup, concrete_indices, concrete_write_index
from fakeknn.state.script_caches import ScriptCaches
from fakeknn.xcontent import hash_ordered

if TYPE_CHECKING:
    from fakeknn.state.index import Index
    from fakeknn.state.tasks import Background

#: What a node keeps by name; a checkpoint copies each of these dicts, and what they hold is replaced, never changed.
REGISTRIES = (
    "indices",
    "templates",
    "index_templates",
    "component_templates",
    "data_streams",
    "pipelines",
    "search_pipelines",
    "customs",
    "scripts",
    "repositories",
    "snapshots",
    "persistent_settings",
    "transient_settings",
    "scrolls",
    "points_in_time",
    "tasks",
    "voting_config_exclusions",
    "knn_models",
)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a node knew at one moment."""

    registries: Mapping[str, Mapping[str, Any]]
    ids: tuple[int, object]
    state_version: int


@dataclass(slots=True)
class Bug:
    """An exception of ours that a request met."""

    request: str
    error: Exception


class Node:
    """One server. ``ann`` says how approximate k-NN searches are answered (see ``Ann``), ``refresh`` when documents
    become visible: as in the real server, or with each write; ``attributes`` are its settings ``node.attr.*``."""

    def __init__(
        self,
        *,
        version: str = "3.5.0",
        ann: Mode = "exact",
        ann_threshold: int = 10_000,
        refresh: Literal["real", "immediate"] = "real",
        seed: int = 42,
        clock: Clock | None = None,
        name: str = "fakeknn",
        cluster_name: str = "opensearch",
        attributes: Mapping[str, str] | None = None,
    ) -> None:
        self.version = version
        self.ann = Ann(ann, ann_threshold, seed)
        self.knn_counters = Counters()
        self.refresh = refresh
        self.seed = seed
        self.clock = clock or Clock()
        self.name = name
        self.cluster_name = cluster_name
        named = {**(attributes or {}), "shard_indexing_pressure_enabled": "true"}
        self.attributes = {name: named[name] for name in hash_ordered(named)}
        """``node.attr.*``, by which nodes are chosen and shards allocated."""
        self.ids = IdSource(seed)
        self.node_id = self.ids.uuid()
        self.ephemeral_id = self.ids.uuid()
        self.cluster_uuid = self.ids.uuid()
        self.state_uuid = self.ids.uuid()
        self.started = self.clock.millis()
        self.address: tuple[str, int] = ("127.0.0.1", 9200)
        """Where it is reached, once it listens."""
        self.bugs: list[Bug] = []
        """Exceptions of ours that requests met, for tests to look at."""
        self.indices: dict[str, Index] = {}
        self.templates: dict[str, Any] = {}
        self.index_templates: dict[str, Any] = {}
        self.component_templates: dict[str, Any] = {}
        self.data_streams: dict[str, Any] = {}
        self.pipelines: dict[str, Any] = {}
        self.search_pipelines: dict[str, Any] = {}
        self.customs: dict[str, bool] = {}
        """The kinds of metadata that have been written once: to have none of a kind is not to know it."""
        self.scripts: dict[str, Any] = {}
        self.repositories: dict[str, Any] = {}
        self.snapshots: dict[str, Any] = {}
        """What lies in repositories, by location: snapshots by name."""
        self.persistent_settings: dict[str, Any] = {}
        self.transient_settings: dict[str, Any] = {}
        self.scrolls: dict[str, Any] = {}
        self.points_in_time: dict[str, Any] = {}
        self.tasks: dict[str, Any] = {}
        self.knn_models: dict[str, Any] = {}
        """Models by id; their documents stand in an index of the system."""
        self.voting_config_exclusions: dict[str, tuple[str, str]] = {}
        """Ids and names of nodes that shall not vote, by what was asked for; none of them is this one."""
        self.background: list[Background] = []
        """What works on behind its request."""
        self.state_version = 1
        self.life = ScriptCaches(self.clock, {})
        """Stands for the time since the start, or since what was known before was put back: what it has compiled."""
        self._lookup: IndicesLookup | None = None
        self._empty = self.checkpoint()

    # -- time and ids

    def now(self) -> float:
        """Seconds of the steady clock."""
        return self.clock.now()

    def cluster_setting(self, name: str, default: str | None = None) -> Any:
        """A cluster setting's text: transient, else persistent, else ``default``."""
        found = self.transient_settings.get(name)
        if found is None:
            found = self.persistent_settings.get(name)
        return default if found is None else found

    def work_on(self) -> None:
        """Let what works in the background do what is due by now."""
        self.background = [one for one in self.background if one.advance() is not None]

    # -- indices

    @property
    def lookup(self) -> IndicesLookup:
        """Everything that a name can stand for now."""
        if self._lookup is None:
            self._lookup = IndicesLookup(self.indices, self.data_streams)
        return self._lookup

    def changed(self) -> None:
        """The cluster's metadata is not what it was: indices, aliases, states, data streams."""
        self._lookup = None
        self.state_version += 1

    def dated(self, expression: str) -> str:
        """An expression with its date math worked out: ``<logs-{now/d}>``."""
        return resolve_date_math(expression, self._format_math) if expression.startswith("<") else expression

    def _format_math(self, math: str, pattern: str | None, zone: str | None) -> str:
        from fakeknn.dates import UTC, DateFormat, parse_math, parse_zone  # late: a server without indices needs none

        where = UTC if zone is None else parse_zone(zone)
        form = DateFormat.parse(pattern or "uuuu.MM.dd").with_zone(where)
        return form.format(parse_math(math, form, self.clock.millis, zone=where))

    def resolve(
        self, expressions: str | Sequence[str], options: IndicesOptions, *, data_streams: bool = True
    ) -> list[Index]:
        """The indices behind an expression (a comma list) or several, by name; without ``data_streams`` the names of
        those stand for nothing."""
        names = comma_list(expressions) if isinstance(expressions, str) else expressions
        names = [self.dated(name) for name in names]
        found = concrete_indices(self.lookup, names, options, include_data_streams=data_streams)
        return [self.indices[index.name] for index in found]

    def single(self, expression: str) -> Index:
        """The one index that a get reads from."""
        index = self.indices.get(expression)
        if index is not None and index.state == "open":
            return index
        found = concrete_indices(self.lookup, [self.dated(expression)], STRICT_SINGLE_INDEX)
        return self.indices[found[0].name]

    def write_index(self, expression: str) -> Index:
        """The one index that a write to this name goes to."""
        index = self.indices.get(expression)
        if index is not None and index.state == "open":
            return index
        return self.indices[concrete_write_index(self.lookup, self.dated(expression)).name]

    def check_blocks(self, level: Level, *indices: Index, releasing: bool = False) -> None:
        """Refuse what blocks of these indices, or of the cluster, forbid."""
        everything: tuple[Block, ...] = ()
        if self.persistent_settings or self.transient_settings:
            everything = cluster_blocks(self.persistent_settings, self.transient_settings)
        if everything or any(index.standing_blocks for index in indices):
            blocked = [(index.name, index.standing_blocks) for index in indices]
            check_blocks(level, blocked, everything, releasing=releasing)

    def data_stream_of(self, index: str) -> str | None:
        """The data stream that an index backs."""
        for name, stream in self.data_streams.items():
            if index in stream.indices:
                return name
        return None

    def check_deletable(self, index: Index) -> None:
        """MetadataDeleteIndexService: a data stream keeps the index that it is written to."""
        stream = self.data_stream_of(index.name)
        if stream is not None and self.data_streams[stream].indices[-1] == index.name:
            raise IllegalArgumentException(
                f"index [{index.name}] is the write index for data stream [{stream}] and cannot be deleted"
            )

    def check_closable(self, index: Index) -> None:
        """MetadataIndexStateService: a data stream's write index stays open."""
        stream = self.data_stream_of(index.name)
        if stream is not None and self.data_streams[stream].indices[-1] == index.name:
            raise IllegalArgumentException(f"cannot close the following data stream write indices [{index.name}]")

    def writable(self, index: Index) -> Index:
        """The index, to be changed or searched: a copy in its place, if a checkpoint holds it."""
        if not index.shared:
            return index
        twin = index.fork()
        self.indices[index.name] = twin
        self._lookup = None
        return twin

    def add_index(self, index: Index) -> None:
        self.indices[index.name] = index
        self.changed()

    def remove_index(self, index: Index) -> None:
        stream = self.data_stream_of(index.name)
        if stream is not None:
            self.data_streams = {**self.data_streams, stream: self.data_streams[stream].without(index.name)}
        del self.indices[index.name]
        self.changed()

    # -- checkpoints

    def checkpoint(self) -> Checkpoint:
        """What ``restore`` needs to come back to this moment."""
        for index in self.indices.values():
            index.shared = True
        registries = {name: getattr(self, name).copy() for name in REGISTRIES}
        return Checkpoint(registries, self.ids.checkpoint(), self.state_version)

    def restore(self, token: Checkpoint) -> None:
        """Know what was known then. Clock and counters of the process go on."""
        for name, registry in token.registries.items():
            setattr(self, name, dict(registry))
        self.ids.restore(token.ids)
        self.state_version = token.state_version
        self.background = []
        self.life = ScriptCaches(self.clock, {**self.persistent_settings, **self.transient_settings})
        self._lookup = None

    def reset(self) -> None:
        """Know nothing, as at the start."""
        self.restore(self._empty)
