"""``java.util`` lists and queues."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any

from fakeknn.painless.dispatch import define
from fakeknn.painless.iteration import JavaIterator, iterate, iterator_type
from fakeknn.painless.library_lang import compare
from fakeknn.painless.throwable import (
    Thrown,
    illegal_argument,
    illegal_state,
    no_such_element,
    null_pointer,
    unsupported,
)
from fakeknn.painless.values import Function, JavaArray, array_type, class_of, equals, hash_code, text

_LIST_SUPERS = ("java.util.List", "java.util.Collection", "java.lang.Iterable")


class LinkedList(list[Any]):
    __slots__ = ()
    java = "java.util.LinkedList"


class Vector(list[Any]):
    __slots__ = ()
    java = "java.util.Vector"


class Stack(list[Any]):
    __slots__ = ()
    java = "java.util.Stack"


class ArrayDeque(list[Any]):
    __slots__ = ()
    java = "java.util.ArrayDeque"


class FixedList(list[Any]):
    """``Arrays.asList``: elements may be set, not added."""

    __slots__ = ()
    java = "java.util.Arrays.ArrayList"
    supers = ("java.util.AbstractList", *_LIST_SUPERS)


class UnmodifiableList(list[Any]):
    __slots__ = ()
    java = "java.util.Collections.UnmodifiableRandomAccessList"
    refusal: str | None = None
    """What a change is refused with."""
    supers = _LIST_SUPERS


class PriorityQueue(list[Any]):
    """Kept as Java's binary heap, whose order shows when it is iterated."""

    __slots__ = ("comparator",)
    java = "java.util.PriorityQueue"

    def __init__(self, comparator: Function | None = None) -> None:
        super().__init__()
        self.comparator = comparator

    def less(self, left: Any, right: Any) -> bool:
        order = compare(left, right) if self.comparator is None else self.comparator.call(left, right)
        return bool(order < 0)

    def offer(self, value: Any) -> bool:
        if value is None:
            raise null_pointer()
        self.append(value)
        at = len(self) - 1
        while at and self.less(value, self[(at - 1) // 2]):
            self[at], at = self[(at - 1) // 2], (at - 1) // 2
        self[at] = value
        return True

    def poll(self) -> Any:
        if not self:
            return None
        first, last = self[0], self.pop()
        if self:
            self._sift(0, last)
        return first

    def _sift(self, at: int, value: Any) -> None:
        while 2 * at + 1 < len(self):
            child = 2 * at + 1
            if child + 1 < len(self) and self.less(self[child + 1], self[child]):
                child += 1
            if not self.less(self[child], value):
                break
            self[at], at = self[child], child
        self[at] = value


def grown(items: list[Any]) -> list[Any]:
    """A list that may change its size."""
    if isinstance(items, UnmodifiableList):
        raise unsupported(items.refusal)
    if isinstance(items, FixedList):
        raise unsupported()
    return items


def _settable(items: list[Any]) -> list[Any]:
    if isinstance(items, UnmodifiableList):
        raise unsupported(items.refusal)
    return items


def _outside(items: list[Any], index: int) -> Thrown:
    if isinstance(items, LinkedList):
        return Thrown("java.lang.IndexOutOfBoundsException", f"Index: {index}, Size: {len(items)}")
    if isinstance(items, FixedList):
        message = f"Index {index} out of bounds for length {len(items)}"
        return Thrown("java.lang.ArrayIndexOutOfBoundsException", message)
    message = f"Index {index} out of bounds for length {len(items)}"
    return Thrown("java.lang.IndexOutOfBoundsException", message)


def get(items: list[Any], index: int) -> Any:
    if not 0 <= index < len(items):
        raise _outside(items, index)
    return items[index]


def put(items: list[Any], index: int, value: Any) -> Any:
    if not 0 <= index < len(items):
        raise _outside(items, index)
    before = _settable(items)[index]
    items[index] = value
    return before


def add(items: list[Any], value: Any) -> bool:
    if type(items) is not list:
        grown(items)
    items.append(value)
    return True


def insert(items: list[Any], index: int, value: Any) -> None:
    if not 0 <= index <= len(items):
        raise Thrown("java.lang.IndexOutOfBoundsException", f"Index: {index}, Size: {len(items)}")
    grown(items).insert(index, value)


def remove_at(items: list[Any], index: int) -> Any:
    if not 0 <= index < len(items):
        raise _outside(grown(items), index)
    return grown(items).pop(index)


def index_of(items: list[Any], value: Any) -> int:
    for i, item in enumerate(items):
        if equals(item, value):
            return i
    return -1


def last_index_of(items: list[Any], value: Any) -> int:
    for i in range(len(items) - 1, -1, -1):
        if equals(items[i], value):
            return i
    return -1


def contains(items: Iterable[Any], value: Any) -> bool:
    return any(equals(item, value) for item in items)


def remove_object(items: list[Any], value: Any) -> bool:
    at = index_of(items, value)
    if at >= 0:
        grown(items).pop(at)
    return at >= 0


def keep(items: list[Any], test: Callable[[Any], Any]) -> bool:
    before = len(items)
    kept = [item for item in items if test(item)]
    if len(kept) != before:
        grown(items)[:] = kept
    return len(kept) != before


def sort_key(comparator: Function | None) -> Callable[[Any], Any]:
    """A key for Python's sort from a Comparator, or natural order."""
    if comparator is None:
        return functools.cmp_to_key(compare)
    return functools.cmp_to_key(comparator.call)


def sort(items: list[Any], comparator: Function | None = None) -> None:
    kinds = {type(item) for item in items}
    if comparator is None and len(kinds) == 1 and kinds <= {int, str}:
        _settable(items).sort()
    elif comparator is None and None.__class__ in kinds and len(items) > 1:
        raise null_pointer('Cannot invoke "java.lang.Comparable.compareTo(Object)" because "a[runHi]" is null')
    else:
        items[:] = sorted(_settable(items), key=sort_key(comparator))


def add_all(items: list[Any], others: Any) -> bool:
    values = list(iterate(others))
    grown(items).extend(values)
    return bool(values)


def _insert_all(items: list[Any], index: int, others: Any) -> bool:
    if not 0 <= index <= len(items):
        raise Thrown("java.lang.IndexOutOfBoundsException", f"Index: {index}, Size: {len(items)}")
    given = list(iterate(others))
    grown(items)[index:index] = given
    return bool(given)


def _sub_list(items: list[Any], begin: int, end: int) -> list[Any]:
    if begin < 0:
        raise Thrown("java.lang.IndexOutOfBoundsException", f"fromIndex = {begin}")
    if end > len(items):
        raise Thrown("java.lang.IndexOutOfBoundsException", f"toIndex = {end}")
    if begin > end:
        raise illegal_argument(f"fromIndex({begin}) > toIndex({end})")
    return items[begin:end]


def _replace_all(items: list[Any], operator: Function) -> None:
    items[:] = [operator.call(item) for item in _settable(items)]


class ListIterator(JavaIterator):
    """An iterator that knows its place; it is the list's own walker, so it may remove and set."""

    __slots__ = ("_at", "_items", "_returned", "_size")
    java = "java.util.ArrayList.ListItr"
    supers: tuple[str, ...] = ("java.util.ListIterator", "java.util.Iterator")

    def __init__(self, items: list[Any], at: int = 0) -> None:
        super().__init__(iter(()))
        self._items = items
        self._at = at
        self._returned = -1
        self._size = len(items)

    def has_next(self) -> bool:
        return self._at != len(self._items)

    def has_previous(self) -> bool:
        return self._at > 0

    def _checked(self) -> None:
        if len(self._items) != self._size:
            raise Thrown("java.util.ConcurrentModificationException")

    def next(self) -> Any:
        self._checked()
        if self._at >= len(self._items):
            raise no_such_element()
        self._returned = self._at
        self._at += 1
        return self._items[self._returned]

    def previous(self) -> Any:
        self._checked()
        if self._at <= 0:
            raise no_such_element()
        self._at -= 1
        self._returned = self._at
        return self._items[self._at]

    def remove(self) -> None:
        if self._returned < 0:
            raise illegal_state()
        self._checked()
        grown(self._items).pop(self._returned)
        self._at, self._returned = self._returned, -1
        self._size = len(self._items)

    def set(self, value: Any) -> None:
        if self._returned < 0:
            raise illegal_state()
        _settable(self._items)[self._returned] = value

    def add(self, value: Any) -> None:
        grown(self._items).insert(self._at, value)
        self._at, self._returned, self._size = self._at + 1, -1, len(self._items)

    def next_index(self) -> int:
        return self._at


class _Itr(ListIterator):
    __slots__ = ()
    java = "java.util.ArrayList.Itr"
    supers = ("java.util.Iterator",)


def _list_iterator(items: list[Any], at: int) -> ListIterator:
    if not 0 <= at <= len(items):
        raise Thrown("java.lang.IndexOutOfBoundsException", f"Index: {at}, Size: {len(items)}")
    return ListIterator(items, at)


def _for_each(items: Any, consumer: Function) -> None:
    for item in iterate(items):
        consumer.call(item)


def _remaining(iterator: JavaIterator, consumer: Function) -> None:
    while iterator.has_next():
        consumer.call(iterator.next())


def _array(items: Any, given: Any = None) -> JavaArray:
    kind = array_type("def") if given is None else type(given)
    return kind(iterate(items))


# The iterators of those collections that have no keeping of their own.
_ITERATORS = {
    "java.util.HashSet": "java.util.HashMap.KeyIterator",
    "java.util.LinkedHashSet": "java.util.LinkedHashMap.LinkedKeyIterator",
    "java.util.TreeSet": "java.util.TreeMap.KeyIterator",
}


def _iterator(items: Any) -> JavaIterator:
    return iterator_type(_ITERATORS.get(class_of(items), "java.util.Iterator"))(iterate(items))


define(
    "java.lang.Iterable",
    {"forEach/1": _for_each, "iterator/0": _iterator},
)
define(
    "java.util.Iterator",
    {
        "hasNext/0": lambda i: i.has_next(),
        "next/0": lambda i: i.next(),
        "remove/0": lambda i: i.remove(),
        "forEachRemaining/1": _remaining,
        "nextInt/0": lambda i: i.next(),
        "nextLong/0": lambda i: int(i.next()),
        "nextDouble/0": lambda i: i.next(),
    },
)
define(
    "java.util.ListIterator",
    {
        "add/1": lambda i, v: i.add(v),
        "hasPrevious/0": lambda i: i.has_previous(),
        "previous/0": lambda i: i.previous(),
        "nextIndex/0": lambda i: i.next_index(),
        "previousIndex/0": lambda i: i.next_index() - 1,
        "set/1": lambda i, v: i.set(v),
    },
)
define(
    "java.util.Collection",
    {
        "size/0": len,
        "isEmpty/0": lambda c: len(c) == 0,
        "contains/1": contains,
        "containsAll/1": lambda c, o: all(contains(c, item) for item in iterate(o)),
        "toArray/0": _array,
        "toArray/1": _array,
        "hashCode/0": hash_code,
        "equals/1": equals,
        "toString/0": text,
    },
)
define(
    "java.util.List",
    {
        "add/1": add,
        "add/2": insert,
        "addAll/1": add_all,
        "addAll/2": _insert_all,
        "clear/0": lambda items: grown(items).clear(),
        "get/1": get,
        "set/2": put,
        "remove/1": remove_at,
        "removeAll/1": lambda items, o: keep(items, lambda item: not contains(iterate(o), item)),
        "retainAll/1": lambda items, o: keep(items, lambda item: contains(iterate(o), item)),
        "removeIf/1": lambda items, test: keep(items, lambda item: not test.call(item)),
        "indexOf/1": index_of,
        "lastIndexOf/1": last_index_of,
        "iterator/0": _Itr,
        "listIterator/0": ListIterator,
        "listIterator/1": _list_iterator,
        "replaceAll/1": _replace_all,
        "sort/1": sort,
        "subList/2": _sub_list,
        "clone/0": lambda items: type(items)(items),
        "getLength/0": len,
        "trimToSize/0": lambda items: None,
        "ensureCapacity/1": lambda items, n: None,
    },
)
