"""DirectSpellChecker: the terms of a field that are a few edits away from another, and how alike two terms are."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException
from fakeknn.query.context import ShardContext
from fakeknn.query.fuzzy import distances
from fakeknn.query.scoring import postings
from fakeknn.view import Column, KeywordColumn, TextColumn

_ONE = np.float32(1)


def _units(text: str) -> list[int]:
    """The UTF-16 units that a Java string has."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    return [encoded[i] | encoded[i + 1] << 8 for i in range(0, len(encoded), 2)]


def _damerau_levenshtein(term: str, other: str) -> np.float32:
    """LuceneLevenshteinDistance."""
    if not term or not other:
        return np.float32(max(len(term), len(other)))
    count = int(distances(term, [other], True)[0])
    return _ONE - np.float32(count) / np.float32(min(len(term), len(other)))


def _levenshtein(term: str, other: str) -> np.float32:
    a, b = _units(term), _units(other)
    if not a or not b:
        return np.float32(len(a) == len(b))
    count = int(distances("".join(map(chr, a)), ["".join(map(chr, b))], False)[0])
    return _ONE - np.float32(count) / np.float32(max(len(a), len(b)))


def _jaro_winkler(term: str, other: str) -> np.float32:
    a, b = _units(term), _units(other)
    longer, shorter = (a, b) if len(a) > len(b) else (b, a)
    reach = max(len(longer) // 2 - 1, 0)
    taken = [False] * len(longer)
    matched: list[int] = []
    for i, unit in enumerate(shorter):
        for j in range(max(i - reach, 0), min(i + reach + 1, len(longer))):
            if not taken[j] and unit == longer[j]:
                taken[j] = True
                matched.append(unit)
                break
    if not matched:
        return np.float32(0)
    there = [unit for unit, hit in zip(longer, taken, strict=True) if hit]
    swapped = sum(x != y for x, y in zip(matched, there, strict=True)) // 2
    prefix = next((i for i, unit in enumerate(shorter) if unit != longer[i]), len(shorter))
    m = np.float32(len(matched))
    parts = m / np.float32(len(a)) + m / np.float32(len(b)) + (m - np.float32(swapped)) / m
    jaro = parts / np.float32(3)
    if jaro < np.float32(0.7):
        return np.float32(jaro)
    scale = min(np.float32(0.1), _ONE / np.float32(len(longer)))
    return np.float32(jaro + scale * np.float32(prefix) * (_ONE - jaro))


def _ngram(term: str, other: str) -> np.float32:
    """NGramDistance of pairs."""
    a, b = _units(term), _units(other)
    if not a or not b:
        return np.float32(len(a) == len(b))
    if len(a) < 2 or len(b) < 2:
        return np.float32(sum(x == y for x, y in zip(a, b, strict=False))) / np.float32(max(len(a), len(b)))
    before = [np.float32(i) for i in range(len(a) + 1)]
    padded_a, padded_b = [0, *a], [0, *b]
    for j in range(1, len(b) + 1):
        row = [np.float32(j)]
        pair = padded_b[j - 1 : j + 1]
        for i in range(1, len(a) + 1):
            cost, counted = 0, 2
            for x, y in zip(padded_a[i - 1 : i + 1], pair, strict=True):
                if x != y:
                    cost += 1
                elif x == 0:
                    counted -= 1
            step = np.float32(cost) / np.float32(counted)
            row.append(min(row[i - 1] + _ONE, before[i] + _ONE, before[i - 1] + step))
        before = row
    return np.float32(_ONE - before[-1] / np.float32(max(len(a), len(b))))


#: StringDistance by name; ``internal`` is what the enumeration of terms counts anyway.
DISTANCES: dict[str, Callable[[str, str], np.float32] | None] = {
    "internal": None,
    "damerau_levenshtein": _damerau_levenshtein,
    "levenshtein": _levenshtein,
    "ngram": _ngram,
    "jaro_winkler": _jaro_winkler,
}


@dataclass(frozen=True, slots=True)
class SuggestWord:
    """A term that may have been meant."""

    term: str
    score: np.float32
    freq: int


@dataclass(frozen=True, kw_only=True)
class SpellChecker:
    """DirectSpellcheckerSettings, and the DirectSpellChecker made of them."""

    suggest_mode: str = "missing"
    accuracy: float = 0.5
    sort: str = "score"
    string_distance: str = "internal"
    max_edits: int = 2
    max_inspections: int = 5
    max_term_freq: float = 0.01
    prefix_length: int = 1
    min_word_length: int = 4
    min_doc_freq: float = 0.0

    def check(self) -> None:
        """DirectSpellChecker's own setters."""
        for value in (self.max_term_freq, self.min_doc_freq):
            if value >= 1 and np.float32(value) != np.float32(min(int(value), 2**31 - 1)):
                raise IllegalArgumentException("Fractional absolute document frequencies are not allowed")

    def similar(self, ctx: ShardContext, column: Column | None, term: str, count: int) -> list[SuggestWord]:
        """DirectSpellChecker.suggestSimilar: the ``count`` best."""
        if not isinstance(column, (TextColumn, KeywordColumn)) or len(term) < self.min_word_length:
            return []
        freq = len(postings(column, term)[0])
        if self.suggest_mode == "missing" and freq > 0:
            return []
        most = np.float32(self.max_term_freq)
        if (most >= 1 and freq > most) or freq > math.ceil(float(most * np.float32(ctx.n))):
            return []
        least = freq if self.suggest_mode == "popular" else 0
        threshold = np.float32(self.min_doc_freq)
        if threshold >= 1:
            least = max(least, int(threshold))
        elif threshold > 0:
            least = max(least, int(threshold * np.float32(ctx.n)) - 1)
        inspections = count * self.max_inspections
        found = self._within(column, term, least, 1, inspections)
        if self.max_edits > 1 and len(found) < inspections:
            known = {word.term for word in found}
            more = self._within(column, term, least, self.max_edits, inspections)
            found += [word for word in more if word.term not in known]
        found.sort(key=self.order)
        return found[:count]

    def order(self, word: SuggestWord) -> tuple[Any, ...]:
        """What comes first of several words."""
        score, freq = -float(word.score), -word.freq
        return (score, freq, word.term) if self.sort == "score" else (freq, score, word.term)

    def _within(
        self, column: TextColumn | KeywordColumn, term: str, least: int, distance: int, most: int
    ) -> list[SuggestWord]:
        """The terms within a distance that are in more documents than ``least``."""
        prefix = term[: max(self.prefix_length, distance - 1)]
        near = [
            other
            for other in (column.terms[tid] for tid in column.order.tolist())
            if other != term and other.startswith(prefix) and abs(len(other) - len(term)) <= distance
        ]
        counts = distances(term[len(prefix) :], [other[len(prefix) :] for other in near], True).tolist()
        alike = DISTANCES[self.string_distance]
        found = []
        for other, count in zip(near, counts, strict=True):
            if count > distance:
                continue
            freq = len(postings(column, other)[0])
            if freq <= least:
                continue
            if alike is None:
                score = _ONE - np.float32(count) / np.float32(min(len(term), len(other)))
            else:
                score = alike(term, other)
            if score >= np.float32(self.accuracy):
                found.append(SuggestWord(other, score, freq))
        found.sort(key=lambda word: (-float(word.score), word.term))
        return found[:most]
