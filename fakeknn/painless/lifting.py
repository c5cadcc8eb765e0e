"""A script's own values beside columns."""

from __future__ import annotations

from typing import Any

import numpy as np

from fakeknn.painless import ast
from fakeknn.painless.dispatch import static_field
from fakeknn.painless.vectorize_operations import ARRAY_KINDS, Unvectorizable, Vector


def lifted(value: Any) -> Any:
    """A number of the parameters as a Vector of one value for all."""
    if isinstance(value, bool):
        return Vector("boolean", value)
    if type(value) is int:
        return Vector("int", value)
    if isinstance(value, int):
        return Vector("long", int(value))
    return Vector("double", value) if type(value) is float else value


def array(vector: Vector) -> Any:
    if vector.kind == "float" and not isinstance(vector.data, np.ndarray):
        return np.float64(vector.data)
    return vector.data


def is_zero(vector: Vector) -> bool:
    return not isinstance(vector.data, np.ndarray) and vector.data == 0


def constant(node: ast.Dot) -> Vector:
    if node.vtype not in ARRAY_KINDS:
        raise Unvectorizable
    return Vector(str(node.vtype), static_field(str(node.prefix.static), node.index))


def container_method(prefix: dict[str, Any] | list[Any], name: str, arguments: list[Any]) -> Any:
    """The few methods of parameters that scripts call."""
    if name == "size" and not arguments:
        return len(prefix)
    if isinstance(prefix, dict):
        if name == "get" and len(arguments) == 1 and isinstance(arguments[0], str):
            return prefix.get(arguments[0])
        if name == "containsKey" and len(arguments) == 1 and isinstance(arguments[0], str):
            return arguments[0] in prefix
    elif name == "get" and len(arguments) == 1 and isinstance(arguments[0], Vector):
        index = arguments[0].data
        if isinstance(index, int) and 0 <= index < len(prefix):
            return prefix[index]
    raise Unvectorizable
