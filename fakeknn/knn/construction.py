"""Building an HNSW graph: the paper's algorithm 1, a block of nodes at a time.

A node's candidates are the nearest of the nodes inserted before it. While these are few, one matrix product finds them
all, exactly; later they come from a search of the graph built so far, the nodes of a block in lock-step, and from a
product within the block, whose nodes the graph does not know yet. So the cost grows as n log n. Links are then chosen
by ``select_diverse``, and each is followed back: a node that comes to have too many chooses among them anew.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats
from fakeknn.knn.hnsw import NOTHING, NOWHERE, BaseLayer, Graph, Layer, Pool, Rows, nearest, packed, rows_of
from fakeknn.knn.measure import Measure
from fakeknn.knn.spaces import Mask, Matrix

_BY_PRODUCT = 1 << 14  # nodes up to which a product is quicker than a search
_PRODUCT_BLOCK = 1 << 10
_MARKS = 1 << 26  # bytes that the marks of a block's search may take
_CHOICES = 1 << 9  # nodes that choose their links at a time


def extend(graph: Graph, matrix: Matrix, squares: Floats | None = None) -> None:
    """Insert the rows that a matrix has beyond those in the graph; ``squares`` are the squared lengths of all."""
    graph.measure.exchange(matrix, squares)
    for rows in _blocks(graph.size, len(matrix)):
        _insert(graph, rows)
    for layer in graph.layers:
        _shrink(graph.measure, layer)
        _connect(layer, graph.entry)
        layer.narrow()
    graph.forget_marks()


def _blocks(start: int, end: int) -> Iterator[Rows]:
    while start < end:
        size = _PRODUCT_BLOCK if start < _BY_PRODUCT else max(64, min(_PRODUCT_BLOCK, _MARKS // start))
        yield np.arange(start, min(start + size, end), dtype=np.int32)
        start += size


def levels(rows: Rows, m: int, seed: int) -> NDArray[np.intp]:
    """The highest level of each row: a node of one level is on the next with probability 1 / m.

    Drawn from the row's number (by SplitMix64), so that it does not matter in how many parts a graph is built.
    """
    bits = (rows.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(seed)
    bits = (bits ^ bits >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ bits >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    uniform = ((bits ^ bits >> np.uint64(31)) >> np.uint64(11)).astype(np.float64) * 2.0**-53
    tops: NDArray[np.intp] = (-np.log(1.0 - uniform) / np.log(max(m, 2))).astype(np.intp)
    return tops


def _insert(graph: Graph, rows: Rows) -> None:
    """Insert a block of rows, which follow those in the graph."""
    tops = levels(rows, graph.m, graph.seed)
    while len(graph.layers) <= tops.max():
        graph.layers.append(Layer(graph.m, slack=graph.m) if graph.layers else BaseLayer(2 * graph.m, slack=graph.m))
    new = [rows[tops >= level] for level in range(len(graph.layers))]
    pools = [_candidates(graph, level, new[level]) for level in range(len(graph.layers))]
    for layer, nodes, pool in zip(graph.layers, new, pools, strict=True):
        layer.widen()
        chosen, lengths = _choose(graph.measure, nodes, pool, layer.limit)
        layer.add(nodes)
        layer.put(layer.places(nodes), chosen)
        _link_back(graph.measure, layer, nodes, chosen, lengths)
    if graph.entry == NOWHERE or len(graph.layers) > graph.height:
        graph.entry = int(rows[tops.argmax()])
        graph.height = len(graph.layers)
    graph.size += len(rows)


def _candidates(graph: Graph, level: int, rows: Rows) -> Pool:
    """For each new row, the nearest ``ef_construction`` nodes of a level that were inserted before it."""
    measure, layer, ef = graph.measure, graph.layers[level], graph.ef_construction
    queries = measure.rows_as_queries(rows)
    within = measure.to_all(queries, rows)
    within[np.triu_indices(len(rows))] = np.inf  # a row is not its own candidate, nor do later ones count
    block = _pool(within, rows, ef)
    if not layer.size:
        return block
    if layer.size <= _BY_PRODUCT:
        before = _pool(measure.to_all(queries, layer.nodes), layer.nodes, ef)
    else:
        before = graph.search_level(queries, graph.find_entry_point(queries, level), ef, level)
    return nearest(before, block, ef)


def _pool(distances: Floats, rows: Rows, ef: int) -> Pool:
    """The ``ef`` nearest of all rows, for each line of distances."""
    if ef < distances.shape[1]:
        places = np.argpartition(distances, ef - 1, axis=1)[:, :ef]
        distances, chosen = np.take_along_axis(distances, places, axis=1), rows[places]
    else:
        chosen = np.broadcast_to(rows, distances.shape)
    pool = packed(distances, chosen)
    pool[np.isinf(distances)] = NOTHING
    pool.sort(axis=1)
    return pool


# --- links ------------------------------------------------------------------------------------------------------------


def select_diverse(distances: Floats, among: Floats, limit: int) -> Mask:
    """Which candidates a node links to: the nearest, then always the next that is nearer to it than to any chosen one.

    ``distances`` (nodes, candidates) ascend, infinite where there is no candidate; ``among`` (nodes, candidates,
    candidates) are those between the candidates. All nodes choose together, a link at a time.
    """
    nodes = np.arange(len(distances))
    waiting = np.isfinite(distances)
    chosen = np.zeros_like(waiting)
    for _ in range(limit):
        first = waiting.argmax(axis=1)
        chosen[nodes, first] |= waiting[nodes, first]
        waiting &= among[nodes, first] > distances
        waiting[nodes, first] = False
        if not waiting.any():
            break
    return chosen


def _choose(measure: Measure, rows: Rows, pool: Pool, limit: int) -> tuple[Rows, Floats]:
    """The links that nodes choose from pools of candidates, and how long they are; (rows, limit) each."""
    links = np.full((len(rows), limit), NOWHERE, dtype=np.int32)
    lengths = np.full((len(rows), limit), np.inf, dtype=np.float32)
    for start in range(0, len(rows), _CHOICES):
        part = slice(start, start + _CHOICES)
        candidates = rows_of(pool[part])
        distances = measure.distances(measure.rows_as_queries(rows[part]), candidates)
        distances[candidates == NOWHERE] = np.inf
        node, place = np.nonzero(select_diverse(distances, measure.among(candidates), limit))
        column = np.arange(len(node)) - np.searchsorted(node, node)
        links[start + node, column] = candidates[node, place]
        lengths[start + node, column] = distances[node, place]
    return links, lengths


def _link_back(measure: Measure, layer: Layer, rows: Rows, links: Rows, lengths: Floats) -> None:
    """Give each node that new rows link to a link back, the nearest first; where there is no room it chooses anew."""
    source, column = np.nonzero(links != NOWHERE)
    order = np.lexsort((lengths[source, column], links[source, column]))
    origin, target = rows[source[order]], links[source[order], column[order]]
    nodes, first, count = np.unique(target, return_index=True, return_counts=True)
    rank = np.arange(len(target)) - np.repeat(first, count)
    kept = rank < 2 * layer.limit
    incoming = np.full((len(nodes), 2 * layer.limit), NOWHERE, dtype=np.int32)
    incoming[np.repeat(np.arange(len(nodes)), count)[kept], rank[kept]] = origin[kept]
    incoming = incoming[:, : min(2 * layer.limit, int(count.max(initial=0)))]

    places = layer.places(nodes)
    present = layer.links_at(places)
    used = (present != NOWHERE).sum(axis=1)
    fits = used + np.minimum(count, incoming.shape[1]) <= present.shape[1]
    node, column = np.nonzero(incoming[fits] != NOWHERE)
    present[np.flatnonzero(fits)[node], used[fits][node] + column] = incoming[fits][node, column]
    layer.put(places[fits], present[fits])
    _choose_anew(measure, layer, nodes[~fits], np.concatenate((present[~fits], incoming[~fits]), axis=1))


def _choose_anew(measure: Measure, layer: Layer, nodes: Rows, candidates: Rows) -> None:
    for start in range(0, len(nodes), _CHOICES):
        part = slice(start, start + _CHOICES)
        distances = measure.distances(measure.rows_as_queries(nodes[part]), candidates[part])
        pool = packed(distances, candidates[part])
        pool[candidates[part] == NOWHERE] = NOTHING
        pool.sort(axis=1)
        layer.put(layer.places(nodes[part]), _choose(measure, nodes[part], pool, layer.limit)[0])


def _shrink(measure: Measure, layer: Layer) -> None:
    """Let the nodes that have more links than their limit choose among them."""
    too_many = layer.overfull()
    _choose_anew(measure, layer, layer.nodes[too_many], layer.links_at(too_many))


def _connect(layer: Layer, entry: int) -> None:
    """Link to the nodes that no path leads to (as Lucene's ``connectComponents``): many equal vectors leave such.

    Nodes that themselves link to the same node are hung below it in a chain.
    """
    while not (reached := _reached(layer, entry)).all():
        lost = layer.nodes[~reached]
        links = layer.neighbors(lost)
        near = np.where(links == NOWHERE, False, reached[layer.places(links)])
        parent = np.where(near.any(axis=1), links[np.arange(len(lost)), near.argmax(axis=1)], NOWHERE)
        if (parent == NOWHERE).all():
            parent[0] = entry
        lost, parent = lost[parent != NOWHERE], parent[parent != NOWHERE]
        order = np.argsort(parent, kind="stable")
        lost, parent = lost[order], parent[order]
        parent[1:] = np.where(parent[1:] == parent[:-1], lost[:-1], parent[1:])
        layer.link(layer.places(parent), lost)


def _reached(layer: Layer, entry: int) -> Mask:
    """The places of nodes to which a path leads."""
    reached = np.zeros(layer.size + 1, dtype=np.bool_)
    frontier = layer.places(np.array([entry], dtype=np.int32))
    reached[[-1, *frontier]] = True
    while len(frontier):
        near = np.zeros_like(reached)
        near[layer.places(layer.neighbors(layer.nodes[frontier]).ravel())] = True
        frontier = np.flatnonzero(near & ~reached)
        reached[frontier] = True
    return reached[:-1]
