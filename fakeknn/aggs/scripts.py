"""Scripts that give aggregations their values: of each document, or of each value of a field (AggregationScript)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.docs import Docs
from fakeknn.errors import (
    AggregationExecutionException,
    ClassCastException,
    GeneralScriptException,
    IllegalArgumentException,
    NullPointerException,
)
from fakeknn.fields import FieldType
from fakeknn.painless import compile
from fakeknn.painless.expression import Expression, compile_expression
from fakeknn.painless.hierarchy import check_cast, lineage
from fakeknn.painless.iteration import iterate
from fakeknn.painless.library_time import ZonedDateTime
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import JavaArray, class_of, runtime_name, text
from fakeknn.query.context import ShardContext
from fakeknn.query.doc_values import ExpressionColumns, ShardDoc, script_values, source_of
from fakeknn.query.script import STRANGERS, Script, resolved


def _number(value: Any) -> float:
    """ScriptDoubleValues.toDoubleValue."""
    if isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, ZonedDateTime):
        return float(value.nanos // 1_000_000)
    raise AggregationExecutionException(
        f"Unsupported script value [{text(value)}], expected a number, date, or boolean"
    )


def _of_value(result: Any) -> float:
    """AggregationScript.runAsDouble."""
    if isinstance(result, (int, float)) and not isinstance(result, bool):
        return float(result)
    if result is None:
        raise NullPointerException(
            'Cannot invoke "java.lang.Number.doubleValue()" because the return value of '
            '"org.opensearch.script.AggregationScript.execute()" is null'
        )
    found = runtime_name(class_of(result))
    raise ClassCastException(
        f"class {found} cannot be cast to class java.lang.Number ({found} and java.lang.Number are in module java.base "
        "of loader 'bootstrap')"
    )


def _text_of_value(result: Any) -> str:
    """ValuesSource.WithScript.BytesValues."""
    if result is None:
        raise NullPointerException('Cannot invoke "Object.toString()" because "run" is null')
    return text(result)


def _several(value: Any) -> Iterable[Any]:
    """The values that one result stands for: none for null, the elements of an array or a collection."""
    if value is None:
        return ()
    if isinstance(value, JavaArray):
        return value
    if isinstance(value, list) or "java.util.Collection" in lineage(type(value)):
        return iterate(value)
    return (value,)


def _spread(found: Sequence[Iterable[Any]], back: NDArray[np.int64], read: Callable[[Any], Any]) -> tuple[Any, Any]:
    """(positions, values) of what was found of distinct rows; ``back`` tells which of them each position is."""
    values = [[read(one) for one in several] for several in found]
    at = [i for i, place in enumerate(back.tolist()) for _ in values[place]]
    chosen = [value for place in back.tolist() for value in values[place]]
    return np.array(at, np.int64), (chosen if read is not _number else np.array(chosen, np.float64))


class DerivedValues:
    """What the script of a derived field emits (DerivedFieldType.getAggregationScript)."""

    def __init__(self, field: FieldType) -> None:
        self.field = field

    def of_documents(self, docs: Docs, *, texts: bool) -> tuple[NDArray[np.int64], Any]:
        """(positions, values) of all documents: numbers, or texts."""
        rows, back = np.unique(docs.rows, return_inverse=True)
        found = [self.field.derivation.values(row) for row in rows.tolist()]
        return _spread(found, back, self._text if texts else _number)

    def _text(self, value: Any) -> str:
        """ScriptBytesValues; an address is read from a string."""
        if self.field.kind == "ip" and type(value) is not str:
            try:
                check_cast(value, "java.lang.String")
            except Thrown as thrown:
                raise thrown.error() from None
        return "" if value is None else text(value)

    def of_values(self, docs: Docs, at: NDArray[Any], values: Any, *, texts: bool) -> Any:
        raise NotImplementedError


class ValueScript:
    """A script, compiled for one shard."""

    def __init__(self, ctx: ShardContext, script: Script) -> None:
        self.ctx = ctx
        self.script = resolved(ctx, script)
        source = str(self.script.source)
        self.expression: Expression | None = None
        if self.script.lang == "expression":
            self.expression = compile_expression(source, "aggs", self.script.params)
            nothing = np.empty(0, np.int32)
            self.expression.link(ExpressionColumns(ShardDoc(ctx), nothing, lambda: np.empty(0, np.float32)), "aggs")
            return
        if self.script.lang in STRANGERS:
            raise IllegalArgumentException(STRANGERS[self.script.lang].format("aggs"))
        if self.script.lang != "painless":
            raise IllegalArgumentException(f"script_lang not supported [{self.script.lang}]")
        self.compiled = compile(source, "aggs", self.script.params, self.script.options, self.script.id)

    def of_documents(self, docs: Docs, *, texts: bool) -> tuple[NDArray[np.int64], Any]:
        """(positions, values): numbers, or texts, that the script gives for each document."""
        rows, back = np.unique(docs.rows, return_inverse=True)
        found = script_values(self.ctx, self.script, "aggs", rows, docs.script_scores)
        if isinstance(found, np.ndarray):
            if not texts:
                return np.arange(len(docs.rows)), found.astype(np.float64)[back]
            found = found.tolist()
        return _spread([_several(value) for value in found], back, text if texts else _number)

    def of_values(self, docs: Docs, at: NDArray[Any], values: Any, *, texts: bool) -> Any:
        """What the script makes of each value: numbers, or texts."""
        if self.expression is not None:
            return self._calculated(self.expression, docs, at, values, texts=texts)
        if self.compiled.used <= {"_value", "params"} and not self.compiled.lookups:
            distinct, back = np.unique(np.asarray(values, object if texts else np.float64), return_inverse=True)
            found = [self._run({"_value": value}) for value in distinct.tolist()]
            if not texts:
                return np.array([_of_value(result) for result in found], np.float64)[back]
            results = [found[place] for place in back.tolist()]
        else:
            given = list(values) if texts else np.asarray(values, np.float64).tolist()
            results = self._each(docs, at.tolist(), given)
        if texts:
            return [_text_of_value(result) for result in results]
        return np.array([_of_value(result) for result in results], np.float64)

    def _calculated(
        self, expression: Expression, docs: Docs, at: NDArray[Any], values: Any, *, texts: bool
    ) -> NDArray[np.float64] | list[str]:
        if texts and "_value" in expression.variables and len(at):
            raise GeneralScriptException(f"Cannot use expression with text variable using {expression}")
        # Once for each document: what was computed of its first value is given for the others too.
        documents, first, back = np.unique(at, return_index=True, return_inverse=True)
        columns = ExpressionColumns(ShardDoc(self.ctx), docs.rows[documents], docs.script_scores)
        given = None if texts else np.asarray(values, np.float64)[first]
        found = expression.vectorize(columns, "aggs", given)[back]
        return [text(value) for value in found.tolist()] if texts else found

    def _each(self, docs: Docs, at: Sequence[int], values: Sequence[Any]) -> list[Any]:
        doc = ShardDoc(self.ctx)
        scores = docs.script_scores() if "_score" in self.compiled.used else None
        results = []
        for place, value in zip(at, values, strict=True):
            row = int(docs.rows[place])
            bindings: dict[str, Any] = {"doc": doc.at(row), "_value": value}
            if scores is not None:
                bindings["_score"] = float(scores[row])
            if "_source" in self.compiled.used:
                bindings["_source"] = source_of(self.ctx, row)
            results.append(self._run(bindings))
        return results

    def _run(self, bindings: dict[str, Any]) -> Any:
        return self.compiled.execute(bindings)
