"""ip: addresses of both families, kept in the order of their sixteen bytes."""

from __future__ import annotations

import ipaddress
from collections.abc import Collection
from functools import cached_property
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NumberFormatException, OpenSearchError, UnknownHostException
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, KeywordBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import META, Parameter, flag, text
from fakeknn.fields.scalar import plain_text
from fakeknn.view import Column, Grow, KeywordColumn, Mask, Rows
from fakeknn.xcontent import java_string

_V4_PREFIX = bytes(10) + b"\xff\xff"
LOWEST, HIGHEST = bytes(16), b"\xff" * 16


def address(text: str) -> bytes:
    """InetAddresses.forString: sixteen bytes, in which a v4 address is a mapped one."""
    try:
        if ":" in text:
            plain, percent, scope = text.partition("%")
            if percent and not scope:
                raise ValueError
            return ipaddress.IPv6Address(plain).packed
        if not text.isascii():
            raise ValueError
        return _V4_PREFIX + ipaddress.IPv4Address(text).packed
    except ValueError:
        raise IllegalArgumentException(f"'{text}' is not an IP string literal.") from None


def shown(packed: bytes) -> str:
    """InetAddresses.toAddrString."""
    packed = packed.ljust(16, b"\0")
    if packed.startswith(_V4_PREFIX):
        return str(ipaddress.IPv4Address(packed[12:]))
    return str(ipaddress.IPv6Address(packed))


def of_bytes(given: bytes) -> str | OpenSearchError:
    """What InetAddressPoint.decode makes of any bytes, or its refusal."""
    if len(given) in (4, 16):
        return shown(given if len(given) == 16 else _V4_PREFIX + given)
    refusal = IllegalArgumentException("encoded bytes are of incorrect length")
    refusal.__cause__ = UnknownHostException("addr is of illegal length")
    return refusal


def java_address(packed: bytes) -> str:
    """InetAddress.getHostAddress, which shortens nothing."""
    told = shown(packed)
    if ":" not in told:
        return told
    packed = packed.ljust(16, b"\0")
    return ":".join(f"{packed[i] << 8 | packed[i + 1]:x}" for i in range(0, 16, 2))


def cidr(text: str) -> tuple[bytes, bytes]:
    """InetAddresses.parseCidr: the lowest and the highest address of a block."""
    fields = text.split("/")
    while fields and not fields[-1]:
        fields.pop()  # as Java's split
    if len(fields) != 2:
        raise IllegalArgumentException(f"Expected [ip/prefix] but was [{text}]")
    packed = address(fields[0])
    v4 = packed.startswith(_V4_PREFIX)
    if v4 and ":" in fields[0]:
        raise IllegalArgumentException(
            f"CIDR notation is not allowed with IPv6-mapped IPv4 address [{fields[0]} as it introduces ambiguity as to "
            "whether the prefix length should be interpreted as a v4 prefix length or a v6 prefix length"
        )
    digits = fields[1]
    if not digits.removeprefix("-").removeprefix("+").isdigit() or abs(int(digits)) >= 2**31:
        raise NumberFormatException(f'For input string: "{digits}"')
    length = int(digits)
    bits = 32 if v4 else 128
    if not 0 <= length <= bits:
        raise IllegalArgumentException(
            f"Illegal prefix length [{length}] in [{text}]. Must be 0-32 for IPv4 ranges, 0-128 for IPv6 ranges"
        )
    rest = (1 << (bits - length)) - 1
    number = int.from_bytes(packed)
    return (number & ~rest).to_bytes(16), (number | rest).to_bytes(16)


def next_up(packed: bytes) -> bytes:
    return (int.from_bytes(packed) + 1).to_bytes(16)


def next_down(packed: bytes) -> bytes:
    return (int.from_bytes(packed) - 1).to_bytes(16)


def bounds(lower: Any, upper: Any, include_lower: bool, include_upper: bool) -> tuple[bytes, bytes]:
    """IpFieldType.rangeQuery: both bounds, inclusive; the first above the second when nothing can match."""
    low, high = LOWEST, HIGHEST
    if lower is not None:
        low = address(java_string(lower))
        if not include_lower:
            if low == HIGHEST:
                return HIGHEST, LOWEST
            low = next_up(low)
    if upper is not None:
        high = address(java_string(upper))
        if not include_upper:
            if high == LOWEST:
                return HIGHEST, LOWEST
            high = next_down(high)
    return low, high


class IpColumn(KeywordColumn):
    """Addresses: ``terms`` are what is shown of them, ``keys`` (S16, by term number) what they are ordered by."""

    keys: NDArray[np.bytes_]

    @cached_property
    def order(self) -> NDArray[np.int32]:
        return np.argsort(self.keys, kind="stable").astype(np.int32)

    def sort_key(self, term: str) -> Any:
        return address(term).rstrip(b"\0")

    def stand_in(self, text: str) -> tuple[Any, str | OpenSearchError]:
        """Its bytes, which nobody reads as an address: they are one if they are as many."""
        given = text.encode()
        return given.rstrip(b"\0"), of_bytes(given)

    def between(self, low: bytes, high: bytes) -> Mask:
        """bool[n_terms]: the addresses from ``low`` to ``high``."""
        return (self.keys >= np.bytes_(low)) & (self.keys <= np.bytes_(high))

    def rows_with(self, chosen: Mask) -> Mask:
        """bool[n]: the rows with one of the chosen terms (bool[n_terms])."""
        return self.where(chosen[self.tids])


class IpBuffer(KeywordBuffer):
    """Addresses by number, as KeywordBuffer's terms, each with its bytes."""

    def __init__(self) -> None:
        super().__init__()
        self._keys: Grow[np.bytes_] = Grow("S16")
        self._waiting_keys: list[bytes] = []

    def _number(self, term: str) -> int:
        known = len(self.terms)
        tid = super()._number(term)
        if tid == known:
            self._waiting_keys.append(address(term))
        return tid

    def add(self, row: int, values: list[Any]) -> None:
        if len(values) > 1:
            values = sorted(set(values), key=address)
            if len(values) > 1 and self._first_repeat is None:
                self._first_repeat = row
        for term in values:
            self._waiting_rows.append(row)
            self._waiting.append(self._number(term))

    def _flush(self) -> None:
        super()._flush()
        self._keys.extend(np.array(self._waiting_keys, "S16"))
        self._waiting_keys = []

    def _arrange(self, twin: Self, chosen: NDArray[np.int64], numbers: Rows) -> None:
        super()._arrange(twin, chosen, numbers)
        twin._keys.extend(np.array([address(term) for term in twin.terms], "S16"))

    def _column(self, n: int, m: int, single: bool) -> Column:
        plain = super()._column(n, m, single)
        assert isinstance(plain, KeywordColumn)
        column = IpColumn(n, plain.rows, single, plain.tids, plain.terms, plain.numbers, plain.n_terms)
        column.keys = self._keys.first(plain.n_terms)
        return column


@register("ip")
class IpFieldType(FieldType):
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("doc_values", True),
        flag("store", False),
        flag("ignore_malformed", False, explicit=True, updatable=True),
        Parameter("null_value", text, None, accepts_null=True),
        META,
    )
    null: str | None = None

    def build(self) -> None:
        given = self.option("null_value")
        if given is not None:
            try:
                self.null = shown(address(given))
            except IllegalArgumentException:
                self.null = None  # only logged, as a deprecation

    def new_buffer(self) -> Buffer | None:
        return IpBuffer() if self.searchable or self.has_doc_values else None

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> str | None:
        if value is None:
            return self.null
        return shown(address(plain_text(container, key, value, doc)))

    @staticmethod
    def block(value: Any) -> tuple[bytes, bytes]:
        """A query's address, or block of addresses, as its lowest and highest."""
        wanted = java_string(value)
        if "/" in wanted:
            return cidr(wanted)
        packed = address(wanted)
        return packed, packed

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, IpColumn)
        return column.rows_with(column.between(*self.block(value)))

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        assert isinstance(column, IpColumn)
        chosen = np.zeros(column.n_terms, bool)
        for low, high in map(self.block, values):
            if low == high:
                tid = column.number(shown(low))
                if tid is not None:
                    chosen[tid] = True
            else:
                chosen |= column.between(low, high)
        return column.rows_with(chosen)

    def range(
        self,
        column: Column,
        *,
        lower: Any,
        upper: Any,
        include_lower: bool,
        include_upper: bool,
        relation: str | None = None,
        time_zone: str | None = None,
        format: str | None = None,
    ) -> Mask:
        assert isinstance(column, IpColumn)
        return column.rows_with(column.between(*bounds(lower, upper, include_lower, include_upper)))

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        return self.null if value is None else shown(address(java_string(value)))
