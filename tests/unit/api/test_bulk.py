"""The lines of a bulk: what they make, and what is refused in them."""

from __future__ import annotations

import pytest

from fakeknn.api.bulk import Defaults, parse
from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.state.requests import DeleteRequest, IndexRequest, UpdateRequest
from fakeknn.state.versions import EXTERNAL, Expectation


def test_every_action() -> None:
    body = (
        b'{"index":{"_index":"a","_id":"1"}}\n{"x":1}\n'
        b'{"create":{"_id":"2","routing":"r"}}\r\n{"x":2}\r\n'
        b'{"delete":{"_id":"3","version":4,"version_type":"external"}}\n'
        b'{"update":{"_id":"4","retry_on_conflict":2}}\n{"doc":{"x":3}}\n'
    )
    index, create, delete, update = parse(body, Defaults("default"))
    assert index == IndexRequest("a", "1", b'{"x":1}')
    assert create == IndexRequest("default", "2", b'{"x":2}', "r", create=True)
    assert delete == DeleteRequest("default", "3", None, Expectation(4, EXTERNAL))
    assert update == UpdateRequest("default", "4", doc={"x": 3}, retry_on_conflict=2)


def test_what_the_query_string_says_for_all() -> None:
    defaults = Defaults("default", "r", "p", True)
    (index,) = parse(b'{"index":{}}\n{}\n', defaults)
    assert index == IndexRequest("default", None, b"{}", "r", pipeline="p", require_alias=True)
    (index,) = parse(b'{"index":{"routing":"s","pipeline":"q","require_alias":false}}\n{}\n', defaults)
    assert index == IndexRequest("default", None, b"{}", "s", pipeline="q", require_alias=False)


@pytest.mark.parametrize(
    ("line", "doc_id"),
    [
        (b'{"index":{"_id":12}}', "12"),
        (b'{"index":{"_id":1.50}}', "1.50"),
        (b'{"index":{"_id":true}}', "true"),
        (b'{"index":{"_id":null}}', None),
        (b'{"index":{"_id":"a"}} what follows is not read', "a"),
        (b'{"index":{"_id":"a"},"more":{', "a"),
        (b'{"index":{"_id":"a:b"}}', "a:b"),
        (b'  {"index" : {"_id" : "a"} }\t', "a"),
    ],
)
def test_ids_as_they_are_read(line: bytes, doc_id: str | None) -> None:
    (request,) = parse(line + b"\n{}\n", Defaults("x"))
    assert request.id == doc_id


def test_empty_lines_between_actions_and_an_action_without_document() -> None:
    assert len(list(parse(b'\n{"delete":{"_id":"1"}}\n\n  \n{"index":{}}\n', Defaults("x")))) == 1
    (request,) = parse(b'{"index":{}}\n\n', Defaults("x"))
    assert isinstance(request, IndexRequest)
    assert request.source == b""


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'{"index":{}}\n{}', "The bulk request must be terminated by a newline [\\n]"),
        (b"[1]\n", "Malformed action/metadata line [1], expected START_OBJECT but found [START_ARRAY]"),
        (b"true\n", "Malformed action/metadata line [1], expected START_OBJECT but found [VALUE_BOOLEAN]"),
        (b"{}\n", "Malformed action/metadata line [1], expected FIELD_NAME but found [END_OBJECT]"),
        (
            b'{"index":{}}\n{}\n{"foo":{}}\n',
            "Malformed action/metadata line [3], expected one of [create, delete, index, update] but found [foo]",
        ),
        (
            b'{"index":[]}\n',
            "Malformed action/metadata line [1], expected START_OBJECT or END_OBJECT but found [START_ARRAY]",
        ),
        (
            b'{"index":{"_id":["1"]}}\n',
            "Malformed action/metadata line [1], expected a simple value for field [_id] but found [START_ARRAY]",
        ),
        (b'{"index":{"_type":"x"}}\n{}\n', "Action/metadata line [1] contains an unknown parameter [_type]"),
        (b'{"index":{"version_type":"x"}}\n{}\n', "No version type match [x]"),
        (b'{"index":{"if_seq_no":-4}}\n{}\n', "sequence numbers must be non negative. got [-4]."),
        (
            b'{"update":{"_id":"1","version":3}}\n{}\n',
            "Update requests do not support versioning. Please use `if_seq_no` and `if_primary_term` instead",
        ),
    ],
)
def test_refused_lines(body: bytes, why: str) -> None:
    with pytest.raises(IllegalArgumentException) as refused:
        list(parse(body, Defaults("x")))
    assert refused.value.reason == why


@pytest.mark.parametrize(
    ("body", "reason", "line"),
    [
        (
            b'{"update":{"_id":"1"}}\n{"doc":{},"dox":{}}\n',
            "[1:11] [UpdateRequest] unknown field [dox] did you mean [doc]?",
            None,
        ),
        (b'{"index":{"_id":"1","_source":{"a":1}}}\n{}\n', "Unknown key for a VALUE_NUMBER in [a].", 1),
    ],
)
def test_places_are_those_of_the_line(body: bytes, reason: str, line: int | None) -> None:
    with pytest.raises(OpenSearchError) as refused:
        list(parse(body, Defaults("x")))
    assert refused.value.reason == reason
    assert refused.value.meta.get("line") == line
