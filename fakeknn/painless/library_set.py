"""Sorted maps, and ``java.util.Set`` and its kinds, on the keys of maps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.iteration import JavaIterator, iterate
from fakeknn.painless.library_map import TreeMap, View, change, put
from fakeknn.painless.throwable import no_such_element, unsupported
from fakeknn.painless.values import (
    Function,
    HashMap,
    MapEntry,
    equals,
    function,
    key_of,
    plain,
)

# --- sorted maps ------------------------------------------------------------------------------------------------------


def _entry(map_: TreeMap, key: Any) -> MapEntry | None:
    return None if key is None and key not in map_ else MapEntry(plain(key), map_[key])


def _end(map_: TreeMap, last: bool) -> Any:
    if not map_:
        raise no_such_element()
    return map_.ordered()[-1 if last else 0]


def _poll(map_: TreeMap, last: bool) -> MapEntry | None:
    if not map_:
        return None
    key = _end(map_, last)
    return MapEntry(plain(key), map_.pop(key))


def _between(map_: TreeMap, low: Any, low_in: bool, high: Any, high_in: bool) -> TreeMap:
    return map_.part(
        lambda key: (map_.order(key, low) > (-1 if low_in else 0)) and (map_.order(key, high) < (1 if high_in else 0))
    )


def _head(map_: TreeMap, high: Any, inclusive: bool = False) -> TreeMap:
    return map_.part(lambda key: map_.order(key, high) < (1 if inclusive else 0))


def _tail(map_: TreeMap, low: Any, inclusive: bool = True) -> TreeMap:
    return map_.part(lambda key: map_.order(key, low) > (-1 if inclusive else 0))


def _descending(map_: TreeMap) -> TreeMap:
    made = TreeMap(function("java.util.Comparator", lambda a, b: map_.order(b, a)))
    made.update(map_)
    return made


define(
    "java.util.TreeMap",
    {
        "comparator/0": lambda m: m.comparator,
        "firstKey/0": lambda m: plain(_end(m, False)),
        "lastKey/0": lambda m: plain(_end(m, True)),
        "firstEntry/0": lambda m: _entry(m, _end(m, False)) if m else None,
        "lastEntry/0": lambda m: _entry(m, _end(m, True)) if m else None,
        "pollFirstEntry/0": lambda m: _poll(m, False),
        "pollLastEntry/0": lambda m: _poll(m, True),
        "ceilingKey/1": lambda m, k: plain(m.nearest(k, False, True)),
        "floorKey/1": lambda m, k: plain(m.nearest(k, True, True)),
        "higherKey/1": lambda m, k: plain(m.nearest(k, False, False)),
        "lowerKey/1": lambda m, k: plain(m.nearest(k, True, False)),
        "ceilingEntry/1": lambda m, k: _entry(m, m.nearest(k, False, True)),
        "floorEntry/1": lambda m, k: _entry(m, m.nearest(k, True, True)),
        "higherEntry/1": lambda m, k: _entry(m, m.nearest(k, False, False)),
        "lowerEntry/1": lambda m, k: _entry(m, m.nearest(k, True, False)),
        "headMap/1": _head,
        "headMap/2": _head,
        "tailMap/1": _tail,
        "tailMap/2": _tail,
        "subMap/2": lambda m, a, b: _between(m, a, True, b, False),
        "subMap/4": _between,
        "descendingMap/0": _descending,
        "navigableKeySet/0": lambda m: TreeSet(None, m),
        "descendingKeySet/0": lambda m: TreeSet(None, _descending(m)),
    },
)


# --- sets -------------------------------------------------------------------------------------------------------------


class JavaSet:
    """A set on the keys of a map of its kind."""

    __slots__ = ("map",)
    java = "java.util.HashSet"
    kind: type[dict[Any, Any]] = HashMap

    def __init__(self, others: Any = None) -> None:
        self.map = self.kind()
        if others is not None:
            items = list(iterate(others))
            if isinstance(self.map, HashMap):
                self.map.made_for(len(items), least=16)
            for item in items:
                self.map[key_of(item)] = True

    def __len__(self) -> int:
        return len(self.map)

    def __iter__(self) -> Iterator[Any]:
        return iter(View(self.map))

    def __contains__(self, value: object) -> bool:
        return key_of(value) in self.map

    def iterator(self) -> JavaIterator:
        return View(self.map).iterator()

    def add(self, value: Any) -> bool:
        held = key_of(value)
        if held in self.map:
            return False
        put(self.map, value, True)
        return True

    def discard(self, value: Any) -> bool:
        held = key_of(value)
        if held not in self.map:
            return False
        del change(self.map)[held]
        return True

    def __str__(self) -> str:
        return str(View(self.map))

    __eq__ = View.__eq__
    __hash__ = View.__hash__


class LinkedHashSet(JavaSet):
    __slots__ = ()
    java = "java.util.LinkedHashSet"
    kind = dict


class UnmodifiableSet(JavaSet):
    __slots__ = ()
    java = "java.util.Collections.UnmodifiableSet"
    supers = ("java.util.Set", "java.util.Collection", "java.lang.Iterable")
    kind = dict

    def add(self, value: Any) -> bool:
        raise unsupported()

    def discard(self, value: Any) -> bool:
        raise unsupported()


class TreeSet(JavaSet):
    __slots__ = ()
    java = "java.util.TreeSet"

    def __init__(self, comparator: Function | None = None, map_: TreeMap | None = None) -> None:
        self.map = TreeMap(comparator) if map_ is None else map_

    def tree(self) -> TreeMap:
        assert isinstance(self.map, TreeMap)
        return self.map


def _add_all(set_: Any, others: Any) -> bool:
    added = [set_.add(item) for item in list(iterate(others))]
    return True in added


def _retain(set_: Any, test: Callable[[Any], Any]) -> bool:
    gone = [item for item in set_ if not test(item)]
    for item in gone:
        set_.discard(item)
    return bool(gone)


def _holds(others: Any, item: Any) -> bool:
    return item in others if isinstance(others, (JavaSet, View)) else any(equals(item, o) for o in iterate(others))


define(
    "java.util.Set",
    {
        "add/1": lambda s, v: s.add(v) if isinstance(s, JavaSet) else _refuse(),
        "addAll/1": lambda s, o: _add_all(s, o) if isinstance(s, JavaSet) else _refuse(),
        "clear/0": lambda s: change(s.map).clear(),
        "clone/0": lambda s: TreeSet(None, _copy_tree(s.tree())) if isinstance(s, TreeSet) else type(s)(s),
    },
)
for _java in ("java.util.Set", "java.util.Collection"):
    define(
        _java,
        {
            "contains/1": lambda s, v: _holds(s, v),
            "containsAll/1": lambda s, o: all(_holds(s, item) for item in iterate(o)),
            "iterator/0": lambda s: s.iterator(),
            "remove/1": lambda s, v: s.discard(v),
            "removeAll/1": lambda s, o: _retain(s, lambda item: not _holds(o, item)),
            "retainAll/1": lambda s, o: _retain(s, lambda item: _holds(o, item)),
            "removeIf/1": lambda s, test: _retain(s, lambda item: not test.call(item)),
        },
    )


def _refuse() -> Any:
    raise unsupported()


def _copy_tree(map_: TreeMap) -> TreeMap:
    made = TreeMap(map_.comparator)
    made.update(map_)
    return made


def _set_end(set_: TreeSet, last: bool) -> Any:
    return plain(_end(set_.map, last))  # type: ignore[arg-type]


define(
    "java.util.TreeSet",
    {
        "comparator/0": lambda s: s.map.comparator,
        "first/0": lambda s: _set_end(s, False),
        "last/0": lambda s: _set_end(s, True),
        "pollFirst/0": lambda s: entry.key if (entry := _poll(s.map, False)) else None,
        "pollLast/0": lambda s: entry.key if (entry := _poll(s.map, True)) else None,
        "ceiling/1": lambda s, k: plain(s.map.nearest(k, False, True)),
        "floor/1": lambda s, k: plain(s.map.nearest(k, True, True)),
        "higher/1": lambda s, k: plain(s.map.nearest(k, False, False)),
        "lower/1": lambda s, k: plain(s.map.nearest(k, True, False)),
        "headSet/1": lambda s, k: TreeSet(None, _head(s.map, k)),
        "headSet/2": lambda s, k, i: TreeSet(None, _head(s.map, k, i)),
        "tailSet/1": lambda s, k: TreeSet(None, _tail(s.map, k)),
        "tailSet/2": lambda s, k, i: TreeSet(None, _tail(s.map, k, i)),
        "subSet/2": lambda s, a, b: TreeSet(None, _between(s.map, a, True, b, False)),
        "subSet/4": lambda s, a, ai, b, bi: TreeSet(None, _between(s.map, a, ai, b, bi)),
        "descendingSet/0": lambda s: TreeSet(None, _descending(s.map)),
        "descendingIterator/0": lambda s: TreeSet(None, _descending(s.map)).iterator(),
    },
)
define_static("java.util.HashSet", {"<init>/0": JavaSet, "<init>/1": JavaSet})
define_static("java.util.LinkedHashSet", {"<init>/0": LinkedHashSet, "<init>/1": LinkedHashSet})
define_static("java.util.TreeSet", {"<init>/0": TreeSet, "<init>/1": TreeSet})
