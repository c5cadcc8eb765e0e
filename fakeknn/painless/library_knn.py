"""The k-NN plugin's functions on ``doc['vector']``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from fakeknn.errors import NotFaked
from fakeknn.knn.script import VECTOR_FUNCTIONS
from fakeknn.painless.dispatch import define_static
from fakeknn.painless.library_doc import DocValues, define_kind
from fakeknn.painless.throwable import illegal_state, unsupported
from fakeknn.painless.values import array_type

_SUPERS = ("org.opensearch.knn.index.KNNVectorScriptDocValues", *DocValues.supers)


class VectorValues(DocValues):
    """A ``KNNVectorScriptDocValues``: none or one vector, as a numpy row."""

    __slots__ = ("field",)
    java = "org.opensearch.knn.index.KNNVectorScriptDocValues.KNNFloatVectorScriptDocValues"
    supers: tuple[str, ...] = _SUPERS
    data_type = "float"

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


class BinaryVectorValues(ByteVectorValues):
    __slots__ = ()
    data_type = "binary"


def _function(name: str) -> Callable[..., float]:
    measure = VECTOR_FUNCTIONS[name]

    def run(query: Any, values: VectorValues, *rest: Any) -> float:
        matrix = values.vector()[None]
        return float(measure(_plain(query), matrix, values.data_type, *rest)[0])

    return run


def _plain(query: Any) -> Any:
    """A list of boxed numbers as plain ones."""
    if isinstance(query, list):
        return [int(x) if isinstance(x, int) and not isinstance(x, bool) else x for x in query]
    return query


def _late_interaction(*_: Any) -> Any:
    raise NotFaked("painless function lateInteractionScore")


define_static(
    "import",
    {
        **{f"{name}/2": _function(name) for name in VECTOR_FUNCTIONS},
        "cosineSimilarity/3": _function("cosineSimilarity"),
        "lateInteractionScore/3": _late_interaction,
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
