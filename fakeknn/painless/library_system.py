"""``java.lang.System``: clocks, and copying between arrays."""

from __future__ import annotations

import time
from typing import Any

from fakeknn.painless.allowlist import PRIMITIVES
from fakeknn.painless.dispatch import define_static
from fakeknn.painless.throwable import Thrown, null_pointer
from fakeknn.painless.values import JavaArray, class_of, runtime_name


def _copy(source: Any, start: int, target: Any, at: int, length: int) -> None:
    """``System.arraycopy``"""
    if source is None or target is None:
        raise null_pointer()
    for array, what in ((source, "source"), (target, "destination")):
        if not isinstance(array, JavaArray):
            raise _no_copy(f"{what} type {runtime_name(class_of(array))} is not an array")
    kinds = [type(array).component for array in (source, target)]
    if kinds[0] != kinds[1] and not PRIMITIVES.isdisjoint(kinds):
        shown = [f"{kind}[]" if kind in PRIMITIVES else "object array[]" for kind in kinds]
        raise _no_copy(f"type mismatch: can not copy {shown[0]} into {shown[1]}")
    _check(source, "source", start)
    _check(target, "destination", at)
    if length < 0:
        raise _outside(f"length {length} is negative")
    _check(source, "last source", start + length)
    _check(target, "last destination", at + length)
    target[at : at + length] = list(source[start : start + length])


def _check(array: JavaArray, what: str, index: int) -> None:
    if not 0 <= index <= len(array):
        component = type(array).component
        sized = f"{component if component in PRIMITIVES else 'object array'}[{len(array)}]"
        raise _outside(f"{what} index {index} out of bounds for {sized}")


def _no_copy(why: str) -> Thrown:
    return Thrown("java.lang.ArrayStoreException", f"arraycopy: {why}")


def _outside(why: str) -> Thrown:
    return Thrown("java.lang.ArrayIndexOutOfBoundsException", f"arraycopy: {why}")


define_static(
    "java.lang.System",
    {
        "arraycopy/5": _copy,
        "currentTimeMillis/0": lambda: int(time.time() * 1000),
        "nanoTime/0": time.perf_counter_ns,
    },
)
