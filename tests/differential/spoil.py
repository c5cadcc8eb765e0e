"""Spoiling a good request: what a typo, a confused client or a fuzzer would send."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from dataclasses import replace
from random import Random
from typing import Any

from fakeknn.contract.console import ConsoleRequest

from .draw import ODD, Json, some

_KEYS = ("nonsense", "query", "value", "boost", "fields", "Field", "")
_VALUES = ("", "x", "-5", "true", "0", "99999999999", "1.5", "null", "[]", "a,b", "*", "10", "open")
_PARAMETERS = (
    *("nonsense", "refresh", "timeout", "ignore_unavailable", "expand_wildcards", "routing", "version", "if_seq_no"),
    *("pretty", "human", "filter_path", "format", "size", "from", "preference", "typed_keys", "flat_settings", "level"),
    *("rest_total_hits_as_int", "scroll", "search_type", "master_timeout", "wait_for_active_shards", "op_type", "v"),
)
_METHODS = ("GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH")
_MEDIA = ("text/plain", "application/yaml", "application/x-ndjson", "nonsense", "")


def spoiled_request(random: Random, request: ConsoleRequest) -> ConsoleRequest:
    """The request with one thing wrong: mostly in its body, else in its address."""
    chance = random.random()
    if chance < 0.02:
        return replace(request, headers={**request.headers, "Content-Type": some(random, _MEDIA)})
    if chance < 0.06:
        return replace(request, method=some(random, _METHODS))
    if chance < 0.14:
        return replace(request, path=_path(random, request.path))
    if chance < 0.24:
        return replace(request, path=_parameter(random, request.path))
    if not request.body:
        if chance < 0.5:
            return replace(request, body=json.dumps({some(random, _KEYS): some(random, ODD)}).encode())
        how: tuple[Callable[[Random, str], str], ...] = (_path, _parameter)
        return replace(request, path=some(random, how)(random, request.path))
    return replace(request, body=spoiled(random, request.body))


def _path(random: Random, path: str) -> str:
    """One part of the path wrong."""
    place, mark, parameters = path.partition("?")
    parts = place.split("/")
    at = random.randrange(1, len(parts))
    how = random.randrange(5)
    if how == 0:
        del parts[at]
    elif how == 1:
        parts.insert(at, some(random, ("", "_all", "nonsense", "_doc", "*")))
    elif how == 2:
        parts[at] = some(random, ("", "_all", "nonsense", "*", "_x", "-x", "A", ".", "a,b", "a%20b", "%zz", "<x>"))
    else:
        parts[at] = _typo(random, parts[at])
    return ("/".join(parts) or "/") + mark + parameters


def _parameter(random: Random, path: str) -> str:
    """One parameter wrong, or one too many."""
    place, _, text = path.partition("?")
    given = [one for one in text.split("&") if one]
    if not given or random.random() < 0.5:
        given.append(f"{some(random, _PARAMETERS)}={some(random, _VALUES)}")
    else:
        at = random.randrange(len(given))
        name, mark, value = given[at].partition("=")
        given[at] = (
            f"{_typo(random, name)}{mark}{value}" if random.random() < 0.5 else f"{name}={some(random, _VALUES)}"
        )
    return f"{place}?{'&'.join(given)}"


def spoiled(random: Random, body: bytes) -> bytes:
    """The body with one thing wrong: in its tree, or in its text."""
    if random.random() < 0.7:
        lines = body.split(b"\n")
        at = random.randrange(len(lines))
        for whole, put in ((body, None), (lines[at], at)):  # all of it, or one line of many values
            try:
                tree = json.loads(whole)
            except ValueError:
                continue
            changed = json.dumps(_tree(random, tree), indent=1 if put is None and at % 2 else None).encode()
            return changed if put is None else b"\n".join([*lines[:at], changed, *lines[at + 1 :]])
    return _text(random, body.decode(errors="surrogateescape")).encode(errors="surrogateescape")


def _places(value: Json) -> list[tuple[Any, Any]]:
    """Every (container, key) in a tree."""
    found: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items: list[tuple[Any, Any]] = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    else:
        return found
    for key, item in items:
        found.append((value, key))
        found += _places(item)
    return found


def _tree(random: Random, tree: Json) -> Json:
    tree = copy.deepcopy(tree)
    places = _places(tree)
    if not places:
        return some(random, ODD)
    container, key = some(random, places)
    value = container[key]
    how = random.randrange(6)
    if how == 0 and isinstance(container, dict):
        _rename(container, key, _typo(random, key))
    elif how == 1:
        del container[key]
    elif how == 2:
        container[key] = [value] if random.random() < 0.5 else {some(random, _KEYS): value}
    elif how == 3 and isinstance(container, dict):
        container[some(random, _KEYS)] = some(random, ODD)
    elif how == 4 and isinstance(value, dict) and value:
        container[key] = next(iter(value.values()))
    else:
        container[key] = some(random, ODD)
    return tree


def _rename(container: dict[str, Json], key: str, name: str) -> None:
    items = [(name if k == key else k, v) for k, v in container.items()]
    container.clear()
    container.update(items)


def _typo(random: Random, key: str) -> str:
    if len(key) < 2 or random.random() < 0.2:
        return some(random, _KEYS)
    at = random.randrange(len(key))
    return some(random, (key[:at] + key[at + 1 :], key[:at] + "x" + key[at:], key + "s", key.upper(), key.capitalize()))


def _text(random: Random, text: str) -> str:
    at = random.randrange(len(text) + 1)
    how = random.randrange(4)
    if how == 0:
        return text[:at]
    if how == 1:
        return text[:at] + some(random, ",:{}[]\"' x1-.\n") + text[at:]
    if how == 2:
        return text[:at] + text[at + 1 :]
    return text[:at] + some(random, ("null", "NaN", "//", "1e", "\\u12", "\t", "é", "}}")) + text[at:]
