"""The nearest vectors of a shard: its segments searched one by one, as the engines search them, and what they found
brought together.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.ann import Ann
from fakeknn.knn.construction import extend
from fakeknn.knn.counters import Counters
from fakeknn.knn.exact import Norms, best, exact_top, exact_top_of_parts, exact_within
from fakeknn.knn.hnsw import AcornGraph, FilteredGraph, Graph
from fakeknn.knn.measure import Measure
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.quantization import BinaryCodes, learned
from fakeknn.knn.request import Prepared
from fakeknn.knn.scalar_quantization import ScalarCodes
from fakeknn.knn.search import NO_THRESHOLD, Decision, Situation, Way, decide, fall_back
from fakeknn.knn.training import Trained
from fakeknn.query.context import ShardContext
from fakeknn.view import Mask, VectorColumn, View, place_of

Rows = NDArray[np.int32]

#: Positions in a column, ascending or best first, and their scores.
Found = tuple[NDArray[Any], NDArray[np.float32]]

NOTHING: Found = (np.empty(0, np.int32), np.empty(0, np.float32))


@dataclass(frozen=True, slots=True)
class Leaf:
    """A segment that was searched: its vectors stand from ``start`` to ``end`` in the column."""

    start: int
    end: int
    decision: Decision

    @property
    def by_graph(self) -> bool:
        return self.decision.uses_graph


@dataclass(frozen=True, slots=True)
class Neighbors:
    """What a search has kept of a shard: rows and their scores, and how its segments were searched."""

    rows: Rows
    score: NDArray[np.float32]
    leaves: Sequence[Leaf] = ()


@dataclass(slots=True)
class Search:
    """A search of one column. ``passing`` says which vectors the filter lets through, ``live`` which are not deleted
    (None: all).
    """

    ctx: ShardContext
    definition: VectorDefinition
    column: VectorColumn
    prepared: Prepared
    k: int | None
    live: Mask | None
    passing: Mask | None
    groups: Rows | None = None
    """Of nested fields: the document that each vector belongs to, of which only the best vector counts."""
    expanded: bool = False
    """Whether all vectors of the documents that are found shall be kept."""
    leaves: list[Leaf] = field(default_factory=list)

    @property
    def lucene(self) -> bool:
        return self.definition.engine == "lucene"

    @property
    def memory_optimized(self) -> bool:
        """Whether Lucene walks Faiss's graphs, whose segments then keep k each even when rescored."""
        return self.definition.memory_optimized(self.flag("index.knn.memory_optimized_search"))

    def flag(self, name: str) -> bool:
        return self.ctx.settings.get(name) == "true"

    @property
    def ann(self) -> Ann:
        return getattr(self.ctx.services, "ann", None) or _EXACT

    @property
    def counters(self) -> Counters | None:
        return getattr(self.ctx.services, "knn_counters", None)

    @property
    def ef_search(self) -> int:
        if self.prepared.ef_search is not None:
            return self.prepared.ef_search
        if self.lucene:
            return self.ctx.setting("index.knn.algo_param.ef_search", 100)
        return self.definition.ef_search

    @property
    def eligible(self) -> Mask | None:
        return self.live if self.passing is None else self.passing

    # -- the shard

    def nearest(self) -> Found:
        """The k nearest of the shard (Lucene, rescored) or of each segment (Faiss)."""
        assert self.k is not None
        rescore = self.prepared.rescore
        wanted = self.k
        if rescore is not None and rescore.enabled:
            one_by_one = self.flag("index.knn.disk.vector.shard_level_rescoring_disabled") and not self.lucene
            wanted = rescore.first_pass_k(self.k, self.definition.width, shard_level_rescoring_disabled=one_by_one)
        segments = list(self._segments(wanted))
        if self.ann.mode == "exact" and self.groups is None and not self._measures_codes:
            parts = self._measured(segments, wanted)
        else:
            parts = [self._leaf(start, end, wanted) for start, end in segments]
        of_shard = rescore is not None or self.expanded
        if self.lucene or (of_shard and not self.memory_optimized):
            return self._rescored(kept_of(parts, self.k, ties=self.expanded and not self.lucene))
        return _joined([kept_of([part], self.k) for part in parts])

    def _rescored(self, found: Found) -> Found:
        """What was found by codes, measured again if that is wanted."""
        places, score = found
        if self._measures_codes and self._rescores:
            score = self.definition.space.score(self.column.matrix[places], self.prepared.row, one_by_one=True)
        return places, score

    def _measured(self, segments: Sequence[tuple[int, int]], wanted: int) -> list[Found]:
        """The ``wanted`` nearest of each segment, where no graph is walked: all are measured in one go."""
        self.leaves.extend(
            Leaf(start, end, self._decided(self._situation(start, end, wanted))) for start, end in segments
        )
        return exact_top_of_parts(
            self.column.matrix,
            self.prepared.row,
            wanted,
            self.definition.space,
            segments,
            mask=self.eligible,
            norms=self._norms(slice(None)),
            one_by_one=self._one_by_one,
        )

    def within(self, limit: int | None) -> Found:
        """All inside the radius, at most ``limit`` of each segment."""
        return _joined([self._leaf_within(start, end, limit) for start, end in self._segments(None)])

    def siblings(self, places: NDArray[Any]) -> Found:
        """All eligible vectors of the documents that these vectors belong to."""
        assert self.groups is not None
        related = np.isin(self.groups, self.groups[places])
        chosen = np.flatnonzero(related if self.eligible is None else related & self.eligible)
        if not self._measures_codes or self._rescores:
            score = self.definition.space.score(self.column.matrix[chosen], self.prepared.row, one_by_one=True)
            return chosen, score
        parts = []
        for start, end in segments_of(self.column, self.ctx.view):
            here = chosen[(chosen >= start) & (chosen < end)]
            parts.append(self._codes(start, end).score(here - start, self.prepared.row))
        return chosen, np.concatenate(parts)

    def _segments(self, wanted: int | None) -> Iterator[tuple[int, int]]:
        """The segments that have vectors. Measuring everything, Lucene's need not be told apart."""
        size = len(self.column.rows)
        if self.lucene and self.ann.mode == "exact" and not self._measures_codes:
            if size:
                yield 0, size
            return
        yield from segments_of(self.column, self.ctx.view)

    # -- a segment

    def _situation(self, start: int, end: int, wanted: int | None) -> Situation:
        setting = self.ctx.setting
        vectors = end - start
        walks = self.ann.walks(vectors)
        if self.lucene:
            k = None if wanted is None else max(wanted, self.ef_search)
            share = self._share(start, end)
        else:
            least = setting("index.knn.advanced.approximate_threshold", 0)
            walks = walks and least >= 0 and vectors >= least
            k, share = self.k, 1.0
        return Situation(
            engine="lucene" if self.lucene else "faiss",
            vectors=vectors,
            dimension=self.definition.dimension,
            k=k,
            passing=None if self.passing is None else int(np.count_nonzero(self.passing[start:end])),
            share=share,
            has_graph=walks,
            filtered_exact_search_threshold=setting("index.knn.advanced.filtered_exact_search_threshold", NO_THRESHOLD),
            disable_exact_search=self.flag("index.knn.faiss.efficient_filter.disable_exact_search"),
        )

    @staticmethod
    def _decided(situation: Situation) -> Decision:
        """What the engine would do, but for a graph that there is not."""
        decision = decide(situation)
        if decision.uses_graph and not situation.has_graph:
            return replace(decision, way=Way.EXACT, reason="there is no graph")
        return decision

    def _share(self, start: int, end: int) -> float:
        """The segment's part of the shard's documents."""
        bounds = self.ctx.view.segments
        if end - start == len(self.column.rows):
            return 1.0
        place = int(np.searchsorted(bounds, self.column.rows[start], side="right"))
        return float(bounds[place] - bounds[place - 1]) / max(self.ctx.n, 1)

    @property
    def _measures_codes(self) -> bool:
        """Whether vectors are compared by what the encoder has left of them.

        These are the bits of Faiss's ``binary``, unless it rescores, and the bytes of Lucene's ``sq``, that rescores
        the k which it has found by them.
        """
        encoder = self.definition.encoder
        if encoder is None:
            return False
        if self.lucene:
            return encoder.name == "sq"
        return self.definition.quantized and not self._rescores

    @property
    def _rescores(self) -> bool:
        rescore = self.prepared.rescore
        return rescore is not None and rescore.enabled

    def _codes(self, start: int, end: int) -> BinaryCodes | ScalarCodes:
        """What the encoder has left of a segment's vectors."""
        kept: dict[tuple[int, int], BinaryCodes | ScalarCodes] = self.column.shared.setdefault("codes", {})
        found = kept.get((start, end))
        if found is None:
            matrix, encoder = self.column.matrix[start:end], self.definition.encoder
            assert encoder is not None
            if self.lucene:
                bits, interval = int(encoder.get("bits", 7)), encoder.get("confidence_interval")
                found = ScalarCodes.of(matrix, self.definition.space, bits, interval)
            else:
                rotates = bool(encoder.get("random_rotation"))
                quantizer = learned(matrix, int(encoder.get("bits", 1)), self.ann.seed, rotates=rotates)
                space = self.definition.space if encoder.get("enable_adc") else None
                found = BinaryCodes(quantizer, quantizer.codes(matrix), space)
            kept[start, end] = found
        return found

    def _coded(self, start: int, end: int, eligible: Mask | None) -> Found:
        """The eligible vectors of a segment, of a document that they belong to the best, and their codes' scores."""
        among = np.arange(end - start) if eligible is None else np.flatnonzero(eligible)
        score = self._codes(start, end).score(among, self.prepared.row)
        if self.groups is not None and not (self.lucene and self.k is None):  # all within Lucene's radius are found
            firsts = best_of_groups(self.groups[start:end][among], score)
            among, score = among[firsts], score[firsts]
        return among, score

    def _leaf(self, start: int, end: int, wanted: int) -> Found:
        """The ``wanted`` nearest of a segment, best first."""

        if self._measures_codes:
            return self._searched(start, end, wanted, None, lambda mask: best(*self._coded(start, end, mask), wanted))

        def by_graph(graph: Graph, decision: Decision) -> Found:
            ef = decision.k or wanted if self.lucene else max(self.ef_search, wanted)
            ask = ef if self.lucene else wanted
            return self._by_graph(graph, start, end, ask, ef)

        return self._searched(start, end, wanted, by_graph, lambda mask: self._exact_top(start, end, wanted, mask))

    def _leaf_within(self, start: int, end: int, limit: int | None) -> Found:
        """What is inside the radius of a segment, best first."""
        radius = self.prepared.radius
        assert radius is not None
        part = slice(start, end)

        def by_graph(graph: Graph, decision: Decision) -> Found:
            found = graph.within(
                self.prepared.row, radius, self.ef_search, one_by_one=not self.lucene, native=not self.lucene
            )
            return best(*found, len(found[0]) if limit is None else limit)

        def exact(mask: Mask | None) -> Found:
            return exact_within(
                self.column.matrix[part],
                self.prepared.row,
                radius,
                self.definition.space,
                mask=mask,
                norms=self._norms(part),
                one_by_one=self._one_by_one,
                limit=limit,
            )

        def coded(mask: Mask | None) -> Found:
            rows, score = self._coded(start, end, mask)
            inside = score >= radius.min_score
            return best(rows[inside], score[inside], len(rows) if limit is None else limit)

        if self._measures_codes:
            return self._searched(start, end, None, None, coded)
        return self._searched(start, end, None, by_graph, exact)

    def _searched(
        self,
        start: int,
        end: int,
        wanted: int | None,
        by_graph: Callable[[Graph, Decision], Found] | None,
        exact: Callable[[Mask | None], Found],
    ) -> Found:
        situation = self._situation(start, end, wanted)
        decision = self._decided(situation)
        eligible = None if self.eligible is None else self.eligible[start:end]
        found = NOTHING
        if decision.uses_graph:
            counters = self.counters
            if counters is not None and not self.lucene:
                counters.graph_query_requests += 1
            complete = True
            if by_graph is None:
                found = exact(eligible)
            elif self._trained is not None:
                found = exact(self._probed(self._trained, start, end, eligible))
            else:
                cached = None if self.memory_optimized else counters
                whole = graph_of(self.definition, self.column, start, end, self.ann, cached)
                graph = self._filtered(whole, eligible, decision)
                found = by_graph(graph, decision)
                complete = not isinstance(graph, FilteredGraph) or graph.complete
            decision = fall_back(situation, decision, len(found[0]), complete=complete) or decision
        if decision.way is Way.EXACT:
            found = exact(eligible)
        self.leaves.append(Leaf(start, end, decision))
        return found[0] + start, found[1]

    @property
    def _trained(self) -> Trained | None:
        """What ``ivf`` looks its lists up in."""
        trained = self.definition.trained
        return None if trained is None or trained.centres is None else trained

    def _probed(self, trained: Trained, start: int, end: int, eligible: Mask | None) -> Mask:
        """bool[end - start]: the eligible vectors of the lists that are nearest to the query."""
        kept: dict[tuple[int, int], Any] = self.column.shared.setdefault("lists", {})
        lists = kept.get((start, end))
        if lists is None:
            lists = kept[start, end] = trained.lists(self.column.matrix[start:end])
        component = self.definition.component
        nprobes = self.prepared.nprobes or int(component.get("nprobes", 1) if component else 1)
        probed: Mask = np.isin(lists, trained.probed(self.prepared.row, nprobes))
        return probed if eligible is None else probed & eligible

    @staticmethod
    def _filtered(graph: Graph, accept: Mask | None, decision: Decision) -> Graph:
        """The graph as a search walks it that may not find everything."""
        if accept is None or (decision.way is Way.GRAPH and accept.all()):
            return graph
        return (AcornGraph if decision.way is Way.ACORN else FilteredGraph)(graph, accept, decision.visit_limit)

    def _by_graph(self, graph: Graph, start: int, end: int, k: int, ef: int) -> Found:
        """The k nearest that a walk finds; of nested fields as many documents, for which it goes on if need be."""
        while True:
            rows, score = graph.top(self.prepared.row[None], k, ef, one_by_one=not self.lucene)[0]
            if self.groups is None:
                return rows, score
            firsts = best_of_groups(self.groups[start:end][rows], score)
            if len(firsts) >= min(k, self.k or k) or len(rows) < k or k >= end - start:
                return rows[firsts], score[firsts]
            k, ef = 2 * k, max(ef, 2 * k)

    def _exact_top(self, start: int, end: int, k: int, eligible: Mask | None) -> Found:
        part = slice(start, end)
        if self.groups is not None:
            among = np.arange(end - start) if eligible is None else np.flatnonzero(eligible)
            score = self.definition.space.score(self.column.matrix[part][among], self.prepared.row, one_by_one=True)
            firsts = best_of_groups(self.groups[part][among], score)
            return best(among[firsts], score[firsts], k)
        return exact_top(
            self.column.matrix[part],
            self.prepared.row,
            k,
            self.definition.space,
            mask=eligible,
            norms=self._norms(part),
            one_by_one=self._one_by_one,
        )

    @property
    def _one_by_one(self) -> bool:
        """Lucene measures a batch of vectors when it walks its graph, and one by one when a filter leaves few."""
        return not self.lucene or self.passing is not None

    def _norms(self, part: slice) -> Norms:
        """The vectors' lengths, which grow with the column's buffer and are kept there."""
        shared, matrix = self.column.shared, self.column.matrix
        norms = shared.get("norms")
        if norms is None or len(norms.squares) < len(matrix):
            norms = shared["norms"] = Norms.of(matrix) if norms is None else norms.extended(matrix)
        return Norms(norms.squares[part], norms.greatest, norms.least)


def segments_of(column: VectorColumn, view: View) -> Iterator[tuple[int, int]]:
    """From and to which positions the vectors of each segment stand, of those that have any."""
    bounds = [place_of(column.rows, bound) for bound in view.segments.tolist()]
    return ((a, b) for a, b in pairwise(bounds) if b > a)


def graph_of(
    definition: VectorDefinition, column: VectorColumn, start: int, end: int, ann: Ann, counters: Counters | None
) -> Graph:
    """The graph of a segment: built when it is first wanted, and extended when its segment has grown by a merge.

    Faiss's are loaded from disk into a cache, whose hits and misses are counted.
    """
    graphs = cached_graphs(column)
    graph = graphs.get((start, end))
    cached = definition.engine != "lucene" and counters is not None
    if graph is not None:
        if cached:
            counters.hit_count += 1  # type: ignore[union-attr]
        return graph
    began = time.perf_counter_ns()
    matrix = column.matrix[start:end]
    prefix = max((key for key in graphs if key[0] == start and key[1] < end), default=None)
    if prefix is not None:
        graph = graphs.pop(prefix)
    else:
        measure = Measure(definition.space, matrix[:0])
        graph = Graph(measure, m=definition.m, ef_construction=definition.ef_construction, seed=ann.seed)
    extend(graph, matrix)
    graphs[start, end] = graph
    if cached:
        counters.loaded(time.perf_counter_ns() - began)  # type: ignore[union-attr]
    return graph


def cached_graphs(column: VectorColumn) -> dict[tuple[int, int], Graph]:
    """The graphs that there are of a column, by the positions from and to which they reach."""
    graphs: dict[tuple[int, int], Graph] = column.shared.setdefault("graphs", {})
    return graphs


_EXACT = Ann()


def kept_of(parts: Sequence[Found], k: int, *, ties: bool = False) -> Found:
    """The k best of several parts, in the order of the column; of equals the first, or with ``ties`` all that are as
    good as the last (ResultUtil.reduceToTopK)."""
    places, score = _joined(parts)
    if len(places) <= k:
        return places, score
    least = np.partition(score, len(score) - k)[len(score) - k]
    above = score > least
    if ties:
        above |= score == least
        return places[above], score[above]
    level = np.flatnonzero(score == least)
    above[level[: k - np.count_nonzero(above)]] = True
    return places[above], score[above]


def _joined(parts: Sequence[Found]) -> Found:
    """Several parts as one, in the order of the column."""
    if not parts:
        return NOTHING
    places = np.concatenate([part[0] for part in parts])
    order = np.argsort(places, kind="stable")
    return places[order], np.concatenate([part[1] for part in parts])[order]


def best_of_groups(groups: Rows, score: NDArray[np.float32]) -> NDArray[np.int64]:
    """Positions of each group's highest score, groups ascending; of equals the first."""
    order = np.lexsort((np.arange(len(groups)), -score, groups))
    firsts = order[np.flatnonzero(np.diff(groups[order], prepend=-1))]
    return firsts.astype(np.int64)
