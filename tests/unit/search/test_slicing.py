"""Slices share out a search's documents: each is in one of them."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.app import answer
from fakeknn.errors import IllegalArgumentException
from fakeknn.query.context import ShardContext
from fakeknn.rest import Request
from fakeknn.search.request import Slice
from fakeknn.search.service import shard_contexts
from fakeknn.search.slicing import InSlice, sliced, stored
from fakeknn.state.node import Node


@pytest.fixture(scope="module")
def contexts() -> list[ShardContext]:
    node = Node()
    lines = "".join(f'{{"index": {{"_id": "d{i}"}}}}\n{{"n": {i % 7}, "x": {i / 3 - 9}}}\n' for i in range(60))
    settings = b'{"settings": {"number_of_shards": 3}}'
    answer(node, Request.of("PUT", "/shop", settings, {"content-type": "application/json"}))
    headers = {"content-type": "application/x-ndjson"}
    answer(node, Request.of("POST", "/shop/_bulk?refresh=true", lines.encode(), headers))
    return shard_contexts(node, [node.indices["shop"]])


def ids(contexts: list[ShardContext]) -> list[str | None]:
    """What a search of these shards would find."""
    found = []
    for ctx in contexts:
        mask = ctx.view.live if ctx.alias_filter is None else ctx.view.live & ctx.alias_filter.mask(ctx)
        found += [ctx.view.ids[row] for row in mask.nonzero()[0].tolist()]
    return found


@pytest.mark.parametrize("field", ["_id", "n", "x"])
@pytest.mark.parametrize("slices", [2, 3, 4, 7, 11])
def test_each_document_is_in_one_slice(contexts: list[ShardContext], slices: int, field: str) -> None:
    found = [name for i in range(slices) for name in ids(sliced(Slice(i, slices, field), contexts))]
    assert sorted(map(str, found)) == sorted(map(str, ids(contexts)))


def test_fewer_slices_than_shards_are_whole_shards(contexts: list[ShardContext]) -> None:
    assert [ctx.shard for ctx in sliced(Slice(0, 2), contexts)] == [0, 2]
    assert [ctx.shard for ctx in sliced(Slice(1, 2), contexts)] == [1]
    assert sliced(None, contexts) is contexts


def test_a_field_must_be_a_number(contexts: list[ShardContext]) -> None:
    with pytest.raises(IllegalArgumentException, match="field absent not found"):
        InSlice(field="absent", id=0, max=2).mask(contexts[0])
    with pytest.raises(IllegalArgumentException, match="cannot load numeric doc values on _index"):
        InSlice(field="_index", id=0, max=2).mask(contexts[0])


def test_decimals_are_mixed_as_they_are_kept() -> None:
    """NumericUtils.floatToSortableInt and HalfFloatPoint.halfFloatToSortableShort: in order, also below zero."""
    for kind in ("double", "float", "half_float"):
        kept = stored(kind, np.array([-2.5, -1.0, 0.0, 1.0, 2.5])).tolist()
        assert kept == sorted(kept)
    assert stored("float", np.array([1.5])).tolist() == [0x3FC00000]
    assert stored("half_float", np.array([1.5, -1.5])).tolist() == [0x3E00, ~0x3E00]
