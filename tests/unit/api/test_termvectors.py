"""Bodies of term vectors that are no objects."""

from __future__ import annotations

import pytest

from fakeknn.api import termvectors
from fakeknn.errors import JsonParseException, NotFaked
from fakeknn.rest import Request
from fakeknn.state.node import Node


@pytest.mark.parametrize("body", [b'"filter": {}}', b'"a" "b"}', b"3 }"])
def test_what_follows_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    with pytest.raises(JsonParseException):
        termvectors.termvectors(Node(), Request.of("POST", "/i/_termvectors/1", body))


@pytest.mark.parametrize("body", [b"3", b'"a"', b"[]", b"null"])
def test_a_body_whose_end_nobody_finds_is_not_faked(body: bytes) -> None:
    with pytest.raises(NotFaked):
        termvectors.termvectors(Node(), Request.of("POST", "/i/_termvectors/1", body))
