"""``lang: knn``, ``source: knn_score``: exact scoring by any space type, as a script of the score context."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np

from fakeknn import serving
from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.fields import FieldType, VectorFieldType
from fakeknn.fields.integers import LongFieldType
from fakeknn.fields.scalar import BinaryFieldType
from fakeknn.knn import script as knn_script
from fakeknn.knn.counters import Counters
from fakeknn.knn.method import VectorDefinition
from fakeknn.query.context import Matched, Scores, ShardContext, running
from fakeknn.query.script import FILTER_LANGUAGES, SCORE_LANGUAGES, Script, compiling
from fakeknn.view import Mask, NumericColumn, ObjectColumn, VectorColumn


def check_context(script: Script, context: str) -> None:
    """KNNScoringScriptEngine.compile."""
    if context != "score":
        raise IllegalArgumentException(f"knn KNN scoring scripts cannot be used for context [{context}]")
    if script.source != "knn_score":
        raise IllegalArgumentException(f"Unknown script name {script.source}")


def knn_score(ctx: ShardContext, script: Script, inner: Callable[[], Matched]) -> Scores:
    """float32[n]: the score of every row that has the field, 0 for those that lack it."""
    _compile(ctx, script)
    ctx.count("script_query_requests")
    try:
        field = ctx.field(knn_script.knn_score_field(script.params))
        scorer = knn_script.knn_score(script.params, _scored(field))
    except OpenSearchError as error:
        if getattr(error, "of_knn_score", False):
            ctx.count("script_query_errors")
        raise
    assert field is not None
    matched = inner()  # what is wrong with the query comes after what is wrong with the script
    if not field.has_doc_values and (matched.mask & ctx.view.live).any():
        try:
            field.require_doc_values()
        except IllegalArgumentException as error:
            raise running(error) from None
    column = ctx.column(field)
    out = np.zeros(ctx.n, np.float32)
    if isinstance(column, NumericColumn):
        has = np.flatnonzero(column.exists)
        out[has] = scorer(column.lowest[has])
    elif isinstance(column, VectorColumn):
        out[column.rows] = scorer(column.matrix)
    elif isinstance(column, ObjectColumn) and len(column.rows):
        scores = scorer(column.values)
        out[column.rows[::-1]] = scores[::-1]  # of several values of a row the first counts
    return out


def _compile(ctx: ShardContext, script: Script) -> None:
    """KNNScoringScriptEngine.compile, whose scripts are kept when they are some."""
    counters = getattr(ctx.services, "knn_counters", None) or Counters()
    if script.source in counters.knn_scripts:
        return
    with ctx.counted_once():
        ctx.count("script_compilations")
    try:
        with compiling(script), serving.compiling("knn", str(script.source), "score", script.options):
            check_context(script, "score")
    except OpenSearchError:
        ctx.count("script_compilation_errors")
        raise
    counters.knn_scripts.add(str(script.source))


def _scored(field: FieldType | None) -> VectorDefinition | Literal["long", "binary"] | None:
    """What the script may score: None for what it may not."""
    if isinstance(field, VectorFieldType):
        return field.definition
    if isinstance(field, LongFieldType):
        return "long"
    return "binary" if isinstance(field, BinaryFieldType) else None


def knn_filter(ctx: ShardContext, script: Script) -> Mask:
    """There is no such script."""
    with compiling(script):
        check_context(script, "filter")
    raise AssertionError("refused above")


SCORE_LANGUAGES["knn"] = knn_score
FILTER_LANGUAGES["knn"] = knn_filter
