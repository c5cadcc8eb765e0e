"""``_list``: the tables of indices and of shards page by page, in the order in which the indices were created.

A page's token says, in base64, what it ended with: an index's date of creation and name, for shards with the number of
the last one in front.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from fakeknn.api.cat.indices import INDICES, INDICES_PARAMETERS, INDICES_TOLD, asked_for, index_rows
from fakeknn.api.cat.shards import SHARDS, SHARDS_PARAMETERS, copy_rows
from fakeknn.api.cat.table import PARAMETERS, Column, Row, answer, helped
from fakeknn.api.timeouts import check_manager_timeout, check_time
from fakeknn.errors import IllegalArgumentException, OpenSearchParseException
from fakeknn.rest import Request, Response, route
from fakeknn.state import names
from fakeknn.state.allocation import Copy, copies_of
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.xcontent.base64 import decode

_LISTS = ":‑|\n/_list/indices\n/_list/indices/{index}\n/_list/shards\n/_list/shards/{index}\n"
_PAGES = ("next_token", "sort", "size")


@route("GET", "/_list")
def overview(node: Node, request: Request) -> Response:
    return Response(200, _LISTS)


def _helps(request: Request, columns: Sequence[Column], told: Iterable[str]) -> Response | None:
    return helped(request, columns, {*PARAMETERS, *told}) if request.flag("help") else None


@route(
    "GET",
    "/_list/indices",
    "/_list/indices/{index}",
    params=(*INDICES_PARAMETERS, *INDICES_TOLD, *PARAMETERS, *_PAGES, "help"),
)
def indices(node: Node, request: Request) -> Any:
    """RestIndicesListAction: no shard's statistics are made but those of the page."""
    help_wanted = _helps(request, INDICES, INDICES_TOLD)
    if help_wanted is not None:
        return help_wanted
    page = Page.of(request, default=500, greatest=5000, parts=2)
    shown = asked_for(node, request)
    there = page.following(node, node.resolve(request.names("index"), names.LENIENT_EXPAND_OPEN_CLOSED_HIDDEN))
    turned = there[: page.size]
    token = _token(turned[-1].creation_date, turned[-1].name) if len(there) > page.size else None
    rows = index_rows(node, request, [index for index in turned if index in shown])
    return _paged(request, INDICES, rows, "indices", token)


@route(
    "GET",
    "/_list/shards",
    "/_list/shards/{index}",
    params=(*SHARDS_PARAMETERS, *PARAMETERS, *_PAGES, "help"),
)
def shards(node: Node, request: Request) -> Any:
    """RestShardsListAction; the copies of one shard are never torn apart."""
    help_wanted = _helps(request, SHARDS, ())
    if help_wanted is not None:
        return help_wanted
    check_time(request, "cancel_after_time_interval")
    page = Page.of(request, default=2000, least=2000, greatest=20_000, parts=3)
    request.flag("local")
    check_manager_timeout(request)
    there = page.following(node, node.resolve(request.names("index"), names.LENIENT_EXPAND_OPEN_CLOSED_HIDDEN))
    copies, token = page.copies(there, lambda index: copies_of(node, index))
    return _paged(request, SHARDS, copy_rows(node, copies), "shards", token)


def _paged(request: Request, columns: Sequence[Column], rows: Iterable[Row], entity: str, token: str | None) -> Any:
    found = list(rows)
    request.prepared()
    told = answer(request, columns, found)
    if isinstance(told, Response):
        return Response(told.status, f"{told.body}next_token {token or 'null'}\n")
    return {"next_token": token, entity: told}


# --- pages ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """What a request asks for: how much, in which order, and behind what (PageParams and the strategies' tokens)."""

    size: int
    ascending: bool
    last: tuple[int, str] | None = None
    """Date of creation and name of the index that the page before ended with."""
    last_shard: int | None = None

    @classmethod
    def of(cls, request: Request, *, default: int, least: int = 1, greatest: int, parts: int) -> Page:
        """Raises IllegalArgumentException, and OpenSearchParseException for a token that is none of ``parts`` parts."""
        size = request.number("size", default)
        assert size is not None
        if size <= 0:
            raise IllegalArgumentException("size must be greater than zero")
        sort = request.text("sort", "asc")
        if sort not in ("asc", "desc"):
            raise IllegalArgumentException("value of sort can either be asc or desc")
        if size < least:
            raise IllegalArgumentException(f"size should at least be [{least}]")
        if size > greatest:
            raise IllegalArgumentException(f"size should be less than [{greatest}]")
        token = request.text("next_token")
        if token is None:
            return cls(size, sort == "asc")
        *shard, created, name = _read_token(token, parts)
        return cls(size, sort == "asc", (_number(created, 1), name), _number(shard[0], 0) if shard else None)

    def following(self, node: Node, indices: Iterable[Index]) -> list[Index]:
        """The indices from the page's beginning on; the one that the last page of shards ended in is asked again.

        Those of the same millisecond come as they were created. The real server, which needs longer for one, has names
        decide.
        """
        places = {name: place for place, name in enumerate(node.indices)}

        def age(index: Index) -> tuple[int, int]:
            return index.creation_date, places[index.name]

        ordered = sorted(indices, key=age, reverse=not self.ascending)
        if self.last is None:
            return ordered
        created, name = self.last
        last = created, places.get(name, -1)
        return [
            index
            for index in ordered
            if (age(index) > last if self.ascending else age(index) < last)
            or (self.last_shard is not None and index.name == name)
        ]

    def copies(
        self, indices: Iterable[Index], copies_of: Callable[[Index], Iterable[Copy]]
    ) -> tuple[list[Copy], str | None]:
        """The copies of the page's shards, and its token if more follow."""
        taken: list[Copy] = []
        for index in indices:
            ended_here = not taken and self.last == (index.creation_date, index.name)
            for number, of_shard in groupby(copies_of(index), key=lambda copy: copy.number):
                if ended_here and self.last_shard is not None and number <= self.last_shard:
                    continue
                group = list(of_shard)
                if len(group) > self.size:
                    raise IllegalArgumentException(
                        "size value should be greater than the replica count of all indices, so that all primary and "
                        "replicas of a shard show up in single page"
                    )
                if len(taken) + len(group) > self.size:
                    last = taken[-1]
                    return taken, _token(last.number, last.index.creation_date, last.index.name)
                taken += group
        return taken, None


def _token(*parts: object) -> str:
    return base64.b64encode("|".join(map(str, parts)).encode()).decode()


def _read_token(token: str, parts: int) -> list[str]:
    try:
        found = decode(token).decode(errors="replace").split("|")
    except IllegalArgumentException:
        raise _tainted() from None
    while found and not found[-1]:  # as Java splits
        found.pop()
    if len(found) != parts:
        raise _tainted()
    return found


def _number(written: str, least: int) -> int:
    try:
        number = int(written)
    except ValueError:
        raise _tainted() from None
    if number < least:
        raise _tainted()
    return number


def _tainted() -> OpenSearchParseException:
    return OpenSearchParseException(
        "Parameter [next_token] has been tainted and is incorrect. Please provide a valid [next_token]."
    )
