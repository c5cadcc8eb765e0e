"""Queries over positions: exact and sloppy phrases, phrases whose last term is a prefix; terms that stand for one
another.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalStateException
from fakeknn.fields import FieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import ConstantScore, MatchNone
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.one_field import of_one_field
from fakeknn.query.scoring import FieldScoring, postings
from fakeknn.query.terms import IndexedTerm
from fakeknn.view import Mask, TextColumn, place_of
from fakeknn.xcontent import java_float

#: Alternatives at one position of a phrase.
Terms = tuple[str, ...]


def occurrences(column: TextColumn, terms: Sequence[str], *, repeats: bool = False) -> NDArray[np.int64]:
    """int64: where any of some terms stands, as row · 2³² + position, ascending.

    A place where several of them stand is given once, or with ``repeats`` for each of them.
    """
    found = []
    for term in terms:
        tid = column.number(term)
        if tid is None:
            continue
        entries = column.entries(tid)
        starts, counts = column.starts[entries], column.freqs[entries]
        at = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(int(counts.sum()))
        found.append((np.repeat(column.rows[entries], counts).astype(np.int64) << 32) | column.positions[at])
    if not found:
        return np.empty(0, np.int64)
    if len(found) == 1:
        return found[0]
    together = np.concatenate(found)
    return np.sort(together) if repeats else np.unique(together)


def phrase_frequencies(
    column: TextColumn, terms: Sequence[Terms], positions: Sequence[int], slop: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The rows that hold a phrase and how often (float32: a sloppy match counts for less the more it is moved)."""
    if slop:
        return _sloppy(column, terms, positions, slop)
    starts: NDArray[np.int64] | None = None
    for alternatives, position in zip(terms, positions, strict=True):
        if starts is None:
            # The first place leads: where several of its terms stand the phrase is counted for each.
            starts = occurrences(column, alternatives, repeats=True) - position
        else:
            here = occurrences(column, alternatives) - position
            at = np.searchsorted(here, starts)
            starts = starts[here[np.minimum(at, len(here) - 1)] == starts] if len(here) else here
        if not len(starts):
            break
    assert starts is not None
    rows, counts = np.unique((starts >> 32).astype(np.int32), return_counts=True)
    return rows, counts.astype(np.float32)


def _sloppy(
    column: TextColumn, terms: Sequence[Terms], positions: Sequence[int], slop: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """SloppyPhraseMatcher on the rows that hold all terms: few rows, each walked by itself."""
    places = [occurrences(column, alternatives) for alternatives in terms]
    rows: NDArray[np.int64] | None = None
    for place in places:
        here = np.unique(place >> 32)
        rows = here if rows is None else np.intersect1d(rows, here, assume_unique=True)
    assert rows is not None
    found_rows, found = [], []
    for row in rows.tolist():
        lists = [
            (place[np.searchsorted(place, row << 32) : np.searchsorted(place, (row + 1) << 32)] & 0xFFFFFFFF) - position
            for place, position in zip(places, positions, strict=True)
        ]
        frequency = _sloppy_frequency([one.tolist() for one in lists], terms, slop)
        if frequency:
            found_rows.append(row)
            found.append(frequency)
    return np.array(found_rows, np.int32), np.array(found, np.float32)


def _sloppy_frequency(lists: list[list[int]], terms: Sequence[Terms], slop: int) -> np.float32:
    """The sum of 1 / (1 + distance) over the matches in one row; positions are relative to the phrase's own."""
    repeated = {i for i, one in enumerate(terms) for j, other in enumerate(terms) if i != j and set(one) & set(other)}
    cursor = [0] * len(lists)
    offsets = [lists_i[0] for lists_i in lists]
    total = np.float32(0)
    if repeated and not _spread(lists, cursor, offsets, terms, repeated):
        return total
    while True:
        order = sorted(range(len(lists)), key=lambda i: (offsets[i], i))
        first, end = order[0], max(offsets)
        next_ = offsets[order[1]] if len(order) > 1 else offsets[first]
        length = end - offsets[first]
        best = length
        done = False
        while True:
            cursor[first] += 1
            if cursor[first] >= len(lists[first]):
                done = True
                break
            offsets[first] = lists[first][cursor[first]]
            if first in repeated and not _spread(lists, cursor, offsets, terms, repeated):
                done = True
                break
            if offsets[first] > next_:
                break
            best = min(best, end - offsets[first])
        if best <= slop:
            total += np.float32(1.0) / np.float32(1 + best)
        if done:
            return total


def _spread(
    lists: list[list[int]], cursor: list[int], offsets: list[int], terms: Sequence[Terms], repeated: set[int]
) -> bool:
    """Move repeats of one term on until no two stand at the same place; False when one has run out."""
    moved = True
    while moved:
        moved = False
        for i in repeated:
            for j in repeated:
                if i < j and offsets[i] + i == offsets[j] + j and set(terms[i]) & set(terms[j]):
                    cursor[j] += 1
                    if cursor[j] >= len(lists[j]):
                        return False
                    offsets[j] = lists[j][cursor[j]]
                    moved = True
    return True


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class Phrase(Query):
    """Terms in their places: PhraseQuery, and MultiPhraseQuery where a place has alternatives."""

    kind: ClassVar[str] = "match_phrase"
    field: str
    terms: tuple[Terms, ...]
    positions: tuple[int, ...]
    slop: int = 0
    beginnings: Terms = ()
    """What the terms of the last place begin with, if they were found by that."""

    def _found(self, ctx: ShardContext) -> tuple[FieldType, TextColumn | None, NDArray[np.int32], NDArray[np.float32]]:
        key = ("phrase", id(self))
        found = ctx.memo.get(key)
        if found is None:
            field = ctx.field(self.field)
            assert field is not None
            if not getattr(field, "has_positions", True):
                raise IllegalStateException(
                    f"field:[{self.field}] was indexed without position data; cannot run PhraseQuery"
                )
            column = ctx.column(field)
            if not isinstance(column, TextColumn):
                return field, None, np.empty(0, np.int32), np.empty(0, np.float32)
            found = (field, column, *phrase_frequencies(column, self.terms, self.positions, self.slop))
            ctx.memo[key] = found
        return found

    @property
    def flat_terms(self) -> list[str]:
        return [term for alternatives in self.terms for term in alternatives]

    def _known(self, column: TextColumn) -> list[str]:
        """The terms whose statistics count."""
        return [term for term in self.flat_terms if column.number(term) is not None]

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        field, column, rows, freqs = self._found(ctx)
        out = Matched.none(ctx.n)
        out.mask[rows] = True
        if field.constant:
            out.score[rows] = boost
        elif len(rows) and column is not None:
            out.score[rows] = FieldScoring(ctx, field, column).score(rows, freqs, self._known(column), boost)
        return out

    def mask(self, ctx: ShardContext) -> Mask:
        rows = self._found(ctx)[2]
        mask = np.zeros(ctx.n, bool)
        mask[rows] = True
        return mask

    def text(self) -> str:
        """The places between quotes, with ``?`` where the phrase has a gap; without the field."""
        first = self.positions[0]
        shown: list[str] = []
        for alternatives, position in zip(self.terms, self.positions, strict=True):
            shown += ["?"] * (position - first - len(shown))
            shown.append(alternatives[0] if len(alternatives) == 1 else f"({' '.join(alternatives)})")
        return f'"{" ".join(shown)}"' + (f"~{self.slop}" if self.slop else "")

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        field, column, rows, freqs = self._found(ctx)
        assert column is not None
        freq = float(freqs[place_of(rows, row)])
        boost = np.float32(boost * np.float32(self.boost))
        if field.constant:
            return Explanation(boost, self.of_source() + ("" if boost == 1 else f"^{java_float(boost)}"))
        similarity = FieldScoring(ctx, field, column)
        return similarity.explain(row, freq, self._known(column), boost, self.text(), phrase=True)

    def of_source(self, *, rewritten: bool = True) -> str:
        """SourceFieldMatchQuery.toString, of filters that are equal with one left or, not rewritten, with all."""
        places = [" ".join(f"{self.field}:{term}" for term in terms) for terms in self.terms]
        if rewritten:
            places = list(dict.fromkeys(places))
        if len(places) == 1 and len(self.terms) > 1:
            kept = f"(ConstantScore({places[0]}))^0.0"
        else:
            kept = " ".join(f"#({terms})" if " " in terms else f"#{terms}" for terms in places)
        shown = self.text()
        if self.beginnings:
            asked = replace(self, terms=(*self.terms[:-1], self.beginnings), beginnings=(), slop=0)
            shown = asked.text()[:-1] + '*"' + (f"~{self.slop}" if self.slop else "")
        return f"SourceFieldMatchQuery (delegate query: [ {kept} ], filter query: [ {self.field}:{shown}])"


def any_term(field: str, terms: Sequence[str]) -> Query:
    """A phrase of one place: its alternatives, each scored by itself."""
    clauses = tuple(IndexedTerm(field=field, value=term) for term in terms)
    return clauses[0] if len(clauses) == 1 else Bool(should=clauses)


@dataclass(frozen=True, eq=False, kw_only=True)
class Synonyms(Query):
    """Terms that count as one: their frequencies are added, the most frequent one's documents count (SynonymQuery)."""

    kind: ClassVar[str] = "match"
    field: str
    terms: Terms

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        field = ctx.field(self.field)
        assert field is not None
        column = ctx.column(field)
        assert isinstance(column, TextColumn)
        total = np.zeros(ctx.n, np.int32)
        for term in self.terms:
            rows, freqs = postings(column, term)
            total[rows] += 1 if freqs is None else freqs
        out = Matched(total > 0, np.zeros(ctx.n, np.float32))
        rows = np.flatnonzero(out.mask).astype(np.int32)
        if len(rows):
            scoring = FieldScoring(ctx, field, column)
            out.score[rows] = scoring.score(rows, total[rows], ["synonym"], boost, stated=[scoring.blended(self.terms)])
        return out

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        field = ctx.field(self.field)
        column = None if field is None else ctx.column(field)
        assert field is not None and isinstance(column, TextColumn)
        freq = 0
        for term in self.terms:
            rows, freqs = postings(column, term)
            at = place_of(rows, row)
            if at < len(rows) and rows[at] == row:
                freq += 1 if freqs is None else int(freqs[at])
        if not freq:
            return Explanation(np.float32(0), "no matching term", match=False)
        scoring = FieldScoring(ctx, field, column)
        boost = np.float32(boost * np.float32(self.boost))
        text = "Synonym(" + " ".join(f"{self.field}:{term}" for term in self.terms) + ")"
        return scoring.explain(
            row,
            float(freq),
            ["synonym"],
            boost,
            text,
            stated=[scoring.blended(self.terms)],
            whole=True,
            counted=f"termFreq={float(freq)}",
        )


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class PhrasePrefix(Query):
    """A phrase whose last term is a prefix (MultiPhrasePrefixQuery)."""

    kind: ClassVar[str] = "match_phrase_prefix"
    field: str
    terms: tuple[Terms, ...]
    positions: tuple[int, ...]
    slop: int = 0
    max_expansions: int = 50

    def text(self) -> str:
        """MultiPhrasePrefixQuery.toString, without the field; of gaps it says nothing."""
        places = [terms[0] if len(terms) == 1 else f"({' '.join(terms)})" for terms in self.terms[:-1]]
        last = "* ".join(self.terms[-1]) + "*"
        places.append(last if len(self.terms[-1]) == 1 else f"({last})")
        return f'"{" ".join(places)}"' + (f"~{self.slop}" if self.slop else "")

    def of_source(self) -> str:
        """SourceFieldMatchQuery.toString, ahead of its rewriting."""
        last = replace(self, terms=self.terms[-1:], positions=(0,), slop=0)
        places = [" ".join(f"{self.field}:{term}" for term in terms) for terms in self.terms[:-1]]
        kept = [f"#({terms})" if " " in terms else f"#{terms}" for terms in places]
        asked = " ".join((*kept, f"#{self.field}:{last.text()}"))
        return f"SourceFieldMatchQuery (delegate query: [ {asked} ], filter query: [ {self.field}:{self.text()}])"

    def rewritten(self, ctx: ShardContext) -> Query:
        key = ("phrase prefix", id(self))
        found = ctx.memo.get(key)
        if found is not None:
            return found  # type: ignore[no-any-return]
        field = ctx.field(self.field)
        assert field is not None
        column = ctx.column(field)
        expanded = self._expanded(column) if isinstance(column, TextColumn) else []
        if not expanded:
            found = MatchNone()
        elif len(self.terms) == 1:
            found = any_term(self.field, expanded)
            if field.constant:
                found = ConstantScore(filter=found)
        else:
            found = Phrase(
                field=self.field,
                terms=(*self.terms[:-1], tuple(expanded)),
                positions=self.positions,
                slop=self.slop,
                beginnings=self.terms[-1],
            )
        ctx.memo[key] = found
        return found

    def _expanded(self, column: TextColumn) -> list[str]:
        sorted_terms = column.sorted_terms
        out: list[str] = []
        for prefix in self.terms[-1]:
            at = bisect_left(sorted_terms, prefix)
            while at < len(sorted_terms) and sorted_terms[at].startswith(prefix):
                out.append(sorted_terms[at])
                at += 1
                if len(out) >= self.max_expansions:
                    break
        return out

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.rewritten(ctx).matched(ctx, boost)

    def mask(self, ctx: ShardContext) -> Mask:
        return self.rewritten(ctx).mask(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        return self.rewritten(ctx).explain(ctx, row, np.float32(boost * np.float32(self.boost)))
