"""Queues and stacks, which are lists too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.iteration import JavaIterator, iterate
from fakeknn.painless.library_list import (
    ArrayDeque,
    LinkedList,
    ListIterator,
    PriorityQueue,
    Stack,
    Vector,
    add_all,
    get,
    insert,
    keep,
    last_index_of,
    put,
    remove_at,
    remove_object,
)
from fakeknn.painless.throwable import (
    Thrown,
    no_such_element,
    null_pointer,
)


def _first(items: list[Any]) -> Any:
    if not items:
        raise no_such_element()
    return items[0]


def _last(items: list[Any]) -> Any:
    if not items:
        raise no_such_element()
    return items[-1]


def _pop(items: list[Any], at: int = 0) -> Any:
    if not items:
        raise no_such_element()
    return items.pop(at)


def _poll(items: list[Any], at: int = 0) -> Any:
    return items.pop(at) if items else None


def _offer(items: list[Any], value: Any, at: int | None = None) -> bool:
    if value is None and isinstance(items, ArrayDeque):
        raise null_pointer()
    items.insert(len(items) if at is None else at, value)
    return True


_DEQUE: dict[str, Callable[..., Any]] = {
    "add/1": _offer,
    "addFirst/1": lambda q, v: (_offer(q, v, 0), None)[1],
    "addLast/1": lambda q, v: (_offer(q, v), None)[1],
    "offer/1": _offer,
    "offerFirst/1": lambda q, v: _offer(q, v, 0),
    "offerLast/1": _offer,
    "push/1": lambda q, v: (_offer(q, v, 0), None)[1],
    "getFirst/0": _first,
    "getLast/0": _last,
    "element/0": _first,
    "peek/0": lambda q: q[0] if q else None,
    "peekFirst/0": lambda q: q[0] if q else None,
    "peekLast/0": lambda q: q[-1] if q else None,
    "poll/0": _poll,
    "pollFirst/0": _poll,
    "pollLast/0": lambda q: _poll(q, -1),
    "pop/0": _pop,
    "remove/0": _pop,
    "removeFirst/0": _pop,
    "removeLast/0": lambda q: _pop(q, -1),
    "removeFirstOccurrence/1": remove_object,
    "removeLastOccurrence/1": lambda q, v: (at := last_index_of(q, v)) >= 0 and (q.pop(at), True)[1],
    "descendingIterator/0": lambda q: JavaIterator(iter(q[::-1])),
}
define("java.util.LinkedList", _DEQUE)
define(
    "java.util.ArrayDeque",
    {
        **_DEQUE,
        "remove/1": remove_object,
        "clear/0": list.clear,
        "iterator/0": ListIterator,
        "addAll/1": add_all,
        "removeIf/1": lambda q, test: keep(q, lambda item: not test.call(item)),
        "clone/0": lambda q: type(q)(q),
    },
)
define(
    "java.util.PriorityQueue",
    {
        "add/1": PriorityQueue.offer,
        "offer/1": PriorityQueue.offer,
        "peek/0": lambda q: q[0] if q else None,
        "element/0": _first,
        "poll/0": PriorityQueue.poll,
        "remove/0": lambda q: PriorityQueue.poll(q) if q else _first(q),
        "clear/0": list.clear,
        "comparator/0": lambda q: q.comparator,
        "addAll/1": lambda q, others: sum([q.offer(item) for item in iterate(others)]) > 0,
        "iterator/0": lambda q: JavaIterator(iter(list(q))),
    },
)


def _empty_stack() -> Thrown:
    return Thrown("java.util.EmptyStackException")


def _stack_top(stack: list[Any], take: bool) -> Any:
    if not stack:
        raise _empty_stack()
    return stack.pop() if take else stack[-1]


define(
    "java.util.Stack",
    {
        "empty/0": lambda s: not s,
        "peek/0": lambda s: _stack_top(s, False),
        "pop/0": lambda s: _stack_top(s, True),
        "push/1": lambda s, v: (s.append(v), v)[1],
        "search/1": lambda s, v: len(s) - at if (at := last_index_of(s, v)) >= 0 else -1,
    },
)


def _element(vector: list[Any], at: int) -> Any:
    if at >= len(vector):
        raise Thrown("java.lang.ArrayIndexOutOfBoundsException", f"{at} >= {len(vector)}")
    return get(vector, at)


def _placed(vector: list[Any], at: int, last: int, sign: str = ">=") -> int:
    if at > last:
        raise Thrown("java.lang.ArrayIndexOutOfBoundsException", f"{at} {sign} {len(vector)}")
    if at < 0:
        raise Thrown("java.lang.ArrayIndexOutOfBoundsException", f"Index {at} out of bounds for length {len(vector)}")
    return at


define(
    "java.util.Vector",
    {
        "addElement/1": list.append,
        "elementAt/1": _element,
        "firstElement/0": _first,
        "lastElement/0": _last,
        "insertElementAt/2": lambda v, item, at: insert(v, _placed(v, at, len(v), ">"), item),
        "removeAllElements/0": list.clear,
        "removeElement/1": remove_object,
        "removeElementAt/1": lambda v, at: (remove_at(v, _placed(v, at, len(v) - 1)), None)[1],
        "setElementAt/2": lambda v, item, at: (put(v, _placed(v, at, len(v) - 1), item), None)[1],
    },
)


def _maker(kind: type[list[Any]]) -> Callable[..., list[Any]]:
    def make(others: Any = None) -> list[Any]:
        return kind() if others is None else kind(iterate(others))

    return make


def _copy(others: Any) -> list[Any]:
    return list(iterate(others))


define_static("java.util.ArrayList", {"<init>/0": list, "<init>/1": _copy})
for _kind in (LinkedList, Vector, Stack, ArrayDeque):
    define_static(_kind.java, {"<init>/0": _kind, "<init>/1": _maker(_kind)})
define_static("java.util.PriorityQueue", {"<init>/0": PriorityQueue, "<init>/1": PriorityQueue})
