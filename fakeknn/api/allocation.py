"""``_cluster/allocation/explain`` and ``_cluster/reroute``: why shards are where they are, and that they stay there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakeknn.api.cluster_state import METRICS, state_of
from fakeknn.api.timeouts import acknowledged, check_manager_timeout, check_time
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IndexNotFoundException,
    NamedObjectNotFoundException,
    OpenSearchError,
    OpenSearchParseException,
    ShardNotFoundException,
    Where,
)
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.state import deciders, machine
from fakeknn.state.allocation import Copy, all_copies, copies_of
from fakeknn.state.deciders import Decision
from fakeknn.state.node import Node
from fakeknn.units import parse_int
from fakeknn.xcontent import read_open
from fakeknn.xcontent.objects import ObjectParser, boolean, declared, is_value, stopped_at, text, token

# --- explain ----------------------------------------------------------------------------------------------------------

_EXPLAIN = ObjectParser(
    "cluster/allocation/explain",
    {
        "index": declared("string"),
        "shard": declared("int"),
        "primary": declared("boolean"),
        "current_node": declared("string"),
    },
)


@dataclass(frozen=True, slots=True)
class _Asked:
    """ClusterAllocationExplainRequest."""

    index: str | None = None
    shard: int | None = None
    primary: bool | None = None
    current_node: str | None = None
    yes: bool = False

    @property
    def anything(self) -> bool:
        return self.index is None and self.shard is None and self.primary is None and self.current_node is None

    def __str__(self) -> str:
        if self.anything:
            said = "useAnyUnassignedShard=true"
        else:
            said = f"index={self.index},shard={self.shard},primary?={str(self.primary).lower()}"
            if self.current_node is not None:
                said += f",currentNode={self.current_node}"
        return f"ClusterAllocationExplainRequest[{said},includeYesDecisions?={str(self.yes).lower()}"


@route(
    "GET POST",
    "/_cluster/allocation/explain",
    params=("include_yes_decisions", "include_disk_info", *SOURCE_PARAMETERS),
)
def explain_allocation(node: Node, request: Request) -> dict[str, Any]:
    yes, disk = request.flag("include_yes_decisions"), request.flag("include_disk_info")
    members = _EXPLAIN.parse_root(request.read(read_open)) if request.body else {}
    asked = _Asked(**members, yes=yes)
    copy = _found(node, asked)
    told = _explained_primary(node, copy, asked) if copy.primary else _explained(node, copy, asked)
    if disk:
        # Nothing is known of the disks, since no decider looks at them.
        at = "unassigned_info" if "unassigned_info" in told else "current_node"
        info: dict[str, Any] = {"nodes": {}, "shard_sizes": {}, "shard_paths": {}, "reserved_sizes": []}
        told = {
            name: value
            for key, given in told.items()
            for name, value in ((key, given), *([("cluster_info", info)] if key == at else []))
        }
    return told


def _found(node: Node, asked: _Asked) -> Copy:
    if asked.anything:
        copy = next((copy for copy in all_copies(node) if not copy.primary), None)
        if copy is None:
            raise IllegalArgumentException(f"unable to find any unassigned shards to explain [{asked}]")
        return copy
    missing = [f"{name} must be specified" for name in ("index", "shard", "primary") if getattr(asked, name) is None]
    if missing:
        raise ActionRequestValidationException(*missing)
    assert asked.index is not None
    assert asked.shard is not None
    index = node.indices.get(asked.index)
    if index is None:
        raise IndexNotFoundException(asked.index, resource_type=None)
    copies = [copy for copy in copies_of(node, index) if copy.number == asked.shard]
    if not copies:
        raise ShardNotFoundException(index.name, index.uuid, asked.shard)
    chosen = [copy for copy in copies if copy.primary == asked.primary]
    if asked.current_node is not None:
        _resolve(node, asked.current_node)
        if not asked.primary:
            raise IllegalArgumentException(f"unable to find a replica shard assigned to node [{asked.current_node}]")
    if not chosen:
        raise IllegalArgumentException(f"unable to find any shards to explain [{asked}] in the routing table")
    return chosen[0]


def _decisions(decisions: list[Decision], asked: _Asked) -> list[dict[str, str]]:
    return [decision.to_json() for decision in decisions if asked.yes or not decision.yes]


def _explained_primary(node: Node, copy: Copy, asked: _Asked) -> dict[str, Any]:
    """Why a primary stays: there is no other node."""
    told: dict[str, Any] = {
        "index": copy.index.name,
        "shard": copy.number,
        "primary": True,
        "current_state": "started",
        "current_node": {
            "id": node.node_id,
            "name": node.name,
            "transport_address": machine.transport_address(node),
            "attributes": dict(node.attributes),
            "weight_ranking": 1,
        },
        "can_remain_on_current_node": "yes",
    }
    decisions = deciders.to_rebalance(node, copy)
    if not all(decision.yes for decision in decisions):
        return {
            **told,
            "can_rebalance_cluster": "no",
            "can_rebalance_cluster_decisions": _decisions(decisions, asked),
            "can_rebalance_to_other_node": "no",
            "rebalance_explanation": "rebalancing is not allowed",
        }
    return {
        **told,
        "can_rebalance_cluster": "yes",
        "can_rebalance_to_other_node": "no",
        "rebalance_explanation": "cannot rebalance as no target node exists that can both allocate this shard and "
        "improve the cluster balance",
    }


def _explained(node: Node, copy: Copy, asked: _Asked) -> dict[str, Any]:
    """Why a replica has no node: the primary is on the only one."""
    return {
        "index": copy.index.name,
        "shard": copy.number,
        "primary": False,
        "current_state": "unassigned",
        "unassigned_info": {
            "reason": copy.reason,
            "at": copy.unassigned_at,
            "last_allocation_status": "no_attempt",
        },
        "can_allocate": "no",
        "allocate_explanation": "cannot allocate because allocation is not permitted to any of the nodes",
        "node_allocation_decisions": [
            {
                "node_id": node.node_id,
                "node_name": node.name,
                "transport_address": machine.transport_address(node),
                "node_attributes": dict(node.attributes),
                "node_decision": "no",
                "weight_ranking": 1,
                "deciders": _decisions(deciders.to_allocate(node, copy), asked),
            }
        ],
    }


# --- reroute ----------------------------------------------------------------------------------------------------------


class _Refused(Exception):
    """What a command says of itself that cannot be done: to a request that explains, and to one that does not."""

    def __init__(self, decisions: list[Decision], error: OpenSearchError) -> None:
        super().__init__(error.reason)
        self.decisions = decisions
        self.error = error


@dataclass(frozen=True, slots=True)
class _Command:
    """AllocationCommand: its parameters in the order in which they are told."""

    name: str
    parameters: dict[str, Any]

    def decide(self, node: Node) -> tuple[list[Decision], Callable[[], None] | None]:
        """What is said of it, and what it does."""
        match self.name:
            case "cancel":
                return self._cancel(node)
            case "move":
                return self._move(node)
            case _:
                return self._allocate(node)

    def _refusal(self, why: str, decider: str, prefix: str) -> _Refused:
        return _Refused([Decision(decider, False, why)], IllegalArgumentException(f"[{prefix}] {why}"))

    def _shards(self, node: Node) -> list[Copy]:
        index = node.indices.get(self.parameters["index"])
        if index is None:
            raise IndexNotFoundException(self.parameters["index"], resource_type=None)
        return [copy for copy in copies_of(node, index) if copy.number == self.parameters["shard"]]

    def _cancel(self, node: Node) -> tuple[list[Decision], Callable[[], None] | None]:
        place = _resolve(node, self.parameters["node"])
        number = self.parameters["shard"]
        copies = self._shards(node)
        decider = "cancel_allocation_command"
        if not copies:
            raise self._refusal(
                f"can't cancel {number}, failed to find it on node {place}", decider, "cancel_allocation"
            )
        if not self.parameters["allow_primary"]:
            why = f"can't cancel {number} on node {place}, shard is primary and started"
            raise self._refusal(why, decider, "cancel_allocation")
        copy = copies[0]

        def reassign() -> None:
            shard = node.writable(copy.index).shards[copy.number]
            shard.reopen(shard.schedule)

        return [Decision(decider, True, f"shard {number} on node {place} can be cancelled")], reassign

    def _move(self, node: Node) -> tuple[list[Decision], Callable[[], None] | None]:
        place, _ = (_resolve(node, self.parameters[name]) for name in ("from_node", "to_node"))
        number = self.parameters["shard"]
        copies = self._shards(node)
        if not copies:
            why = f"can't move {number}, failed to find it on node {place}"
            raise _Refused(
                [Decision("move_allocation_command", False, f"shard {number} not found")],
                IllegalArgumentException(f"[move_allocation] {why}"),
            )
        decisions = deciders.to_allocate(node, copies[0], by_command=True)
        why = (
            f"can't move {number}, from {place}, to {place}, since its not allowed, reason: {deciders.told(decisions)}"
        )
        raise _Refused(decisions, IllegalArgumentException(f"[move_allocation] {why}"))

    def _allocate(self, node: Node) -> tuple[list[Decision], Callable[[], None] | None]:
        decider = f"{self.name} (allocation command)"
        try:
            place = _resolve(node, self.parameters["node"])
            copies = self._shards(node)
        except OpenSearchError as error:
            raise _Refused([Decision(decider, False, error.reason or "")], error) from None
        index, number = self.parameters["index"], self.parameters["shard"]
        if not copies:
            missing = ShardNotFoundException(index, node.indices[index].uuid, number)
            raise _Refused([Decision(decider, False, missing.reason or "")], missing)
        if self.name != "allocate_replica":
            raise self._refusal(f"primary [{index}][{number}] is already assigned", decider, self.name)
        replicas = [copy for copy in copies if not copy.primary]
        if not replicas:
            why = f"all copies of [{index}][{number}] are already assigned. Use the move allocation command instead"
            raise self._refusal(why, decider, self.name)
        decisions = deciders.to_allocate(node, replicas[0], by_command=True)
        why = f"allocation of [{index}][{number}] on node {place} is not allowed, reason: {deciders.told(decisions)}"
        raise _Refused(decisions, IllegalArgumentException(f"[{self.name}] {why}"))


def _resolve(node: Node, name: str) -> str:
    """DiscoveryNodes.resolveNode: the text of the node that a specification takes in."""
    if not machine.chosen(node, [name]):
        raise IllegalArgumentException(f"failed to resolve [{name}], no matching nodes")
    attributes = ", ".join(f"{key}={value}" for key, value in node.attributes.items())
    parts = (
        node.name,
        node.node_id,
        node.ephemeral_id,
        node.address[0],
        machine.transport_address(node),
        machine.ROLE_LETTERS,
        attributes,
    )
    return "".join(f"{{{part}}}" for part in parts)


#: Commands that say what they lack in their own words, and their parameters.
_WORDED = {
    "cancel": ("index", "shard", "node", "allow_primary"),
    "move": ("index", "shard", "from_node", "to_node"),
}
_NODE = {"index": declared("string"), "shard": declared("int"), "node": declared("string")}
_PRIMARY = {**_NODE, "accept_data_loss": declared("boolean")}
_ALLOCATIONS = {
    "allocate_replica": ObjectParser("allocate_replica", _NODE),
    "allocate_stale_primary": ObjectParser("allocate_stale_primary", _PRIMARY),
    "allocate_empty_primary": ObjectParser("allocate_empty_primary", _PRIMARY),
}


def _commands(container: Any, key: Any) -> list[_Command]:
    """AllocationCommands.fromXContent."""
    value = container[key]
    if not isinstance(value, list):
        error = OpenSearchParseException(
            "expected either field name [commands], or start array, got [START_OBJECT] instead"
        )
        raise stopped_at(error, Where(container, key))
    found = []
    for i, item in enumerate(value):
        if not isinstance(item, dict):
            error = OpenSearchParseException(f"allocation command is malformed, got [{token(item)}] instead")
            raise stopped_at(error, Where(value, i))
        name = next(iter(item), None)
        if name in _WORDED:
            found.append(_worded(item, name))
        elif name in _ALLOCATIONS:
            found.append(_allocation(item, name))
        else:
            following = Where(value, i + 1) if i + 1 < len(value) else Where(value, None, "end")
            at = following if name is None else Where(item, name)
            raise NamedObjectNotFoundException(f"unknown field [{'null' if name is None else name}]", at=at)
    return found


def _worded(item: dict[str, Any], kind: str) -> _Command:
    body = item[kind]
    given: dict[str, Any] = {"allow_primary": False} if kind == "cancel" else {}
    for name, value in body.items() if isinstance(body, dict) else ():
        at = Where(body, name)
        if not is_value(value):
            error = OpenSearchParseException(f"[{kind}] command does not support complex json tokens [{token(value)}]")
            raise stopped_at(error, at)
        if name not in _WORDED[kind]:
            raise stopped_at(OpenSearchParseException(f"[{kind}] command does not support field [{name}]"), at)
        if name == "shard":
            given[name] = _parse_shard(body, name)
        else:
            given[name] = boolean(body, name) if name == "allow_primary" else text(body, name)
    for name in _WORDED[kind]:
        if name not in given:
            error = OpenSearchParseException(f"[{kind}] command missing the {name} parameter")
            raise stopped_at(error, Where(body if isinstance(body, dict) else item, None, "end"))
    return _Command(kind, {name: given[name] for name in _WORDED[kind]})


def _parse_shard(body: dict[str, Any], name: str) -> int:
    try:
        return parse_int(text(body, name))
    except IllegalArgumentException as error:
        raise stopped_at(error, Where(body, name)) from None


def _allocation(item: dict[str, Any], kind: str) -> _Command:
    parser = _ALLOCATIONS[kind]
    given = parser.parse(item, kind)
    end = Where(item[kind], None, "end")
    problems = {
        "index": "Argument [index] must be defined",
        "shard": "Argument [shard] must be defined and non-negative",
        "node": "Argument [node] must be defined",
    }
    for name, problem in problems.items():
        if given.get(name) is None or (name == "shard" and given[name] < 0):
            raise stopped_at(IllegalArgumentException(problem), end)
    if "accept_data_loss" in parser.members:
        given.setdefault("accept_data_loss", False)
    return _Command(kind, {name: given[name] for name in parser.members})


_REROUTE = ObjectParser("cluster_reroute", {"commands": declared("object_array", _commands)})


@route(
    "POST",
    "/_cluster/reroute",
    params=(
        "dry_run",
        "explain",
        "retry_failed",
        "timeout",
        "cluster_manager_timeout",
        "?master_timeout",
        "metric",
        "settings_filter",
        "flat_settings",
    ),
)
def reroute(node: Node, request: Request) -> dict[str, Any]:
    """Shards are where they can be: the most that can be done is to assign a primary anew."""
    dry = request.flag("dry_run")
    explains = request.flag("explain")
    check_time(request, "timeout")
    request.flag("retry_failed")
    check_manager_timeout(request)
    commands: list[_Command] = []
    if request.body:
        commands = _REROUTE.parse_root(request.read(read_open)).get("commands", [])
    explanations = []
    deeds = []
    for command in commands:
        try:
            decisions, deed = command.decide(node)
            if deed is not None:
                deeds.append(deed)
        except _Refused as refused:
            if not explains:
                raise refused.error from None
            decisions = refused.decisions
        explanations.append(
            {
                "command": command.name,
                "parameters": command.parameters,
                "decisions": [decision.to_json() for decision in decisions],
            }
        )
    if not dry:
        for deed in deeds:
            deed()
    metrics = request.names("metric") or [metric for metric in METRICS if metric != "metadata"]
    state = state_of(node, list(node.indices.values()), metrics, request)
    del state["cluster_name"]
    told: dict[str, Any] = {"acknowledged": acknowledged(request, not dry), "state": state}
    if explains:
        told["explanations"] = explanations
    return told
