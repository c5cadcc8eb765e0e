"""What ``rescore`` may not be."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.app import answer
from fakeknn.errors import NamedObjectNotFoundException, ParsingException
from fakeknn.rest import Request
from fakeknn.search.rescore import parse_rescorer
from fakeknn.state.node import Node


def test_an_unknown_rescorer_is_refused() -> None:
    with pytest.raises(NamedObjectNotFoundException, match=r"unknown field \[ltr\]"):
        parse_rescorer({"rescore": {"ltr": {}}}, "rescore")


@pytest.mark.parametrize("items", [[1], [[]]])
def test_what_is_no_object_ends_the_array(items: list[Any]) -> None:
    with pytest.raises(ParsingException, match=r"unexpected token \[END_ARRAY\] after \[null\]"):
        parse_rescorer(items, 0)


def test_a_negative_window_fails_where_there_is_something_to_rescore() -> None:
    """The real server makes an array of that size."""
    node, headers = Node(), {"content-type": "application/json"}
    answer(node, Request.of("PUT", "/shop/_doc/1?refresh=true", b'{"n": 1}', headers))
    body = b'{"rescore": {"query": {"rescore_query": {"match_all": {}}}, "window_size": -5}, "size": %d}'
    assert answer(node, Request.of("POST", "/shop/_search", body % 0, headers))[0] == 200
    status, _, told = answer(node, Request.of("POST", "/shop/_search", body % 1, headers))
    assert (status, b"negative_array_size_exception" in told) == (500, True)
