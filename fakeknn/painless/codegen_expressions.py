"""An analysed tree to Python code objects: expressions."""

from __future__ import annotations

import ast as py
from collections.abc import Callable
from typing import Any

from fakeknn.errors import NotFaked
from fakeknn.painless import ast, operators
from fakeknn.painless.allowlist import BOXED, PRIMITIVES, UNBOXED
from fakeknn.painless.ast import Cast
from fakeknn.painless.casts import STRING
from fakeknn.painless.codegen_members import MemberCodegen
from fakeknn.painless.hierarchy import def_result, instance_of
from fakeknn.painless.library_regex import find, matches
from fakeknn.painless.throwable import CompileFault, Thrown
from fakeknn.painless.values import HashMap, array_type, equals, key_of, new_array

_DEF_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operators.def_add,
    "-": operators.def_sub,
    "*": operators.def_mul,
    "/": operators.def_div,
    "%": operators.def_rem,
    "&": operators.def_and,
    "|": operators.def_or,
    "^": operators.def_xor,
    "<<": operators.def_lsh,
    ">>": operators.def_rsh,
    ">>>": operators.def_ush,
    "==": operators.def_eq,
    "!=": operators.def_ne,
    "<": operators.def_lt,
    "<=": operators.def_lte,
    ">": operators.def_gt,
    ">=": operators.def_gte,
}
_COMPARE: dict[str, type[py.cmpop]] = {
    "==": py.Eq,
    "===": py.Eq,
    "!=": py.NotEq,
    "!==": py.NotEq,
    "<": py.Lt,
    "<=": py.LtE,
    ">": py.Gt,
    ">=": py.GtE,
}
_CONSTANTS = (ast.BooleanConstant, ast.Numeric, ast.Decimal, ast.String)


_FOLDED = (ast.Unary, ast.Binary, ast.Comp, ast.BooleanComp)


def _converted(node: ast.Expression) -> ast.Expression:
    """What a cast that nobody wrote is a cast of: one that was written leaves no trace of its own."""
    while isinstance(node, ast.Explicit) or (isinstance(node, ast.Unary) and node.folds):
        node = node.child
    return node


class ExpressionCodegen(MemberCodegen):
    """Operators, constants and initializers; what has a name is ``MemberCodegen``'s."""

    def value(self, node: ast.Expression) -> py.expr:
        """The node's value, converted."""
        result = self.raw(node)
        if node.cast is not None:
            if not (isinstance(result, py.Constant) and node.cast.target in PRIMITIVES):
                self.mark(_converted(node).offset)
            if node.cast.source in UNBOXED and node.cast.target in PRIMITIVES:
                self._explain_unboxing(node, node.cast.source)
            result = self.cast(result, node.cast)
        return result

    def raw(self, node: ast.Expression) -> py.expr:
        emit = getattr(self, "_" + type(node).__name__.lower())
        before = self.line
        result: py.expr = emit(node)
        if isinstance(result, py.Constant) and isinstance(node, _FOLDED):
            self.line = before  # What the compiler computed is a constant like another: it has no place in the code.
        return result

    def boxed(self, node: ast.Expression) -> py.expr:
        """The node's value as a reference, for an operator on def."""
        result = self.value(node)
        type_ = self.type_of(node)
        if type_ in PRIMITIVES:
            return self.cast(result, Cast(type_, BOXED[type_], False))
        return result

    @staticmethod
    def type_of(node: ast.Expression) -> str:
        """The type of what ``value`` gives."""
        return node.cast.target if node.cast is not None else str(node.vtype)

    # --- constants ----------------------------------------------------------------------------------------------------

    def _booleanconstant(self, node: ast.BooleanConstant) -> py.expr:
        return self.constant(node.value)

    def _numeric(self, node: ast.Numeric) -> py.expr:
        return self.constant(node.value)

    def _decimal(self, node: ast.Decimal) -> py.expr:
        return self.constant(node.value)

    def _string(self, node: ast.String) -> py.expr:
        return self.constant(node.value)

    def _null(self, node: ast.Null) -> py.expr:
        return self.constant(None)

    def _regex(self, node: ast.Regex) -> py.expr:
        self.statements.add(node.offset)
        return self.reach(self.pattern(node.pattern, node.flag_bits))

    def pattern(self, pattern: str, flags: int) -> Any:
        raise NotImplementedError

    # --- operators ----------------------------------------------------------------------------------------------------

    def _unary(self, node: ast.Unary) -> py.expr:
        operation = node.operation
        if node.folds:
            return self.value(node.child)
        self.mark(node.offset)
        child = self.value(node.child)
        if isinstance(child, py.Constant) and node.unary_type != "def":
            return self._folded_unary(operation, child.value, str(node.unary_type))
        if operation == "!":
            return self.at(py.UnaryOp(py.Not(), child))
        if node.unary_type == "def":
            function = {"-": operators.def_neg, "+": operators.def_plus, "~": operators.def_not}[operation]
            return self._def_typed(self.call(function, child), node)
        if operation == "+":
            return child
        operator = py.USub() if operation == "-" else py.Invert()
        result = self.at(py.UnaryOp(operator, child))
        return self.wrapped(result, str(node.unary_type)) if node.unary_type in ("int", "long") else result

    def _folded_unary(self, operation: str, value: Any, type_: str) -> py.expr:
        if operation == "!":
            return self.constant(not value)
        if operation == "~":
            return self.constant(~value)
        if operation == "-":
            return self.constant(self.fold("-", type_, 0, value) if type_ in ("int", "long") else -value)
        return self.constant(value)

    def _def_typed(self, result: py.expr, node: ast.Unary | ast.Binary) -> py.expr:
        """The result of an operator on def, as the type that was expected of it."""
        if node.vtype in ("def", "java.lang.Object"):
            return result
        return self.call(def_result, result, self.constant(node.vtype), self.constant(node.explicit))

    def _binary(self, node: ast.Binary) -> py.expr:
        operation = node.operation
        if operation == "+" and node.binary_type == STRING:
            return self._concatenation(node)
        self.mark(node.offset)
        if operation in ("=~", "==~"):
            pattern = self.value(node.right)
            return self.call(find if operation == "=~" else matches, pattern, self.value(node.left))
        if "def" in (node.binary_type, node.shift_type):
            left = self.boxed(node.left)
            right = self.boxed(node.right)
            function = _DEF_OPERATORS[operation]
            if self._beside_boolean(node.left, node.right):
                return self._with_boolean(node, function, left, right, str(node.vtype))
            return self._def_typed(self.call(function, left, right), node)
        left = self.value(node.left)
        right = self.value(node.right)
        return self._typed_operation(node.offset, operation, node.binary_type, left, right)

    def _typed_operation(self, offset: int, operation: str, type_: str, left: py.expr, right: py.expr) -> py.expr:
        if isinstance(left, py.Constant) and isinstance(right, py.Constant):
            try:
                return self.constant(self.fold(operation, type_, left.value, right.value))
            except Thrown as thrown:
                raise CompileFault(offset, thrown) from None
        return self.arithmetic(operation, type_, left, right)

    def _concatenation(self, node: ast.Binary) -> py.expr:
        self.mark(node.offset)
        left = self._text(node.left)
        right = self._text(node.right)
        if isinstance(left, py.Constant) and isinstance(right, py.Constant):
            return self.constant(str(left.value) + str(right.value))
        return self.binary(left, py.Add(), right)

    def _text(self, node: ast.Expression) -> py.expr:
        value = self.value(node)
        if isinstance(node, ast.Binary) and node.operation == "+" and node.binary_type == STRING:
            return value
        return self.as_text(value, self.type_of(node))

    def _booleancomp(self, node: ast.BooleanComp) -> py.expr:
        self.mark(node.offset)
        left = self.value(node.left)
        right = self.value(node.right)
        if isinstance(left, py.Constant) and isinstance(right, py.Constant):
            both = left.value and right.value if node.operation == "&&" else left.value or right.value
            return self.constant(both)
        return self.at(py.BoolOp(py.And() if node.operation == "&&" else py.Or(), [left, right]))

    def _comp(self, node: ast.Comp) -> py.expr:
        self.mark(node.offset)
        operation, compared = node.operation, node.compared
        if isinstance(node.right, ast.Null) or isinstance(node.left, ast.Null):
            other = node.left if isinstance(node.right, ast.Null) else node.right
            value = self.boxed(other) if compared == "def" else self.value(other)
            return self.compare(value, py.Is() if operation[0] == "=" else py.IsNot(), self.constant(None))
        if compared == "def":
            left = self.boxed(node.left)
            right = self.boxed(node.right)
            if operation in ("===", "!=="):
                boxed = node.left.vtype in PRIMITIVES or node.right.vtype in PRIMITIVES
                return self._same(operation, left, right, boxed)
            if self._beside_boolean(node.left, node.right):
                return self._with_boolean(node, _DEF_OPERATORS[operation], left, right, "boolean")
            return self.call(_DEF_OPERATORS[operation], left, right)
        left = self.value(node.left)
        right = self.value(node.right)
        if compared in PRIMITIVES or (compared == STRING and operation in ("==", "!=")):
            return self.compare(left, _COMPARE[operation](), right)
        if operation in ("===", "!=="):
            if isinstance(left, py.Constant) and isinstance(right, py.Constant):
                # Two constants of the compiler are two objects.
                return self.constant(operation == "!==")
            return self._same(operation, left, right)
        result = self.call(equals, left, right)
        return result if operation == "==" else self.at(py.UnaryOp(py.Not(), result))

    def _beside_boolean(self, left: ast.Expression, right: ast.Expression) -> bool:
        return (left.vtype == "boolean") != (right.vtype == "boolean")

    def _with_boolean(
        self, node: ast.Binary | ast.Comp, function: Callable[..., Any], left: py.expr, right: py.expr, returns: str
    ) -> py.expr:
        site = "boolean,Object" if node.left.vtype == "boolean" else "Object,boolean"
        return self.call(
            operators.with_boolean, self.reach(function), left, right, self.constant(site), self.constant(returns)
        )

    def _same(self, operation: str, left: py.expr, right: py.expr, boxed: bool = False) -> py.expr:
        result = self.call(operators.same_as_boxed if boxed else operators.same, left, right)
        return result if operation == "===" else self.at(py.UnaryOp(py.Not(), result))

    def _explicit(self, node: ast.Explicit) -> py.expr:
        return self.value(node.child)

    def _instanceof(self, node: ast.Instanceof) -> py.expr:
        value = self.value(node.child)
        type_ = str(node.child.vtype)
        instance = node.instance
        if type_ in ("long", "double"):
            # The real compiler's code for it takes one of two slots off the stack, which the verifier refuses.
            raise NotFaked(f"painless instanceof of a {type_}")
        if instance == "def":
            return self._then(value, self.constant(True))
        if type_ in PRIMITIVES:
            known = self.allowlist.assignable(BOXED.get(instance, instance), BOXED[type_])
            return self._then(value, self.constant(known))
        return self.call(instance_of, value, self.constant(instance), self.reach(self.allowlist))

    def _then(self, first: py.expr, second: py.expr) -> py.expr:
        """Evaluate one, answer the other."""
        pair = self.at(py.Tuple([first, second], py.Load()))
        return self.subscript(pair, self.constant(1))

    def _conditional(self, node: ast.Conditional) -> py.expr:
        self.mark(node.offset)
        condition = self.value(node.condition)
        left = self.value(node.left)
        return self.either(condition, left, self.value(node.right))

    def _elvis(self, node: ast.Elvis) -> py.expr:
        self.mark(node.offset)
        left = self.value(node.left)
        right = self.value(node.right)
        name = self.temporary()
        present = self.compare(self.walrus(name, left), py.IsNot(), self.constant(None))
        return self.either(present, self.name(name), right)

    # --- initializers -------------------------------------------------------------------------------------------------

    def _listinit(self, node: ast.ListInit) -> py.expr:
        self.mark(node.offset)
        return self.at(py.List([self.value(value) for value in node.values], py.Load()))

    def _mapinit(self, node: ast.MapInit) -> py.expr:
        self.mark(node.offset)
        parts = []
        for key, value in zip(node.keys, node.values, strict=True):
            parts += [self.value(key), self.value(value)]
        return self.call(new_map, self.at(py.Tuple(parts, py.Load())))

    def _newarray(self, node: ast.NewArray) -> py.expr:
        self.mark(node.offset)
        component = str(node.vtype)[:-2]
        values: py.expr = self.at(py.List([self.value(value) for value in node.values], py.Load()))
        if node.initializer:
            return self.call(array_type(component), values)
        return self.call(new_array, self.constant(component), values)

    # --- assignment ---------------------------------------------------------------------------------------------------

    def _assignment(self, node: ast.Assignment) -> py.expr:
        if node.operation is None:
            return self.store(node.left, lambda load: (self.value(node.right), None), node.read)
        return self.store(node.left, lambda load: self._compound(node, load()), node.read, loads=True)

    def _compound(self, node: ast.Assignment, before: py.expr) -> tuple[py.expr, py.expr | None]:
        """What a compound assignment stores, and what it is worth if that is the value before it."""
        worth = None
        if node.post and node.read:
            name = self.temporary()
            before = self.walrus(name, before)
            worth = self.name(name)
        operation, compound = str(node.operation), str(node.compound)
        offset = node.left.offset
        self.mark(offset)
        left_type = str(node.left.vtype)
        if operation == "+" and compound == STRING:
            if left_type == "def":
                before = self.cast(before, Cast("def", STRING, False))
            left = self.as_text(before, left_type)
            result = self.binary(left, py.Add(), self.as_text(self.value(node.right), self.type_of(node.right)))
        elif compound == "def":
            left = self.cast(before, node.upcast)
            right = self.boxed(node.right)
            function = _DEF_OPERATORS[operation]
            if node.right.vtype in PRIMITIVES:
                self.mark(node.right.offset)
            result = self.call(operators.def_compound, self.reach(function), left, right)
        else:
            left = self.cast(before, node.upcast)
            result = self._typed_operation(offset, operation, compound, left, self.value(node.right))
        if node.downcast is not None:
            self.mark(offset)
            result = self.cast(result, node.downcast)
        return result, worth


def new_map(parts: tuple[Any, ...]) -> HashMap:
    """``[k: v, ...]``."""
    made = HashMap()
    for i in range(0, len(parts), 2):
        made[key_of(parts[i])] = parts[i + 1]
    made.peak = len(made)
    return made
