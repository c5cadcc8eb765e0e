"""Writes of documents: their targets, routing, updates, refresh, the order of things."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

import pytest

import fakeknn.api.ingest  # noqa: F401 (its import brings the pipelines in)
from fakeknn.errors import (
    ClusterBlockException,
    IllegalArgumentException,
    IndexNotFoundException,
    MapperParsingException,
    OpenSearchError,
    RoutingMissingException,
    VersionConflictEngineException,
)
from fakeknn.state.active import ActiveShards
from fakeknn.state.clock import ManualClock
from fakeknn.state.creation import CreateIndex, create_index
from fakeknn.state.node import Node
from fakeknn.state.pipelines import Ingested
from fakeknn.state.requests import DeleteRequest, IndexRequest, RefreshPolicy, UpdateRequest, WriteRequest, dropped
from fakeknn.state.updates import merge, same
from fakeknn.state.versions import EXTERNAL, Expectation
from fakeknn.state.writes import Writer
from fakeknn.units import TimeValue


@pytest.fixture
def node() -> Node:
    return Node(clock=ManualClock())


def write(node: Node, request: WriteRequest, **options: Any) -> tuple[int, dict[str, Any]]:
    writer = Writer(node, **options)
    assert not request.problems()
    writer.prepare([request])
    status, answer = writer.write(request)
    writer.finish(answer)
    return status, answer


def doc(index: str, doc_id: str | None, source: bytes = b"{}", **more: Any) -> IndexRequest:
    return IndexRequest(index, doc_id, source, **more)


# --- targets ----------------------------------------------------------------------------------------------------------


def test_a_missing_index_is_made(node: Node) -> None:
    status, answer = write(node, doc("shop", "1", b'{"a": 1}'))
    assert status == 201
    assert answer == {
        "_index": "shop",
        "_id": "1",
        "_version": 1,
        "result": "created",
        "_shards": {"total": 2, "successful": 1, "failed": 0},
        "_seq_no": 0,
        "_primary_term": 1,
    }
    assert node.indices["shop"].mapping.echo() == {"properties": {"a": {"type": "long"}}}


def test_a_deletion_makes_no_index_unless_somebody_else_counts_versions(node: Node) -> None:
    with pytest.raises(IndexNotFoundException):
        write(node, DeleteRequest("shop", "1"))
    status, answer = write(node, DeleteRequest("shop", "1", expected=Expectation(3, EXTERNAL)))
    assert (status, answer["_version"]) == (404, 3)


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("-sho*", "[action.auto_create_index] contains [-sho*] which forbids automatic creation of the index"),
        ("+logs*", "[action.auto_create_index] ([+logs*]) doesn't match"),
        ("false", None),
    ],
)
def test_auto_creation_can_be_forbidden(node: Node, setting: str, why: str | None) -> None:
    node.persistent_settings = {"action.auto_create_index": setting}
    with pytest.raises(IndexNotFoundException) as refused:
        write(node, doc("shop", "1"))
    assert refused.value.reason == "no such index [shop]" + (f" and {why}" if why else "")
    assert not node.indices


def test_an_alias_with_routing(node: Node) -> None:
    shards = {"index.number_of_shards": "5"}
    create_index(node, CreateIndex("shop", shards, aliases={"store": {"index_routing": "r"}}))
    write(node, doc("store", "1"))
    index = node.indices["shop"]
    found = index.shard_of("1", "r").get("1", 0.0)
    assert found is not None
    assert found.routing == "r"
    with pytest.raises(
        IllegalArgumentException, match="Alias \\[store\\] has index routing associated with it \\[r\\]"
    ):
        write(node, doc("store", "2", routing="other"))


def test_require_alias(node: Node) -> None:
    with pytest.raises(IndexNotFoundException, match="request flag is \\[true\\] and \\[shop\\] is not an alias"):
        write(node, doc("shop", "1", require_alias=True))
    assert not node.indices


def test_required_routing(node: Node) -> None:
    create_index(node, CreateIndex("shop", mapping={"_routing": {"required": True}}))
    for request in (doc("shop", "1"), DeleteRequest("shop", "1"), UpdateRequest("shop", "1", doc={})):
        with pytest.raises(RoutingMissingException):
            write(node, request)
    assert write(node, doc("shop", "1", routing="r"))[0] == 201


def test_a_block(node: Node) -> None:
    create_index(node, CreateIndex("shop", {"index.blocks.write": "true"}))
    with pytest.raises(ClusterBlockException, match="FORBIDDEN/8/index write"):
        write(node, doc("shop", "1"))


def test_a_refused_document_changes_nothing(node: Node) -> None:
    write(node, doc("shop", "1", b'{"a": 1}'))
    version = node.indices["shop"].mapping_version
    with pytest.raises(MapperParsingException):
        write(node, doc("shop", "1", b'{"new": "field", "a": "x"}'))
    assert node.indices["shop"].mapping_version == version
    assert write(node, doc("shop", "1", b'{"a": 2}'))[1]["_seq_no"] == 1


def test_a_conflict_comes_after_the_mapping_has_grown(node: Node) -> None:
    write(node, doc("shop", "1", b'{"a": 1}'))
    with pytest.raises(VersionConflictEngineException):
        write(node, doc("shop", "1", b'{"b": 1}', create=True))
    assert "b" in node.indices["shop"].mapping.fields


def test_too_few_copies(node: Node) -> None:
    create_index(node, CreateIndex("shop"))
    writer = Writer(node, active=ActiveShards(None, False, TimeValue(3, "s")))
    with pytest.raises(OpenSearchError) as refused:
        writer.write(doc("shop", "1"))
    assert refused.value.reason == (
        "[shop][0] Not enough active copies to meet shard count of [ALL] (have 1, needed 2). Timeout: [3s]"
    )
    assert writer.late == 3


# --- pipelines --------------------------------------------------------------------------------------------------------


def test_a_pipeline_that_is_not_there(node: Node) -> None:
    requests: list[WriteRequest] = [
        doc("shop", "1"),
        doc("shop", "2", pipeline="x"),
        doc("shop", "3", pipeline="_none"),
    ]
    ingested = Writer(node).prepare(requests)
    assert isinstance(ingested, Ingested)
    ((position, error),) = ingested.answers
    assert position == 1
    assert error is not None
    assert error.reason == "pipeline with id [x] does not exist"


def test_a_dropped_document() -> None:
    assert dropped(doc("shop", None)) == {
        "_index": "shop",
        "_id": "auto-generated",
        "_version": -3,
        "result": "noop",
        "_shards": {"total": 0, "successful": 0, "failed": 0},
    }


# --- updates ----------------------------------------------------------------------------------------------------------


def test_an_update_merges(node: Node) -> None:
    write(node, doc("shop", "1", b'{"a": {"b": 1, "c": 2}, "d": [1]}'))
    status, answer = write(node, UpdateRequest("shop", "1", doc={"a": {"b": 3}, "d": [2], "e": None}))
    assert (status, answer["result"], answer["_version"]) == (200, "updated", 2)
    found = node.indices["shop"].shards[0].get("1", 0.0)
    assert found is not None
    assert found.source == b'{"a":{"b":3,"c":2},"d":[2],"e":null}'


def test_an_update_that_changes_nothing(node: Node) -> None:
    write(node, doc("shop", "1", b'{"a": 1}'))
    status, answer = write(node, UpdateRequest("shop", "1", doc={"a": 1}))
    assert (status, answer["result"], answer["_version"], answer["_seq_no"]) == (200, "noop", 1, 0)
    assert write(node, UpdateRequest("shop", "1", doc={"a": 1}, detect_noop=False))[1]["_version"] == 2
    assert write(node, UpdateRequest("shop", "1", doc={"a": 1.0}))[1]["result"] == "updated"


def test_upserts(node: Node) -> None:
    assert write(node, UpdateRequest("shop", "1", doc={"a": 1}, doc_as_upsert=True))[0] == 201
    assert write(node, UpdateRequest("shop", "2", doc={"a": 1}, upsert={"b": 1}))[0] == 201
    shown = UpdateRequest("shop", "2", doc={"a": 1}, show_source=lambda text: text)
    assert write(node, shown)[1]["get"]["_source"] == b'{"b":1,"a":1}'


def test_a_noop_does_not_refresh(node: Node) -> None:
    write(node, doc("shop", "1", b'{"a": 1}'))
    writer = Writer(node, RefreshPolicy.IMMEDIATE)
    _, answer = writer.write(UpdateRequest("shop", "1", doc={"a": 1}))
    writer.confirm_noops()
    writer.finish(answer)
    assert "forced_refresh" not in answer
    assert node.indices["shop"].shards[0].view.n == 0


@pytest.mark.parametrize(
    ("old", "changes", "new", "modified"),
    [
        ({"a": 1}, {"a": 1}, {"a": 1}, False),
        ({"a": 1}, {}, {"a": 1}, False),
        ({"a": 1}, {"a": 1.0}, {"a": 1.0}, True),
        ({"a": True}, {"a": 1}, {"a": 1}, True),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, {"a": {"b": 1, "c": 1}}, True),
        ({"a": {"b": 1}}, {"a": {"b": 1}}, {"a": {"b": 1}}, False),
        ({"a": {"b": 1}}, {"a": [1]}, {"a": [1]}, True),
        ({"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, {"a": [1, {"b": 2}]}, False),
        ({"a": [1]}, {"a": [1, 2]}, {"a": [1, 2]}, True),
        ({"a": None}, {"a": None}, {"a": None}, False),
    ],
)
def test_merge(old: dict[str, Any], changes: dict[str, Any], new: dict[str, Any], modified: bool) -> None:
    assert merge(old, changes) is modified
    assert same(old, new)


# --- requests ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("request_", "problems"),
    [
        (doc("shop", None), []),
        (IndexRequest(None, "1", b"{}"), ["index is missing"]),
        (doc("shop", "é" * 300), [f"id [{'é' * 300}] is too long, must be no longer than 512 bytes but was: 600"]),
        (
            doc("shop", None, expected=Expectation(1, EXTERNAL)),
            ["an id must be provided if version type or value are set"],
        ),
        (
            doc("shop", "1", create=True, expected=Expectation(1, EXTERNAL)),
            ["create operations only support internal versioning. use index instead"],
        ),
        (
            doc("shop", "1", create=True, expected=Expectation(if_seq_no=1, if_primary_term=1)),
            ["create operations do not support compare and set. use index instead"],
        ),
        (DeleteRequest(None, ""), ["index is missing", "id is missing"]),
        (UpdateRequest("shop", "1"), ["script or doc is missing"]),
        (UpdateRequest("shop", "1", doc={}, script="x"), ["can't provide both script and doc"]),
        (
            UpdateRequest("shop", "1", script="x", doc_as_upsert=True),
            ["doc must be specified if doc_as_upsert is enabled"],
        ),
        (
            UpdateRequest("shop", "1", None, Expectation(if_seq_no=1, if_primary_term=1), {}, retry_on_conflict=1),
            ["compare and write operations can not be retried"],
        ),
    ],
)
def test_problems(request_: WriteRequest, problems: list[str]) -> None:
    assert request_.problems() == problems


@pytest.mark.parametrize(
    ("text", "policy"),
    [(None, "NONE"), ("", "IMMEDIATE"), ("true", "IMMEDIATE"), ("false", "NONE"), ("wait_for", "WAIT_UNTIL")],
)
def test_refresh_policies(text: str | None, policy: str) -> None:
    assert RefreshPolicy.parse(text) is RefreshPolicy[policy]
    with pytest.raises(IllegalArgumentException, match=r"Unknown value for refresh: \[yes\]\."):
        RefreshPolicy.parse("yes")


# --- what a document leaves behind ------------------------------------------------------------------------------------


def vectors(node: Node) -> Any:
    """A function that writes a document with a vector of 64 floats under an id."""
    shop = CreateIndex("shop", settings={"index.knn": "true"}, mapping={"properties": {"v": vector_of(64)}})
    create_index(node, shop)
    source = b'{"v":[%s],"colour":"red"}' % b",".join(b"%d.5" % i for i in range(64))
    return lambda doc_id: write(node, IndexRequest("shop", doc_id, source))


def vector_of(dimension: int) -> dict[str, Any]:
    return {"type": "knn_vector", "dimension": dimension, "space_type": "l2"}


def test_a_written_document_leaves_nothing_to_the_garbage_collector(node: Node) -> None:
    put = vectors(node)
    put("first")  # which brings a field with it
    gc.collect()
    gc.disable()
    try:
        put("1")
        assert gc.collect() == 0
    finally:
        gc.enable()


def test_a_stored_source_without_its_vector_takes_no_more_room_than_it_needs(node: Node) -> None:
    put = vectors(node)
    put("first")
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        for i in range(200):
            put(str(i))
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert (after - before) / 200 < 2000  # 256 bytes of them are the vector
