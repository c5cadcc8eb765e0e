"""Spoiling a good request: what a typo, a confused client or a fuzzer would send."""

from __future__ import annotations

import copy
import json
from random import Random
from typing import Any

from .draw import ODD, Json, some

_KEYS = ("nonsense", "query", "value", "boost", "fields", "Field", "")


def spoiled(random: Random, body: bytes) -> bytes:
    """The body with one thing wrong: in its tree, or in its text."""
    if random.random() < 0.7:
        try:
            tree = json.loads(body)
        except ValueError:
            return _text(random, body.decode()).encode()
        return json.dumps(_tree(random, tree)).encode()
    return _text(random, body.decode()).encode()


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
