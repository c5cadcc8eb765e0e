"""The k-NN plugin's functions on ``doc['vector']``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.knn.java import cannot_be_cast
from fakeknn.knn.script import VECTOR_FUNCTIONS
from fakeknn.knn.spaces import Space, get_space
from fakeknn.painless.dispatch import define_static
from fakeknn.painless.frames import NULL_POINTER, frames_above
from fakeknn.painless.library_doc import DocValues, define_kind
from fakeknn.painless.numbers import Float
from fakeknn.painless.throwable import Thrown, class_cast, illegal_argument, illegal_state, unsupported
from fakeknn.painless.values import array_type

_SUPERS = ("org.opensearch.knn.index.KNNVectorScriptDocValues", *DocValues.supers)


class VectorValues(DocValues):
    """A ``KNNVectorScriptDocValues``: none or one vector, as a numpy row."""

    __slots__ = ("field",)
    java = "org.opensearch.knn.index.KNNVectorScriptDocValues.KNNFloatVectorScriptDocValues"
    supers: tuple[str, ...] = _SUPERS
    data_type = "float"
    dtype: type[np.generic] = np.float32

    def __init__(self, values: Sequence[Any] = ()) -> None:
        super().__init__(values)
        self.field = ""

    def value_at(self, index: int) -> Any:
        raise unsupported("knn vector does not support this operation")

    def get_value(self) -> Any:
        return _array(self)

    def vector(self) -> np.ndarray[Any, Any]:
        if not self:
            have = f"doc['{self.field}'].size() == 0 ? 0 : {{your script}}"
            raise illegal_state(
                f"One of the document doesn't have a value for field '{self.field}'. This can be avoided by checking "
                f"if a document has a value for the field or not by {have}"
            )
        return np.asarray(self[0])


class ByteVectorValues(VectorValues):
    __slots__ = ()
    java = "org.opensearch.knn.index.KNNVectorScriptDocValues.KNNByteVectorScriptDocValues"
    data_type = "byte"
    dtype = np.int8


class BinaryVectorValues(ByteVectorValues):
    __slots__ = ()
    data_type = "binary"


_NO_VALUES = (
    'Cannot invoke "org.opensearch.knn.index.KNNVectorScriptDocValues.getVectorDataType()" because "docValues" is null'
)


def _function(name: str) -> Callable[..., float]:
    measure = VECTOR_FUNCTIONS[name]

    def run(query: Any, values: VectorValues | None, *rest: Any) -> float:
        if values is None:
            raise Thrown(NULL_POINTER, _NO_VALUES)
        plain = _plain(query)
        try:
            if not values:  # what is wrong with the query is told before what the document lacks
                none = np.empty((0, len(plain) if isinstance(plain, list) else 0), values.dtype)
                measure(plain, none, values.data_type, *rest)
            matrix = values.vector()[None]
            return float(measure(plain, matrix, values.data_type, *rest)[0])
        except (OpenSearchError, Thrown) as error:
            if values.data_type == "float":
                raise
            thrown = error if isinstance(error, Thrown) else Thrown.of(error)
            thrown.frames = frames_above(f"import.{name}/{2 + len(rest)}:byte", thrown)
            raise thrown from error

    return run


def _plain(query: Any) -> Any:
    """A list of boxed numbers as plain ones."""
    if isinstance(query, list):
        return [int(x) if isinstance(x, int) and not isinstance(x, bool) else x for x in query]
    return query


_UTILS = "org.opensearch.knn.plugin.script.KNNPainlessScriptUtils"


def _frame(method: str, line: int) -> str:
    return f"{_UTILS}.{method}(KNNPainlessScriptUtils.java:{line})"


def _refused(message: str, line: int, *frames: str, cause: Thrown | None = None) -> Thrown:
    return Thrown(_ILLEGAL, message, cause, (*frames, _frame("lateInteractionScore", line)))


_ILLEGAL = "java.lang.IllegalArgumentException"


def _late_interaction_by_l2(queries: Any, name: Any, source: Any) -> Float:
    try:
        return _late_interaction(queries, name, source, "l2")
    except Thrown as thrown:
        if thrown.frames and thrown.frames[-1].startswith(_UTILS):
            thrown.frames = (*thrown.frames, _frame("lateInteractionScore", 37))
        raise


def _late_interaction(queries: Any, name: Any, source: Any, space: Any) -> Float:
    """KNNPainlessScriptUtils: for each query vector the best score of the document's, summed."""
    for wrong, message, line in (
        (queries is None, "Query vectors cannot be null", 115),
        (not queries, "Query vectors cannot be empty", 118),
        (not name, "Document field name cannot be null or empty", 121),
        (source is None, "Document cannot be null", 124),
        (not space, "Space type cannot be null or empty", 127),
    ):
        if wrong:
            raise _refused(message, 58, _frame("validateInputs", line))
    vectors = source.get(name)
    if vectors is not None and not isinstance(vectors, list):
        cause = _not_a(vectors, "java.util.List")
        raise _refused(f"Field {name} must contain a list of vector lists", 64, cause=cause)
    if not vectors:
        raise _refused("Document vectors cannot be null or empty", 68)
    measured = _space(space)
    total = np.float32(0)
    for query in queries:
        total += _best(measured, query, vectors)
    return Float(total)


def _space(space: str) -> Space:
    if space.lower() in ("l1", "linf", "undefined"):
        raise _refused(f"Space type {space} does not support vector similarity function", 74)
    try:
        measured = get_space(space)
    except IllegalArgumentException as error:
        frame = "org.opensearch.knn.index.SpaceType.getSpace(SpaceType.java:283)"
        raise _refused(error.reason or "", 71, frame) from None
    if measured.name == "hamming":
        raise illegal_state("Hamming space is not supported with float vectors")
    return measured


def _best(space: Space, query: Any, vectors: list[Any]) -> np.float32:
    if query is not None and not isinstance(query, list):
        raise _not_a(query, "java.util.List", 79)
    if not query:
        raise _refused("Every single vector within query vectors cannot be empty or null", 81)
    wanted = _numbers(query, 86)
    rows = [_numbers(vector) for vector in vectors if vector is None or not isinstance(vector, list) or vector]
    for row in rows:
        if len(row) != len(wanted):
            raise illegal_argument(f"vector dimensions differ: {len(wanted)}!={len(row)}")
    if not rows:
        return np.float32(0)
    scores = space.score(np.array(rows, np.float32), np.array(wanted, np.float32), one_by_one=True)
    return np.float32(scores.max())


def _not_a(value: Any, java_class: str, line: int | None = None) -> Thrown:
    thrown = class_cast(cannot_be_cast(value, java_class).reason or "")
    if line is not None:
        thrown.frames = (_frame("lateInteractionScore", line),)
    return thrown


def _numbers(vector: Any, line: int | None = None) -> list[float]:
    if not isinstance(vector, list):
        raise _not_a(vector, "java.util.List")
    for number in vector:
        if isinstance(number, bool) or not isinstance(number, (int, float)):
            raise _not_a(number, "java.lang.Number", line)
    return [float(number) for number in vector]


define_static(
    "import",
    {
        **{f"{name}/2": _function(name) for name in VECTOR_FUNCTIONS},
        "cosineSimilarity/3": _function("cosineSimilarity"),
        "lateInteractionScore/3": _late_interaction_by_l2,
        "lateInteractionScore/4": _late_interaction,
    },
)


def _array(values: VectorValues) -> Any:
    row = values.vector()
    if values.data_type == "float":
        return array_type("float")(map(float, row))
    return array_type("byte")(map(int, row.astype(np.int8)))


def _maker(kind: type[VectorValues]) -> Callable[[Sequence[Any]], VectorValues]:
    return lambda values: kind(values)


define_kind("float_vector", _maker(VectorValues))
define_kind("byte_vector", _maker(ByteVectorValues))
define_kind("binary_vector", _maker(BinaryVectorValues))
