"""What of a script's values can be sent from node to node (``StreamOutput``), and what is no tree at all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from fakeknn.errors import IllegalArgumentException, NullPointerException
from fakeknn.painless.hierarchy import check_cast, lineage
from fakeknn.painless.iteration import iterate
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import Function, JavaArray, MapEntry, class_of, keys, runtime_name

#: The classes that ``StreamOutput`` knows to write, beside lists, maps, sets and arrays of objects.
_WRITTEN = frozenset(
    {
        *(f"java.lang.{name}" for name in ("String", "Integer", "Long", "Float", "Double", "Boolean", "Byte", "Short")),
        *("byte[]", "int[]", "long[]", "float[]", "double[]", "java.math.BigInteger", "java.util.Date"),
        *("java.time.ZonedDateTime", "org.apache.lucene.util.BytesRef"),
        "org.opensearch.search.aggregations.metrics.ScriptedAvg",
    }
)
_PRIMITIVES = ("boolean", "byte", "short", "char", "int", "long", "float", "double")


def check_writeable(value: Any) -> None:
    """``StreamOutput.checkWriteable``; raises ``IllegalArgumentException``."""
    parts = None if value is None else _parts(value)
    if parts is not None:
        for part in parts:
            check_writeable(part)
    elif value is not None and _class(value) not in _WRITTEN:
        name = "null" if isinstance(value, Function) else _class(value)
        raise IllegalArgumentException(f"Cannot write type [{name}] to stream")


def check_written(value: Any) -> None:
    """``StreamOutput.writeGenericValue``, which wants text for the keys of maps; raises what it raises."""
    parts = None if value is None else _parts(value)
    if parts is not None:
        if isinstance(value, dict):
            for key in keys(value):
                _check_key(key)
        for part in parts:
            check_written(part)
    elif value is not None and _class(value) not in _WRITTEN:
        raise IllegalArgumentException(f"can not write type [class {runtime_name(_class(value))}]")


def _check_key(key: Any) -> None:
    if key is None:
        raise NullPointerException('Cannot invoke "String.length()" because "str" is null')
    try:
        check_cast(key, "java.lang.String")
    except Thrown as thrown:
        raise thrown.error() from None


def _class(value: Any) -> str:
    return "java.util.HashMap.Node" if isinstance(value, MapEntry) else class_of(value)


def _parts(value: Any) -> Iterable[Any] | None:
    """What a list, map, set or array of objects holds, keys first."""
    if isinstance(value, JavaArray):
        return None if value.component in _PRIMITIVES else value
    if isinstance(value, dict):
        return [*keys(value), *value.values()]
    supers = lineage(type(value))
    return iterate(value) if "java.util.List" in supers or "java.util.Set" in supers else None


def check_no_self_references(value: Any, hint: str, around: tuple[int, ...] = ()) -> None:
    """``CollectionUtils.ensureNoSelfReferences``; raises ``IllegalArgumentException``."""
    inside = _inside(value)
    if inside is None:
        return
    if id(value) in around:
        raise IllegalArgumentException(f"Iterable object is self-referencing itself ({hint})")
    for item in inside:
        check_no_self_references(item, hint, (*around, id(value)))


def _inside(value: Any) -> Iterable[Any] | None:
    if isinstance(value, dict):
        return value.values()
    if isinstance(value, JavaArray) and value.component in _PRIMITIVES:
        return None
    if isinstance(value, list):
        return value
    return iterate(value) if "java.lang.Iterable" in lineage(type(value)) else None
