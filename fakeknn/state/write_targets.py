"""Where writes go: the index of a name, which is created if it is missing, and what it lets be written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fakeknn.errors import (
    ClusterBlockException,
    IllegalArgumentException,
    IndexClosedException,
    IndexNotFoundException,
    NullPointerException,
    OpenSearchError,
    RoutingMissingException,
)
from fakeknn.state.active import ActiveShards
from fakeknn.state.blocks import check_blocks
from fakeknn.state.data_streams import auto_create
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.state.requests import IndexRequest, UpdateRequest, WriteRequest
from fakeknn.state.routing import through_alias
from fakeknn.state.versions import UNASSIGNED_SEQ_NO


@dataclass(slots=True)
class Target:
    """Where writes to one name go."""

    index: Index
    shards: dict[str, int]
    """``_shards`` of what is answered."""
    index_routing: str | None
    is_alias: bool
    routing_required: bool
    may_wait: bool
    """Whether copies of a shard are asked for that are never active here."""
    stream: str | None
    """The data stream that is named, or that the named index backs."""

    @property
    def plain(self) -> bool:
        """Whether nothing keeps a document from being written."""
        return not (self.stream is not None or self.index_routing or self.routing_required or self.may_wait)

    def check_blocks(self) -> None:
        """ClusterBlockException of what the index may not be written for."""
        blocks = self.index.standing_blocks
        if blocks:
            check_blocks("write", [(self.index.name, blocks)])

    def check_stream(self, request: WriteRequest) -> None:
        """What may be written to a data stream, and to the indices behind it."""
        if self.stream is None:
            return
        create = type(request) is IndexRequest and request.create
        if request.index == self.stream:
            if not create:
                raise IllegalArgumentException("only write ops with an op_type of create are allowed in data streams")
            if request.routing is not None:
                raise IllegalArgumentException(
                    f"index request targeting data stream [{self.stream}] specifies a custom routing. target the "
                    "backing indices directly or remove the custom routing."
                )
        elif type(request) is IndexRequest:
            if not create and (request.expected.if_seq_no != UNASSIGNED_SEQ_NO or request.expected.if_primary_term):
                return
            how = "op_type=create" if create else "op_type=index and no if_primary_term and if_seq_no set"
            raise IllegalArgumentException(
                f"index request with {how} targeting backing indices is disallowed, target corresponding data stream "
                f"[{self.stream}] instead"
            )

    def route(self, request: WriteRequest) -> str | None:
        """The routing of a write: its own, or its alias's."""
        routing = through_alias(request.index or "", self.index_routing, request.routing)
        if routing is None and self.routing_required:
            if request.id is None:
                raise NullPointerException("id must not be null")
            raise RoutingMissingException(self.index.name, request.id)
        return routing


class Targets:
    """The targets of one request's writes, by the names that these give."""

    def __init__(self, node: Node, active: ActiveShards, *, single: bool = False) -> None:
        self.node = node
        self.active = active
        self.single = single
        """Whether there is one write, which is no bulk."""
        self.failed: dict[str, OpenSearchError] = {}
        """Why the index of a name could not be made."""
        self._found: dict[str, Target] = {}

    def create_missing(self, requests: Sequence[WriteRequest], *, update: bool) -> None:
        """Create the indices that are missing, all of them before anything is written.

        A single ``update`` makes no data stream, and is refused where no index may be made.
        """
        wanted: dict[str, bool] = {}
        if self.node.cluster_setting("action.auto_create_index") == "false" and not update:
            return  # nobody asks then, and the name is not found later
        for request in requests:
            name = request.index
            assert name is not None
            if name in self.node.indices or (
                request.op == "delete" and request.expected.version_type.name == "INTERNAL"
            ):
                continue
            wanted[name] = wanted.get(name, False) or request.require_alias
        for name, require_alias in wanted.items():
            if not require_alias and self.node.lookup.get(self.node.dated(name)) is None:
                try:
                    auto_create(self.node, name, streams=not update)
                except OpenSearchError as error:
                    self.failed[name] = error
        try:
            self.node.check_blocks("write")
        except ClusterBlockException as error:
            if self.failed:
                error.meta["suppressed"] = [failed.members() for failed in self.failed.values()]
            raise

    def index_of(self, request: WriteRequest) -> str | None:
        """The name of the index that a write goes to, as far as it is known."""
        target = self._found.get(request.index or "")
        return target.index.name if target is not None else request.index

    def of(self, request: WriteRequest) -> Target:
        """Where a write goes. IndexNotFoundException, IndexClosedException and what a missing write index gives."""
        name = request.index
        assert name is not None
        target = self._found.get(name)
        if target is None or request.require_alias:
            target = self._resolve(name, request)
            self._found[name] = target
        return target

    def _resolve(self, name: str, request: WriteRequest) -> Target:
        name = self.node.dated(name)
        abstraction = None if name in self.node.indices else self.node.lookup.get(name)
        is_alias = abstraction is not None and abstraction.kind == "alias"
        if request.require_alias and not is_alias:
            raise IndexNotFoundException(
                name, why=f"[require_alias] request flag is [true] and [{name}] is not an alias", resource_type=None
            )
        index = self.node.writable(self.node.write_index(name))
        # An update by itself asks for its index's name only, of which an alias is not asked whether it is closed: the
        # block that lies on it is found later.
        if index.state == "close" and not (is_alias and self.single and type(request) is UpdateRequest):
            raise IndexClosedException(index.name, index.uuid)
        routing = index.aliases[name].get("index_routing") if is_alias else None
        may_wait = not self.active.default or "index.write.wait_for_active_shards" in index.settings
        shards = {"total": 1 + index.number_of_replicas, "successful": 1, "failed": 0}
        stream = None if is_alias or not self.node.data_streams else self.node.data_stream_of(index.name)
        return Target(index, shards, routing, is_alias, index.mapping.routing_required, may_wait, stream)

    def check_ids(self, requests: Iterable[WriteRequest]) -> None:
        """BulkOperation.doRun: a document that lacks the routing of its index is told by its id, before anything is
        written; without an id this fails, and the whole bulk with it."""
        nameless: dict[tuple[str | None, bool], IndexRequest] = {}
        """One for each index: another of the same could be told no other thing."""
        for request in requests:
            if type(request) is IndexRequest and request.id is None and request.routing is None:
                nameless.setdefault((request.index, request.require_alias), request)
        for request in nameless.values():
            try:
                self.of(request).route(request)
            except NullPointerException:
                raise
            except OpenSearchError:
                continue  # it will be the item's
