"""IngestService: a node's pipelines, and the requests of a bulk that go through them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    ResourceNotFoundException,
)
from fakeknn.ingest.config import cast
from fakeknn.ingest.document import IngestDocument
from fakeknn.ingest.metrics import OperationMetrics
from fakeknn.ingest.pipeline import NONE, Pipeline, measured
from fakeknn.ingest.processor import EscapingError, Services
from fakeknn.painless import java_value
from fakeknn.painless.numbers import Long
from fakeknn.painless.values import HashMap, hash_code
from fakeknn.search.scripts import stored_script
from fakeknn.state.names import simple_match
from fakeknn.state.node import Node
from fakeknn.state.pipelines import Ingested
from fakeknn.state.requests import IndexRequest, UpdateRequest, WriteRequest, asked_version
from fakeknn.state.templates.composing import resolve_settings
from fakeknn.state.templates.matching import find_index_template, find_legacy_templates
from fakeknn.state.versions import Expectation, version_type
from fakeknn.xcontent import hash_ordered, java_string, read_map

_MAX_ID_BYTES = 512


@dataclass(frozen=True, slots=True)
class Stored:
    """A pipeline under its name: the configuration as it was put, and what was made of it."""

    config: dict[str, Any]
    pipeline: Pipeline


_TOTALS: WeakKeyDictionary[Node, OperationMetrics] = WeakKeyDictionary()


def totals(node: Node) -> OperationMetrics:
    """How many documents have gone through pipelines of a node."""
    return _TOTALS.setdefault(node, OperationMetrics())


def services(node: Node) -> Services:
    """What the processors of a node's pipelines may ask for."""

    def pipeline(id: str) -> Pipeline | None:
        stored = node.pipelines.get(id)
        return None if stored is None else stored.pipeline

    return Services(pipeline, lambda script: stored_script(node, script), node.clock.millis)


# --- pipelines --------------------------------------------------------------------------------------------------------


def create(node: Node, id: str, config: dict[str, Any]) -> Pipeline:
    """A pipeline of a parsed configuration; what is wrong with it is refused."""
    pipeline = Pipeline.create(id, java_value(config), services(node))
    check_count(node, pipeline)
    return pipeline


def check_count(node: Node, pipeline: Pipeline) -> None:
    """validateProcessorCountForIngestPipeline"""
    most = int(node.cluster_setting("cluster.ingest.max_number_processors", "2147483647"))
    count = sum(1 for _ in pipeline.compound.flattened())
    if count > most:
        raise IllegalStateException(
            "Cannot use more than the maximum processors allowed. Number of processors being configured is "
            f"[{count}] which exceeds the maximum allowed configuration of [{most}] processors."
        )


def put_pipeline(node: Node, id: str, config: dict[str, Any]) -> None:
    """IngestService.putPipeline"""
    length = len(id.encode())
    if length > _MAX_ID_BYTES:
        raise IllegalArgumentException(
            f"Pipeline id [{id}] exceeds maximum length of {_MAX_ID_BYTES} UTF-8 bytes (actual: {length} bytes)"
        )
    pipeline = create(node, id, config)
    old = node.pipelines.get(id)
    if old is not None:
        if old.config == config:
            return
        pipeline.take_metrics(old.pipeline)
    node.pipelines[id] = Stored(config, pipeline)
    node.customs["ingest"] = True
    node.changed()


def get_pipelines(node: Node, ids: Sequence[str]) -> dict[str, Any]:
    """IngestService.getPipelines: configurations by name."""
    known = hash_ordered(node.pipelines)
    wanted: Iterable[str] = known
    if ids:
        wanted = [name for id in ids for name in (known if "*" in id else [id]) if simple_match(id, name)]
    return {name: node.pipelines[name].config for name in wanted if name in node.pipelines}


def delete_pipeline(node: Node, id: str) -> None:
    """IngestService.delete; where there never was a pipeline, nobody misses one."""
    gone = [name for name in node.pipelines if simple_match(id, name)]
    if not gone and id != "*" and "ingest" in node.customs:
        raise ResourceNotFoundException(f"pipeline [{id}] is missing")
    for name in gone:
        del node.pipelines[name]
    if gone:
        node.changed()


def stats(node: Node) -> dict[str, Any]:
    """IngestStats"""
    return {
        "total": totals(node).to_json(),
        "pipelines": {name: node.pipelines[name].pipeline.stats() for name in hash_ordered(node.pipelines)},
    }


def summary(node: Node) -> dict[str, Any]:
    """What cluster statistics tell: how often processors of each type have run."""
    counted: dict[str, OperationMetrics] = {}
    for stored in node.pipelines.values():
        for one, metrics in measured(stored.pipeline.compound):
            counted.setdefault(one.type, OperationMetrics()).add(metrics)
    return {
        "number_of_pipelines": len(node.pipelines),
        "processor_stats": {kind: counted[kind].to_json() for kind in sorted(counted)},
    }


# --- bulks ------------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Slot:
    """An index request (or the document of an upsert) on its way through pipelines."""

    position: int
    request: WriteRequest
    index: IndexRequest
    """What goes through pipelines: the request itself, or one made for an upsert."""
    pipelines: list[tuple[str, str]]
    """Names and types (DEFAULT, FINAL)."""
    moved: bool = False


def run_pipelines(node: Node, requests: Sequence[WriteRequest]) -> Ingested | None:
    """Run the pipelines of requests; None if none of them asks for one."""
    slots: list[_Slot] = []
    resolved: dict[str | None, tuple[str | None, str | None]] = {}
    for i, request in enumerate(requests):
        for child in _children(request):
            if request.index not in resolved:
                resolved[request.index] = index_pipelines(node, request.index)
            default, final = resolved[request.index]
            asked = [(child.pipeline or default, "DEFAULT"), (final, "FINAL")]
            wanted = [(name, kind) for name, kind in asked if name is not None and name != NONE]
            if wanted:
                slots.append(_Slot(i, request, child, wanted))
    if not slots:
        return None
    run = _Run(node)
    run.run(slots)
    again = [slot for slot in slots if slot.moved and slot.position not in run.answered]
    for slot in again:
        _, final = index_pipelines(node, slot.index.index)
        slot.pipelines = [] if final is None or final == NONE else [(final, "FINAL")]
    run.run([slot for slot in again if slot.pipelines])
    for slot in slots:
        if slot.position not in run.answered:
            _take(slot)
    return Ingested([(position, error) for position, error in run.answered.items()])


def _children(request: WriteRequest) -> Iterable[IndexRequest]:
    if type(request) is IndexRequest:
        yield request
    elif type(request) is UpdateRequest:
        for body in (request.doc if request.doc_as_upsert else None, request.upsert):
            if body is not None:
                # The update knows its id and its routing, the document does not
                yield IndexRequest(request.index, None, None, pipeline=request.pipeline, body=body)


def _take(slot: _Slot) -> None:
    """Give an update what became of its documents."""
    request = slot.request
    if type(request) is UpdateRequest:
        if request.doc_as_upsert and request.upsert is None:
            request.doc = slot.index.body
        else:
            request.upsert = slot.index.body


def index_pipelines(node: Node, name: str | None) -> tuple[str | None, str | None]:
    """IngestService.resolvePipelines: the default and the final pipeline of an index, or of what templates would make
    of its name.
    """
    if name is None:
        return None, None
    index = node.indices.get(name)
    if index is None:
        abstraction = node.lookup.get(name)
        if abstraction is not None:
            write = abstraction.write_index
            if write is None:
                return None, None
            index = node.indices[write.name]
    if index is not None:
        return _of_settings(index.settings)
    template = find_index_template(node, name, False)
    if template is not None:
        return _of_settings(resolve_settings(node, node.index_templates[template]))
    default = final = None
    for legacy in find_legacy_templates(node, name, None):
        one, other = _of_settings(legacy.settings)
        default, final = default or one, final or other
    return default, final


def _of_settings(settings: Mapping[str, Any]) -> tuple[str | None, str | None]:
    return _name(settings.get("index.default_pipeline")), _name(settings.get("index.final_pipeline"))


def _name(value: Any) -> str | None:
    """A setting that is a pipeline's name; a list is told as one text."""
    return None if value is None else java_string(value)


class _Run:
    """One round of a bulk through its pipelines."""

    def __init__(self, node: Node) -> None:
        self.node = node
        self.totals = totals(node)
        self.answered: dict[int, OpenSearchError | None] = {}
        """What is answered already, by position, in the order in which it was: None for what was dropped."""

    def run(self, slots: Sequence[_Slot]) -> None:
        """prepareBatches: those with the same index and pipelines go together."""
        batches: dict[int, list[_Slot]] = {}
        for slot in slots:
            key = [slot.index.index, *(f"{name}:{kind}" for name, kind in slot.pipelines)]
            batches.setdefault(hash_code(key), []).append(slot)
        for _, batch in sorted(HashMap(batches).items(), key=lambda item: _bucket(item[0], len(batches))):
            self._batch(batch)

    def _batch(self, batch: list[_Slot]) -> None:
        going = batch
        for name, kind in batch[0].pipelines:
            if not going:
                return
            stored = self.node.pipelines.get(name)
            if stored is None:
                for slot in going:
                    self._answer(slot, IllegalArgumentException(f"pipeline with id [{name}] does not exist"))
                return
            targets = [slot.index.index for slot in going]
            if stored.pipeline.compound.processors:
                self._pipeline(going, stored.pipeline)
            kept = []
            for slot, before in zip(going, targets, strict=True):
                if slot.index.index == before:
                    kept.append(slot)
                elif kind == "FINAL":
                    self.totals.failed += 1
                    self._answer(slot, IllegalStateException(f"FINAL pipeline [{name}] can't change the target index"))
                else:
                    slot.moved = True
            going = kept

    def _answer(self, slot: _Slot, error: OpenSearchError | None) -> None:
        self.answered.setdefault(slot.position, error)

    def _pipeline(self, slots: Sequence[_Slot], pipeline: Pipeline) -> None:
        now = self.node.clock.nanos()
        try:
            documents = [_document(slot.index, now) for slot in slots]
        except OpenSearchError as error:
            for slot in slots:
                self._answer(slot, error)
            return
        dropped: list[tuple[int, _Slot]] = []
        failed: list[tuple[int, _Slot, OpenSearchError]] = []
        for slot, document in zip(slots, documents, strict=True):
            self.totals.count += 1
            try:
                if pipeline.execute(document):
                    _update(slot.index, document)
                else:
                    dropped.append((pipeline.compound.stopped, slot))
            except EscapingError as escaping:
                for other in slots:
                    self._answer(other, escaping.error)
                return
            except OpenSearchError as error:
                self.totals.failed += 1
                failed.append((pipeline.compound.stopped, slot, error))
        # In a batch, documents go through each processor together: those it drops are answered at once, those it
        # fails after all that goes on.
        for _, slot in sorted(dropped, key=lambda item: item[0]):
            self._answer(slot, None)
        for _, slot, failure in sorted(failed, key=lambda item: -item[0]):
            self._answer(slot, failure)


def _bucket(code: int, count: int) -> int:
    capacity = 16
    while count > capacity * 3 // 4:
        capacity *= 2
    bits = code & 0xFFFFFFFF
    return (bits ^ bits >> 16) & capacity - 1


def _document(request: IndexRequest, now: int) -> IngestDocument:
    body = request.body
    if body is None:
        assert request.source is not None
        body = read_map(request.source)
    metadata = {
        "_index": request.index,
        "_id": request.id,
        "_routing": request.routing,
        "_version": Long(asked_version(request)),
        "_version_type": request.expected.version_type.name.lower(),
    }
    return IngestDocument.of(body, metadata, now)


def _update(request: IndexRequest, document: IngestDocument) -> None:
    """updateIndexRequestWithIngestDocument"""
    source = document.source
    request.index = cast(source.get("_index"), "java.lang.String")
    request.id = cast(source.get("_id"), "java.lang.String")
    request.routing = cast(source.get("_routing"), "java.lang.String") or None
    expected = request.expected
    if request.index is None:
        raise NotFaked("a document whose index a pipeline has taken away: the real server never answers")
    if source.get("_version") is None:
        raise NullPointerException(
            'Cannot invoke "java.lang.Number.longValue()" because the return value of "java.util.Map.get(Object)" is '
            "null"
        )
    version = int(cast(source["_version"], "java.lang.Number"))
    kind = expected.version_type
    if source.get("_version_type") is not None:
        kind = version_type(cast(source["_version_type"], "java.lang.String"))
    seq_no, term = expected.if_seq_no, expected.if_primary_term
    if source.get("_if_seq_no") is not None:
        seq_no = int(cast(source["_if_seq_no"], "java.lang.Number"))
    if source.get("_if_primary_term") is not None:
        term = int(cast(source["_if_primary_term"], "java.lang.Number"))
    if (version, kind, seq_no, term) != (
        asked_version(request),
        expected.version_type,
        expected.if_seq_no,
        expected.if_primary_term,
    ):
        request.expected = Expectation(version, kind, seq_no, term)
    request.source = None
    request.body = document.body()
