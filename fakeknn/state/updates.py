"""What an update makes of a document: by merging a part into it, or by a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import NotFaked
from fakeknn.state.node import Node
from fakeknn.xcontent import hash_ordered


@dataclass(frozen=True, slots=True)
class ScriptOutcome:
    """What a script has made of ``ctx``: the operation it wants, and the new source (None if it took that away)."""

    op: str
    source: dict[str, Any] | None


#: Runs an update script on ``ctx``, JSON values by name.
ScriptRunner = Callable[[Node, Any, Mapping[str, Any]], ScriptOutcome]


def no_scripts(node: Node, script: Any, ctx: Mapping[str, Any]) -> ScriptOutcome:
    raise NotFaked("update scripts")


def merge(source: dict[str, Any], changes: Mapping[str, Any], check_unequal: bool = True) -> bool:
    """XContentHelper.update: merge ``changes`` into ``source``; whether anything is another then."""
    modified = False
    for name in hash_ordered(changes):
        value = changes[name]
        if name not in source:
            source[name] = _hashed(value)
            modified = True
            continue
        old = source[name]
        if isinstance(old, dict) and isinstance(value, dict):
            modified |= merge(old, value, check_unequal and not modified)
            continue
        source[name] = _hashed(value)
        modified = modified or not check_unequal or not same(old, value)
    return modified


def _hashed(value: Any) -> Any:
    """The changes are read into hash maps, so that they come into the document in the maps' order, not in their own."""
    if isinstance(value, dict):
        return {name: _hashed(value[name]) for name in hash_ordered(value)}
    return [_hashed(item) for item in value] if isinstance(value, list) else value


def same(a: Any, b: Any) -> bool:
    """Objects.equals of two JSON values: 1 is not 1.0."""
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(value, b[key]) for key, value in a.items())
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return bool(a == b)
