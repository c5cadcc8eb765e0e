"""The settings of the cluster: their registry, and what ``PUT _cluster/settings`` does to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.errors import IllegalArgumentException
from fakeknn.state.script_caches import check_script_settings
from fakeknn.state.settings.cluster_rules import settings_with_rules
from fakeknn.state.settings.cluster_table import CLUSTER_TABLE
from fakeknn.state.settings.index import NIO_EXTENSIONS
from fakeknn.state.settings.kinds import (
    NONE,
    AffixSetting,
    GroupSetting,
    ListSetting,
    SecureSetting,
    Setting,
    Settings,
    Value,
)
from fakeknn.state.settings.node_table import NODE_TABLE, PATTERNS, SECURE, UNSHOWN
from fakeknn.state.settings.registry import Registry
from fakeknn.state.settings.remote_clusters import connection_info, remote_cluster_settings, remote_clusters
from fakeknn.state.settings.table import parse_table


def _all() -> tuple[Setting, ...]:
    return (
        *parse_table(CLUSTER_TABLE),
        *settings_with_rules(),
        *remote_cluster_settings(),
        *parse_table(NODE_TABLE),
        ListSetting("index.store.hybrid.nio.extensions", NIO_EXTENSIONS),
        *(Setting(key) for key in UNSHOWN.split()),
        *(SecureSetting(key) for key in SECURE.split()),
        *(GroupSetting(key) if key.endswith(".") else AffixSetting(key, NONE, Setting("")) for key in PATTERNS.split()),
    )


CLUSTER_SETTINGS = Registry(_all)


def update_cluster_settings(
    transient: Mapping[str, Value],
    persistent: Mapping[str, Value],
    transient_changes: Mapping[str, Value],
    persistent_changes: Mapping[str, Value],
) -> tuple[Settings, Settings]:
    """SettingsUpdater.updateSettings: both kinds with their changes, or the first refusal and nothing changed."""
    new_transient = CLUSTER_SETTINGS.updated(transient, transient_changes, "transient", only_dynamic=True)
    new_persistent = CLUSTER_SETTINGS.updated(persistent, persistent_changes, "persistent", only_dynamic=True)
    found_transient = dict(transient) if new_transient is None else new_transient
    found_persistent = dict(persistent) if new_persistent is None else new_persistent
    if new_transient is not None or new_persistent is not None:
        CLUSTER_SETTINGS.validate(found_transient, dependencies=True)
        CLUSTER_SETTINGS.validate(found_persistent, dependencies=True)
        _check_together({**found_persistent, **found_transient})
    return found_transient, found_persistent


_KEEP_ALIVE = (
    ("search.max_keep_alive", "max keep alive"),
    ("point_in_time.max_keep_alive", "max keep alive for PIT"),
)


def _check_together(settings: Mapping[str, Value]) -> None:
    """What services refuse when they are told of the settings in force."""
    check_script_settings(settings)
    default = CLUSTER_SETTINGS.get(settings, "search.default_keep_alive")
    for key, name in _KEEP_ALIVE:
        most = CLUSTER_SETTINGS.get(settings, key)
        if default.millis > most.millis:
            raise IllegalArgumentException(
                "Default keep alive setting for request [search.default_keep_alive] should be smaller than "
                f"{name} [{key}], was ({default} > {most})"
            )


def remote_connections(settings: Mapping[str, Value]) -> dict[str, dict[str, Any]]:
    """What is known of the connection to each remote cluster, by its alias."""

    def get(key: str) -> Any:
        return CLUSTER_SETTINGS.get(settings, key)

    return {alias: connection_info(alias, get) for alias in remote_clusters(settings, get)}


def cluster_defaults(settings: Mapping[str, Value], own: Mapping[str, Value]) -> Settings:
    """The defaults that ``include_defaults`` shows; ``own`` are those that this node knows better, as its name."""
    hidden = set(UNSHOWN.split())
    found = {key: value for key, value in CLUSTER_SETTINGS.defaults(settings).items() if key not in hidden}
    return dict(sorted({**found, **own}.items()))
