"""Requests to write documents: what they ask for, and what they may not (DocWriteRequest and its kinds)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from fakeknn.errors import IllegalArgumentException
from fakeknn.state.versions import ANYTHING, MATCH_ANY, MATCH_DELETED, NOTHING, UNASSIGNED_SEQ_NO, Expectation


class RefreshPolicy(Enum):
    """When a write becomes visible: by itself, at once, or at the next refresh, for which the answer waits."""

    NONE = "false"
    IMMEDIATE = "true"
    WAIT_UNTIL = "wait_for"

    @classmethod
    def parse(cls, text: str | None) -> RefreshPolicy:
        if text is None:
            return cls.NONE
        for policy in cls:
            if policy.value == text:
                return policy
        if text == "":
            return cls.IMMEDIATE
        raise IllegalArgumentException(f"Unknown value for refresh: [{text}].")


@dataclass(slots=True)
class IndexRequest:
    """Create or replace a document. ``body`` is the parsed source, if somebody has parsed or made it already."""

    index: str | None
    id: str | None
    source: bytes | None
    routing: str | None = None
    expected: Expectation = ANYTHING
    create: bool = False
    pipeline: str | None = None
    require_alias: bool = False
    body: dict[str, Any] | None = None
    op: str = "index"
    of_no_type: bool = False
    """Whether it has no source and nobody has said of what type: what a script leaves that takes the source away."""

    def problems(self) -> list[str]:
        """IndexRequest.validate."""
        found = [] if self.index is not None else ["index is missing"]
        expected = self.expected
        if self.create:
            if expected.version_type.name != "INTERNAL":
                return [*found, "create operations only support internal versioning. use index instead"]
            if expected.version not in (ANYTHING.version, NOTHING.version):
                return [*found, "create operations do not support explicit versions. use index instead"]
            if expected.if_seq_no != UNASSIGNED_SEQ_NO or expected.if_primary_term:
                return [*found, "create operations do not support compare and set. use index instead"]
        if self.id is None and (expected.version_type.name != "INTERNAL" or expected.version != ANYTHING.version):
            found.append("an id must be provided if version type or value are set")
        if expected is not ANYTHING:
            found += expected.problems()
        return found + _id_problems(self.id) + (["pipeline cannot be an empty string"] if self.pipeline == "" else [])


@dataclass(slots=True)
class DeleteRequest:
    """Delete a document."""

    index: str | None
    id: str | None
    routing: str | None = None
    expected: Expectation = ANYTHING
    require_alias: bool = False
    op: str = "delete"

    def problems(self) -> list[str]:
        """DeleteRequest.validate."""
        found = [] if self.index is not None else ["index is missing"]
        return found + ([] if self.id else ["id is missing"]) + self.expected.problems()


@dataclass(slots=True)
class UpdateRequest:
    """Change a document by merging ``doc`` into it or by a script, or create it from ``upsert``."""

    index: str | None
    id: str | None
    routing: str | None = None
    expected: Expectation = ANYTHING
    doc: dict[str, Any] | None = None
    upsert: dict[str, Any] | None = None
    script: Any = None
    doc_as_upsert: bool = False
    scripted_upsert: bool = False
    detect_noop: bool = True
    show_source: Callable[[bytes], Any] | None = None
    """Gives what the answer is to show of the new source; None: nothing."""
    filters_source: bool = False
    """Whether it shows a part only."""
    retry_on_conflict: int = 0
    require_alias: bool = False
    pipeline: str | None = None
    op: str = "update"

    def problems(self) -> list[str]:
        """UpdateRequest.validate."""
        found = [] if self.index is not None else ["index is missing"]
        found += ([] if self.id else ["id is missing"]) + self.expected.problems()
        if self.expected.if_seq_no != UNASSIGNED_SEQ_NO:
            if self.retry_on_conflict > 0:
                found.append("compare and write operations can not be retried")
            if self.doc_as_upsert:
                found.append("compare and write operations can not be used with upsert")
            if self.upsert is not None:
                found.append("upsert requests don't support `if_seq_no` and `if_primary_term`")
        if self.script is None and self.doc is None:
            found.append("script or doc is missing")
        if self.script is not None and self.doc is not None:
            found.append("can't provide both script and doc")
        if self.doc is None and self.doc_as_upsert:
            found.append("doc must be specified if doc_as_upsert is enabled")
        return found + _id_problems(self.id)


WriteRequest = IndexRequest | DeleteRequest | UpdateRequest


def is_plain(request: WriteRequest) -> bool:
    """Whether a request is to write a document, given as text, and says nothing more than its index and its id."""
    return (
        type(request) is IndexRequest
        and request.id != ""
        and request.body is None
        and request.routing is None
        and request.expected is ANYTHING
        and not request.require_alias
    )


def _id_problems(doc_id: str | None) -> list[str]:
    if doc_id is not None and len(doc_id) > 128:  # few are, and only UTF-8 tells
        length = len(doc_id.encode("utf-8", "surrogatepass"))
        if length > 512:
            return [f"id [{doc_id}] is too long, must be no longer than 512 bytes but was: {length}"]
    return []


def asked_version(request: IndexRequest) -> int:
    """IndexRequest.version"""
    return MATCH_DELETED if request.create else request.expected.version


def dropped(request: WriteRequest) -> dict[str, Any]:
    """The answer for a document that a pipeline has dropped."""
    doc_id = "auto-generated" if request.id is None else request.id
    shards = {"total": 0, "successful": 0, "failed": 0}
    version = asked_version(request) if isinstance(request, IndexRequest) else MATCH_ANY
    return {"_index": request.index, "_id": doc_id, "_version": version, "result": "noop", "_shards": shards}
