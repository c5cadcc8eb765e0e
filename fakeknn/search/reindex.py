"""``_reindex``: each hit is written into another index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from fakeknn.errors import (
    ActionRequestValidationException,
    ClassCastException,
    IllegalArgumentException,
    IndexNotFoundException,
    NullPointerException,
)
from fakeknn.painless.values import text
from fakeknn.search.bulk_by_scroll import BulkByScrollRequest, SourceHit, cast_failure
from fakeknn.state.creation import check_auto_create
from fakeknn.state.node import Node
from fakeknn.state.requests import IndexRequest
from fakeknn.state.versions import ANYTHING, INTERNAL, Expectation, VersionType


@dataclass
class Destination:
    """The prototype of the writes."""

    index: str | None = None
    routing: str | None = None
    create: bool = False
    pipeline: str | None = None
    version_type: VersionType = INTERNAL
    require_alias: bool = False


@dataclass(kw_only=True)
class Reindex(BulkByScrollRequest):
    """ReindexRequest."""

    ACTION: ClassVar[str] = "indices:data/write/reindex"
    CREATES: ClassVar[bool] = True
    destination: Destination = field(default_factory=Destination)
    remote: str | None = None
    """Host and port of the cluster that is to be read, if it is another one."""

    @property
    def description(self) -> str:
        return f"reindex from {self._searched()} to [{self.destination.index}]"

    def problems(self) -> list[str]:
        found = super().problems()
        if not self.indices:
            found.append("use _all if you really want to copy from all existing indexes")
        if self.search.source is not None and not self.search.source.fetch:
            found.append("_source:false is not supported in this context")
        if self.destination.index is None:
            return [*found, "index must be specified"]
        routing = self.destination.routing
        if not (routing is None or routing.startswith("=") or routing in ("keep", "discard")):
            found.append("routing must be unset, [keep], [discard] or [=<some new value>]")
        if self.remote is not None and self.slices != 1:
            found.append(f"reindex from remote sources doesn't support slices > 1 but was [{self.slices}]")
        return found

    def check_indices(self, node: Node) -> None:
        """ReindexValidator: what is read must not be what is written."""
        if self.remote is not None:  # reindex.remote.allowlist is empty
            raise IllegalArgumentException(f"[{self.remote}] not allowlisted in reindex.remote.allowlist")
        target = self.destination.index
        assert target is not None
        if self.destination.require_alias:
            abstraction = node.lookup.get(target)
            if abstraction is None or abstraction.kind != "alias":
                why = f"[require_alias] request flag is [true] and [{target}] is not an alias"
                raise IndexNotFoundException(target, why=why, resource_type=None)
        if node.lookup.get(node.dated(target)) is None:
            check_auto_create(node, target)
        else:
            target = node.write_index(target).name
        for index in node.resolve(self.indices, self.options):
            if index.name == target:
                raise ActionRequestValidationException(
                    f"reindex cannot write into an index its reading from [{target}]"
                )

    def needs_version(self) -> bool:
        return self.destination.version_type is not INTERNAL

    def write_of(self, hit: SourceHit) -> IndexRequest:
        to = self.destination
        expected = ANYTHING if to.version_type is INTERNAL else Expectation(hit.version, to.version_type)
        return IndexRequest(to.index, hit.id, hit.source, self._routing(hit.routing), expected, to.create, to.pipeline)

    def _routing(self, routing: str | None) -> str | None:
        wanted = self.destination.routing
        if wanted is None or wanted == "keep":
            return routing
        return wanted[1:] or None if wanted.startswith("=") else None

    def changed(self, write: IndexRequest, name: str, value: Any) -> None:
        match name:
            case "_index":
                if value is None:
                    raise NullPointerException("Can't reindex without a destination index!")
                write.index = text(value)
            case "_id":
                write.id = None if value is None else text(value)
            case "_routing":
                write.routing = None if value is None else text(value)
            case "_version" if value is None:
                write.expected = ANYTHING
            case "_version":
                write.expected = Expectation(_long(value), write.expected.version_type)


def _long(value: Any) -> int:
    """A version that a script has set: a number without a fraction."""
    what = f"_version may only be set to an int or a long but was [{text(value)}]"
    try:
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise cast_failure(value, "java.lang.Number")
    except ClassCastException as cause:
        raise IllegalArgumentException(what) from cause
    if int(value) != value:
        raise IllegalArgumentException(what)
    return int(value)
