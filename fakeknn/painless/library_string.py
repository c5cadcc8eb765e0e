"""``java.lang.String``, StringBuilder and their relatives."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from typing import Any

from fakeknn.errors import IllegalArgumentException
from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.format import java_format
from fakeknn.painless.iteration import iterate
from fakeknn.painless.library_regex import replace_with
from fakeknn.painless.numbers import Character
from fakeknn.painless.operators import no_cast
from fakeknn.painless.throwable import Thrown, illegal_argument, no_such_element, null_pointer
from fakeknn.painless.values import JavaArray, array_type, text
from fakeknn.xcontent import base64 as java_base64

_STRING_INDEX = "java.lang.StringIndexOutOfBoundsException"


def _outside(begin: int, end: int, length: int) -> Thrown:
    return Thrown(_STRING_INDEX, f"Range [{begin}, {end}) out of bounds for length {length}")


def _outside_index(index: int, length: int) -> Thrown:
    return Thrown(_STRING_INDEX, f"Index {index} out of bounds for length {length}")


def substring(s: str, begin: int, end: int | None = None) -> str:
    stop = len(s) if end is None else end
    if not 0 <= begin <= stop <= len(s):
        raise _outside(begin, stop, len(s))
    return s[begin:stop]


def char_at(s: str, index: int) -> int:
    if not 0 <= index < len(s):
        raise _outside_index(index, len(s))
    return ord(s[index])


_LENGTH, _TEXT, _CODER = "String.length()", "java.lang.CharSequence.toString()", "String.coder()"


def _given(value: Any, name: str = "", invoked: str = "") -> str:
    """An argument that must not be null, as text; its name, and what Java would have invoked on it."""
    if value is None:
        raise null_pointer(f'Cannot invoke "{invoked}" because "{name}" is null' if name else None)
    return value if type(value) is str else text(value)


def decode_base64(written: str, *, url: bool = False) -> bytes:
    """``Base64.getDecoder().decode``, or that of ``getUrlDecoder``, with its refusals as the script's exceptions."""
    try:
        return java_base64.decode(written, url=url)
    except IllegalArgumentException as error:
        raise illegal_argument(str(error.reason)) from None


def _code_points(s: str, first: int, end: int) -> int:
    if not 0 <= first <= end <= len(s):
        message = f"Range [{first}, {end}) out of bounds for length {len(s)}"
        raise Thrown("java.lang.IndexOutOfBoundsException", message)
    return end - first


def _moved(s: str, index: int, by: int) -> int:
    if not (0 <= index <= len(s) and 0 <= index + by <= len(s)):
        raise Thrown("java.lang.IndexOutOfBoundsException")
    return index + by


def _of_code_point(code: int) -> str:
    if not 0 <= code <= 0x10FFFF:
        raise illegal_argument(f"Not a valid Unicode code point: 0x{code & 0xFFFFFFFF:X}")
    return chr(code)


def _compare(left: str, right: str) -> int:
    if right is None:
        raise null_pointer('Cannot read field "value" because "anotherString" is null')
    given = text(right)
    for a, b in zip(left, given, strict=False):
        if a != b:
            return ord(a) - ord(b)
    return len(left) - len(given)


def split_on_token(s: str, token: str, limit: int = -1) -> JavaArray:
    """``splitOnToken``: at a literal token, all parts kept."""
    if token is None or not _given(token):
        parts = [s]
    else:
        parts = s.split(_given(token)) if limit <= 0 else s.split(_given(token), limit - 1)
    return array_type("java.lang.String")(parts)


def java_trim(s: str) -> str:
    return s.strip("".join(map(chr, range(33))))


def _join(separator: Any, parts: Any) -> str:
    return _given(separator).join(map(char_sequence, iterate(parts)))


def char_sequence(value: Any) -> str:
    """The text of an element that must be a CharSequence, or null."""
    if (value is not None and not isinstance(value, (str, StringBuilder))) or type(value) is Character:
        raise no_cast(value, "java.lang.CharSequence")
    return text(value)


def _region(s: str, ignore_case: bool, at: int, other: str, other_at: int, length: int) -> bool:
    if length < 0:
        return min(at, other_at) >= 0 and at + length <= len(s) and other_at + length <= len(other)
    if at < 0 or other_at < 0 or at + length > len(s) or other_at + length > len(other):
        return False
    a, b = s[at : at + length], other[other_at : other_at + length]
    return a.lower() == b.lower() if ignore_case else a == b


def _last_index(s: Any, what: Any, start: int) -> int:
    return text(s).rfind(what, 0, start + len(what)) if start >= 0 else -1


def chars(s: Any) -> Iterable[int]:
    return map(ord, text(s))


_READ: dict[str, Callable[..., Any]] = {
    "length/0": len,
    "charAt/1": lambda s, i: char_at(text(s), i),
    "codePointAt/1": lambda s, i: char_at(text(s), i),
    "codePointBefore/1": lambda s, i: char_at(text(s), i - 1),
    "codePointCount/2": _code_points,
    "offsetByCodePoints/2": _moved,
    "indexOf/1": lambda s, w: text(s).find(_given(w, "str", _CODER)),
    "indexOf/2": lambda s, w, i: text(s).find(_given(w, "str", _CODER), max(i, 0)),
    "lastIndexOf/1": lambda s, w: text(s).rfind(_given(w, "str", _CODER)),
    "lastIndexOf/2": lambda s, w, i: _last_index(s, _given(w), i),
    "subSequence/2": lambda s, a, b: substring(text(s), a, b),
    "substring/1": lambda s, a: substring(text(s), a),
    "substring/2": lambda s, a, b: substring(text(s), a, b),
    "toString/0": text,
    "replaceAll/2": replace_with,
    "replaceFirst/2": lambda s, p, f: replace_with(s, p, f, 1),
}


def _cased(locale: Any, cased: Callable[[], str]) -> str:
    _given(locale)
    return cased()


define("java.lang.CharSequence", _READ)
define(
    "java.lang.String",
    {
        **_READ,
        "charAt/1": char_at,
        "substring/1": substring,
        "substring/2": substring,
        "compareTo/1": _compare,
        "compareToIgnoreCase/1": lambda s, o: _compare(s.upper().lower(), o.upper().lower()),
        "concat/1": lambda s, o: s + _given(o, "str", "String.isEmpty()"),
        "contains/1": lambda s, o: _given(o, "s", _TEXT) in s,
        "contentEquals/1": lambda s, o: s == _given(o),
        "decodeBase64/0": lambda s: decode_base64(s).decode("utf-8", "replace"),
        "encodeBase64/0": lambda s: base64.b64encode(s.encode()).decode(),
        "endsWith/1": lambda s, o: s.endswith(_given(o, "suffix", _LENGTH)),
        "equalsIgnoreCase/1": lambda s, o: o is not None and s.lower() == o.lower(),
        "isEmpty/0": lambda s: not s,
        "regionMatches/4": lambda s, i, o, j, n: _region(s, False, i, o, j, n),
        "regionMatches/5": _region,
        "replace/2": lambda s, a, b: s.replace(_given(a, "target", _TEXT), _given(b, "replacement", _TEXT)),
        "splitOnToken/1": split_on_token,
        "splitOnToken/2": split_on_token,
        "startsWith/1": lambda s, o: s.startswith(_given(o, "prefix", _LENGTH)),
        "startsWith/2": lambda s, o, i: 0 <= i <= len(s) and s.startswith(o, i),
        "toCharArray/0": lambda s: array_type("char")(chars(s)),
        "toLowerCase/0": str.lower,
        "toLowerCase/1": lambda s, locale: _cased(locale, s.lower),
        "toUpperCase/0": str.upper,
        "toUpperCase/1": lambda s, locale: _cased(locale, s.upper),
        "trim/0": java_trim,
        "sha1/0": lambda s: hashlib.sha1(s.encode()).hexdigest(),
        "sha256/0": lambda s: hashlib.sha256(s.encode()).hexdigest(),
    },
)


def _char_text(array: JavaArray, offset: int = 0, count: int | None = None) -> str:
    stop = len(array) if count is None else offset + count
    if count is not None and not 0 <= offset <= stop <= len(array):
        message = f"Range [{offset}, {offset} + {count}) out of bounds for length {len(array)}"
        raise Thrown("java.lang.StringIndexOutOfBoundsException", message)
    return "".join(map(chr, array[offset:stop]))


define_static(
    "java.lang.String",
    {
        "<init>/0": lambda: "",
        "valueOf/1": text,
        "join/2": _join,
        "copyValueOf/1": _char_text,
        "copyValueOf/3": _char_text,
        "format/2": java_format,
        "format/3": lambda locale, pattern, arguments: java_format(pattern, arguments),
    },
)


class StringBuilder:
    """A mutable string; also StringBuffer."""

    __slots__ = ("peak", "value")
    java = "java.lang.StringBuilder"

    def __init__(self, value: Any = "") -> None:
        self.value = _given(value)
        self.peak = len(self.value) + 16

    def __len__(self) -> int:
        return len(self.value)

    def __str__(self) -> str:
        return self.value

    def __iter__(self) -> None:
        raise illegal_argument(f"Cannot iterate over [{self.java}]")

    def append(self, value: Any) -> StringBuilder:
        self.value += text(value)
        return self

    def append_range(self, value: Any, begin: int, end: int) -> StringBuilder:
        written = text(value)
        if not 0 <= begin <= end <= len(written):
            message = f"Range [{begin}, {end}) out of bounds for length {len(written)}"
            raise Thrown("java.lang.IndexOutOfBoundsException", message)
        self.value += written[begin:end]
        return self

    def capacity(self) -> int:
        """What it was made with; more once it grew (but then how, is not followed)."""
        return max(self.peak, len(self.value))

    def delete(self, begin: int, end: int) -> StringBuilder:
        end = min(end, len(self.value))
        if not 0 <= begin <= end:
            raise _outside(begin, end, len(self.value))
        self.value = self.value[:begin] + self.value[end:]
        return self

    def delete_char(self, index: int) -> StringBuilder:
        self._check(index)
        return self.delete(index, index + 1)

    def _check(self, index: int) -> None:
        if not 0 <= index < len(self.value):
            raise _outside_index(index, len(self.value))

    def insert(self, index: int, value: Any) -> StringBuilder:
        if not 0 <= index <= len(self.value):
            raise _outside(index, len(self.value), len(self.value))
        self.value = self.value[:index] + text(value) + self.value[index:]
        return self

    def replace(self, begin: int, end: int, value: str) -> StringBuilder:
        end = min(end, len(self.value))
        if not 0 <= begin <= end:
            raise _outside(begin, end, len(self.value))
        self.value = self.value[:begin] + value + self.value[end:]
        return self

    def reverse(self) -> StringBuilder:
        self.value = self.value[::-1]
        return self

    def set_char(self, index: int, code: int) -> None:
        self._check(index)
        self.value = self.value[:index] + chr(code) + self.value[index + 1 :]

    def set_length(self, length: int) -> None:
        if length < 0:
            raise Thrown("java.lang.StringIndexOutOfBoundsException", f"String index out of range: {length}")
        self.value = self.value[:length].ljust(length, "\0")


class StringBuffer(StringBuilder):
    __slots__ = ()
    java = "java.lang.StringBuffer"


_BUILDER: dict[str, Callable[..., Any]] = {
    **_READ,
    "charAt/1": lambda b, i: (b._check(i), ord(b.value[i]))[1],
    "append/1": StringBuilder.append,
    "append/3": StringBuilder.append_range,
    "appendCodePoint/1": lambda b, code: b.append(_of_code_point(code)),
    "capacity/0": StringBuilder.capacity,
    "delete/2": StringBuilder.delete,
    "deleteCharAt/1": StringBuilder.delete_char,
    "insert/2": StringBuilder.insert,
    "replace/3": StringBuilder.replace,
    "reverse/0": StringBuilder.reverse,
    "setCharAt/2": StringBuilder.set_char,
    "setLength/1": StringBuilder.set_length,
}
for _java, _kind in (("java.lang.StringBuilder", StringBuilder), ("java.lang.StringBuffer", StringBuffer)):
    define(_java, _BUILDER)
    define_static(_java, {"<init>/0": _kind, "<init>/1": _kind})


class StringJoiner:
    __slots__ = ("empty", "parts", "prefix", "separator", "suffix")
    java = "java.util.StringJoiner"

    def __init__(self, separator: Any, prefix: Any = "", suffix: Any = "") -> None:
        self.separator, self.prefix, self.suffix = _given(separator), _given(prefix), _given(suffix)
        self.parts: list[str] = []
        self.empty: str | None = None

    def add(self, part: Any) -> StringJoiner:
        self.parts.append(text(part))
        return self

    def set_empty(self, value: Any) -> StringJoiner:
        self.empty = _given(value)
        return self

    def __str__(self) -> str:
        if not self.parts and self.empty is not None:
            return self.empty
        return self.prefix + self.separator.join(self.parts) + self.suffix


define(
    "java.util.StringJoiner",
    {
        "add/1": StringJoiner.add,
        "length/0": lambda j: len(str(j)),
        "merge/1": lambda j, o: j.add(o.separator.join(o.parts)) if o.parts else j,
        "setEmptyValue/1": StringJoiner.set_empty,
    },
)
define_static("java.util.StringJoiner", {"<init>/1": StringJoiner, "<init>/3": StringJoiner})


class StringTokenizer:
    __slots__ = ("at", "tokens")
    java = "java.util.StringTokenizer"

    def __init__(self, subject: str, delimiters: str = " \t\n\r\f", delimiters_too: bool = False) -> None:
        self.tokens: list[str] = []
        self.at = 0
        current = ""
        for c in _given(subject):
            if c in delimiters:
                self.tokens += [part for part in (current, c if delimiters_too else "") if part]
                current = ""
            else:
                current += c
        if current:
            self.tokens.append(current)

    def next(self) -> str:
        if self.at >= len(self.tokens):
            raise no_such_element()
        self.at += 1
        return self.tokens[self.at - 1]


define(
    "java.util.StringTokenizer",
    {
        "countTokens/0": lambda t: len(t.tokens) - t.at,
        "hasMoreTokens/0": lambda t: t.at < len(t.tokens),
        "hasMoreElements/0": lambda t: t.at < len(t.tokens),
        "nextToken/0": StringTokenizer.next,
        "nextElement/0": StringTokenizer.next,
    },
)
define_static(
    "java.util.StringTokenizer",
    {"<init>/1": StringTokenizer, "<init>/2": StringTokenizer, "<init>/3": StringTokenizer},
)


class Encoder:
    """``Base64`` encoders and decoders: what a script may call is on strings' bytes."""

    __slots__ = ("url",)
    java = "java.util.Base64.Encoder"

    def __init__(self, url: bool = False) -> None:
        self.url = url

    def encode(self, data: JavaArray) -> str:
        raw = bytes(value & 0xFF for value in data)
        return (base64.urlsafe_b64encode if self.url else base64.b64encode)(raw).decode()


class Decoder(Encoder):
    __slots__ = ()
    java = "java.util.Base64.Decoder"

    def decode(self, data: str) -> JavaArray:
        raw = decode_base64(data, url=self.url)
        return array_type("byte")(value - 256 if value > 127 else value for value in raw)


define("java.util.Base64.Encoder", {"encodeToString/1": Encoder.encode})
define("java.util.Base64.Decoder", {"decode/1": Decoder.decode})
define_static(
    "java.util.Base64",
    {
        "getEncoder/0": Encoder,
        "getUrlEncoder/0": lambda: Encoder(True),
        "getMimeEncoder/0": Encoder,
        "getDecoder/0": Decoder,
        "getUrlDecoder/0": lambda: Decoder(True),
        "getMimeDecoder/0": Decoder,
    },
)
