"""Settings of an index: texts and shapes were recorded from a real OpenSearch 3.5.0."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fakeknn.errors import IllegalStateException, NotFaked, OpenSearchError
from fakeknn.state.settings.flat import flatten, render, with_index_prefix
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.settings.kinds import Settings
from fakeknn.state.settings.lifecycle import (
    Allowed,
    Updated,
    check_allowed,
    check_completed,
    check_makeable,
    check_requested,
    completed,
    update_settings,
)
from fakeknn.units import ByteSizeValue, TimeValue

NEW = {
    "index.creation_date": "1",
    "index.number_of_replicas": "1",
    "index.number_of_shards": "1",
    "index.provided_name": "a",
    "index.replication.type": "DOCUMENT",
    "index.uuid": "u",
    "index.version.created": "137267827",
}


def refused(call: Callable[..., Any], *arguments: Any, **named: Any) -> dict[str, Any]:
    with pytest.raises(OpenSearchError) as error:
        call(*arguments, **named)
    return error.value.members()


def requested(**settings: Any) -> Settings:
    return with_index_prefix(flatten(settings))


def new(settings: dict[str, Any] | None = None, templates: dict[str, Any] | None = None) -> Settings:
    return completed(
        with_index_prefix(flatten(settings or {})),
        with_index_prefix(flatten(templates or {})),
        provided_name="a",
        uuid="u",
        creation_date=1,
        version_created="137267827",
    )


# --- between nested and flat ------------------------------------------------------------------------------------------


def test_flat_keys_and_texts() -> None:
    body = {"index": {"number_of_shards": 3, "knn": True, "a.b": 1.0}, "x": None, "list": [1, "b", False], "empty": {}}
    assert flatten(body) == {
        "index.a.b": "1.0",
        "index.knn": "true",
        "index.number_of_shards": "3",
        "list": ["1", "b", "false"],
        "x": None,
    }
    assert with_index_prefix(flatten({"index.a": 1, "b": 2, "index.*": None, "archived.c": 3})) == {
        "archived.c": "3",
        "index.*": None,
        "index.a": "1",
        "index.b": "2",
    }


def test_lists_of_values_only() -> None:
    with pytest.raises(IllegalStateException, match="only value lists are allowed in serialized settings"):
        flatten({"a": [{}]})


def test_the_old_form_of_lists() -> None:
    assert flatten({"a.0": "x", "a.1": "y"}) == {"a": ["x", "y"]}
    with pytest.raises(IllegalStateException) as error:
        flatten({"a": "z", "a.0": "x"})
    assert error.value.reason == "settings builder can't contain values for [a=z] and [a.0=x]"


def test_a_value_keeps_what_lies_below_it_dotted() -> None:
    flat: Settings = {
        "index.knn": "true",
        "index.knn.algo_param.ef_search": "100",
        "index.knn.derived_source.enabled": "true",
        "index.number_of_shards": "1",
    }
    assert render(flat) == {
        "index": {
            "knn": "true",
            "knn.algo_param": {"ef_search": "100"},
            "knn.derived_source": {"enabled": "true"},
            "number_of_shards": "1",
        }
    }
    assert render(flat, flat=True) == flat


def test_numbered_names_are_shown_as_a_list() -> None:
    assert render({"index.analysis.x.0": "a", "index.analysis.x.1": "b"}) == {"index": {"analysis": {"x": ["a", "b"]}}}


# --- reading ----------------------------------------------------------------------------------------------------------


def test_values_and_defaults() -> None:
    assert INDEX_SETTINGS.get({}, "index.max_result_window") == 10000
    assert INDEX_SETTINGS.get({"index.max_result_window": "7"}, "index.max_rescore_window") == 7
    assert INDEX_SETTINGS.get({}, "index.refresh_interval") == TimeValue(1, "s")
    assert INDEX_SETTINGS.get({}, "index.translog.flush_threshold_size") == ByteSizeValue(512, "mb")
    assert INDEX_SETTINGS.get({"index.sort.field": "a, b"}, "index.sort.field") == ["a", "b"]
    assert INDEX_SETTINGS.get({}, "index.query.default_field") == ["*"]
    assert (
        INDEX_SETTINGS.get({"index.routing.allocation.require.zone": "z"}, "index.routing.allocation.require.zone")
        == "z"
    )
    assert INDEX_SETTINGS.get({"index.auto_expand_replicas": "0-all"}, "index.auto_expand_replicas") == (0, 2**31 - 1)


def test_defaults_leave_out_what_is_set() -> None:
    defaults = INDEX_SETTINGS.defaults({"index.max_result_window": "5", **NEW})
    assert defaults["index.max_rescore_window"] == "5"
    assert defaults["index.query.default_field"] == ["*"]
    assert "index.max_result_window" not in defaults
    assert "index.analysis." not in defaults
    assert len(defaults) == 192


# --- asking -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("settings", "kind", "reason"),
    [
        (
            {"index.knn.space_type": "l2"},
            "settings_exception",
            "unknown setting [index.knn.space_type] please check that any required plugins are installed, or check the "
            "breaking changes documentation for removed settings",
        ),
        (
            {"index.knn.algo_param.ef_construction": 1},
            "settings_exception",
            "unknown setting [index.knn.algo_param.ef_construction] did you mean [index.knn.algo_param.ef_search]?",
        ),
        (
            {"number_of_shardsx": 1},
            "settings_exception",
            "unknown setting [index.number_of_shardsx] did you mean [index.number_of_shards]?",
        ),
        (
            {"number_of_shards": 0},
            *("illegal_argument_exception",),
            "Failed to parse value [0] for setting [index.number_of_shards] must be >= 1",
        ),
        (
            {"number_of_shards": "1025"},
            "illegal_argument_exception",
            "Failed to parse value [1025] for setting [index.number_of_shards] must be <= 1024",
        ),
        (
            {"index.knn": "yes"},
            "illegal_argument_exception",
            "Failed to parse value [yes] as only [true] or [false] are allowed.",
        ),
        (
            {"index.refresh_interval": "5"},
            "illegal_argument_exception",
            "failed to parse setting [index.refresh_interval] with value [5] as a time value: "
            "unit is missing or unrecognized",
        ),
        (
            {"index.translog.durability": "x"},
            "illegal_argument_exception",
            "No enum constant org.opensearch.index.translog.Translog.Durability.X",
        ),
        (
            {"index.merge.policy.deletes_pct_allowed": 1},
            "illegal_argument_exception",
            "Failed to parse value [1] for setting [index.merge.policy.deletes_pct_allowed] must be >= 5.0",
        ),
        (
            {"index.knn.derived_source.enabled": True},
            "settings_exception",
            "missing required setting [index.knn] for setting [index.knn.derived_source.enabled]",
        ),
        (
            {"index.knn": False, "index.knn.derived_source.enabled": False},
            "illegal_argument_exception",
            'Index setting "index.knn" must be true in order to enabled derived source',
        ),
        (
            {"index.similarity.BM25.type": "BM25"},
            "illegal_argument_exception",
            "illegal value for [index.similarity.BM25] cannot redefine built-in similarity",
        ),
        (
            {"index.number_of_routing_shards": 1, "number_of_shards": 2},
            "illegal_argument_exception",
            "index.number_of_routing_shards [1] must be >= index.number_of_shards [2]",
        ),
        (
            {"index.codec": "best_compression", "index.codec.compression_level": 3},
            "illegal_argument_exception",
            "Compression level cannot be set for the best_compression codec.",
        ),
    ],
)
def test_refused_requests(settings: dict[str, Any], kind: str, reason: str) -> None:
    members = refused(check_requested, requested(**settings))
    assert (members["type"], members["reason"]) == (kind, reason)


def test_causes() -> None:
    assert refused(check_requested, requested(number_of_shards="x")) == {
        "type": "illegal_argument_exception",
        "reason": "Failed to parse value [x] for setting [index.number_of_shards]",
        "caused_by": {"type": "number_format_exception", "reason": 'For input string: "x"'},
    }
    text = (
        "failed to parse setting [index.knn.remote_index_build.size.min] with value [abc] as a size in bytes: unit is "
        "missing or unrecognized"
    )
    assert refused(check_requested, {"index.knn.remote_index_build.size.min": "abc"}) == {
        "type": "illegal_argument_exception",
        "reason": text,
        "caused_by": {"type": "parse_exception", "reason": text},
    }


def test_several_faults_are_told_together() -> None:
    members = refused(check_requested, requested(foo=1, number_of_shards=0))
    assert members["reason"].startswith("unknown setting [index.foo]")
    assert [other["reason"] for other in members["suppressed"]] == [
        "Failed to parse value [0] for setting [index.number_of_shards] must be >= 1"
    ]


def test_what_the_server_manages_cannot_be_asked_for() -> None:
    members = refused(check_allowed, requested(uuid="x", data_path="/x"))
    assert (members["type"], members["reason"]) == (
        "validation_exception",
        "Validation Failed: 1: path.shared_data must be set in order to use custom data paths;"
        "2: private index setting [index.uuid] can not be set explicitly;",
    )


# --- a new index ------------------------------------------------------------------------------------------------------


def test_a_new_index() -> None:
    assert new() == NEW
    assert new({"index.knn": True})["index.knn.derived_source.enabled"] == "true"
    assert "index.knn.derived_source.enabled" not in new({"index.knn": True, "index.knn.derived_source.enabled": None})
    assert new({"number_of_replicas": None}, {"number_of_replicas": 5})["index.number_of_replicas"] == "1"
    assert new({"number_of_shards": 2}, {"number_of_shards": 5, "codec": "lz4"}) == {
        **NEW,
        "index.codec": "lz4",
        "index.number_of_shards": "2",
    }
    assert new({"creation_date": 5})["index.creation_date"] == "5"


def test_checks_of_a_new_index() -> None:
    assert (
        "soft-deletes disabled"
        in refused(check_completed, new({"soft_deletes.enabled": False}), {}, Allowed())["reason"]
    )
    assert refused(check_makeable, new({"store.type": "x"}))["reason"] == "Unknown store type [x]"
    assert refused(check_makeable, new({"write.wait_for_active_shards": 5}))["reason"] == (
        "invalid index.write.wait_for_active_shards[5]: cannot be greater than number of shard copies [2]"
    )
    assert refused(check_makeable, new({"merge.policy.floor_segment": -1}))["reason"] == (
        "floorSegmentMB must be > 0.0 (got -9.5367431640625E-7)"
    )
    check_makeable(new())


# --- changes ----------------------------------------------------------------------------------------------------------


def update(
    changes: dict[str, Any], current: dict[str, Any] | None = None, *, closed: bool = False, **options: Any
) -> Any:
    index = Updated("a", "u", not closed, new(current))
    return update_settings([index], flatten(changes), **options).get("a")


def test_dynamic_settings_change() -> None:
    assert update({"max_result_window": 5}) == {**NEW, "index.max_result_window": "5"}
    assert update({"index": {"number_of_replicas": None}}, {"number_of_replicas": 3}) == NEW
    assert update({"max_result_window": 5}, {"max_result_window": 5}) is None
    assert update({"max_result_window": 5}, {"max_result_window": 7}, preserve_existing=True) is None
    assert update({"index.blocks.*": None}, {"blocks.write": True, "blocks.read": True}) == NEW
    assert update({"codec": "lz4"}, closed=True) == {**NEW, "index.codec": "lz4"}


@pytest.mark.parametrize(
    ("changes", "closed", "kind", "reason"),
    [
        (
            {"index.knn": True},
            False,
            "illegal_argument_exception",
            "Can't update non dynamic settings [[index.knn]] for open indices [[a/u]]",
        ),
        ({"index.knn": True}, True, "settings_exception", "final a setting [index.knn], not updateable"),
        (
            {"number_of_shards": None},
            True,
            "settings_exception",
            "final a setting [index.number_of_shards], not updateable",
        ),
        (
            {"uuid": "x"},
            False,
            "settings_exception",
            "can not update private setting [index.uuid]; this setting is managed by OpenSearch",
        ),
        (
            {"max_result_window": 0},
            False,
            "illegal_argument_exception",
            "Failed to parse value [0] for setting [index.max_result_window] must be >= 1",
        ),
        (
            {"foo": None},
            False,
            "settings_exception",
            "unknown setting [index.foo] please check that any required plugins are installed, or check the breaking "
            "changes documentation for removed settings",
        ),
    ],
)
def test_refused_changes(changes: dict[str, Any], closed: bool, kind: str, reason: str) -> None:
    members = refused(update, changes, closed=closed)
    assert (members["type"], members["reason"]) == (kind, reason)


def test_refresh_no_oftener_than_the_cluster_allows() -> None:
    least = Allowed(minimum_refresh_interval="1s")
    assert refused(update, {"refresh_interval": "100ms"}, allowed=least)["reason"] == (
        "invalid index.refresh_interval [100ms]: cannot be smaller than cluster.minimum.index.refresh_interval [1s]"
    )
    assert (
        update({"refresh_interval": -1}, allowed=Allowed(minimum_refresh_interval="1s"))["index.refresh_interval"]
        == "-1"
    )


def test_sources_derived_from_all_fields_are_not_faked() -> None:
    with pytest.raises(NotFaked, match="derived_source"):
        check_makeable({"index.derived_source.enabled": "true"})
