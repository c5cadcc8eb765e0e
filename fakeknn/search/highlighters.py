"""The highlighters: unified, which takes passages, and plain, which takes fragments."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

import numpy as np

from fakeknn.analysis import Token
from fakeknn.errors import IllegalArgumentException
from fakeknn.fields import FieldType
from fakeknn.query.context import ShardContext, running
from fakeknn.search.breaks import BoundedSentences, Breaks, sentences, whole, words
from fakeknn.search.fast_vector import fast_vector
from fakeknn.search.highlight_terms import Wanted
from fakeknn.search.highlighted import FieldHighlight, has_vector, is_indexed_in, position_behind, tokens_of

_SEPARATOR = "\0"

Highlighter = Callable[[FieldHighlight, ShardContext, list[str]], list[str]]


def _check_length(told: FieldHighlight, ctx: ShardContext, length: int, doc: str, more: str) -> int | None:
    """The offset up to which a text is analyzed; None: all of it."""
    most = ctx.setting("index.highlight.max_analyzed_offset", 1_000_000)
    own: int | None = told.options.get("max_analyzer_offset")
    advice = (
        "maximum allowed to be analyzed for highlighting. This maximum can be set by changing the "
        "[index.highlight.max_analyzed_offset] index level setting. For large texts, indexing with offsets or term "
        f"vectors{more} is recommended!"
    )
    if own is not None and own > most:
        plain = advice.replace(more, "") if more else advice
        raise IllegalArgumentException(f"max_analyzer_offset has exceeded [{most}] - {plain}")
    if own is not None and own <= 0:
        raise IllegalArgumentException(f"the value [{own}] of max_analyzer_offset is invalid")
    analyzed = told.field.options.get("index_options") != "offsets" and "offsets" not in str(
        told.field.options.get("term_vector", "no")
    )
    if own is None and length > most and (more or analyzed):
        raise IllegalArgumentException(
            f"The length of [{told.name}] field of [{doc}] doc of [{ctx.index}] index has exceeded [{most}] - {advice}"
        )
    return own


# --- unified ----------------------------------------------------------------------------------------------------------


@dataclass
class Passage:
    """A stretch of the text, with its matches: (start, end, term, how often the text has it)."""

    start: int
    end: int
    matches: list[tuple[int, int, str, int]]
    score: float = 0.0


def _score(passage: Passage, length: int) -> float:
    """PassageScorer.score, in its float arithmetic."""
    f = np.float32
    k1, b, pivot = f(1.2), f(0.75), f(87)
    found: dict[str, list[int]] = {}
    for _, _, term, freq in passage.matches:
        found.setdefault(term, [0, freq])[0] += 1
    score = 0.0
    count = f(1) + f(length) / pivot
    for inside, freq in found.values():
        weight = (k1 + f(1)) * f(math.log(1 + (float(count) + 0.5) / (freq + 0.5)))
        norm = k1 * ((f(1) - b) + b * (f(passage.end - passage.start) / pivot))
        score += float(f(inside) / (f(inside) + norm) * weight)
    score *= float(f(1) + f(1) / f(math.log(float(pivot + f(passage.start)))))
    return float(f(score))


class _Slices:
    """SplittingBreakIterator: each value is broken by itself."""

    def __init__(self, text: str, make: Callable[[str], Any]) -> None:
        self.parts: list[tuple[int, int, Any]] = []
        at = 0
        for value in text.split(_SEPARATOR):
            self.parts.append((at, at + len(value), make(value)))
            at += len(value) + 1

    def around(self, start: int) -> tuple[int, int]:
        first, _, breaks = next(part for part in self.parts if part[0] <= start <= part[1])
        low = breaks.preceding(start + 1 - first)
        return first + max(low, 0), first + breaks.following(start - first)


def _breaks(told: FieldHighlight) -> Callable[[str], Any]:
    options = told.options
    if options["number_of_fragments"] == 0 or not told.field.is_text:
        return whole
    scanner = options.get("boundary_scanner", "sentence")
    if scanner == "word":
        return words
    if scanner != "sentence":
        raise IllegalArgumentException(f"Invalid boundary scanner type: {scanner}")
    size = options["fragment_size"]
    return (lambda text: BoundedSentences(text, size)) if size > 0 else sentences


def is_analyzed(field: FieldType, looked_for: Wanted) -> bool:
    """UnifiedHighlighter.getOptimizedOffsetSource: whether a text is analyzed anew, as the index keeps no offsets."""
    if has_vector(field):
        return False
    return field.options.get("index_options") != "offsets" or looked_for.multi_term or looked_for.unrecognized


def _matches(
    field: FieldType, looked_for: Wanted, values: Sequence[str], limit: int | None
) -> list[tuple[int, int, str, int]]:
    """Every match in the values joined, in order; phrases go from one value to the next."""
    names = _Names(looked_for)
    tokens: list[Token] = []
    offset = position = 0
    for value in values:
        of_value = tokens_of(field, value)
        shown = of_value if limit is None else takewhile(lambda token: token.start <= limit, of_value)
        tokens += [Token(one.term, one.start + offset, one.end + offset, one.position + position) for one in shown]
        offset += len(value) + 1
        position += position_behind(field, of_value)
    spans = [(phrase, span) for phrase in looked_for.phrases for span in phrase.spans(tokens)]
    found: set[tuple[int, int, str]] = set()
    counts: dict[str, int] = {}
    for token in tokens:
        met = names.of(token.term)
        if token.term not in met and any(
            low <= token.position <= high and any(test(token.term) for test in phrase.places)
            for phrase, (low, high) in spans
        ):
            met = (token.term, *met)
        for name in met:
            counts[name] = counts.get(name, 0) + 1
        found |= {(token.start, token.end, name) for name in met}
    return sorted((start, end, name, counts[name]) for start, end, name in found)


def _all_matches(
    told: FieldHighlight, ctx: ShardContext, looked_for: Wanted, values: Sequence[str], limit: int | None
) -> list[tuple[int, int, str, int]]:
    """MultiFieldsOffsetStrategy: the matches of the field and of its ``matched_fields``, of which it may be one."""
    analyzed = is_analyzed(told.field, looked_for)
    found: list[tuple[int, int, str, int]] = []
    for name in (*dict.fromkeys(told.options.get("matched_fields", ())), told.name):
        field = ctx.field(name)
        if analyzed:
            if field is None:
                raise running(IllegalArgumentException(f"Field [{name}] has no associated analyzer"))
            found += _matches(field, looked_for, values, limit)
        elif field is not None and is_indexed_in(field, ctx, told.doc_id):
            own = _matches(field, looked_for, values if name == told.name else told.texts_of(field), None)
            if not has_vector(told.field):
                _require_offsets(told, field, own)
            elif not has_vector(field):
                continue  # there is no vector to read
            found += own
    return sorted(found)


def _require_offsets(told: FieldHighlight, field: FieldType, found: Sequence[Any]) -> None:
    """FieldHighlighter.highlightOffsetsEnums, of postings."""
    if found and field.options.get("index_options") != "offsets":
        raise running(IllegalArgumentException(f"field '{told.name}' was indexed without offsets, cannot highlight"))


class _Names:
    """By what names the terms of a text are counted: their own, and those of the patterns that they match."""

    def __init__(self, looked_for: Wanted) -> None:
        self.looked_for = looked_for
        self._found: dict[str, tuple[str, ...]] = {}

    def of(self, term: str) -> tuple[str, ...]:
        found = self._found.get(term)
        if found is None:
            own = (term,) if term in self.looked_for.terms else ()
            patterns = (f"\0{i}" for i, test in enumerate(self.looked_for.patterns) if test(term))
            found = self._found[term] = (*own, *patterns)
        return found


def unified(told: FieldHighlight, ctx: ShardContext, values: list[str]) -> list[str]:
    """UnifiedHighlighter with OpenSearch's CustomFieldHighlighter."""
    make = _breaks(told)
    looked_for = told.wanted(ctx)
    if looked_for.empty and not looked_for.unrecognized and told.options["no_match_size"] <= 0:
        return []
    if not values:
        return []
    text = _SEPARATOR.join(values)
    limit = _check_length(told, ctx, len(text), str(told.doc_id), "")
    number = told.options["number_of_fragments"]
    most = 2**31 - 2 if number == 0 else number
    found = _all_matches(told, ctx, looked_for, values, limit)
    passages = _passages(text, found, _Slices(text, make), most)
    if not passages:
        passages = _summary(text, told.options["no_match_size"])
    snippets = [(_formatted(told, text, passage), passage.score) for passage in passages]
    snippets = [(snippet, score) for snippet, score in snippets if snippet.strip()]
    if told.options["order"] == "score":
        snippets.sort(key=lambda one: -one[1])
    return [snippet for snippet, _ in snippets]


def _passages(text: str, matches: Sequence[tuple[int, int, str, int]], slices: _Slices, most: int) -> list[Passage]:
    queue: list[tuple[float, int, Passage]] = []

    def add(passage: Passage | None) -> None:
        if passage is None:
            return
        passage.score = _score(passage, len(text))
        if len(queue) == most and queue and passage.score < queue[0][0]:
            return
        heapq.heappush(queue, (passage.score, passage.start, passage))
        if len(queue) > most:
            heapq.heappop(queue)

    current: Passage | None = None
    for match in matches:
        start, end = match[0], match[1]
        if start < len(text) < end:
            continue
        if current is None or start >= current.end:
            add(current)
            current = None
            if start >= len(text):  # another field's match
                break
            low, high = slices.around(start)
            current = Passage(low, min(high, len(text)), [])
        current.matches.append(match)
    add(current)
    return sorted((passage for _, _, passage in queue), key=lambda passage: passage.start)


def _summary(text: str, size: int) -> list[Passage]:
    """CustomFieldHighlighter.getSummaryPassagesNoHighlight: the beginning of the first value."""
    if size <= 0:
        return []
    at = len(text) - len(text.lstrip(_SEPARATOR))
    if at >= len(text):
        return []
    end = text.find(_SEPARATOR, at)
    end = len(text) if end < 0 else end
    if size + at < end:
        further = words(text).following(size + at)
        end = len(text) if further < 0 else further
    return [Passage(at, end, [], math.nan)]


def _formatted(told: FieldHighlight, text: str, passage: Passage) -> str:
    """CustomPassageFormatter."""
    out = []
    at = passage.start
    i = 0
    while i < len(passage.matches):
        start, end = passage.matches[i][:2]
        out.append(told.encode(text[at:start]))
        while i + 1 < len(passage.matches) and passage.matches[i + 1][0] < end:
            i += 1
            end = passage.matches[i][1]
        end = min(end, passage.end)
        out.append(told.mark(told.encode(text[start:end])))
        at = end
        i += 1
    out.append(told.encode(text[at : max(at, passage.end)]))
    shown = "".join(out)
    if shown.endswith(("\u2029", _SEPARATOR)):
        shown = shown[:-1]
    return shown.strip("".join(map(chr, range(33))))


# --- plain ------------------------------------------------------------------------------------------------------------


@dataclass
class Fragment:
    start: int
    number: int
    end: int = 0
    score: float = 0.0


class _Scorer:
    """QueryScorer: the weight of each token, and of the terms of a fragment."""

    def __init__(self, looked_for: Wanted, tokens: Sequence[Token]) -> None:
        self.looked_for = looked_for
        self.spans = [(phrase, span) for phrase in looked_for.phrases for span in phrase.spans(tokens)]
        self.found: set[str] = set()
        self.total = 0.0

    def starts(self, position: int, term: str) -> int | None:
        """The end of the phrase that starts at a position."""
        if self.looked_for.matches(term):
            return None
        for phrase, (low, high) in self.spans:
            if low == position and any(test(term) for test in phrase.places):
                return high
        return None

    def start_fragment(self) -> None:
        self.found = set()
        self.total = 0.0

    def weight(self, token: Token) -> float:
        term = token.term
        weight = self.looked_for.terms.get(term)
        if weight is None:
            if any(test(term) for test in self.looked_for.patterns) or any(
                low <= token.position <= high and any(test(term) for test in phrase.places)
                for phrase, (low, high) in self.spans
            ):
                weight = 1.0
            else:
                return 0.0
        if term not in self.found:
            self.found.add(term)
            self.total += weight
        return weight


def plain(told: FieldHighlight, ctx: ShardContext, values: list[str]) -> list[str]:
    """PlainHighlighter: Lucene's Highlighter on each value."""
    options = told.options
    fragmenter = options.get("fragmenter")
    number = options["number_of_fragments"]
    if number != 0 and fragmenter not in (None, "simple", "span"):
        raise IllegalArgumentException(f"unknown fragmenter option [{fragmenter}] for the field [{told.name}]")
    looked_for = told.wanted(ctx, plain=True)
    kept: list[tuple[str, float]] = []
    for value in values:
        doc = ctx.view.ids[told.doc_id] or ""
        limit = _check_length(told, ctx, len(value), doc, ", and highlighting with unified or fvh highlighter")
        text = value if limit is None else value[:limit]
        fragments = _best(told, looked_for, text, 1 if number == 0 else number, fragmenter)
        kept += [(shown, score) for shown, score in fragments if score > 0]
    if options["order"] == "score":
        kept.sort(key=lambda one: -one[1])
    if not (number == 0 and len(values) > 1 and kept):
        kept = kept[: 1 if number == 0 else number]
    if kept:
        return [shown for shown, _ in kept]
    size = options["no_match_size"]
    if size > 0 and values:
        end = _good_end(told, values[0], size)
        if end > 0:
            return [values[0][:end]]
    return []


def _good_end(told: FieldHighlight, text: str, size: int) -> int:
    end = -1
    for token in tokens_of(told.field, text):
        if token.end >= size:
            return size if token.end == size else end
        end = token.end
    return end


#: TokenGroup.MAX_NUM_TOKENS_PER_GROUP: what comes behind that many is not looked at.
_MOST_IN_GROUP = 50


@dataclass
class _TokenGroup:
    """TokenGroup: tokens that lie one upon the other, and the stretch of those that match, else of the first."""

    start: int
    end: int
    reach: int
    weight: float
    count: int = 1

    @classmethod
    def of(cls, token: Token, weight: float) -> _TokenGroup:
        return cls(token.start, token.end, token.end, weight)

    def add(self, token: Token, weight: float) -> None:
        if self.count == _MOST_IN_GROUP:
            return
        self.count += 1
        self.reach = max(self.reach, token.end)
        if weight > 0:
            if self.weight == 0:
                self.start, self.end = token.start, token.end
            else:
                self.start, self.end = min(self.start, token.start), max(self.end, token.end)
            self.weight += weight


def _best(
    told: FieldHighlight, looked_for: Wanted, text: str, most: int, fragmenter: str | None
) -> list[tuple[str, float]]:
    """Highlighter.getBestTextFragments."""
    tokens = tokens_of(told.field, text)
    scorer = _Scorer(looked_for, tokens)
    cuts = _Cuts(told, text, scorer, fragmenter)
    out: list[str] = []
    size = 0
    last = 0
    fragments = [Fragment(0, 0)]
    group: _TokenGroup | None = None

    def flush(group: _TokenGroup) -> None:
        nonlocal size, last
        shown = told.encode(text[group.start : group.end])
        if group.weight > 0:
            shown = told.mark(shown)
        if group.start > last:
            out.append(told.encode(text[last : group.start]))
            size += len(out[-1])
        out.append(shown)
        size += len(shown)
        last = max(group.end, last)

    for token in tokens:
        if group is not None and token.start >= group.reach:
            flush(group)
            group = None
            if cuts.new_fragment(token):
                fragments[-1].score, fragments[-1].end = scorer.total, size
                fragments.append(Fragment(size, len(fragments)))
                scorer.start_fragment()
        else:
            cuts.passed(token)
        weight = scorer.weight(token)
        if group is None:
            group = _TokenGroup.of(token, weight)
        else:
            group.add(token, weight)
    fragments[-1].score = scorer.total
    if group is not None:
        flush(group)
    if last < len(text):
        out.append(told.encode(text[last:]))
        size += len(out[-1])
    fragments[-1].end = size
    whole_text = "".join(out)
    best = sorted(fragments, key=lambda one: (-one.score, one.number))[:most]
    return [(whole_text[one.start : one.end], one.score) for one in best]


class _Cuts:
    """Fragmenters: where a new fragment begins."""

    def __init__(self, told: FieldHighlight, text: str, scorer: _Scorer, kind: str | None) -> None:
        self.none = told.options["number_of_fragments"] == 0
        self.simple = kind == "simple"
        self.size = told.options["fragment_size"]
        self.length = len(text)
        self.scorer = scorer
        self.count = 1
        self.wait = -1
        self.position = -1
        self.before = -1

    def passed(self, token: Token) -> None:
        """A token of the same group, of which the fragmenter is not asked."""
        self.before = token.position

    def new_fragment(self, token: Token) -> bool:
        if self.none:
            return False
        # The fragmenter adds up the increments of the tokens that it is asked of, and of no others.
        self.position += token.position - self.before
        self.before = token.position
        if not self.simple:
            if self.wait <= self.position:
                self.wait = -1
            elif self.wait != -1:
                return False
            end = self.scorer.starts(self.position, token.term)
            if end is not None:
                self.wait = end + 1
        new = bool(token.end >= self.size * self.count)
        if not self.simple:
            new = new and self.length - token.end >= self.size >> 1
        self.count += new
        return new


HIGHLIGHTERS: dict[str, Highlighter] = {"unified": unified, "plain": plain, "fvh": fast_vector}

__all__ = ["HIGHLIGHTERS", "Breaks", "FieldHighlight"]
