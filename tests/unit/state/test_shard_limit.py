"""The limit of shards; its text was recorded from a real OpenSearch 3.5.0."""

from __future__ import annotations

import pytest

from fakeknn.errors import ValidationException
from fakeknn.state.node import Node
from fakeknn.state.shard_limit import check_new_index, check_shard_limit


@pytest.fixture
def node() -> Node:
    node = Node()
    node.persistent_settings = {"cluster.max_shards_per_node": "10", "cluster.ignore_dot_indexes": "true"}
    return node


def test_as_many_as_there_is_room_for(node: Node) -> None:
    check_shard_limit(node, 10)
    with pytest.raises(ValidationException) as refused:
        check_shard_limit(node, 11)
    assert refused.value.reason == (
        "Validation Failed: 1: this action would add [11] total LOCAL_ONLY shards, but this cluster currently has "
        "[0]/[10] maximum LOCAL_ONLY shards open;"
    )


def test_names_with_a_dot_may_be_let_pass(node: Node) -> None:
    check_new_index(node, ".hidden", 6, 1)
    for name in ("plain", ".ds-logs-000001"):
        with pytest.raises(ValidationException):
            check_new_index(node, name, 6, 1)
