"""The graph against textbook insertion, hnswlib and exact search: ratios in one run, recall against exact search.

    python tests/bench/bench_hnsw.py small     10,000 vectors: build against textbook insertion, recall against hnswlib
    python tests/bench/bench_hnsw.py build     50,000 and 100,000 vectors: time, growth, memory
    python tests/bench/bench_hnsw.py search    200,000 vectors: one query and 100 in lock-step against exact search

Needs hnswlib.
"""

from __future__ import annotations

import heapq
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from fakeknn.knn.construction import extend, levels
from fakeknn.knn.exact import Norms, exact_top, exact_top_each
from fakeknn.knn.hnsw import Graph
from fakeknn.knn.measure import Measure
from fakeknn.knn.spaces import SPACES

DIMENSION, M, EF, K = 128, 16, 100, 10
L2 = SPACES["l2"]
Matrix = np.ndarray[Any, np.dtype[np.float32]]


def gaussian(rows: int, seed: int) -> Matrix:
    return np.random.default_rng(seed).standard_normal((rows, DIMENSION), dtype=np.float32)


def clustered(rows: int, seed: int) -> Matrix:
    centers = 3 * np.random.default_rng(0).standard_normal((200, DIMENSION), dtype=np.float32)
    draw = np.random.default_rng(seed)
    return centers[draw.integers(len(centers), size=rows)] + draw.standard_normal((rows, DIMENSION), dtype=np.float32)


def build(matrix: Matrix, norms: Norms) -> Graph:
    graph = Graph(Measure(L2, matrix, norms.squares), m=M, ef_construction=EF)
    extend(graph, matrix, norms.squares)
    return graph


def timed(run: Callable[[], Any], rounds: int = 1) -> tuple[float, Any]:
    best, result = float("inf"), None
    for _ in range(rounds):
        start = time.perf_counter()
        result = run()
        best = min(best, time.perf_counter() - start)
    return best, result


def recall(found: Any, truth: list[Any]) -> float:
    shares = [
        len(set(map(int, rows)) & set(map(int, true))) / len(true) for rows, true in zip(found, truth, strict=True)
    ]
    return sum(shares) / len(shares)


class Textbook:
    """HNSW as the paper tells it, a node at a time, distances by numpy: what the block-wise build is compared with."""

    def __init__(self, matrix: Matrix) -> None:
        self.matrix = matrix
        self.links: list[dict[int, list[int]]] = []
        self.entry = -1
        for row, top in enumerate(levels(np.arange(len(matrix), dtype=np.int32), M, 0).tolist()):
            self.insert(row, top)

    def distances(self, query: Matrix, rows: list[int]) -> list[float]:
        differences = self.matrix[rows] - query
        return list(np.einsum("ij,ij->i", differences, differences).tolist())

    def search_level(self, query: Matrix, entries: list[int], ef: int, level: int) -> list[tuple[float, int]]:
        visited = set(entries)
        candidates = list(zip(self.distances(query, entries), entries, strict=True))
        heapq.heapify(candidates)
        found = [(-distance, row) for distance, row in candidates]
        heapq.heapify(found)
        while candidates:
            distance, row = heapq.heappop(candidates)
            if distance > -found[0][0]:
                break
            near = [other for other in self.links[level][row] if other not in visited]
            visited.update(near)
            if not near:
                continue
            for distance, other in zip(self.distances(query, near), near, strict=True):
                if len(found) < ef or distance < -found[0][0]:
                    heapq.heappush(candidates, (distance, other))
                    heapq.heappush(found, (-distance, other))
                    if len(found) > ef:
                        heapq.heappop(found)
        return sorted((-distance, row) for distance, row in found)

    def select(self, candidates: list[tuple[float, int]], limit: int) -> list[int]:
        chosen: list[int] = []
        for distance, row in candidates:
            if len(chosen) == limit:
                break
            if not chosen or distance < min(self.distances(self.matrix[row], chosen)):
                chosen.append(row)
        return chosen

    def insert(self, row: int, top: int) -> None:
        query, height = self.matrix[row], len(self.links)
        self.links.extend({} for _ in range(height, top + 1))
        for level in range(top + 1):
            self.links[level][row] = []
        if height:
            entries = [self.entry]
            for level in range(height - 1, top, -1):
                entries = [self.search_level(query, entries, 1, level)[0][1]]
            for level in range(min(top, height - 1), -1, -1):
                candidates = self.search_level(query, entries, EF, level)
                self.links[level][row] = self.select(candidates, M)
                limit = 2 * M if level == 0 else M
                for other in self.links[level][row]:
                    links = self.links[level][other]
                    links.append(row)
                    if len(links) > limit:
                        nearest = sorted(zip(self.distances(self.matrix[other], links), links, strict=True))
                        self.links[level][other] = self.select(nearest, limit)
                entries = [candidate for _, candidate in candidates]
        if top >= height:
            self.entry = row


def small() -> None:
    import hnswlib

    for kind in (gaussian, clustered):
        matrix, queries = kind(10_000, 1), kind(200, 2)
        norms = Norms.of(matrix)
        truth = [rows for rows, _ in exact_top_each(matrix, queries, K, L2, norms=norms)]
        seconds, graph = timed(lambda m=matrix, n=norms: build(m, n), rounds=2)
        ours = recall([rows for rows, _ in graph.top(queries, K, EF)], truth)
        theirs = hnswlib.Index("l2", DIMENSION)
        theirs.init_index(len(matrix), M=M, ef_construction=EF)
        library_seconds, _ = timed(lambda t=theirs, m=matrix: t.add_items(m))
        theirs.set_ef(EF)
        found, _ = theirs.knn_query(queries, K)
        print(f"10,000 × {DIMENSION} {kind.__name__}: build {seconds:.2f} s (hnswlib {library_seconds:.2f} s)")
        print(f"  recall@{K} at ef_search {EF}: {ours:.4f}, hnswlib {recall(found, truth):.4f}   (to reach: - 0.02)")
        if kind is gaussian:
            textbook_seconds, _ = timed(lambda m=matrix: Textbook(m))
            print(f"  textbook insertion {textbook_seconds:.1f} s: {textbook_seconds / seconds:.1f} ×   (to reach: 15)")


def build_in_a_process(rows: int) -> tuple[float, float]:
    """Seconds and MiB of a build in a process of its own."""
    code = (
        "import bench_hnsw as b, time, resource; "
        f"matrix = b.clustered({rows}, 1); norms = b.Norms.of(matrix); start = time.perf_counter(); "
        "b.build(matrix, norms); print(time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=sys.path[0], capture_output=True, text=True, check=True)
    seconds, kibibytes = map(float, answer.stdout.split())
    return seconds, kibibytes / 1024


def large_build() -> None:
    half, _ = build_in_a_process(50_000)
    whole, memory = build_in_a_process(100_000)
    print(f"build 50,000 × {DIMENSION}: {half:.1f} s; 100,000: {whole:.1f} s, {memory:.0f} MiB   (to reach: 180, 600)")
    print(f"  growth {whole / half:.2f} ×   (to reach: 2.5)")


def search() -> None:
    matrix, queries = clustered(200_000, 1), clustered(100, 2)
    norms = Norms.of(matrix)
    seconds, graph = timed(lambda: build(matrix, norms))
    print(f"200,000 × {DIMENSION} clustered: build {seconds:.0f} s")
    truth = [rows for rows, _ in exact_top_each(matrix, queries, K, L2, norms=norms)]
    print(f"  recall@{K} at ef_search {EF}: {recall([rows for rows, _ in graph.top(queries, K, EF)], truth):.4f}")
    exact = alone = together = float("inf")
    for _ in range(7):
        exact = min(exact, timed(lambda: exact_top(matrix, queries[0], K, L2, norms=norms))[0])
        alone = min(alone, timed(lambda: [graph.top(query[None], K, EF) for query in queries])[0] / len(queries))
        together = min(together, timed(lambda: graph.top(queries, K, EF))[0] / len(queries))
    print(f"  one query: {alone * 1e3:.2f} ms, exact {exact * 1e3:.2f} ms: {exact / alone:.1f} ×   (to reach: 1)")
    print(f"  100 in lock-step: {together * 1e3:.3f} ms a query: {alone / together:.1f} ×   (to reach: 5)")


if __name__ == "__main__":
    {"small": small, "build": large_build, "search": search}[sys.argv[1]]()
