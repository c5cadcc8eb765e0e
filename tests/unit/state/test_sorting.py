"""Sorted indices: the order of what a segment holds, whatever was written, replaced, deleted and merged."""

from __future__ import annotations

from collections.abc import Mapping as Settings
from random import Random
from typing import Any

import pytest

from fakeknn.errors import IllegalArgumentException
from fakeknn.fields.contexts import MappingContext
from fakeknn.mapping import Mapping
from fakeknn.mapping.definition import parse_mapping
from fakeknn.state.creation import CreateIndex, create_index
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.state.sorting import index_sort, sort_fields
from fakeknn.state.versions import Expectation
from fakeknn.view import NumericColumn

ANY = Expectation()


def mapping(**types: str) -> Mapping:
    return parse_mapping({"properties": {name: {"type": kind} for name, kind in types.items()}}, MappingContext())


def test_what_settings_say() -> None:
    settings = {
        "index.sort.field": ["a", "b"],
        "index.sort.order": ["asc", "desc"],
        "index.sort.missing": ["_first", "_last"],
    }
    first, second = index_sort(settings, mapping(a="keyword", b="long").field)
    assert (first.field, first.highest, first.missing_highest) == ("a", False, False)
    assert (second.field, second.highest, second.missing_highest) == ("b", True, False)
    with pytest.raises(IllegalArgumentException, match="unknown index sort field"):
        index_sort(settings, mapping(a="keyword").field)
    with pytest.raises(IllegalArgumentException, match="size mismatch"):
        sort_fields({"index.sort.field": "a", "index.sort.mode": ["max", "min"]})


def an_index(node: Node, settings: Settings[str, Any]) -> Index:
    properties = {
        "n": {"type": "integer"},
        "inner": {"type": "nested", "properties": {"of": {"type": "integer"}}},
    }
    return create_index(node, CreateIndex("i", settings, {"properties": properties}))


@pytest.mark.parametrize("seed", range(20))
def test_segments_are_in_order_and_nothing_is_lost(seed: int) -> None:
    random, node = Random(seed), Node()
    index = an_index(node, {"sort.field": "n", "sort.order": random.choice(("asc", "desc")), "refresh_interval": "-1"})
    shard, kept = index.shards[0], dict[str, dict[str, Any]]()
    for _ in range(60):
        doc_id = str(random.randrange(12))
        chance = random.random()
        if chance < 0.6:
            body: dict[str, Any] = {"n": random.randrange(9)} if random.random() < 0.9 else {}
            if random.random() < 0.3:
                body["inner"] = [{"of": body.get("n")} for _ in range(random.randrange(1, 3))]
            shard.index_document(
                doc_id, index.parse(doc_id, body, doc_id.encode(), None), index.mapping, ANY, None, 0.0
            )
            kept[doc_id] = body
        elif chance < 0.75:
            shard.delete_document(doc_id, ANY, 0.0)
            kept.pop(doc_id, None)
        elif chance < 0.85:
            shard.refresh()
        elif chance < 0.9:
            shard.force_merge(1, False, random.choice((0.0, 100.0)))
        else:
            found = shard.get(doc_id, 0.0)
            assert (found is not None) == (doc_id in kept)
            assert found is None or found.source == doc_id.encode()
    shard.refresh()
    view = shard.view
    assert {view.ids[row] for row in view.rows_of(0).tolist() if view.live[row]} == set(kept)
    numbers, inner = (view.columns.get(name) for name in ("n", "inner.of"))
    for doc_id, body in kept.items():
        row = view.find(doc_id)
        assert row is not None
        assert isinstance(numbers, NumericColumn)
        assert numbers.values[numbers.rows == row].tolist() == ([body["n"]] if "n" in body else [])
        first = row - len(body.get("inner", ()))
        assert view.parents(0)[first] == row
        if "n" in body and isinstance(inner, NumericColumn):
            assert all(inner.values[inner.rows == below].tolist() == [body["n"]] for below in range(first, row))
    field = shard.sort[0]
    keys = field.keys(numbers, view.n)
    for first, last in zip(view.segments[:-1].tolist(), view.segments[1:].tolist(), strict=True):
        ordered = [keys[row] for row in range(first, last) if view.levels[row] == 0]
        assert ordered == sorted(ordered)
