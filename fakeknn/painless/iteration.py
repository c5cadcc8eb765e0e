"""Iterating over what Java calls Iterable, as Java's iterators do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from fakeknn.painless.operators import box
from fakeknn.painless.throwable import Thrown, illegal_argument, no_such_element, null_pointer
from fakeknn.painless.values import JavaArray, class_of


def iterate_list(items: list[Any]) -> Iterator[Any]:
    """An ArrayList's elements; changing its size meanwhile is a ConcurrentModificationException."""
    size, at = len(items), 0
    while at != len(items):
        if len(items) != size:
            raise Thrown("java.util.ConcurrentModificationException")
        yield items[at]
        at += 1


def iterate(value: Any) -> Iterator[Any]:
    """The elements of an Iterable or an array, as the primitives of an array or as references."""
    if value is None:
        raise null_pointer()
    if isinstance(value, JavaArray):
        return iter(value)
    if isinstance(value, list):
        return iterate_list(value)
    return iter(value)


def iterate_def(value: Any) -> Iterator[Any]:
    """The elements of a def."""
    if value is None:
        raise null_pointer('Cannot invoke "Object.getClass()" because "callArgs[0]" is null')
    if isinstance(value, JavaArray):
        component = type(value).component
        return (box(item, component) for item in value)
    if isinstance(value, list):
        return iterate_list(value)
    if not hasattr(type(value), "__iter__") or isinstance(value, (str, dict)):
        raise illegal_argument(f"Cannot iterate over [{class_of(value)}]")
    return iter(value)


class JavaIterator:
    """A ``java.util.Iterator`` over a Python one; ``remove`` takes away what was last given."""

    __slots__ = ("_last", "_next", "_ready", "_remove", "_source")
    java = "java.util.Iterator"
    supers: tuple[str, ...] = ("java.util.Iterator",)

    def __init__(self, source: Iterator[Any], remove: Callable[[Any], Any] | None = None) -> None:
        self._source = source
        self._remove = remove
        self._ready = False
        self._next: Any = None
        self._last: Any = None

    def has_next(self) -> bool:
        if not self._ready:
            try:
                self._next = next(self._source)
            except StopIteration:
                return False
            self._ready = True
        return True

    def next(self) -> Any:
        if not self.has_next():
            raise no_such_element()
        self._ready = False
        self._last = self._next
        return self._last

    def remove(self) -> None:
        if self._remove is None:
            raise Thrown("java.lang.UnsupportedOperationException", "remove")
        self._remove(self._last)

    def __iter__(self) -> Iterator[Any]:
        while self.has_next():
            yield self.next()


@cache
def iterator_type(java: str) -> type[JavaIterator]:
    """The iterators of one of Java's collections."""
    return type(java.rpartition(".")[2], (JavaIterator,), {"java": java, "__slots__": ()})
