"""What a server remembers of where its scripts have been: a place that has found what it calls or computes with tells
of a null in other words (``DefBootstrap``'s guards) than one that has to look for it first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields

from fakeknn.painless import ast
from fakeknn.painless.allowlist import PRIMITIVES
from fakeknn.serving import server

_NULL = re.compile(r'Cannot invoke "Object.getClass\(\)" because "([^"]+)" is null')
_GUARDS = {
    "callArgs[0]": "receiver",
    "args[0]": "leftObject",
    "left": "leftObject",
    "right": "rightObject",
    "o": "leftObject",
}
#: What operators with two sides call them: to such a place a null is as good as a value.
_SIDES = ("left", "right", "o")

#: What a run of a node may leave out.
_DOUBTFUL: dict[type[ast.Node], tuple[str, ...]] = {
    ast.BooleanComp: ("right",),
    ast.Call: ("arguments",),  # of a null-safe one
    ast.Conditional: ("left", "right"),
    ast.Each: ("block",),
    ast.Elvis: ("right",),
    ast.For: ("afterthought", "block"),
    ast.If: ("block",),
    ast.IfElse: ("block", "else_block"),
    ast.Lambda: ("block",),
    ast.Try: ("catches",),
    ast.While: ("block",),
}
_CONSTANTS = (ast.Numeric, ast.Decimal, ast.String, ast.BooleanConstant, ast.Null)
_LEAVING = (ast.Return, ast.Throw, ast.Break, ast.Continue)


class Links:
    """The places of one script."""

    __slots__ = ("_certain", "_completed", "_failed", "_tree")

    def __init__(self, tree: ast.Tree) -> None:
        self._tree = tree
        self._certain: frozenset[int] | None = None
        self._completed: object = self
        self._failed: dict[int, object] = {}

    def complete(self) -> None:
        """A run ended well."""
        self._completed = server()

    def told(self, message: str | None, offset: int) -> str | None:
        """An exception's message as this place words it."""
        found = None if message is None else _NULL.fullmatch(message)
        if found is None or found[1] not in _GUARDS:
            return message
        linked = self._failed.get(offset, self) is server()
        if found[1] in _SIDES:
            if offset in self._unguarded():
                return message
            self._failed[offset] = server()
        if not linked and self._completed is server():
            self._certain = self._certain or frozenset(node.offset for node in _passed(self._tree.functions[-1].block))
            linked = offset in self._certain
        return f'Cannot invoke "Object.getClass()" because "{_GUARDS[found[1]]}" is null' if linked else message

    def _unguarded(self) -> set[int]:
        """The places of additions that may be of text: what their guards meet is caught."""
        found: set[int] = set()
        for node in (node for function in self._tree.functions for node in _all(function)):
            if isinstance(node, (ast.Assignment, ast.Binary)) and node.operation == "+" and _may_be_text(node):
                last = node.left if isinstance(node.right, _CONSTANTS) else node.right
                found.update(below.offset for below in _all(last))
        return found


def _may_be_text(addition: ast.Assignment | ast.Binary) -> bool:
    """What is assigned is made a ``def`` before it is added."""
    sides = (addition.left.vtype or "", addition.right.vtype or "")
    return isinstance(addition, ast.Assignment) or PRIMITIVES.isdisjoint(sides)


def _members(node: ast.Node) -> Iterator[tuple[str, ast.Node]]:
    for member in fields(node):
        value = getattr(node, member.name)
        for child in value if isinstance(value, list) else (value,):
            if isinstance(child, ast.Node) and member.name != "function":
                yield member.name, child


def _all(node: ast.Node) -> Iterator[ast.Node]:
    yield node
    for _, child in _members(node):
        yield from _all(child)


def _passed(node: ast.Node) -> Iterator[ast.Node]:
    """What every run of a node that ends well comes past."""
    yield node
    doubtful = _DOUBTFUL.get(type(node), ())
    if isinstance(node, ast.Call) and not node.null_safe:
        doubtful = ()
    for name, child in _members(node):
        if name in doubtful:
            continue
        yield from _passed(child)
        if isinstance(child, ast.Statement) and any(isinstance(below, _LEAVING) for below in _all(child)):
            break  # what stands behind may be left out
