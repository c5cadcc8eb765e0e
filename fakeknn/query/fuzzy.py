"""fuzzy: terms within some edits of a term (FuzzyQuery), scored as one blended term."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    NumberFormatException,
    OpenSearchParseException,
    ParsingException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.multi_term import MATCHERS, check_rewrite, is_constant, rewritten
from fakeknn.query.one_field import of_one_field
from fakeknn.query.parsing import COMMON, common, field_query, register, value_of
from fakeknn.query.scoring import FieldScoring, add_scores, postings
from fakeknn.units import parse_int
from fakeknn.view import Column, KeywordColumn, Mask, TextColumn, place_of
from fakeknn.xcontent import objects
from fakeknn.xcontent.java import parse_double


@dataclass(frozen=True, slots=True)
class Fuzziness:
    """How many edits: a number, or AUTO by the term's length."""

    text: str
    low: int = 3
    high: int = 6

    @property
    def auto(self) -> bool:
        return self.text == "AUTO"

    def distance(self, term: str) -> int:
        if self.auto:
            return 0 if len(term) < self.low else 1 if len(term) < self.high else 2
        return min(2, int(parse_double(self.text)))

    def __str__(self) -> str:
        custom = self.auto and (self.low, self.high) != (3, 6)
        return f"{self.text}:{self.low},{self.high}" if custom else self.text


AUTO = Fuzziness("AUTO")


def fuzziness(container: Any, key: Any) -> Fuzziness:
    """Fuzziness.parse."""
    value = container[key]
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise IllegalArgumentException(f"Can't parse fuzziness on token: [{objects.token(value)}]")
    text = objects.text(container, key)
    if text.upper() == "AUTO":
        return AUTO
    if text.upper().startswith("AUTO:"):
        return custom_auto(text)
    try:
        number = parse_double(text)
    except IllegalArgumentException:
        number = math.nan
    if not 0 <= number < math.inf:
        raise IllegalArgumentException(f"Invalid fuzziness value: {text}")
    return Fuzziness(text.upper())


def custom_auto(text: str) -> Fuzziness:
    parts = text[5:].split(",")
    if len(parts) != 2:
        raise OpenSearchParseException("failed to find low and high distance values")
    try:
        low, high = parse_int(parts[0]), parse_int(parts[1])
    except NumberFormatException as error:
        raise OpenSearchParseException(f'failed to parse [{text}] as a "auto:int,int"') from error
    if low < 0 or high < 0 or low > high:
        raise IllegalArgumentException(
            "fuzziness wrongly configured, must be: lowDistance > 0, highDistance > 0 and lowDistance <= highDistance "
        )
    return Fuzziness("AUTO", low, high)


def edits(a: str, b: str, most: int, transpositions: bool) -> int | None:
    """The edit distance of two terms, None beyond ``most``; a swap of neighbours is one edit if ``transpositions``."""
    if abs(len(a) - len(b)) > most:
        return None
    older: list[int] = []
    before = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        row = [i]
        for j, y in enumerate(b, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (x != y))
            if transpositions and i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                cost = min(cost, older[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return None
        older, before = before, row
    return before[-1] if before[-1] <= most else None


def distances(term: str, others: Sequence[str], transpositions: bool) -> NDArray[np.int16]:
    """int16[len(others)]: the edit distances of a term to others, all at once; see ``edits``."""
    if not others:
        return np.empty(0, np.int16)
    lengths = np.fromiter(map(len, others), np.int32, len(others))
    width = int(lengths.max())
    if not width:
        return np.full(len(others), len(term), np.int16)
    codes = np.array(others, f"<U{width}").view("<u4").reshape(len(others), width).T.copy()
    steps = np.arange(width + 1, dtype=np.int16)
    before = np.repeat(steps[:, None], len(others), axis=1)
    older = before
    for i, char in enumerate(term, 1):
        row = np.empty_like(before)
        row[0] = i
        for j in range(1, width + 1):
            cost = np.minimum(before[j], row[j - 1]) + np.int16(1)
            np.minimum(cost, before[j - 1] + (codes[j - 1] != ord(char)), out=cost)
            if transpositions and i > 1 and j > 1:
                swapped = (codes[j - 1] == ord(term[i - 2])) & (codes[j - 2] == ord(char))
                np.copyto(cost, np.minimum(cost, older[j - 2] + np.int16(1)), where=swapped)
            row[j] = cost
        older, before = before, row
    found: NDArray[np.int16] = before[lengths, np.arange(len(others))]
    return found


def similar_terms(
    terms: Iterable[str],
    term: str,
    distance: int,
    prefix_length: int,
    max_expansions: int | None,
    transpositions: bool,
) -> list[tuple[str, np.float32]]:
    """The terms within some edits, each with its boost; of too many those with the highest boosts, then in order."""
    prefix = term[:prefix_length]
    low, high = len(term) - distance, len(term) + distance
    near = [other for other in terms if low <= len(other) <= high and other.startswith(prefix)]
    counts = distances(term[len(prefix) :], [other[len(prefix) :] for other in near], transpositions)
    found: list[tuple[str, np.float32]] = []
    for at in np.flatnonzero(counts <= distance).tolist():
        other, count = near[at], int(counts[at])
        shortest = min(len(term), len(other))
        if count and not term:
            continue
        boost = np.float32(count == 0)
        if count and shortest:
            boost = max(np.float32(1.0) - np.float32(count) / np.float32(shortest), np.float32(0))
        found.append((other, boost))
    found.sort(key=lambda pair: (-pair[1], pair[0]))
    return found[:max_expansions]


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class Fuzzy(Query):
    kind: ClassVar[str] = "fuzzy"
    field: str
    value: Any
    fuzziness: Fuzziness = AUTO
    prefix_length: int = 0
    max_expansions: int = 50
    transpositions: bool = True
    rewrite: str | None = None

    def to_json(self) -> Any:
        written = {
            "value": self.value,
            "fuzziness": str(self.fuzziness),
            "prefix_length": self.prefix_length,
            "max_expansions": self.max_expansions,
            "transpositions": self.transpositions,
        }
        if self.rewrite is not None:
            written["rewrite"] = self.rewrite
        return {self.kind: {self.field: {**written, **self.standard()}}}

    def _terms(self, ctx: ShardContext) -> tuple[FieldType, Column, list[tuple[str, np.float32]]] | None:
        field = ctx.field(self.field)
        if field is None:
            return None
        check_rewrite(self.rewrite)
        if not field.dictionary or not field.fuzzy:
            raise field.no_fuzzy()
        ctx.refuse_expensive("[fuzzy] queries")
        field.require_index()
        if self.prefix_length < 0:
            raise IllegalArgumentException("prefixLength cannot be negative.")
        if self.max_expansions <= 0:
            raise IllegalArgumentException("maxExpansions must be positive.")
        key = ("fuzzy", id(self))
        found = ctx.memo.get(key)
        if found is None:
            field, term = field.fuzzy_term(self.value)
            column = ctx.column(field)
            assert isinstance(column, (TextColumn, KeywordColumn))
            pairs = similar_terms(
                column.terms[: column.n_terms],
                term,
                self.fuzziness.distance(term),
                self.prefix_length,
                self.max_expansions if self.rewrite is None else None,  # the default rewrite alone counts terms
                self.transpositions,
            )
            found = ctx.memo[key] = (field, column, pairs)
        return found

    def never(self, ctx: ShardContext) -> bool:
        return ctx.field(self.field) is None

    def scored(self, ctx: ShardContext) -> Query | None:
        """The clauses that the query is rewritten to, one for each term; None for a constant score."""
        found = self._terms(ctx)
        if found is None or (self.rewrite is not None and is_constant(self.rewrite)):
            return None
        field, column, pairs = found
        return rewritten(ctx, field, column, sorted(pairs), self.rewrite or "top_terms_blended_freqs_1024")

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        found = self._terms(ctx)
        out = Matched.none(ctx.n)
        if found is None:
            return out
        field, column, pairs = found
        if self.rewrite is not None:
            if is_constant(self.rewrite):
                return Matched.constant(self.mask(ctx), float(boost))
            return rewritten(ctx, field, column, sorted(pairs), self.rewrite).matched(ctx, boost)
        # BlendedTermQuery: every term has the document frequency of the most frequent.
        live = [(term, weight) for term, weight in pairs if len(postings(column, term)[0])]
        if not live:
            return out
        similarity = FieldScoring(ctx, field, column)
        blended = similarity.blended([term for term, _ in live])
        parts = []
        for term, weight in live:
            rows, freqs = postings(column, term)
            part = Matched.none(ctx.n)
            part.mask[rows] = True
            part.score[rows] = similarity.score(rows, freqs, [term], np.float32(boost * weight), stated=[blended])
            parts.append(part)
            out.mask[rows] = True
        return Matched(out.mask, add_scores(parts, ctx.n))

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        found = self._terms(ctx)
        assert found is not None
        field, column, pairs = found
        live = [(term, weight) for term, weight in pairs if len(postings(column, term)[0])]
        similarity = FieldScoring(ctx, field, column)
        blended = similarity.blended([term for term, _ in live])
        details = []
        for term, weight in live:
            rows, freqs = postings(column, term)
            at = place_of(rows, row)
            if at < len(rows) and rows[at] == row:
                freq = 1.0 if freqs is None else float(freqs[at])
                details.append(
                    similarity.explain(row, freq, [term], np.float32(boost * weight), term, stated=[blended])
                )
        if len(live) == 1:
            return details[0]
        return Explanation(self.run(ctx, boost).score[row], "sum of:", tuple(details))

    def mask(self, ctx: ShardContext) -> Mask:
        found = self._terms(ctx)
        mask = ctx.nothing()
        if found is not None:
            for term, _ in found[2]:
                mask[postings(found[1], term)[0]] = True
        return mask


def _scalar(read: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def checked(container: Any, key: Any) -> Any:
        if not objects.is_value(container[key]):
            raise ParsingException(
                f"[fuzzy] unexpected token [{objects.token(container[key])}] after [{key}]", at=Where(container, key)
            )
        return read(container, key)

    return checked


_MEMBERS = {
    name: _scalar(read)
    for name, read in {
        "value": value_of,
        "term": value_of,
        "fuzziness": fuzziness,
        "prefix_length": objects.integer,
        "max_expansions": objects.integer,
        "transpositions": objects.boolean,
        "rewrite": objects.text_or_none,
        **COMMON,
    }.items()
}


@register("fuzzy")
def parse_fuzzy(container: Any, key: Any) -> Query:
    body = container[key]
    if isinstance(body, dict) and len(body) == 1 and None in body.values():
        raise IllegalArgumentException("query value cannot be null")
    field, values = field_query("fuzzy", container, key, _MEMBERS, short="value")
    if not field:
        raise IllegalArgumentException("field name cannot be null or empty")
    value = values.get("value", values.get("term"))
    if value is None:
        raise IllegalArgumentException("query value cannot be null")
    return Fuzzy(
        field=field,
        value=value,
        fuzziness=values.get("fuzziness", AUTO),
        prefix_length=values.get("prefix_length", 0),
        max_expansions=values.get("max_expansions", 50),
        transpositions=values.get("transpositions", True),
        rewrite=values.get("rewrite"),
        **common(values),
    )


def _matcher(query: Fuzzy, ctx: ShardContext, field: FieldType) -> Callable[[str], object]:
    found = query._terms(ctx)
    terms = set() if found is None else {term for term, _ in found[2]}
    return terms.__contains__


MATCHERS[Fuzzy] = _matcher
