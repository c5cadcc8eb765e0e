"""Doc values as scripts read them: for all chosen rows at once, or for one row."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError
from fakeknn.fields import FieldType, VectorFieldType
from fakeknn.fields.flat_object import PATHS, FlatMemberFieldType, FlatObjectFieldType, PathsFieldType
from fakeknn.fields.geo_point import GeoPointColumn
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.mapping.stored import stored_fields
from fakeknn.painless import DocMap, Numbers, Vectors, compile, java_value
from fakeknn.painless.expression import compile_expression
from fakeknn.painless.library_time import zoned_date_time
from fakeknn.painless.numbers import Float
from fakeknn.painless.script import Script as CompiledScript
from fakeknn.painless.throwable import Thrown
from fakeknn.query.context import Matched, Scores, ShardContext, running
from fakeknn.query.scoring import TermFrequencies
from fakeknn.query.script import (
    FILTER_LANGUAGES,
    NEEDS_SCORE,
    SCORE_LANGUAGES,
    Script,
    Unscored,
    check_language,
    compiling,
)
from fakeknn.view import Column, KeywordColumn, Mask, NumericColumn, ObjectColumn, VectorColumn, places_of

Rows = NDArray[np.int32]

_KINDS = {
    "long": "long",
    "integer": "long",
    "short": "long",
    "byte": "long",
    "unsigned_long": "unsigned_long",
    "double": "double",
    "float": "double",
    "half_float": "double",
    "scaled_float": "double",
    "boolean": "boolean",
    "date": "date",
    "date_nanos": "date",
    "keyword": "keyword",
    "join": "keyword",
    "wildcard": "keyword",
    "parent": "keyword",
    "constant_keyword": "keyword",
    "version": "keyword",
    "ip": "ip",
    "binary": "binary",
    "geo_point": "geo_point",
    "_id": "keyword",
    "_index": "keyword",
    "_seq_no": "long",
}


class ShardDoc:
    """One shard's doc values; ``at`` chooses the document that scripts see (painless.Doc)."""

    def __init__(self, ctx: ShardContext) -> None:
        self.ctx = ctx
        self.row = 0
        self._fields: dict[str, tuple[FieldType, str, Column] | None] = {}

    def at(self, row: int) -> DocMap:
        self.row = row
        return DocMap(self)

    def _field(self, name: str) -> tuple[FieldType, str, Column] | None:
        if name not in self._fields:
            self._fields[name] = self._looked_up(name)
        return self._fields[name]

    def _looked_up(self, name: str) -> tuple[FieldType, str, Column] | None:
        field = self.ctx.mapped(name)
        if field is None:
            return None
        if isinstance(field, FlatMemberFieldType):
            field = field.with_paths  # whichever of its members is asked for, all are told
        if isinstance(field, (FlatObjectFieldType, PathsFieldType)):
            kind = "keyword"
        elif isinstance(field, VectorFieldType):
            kind = f"{field.definition.data_type}_vector"
        else:
            try:
                field.require_doc_values()
            except OpenSearchError as error:
                raise Thrown.of(error) from error
            found = _KINDS.get(field.kind)
            if found is None:
                raise NotFaked(f"a field of type [{field.kind}] in a script")
            kind = found
        column = self.ctx.ordered(field)
        assert column is not None
        return field, kind, column

    def kind(self, field: str) -> str | None:
        found = self._field(field)
        return None if found is None else found[1]

    def stored(self, field: str) -> list[Any] | None:
        row = int(self.ctx.view.parents(0)[self.row])
        if field == "_id":
            return [self.ctx.view.ids[row]]
        mapped = self.ctx.mapping.field(field)
        if mapped is None:
            return None
        if field.startswith("_"):
            raise NotFaked(f"[{field}] among the stored fields of a script")
        found = stored_fields(self.ctx.mapping, [field], self.ctx.view.stored_source(row))
        values = (value for values in found.values() for value in values)
        return [Float(value) if isinstance(value, np.float32) else java_value(value) for value in values]

    def values(self, field: str) -> Sequence[Any]:
        found = self._field(field)
        if found is None:
            return ()
        mapped, kind, column = found
        first, last = places_of(column.rows, self.row, self.row + 1)
        if isinstance(column, NumericColumn):
            return _numbers(mapped, kind, column.values[first:last].tolist())
        if isinstance(column, KeywordColumn):
            terms = [column.terms[tid] for tid in column.tids[first:last].tolist()]
            if isinstance(mapped, (FlatObjectFieldType, PathsFieldType)):
                return [f"{mapped.path.removesuffix(PATHS)}.{term}" for term in terms]
            return terms
        if isinstance(column, VectorColumn):
            return [column.matrix[i] for i in range(first, last)]
        if isinstance(column, GeoPointColumn):
            return list(zip(column.lats[first:last].tolist(), column.lons[first:last].tolist(), strict=True))
        assert isinstance(column, ObjectColumn)
        return column.values[first:last]


def _numbers(field: FieldType, kind: str, values: list[Any]) -> Sequence[Any]:
    if kind == "date":
        return dates(values, nanos=field.kind == "date_nanos")
    if kind == "boolean":
        return [bool(value) for value in values]
    if field.kind == "scaled_float":
        return [field.doc_value(value) for value in values]
    return values


def dates(values: list[int], *, nanos: bool) -> list[Any]:
    """Instants as a script's ZonedDateTime."""
    return [zoned_date_time(value if nanos else value * 1_000_000) for value in values]


class ShardColumns:
    """The doc values of some rows of a shard, a column each (painless.Columns)."""

    def __init__(self, doc: ShardDoc, rows: Rows, score: Callable[[], Scores]) -> None:
        self.doc = doc
        self.rows = rows
        self.n = len(rows)
        self._score = score

    def kind(self, field: str) -> str | None:
        try:
            return self.doc.kind(field)
        except Thrown:
            return None  # to be refused where the script looks at it

    def _column(self, field: str) -> tuple[FieldType, Column]:
        found = self.doc._field(field)
        assert found is not None
        return found[0], found[2]

    def numbers(self, field: str) -> Numbers:
        mapped, column = self._column(field)
        assert isinstance(column, NumericColumn)
        values = column.lowest[self.rows]
        if mapped.kind == "boolean":
            values = values.astype(bool)
        elif mapped.kind == "scaled_float":
            values = values * (1.0 / getattr(mapped, "factor", 1.0))
        if column.single:
            return Numbers(values, column.exists[self.rows].astype(np.int64))
        return Numbers(values, np.diff(column.offsets)[self.rows])

    def vectors(self, field: str) -> Vectors:
        mapped, column = self._column(field)
        assert isinstance(column, VectorColumn) and isinstance(mapped, VectorFieldType)
        if len(column.rows) == column.n:
            return Vectors(column.matrix, self.rows.astype(np.intp), mapped.definition.data_type)
        places = np.full(column.n, -1, np.intp)
        places[column.rows] = np.arange(len(column.rows))
        return Vectors(column.matrix, places[self.rows], mapped.definition.data_type)

    def multi(self, field: str) -> tuple[NDArray[Any], NDArray[np.int64]]:
        """All values of a numeric field of these rows, and offsets of n + 1."""
        mapped, column = self._column(field)
        assert isinstance(column, NumericColumn)
        starts, ends = column.offsets[self.rows], column.offsets[self.rows.astype(np.int64) + 1]
        counts = ends - starts
        offsets = np.concatenate(([0], np.cumsum(counts)))
        at = np.repeat(starts - offsets[:-1], counts) + np.arange(int(offsets[-1]))
        values = column.values[at]
        if isinstance(mapped, NumberFieldType) and mapped.kind == "scaled_float":
            values = values * (1.0 / getattr(mapped, "factor", 1.0))
        return values, offsets

    def points(self, field: str) -> tuple[Any, Any, Any]:
        """Latitudes and longitudes of each row's first point, and how many it has."""
        _, column = self._column(field)
        assert isinstance(column, GeoPointColumn)
        first = np.searchsorted(column.rows, self.rows)
        counts = np.searchsorted(column.rows, self.rows, "right") - first
        some = counts > 0
        lats, lons = np.zeros(self.n), np.zeros(self.n)
        lats[some], lons[some] = column.lats[first[some]], column.lons[first[some]]
        return lats, lons, counts

    @property
    def score(self) -> NDArray[np.float32]:
        return self._score()[self.rows]


class ExpressionColumns(ShardColumns):
    """The doc values that an expression reads: all of a field's, which must have some."""

    def kind(self, field: str) -> str | None:
        return self.doc.kind(field)


def compile_script(script: Script, context: str) -> None:
    """Refuse a script that its language cannot take in a context."""
    check_language(script, context)
    if script.lang == "expression":
        compile_expression(str(script.source), context, script.params)
    elif script.lang == "painless":
        _compiled(script, context)


def _compiled(script: Script, context: str) -> CompiledScript:
    with compiling(script):
        return compile(str(script.source), context, script.params, script.options, script.id)


def script_values(
    ctx: ShardContext,
    script: Script,
    context: str,
    rows: Rows,
    score: Callable[[], Scores] | None = None,
    until: Callable[[Any], bool] | None = None,
) -> Sequence[Any] | NDArray[Any]:
    """What a script gives for each of some rows: a numpy array where it runs on columns, else a list, which ends with
    the first value that ``until`` holds for.
    """
    if script.lang == "expression":
        expression = compile_expression(str(script.source), context, script.params)
        return expression.vectorize(ExpressionColumns(ShardDoc(ctx), rows, score or _no_score), context)
    compiled = _compiled(script, context)
    if not len(rows):
        return []
    doc = ShardDoc(ctx)
    columns = ShardColumns(doc, rows, score or _no_score)
    try:
        found = compiled.vectorize(columns)
        if found is not None:
            return found
        out = []
        frequencies = TermFrequencies(ctx)
        scores = score() if score is not None and "_score" in compiled.used else None
        segment, segments = -1, ctx.view.segment_of
        for row in rows.tolist():
            if segments[row] != segment:
                segment = segments[row]
                compiled.begin_segment()
            frequencies.row = row
            bindings: dict[str, Any] = {
                "doc": doc.at(row),
                "_index": ctx.index,
                "_shard_id": ctx.shard,
                "_doc_id": row,
                "term_statistics": frequencies,
            }
            if scores is not None:
                bindings["_score"] = float(scores[row])
            if "_source" in compiled.used:
                bindings["_source"] = source_of(ctx, row)
            value = compiled.execute(bindings)
            out.append(value)
            if until is not None and until(value):
                break
        return out
    except NotFaked:
        raise
    except Exception as error:
        raise running(error) from error.__cause__  # type: ignore[arg-type]


def source_of(ctx: ShardContext, row: int) -> Any:
    """``params._source``: the source of the document that a row is of."""
    source = ctx.view.source(int(ctx.view.parents(0)[row]))
    return java_value({} if source is None else orjson.loads(source))


def _no_score() -> Scores:
    raise IllegalArgumentException("this context has no score")


def painless_score(ctx: ShardContext, script: Script, inner: Callable[[], Matched]) -> Scores:
    """float32[n]: a score script on every living row that matches."""
    compiled = _compiled(script, "score")
    try:
        mask = inner().mask
    except Unscored as error:
        raise running(compiled.failed_below(error.cause, error.frames)) from error.cause
    rows = np.flatnonzero(mask & ctx.view.live).astype(np.int32)
    out = np.zeros(ctx.n, np.float32)
    # A score that is refused is the last: what the script does with later documents is never seen.
    values = script_values(ctx, script, "score", rows, lambda: inner().score, until=lambda value: not value >= 0)
    if len(rows):
        with np.errstate(over="ignore"):
            out[rows[: len(values)]] = np.asarray(values, np.float64).astype(np.float32)
    return out


def script_filter(ctx: ShardContext, script: Script) -> Mask:
    """bool[n]: what a filter script says of the living rows that are visited; of an expression, whether it is anything
    but zero."""
    asked = ctx.view.live & ctx.everything()
    rows = np.flatnonzero(asked if ctx.visited is None else asked & ctx.visited).astype(np.int32)
    out = np.zeros(ctx.n, bool)
    values = script_values(ctx, script, "filter", rows, lambda: np.zeros(ctx.n, np.float32))
    if len(rows):
        out[rows] = np.asarray(values, bool)
    return out


def expression_score(ctx: ShardContext, script: Script, inner: Callable[[], Matched]) -> Scores:
    expression = compile_expression(str(script.source), "score", script.params)
    rows = np.flatnonzero(inner().mask & ctx.view.live).astype(np.int32)
    out = np.zeros(ctx.n, np.float32)
    out[rows] = expression.vectorize(ExpressionColumns(ShardDoc(ctx), rows, lambda: inner().score))
    return out


def _uses_score(script: Script) -> bool:
    return "_score" in _compiled(script, "score").used


FILTER_LANGUAGES["painless"] = FILTER_LANGUAGES["expression"] = script_filter
SCORE_LANGUAGES["painless"] = painless_score
SCORE_LANGUAGES["expression"] = expression_score
NEEDS_SCORE["painless"] = _uses_score
NEEDS_SCORE["expression"] = lambda script: "_score" in str(script.source)
