"""The form of a knn query: how the plugin's and Lucene's queries of neighbours write and explain themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from fakeknn.errors import NotFaked, NullPointerException
from fakeknn.knn.java import fixed
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.request import Prepared
from fakeknn.knn.search import explain_faiss
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext, running
from fakeknn.query.forms.compounds import child_query
from fakeknn.query.knn import QUERY_VECTOR, Knn, chooses_objects, no_array
from fakeknn.query.lucene import (
    FILTER,
    MUST,
    ApproximateScoreQuery,
    BooleanQuery,
    ConstantScoreQuery,
    MatchAllDocsQuery,
    MatchNoDocsQuery,
    Node,
    Told,
)
from fakeknn.query.lucene.form import field_exists, form, lucene
from fakeknn.query.neighbors import Neighbors
from fakeknn.view import VectorColumn, place_of, places_of
from fakeknn.xcontent import java_float, java_hash

_MAX = np.finfo(np.float32).max

#: KNNMetrics: what a profile tells of the plugin's queries.
_TIMERS = ("ann_search", "bitset_creation", "exact_search", "graph_load")
_SUMS = ("cardinality",)


@lucene.register
def _(query: Knn, ctx: ShardContext) -> Node:
    target = query.target(ctx)
    if target is None:
        return MatchNoDocsQuery()
    kept = None if query.filter is None else _filter_form(query.filter, ctx)
    alone = query if query.boost == 1 else replace(query, boost=1.0)
    repeats = alone.repeats(ctx)
    same = id(alone) if repeats is None else repeats
    definition = target.definition
    prepared = alone.prepared(ctx, definition)
    chosen = None if kept is None else _with_vector(kept, query.field, ctx)
    if definition.engine == "lucene":
        inner, text = _lucene_texts(alone, definition, prepared, ctx, kept)
        return LuceneNeighbors(alone, same, definition, prepared, kept, chosen, text, inner)
    optimized = definition.memory_optimized(ctx.settings.get("index.knn.memory_optimized_search") == "true")
    whole = prepared.rescore is not None or bool(query.expand_nested_docs) or optimized
    return FaissNeighbors(alone, same, definition, prepared, kept, chosen, of_shard=query.k is not None and whole)


def _filter_form(query: Query, ctx: ShardContext) -> Node:
    """BaseQueryFactory.getFilterQuery."""
    documents = ctx.inside(None)
    if ctx.nested_path is None:
        return form(query, documents)
    if chooses_objects(query) and (query.path in ctx.mapping.objects or not query.ignore_unmapped):
        return child_query(query, documents)
    node = form(query, documents)
    if node.might_match_nested(documents):
        node = BooleanQuery(((MUST, node), (FILTER, field_exists(ctx, "_primary_term"))))
    return Told(query, "ToChildBlockJoinQuery", f"ToChildBlockJoinQuery ({node})", tuple(node.rewritten().children()))


def _with_vector(filtered: Node, name: str, ctx: ShardContext) -> Node:
    """What a filter and the vectors that there are choose from."""
    return BooleanQuery(((FILTER, filtered), (FILTER, field_exists(ctx, name))))


@dataclass(frozen=True)
class _Neighbors(Node):
    """A query of boost 1, with what it asks of its field and what its filter is built into."""

    query: Knn = field(compare=False)
    same: Any = field(repr=False)
    """What is equal of two of them (Query.repeats)."""
    definition: VectorDefinition = field(compare=False)
    prepared: Prepared = field(compare=False, repr=False)
    filtered: Node | None = field(compare=False)
    chosen: Node | None = field(compare=False)
    """What the filter and the vectors choose from."""

    def matched(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return self.query.matched(ctx, boost)

    def _found(self, ctx: ShardContext, row: int, boost: np.float32) -> tuple[Neighbors, np.float32 | None]:
        """The neighbours, and the row's score if it is one of them."""
        found = self.query.neighbors(ctx)
        place = place_of(found.rows, row)
        kept = place < len(found.rows) and found.rows[place] == row
        return found, np.float32(found.score[place] * boost) if kept else None

    def documents(self, ctx: ShardContext) -> str:
        """DocAndScoreQuery.toString, which is what has been found is rewritten to."""
        found = self.query.neighbors(ctx)
        if not len(found.rows):
            return str(MatchNoDocsQuery(""))
        score = found.score
        return f"DocAndScoreQuery[{found.rows[0]},...][{java_float(score[0])},...],{java_float(score.max())}"


def _matches_all(node: Node | None) -> bool:
    """Whether Lucene finds a filter to let everything through, which it then leaves out."""
    after = None if node is None else node.rewritten()
    if isinstance(after, ApproximateScoreQuery):
        after = after.original
    return isinstance(after, MatchAllDocsQuery)


def _missed(reason: str) -> Explanation:
    return Explanation(np.float32(0), reason, match=False)


# --- Lucene -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LuceneNeighbors(_Neighbors):
    """Lucene's own query, within the plugin's where it is rescored or expanded to all objects of a document."""

    text: str = field(compare=False)
    inner: str = field(compare=False)
    """How Lucene's own query of k writes itself."""

    @property
    def _rescored(self) -> bool:
        return self.prepared.rescore is not None and self.prepared.rescore.enabled

    @property
    def type(self) -> str:
        if self.query.k is not None:
            return "RescoreKNNVectorQuery" if self._rescored else "LuceneEngineKnnVectorQuery"
        if self.definition.data_type != "float":
            raise NotFaked("the profile of a [knn] query")
        return "FloatVectorSimilarityQuery"

    @property
    def timers(self) -> tuple[str, ...]:  # type: ignore[override]
        return _TIMERS if self._rescored else ()

    @property
    def sums(self) -> tuple[str, ...]:  # type: ignore[override]
        return _SUMS if self._rescored else ()

    def children(self) -> Iterator[Node]:
        if self.query.k is None:
            return iter(() if self.filtered is None else (ConstantScoreQuery(self.filtered).rewritten(),))
        parts: tuple[Node, ...] = ()
        if self.chosen is not None and not _matches_all(self.filtered):
            parts = tuple(self.chosen.rewritten().children())
        part = Told(self.query, self.inner.partition(":")[0], self.inner, parts)
        if self._rescored:
            part = Told(self.query, "LuceneEngineKnnVectorQuery", self.inner, (part,))
        return iter((part,))

    def __str__(self) -> str:
        return self.text

    def weighed(self, ctx: ShardContext) -> str:
        return self.text if self.query.k is None else self.documents(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        found, score = self._found(ctx, row, boost)
        chosen_by = None if self.filtered is None else self.filtered.rewritten()
        if isinstance(chosen_by, MatchNoDocsQuery):
            return _missed("" if self._rescored else chosen_by.reason)
        if self.query.k is None:
            return self._explain_radius(ctx, row, score)
        if not len(found.rows):
            return _missed("")
        if not self._rescored and not self.query.expand_nested_docs:
            if score is None:
                return _missed(f"not in top {len(found.rows)} docs")
            return Explanation(score, f"within top {len(found.rows)} docs")
        if score is None:
            return _missed(f"not in top {len(found.rows)}")
        # The plugin's own query is made without what it explains itself by.
        raise running(
            NullPointerException(
                'Cannot invoke "org.opensearch.knn.index.query.KNNWeight.explain('
                'org.apache.lucene.index.LeafReaderContext, int, float)" because "this.this$0.knnWeight" is null'
            )
        )

    def _explain_radius(self, ctx: ShardContext, row: int, score: np.float32 | None) -> Explanation:
        if score is not None:
            return Explanation(score, "Score above threshold")
        if self.query.filter is not None and not self.query.filtered(ctx)[row]:
            return _missed("Doc does not match the filter")
        target = self.query.target(ctx)
        column = None if target is None else ctx.column(target)
        assert isinstance(column, VectorColumn)
        start, end = places_of(column.rows, *ctx.segment(row))
        if start == end:
            return _missed("Not indexed as the correct vector field")
        place = place_of(column.rows, row)
        if place == len(column.rows) or column.rows[place] != row:
            return _missed("No vector found for doc")
        return _missed("Score below threshold")


def _lucene_texts(
    query: Knn, definition: VectorDefinition, prepared: Prepared, ctx: ShardContext, filtered: object
) -> tuple[str, str]:
    """How Lucene's own query writes itself, and the built one."""
    floats = definition.data_type == "float"
    kind, first = ("Float", query.vector[0]) if floats else ("Byte", int(query.vector[0]))
    if prepared.radius is not None:
        least = prepared.radius.min_score
        text = (
            f"{kind}VectorSimilarityQuery[field= target=[{fixed(first) if floats else first}...] "
            f"traversalSimilarity={fixed(np.float32(0.95) * least)} resultSimilarity={fixed(least)} "
            f"filter={filtered or 'null'}]"
        )
        return text, text
    assert query.k is not None
    ef = prepared.ef_search or ctx.setting("index.knn.algo_param.ef_search", 100)
    shown = java_float(first) if floats else str(first)
    tail = f"[{filtered}]" if filtered is not None else ""
    rescore = prepared.rescore if prepared.rescore is not None and prepared.rescore.enabled else None
    wanted = query.k if rescore is None else rescore.first_pass_k(query.k, definition.width)
    name, asked = f"OSKnn{kind}VectorQuery", max(wanted, ef)
    if ctx.nested_path is not None:
        name = f"OSDiversifyingChildren{kind}KnnVectorQuery"
        if query.expand_nested_docs:
            name, asked = f"InternalNestedKnn{kind}VectorQuery", 2**31 - 1
    text = inner = f"{name}:{query.field}[{shown},...][{asked}]{tail}"
    if query.expand_nested_docs:
        text = f"ExpandNestedDocsQuery[{query.field}]...{name}[{text}]"
    if rescore is not None:
        vector = f"[F@{java_hash(repr(query.vector)):x}" if floats else "null"
        text = f"RescoreKNNVectorQueryinnerQuery={text}field=, vector={vector}, k={query.k}, shardId={ctx.shard}]"
    return inner, text


# --- Faiss ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FaissNeighbors(_Neighbors):
    """The plugin's own query; ``of_shard`` where it brings the segments of a shard together itself."""

    of_shard: bool
    timers = _TIMERS

    @property
    def sums(self) -> tuple[str, ...]:  # type: ignore[override]
        return (*_SUMS, "num_nested_docs") if self.of_shard else _SUMS

    def children(self) -> Iterator[Node]:
        parts = () if self.chosen is None else (self.chosen.rewritten(),)
        return iter((replace(self, of_shard=False),) if self.of_shard else parts)

    @property
    def type(self) -> str:
        return "NativeEngineKnnVectorQuery" if self.of_shard else "KNNQuery"

    def __str__(self) -> str:
        return "NativeEngineKnnVectorQuery[]...KNNQuery[]" if self.of_shard else ""

    def weighed(self, ctx: ShardContext) -> str:
        return self.documents(ctx) if self.of_shard else str(self)

    def exhausted(self, ctx: ShardContext, row: int, boost: np.float32) -> np.float32:
        """TopDocsDISI.score behind its last document; where a segment has none, another scorer is asked."""
        start, end = ctx.segment(row)
        rows = self.query.neighbors(ctx).rows
        found = place_of(rows, start) < place_of(rows, end)
        return np.float32(_MAX * boost) if found and not self.of_shard else np.float32(0)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32) -> Explanation:
        """DocAndScoreQuery's, or else KNNWeight's, which takes any document for a match."""
        found, score = self._found(ctx, row, boost)
        if self.of_shard and score is None:
            return _missed(f"not in top {len(found.rows)}" if len(found.rows) else "")
        if self.prepared.rescore is not None and self.definition.data_type == "binary":
            raise no_array(QUERY_VECTOR)
        if not self.of_shard and score is not None and not self._still_ahead(ctx, row, found):
            score = None
        return self._told(ctx, row, found, score)

    def _still_ahead(self, ctx: ShardContext, row: int, found: Neighbors) -> bool:
        """Whether the scorer, which a weight keeps for all documents of a segment that it explains, comes to the row:
        it goes on by one neighbour at least."""
        start, end = ctx.segment(row)
        rows = found.rows[slice(*places_of(found.rows, start, end))]
        stands: dict[Any, int] = ctx.memo.setdefault("explained", {})
        at = max(stands.get((id(self), start), -1) + 1, place_of(rows, row))
        stands[id(self), start] = at
        return at < len(rows) and rows[at] == row

    def _told(self, ctx: ShardContext, row: int, found: Neighbors, score: np.float32 | None) -> Explanation:
        target = self.query.target(ctx)
        column = None if target is None else ctx.column(target)
        assert isinstance(column, VectorColumn)
        start, end = places_of(column.rows, *ctx.segment(row))
        leaf = next((leaf for leaf in found.leaves if (leaf.start, leaf.end) == (start, end)), None)
        place = place_of(column.rows, row)
        raw = None
        if leaf is not None and leaf.by_graph and score is not None:
            space = self.definition.space
            raw = float(space.distance(column.matrix[place : place + 1], self.prepared.row, one_by_one=True)[0])
        told = explain_faiss(
            0.0 if score is None else score,
            self.definition,
            None if leaf is None else leaf.decision,
            raw=raw,
            radius=None if self.prepared.radius is None else float(self.prepared.radius.raw),
            rescore=self.prepared.rescore,
            k=self.query.k,
            filtered=self.query.filter is not None,
            shard_level_rescoring_disabled=ctx.settings.get("index.knn.disk.vector.shard_level_rescoring_disabled")
            == "true",
        )
        return _explanation(told)


def _explanation(told: Mapping[str, Any]) -> Explanation:
    return Explanation(told["value"], told["description"], tuple(map(_explanation, told["details"])))
