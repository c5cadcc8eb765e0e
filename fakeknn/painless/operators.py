"""What operators do to values whose type is known only when the script runs (``def``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.painless.allowlist import PRIMITIVES, UNBOXED
from fakeknn.painless.numbers import (
    Byte,
    Character,
    Float,
    Long,
    Short,
    double_to_int,
    double_to_long,
    float_div,
    float_rem,
    int_div,
    int_rem,
    is_number,
    long_div,
    to_float,
    wrap_byte,
    wrap_int,
    wrap_long,
    wrap_short,
)
from fakeknn.painless.throwable import NULL_RECEIVER, Thrown, class_cast, null_pointer
from fakeknn.painless.values import class_of, equals, runtime_name, text

_GET_CLASS = 'Cannot invoke "Object.getClass()" because "{}" is null'


def unboxed_name(value: Any) -> str:
    name = class_of(value)
    return UNBOXED.get(name, name)


def _number(value: Any) -> Any:
    """A Number or Character as a Python number; None for anything else."""
    if type(value) is Character:
        return ord(value)
    return value if is_number(value) else None


def _kind(left: Any, right: Any) -> str:
    types = (type(left), type(right))
    if float in types:
        return "double"
    if Float in types:
        return "float"
    return "long" if Long in types else "int"


def _cannot(operation: str, left: Any, right: Any) -> Thrown:
    if left is None or right is None:
        name = "left" if left is None else "right"
        return null_pointer(_GET_CLASS.format(name))
    types = {unboxed_name(left), unboxed_name(right)}
    if types == {"boolean"}:
        return class_cast(f"Cannot apply [{operation}] operation to type [boolean]")
    if "boolean" in types and types <= PRIMITIVES:
        return BooleanOperand(_kind(left, right))
    shown = ">" if operation == ">=" else operation
    return class_cast(f"Cannot apply [{shown}] operation to types [{class_of(left)}] and [{class_of(right)}].")


_BOXES = {"int": "Integer", "long": "Long", "float": "Float", "double": "Double"}


CLASS_CAST = "java.base/java.lang.Class.cast(Class.java:3492)"


class BooleanOperand(Thrown):
    """A boolean beside a number that wants both to be of a kind."""

    def __init__(self, kind: str) -> None:
        message = f"Cannot cast java.lang.Boolean to java.lang.{_BOXES[kind]}"
        super().__init__("java.lang.ClassCastException", message, None, (CLASS_CAST,))
        self.kind = kind


def with_boolean(apply: Binary, left: Any, right: Any, site: str, returns: str) -> Any:
    """An operator on a def and what the compiler knows to be a boolean; the types of the place where it stands."""
    try:
        return apply(left, right)
    except BooleanOperand as thrown:
        result = "boolean" if apply in _COMPARISONS else thrown.kind
        simple = "Object" if returns == "def" else returns.rpartition(".")[2]
        shown = returns if returns in PRIMITIVES else f"class {'java.lang.Object' if returns == 'def' else returns}"
        handle = f"MethodHandle({thrown.kind},{thrown.kind}){result}"
        cause = Thrown("java.lang.invoke.WrongMethodTypeException", f"cannot convert {handle} to ({site}){simple}")
        wrong = class_cast(f"Cannot cast from: {result} to {shown}")
        wrong.cause = cause
        raise wrong from None


def cannot_cast(source: str, target: str) -> Thrown:
    """Class.cast where a method handle converts."""
    return Thrown("java.lang.ClassCastException", f"Cannot cast {source} to {target}", None, (CLASS_CAST,))


Binary = Callable[[Any, Any], Any]


def _arithmetic(operation: str, ints: Binary, longs: Binary, floats: Binary) -> Binary:
    def apply(left: Any, right: Any) -> Any:
        if left is True or left is False or right is True or right is False:
            raise _cannot(operation, left, right)
        a, b = _number(left), _number(right)
        if a is None or b is None:
            raise _cannot(operation, left, right)
        kind = _kind(left, right)
        if kind == "double":
            return floats(float(a), float(b))
        if kind == "float":
            return Float(to_float(floats(to_float(a), to_float(b))))
        if kind == "long":
            return Long(longs(int(a), int(b)))
        return ints(int(a), int(b))

    return apply


_slow_add = _arithmetic("+", lambda a, b: wrap_int(a + b), lambda a, b: wrap_long(a + b), lambda a, b: a + b)
_slow_sub = _arithmetic("-", lambda a, b: wrap_int(a - b), lambda a, b: wrap_long(a - b), lambda a, b: a - b)
_slow_mul = _arithmetic("*", lambda a, b: wrap_int(a * b), lambda a, b: wrap_long(a * b), lambda a, b: a * b)
def_div = _arithmetic("/", int_div, long_div, float_div)
def_rem = _arithmetic("%", int_rem, int_rem, float_rem)


def def_add(left: Any, right: Any) -> Any:
    kind, other = type(left), type(right)
    if kind is float and other is float:
        return left + right
    if kind is str or other is str:
        return text(left) + text(right)
    if kind is int and other is int:
        total = left + right
        return total if -2147483648 <= total <= 2147483647 else wrap_int(total)
    return _slow_add(left, right)


def def_sub(left: Any, right: Any) -> Any:
    if type(left) is float and type(right) is float:
        return left - right
    return _slow_sub(left, right)


def def_mul(left: Any, right: Any) -> Any:
    if type(left) is float and type(right) is float:
        return left * right
    return _slow_mul(left, right)


def _bitwise(operation: str, apply: Binary) -> Binary:
    def run(left: Any, right: Any) -> Any:
        if isinstance(left, bool) and isinstance(right, bool):
            return apply(left, right)
        a, b = _number(left), _number(right)
        if a is None or b is None or isinstance(a, float) or isinstance(b, float):
            raise _cannot_bits(operation, left, right)
        result = apply(int(a), int(b))
        return Long(result) if Long in (type(left), type(right)) else result

    return run


def _cannot_bits(operation: str, left: Any, right: Any) -> Thrown:
    if left is not None and right is not None:
        types = {unboxed_name(left), unboxed_name(right)}
        if types <= PRIMITIVES:
            if "boolean" in types:
                return _cannot(operation, left, right)
            # For doubles too.
            return class_cast(f"Cannot apply [{operation}] operation to type [float]")
    for value in (left, right):
        if value is None or not is_integral(value):
            return _no_integral(value)
    raise AssertionError


def is_integral(value: Any) -> bool:
    return type(value) is Character or (is_number(value) and not isinstance(value, float))


def _no_integral(value: Any) -> Thrown:
    if value is None:
        return null_pointer(_GET_CLASS.format("o"))
    return class_cast(f"Cannot convert [{class_of(value)}] to an integral value.")


def_and = _bitwise("&", lambda a, b: a & b)
def_or = _bitwise("|", lambda a, b: a | b)
def_xor = _bitwise("^", lambda a, b: a ^ b)


def int_lsh(a: int, b: int) -> int:
    return wrap_int(a << (b & 31))


def int_rsh(a: int, b: int) -> int:
    return a >> (b & 31)


def int_ush(a: int, b: int) -> int:
    return wrap_int((a & 0xFFFFFFFF) >> (b & 31))


def long_lsh(a: int, b: int) -> int:
    return wrap_long(a << (b & 63))


def long_rsh(a: int, b: int) -> int:
    return a >> (b & 63)


def long_ush(a: int, b: int) -> int:
    return wrap_long((a & 0xFFFFFFFFFFFFFFFF) >> (b & 63))


def _shift(operation: str, ints: Binary, longs: Binary) -> Binary:
    def run(left: Any, right: Any) -> Any:
        a, b = _number(left), _number(right)
        if a is None or b is None or isinstance(a, float) or isinstance(b, float):
            raise _cannot_shift(operation, left, right)
        return Long(longs(int(a), int(b))) if type(left) is Long else ints(int(a), int(b))

    return run


def _cannot_shift(operation: str, left: Any, right: Any) -> Thrown:
    """The distance becomes a long before what is shifted is looked at."""
    if left is None:
        return null_pointer(_GET_CLASS.format("args[0]"))
    if right is None:
        returned = "sun.invoke.util.ValueConversions.primitiveConversion(sun.invoke.util.Wrapper, Object, boolean)"
        return null_pointer(
            f'Cannot invoke "java.lang.Number.longValue()" because the return value of "{returned}" is null'
        )
    type_ = unboxed_name(right)
    if type_ in ("boolean", "float", "double"):
        return cannot_cast(class_of(right), "java.lang.Long")
    if not is_integral(right):
        return no_cast(right, "java.lang.Number")
    type_ = unboxed_name(left)
    if type_ in PRIMITIVES:
        return class_cast(f"Cannot apply [{operation}] operation to type [{type_}]")
    return _no_integral(left)


def no_cast(value: Any, target: str) -> Thrown:
    """The real machine's own ClassCastException between two of Java's classes."""
    source = runtime_name(class_of(value))
    where = f"({source} and {target} are in module java.base of loader 'bootstrap')"
    return class_cast(f"class {source} cannot be cast to class {target} {where}")


def_lsh = _shift("<<", int_lsh, long_lsh)
def_rsh = _shift(">>", int_rsh, long_rsh)
def_ush = _shift(">>>", int_ush, long_ush)


def _unary(value: Any, operation: str, apply: Callable[[Any], Any]) -> Any:
    if value is None:
        raise null_pointer(_GET_CLASS.format("args[0]"))
    number = _number(value)
    if number is None:
        ending = "" if isinstance(value, bool) else "."
        raise class_cast(f"Cannot apply [{operation}] operation to type [{unboxed_name(value)}]{ending}")
    kind = type(value)
    if kind is float:
        return apply(number)
    if kind is Float:
        return Float(apply(number))
    result = apply(int(number))
    return Long(wrap_long(result)) if kind is Long else wrap_int(result)


def def_neg(value: Any) -> Any:
    return _unary(value, "-", lambda x: -x)


def def_plus(value: Any) -> Any:
    return _unary(value, "+", lambda x: x)


def def_not(value: Any) -> Any:
    if isinstance(value, (float, bool)):
        raise class_cast(f"Cannot apply not [~] to type [{unboxed_name(value)}]")
    return _unary(value, "~", lambda x: ~x)


# --- comparison -------------------------------------------------------------------------------------------------------


def def_eq(left: Any, right: Any) -> bool:
    kind, other = type(left), type(right)
    if kind is str or other is str or left is None or right is None:
        return left is right or (kind is other and left == right)
    a, b = _number(left), _number(right)
    if a is not None and b is not None:
        types = (kind, other)
        if float in types:
            return float(a) == float(b)
        if Float in types:
            return to_float(a) == to_float(b)
        return int(a) == int(b)
    if (kind is bool and b is not None) or (other is bool and a is not None):
        raise _cannot("==", left, right)
    return equals(left, right)


def def_ne(left: Any, right: Any) -> bool:
    return not def_eq(left, right)


def _order(operation: str, apply: Binary) -> Binary:
    def run(left: Any, right: Any) -> bool:
        kind, other = type(left), type(right)
        if kind is other and (kind is float or kind is int):
            return bool(apply(left, right))
        a, b = _number(left), _number(right)
        if a is None or b is None:
            raise _cannot(operation, left, right)
        types = (kind, other)
        if float in types:
            return bool(apply(float(a), float(b)))
        if Float in types:
            return bool(apply(to_float(a), to_float(b)))
        return bool(apply(int(a), int(b)))

    return run


def_lt = _order("<", lambda a, b: a < b)
def_lte = _order("<=", lambda a, b: a <= b)
def_gt = _order(">", lambda a, b: a > b)
def_gte = _order(">=", lambda a, b: a >= b)


_COMPARISONS = (def_eq, def_ne, def_lt, def_lte, def_gt, def_gte)


def same(left: Any, right: Any) -> bool:
    """``===`` on references. Python shares what Java boxes twice; small values are shared there too."""
    if left is right:
        return True
    kind = type(left)
    if kind is type(right):
        if kind in (int, Long, Short, Byte):
            return -128 <= left <= 127 and int(left) == int(right)
        if kind is bool:
            return bool(left == right)
        if kind is Character:
            return bool(left == right) and ord(left) < 128
    return False


def same_as_boxed(left: Any, right: Any) -> bool:
    """``===`` where one side has just been boxed: only small values are shared."""
    if is_number(left) and is_number(right):
        return not isinstance(left, float) and -128 <= left <= 127 and same(left, right)
    return same(left, right)


# --- casts from def ---------------------------------------------------------------------------------------------------

_IMPLICIT: dict[str, tuple[type, ...]] = {
    "byte": (Byte,),
    "short": (Byte, Short),
    "char": (Character,),
    "int": (int, Byte, Short, Character),
    "long": (int, Long, Byte, Short, Character),
    "float": (int, Long, Byte, Short, Character, Float),
    "double": (int, Long, Byte, Short, Character, Float, float),
}


def narrow(value: Any, target: str) -> Any:
    """A number as a primitive of another kind, with Java's narrowing."""
    if target == "double":
        return float(value)
    if target == "float":
        return to_float(value)
    if target == "long":
        return double_to_long(value) if isinstance(value, float) else wrap_long(int(value))
    whole = double_to_int(value) if isinstance(value, float) else int(value)
    if target == "int":
        return wrap_int(whole)
    if target == "short":
        return wrap_short(whole)
    return wrap_byte(whole) if target == "byte" else whole & 0xFFFF


def def_to_primitive(value: Any, target: str, explicit: bool, box: str | None = None) -> Any:
    """A def as a primitive; ``box`` is the reference type that was asked for instead, if so."""
    kind = type(value)
    if kind is bool and target == "boolean":
        return value
    if value is None:
        if explicit or target not in ("int", "long", "float", "double"):
            raise null_pointer(_GET_CLASS.format("value"))
        raise null_pointer(None, "java.base/java.util.Objects.requireNonNull(Objects.java:220)")
    how = "explicitly" if explicit else "implicitly"
    shown = box or target
    if target != "boolean":
        if kind is Character:
            number: Any = ord(value)
        elif explicit and target == "char" and kind is str:
            return string_to_char(value)
        else:
            number = value if is_number(value) else None
        if number is not None and (explicit or kind in _IMPLICIT[target]):
            return narrow(number, target)
        if explicit and box is None and target in ("float", "double"):
            # The real server names the wrong types here.
            source = "float" if target == "float" else "def"
            raise class_cast(f"cannot explicitly cast {source} [{unboxed_name(value)}] to byte")
        raise class_cast(f"cannot {how} cast def [{unboxed_name(value)}] to {shown}")
    if box is None:
        raise class_cast(f"cannot cast def [{unboxed_name(value)}] to boolean")
    raise class_cast(f"cannot implicitly cast def [{unboxed_name(value)}] to {shown}")


def string_to_char(value: str | None) -> int:
    if value is None:
        raise class_cast("cannot cast null java.lang.String to char")
    if len(value) != 1:
        raise class_cast("cannot cast java.lang.String with length not equal to one to char")
    return ord(value)


def def_to_string(value: Any, explicit: bool) -> str | None:
    if value is None or type(value) is str:
        return value
    if explicit and type(value) is Character:
        return str.__str__(value)
    how = "explicitly" if explicit else "implicitly"
    raise class_cast(f"cannot {how} cast def [{unboxed_name(value)}] to java.lang.String")


BOXERS: dict[str, Callable[[Any], Any]] = {
    "long": Long,
    "short": Short,
    "byte": Byte,
    "float": Float,
    "char": lambda code: Character(chr(code)),
}


def box(value: Any, primitive: str) -> Any:
    """A primitive as a reference."""
    boxer = BOXERS.get(primitive)
    return value if boxer is None else boxer(value)


def unbox(value: Any, target: str) -> Any:
    """A boxed value as a primitive, widened."""
    if value is None:
        raise null_pointer(NULL_RECEIVER)
    if target == "boolean":
        return value
    return narrow(ord(value) if type(value) is Character else value, target)


def def_to_box(value: Any, target: str, explicit: bool) -> Any:
    """A def as a boxed type; null stays null."""
    if value is None:
        return None
    primitive = UNBOXED[target]
    return box(def_to_primitive(value, primitive, explicit, target), primitive)


def def_compound(apply: Binary, left: Any, right: Any) -> Any:
    """``left op= right`` on a def: the result is what the left value was."""
    if isinstance(left, bool) and is_number(right) and apply not in (def_lsh, def_rsh, def_ush):
        raise class_cast(f"Cannot cast {_kind(left, right)} to boolean")
    result = apply(left, right)
    if left is None or type(result) is type(left):
        return result
    source = UNBOXED.get(class_of(left))
    if isinstance(result, str):
        raise _no_receiver(class_of(left))
    if source is None or source == "boolean":
        return result
    return box(narrow(result, source), source)


def _no_receiver(receiver: str) -> Thrown:
    """Why a text cannot be what the left value was, at a call site that has met nothing else before."""
    if receiver == "java.lang.Boolean":
        return class_cast("Cannot cast class java.lang.Object to boolean")
    if receiver not in UNBOXED:
        return cannot_cast("java.lang.String", receiver)
    return class_cast(
        "class java.lang.String cannot be cast to class java.lang.Number (java.lang.String and java.lang.Number are "
        "in module java.base of loader 'bootstrap')"
    )
