"""What ``_update_by_query``, ``_delete_by_query`` and ``_reindex`` have in common: a search whose hits become writes,
batch by batch (AbstractAsyncBulkByScrollAction and its tasks).

A run is one worker, or several if it is sliced. A worker is a generator that gives the seconds it wants to sleep
between its batches; the run wakes it when these have passed, be it while a request waits for its answer, or when the
next request finds it in the background.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from fakeknn.errors import (
    ActionRequestValidationException,
    ClassCastException,
    IllegalArgumentException,
    OpenSearchError,
    SearchPhaseExecutionException,
)
from fakeknn.painless import java_value, json_value
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.numbers import Long
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import HashMap, equals, items
from fakeknn.query.context import ShardContext
from fakeknn.query.script import Script
from fakeknn.search import execute, readers, service
from fakeknn.search.bulk_by_scroll_status import Status
from fakeknn.search.failures import all_failed, failure_echo, failure_groups
from fakeknn.search.fetch import source_of
from fakeknn.search.request import ACCURATE, SearchRequest
from fakeknn.search.rewriting import fetched_request
from fakeknn.search.scripts import compile_painless, run_update_script
from fakeknn.search.slicing import sliced
from fakeknn.search.sort import Sort
from fakeknn.state.active import BY_SETTING, ActiveShards
from fakeknn.state.index import Index
from fakeknn.state.names import IndicesOptions
from fakeknn.state.node import Node
from fakeknn.state.requests import DeleteRequest, IndexRequest, WriteRequest
from fakeknn.state.versions import Expectation
from fakeknn.state.writes import Writer
from fakeknn.xcontent import generator, java_string, read_map

#: AbstractBulkByScrollRequest's defaults.
SCROLL_SIZE, SCROLL_TIMEOUT, ALL_MATCHES, AUTO_SLICES = 1000, "5m", -1, 0
_TOO_MANY_REQUESTS, _MAX_RETRIES = 429, 11
#: A delay is over a little earlier than it was to be.
_CLOCK_SLACK = 10_000


@dataclass(frozen=True, slots=True)
class SourceHit:
    """A document that was found, and that is to be written."""

    index: str
    id: str
    source: bytes | None
    version: int
    seq_no: int
    primary_term: int
    routing: str | None


@dataclass(kw_only=True)
class BulkByScrollRequest:
    """AbstractBulkByScrollRequest."""

    ACTION: ClassVar[str]
    #: Which counts are told: a deletion neither creates nor updates.
    CREATES: ClassVar[bool] = False
    UPDATES: ClassVar[bool] = True
    NEEDS_SOURCE: ClassVar[bool] = True

    search: SearchRequest
    indices: list[str]
    options: IndicesOptions
    routing: str | None = None
    preference: str | None = None
    scroll: str = SCROLL_TIMEOUT
    max_docs: int = ALL_MATCHES
    abort_on_conflict: bool = True
    refresh: bool = False
    slices: int = 1
    requests_per_second: float = math.inf
    active: ActiveShards = BY_SETTING
    script: Script | None = None
    from_given: bool = False
    opaque_id: str | None = None

    def set_max_docs(self, value: int) -> None:
        """setMaxDocsValidateIdentical."""
        if self.max_docs not in (ALL_MATCHES, value):
            raise IllegalArgumentException(f"[max_docs] set to two different values [{self.max_docs}] and [{value}]")
        if value < 0:
            raise IllegalArgumentException(f"[max_docs] parameter cannot be negative, found [{value}]")
        if value < self.slices:
            raise IllegalArgumentException("[max_docs] should be >= [slices]")
        self.max_docs = value

    def set_conflicts(self, value: str) -> None:
        if value not in ("proceed", "abort"):
            raise IllegalArgumentException(f'conflicts may only be "proceed" or "abort" but was [{value}]')
        self.abort_on_conflict = value == "abort"

    def problems(self) -> list[str]:
        """AbstractBulkByScrollRequest.validate."""
        found = self.search.problems(scroll=True)
        if self.from_given:
            found.append("from is not supported in this context")
        if self.search.stored_fields is not None:
            found.append("stored_fields is not supported in this context")
        if self.max_docs == 0:
            found.append(
                "maxDocs should be greater than 0 if the request is limited to some number of documents or -1 if it "
                f"isn't but it was [{self.max_docs}]"
            )
        if self.search.slice is not None and self.slices != 1:
            found.append("can't specify both manual and automatic slicing at the same time")
        return found

    def validate(self) -> None:
        problems = self.problems()
        if problems:
            raise ActionRequestValidationException(*problems)

    def check_indices(self, node: Node) -> None:
        """What can only be said of it where the cluster's state is known."""

    @property
    def description(self) -> str:
        """What tasks tell of it."""
        raise NotImplementedError

    def _searched(self) -> str:
        found = f"[{', '.join(self.indices)}]" if self.indices else "[all indices]"
        return found if self.script is None else f"{found} updated with {self.script}"

    def needs_version(self) -> bool:
        """Whether hits bear their versions."""
        return False

    def write_of(self, hit: SourceHit) -> IndexRequest | DeleteRequest:
        """buildRequest and copyMetadata: the write that a hit becomes, before a script sees it."""
        raise NotImplementedError

    def changed(self, write: IndexRequest, name: str, value: Any) -> None:
        """A script has given ``_index``, ``_id``, ``_version`` or ``_routing`` another value."""
        raise IllegalArgumentException(f"Modifying [{name}] not allowed")


# --- one worker -------------------------------------------------------------------------------------------------------


class Worker:
    """One search and the writes that follow from it."""

    def __init__(self, node: Node, request: BulkByScrollRequest) -> None:
        self.node = node
        self.request = request
        part = request.search.slice
        if part is not None and part.id < 0:
            raise IllegalArgumentException(f"sliceId must be greater than 0 but was [{part.id}]")
        self.status = Status(None if part is None else part.id, request.requests_per_second)
        self.failures: list[dict[str, Any]] = []
        self.error: OpenSearchError | None = None
        self.done = False
        self._indices: dict[str, Index] = {}
        self._steps = self._work()
        self._slept_from = 0.0
        self._wake = 0.0

    def advance(self, now: float) -> float | None:
        """Work until it must sleep: for how long; None when it is done."""
        while not self.done:
            if now < self._wake and self.status.canceled is None:
                self.status.throttled_until = int((self._wake - now) * 1e9)
                return self._wake - now
            if self._wake:
                slept = self._wake - self._slept_from
                self.status.throttled += max(int(slept * 1e9) - _CLOCK_SLACK, 0) if self.status.canceled is None else 0
            self.status.throttled_until = 0
            woken = self._wake or now  # when it was due, however late that is found
            try:
                delay = next(self._steps, None)
            except OpenSearchError as error:
                self.error, delay = error, None
            if delay is None:
                self.done = True
            else:
                self._slept_from, self._wake = (woken, woken + delay) if delay else (0.0, 0.0)
        return None

    def rethrottle(self, rate: float, now: float) -> None:
        """WorkerBulkByScrollTaskState.rethrottle: a slower pace begins with the next batch."""
        before, self.status.requests_per_second = self.status.requests_per_second, rate
        if rate >= before and self._wake > now:
            left = (self._wake - now) * before / rate
            self._wake = now + left
            self.status.throttled_until = int(left * 1e9)
            self._slept_from = now

    def _work(self) -> Iterator[float]:
        request, status = self.request, self.status
        size = request.search.size
        hits = self._search()
        last = told = 0
        while True:
            batch = hits[told : told + size]
            told += len(batch)
            status.total = len(hits) if request.max_docs <= 0 else min(len(hits), request.max_docs)
            yield 0.0 if math.isnan(status.requests_per_second) else last / status.requests_per_second
            if status.canceled is not None:
                return
            if not batch:
                break
            status.batches += 1
            if request.max_docs != ALL_MATCHES:
                batch = batch[: max(0, request.max_docs - status.processed)]
            writes = [write for hit in batch if (write := self._write_of(hit)) is not None]
            if writes:
                self._bulk(writes)
                if self.failures or (request.max_docs != ALL_MATCHES and status.processed >= request.max_docs):
                    break
            last = len(writes)
        if request.refresh:
            for index in self._indices.values():
                index.refresh()

    def _search(self) -> list[tuple[ShardContext, int]]:
        """All that is found, in the order in which it is worked through."""
        request = self.request
        indices = self.node.resolve(request.indices or ["_all"], request.options)
        found = service.shard_contexts(
            self.node, indices, names=request.indices, routing=request.routing, preference=request.preference
        )
        contexts = sliced(request.search.slice, found)
        search = replace(request.search, size=2**31 - 1, track_total_hits=ACCURATE)
        if not search.sort:
            search.sort = [Sort("_doc")]
        try:
            readers.keep_alive_of(self.node, request.scroll, "scroll")
        except OpenSearchError as error:
            if contexts:
                raise all_failed("query", [(ctx, error) for ctx in contexts], self.node.node_id) from None
            raise
        search = fetched_request(search, service.Services(self.node))
        outcome = execute.run(search, contexts, batch=request.search.size)
        if outcome.failures:
            groups = failure_groups(outcome.failures)
            raise SearchPhaseExecutionException(
                "query",
                "Partial shards failure",
                [failure_echo(ctx, error, self.node.node_id) for ctx, error in groups],
                [error for _, error in groups],
            )
        return [(outcome.contexts[hit.shard], hit.row) for hit in outcome.page]

    def _write_of(self, found: tuple[ShardContext, int]) -> WriteRequest | None:
        request = self.request
        hit = self._hit(*found)
        if request.NEEDS_SOURCE and hit.source is None:
            raise IllegalArgumentException(f"[{hit.index}][{hit.id}] didn't store _source")
        write = request.write_of(hit)
        if request.script is None:
            return write
        assert isinstance(write, IndexRequest)
        return self._scripted(request.script, write, hit)

    def _hit(self, ctx: ShardContext, row: int) -> SourceHit:
        view, options = ctx.view, self.request.search.source
        doc_id = view.ids[row]
        assert doc_id is not None
        source = None
        if self.request.NEEDS_SOURCE and (options is None or options.fetch):
            source = source_of(view, row)
            if source is not None and options is not None and (options.includes or options.excludes):
                source = generator.write(options.shown(source))
        seq_no = int(view.seq_nos[row])
        version = int(view.versions[row]) if self.request.needs_version() else -1
        return SourceHit(ctx.index, doc_id, source, version, seq_no, view.primary_term(row), view.routings.get(row))

    def _scripted(self, script: Script, write: IndexRequest, hit: SourceHit) -> WriteRequest | None:
        """ScriptApplier.apply: what a script makes of a write, None for nothing."""
        assert write.source is not None
        body = read_map(write.source)
        before = {"_index": hit.index, "_id": hit.id, "_version": Long(hit.version), "_routing": hit.routing}
        ctx = HashMap({**before, "_source": java_value(body), "op": "index"})
        compile_painless(self.node, script, "update").execute({"ctx": ctx})
        op = _cast(ctx.pop("op", None), "java.lang.String")
        if op is None:
            raise IllegalArgumentException("Script cleared operation type")
        source = _cast(ctx.pop("_source", None), "java.util.Map")
        write.source, write.body = (b"", None) if source is None else (None, json_value(source))
        write.of_no_type = source is None
        for name, old in before.items():
            new = ctx.pop(name, None)
            if not (equals(old, new) and type(old) is type(new)):
                self.request.changed(write, name, new)
        match op.lower():
            case "index":
                if ctx:
                    added = ",".join(str(key) for key, _ in items(ctx))
                    raise IllegalArgumentException(f"Invalid fields added to context [{added}]")
                return write
            case "noop":
                self.status.noops += 1
                return None
            case "delete":
                return DeleteRequest(write.index, write.id, write.routing, Expectation(version=write.expected.version))
            case other:
                raise IllegalArgumentException(
                    f"Operation type [{other}] not allowed, only [noop, index, delete] are allowed"
                )

    def _bulk(self, writes: list[WriteRequest]) -> None:
        """One batch: a bulk of its own."""
        problems = [problem for write in writes for problem in write.problems()]
        if problems:
            raise ActionRequestValidationException(*problems)
        writer = Writer(self.node, active=self.request.active, run_script=run_update_script)
        ingested = writer.prepare(writes)
        answered: Mapping[int, OpenSearchError | None] = {} if ingested is None else dict(ingested.answers)
        for i, write in enumerate(writes):
            try:
                if i in answered:
                    refusal = answered[i]
                    if refusal is not None:
                        raise refusal
                    self.status.updated += 1  # one that a pipeline has dropped counts as written
                    continue
                _, answer = writer.write(write)
            except OpenSearchError as error:
                self._fail(writer, write, error)
                continue
            index = answer["_index"]
            self._indices[index] = self.node.indices[index]
            if write.op == "delete":
                self.status.deleted += 1
            elif answer["result"] == "created":
                self.status.created += 1
            else:
                self.status.updated += 1
        writer.finish({})
        if any(failure["status"] == _TOO_MANY_REQUESTS for failure in self.failures):
            self.status.bulk_retries += _MAX_RETRIES  # in vain

    def _fail(self, writer: Writer, write: WriteRequest, error: OpenSearchError) -> None:
        status = error.http_status()
        if status == 409:
            self.status.version_conflicts += 1
            if not self.request.abort_on_conflict:
                return
        told: dict[str, Any] = {"index": writer.targets.index_of(write)}
        if write.id is not None:
            told["id"] = write.id
        self.failures.append({**told, "cause": error.members(), "status": status})


def _cast(value: Any, java_class: str) -> Any:
    """A value that Java's own code casts."""
    try:
        return check_cast(value, java_class)
    except Thrown as thrown:
        raise thrown.error() from None


def cast_failure(value: Any, java_class: str) -> ClassCastException:
    """What such a cast says of a value of a body."""
    try:
        check_cast(java_value(value), java_class)
    except Thrown as thrown:
        error = thrown.error()
        assert isinstance(error, ClassCastException)
        return error
    raise AssertionError(f"{java_string(value)} is a {java_class}")
