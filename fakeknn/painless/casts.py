"""Which conversions between Painless types are legal, and what types operands are promoted to."""

from __future__ import annotations

from fakeknn.painless.allowlist import BOXED, PRIMITIVES, UNBOXED, Allowlist
from fakeknn.painless.ast import Cast
from fakeknn.painless.throwable import CompileFault, class_cast

_WIDER = {
    "byte": ("short", "int", "long", "float", "double"),
    "short": ("int", "long", "float", "double"),
    "char": ("int", "long", "float", "double"),
    "int": ("long", "float", "double"),
    "long": ("float", "double"),
    "float": ("double",),
    "double": (),
}
_NUMERIC = frozenset(_WIDER)
_INTS = frozenset({"int", "char", "short", "byte"})
OBJECT = "java.lang.Object"
NUMBER = "java.lang.Number"
STRING = "java.lang.String"


def legal_cast(
    allowlist: Allowlist, offset: int | None, actual: str, expected: str, explicit: bool, internal: bool
) -> Cast | None:
    """The conversion from one type to another, None if there is nothing to do; raises class_cast_exception."""
    if actual == expected:
        return None
    cast = Cast(actual, expected, explicit)
    if _legal(allowlist, actual, expected, explicit, internal):
        return cast
    raise CompileFault(offset, class_cast(f"Cannot cast from [{actual}] to [{expected}]."))


def _legal(allowlist: Allowlist, actual: str, expected: str, explicit: bool, internal: bool) -> bool:
    if actual in _NUMERIC:
        if expected in _NUMERIC:
            return expected in _WIDER[actual] or explicit
        if actual == "char" and expected == STRING:
            return explicit
        if internal and _boxes(actual, expected):
            return True
    elif actual == "boolean":
        if internal and expected in (OBJECT, "java.lang.Boolean"):
            return True
    elif actual == STRING and expected == "char":
        return explicit
    elif actual in UNBOXED and internal:
        primitive = UNBOXED[actual]
        target = UNBOXED.get(expected, expected)
        if target == primitive or (primitive in _WIDER and target in _WIDER[primitive]):
            return True
    if actual == "def":
        return expected != "void"
    if expected == "def":
        return actual != "void"
    return allowlist.assignable(expected, actual) or (explicit and allowlist.assignable(actual, expected))


def _boxes(primitive: str, expected: str) -> bool:
    """Whether a numeric primitive goes into a reference type by boxing, widened on the way."""
    if expected in (OBJECT, NUMBER, BOXED[primitive]):
        return True
    return UNBOXED.get(expected, "") in _WIDER[primitive]


def promote_unary(type_: str, decimal: bool) -> str | None:
    if type_ in ("def", "long") or (decimal and type_ in ("double", "float")):
        return type_
    return "int" if type_ in _INTS else None


def promote_numeric(left: str, right: str, decimal: bool) -> str | None:
    """The type two operands of arithmetic are computed in; None if they have none."""
    if left == "def" or right == "def":
        return "def"
    if decimal:
        for type_ in ("double", "float"):
            if left == type_ or right == type_:
                return type_
    if left == "long" or right == "long":
        return "long"
    # One int is enough: the other operand's cast fails afterwards, with its own text.
    return "int" if left in _INTS or right in _INTS else None


def promote_add(left: str, right: str) -> str | None:
    return STRING if left == STRING or right == STRING else promote_numeric(left, right, True)


def promote_xor(left: str, right: str) -> str | None:
    if left == "def" or right == "def":
        return "def"
    if left == "boolean" or right == "boolean":
        return "boolean"
    return promote_numeric(left, right, False)


def promote_equality(left: str, right: str) -> str | None:
    if left == STRING and right == STRING:
        return STRING
    if left == "def" or right == "def":
        return "def"
    if left in PRIMITIVES and right in PRIMITIVES:
        if left == "boolean" and right == "boolean":
            return "boolean"
        return promote_numeric(left, right, True)
    return OBJECT


def promote_conditional(left: str, right: str) -> str | None:
    if left == right:
        return left
    if left == "def" or right == "def":
        return "def"
    if left in _NUMERIC and right in _NUMERIC:
        for type_ in ("double", "float", "long", "int"):
            if left == type_ or right == type_:
                return type_
        return "int" if "char" in (left, right) and {left, right} & {"short", "byte"} else None
    return OBJECT
