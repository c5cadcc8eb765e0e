"""Settings of remote clusters, ``cluster.remote.ALIAS.*``: what they may be, and which clusters they make known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from fakeknn.errors import IllegalArgumentException, NumberFormatException
from fakeknn.state.settings.kinds import (
    DYNAMIC,
    AffixSetting,
    BooleanSetting,
    ChoiceSetting,
    IntegerSetting,
    ListSetting,
    ParsedSetting,
    Setting,
    TimeSetting,
    Value,
)
from fakeknn.units import parse_int
from fakeknn.xcontent.java import hash_ordered

_PREFIX = "cluster.remote."

Get = Callable[[str], Any]


def _host_and_port(text: str, key: str) -> str:
    return _seed(text) if text else text


def _seed(text: str) -> str:
    """RemoteConnectionStrategy.parsePort."""
    _, colon, port = text.rpartition(":")
    if not colon:
        raise IllegalArgumentException(f"remote hosts need to be configured as [host:port], found [{text}] instead")
    try:
        number = parse_int(port)
    except NumberFormatException as cause:
        raise IllegalArgumentException("failed to parse port") from cause
    if number <= 0:
        raise IllegalArgumentException(f"port number must be > 0 but was: [{number}]")
    return text


def _is_enabled(alias: str, get: Get) -> bool:
    """RemoteConnectionStrategy.isConnectionEnabled."""
    place = "seeds" if get(f"{_PREFIX}{alias}.mode") == "SNIFF" else "proxy_address"
    return bool(get(f"{_PREFIX}{alias}.{place}"))


def _needs_mode(mode: str, alias: str, key: str, value: Any, get: Get) -> None:
    """StrategyValidator."""
    configured = get(f"{_PREFIX}{alias}.mode")
    if configured != mode:
        raise IllegalArgumentException(
            f'Setting "{key}" cannot be used with the configured "{_PREFIX}{alias}.mode" [required={mode}, '
            f"configured={configured}]"
        )


def _needs_cluster(alias: str, key: str, value: Any, get: Get) -> None:
    """RemoteConnectionEnabled."""
    if not _is_enabled(alias, get):
        raise IllegalArgumentException(f"Cannot configure setting [{key}] if remote cluster is not enabled.")


class _RemoteSetting(AffixSetting):
    """A setting of each remote cluster, whose check is told the cluster's alias and the whole key."""

    def __init__(
        self, name: str, each: Setting, check: Callable[[str, str, Any, Get], None], requires: tuple[str, ...] = ()
    ) -> None:
        super().__init__(f"{_PREFIX}*.{name}", DYNAMIC, each, requires)
        self.check_one = check

    def concrete(self, key: str) -> Setting:
        one = super().concrete(key)
        one.check = partial(self.check_one, self.namespace(key), one.key)
        return one


_SNIFF, _PROXY = partial(_needs_mode, "SNIFF"), partial(_needs_mode, "PROXY")


def remote_cluster_settings() -> tuple[Setting, ...]:
    mode = ChoiceSetting(
        "",
        "SNIFF",
        choices=("SNIFF", "PROXY"),
        refusal="No enum constant org.opensearch.transport.RemoteConnectionStrategy.ConnectionStrategy.{folded}",
        fold="upper",
    )
    address = ParsedSetting("", "", parser=_host_and_port)
    return (
        AffixSetting(f"{_PREFIX}*.mode", DYNAMIC, mode),
        _RemoteSetting("node_connections", IntegerSetting("", "3", low=1), _SNIFF),
        _RemoteSetting("proxy", address, _SNIFF, requires=(f"{_PREFIX}*.seeds",)),
        _RemoteSetting("proxy_address", address, _PROXY),
        _RemoteSetting("proxy_socket_connections", IntegerSetting("", "18", low=1), _PROXY),
        _RemoteSetting("seeds", ListSetting("", [], each=_seed), _SNIFF),
        _RemoteSetting("server_name", Setting(""), _PROXY),
        _RemoteSetting("skip_unavailable", BooleanSetting(""), _needs_cluster),
        _RemoteSetting("transport.compress", BooleanSetting(""), _needs_cluster),
        _RemoteSetting("transport.ping_schedule", TimeSetting("", "-1"), _needs_cluster),
    )


def remote_clusters(settings: Mapping[str, Value], get: Get) -> list[str]:
    """The aliases of the clusters that settings make known, in the order of a Java hash map."""
    aliases = {
        key.removeprefix(_PREFIX).partition(".")[0]
        for key in settings
        if key.startswith(_PREFIX) and key.endswith((".seeds", ".proxy_address"))
    }
    return [alias for alias in hash_ordered(dict.fromkeys(aliases)) if _is_enabled(alias, get)]


def connection_info(alias: str, get: Get) -> dict[str, Any]:
    """RemoteConnectionInfo.toXContent of a cluster that nobody reaches."""

    def of(name: str) -> Any:
        return get(f"{_PREFIX}{alias}.{name}")

    if of("mode") == "SNIFF":
        reached = {
            "seeds": of("seeds"),
            "num_nodes_connected": 0,
            "max_connections_per_cluster": of("node_connections"),
        }
    else:
        reached = {
            "proxy_address": of("proxy_address"),
            "server_name": of("server_name"),
            "num_proxy_sockets_connected": 0,
            "max_proxy_socket_connections": of("proxy_socket_connections"),
        }
    return {
        "connected": False,
        "mode": of("mode").lower(),
        **reached,
        "initial_connect_timeout": "30s",
        "skip_unavailable": of("skip_unavailable"),
    }
