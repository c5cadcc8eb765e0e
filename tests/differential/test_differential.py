"""A short run of every area; needs a real server (``FAKEKNN_ORACLE=URL``)."""

from __future__ import annotations

import json
import os
from random import Random

import pytest

from fakeknn.contract.console import parse
from fakeknn.contract.differences import Difference, Finding

from .areas import AREAS
from .pair import Case
from .run import run
from .spoil import spoiled

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
