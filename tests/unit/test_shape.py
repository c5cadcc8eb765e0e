"""The shape of answers: byte for byte what a real OpenSearch answered, recorded (see ``record.py``)."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pytest

from fakeknn.errors import IllegalArgumentException, OpenSearchError, body_of
from fakeknn.rest import Request, Response
from fakeknn.shape import Readable, check, check_flags, millis, plain, shape, size

RECORDED = json.loads((Path(__file__).parent / "recorded" / "shapes.json").read_text())
JSON = "application/json; charset=UTF-8"


def got() -> dict[str, Any]:
    source = orjson.Fragment(RECORDED["document"].encode())
    head = {"_index": "recorded-shapes", "_id": "1", "_version": 1, "_seq_no": 0, "_primary_term": 1, "found": True}
    return {**head, "_source": source}


def found() -> dict[str, Any]:
    source = orjson.Fragment(RECORDED["document"].encode())
    hit = {"_index": "recorded-shapes", "_id": "1", "_score": np.float32(1), "_source": source}
    shards = {"total": 1, "successful": 1, "skipped": 0, "failed": 0}
    hits = {"total": {"value": 1, "relation": "eq"}, "max_score": np.float32(1), "hits": [hit]}
    return {"took": 7, "timed_out": False, "_shards": shards, "hits": hits}


def shaped(target: str, body: Any, **headers: str) -> tuple[bytes, str]:
    request = Request.of("GET", target, headers=headers)
    try:
        check_flags(request)
        check(request)
        return shape(request, Response(200, body))
    except OpenSearchError as error:
        return shape(request, Response(error.status, body_of(error)), error=True)


@pytest.mark.parametrize(("query", "kind", "expected"), RECORDED["get"])
def test_formats(query: str, kind: str, expected: str) -> None:
    if query.startswith("Accept: "):
        answer, answered = shaped("/i/_doc/1", got(), Accept=query.removeprefix("Accept: "))
    else:
        answer, answered = shaped("/i/_doc/1" + query, got())
    assert answer == bytes.fromhex(expected)
    assert answered == kind


@pytest.mark.parametrize(("query", "status", "expected"), RECORDED["search"])
def test_filter_path(query: str, status: int, expected: str) -> None:
    wanted = re.sub(rb'("took"(?: :|:) ?)\d+', rb"\g<1>7", bytes.fromhex(expected))
    answer, _ = shaped("/i/_search" + query, found())
    if "pretty" in query:
        assert answer == wanted
    else:
        assert json.loads(answer) == json.loads(wanted)


def test_a_filtered_list_of_which_nothing_is_left_is_no_text_at_all() -> None:
    rows = [{"index": "a", "pri": "1"}]
    assert shaped("/_cat/indices?format=json&filter_path=nope", rows) == (b"", JSON)
    assert shaped("/_cat/indices?format=json&filter_path=index", rows)[0] == b'[{"index":"a"}]'
    assert shaped("/_cat/indices?format=json&filter_path=-pri", rows)[0] == b'[{"index":"a"}]'


def test_errors_are_not_filtered() -> None:
    error = body_of(IllegalArgumentException("no"))
    request = Request.of("GET", "/i?filter_path=status&pretty")
    assert json.loads(shape(request, Response(400, error), error=True)[0]) == error


@pytest.mark.parametrize("name", ["pretty", "human", "error_trace"])
def test_flags_are_true_or_false(name: str) -> None:
    with pytest.raises(IllegalArgumentException, match=r"Failed to parse value \[x\] as only \[true\] or \[false\]"):
        check_flags(Request.of("GET", f"/?{name}=x"))


def test_human_readable_values() -> None:
    get = {"total": 5, "time_in_millis": millis(1500, "time")}
    stats = {"get": get, "size_in_bytes": size(2048, "size"), "n": [size(1, "x")]}
    assert json.loads(shaped("/_stats", stats)[0]) == {
        "get": {"total": 5, "time_in_millis": 1500}, "size_in_bytes": 2048, "n": [1],
    }  # fmt: skip
    assert shaped("/_stats?human", stats)[0] == (
        b'{"get":{"total":5,"time":"1.5s","time_in_millis":1500},"size":"2kb","size_in_bytes":2048,"n":[1]}'
    )
    assert shaped("/?human=false", {"a": Readable(1, "b", "c")})[0] == b'{"a":1}'


def test_numbers() -> None:
    matrix = np.arange(6, dtype=np.float32).reshape(2, 3)
    tree = {"f": np.float32(0.1), "v": matrix[0], "t": matrix.T, "i": np.int64(7), "b": np.bool_(True), "big": 2**80}
    assert json.loads(shaped("/", {**tree, "big": 1})[0]) == json.loads(
        '{"f":0.1,"v":[0,1,2],"t":[[0,3],[1,4],[2,5]],"i":7,"b":true,"big":1}'
    )
    assert json.loads(shaped("/", tree)[0])["big"] == 2**80
    assert b'"v" : [\n    0.0,\n    1.0,' in shaped("/?pretty", tree)[0]
    assert b'"f" : 0.1,' in shaped("/?pretty", tree)[0]


def test_the_answer_has_the_format_of_the_body() -> None:
    sent = {"Content-Type": "application/yaml"}
    assert shaped("/", {"a": 1}, **sent) == (b"---\na: 1\n", "application/yaml")
    assert shaped("/?format=json", {"a": 1}, **sent) == (b'{"a":1}', JSON)
    assert shaped("/", {"a": 1}, **sent, Accept="application/cbor")[1] == "application/cbor"


def test_text_stays_text() -> None:
    assert shaped("/_cat/health?pretty&filter_path=x", "green\n") == (b"green\n", "text/plain; charset=UTF-8")
    assert shaped("/", None)[0] == b""


def test_plain_decodes_what_it_is_given() -> None:
    tree = plain({"s": orjson.Fragment(b'{"a": 12345678901234567890123}'), "r": Readable(1, "x", "y")})
    assert tree == {"s": {"a": 12345678901234567890123}, "r": 1}
