"""Writing documents: OpenSearch's TransportBulkAction, of which a write of one document is the bulk of one.

A write finds its index, which is created if it is missing, then its shard by id or routing, and changes it at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fakeknn.errors import (
    ClassCastException,
    DocumentMissingException,
    DocumentSourceMissingException,
    IllegalArgumentException,
    MapperParsingException,
    NotXContentException,
    NullPointerException,
    OpenSearchError,
)
from fakeknn.mapping.broken_document import check_torso
from fakeknn.mapping.columns import parse_documents
from fakeknn.rest import Later
from fakeknn.state import pipelines
from fakeknn.state.active import BY_SETTING, ActiveShards
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.state.pipelines import Ingested
from fakeknn.state.requests import DeleteRequest, IndexRequest, RefreshPolicy, UpdateRequest, WriteRequest
from fakeknn.state.shard import Found, Shard, Written
from fakeknn.state.updates import ScriptRunner, merge, no_scripts
from fakeknn.state.versions import NOT_FOUND, NOTHING, UNASSIGNED_SEQ_NO, Expectation
from fakeknn.state.write_targets import Target, Targets
from fakeknn.xcontent import generator, read, read_document


class Writer:
    """The writes of one request."""

    def __init__(
        self,
        node: Node,
        policy: RefreshPolicy = RefreshPolicy.NONE,
        active: ActiveShards | None = None,
        *,
        single: bool = False,
        run_script: ScriptRunner | None = None,
    ) -> None:
        self.node = node
        self.policy = policy
        self.active = active or BY_SETTING
        self.single = single
        self.run_script = run_script or no_scripts
        self.late = 0.0
        """Seconds that the answer is late because a write has waited for copies of its shard."""
        self.now = node.now()
        self.targets = Targets(node, self.active, single=single)
        self._touched: dict[Shard, None] = {}
        self._noops: list[tuple[Shard, dict[str, Any]]] = []
        self._ids = node.ids
        self._forced = policy is RefreshPolicy.IMMEDIATE

    def prepare(self, requests: Sequence[WriteRequest]) -> Ingested | None:
        """Run pipelines, then create the indices that are missing, all of them before anything is written."""
        # A single update goes through them with what it comes to
        update = self.single and requests[0].op == "update"
        ingested = None if update else pipelines.run_pipelines(self.node, requests)
        if ingested is not None:
            answered = {position for position, _ in ingested.answers}
            requests = [request for i, request in enumerate(requests) if i not in answered]
        if requests:
            self.targets.create_missing(requests, update=update)
            if not self.single:
                self.targets.check_ids(requests)
        return ingested

    # -- documents

    def write(self, request: WriteRequest) -> tuple[int, dict[str, Any]]:
        """Do one write: its status and its answer."""
        failed = self.targets.failed.get(request.index or "")
        if failed is not None:
            raise failed
        target = self.targets.of(request)
        target.check_stream(request)
        routing = target.route(request)
        auto_id = type(request) is IndexRequest and request.id is None
        if auto_id:
            request.id = self._ids.document_id()
        target.check_blocks()
        if type(request) is IndexRequest:
            return self._index(target, request, routing, auto_id=auto_id)
        if type(request) is DeleteRequest:
            assert request.id is not None
            shard = target.index.shard_of(request.id, routing)
            self._check_active(target, shard)
            written = shard.delete_document(request.id, request.expected, self.now)
            return (404 if written.result == "not_found" else 200), self._answer(target, shard, request.id, written)
        assert type(request) is UpdateRequest
        return self._update(target, request, routing)

    def _index(
        self, target: Target, request: IndexRequest, routing: str | None, *, auto_id: bool = False
    ) -> tuple[int, dict[str, Any]]:
        doc_id = request.id
        assert doc_id is not None
        if not doc_id:
            raise IllegalArgumentException("if _id is specified it must not be empty")
        request.routing = routing
        index = target.index
        shard = index.shard_of(doc_id, routing)
        self._check_active(target, shard)
        source, body = request.source, request.body
        if body is None:
            assert source is not None
            if not source and not request.of_no_type:
                raise MapperParsingException("failed to parse, document is empty")
            try:
                body = read_document(source)
            except MapperParsingException as error:
                torso = getattr(error, "torso", None)
                if torso is not None:
                    check_torso(index.mapping, torso, error, doc_id=doc_id, source=source, routing=routing)
                raise
        if source is None:
            source = generator.write(body)  # what errors are placed in, and what is stored
        document = index.parse(doc_id, body, source, routing)
        expected = NOTHING if request.create else request.expected
        written = shard.index_document(doc_id, document, index.mapping, expected, routing, self.now, auto_id=auto_id)
        return (201 if written.result == "created" else 200), self._answer(target, shard, doc_id, written)

    def index_all(self, requests: Sequence[IndexRequest]) -> list[dict[str, Any]] | None:
        """Create the documents of plain requests (``requests.is_plain``) for one index, all at once: their answers.

        None, with nothing done, where each has to be looked at by itself: one may be refused, is not new, or brings a
        field that the mapping has not.
        """
        if self.targets.failed:
            return None
        try:
            target = self.targets.of(requests[0])
        except OpenSearchError:
            return None
        index = target.index
        if not target.plain or index.blocks:
            return None
        doc_ids = []
        for request in requests:
            if request.id is None:
                request.id = self._ids.document_id()
            doc_ids.append(request.id)
        of_shards = self._by_shard(index, doc_ids)
        writes = []
        for shard, positions in of_shards.items():
            ids = [doc_ids[position] for position in positions]
            sources: list[bytes] = [requests[position].source for position in positions]  # type: ignore[misc]
            parsed = None
            if shard.engine.are_new(ids) and parse_documents(index.mapping, sources[:1]) is not None:
                parsed = parse_documents(index.mapping, sources)
            if parsed is None:
                return None
            writes.append((shard, positions, ids, parsed))
        answers: list[Any] = [None] * len(requests)
        for shard, positions, ids, parsed in writes:
            written = shard.index_documents(ids, parsed, index.mapping, self.now)
            for position, doc_id, one in zip(positions, ids, written, strict=True):
                answers[position] = self._answer(target, shard, doc_id, one)
        return answers

    @staticmethod
    def _by_shard(index: Index, doc_ids: list[str]) -> dict[Shard, Sequence[int]]:
        """The places of ids that are of one shard, for each shard that has any."""
        if len(index.shards) == 1:
            return {index.shards[0]: range(len(doc_ids))}
        found: dict[Shard, Sequence[int]] = {}
        for position, doc_id in enumerate(doc_ids):
            found.setdefault(index.shard_of(doc_id), []).append(position)  # type: ignore[attr-defined]
        return found

    def _check_active(self, target: Target, shard: Shard) -> None:
        if target.may_wait:
            shortage = self.active.shortage(target.index, shard.number)
            if shortage is not None:
                self.late = self.active.timeout.seconds
                raise shortage

    def _noop(self, target: Target, shard: Shard, doc_id: str, noop: Written) -> dict[str, Any]:
        was_touched = shard in self._touched
        answer = self._answer(target, shard, doc_id, noop)
        if not was_touched:
            del self._touched[shard]
        self._noops.append((shard, answer))
        return answer

    def confirm_noops(self) -> None:
        """Updates that changed nothing do not refresh their shard by themselves, and say so."""
        for shard, answer in self._noops:
            if shard not in self._touched:
                answer.pop("forced_refresh", None)

    def _answer(self, target: Target, shard: Shard, doc_id: str, written: Written) -> dict[str, Any]:
        self._touched[shard] = None
        answer: dict[str, Any] = {
            "_index": target.index.name,
            "_id": doc_id,
            "_version": written.version,
            "result": written.result,
        }
        if self._forced:
            answer["forced_refresh"] = True
        answer["_shards"] = target.shards
        answer["_seq_no"] = written.seq_no
        answer["_primary_term"] = written.primary_term
        return answer

    # -- updates

    def _update(self, target: Target, request: UpdateRequest, routing: str | None) -> tuple[int, dict[str, Any]]:
        """UpdateHelper: what an update comes to, a write, a delete or nothing."""
        doc_id = request.id
        assert doc_id is not None
        shard = target.index.shard_of(doc_id, routing)
        if not self.single:
            self._check_active(target, shard)
        found = shard.get(doc_id, self.now)
        expected = request.expected
        if expected.if_seq_no != UNASSIGNED_SEQ_NO and found is not None:
            at = (found.seq_no, found.primary_term)
            if at != (expected.if_seq_no, expected.if_primary_term):
                raise shard.conflict(
                    doc_id,
                    f"required seqNo [{expected.if_seq_no}], primary term [{expected.if_primary_term}]. "
                    f"current document has seqNo [{found.seq_no}] and primary term [{found.primary_term}]",
                )
        if found is None:
            return self._upsert(target, shard, request, routing)
        if found.source is None:
            raise DocumentSourceMissingException(doc_id, _shard_meta(shard))
        source = read(found.source)
        routing = routing if request.doc is not None and routing is not None else found.routing
        op = "index"
        if request.script is None:
            assert request.doc is not None
            if not merge(source, request.doc, request.detect_noop) and request.detect_noop:
                op = "none"
        else:
            outcome = self.run_script(
                self.node,
                request.script,
                {
                    "op": "index",
                    "_index": target.index.name,
                    "_id": doc_id,
                    "_version": found.version,
                    "_routing": found.routing,
                    "_source": source,
                },
            )
            op = outcome.op
            if outcome.source is None and op == "index":
                raise MapperParsingException("failed to parse") from NotXContentException()
            source = outcome.source or {}
        if op == "delete":
            written = shard.delete_document(doc_id, _exactly(found), self.now)
            answer = self._with_source(self._answer(target, shard, doc_id, written), request, source)
            if self.single and request.filters_source:  # of a source that is not there, once it has been deleted
                raise NullPointerException(
                    'Cannot invoke "org.opensearch.core.common.bytes.BytesReference.length()" because "sourceAsBytes" '
                    "is null"
                )
            if "get" in answer:
                del answer["get"]["_source"]
            return 200, answer
        if op != "index":
            shard.stats.noop_update_total += 1
            noop = Written("noop", found.version, found.seq_no, found.primary_term)
            return 200, self._with_source(self._noop(target, shard, doc_id, noop), request, source, found.source)
        change = IndexRequest(request.index, doc_id, None, routing, _exactly(found), body=source)
        status, answer = self._result(target, change, routing)
        return status, self._with_source(answer, request, source)

    def _result(self, target: Target, change: IndexRequest, routing: str | None) -> tuple[int, dict[str, Any]]:
        """Write what an update comes to. That of a single update is a bulk of its own, which goes through pipelines."""
        name = change.index
        ingested = pipelines.run_pipelines(self.node, [change]) if self.single else None
        if ingested is None:
            return self._index(target, change, routing)
        for _, refusal in ingested.answers:
            raise refusal or ClassCastException(_DROPPED_UPDATE)
        if change.index != name:
            self.targets.create_missing([change], update=False)
            target = self.targets.of(change)
            target.check_blocks()
        return self._index(target, change, change.routing)

    def _upsert(
        self, target: Target, shard: Shard, request: UpdateRequest, routing: str | None
    ) -> tuple[int, dict[str, Any]]:
        doc_id = request.id
        assert doc_id is not None
        source = request.doc if request.doc_as_upsert else request.upsert
        if source is None:
            raise DocumentMissingException(doc_id, _shard_meta(shard))
        if request.scripted_upsert and request.script is not None:
            outcome = self.run_script(self.node, request.script, {"op": "create", "_source": source})
            if outcome.op != "create":
                answer = self._noop(target, shard, doc_id, Written("noop", NOT_FOUND, UNASSIGNED_SEQ_NO, 0))
                del answer["_seq_no"], answer["_primary_term"]
                answer["get"] = {"found": False}
                return 200, answer
            if outcome.source is None:
                raise MapperParsingException("failed to parse") from NotXContentException()
            source = outcome.source
        create = IndexRequest(
            request.index, doc_id, None, routing, NOTHING, create=True, pipeline=request.pipeline, body=source
        )
        status, answer = self._result(target, create, routing)
        return status, self._with_source(answer, request, source)

    def _with_source(
        self, answer: dict[str, Any], request: UpdateRequest, source: dict[str, Any], text: bytes | None = None
    ) -> dict[str, Any]:
        if request.show_source is not None:
            answer["get"] = {
                "_seq_no": answer["_seq_no"],
                "_primary_term": answer["_primary_term"],
                "found": True,
                "_source": request.show_source(generator.dump(source) if text is None else text),
            }
        return answer

    # -- refresh

    def finish(self, answer: Any) -> Any:
        """The answer, when what was written is as visible as was asked."""
        if self.late:
            late, self.late = self.late, 0.0
            return Later(late, lambda: self.finish(answer))
        touched = list(self._touched)
        if self._forced or (touched and self.node.refresh == "immediate"):
            for shard in touched:
                shard.refresh()
        elif self.policy is RefreshPolicy.WAIT_UNTIL:
            waiting = [(shard, shard.stats.refresh_total) for shard in touched if shard.pending_since is not None]
            for shard, _ in waiting:
                shard.listen(self.now)
            if waiting:
                return self._wait(waiting, answer)
        return answer

    #: How often a waiting request looks whether somebody else has refreshed.
    PATIENCE = 0.05

    def _wait(self, waiting: list[tuple[Shard, int]], answer: Any) -> Any:
        now = self.node.now()
        left = []
        seconds = self.PATIENCE
        for shard, before in waiting:
            shard.settle(now)
            if shard.stats.refresh_total == before and shard.pending_since is not None and self._is_here(shard):
                left.append((shard, before))
                wait = shard.seconds_to_refresh(now)
                seconds = min(seconds, wait if wait is not None else seconds)
            else:
                shard.listeners -= 1
        return Later(seconds, lambda: self._wait(left, answer)) if left else answer

    def _is_here(self, shard: Shard) -> bool:
        """Whether the shard is still the node's: the index may have been deleted, the node reset."""
        index = self.node.indices.get(shard.index)
        return index is not None and shard in index.shards


_RESPONSES = [f"org.opensearch.action.{name}Response" for name in ("update.Update", "index.Index")]
#: What the real server fails with when a pipeline drops what a single update comes to.
_DROPPED_UPDATE = (
    f"class {_RESPONSES[0]} cannot be cast to class {_RESPONSES[1]} "
    f"({' and '.join(_RESPONSES)} are in unnamed module of loader 'app')"
)


def _shard_meta(shard: Shard) -> dict[str, str]:
    return {"index": shard.index, "shard": str(shard.number), "index_uuid": shard.index_uuid}


def _exactly(found: Found) -> Expectation:
    return Expectation(if_seq_no=found.seq_no, if_primary_term=found.primary_term)
