"""The semantic analysis of operators, constants and initializers."""

from __future__ import annotations

from fakeknn.errors import PatternSyntaxException
from fakeknn.javaregex.cursor import REGEX_FLAGS
from fakeknn.javaregex.pattern import compile_regex
from fakeknn.painless import ast
from fakeknn.painless.allowlist import PRIMITIVES, Allowlist
from fakeknn.painless.casts import (
    STRING,
    legal_cast,
    promote_add,
    promote_conditional,
    promote_equality,
    promote_numeric,
    promote_unary,
    promote_xor,
)
from fakeknn.painless.contexts import Context
from fakeknn.painless.numbers import parse_double, parse_float, parse_integer
from fakeknn.painless.scopes import Scope
from fakeknn.painless.throwable import CompileFault, Thrown, class_cast, fault, illegal_state
from fakeknn.painless.values import runtime_name

_NAMES = {
    "*": "multiplication",
    "/": "division",
    "%": "remainder",
    "+": "addition",
    "-": "subtraction",
    "=~": "find",
    "==~": "match",
    "<<": "left shift",
    ">>": "right shift",
    ">>>": "unsigned shift",
    "&": "bitwise and",
    "^": "bitwise xor",
    "|": "boolean or",
    "&&": "boolean and",
    "||": "boolean or",
    "<": "less than",
    "<=": "less than or equals",
    ">": "greater than",
    ">=": "greater than or equals",
    "==": "equals",
    "===": "reference equals",
    "!=": "not equals",
    "!==": "reference not equals",
    "!": "boolean not",
    "~": "bitwise not",
}
_SHIFTS = ("<<", ">>", ">>>")
_EQUALITIES = ("==", "===", "!=", "!==")


class ExpressionAnalyzer:
    """Operators and constants; members are ``MemberAnalyzer``'s."""

    def __init__(self, context: Context, allowlist: Allowlist) -> None:
        self.context = context
        self.allowlist = allowlist
        self.functions: dict[str, ast.Function] = {}

    # --- visiting -----------------------------------------------------------------------------------------------------

    def visit(self, node: ast.Expression, scope: Scope) -> None:
        getattr(self, "_" + type(node).__name__.lower())(node, scope)

    def checked(self, node: ast.Expression, scope: Scope) -> str:
        """Visit what must be a value; its type."""
        self.visit(node, scope)
        if node.partial is not None:
            raise fault(node.offset, f"cannot resolve symbol [{node.partial}]")
        if node.static is not None:
            raise fault(node.offset, f"value required: instead found unexpected type [{node.static}]")
        if node.vtype is None:
            raise CompileFault(node.offset, illegal_state("value required: instead found no value"))
        return node.vtype

    def value(self, node: ast.Expression, scope: Scope, target: str, internal: bool = False) -> None:
        """Visit a value that is read and converted to a target type."""
        node.read = True
        node.target = target
        node.internal = node.internal or internal
        self.checked(node, scope)
        self.decorate(node)

    def decorate(self, node: ast.Expression) -> None:
        assert node.vtype is not None and node.target is not None
        node.cast = legal_cast(self.allowlist, node.offset, node.vtype, node.target, node.explicit, node.internal)

    def _used(self, node: ast.Expression, assigned: str, unused: str) -> None:
        """The complaints of an expression that is assigned to, or whose value nobody takes."""
        if node.write:
            raise fault(node.offset, f"invalid assignment: cannot assign a value to {assigned}")
        if not node.read:
            raise fault(node.offset, f"not a statement: {unused}")

    def _operator_used(self, node: ast.Expression, operation: str) -> None:
        what = f"{_NAMES[operation]} operation [{operation}]"
        self._used(node, what, f"result not used from {what}")

    @staticmethod
    def _not_for(node: ast.Expression, operation: str, left: str, right: str) -> CompileFault:
        name = _NAMES[operation]
        return CompileFault(
            node.offset,
            class_cast(f"cannot apply the {name} operator [{operation}] to the types [{left}] and [{right}]"),
        )

    # --- operators ----------------------------------------------------------------------------------------------------

    def _assignment(self, node: ast.Assignment, scope: Scope) -> None:
        left, right = node.left, node.right
        left.read = node.read
        left.write = True
        left_type = self.checked(left, scope)
        right.read = True
        if node.operation is not None:
            self._compound(node, left_type, self.checked(right, scope))
        elif getattr(left, "optimized", False):
            left_type = self.checked(right, scope)
            if left_type == "void":
                raise fault(node.offset, "invalid assignment: cannot assign type [void]")
            left.vtype = left_type
        else:
            self.value(right, scope, left_type)
        node.vtype = left_type if node.read else "void"

    def _compound(self, node: ast.Assignment, left: str, right: str) -> None:
        operation = str(node.operation)
        shift = None
        if operation == "+":
            compound = promote_add(left, right)
        elif operation in ("*", "/", "%", "-"):
            compound = promote_numeric(left, right, True)
        elif operation in _SHIFTS:
            compound = promote_unary(left, False)
            shift = promote_unary(right, False)
        else:
            compound = promote_xor(left, right)
        if compound is None or (operation in _SHIFTS and shift is None):
            raise CompileFault(
                node.offset,
                class_cast(
                    f"invalid compound assignment: cannot apply [{operation}=] to types "
                    f"[{self._class(left)}] and [{self._class(right)}]"
                ),
            )
        value = node.right
        if operation == "+" and compound == STRING:
            value.target = right
        elif shift is not None:
            self._shift_target(value, compound, shift)
        else:
            value.target = compound
        self.decorate(value)
        node.compound = compound
        node.upcast = legal_cast(self.allowlist, node.offset, left, compound, False, False)
        node.downcast = legal_cast(self.allowlist, node.offset, compound, left, True, False)

    @staticmethod
    def _shift_target(value: ast.Expression, compound: str, shift: str) -> None:
        if compound == "def":
            value.target = "def"
        elif shift == "long":
            value.target = "int"
            value.explicit = True
        else:
            value.target = shift

    def _class(self, type_: str) -> str:
        """A type as ``Class.toString`` prints it, which one error lets through."""
        if type_ in PRIMITIVES:
            return type_
        if type_ == "def":
            return "class org.opensearch.painless.lookup.def"
        return ("interface " if self.allowlist.is_interface(type_) else "class ") + runtime_name(type_)

    def _unary(self, node: ast.Unary, scope: Scope) -> None:
        operation, child = node.operation, node.child
        self._operator_used(node, operation)
        child.read = True
        if operation == "-" and isinstance(child, (ast.Numeric, ast.Decimal)):
            child.target, child.explicit, child.internal = node.target, node.explicit, node.internal
            child.negated = True
            self.checked(child, scope)
            if node.target is not None:
                self.decorate(child)
            node.vtype = child.vtype
        elif operation == "!":
            self.value(child, scope, "boolean")
            node.vtype = "boolean"
        else:
            type_ = self.checked(child, scope)
            promoted = promote_unary(type_, operation != "~")
            if promoted is None:
                raise CompileFault(
                    node.offset,
                    class_cast(f"cannot apply the {_NAMES[operation]} operator [{operation}] to the type [{type_}]"),
                )
            child.target = promoted
            self.decorate(child)
            node.unary_type = promoted
            node.vtype = node.target if promoted == "def" and node.target is not None else promoted

    def _binary(self, node: ast.Binary, scope: Scope) -> None:
        operation, left, right = node.operation, node.left, node.right
        self._operator_used(node, operation)
        left.read = right.read = True
        left_type = self.checked(left, scope)
        right_type = self.checked(right, scope)
        if operation in ("=~", "==~"):
            left.target, right.target = STRING, "java.util.regex.Pattern"
            self.decorate(left)
            self.decorate(right)
            node.vtype = node.binary_type = "boolean"
            return
        promoted, shift = self._promote(operation, left_type, right_type)
        if promoted is None:
            raise self._not_for(node, operation, left_type, right_type)
        node.vtype, node.binary_type, node.shift_type = promoted, promoted, shift
        if "def" in (promoted, shift):
            if node.target is not None:
                node.vtype = node.target
        elif operation != "+" or promoted != STRING:
            left.target = promoted
            if shift is not None:
                self._shift_target(right, "", shift)
            else:
                right.target = promoted
            self.decorate(left)
            self.decorate(right)

    @staticmethod
    def _promote(operation: str, left: str, right: str) -> tuple[str | None, str | None]:
        if operation == "+":
            return promote_add(left, right), None
        if operation in ("*", "/", "%", "-"):
            return promote_numeric(left, right, True), None
        if operation in _SHIFTS:
            shift = promote_unary(right, False)
            return (promote_unary(left, False) if shift is not None else None), shift
        if operation == "^":
            return promote_xor(left, right), None
        return promote_numeric(left, right, False), None

    def _booleancomp(self, node: ast.BooleanComp, scope: Scope) -> None:
        self._operator_used(node, node.operation)
        self.value(node.left, scope, "boolean")
        self.value(node.right, scope, "boolean")
        node.vtype = "boolean"

    def _comp(self, node: ast.Comp, scope: Scope) -> None:
        operation, left, right = node.operation, node.left, node.right
        self._operator_used(node, operation)
        left.read = right.read = True
        left_type = self.checked(left, scope)
        right_type = self.checked(right, scope)
        equality = operation in _EQUALITIES
        if equality:
            promoted = promote_equality(left_type, right_type)
        else:
            promoted = promote_numeric(left_type, right_type, True)
        if promoted is None:
            raise self._not_for(node, operation, left_type, right_type)
        if equality and isinstance(left, ast.Null) and isinstance(right, ast.Null):
            raise fault(node.offset, "extraneous comparison of [null] constants")
        if operation in ("===", "!==") or promoted != "def":
            left.target = right.target = promoted
            self.decorate(left)
            self.decorate(right)
        node.vtype = "boolean"
        node.compared = promoted

    def _explicit(self, node: ast.Explicit, scope: Scope) -> None:
        what = f"explicit cast with target type [{node.type_name}]"
        self._used(node, "an " + what, "result not used from " + what)
        type_ = self.allowlist.type_named(node.type_name)
        if type_ is None:
            raise fault(node.offset, f"cannot resolve type [{node.type_name}]")
        node.child.explicit = True
        self.value(node.child, scope, type_)
        node.vtype = type_

    def _instanceof(self, node: ast.Instanceof, scope: Scope) -> None:
        what = f"instanceof with target type [{node.type_name}]"
        self._used(node, what, "result not used from " + what)
        type_ = self.allowlist.type_named(node.type_name)
        if type_ is None:
            raise fault(node.offset, f"Not a type [{node.type_name}].")
        node.child.read = True
        self.checked(node.child, scope)
        node.instance = type_
        node.vtype = "boolean"

    def _pass_target(self, node: ast.Expression, child: ast.Expression, scope: Scope) -> str:
        child.read = True
        child.target, child.explicit, child.internal = node.target, node.explicit, node.internal
        return self.checked(child, scope)

    def _conditional(self, node: ast.Conditional, scope: Scope) -> None:
        self._used(node, "conditional operation [?:]", "result not used from conditional operation [?:]")
        self.value(node.condition, scope, "boolean")
        left = self._pass_target(node, node.left, scope)
        right = self._pass_target(node, node.right, scope)
        if node.target is None:
            promoted = promote_conditional(left, right)
            if promoted is None:
                raise CompileFault(
                    node.offset,
                    class_cast(f"cannot apply the conditional operator [?:] to the types [{left}] and [{right}]"),
                )
            node.left.target = node.right.target = promoted
            node.vtype = promoted
        else:
            node.vtype = node.target
        self.decorate(node.left)
        self.decorate(node.right)

    def _elvis(self, node: ast.Elvis, scope: Scope) -> None:
        self._used(node, "elvis operation [?:]", "result not used from elvis operation [?:]")
        if node.target in PRIMITIVES:
            raise fault(node.offset, "Elvis operator cannot return primitives")
        left = self._pass_target(node, node.left, scope)
        right = self._pass_target(node, node.right, scope)
        extraneous = None
        if isinstance(node.left, ast.Null):
            extraneous = "LHS is null."
        elif isinstance(node.left, (ast.BooleanConstant, ast.Numeric, ast.Decimal, ast.String)):
            extraneous = "LHS is a constant."
        elif left in PRIMITIVES:
            extraneous = "LHS is a primitive."
        elif isinstance(node.right, ast.Null):
            extraneous = "RHS is null."
        if extraneous is not None:
            raise fault(node.offset, f"Extraneous elvis operator. {extraneous}")
        if node.target is None:
            promoted = promote_conditional(left, right) or "java.lang.Object"
            node.left.target = node.right.target = promoted
            node.vtype = promoted
        else:
            node.vtype = node.target
        self.decorate(node.left)
        self.decorate(node.right)

    # --- constants ----------------------------------------------------------------------------------------------------

    def _booleanconstant(self, node: ast.BooleanConstant, scope: Scope) -> None:
        what = f"boolean constant [{str(node.value).lower()}]"
        self._used(node, what, f"{what} not used")
        node.vtype = "boolean"

    def _numeric(self, node: ast.Numeric, scope: Scope) -> None:
        text = "-" + node.text if node.negated else node.text
        what = f"numeric constant [{text}]"
        self._used(node, what, f"{what} not used")
        suffix = text[-1].lower() if node.radix == 10 or text[-1] in "lL" else ""
        number = text[:-1]
        if node.radix == 16 and text[-1] in "dDfF":
            raise CompileFault(node.offset, Thrown("java.lang.IllegalStateException", "Illegal tree structure."))
        if suffix == "d":
            node.value, node.vtype = parse_double(number), "double"
        elif suffix == "f":
            node.value, node.vtype = parse_float(number), "float"
        elif suffix == "l":
            long = parse_integer(number, node.radix, 64)
            if long is None:
                raise fault(node.offset, f"Invalid long constant [{text}].")
            node.value, node.vtype = long, "long"
        else:
            integer = parse_integer(text, node.radix, 32)
            if integer is None:
                hint = ""
                if parse_integer(text, node.radix, 64) is not None:
                    hint = f" If you want a long constant then change it to [{text}L]."
                raise fault(node.offset, f"Invalid int constant [{text}].{hint}")
            node.value, node.vtype = integer, "int"
            bounds = {"byte": (-128, 127), "char": (0, 65535), "short": (-32768, 32767)}.get(node.target or "")
            if bounds is not None and bounds[0] <= integer <= bounds[1]:
                node.vtype = node.target

    def _decimal(self, node: ast.Decimal, scope: Scope) -> None:
        text = "-" + node.text if node.negated else node.text
        what = f"decimal constant [{text}]"
        self._used(node, what, f"{what} not used")
        if text[-1] in "fF":
            node.value, node.vtype = parse_float(text[:-1]), "float"
        else:
            node.value, node.vtype = parse_double(text.rstrip("dD")), "double"

    def _string(self, node: ast.String, scope: Scope) -> None:
        what = f"string constant [{node.value}]"
        self._used(node, what, f"{what} not used")
        node.vtype = STRING

    def _null(self, node: ast.Null, scope: Scope) -> None:
        self._used(node, "null constant", "null constant not used")
        if node.target in PRIMITIVES:
            raise fault(node.offset, f"Cannot cast null to a primitive type [{node.target}].")
        node.vtype = node.target or "java.lang.Object"

    def _regex(self, node: ast.Regex, scope: Scope) -> None:
        what = f"regex constant [{node.pattern}] with flags [{node.flags}]"
        self._used(node, what, f"{what} not used")
        for flag in node.flags:
            node.flag_bits |= REGEX_FLAGS[flag]
        try:
            compile_regex(node.pattern, node.flag_bits)
        except PatternSyntaxException as error:
            message = f"could not compile regex constant [{node.pattern}] with flags [{node.flags}]"
            cause = Thrown.of(error)
            wrong = Thrown("java.lang.IllegalArgumentException", f"invalid regular expression: {message}", cause)
            raise CompileFault(node.offset + 1 + error.index, wrong) from None
        node.vtype = "java.util.regex.Pattern"

    # --- initializers -------------------------------------------------------------------------------------------------

    def _listinit(self, node: ast.ListInit, scope: Scope) -> None:
        self._used(node, "list initializer", "result not used from list initializer")
        for value in node.values:
            self.value(value, scope, "def", internal=True)
        node.vtype = "java.util.ArrayList"

    def _mapinit(self, node: ast.MapInit, scope: Scope) -> None:
        self._used(node, "map initializer", "result not used from map initializer")
        for key, value in zip(node.keys, node.values, strict=True):
            self.value(key, scope, "def", internal=True)
            self.value(value, scope, "def", internal=True)
        node.vtype = "java.util.HashMap"

    def _newarray(self, node: ast.NewArray, scope: Scope) -> None:
        self._used(node, "new array", "result not used from new array")
        type_ = self.allowlist.type_named(node.type_name)
        if type_ is None:
            raise fault(node.offset, f"Not a type [{node.type_name}].")
        for value in node.values:
            self.value(value, scope, type_[:-2] if node.initializer else "int", internal=True)
        node.vtype = type_
