"""\" did you mean [x]?\": how the real server proposes names for one that it does not know."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


def levenshtein(a: str, b: str) -> int:
    """The number of single-character edits between two texts."""
    if a == b:
        return 0
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y)))
        before = row
    return before[-1]


def similarity(a: str, b: str) -> float:
    """Lucene's LevenshteinDistance: 1 for equal texts, 0 for texts without anything in common; a float32 number."""
    if not a or not b:
        return 1.0 if a == b else 0.0
    return float(np.float32(1.0) - np.float32(levenshtein(a, b)) / np.float32(max(len(a), len(b))))


def suggestions(unknown: str, candidates: Iterable[str]) -> list[str]:
    """The candidates that are like ``unknown``, best first."""
    scored = sorted((-similarity(unknown, candidate), candidate) for candidate in set(candidates))
    return [candidate for score, candidate in scored if -score > 0.5]


def did_you_mean(unknown: str, candidates: Iterable[str]) -> str:
    """SuggestingErrorOnUnknown.suggest: a leading space and the proposals, or nothing."""
    names = suggestions(unknown, candidates)
    if not names:
        return ""
    return f" did you mean [{names[0]}]?" if len(names) == 1 else f" did you mean any of [{', '.join(names)}]?"
