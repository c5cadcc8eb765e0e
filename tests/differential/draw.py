"""Indices and documents drawn at random: field types with their parameters, values that fit them, some that do not."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

Json = Any
T = TypeVar("T")

WORDS = ("red", "blue", "Green", "quick brown fox", "lazy dog", "the", "fox", "a-b c", "Ünï", "x", "", "5", "true")
NUMBERS = (0, 1, -1, 2, 3, 7, 42, 100, -128, 127, 32767, 1.5, 2.25, -0.5, 0.1, 3.0, 1e3, "5", "-2", "1.5")
DATES = (
    "2024-01-01",
    "2024-02-29",
    "2024-01-31T23:59:59.999Z",
    "2024-06-01T12:00:00+02:00",
    "2023",
    "2024-05",
    1704067200000,
    "1709164800000",
)
SCALARS: dict[str, Sequence[Json]] = {
    "keyword": (*WORDS, 5, True, 1.5),
    "text": WORDS,
    "boolean": (True, False, "true", "false", ""),
    "date": DATES,
    **dict.fromkeys(("integer", "long", "double", "float", "half_float"), NUMBERS),
    "short": NUMBERS[:9],
    "byte": NUMBERS[:7],
}
ODD: tuple[Json, ...] = (
    *(None, [], {}, {"a": 1}, "text", -5, 99999999999, 1e300),
    *(True, [[1]], [None], "2024-13-45", 10**20, "NaN", "[]"),
)


def some(random: Random, options: Sequence[T]) -> T:
    return options[random.randrange(len(options))]


@dataclass(slots=True)
class Drawn:
    """One index: what to create it with, and what its fields are (name → definition, dotted names for inner ones)."""

    name: str
    body: dict[str, Json]
    fields: dict[str, dict[str, Json]] = field(default_factory=dict)
    documents: dict[str, dict[str, Json]] = field(default_factory=dict)

    def of(self, *types: str) -> list[str]:
        """The names of the fields of these types."""
        return [name for name, definition in self.fields.items() if definition["type"] in types]

    def value_of(self, random: Random, name: str) -> Json:
        """A value that some document has, or one that fits."""
        found = [document[name] for document in self.documents.values() if document.get(name) not in (None, [])]
        if found and random.random() < 0.6:
            value = some(random, found)
            return some(random, value) if isinstance(value, list) else value
        return some(random, SCALARS.get(self.fields.get(name, {}).get("type", "keyword"), WORDS))


def index(random: Random, name: str, *, vectors: bool) -> Drawn:
    """An index with a handful of fields."""
    properties: dict[str, dict[str, Json]] = {}
    for kind in random.sample(sorted(SCALARS), random.randint(3, 8)):
        properties[kind[0] + str(len(properties))] = _scalar(random, kind)
    if random.random() < 0.3:
        properties["o"] = {"properties": {"k": {"type": "keyword"}, "n": {"type": "integer"}}}
    knn = vectors and random.random() < 0.85
    if vectors:
        for i in range(random.randint(1, 3)):
            properties[f"v{i}"] = vector(random, knn)
        if random.random() < 0.3:
            properties["bin"] = {"type": "binary", "doc_values": True}
    settings: dict[str, Json] = {"number_of_replicas": 0, "refresh_interval": "-1"}
    settings["number_of_shards"] = some(random, (1, 1, 1, 2, 3))
    if knn:
        settings["index.knn"] = True
    drawn = Drawn(name, {"settings": settings, "mappings": {"properties": properties}})
    for key, definition in properties.items():
        inner = definition.get("properties")
        if inner is None:
            drawn.fields[key] = definition
            drawn.fields.update({f"{key}.{sub}": d for sub, d in definition.get("fields", {}).items()})
        else:
            drawn.fields.update({f"{key}.{sub}": d for sub, d in inner.items()})
    return drawn


def _scalar(random: Random, kind: str) -> dict[str, Json]:
    definition: dict[str, Json] = {"type": kind}
    if kind == "keyword" and random.random() < 0.2:
        definition["ignore_above"] = 5
    if kind == "text" and random.random() < 0.4:
        definition["fields"] = {"raw": {"type": "keyword"}}
    if kind not in ("text", "boolean") and random.random() < 0.15:
        definition["null_value"] = {"keyword": "none", "date": "2020-01-01"}.get(kind, 7)
    if kind not in ("text", "boolean", "keyword") and random.random() < 0.15:
        definition["ignore_malformed"] = True
    if random.random() < 0.08 and kind != "text":
        definition["doc_values"] = False
    if random.random() < 0.05:
        definition["index"] = False
    return definition


def vector(random: Random, knn: bool) -> dict[str, Json]:
    """A vector field; fewer than 16 dimensions, where the real server's arithmetic is the same on every machine."""
    kind = some(random, ("float", "float", "float", "float", "byte", "binary"))
    dimension = random.randint(1, 3) * 8 if kind == "binary" else random.randint(1, 12)
    definition: dict[str, Json] = {"type": "knn_vector", "dimension": dimension}
    if kind != "float" or random.random() < 0.2:
        definition["data_type"] = kind
    if knn and random.random() < 0.8:
        engine = some(random, ("lucene", "faiss"))
        spaces: tuple[str, ...] = ("hamming",) if kind == "binary" else ("l2", "cosinesimil", "innerproduct")
        if kind == "byte" and engine == "faiss":
            spaces = ("l2", "innerproduct")
        definition["method"] = {"name": "hnsw", "engine": engine, "space_type": some(random, spaces)}
        if random.random() < 0.2:
            definition["method"]["parameters"] = {"m": random.randint(2, 20), "ef_construction": random.randint(2, 200)}
    return definition


def vector_value(random: Random, definition: dict[str, Json], dimension: int | None = None) -> list[Json]:
    """Numbers that fit a vector field. Several are quarters: float32 holds their sums of squares, so that these are the
    same on every machine, with fused multiplication or without."""
    size = int(definition["dimension"]) if dimension is None else dimension
    kind = definition.get("data_type", "float")
    if kind == "binary":
        return [random.randint(-128, 127) for _ in range(size // 8 or 1)]
    if kind == "byte":
        return [some(random, (0, 1, -1, 5, 127, -128, random.randint(-128, 127))) for _ in range(size)]
    if size == 1:
        return [round(random.uniform(-10, 10), random.randint(0, 6))]
    if random.random() < 0.3:
        return [random.randint(-3, 3) for _ in range(size)]
    return [random.randint(-40, 40) / 4 for _ in range(size)]


def document(random: Random, drawn: Drawn, *, odd: float = 0.0) -> dict[str, Json]:
    """A document of an index; with probability ``odd`` one of its values does not fit."""
    found: dict[str, Json] = {}
    for name, definition in drawn.fields.items():
        top, dot, _ = name.partition(".")
        if random.random() < 0.25 or (dot and "fields" in drawn.fields.get(top, {})):
            continue
        found[name] = _value(random, definition)
    if random.random() < odd and found:
        found[some(random, sorted(found))] = some(random, ODD)
    if random.random() < odd:
        found[some(random, ("new", "new.inner", "o"))] = some(random, (*ODD, *WORDS, *NUMBERS, *DATES))
    return found


def _value(random: Random, definition: dict[str, Json]) -> Json:
    kind = definition["type"]
    if random.random() < 0.05:
        return None
    if kind == "knn_vector":
        return vector_value(random, definition)
    if kind == "binary":
        return base64.b64encode(random.randbytes(random.randint(1, 12))).decode()
    values = SCALARS[kind]
    if random.random() < 0.2:
        return [some(random, values) for _ in range(random.randint(0, 3))]
    return some(random, values)


def bulk(documents: dict[str, dict[str, Json]], index_name: str) -> bytes:
    lines = []
    for key, found in documents.items():
        lines += [json.dumps({"index": {"_index": index_name, "_id": key}}), json.dumps(found)]
    return "".join(line + "\n" for line in lines).encode()


Drawer = Callable[[Random, Drawn], Json]
