"""The methods that Painless adds to Java's collections: ``each``, ``findAll``, ``groupBy``, ``getByPath`` and so on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.painless.dispatch import call, define
from fakeknn.painless.iteration import iterate
from fakeknn.painless.library_map import TreeMap, put
from fakeknn.painless.numbers import is_number, parse_integer
from fakeknn.painless.operators import no_cast
from fakeknn.painless.throwable import Thrown, illegal_argument
from fakeknn.painless.values import Function, MapEntry, class_of, items, key_of, keys, plain, runtime_name, text


def _each(collection: Any, f: Function) -> Any:
    for item in iterate(collection):
        f.call(item)
    return collection


def _each_with_index(collection: Any, f: Function) -> Any:
    for i, item in enumerate(iterate(collection)):
        f.call(item, i)
    return collection


def _group_by(collection: Any, f: Function) -> dict[Any, Any]:
    groups: dict[Any, Any] = {}
    for item in iterate(collection):
        groups.setdefault(key_of(f.call(item)), []).append(item)
    return groups


def _sum(collection: Any) -> float:
    total = 0.0
    for item in iterate(collection):
        total += _double(item)
    return total


def _double(item: Any) -> float:
    if not is_number(item):
        raise no_cast(item, "java.lang.Number")
    return float(item)


def _sum_of(collection: Any, f: Function) -> float:
    total = 0.0
    for item in iterate(collection):
        total += f.call(item)
    return total


def _find(collection: Any, test: Function) -> Any:
    return next((item for item in iterate(collection) if test.call(item)), None)


def _find_result(collection: Any, default: Any, f: Function) -> Any:
    for item in iterate(collection):
        found = f.call(item)
        if found is not None:
            return found
    return default


def _results(values: Any) -> list[Any]:
    return [value for value in values if value is not None]


def _split(collection: Any, test: Function) -> list[Any]:
    yes: list[Any] = []
    no: list[Any] = []
    for item in iterate(collection):
        (yes if test.call(item) else no).append(item)
    return [yes, no]


def _collect_into(collection: Any, target: Any, f: Function) -> Any:
    for item in iterate(collection):
        call(target, "add", f.call(item))
    return target


define(
    "java.lang.Iterable",
    {
        "any/1": lambda c, p: any(p.call(item) for item in iterate(c)),
        "asCollection/0": lambda c: c if isinstance(c, list) else list(iterate(c)),
        "asList/0": lambda c: c if isinstance(c, list) else list(iterate(c)),
        "each/1": _each,
        "eachWithIndex/1": _each_with_index,
        "every/1": lambda c, p: all(p.call(item) for item in iterate(c)),
        "findResults/1": lambda c, f: _results(f.call(item) for item in iterate(c)),
        "groupBy/1": _group_by,
        "join/1": lambda c, separator: text(separator).join(map(text, iterate(c))),
        "sum/0": _sum,
        "sum/1": _sum_of,
        "collect/1": lambda c, f: [f.call(item) for item in iterate(c)],
        "collect/2": _collect_into,
        "find/1": _find,
        "findAll/1": lambda c, p: [item for item in iterate(c) if p.call(item)],
        "findResult/1": lambda c, f: _find_result(c, None, f),
        "findResult/2": _find_result,
        "split/1": _split,
    },
)


def _map_group_by(map_: Any, f: Function) -> dict[Any, Any]:
    groups: dict[Any, Any] = {}
    for key, value in items(map_):
        group = groups.setdefault(key_of(f.call(key, value)), TreeMap() if isinstance(map_, TreeMap) else {})
        put(group, key, value)
    return groups


def _map_each(map_: Any, f: Function) -> Any:
    for key, value in items(map_):
        f.call(key, value)
    return map_


def _map_find_all(map_: Any, test: Function) -> Any:
    made: Any = TreeMap() if isinstance(map_, TreeMap) else {}
    for key, value in items(map_):
        if test.call(key, value):
            put(made, key, value)
    return made


def _map_find_result(map_: Any, default: Any, f: Function) -> Any:
    for key, value in items(map_):
        found = f.call(key, value)
        if found is not None:
            return found
    return default


def _map_find(map_: Any, test: Function) -> MapEntry | None:
    for key in keys(map_):
        if test.call(plain(key), map_[key]):
            return MapEntry(plain(key), map_[key], map_)
    return None


def _map_collect_into(map_: Any, target: Any, f: Function) -> Any:
    for key, value in items(map_):
        call(target, "add", f.call(key, value))
    return target


_MAP: dict[str, Callable[..., Any]] = {
    "collect/1": lambda m, f: [f.call(key, value) for key, value in items(m)],
    "collect/2": _map_collect_into,
    "count/1": lambda m, p: sum(1 for key, value in items(m) if p.call(key, value)),
    "each/1": _map_each,
    "every/1": lambda m, p: all(p.call(key, value) for key, value in items(m)),
    "find/1": _map_find,
    "findAll/1": _map_find_all,
    "findResult/1": lambda m, f: _map_find_result(m, None, f),
    "findResult/2": _map_find_result,
    "findResults/1": lambda m, f: _results(f.call(key, value) for key, value in items(m)),
    "groupBy/1": _map_group_by,
}
define("java.util.Map", _MAP)

_NONE = object()


def _by_path(value: Any, path: str, default: Any = _NONE) -> Any:
    """``getByPath('a.0.b')``, through maps and lists."""
    if not path:
        raise illegal_argument("Missing path")
    if path.endswith("."):
        raise illegal_argument(f"Trailing '.' in path [{path}]")
    parts = path.split(".")
    joined = ".".join(parts)
    for i, part in enumerate(parts):
        if not part:
            raise illegal_argument(f"Extra '.' in path [{joined}] at index [{i}]")
        if isinstance(value, dict) and key_of(part) in value:
            value = value[key_of(part)]
        elif isinstance(value, list):
            index = _list_index(part, joined, i)
            # The real check lets the size itself through.
            if index > len(value):
                return _missing(value, parts, i, path, default)
            value = call(value, "get", index)
        else:
            return _missing(value, parts, i, path, default)
    return value


def _list_index(part: str, path: str, i: int) -> int:
    index = parse_integer(part, 10, 32)
    if index is None:
        cause = Thrown("java.lang.NumberFormatException", f'For input string: "{part}"')
        message = f"Could not parse [{part}] as a int index into list at path [{path}] and index [{i}]"
        raise Thrown("java.lang.IllegalArgumentException", message, cause)
    return index


def _missing(value: Any, parts: list[str], i: int, path: str, default: Any) -> Any:
    joined = ".".join(parts)
    if not isinstance(value, (dict, list)):
        java = runtime_name(class_of(value))
        raise illegal_argument(f"Non-container [{java}] at [{parts[i]}], index [{i}] in path [{joined}]")
    if i < len(parts) - 1:
        message = f"Container does not have [{parts[i]}], for non-terminal index [{i}] in path [{joined}]"
        raise illegal_argument(message)
    if default is _NONE:
        raise illegal_argument(f"Could not find value at path [{path}]")
    return default


for _java in ("java.util.Map", "java.util.List"):
    define(_java, {"getByPath/1": _by_path, "getByPath/2": _by_path})
