"""Tasks. A request is done when it is answered, so the only tasks ever seen are those that list them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fakeknn.state.names import simple_match

if TYPE_CHECKING:
    from fakeknn.state.node import Node

LISTS = "cluster:monitor/tasks/lists"
#: The numbers of the two tasks of a listing; a real server has counted higher.
_TRANSPORT, _DIRECT = 1, 2


@dataclass(frozen=True, slots=True)
class Task:
    node_id: str
    number: int
    type: str
    action: str
    started: int
    """In milliseconds since 1970."""
    parent: str | None = None
    running_nanos: int = 100_000
    opaque_id: str | None = None
    """The header X-Opaque-Id of its request."""

    @property
    def id(self) -> str:
        return f"{self.node_id}:{self.number}"

    def to_json(self, detailed: bool = False) -> dict[str, object]:
        told: dict[str, object] = {
            "node": self.node_id,
            "id": self.number,
            "type": self.type,
            "action": self.action,
            **({"description": ""} if detailed else {}),
            "start_time_in_millis": self.started,
            "running_time_in_nanos": self.running_nanos,
            "cancellable": False,
            "cancelled": False,
        }
        if self.parent is not None:
            told["parent_task_id"] = self.parent
        return {**told, "headers": {} if self.opaque_id is None else {"X-Opaque-Id": self.opaque_id}}


def listing(
    node: Node, actions: Sequence[str], parent: str | None = None, opaque_id: str | None = None
) -> Iterator[Task]:
    """The tasks of the request that asks: itself, and its part on the node."""
    now = node.clock.millis()
    transport = Task(node.node_id, _TRANSPORT, "transport", LISTS, now, opaque_id=opaque_id)
    direct = Task(node.node_id, _DIRECT, "direct", f"{LISTS}[n]", now, transport.id, opaque_id=opaque_id)
    for task in (transport, direct):
        if actions and not any(simple_match(action, task.action) for action in actions):
            continue
        if parent is None or task.parent == parent:
            yield task
