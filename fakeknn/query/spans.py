"""Spans: where in a field something stands, from a position to a position (Lucene's spans package), on arrays.

The iterators of Lucene go through a document from left to right and never back; what they find is told here by searches
in sorted arrays, for all documents at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, IllegalStateException
from fakeknn.fields import FieldType
from fakeknn.query.base import Explanation, Matched, Query, ShardContext
from fakeknn.query.multi_term import expanded_terms
from fakeknn.query.phrases import occurrences
from fakeknn.query.scoring import Similarity
from fakeknn.view import Mask, TextColumn

Places = NDArray[np.int64]

_ROW = 32
_POSITION = (1 << _ROW) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Spans:
    """Spans of all rows, ascending by row, start and end.

    ``starts`` and ``ends`` int64[m] hold row · 2³² + position; ``widths`` int64[m] say how far apart the parts lie, by
    which a match counts for less.
    """

    starts: Places
    ends: Places
    widths: Places

    @classmethod
    def none(cls) -> Spans:
        return cls(_EMPTY, _EMPTY, _EMPTY)

    def where(self, chosen: Any) -> Spans:
        return Spans(self.starts[chosen], self.ends[chosen], self.widths[chosen])

    @property
    def rows(self) -> Places:
        return self.starts >> _ROW

    def __len__(self) -> int:
        return len(self.starts)


_EMPTY = np.empty(0, np.int64)


def _same_row(a: Places, b: Places) -> Mask:
    same: Mask = (a >> _ROW) == (b >> _ROW)
    return same


def _at(values: Places, places: NDArray[np.intp]) -> tuple[Places, Mask]:
    """The values at some places, and which of the places there are."""
    if not len(values):
        return np.full(len(places), -1, np.int64), np.zeros(len(places), bool)
    there = places < len(values)
    return values[np.minimum(places, len(values) - 1)], there


def ordered(parts: Sequence[Spans | int], slop: int) -> Spans:
    """NearSpansOrdered: each part behind the one before it; an int is a gap of as many positions."""
    first = parts[0]
    assert isinstance(first, Spans)
    end = first.ends
    width = np.zeros(len(first), np.int64)
    good = np.ones(len(first), bool)
    for part in parts[1:]:
        if isinstance(part, int):
            end = end + part
            continue
        # The iterator of a part never goes back, not even for a first part that ends earlier than one before it.
        wanted = np.maximum.accumulate(end)
        places = np.searchsorted(part.starts, wanted)
        starts, there = _at(part.starts, places)
        good &= there & _same_row(starts, first.starts)
        width += starts - end
        end, _ = _at(part.ends, places)
    good &= width <= slop
    return Spans(first.starts[good], end[good], width[good])


def unordered(parts: Sequence[Spans], slop: int) -> Spans:
    """NearSpansUnordered: the leftmost of the parts' current spans is moved on; a match is a window that is narrow
    enough.
    """
    starts = np.concatenate([part.starts for part in parts])
    ends = np.concatenate([part.ends for part in parts])
    owner = np.repeat(np.arange(len(parts)), [len(part) for part in parts])
    order = np.lexsort((owner, ends, starts))
    starts, ends, owner = starts[order], ends[order], owner[order]
    here = np.arange(len(starts))
    length = np.zeros(len(starts), np.int64)
    last = ends.copy()
    good = np.ones(len(starts), bool)
    for number in range(len(parts)):
        own = np.flatnonzero(owner == number)
        places = np.searchsorted(own, here)
        current, there = _at(own, places)
        if not len(own):
            return Spans.none()
        good &= there & _same_row(starts[current], starts)
        length += ends[current] - starts[current]
        last = np.where(_same_row(starts[current], starts), np.maximum(last, ends[current]), last)
    last = np.maximum.accumulate(last)  # the window's end is never moved back within a document
    good &= last - starts - length <= slop
    return Spans(starts[good], last[good], (last - starts)[good])


def united(parts: Sequence[Spans]) -> Spans:
    if len(parts) == 1:
        return parts[0]
    starts = np.concatenate([part.starts for part in parts])
    ends = np.concatenate([part.ends for part in parts])
    widths = np.concatenate([part.widths for part in parts])
    order = np.lexsort((ends, starts))
    return Spans(starts[order], ends[order], widths[order])


def excluding(found: Spans, exclude: Spans, pre: int, post: int) -> Spans:
    """SpanNotQuery: the spans that nothing excluded touches, ``pre`` positions before to ``post`` behind."""
    if not len(exclude):
        return found
    before = (found.starts & ~_POSITION) + np.maximum((found.starts & _POSITION) - pre, 0)
    places = np.searchsorted(np.maximum.accumulate(exclude.ends), before, side="right")
    starts, there = _at(exclude.starts, places)
    there &= _same_row(starts, found.starts)
    return found.where(~there | (starts - post >= found.ends))


def containing(big: Spans, little: Spans) -> Spans:
    places = np.searchsorted(little.starts, big.starts)
    starts, there = _at(little.starts, places)
    ends, _ = _at(little.ends, places)
    return big.where(there & _same_row(starts, big.starts) & (ends <= big.ends))


def within(big: Spans, little: Spans) -> Spans:
    places = np.searchsorted(np.maximum.accumulate(big.ends), np.maximum.accumulate(little.ends))
    starts, there = _at(big.starts, places)
    return little.where(there & _same_row(starts, little.starts) & (starts <= little.starts))


def frequencies(spans: Spans) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The rows that have spans, and how often: the sum of 1 / (1 + width), in float32 from left to right."""
    rows, first, counts = np.unique(spans.rows, return_index=True, return_counts=True)
    one = np.float32(1)
    weight = one / (one + spans.widths.astype(np.float32))
    total = np.zeros(len(rows), np.float32)
    for i in range(int(counts.max()) if len(counts) else 0):
        more = counts > i
        total[more] += weight[first[more] + i]
    return rows.astype(np.int32), total


# --- queries ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanQuery(Query):
    """A query whose matches are spans. ``field_name`` is the field it is scored by."""

    kind: ClassVar[str] = "span"

    @property
    def field_name(self) -> str:
        raise NotImplementedError

    def spans(self, ctx: ShardContext) -> Spans:
        raise NotImplementedError

    def text(self, ctx: ShardContext) -> str:
        """The query as it writes itself."""
        raise NotImplementedError

    def terms(self, ctx: ShardContext) -> Iterator[tuple[str, str]]:
        """The terms (field, text) whose statistics count."""
        for child in self.children():
            if isinstance(child, SpanQuery):
                yield from child.terms(ctx)

    def _found(self, ctx: ShardContext) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        key = ("spans", id(self))
        found = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = frequencies(self.spans(ctx))
        return found

    def _similarity(self, ctx: ShardContext) -> tuple[Similarity, list[str]] | None:
        field = ctx.field(self.field_name)
        column = None if field is None else ctx.column(field)
        if field is None or not isinstance(column, TextColumn):
            return None
        # The terms' statistics are those of their own fields, which a masked field's are not.
        known = sorted({term for term in self.terms(ctx) if _text_column(ctx, term[0]).number(term[1]) is not None})
        return Similarity(ctx, field, column), [text for _, text in known]

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        rows, freqs = self._found(ctx)
        out = Matched.none(ctx.n)
        out.mask[rows] = True
        if len(rows):
            scored = self._similarity(ctx)
            if scored is not None:
                similarity, terms = scored
                out.score[rows] = similarity.score(rows, freqs, terms, boost)
        return out

    def mask(self, ctx: ShardContext) -> Mask:
        mask = ctx.nothing()
        mask[self._found(ctx)[0]] = True
        return mask

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        rows, freqs = self._found(ctx)
        boost = np.float32(boost * np.float32(self.boost))
        freq = float(freqs[int(np.searchsorted(rows, row))])
        scored = self._similarity(ctx)
        assert scored is not None
        similarity, terms = scored
        return similarity.explain(row, freq, terms, boost, self.text(ctx), phrase=True, whole=True)


def _text_column(ctx: ShardContext, name: str) -> TextColumn:
    """A field's postings with positions; refuses a field without."""
    field = ctx.field(name)
    if field is None:
        return _NO_TEXT
    column = ctx.column(field)
    if not isinstance(column, TextColumn):
        return _NO_TEXT
    return column


_NONE32 = np.empty(0, np.int32)
_NO_TEXT = TextColumn(
    0, _NONE32, True, _NONE32, _NONE32, np.zeros(1, np.int64), _NONE32, [], {}, 0, [], _NONE32, _NONE32
)


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanTerm(SpanQuery):
    field: str
    term: str

    @property
    def field_name(self) -> str:
        return self.field

    def terms(self, ctx: ShardContext) -> Iterator[tuple[str, str]]:
        yield self.field, self.term

    def spans(self, ctx: ShardContext) -> Spans:
        column = _text_column(ctx, self.field)
        starts = occurrences(column, [self.term])
        field: FieldType | None = ctx.field(self.field)
        if len(starts) and not getattr(field, "has_positions", True):
            raise IllegalStateException(
                f'field "{self.field}" was indexed without position data; cannot run SpanTermQuery (term={self.term})'
            )
        return Spans(starts, starts + 1, np.zeros(len(starts), np.int64))

    def text(self, ctx: ShardContext) -> str:
        return f"{self.field}:{self.term}"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanGap(SpanQuery):
    """As many positions between two clauses of a SpanNear."""

    field: str
    width: int

    @property
    def field_name(self) -> str:
        return self.field

    def terms(self, ctx: ShardContext) -> Iterator[tuple[str, str]]:
        return iter(())

    def text(self, ctx: ShardContext) -> str:
        return f"SpanGap({self.field}:{self.width})"


def _one_field(clauses: Sequence[SpanQuery]) -> None:
    if len({clause.field_name for clause in clauses}) > 1:
        raise IllegalArgumentException("Clauses must have same field.")


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanNear(SpanQuery):
    clauses: tuple[SpanQuery, ...]
    slop: int = 0
    in_order: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        _one_field(self.clauses)

    @property
    def field_name(self) -> str:
        return self.clauses[0].field_name

    def children(self) -> Iterator[Query]:
        return iter(self.clauses)

    def spans(self, ctx: ShardContext) -> Spans:
        if self.in_order:
            return ordered([c.width if isinstance(c, SpanGap) else c.spans(ctx) for c in self.clauses], self.slop)
        return unordered([clause.spans(ctx) for clause in self.clauses], self.slop)

    def text(self, ctx: ShardContext) -> str:
        inner = ", ".join(clause.text(ctx) for clause in self.clauses)
        return f"spanNear([{inner}], {self.slop}, {'true' if self.in_order else 'false'})"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanOr(SpanQuery):
    clauses: tuple[SpanQuery, ...]

    def __post_init__(self) -> None:
        super().__post_init__()
        _one_field(self.clauses)

    @property
    def field_name(self) -> str:
        return self.clauses[0].field_name if self.clauses else ""

    def children(self) -> Iterator[Query]:
        return iter(self.clauses)

    def spans(self, ctx: ShardContext) -> Spans:
        return united([clause.spans(ctx) for clause in self.clauses]) if self.clauses else Spans.none()

    def text(self, ctx: ShardContext) -> str:
        return f"spanOr([{', '.join(clause.text(ctx) for clause in self.clauses)}])"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanNot(SpanQuery):
    include: SpanQuery
    exclude: SpanQuery
    pre: int = 0
    post: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        _one_field((self.include, self.exclude))

    @property
    def field_name(self) -> str:
        return self.include.field_name

    def terms(self, ctx: ShardContext) -> Iterator[tuple[str, str]]:
        return self.include.terms(ctx)

    def children(self) -> Iterator[Query]:
        yield self.include
        yield self.exclude

    def spans(self, ctx: ShardContext) -> Spans:
        return excluding(self.include.spans(ctx), self.exclude.spans(ctx), self.pre, self.post)

    def text(self, ctx: ShardContext) -> str:
        return f"spanNot({self.include.text(ctx)}, {self.exclude.text(ctx)}, {self.pre}, {self.post})"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanFirst(SpanQuery):
    match: SpanQuery
    end: int

    @property
    def field_name(self) -> str:
        return self.match.field_name

    def children(self) -> Iterator[Query]:
        yield self.match

    def spans(self, ctx: ShardContext) -> Spans:
        found = self.match.spans(ctx)
        return found.where((found.ends & _POSITION) <= self.end)

    def text(self, ctx: ShardContext) -> str:
        return f"spanFirst({self.match.text(ctx)}, {self.end})"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanContaining(SpanQuery):
    big: SpanQuery
    little: SpanQuery
    title: ClassVar[str] = "SpanContaining"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.big.field_name != self.little.field_name:
            raise IllegalArgumentException("big and little not same field")

    @property
    def field_name(self) -> str:
        return self.big.field_name

    def children(self) -> Iterator[Query]:
        yield self.big
        yield self.little

    def spans(self, ctx: ShardContext) -> Spans:
        return containing(self.big.spans(ctx), self.little.spans(ctx))

    def text(self, ctx: ShardContext) -> str:
        return f"{self.title}({self.big.text(ctx)}, {self.little.text(ctx)})"


class SpanWithin(SpanContaining):
    title = "SpanWithin"

    def spans(self, ctx: ShardContext) -> Spans:
        return within(self.big.spans(ctx), self.little.spans(ctx))


@dataclass(frozen=True, eq=False, kw_only=True)
class FieldMasking(SpanQuery):
    """Spans of a field that pass for those of another one, by which they are scored."""

    masked: SpanQuery
    field: str

    @property
    def field_name(self) -> str:
        return self.field

    def children(self) -> Iterator[Query]:
        yield self.masked

    def spans(self, ctx: ShardContext) -> Spans:
        return self.masked.spans(ctx)

    def text(self, ctx: ShardContext) -> str:
        return f"mask({self.masked.text(ctx)}) as {self.field}"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanMulti(SpanQuery):
    """The terms that a prefix, wildcard, regexp, fuzzy or range query matches, as one SpanOr."""

    match: Query
    """A term-level query of several terms (see ``expanded_terms``)."""
    top: int | None = None
    """How many of the terms count at most, the first in their order; more are refused without ``top``."""

    @property
    def field_name(self) -> str:
        return str(self.match.field)  # type: ignore[attr-defined]

    def _expanded(self, ctx: ShardContext) -> SpanOr:
        key = ("span multi", id(self))
        found = ctx.memo.get(key)
        if found is None:
            terms = expanded_terms(ctx, self.match, self.top)
            clauses = tuple(SpanTerm(field=self.field_name, term=term) for term in terms)
            found = ctx.memo[key] = SpanOr(clauses=clauses)
        return found

    def terms(self, ctx: ShardContext) -> Iterator[tuple[str, str]]:
        return self._expanded(ctx).terms(ctx)

    def spans(self, ctx: ShardContext) -> Spans:
        return self._expanded(ctx).spans(ctx)

    def text(self, ctx: ShardContext) -> str:
        return self._expanded(ctx).text(ctx)
