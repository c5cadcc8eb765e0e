"""Index expressions, held against the answers of a real OpenSearch 3.5.0 (``names.recorded.json``).

The recording asked ``/{expression}/_settings``, ``/{expression}/_stats`` and ``/{expression}/_doc/1`` of the indices
that ``lookup`` builds.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from fakeknn.errors import IllegalArgumentException, IllegalStateException, OpenSearchError
from fakeknn.state import names
from fakeknn.state.resolution import (
    IndicesLookup,
    concrete_indices,
    concrete_single_index,
    concrete_write_index,
    filtering_aliases,
    resolve_expressions,
    search_routing,
)

RECORDED = json.loads((Path(__file__).parent / "names.recorded.json").read_text())


@dataclass
class Index:
    name: str
    state: str = "open"
    hidden: bool = False
    aliases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    uuid: str = "u"


@dataclass
class DataStream:
    name: str
    indices: list[str]


def lookup(*indices: Index) -> IndicesLookup:
    indices = indices or (
        Index("a1", aliases={"x": {}, "y": {}}),
        Index("a2", aliases={"y": {}}),
        Index("b1", state="close"),
        Index(".dot", hidden=True),
        Index("hid", hidden=True, aliases={"hx": {"is_hidden": True}}),
        Index("hidclosed", state="close", hidden=True),
        Index("w1", aliases={"w": {"is_write_index": True}}),
        Index("w2", aliases={"w": {}}),
        Index(".ds-ds1-000001", hidden=True),
    )
    streams = {"ds1": DataStream("ds1", [".ds-ds1-000001"])} if len(indices) > 5 else {}
    return IndicesLookup({index.name: index for index in indices}, streams)


def answer(kind: str, expression: str, params: str) -> Any:
    expressions = expression.split(",") if expression else []
    try:
        if kind == "get":
            return concrete_single_index(lookup(), expression).name
        default = names.GET_SETTINGS if kind == "settings" else names.BROADCAST
        options = names.IndicesOptions.from_parameters(dict(parse_qsl(params)), default)
        return [i.name for i in concrete_indices(lookup(), expressions, options, include_data_streams=True)]
    except OpenSearchError as error:
        members = {key: value for key, value in error.members().items() if key != "index_uuid"}
        return {"status": error.http_status(), **members}


@pytest.mark.parametrize("kind", ["settings", "stats", "get"])
def test_expressions_as_recorded(kind: str) -> None:
    cases = [case for case in RECORDED if kind in case]
    assert len(cases) > 30
    differing = [
        (case, found) for case in cases if (found := answer(kind, case[kind], case["params"])) != case["answer"]
    ]
    assert differing == []


def test_writes_go_to_the_write_index() -> None:
    assert concrete_write_index(lookup(), "w").name == "w1"
    assert concrete_write_index(lookup(), "x").name == "a1"
    assert concrete_write_index(lookup(), "ds1").name == ".ds-ds1-000001"
    with pytest.raises(IllegalArgumentException, match=r"no write index is defined for alias \[y\]"):
        concrete_write_index(lookup(), "y")


def test_a_single_index_may_decline_to_be_written_to() -> None:
    with pytest.raises(IllegalArgumentException, match="no write index is defined"):
        concrete_write_index(lookup(Index("a", aliases={"x": {"is_write_index": False}})), "x")


def test_an_alias_has_one_write_index_and_one_hidden_setting() -> None:
    writers = lookup(
        Index("a", aliases={"x": {"is_write_index": True}}), Index("b", aliases={"x": {"is_write_index": True}})
    )
    with pytest.raises(IllegalStateException) as error:
        writers.validate_aliases()
    assert error.value.reason == "alias [x] has more than one write index [a,b]"
    mixed = lookup(Index("a", aliases={"x": {"is_hidden": True}}), Index("b", aliases={"x": {}}))
    with pytest.raises(IllegalStateException) as error:
        mixed.validate_aliases()
    assert error.value.reason == (
        "alias [x] has is_hidden set to true on indices [a] but does not have is_hidden set to true on indices [b]; "
        "alias must have the same is_hidden setting on all indices"
    )


def test_filters_count_only_when_every_way_to_the_index_has_one() -> None:
    index = Index(
        "a", aliases={"cheap": {"filter": {"term": {"p": 1}}}, "new": {"filter": {"term": {"n": 1}}}, "all": {}}
    )
    found = lookup(index)
    assert filtering_aliases(index, resolve_expressions(found, ["cheap"])) == ["cheap"]
    assert filtering_aliases(index, resolve_expressions(found, ["cheap", "new"])) == [
        "new",
        "cheap",
    ]  # as a HashSet has them
    assert filtering_aliases(index, resolve_expressions(found, ["cheap", "all"])) is None
    assert filtering_aliases(index, resolve_expressions(found, ["cheap", "a"])) is None
    assert filtering_aliases(index, resolve_expressions(found, ["_all"])) is None


def test_search_routing() -> None:
    found = lookup(Index("a", aliases={"r1": {"search_routing": "1,2"}, "plain": {}}), Index("b"))
    assert search_routing(found, ["r1"]) == {"a": {"1", "2"}}
    assert search_routing(found, ["r1"], "2,3") == {"a": {"2"}}
    assert search_routing(found, ["r1"], "3") is None
    assert search_routing(found, ["r1", "plain"]) is None
    assert search_routing(found, ["r1", "b"], "2") == {"a": {"2"}, "b": {"2"}}
    assert search_routing(found, ["b"]) is None
