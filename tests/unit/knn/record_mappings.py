"""Asks a real OpenSearch with k-NN what it makes of `knn_vector` definitions, and writes mappings.json.

    python tests/unit/knn/record_mappings.py http://localhost:9200

Makes and deletes the index `fakeknn-mappings`.
"""

from __future__ import annotations

import itertools
import json
import random
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

INDEX = "fakeknn-mappings"
Definition = dict[str, Any]


def hnsw(engine: str = "faiss", **parameters: Any) -> Definition:
    return {"dimension": 8, "method": {"name": "hnsw", "engine": engine, "parameters": parameters}}


def each_member() -> Iterator[Definition]:
    """One member at a time, in every form that is taken or refused."""
    for dimension in (3, "3", 3.0, 0, -1, 16000, 16001, 3.5, "3.0", "abc", "", None, [3], {"a": 3}, True, 99999999999):
        yield {"dimension": dimension}
    for data_type in ("float", "FLOAT", "byte", "Byte", "binary", "half", "", None, 5, 2.5, True, ["byte"], {"a": 1}):
        yield {"dimension": 8, "data_type": data_type}
    spaces = (
        "l2",
        "L2",
        "cosinesimil",
        "innerproduct",
        "hamming",
        "l1",
        "linf",
        "hammingbit",
        "undefined",
        "UNDEFINED",
    )
    for space in (*spaces, "inner_product", "", None, 5, ["l2"], {"a": 1, "b": [1, 2.5, None, True]}):
        yield {"dimension": 8, "space_type": space}
        yield {"dimension": 8, "method": {"name": "hnsw", "engine": "lucene", "space_type": space}}
    for engine in ("faiss", "FAISS", "lucene", "nmslib", "undefined", "UNDEFINED", "foo", "", None, 5, []):
        yield {"dimension": 8, "engine": engine}
        yield {"dimension": 8, "method": {"name": "hnsw", "engine": engine}}
    for mode in ("in_memory", "on_disk", "ON_DISK", "foo", "", None, 5):
        yield {"dimension": 8, "mode": mode}
    for level in ("1x", "2x", "4x", "8x", "16x", "32x", "64x", "x32", "1X", "", None, 4):
        yield {"dimension": 8, "compression_level": level}
    for flag, value in itertools.product(("store", "doc_values"), (True, False, "true", "false", "yes", 1, None, [])):
        yield {"dimension": 3, flag: value}
    six, long_key, long_value = dict.fromkeys("abcdef", "x"), {"a" * 21: "x"}, {"a": "x" * 51}
    for meta in ({"a": "b"}, {}, six, long_key, long_value, {"a": 5}, {"a": 1.5}, {"a": {}}, {"a": None}, None, 5, []):
        yield {"dimension": 3, "meta": meta}
    for model in ("x", "", 5, None):
        yield {"model_id": model}
    for method in (
        None,
        5,
        "hnsw",
        [],
        {},
        {"name": None},
        {"name": 5},
        {"name": ""},
        {"name": "foo"},
        {"name": "HNSW"},
    ):
        yield {"dimension": 8, "method": method}
    for name, engine in itertools.product(("hnsw", "ivf", "flat"), ("lucene", "faiss", "jvector")):
        yield {"dimension": 8, "method": {"name": name, "engine": engine}}
    for parameters in (None, "x", 5, [], {}, {"foo": 1, "bar": 2}, {"nlist": 4}, {"ef_search": 10}):
        for engine in ("lucene", "faiss"):
            yield {"dimension": 8, "method": {"name": "hnsw", "engine": engine, "parameters": parameters}}
    yield {"dimension": 8, "method": {"name": "hnsw", "foo": 1}}
    for name, value in itertools.product(("index", "boost", "similarity", "index_options"), (True, None, {"a": 1})):
        yield {"dimension": 3, name: value}
    for name in ("stored", "dims", "element_type", "null_value", "ignore_malformed", "norms", "analyzer"):
        yield {"dimension": 3, name: True}


def each_parameter() -> Iterator[Definition]:
    for name in ("m", "ef_construction", "ef_search"):
        for value in (1, 5000, 0, -1, "16", 1.5, None, True, [], {}, {"name": "x"}, {"foo": 1}, 2147483648):
            yield hnsw(**{name: value})
    yield hnsw("lucene", m=1000, ef_construction=5000)
    encoders: list[Any] = [None, 5, "flat", [1], {}, {"name": 5}, {"name": "foo"}, {"name": "flat", "x": 1}]
    encoders += [{"name": name} for name in ("flat", "sq", "pq", "binary")]
    encoders += [
        {"name": "sq", "parameters": parameters}
        for parameters in (
            None,
            5,
            {"type": "fp16"},
            {"type": "fp8"},
            {"type": 5},
            {"clip": True, "type": "fp16"},
            {"clip": "true"},
            {"clip": None},
            {"bits": 7},
            {"bits": 1},
            {"bits": 7, "confidence_interval": 0.95},
            {"confidence_interval": 0},
            {"confidence_interval": 1},
            {"confidence_interval": 0.5},
            {"confidence_interval": "x"},
            {"foo": 1},
        )
    ]
    encoders += [
        {"name": "binary", "parameters": parameters}
        for parameters in (
            {"bits": 1},
            {"bits": 2},
            {"bits": 4},
            {"bits": 3},
            {"bits": "1"},
            {"bits": 1, "enable_adc": True},
            {"bits": 2, "enable_adc": True},
            {"enable_adc": True},
            {"random_rotation": True, "bits": 4},
            {"random_rotation": 1},
            {"bits": 1, "random_rotation": True, "enable_adc": True},
            {"foo": 1},
        )
    ]
    encoders += [
        {"name": "pq", "parameters": parameters}
        for parameters in (
            {"m": 2, "code_size": 8},
            {"m": 3, "code_size": 8},
            {"m": 2, "code_size": 4},
            {"m": 3},
            {"code_size": 200},
        )
    ]
    for encoder, engine in itertools.product(encoders, ("lucene", "faiss")):
        yield hnsw(engine, encoder=encoder)
    yield hnsw(m=3, encoder={"name": "pq"})
    yield hnsw(m="3", encoder={"name": "pq"})


def combinations() -> Iterator[Definition]:
    """What is allowed with what: engines, data types, spaces, modes, levels, encoders."""
    engines: list[Definition] = [{}]
    engines += [{"engine": engine} for engine in ("lucene", "faiss", "nmslib")]
    engines += [{"method": {"name": "hnsw", "engine": engine}} for engine in ("lucene", "faiss")]
    engines += [
        {"engine": a, "method": {"name": "hnsw", "engine": b}} for a, b in (("lucene", "faiss"), ("faiss",) * 2)
    ]
    engines += [{"engine": "lucene", "method": {"name": "hnsw", "engine": None}}]
    engines += [{"engine": engine, "method": {"name": "hnsw"}} for engine in ("nmslib", "lucene")]
    for engine, data_type in itertools.product(engines, ("float", "byte", "binary")):
        for space in (None, "l2", "cosinesimil", "innerproduct", "hamming", "l1"):
            yield {"dimension": 8, "data_type": data_type, **({"space_type": space} if space else {}), **engine}
    for engine, mode, level in itertools.product(
        engines, (None, "in_memory", "on_disk"), (None, "", "1x", "2x", "4x", "8x", "16x", "32x")
    ):
        definition = {"dimension": 8, **engine}
        definition |= {} if mode is None else {"mode": mode}
        yield definition | ({} if level is None else {"compression_level": level})
    encoders = [{"name": "flat"}, {"name": "sq"}, {"name": "binary"}, {"name": "binary", "parameters": {"bits": 2}}]
    for engine, encoder, level in itertools.product(("lucene", "faiss"), encoders, (None, "1x", "2x", "4x", "16x")):
        yield hnsw(engine, encoder=encoder) | ({} if level is None else {"compression_level": level})
    for data_type, encoder in itertools.product(("byte", "binary"), encoders):
        yield hnsw(encoder=encoder) | {"data_type": data_type}
    for a, b in itertools.product(("l2", "innerproduct", "undefined"), repeat=2):
        yield {"dimension": 8, "space_type": a, "method": {"name": "hnsw", "space_type": b}}
    for more in ({"dimension": 3}, {"method": {"name": "hnsw"}}, {"space_type": "l2"}, {"mode": "on_disk"}):
        yield {"model_id": "x", **more}
    yield {"model_id": "x", "data_type": "byte"}
    yield {"dimension": 70000}
    yield {"dimension": 7, "data_type": "binary"}
    yield {"data_type": "binary"}
    yield {}


def mistakes(count: int) -> Iterator[Definition]:
    """Several mistakes at once: which is told depends on the order of the checks."""
    pool: dict[str, list[Any]] = {
        "dimension": [8, 8, 8, 17000, 9, 0, None, "x"],
        "data_type": ["float", "byte", "binary", "half", None, 5],
        "space_type": ["l2", "hamming", "l1", "cosinesimil", "foo", None, "undefined"],
        "engine": ["lucene", "faiss", "nmslib", "foo", None, "undefined"],
        "mode": ["on_disk", "in_memory", "foo", None],
        "compression_level": ["1x", "4x", "32x", "64x", None, ""],
        "model_id": ["x", None],
        "meta": [{"a": 5}, {"a": "b"}, 3],
        "store": ["yes", True],
        "zzz": [1],
        "foo": [1],
        "index": [True],
    }
    members: dict[str, list[Any]] = {
        "name": ["hnsw", "hnsw", "hnsw", "ivf", "foo", 5, ""],
        "engine": ["lucene", "faiss", "nmslib", "foo", None, 5],
        "space_type": ["l2", "hamming", "l1", "cosinesimil", "foo", None, 4],
        "foo": [1],
        "bar": [1],
    }
    parameters: dict[str, list[Any]] = {
        "m": [16, 0, "16", None, {"name": "x"}],
        "ef_construction": [100, 0, 1.5],
        "ef_search": [100, 0],
        "encoder": [
            {"name": "sq"},
            {"name": "foo"},
            "flat",
            {"name": "binary", "parameters": {"bits": 3}},
            {"name": "pq"},
        ],
        "foo": [1],
        "bar": [2],
        "a_rather_long_name": [3],
        "nlist": [4],
    }
    draw = random.Random(0)

    def some(choices: dict[str, list[Any]], most: int) -> Definition:
        names = draw.sample(sorted(choices), draw.randint(0, most))
        return {name: draw.choice(choices[name]) for name in names}

    for _ in range(count):
        definition = {"dimension": 8} if draw.random() < 0.7 else {}
        definition |= some(pool, 3)
        if draw.random() < 0.7:
            method = {"name": "hnsw"} if draw.random() < 0.8 else {}
            method |= some(members, 2)
            if draw.random() < 0.6:
                method["parameters"] = some(parameters, 4) or None
            definition["method"] = method
        yield definition


def all_cases() -> Iterator[tuple[Definition, bool]]:
    seen = set()
    with_knn = itertools.chain(each_member(), each_parameter(), combinations(), mistakes(300))
    flat = itertools.chain(each_member(), itertools.islice(combinations(), 60), mistakes(60), [{"dimension": 70000}])
    for definition, knn in itertools.chain(((d, True) for d in with_knn), ((d, False) for d in flat)):
        key = json.dumps([definition, knn])
        if key not in seen:
            seen.add(key)
            yield definition, knn


def call(method: str, url: str, body: Any = None) -> tuple[int, Any]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"}, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)


def ask(server: str, definition: Definition, knn: bool) -> Definition:
    url = f"{server}/{INDEX}"
    call("DELETE", url)
    body = {
        "settings": {"index.knn": knn, "number_of_replicas": 0},
        "mappings": {"properties": {"v": {"type": "knn_vector", **definition}}},
    }
    status, answer = call("PUT", url, body)
    if status == 200:
        mappings = call("GET", f"{url}/_mapping")[1][INDEX]["mappings"]["properties"]["v"]
        full = call("GET", f"{url}/_mapping/field/v?include_defaults=true")[1][INDEX]["mappings"]["v"]["mapping"]["v"]
        return {"echo": mappings, "echo_with_defaults": full}
    error = answer["error"]
    assert error["reason"].startswith("Failed to parse mapping [_doc]: "), answer
    return {"type": error["caused_by"]["type"], "reason": error["caused_by"]["reason"]}


def main(server: str) -> None:
    recorded = []
    for definition, knn in all_cases():
        recorded.append({"definition": definition, "knn": knn, **ask(server, definition, knn)})
    call("DELETE", f"{server}/{INDEX}")
    lines = ",\n".join(json.dumps(case) for case in recorded)
    Path(__file__).with_name("mappings.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main(sys.argv[1])
