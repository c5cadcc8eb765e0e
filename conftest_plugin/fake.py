"""The fake cluster behind ``knn_cluster``: a fakeknn node in this process."""

from __future__ import annotations

import warnings
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from conftest_plugin.cluster import KnnCluster, Refresh, SeedFunction
from fakeknn import api
from fakeknn.app import Later, handle
from fakeknn.knn.ann import MODES, Mode
from fakeknn.rest import Request
from fakeknn.server import Answer
from fakeknn.state.node import Checkpoint, Node


class FakeCluster(KnnCluster):
    """A ``Node``, put back by its checkpoints."""

    def __init__(
        self, *, port: int = 0, refresh: Refresh = "real", ann: Mode = "exact", ann_threshold: int | None = None
    ) -> None:
        if ann not in MODES:
            raise ValueError(f"ann is one of {list(MODES)}, not [{ann}]")
        api.load()  # here, where no client's timeout runs
        self._node = Node(ann=ann) if ann_threshold is None else Node(ann=ann, ann_threshold=ann_threshold)
        self._empty = self._node.checkpoint()
        self._start = self._empty
        self._seeds: dict[Hashable, Checkpoint] = {}
        self._functions: dict[Hashable, SeedFunction] = {}
        super().__init__(self._node, port=port, refresh=refresh)

    def snapshot(self) -> Checkpoint:
        return self._thread.call(self._node.checkpoint)

    def restore(self, snapshot: Any) -> None:
        self._thread.call(lambda: self._node.restore(snapshot))

    def end(self) -> None:
        super().end()
        bugs, self._node.bugs = self._node.bugs, []
        for bug in bugs:
            warnings.warn(f"fakeknn met a bug of its own in [{bug.request}]: {bug.error!r}", stacklevel=1)

    @contextmanager
    def seeding(self, seed: Hashable) -> Iterator[None]:
        self.restore(self._empty)
        yield
        self._seeds[seed] = self.snapshot()

    def _start_from(self, seed: Hashable | None, function: SeedFunction | None) -> None:
        self._node.refresh = self.refresh
        self._start = self._empty if seed is None else self._seeds[seed]
        self._undo()
        if seed is not None and function is not None and self._functions.get(seed) is not function:
            self._run(function)
            self._start = self._seeds[seed] = self.snapshot()
            self._functions[seed] = function

    def _undo(self) -> None:
        self.restore(self._start)

    def _answer(self, request: Request) -> Answer | Later:
        return handle(self._node, request)
