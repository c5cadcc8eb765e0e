"""``java.lang.Math``: the elementary functions, as Java rounds and refuses them."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from fakeknn.painless.dispatch import define_fields, define_static
from fakeknn.painless.numbers import (
    double_to_long,
    java_cbrt,
    java_cosh,
    java_sinh,
)
from fakeknn.painless.throwable import Thrown

# --- Math -------------------------------------------------------------------------------------------------------------


def java_max(a: float, b: float) -> float:
    if a != a or b != b:
        return math.nan
    if a == b == 0:
        return a if math.copysign(1.0, a) > 0 else b
    return a if a >= b else b


def java_min(a: float, b: float) -> float:
    if a != a or b != b:
        return math.nan
    if a == b == 0:
        return a if math.copysign(1.0, a) < 0 else b
    return a if a <= b else b


def _real(function: Callable[..., float], at_error: float = math.nan) -> Callable[..., float]:
    """A ``math`` function that answers as Java does where Python raises."""

    def run(*values: float) -> float:
        try:
            return function(*values)
        except OverflowError:
            return math.inf
        except ValueError:
            return at_error

    return run


def _log(base: Callable[[float], float]) -> Callable[[float], float]:
    return lambda v: base(v) if v > 0 else (-math.inf if v == 0 else math.nan)


def java_pow(base: float, exponent: float) -> float:
    if exponent == 0:
        return 1.0
    if base != base or exponent != exponent or (abs(base) == 1 and abs(exponent) == math.inf):
        return math.nan
    try:
        return math.pow(base, exponent)
    except OverflowError:
        odd = exponent == int(exponent) and int(exponent) % 2 == 1
        return -math.inf if base < 0 and odd else math.inf
    except ValueError:
        if base == 0:
            odd = exponent == int(exponent) and int(exponent) % 2 == 1
            return math.copysign(math.inf, base) if odd else math.inf
        return math.nan


def _rounding(function: Callable[[float], int]) -> Callable[[float], float]:
    return lambda v: math.copysign(float(function(v)), v) if math.isfinite(v) else v


def _exact(name: str, operation: Callable[..., int], bits: int) -> Callable[..., int]:
    def run(*values: int) -> int:
        result = operation(*values)
        if not -(1 << (bits - 1)) <= result < 1 << (bits - 1):
            raise Thrown("java.lang.ArithmeticException", f"{name} overflow")
        return result

    return run


def _sin(function: Callable[[float], float]) -> Callable[[float], float]:
    return lambda v: function(v) if math.isfinite(v) else math.nan


def _split(value: float) -> tuple[float, float]:
    """The upper 32 bits of a double, and the rest."""
    high = float(np.int64(np.float64(value).view(np.int64) & ~np.int64(0xFFFFFFFF)).view(np.float64))
    return high, value - high


def java_hypot(x: float, y: float) -> float:
    """FdLibm.Hypot."""
    a, b = abs(x), abs(y)
    if math.isinf(a) or math.isinf(b):
        return math.inf
    if math.isnan(a) or math.isnan(b):
        return math.nan
    if b > a:
        a, b = b, a
    if b == 0 or a > b * 2.0**60:
        return a + b
    scale = 0
    if a > 2.0**500:
        a, b, scale = a * 2.0**-600, b * 2.0**-600, 600
    elif b < 2.0**-500:
        a, b, scale = a * 2.0**600, b * 2.0**600, -600
    w = a - b
    if w > b:
        high, low = _split(a)
        w = math.sqrt(high * high - (b * (-b) - low * (a + high)))
    else:
        a += a
        high, low = _split(b)
        upper, lower = _split(a)
        w = math.sqrt(upper * high - (w * (-w) - (upper * low + lower * b)))
    return math.ldexp(w, scale)


_LN2_HIGH, _LN2_LOW = 6.93147180369123816490e-01, 1.90821492927058770002e-10
_LOG = (
    *(6.666666666666735130e-01, 3.999999999940941908e-01, 2.857142874366239149e-01, 2.222219843214978396e-01),
    *(1.818357216161805012e-01, 1.531383769920937332e-01, 1.479819860511658591e-01),
)


def strict_log(x: float) -> float:
    """FdLibm.Log of a positive number."""
    if math.isinf(x):
        return x
    mantissa, exponent = math.frexp(x)
    mantissa, k = mantissa * 2, exponent - 1
    if mantissa > math.sqrt(2):
        mantissa, k = mantissa / 2, k + 1
    f = mantissa - 1.0
    high = (int(np.float64(mantissa).view(np.int64)) >> 32) & 0xFFFFF
    if abs(f) < 2.0**-20:
        if f == 0:
            return k * _LN2_HIGH + k * _LN2_LOW if k else 0.0
        r = f * f * (0.5 - 0.33333333333333333 * f)
        return k * _LN2_HIGH - ((r - k * _LN2_LOW) - f) if k else f - r
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (_LOG[1] + w * (_LOG[3] + w * _LOG[5]))
    odd = z * (_LOG[0] + w * (_LOG[2] + w * (_LOG[4] + w * _LOG[6])))
    r = odd + even
    if (high - 0x6147A) | (0x6B851 - high) > 0:
        half = 0.5 * f * f
        if k == 0:
            return f - (half - s * (half + r))
        return k * _LN2_HIGH - ((half - (s * (half + r) + k * _LN2_LOW)) - f)
    if k == 0:
        return f - s * (f - r)
    return k * _LN2_HIGH - ((s * (f - r) - k * _LN2_LOW) - f)


_MATH: dict[str, Callable[..., Any]] = {
    "abs/1": abs,
    "max/2": java_max,
    "min/2": java_min,
    "sqrt/1": _real(math.sqrt),
    "cbrt/1": lambda v: float(java_cbrt(v)),
    "pow/2": java_pow,
    "exp/1": _real(math.exp),
    "expm1/1": _real(math.expm1),
    "log/1": _log(math.log),
    "log10/1": _log(math.log10),
    "log1p/1": lambda v: math.log1p(v) if v > -1 else (-math.inf if v == -1 else math.nan),
    "sin/1": _sin(math.sin),
    "cos/1": _sin(math.cos),
    "tan/1": _sin(math.tan),
    "asin/1": _real(math.asin),
    "acos/1": _real(math.acos),
    "atan/1": math.atan,
    "atan2/2": math.atan2,
    "sinh/1": lambda v: float(java_sinh(np.float64(v))),
    "cosh/1": lambda v: float(java_cosh(np.float64(v))),
    "tanh/1": math.tanh,
    "hypot/2": java_hypot,
    "toRadians/1": lambda v: v * 0.017453292519943295,
    "toDegrees/1": lambda v: v * 57.29577951308232,
    "ceil/1": _rounding(math.ceil),
    "floor/1": _rounding(math.floor),
    "rint/1": _rounding(round),
    "round/1": lambda v: double_to_long(math.floor(v + 0.5)) if abs(v) < 2**52 else double_to_long(v),
    "signum/1": lambda v: v if v != v or v == 0 else math.copysign(1.0, v),
    "copySign/2": math.copysign,
    "random/0": lambda: float(np.random.default_rng().random()),
    "ulp/1": lambda v: math.ulp(v),
    "nextUp/1": lambda v: math.nextafter(v, math.inf),
    "nextDown/1": lambda v: math.nextafter(v, -math.inf),
    "nextAfter/2": math.nextafter,
    "getExponent/1": lambda v: max(math.frexp(v)[1] - 1, -1023) if v and math.isfinite(v) else (1024 if v else -1023),
    "IEEEremainder/2": _real(math.remainder),
    "scalb/2": _real(math.ldexp),
}
for _java in ("java.lang.Math", "java.lang.StrictMath"):
    define_static(_java, _MATH)
    define_fields(_java, {"E": math.e, "PI": math.pi})
define_static("java.lang.StrictMath", {"log/1": _log(strict_log)})
