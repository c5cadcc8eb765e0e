"""``java.util.stream.Collectors``, and the summaries of numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

from fakeknn.painless.dispatch import call, define, define_static
from fakeknn.painless.format import java_format
from fakeknn.painless.library_elementary import java_max, java_min
from fakeknn.painless.library_function import Optional
from fakeknn.painless.library_map import put
from fakeknn.painless.library_set import JavaSet
from fakeknn.painless.library_string import char_sequence
from fakeknn.painless.numbers import Long, float_div, wrap_int, wrap_long
from fakeknn.painless.throwable import illegal_state, null_pointer
from fakeknn.painless.values import Function, HashMap, function, key_of, text


class DoubleSum:
    """``Collectors.sumWithCompensation``: Kahan's sum, and the plain one for infinities."""

    __slots__ = ("count", "lost", "plain", "total")

    def __init__(self, items: Iterable[float] = ()) -> None:
        self.total = self.lost = self.plain = 0.0
        self.count = 0
        for item in items:
            self.add(item)

    def add(self, item: float) -> None:
        self.count += 1
        self.plain += item
        term = item - self.lost
        total = self.total + term
        self.lost = (total - self.total) - term
        self.total = total

    def value(self) -> float:
        result = self.total - self.lost
        return self.plain if math.isnan(result) and math.isinf(self.plain) else result


class Collector:
    """``make`` a container, ``accumulate`` each element into it (giving the container back), ``finish`` it."""

    __slots__ = ("accumulate", "finish", "make")
    java = "java.util.stream.Collectors.CollectorImpl"
    supers = ("java.util.stream.Collector",)

    def __init__(
        self,
        make: Callable[[], Any],
        accumulate: Callable[[Any, Any], Any],
        finish: Callable[[Any], Any] = lambda container: container,
    ) -> None:
        self.make = make
        self.accumulate = accumulate
        self.finish = finish

    def collect(self, items: Iterable[Any]) -> Any:
        container = self.make()
        for item in items:
            container = self.accumulate(container, item)
        return self.finish(container)


def _append(items: list[Any], item: Any) -> list[Any]:
    items.append(item)
    return items


def to_list() -> Collector:
    return Collector(list, _append)


def _to_set() -> Collector:
    return Collector(JavaSet, lambda found, item: (found.add(item), found)[1])


def _to_collection(supplier: Function) -> Collector:
    return Collector(supplier.call, lambda found, item: (call(found, "add", item), found)[1])


def _joining(separator: Any = "", prefix: Any = "", suffix: Any = "") -> Collector:
    def append(items: list[Any], item: Any) -> list[Any]:
        return _append(items, char_sequence(item))

    return Collector(list, append, lambda items: text(prefix) + text(separator).join(items) + text(suffix))


def _grouping(key: Function, make: Callable[[], Any] = HashMap, down: Collector | None = None) -> Collector:
    inner = to_list() if down is None else down

    def accumulate(groups: Any, item: Any) -> Any:
        given = key.call(item)
        if given is None:
            raise null_pointer("element cannot be mapped to a null key")
        held = key_of(given)
        group = groups[held] if held in groups else inner.make()
        groups[held] = inner.accumulate(group, item)
        return groups

    def finish(groups: Any) -> Any:
        for held in groups:
            groups[held] = inner.finish(groups[held])
        return groups

    return Collector(make, accumulate, finish)


def _partitioning(test: Function, down: Collector | None = None) -> Collector:
    inner = to_list() if down is None else down

    def accumulate(parts: dict[Any, Any], item: Any) -> dict[Any, Any]:
        held = key_of(bool(test.call(item)))
        parts[held] = inner.accumulate(parts[held], item)
        return parts

    return Collector(
        lambda: {key_of(False): inner.make(), key_of(True): inner.make()},
        accumulate,
        lambda parts: {key: inner.finish(part) for key, part in parts.items()},
    )


def _to_map(
    key: Function, value: Function, merge: Function | None = None, supplier: Function | None = None
) -> Collector:
    def accumulate(made: Any, item: Any) -> Any:
        k, v = key.call(item), value.call(item)
        held = key_of(k)
        if v is None:
            raise null_pointer()
        if held in made:
            if merge is None:
                message = f"Duplicate key {text(k)} (attempted merging values {text(made[held])} and {text(v)})"
                raise illegal_state(message)
            v = merge.call(made[held], v)
        put(made, k, v)
        return made

    return Collector(HashMap if supplier is None else supplier.call, accumulate)


def _best(comparator: Function, sign: int) -> Collector:
    def accumulate(best: list[Any], item: Any) -> list[Any]:
        if not best or comparator.call(best[0], item) * sign < 0:
            best[:] = [item]
        return best

    return Collector(list, accumulate, lambda best: Optional(best[0]) if best else Optional())


def _reducing(start: list[Any], operator: Function, mapper: Function | None = None) -> Collector:
    def accumulate(held: list[Any], item: Any) -> list[Any]:
        value = item if mapper is None else mapper.call(item)
        held[:] = [operator.call(held[0], value) if held else value]
        return held

    optional = not start
    finish: Callable[[Any], Any] = (lambda h: Optional(h[0]) if h else Optional()) if optional else (lambda h: h[0])
    return Collector(lambda: list(start), accumulate, finish)


def _summing(f: Function, wrap: Callable[[int], Any]) -> Collector:
    return Collector(lambda: 0, lambda total, item: total + f.call(item), lambda total: wrap(total))


def _doubles(f: Function, finish: Callable[[DoubleSum], Any]) -> Collector:
    return Collector(DoubleSum, lambda total, item: (total.add(f.call(item)), total)[1], finish)


def _averaging(f: Function) -> Collector:
    return Collector(
        lambda: [0, 0],
        lambda held, item: [held[0] + f.call(item), held[1] + 1],
        lambda held: held[0] / held[1] if held[1] else 0.0,
    )


define_static(
    "java.util.stream.Collectors",
    {
        "averagingDouble/1": lambda f: _doubles(f, lambda s: float_div(s.value(), s.count) if s.count else 0.0),
        "averagingInt/1": _averaging,
        "averagingLong/1": _averaging,
        "collectingAndThen/2": lambda c, f: Collector(c.make, c.accumulate, lambda held: f.call(c.finish(held))),
        "counting/0": lambda: Collector(lambda: 0, lambda count, _: count + 1, Long),
        "groupingBy/1": _grouping,
        "groupingBy/2": lambda f, down: _grouping(f, HashMap, down),
        "groupingBy/3": lambda f, make, down: _grouping(f, make.call, down),
        "joining/0": _joining,
        "joining/1": _joining,
        "joining/3": _joining,
        "mapping/2": lambda f, c: Collector(c.make, lambda held, item: c.accumulate(held, f.call(item)), c.finish),
        "maxBy/1": lambda c: _best(c, 1),
        "minBy/1": lambda c: _best(c, -1),
        "partitioningBy/1": _partitioning,
        "partitioningBy/2": _partitioning,
        "reducing/1": lambda f: _reducing([], f),
        "reducing/2": lambda start, f: _reducing([start], f),
        "reducing/3": lambda start, mapper, f: _reducing([start], f, mapper),
        "summarizingDouble/1": lambda f: Statistics.collector("double", f),
        "summarizingInt/1": lambda f: Statistics.collector("int", f),
        "summarizingLong/1": lambda f: Statistics.collector("long", f),
        "summingDouble/1": lambda f: _doubles(f, DoubleSum.value),
        "summingInt/1": lambda f: _summing(f, wrap_int),
        "summingLong/1": lambda f: _summing(f, lambda total: Long(wrap_long(total))),
        "toCollection/1": _to_collection,
        "toList/0": to_list,
        "toMap/2": _to_map,
        "toMap/3": _to_map,
        "toMap/4": _to_map,
        "toSet/0": _to_set,
    },
)


def _collector_of(supplier: Function, accumulate: Function, combine: Function, *rest: Any) -> Collector:
    finisher = rest[0] if len(rest) == 2 else None
    run = lambda held, item: (accumulate.call(held, item), held)[1]  # noqa: E731
    return Collector(supplier.call, run) if finisher is None else Collector(supplier.call, run, finisher.call)


define_static("java.util.stream.Collector", {"of/4": _collector_of, "of/5": _collector_of})
define(
    "java.util.stream.Collector",
    {
        "supplier/0": lambda c: function("java.util.function.Supplier", c.make),
        "accumulator/0": lambda c: function("java.util.function.BiConsumer", c.accumulate),
        "finisher/0": lambda c: function("java.util.function.Function", c.finish),
    },
)


# --- statistics -------------------------------------------------------------------------------------------------------


class Statistics:
    """Int-, Long- and DoubleSummaryStatistics."""

    __slots__ = ("count", "highest", "lowest", "total")
    java = ""
    kind = ""
    limits: tuple[Any, Any] = (0, 0)

    def __init__(self) -> None:
        self.count = 0
        self.lowest, self.highest = self.limits[1], self.limits[0]
        self.total: Any = DoubleSum() if self.kind == "double" else 0

    @staticmethod
    def of(kind: str, items: Iterable[Any]) -> Statistics:
        made = STATISTICS[kind]()
        for item in items:
            made.accept(item)
        return made

    @staticmethod
    def collector(kind: str, f: Function) -> Collector:
        return Collector(STATISTICS[kind], lambda held, item: (held.accept(f.call(item)), held)[1])

    def accept(self, item: Any) -> None:
        self.count += 1
        if self.kind == "double":
            self.total.add(item)
            self.lowest, self.highest = java_min(self.lowest, item), java_max(self.highest, item)
        else:
            self.total = wrap_long(self.total + item)
            self.lowest, self.highest = min(self.lowest, item), max(self.highest, item)

    def combine(self, other: Statistics) -> None:
        self.count += other.count
        self.lowest, self.highest = min(self.lowest, other.lowest), max(self.highest, other.highest)
        if self.kind == "double":
            self.total.add(other.total.value())
        else:
            self.total += other.total

    def sum(self) -> Any:
        return self.total.value() if self.kind == "double" else self.total

    def average(self) -> float:
        return float(self.sum()) / self.count if self.count else 0.0

    def __str__(self) -> str:
        def shown(value: Any) -> str:
            return java_format("%f", [value]) if self.kind == "double" else str(value)

        name = self.java.rpartition(".")[2]
        return (
            f"{name}{{count={self.count}, sum={shown(self.sum())}, min={shown(self.lowest)}, "
            f"average={self.average():.6f}, max={shown(self.highest)}}}"
        )


def _statistics(kind: str, low: Any, high: Any) -> type[Statistics]:
    java = f"java.util.{kind.capitalize()}SummaryStatistics"
    define(
        java,
        {
            "accept/1": Statistics.accept,
            "combine/1": Statistics.combine,
            "getAverage/0": Statistics.average,
            "getCount/0": lambda s: s.count,
            "getMax/0": lambda s: s.highest,
            "getMin/0": lambda s: s.lowest,
            "getSum/0": Statistics.sum,
        },
    )
    made = type(kind, (Statistics,), {"java": java, "kind": kind, "limits": (low, high), "__slots__": ()})
    define_static(java, {"<init>/0": made})
    return made


STATISTICS = {
    "int": _statistics("int", -(2**31), 2**31 - 1),
    "long": _statistics("long", -(2**63), 2**63 - 1),
    "double": _statistics("double", -math.inf, math.inf),
}
