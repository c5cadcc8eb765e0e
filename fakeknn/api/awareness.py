"""``_cluster/routing/awareness`` and ``_cluster/decommission``: zones of a cluster, of which one node has but one."""

from __future__ import annotations

from typing import Any

from fakeknn.api.timeouts import check_time, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    DecommissioningFailedException,
    NotFaked,
    NullPointerException,
    OpenSearchParseException,
    ResourceNotFoundException,
    UnsupportedWeightedRoutingStateException,
)
from fakeknn.rest import Request, route
from fakeknn.state.node import Node
from fakeknn.units import parse_long
from fakeknn.xcontent import java_string, read_map
from fakeknn.xcontent.java import parse_double

ATTRIBUTES = "cluster.routing.allocation.awareness.attributes"

_FORCED = "cluster.routing.allocation.awareness.force."

#: WeightedRoutingMetadata: the version of weights that nobody has set, and that of a request that names none.
_INITIAL_VERSION, _NO_VERSION = -1, -2


def awareness_attributes(node: Node) -> list[str]:
    """The attributes by whose values shards are spread."""
    found = node.cluster_setting(ATTRIBUTES) or ()
    return found.split(",") if isinstance(found, str) else list(found)


# --- weights ----------------------------------------------------------------------------------------------------------


@route("GET", "/_cluster/routing/awareness/{attribute}/weights", params=("local",))
def weights(node: Node, request: Request) -> dict[str, Any]:
    request.flag("local")
    _check_attribute(node, request.params["attribute"])
    return {}


@route("PUT", "/_cluster/routing/awareness/{attribute}/weights")
def put_weights(node: Node, request: Request) -> dict[str, Any]:
    attribute = request.params["attribute"]
    if not request.body:
        called = 'Cannot invoke "org.opensearch.cluster.routing.WeightedRouting.attributeName()"'
        raise NullPointerException(f'{called} because "this.weightedRouting" is null')
    given, version = _weights(attribute, request.read(read_map))
    problems = [] if given else ["Weights are missing"]
    if version == _NO_VERSION:
        problems.append("Version is missing")
    most, without = len(given) // 2, sum(not weight for weight in given.values())
    if not problems and without > most:
        told = ", ".join(f"{name}={java_string(weight)}" for name, weight in given.items())
        problems.append(
            f"There are too many attribute values [{{{told}}}] given zero weight [{without}]. Maximum expected number "
            f"of routing weights having zero weight is [{most}]"
        )
    if problems:
        raise ActionRequestValidationException(*problems)
    _check_attribute(node, attribute)
    raise NotFaked("weights of zones")


def _weights(attribute: str, body: dict[str, Any]) -> tuple[dict[str, float], int]:
    """ClusterPutWeightedRoutingRequest.setWeightedRouting: weights by the attribute's value, and their version."""
    if not body:
        raise OpenSearchParseException("Empty request body")
    found: dict[str, float] = {}
    version = _NO_VERSION
    last = "null"
    for name, value in body.items():
        if name == "_version":
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                raise OpenSearchParseException(f"failed to parse weighted routing request [{attribute}], unknown type")
            version = int(value)
        elif name != "weights":
            raise OpenSearchParseException(f"failed to parse weighted routing request object [{name}]")
        elif not isinstance(value, dict):
            raise OpenSearchParseException(
                "failed to parse weighted routing request object  [weights], expected object"
            )
        else:
            for zone, weight in value.items():
                if not isinstance(weight, str):
                    raise OpenSearchParseException(
                        f"failed to parse weighted routing request attribute [{last}], unknown type"
                    )
                found[zone] = parse_double(weight)
                last = java_string(found[zone])
    return found, version


@route("DELETE", "/_cluster/routing/awareness/weights", "/_cluster/routing/awareness/{attribute}/weights", params=())
def delete_weights(node: Node, request: Request) -> dict[str, Any]:
    version = _NO_VERSION
    for name, value in (request.read(read_map) if request.body else {}).items():
        if name != "_version":
            raise OpenSearchParseException(
                f"failed to parse delete weighted routing request body [{name}], unknown type"
            )
        if isinstance(value, (dict, list)):
            raise OpenSearchParseException("failed to parse delete weighted routing request body")
        version = parse_long(java_string(value))
    if version != _INITIAL_VERSION:
        raise UnsupportedWeightedRoutingStateException(
            f"requested version is {version} but cluster weighted routing metadata is at a different version "
            f"{_INITIAL_VERSION} "
        )
    raise ResourceNotFoundException(
        "weighted routing metadata does not have weights set for awareness attribute "
        f"{request.params.get('attribute', 'null')}"
    )


def _check_attribute(node: Node, attribute: str) -> None:
    if attribute not in awareness_attributes(node):
        raise ActionRequestValidationException(
            f"invalid awareness attribute {attribute} requested for weighted routing"
        )


# --- decommission -----------------------------------------------------------------------------------------------------


@route(
    "PUT",
    "/_cluster/decommission/awareness/{awareness_attribute_name}/{awareness_attribute_value}",
    params=("no_delay", "delay_timeout"),
)
def decommission(node: Node, request: Request) -> dict[str, Any]:
    request.flag("no_delay")
    check_time(request, "delay_timeout")
    name, value = request.params["awareness_attribute_name"], request.params["awareness_attribute_value"]
    why = "invalid awareness attribute requested for decommissioning"
    if name in awareness_attributes(node):
        forced = [key for scope in (node.persistent_settings, node.transient_settings) for key in scope]
        if any(key.startswith(_FORCED) for key in forced):
            raise NotFaked("the decommission of zones")
        why = "forced awareness attribute [{}] doesn't have the decommissioning attribute"
    raise DecommissioningFailedException(
        f"[DecommissionAttribute{{attributeName='{name}', attributeValue='{value}'}}] {why}"
    )


@route("GET", "/_cluster/decommission/awareness/{awareness_attribute_name}/_status", params=("local",))
def decommission_status(node: Node, request: Request) -> dict[str, Any]:
    request.flag("local")
    return {}


@route("DELETE", "/_cluster/decommission/awareness")
def recommission(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    return {"acknowledged": True}
