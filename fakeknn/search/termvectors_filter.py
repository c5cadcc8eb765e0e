"""``filter`` of term vectors: the terms of a field that tell most of a document (TermVectorsFilter)."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, NullPointerException, OpenSearchParseException
from fakeknn.query.best_terms import BestTerms
from fakeknn.query.context import ShardContext
from fakeknn.query.scoring import postings, shard_statistics
from fakeknn.view import Column, KeywordColumn, TextColumn
from fakeknn.xcontent import objects

_MOST = 2**31 - 1

#: Lucene's block tree: how many terms fit in one block, and how many with one beginning have their own.
_ONE_BLOCK, _OWN_BLOCK = 48, 25


@dataclass(frozen=True, slots=True)
class TermVectorsFilter:
    max_num_terms: int = 25
    min_term_freq: int = 0
    max_term_freq: int = _MOST
    min_doc_freq: int = 0
    max_doc_freq: int = _MOST
    min_word_length: int = 0
    max_word_length: int = 0

    def best(self, ctx: ShardContext, column: Column | None, freqs: Mapping[str, int]) -> dict[str, np.float32]:
        """The scores of the best of some terms, which are in their order; ``freqs`` says how often the document has
        them.
        """
        held = column if isinstance(column, (TextColumn, KeywordColumn)) and len(column.rows) else None
        documents = 1 if held is None else shard_statistics(held).doc_count
        limit = min(self.max_num_terms, len(freqs))
        if limit < 0:
            raise IllegalArgumentException(f"maxSize must be >= 0 and < 2147483631; got: {limit}")
        doc_freq_of = _once if held is None else _Dictionary(ctx, held).doc_freq
        best: BestTerms[tuple[np.float32, str]] = BestTerms(limit)
        for term, freq in freqs.items():
            told = doc_freq_of(term)
            if self._is_noise(term, freq):
                continue
            doc_freq = told()
            if not self._accepts(doc_freq):
                continue
            if not limit:
                raise NullPointerException('Cannot read field "score" because "scoreTermTop" is null')
            idf = np.float32(math.log((documents + 1) / (doc_freq + 1)) + 1.0)
            best.offer((np.float32(freq) * idf, term))
        found = {}
        while (one := best.pop()) is not None:
            found[one[1]] = max(np.float32(0), one[0])
        return found

    def _is_noise(self, term: str, freq: int) -> bool:
        length = len(term.encode("utf-16-le", "surrogatepass")) // 2
        return (
            0 < length < self.min_word_length
            or 0 < self.max_word_length < length
            or freq < self.min_term_freq
            or freq > self.max_term_freq
        )

    def _accepts(self, doc_freq: int) -> bool:
        return doc_freq > 0 and self.min_doc_freq <= doc_freq <= self.max_doc_freq


def _once(term: str) -> Callable[[], int]:
    return lambda: 1


class _Dictionary:
    """The terms of a field, one after the other looked for in ascending order.

    Of a term that none of its documents has, a segment tells what it has looked at last: the term that would follow
    it, or, if the term is before the first or behind the last, still what was found before.
    """

    def __init__(self, ctx: ShardContext, column: TextColumn | KeywordColumn) -> None:
        self._column = column
        self._segments = len(ctx.view.segments) - 1
        self._sorted: list[bytes] | None = None
        self._last = 0

    def doc_freq(self, term: str) -> Callable[[], int]:
        """Seek a term; its frequency is asked for later, or not at all."""
        found = len(postings(self._column, term)[0])
        if not found and self._segments == 1:
            near = self._following(term.encode())
            if near is None:
                return lambda: self._last
            found = len(postings(self._column, near.decode())[0])
        self._last = found
        return lambda: found

    def _following(self, term: bytes) -> bytes | None:
        if self._sorted is None:
            self._sorted = sorted(one.encode() for one in self._column.terms if len(postings(self._column, one)[0]))
            starts = Counter(one[:1] for one in self._sorted)
            if len(self._sorted) > _ONE_BLOCK or max(starts.values()) >= _OWN_BLOCK or self._of_one_length():
                raise NotFaked("what a dictionary of many terms tells of a term that it does not have")
        at = bisect_left(self._sorted, term)
        return self._sorted[at] if 0 < at < len(self._sorted) else None

    def _of_one_length(self) -> bool:
        return len({len(one) for one in self._sorted or ()}) == 1


def parse_filter(container: Any, key: Any) -> TermVectorsFilter:
    """TermVectorsRequest.readFilterSettings.

    It reads members up to the end of an object, whatever it begins with: behind a filter that is none come the members
    that stand behind it, and where these end the real server waits for ever.
    """
    body = container[key]
    members = list(container)
    for name in body if isinstance(body, dict) else members[members.index(key) + 1 :]:
        if name not in TermVectorsFilter.__slots__:
            raise OpenSearchParseException(
                f"failed to parse term vectors request. the field [{name}] is not valid for filter parameter for term "
                "vector request"
            )
    if not isinstance(body, dict):
        raise NotFaked("a [filter] of term vectors that is no object")
    return TermVectorsFilter(**{name: objects.integer(body, name) for name in body})
