"""Settings of the cluster: texts were recorded from a real OpenSearch 3.5.0."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.state.settings.cluster import (
    CLUSTER_SETTINGS,
    cluster_defaults,
    remote_connections,
    update_cluster_settings,
)


def update(changes: dict[str, Any], current: dict[str, Any] | None = None) -> dict[str, Any]:
    return dict(update_cluster_settings({}, current or {}, {}, changes)[1])


def refused(changes: dict[str, Any], current: dict[str, Any] | None = None) -> dict[str, Any]:
    with pytest.raises(OpenSearchError) as error:
        update(changes, current)
    return error.value.members()


def test_settings_are_put_and_reset() -> None:
    current = update({"search.max_buckets": "5", "cluster.max_shards_per_node": "7"})
    assert current == {"cluster.max_shards_per_node": "7", "search.max_buckets": "5"}
    assert update({"search.max_buckets": None}, current) == {"cluster.max_shards_per_node": "7"}
    assert update({"cluster.*": None}, current) == {"search.max_buckets": "5"}
    assert update({"*": None}, current) == {}
    assert update({"search.max_buckets": None}) == {}
    assert update({"cluster.routing.allocation.require.zone": "a", "logger.org.opensearch": "DEBUG"}) == {
        "cluster.routing.allocation.require.zone": "a",
        "logger.org.opensearch": "DEBUG",
    }


def test_transient_and_persistent_are_apart() -> None:
    transient, persistent = update_cluster_settings(
        {"search.max_buckets": "1"}, {"search.max_buckets": "2"}, {"search.max_buckets": "3"}, {}
    )
    assert (transient, persistent) == ({"search.max_buckets": "3"}, {"search.max_buckets": "2"})


@pytest.mark.parametrize(
    ("changes", "kind", "reason"),
    [
        ({"knn.foo": "1"}, "settings_exception", "persistent setting [knn.foo], not recognized"),
        ({"knn.foo": None}, "settings_exception", "persistent setting [knn.foo], not recognized"),
        (
            {"knn.derived_source.enabled": "true"},
            "settings_exception",
            "persistent setting [knn.derived_source.enabled], not recognized",
        ),
        (
            {"knn.faiss.avx2.disabled": "true"},
            "settings_exception",
            "persistent setting [knn.faiss.avx2.disabled], not dynamically updateable",
        ),
        ({"node.name": "x"}, "settings_exception", "persistent setting [node.name], not dynamically updateable"),
        (
            {"cluster.remote_store.state.enabled": "true"},
            "settings_exception",
            "final persistent setting [cluster.remote_store.state.enabled], not updateable",
        ),
        (
            {"knn.remote_index_build.service.username": "x"},
            "settings_exception",
            "persistent setting [knn.remote_index_build.service.username], not dynamically updateable",
        ),
        ({"knn.algo_param.index_thread_qty": "33"}, "illegal_argument_exception", "Value must be between 1 and 32"),
        (
            {"cluster.max_shards_per_node": "0"},
            "illegal_argument_exception",
            "Failed to parse value [0] for setting [cluster.max_shards_per_node] must be >= 1",
        ),
        (
            {"action.destructive_requires_name": "1"},
            "illegal_argument_exception",
            "Failed to parse value [1] as only [true] or [false] are allowed.",
        ),
        (
            {"cluster.routing.allocation.enable": "some"},
            "illegal_argument_exception",
            "Illegal allocation.enable value [SOME]",
        ),
        (
            {"search.max_keep_alive": "0"},
            "illegal_argument_exception",
            "Default keep alive setting for request [search.default_keep_alive] should be smaller than max keep alive "
            "[search.max_keep_alive], was (5m > 0s)",
        ),
        (
            {"cluster.minimum.index.refresh_interval": "30s"},
            "illegal_argument_exception",
            "cluster minimum index refresh interval [30s] more than cluster default index refresh interval [1s]",
        ),
        (
            {"script.max_compilations_rate": "zzz"},
            "illegal_argument_exception",
            "parameter must contain a positive integer and a timevalue, i.e. 10/1m, but was [zzz]",
        ),
    ],
)
def test_refused(changes: dict[str, Any], kind: str, reason: str) -> None:
    members = refused(changes)
    assert (members["type"], members["reason"]) == (kind, reason)


def test_watermarks_agree() -> None:
    disk = "cluster.routing.allocation.disk.watermark."
    assert refused({disk + "low": "99%"})["reason"] == "low disk watermark [99%] more than high disk watermark [90%]"
    assert refused({disk + "low": "1gb"})["reason"] == (
        f"unable to consistently parse [{disk}low=1gb], [{disk}high=90%], and [{disk}flood_stage=95%] as percentage or "
        "bytes"
    )
    update({disk + "low": "3gb", disk + "high": "2gb", disk + "flood_stage": "1gb"})
    text = f"failed to parse setting [{disk}low] with value [zzz] as a size in bytes: unit is missing or unrecognized"
    assert refused({disk + "low": "zzz"}) == {
        "type": "illegal_argument_exception",
        "reason": text,
        "caused_by": {
            "type": "parse_exception",
            "reason": text,
            "suppressed": [{"type": "parse_exception", "reason": "Invalid ratio or percentage [zzz]"}],
        },
    }


def test_remote_clusters_have_a_way_to_them() -> None:
    found = update({"cluster.remote.a.seeds": "localhost:9300,localhost:1"})
    told = remote_connections(found)
    assert told["a"]["seeds"] == ["localhost:9300", "localhost:1"]
    with pytest.raises(IllegalArgumentException, match="Cannot configure setting"):
        update({"cluster.remote.b.skip_unavailable": "true"})


def test_defaults() -> None:
    defaults = cluster_defaults({"search.max_buckets": "5"}, {"node.name": "n"})
    assert defaults["node.name"] == "n"
    assert defaults["cluster.routing.allocation.awareness.attributes"] == []
    assert defaults["knn.memory.circuit_breaker.limit"] == "50%"
    assert "search.max_buckets" not in defaults
    assert "reindex.ssl.key" not in defaults
    assert len(defaults) == 654


def test_values() -> None:
    assert CLUSTER_SETTINGS.get({}, "search.max_buckets") == 65535
    assert CLUSTER_SETTINGS.get({"action.auto_create_index": "-a*,+b*,c"}, "action.auto_create_index") == [
        ("a*", False),
        ("b*", True),
        ("c", True),
    ]
