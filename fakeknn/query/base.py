"""What a query is: a frozen dataclass that, on the View of a shard, gives ``Matched``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, Self

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.view import Mask
from fakeknn.xcontent import generator


@dataclass(frozen=True, eq=False, kw_only=True)
class Query:
    """A query clause. A kind implements ``mask`` if its score is constant, or ``run`` if it scores.

    ``boost`` is applied by ``matched``, which passes the product of all boosts down as Lucene does.
    """

    kind: ClassVar[str] = ""
    asks_derived: ClassVar[bool] = False
    """Whether it may be asked of a derived field (see ``query.one_field``)."""
    set_after_boost: ClassVar[Mapping[str, Any]] = {}
    """What the builder does not know yet, at its default, when the parser gives it the boost."""
    named_first: ClassVar[bool] = False
    """Whether the parser gives the builder its name before the boost."""
    boost: float = 1.0
    name: str | None = None
    unwrapped: bool = False
    """Whether it was read out of another query when that was rewritten."""

    def matched(self, ctx: ShardContext, boost: np.float32 = np.float32(1.0)) -> Matched:  # noqa: B008
        """What matches, scored; ``boost`` is that of the clauses around."""
        return self.run(ctx, np.float32(boost * np.float32(self.boost)))

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(self.mask(ctx), float(boost))

    def mask(self, ctx: ShardContext) -> Mask:
        """Which rows match, without scores."""
        if type(self).run is Query.run:
            raise NotImplementedError(type(self).__name__)
        return self.run(ctx, np.float32(self.boost)).mask

    def make(self, ctx: ShardContext) -> None:
        """Build the query where nobody asks it: what goes wrong only as it runs is not met."""
        try:
            self.mask(ctx.visiting(ctx.nothing()))
        except OpenSearchError as error:
            if not getattr(error, "at_run_time", False):
                raise

    @contextmanager
    def built_in_order(self, ctx: ShardContext) -> Iterator[None]:
        """Around asking clauses in another order than they are built: of several that are wrong, the first is told."""
        try:
            yield
        except OpenSearchError:
            self.make_children(ctx)
            raise

    def make_children(self, ctx: ShardContext) -> None:
        """Build what is in the query, in the order of its builder."""
        for clause in self.children():
            clause.make(ctx)

    def never(self, ctx: ShardContext) -> bool:
        """Whether the query is rewritten to ``match_none`` on this shard; then nothing beside it is looked at."""
        return False

    def check_rewriting(self, ctx: ShardContext) -> None:
        """Raise what is found wrong as the query, without what is in it, is rewritten on a shard, ahead of building."""

    def rewrites(self, ctx: ShardContext) -> bool:
        """Whether the query becomes another one on this shard before it is built (QueryBuilder.rewrite)."""
        return self.never(ctx) or any(child.unwrapped or child.rewrites(ctx) for child in self.children())

    def scored_in_windows(self, top_scores: bool) -> bool:
        """Whether its bulk scorer scores all matches of a window before collectors see any of them; ``top_scores``:
        where only the best are wanted (ScoreMode.TOP_SCORES)."""
        return False

    def fetched(self, services: Any) -> Query:
        """The query with what it looks up elsewhere, which is done before a shard is asked."""
        return self

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        """Why a row has its score."""
        raise NotFaked(f"the explanation of a [{self.kind}] query")

    def asked_last(self, ctx: ShardContext) -> bool:
        """Whether only those documents are asked that the clauses beside let through."""
        return False

    def disjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        """The clauses of which one must match, if that is all that this query is: a disjunction around it takes them
        for its own (BooleanQuery.rewrite), and adds their scores without narrowing the sum of these in between."""
        return None

    def conjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        """The clauses that must all match, if that is all that this query is; see ``disjuncts``."""
        return None

    def repeats(self, ctx: ShardContext) -> Any:
        """What is equal of a query that may be given several times, but for the boost; None for one that is counted
        each time."""
        return None

    def children(self) -> Iterator[Query]:
        """The clauses inside this one."""
        return iter(())

    def to_json(self) -> Any:
        """The query as its builder writes itself (toXContent), which refusals show."""
        return {self.kind: {**self.members(), **self.standard()}}

    def members(self) -> dict[str, Any]:
        """The members of ``to_json`` before boost and name."""
        raise NotFaked(f"the text of a [{self.kind}] query")

    def standard(self) -> dict[str, Any]:
        """AbstractQueryBuilder.printBoostAndQueryName."""
        written: dict[str, Any] = {"boost": np.float32(self.boost)}
        if self.name is not None:
            written["_name"] = self.name
        return written

    def __str__(self) -> str:
        """Pretty-printed, as AbstractQueryBuilder.toString."""
        return generator.write(self.to_json(), pretty=True).decode()

    def __post_init__(self) -> None:
        if self.boost < 0:
            raise negative_boost(self.before_boost())

    def before_boost(self) -> Query:
        """What the query is when its parser sets the boost."""
        name = self.name if self.named_first else None
        return replace(self, boost=1.0, name=name, **self.set_after_boost)

    @property
    def runs_scripts(self) -> bool:
        """Whether scoring a row may fail, or costs so much that it is worth to ask first which rows are looked at."""
        return False

    @property
    def runs_any_script(self) -> bool:
        return any(clause.runs_scripts for clause in self.walk())

    def walk(self) -> Iterator[Query]:
        yield self
        for child in self.children():
            yield from child.walk()

    def walk_rewritten(self) -> Iterator[Query]:
        """Those clauses that a shard rewrites before anything is built."""
        yield self
        for child in self.children():
            yield from child.walk_rewritten()

    def walk_built(self, ctx: ShardContext) -> Iterator[Query]:
        """Those clauses that are not rewritten to ``match_none``, nor stand in one that is."""
        if not self.never(ctx):
            yield self
            for child in self.children():
                yield from child.walk_built(ctx)

    def with_common(self, boost: float, name: str | None) -> Self:
        return replace(self, boost=boost, name=name)


def negative_boost(query: Query) -> IllegalArgumentException:
    """AbstractQueryBuilder.checkNegativeBoost; ``query`` is the query as it was before."""
    return IllegalArgumentException(
        f"negative [boost] are not allowed in [{query}], use a value between 0 and 1 to deboost"
    )
