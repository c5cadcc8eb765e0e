"""Where texts may be cut: sentences and words, as ``java.text.BreakIterator`` finds them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right

#: A sentence ends behind ? or !, or behind a full stop that white space follows and no small letter behind it.
_SENTENCE = re.compile(
    r"[?!\u3002\uff01\uff1f][.?!\u3002\uff01\uff1f]*[)\]}'\"\u2019\u201d\u00bb]*[ \t\r\f\n\u2028]*\u2029?"
    r"|[.\uff0e]+[)\]}'\"\u2019\u201d\u00bb]*[ \t\r\f\n\u2028\u00a0]+(?![a-z\u00df-\u00f6\u00f8-\u00ff])\u2029?"
    r"|\u2029"
)
_WORD = re.compile(r"[^\W_]+(?:['.\u2019,_](?=[^\W_])[^\W_]+)*|\s|.", re.DOTALL)


class Breaks:
    """The boundaries of a text, ascending, from 0 to its length."""

    def __init__(self, ends: list[int], length: int) -> None:
        self.ends = [0, *(end for end in ends if 0 < end < length), length] if length else [0]

    def preceding(self, offset: int) -> int:
        """The last boundary before an offset; -1 if there is none."""
        at = bisect_left(self.ends, offset)
        return self.ends[at - 1] if at else -1

    def following(self, offset: int) -> int:
        """The first boundary behind an offset; -1 if there is none."""
        at = bisect_right(self.ends, offset)
        return self.ends[at] if at < len(self.ends) else -1


def sentences(text: str) -> Breaks:
    return Breaks([found.end() for found in _SENTENCE.finditer(text)], len(text))


def words(text: str) -> Breaks:
    return Breaks([found.end() for found in _WORD.finditer(text)], len(text))


def whole(text: str) -> Breaks:
    return Breaks([], len(text))


class BoundedSentences:
    """OpenSearch's BoundedBreakIteratorScanner: sentences, joined or cut at words to come to a length."""

    def __init__(self, text: str, limit: int) -> None:
        self.main, self.inner, self.limit = sentences(text), words(text), limit
        self.window = (-1, -1)
        self.start, self.end = -1, 0

    def preceding(self, offset: int) -> int:
        low, high = self.window
        if low < offset < high:
            self.start, self.end = self.end, high
        else:
            self.start, self.end = self.main.preceding(offset), self.main.following(offset - 1)
            low, high = self.start, self.end
            while self.end - self.start < self.limit:
                further = self.main.following(self.end)
                if further < 0 or further - self.start > self.limit:
                    break
                high = self.end = further
            self.window = (low, high)
        if self.end - self.start > self.limit:
            if offset - self.limit > self.start:
                self.start = max(self.start, self.inner.preceding(offset - self.limit))
            remaining = max(0, self.limit - (offset - self.start))
            if offset + remaining < high:
                self.end = min(high, self.inner.following(offset + remaining))
        return self.start

    def following(self, offset: int) -> int:
        return self.end
