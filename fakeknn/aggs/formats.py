"""How an aggregation reads and shows values: DocValueFormat."""

from __future__ import annotations

import base64
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from fakeknn.aggs.decimals import DecimalFormat
from fakeknn.dates import UTC, DateFormat, Zone, parse_math
from fakeknn.errors import (
    ArrayIndexOutOfBoundsException,
    IllegalArgumentException,
    NumberFormatException,
    OpenSearchError,
    UnsupportedOperationException,
)
from fakeknn.fields.dates import DEFAULT_DATE_FORMAT
from fakeknn.fields.ip import address, of_bytes, shown
from fakeknn.xcontent import java_string
from fakeknn.xcontent.base64 import decode
from fakeknn.xcontent.java import java_double


class Format:
    """DocValueFormat.RAW: values as they are."""

    raw = True
    plain_terms = True
    """Whether terms compare and show as they are."""

    def show(self, value: Any) -> Any:
        return value

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return parse_number(text)

    def parse_term(self, text: str) -> str:
        """parseBytesRef."""
        return text

    def term_bytes(self, term: str) -> bytes:
        return term.encode()

    def script_text(self, term: str) -> str:
        """What a term is to a script: BytesRef.utf8ToString."""
        return term if self.plain_terms else utf8_text(self.term_bytes(term))

    def show_term(self, term: str) -> Any:
        """format(BytesRef); ``Unshown`` where it fails."""
        return term


class OfNumbers(Format):
    """A format that knows nothing of terms: DocValueFormat's own format(BytesRef) refuses them."""

    raw = False

    def show_term(self, term: str) -> Any:
        return Unshown(UnsupportedOperationException(None))


class Decimal(OfNumbers):
    def __init__(self, pattern: str) -> None:
        self.decimal = DecimalFormat(pattern)

    def show(self, value: Any) -> Any:
        return self.decimal.format(value)

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return self.decimal.parse(text)


class DateTime(OfNumbers):
    def __init__(self, format: DateFormat, zone: Zone = UTC) -> None:
        self.format = format
        self.zone = zone
        self.printer = format.with_zone(zone)
        self._iso = zone is UTC and format.prints_iso

    def show(self, value: Any) -> Any:
        millis = as_long(value)
        if self._iso and _YEAR_0 <= millis < _YEAR_10000:  # where numpy writes what the format does
            return f"{np.datetime64(millis, 'ms')}Z"
        return self.printer.format(millis)

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        return parse_math(text, self.format, lambda: now, round_up, self.zone)


_YEAR_0, _YEAR_10000 = -62_167_219_200_000, 253_402_300_800_000


class UnsignedLong(OfNumbers):
    """DocValueFormat.UNSIGNED_LONG: values as they are, too, but it is not the raw one."""


class JavaObject(str):
    """Object.toString of what can be shown in no other way."""

    __slots__ = ()


class Unshown(Mapping[str, Any]):
    """The members of a bucket whose key cannot be written: whoever looks at them meets the error."""

    def __init__(self, error: OpenSearchError) -> None:
        self._error = error

    def __getitem__(self, name: str) -> Any:
        raise self._error

    def __iter__(self) -> Iterator[str]:
        raise self._error

    def __len__(self) -> int:
        raise self._error


def unshown(parts: Iterable[Any]) -> Unshown | None:
    """What is instead of the members of a key if one of its parts cannot be written."""
    for part in parts:
        if isinstance(part, Unshown):
            return part
        if isinstance(part, JavaObject):
            unknown = f"cannot write xcontent for unknown value of type class {part.partition('@')[0]}"
            return Unshown(IllegalArgumentException(unknown))
    return None


def utf8_text(given: bytes) -> str:
    """UnicodeUtil.UTF8toUTF16, which trusts its bytes to be UTF-8."""
    units: list[int] = []
    at = 0
    while at < len(given):
        first = given[at]
        more = 0 if first < 0xC0 else 1 if first < 0xE0 else 2 if first < 0xF0 else 3
        if at + more >= len(given):
            raise ArrayIndexOutOfBoundsException(f"Index {len(given)} out of bounds for length {len(given)}")
        code = first & (0xFF, 0x1F, 0x0F, 0x07)[more]
        for byte in given[at + 1 : at + 1 + more]:
            code = code << 6 | byte & 0x3F
        units.append(min(code, 0x10FFFF))
        at += 1 + more
    return "".join(map(chr, units))


class Ip(Format):
    """DocValueFormat.IP."""

    plain_terms = False

    def parse_term(self, text: str) -> str:
        return shown(address(text))

    def term_bytes(self, term: str) -> bytes:
        return address(term)


class Bytes(Format):
    """Of terms that are any bytes, each a character."""

    plain_terms = False

    @staticmethod
    def of_text(text: str) -> str:
        """The term that a text is as it stands."""
        return text.encode("utf-8", "surrogatepass").decode("latin-1")

    def term_bytes(self, term: str) -> bytes:
        return term.encode("latin-1")


class ScriptedIp(Bytes, Ip):
    """DocValueFormat.IP of what a script makes: its text is taken for the bytes of an address."""

    def parse_term(self, text: str) -> str:
        return address(text).decode("latin-1")

    def show_term(self, term: str) -> Any:
        told = of_bytes(self.term_bytes(term))
        return Unshown(told) if isinstance(told, OpenSearchError) else told


class Binary(Bytes):
    """DocValueFormat.BINARY."""

    def parse_term(self, text: str) -> str:
        return decode(text).decode("latin-1")

    def show_term(self, term: str) -> Any:
        return base64.b64encode(self.term_bytes(term)).decode().rstrip("=")


class FlatMember(Format):
    """FlatObjectDocValueFormat, of the terms ``path=value`` of all members: those of others show as a Java object."""

    plain_terms = False

    def __init__(self, root: str, path: str) -> None:
        self._root = root
        self._prefix = f"{path}="

    def parse_term(self, text: str) -> str:
        return self._prefix + text

    def term_bytes(self, term: str) -> bytes:
        return f"{self._root}.{term}".encode()

    def show_term(self, term: str) -> Any:
        if term.startswith(self._prefix):
            return term.removeprefix(self._prefix)
        return JavaObject("java.lang.Object@5ca1ab1e")


class Boolean(OfNumbers):
    def show(self, value: Any) -> Any:
        return bool(value != 0)

    def parse(self, text: str, now: int, round_up: bool = False) -> float:
        if text not in ("true", "false"):
            raise IllegalArgumentException(f"Cannot parse boolean [{text}], expected either [true] or [false]")
        return float(text == "true")


RAW = Format()


def as_long(value: Any) -> int:
    """Java's cast of a double to a long."""
    if isinstance(value, float):
        if math.isnan(value):
            return 0
        if math.isinf(value):
            return 2**63 - 1 if value > 0 else -(2**63)
    return max(-(2**63), min(2**63 - 1, int(value)))


def parse_number(text: str) -> float:
    """Double.parseDouble."""
    try:
        if "_" in text:
            raise ValueError
        return float(text)
    except ValueError:
        if re.match(r"[+-]?\d*\.\d*\.", text.strip()):
            raise NumberFormatException("multiple points") from None
        raise NumberFormatException(f'For input string: "{text}"' if text.strip() else "empty String") from None


def text_of(shown: Any) -> str:
    """A formatted value as text (``value_as_string``)."""
    return java_string(shown)


def plain_format(hint: str) -> Format:
    """ValueType.defaultFormat."""
    if hint == "date":
        return DateTime(DateFormat.parse(DEFAULT_DATE_FORMAT))
    if hint == "boolean":
        return Boolean()
    return UnsignedLong() if hint == "unsigned_long" else RAW


def number_text(value: Any) -> str:
    return java_double(value) if isinstance(value, float) else str(value)
