"""Bodies that break off: what is wrong ahead of the break is told of first."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.node import Node

BROKEN = "json_e_o_f_exception"


def refusal(node: Node, method: str, path: str, body: str) -> dict[str, Any]:
    status, _, answered = answer(node, Request.of(method, path, body.encode(), {"content-type": "application/json"}))
    assert status == 400
    error = orjson.loads(answered)["error"]
    assert isinstance(error, dict)
    return error


@pytest.fixture
def node() -> Node:
    node = Node()
    mapping = {"mappings": {"properties": {"n": {"type": "integer"}, "v": {"type": "knn_vector", "dimension": 2}}}}
    answer(node, Request.of("PUT", "/a", orjson.dumps(mapping), {"content-type": "application/json"}))
    return node


def test_a_break_is_told_of_when_all_before_it_is_right(node: Node) -> None:
    assert refusal(node, "POST", "/a/_search", '{"query": {"match_all": {}}')["type"] == BROKEN


def test_what_is_wrong_before_the_break_comes_first(node: Node) -> None:
    error = refusal(node, "POST", "/a/_search", '{"nosuch": 1, "query": {"match_all"')
    assert (error["type"], error["col"]) == ("parsing_exception", 12)
    assert error["reason"] == "Unknown key for a VALUE_NUMBER in [nosuch]."


def test_what_an_object_lacks_is_not_missed_before_it_ends(node: Node) -> None:
    assert refusal(node, "POST", "/a/_search", '{"query": {"term": {')["type"] == BROKEN


def test_a_text_that_breaks_off_is_a_text_until_it_is_read(node: Node) -> None:
    assert refusal(node, "POST", "/a/_search", '{"k": "re')["reason"] == "Unknown key for a VALUE_STRING in [k]."
    assert refusal(node, "POST", "/a/_search", '{"query": {"term": {"k": "re')["type"] == BROKEN


def test_a_declared_parser_names_the_field_that_breaks_off(node: Node) -> None:
    error = refusal(node, "POST", "/a/_search", '{"query": {"bool": {"must": [{"match_all": {}}')
    assert error["reason"].endswith("[bool] failed to parse field [must]")
    assert error["caused_by"]["type"] == BROKEN


def test_a_field_before_the_break_of_a_document(node: Node) -> None:
    error = refusal(node, "PUT", "/a/_doc/1", '{"n": "five", "x": [1, 2')
    assert error["reason"].startswith("failed to parse field [n] of type [integer] in document with id '1'.")
    assert refusal(node, "PUT", "/a/_doc/1", '{"n": 5, "x": [1, 2')["reason"] == "failed to parse"


def test_the_field_that_a_document_breaks_off_in(node: Node) -> None:
    error = refusal(node, "PUT", "/a/_doc/1", '{"v": [1.5')
    assert error["reason"].endswith("Preview of field's value: '1.5'")
    assert error["caused_by"]["type"] == BROKEN
