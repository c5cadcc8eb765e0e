"""Where texts may be cut: sentences and words, as ``java.text.BreakIterator`` finds them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Callable
from functools import cached_property

import regex

# How a text goes on behind what may end a sentence there (the states of ``java.text.BreakIterator``'s machine, which
# differ from Unicode's and have some ways of their own).
_INSIDE, _STOPPED, _CLOSED, _QUOTED, _SPACED, _APART, _OPENED = range(7)
#: What these meet with no use for ends the sentence.
_STUCK, _ENDED, _BEHIND, _DANDA, _OVER, _FOUND = range(7, 13)
#: Behind a full stop the last place counts before what opens the next sentence.
_AHEAD = (_STOPPED, _CLOSED, _QUOTED, _SPACED, _APART)

_LOWER, _LETTER, _DIGIT, _SPACE, _QUOTE, _OPENING, _CLOSING, _MARK, _STOP, _COMMA, _PARAGRAPH, _PASSED = range(12)
_GOES_ON = {_QUOTE: _OPENED, _OPENING: _OPENED, _MARK: _ENDED, _STOP: _STOPPED, _PARAGRAPH: _OVER}
#: A single character that opens a sentence behind more than one blank, or behind a quotation mark, must be followed by
#: a letter, or by one more: else the machine gives up.
_FIRST = {_LOWER: _FOUND, _LETTER: _FOUND}
_GIVES_UP = {**_FIRST, _QUOTE: _STUCK, _OPENING: _STUCK}
_NEXT: dict[int, dict[int, int]] = {
    _STOPPED: {**_GOES_ON, _SPACE: _SPACED, _QUOTE: _QUOTED, _CLOSING: _CLOSED},
    _CLOSED: {**_GOES_ON, _SPACE: _SPACED, _QUOTE: _QUOTED, _CLOSING: _CLOSED},
    _QUOTED: {**_GOES_ON, **_GIVES_UP, _SPACE: _SPACED, _QUOTE: _QUOTED, _CLOSING: _CLOSED},
    _SPACED: {**_GOES_ON, _LETTER: _FOUND, _SPACE: _APART},
    _APART: {**_GOES_ON, **_GIVES_UP, _SPACE: _APART},
    _OPENED: {**_GOES_ON, **_FIRST},
    _STUCK: {**_FIRST, _QUOTE: _OPENED, _OPENING: _OPENED},
    _ENDED: dict.fromkeys((_MARK, _STOP, _QUOTE, _CLOSING), _ENDED) | {_SPACE: _BEHIND, _PARAGRAPH: _OVER},
    _BEHIND: {_SPACE: _BEHIND, _PARAGRAPH: _OVER},
    _DANDA: {_SPACE: _DANDA},
    _OVER: {},
}
_PLAIN = {
    **dict.fromkeys("\t\r\f\n\u2028", _SPACE),
    **dict.fromkeys("\"'", _QUOTE),
    **dict.fromkeys("!?\u3002\uff01\uff1f", _MARK),
    **dict.fromkeys(".\uff0e", _STOP),
    ",": _COMMA,
    "\u2029": _PARAGRAPH,
}
_CATEGORIES = {"Ll": _LOWER, "Zs": _SPACE, "Pe": _CLOSING, "Pf": _CLOSING, "Mn": _PASSED, "Me": _PASSED, "Cf": _PASSED}
_MIGHT_END = re.compile("[.\uff0e!?\u3002\uff01\uff1f\u0964\u0965\u2029]")


def _kind(char: str) -> int:
    found = _PLAIN.get(char)
    if found is None:
        category = unicodedata.category(char)
        found = _CATEGORIES.get(category, {"L": _LETTER, "N": _DIGIT}.get(category[0], _OPENING))
    return found


def _sentence_end(text: str, start: int) -> int:
    """Where the sentence ends that begins at ``start``."""
    end, ahead, state, at = start + 1, -1, _INSIDE, start
    while at < len(text):
        if state == _INSIDE:
            found = _MIGHT_END.search(text, at)
            if found is None:
                return len(text)
            end, at = max(end, found.start()), found.start()
            char = text[at]
            state = _DANDA if char in "\u0964\u0965" else {_STOP: _STOPPED, _MARK: _ENDED}.get(_kind(char), _OVER)
        else:
            kind = _kind(text[at])
            if kind != _PASSED:
                after = _NEXT[state].get(kind)
                if after is None and state >= _STUCK:
                    return end
                state = _INSIDE if after is None else after
        at += 1
        if state == _FOUND:
            return ahead
        if state in _AHEAD:
            ahead = at
        elif state not in (_OPENED, _STUCK):
            end = at
    return ahead if ahead == len(text) else end


_OPENS, _CLOSES = r"\p{Ps}\p{Pi}\"'", r"\p{Pe}\p{Pf}\"'"
_BLANK = r"\t\r\f\n\u2028\p{Zs}"
_ODD = rf"\p{{L}}\p{{N}}{_BLANK}{_OPENS}{_CLOSES}!?\u3002\uff01\uff1f.\uff0e,\u2029\p{{Mn}}\p{{Me}}\p{{Cf}}"
_UNSEEN = r"\p{Mn}\p{Me}\p{Cf}"
_BETWEEN = rf"[{_UNSEEN}{_CLOSES}]*[{_UNSEEN}{_BLANK}]*[{_UNSEEN}{_OPENS}]*"
#: What stands at a place where the machine turns around when it goes back, by the kind of its first character.
_TURNS = {
    _STOP: regex.compile(rf"[.\uff0e]{_BETWEEN}[^{_ODD}]", regex.V1),
    _MARK: regex.compile(rf"[!?\u3002\uff01\uff1f]{_BETWEEN}(?:[^{_ODD}]|[\p{{Ll}}\p{{N}}])", regex.V1),
}


def _turn(text: str, end: int) -> int:
    """RuleBasedBreakIterator.handlePrevious: where it turns around before ``end``; it may be inside of a sentence."""
    for at in range(end - 1, 1, -1):
        turns = _TURNS.get(_PLAIN.get(text[at], _LETTER))
        if turns is not None and turns.match(text, at, end):
            return at
    return 0


_KANJI = r"\u3005\u4e00-\u9fa5\uf900-\ufa2d"
_KATAKANA = r"\u30a1-\u30fa\u30fd\u30fe"
_HIRAGANA = r"\u3041-\u3094\u309d\u309e"
_KANA_MARK = r"\u3099-\u309c\u30fb\u30fc"
_FORMAT = r"[\p{Cf}--\u00ad]*+"
_MARKS = rf"{_FORMAT}(?:[\p{{Mn}}\p{{Me}}]{_FORMAT})*+"
_WORD_LETTER = rf"(?:[[\p{{L}}\p{{Mc}}]--[{_KANJI}{_KATAKANA}{_HIRAGANA}{_KANA_MARK}]]{_MARKS})"
_LETTERS = (
    rf"(?:{_WORD_LETTER}+(?:[\p{{Pd}}\p{{Pc}}\u00ad\u2027\"'.]{_FORMAT}{_WORD_LETTER}+)*(?:[\u0964\u0965]{_FORMAT})?)"
)
_DIGITS = rf"(?:(?:\p{{N}}{_MARKS})+(?:[\"',\u066b.]{_FORMAT}(?:\p{{N}}{_MARKS})+)*)"
_RUN = rf"(?:{_DIGITS}{_LETTERS})*(?:{_DIGITS}(?:[%&\u00a2\u066a\u2030\u2031]{_FORMAT})?)?"


def _whole(pattern: str) -> regex.Pattern[str]:
    return regex.compile(_FORMAT + pattern, regex.V1 | regex.DOTALL)


_RUN_OF_WORDS = _whole(f"{_LETTERS}?{_RUN}")
#: Letters and digits with what may stand between them, white space with a line's end, a run of one of Japan's scripts,
#: or one character with its marks: the longest of these.
_WORDS = (
    _RUN_OF_WORDS,
    _whole(f"(?:.{_FORMAT})?"),
    _whole(rf"[[\p{{Sc}}#.]--\u00a2]{_FORMAT}{_RUN}"),
    _whole(rf"(?:[\p{{Zs}}\t]{_MARKS})*(?:\r{_FORMAT})?(?:[\n\f\u2028\u2029]{_FORMAT})?"),
    _whole(f"(?:[{_KATAKANA}{_KANA_MARK}]{_FORMAT})*"),
    _whole(f"(?:[{_HIRAGANA}{_KANA_MARK}]{_FORMAT})*"),
    _whole(f"(?:[{_KANJI}]{_FORMAT})*"),
    _whole(rf"[^\p{{Mn}}\p{{Me}}\p{{Cc}}\p{{Cf}}\p{{Zl}}\p{{Zp}}]{_MARKS}"),
)


def _word_end(text: str, start: int) -> int:
    """Where the word ends, or what stands between words, that begins at ``start``."""
    char = text[start]
    patterns = _WORDS[:1] if char.isascii() and char.isalnum() else _WORDS
    return max(found.end() for pattern in patterns if (found := pattern.match(text, start)))


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


class Sentences(Breaks):
    """Those of sentences, as a RuleBasedBreakIterator is asked for them: it goes on from where it has been, or first
    finds a place to turn around.
    """

    def __init__(self, text: str) -> None:
        self._text, self._known = text, -1
        self._after: dict[int, int] = {}

    def _next(self, start: int) -> int:
        found = self._after.get(start)
        if found is None:
            found = self._after[start] = _sentence_end(self._text, start)
        return found

    @cached_property
    def ends(self) -> list[int]:  # type: ignore[override]
        ends = [0]
        while ends[-1] < len(self._text):
            ends.append(self._next(ends[-1]))
        return ends

    def preceding(self, offset: int) -> int:
        if offset <= 0:
            return -1
        found = self._known if 0 <= self._known < offset else _turn(self._text, offset)
        while (after := self._next(found)) < offset:
            found = after
        self._known = found
        return found

    def following(self, offset: int) -> int:
        if offset >= len(self._text):
            self._known = -1
            return -1
        found = self._known if 0 <= self._known < offset else _turn(self._text, offset + 1)
        while found <= offset:
            found = self._next(found)
        self._known = found
        return found


def sentences(text: str) -> Breaks:
    return Sentences(text)


def words(text: str) -> Breaks:
    return Breaks(_cut(text, _word_end), len(text))


def _cut(text: str, end_of: Callable[[str, int], int]) -> list[int]:
    ends, at = [], 0
    while at < len(text):
        at = end_of(text, at)
        ends.append(at)
    return ends


def whole(text: str) -> Breaks:
    return Breaks([], len(text))


class BoundedSentences:
    """OpenSearch's BoundedBreakIteratorScanner: sentences, joined or cut at words to come to a length."""

    def __init__(self, text: str, limit: int) -> None:
        self.text, self.main, self.limit = text, sentences(text), limit
        self.window = (-1, -1)
        self.start, self.end = -1, 0

    @cached_property
    def inner(self) -> Breaks:
        return words(self.text)

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
