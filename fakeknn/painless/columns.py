"""The columns that scripts run on when they run on all documents at once."""

from __future__ import annotations

from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray


class Numbers(NamedTuple):
    """A numeric column: ``values`` int64, float64 or bool of n, the first of several; ``counts`` of n, 0 if missing."""

    values: NDArray[Any]
    counts: NDArray[np.int64]


class Vectors(NamedTuple):
    """A vector column: ``matrix`` of the k-NN library, ``rows`` of n (its row for each document, -1 for none)."""

    matrix: NDArray[Any]
    rows: NDArray[np.intp]
    data_type: str


class Columns(Protocol):
    """The columns of the ``n`` documents that a script is to run on."""

    n: int

    def kind(self, field: str) -> str | None:
        """As ``Doc.kind``: long, double, boolean and the vectors are used here."""

    def numbers(self, field: str) -> Numbers:
        """A field of kind long, double or boolean."""

    def vectors(self, field: str) -> Vectors:
        """A field of kind float_vector, byte_vector or binary_vector."""

    @property
    def score(self) -> NDArray[np.float32]:
        """The scores, float32 of n."""


class Field(NamedTuple):
    """``doc['f']`` before anything is asked of it."""

    name: str
    kind: str


DOC = object()
RESULT = {"double": np.float64, "float": np.float32, "long": np.int64, "int": np.int64, "boolean": np.bool_}
