"""Aggregations over many documents of one shard, in milliseconds of this process's own time.

    python tests/bench/bench_aggs.py [documents]

Every figure is the best of several rounds, in the processor's time: the machine may be shared.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any

import orjson

from fakeknn import api
from fakeknn.app import answer
from fakeknn.rest import Request
from fakeknn.state.node import Node

ROUNDS = 15
DAYS = 365
BULK = 5000

PROPERTIES: dict[str, Any] = {
    "tag": {"type": "keyword"},
    "brand": {"type": "keyword"},
    "price": {"type": "double"},
    "stock": {"type": "integer"},
    "sold": {"type": "date"},
}

AVG: dict[str, Any] = {"avg": {"field": "price"}}
DAY: dict[str, Any] = {"field": "sold", "calendar_interval": "day"}

#: What is asked, and the milliseconds that it may take.
ASKED: dict[str, tuple[dict[str, Any], float | None]] = {
    "terms, an avg inside": ({"terms": {"field": "tag"}, "aggs": {"m": AVG}}, 10),
    "date_histogram (day), terms inside": (
        {"date_histogram": DAY, "aggs": {"t": {"terms": {"field": "tag"}}}},
        15,
    ),
    "date_histogram (month), terms inside": (
        {"date_histogram": {**DAY, "calendar_interval": "month"}, "aggs": {"t": {"terms": {"field": "tag"}}}},
        15,
    ),
    "date_histogram (day), many terms inside": (
        {"date_histogram": DAY, "aggs": {"t": {"terms": {"field": "brand"}}}},
        None,
    ),
    "date_histogram (day), an avg inside": ({"date_histogram": DAY, "aggs": {"m": AVG}}, None),
    "terms, terms inside": ({"terms": {"field": "brand"}, "aggs": {"t": {"terms": {"field": "tag"}}}}, None),
    "histogram, stats inside": (
        {"histogram": {"field": "stock", "interval": 10}, "aggs": {"m": {"stats": {"field": "price"}}}},
        None,
    ),
    "cardinality": ({"cardinality": {"field": "brand"}}, None),
}


def ask(node: Node, method: str, path: str, body: Any = None) -> None:
    raw = body if isinstance(body, bytes) else b"" if body is None else orjson.dumps(body)
    status, _, text = answer(node, Request.of(method, path, raw, {"content-type": "application/json"}))
    if status >= 300:
        raise RuntimeError(f"{method} {path}: {status} {text[:300]!r}")


def node_of(index: str, properties: dict[str, Any], draw: Callable[[], dict[str, Any]], documents: int) -> Node:
    """A node with an index of one shard and so many documents."""
    api.load()
    node = Node()
    settings = {"number_of_shards": 1, "number_of_replicas": 0}
    ask(node, "PUT", f"/{index}", {"settings": settings, "mappings": {"properties": properties}})
    for start in range(0, documents, BULK):
        some = range(start, min(start + BULK, documents))
        lines = [b'{"index":{"_id":"%d"}}\n%s\n' % (i, orjson.dumps(draw())) for i in some]
        ask(node, "POST", f"/{index}/_bulk", b"".join(lines))
    ask(node, "POST", f"/{index}/_refresh")
    return node


def filled(documents: int) -> Node:
    draw = random.Random(5)
    return node_of(
        "shop",
        PROPERTIES,
        lambda: {
            "tag": f"tag {draw.randrange(20)}",
            "brand": f"brand {draw.randrange(500)}",
            "price": round(draw.uniform(1, 500), 2),
            "stock": draw.randrange(1000),
            "sold": 1_704_067_200_000 + draw.randrange(DAYS * 86_400_000),
        },
        documents,
    )


def main(documents: int) -> None:
    node = filled(documents)
    best = dict.fromkeys(ASKED, float("inf"))
    for _ in range(ROUNDS):
        for name, (body, _) in ASKED.items():
            began = time.process_time()
            ask(node, "POST", "/shop/_search?request_cache=false", {"size": 0, "aggs": {"a": body}})
            best[name] = min(best[name], time.process_time() - began)
    for name, (_, wanted) in ASKED.items():
        print(f"{name:<44} {1000 * best[name]:8.1f} ms" + (f"   (to reach: {wanted})" if wanted else ""))


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
