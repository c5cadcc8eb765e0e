"""k-NN indices drawn at random: vector fields of every engine, space, type and compression, at the top, in objects and
in nested documents; and documents that fill them.
"""

from __future__ import annotations

import json
from random import Random

from .draw import Drawn, Json, document, index, some, vector, vector_value

#: What is no vector, or none of this field.
ODD_VECTORS: tuple[Json, ...] = (
    *(None, [], {}, {"a": 1}, [[1, 2]], [{}], [None, 1], [True], "AQI=", "text", 1, 1.5, True, "1", ["1", "2"]),
    *(["NaN", 1], ["x", 2], [1e39, 1], [1, 2, 3, 4, 5, 6, 7], [-129, 1], [128], [1.5, 2.5], [0, 0, 0], [1e300]),
)
_SETTINGS: tuple[tuple[str, tuple[Json, ...]], ...] = (
    ("index.knn.algo_param.ef_search", (2, 5, 100)),
    ("index.knn.derived_source.enabled", (False, True)),
    ("index.knn.advanced.filtered_exact_search_threshold", (0, 1, 1000)),
    ("index.knn.disk.vector.shard_level_rescoring_disabled", (True,)),
    ("index.knn.faiss.efficient_filter.disable_exact_search", (True,)),
    ("index.knn.memory_optimized_search", (True,)),
)


def knn_index(random: Random, name: str) -> Drawn:
    """An index with vectors: half of them with nested ones too."""
    drawn = index(random, name, vectors=True)
    properties = drawn.body["mappings"]["properties"]
    settings = drawn.body["settings"]
    knn = "index.knn" in settings
    for field in drawn.of("knn_vector"):
        if random.random() < 0.25:
            properties[field] = drawn.fields[field] = special_vector(random, knn)
    if random.random() < 0.5:
        inner = {"v": vector(random, knn), "k": {"type": "keyword"}, "i": {"type": "integer"}}
        properties["n"] = {"type": "nested", "properties": inner}
        drawn.fields.update({f"n.{sub}": definition for sub, definition in inner.items()})
    if random.random() < 0.2:
        inner = {"v": vector(random, knn), "k": {"type": "keyword"}}
        properties["ob"] = {"properties": inner}
        drawn.fields.update({f"ob.{sub}": definition for sub, definition in inner.items()})
    if knn and random.random() < 0.3:
        setting, values = some(random, _SETTINGS)
        settings[setting] = some(random, values)
    if random.random() < 0.2:
        properties["al"] = {"type": "alias", "path": some(random, [f for f in sorted(drawn.fields) if "n." not in f])}
    return drawn


def special_vector(random: Random, knn: bool) -> dict[str, Json]:
    """A float field that is compressed, or says its space or method another way; always one that is accepted.

    None that Lucene quantises, whose scores are known to differ.
    """
    definition: dict[str, Json] = {"type": "knn_vector", "dimension": some(random, (2, 3, 8, "4"))}
    if not knn:
        definition["space_type"] = some(random, ("l2", "l1", "cosinesimil", "L2"))
        return definition
    space = some(random, ("l2", "innerproduct", "cosinesimil"))
    more: dict[str, Json] = some(
        random,
        (
            {"mode": "on_disk"},
            {"mode": "on_disk", "compression_level": some(random, ("2x", "8x", "16x", "32x"))},
            {"mode": "in_memory", "compression_level": some(random, ("1x", "2x"))},
            {"compression_level": "2x"},
            {"space_type": space},
            {"space_type": space, "method": {"name": "hnsw"}},
            {"method": {"name": "hnsw", "space_type": space, "parameters": {"encoder": {"name": "flat"}}}},
            {"method": {"name": "hnsw", "parameters": {"encoder": {"name": "sq", "parameters": {"type": "fp16"}}}}},
            {"engine": some(random, ("lucene", "faiss"))},
            {"meta": {"a": "b"}, "store": True},
        ),
    )
    return {**definition, **more}


def mapped_vector(random: Random) -> dict[str, Json]:
    """Any definition at all: members put together that need not go together."""
    definition: dict[str, Json] = {"type": "knn_vector"}
    members: dict[str, tuple[Json, ...]] = {
        "dimension": (2, 3, 8, 16, "4", 0, -1, 16001, 2.5, "x", None, [3]),
        "data_type": ("float", "byte", "binary", "BYTE", "int", 5),
        "space_type": ("l2", "cosinesimil", "innerproduct", "hamming", "l1", "linf", "foo", "", "undefined"),
        "mode": ("on_disk", "in_memory", "foo", None),
        "compression_level": ("1x", "2x", "4x", "8x", "16x", "32x", "64x", ""),
        "engine": ("faiss", "lucene", "nmslib", "foo"),
        "model_id": ("m1", ""),
        "store": (True, False),
        "doc_values": (True, False),
        "meta": ({"a": "b"}, {"a": 1}),
        "foo": (1,),
    }
    if random.random() < 0.9:
        definition["dimension"] = some(random, members["dimension"][:5])
    for key in random.sample(sorted(members), random.choice((0, 1, 1, 2, 2, 3))):
        definition[key] = some(random, members[key])
    if random.random() < 0.5:
        definition["method"] = _method(random)
    return definition


def _method(random: Random) -> Json:
    method: dict[str, Json] = {"name": some(random, ("hnsw", "hnsw", "hnsw", "ivf", "flat", "foo"))}
    if random.random() < 0.7:
        method["engine"] = some(random, ("lucene", "faiss", "lucene", "faiss", "nmslib", "foo", None))
    if random.random() < 0.6:
        method["space_type"] = some(random, ("l2", "cosinesimil", "innerproduct", "hamming", "l1", "foo", 5))
    if random.random() < 0.5:
        method["parameters"] = parameters = {}
        choices: dict[str, tuple[Json, ...]] = {
            "m": (2, 16, 0, -1, "16", 1.5, None),
            "ef_construction": (2, 100, 0, "x"),
            "ef_search": (2, 100, 0),
            "nlist": (4, 0),
            "foo": (1,),
            "encoder": (
                *({"name": "flat"}, {"name": "sq"}, {"name": "pq"}, {"name": "foo"}, "flat", {}),
                {"name": "sq", "parameters": {"type": some(random, ("fp16", "fp32")), "clip": random.random() < 0.5}},
                {"name": "sq", "parameters": {"bits": some(random, (7, 8, 1)), "confidence_interval": 0.9}},
                {"name": "binary", "parameters": {"bits": some(random, (1, 2, 3, 4))}},
                {"name": "pq", "parameters": {"m": 2, "code_size": 8}},
            ),
        }
        for key in random.sample(sorted(choices), random.choice((0, 1, 1, 2))):
            parameters[key] = some(random, choices[key])
    if random.random() < 0.04:
        method[some(random, ("foo", "parameters"))] = some(random, (1, None, "x"))
    return method


def knn_document(random: Random, drawn: Drawn, *, odd: float = 0.0) -> dict[str, Json]:
    """A document; its nested objects are an array, an object, or not there."""
    flat = document(random, drawn, odd=odd)
    found = {key: value for key, value in flat.items() if not key.startswith(("n.", "ob.", "al"))}
    for top in ("ob", "n"):
        if f"{top}.v" in drawn.fields and random.random() < 0.8:
            many = top == "n" and random.random() < 0.8
            objects = [_object(random, drawn, top) for _ in range(random.randint(0, 4) if many else 1)]
            found[top] = objects if many else objects[0]
    if random.random() < odd:
        found[some(random, drawn.of("knn_vector"))] = some(random, ODD_VECTORS)
    return {key: value for key, value in found.items() if not key.startswith(("n.", "ob."))}


def _object(random: Random, drawn: Drawn, top: str) -> dict[str, Json]:
    made: dict[str, Json] = {}
    if random.random() < 0.9:
        made["v"] = vector_value(random, drawn.fields[f"{top}.v"])
    if random.random() < 0.8:
        made["k"] = some(random, ("red", "blue", "x"))
    if top == "n" and random.random() < 0.5:
        made["i"] = random.randint(0, 5)
    return made


def loses_documents(drawn: Drawn) -> bool:
    """Whether deleted documents change what is found: in faiss' fields they take places (a known difference)."""
    text = json.dumps([drawn.fields[name] for name in drawn.of("knn_vector")])
    return text.count('"lucene"') < len(drawn.of("knn_vector"))
