"""A request to change what a search finds, at work: by one worker, or by one for each of its slices, now or in the
background (BulkByScrollParallelizationHelper, LeaderBulkByScrollTaskState)."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.search.bulk_by_scroll import ALL_MATCHES, AUTO_SLICES, BulkByScrollRequest, Worker
from fakeknn.search.bulk_by_scroll_status import Status, merged
from fakeknn.search.bulk_by_scroll_status import told as told_of
from fakeknn.search.request import Slice
from fakeknn.shape import plain
from fakeknn.state.names import LENIENT_EXPAND_OPEN
from fakeknn.state.node import Node
from fakeknn.state.tasks import Task

_AUTO_SLICE_CEILING = 20


class Run:
    """A request at work: its workers, and what comes of them."""

    def __init__(self, node: Node, request: BulkByScrollRequest) -> None:
        self.node = node
        self.request = request
        self.started = node.now()
        self.started_millis = node.clock.millis()
        self.took = 0.0
        self.canceled: str | None = None
        self.canceled_millis: int | None = None
        self.number = node.ids.task()
        self.numbers: list[int] = []
        """Those of the slices' tasks."""
        self.error: OpenSearchError | None = None
        self.leader = False
        self.workers: list[Worker] = []
        self.finished = False
        try:
            self._begin()
        except OpenSearchError as error:
            self.error = error
            self._finish()

    def _begin(self) -> None:
        node, request = self.node, self.request
        request.check_indices(node)
        slices = request.slices
        if slices == AUTO_SLICES:
            found = node.resolve(request.indices or ["_all"], LENIENT_EXPAND_OPEN)
            counts = {len(index.shards) for index in found}
            slices = min(min(counts, default=1), _AUTO_SLICE_CEILING)
        self.leader = slices > 1
        if self.leader:
            self._check_slices(slices)
        if not self.leader:
            self.workers = [Worker(node, request)]
            return
        max_docs = request.max_docs if request.max_docs == ALL_MATCHES else request.max_docs // slices
        for i in range(slices):
            one = replace(
                request,
                search=replace(request.search, slice=Slice(i, slices)),
                max_docs=max_docs,
                slices=1,
                requests_per_second=request.requests_per_second / slices,
            )
            self.workers.append(Worker(node, one))
            self.numbers.append(self.node.ids.task())

    def _check_slices(self, slices: int) -> None:
        for name in self.request.indices:
            index = self.node.indices.get(name)
            limit = 1024 if index is None else int(index.settings.get("index.max_slices_per_scroll") or 1024)
            if slices > limit:
                raise IllegalArgumentException(
                    f"The number of slices [{slices}] is too large. It must be less than [{limit}]. This limit can be "
                    "set by changing the [index.max_slices_per_scroll] index level setting."
                )

    # -- going on

    def advance(self) -> float | None:
        """Work until all sleep: for how long; None when all is done."""
        if self.finished:
            return None
        now = self.node.now()
        try:
            waits = [wait for worker in self.workers if (wait := worker.advance(now)) is not None]
        except Exception:
            self.finished = True  # what cannot go on is told once
            raise
        if waits:
            return min(waits)
        self._finish()
        return None

    def _finish(self) -> None:
        self.finished = True
        self.took = self.node.now() - self.started
        failed = [worker.error for worker in self.workers if worker.error is not None]
        if failed and self.error is None:
            self.error = failed[0]
            if len(failed) > 1:
                self.error.meta["suppressed"] = [error.members() for error in failed[1:]]

    @property
    def action(self) -> str:
        return self.request.ACTION

    @property
    def task_id(self) -> str:
        return f"{self.node.node_id}:{self.number}"

    def tasks(self) -> list[Task]:
        """Its tasks: its own, and those of its slices that have not ended."""
        own = self.own_task()
        if not self.leader:
            return [own]
        parts = []
        for number, worker in zip(self.numbers, self.workers, strict=True):
            if not worker.done:
                status = told_of(worker.status, True, True)
                parts.append(replace(own, number=number, parent=own.id, status=status))
        return [own, *parts]

    def own_task(self, *, running: bool = False) -> Task:
        now = self.node.now()
        return Task(
            self.node.node_id,
            self.number,
            "transport",
            self.request.ACTION,
            self.started_millis,
            running_nanos=int(((self.started + self.took if self.finished else now) - self.started) * 1e9) or 1,
            opaque_id=self.request.opaque_id,
            description=self.request.description,
            cancellable=True,
            cancelled=self.canceled_millis,
            status=self.status(running=running),
        )

    def result(self) -> dict[str, Any]:
        """What is on record of a run that has ended (TaskResult)."""
        told: dict[str, Any] = {"completed": True, "task": self.own_task().to_json(True)}
        if self.error is not None:
            return plain({**told, "error": self.error.members()})  # type: ignore[no-any-return]
        return {**plain(told), "response": plain(self.response(stored=True), human=True)}

    def cancel(self, reason: str) -> None:
        """Let the workers end where they are."""
        self.canceled, self.canceled_millis = reason, self.node.clock.millis()
        for worker in self.workers:
            if not worker.done:
                worker.status.canceled = reason
                worker.status.requests_per_second = math.inf

    def rethrottle(self, rate: float) -> None:
        running = [worker for worker in self.workers if not worker.done]
        for worker in running:
            worker.rethrottle(rate / len(running) if self.leader else rate, self.node.now())

    # -- what is told

    def status(self, created: bool = True, updated: bool = True, *, running: bool = False) -> dict[str, Any]:
        """The status as JSON; of a leader, slices that have not ended are told of only if ``running``."""
        if not self.leader:
            if not self.workers:
                return told_of(Status(requests_per_second=0.0), created, updated)
            return told_of(self.workers[0].status, created, updated)
        parts = [
            worker.status if (worker.done and worker.error is None) or running else None for worker in self.workers
        ]
        told = told_of(merged(parts, self.canceled), created, updated)
        slices: list[Any] = []
        for worker, part in zip(self.workers, parts, strict=True):
            if worker.error is not None:
                slices.append(worker.error.members())
            else:
                slices.append(None if part is None else told_of(part, created, updated))
        return {**told, "slices": slices}

    def response(self, *, stored: bool = False) -> dict[str, Any]:
        """BulkByScrollResponse; what is stored tells of all counts."""
        created, updated = (True, True) if stored else (self.request.CREATES, self.request.UPDATES)
        told: dict[str, Any] = {"took": int(self.took * 1000), "timed_out": False}
        failures = [failure for worker in self.workers for failure in worker.failures]
        return {**told, **self.status(created, updated), "failures": failures}

    def http_status(self) -> int:
        """The highest status of all failures."""
        statuses: list[int] = [*(failure["status"] for worker in self.workers for failure in worker.failures)]
        return max(statuses, default=200)
