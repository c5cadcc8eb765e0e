"""Asks a real OpenSearch with k-NN for the scores of random vectors, by query and by script, and writes scores.json.

    python tests/unit/knn/record_scores.py http://localhost:9200

Makes and deletes the index `fakeknn-scores`. The last bits of the scores are those of the server's processor.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

INDEX = "fakeknn-scores"
ROWS = 40

CASES: list[dict[str, Any]] = [
    {"dimension": dimension, "engine": engine, "space": space, "data_type": "float", "scale": scale}
    for dimension in (1, 3, 8, 15, 16, 17, 40, 130)
    for engine, space in (
        ("lucene", "l2"),
        ("lucene", "cosinesimil"),
        ("lucene", "innerproduct"),
        ("faiss", "l2"),
        ("faiss", "innerproduct"),
        ("faiss", "cosinesimil"),
    )
    for scale in ((1.0, 100.0) if dimension == 3 else (1.0,))
]
CASES += [
    {"dimension": dimension, "engine": engine, "space": space, "data_type": "byte", "scale": 1.0}
    for dimension in (3, 40)
    for engine, space in (("lucene", "l2"), ("lucene", "cosinesimil"), ("lucene", "innerproduct"), ("faiss", "l2"))
]
CASES += [
    {"dimension": dimension, "engine": engine, "space": "hamming", "data_type": "binary", "scale": 1.0}
    for dimension in (24, 320)
    for engine in ("lucene", "faiss")
]


def vectors(case: dict[str, Any]) -> np.ndarray[Any, np.dtype[Any]]:
    """The vectors of a case, one a row; the first is the query."""
    draw = np.random.default_rng(case["dimension"])
    if case["data_type"] == "float":
        return (draw.standard_normal((ROWS + 1, case["dimension"])) * case["scale"]).astype(np.float32)
    width = case["dimension"] // 8 if case["data_type"] == "binary" else case["dimension"]
    return draw.integers(-128, 128, (ROWS + 1, width)).astype(np.int8)


def script_spaces(data_type: str) -> tuple[str, ...]:
    return ("hamming",) if data_type == "binary" else ("l2", "l1", "linf", "cosinesimil", "innerproduct")


# A score may not be negative.
FUNCTIONS = {
    "l2Squared": "l2Squared(params.q, doc['v'])",
    "l1Norm": "l1Norm(params.q, doc['v'])",
    "lInfNorm": "lInfNorm(params.q, doc['v'])",
    "innerProduct": "Math.abs(innerProduct(params.q, doc['v']))",
    "cosineSimilarity": "Math.abs(cosineSimilarity(params.q, doc['v']))",
    "cosineSimilarity3": "Math.abs(cosineSimilarity(params.q, doc['v'], params.s))",
}


def call(method: str, url: str, body: bytes | None = None) -> Any:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as refused:
        return json.load(refused)


def search(url: str, query: dict[str, Any]) -> list[float]:
    """The scores of all rows, in their order."""
    answer = call("POST", f"{url}/_search", json.dumps({"size": ROWS, "_source": False, "query": query}).encode())
    hits = answer["hits"]["hits"]
    assert len(hits) == ROWS, answer
    return [hit["_score"] for hit in sorted(hits, key=lambda hit: int(hit["_id"]))]


def scored(url: str, case: dict[str, Any]) -> Iterator[tuple[str, list[float]]]:
    query = vectors(case)[0].tolist()
    yield "query", search(url, {"knn": {"v": {"vector": query, "k": ROWS}}})
    for space in script_spaces(case["data_type"]):
        script = {"lang": "knn", "source": "knn_score"}
        params = {"field": "v", "query_value": query, "space_type": space}
        inner = {"query": {"match_all": {}}, "script": script | {"params": params}}
        yield f"script {space}", search(url, {"script_score": inner})
    if case["data_type"] != "binary" and case["engine"] == "lucene" and case["space"] == "l2":
        for name, source in FUNCTIONS.items():
            inner = {"query": {"match_all": {}}, "script": {"source": source, "params": {"q": query, "s": 2.5}}}
            yield name, search(url, {"script_score": inner})


def main(server: str) -> None:
    url = f"{server}/{INDEX}"
    recorded = []
    for case in CASES:
        call("DELETE", url)
        method = {"name": "hnsw", "engine": case["engine"], "space_type": case["space"]}
        field = {
            "type": "knn_vector",
            "dimension": case["dimension"],
            "data_type": case["data_type"],
            "method": method,
        }
        settings = {"index.knn": True, "index.knn.advanced.approximate_threshold": -1, "number_of_replicas": 0}
        body = {"settings": settings, "mappings": {"properties": {"v": field}}}
        call("PUT", url, json.dumps(body).encode())
        lines = []
        for row, vector in enumerate(vectors(case)[1:]):
            lines += [json.dumps({"index": {"_id": str(row)}}), json.dumps({"v": vector.tolist()})]
        answer = call("POST", f"{url}/_bulk?refresh=true", ("\n".join(lines) + "\n").encode())
        assert not answer["errors"], answer
        recorded.append({"case": case, "scores": dict(scored(url, case))})
    call("DELETE", url)
    Path(__file__).with_name("scores.json").write_text(
        "[\n" + ",\n".join(json.dumps(case) for case in recorded) + "\n]\n"
    )


if __name__ == "__main__":
    main(sys.argv[1])
