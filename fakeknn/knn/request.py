"""What a ``knn`` query asks of a field, checked: by itself, then against the field's definition.

``check`` finds what is wrong whatever the mapping (``KNNQueryBuilder.Builder.validate``); ``prepare`` finds what the
shard finds (``KNNQueryBuilder.doToQuery``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    UnsupportedOperationException,
    ValidationException,
)
from fakeknn.knn.arithmetic import Floats
from fakeknn.knn.component import SEARCH_PARAMETERS, parameter_problems
from fakeknn.knn.java import double_text, fixed, hash_items
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.spaces import Radius
from fakeknn.knn.vectors import Row, normalized, validate_elements

K_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Rescore:
    """``rescore``: a first pass gathers more than k, a second measures them in full precision."""

    oversample_factor: float = 1.0
    enabled: bool = True
    """False where the query says ``rescore: false``, which still makes Faiss keep k of the shard."""
    user_provided: bool = False

    def factor(self, dimension: int, *, shard_level_rescoring_disabled: bool = False) -> float:
        """The factor in force: without rescoring the whole shard, a default gives way to one by dimension."""
        if not shard_level_rescoring_disabled or self.user_provided:
            return self.oversample_factor
        return 1.0 if dimension >= 1000 else 2.0 if dimension >= 768 else 3.0

    def first_pass_k(self, k: int, dimension: int, *, shard_level_rescoring_disabled: bool = False) -> int:
        """How many the first pass keeps."""
        factor = self.factor(dimension, shard_level_rescoring_disabled=shard_level_rescoring_disabled)
        wanted = np.float32(k) * np.float32(factor)
        return min(10_000, max(100, ceil(wanted) if np.isfinite(wanted) else 0))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A query ready to be run on a field's matrix."""

    row: Row
    """The query as a row of the field's matrix, normalised where the stored vectors are."""
    radius: Radius | None
    rescore: Rescore | None
    ef_search: int | None
    """What the query itself says."""
    nprobes: int | None


# --- checked by themselves --------------------------------------------------------------------------------------------


def check_exclusive(members: Mapping[str, Any]) -> None:
    """``rescore`` does not go with a radius (IllegalArgumentException); ``members`` in the order of the body."""
    refusal = ""
    for pair in (("rescore", "max_distance"), ("rescore", "min_score")):
        together = [name for name in members if name in pair]
        if len(together) > 1:
            refusal += f"The following fields are not allowed together: [{', '.join(together)}] "
    if refusal:
        raise IllegalArgumentException(refusal)


def check(
    vector: Floats | None,
    *,
    k: int | None = None,
    max_distance: float | None = None,
    min_score: float | None = None,
    method_parameters: Mapping[str, int] | None = None,
    rescore: Rescore | None = None,
) -> None:
    """What no field could answer (IllegalArgumentException)."""
    if vector is None:
        raise IllegalArgumentException("[knn] requires query vector")
    if sum(given is not None for given in (k, max_distance, min_score)) != 1:
        raise IllegalArgumentException("[knn] requires exactly one of k, distance or score to be set")
    if k is not None and not 0 < k <= K_MAX:
        raise IllegalArgumentException(f"[knn] requires k to be in the range (0, {K_MAX}]")
    if min_score is not None and np.float32(min_score) <= 0:
        raise IllegalArgumentException("[knn] requires minScore to be greater than 0")
    problems = [
        str(ValidationException(f"{name} should be greater than 0"))
        for name, value in hash_items(method_parameters or {})
        if value <= 0
    ]
    if problems:
        raise IllegalArgumentException(f"[knn] errors in method parameter [{ValidationException(*problems)}]")
    if rescore is not None and (problem := _oversample_problem(rescore.oversample_factor)):
        raise IllegalArgumentException(f"[knn] errors in rescore parameter [{ValidationException(problem)}]")


def _oversample_problem(factor: float) -> str | None:
    shown = fixed(factor)
    if factor < 1:
        return f"Oversample factor [{shown}] cannot be less than [1.000000]"
    return f"Oversample factor [{shown}] cannot be more than [100.000000]" if factor > 100 else None


# --- checked against the field ----------------------------------------------------------------------------------------


def prepare(
    definition: VectorDefinition,
    vector: Floats,
    *,
    field: str | None = None,
    k: int | None = None,
    max_distance: float | None = None,
    min_score: float | None = None,
    method_parameters: Mapping[str, int] | None = None,
    rescore: Rescore | None = None,
) -> Prepared:
    """Check a query against the field that it searches, in the plugin's order, and make ready what the search needs.

    ``field`` is the field's whole name. A field with a model must have taken over the model's engine, space and
    dimension. Raises what stands behind ``failed to create query: ...``: IllegalArgumentException or
    UnsupportedOperationException.
    """
    engine = definition.engine
    if engine is None:
        if definition.model_id is not None:
            raise IllegalArgumentException(f"Model ID '{definition.model_id}' is not created.")
        raise IllegalArgumentException(f"Field '{field or definition.name}' is not built for ANN search.")
    row: Row = normalized(vector) if definition.normalizes and definition.data_type == "float" else vector
    _check_parameters(definition, method_parameters or {}, max_distance, min_score)
    radius = None
    if max_distance is not None or min_score is not None:
        _check_radial(definition)
        radius = definition.space.radius(engine, max_distance=max_distance, min_score=min_score)
    length = len(vector) * 8 if definition.data_type == "binary" else len(vector)
    if length != definition.dimension:
        raise IllegalArgumentException(
            f"Query vector has invalid dimension: {length}. Dimension should be: {definition.dimension}"
        )
    if definition.data_type != "float":
        validate_elements(vector, definition.data_type)
        row = vector.astype(np.int8)
    definition.space.validate(vector)
    given = method_parameters or {}
    return Prepared(row, radius, rescore or default_rescore(definition), given.get("ef_search"), given.get("nprobes"))


def check_made(definition: VectorDefinition, prepared: Prepared, *, nested: bool, expand_nested_docs: bool) -> None:
    """What is found when, after the filter, Lucene's query is made (IllegalArgumentException).

    ``nested`` says whether the query stands in a ``nested`` query.
    """
    if expand_nested_docs and not nested and prepared.radius is None:
        raise IllegalArgumentException(
            "Invalid value provided for the [expand_nested_docs] field. "
            "[expand_nested_docs] is only supported with a nested field."
        )
    if definition.engine == "lucene":
        if prepared.radius is not None:
            prepared.radius.check_traversal()
        _check_finite(prepared.row)


def _check_parameters(
    definition: VectorDefinition, given: Mapping[str, int], max_distance: float | None, min_score: float | None
) -> None:
    if definition.engine is None or definition.component is None:
        return
    kind = "max_distance" if max_distance is not None else "min_score" if min_score is not None else "k"
    method = definition.component.name
    known = SEARCH_PARAMETERS[definition.engine, method]
    if definition.engine == "lucene" and kind != "k":
        known = {}
    problems = list(parameter_problems(known, given))
    if problems:
        raise IllegalArgumentException(
            f"Parameters not valid for [{definition.engine.upper()}]:[{method}]:[{kind}] combination: "
            f"[{ValidationException(*problems)}]"
        )


def _check_radial(definition: VectorDefinition) -> None:
    if definition.engine == "nmslib":
        raise UnsupportedOperationException("Engine [NMSLIB] does not support radial search")
    if definition.data_type == "binary":
        raise UnsupportedOperationException("Binary data type does not support radial search")
    if definition.quantized:
        raise UnsupportedOperationException(
            "Radial search is not supported for indices which have quantization enabled"
        )


def _check_finite(row: Row) -> None:
    """Lucene's ``VectorUtil.checkFinite``."""
    wrong = np.flatnonzero(~np.isfinite(row))
    if len(wrong):
        value = double_text(float(row[wrong[0]]))
        raise IllegalArgumentException(f"non-finite value at vector[{wrong[0]}]={value}")


def default_rescore(definition: VectorDefinition) -> Rescore | None:
    """What a field is rescored with when the query does not say (``CompressionLevel.getDefaultRescoreContext``)."""
    if not definition.on_disk or definition.compression not in ("4x", "8x", "16x", "32x"):
        return None
    if definition.compression == "4x":
        return Rescore(1.0)
    if definition.dimension <= 1000:
        return Rescore(5.0)
    return Rescore(2.0 if definition.compression == "8x" else 3.0)
