"""Tables: which columns are shown (``h``), in which order rows come (``s``), and how cells are written (RestTable)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cmp_to_key
from typing import Any

from fakeknn.errors import IllegalArgumentException, UnsupportedOperationException
from fakeknn.rest import COMMON_PARAMETERS, Request, Response, route, unrecognized
from fakeknn.state.names import simple_match
from fakeknn.state.node import Node
from fakeknn.units import ByteSizeValue, TimeValue
from fakeknn.xcontent import media
from fakeknn.xcontent.java import java_string

#: A row: cells by the names of their columns; those that are missing are empty.
Row = Mapping[str, Any]

#: AbstractCatAction.RESPONSE_PARAMS.
PARAMETERS = ("h", "v", "ts", "pri", "bytes", "size", "time", "s", "timeout")

_EPOCH, _TIMESTAMP = "epoch", "timestamp"


@dataclass(frozen=True, slots=True)
class Column:
    name: str
    aliases: tuple[str, ...]
    description: str
    right: bool = False
    shown: bool = True
    """Without being asked for."""
    sibling: str | None = None
    """The parameter that shows beside it the column of this prefix."""


def columns(text: str) -> list[Column]:
    """Columns as lines: name | aliases | marks | description.

    Of the marks, > aligns right, - shows a column only when asked for, + has that of the primaries beside it (``pri``).
    """
    found = []
    for line in text.strip().splitlines():
        # Only the blanks around the bars are layout: one real description begins with one.
        name, aliases, marks, description = line.split("|", 3)
        shown_aliases = tuple(aliases.strip().split(",")) if aliases.strip() else ()
        sibling = "pri" if "+" in marks else None
        found.append(Column(name.strip(), shown_aliases, description[1:], ">" in marks, "-" not in marks, sibling))
    return found


#: What Table.startHeadersWithTimestamp puts in front.
TIMES = columns(
    """
    epoch | t,time | | seconds since 1970-01-01 00:00:00
    timestamp | ts,hms,hhmmss | | time in HH:MM:SS
    """
)


def times(node: Node) -> dict[str, Any]:
    """The cells of ``TIMES``."""
    seconds = node.clock.millis() // 1000
    return {_EPOCH: seconds, _TIMESTAMP: clock_time(seconds)}


def clock_time(seconds: int) -> str:
    """``HH:MM:SS``, in UTC."""
    return f"{datetime.fromtimestamp(seconds, UTC):%H:%M:%S}"


Rows = Callable[[Node, Request], Iterable[Row]]


def cat(
    *templates: str,
    columns: Sequence[Column] | Callable[[Request], Sequence[Column]],
    params: Iterable[str] = (),
    told: Iterable[str] = (),
) -> Callable[[Rows], Rows]:
    """Register a table: ``rows(node, request)`` gives its rows. ``told`` are parameters that only shape the answer."""
    told = frozenset((*PARAMETERS, *told))

    def register(rows: Rows) -> Rows:
        @route("GET", *templates, params=(*params, *told, "help"))
        def handler(node: Node, request: Request) -> Any:
            is_helped = request.flag("help")
            header = columns(request) if callable(columns) else columns
            if is_helped:
                return helped(request, header, told)
            found = list(rows(node, request))
            request.prepared()
            return answer(request, header, found)

        return rows

    return register


def helped(request: Request, columns: Sequence[Column], told: Iterable[str]) -> Response:
    """What ``help`` is answered with; of the parameters it reads only those that shape the answer (``told``)."""
    read = {*told, "help"}
    unused = [name for name in request.params if name not in read | {*COMMON_PARAMETERS}]
    if unused:
        raise IllegalArgumentException(unrecognized(request.path, unused, read))
    return Response(200, help_text(columns))


def answer(request: Request, columns: Sequence[Column], rows: Sequence[Row]) -> Any:
    """RestTable.buildResponse: text, unless a format that is known is asked for."""
    asked = media.from_format(request.params["format"]) if "format" in request.params else None
    if "format" not in request.params:
        asked = media.from_header(request.headers.get("accept"))
    if asked is None:
        return Response(200, text_of(request, columns, rows))
    shown = displayed(request, columns)
    ordered = in_order(request, columns, rows)
    return [{label: written(request, row.get(column.name)) for label, column in shown} for row in ordered]


# --- columns ----------------------------------------------------------------------------------------------------------

#: What a column is headed with, and the column.
Shown = list[tuple[str, Column]]


def displayed(request: Request, columns: Sequence[Column]) -> Shown:
    """RestTable.buildDisplayHeaders."""
    by_name = {column.name: column for column in columns}
    if "h" not in request.params:
        return [(column.name, column) for column in columns if column.shown and _timely(request, column)]
    shown: Shown = []
    for label in _asked(request.params["h"], columns):
        column = by_name.get(label)
        if column is None:  # of columns with one alias the last
            column = next((c for c in reversed(columns) if label in c.aliases), None)
        if column is None or not _timely(request, column):
            continue
        shown.append((label, column))
        if column.sibling is not None:
            beside = by_name.get(f"{column.sibling}.{column.name}")
            if beside is not None and request.flag(column.sibling):
                shown.append((f"{column.sibling}.{label}", beside))
    return shown


def _asked(headers: str, columns: Sequence[Column]) -> Iterable[str]:
    """What ``h`` names, wildcards replaced by the columns whose names or aliases they match."""
    found: dict[str, None] = {}
    for header in headers.split(","):
        if "*" not in header:
            found[header] = None
            continue
        for column in columns:
            if any(simple_match(header, name) for name in (column.name, *column.aliases)):
                found[column.name] = None
    return found


def _timely(request: Request, column: Column) -> bool:
    return column.name not in (_EPOCH, _TIMESTAMP) or request.flag("ts", True)


# --- rows -------------------------------------------------------------------------------------------------------------


def in_order(request: Request, columns: Sequence[Column], rows: Sequence[Row]) -> Sequence[Row]:
    """RestTable.getRowOrder: sorted by the columns in ``s``, each with ``:asc`` or ``:desc`` behind it or without."""
    if not request.params.get("s"):
        return rows
    names: dict[str, str] = {}
    for column in columns:
        names.update(dict.fromkeys((*column.aliases, column.name), column.name))
    keys = []
    for key in request.names("s"):
        name = key.removesuffix(":desc") if key.endswith(":desc") else key.removesuffix(":asc")
        if name not in names:
            raise UnsupportedOperationException(f"Unable to sort by unknown sort key `{name}`")
        keys.append((names[name], -1 if key.endswith(":desc") else 1))

    def compare(one: Row, other: Row) -> int:
        for name, sign in keys:
            order = _compared(one.get(name), other.get(name))
            if order:
                return sign * order
        return 0

    return sorted(rows, key=cmp_to_key(compare))


def _compared(one: Any, other: Any) -> int:
    """Empty cells come first; values of different types compare as texts."""
    if one is None or other is None:
        return (one is not None) - (other is not None)
    if type(one) is not type(other):
        one, other = java_string(one), java_string(other)
    elif isinstance(one, ByteSizeValue):
        one, other = one.bytes, other.bytes
    elif isinstance(one, TimeValue):
        one, other = one.nanos, other.nanos
    return int(one > other) - int(one < other)


# --- cells ------------------------------------------------------------------------------------------------------------

_SIZES = {unit: 1024**i for i, unit in enumerate("kmgtp", 1)}
_BYTES = {"b": 1, **_SIZES, **{f"{unit}b": factor for unit, factor in _SIZES.items()}}
_TIMES = {"nanos": 1, "micros": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9, "d": 86400 * 10**9}


def written(request: Request, value: Any) -> str | None:
    """RestTable.renderValue: a cell's text; ``bytes`` and ``time`` name the units of sizes and durations."""
    if value is None:
        return None
    if isinstance(value, ByteSizeValue):
        factor = _BYTES.get(request.params.get("bytes", ""))
        return str(value) if factor is None else str(value.bytes // factor)
    if isinstance(value, TimeValue):
        factor = _TIMES.get(request.params.get("time", ""))
        return str(value) if factor is None else str(value.nanos // factor)
    return java_string(value)


def text_of(request: Request, columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """RestTable.buildTextPlainResponse."""
    verbose = request.flag("v")
    shown = displayed(request, columns)
    ordered = in_order(request, columns, rows)
    lines = [[written(request, row.get(column.name)) or "" for _, column in shown] for row in ordered]
    if verbose:
        lines.insert(0, [label for label, _ in shown])
    widths = [max(map(len, cells), default=0) for cells in zip(*lines, strict=True)]
    rights = [column.right for _, column in shown]
    return "".join(_line(line, widths, rights) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int], rights: Sequence[bool]) -> str:
    last = len(cells) - 1
    padded = []
    for i, (cell, width, right) in enumerate(zip(cells, widths, rights, strict=True)):
        # The original counts the blanks in a byte, and takes more than 127 for less than none.
        blanks = " " * max((width - len(cell) + 128) % 256 - 128, 0)
        padded.append(blanks + cell if right else cell if i == last else cell + blanks)
    return " ".join(padded) + "\n"


def help_text(columns: Sequence[Column]) -> str:
    """What the columns of a table are."""
    lines = [(column.name, ",".join(column.aliases), column.description) for column in columns]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    return "".join(" | ".join(map(str.ljust, line, widths)) + "\n" for line in lines)
