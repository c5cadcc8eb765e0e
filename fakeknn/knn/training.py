"""What a model is trained to know: the centres of inverted lists (``ivf``) and the codebooks of a product quantiser.

Both come of Lloyd's k-means, begun at vectors drawn by a seed, as in Faiss: ten rounds for lists, 25 for codebooks.
"""

from __future__ import annotations

import io
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.arithmetic import Floats
from fakeknn.knn.component import Component
from fakeknn.knn.spaces import Matrix

_LIST_ROUNDS, _CODE_ROUNDS = 10, 25
_BLOCK = 1 << 14  # vectors that are assigned at a time


@dataclass(frozen=True, slots=True)
class Trained:
    """``centres`` (lists, dimension), None for ``hnsw``; ``codebooks`` (m, codes, dimension / m), None without pq."""

    centres: Floats | None = None
    codebooks: Floats | None = None

    def blob(self) -> bytes:
        """The model's bytes. Not Faiss's: nobody but the one who wrote them reads them."""
        out = io.BytesIO()
        parts = {"centres": self.centres, "codebooks": self.codebooks}
        np.savez(out, **{name: part for name, part in parts.items() if part is not None})  # type: ignore[arg-type]
        return out.getvalue()

    def lists(self, matrix: Matrix) -> NDArray[np.int32]:
        """int32[rows]: the list that each vector belongs to."""
        assert self.centres is not None
        return assigned(_floats(matrix), self.centres)

    def probed(self, query: Matrix, nprobes: int) -> NDArray[np.intp]:
        """The ``nprobes`` lists whose centres are nearest to a query."""
        assert self.centres is not None
        distances = np.square(self.centres - _floats(query[None])).sum(axis=1)
        return np.argsort(distances, kind="stable")[:nprobes]


class TooFewVectorsError(ValueError):
    """Fewer training vectors than centres, in Faiss's words."""

    def __init__(self, vectors: int, centres: int) -> None:
        super().__init__(
            "Error in void faiss::Clustering::train_encoded(idx_t, const uint8_t*, const Index*, Index&, const float*) "
            f"at Clustering.cpp: Error: 'nx >= k' failed: Number of training points ({vectors}) should be at least as "
            f"large as number of clusters ({centres})"
        )


def train(component: Component, vectors: Matrix, seed: int = 0) -> Trained:
    """Train what a method needs; TooFewVectorsError."""
    floats = _floats(vectors)
    centres = codebooks = None
    if component.name == "ivf":
        centres = k_means(floats, int(component.get("nlist", 4)), seed, _LIST_ROUNDS)
    encoder = component.encoder
    if encoder is not None and encoder.name == "pq":
        m, codes = int(encoder.get("m", 1)), 1 << int(encoder.get("code_size", 8))
        residuals = floats if centres is None else floats - centres[assigned(floats, centres)]
        parts = np.split(residuals, m, axis=1)
        codebooks = np.stack([k_means(part, codes, seed, _CODE_ROUNDS) for part in parts])
    return Trained(centres, codebooks)


def k_means(vectors: Floats, centres: int, seed: int, rounds: int) -> Floats:
    """float32 (centres, dimension): the means of clusters. A cluster that is left without vectors takes one anew."""
    if len(vectors) < centres:
        raise TooFewVectorsError(len(vectors), centres)
    draw = np.random.default_rng(seed)
    means = vectors[draw.choice(len(vectors), centres, replace=False)].copy()
    for _ in range(rounds):
        belongs = assigned(vectors, means)
        counts = np.bincount(belongs, minlength=centres)
        sums = np.zeros((centres, vectors.shape[1]))
        np.add.at(sums, belongs, vectors)
        filled = counts > 0
        means[filled] = sums[filled] / counts[filled, None]
        empty = int(centres - np.count_nonzero(filled))
        if empty:
            means[~filled] = vectors[draw.choice(len(vectors), empty, replace=False)]
    return means


def assigned(vectors: Floats, centres: Floats) -> NDArray[np.int32]:
    """int32[vectors]: the nearest centre of each, the first of several."""
    squares = np.square(centres).sum(axis=1)
    out = np.empty(len(vectors), np.int32)
    for start in range(0, len(vectors), _BLOCK):
        part = slice(start, start + _BLOCK)
        out[part] = (squares - 2 * (vectors[part] @ centres.T)).argmin(axis=1)
    return out


def _floats(matrix: Matrix) -> Floats:
    return matrix.astype(np.float32, copy=False)
