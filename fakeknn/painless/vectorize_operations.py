"""Java's arithmetic on numpy arrays, and the functions that scripts may call on whole columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fakeknn.knn.script import VECTOR_FUNCTIONS
from fakeknn.painless.numbers import java_cbrt, java_cosh, java_sinh, wrap_int, wrap_long
from fakeknn.painless.operators import narrow

ARRAY_KINDS = frozenset({"int", "long", "float", "double", "boolean", "short", "byte", "char"})
_ORDER = ("int", "long", "float", "double")
_WIDER = {"int": ("int", "long", "float", "double"), "long": ("long", "float", "double"), "float": ("float", "double")}
_DTYPES = {"int": np.int64, "long": np.int64, "float": np.float32, "double": np.float64, "boolean": np.bool_}


class Unvectorizable(Exception):
    """The script must run document by document."""


class Vector(NamedTuple):
    """A value of a primitive type for each document, or (``data`` no array) one for all."""

    kind: str
    data: Any


def promoted(left: Vector, right: Vector) -> str:
    kinds = {left.kind, right.kind}
    if "boolean" in kinds:
        raise Unvectorizable
    return max((kind if kind in _ORDER else "int" for kind in kinds), key=_ORDER.index)


def convert(vector: Vector, kind: str, explicit: bool = False, dynamic: bool = False) -> Vector:
    """A vector as another type. ``dynamic``: from def, where an implicit narrowing would raise."""
    source = vector.kind
    if source == kind:
        return vector
    if "boolean" in (source, kind) or kind not in _DTYPES:
        raise Unvectorizable
    if dynamic and not explicit and kind not in _WIDER.get(source, (source,)):
        raise Unvectorizable
    data = vector.data
    if not isinstance(data, np.ndarray):
        return Vector(kind, narrow(data, kind))
    if kind in ("int", "long"):
        if source in ("float", "double"):
            return Vector(kind, _truncated(data, kind))
        return Vector(kind, _wrapped(data) if kind == "int" and source == "long" else data)
    with np.errstate(over="ignore"):
        return Vector(kind, data.astype(_DTYPES[kind]))


def _wrapped(data: NDArray[Any]) -> NDArray[np.int64]:
    """int64 results as an int holds them."""
    wrapped: NDArray[np.int64] = data.astype(np.int32).astype(np.int64)
    return wrapped


def _truncated(data: NDArray[Any], kind: str) -> NDArray[np.int64]:
    low, high = (-(2**31), 2**31 - 1) if kind == "int" else (-(2**63), 2**63 - 1)
    wide = np.trunc(np.nan_to_num(data.astype(np.float64), nan=0.0, posinf=np.inf, neginf=-np.inf))
    over, under = wide >= high, wide <= low
    out: NDArray[np.int64] = np.where(over | under, 0.0, wide).astype(np.int64)
    out[over], out[under] = high, low
    return out


def operate(operation: str, left: Vector, right: Vector) -> Vector:
    """A binary operation in the type that its operands are promoted to."""
    if left.kind == "boolean" == right.kind and operation in "&|^":
        return Vector(
            "boolean", {"&": np.logical_and, "|": np.logical_or, "^": np.logical_xor}[operation](left.data, right.data)
        )
    if operation in ("<<", ">>", ">>>"):
        raise Unvectorizable
    kind = promoted(left, right)
    a, b = convert(left, kind).data, convert(right, kind).data
    if operation in "&|^":
        if kind not in ("int", "long"):
            raise Unvectorizable
        return Vector(kind, {"&": np.bitwise_and, "|": np.bitwise_or, "^": np.bitwise_xor}[operation](a, b))
    scalar = not isinstance(a, np.ndarray) and not isinstance(b, np.ndarray)
    with np.errstate(all="ignore"):
        if kind in ("int", "long"):
            return _whole(operation, kind, a, b, scalar)
        if kind == "float":
            a, b = np.float32(a), np.float32(b)
        result = _real(operation, a, b)
    return Vector(kind, float(result) if scalar else result)


def _real(operation: str, a: Any, b: Any) -> Any:
    if operation == "+":
        return a + b
    if operation == "-":
        return a - b
    if operation == "*":
        return a * b
    return np.divide(a, b) if operation == "/" else np.fmod(a, b)


def _whole(operation: str, kind: str, a: Any, b: Any, scalar: bool) -> Vector:
    if operation in "/%":
        if not np.all(b):
            raise Unvectorizable
        quotient = _quotient(a, b)
        result = quotient if operation == "/" else a - quotient * b
    else:
        if kind == "long" and not scalar:
            a, b = np.asarray(a, np.int64), np.asarray(b, np.int64)
        result = _real(operation, a, b)
    if scalar:
        return Vector(kind, wrap_int(int(result)) if kind == "int" else wrap_long(int(result)))
    return Vector(kind, _wrapped(result) if kind == "int" else result)


def _quotient(a: Any, b: Any) -> Any:
    """Towards zero; numpy's goes down."""
    down = np.floor_divide(a, b)
    inexact = down * b != a
    return down + (inexact & (np.less(a, 0) != np.less(b, 0)))


def unary(operation: str, value: Vector) -> Vector:
    if operation == "!":
        if value.kind != "boolean":
            raise Unvectorizable
        return Vector("boolean", np.logical_not(value.data) if isinstance(value.data, np.ndarray) else not value.data)
    if value.kind not in _ORDER or (operation == "~" and value.kind not in ("int", "long")):
        raise Unvectorizable
    if operation == "+":
        return value
    if operation == "~":
        return Vector(value.kind, ~value.data)
    if value.kind in ("int", "long"):
        return operate("-", Vector(value.kind, 0), value)
    return Vector(value.kind, -value.data)


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}


def compare(operation: str, left: Vector, right: Vector) -> Vector:
    if left.kind == "boolean" == right.kind and operation in ("==", "!="):
        return Vector("boolean", _COMPARISONS[operation](left.data, right.data))
    kind = promoted(left, right)
    result = _COMPARISONS[operation](convert(left, kind).data, convert(right, kind).data)
    return Vector("boolean", result if isinstance(result, np.ndarray) else bool(result))


# --- functions --------------------------------------------------------------------------------------------------------


def _quiet(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function on float64 that answers NaN and infinities without a word, and scalars as floats."""

    def run(*values: Any) -> Any:
        with np.errstate(all="ignore"):
            result = function(*(np.asarray(value, np.float64) for value in values))
        return result if np.ndim(result) else float(result)

    return run


def _round(value: NDArray[np.float64]) -> NDArray[np.int64]:
    return _truncated(np.atleast_1d(np.where(np.abs(value) < 2**52, np.floor(value + 0.5), value)), "long")


_MATH: dict[str, Callable[..., Any]] = {
    "abs/1": np.abs,
    "max/2": np.maximum,
    "min/2": np.minimum,
    "sqrt/1": np.sqrt,
    "cbrt/1": java_cbrt,
    "pow/2": np.power,
    "exp/1": np.exp,
    "expm1/1": np.expm1,
    "log/1": np.log,
    "log10/1": np.log10,
    "log1p/1": np.log1p,
    "sin/1": np.sin,
    "cos/1": np.cos,
    "tan/1": np.tan,
    "asin/1": np.arcsin,
    "acos/1": np.arccos,
    "atan/1": np.arctan,
    "atan2/2": np.arctan2,
    "sinh/1": java_sinh,
    "cosh/1": java_cosh,
    "tanh/1": np.tanh,
    "hypot/2": np.hypot,
    "ceil/1": np.ceil,
    "floor/1": np.floor,
    "rint/1": np.rint,
    "signum/1": np.sign,
    "toRadians/1": lambda v: v * 0.017453292519943295,
    "toDegrees/1": lambda v: v * 57.29577951308232,
    "copySign/2": np.copysign,
}


def _sigmoid(value: Any, k: Any, a: Any) -> Any:
    power = np.power(value, a)
    return power / (np.power(k, a) + power)


def _decay(shape: str) -> Callable[..., Any]:
    def run(origin: Any, scale: Any, offset: Any, decay: Any, value: Any) -> Any:
        if any(np.ndim(given) for given in (origin, scale, offset, decay)):
            raise Unvectorizable
        distance = np.maximum(0.0, np.abs(value - origin) - offset)
        if shape == "Linear":
            scaling = scale / (1.0 - decay)
            return np.maximum(0.0, (scaling - distance) / scaling)
        if shape == "Exp":
            return np.exp(np.log(decay) / scale * distance)
        return np.exp(0.5 * np.power(distance, 2.0) / (0.5 * np.power(scale, 2.0) / np.log(decay)))

    return _quiet(run)


def _vector_function(name: str) -> Callable[..., Any]:
    measure = VECTOR_FUNCTIONS[name]

    def run(query: Any, matrix: NDArray[Any], data_type: Any = None, *rest: Any) -> Any:
        if not isinstance(query, list) or not isinstance(data_type, str):  # or no field of vectors stands there
            raise Unvectorizable
        try:
            return measure(query, matrix, data_type, *rest)
        except Exception:
            # Which document it is about, and how it is said, shows when they run one by one.
            raise Unvectorizable from None

    return run


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        f"java.lang.{owner}.{name}": _quiet(function)
        for owner in ("Math", "StrictMath")
        for name, function in _MATH.items()
    },
    **{f"java.lang.{owner}.round/1": _round for owner in ("Math", "StrictMath")},
    "import.saturation/2": _quiet(lambda value, k: value / (k + value)),
    "import.sigmoid/3": _quiet(_sigmoid),
    **{f"bind.decayNumeric{shape}/5": _decay(shape) for shape in ("Linear", "Exp", "Gauss")},
    **{f"import.{name}/2": _vector_function(name) for name in VECTOR_FUNCTIONS},
    "import.cosineSimilarity/3": _vector_function("cosineSimilarity"),
}
