"""Java's enums: their constants, ``valueOf`` and ``values``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.throwable import illegal_argument, null_pointer
from fakeknn.painless.values import array_type, runtime_name


class Enum:
    """A constant of a Java enum: ``name`` in the source, ``shown`` by ``toString``."""

    __slots__ = ("name", "ordinal", "shown")
    java = "java.lang.Enum"

    def __init__(self, name: str, ordinal: int, shown: str = "") -> None:
        self.name = name
        self.ordinal = ordinal
        self.shown = shown or name

    def __str__(self) -> str:
        return self.shown


def register(java: str, constants: Mapping[str, Any]) -> None:
    """Let scripts name the constants of an enum."""
    define_fields(java, constants)
    define_static(
        java,
        {"valueOf/1": _value_of(java, constants), "values/0": lambda: array_type(java)(constants.values())},
    )


def declare(java: str, names: str) -> dict[str, Any]:
    """An enum that has nothing but its constants: these by name."""
    kind = type(java.rpartition(".")[2], (Enum,), {"java": java, "__slots__": ()})
    constants = {name: kind(name, i) for i, name in enumerate(names.split())}
    register(java, constants)
    return constants


def _value_of(java: str, constants: Mapping[str, Any]) -> Callable[[str | None], Any]:
    def find(name: str | None) -> Any:
        if name is None:
            raise null_pointer("Name is null")
        if name not in constants:
            raise illegal_argument(f"No enum constant {runtime_name(java).replace('$', '.')}.{name}")
        return constants[name]

    return find


define(
    "java.lang.Enum",
    {
        "name/0": lambda e: e.name,
        "ordinal/0": lambda e: e.ordinal,
        "compareTo/1": lambda a, b: a.ordinal - b.ordinal,
        "toString/0": str,
    },
)
