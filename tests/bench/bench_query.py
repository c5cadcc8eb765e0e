"""Queries over many documents of one shard, and what one document more costs, in milliseconds of processor time.

    python tests/bench/bench_query.py [documents]

Every figure is the best of several rounds, in the processor's time: the machine may be shared. No query is asked twice,
so that nothing comes from what an earlier one left.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from typing import Any

from bench_aggs import ask, node_of

ROUNDS = 15
WORDS = 20_000

PROPERTIES: dict[str, Any] = {
    "body": {"type": "text"},
    "title": {"type": "text"},
    "tag": {"type": "keyword"},
    "price": {"type": "double"},
    "stock": {"type": "integer"},
    "sold": {"type": "date"},
}
DAY = 86_400_000
START = 1_704_067_200_000


class Draw:
    """Words as often as natural ones: the n-th in 1/n of the places."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)
        self._weights = [1 / (n + 10) for n in range(WORDS)]

    def words(self, number: int) -> list[str]:
        return [f"w{n}" for n in self.random.choices(range(WORDS), self._weights, k=number)]

    def document(self) -> dict[str, Any]:
        return {
            "body": " ".join(self.words(30)),
            "title": " ".join(self.words(5)),
            "tag": f"tag{self.random.randrange(50)}",
            "price": round(self.random.uniform(1, 500), 2),
            "stock": self.random.randrange(1000),
            "sold": START + self.random.randrange(365 * DAY),
        }

    def term(self) -> dict[str, Any]:
        return {"term": {"tag": f"tag{self.random.randrange(50)}"}}

    def word(self) -> dict[str, Any]:
        return {"term": {"body": f"w{self.random.randrange(2000)}"}}

    def match(self) -> dict[str, Any]:
        first, second = self.random.sample(range(200), 2)
        return {"match": {"body": f"w{first} w{second}"}}

    def six_clauses(self) -> dict[str, Any]:
        low, day = self.random.randrange(300), self.random.randrange(200)
        return {
            "bool": {
                "must": [self.match(), {"range": {"price": {"gte": low, "lt": low + 150}}}],
                "should": [{"match": {"title": " ".join(self.words(1))}}, {"range": {"stock": {"gte": 500}}}],
                "filter": [{"range": {"sold": {"gte": START + day * DAY}}}],
                "must_not": [self.term()],
            }
        }

    def fuzzy(self) -> dict[str, Any]:
        return {"match": {"body": {"query": f"w{self.random.randrange(100, 2000)}", "fuzziness": 1}}}

    def phrase(self) -> dict[str, Any]:
        first, second = self.random.sample(range(50), 2)
        return {"match_phrase": {"body": f"w{first} w{second}"}}


#: What is asked, and the milliseconds that it may take.
ASKED: dict[str, tuple[Callable[[Draw], dict[str, Any]], float | None]] = {
    "term (keyword)": (Draw.term, 1),
    "term (text)": (Draw.word, 1),
    "match, two terms": (Draw.match, 5),
    "bool, six clauses": (Draw.six_clauses, 8),
    "match_phrase, two terms": (Draw.phrase, None),
    "match, fuzzy": (Draw.fuzzy, None),
}


def measured(run: Callable[[], None]) -> float:
    began = time.process_time()
    run()
    return time.process_time() - began


def one_more(documents: int) -> float:
    """Seconds that one document and the refresh behind it take, in an index of so many."""
    node, draw = node_of("shop", PROPERTIES, Draw(1).document, documents), Draw(2)

    def write() -> None:
        ask(node, "POST", "/shop/_doc?refresh=true", draw.document())

    return min(measured(write) for _ in range(ROUNDS))


def main(documents: int) -> None:
    node = node_of("shop", PROPERTIES, Draw(1).document, documents)
    draw = Draw(3)
    best = dict.fromkeys(ASKED, float("inf"))
    for _ in range(ROUNDS):
        for name, (query, _) in ASKED.items():
            body = {"query": query(draw), "_source": False}
            best[name] = min(best[name], measured(lambda body=body: ask(node, "POST", "/shop/_search", body)))
    for name, (_, wanted) in ASKED.items():
        print(f"{name:<28} {1000 * best[name]:8.2f} ms" + (f"   (to reach: {wanted})" if wanted else ""))
    few, many = one_more(documents // 10), one_more(documents)
    print(f"one document and a refresh   {1000 * many:8.2f} ms, {many / few:.1f} x those in a tenth of the index")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
