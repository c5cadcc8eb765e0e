"""Exact search against numpy's own product and faiss's flat index: ratios of times in one run.

    python tests/bench/bench_exact.py [rows]

Needs faiss-cpu. Every figure is the best of several rounds in which the candidates take turns; each rests and
runs once untimed before it is timed, so that none pays for what the one before it has left: its threads, which wait
for more by keeping the cores busy, and the caches.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import faiss
import numpy as np

from fakeknn.knn.exact import Norms, exact_top, exact_top_each
from fakeknn.knn.script import VECTOR_FUNCTIONS
from fakeknn.knn.spaces import SPACES

DIMENSION, K, QUERIES, ROUNDS, REST = 128, 10, 100, 7, 0.1


def best_times(candidates: dict[str, Callable[[], Any]]) -> dict[str, float]:
    times = dict.fromkeys(candidates, float("inf"))
    for _ in range(ROUNDS):
        for name, run in candidates.items():
            time.sleep(REST)
            run()
            start = time.perf_counter()
            run()
            times[name] = min(times[name], time.perf_counter() - start)
    return times


def main(rows: int) -> None:
    draw = np.random.default_rng(0)
    matrix = draw.standard_normal((rows, DIMENSION), dtype=np.float32)
    queries = draw.standard_normal((QUERIES, DIMENSION), dtype=np.float32)
    query = queries[0]
    small = np.clip(matrix * 40, -128, 127).astype(np.int8)
    bits = draw.integers(0, 256, (rows, DIMENSION // 8)).astype(np.uint8)
    norms, small_norms = Norms.of(matrix), Norms.of(small)
    index = faiss.IndexFlatL2(DIMENSION)
    index.add(matrix)
    l2, cosine, product, hamming = (SPACES[name] for name in ("l2", "cosinesimil", "innerproduct", "hamming"))
    given = query.tolist()

    times = best_times(
        {
            "matrix @ query": lambda: matrix @ query,
            "l2": lambda: exact_top(matrix, query, K, l2, norms=norms),
            "cosinesimil": lambda: exact_top(matrix, query, K, cosine, norms=norms),
            "innerproduct": lambda: exact_top(matrix, query, K, product, norms=norms),
            "int8": lambda: exact_top(small, small[0], K, l2, norms=small_norms),
            "bits": lambda: exact_top(bits, bits[0], K, hamming),
            "l1": lambda: exact_top(matrix, query, K, SPACES["l1"]),
            "linf": lambda: exact_top(matrix, query, K, SPACES["linf"]),
            "faiss, one query": lambda: index.search(query[None], K),
            f"faiss, {QUERIES} queries": lambda: index.search(queries, K),
            "script, 1 / (1 + l2Squared)": lambda: 1 / (1 + VECTOR_FUNCTIONS["l2Squared"](given, matrix, "float")),
            "script, knn_score cosinesimil": lambda: cosine.script_score(matrix, query),
            f"l2, {QUERIES} queries": lambda: exact_top_each(matrix, queries, K, l2, norms=norms),
        }
    )
    print(f"{rows:,} × {DIMENSION}, k {K}")
    for name, seconds in times.items():
        print(f"  {name:32} {seconds * 1e3:9.2f} ms")
    for what, part, whole, target in (
        ("one query, of matrix @ query", "l2", "matrix @ query", 1.5),
        ("one query, of faiss", "l2", "faiss, one query", 1.0),
        (f"{QUERIES} queries, of faiss", f"l2, {QUERIES} queries", f"faiss, {QUERIES} queries", 0.7),
        ("int8, of float32", "int8", "l2", 3.0),
        ("bits, of float32", "bits", "l2", 1.2),
        ("l2Squared script, of exact", "script, 1 / (1 + l2Squared)", "l2", 3.0),
    ):
        print(f"  {what:32} {times[part] / times[whole]:9.2f} ×   (to reach: {target})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
