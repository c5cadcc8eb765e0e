"""The space types: what is measured between two vectors, and the score that OpenSearch makes of it.

Vectors come as one matrix a field: float32 ``(rows, dimension)`` for data type float, int8 ``(rows, dimension)`` for
byte, int8 or uint8 ``(rows, dimension / 8)`` of packed bits for binary. A query is one such row, or a matrix with one
for each row. Raw values and scores are float32 ``(rows,)``. A raw value is what the space is named after: the squared
distance for l2, the cosine for cosinesimil, the inner product, the number of differing bits; so in some spaces less is
nearer, in others more (``descending``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException
from fakeknn.knn import arithmetic
from fakeknn.knn.arithmetic import (
    Floats,
    each_block,
    fma_dot,
    fma_square,
    fma_square_distance,
    java_dot,
    java_l1,
    java_square,
    rows_of_block,
)

DataType = Literal["float", "byte", "binary"]
Engine = Literal["lucene", "faiss", "nmslib"]
Matrix = NDArray[Any]
Mask = NDArray[np.bool_]

_ONE = np.float32(1)


@dataclass(frozen=True, slots=True)
class Radius:
    """The reach of a radial search: ``min_score`` for what compares scores, ``raw`` for what compares raw values."""

    min_score: np.float32
    raw: np.float32
    descending: bool

    def check_traversal(self) -> None:
        """Lucene walks the graph with 0.95 times the least score, which must not be more than that."""
        if np.float32(0.95) * self.min_score > self.min_score:
            raise IllegalArgumentException("traversalSimilarity should be <= resultSimilarity")

    def keeps(self, raw: Floats, score: Floats, *, native: bool) -> Mask:
        """The rows inside: Faiss's graph leaves out the rim itself (``native``), every other search takes it in."""
        if not native:
            return score >= self.min_score
        return raw > self.raw if self.descending else raw < self.raw


class Space(ABC):
    """A space type; ``name`` is its value in JSON, ``enum_name`` its name in messages that print the Java constant."""

    name: ClassVar[str]
    enum_name: ClassVar[str]
    script_name: ClassVar[str]
    """Its name in the refusals of ``knn_score``."""
    data_types: ClassVar[tuple[DataType, ...]] = ("float", "byte")
    descending: ClassVar[bool] = False
    measures_zero: ClassVar[bool] = True
    """Whether a vector of zeros can be measured."""
    bounded: ClassVar[bool] = True
    """Whether distances are not negative and scores lie between 0 and 1."""

    def distance(self, matrix: Matrix, query: Matrix, *, one_by_one: bool = False) -> Floats:
        """The raw value of every row, as Lucene measures a batch of vectors or (``one_by_one``) each by itself.

        The two differ in the last bits of float vectors: Lucene's own searches measure batches, all else does not.
        """
        if matrix.dtype != np.float32:
            return self.byte_distance(matrix, query)
        return self.float_distance(matrix, query, one_by_one and _summed_in_order(matrix))

    @abstractmethod
    def float_distance(self, matrix: Floats, query: Floats, in_order: bool) -> Floats: ...

    @abstractmethod
    def byte_distance(self, matrix: Matrix, query: Matrix) -> Floats: ...

    def to_score(self, raw: Floats) -> Floats:
        """The score of a ``knn`` query for raw values."""
        return _ONE / (_ONE + raw)

    def score(self, matrix: Matrix, query: Matrix, *, one_by_one: bool = False) -> Floats:
        """The score of a ``knn`` query for every row."""
        with np.errstate(all="ignore"):
            return self.to_score(self.distance(matrix, query, one_by_one=one_by_one))

    def script_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        """The raw value of every row in a script: one by one, and fast where that cannot be reproduced anyway."""
        return self.distance(matrix, query, one_by_one=True)

    def script_score(self, matrix: Matrix, query: Matrix) -> Floats:
        """The score of the ``knn_score`` script for every row."""
        with np.errstate(all="ignore"):
            return self.to_score(self.script_distance(matrix, query))

    def explain(self, raw: float) -> str:
        """How an explanation describes the score of a raw value, as Faiss gives it."""
        return "`1 / (1 + rawScore)`"

    def validate(self, vector: Matrix) -> None:
        """Refuse a vector that the space cannot measure (IllegalArgumentException)."""
        if not self.measures_zero and not vector.any():
            raise IllegalArgumentException(f"zero vector is not supported when space type is [{self.name}]")

    def validate_data_type(self, data_type: DataType) -> None:
        """Refuse a field's data type (IllegalArgumentException)."""
        if data_type not in self.data_types:
            raise IllegalArgumentException(f"Space type [{self.name}] is not supported with [{data_type}] data type")

    def radius(self, engine: Engine, *, max_distance: float | None = None, min_score: float | None = None) -> Radius:
        """What ``max_distance`` or ``min_score`` means to an engine.

        Raises IllegalArgumentException for a value that cannot be, before it is looked at further.
        """
        if max_distance is not None:
            distance = np.float32(max_distance)
            if self.bounded and distance < 0:
                raise IllegalArgumentException(
                    f"[knn] requires distance to be non-negative for space type: {self.enum_name}"
                )
            with np.errstate(all="ignore"):
                raw = self._faiss_radius(distance)
                score = self._lucene_min_score(distance) if engine == "lucene" else self.to_score(np.atleast_1d(raw))[0]
                return Radius(np.float32(score), raw, self.descending)
        assert min_score is not None
        score = np.float32(min_score)
        if self.bounded and score > 1:
            raise IllegalArgumentException(
                f"[knn] requires score to be in the range [0, 1] for space type: {self.enum_name}"
            )
        with np.errstate(all="ignore"):
            return Radius(score, self._score_to_raw(score), self.descending)

    def _lucene_min_score(self, distance: np.float32) -> np.float32:
        return np.float32(_ONE / (_ONE + distance))

    def _faiss_radius(self, distance: np.float32) -> np.float32:
        return distance

    def _score_to_raw(self, score: np.float32) -> np.float32:
        return np.float32(_ONE / score - _ONE)


class L2(Space):
    """The squared Euclidean distance."""

    name = "l2"
    enum_name = "L2"
    script_name = "l2"

    def float_distance(self, matrix: Floats, query: Floats, in_order: bool) -> Floats:
        return fma_square_distance(matrix, query, in_order)

    def byte_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        return (_byte_squares(matrix) + _byte_squares(np.atleast_2d(query)) - 2 * byte_dot(matrix, query)).astype(
            np.float32
        )

    def script_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        if matrix.dtype != np.float32 or _summed_in_order(matrix):
            return self.distance(matrix, query, one_by_one=True)
        return fast_square_distance(matrix, query)


class CosineSimilarity(Space):
    """The cosine of the angle."""

    name = "cosinesimil"
    enum_name = "COSINESIMIL"
    script_name = "cosine"
    descending = True
    measures_zero = False

    def float_distance(self, matrix: Floats, query: Floats, in_order: bool) -> Floats:
        return self._cosine(
            fma_dot(matrix, query, in_order), fma_square(matrix, in_order), fma_square(np.atleast_2d(query), in_order)
        )

    def byte_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        return self._cosine(byte_dot(matrix, query), _byte_squares(matrix), _byte_squares(np.atleast_2d(query)))

    def to_score(self, raw: Floats) -> Floats:
        score: Floats = np.maximum((_ONE + raw) / np.float32(2), np.float32(0))
        return score

    def explain(self, raw: float) -> str:
        return "`Math.max((2.0F - rawScore) / 2.0F, 0.0F)`"

    def script_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        if matrix.dtype != np.float32:
            return self.byte_distance(matrix, query)
        return cosine_given_square(matrix, query, java_square(query[None])[0])

    def script_score(self, matrix: Matrix, query: Matrix) -> Floats:
        raw = self.script_distance(matrix, query)
        # Since 2.19 a float field scores as in a knn query; a byte field still has the older 1 + cos.
        return self.to_score(raw) if matrix.dtype == np.float32 else _ONE + raw

    def _lucene_min_score(self, distance: np.float32) -> np.float32:
        return np.float32((np.float32(2) - distance) / np.float32(2))

    def _faiss_radius(self, distance: np.float32) -> np.float32:
        return np.float32(_ONE - distance)

    def _score_to_raw(self, score: np.float32) -> np.float32:
        return np.float32(np.float32(2) * score - _ONE)

    @staticmethod
    def _cosine(dot: NDArray[Any], squares: NDArray[Any], query_square: NDArray[Any]) -> Floats:
        with np.errstate(all="ignore"):
            norms = np.sqrt(squares.astype(np.float64) * query_square.astype(np.float64))
            return (dot.astype(np.float64) / norms).astype(np.float32)


class InnerProduct(Space):
    """The inner product."""

    name = "innerproduct"
    enum_name = "INNER_PRODUCT"
    script_name = "innerproduct"
    descending = True
    bounded = False

    def float_distance(self, matrix: Floats, query: Floats, in_order: bool) -> Floats:
        return fma_dot(matrix, query, in_order)

    def byte_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        return byte_dot(matrix, query).astype(np.float32)

    def to_score(self, raw: Floats) -> Floats:
        return np.where(raw < 0, _ONE / (_ONE - raw), raw + _ONE)

    def explain(self, raw: float) -> str:
        return super().explain(raw) if raw >= 0 else "`-rawScore + 1`"

    def script_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        if matrix.dtype != np.float32 or _summed_in_order(matrix):
            return self.distance(matrix, query, one_by_one=True)
        return fast_dot(matrix, query)

    def _lucene_min_score(self, distance: np.float32) -> np.float32:
        return np.float32(_ONE / (_ONE - distance) if distance <= 0 else distance + _ONE)

    def _score_to_raw(self, score: np.float32) -> np.float32:
        return np.float32(score - _ONE if score > 1 else _ONE - _ONE / score)


class L1(Space):
    """The sum of the absolute differences; for scripts only."""

    name = "l1"
    enum_name = "L1"
    script_name = "l1"

    def float_distance(self, matrix: Floats, query: Floats, in_order: bool) -> Floats:
        return java_l1(matrix, query)

    def byte_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        return _byte_differences(matrix, query, lambda differences: differences.sum(axis=1))


class LInf(Space):
    """The greatest absolute difference; for scripts only."""

    name = "linf"
    enum_name = "LINF"
    script_name = "l-inf"

    def float_distance(self, matrix: Floats, query: Floats, in_order: bool) -> Floats:
        out = np.empty(len(matrix), dtype=np.float32)

        def reckon(rows: slice) -> None:
            out[rows] = np.abs(matrix[rows] - (query if query.ndim == 1 else query[rows])).max(axis=1, initial=0)

        each_block(matrix, reckon)
        return out

    def byte_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        return _byte_differences(matrix, query, lambda differences: differences.max(axis=1))


class Hamming(Space):
    """The number of differing bits of packed bit vectors."""

    name = "hamming"
    enum_name = "HAMMING"
    script_name = "hamming"
    data_types = ("binary",)

    def distance(self, matrix: Matrix, query: Matrix, *, one_by_one: bool = False) -> Floats:
        return self.byte_distance(matrix, query)

    def float_distance(self, matrix: Floats, query: Floats, in_order: bool) -> Floats:
        raise TypeError("hamming measures packed bits")

    def byte_distance(self, matrix: Matrix, query: Matrix) -> Floats:
        return differing_bits(matrix, query).astype(np.float32)


SPACES: dict[str, Space] = {
    space.name: space for space in (L2(), CosineSimilarity(), L1(), LInf(), InnerProduct(), Hamming())
}
"""By name, in the order in which OpenSearch lists them."""


def get_space(name: object) -> Space:
    """The space type of a name in any case; IllegalArgumentException lists those there are."""
    space = SPACES.get(name.lower()) if isinstance(name, str) else None
    if space is None:
        written = "null" if name is None else name
        raise IllegalArgumentException(f"Unable to find space: {written} . Valid values are: [{', '.join(SPACES)}]")
    return space


# --- float vectors ----------------------------------------------------------------------------------------------------


def _summed_in_order(matrix: Matrix) -> bool:
    return int(matrix.shape[1]) <= arithmetic.MACHINE.longest_in_order


def fast_dot(matrix: Floats, query: Floats) -> Floats:
    """x·y of each row: the same for a row wherever it stands (unlike a BLAS product), within a few float32 steps."""
    out = np.empty(len(matrix), dtype=np.float32)
    np.einsum("ij,j->i", matrix, query, out=out)
    return out


def fast_square_distance(matrix: Floats, query: Floats) -> Floats:
    """|x - y|² of each row, within a few float32 steps."""
    out = np.empty(len(matrix), dtype=np.float32)
    # numpy subtracts two blocks much faster than one row from each of a block's.
    queries = np.tile(query, (min(len(matrix), rows_of_block(len(query))), 1))

    def reckon(rows: slice) -> None:
        block = matrix[rows]
        differences = block - queries[: len(block)]
        np.vecdot(differences, differences, out=out[rows])

    each_block(matrix, reckon)
    return out


def cosine(matrix: Floats, query: Floats) -> Floats:
    """Lucene's ``VectorUtil.cosine`` of one vector after another; NaN for a zero vector."""
    if _summed_in_order(matrix):
        sums = (
            fma_dot(matrix, query, in_order=True),
            fma_square(matrix, in_order=True),
            fma_square(query[None], in_order=True),
        )
    else:
        sums = fast_dot(matrix, query), squared_norms(matrix), squared_norms(query[None])
    return CosineSimilarity._cosine(*sums)


def cosine_given_square(matrix: Floats, query: Floats, query_square: np.float32) -> Floats:
    """The plugin's ``cosinesimilOptimized``: plain Java sums, |y|² given; 0 where the product of the squares is 0."""
    with np.errstate(all="ignore"):
        product = query_square * java_square(matrix)
        raw = (java_dot(matrix, query).astype(np.float64) / np.sqrt(product.astype(np.float64))).astype(np.float32)
    raw[product == 0] = 0
    return raw


def squared_norms(matrix: Matrix) -> Floats:
    """|x|² of each row, for whoever keeps it beside the matrix; float32, within a few steps (int8: exact)."""
    if matrix.dtype != np.float32:
        return _byte_squares(matrix).astype(np.float32)
    out = np.empty(len(matrix), dtype=np.float32)
    np.einsum("ij,ij->i", matrix, matrix, out=out)
    return out


# --- byte and binary vectors ------------------------------------------------------------------------------------------

# A product of two bytes is at most 2¹⁴ and float32 counts exactly to 2²⁴: up to 1,024 of them add up without rounding,
# in whatever order a BLAS adds them.
_EXACT_IN_FLOAT32 = 1 << 10


def byte_dot(matrix: Matrix, query: Matrix) -> NDArray[np.float64]:
    """x·y of each int8 row, exact."""
    dtype = np.float32 if matrix.shape[1] <= _EXACT_IN_FLOAT32 else np.float64
    out = np.empty(len(matrix), dtype=np.float64)

    def reckon(rows: slice) -> None:
        block: NDArray[Any] = matrix[rows].astype(dtype)
        if query.ndim == 1:
            out[rows] = np.dot(block, query.astype(dtype))
        else:
            out[rows] = np.einsum("ij,ij->i", block, query[rows].astype(dtype))

    each_block(matrix, reckon)
    return out


def _byte_squares(matrix: Matrix) -> NDArray[np.float64]:
    return byte_dot(matrix, matrix)


def _byte_differences(matrix: Matrix, query: Matrix, total: Callable[[Matrix], Matrix]) -> Floats:
    out = np.empty(len(matrix), dtype=np.float32)

    def reckon(rows: slice) -> None:
        subtrahend = query if query.ndim == 1 else query[rows]
        out[rows] = total(np.abs(matrix[rows].astype(np.int32) - subtrahend))

    each_block(matrix, reckon)
    return out


def differing_bits(matrix: Matrix, query: Matrix) -> NDArray[np.uint32]:
    """The bits in which each row of bytes differs from the query's bytes."""
    width = matrix.shape[1]
    word = next(np.dtype(f"u{size}") for size in (8, 4, 2, 1) if width % size == 0)
    words = np.ascontiguousarray(matrix).view(word)
    bits = np.ascontiguousarray(query).view(word)
    count = np.zeros(len(matrix), dtype=np.uint32)
    for column in range(words.shape[1]):
        count += np.bitwise_count(words[:, column] ^ bits[..., column])
    return count


def hamming_bit_score(differing: NDArray[Any]) -> Floats:
    """The score of ``knn_score`` in space ``hammingbit`` (fields of type long and binary) for numbers of bits."""
    return _ONE / (_ONE + differing.astype(np.float32))
