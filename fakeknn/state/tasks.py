"""Tasks. Most requests are done when they are answered, so the only tasks seen are those that list them, and what works
on behind its request: ``Node.background``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

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
    description: str = ""
    cancellable: bool = False
    cancelled: int | None = None
    """When it was cancelled, in milliseconds since 1970."""
    status: dict[str, Any] | None = None

    @property
    def id(self) -> str:
        return f"{self.node_id}:{self.number}"

    def to_json(self, detailed: bool = False) -> dict[str, object]:
        told: dict[str, object] = {
            "node": self.node_id,
            "id": self.number,
            "type": self.type,
            "action": self.action,
            **({"status": self.status} if detailed and self.status is not None else {}),
            **({"description": self.description} if detailed else {}),
            "start_time_in_millis": self.started,
            "running_time_in_nanos": self.running_nanos,
            "cancellable": self.cancellable,
            "cancelled": self.cancelled is not None,
        }
        if self.parent is not None:
            told["parent_task_id"] = self.parent
        told["headers"] = {} if self.opaque_id is None else {"X-Opaque-Id": self.opaque_id}
        return told if self.cancelled is None else {**told, "cancellation_time_millis": self.cancelled}


@dataclass(frozen=True, slots=True)
class Ended:
    """What is on record of a task that has ended (TaskResult): its answer, or its error as JSON."""

    task: Task
    response: dict[str, Any] | None = None
    error: dict[str, Any] | None = None

    @property
    def finished(self) -> bool:
        return True

    def result(self) -> dict[str, Any]:
        told: dict[str, Any] = {"completed": True, "task": self.task.to_json(True)}
        return {**told, "error": self.error} if self.error is not None else {**told, "response": self.response}


class Background(Protocol):
    """What works on behind its request."""

    @property
    def task_id(self) -> str: ...

    @property
    def action(self) -> str: ...

    def advance(self) -> float | None:
        """Do what is due: the seconds until there is more to do, None when all is done."""

    def tasks(self) -> list[Task]:
        """As it is now: the whole, then its parts."""

    def cancel(self, reason: str) -> None: ...


def listing(
    node: Node, actions: Sequence[str], parent: str | None = None, opaque_id: str | None = None
) -> Iterator[Task]:
    """The tasks of the request that asks: itself, and its part on the node."""
    now = node.clock.millis()
    transport = Task(node.node_id, _TRANSPORT, "transport", LISTS, now, opaque_id=opaque_id)
    direct = Task(node.node_id, _DIRECT, "direct", f"{LISTS}[n]", now, transport.id, opaque_id=opaque_id)
    working = [task for one in node.background for task in one.tasks()]
    for task in (transport, direct, *working):
        if actions and not any(simple_match(action, task.action) for action in actions):
            continue
        if parent is None or task.parent == parent:
            yield task
