"""Asks a real OpenSearch with k-NN what it makes of documents' vectors and of knn queries, and writes vectors.json.

    python tests/unit/knn/record_vectors.py http://localhost:9200

Makes and deletes the index `fakeknn-vectors`.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

INDEX = "fakeknn-vectors"


def hnsw(engine: str, space: str = "l2", **parameters: Any) -> dict[str, Any]:
    return {"dimension": 3, "method": {"name": "hnsw", "engine": engine, "space_type": space, "parameters": parameters}}


FIELDS: dict[str, dict[str, Any]] = {
    "float": {"dimension": 3},
    "one": {"dimension": 1},
    "lucene": hnsw("lucene"),
    "lucene_cosine": hnsw("lucene", "cosinesimil"),
    "lucene_product": hnsw("lucene", "innerproduct"),
    "faiss_cosine": hnsw("faiss", "cosinesimil"),
    "faiss_product": hnsw("faiss", "innerproduct"),
    "byte": {"dimension": 3, "data_type": "byte"},
    "lucene_byte": hnsw("lucene") | {"data_type": "byte"},
    "lucene_byte_cosine": hnsw("lucene", "cosinesimil") | {"data_type": "byte"},
    "binary": {"dimension": 24, "data_type": "binary"},
    "half": hnsw("faiss", encoder={"name": "sq"}),
    "clipped": hnsw("faiss", encoder={"name": "sq", "parameters": {"clip": True}}),
    "disk": {"dimension": 3, "mode": "on_disk"},
    "lucene_disk": hnsw("lucene") | {"mode": "on_disk"},
    "bits": hnsw("faiss", encoder={"name": "binary", "parameters": {"bits": 2}}),
}

VALUES = """
[1, 2.50, -3e0] ["1.5", " 2 ", "3f"] ["0x1p3", "1e2", "+1"] ["1.0d", ".5", "5."] [1, "2", 3.0] null [] [1, 2]
[1, 2, 3, 4] 5 1.50 "abc" "1.5" "" true false {"a":1} [1, null, 3] [null, null, null] [true, false, true] [[1,2,3]]
[[],1,2] [1,2,{"a":1}] ["a", 2, 3] ["", 2, 3] ["1_0", 2, 3] ["1,0", 2, 3] ["NaN", 2, 3] ["-NaN", 2, 3]
[1, "Infinity", 3] [1, "-Infinity", 3] [1, 2, "x y"] [1e39, 1, 1] [-1e39, 1, 1] [0, 0, 0] [0, 0, -0.0] [1e-30, 0, 0]
[3, 4, 0] [1e20, 1, 1] [1e-46, 1.4e-45, 7.1e-46]
[16777217.0000000000001, 1.00000017881393432617187499, 1.00000017881393432617187501]
[9007199791611905, 9007199791611903, 9007199791611904] [3.4028235677973366e38, 1, 1] [3.4028235677973365e38, 1, 1]
[1, 2, 128] [1, 2, -129] [127, -128, 0] [1, 2, 2.5] [1, 2, 300.5] [1, 2, 200.0] [1, 2, 128.123456789]
[1, 2, 99999999999] [1, 2, 65505] [1, 2, -65505] [1, 2, 65504.001] [1, 2, 70000.123456] [70000, -70000, 1]
[0.6, 0.8, 0] [0.6, 0.8, 0.001] [0.1, 0.2, 0.3] [1e-3, 1e7, 123456.789] [-0.0, 0.0, 1]
""".replace("\n", " ")

QUERIES: list[tuple[str, dict[str, Any] | str]] = [
    ("float", {"vector": [1, 2]}),
    ("float", {"vector": [1, 2, 3], "k": 0}),
    ("float", {"vector": [1, 2, 3], "k": 10000}),
    ("float", {"vector": [1, 2, 3], "k": 10001}),
    ("float", {"vector": [1, 2, 3], "k": 3, "max_distance": 2}),
    ("float", {"vector": [1, 2, 3], "k": 3, "min_score": 0.5}),
    ("float", {"vector": [1, 2, 3], "max_distance": 3, "min_score": 0.5}),
    ("float", {"k": 3}),
    ("float", {"vector": [1, 2, 3], "min_score": 0}),
    ("float", {"vector": [1, 2, 3], "min_score": -1}),
    ("float", {"vector": [1, 2, 3], "min_score": 1.5}),
    ("float", {"vector": [1, 2, 3], "min_score": 1e-46}),
    ("float", {"vector": [1, 2, 3], "max_distance": -1}),
    ("float", {"vector": [1, 2, 3], "max_distance": 0}),
    ("faiss_product", {"vector": [1, 2, 3], "max_distance": -1}),
    ("faiss_product", {"vector": [1, 2, 3], "min_score": 5}),
    ("lucene_product", {"vector": [1, 2, 3], "max_distance": -1}),
    ("lucene_product", {"vector": [1, 2, 3], "min_score": 5}),
    ("lucene_cosine", {"vector": [1, 2, 3], "max_distance": 2}),
    ("lucene_cosine", {"vector": [1, 2, 3], "max_distance": 2.5}),
    ("lucene_cosine", {"vector": [1, 2, 3], "max_distance": -1}),
    ("faiss_cosine", {"vector": [1, 2, 3], "max_distance": 2.5}),
    ("faiss_cosine", {"vector": [1, 2, 3], "min_score": 1.5}),
    ("lucene", {"vector": [1e39, 1, 1], "k": 1}),
    ("lucene", {"vector": [1, "NaN", 1], "k": 1}),
    ("lucene", {"vector": [1, "NaN", 1], "min_score": 0.5}),
    ("lucene_cosine", {"vector": [1e39, 1, 1], "max_distance": 2.5}),
    ("faiss_product", {"vector": [1, "NaN", 1], "k": 1}),
    ("faiss_product", {"vector": [1e39, 1, 1], "k": 1}),
    ("lucene_cosine", {"vector": [0, 0, 0], "k": 1}),
    ("faiss_cosine", {"vector": [0, 0, 0], "k": 1}),
    ("faiss_cosine", {"vector": [0, 0], "k": 1}),
    ("faiss_cosine", {"vector": [0, 0, 0], "k": 1, "method_parameters": {"nprobes": 1}}),
    ("lucene_byte_cosine", {"vector": [0, 0, 0], "k": 1}),
    ("byte", {"vector": [1, 2.5, 3], "k": 1}),
    ("byte", {"vector": [1, 2, 300], "k": 1}),
    ("byte", {"vector": [1, 2, "NaN"], "k": 1}),
    ("byte", {"vector": [1, 2, 300.5], "k": 1}),
    ("lucene_byte", {"vector": [1, 2, 300], "k": 1}),
    ("lucene_byte", {"vector": [1, 2], "k": 1}),
    ("binary", {"vector": [1, 2, 300], "k": 1}),
    ("binary", {"vector": [1, 2.5, 3], "k": 1}),
    ("binary", {"vector": [1, 2], "k": 1}),
    ("binary", {"vector": [1, 2, 3], "max_distance": 1}),
    ("binary", {"vector": [1, 2], "max_distance": -1}),
    ("disk", {"vector": [1, 2, 3], "max_distance": 1}),
    ("bits", {"vector": [1, 2, 3], "min_score": 0.5}),
    ("lucene_disk", {"vector": [1, 2, 3], "max_distance": 1}),
    ("half", {"vector": [1, 2, 3], "max_distance": 1}),
    ("half", {"vector": [1, 2, 70000], "k": 1}),
    ("float", {"vector": [1, 2], "k": 1}),
    ("float", {"vector": [1, 2, 3, 4], "max_distance": -1}),
    ("float", {"vector": [1, 2], "max_distance": 1}),
    ("float", {"vector": [1, 2, 3], "k": 1, "expand_nested_docs": True}),
    ("lucene", {"vector": [1, 2, 3], "k": 1, "expand_nested_docs": True}),
    ("lucene", {"vector": ["NaN", 2, 3], "k": 1, "expand_nested_docs": True}),
    ("lucene", {"vector": [1, 2, 3], "max_distance": 1, "expand_nested_docs": True}),
    ("float", {"vector": [1, 2, 3], "max_distance": 1, "rescore": True}),
    ("float", {"vector": [1, 2, 3], "rescore": False, "min_score": 1}),
    ("float", {"vector": [1, 2, 3], "rescore": {}, "max_distance": 1, "min_score": 1}),
]
VECTORS = """
[] null "abc" "1.5" "" true 5 {"a":1} [true,1,2] [1,null,3] [null,[1]] [[1,2,3]] [1,[2],3] ["x",[2],3] [1,2,["x"]]
[{"a":1},1,2] ["a","2",3] ["",1,2] [1,2,"3"] ["0x1p3",1,2] [1,2,16777217.0000000000001]
""".split()
QUERIES += [("float", f'{{"vector": {vector}, "k": 3}}') for vector in VECTORS]
METHOD_PARAMETERS: list[Any] = [
    {}, None, 5, "x", [], {"foo": 1}, {"ef_search": 0}, {"ef_search": -1, "nprobes": -1}, {"nprobes": 0},
    {"nprobes": 1}, {"ef_search": None}, {"ef_search": 1.5}, {"ef_search": "10"}, {"ef_search": "+10"},
    {"ef_search": " 10"}, {"ef_search": 10, "nprobes": "x"}, {"foo": 1, "ef_search": "y"}, {"ef_search": True},
    {"ef_search": [1]}, {"ef_search": 99999999999}, {"ef_search": 10, "nprobes": 1},
]  # fmt: skip
for field in ("float", "lucene"):
    query = {"vector": [1, 2, 3], "k": 3}
    QUERIES += [(field, query | {"method_parameters": parameters}) for parameters in METHOD_PARAMETERS]
    QUERIES.append((field, {"vector": [1, 2, 3], "max_distance": 3, "method_parameters": {"ef_search": 10}}))
    QUERIES.append((field, {"vector": [1, 2, 3], "min_score": 0.5, "method_parameters": {"nprobes": 10}}))
RESCORES: list[Any] = [
    True, False, {}, None, 5, "true", [], {"oversample_factor": 0.5}, {"oversample_factor": 101},
    {"oversample_factor": "x"},
    {"oversample_factor": "2"}, {"oversample_factor": None}, {"oversample_factor": True}, {"oversample_factor": [1]},
    {"oversample_factor": "NaN"}, {"oversample_factor": 1e39}, {"oversample_factor": 0.9999999999}, {"oversample": 2},
    {"oversampl": 2}, {"over": 2}, {"foo": 1}, {"oversample_factor": 2, "x": 1}, {"le_factor": 2}, {"e_factor": 2},
]  # fmt: skip
QUERIES += [("float", {"vector": [1, 2, 3], "k": 3, "rescore": rescore}) for rescore in RESCORES]


def call(method: str, url: str, body: bytes | None = None) -> tuple[int, Any]:
    request = urllib.request.Request(url, body, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def values() -> list[str]:
    """The JSON texts in VALUES, which stand one after another."""
    texts, rest = [], VALUES.strip()
    while rest:
        _, end = json.JSONDecoder().raw_decode(rest)
        texts.append(rest[:end])
        rest = rest[end:].strip()
    return texts


def chain(error: dict[str, Any] | None) -> list[dict[str, str]]:
    """An error and its causes, each its type and its reason."""
    links = []
    while error is not None:
        links.append({"type": error["type"], "reason": error["reason"]})
        error = error.get("caused_by")
    return links


def ask_document(url: str, field: str, value: str) -> dict[str, Any]:
    body = f'{{"{field}": {value}}}'
    status, answer = call("PUT", f"{url}/_doc/1", body.encode())
    if status < 300:
        return {"stored": call("GET", f"{url}/_doc/1")[1]["_source"][field]}
    return {"refused": chain(answer["error"])}


def ask_query(url: str, field: str, query: dict[str, Any] | str) -> dict[str, Any]:
    body = f'{{"query": {{"knn": {{"{field}": {query if isinstance(query, str) else json.dumps(query)}}}}}}}'
    status, answer = call("POST", f"{url}/_search", body.encode())
    return {"body": body, "refused": [] if status < 300 else chain(answer["error"])}


def main(server: str) -> None:
    url = f"{server}/{INDEX}"
    call("DELETE", url)
    properties = {name: {"type": "knn_vector", **definition} for name, definition in FIELDS.items()}
    settings = {"index.knn": True, "number_of_replicas": 0}
    status, answer = call(
        "PUT", url, json.dumps({"settings": settings, "mappings": {"properties": properties}}).encode()
    )
    assert status == 200, answer
    documents = []
    for field in FIELDS:
        for value in values():
            if field == "one" and value in ("5", "1.50"):
                continue  # the server loses its place in the document there
            documents.append({"field": field, "value": value, **ask_document(url, field, value)})
    queries = [{"field": field, **ask_query(url, field, query)} for field, query in QUERIES]
    call("DELETE", url)
    lines = [f'"fields": {json.dumps(FIELDS)}']
    for name, cases in (("documents", documents), ("queries", queries)):
        lines.append(f'"{name}": [\n' + ",\n".join(json.dumps(case) for case in cases) + "\n]")
    Path(__file__).with_name("vectors.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


if __name__ == "__main__":
    main(sys.argv[1])
