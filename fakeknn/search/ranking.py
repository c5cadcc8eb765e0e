"""The best of what was found: by score, or by sort keys; and keys that compare between shards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.search.sort import Sort
from fakeknn.search.sort_values import Terms


def comparable(sort: Sort, part: Any, at: int) -> Any:
    """A sort value that compares between shards: ordinals do not, terms do."""
    if not isinstance(part.values, Terms):
        return part.keys[at].item()
    if part.values[at] is None:
        last = (sort.missing != "_first") != sort.descending
        key: Any = (2 if last else 0, Term("", False))
        return (-key[0], key[1]) if sort.descending else key
    return (1 if not sort.descending else -1, Term(part.values.key(at), sort.descending))


@dataclass(frozen=True, slots=True)
class Term:
    text: Any
    descending: bool

    def __lt__(self, other: Term) -> bool:
        return bool(self.text > other.text if self.descending else self.text < other.text)


def best_scores(score: NDArray[np.float32], wanted: int) -> NDArray[np.int64]:
    """The positions of the ``wanted`` highest scores, best first; of equals the first."""
    if wanted < len(score):
        least = np.partition(score, len(score) - wanted)[len(score) - wanted]
        candidates = np.flatnonzero(score >= least)
        order = np.argsort(-score[candidates], kind="stable")
        return candidates[order][:wanted]
    return np.argsort(-score, kind="stable")


def best_keys(keys: Sequence[NDArray[Any]], wanted: int, among: NDArray[np.bool_] | None = None) -> NDArray[np.int64]:
    """The positions of the ``wanted`` lowest by several keys, in order; of equals the first.

    ``among`` says which count.
    """
    candidates = np.arange(len(keys[0])) if among is None else np.flatnonzero(among)
    first = keys[0][candidates]
    if wanted < len(first):
        most = np.partition(first, wanted - 1)[wanted - 1]
        candidates = candidates[first <= most]
    order = np.lexsort([key[candidates] for key in reversed(keys)])
    return candidates[order][:wanted]
