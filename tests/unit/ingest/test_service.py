"""A node's pipelines: what is kept, counted, and undone."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.errors import IllegalArgumentException, ResourceNotFoundException
from fakeknn.ingest import service
from fakeknn.state.node import Node
from fakeknn.state.requests import IndexRequest

SET: dict[str, Any] = {"processors": [{"set": {"field": "b", "value": "{{a}}!"}}]}
FAIL: dict[str, Any] = {"processors": [{"fail": {"message": "no", "if": "ctx.a == 2"}}, {"drop": {"if": "ctx.a == 3"}}]}


def request(a: int, pipeline: str | None = None) -> IndexRequest:
    return IndexRequest("shop", str(a), b'{"a": %d}' % a, pipeline=pipeline)


def test_requests_without_pipelines_are_left_alone() -> None:
    assert service.run_pipelines(Node(), [request(1), request(2, "_none")]) is None


def test_a_pipeline_changes_what_is_written() -> None:
    node = Node()
    service.put_pipeline(node, "p", SET)
    one = request(1, "p")
    ingested = service.run_pipelines(node, [one])
    assert ingested is not None
    assert ingested.answers == []
    assert (one.source, one.body) == (None, {"a": 1, "b": "1!"})


def test_failures_and_drops_are_answered_by_position() -> None:
    node = Node()
    service.put_pipeline(node, "p", FAIL)
    ingested = service.run_pipelines(node, [request(1, "p"), request(2, "p"), request(3, "p"), request(4, "nope")])
    assert ingested is not None
    answers = dict(ingested.answers)
    assert set(answers) == {1, 2, 3}
    assert answers[2] is None
    assert isinstance(answers[3], IllegalArgumentException)


def test_counts_go_on_when_a_pipeline_is_put_anew() -> None:
    node = Node()
    service.put_pipeline(node, "p", SET)
    service.run_pipelines(node, [request(1, "p")])
    service.put_pipeline(node, "p", {**SET, "description": "again"})
    told = service.stats(node)
    assert told["total"]["count"] == told["pipelines"]["p"]["count"] == 1
    assert told["pipelines"]["p"]["processors"][0]["set"]["stats"]["count"] == 1


def test_nobody_misses_a_pipeline_where_there_never_was_one() -> None:
    node = Node()
    service.delete_pipeline(node, "p")
    service.put_pipeline(node, "q", SET)
    with pytest.raises(ResourceNotFoundException):
        service.delete_pipeline(node, "p")
    node.reset()
    service.delete_pipeline(node, "p")
    assert service.get_pipelines(node, []) == {}
