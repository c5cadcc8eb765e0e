"""Keeps a cluster as it was: a story leaves nothing behind and touches nothing that was there before it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Sequence
from fnmatch import fnmatchcase
from types import TracebackType
from typing import Any
from urllib.parse import quote, unquote

from fakeknn.contract.console import ConsoleRequest
from fakeknn.contract.masks import Json
from fakeknn.contract.targets import Server


class ForeignThings(Exception):
    """A console file would change what it did not create."""


def _names(answer: Json) -> set[str]:
    return set(answer) if isinstance(answer, dict) else set()


def _listed(member: str) -> Callable[[Json], set[str]]:
    return lambda answer: {item["name"] for item in answer.get(member, ())} if isinstance(answer, dict) else set()


def _indices(answer: Json) -> set[str]:
    return {row["index"] for row in answer} if isinstance(answer, list) else set()


def _scripts(answer: Json) -> set[str]:
    return _names(answer.get("metadata", {}).get("stored_scripts")) if isinstance(answer, dict) else set()


#: What can be created: where it is listed, how names are read from the answer, where one is deleted.
_KINDS: tuple[tuple[str, Callable[[Json], set[str]], str], ...] = (
    ("/_cat/indices?format=json&h=index&expand_wildcards=all", _indices, "/"),
    ("/_data_stream", _listed("data_streams"), "/_data_stream/"),
    ("/_index_template", _listed("index_templates"), "/_index_template/"),
    ("/_component_template", _listed("component_templates"), "/_component_template/"),
    ("/_template", _names, "/_template/"),
    ("/_ingest/pipeline", _names, "/_ingest/pipeline/"),
    ("/_search/pipeline", _names, "/_search/pipeline/"),
    ("/_cluster/state/metadata?filter_path=metadata.stored_scripts", _scripts, "/_scripts/"),
    ("/_snapshot/_all", _names, "/_snapshot/"),
)
_SETTINGS = "/_cluster/settings?flat_settings=true"


class Guard:
    """A context in which a story runs on a server.

    On entering, a story that would write to or delete existing indices is refused; on leaving, what is new and named
    in the story is deleted and the cluster's settings are put back. With ``empty``, all is deleted on entering.
    """

    def __init__(self, server: Server, requests: Sequence[ConsoleRequest], *, empty: bool = False) -> None:
        self._server = server
        self._requests = requests
        self._empty = empty
        self._there: list[set[str]] = []
        self._settings: dict[str, dict[str, Any]] = {}

    def __enter__(self) -> Guard:
        if self._empty:
            self._delete(lambda name: True)
        self._there = [self._list(place, names) for place, names, _ in _KINDS]
        self._settings = self._server.json("GET", _SETTINGS) or {}
        if self._there[0]:
            refuse_foreign(self._requests, self._there[0])
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        said = "\n".join(unquote(r.path) + "\n" + r.body.decode(errors="replace") for r in self._requests)
        self._delete(lambda name: self._empty or name in said)

    def _list(self, place: str, names: Callable[[Json], set[str]]) -> set[str]:
        return names(self._server.json("GET", place))

    def _delete(self, chosen: Callable[[str], bool]) -> None:
        for i, (place, names, where) in enumerate(_KINDS):
            there = self._there[i] if self._there else set()
            for name in sorted(self._list(place, names) - there):
                if chosen(name):
                    self._server.json("DELETE", where + quote(name, safe=""))
        if self._empty:
            self._server.json("DELETE", "/_search/scroll/_all")
            self._server.json("DELETE", "/_search/point_in_time/_all")
        self._restore_settings()

    def _restore_settings(self) -> None:
        now = self._server.json("GET", _SETTINGS) or {}
        changes: dict[str, dict[str, Any]] = {}
        for scope in ("persistent", "transient"):
            before, after = self._settings.get(scope, {}), now.get(scope, {})
            changed = {name: before.get(name) for name in {*before, *after} if before.get(name) != after.get(name)}
            if changed:
                changes[scope] = changed
        if changes:
            self._server.json("PUT", "/_cluster/settings", json.dumps(changes).encode())


def refuse_foreign(requests: Iterable[ConsoleRequest], existing: set[str]) -> None:
    """Raise ``ForeignThings`` if a request would write to, or delete, one of the ``existing`` indices."""
    for request in requests:
        if request.method in ("GET", "HEAD", "OPTIONS"):
            continue
        where = f"{request} (line {request.line}) would"
        path = unquote(request.path.partition("?")[0]).strip("/")
        first, _, rest = path.partition("/")
        if not first.startswith("_") and rest not in ("_search", "_count", "_msearch", "_refresh", "_mget", "_flush"):
            for pattern in first.split(","):
                touched = [name for name in sorted(existing) if fnmatchcase(name, pattern)]
                if touched:
                    raise ForeignThings(f"{where} touch the existing index [{touched[0]}]")
        elif first == "_all" and not rest:
            raise ForeignThings(f"{where} delete all indices")
        for name in re.findall(rb'"_index"\s*:\s*"([^"]*)"', request.body) if path.endswith("_bulk") else ():
            if name.decode(errors="replace") in existing:
                raise ForeignThings(f"{where} write to the existing index [{name.decode()}]")
