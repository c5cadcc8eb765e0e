"""``java.util.Collections`` and ``Arrays``, UUID, Random, BitSet."""

from __future__ import annotations

import hashlib
import math
import uuid
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.iteration import iterate, iterator_type
from fakeknn.painless.library_elementary import strict_log
from fakeknn.painless.library_function import reverse_order
from fakeknn.painless.library_lang import compare
from fakeknn.painless.library_list import FixedList, UnmodifiableList, contains, get, sort
from fakeknn.painless.library_map import TreeMap, UnmodifiableMap
from fakeknn.painless.library_set import TreeSet, UnmodifiableSet
from fakeknn.painless.numbers import Long, to_float, wrap_int, wrap_long
from fakeknn.painless.throwable import Thrown, illegal_argument, no_such_element
from fakeknn.painless.values import Function, JavaArray, array_type, equals, hash_code, key_of, text

# --- Collections ------------------------------------------------------------------------------------------------------


def _extreme(items: Any, comparator: Function | None, sign: int) -> Any:
    order = compare if comparator is None else comparator.call
    best: Any = None
    first = True
    for item in iterate(items):
        if first or order(item, best) * sign > 0:
            best = item
        first = False
    if first:
        raise no_such_element()
    return best


def _binary_search(items: list[Any], key: Any, comparator: Function | None = None) -> int:
    order = compare if comparator is None else comparator.call
    low, high = 0, len(items) - 1
    while low <= high:
        middle = (low + high) >> 1
        sign = order(items[middle], key)
        if sign < 0:
            low = middle + 1
        elif sign > 0:
            high = middle - 1
        else:
            return middle
    return -(low + 1)


def _rotate(items: list[Any], distance: int) -> None:
    if items:
        by = distance % len(items)
        items[:] = items[-by:] + items[:-by] if by else items[:]


def _swap(items: list[Any], i: int, j: int) -> None:
    a, b = get(items, i), get(items, j)
    items[i], items[j] = b, a


def _sublist_index(items: list[Any], part: list[Any], last: bool) -> int:
    places = range(len(items) - len(part) + 1)
    for i in reversed(places) if last else places:
        if equals(items[i : i + len(part)], part):
            return i
    return -1


def _replace_all(items: list[Any], old: Any, new: Any) -> bool:
    changed = False
    for i, item in enumerate(items):
        if equals(item, old):
            items[i], changed = new, True
    return changed


def _copy(target: list[Any], source: list[Any]) -> None:
    if len(source) > len(target):
        raise Thrown("java.lang.IndexOutOfBoundsException", "Source does not fit in dest")
    target[: len(source)] = source


def _fill(items: list[Any], value: Any) -> None:
    items[:] = [value] * len(items)


def _shuffle(items: list[Any], random: Random | None = None) -> None:
    source = random or Random()
    for i in range(len(items), 1, -1):
        j = source.next_int(i)
        items[i - 1], items[j] = items[j], items[i - 1]


def _read_only(items: Any) -> Any:
    return UnmodifiableList(iterate(items)) if isinstance(items, list) else UnmodifiableSet(items)


def _read_only_map(map_: Any) -> UnmodifiableMap:
    made = UnmodifiableMap()
    for key in map_.ordered() if hasattr(map_, "ordered") else map_:
        dict.__setitem__(made, key, map_[key])
    return made


def _singleton_map(key: Any, value: Any) -> UnmodifiableMap:
    return UnmodifiableMap({key_of(key): value})


def _add_all(collection: Any, items: Iterable[Any]) -> bool:
    from_list = isinstance(collection, list)
    changed = False
    for item in items:
        changed |= bool(collection.append(item) is None if from_list else collection.add(item))
    return changed


def _copies(count: int, value: Any) -> list[Any]:
    if count < 0:
        raise illegal_argument(f"List length = {count}")
    return UnmodifiableList([value] * count)


define_static(
    "java.util.Collections",
    {
        "addAll/2": _add_all,
        "binarySearch/2": _binary_search,
        "binarySearch/3": _binary_search,
        "copy/2": _copy,
        "disjoint/2": lambda a, b: not any(contains(iterate(b), item) for item in iterate(a)),
        "emptyIterator/0": lambda: iterator_type("java.util.Collections.EmptyIterator")(iter(())),
        "emptyList/0": UnmodifiableList,
        "emptyMap/0": UnmodifiableMap,
        "emptySet/0": UnmodifiableSet,
        "emptySortedMap/0": TreeMap,
        "emptyNavigableMap/0": TreeMap,
        "emptySortedSet/0": TreeSet,
        "emptyNavigableSet/0": TreeSet,
        "fill/2": _fill,
        "frequency/2": lambda c, value: sum(1 for item in iterate(c) if equals(item, value)),
        "indexOfSubList/2": lambda a, b: _sublist_index(a, b, False),
        "lastIndexOfSubList/2": lambda a, b: _sublist_index(a, b, True),
        "max/1": lambda c: _extreme(c, None, 1),
        "max/2": lambda c, o: _extreme(c, o, 1),
        "min/1": lambda c: _extreme(c, None, -1),
        "min/2": lambda c, o: _extreme(c, o, -1),
        "nCopies/2": _copies,
        "replaceAll/3": _replace_all,
        "reverse/1": list.reverse,
        "reverseOrder/0": reverse_order,
        "reverseOrder/1": reverse_order,
        "rotate/2": _rotate,
        "shuffle/1": _shuffle,
        "shuffle/2": _shuffle,
        "singleton/1": lambda value: UnmodifiableSet([value]),
        "singletonList/1": lambda value: UnmodifiableList([value]),
        "singletonMap/2": _singleton_map,
        "sort/1": sort,
        "sort/2": sort,
        "swap/3": _swap,
        "unmodifiableCollection/1": _read_only,
        "unmodifiableList/1": _read_only,
        "unmodifiableSet/1": _read_only,
        "unmodifiableSortedSet/1": _read_only,
        "unmodifiableNavigableSet/1": _read_only,
        "unmodifiableMap/1": _read_only_map,
        "unmodifiableSortedMap/1": _read_only_map,
        "unmodifiableNavigableMap/1": _read_only_map,
    },
)
define_fields(
    "java.util.Collections",
    {"EMPTY_LIST": UnmodifiableList(), "EMPTY_MAP": UnmodifiableMap(), "EMPTY_SET": UnmodifiableSet()},
)


def _deep_text(value: Any) -> str:
    if isinstance(value, JavaArray):
        return "[" + ", ".join(map(_deep_text, value)) + "]"
    return text(value)


def _deep_equals(left: Any, right: Any) -> bool:
    if isinstance(left, JavaArray) and isinstance(right, JavaArray):
        return len(left) == len(right) and all(map(_deep_equals, left, right))
    return equals(left, right)


def _deep_hash(value: Any) -> int:
    if not isinstance(value, JavaArray):
        return hash_code(value)
    total = 1
    for item in value:
        total = 31 * total + _deep_hash(item)
    return wrap_int(total)


define_static(
    "java.util.Arrays",
    {
        "asList/1": FixedList,
        "deepEquals/2": _deep_equals,
        "deepHashCode/1": _deep_hash,
        "deepToString/1": _deep_text,
    },
)


# --- Random -----------------------------------------------------------------------------------------------------------


class Random:
    """``java.util.Random``: the linear congruential generator, so that a seed gives Java's numbers."""

    __slots__ = ("gaussian", "seed")
    java = "java.util.Random"

    def __init__(self, seed: int | None = None) -> None:
        self.gaussian: float | None = None
        self.set_seed(uuid.uuid4().int if seed is None else seed)

    def set_seed(self, seed: int) -> None:
        self.seed = (seed ^ 0x5DEECE66D) & ((1 << 48) - 1)
        self.gaussian = None

    def next(self, bits: int) -> int:
        self.seed = (self.seed * 0x5DEECE66D + 0xB) & ((1 << 48) - 1)
        return wrap_int(self.seed >> (48 - bits))

    def next_int(self, bound: int | None = None) -> int:
        if bound is None:
            return self.next(32)
        if bound <= 0:
            raise illegal_argument("bound must be positive")
        value = self.next(31)
        if not bound & (bound - 1):
            return (bound * value) >> 31
        while value - value % bound + (bound - 1) >= 1 << 31:
            value = self.next(31)
        return value % bound

    def next_long(self) -> int:
        return wrap_long((self.next(32) << 32) + self.next(32))

    def next_double(self) -> float:
        return ((self.next(26) << 27) + self.next(27)) * 2.0**-53

    def next_float(self) -> float:
        return to_float(self.next(24) / (1 << 24))

    def next_gaussian(self) -> float:
        if self.gaussian is not None:
            value, self.gaussian = self.gaussian, None
            return value
        while True:
            a, b = 2 * self.next_double() - 1, 2 * self.next_double() - 1
            s = a * a + b * b
            if 0 < s < 1:
                scale = math.sqrt(-2 * strict_log(s) / s)
                self.gaussian = b * scale
                return a * scale


define(
    "java.util.Random",
    {
        "nextBoolean/0": lambda r: r.next(1) != 0,
        "nextDouble/0": Random.next_double,
        "nextFloat/0": Random.next_float,
        "nextGaussian/0": Random.next_gaussian,
        "nextInt/0": Random.next_int,
        "nextInt/1": Random.next_int,
        "nextLong/0": Random.next_long,
        "setSeed/1": Random.set_seed,
    },
)
define_static("java.util.Random", {"<init>/0": Random, "<init>/1": Random})


# --- UUID -------------------------------------------------------------------------------------------------------------


class JavaUuid:
    __slots__ = ("value",)
    java = "java.util.UUID"

    def __init__(self, value: uuid.UUID) -> None:
        self.value = value

    @property
    def most(self) -> int:
        return wrap_long(self.value.int >> 64)

    @property
    def least(self) -> int:
        return wrap_long(self.value.int)

    def __str__(self) -> str:
        return str(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JavaUuid) and self.value == other.value

    def __hash__(self) -> int:
        return hash_code(Long(self.most ^ self.least))


def _uuid_from_string(name: str) -> JavaUuid:
    parts = name.split("-")
    if len(name) > 36 or len(parts) != 5:
        raise illegal_argument(f"Invalid UUID string: {name}" if len(name) <= 36 else "UUID string too large")
    widths = (32, 16, 16, 16, 48)
    value = 0
    for part, width in zip(parts, widths, strict=True):
        value = value << width | (int(part, 16) & ((1 << width) - 1))
    return JavaUuid(uuid.UUID(int=value))


def _uuid_from_bytes(data: JavaArray) -> JavaUuid:
    digest = hashlib.md5(bytes(byte & 0xFF for byte in data), usedforsecurity=False).digest()
    return JavaUuid(uuid.UUID(bytes=digest, version=3))


define(
    "java.util.UUID",
    {
        "compareTo/1": lambda a, b: ((a.most, a.least) > (b.most, b.least)) - ((a.most, a.least) < (b.most, b.least)),
        "getLeastSignificantBits/0": lambda u: u.least,
        "getMostSignificantBits/0": lambda u: u.most,
        "variant/0": lambda u: 2,
        "version/0": lambda u: u.value.int >> 76 & 15,
    },
)
define_static(
    "java.util.UUID",
    {
        "<init>/2": lambda most, least: JavaUuid(uuid.UUID(int=(most & (1 << 64) - 1) << 64 | least & (1 << 64) - 1)),
        "fromString/1": _uuid_from_string,
        "nameUUIDFromBytes/1": _uuid_from_bytes,
        "randomUUID/0": lambda: JavaUuid(uuid.uuid4()),
    },
)


# --- BitSet -----------------------------------------------------------------------------------------------------------


class BitSet:
    """A set of small integers, in one Python int."""

    __slots__ = ("bits",)
    java = "java.util.BitSet"

    def __init__(self, size: int = 64) -> None:
        if size < 0:
            raise Thrown("java.lang.NegativeArraySizeException", f"nbits < 0: {size}")
        self.bits = 0

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BitSet) and self.bits == other.bits

    def __hash__(self) -> int:
        return hash(self.bits)

    def __str__(self) -> str:
        return "{" + ", ".join(map(str, self.members())) + "}"

    def change(self, mask: int, how: str) -> None:
        if how == "set":
            self.bits |= mask
        elif how == "clear":
            self.bits &= ~mask
        else:
            self.bits ^= mask

    def members(self) -> list[int]:
        raw = np.frombuffer(self.bits.to_bytes(-(-self.bits.bit_length() // 8), "little"), np.uint8)
        used = np.flatnonzero(raw)
        bits = np.unpackbits(raw[used, None], axis=1, bitorder="little").astype(bool)
        found: list[int] = (used[:, None] * 8 + np.arange(8))[bits].tolist()
        return found

    def following(self, start: int, value: bool) -> int:
        if start < 0:
            raise Thrown("java.lang.IndexOutOfBoundsException", f"fromIndex < 0: {start}")
        rest = (self.bits if value else ~self.bits) >> start
        return start + (rest & -rest).bit_length() - 1 if rest else -1

    def preceding(self, start: int, value: bool) -> int:
        if start < -1:
            raise Thrown("java.lang.IndexOutOfBoundsException", f"fromIndex < -1: {start}")
        rest = (self.bits if value else ~self.bits) & ((1 << start + 1) - 1)
        return rest.bit_length() - 1


def _mask(begin: int, end: int) -> int:
    for name, value in (("fromIndex", begin), ("toIndex", end)):
        if value < 0:
            raise Thrown("java.lang.IndexOutOfBoundsException", f"{name} < 0: {value}")
    if begin > end:
        raise Thrown("java.lang.IndexOutOfBoundsException", f"fromIndex: {begin} > toIndex: {end}")
    return (1 << end) - (1 << begin) if end > begin else 0


def _bit(index: int) -> int:
    if index < 0:
        raise Thrown("java.lang.IndexOutOfBoundsException", f"bitIndex < 0: {index}")
    return index


def _changes(how: str) -> dict[str, Callable[..., Any]]:
    return {
        f"{how}/1": lambda b, i: b.change(1 << _bit(i), how),
        f"{how}/2": lambda b, i, j: b.change(_mask(i, j), how),
    }


define(
    "java.util.BitSet",
    {
        **_changes("set"),
        **_changes("clear"),
        **_changes("flip"),
        "set/3": lambda b, i, j, value: b.change(_mask(i, j), "set" if value else "clear"),
        "clear/0": lambda b: setattr(b, "bits", 0),
        "get/1": lambda b, i: bool(b.bits >> _bit(i) & 1),
        "and/1": lambda b, o: setattr(b, "bits", b.bits & o.bits),
        "or/1": lambda b, o: setattr(b, "bits", b.bits | o.bits),
        "xor/1": lambda b, o: setattr(b, "bits", b.bits ^ o.bits),
        "andNot/1": lambda b, o: setattr(b, "bits", b.bits & ~o.bits),
        "cardinality/0": lambda b: b.bits.bit_count(),
        "intersects/1": lambda b, o: bool(b.bits & o.bits),
        "isEmpty/0": lambda b: not b.bits,
        "length/0": lambda b: b.bits.bit_length(),
        "size/0": lambda b: max(64, -(-b.bits.bit_length() // 64) * 64),
        "nextSetBit/1": lambda b, i: b.following(i, True),
        "nextClearBit/1": lambda b, i: b.following(i, False),
        "previousSetBit/1": lambda b, i: b.preceding(i, True),
        "previousClearBit/1": lambda b, i: b.preceding(i, False),
        "toLongArray/0": lambda b: array_type("long")(
            wrap_long(b.bits >> i) for i in range(0, b.bits.bit_length(), 64)
        ),
    },
)
define_static("java.util.BitSet", {"<init>/0": BitSet, "<init>/1": BitSet})
