"""What every query of Lucene can do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.scoring import doc_id
from fakeknn.view import Mask
from fakeknn.xcontent import java_float

ONE = np.float32(1.0)


def boosted(text: str, boost: np.float32) -> str:
    return text if boost == 1 else f"{text}^{java_float(boost)}"


class Node:
    """One Lucene query."""

    package = "org.apache.lucene.search"
    timers: tuple[str, ...] = ()
    """What a profile times of it beside what it times of all."""
    sums: tuple[str, ...] = ()
    """What a profile counts of it."""

    @property
    def java_class(self) -> str:
        """The name of its class, which some refusals tell."""
        return f"{self.package}.{type(self).__name__}"

    @property
    def type(self) -> str:
        """The class name that a profile shows."""
        return type(self).__name__

    def __str__(self) -> str:
        raise NotImplementedError

    def rewrite(self) -> Node:
        """Query.rewrite, until nothing changes."""
        return self

    def rewritten(self) -> Node:
        """IndexSearcher.rewrite."""
        node: Node = self
        while True:
            after = node.rewrite()
            if after is node or after == node:
                return node
            node = after

    def without_scores(self) -> Node:
        """The query where only the match counts."""
        return self

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        raise NotImplementedError

    def matches(self, ctx: ShardContext) -> Mask:
        """Which rows match, without scores."""
        return self.matched(ctx, ONE).mask

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        """Weight.explain where the score counts."""
        raise NotImplementedError

    def explain_match(self, ctx: ShardContext, row: int) -> Explanation:
        """Weight.explain where only the match counts: the cache of filters stands before it."""
        return constant_explanation(self, str(self), ctx, row, ONE)

    def explain_unscored(self, ctx: ShardContext, row: int) -> Explanation:
        """The same without the cache, as of a query that another makes a weight of itself."""
        return self.explain(ctx, row, ONE)

    def score_from(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        """Scorer.score behind Scorer.advance, which explanations do not ask where it has got to: a query that takes any
        document for a match (see ``forms.knn``) makes them tell the score of one further on."""
        found = self.matched(ctx, boost)
        following = np.flatnonzero(found.mask[row : ctx.segment(row)[1]])
        if not len(following):
            return self.exhausted(ctx, row, boost)
        at = row + int(following[0])
        if at != row:  # which may not have been scored
            found = self.matched(replace(ctx, visited=None).at(at), boost)
        return np.float32(found.score[at])

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        """Scorer.score behind the last document."""
        return np.float32(0)

    def weighed(self, ctx: ShardContext) -> str:
        """How the query of its weight writes itself."""
        return str(self)

    def children(self) -> Iterator[Node]:
        """The parts that a profile times by themselves."""
        return iter(())

    def unscored_children(self) -> Iterator[Node]:
        """The parts of it where no scores are wanted."""
        return self.children()

    def might_match_nested(self, ctx: ShardContext) -> bool:
        """NestedHelper.mightMatchNestedDocs."""
        return True


def constant_explanation(node: Node, text: str, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
    """ConstantScoreWeight.explain."""
    if node.matches(ctx)[row]:
        return Explanation(np.float32(boost), boosted(text, boost))
    return Explanation(np.float32(0), f"{text} doesn't match id {doc_id(ctx, row)}", match=False)


def in_nested(ctx: ShardContext, name: str) -> bool:
    if name.startswith("_"):
        return True
    return ctx.field(name) is not None and ctx.mapping.nested_parent(name) is not None
