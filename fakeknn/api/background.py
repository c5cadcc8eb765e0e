"""``wait_for_completion=false``: the answer is a task, on record of which is what was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakeknn.api.timeouts import check_time
from fakeknn.errors import NotFaked, OpenSearchError
from fakeknn.rest import Later, Request
from fakeknn.state.node import Node
from fakeknn.state.tasks import Ended, Task

#: Parameters of requests that may be done in the background.
IN_BACKGROUND = ("wait_for_completion", "?task_execution_timeout")


def waited_for(request: Request) -> bool:
    """RestRequest.waitForCompletion: how long it may take is read where nobody waits."""
    waits = request.flag("wait_for_completion", True)
    if waits:
        request.refuse_unread(("task_execution_timeout",))
    else:
        check_time(request, "task_execution_timeout")
    return waits


def in_background(node: Node, request: Request, action: str, description: str, do: Callable[[], Any]) -> dict[str, Any]:
    """Do it at once, and answer with the task that it would be."""
    headers: Mapping[str, str] = request.headers
    task = Task(
        node.node_id,
        node.ids.task(),
        "transport",
        action,
        node.clock.millis(),
        opaque_id=headers.get("x-opaque-id"),
        description=description,
    )
    try:
        response = do()
        if isinstance(response, Later):
            raise NotFaked("a wait for shards in the background")
        ended = Ended(task, response=response)
    except OpenSearchError as error:
        ended = Ended(task, error=error.members())
    node.tasks[task.id] = ended
    return {"task": task.id}
