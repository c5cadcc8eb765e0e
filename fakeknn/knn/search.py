"""How one segment is searched: exactly, by the graph, or by the graph with a filter, as the engines decide.

``decide`` is given numbers and answers with a decision and its reason; it touches no vector. After a graph search,
``fall_back`` says whether the engine then measures everything after all. The texts of explanations stand here too, for
they tell the decision again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from math import log, sqrt
from typing import Any

import numpy as np

from fakeknn.knn.java import double_text
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.request import Rescore
from fakeknn.knn.spaces import Engine

MAX_DISTANCE_COMPUTATIONS = 2_048_000
NO_THRESHOLD = -1
ACORN_SHARE = 0.4
"""From 60 % filtered out, a filtered graph search looks at the neighbours of neighbours."""

_LAMBDA = 16  # Lucene's constant: standard deviations by which a segment's part of k is exceeded


class Way(Enum):
    """How a segment is searched."""

    NOTHING = "nothing"
    EXACT = "exact"
    GRAPH = "graph"
    FILTERED_GRAPH = "filtered graph"
    ACORN = "filtered graph, neighbours of neighbours"


@dataclass(frozen=True, slots=True)
class Situation:
    """What decides how a segment is searched."""

    engine: Engine
    vectors: int
    """How many documents of the segment have the field."""
    dimension: int
    """That of the query, in bits for binary vectors."""
    k: int | None
    """How many are to be found; for Lucene max(k, ef_search), for a first pass that one's k; None for a radius."""
    passing: int | None = None
    """How many of the vectors pass the filter; None without a filter."""
    share: float = 1.0
    """The segment's part of the shard's documents (Lucene)."""
    has_graph: bool = True
    """Faiss builds none for a segment with fewer vectors than ``approximate_threshold``."""
    filtered_exact_search_threshold: int = NO_THRESHOLD
    disable_exact_search: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """How a segment is searched, and why."""

    way: Way
    reason: str
    k: int | None
    """How many the segment is asked for."""
    visit_limit: int | None = None
    """How many vectors the graph search may measure before it is given up (Lucene)."""
    explanation: str = "Approximate-NN"
    """What the plugin's explanation says of it (Faiss)."""

    @property
    def uses_graph(self) -> bool:
        return self.way in (Way.GRAPH, Way.FILTERED_GRAPH, Way.ACORN)


def decide(situation: Situation) -> Decision:
    """How the engine searches this segment first."""
    return (_decide_lucene if situation.engine == "lucene" else _decide_faiss)(situation)


def fall_back(situation: Situation, decision: Decision, found: int, *, complete: bool = True) -> Decision | None:
    """What the engine does after a graph search that found so many, if not content: measure everything.

    ``complete`` is whether the search ended by itself, not at the visit limit.
    """
    if not decision.uses_graph or situation.passing is None:
        return None
    if situation.engine == "lucene":
        return _fall_back_lucene(decision, found, complete)
    return _too_few_found(situation, decision, found)


# --- Lucene -----------------------------------------------------------------------------------------------------------


def _decide_lucene(situation: Situation) -> Decision:
    """``AbstractKnnVectorQuery.getLeafResults`` and ``Lucene99HnswVectorsReader.search``."""
    passing = situation.vectors if situation.passing is None else situation.passing
    k = None if situation.k is None else leaf_k(situation.k, situation.share)
    if passing == 0:
        return Decision(Way.NOTHING, "no vector to find", k)
    if k is None:
        return _by_graph(situation, k, situation.passing)
    if situation.passing is not None and passing <= k:
        return Decision(Way.EXACT, f"{passing} pass the filter, no more than the {k} wanted", k)
    expected = int(log(max(situation.vectors, 1)) * k)
    if k >= situation.vectors or expected >= passing:
        return Decision(Way.EXACT, f"the graph would measure some {expected} of {passing} vectors", k)
    return _by_graph(situation, k, None if situation.passing is None else passing + 1)


def leaf_k(k: int, share: float) -> int:
    """How many of k neighbours a segment with this share of the shard's documents is asked for."""
    part = np.float32(k) * np.float32(share)
    spread = _LAMBDA * sqrt(max(0.0, float(part * (1 - np.float32(share)))))
    return min(k, max(1, int(float(part) + spread)))


def _by_graph(situation: Situation, k: int | None, visit_limit: int | None) -> Decision:
    if situation.passing is None or situation.passing >= situation.vectors:
        return Decision(Way.GRAPH, "nothing is filtered out", k, visit_limit)
    share = situation.passing / situation.vectors
    way = Way.ACORN if share <= ACORN_SHARE else Way.FILTERED_GRAPH
    return Decision(way, f"{100 * share:.3g} % pass the filter", k, visit_limit)


def _fall_back_lucene(decision: Decision, found: int, complete: bool) -> Decision | None:
    if not complete:
        reason = "the graph search measured as many vectors as pass the filter"
    elif decision.k is not None and found < decision.k:
        reason = f"the graph search found {found} of {decision.k}"
    else:
        return None
    return replace(decision, way=Way.EXACT, reason=reason, visit_limit=None)


# --- Faiss ------------------------------------------------------------------------------------------------------------


def _decide_faiss(situation: Situation) -> Decision:
    """``KNNWeight.searchLeaf``."""
    k = situation.k
    if situation.vectors == 0:
        return Decision(Way.NOTHING, "no vector to find", k, explanation="")
    few = _few_pass(situation)
    if situation.passing == 0:
        return Decision(Way.NOTHING, "no vector to find", k, explanation=f"Exact since {few}" if few else "")
    if few is not None:
        return _exact(k, few)
    if not situation.has_graph:
        exact = _exact(k, "no native engine files are available")
        # The graph that is not there has found nothing: the plugin tells of that too, without a space between.
        again = _too_few_found(situation, exact, 0)
        return exact if again is None else replace(exact, explanation=exact.explanation + again.explanation)
    return _by_graph(situation, k, None)


def _few_pass(situation: Situation) -> str | None:
    """Why measuring all that passes the filter is preferred to a walk; None if it is not."""
    k, passing, threshold = situation.k, situation.passing, situation.filtered_exact_search_threshold
    if passing is None:
        return None
    if k is not None and passing <= k:
        return f"filteredIds = {passing} is less than or equal to K = {k}"
    if threshold != NO_THRESHOLD:
        if threshold < passing:
            return None
        return (
            f"filtered threshold value = {threshold} is greater than or equal to estimated distance "
            f"computations = {passing}"
        )
    cost = passing * situation.dimension
    if cost > MAX_DISTANCE_COMPUTATIONS:
        return None
    return (
        f"max distance computation = {MAX_DISTANCE_COMPUTATIONS} is greater than or equal to estimated "
        f"distance computations = {cost}"
    )


def _exact(k: int | None, reason: str) -> Decision:
    return Decision(Way.EXACT, reason, k, explanation=f"Exact since {reason}")


def _too_few_found(situation: Situation, decision: Decision, found: int) -> Decision | None:
    k, passing = situation.k, situation.passing
    if k is None or passing is None or passing < k or found >= k:
        return None
    if situation.disable_exact_search:
        return replace(
            decision,
            reason=f"{decision.reason}; {found} of {k} found, but the return to exact search is disabled",
            explanation="Approximate-NN, it is not falling back to exact search after Approximate-NN search since "
            "exact search is disabled,",
        )
    return _exact(
        k,
        f"the number of documents returned are less than K = {k} and there are more than K filtered Ids = {passing}",
    )


# --- explanations -----------------------------------------------------------------------------------------------------


def explain_lucene(score: float, kept: int | None) -> dict[str, Any]:
    """The explanation of a hit: of the ``kept`` nearest of its shard, or (None) within a radius."""
    description = "Score above threshold" if kept is None else f"within top {kept} docs"
    return {"value": score, "description": description, "details": []}


def explain_faiss(
    score: float | np.floating[Any],
    definition: VectorDefinition,
    decision: Decision | None,
    *,
    raw: float | None = None,
    radius: float | None = None,
    rescore: Rescore | None = None,
    k: int | None = None,
    filtered: bool = False,
    shard_level_rescoring_disabled: bool = False,
) -> dict[str, Any]:
    """The explanation of a hit: how its shard was searched, how its segment was, and (of a graph search) its raw value.

    ``decision`` is None for a segment without the field; ``raw`` is the space's raw value where a graph found the hit,
    ``k`` the query's.
    """
    if rescore is not None:
        how = _disk_based(definition, rescore, k or 0, shard_level_rescoring_disabled or not rescore.enabled)
    elif radius is not None:
        how = f"Radial with the radius of {double_text(np.float32(radius))}"
    else:
        how = "Approximate-NN"
    if decision is not None:
        why = decision.explanation
    else:  # nobody asks there what passes a filter
        few = _few_pass(Situation("faiss", 0, definition.width, k, passing=0)) if filtered else None
        why = f"Exact since {few}" if few else ""
    leaf = f"the type of knn search executed at leaf was {why} with vectorDataType = {definition.data_type.upper()}"
    if decision is not None:
        leaf += f", spaceType = {definition.space.name}"
    details: list[Mapping[str, Any]] = []
    if raw is not None and rescore is None:
        shown = -raw if definition.space.name == "innerproduct" else raw
        leaf += f" where score is computed as {definition.space.explain(shown)} from:"
        details = [{"value": shown, "description": "rawScore, returned from FAISS library", "details": []}]
    return {
        "value": score,
        "description": f"the type of knn search executed was {how}",
        "details": [{"value": score, "description": leaf, "details": details}],
    }


def _disk_based(definition: VectorDefinition, rescore: Rescore, k: int, disabled: bool) -> str:
    first = rescore.first_pass_k(k, definition.width, shard_level_rescoring_disabled=disabled)
    factor = rescore.factor(definition.width, shard_level_rescoring_disabled=disabled)
    return (
        f"Disk-based and the first pass k was {first} with vector dimension of {definition.width}, over sampling "
        f"factor of {double_text(np.float32(factor))}, shard level rescoring {'disabled' if disabled else 'enabled'}"
    )
