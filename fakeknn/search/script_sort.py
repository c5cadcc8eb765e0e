"""``_script`` as a sort: by the number or the text that a script makes of each document (ScriptSortBuilder)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NullPointerException
from fakeknn.query.context import ShardContext, running
from fakeknn.query.doc_values import compile_script, script_values
from fakeknn.query.script import Script, parse_script, resolved
from fakeknn.search.nested_sort import NESTED, taken_nested
from fakeknn.search.numeric_sort import null_number
from fakeknn.search.sort import SORTS, Sort, SortKeys, sort_mode, sort_order
from fakeknn.search.sort_values import Terms
from fakeknn.xcontent import java_string
from fakeknn.xcontent.objects import ObjectParser, declared, text

_MISSING = object()


@dataclass(frozen=True)
class ScriptSort(Sort):
    """One value a document, of kind ``type``: ``number`` or ``string``."""

    script: Script = field(default_factory=lambda: Script(""))
    type: str = "number"

    @property
    def by_field(self) -> bool:
        return False

    @property
    def _context(self) -> str:
        return f"{self.type}_sort"

    def keys(self, ctx: ShardContext, rows: NDArray[np.int32], score: NDArray[np.float32]) -> SortKeys:
        nested = self.nested
        children = None if nested is None else nested.children(ctx)
        script = resolved(ctx, self.script)
        compile_script(script, self._context)
        scores = np.zeros(ctx.n, np.float32)
        scores[rows] = score
        if nested is None or children is None:
            found: Any = script_values(ctx, script, self._context, rows, lambda: scores)
            return (
                self._texts(ctx, list(found))
                if self.type == "string"
                else self._of_numbers(np.asarray(found, np.float64))
            )
        if self.mode == "median":
            nested.refuse_median(ctx, children, rows)
        asked = np.zeros(ctx.n, bool)
        asked[rows] = True
        parents = nested.parents(ctx)
        inner = np.flatnonzero(nested.first(ctx, children) & np.append(asked, False)[parents]).astype(np.int32)
        found = script_values(ctx, script, self._context, inner, lambda: scores)
        of = parents[inner]
        if self.type == "string":
            return self._texts(ctx, self._best_text(rows, of, list(found)))
        return self._of_numbers(self._one_each(rows, of, np.asarray(found, np.float64)))

    def _of_numbers(self, values: NDArray[np.float64]) -> SortKeys:
        return SortKeys(-values if self.descending else values, values)

    def _one_each(self, rows: NDArray[np.int32], of: Any, values: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of the values of each row's objects one; the greatest number there is for a row without any."""
        out = np.full(len(rows), np.finfo(np.float64).max)
        if not len(of):
            return out
        starts = np.flatnonzero(np.diff(of, prepend=-1))
        mode = self._mode
        if mode in ("min", "max"):
            each = (np.minimum if mode == "min" else np.maximum).reduceat(values, starts)
        else:
            each = np.add.reduceat(values, starts)
            if mode == "avg":
                each = each / np.diff(np.append(starts, len(of)))
        places = np.searchsorted(of[starts], rows)
        has = np.isin(rows, of[starts])
        out[has] = each[places[has]]
        return out

    def _best_text(self, rows: NDArray[np.int32], of: Any, texts: list[Any]) -> list[Any]:
        """Of the texts of each row's objects the least or the greatest; a blank for a row without any."""
        best: dict[int, str] = {}
        choose = max if self._mode == "max" else min
        for row, value in zip(of.tolist(), texts, strict=True):
            kept = best.get(row)
            best[row] = value if kept is None else choose(kept, value, key=str.encode)
        return [best.get(row, _MISSING) for row in rows.tolist()]

    def _texts(self, ctx: ShardContext, texts: list[Any]) -> SortKeys:
        if None in texts:
            raise running(
                NullPointerException('Cannot invoke "java.lang.CharSequence.length()" because "text" is null')
            )
        distinct = sorted({str(value) for value in texts if value is not _MISSING}, key=str.encode)
        ctx.memo["script_sort", id(self)] = distinct
        places = {value: place for place, value in enumerate(distinct)}
        ords = np.array([-1 if value is _MISSING else places[str(value)] for value in texts], np.int64)
        keys = np.where(ords < 0, 2 * len(distinct), 2 * ords)
        if self.descending:
            keys = np.where(ords < 0, 2 * len(distinct), -2 * ords)
        return SortKeys(keys, Terms(ords, np.arange(len(distinct), dtype=np.int32), distinct, None))

    def after(self, ctx: ShardContext, value: Any) -> Any:
        if self.type == "string":
            distinct, text = ctx.memo.get(("script_sort", id(self)), []), java_string(value)
            place = bisect_left(distinct, text.encode(), key=str.encode)
            bound = 2 * place if place < len(distinct) and distinct[place] == text else 2 * place - 1
            return -bound if self.descending else bound
        if value is None:
            raise null_number("Double", "value")
        number = self._number(value, self.field)
        return -number if self.descending else number


def _type(container: Any, key: Any) -> str:
    found = text(container, key).lower()
    if found not in ("string", "number"):
        raise IllegalArgumentException(f"Unknown ScriptSortType [{text(container, key)}]")
    return found


def _mode(container: Any, key: Any) -> str:
    mode = sort_mode(container, key)
    if str(container.get("type")).lower() == "string" and mode in ("sum", "avg", "median"):
        raise IllegalArgumentException(f"script sort of type [string] doesn't support mode [{mode}]")
    return mode


_SCRIPT = ObjectParser(
    "_script",
    {
        "script": declared("object_or_string", parse_script),
        "type": declared("string", _type),
        "order": declared("string", lambda container, key: sort_order(text(container, key))),
        "mode": declared("string", _mode),
        **NESTED,
    },
    constructor=("script", "type"),
    applied=True,
)


def parse_script_sort(container: Any, key: Any) -> Sort:
    """ScriptSortBuilder.fromXContent."""
    return ScriptSort("_script", **taken_nested(_SCRIPT.parse(container, key)))


SORTS["_script"] = parse_script_sort
