"""What a ``knn`` query asks of a field: its members read, then checked against the field's definition.

Reading finds what is wrong whatever the mapping (``KNNQueryBuilderParser``, ``KNNQueryBuilder.Builder.validate``);
``prepare`` finds what the shard finds (``KNNQueryBuilder.doToQuery``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NumberFormatException,
    OpenSearchError,
    ParsingException,
    UnsupportedOperationException,
    ValidationException,
    Where,
    XContentParseException,
)
from fakeknn.knn.arithmetic import Floats
from fakeknn.knn.component import SEARCH_PARAMETERS, parameter_problems
from fakeknn.knn.java import double_text, hash_items, text
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.spaces import Radius
from fakeknn.knn.vectors import RawText, Row, normalized, parse_float, to_floats, validate_elements

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


# --- reading ----------------------------------------------------------------------------------------------------------


def read_vector(body: dict[str, Any], key: str = "vector", raw: RawText | None = None) -> Floats:
    """The member ``vector``: numbers, numeric strings, or one of them alone.

    Raises XContentParseException, whose cause says what is wrong.
    """
    value = body[key]
    if isinstance(value, list):
        numbers, at = value, Where(value, None, "end")
    elif isinstance(value, int | float | str) and not isinstance(value, bool):
        numbers, at = [value], Where(body, key)
    else:
        raise XContentParseException(
            f"[knn] {key} doesn't support values of type: {_token(value)}", at=Where(body, key)
        )
    try:
        if not numbers:
            raise IllegalArgumentException("[knn] field 'vector' requires to be non-null and non-empty")
        nested = next((i for i, number in enumerate(numbers) if isinstance(number, list)), None)
        floats = to_floats(numbers, raw, end=nested)
        if nested is not None:
            raise IllegalStateException("expected value but got [START_ARRAY]")
        return floats
    except OpenSearchError as cause:
        raise _failed("knn", key, _place_of(cause, numbers, value, at)) from cause


def _place_of(cause: OpenSearchError, numbers: list[Any], value: Any, at: Where) -> Where:
    """Where the parser stood: at the element that was wrong."""
    if not isinstance(value, list) or not numbers:
        return at
    if isinstance(cause, IllegalStateException):
        return Where(value, next(i for i, number in enumerate(numbers) if isinstance(number, list)))
    wrong = getattr(cause, "preview", None)
    return Where(value, next(i for i, number in enumerate(numbers) if number is wrong))


def _failed(query: str, key: str, at: Where) -> XContentParseException:
    return XContentParseException(f"[{query}] failed to parse field [{key}]", at=at)


def _token(value: Any) -> str:
    match value:
        case None:
            return "VALUE_NULL"
        case bool():
            return "VALUE_BOOLEAN"
        case str():
            return "VALUE_STRING"
        case dict():
            return "START_OBJECT"
        case list():
            return "START_ARRAY"
        case _:
            return "VALUE_NUMBER"


def read_method_parameters(body: dict[str, Any], key: str = "method_parameters") -> dict[str, int]:
    """The member ``method_parameters``, in a HashMap's order; XContentParseException."""
    given = body[key]
    if not isinstance(given, dict):
        raise XContentParseException(
            f"[knn] {key} doesn't support values of type: {_token(given)}", at=Where(body, key)
        )
    end = Where(given, None, "end")
    try:
        if not given:
            raise ParsingException(f"{key} cannot be empty", at=end)
        return {name: _read_method_parameter(name, value, end) for name, value in hash_items(given)}
    except ParsingException as cause:
        raise _failed("knn", key, end) from cause


def _read_method_parameter(name: str, value: Any, at: Where) -> int:
    if name not in ("ef_search", "nprobes"):
        raise ParsingException(f"[knn] unknown method parameter found [{name}]", at=at)
    written = text(value)
    digits = written[1:] if written[:1] in ("+", "-") else written
    if not digits.isdecimal() or not -(1 << 31) <= int(written) < 1 << 31:
        raise ParsingException("ef_search value must be an integer", at=at)  # says so of nprobes too
    return int(written)


def read_rescore(body: dict[str, Any], key: str = "rescore", raw: RawText | None = None) -> Rescore:
    """The member ``rescore``: a boolean, or an object that may hold ``oversample_factor``; XContentParseException."""
    given = body[key]
    if isinstance(given, bool):
        return Rescore(enabled=given, user_provided=not given)
    if not isinstance(given, dict):
        raise XContentParseException(
            f"[knn] {key} doesn't support values of type: {_token(given)}", at=Where(body, key)
        )
    factor = 1.0
    for name, value in given.items():
        at = Where(given, name)
        try:
            if name != "oversample_factor":
                hint = " did you mean [oversample_factor]?" if _is_close(name) else ""
                raise XContentParseException(f"[rescore] unknown field [{name}]{hint}", at=Where(given, name, "key"))
            if value is None or isinstance(value, bool | list | dict):
                raise XContentParseException(f"[rescore] {name} doesn't support values of type: {_token(value)}", at=at)
            try:
                factor = float(parse_float(value) if isinstance(value, str) else to_floats([value])[0])
            except NumberFormatException as cause:
                raise _failed("rescore", name, at) from cause
        except XContentParseException as cause:
            raise _failed("knn", key, at) from cause
    return Rescore(factor, user_provided=True)


def _is_close(name: str) -> bool:
    """SuggestingErrorOnUnknown: Levenshtein similarity above one half, as Lucene reckons it."""
    known = "oversample_factor"
    row = list(range(len(known) + 1))
    for i, character in enumerate(name, 1):
        previous, row[0] = row[0], i
        for j, other in enumerate(known, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (character != other))
    return 1.0 - row[-1] / max(len(name), len(known)) > 0.5


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
    shown = f"{factor:f}" if np.isfinite(factor) else double_text(factor)
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
