"""Queries without parts, and those that only a query of the DSL can answer for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from fakeknn.errors import NotFaked
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.lucene.node import Node, constant_explanation, in_nested
from fakeknn.query.scoring import FieldScoring, postings
from fakeknn.view import Mask, Rows, place_of


@dataclass(frozen=True)
class MatchAllDocsQuery(Node):
    def __str__(self) -> str:
        return "*:*"

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(np.ones(ctx.n, bool), float(boost))

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        return boost

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return constant_explanation(self, "*:*", ctx, row, boost)


@dataclass(frozen=True)
class MatchNoDocsQuery(Node):
    reason: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f'MatchNoDocsQuery("{self.reason}")'

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.none(ctx.n)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return Explanation(np.float32(0), self.reason, match=False)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return False


@dataclass(frozen=True)
class TermQuery(Node):
    """A term with statistics; ``shown`` is the term as it writes itself."""

    field: str
    term: str
    shown: str

    def __str__(self) -> str:
        return f"{self.field}:{self.shown}"

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        mapped = ctx.field(self.field)
        column = None if mapped is None else ctx.column(mapped)
        out = Matched.none(ctx.n)
        if mapped is None or column is None:
            return out
        rows, freqs = postings(column, self.term)
        out.mask[rows] = True
        if len(rows):
            out.score[rows] = FieldScoring(ctx, mapped, column).score(rows, freqs, [self.term], boost)
        return out

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        mapped = ctx.field(self.field)
        column = None if mapped is None else ctx.column(mapped)
        rows, freqs = (np.empty(0, np.int32), None) if column is None else postings(column, self.term)
        at = place_of(rows, row)
        if mapped is None or column is None or at >= len(rows) or rows[at] != row:
            return Explanation(np.float32(0), "no matching term", match=False)
        freq = 1.0 if freqs is None else float(freqs[at])
        return FieldScoring(ctx, mapped, column).explain(row, freq, [self.term], boost, self.shown)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return in_nested(ctx, self.field)


@dataclass(frozen=True)
class Leaf(Node):
    """A query without parts whose score is constant.

    ``mask`` is what it matches; ``path`` the field whose place in the mapping says whether nested objects can match;
    ``weight`` the text of what matches in its stead; ``simpler`` what it is rewritten to; ``bounds`` the least and the
    greatest value in a range of points.
    """

    kind: str
    text: str
    mask: Callable[[], Mask] = field(compare=False, repr=False)
    path: str | None = field(default=None, compare=False)
    weight: str | None = field(default=None, compare=False)
    simpler: Node | None = field(default=None, compare=False, repr=False)
    parts: tuple[Node, ...] = field(default=(), compare=False, repr=False)
    bounds: tuple[Any, Any] | None = field(default=None, compare=False, repr=False)

    @property
    def java_class(self) -> str:
        """Ranges of doc values lie beside the fields that hold them."""
        package = "org.apache.lucene.document" if self.kind.endswith("DocValuesRangeQuery") else self.package
        return f"{package}.{self.kind}"

    @property
    def type(self) -> str:
        return self.kind

    def __str__(self) -> str:
        return self.text

    def rewrite(self) -> Node:
        return self if self.simpler is None else self.simpler

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(self.mask(), float(boost))

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        return boost

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        return constant_explanation(self, self.weight or self.text, ctx, row, boost)

    def children(self) -> Iterator[Node]:
        return iter(self.parts)

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return True if self.path is None else in_nested(ctx, self.path)


#: Terms of the dictionary as they write themselves, each with the rows that have it.
FoundTerms = Sequence[tuple[str, Rows]]


@dataclass(frozen=True)
class MultiTermWrapper(Leaf):
    """A query of several terms of one field, which in each segment runs a query of those that it finds there;
    ``terms`` gives them in their order.
    """

    terms: Callable[[], FoundTerms] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Told(Node):
    """A query, of boost 1, that explains itself or is explained by ``how``; ``text`` is how it writes itself, if that
    is known, ``simpler`` what it is rewritten to.
    """

    query: Query
    kind: str | None = None
    text: str | None = None
    parts: tuple[Node, ...] = ()
    how: Callable[[ShardContext, int, np.float32], Explanation] | None = field(default=None, compare=False)
    simpler: Node | None = field(default=None, compare=False, repr=False)
    nested: bool = True
    """Whether nested objects might match."""
    unscored: tuple[Node, ...] | None = None
    """What it asks where no scores are wanted, if these are others than ``parts``."""
    unscored_text: str | None = None
    """How the query of its weight writes itself there, if otherwise."""

    def rewrite(self) -> Node:
        return self if self.simpler is None else self.simpler

    def might_match_nested(self, ctx: ShardContext) -> bool:
        return self.nested

    @property
    def type(self) -> str:
        if self.kind is None:
            raise NotFaked(f"the profile of a [{self.query.kind}] query")
        return self.kind

    def __str__(self) -> str:
        if self.text is None:
            raise NotFaked(f"the text of a [{self.query.kind}] query in Lucene")
        return self.text

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.query.matched(ctx, boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        if self.how is not None:
            return self.how(ctx, row, boost)
        return self.query.explain(ctx, row, boost)

    def children(self) -> Iterator[Node]:
        return iter(self.parts)

    def explain_match(self, ctx: ShardContext, row: int) -> Explanation:
        return constant_explanation(self, self.unscored_text or str(self), ctx, row, np.float32(1))

    def unscored_children(self) -> Iterator[Node]:
        return self.children() if self.unscored is None else iter(self.unscored)
