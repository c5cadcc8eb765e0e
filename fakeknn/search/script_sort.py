"""``_script`` as a sort: by the number or the text that a script makes of each document (ScriptSortBuilder)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NotFaked, NullPointerException
from fakeknn.query.base import ShardContext, running
from fakeknn.query.doc_values import compile_script, script_values
from fakeknn.query.script import Script, parse_script, resolved
from fakeknn.search.sort import SORTS, Sort, SortKeys, Terms, sort_mode, sort_order
from fakeknn.xcontent.objects import ObjectParser, declared, text


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
        if self.nested is not None:
            raise NotFaked("[nested] of a sort by [_script]")
        script = resolved(ctx, self.script)
        compile_script(script, self._context)
        scores = np.zeros(ctx.n, np.float32)
        scores[rows] = score
        found = script_values(ctx, script, self._context, rows, lambda: scores)
        if self.type == "string":
            return self._texts(ctx, list(found))
        values = np.asarray(found, np.float64)
        return SortKeys(-values if self.descending else values, values)

    def _texts(self, ctx: ShardContext, texts: list[Any]) -> SortKeys:
        if None in texts:
            raise running(
                NullPointerException('Cannot invoke "java.lang.CharSequence.length()" because "text" is null')
            )
        distinct = sorted({str(value) for value in texts}, key=str.encode)
        ctx.memo["script_sort", id(self)] = distinct
        places = {value: place for place, value in enumerate(distinct)}
        ords = np.array([places[str(value)] for value in texts], np.int64)
        keys = -2 * ords if self.descending else 2 * ords
        return SortKeys(keys, Terms(ords, np.arange(len(distinct), dtype=np.int32), distinct, None))

    def after(self, ctx: ShardContext, value: Any) -> Any:
        if self.type == "string":
            distinct = ctx.memo.get(("script_sort", id(self)), [])
            place = bisect_left(distinct, str(value).encode(), key=str.encode)
            bound = 2 * place if place < len(distinct) and distinct[place] == value else 2 * place - 1
            return -bound if self.descending else bound
        number = self._number(value)
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
        "nested_path": declared("string"),
        "nested_filter": declared("object"),
        "nested": declared("object"),
    },
    constructor=("script", "type"),
)


def parse_script_sort(container: Any, key: Any) -> Sort:
    """ScriptSortBuilder.fromXContent."""
    found = _SCRIPT.parse(container, key)
    if "nested_path" in found or "nested_filter" in found:
        raise NotFaked("[nested_path] and [nested_filter] of a sort")
    return ScriptSort("_script", **found)


SORTS["_script"] = parse_script_sort
