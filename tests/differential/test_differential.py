"""A short run of every area; needs a real server (``FAKEKNN_ORACLE=URL``)."""

from __future__ import annotations

import json
import os
from random import Random

import pytest

from fakeknn.contract.console import ConsoleRequest, parse
from fakeknn.contract.differences import Difference, Finding

from .areas import AREAS
from .pair import Case
from .run import run
from .spoil import spoiled, spoiled_request
from .spoilt_stories import is_deadly

ORACLE = os.environ.get("FAKEKNN_ORACLE")


@pytest.mark.skipif(not ORACLE, reason="FAKEKNN_ORACLE names no real server to compare with")
@pytest.mark.parametrize("area", AREAS)
def test_both_answer_alike(area: str) -> None:
    assert ORACLE
    result = run(ORACLE, area, requests=300, seed=int(os.environ.get("FAKEKNN_SEED", "1")), finds=5)
    assert not result.cases, "\n".join(case.report() for case in result.cases.values())


@pytest.mark.parametrize("area", AREAS)
def test_a_seed_draws_the_same_requests_again(area: str) -> None:
    first, again, other = (list(AREAS[area](Random(seed), "x")) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_spoiling_changes_the_body() -> None:
    body = b'{"query": {"term": {"k": "a"}}}'
    changed = [spoiled(Random(seed), body) for seed in range(50)]
    assert sum(text != body for text in changed) > 40
    assert any(_is_json(text) for text in changed)
    assert not all(_is_json(text) for text in changed)


def test_spoiling_changes_a_request_in_one_place() -> None:
    request = ConsoleRequest("POST", "/a/_search?size=1", b'{"query": {"term": {"k": "a"}}}')
    for seed in range(200):
        one = spoiled_request(Random(seed), request)
        members = [(one.method, request.method), (one.path, request.path), (one.body, request.body)]
        assert sum(new != old for new, old in [*members, (one.headers, request.headers)]) <= 1
    assert len({str(spoiled_request(Random(seed), request)) for seed in range(200)}) > 10


@pytest.mark.parametrize(
    ("body", "deadly"),
    [
        (b'{"script": {"script": null}}', True),
        (b'{"highlight": {"pre_tags": [ ]}}', True),
        (b'{"query": {"nested": {"knn": {"filter": {"knn": 1}}}}}', True),
        (b'{"highlight": {"pre_tags": ["a"]}, "script": {}}', False),
    ],
)
def test_what_a_real_server_does_not_survive_is_known(body: bytes, deadly: bool) -> None:
    assert is_deadly(ConsoleRequest("POST", "/a/_search", body)) is deadly


def _is_json(text: bytes) -> bool:
    try:
        json.loads(text)
    except ValueError:
        return False
    return True


def test_a_case_is_printed_as_a_story_that_sends_the_same() -> None:
    text = 'PUT /a\n{"x": 1}\n\nPOST /_bulk\n{"index": {"_index": "a"}}\n{"y": 2}\n\n'
    requests = parse(text + '# body: "{\\n"\nPOST /a/_search\n\n# body: base64:/wA=\nPOST /a/_search\n')
    case = Case(requests, Finding(requests[-1], [Difference("status", 400, 200)]), {}, {})
    sent = [(str(request), request.body) for request in parse(case.story())]
    assert sent == [(str(request), request.body) for request in requests]
