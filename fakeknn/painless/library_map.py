"""``java.util`` maps and sets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.iteration import JavaIterator, iterator_type
from fakeknn.painless.library_lang import compare
from fakeknn.painless.library_list import sort_key
from fakeknn.painless.throwable import Thrown, null_pointer, unsupported
from fakeknn.painless.values import (
    Function,
    HashMap,
    MapEntry,
    class_of,
    equals,
    function,
    hash_code,
    items,
    key_of,
    keys,
    plain,
    text,
)

_MAP_SUPERS = ("java.util.Map",)


class UnmodifiableMap(dict[Any, Any]):
    """``Collections.unmodifiableMap`` and the empty and singleton maps, in the order of what they show."""

    __slots__ = ()
    java = "java.util.Collections.UnmodifiableMap"
    supers = _MAP_SUPERS
    refusal: str | None = None
    """What a change is refused with."""


class TreeMap(dict[Any, Any]):
    """Sorted by its comparator, or in natural order, whenever it is walked."""

    __slots__ = ("comparator",)
    java = "java.util.TreeMap"

    def __init__(self, comparator: Function | None = None) -> None:
        super().__init__()
        self.comparator = comparator

    def ordered(self) -> list[Any]:
        key = sort_key(self.comparator)
        return sorted(self, key=lambda held: key(plain(held)))

    def order(self, left: Any, right: Any) -> int:
        return compare(left, right) if self.comparator is None else int(self.comparator.call(left, right))

    def accept(self, key: Any) -> None:
        """Compare a key that is put, with itself if there is no other."""
        if key is None and self.comparator is None:
            raise null_pointer(
                'Cannot invoke "java.lang.Comparable.compareTo(Object)" because "k1" is null' if not self else None
            )
        self.order(key, plain(next(iter(self))) if self else key)

    def part(self, test: Callable[[Any], bool]) -> TreeMap:
        made = TreeMap(self.comparator)
        for key in self.ordered():
            if test(plain(key)):
                made[key] = self[key]
        return made

    def nearest(self, key: Any, below: bool, same: bool) -> Any:
        """The held key next to a key, or None."""
        found = None
        for held in self.ordered() if not below else reversed(self.ordered()):
            order = self.order(plain(held), key)
            if (order < 0 if below else order > 0) or (same and order == 0):
                found = held
                break
        return found


def change(map_: dict[Any, Any]) -> dict[Any, Any]:
    if isinstance(map_, UnmodifiableMap):
        raise unsupported(map_.refusal)
    if isinstance(map_, HashMap):
        map_.peak = max(map_.peak, len(map_))
    return map_


def get(map_: dict[Any, Any], key: Any) -> Any:
    return map_.get(key_of(key))


def put(map_: dict[Any, Any], key: Any, value: Any) -> Any:
    held = key if type(key) is str else key_of(key)
    if type(map_) is not dict:
        change(map_)
        if isinstance(map_, TreeMap):
            map_.accept(key)
    before = map_.get(held)
    map_[held] = value
    return before


def remove(map_: dict[Any, Any], key: Any) -> Any:
    return change(map_).pop(key_of(key), None)


def _remove_pair(map_: dict[Any, Any], key: Any, value: Any) -> bool:
    held = key_of(key)
    if held in map_ and equals(map_[held], value):
        del change(map_)[held]
        return True
    return False


def put_all(map_: dict[Any, Any], other: Any) -> None:
    if isinstance(map_, HashMap) and not map_ and not map_.peak:
        map_.made_for(len(other))
    for key, value in items(other):
        put(map_, key, value)


def _compute(map_: dict[Any, Any], key: Any, remap: Function) -> Any:
    held = key_of(key)
    value = remap.call(key, map_.get(held))
    if value is None:
        change(map_).pop(held, None)
    else:
        change(map_)[held] = value
    return value


def _compute_if_absent(map_: dict[Any, Any], key: Any, make: Function) -> Any:
    held = key_of(key)
    value = map_.get(held)
    if value is None:
        value = make.call(key)
        if value is not None:
            change(map_)[held] = value
    return value


def _compute_if_present(map_: dict[Any, Any], key: Any, remap: Function) -> Any:
    return None if map_.get(key_of(key)) is None else _compute(map_, key, remap)


def _merge(map_: dict[Any, Any], key: Any, value: Any, remap: Function) -> Any:
    if value is None:
        raise null_pointer()
    held = key_of(key)
    before = map_.get(held)
    after = value if before is None else remap.call(before, value)
    if after is None:
        change(map_).pop(held, None)
    else:
        change(map_)[held] = after
    return after


def _put_if_absent(map_: dict[Any, Any], key: Any, value: Any) -> Any:
    held = key_of(key)
    before = map_.get(held)
    if before is None:
        change(map_)[held] = value
    return before


def _replace(map_: dict[Any, Any], key: Any, value: Any) -> Any:
    return put(map_, key, value) if key_of(key) in map_ else None


def _replace_pair(map_: dict[Any, Any], key: Any, before: Any, after: Any) -> bool:
    held = key_of(key)
    if held in map_ and equals(map_[held], before):
        change(map_)[held] = after
        return True
    return False


def _replace_all(map_: dict[Any, Any], remap: Function) -> None:
    for key in keys(change(map_)):
        map_[key] = remap.call(plain(key), map_[key])


def _for_each(map_: dict[Any, Any], consumer: Function) -> None:
    size = len(map_)
    for key, value in items(map_):
        consumer.call(key, value)
        if len(map_) != size:
            raise Thrown("java.util.ConcurrentModificationException")


class View:
    """A map's keys, values or entries: live, and changing them changes the map."""

    __slots__ = ("map",)
    java = "java.util.HashMap.KeySet"
    supers: tuple[str, ...] = ("java.util.Set", "java.util.Collection", "java.lang.Iterable")

    def __init__(self, map_: dict[Any, Any]) -> None:
        self.map = map_

    def one(self, key: Any) -> Any:
        return plain(key)

    def __len__(self) -> int:
        return len(self.map)

    def __iter__(self) -> Iterator[Any]:
        size = len(self.map)
        for key in keys(self.map):
            if len(self.map) != size:
                raise Thrown("java.util.ConcurrentModificationException")
            yield self.one(key)

    def iterator(self) -> JavaIterator:
        map_, prefix = class_of(self.map), ""
        if map_ == "java.util.LinkedHashMap":
            prefix = "Linked"
        kind = {"Entries": "Entry", "Values": "Value"}.get(type(self).__name__, "Key")
        return iterator_type(f"{map_}.{prefix}{kind}Iterator")(map(self.one, keys(self.map)), self.forget)

    def forget(self, item: Any) -> None:
        remove(self.map, item)

    def __contains__(self, value: object) -> bool:
        return key_of(value) in self.map

    def discard(self, value: Any) -> bool:
        if value not in self:
            return False
        self.forget(value)
        return True

    def __str__(self) -> str:
        return "[" + ", ".join(map(text, self)) + "]"

    def __eq__(self, other: object) -> bool:
        if not hasattr(other, "map"):
            return False
        return len(self) == len(other) and all(item in other for item in self)  # type: ignore[arg-type, operator]

    def __hash__(self) -> int:
        return sum(map(hash_code, self))


class Values(View):
    __slots__ = ()
    java = "java.util.HashMap.Values"
    supers = ("java.util.Collection", "java.lang.Iterable")

    def one(self, key: Any) -> Any:
        return self.map[key]

    def __contains__(self, value: object) -> bool:
        return any(equals(item, value) for item in self.map.values())

    def forget(self, item: Any) -> None:
        for key in keys(self.map):
            if self.map[key] is item or equals(self.map[key], item):
                del change(self.map)[key]
                return


class Entries(View):
    __slots__ = ()
    java = "java.util.HashMap.EntrySet"

    def one(self, key: Any) -> MapEntry:
        return MapEntry(plain(key), self.map[key], self.map)

    def __contains__(self, value: object) -> bool:
        return isinstance(value, MapEntry) and equals(self.map.get(key_of(value.key)), value.value)

    def forget(self, item: MapEntry) -> None:
        remove(self.map, item.key)


define(
    "java.util.Map",
    {
        "clear/0": lambda m: change(m).clear(),
        "compute/2": _compute,
        "computeIfAbsent/2": _compute_if_absent,
        "computeIfPresent/2": _compute_if_present,
        "containsKey/1": lambda m, k: key_of(k) in m,
        "containsValue/1": lambda m, v: any(equals(item, v) for item in m.values()),
        "entrySet/0": Entries,
        "equals/1": equals,
        "forEach/1": _for_each,
        "get/1": get,
        "getOrDefault/2": lambda m, k, d: m.get(key_of(k), d),
        "hashCode/0": hash_code,
        "isEmpty/0": lambda m: not m,
        "keySet/0": View,
        "merge/3": _merge,
        "put/2": put,
        "putAll/1": put_all,
        "putIfAbsent/2": _put_if_absent,
        "remove/1": remove,
        "remove/2": _remove_pair,
        "replace/2": _replace,
        "replace/3": _replace_pair,
        "replaceAll/1": _replace_all,
        "size/0": len,
        "toString/0": text,
        "values/0": Values,
    },
)
define(
    "java.util.Map.Entry",
    {
        "getKey/0": lambda e: e.key,
        "getValue/0": lambda e: e.value,
        "setValue/1": MapEntry.set,
        "toString/0": text,
    },
)


def _key_order(comparator: Any = None) -> Function:
    order = compare if comparator is None else comparator.call
    return function("java.util.Comparator", lambda a, b: order(a.key, b.key))


def _value_order(comparator: Any = None) -> Function:
    order = compare if comparator is None else comparator.call
    return function("java.util.Comparator", lambda a, b: order(a.value, b.value))


define_static(
    "java.util.Map.Entry",
    {
        "comparingByKey/0": _key_order,
        "comparingByKey/1": _key_order,
        "comparingByValue/0": _value_order,
        "comparingByValue/1": _value_order,
    },
)
for _java in ("java.util.AbstractMap.SimpleEntry", "java.util.AbstractMap.SimpleImmutableEntry"):
    define_static(_java, {"<init>/1": lambda e: MapEntry(e.key, e.value), "<init>/2": MapEntry})


def copied(made: dict[Any, Any], other: Any) -> dict[Any, Any]:
    if other is None:
        raise null_pointer()
    put_all(made, other)
    return made


def _clone(map_: dict[Any, Any]) -> dict[Any, Any]:
    return copied(TreeMap(map_.comparator) if isinstance(map_, TreeMap) else type(map_)(), map_)


define("java.util.AbstractMap", {"clone/0": _clone})
define_static("java.util.HashMap", {"<init>/0": HashMap, "<init>/1": lambda m: copied(HashMap(), m)})
define_static("java.util.LinkedHashMap", {"<init>/0": dict, "<init>/1": lambda m: copied({}, m)})
define_static("java.util.TreeMap", {"<init>/0": TreeMap, "<init>/1": TreeMap})


def _without_nulls(other: Any) -> dict[Any, Any]:
    if other is not None and (None in other or None in other.values()):
        raise null_pointer()
    return copied(HashMap(), other)


define_static("java.util.Hashtable", {"<init>/0": HashMap, "<init>/1": _without_nulls})
define_static("java.util.IdentityHashMap", {"<init>/0": HashMap, "<init>/1": lambda m: copied(HashMap(), m)})
