"""Python syntax trees, built node by node: the vocabulary of ``codegen``.

Each node's line is the script offset (plus one) that the real compiler's debug information would give its bytecode,
so that the traceback of an exception tells where in the script it happened.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable
from typing import Any, TypeVar

from fakeknn.painless import numbers, operators
from fakeknn.painless.allowlist import BOXED, PRIMITIVES, UNBOXED
from fakeknn.painless.ast import Cast
from fakeknn.painless.casts import STRING
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.throwable import CompileFault, Thrown
from fakeknn.painless.values import text

_Node = TypeVar("_Node", bound=py.AST)
_WHOLE = frozenset({"byte", "short", "char", "int", "long"})
_INT_MIN, _INT_MAX = -(1 << 31), (1 << 31) - 1
_LONG_MIN, _LONG_MAX = -(1 << 63), (1 << 63) - 1


# The line of code that belongs to no place of the script.
UNMARKED = 1 << 20


class Emitter:
    """Makes nodes on the current ``line``; ``globals`` is all that the compiled code can reach."""

    def __init__(self) -> None:
        self.line = UNMARKED
        self.globals: dict[str, Any] = {"__builtins__": {}}
        self._names: dict[int, str] = {}
        self._kept: list[Any] = []
        self._temporaries = 0

    # --- nodes --------------------------------------------------------------------------------------------------------

    def mark(self, offset: int) -> None:
        """Debug information: what follows belongs to this place."""
        self.line = offset + 1

    def at(self, node: _Node) -> _Node:
        node.lineno = node.end_lineno = self.line  # type: ignore[attr-defined]
        node.col_offset = node.end_col_offset = 0  # type: ignore[attr-defined]
        return node

    def name(self, name: str) -> py.expr:
        return self.at(py.Name(name, py.Load()))

    def constant(self, value: Any) -> py.expr:
        return self.at(py.Constant(value))

    def reach(self, value: Any) -> py.expr:
        """A name that stands for an object of ours."""
        name = self._names.get(id(value))
        if name is None:
            name = self._names[id(value)] = f"g{len(self._names)}"
            self._kept.append(value)
            self.globals[name] = value
        return self.name(name)

    def call(self, function: Any, *arguments: py.expr) -> py.expr:
        """A call of one of our functions."""
        return self.at(py.Call(self.reach(function), list(arguments), []))

    def call_node(self, function: py.expr, *arguments: py.expr) -> py.expr:
        return self.at(py.Call(function, list(arguments), []))

    def binary(self, left: py.expr, operator: py.operator, right: py.expr) -> py.expr:
        return self.at(py.BinOp(left, operator, right))

    def compare(self, left: py.expr, operator: py.cmpop, right: py.expr) -> py.expr:
        return self.at(py.Compare(left, [operator], [right]))

    def either(self, condition: py.expr, then: py.expr, otherwise: py.expr) -> py.expr:
        return self.at(py.IfExp(condition, then, otherwise))

    def temporary(self) -> str:
        self._temporaries += 1
        return f"_t{self._temporaries}"

    def walrus(self, name: str, value: py.expr) -> py.expr:
        return self.at(py.NamedExpr(self.at(py.Name(name, py.Store())), value))

    def subscript(self, value: py.expr, index: py.expr) -> py.expr:
        return self.at(py.Subscript(value, index, py.Load()))

    def assign(self, name: str, value: py.expr) -> py.stmt:
        return self.at(py.Assign([self.at(py.Name(name, py.Store()))], value))

    def by_type(self, table: Any, receiver: py.expr, *arguments: py.expr) -> py.expr:
        """``table[type(receiver)](receiver, ...)``, the receiver evaluated once and first."""
        name = self.temporary()
        kind = self.call(type, self.walrus(name, receiver))
        return self.call_node(self.subscript(self.reach(table), kind), self.name(name), *arguments)

    # --- arithmetic ---------------------------------------------------------------------------------------------------

    def _within(self, value: py.expr, low: int, high: int, wrap: Callable[[int], int]) -> py.expr:
        """A whole number that seldom overflows: ``t if low <= (t := value) <= high else wrap(t)``."""
        name = self.temporary()
        inside = self.at(
            py.Compare(self.constant(low), [py.LtE(), py.LtE()], [self.walrus(name, value), self.constant(high)])
        )
        return self.either(inside, self.name(name), self.call(wrap, self.name(name)))

    def wrapped(self, value: py.expr, type_: str) -> py.expr:
        """The exact result of an operation as the type holds it."""
        if type_ == "int":
            return self._within(value, _INT_MIN, _INT_MAX, numbers.wrap_int)
        if type_ == "long":
            return self._within(value, _LONG_MIN, _LONG_MAX, numbers.wrap_long)
        return self.call(numbers.to_float, value) if type_ == "float" else value

    def arithmetic(self, operation: str, type_: str, left: py.expr, right: py.expr) -> py.expr:
        """An operation on two primitives of a type (boolean for the bitwise ones, too)."""
        if operation in _PLAIN:
            result = self.binary(left, _PLAIN[operation](), right)
            return result if operation in "&^|" else self.wrapped(result, type_)
        if operation in ("<<", ">>", ">>>"):
            return self.call(_SHIFTS[operation, type_], left, right)
        if operation == "/":
            if type_ in ("int", "long"):
                return self.call(numbers.int_div if type_ == "int" else numbers.long_div, left, right)
            if isinstance(right, py.Constant) and right.value:
                return self.wrapped(self.binary(left, py.Div(), right), type_)
            return self.wrapped(self.call(numbers.float_div, left, right), type_)
        return self.call(numbers.int_rem if type_ in ("int", "long") else numbers.float_rem, left, right)

    def fold(self, operation: str, type_: str, left: Any, right: Any) -> Any:
        """The constant that an operation on two constants gives; raises / by zero."""
        exact = _EXACT.get(operation)
        if exact is not None:
            return _settle(exact(left, right), type_)
        if operation in ("<<", ">>", ">>>"):
            return _SHIFTS[operation, type_](left, right)
        if operation == "/":
            if type_ == "int":
                return numbers.int_div(left, right)
            if type_ == "long":
                return numbers.long_div(left, right)
            return _settle(numbers.float_div(left, right), type_)
        return numbers.int_rem(left, right) if type_ in ("int", "long") else numbers.float_rem(left, right)

    # --- conversions --------------------------------------------------------------------------------------------------

    def cast(self, value: py.expr, cast: Cast | None) -> py.expr:
        """A value converted as the analyser decided."""
        if cast is None:
            return value
        source, target, explicit = cast
        if source in PRIMITIVES:
            return self._cast_primitive(value, source, target)
        if source == "def":
            return self._cast_def(value, target, explicit)
        if source in UNBOXED and (target in UNBOXED or target in PRIMITIVES):
            primitive = UNBOXED.get(target, target)
            plain = self.call(operators.unbox, value, self.constant(primitive))
            if target in PRIMITIVES:
                return plain
            return self.either_null(
                value, lambda inner: self._boxed(self.call(operators.unbox, inner, self.constant(primitive)), primitive)
            )
        if source == STRING and target == "char":
            if not isinstance(value, py.Constant):
                return self.call(operators.string_to_char, value)
            given: Any = value.value
            try:
                return self.constant(operators.string_to_char(given))
            except Thrown as thrown:
                raise CompileFault(None, thrown) from None
        if explicit and target not in ("def", "java.lang.Object"):
            return self.call(check_cast, value, self.constant(target))
        return value

    def either_null(self, value: py.expr, then: Callable[[py.expr], py.expr]) -> py.expr:
        name = self.temporary()
        is_null = self.compare(self.walrus(name, value), py.Is(), self.constant(None))
        return self.either(is_null, self.constant(None), then(self.name(name)))

    def _cast_primitive(self, value: py.expr, source: str, target: str) -> py.expr:
        if target in PRIMITIVES:
            return self._convert(value, source, target)
        if source == "char" and target == STRING:
            return self.call(chr, value)
        if target in UNBOXED and target != BOXED[source]:
            return self._boxed(self._convert(value, source, UNBOXED[target]), UNBOXED[target])
        return self._boxed(value, source)

    def _boxed(self, value: py.expr, primitive: str) -> py.expr:
        boxer = _BOXERS.get(primitive)
        return value if boxer is None else self.call(boxer, value)

    def _convert(self, value: py.expr, source: str, target: str) -> py.expr:
        if isinstance(value, py.Constant) and target != "boolean":
            return self.constant(operators.narrow(value.value, target))
        if target == "double":
            return self.call(float, value) if source in _WHOLE else value
        if target == "float":
            return self.call(numbers.to_float, value)
        if source in ("double", "float"):
            whole = self.call(numbers.double_to_long if target == "long" else numbers.double_to_int, value)
            return whole if target in ("int", "long") else self.call(_NARROW[target], whole)
        if target == "long" or (target == "int" and source != "long") or (target, source) == ("short", "byte"):
            return value
        return self.call(_NARROW[target], value)

    def _cast_def(self, value: py.expr, target: str, explicit: bool) -> py.expr:
        if target in _QUICK:
            # Nearly always the value is of the very kind; only otherwise is there something to find out.
            name = self.temporary()
            kind = self.call(type, self.walrus(name, value))
            quick = self.compare(kind, py.Is(), self.reach(_QUICK[target]))
            slow = self.call(
                operators.def_to_primitive, self.name(name), self.constant(target), self.constant(explicit)
            )
            return self.either(quick, self.name(name), slow)
        if target in PRIMITIVES:
            return self.call(operators.def_to_primitive, value, self.constant(target), self.constant(explicit))
        if target in UNBOXED:
            return self.call(operators.def_to_box, value, self.constant(target), self.constant(explicit))
        if target == STRING:
            return self.call(operators.def_to_string, value, self.constant(explicit))
        if target == "java.lang.Object":
            return value
        return self.call(check_cast, value, self.constant(target))

    def as_text(self, value: py.expr, type_: str) -> py.expr:
        """A value of a type as it appears in a concatenation."""
        if isinstance(value, py.Constant):
            constant: Any = value.value
            if type_ == "char":
                return self.constant(chr(constant))
            if type_ == "float":
                return self.constant(numbers.float_text(constant))
            return self.constant(text(constant))
        if type_ == "char":
            return self.call(chr, value)
        if type_ in ("int", "long", "short", "byte"):
            return self.call(str, value)
        return self.call(numbers.float_text if type_ == "float" else text, value)


def _settle(value: Any, type_: str) -> Any:
    if type_ == "int":
        return numbers.wrap_int(value)
    if type_ == "long":
        return numbers.wrap_long(value)
    return numbers.to_float(value) if type_ == "float" else value


_PLAIN: dict[str, type[py.operator]] = {
    "+": py.Add,
    "-": py.Sub,
    "*": py.Mult,
    "&": py.BitAnd,
    "^": py.BitXor,
    "|": py.BitOr,
}
_EXACT: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "&": lambda a, b: a & b,
    "^": lambda a, b: a ^ b,
    "|": lambda a, b: a | b,
}
_SHIFTS = {
    ("<<", "int"): operators.int_lsh,
    (">>", "int"): operators.int_rsh,
    (">>>", "int"): operators.int_ush,
    ("<<", "long"): operators.long_lsh,
    (">>", "long"): operators.long_rsh,
    (">>>", "long"): operators.long_ush,
}
_NARROW: dict[str, Callable[[int], int]] = {
    "int": numbers.wrap_int,
    "short": numbers.wrap_short,
    "byte": numbers.wrap_byte,
    "char": numbers.wrap_char,
}
_BOXERS: dict[str, Callable[..., Any]] = {
    "long": numbers.Long,
    "short": numbers.Short,
    "byte": numbers.Byte,
    "float": numbers.Float,
    "char": numbers.character,
}
_QUICK: dict[str, type] = {"double": float, "int": int, "boolean": bool}
