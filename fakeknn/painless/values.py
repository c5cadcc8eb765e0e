"""Java's values as Python holds them: collections, arrays and functions; their class, equality, hash and text.

An ArrayList is a list, a LinkedHashMap a dict (what JSON gives), a String a str, null None. What differs from those
in behaviour is a class of its own with its Java name in ``java``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from fakeknn.painless.numbers import (
    Byte,
    Character,
    Float,
    Long,
    Short,
    double_bits,
    double_text,
    float_bits,
    float_text,
    wrap_int,
)
from fakeknn.painless.throwable import Thrown, null_pointer

JAVA_CLASSES: dict[type, str] = {
    str: "java.lang.String",
    int: "java.lang.Integer",
    bool: "java.lang.Boolean",
    float: "java.lang.Double",
    Long: "java.lang.Long",
    Short: "java.lang.Short",
    Byte: "java.lang.Byte",
    Float: "java.lang.Float",
    Character: "java.lang.Character",
    list: "java.util.ArrayList",
    dict: "java.util.LinkedHashMap",
}


# The supers of classes that are not ours and that the allowlist does not name.
SUPERS: dict[type, tuple[str, ...]] = {}

# How values of classes that are not ours are written.
TEXTS: dict[type, Callable[[Any], str]] = {}


class Key:
    """A map key that Python would take for another (1.0, true for 1) or cannot hash (a list)."""

    __slots__ = ("hash", "value")

    def __init__(self, value: Any) -> None:
        self.value = value
        self.hash = hash_code(value)

    def __hash__(self) -> int:
        return self.hash

    def __eq__(self, other: object) -> bool:
        return type(other) is Key and equals(self.value, other.value)


def key_of(value: Any) -> Any:
    """A value as a key of a Python dict."""
    kind = type(value)
    if kind is str or kind is int or value is None:
        return value
    if kind in (float, bool, list, dict) or isinstance(value, (list, dict)):
        return Key(value)
    return value


class HashMap(dict[Any, Any]):
    """``java.util.HashMap``: iterated by bucket, as the table of its size would be."""

    __slots__ = ("least", "peak")
    java = "java.util.HashMap"

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.peak = len(self)
        self.least = 16

    def made_for(self, size: int, least: int = 1) -> None:
        """The table is made for three quarters of what comes, not for sixteen entries."""
        self.least = least
        while self.least < int(size / 0.75 + 1.0):
            self.least *= 2

    def ordered(self) -> list[Any]:
        """The keys in Java's order. A table doubles when it is three quarters full, and never shrinks."""
        self.peak = max(self.peak, len(self))
        if len(self) < 2:
            return list(self)
        capacity = self.least
        while self.peak > capacity * 3 // 4:
            capacity *= 2
        mask = capacity - 1
        return sorted(self, key=lambda key: _spread(key) & mask)


def _spread(key: Any) -> int:
    h = (key.hash if type(key) is Key else hash_code(key)) & 0xFFFFFFFF
    return h ^ (h >> 16)


def keys(map_: dict[Any, Any]) -> list[Any]:
    """A map's keys as Python holds them, in Java's order."""
    ordered = getattr(map_, "ordered", None)
    return list(map_) if ordered is None else ordered()


def plain(key: Any) -> Any:
    """The value a key stands for."""
    return key.value if type(key) is Key else key


def items(map_: dict[Any, Any]) -> Iterator[tuple[Any, Any]]:
    for key in keys(map_):
        yield plain(key), map_[key]


class MapEntry:
    """An entry of a map, or one of its own (``map`` None)."""

    __slots__ = ("_value", "key", "map")
    java = "java.util.AbstractMap.SimpleEntry"

    def __init__(self, key: Any, value: Any, map_: dict[Any, Any] | None = None) -> None:
        self.key = key
        self._value = value
        self.map = map_

    @property
    def value(self) -> Any:
        return self._value

    def set(self, value: Any) -> Any:
        before, self._value = self._value, value
        if self.map is not None:
            self.map[key_of(self.key)] = value
        return before

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MapEntry) and equals(self.key, other.key) and equals(self._value, other._value)

    def __hash__(self) -> int:
        return hash_code(self.key) ^ hash_code(self._value)


class JavaArray(list[Any]):
    """A Java array; one subclass for each component type."""

    __slots__ = ()
    java = "java.lang.Object[]"
    component = "def"


@cache
def array_type(component: str) -> type[JavaArray]:
    """The class of arrays of a component type, by its canonical name."""
    name = "java.lang.Object" if component == "def" else component
    return type(f"Array_{component}", (JavaArray,), {"java": f"{name}[]", "component": component, "__slots__": ()})


_DEFAULTS: dict[str, Any] = {
    "boolean": False,
    **dict.fromkeys(("byte", "short", "char", "int", "long"), 0),
    "float": 0.0,
    "double": 0.0,
}


def new_array(component: str, sizes: list[int]) -> JavaArray:
    """A new array with its default values, nested for several sizes."""
    size = sizes[0]
    if size < 0:
        raise Thrown("java.lang.NegativeArraySizeException", str(size))
    if len(sizes) == 1:
        return array_type(component)([_DEFAULTS.get(component)] * size)
    return array_type(component)(new_array(component[:-2], sizes[1:]) for _ in range(size))


class Function:
    """An object of a functional interface; ``call`` is the Python function behind it."""

    __slots__ = ("call",)
    java = ""

    def __init__(self, call: Callable[..., Any]) -> None:
        self.call = call


@cache
def function_type(interface: str) -> type[Function]:
    """The class of implementations of a functional interface."""
    return type("Function", (Function,), {"java": interface, "__slots__": ()})


def function(interface: str, call: Callable[..., Any]) -> Function:
    return function_type(interface)(call)


def class_of(value: Any) -> str:
    """The Java class of a value that is not null."""
    found = JAVA_CLASSES.get(type(value))
    if found is not None:
        return found
    if value is None:
        raise null_pointer()
    if isinstance(value, Thrown):
        return value.java_class
    return str(getattr(type(value), "java", "java.lang.Object"))


# --- Object's methods -------------------------------------------------------------------------------------------------


def equals(left: Any, right: Any) -> bool:
    """``left.equals(right)``, and true for two nulls."""
    if left is right:
        return True
    kind, other = type(left), type(right)
    if kind is other:
        if kind is float:
            return bool(left == right or (left != left and right != right))
        if kind in (str, int, bool):
            return bool(left == right)
    elif kind in (str, int, float, bool) or other in (str, int, float, bool):
        return False
    if isinstance(left, JavaArray):
        return False
    if isinstance(left, list):
        return (
            isinstance(right, list)
            and not isinstance(right, JavaArray)
            and len(left) == len(right)
            and all(map(equals, left, right))
        )
    if isinstance(left, dict):
        if not isinstance(right, dict) or len(left) != len(right):
            return False
        return all(key in right and equals(value, right[key]) for key, value in left.items())
    return bool(left == right)


def hash_code(value: Any) -> int:
    """``hashCode``, and 0 for null."""
    kind = type(value)
    if kind is str or kind is Character:
        return string_hash(value)
    if kind is int or kind is Short or kind is Byte:
        return int(value)
    if value is None:
        return 0
    if kind is bool:
        return 1231 if value else 1237
    if kind is Long:
        bits = value & 0xFFFFFFFFFFFFFFFF
        return wrap_int(bits ^ (bits >> 32))
    if kind is float:
        bits = double_bits(value) & 0xFFFFFFFFFFFFFFFF
        return wrap_int(bits ^ (bits >> 32))
    if kind is Float:
        return float_bits(value)
    if isinstance(value, JavaArray):
        return id(value) & 0x7FFFFFFF
    if isinstance(value, list):
        total = 1
        for item in value:
            total = 31 * total + hash_code(item)
        return wrap_int(total)
    if isinstance(value, dict):
        return wrap_int(sum(hash_code(plain(key)) ^ hash_code(item) for key, item in value.items()))
    return wrap_int(hash(value))


@cache
def _short_hash(text: str) -> int:
    total = 0
    for unit in text.encode("utf-16-be")[1::2] if text.isascii() else _units(text):
        total = (31 * total + unit) & 0xFFFFFFFF
    return wrap_int(total)


def _units(text: str) -> Iterator[int]:
    raw = text.encode("utf-16-be", "surrogatepass")
    for i in range(0, len(raw), 2):
        yield raw[i] << 8 | raw[i + 1]


def string_hash(text: str) -> int:
    """``String.hashCode``, over UTF-16 units."""
    return _short_hash(str(text)) if len(text) < 64 else _short_hash.__wrapped__(str(text))


def text(value: Any) -> str:
    """``String.valueOf(value)``."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[no-any-return]
    if value is None:
        return "null"
    if kind is bool:
        return "true" if value else "false"
    if kind is float:
        return double_text(value)
    if kind is Float:
        return float_text(value)
    if isinstance(value, int):
        return int.__repr__(value)
    if kind is Character:
        return str.__str__(value)
    if isinstance(value, JavaArray):
        return array_text(value)
    if isinstance(value, list):
        return "[" + ", ".join("(this Collection)" if item is value else text(item) for item in value) + "]"
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{text(key)}={'(this Map)' if item is value else text(item)}" for key, item in items(value))
            + "}"
        )
    if kind is MapEntry:
        return f"{text(value.key)}={text(value.value)}"
    if isinstance(value, Thrown):
        return value.java_class + ("" if value.message is None else f": {value.message}")
    if isinstance(value, Function) and kind not in TEXTS:
        return f"org.opensearch.painless.PainlessScript$Script$$Lambda@{id(value) & 0xFFFFFFF:x}"
    writer = TEXTS.get(kind)
    if writer is not None:
        return writer(value)
    if kind.__str__ is object.__str__:  # type: ignore[comparison-overlap]
        return f"{runtime_name(class_of(value))}@{hash_code(value) & 0xFFFFFFFF:x}"
    return str(value)


_ARRAY_CODES = {
    "boolean": "Z",
    "byte": "B",
    "char": "C",
    "double": "D",
    "float": "F",
    "int": "I",
    "long": "J",
    "short": "S",
}


def runtime_name(java: str) -> str:
    """``Class.getName`` of a canonical name: ``[I``, ``[Ljava.lang.Object;``, ``java.util.Map$Entry``."""
    if java.endswith("[]"):
        inner = java[:-2]
        code = _ARRAY_CODES.get(inner)
        return "[" + (code or (runtime_name(inner) if inner.endswith("[]") else f"L{runtime_name(inner)};"))
    parts = java.split(".")
    outer = next((i for i, part in enumerate(parts) if part[:1].isupper()), len(parts) - 1)
    return ".".join(parts[: outer + 1]) + "".join("$" + part for part in parts[outer + 1 :])


def array_text(value: JavaArray) -> str:
    return f"{runtime_name(type(value).java)}@{id(value) & 0xFFFFFFF:x}"
