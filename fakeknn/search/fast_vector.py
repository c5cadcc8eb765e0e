"""The fast vector highlighter: phrases found in the positions that a field's term vectors keep (Lucene's
vectorhighlight package, whose fragments are cut at characters).
"""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from fakeknn.errors import ArithmeticException, IllegalArgumentException
from fakeknn.fields import FieldType
from fakeknn.query.context import ShardContext, running
from fakeknn.search.breaks import sentences, words
from fakeknn.search.flat_query import Flat, flattened
from fakeknn.search.highlighted import FieldHighlight, has_vector, is_indexed_in, position_behind, tokens_of

_MARGIN = 6
_INFINITE = 2**31 - 1


# --- the query --------------------------------------------------------------------------------------------------------


@dataclass(eq=False)
class PhraseMap:
    """QueryPhraseMap: where each next term of a phrase leads."""

    below: dict[str, PhraseMap] = field(default_factory=dict)
    terminal: bool = False
    slop: int = 0
    boost: float = 1.0
    number: int = 0

    def valid(self, phrase: Sequence[TermInfo]) -> bool:
        if not self.terminal:
            return False
        steps = pairwise(phrase)
        return len(phrase) == 1 or all(abs(b.position - a.position - 1) <= self.slop for a, b in steps)

    def search(self, phrase: Sequence[TermInfo]) -> PhraseMap | None:
        here: PhraseMap | None = self
        for one in phrase:
            here = None if here is None else here.below.get(one.text)
        return here if here is not None and here.valid(phrase) else None


class FieldQuery:
    """What is looked for, by field, or in all fields alike."""

    def __init__(self, flat: Iterable[Flat], by_field: bool) -> None:
        self.by_field = by_field
        self.roots: dict[str | None, PhraseMap] = {}
        self.terms: dict[str | None, set[str]] = {}
        queries = list(dict.fromkeys(flat))
        for one in queries:
            self.terms.setdefault(self._key(one.field), set()).update(one.terms)
        for number, one in enumerate(self._expanded(queries)):
            here = self.roots.setdefault(self._key(one.field), PhraseMap())
            for term in one.terms:
                here = here.below.setdefault(term, PhraseMap())
            here.terminal, here.slop, here.boost, here.number = True, one.slop, one.boost, number

    def _key(self, name: str) -> str | None:
        return name if self.by_field else None

    def root(self, name: str) -> PhraseMap | None:
        return self.roots.get(self._key(name))

    def _expanded(self, queries: Sequence[Flat]) -> list[Flat]:
        """With what two phrases become that overlap."""
        found: dict[Flat, None] = {}
        for i, one in enumerate(queries):
            found[one] = None
            for other in queries[i + 1 :]:
                if len(one.terms) < 2 or len(other.terms) < 2 or one.slop != other.slop:
                    continue
                if self.by_field and one.field != other.field:
                    continue
                for joined in (*_overlapping(one, other), *_overlapping(other, one)):
                    found[joined] = None
        return list(found)


def _overlapping(one: Flat, other: Flat) -> Iterable[Flat]:
    source, target = one.terms, other.terms
    for i in range(1, len(source)):
        rest = source[i:]
        if rest[: len(target)] == target[: len(rest)] and len(rest) < len(target):
            yield Flat(one.field, (*source, *target[len(rest) :]), one.slop)


# --- the terms of a document ------------------------------------------------------------------------------------------


@dataclass(eq=False)
class TermInfo:
    text: str
    start: int
    end: int
    position: int
    next: TermInfo = None  # type: ignore[assignment]
    """Of those at the same position the next, around."""

    def __post_init__(self) -> None:
        self.next = self


def term_stack(mapped: FieldType, values: Sequence[str], terms: set[str] | None) -> deque[TermInfo]:
    """FieldTermStack: those of a document's terms that are looked for."""
    stack: deque[TermInfo] = deque()
    if not terms or "positions" not in str(mapped.options.get("term_vector", "no")):
        return stack
    found: list[TermInfo] = []
    offset, position = 0, 0
    for value in values:
        tokens = tokens_of(mapped, value)
        found += [
            TermInfo(token.term, offset + token.start, offset + token.end, position + token.position)
            for token in tokens
            if token.term in terms
        ]
        offset += len(value) + 1
        position += position_behind(mapped, tokens)
    found.sort(key=lambda one: (one.position, one.text))
    for one in found:
        if stack and stack[-1].position == one.position:
            first = stack[-1]
            tail = first
            while tail.next is not first:
                tail = tail.next
            tail.next, one.next = one, first
        else:
            stack.append(one)
    return stack


# --- phrases ----------------------------------------------------------------------------------------------------------

#: Toffs: from one offset to another.
Stretch = tuple[int, int]


@dataclass
class PhraseInfo:
    """WeightedPhraseInfo."""

    stretches: list[Stretch]
    boost: float
    number: int

    @classmethod
    def of(cls, terms: Sequence[TermInfo], here: PhraseMap) -> PhraseInfo:
        stretches: list[Stretch] = []
        last = None
        for one in terms:
            if last is not None and one.position - last == 1:
                stretches[-1] = stretches[-1][0], one.end
            else:
                stretches.append((one.start, one.end))
            last = one.position
        return cls(stretches, here.boost, here.number)

    @property
    def start(self) -> int:
        return self.stretches[0][0]

    @property
    def end(self) -> int:
        return self.stretches[-1][1]

    @property
    def order(self) -> tuple[int, int, float]:
        return self.start, self.end, self.boost

    def overlaps(self, other: PhraseInfo) -> bool:
        return (
            self.start <= other.start < self.end
            or self.start < other.end <= self.end
            or other.start <= self.start < other.end
            or other.start < self.end <= other.end
        )


def phrases_of(name: str, stack: deque[TermInfo], query: FieldQuery, limit: int) -> list[PhraseInfo]:
    """FieldPhraseList."""
    found: list[PhraseInfo] = []
    root = query.root(name)
    while root is not None and stack and len(found) < limit:
        term, here = _following(root, stack.popleft())
        if here is None:
            continue
        phrase = [term]
        while True:
            following = None
            if stack:
                term, following = _following(here, stack.popleft())
                if following is None:
                    stack.appendleft(term)
            if following is not None:
                phrase.append(term)
                here = following
                continue
            if here.valid(phrase):
                _add(found, PhraseInfo.of(phrase, here))
            else:
                while len(phrase) > 1:
                    stack.appendleft(phrase.pop())
                    shorter = root.search(phrase)
                    if shorter is not None:
                        _add(found, PhraseInfo.of(phrase, shorter))
                        break
            break
    return found


def _following(here: PhraseMap, term: TermInfo) -> tuple[TermInfo, PhraseMap | None]:
    """Where a term leads, or one beside it; if none does, the last of them."""
    first = term
    found = here.below.get(term.text)
    while found is None and term.next is not first:
        term = term.next
        found = here.below.get(term.text)
    return term, found


def _add(found: list[PhraseInfo], info: PhraseInfo) -> None:
    if not any(known.overlaps(info) for known in found):
        found.append(info)


def merged(lists: Sequence[list[PhraseInfo]]) -> list[PhraseInfo]:
    """FieldPhraseList of several fields' lists: what overlaps becomes one."""
    found: list[list[PhraseInfo]] = []
    end = -1
    for info in heapq.merge(*lists, key=lambda info: info.order):
        if found and info.start <= end:
            found[-1].append(info)
            end = max(end, info.end)
        else:
            found.append([info])
            end = info.end
    return [group[0] if len(group) == 1 else _joined(group) for group in found]


def _joined(group: Sequence[PhraseInfo]) -> PhraseInfo:
    stretches: list[Stretch] = []
    for start, end in heapq.merge(*(info.stretches for info in group)):
        if stretches and start <= stretches[-1][1]:
            stretches[-1] = stretches[-1][0], max(stretches[-1][1], end)
        else:
            stretches.append((start, end))
    return PhraseInfo(stretches, sum(info.boost for info in group), group[0].number)


# --- fragments --------------------------------------------------------------------------------------------------------


@dataclass
class Part:
    """SubInfo."""

    stretches: list[Stretch]
    number: int
    boost: float


@dataclass
class FragInfo:
    """WeightedFragInfo."""

    start: int
    end: int
    parts: list[Part]
    boost: float

    @classmethod
    def of(cls, start: int, end: int, phrases: Sequence[PhraseInfo]) -> FragInfo:
        parts = [Part(list(info.stretches), info.number, info.boost) for info in phrases]
        return cls(start, end, parts, sum(info.boost for info in phrases))


def fragments_of(phrases: Sequence[PhraseInfo], size: int, margin: int) -> list[FragInfo]:
    """BaseFragListBuilder.createFieldFragList."""
    if margin < 0:
        raise IllegalArgumentException(f"margin({margin}) is too small. It must be 0 or higher.")
    least = max(1, margin * 3)
    if size < least:
        raise IllegalArgumentException(f"fragCharSize({size}) is too small. It must be {least} or higher.")
    found: list[FragInfo] = []
    queue = deque(phrases)
    begin = 0
    while queue:
        if queue[0].start < begin:
            queue.popleft()
            continue
        info = queue.popleft()
        start, end = info.start, info.end
        limit = max(end, max(start - margin, begin) + size)
        taken = [info] if _accepted(info, end - start, size) else []
        while queue and queue[0].end <= limit:
            info = queue.popleft()
            end = info.end
            if _accepted(info, end - start, size):
                taken.append(info)
        if not taken:
            continue
        length = end - start
        low = max(start - max(0, (size - length) // 2), begin)
        high = low + max(length, size)
        begin = high
        found.append(FragInfo.of(low, high, taken))
    return found


def _accepted(info: PhraseInfo, length: int, size: int) -> bool:
    return len(info.stretches) <= 1 or length <= size


def by_value(fragments: Sequence[FragInfo], values: Sequence[str]) -> list[FragInfo]:
    """BaseFragmentsBuilder.discreteMultiValueHighlighting: no fragment goes from one value to the next."""
    found: list[FragInfo] = []
    for fragment in fragments:
        end = 0
        for value in values:
            if not value:
                end += 1
                continue
            start, end = end, end + len(value) + 1
            if start <= fragment.start <= end and start <= fragment.end <= end:
                found.append(fragment)
                break
            if not fragment.parts:
                break
            if fragment.start >= end or fragment.parts[0].stretches[0][0] >= end:
                continue
            low = fragment.start if start < fragment.start < end else start
            high = fragment.end if start < fragment.end < end else end
            parts = _parts_within(fragment, start, end)
            found.append(FragInfo(low, high, parts, sum(part.boost for part in parts)))
            if not fragment.parts:
                break
    return sorted(found, key=lambda one: one.start)


def _parts_within(fragment: FragInfo, start: int, end: int) -> list[Part]:
    """What of a fragment lies within a value; what lies there wholly is taken out of the fragment."""
    found: list[Part] = []
    left: list[Part] = []
    for part in fragment.parts:
        inside: list[Stretch] = []
        rest: list[Stretch] = []
        for i, (low, high) in enumerate(part.stretches):
            if low >= end:
                rest += part.stretches[i:]
                break
            inside.append((max(low, start), high if high < end else end - 1))
            if high >= end:
                rest.append((low, high))
        if inside:
            found.append(Part(inside, part.number, part.boost))
        if rest:
            left.append(Part(rest, part.number, part.boost))
    fragment.parts = left
    return found


@dataclass(frozen=True)
class Scanner:
    """SimpleBoundaryScanner: the nearest of some characters."""

    most: int
    chars: frozenset[str]

    def start(self, text: str, at: int) -> int:
        if not 1 <= at <= len(text):
            return at
        offset = at
        for _ in range(self.most):
            if offset == 0:
                break
            if text[offset - 1] in self.chars:
                return offset
            offset -= 1
        return 0 if offset == 0 else at

    def end(self, text: str, at: int) -> int:
        if not 0 <= at <= len(text):
            return at
        for offset in range(at, min(len(text), at + self.most)):
            if text[offset] in self.chars:
                return offset
        return at


@dataclass(frozen=True)
class BreakScanner:
    """BreakIteratorBoundaryScanner: words or sentences of what is before, or behind, alone."""

    make: Callable[[str], Any]

    def start(self, text: str, at: int) -> int:
        if not 1 <= at <= len(text):
            return at
        return int(self.make(text[:at]).preceding(at))

    def end(self, text: str, at: int) -> int:
        if not 0 <= at <= len(text):
            return at
        return int(self.make(text[at:]).following(0)) + at


def scanner_of(options: Mapping[str, Any]) -> Scanner | BreakScanner:
    kind = options.get("boundary_scanner", "chars")
    if kind == "chars":
        return Scanner(options["boundary_max_scan"], frozenset(options["boundary_chars"]))
    return BreakScanner(sentences if kind == "sentence" else words)


class _Builder:
    """BaseFragmentsBuilder: the values are joined as far as fragments reach."""

    def __init__(self, told: FieldHighlight, values: Sequence[str]) -> None:
        self.told, self.values = told, values
        self.scanner = scanner_of(told.options)
        self.text = ""
        self.joined = 0

    def made(self, fragments: list[FragInfo], most: int) -> list[str]:
        if most < 0:
            raise IllegalArgumentException(f"maxNumFragments({most}) must be positive number.")
        if not self.values:
            return []
        if len(self.values) > 1:
            fragments = by_value(fragments, self.values)
        if self.told.options["order"] == "score" and self.told.options["number_of_fragments"] != 0:
            fragments = sorted(fragments, key=lambda one: (-one.boost, one.start))
        return [self._shown(one) for one in fragments[:most]]

    def _shown(self, fragment: FragInfo) -> str:
        parts = sorted(fragment.parts, key=lambda part: part.stretches[0][0])
        start = min([fragment.start, *(part.stretches[0][0] for part in parts[:1])])
        while len(self.text) < fragment.end and self.joined < len(self.values):
            self.text += self.values[self.joined] + " "
            self.joined += 1
        length = len(self.text) - 1
        end = length if length < fragment.end else self.scanner.end(self.text, fragment.end)
        base = self.scanner.start(self.text, start)
        source = self.text[base:end]
        encode, options = self.told.encode, self.told.options
        if not options["pre_tags"] or not options["post_tags"]:
            raise running(ArithmeticException("/ by zero"))
        out = []
        at = 0
        for part in parts:
            before, after = (tags[part.number % len(tags)] for tags in (options["pre_tags"], options["post_tags"]))
            for low, high in part.stretches:
                out += [encode(source[at : low - base]), before, encode(source[low - base : high - base]), after]
                at = high - base
        return "".join((*out, encode(source[at:])))


def fast_vector(told: FieldHighlight, ctx: ShardContext, values: list[str]) -> list[str]:
    """FastVectorHighlighter, which needs term vectors."""
    if not has_vector(told.field):
        raise IllegalArgumentException(
            f"the field [{told.name}] should be indexed with term vector with position offsets to be used with fast "
            "vector highlighter"
        )
    options = told.options
    query = FieldQuery(flattened(told.query, ctx), options["require_field_match"])
    limit = options["phrase_limit"]
    names = options.get("matched_fields") or [told.name]
    lists = []
    for name in names:
        mapped = ctx.field(name)
        if mapped is None:
            continue
        here = values if is_indexed_in(mapped, ctx, told.doc_id) else []
        terms = query.terms.get(name if query.by_field else None)
        lists.append(phrases_of(name, term_stack(mapped, here, terms), query, limit))
    phrases = merged(lists) if options.get("matched_fields") else lists[0]
    builder = _Builder(told, values)
    number = options["number_of_fragments"]
    if number == 0:
        fragments = [FragInfo.of(0, _INFINITE, phrases)] if phrases else []
    else:
        offset = options.get("fragment_offset", -1)
        fragments = fragments_of(phrases, options["fragment_size"], _MARGIN if offset == -1 else offset)
    shown = builder.made(fragments, _INFINITE if number == 0 else number)
    if shown or options["no_match_size"] <= 0:
        return shown
    return _Builder(told, values).made([FragInfo(0, options["no_match_size"], [], 0.0)], 1)
