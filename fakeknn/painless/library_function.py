"""``java.util.function``, Comparator and the Optionals."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.library_lang import compare, order, order_double
from fakeknn.painless.operators import box
from fakeknn.painless.throwable import no_such_element, null_pointer
from fakeknn.painless.values import TEXTS, Function, equals, function, hash_code, text

_PACKAGE = "java.util.function."


def _like(receiver: Function, call: Callable[..., Any]) -> Function:
    """Another function of the same interface."""
    return type(receiver)(call)


def _compose(first: Function, then: Function) -> Function:
    return _like(first, lambda *values: then.call(first.call(*values)))


def _both(first: Function, then: Function) -> Function:
    def run(*values: Any) -> None:
        first.call(*values)
        then.call(*values)

    return _like(first, run)


for _name in (
    *("Function", "BiFunction", "DoubleUnaryOperator", "IntUnaryOperator", "LongUnaryOperator"),
    *("UnaryOperator", "BinaryOperator"),
):
    define(
        _PACKAGE + _name,
        {"andThen/1": _compose, "compose/1": lambda f, g: _like(f, lambda *values: f.call(g.call(*values)))},
    )
    define_static(_PACKAGE + _name, {"identity/0": lambda name=_name: function(_PACKAGE + name, lambda value: value)})
for _name in ("Consumer", "BiConsumer", "IntConsumer", "LongConsumer", "DoubleConsumer"):
    define(_PACKAGE + _name, {"andThen/1": _both})
for _name in ("Predicate", "BiPredicate", "IntPredicate", "LongPredicate", "DoublePredicate"):
    define(
        _PACKAGE + _name,
        {
            "and/1": lambda p, q: _like(p, lambda *values: p.call(*values) and q.call(*values)),
            "or/1": lambda p, q: _like(p, lambda *values: p.call(*values) or q.call(*values)),
            "negate/0": lambda p: _like(p, lambda *values: not p.call(*values)),
        },
    )
define_static(_PACKAGE + "Predicate", {"isEqual/1": lambda a: function(_PACKAGE + "Predicate", lambda b: equals(a, b))})
define_static(
    _PACKAGE + "BinaryOperator",
    {
        "maxBy/1": lambda c: function(_PACKAGE + "BinaryOperator", lambda a, b: a if c.call(a, b) >= 0 else b),
        "minBy/1": lambda c: function(_PACKAGE + "BinaryOperator", lambda a, b: a if c.call(a, b) <= 0 else b),
    },
)


# --- Comparator -------------------------------------------------------------------------------------------------------

Order = Callable[[Any, Any], int]


def comparator(call: Order) -> Function:
    return function("java.util.Comparator", call)


def _by(key: Function, how: Order) -> Order:
    return lambda a, b: how(key.call(a), key.call(b))


def _then(first: Function, second: Order) -> Function:
    return comparator(lambda a, b: first.call(a, b) or second(a, b))


def _nulls(first: bool, inner: Function | None) -> Function:
    def run(a: Any, b: Any) -> int:
        if a is None:
            return 0 if b is None else (-1 if first else 1)
        if b is None:
            return 1 if first else -1
        return 0 if inner is None else int(inner.call(a, b))

    return comparator(run)


def _natural(a: Any, b: Any) -> int:
    if a is None or b is None:
        raise null_pointer()
    return compare(a, b)


class _Order(Function):
    """An order of Java's own."""

    __slots__ = ("shown",)
    java = "java.util.Comparator"

    def __init__(self, call: Callable[..., Any], shown: str) -> None:
        super().__init__(call)
        self.shown = shown


TEXTS[_Order] = lambda order: order.shown
NATURAL = _Order(_natural, "INSTANCE")
REVERSE = _Order(lambda a, b: _natural(b, a), "java.util.Collections$ReverseComparator@51afb82b")


def reverse_order(inner: Function | None = None) -> Function:
    if inner is None or inner is NATURAL:
        return REVERSE
    if inner is REVERSE:
        return NATURAL
    return comparator(lambda a, b: inner.call(b, a))


define(
    "java.util.Comparator",
    {
        "reversed/0": reverse_order,
        "thenComparing/1": lambda c, d: _then(c, d.call),
        "thenComparing/2": lambda c, key, d: _then(c, _by(key, d.call)),
        "thenComparingDouble/1": lambda c, key: _then(c, _by(key, order_double)),
        "thenComparingInt/1": lambda c, key: _then(c, _by(key, order)),
        "thenComparingLong/1": lambda c, key: _then(c, _by(key, order)),
    },
)
define_static(
    "java.util.Comparator",
    {
        "comparing/1": lambda key: comparator(_by(key, _natural)),
        "comparing/2": lambda key, c: comparator(_by(key, c.call)),
        "comparingDouble/1": lambda key: comparator(_by(key, order_double)),
        "comparingInt/1": lambda key: comparator(_by(key, order)),
        "comparingLong/1": lambda key: comparator(_by(key, order)),
        "naturalOrder/0": lambda: NATURAL,
        "reverseOrder/0": reverse_order,
        "nullsFirst/1": lambda c: _nulls(True, c),
        "nullsLast/1": lambda c: _nulls(False, c),
    },
)


# --- Optional ---------------------------------------------------------------------------------------------------------


class Optional:
    """An Optional, or with ``kind`` the one of a primitive; an absent value is None."""

    __slots__ = ("value",)
    java = "java.util.Optional"
    kind = ""

    def __init__(self, value: Any = None) -> None:
        self.value = value

    def get(self) -> Any:
        if self.value is None:
            raise no_such_element("No value present")
        return self.value

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and equals(self.value, getattr(other, "value", None))

    def __hash__(self) -> int:
        return hash_code(self.value)

    def __str__(self) -> str:
        name = self.java.rpartition(".")[2]
        if self.value is None:
            return f"{name}.empty"
        return f"{name}[{text(box(self.value, self.kind) if self.kind else self.value)}]"


def _optional(name: str, kind: str) -> type[Optional]:
    return type(name, (Optional,), {"java": f"java.util.{name}", "kind": kind, "__slots__": ()})


OptionalInt = _optional("OptionalInt", "int")
OptionalLong = _optional("OptionalLong", "long")
OptionalDouble = _optional("OptionalDouble", "double")
OPTIONALS: dict[str, type[Optional]] = {
    "int": OptionalInt,
    "long": OptionalLong,
    "double": OptionalDouble,
    "": Optional,
}


def _of(kind: type[Optional]) -> Callable[[Any], Optional]:
    def make(value: Any) -> Optional:
        if value is None:
            raise null_pointer()
        return kind(value)

    return make


def _throw(optional: Optional, supplier: Function) -> Any:
    if optional.value is None:
        thrown = check_cast(supplier.call(), "java.lang.Throwable")
        if thrown is None:
            what = 'because the return value of "java.util.function.Supplier.get()" is null'
            raise null_pointer(f"Cannot throw exception {what}")
        raise thrown
    return optional.value


def _if_present(optional: Optional, consumer: Function) -> None:
    if optional.value is not None:
        consumer.call(optional.value)


_COMMON: dict[str, Callable[..., Any]] = {
    "ifPresent/1": _if_present,
    "isPresent/0": lambda o: o.value is not None,
    "isEmpty/0": lambda o: o.value is None,
    "orElse/1": lambda o, other: other if o.value is None else o.value,
    "orElseGet/1": lambda o, supplier: supplier.call() if o.value is None else o.value,
    "orElseThrow/1": _throw,
}
define(
    "java.util.Optional",
    {
        **_COMMON,
        "get/0": Optional.get,
        "filter/1": lambda o, p: o if o.value is None or p.call(o.value) else Optional(),
        "map/1": lambda o, f: o if o.value is None else Optional(f.call(o.value)),
        "flatMap/1": lambda o, f: o if o.value is None else f.call(o.value),
    },
)
define_static("java.util.Optional", {"of/1": _of(Optional), "ofNullable/1": Optional, "empty/0": Optional})
for _kind in (OptionalInt, OptionalLong, OptionalDouble):
    define(_kind.java, {**_COMMON, f"getAs{_kind.kind.capitalize()}/0": Optional.get})
    define_static(_kind.java, {"of/1": _kind, "empty/0": _kind})
