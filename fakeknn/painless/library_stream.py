"""``java.util.stream``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import Any

from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.iteration import JavaIterator, iterate
from fakeknn.painless.library_collectors import Collector, DoubleSum, Statistics
from fakeknn.painless.library_elementary import java_max, java_min
from fakeknn.painless.library_function import OPTIONALS, Optional
from fakeknn.painless.library_list import sort_key
from fakeknn.painless.library_regex import split
from fakeknn.painless.library_set import LinkedHashSet
from fakeknn.painless.library_string import chars
from fakeknn.painless.numbers import float_div, wrap_int, wrap_long
from fakeknn.painless.operators import box
from fakeknn.painless.throwable import illegal_argument, illegal_state, null_pointer
from fakeknn.painless.values import Function, array_type, text

_PACKAGE = "java.util.stream."


class Stream:
    """A stream that may be walked once; ``kind`` is its primitive, empty for a Stream of references."""

    __slots__ = ("_source",)
    java = "java.util.stream.ReferencePipeline.Head"
    supers: tuple[str, ...] = (_PACKAGE + "Stream", _PACKAGE + "BaseStream")
    kind = ""

    def __init__(self, source: Iterable[Any]) -> None:
        self._source: Iterable[Any] | None = source

    def take(self) -> Iterator[Any]:
        """The elements; from now on the stream is used up."""
        if self._source is None:
            raise illegal_state("stream has already been operated upon or closed")
        source, self._source = self._source, None
        return iter(source)

    def boxed(self) -> Iterator[Any]:
        return (box(item, self.kind) for item in self.take())


class IntStream(Stream):
    __slots__ = ()
    java = "java.util.stream.IntPipeline.Head"
    supers = (_PACKAGE + "IntStream", _PACKAGE + "BaseStream")
    kind = "int"


class LongStream(Stream):
    __slots__ = ()
    java = "java.util.stream.LongPipeline.Head"
    supers = (_PACKAGE + "LongStream", _PACKAGE + "BaseStream")
    kind = "long"


class DoubleStream(Stream):
    __slots__ = ()
    java = "java.util.stream.DoublePipeline.Head"
    supers = (_PACKAGE + "DoubleStream", _PACKAGE + "BaseStream")
    kind = "double"


STREAMS: dict[str, type[Stream]] = {"": Stream, "int": IntStream, "long": LongStream, "double": DoubleStream}


def _mapped(kind: str) -> Callable[[Stream, Function], Stream]:
    return lambda stream, f: STREAMS[kind](map(f.call, stream.take()))


def _same(stream: Stream, f: Function) -> Stream:
    return type(stream)(map(f.call, stream.take()))


def _flat(kind: str | None) -> Callable[[Stream, Function], Stream]:
    def run(stream: Stream, f: Function) -> Stream:
        made = (f.call(item) for item in stream.take())
        target = type(stream) if kind is None else STREAMS[kind]
        wanted = f"{_PACKAGE}{target.__name__}"
        streams = (check_cast(inner, wanted) for inner in made)
        return target(chain.from_iterable(inner.take() for inner in streams if inner is not None))

    return run


def _peek(stream: Stream, f: Function) -> Stream:
    def walk(items: Iterator[Any]) -> Iterator[Any]:
        for item in items:
            f.call(item)
            yield item

    return type(stream)(walk(stream.take()))


def _limit(stream: Stream, count: int) -> Stream:
    if count < 0:
        raise illegal_argument(str(count))
    return type(stream)(islice(stream.take(), count))


def _skip(stream: Stream, count: int) -> Stream:
    if count < 0:
        raise illegal_argument(str(count))
    return type(stream)(islice(stream.take(), count, None))


def _distinct(stream: Stream) -> Stream:
    if stream.kind:
        return type(stream)(dict.fromkeys(stream.take()))
    return Stream(iter(LinkedHashSet(stream.take())))


def _sorted(stream: Stream, comparator: Function | None = None) -> Stream:
    def walk(items: Iterator[Any]) -> Iterator[Any]:
        yield from sorted(items) if stream.kind else sorted(items, key=sort_key(comparator))

    return type(stream)(walk(stream.take()))


def _for_each(stream: Stream, f: Function) -> None:
    for item in stream.take():
        f.call(item)


def _first(stream: Stream) -> Optional:
    for item in stream.take():
        if item is None:
            raise null_pointer()
        return OPTIONALS[stream.kind](item)
    return OPTIONALS[stream.kind]()


def _reduce(stream: Stream, f: Function) -> Optional:
    items = stream.take()
    for result in items:
        for item in items:
            result = f.call(result, item)
        return OPTIONALS[stream.kind](result)
    return OPTIONALS[stream.kind]()


def _fold(stream: Stream, start: Any, f: Function, combine: Any = None) -> Any:
    for item in stream.take():
        start = f.call(start, item)
    return start


def _best(stream: Stream, comparator: Function, sign: int) -> Optional:
    items = list(stream.take())
    if not items:
        return Optional()
    best = items[0]
    for item in items[1:]:
        if comparator.call(item, best) * sign > 0:  # the earlier of equals
            best = item
    if best is None:
        raise null_pointer()
    return Optional(best)


def _collect(stream: Stream, collector: Collector) -> Any:
    return collector.collect(stream.take())


def _collect_with(stream: Stream, supplier: Function, accumulate: Function, combine: Function) -> Any:
    container = supplier.call()
    for item in stream.take():
        accumulate.call(container, item)
    return container


def _to_array(stream: Stream, generator: Function | None = None) -> Any:
    items = list(stream.take())
    if generator is None:
        return array_type(stream.kind or "def")(items)
    made = generator.call(len(items))
    made[:] = items
    return made


_ANY: dict[str, Callable[..., Any]] = {
    "allMatch/1": lambda s, p: all(p.call(item) for item in s.take()),
    "anyMatch/1": lambda s, p: any(p.call(item) for item in s.take()),
    "noneMatch/1": lambda s, p: not any(p.call(item) for item in s.take()),
    "count/0": lambda s: sum(1 for _ in s.take()),
    "distinct/0": _distinct,
    "filter/1": lambda s, p: type(s)(filter(p.call, s.take())),
    "findAny/0": _first,
    "findFirst/0": _first,
    "flatMap/1": _flat(None),
    "forEach/1": _for_each,
    "forEachOrdered/1": _for_each,
    "limit/1": _limit,
    "map/1": _same,
    "peek/1": _peek,
    "reduce/1": _reduce,
    "reduce/2": _fold,
    "reduce/3": _fold,
    "skip/1": _skip,
    "sorted/0": _sorted,
    "collect/3": _collect_with,
    "toArray/0": _to_array,
    "mapToObj/1": lambda s, f: Stream(map(f.call, s.take())),
    "mapToInt/1": _mapped("int"),
    "mapToLong/1": _mapped("long"),
    "mapToDouble/1": _mapped("double"),
    "close/0": lambda s: None,
    "isParallel/0": lambda s: False,
    "sequential/0": lambda s: s,
    "unordered/0": lambda s: s,
    "iterator/0": lambda s: JavaIterator(s.take()),
    "onClose/1": lambda s, f: s,
}
define(
    _PACKAGE + "Stream",
    {
        **_ANY,
        "collect/1": _collect,
        "flatMapToDouble/1": _flat("double"),
        "flatMapToInt/1": _flat("int"),
        "flatMapToLong/1": _flat("long"),
        "max/1": lambda s, c: _best(s, c, 1),
        "min/1": lambda s, c: _best(s, c, -1),
        "sorted/1": _sorted,
        "toArray/1": _to_array,
        "toList/0": lambda s: list(s.take()),
    },
)


def _of(kind: str) -> Callable[[Any], Stream]:
    return lambda items: STREAMS[kind](iterate(items))


def _joined(kind: str) -> Callable[[Stream, Stream], Stream]:
    return lambda a, b: STREAMS[kind](chain(a.take(), b.take()))


class Builder:
    __slots__ = ("items",)
    java = "java.util.stream.Streams.StreamBuilderImpl"
    supers: tuple[str, ...] = ()
    kind = ""

    def __init__(self) -> None:
        self.items: list[Any] = []

    def add(self, item: Any) -> Builder:
        self.items.append(item)
        return self

    def build(self) -> Stream:
        return STREAMS[self.kind](self.items)


def _builder(name: str, kind: str) -> type[Builder]:
    interface = f"{_PACKAGE}{name}.Builder"
    define(interface, {"add/1": Builder.add, "accept/1": lambda b, i: (b.add(i), None)[1], "build/0": Builder.build})
    return type(name + "Builder", (Builder,), {"supers": (interface,), "kind": kind, "__slots__": ()})


def _extreme(stream: Stream, pick: Callable[[Any, Any], Any]) -> Optional:
    best = None
    for item in stream.take():
        best = item if best is None else pick(best, item)
    return OPTIONALS[stream.kind](best)


def _average(stream: Stream) -> Optional:
    items = list(stream.take())
    if not items:
        return OPTIONALS["double"]()
    total = DoubleSum(items).value() if stream.kind == "double" else sum(items)
    return OPTIONALS["double"](float_div(float(total), float(len(items))))


def _sum(stream: Stream) -> Any:
    if stream.kind == "double":
        return DoubleSum(stream.take()).value()
    total = sum(stream.take())
    return wrap_int(total) if stream.kind == "int" else wrap_long(total)


for _name, _kind in (("IntStream", "int"), ("LongStream", "long"), ("DoubleStream", "double")):
    define(
        _PACKAGE + _name,
        {
            **_ANY,
            "asDoubleStream/0": lambda s: DoubleStream(map(float, s.take())),
            "asLongStream/0": lambda s: LongStream(s.take()),
            "average/0": _average,
            "boxed/0": lambda s: Stream(s.boxed()),
            "max/0": lambda s: _extreme(s, java_max if s.kind == "double" else max),
            "min/0": lambda s: _extreme(s, java_min if s.kind == "double" else min),
            "sum/0": _sum,
            "summaryStatistics/0": lambda s: Statistics.of(s.kind, s.take()),
        },
    )
    define_static(
        _PACKAGE + _name,
        {
            "concat/2": _joined(_kind),
            "empty/0": lambda kind=_kind: STREAMS[kind](()),
            "of/1": _of(_kind),
            "range/2": lambda a, b, kind=_kind: STREAMS[kind](range(a, b)),
            "rangeClosed/2": lambda a, b, kind=_kind: STREAMS[kind](range(a, b + 1)),
            "builder/0": _builder(_name, _kind),
        },
    )
define_static(
    _PACKAGE + "Stream",
    {"concat/2": _joined(""), "empty/0": lambda: Stream(()), "of/1": _of(""), "builder/0": _builder("Stream", "")},
)
define("java.util.Collection", {"stream/0": lambda c: Stream(iterate(c))})
for _java in ("java.lang.CharSequence", "java.lang.String"):
    define(_java, {"chars/0": lambda s: IntStream(chars(s)), "codePoints/0": lambda s: IntStream(chars(s))})
define("java.util.regex.Pattern", {"splitAsStream/1": lambda p, given: Stream(split(p.regex, text(given)))})
