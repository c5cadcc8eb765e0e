"""JSON as Jackson reads it: token by token, with the line and column of each, and its own words for what is wrong.

The scanner follows the observable behaviour of Jackson 2.20's ``UTF8StreamJsonParser`` as OpenSearch configures it:
comments are skipped, a duplicate field is an error, and lines and columns count from 1, columns in *bytes*. It is slow
and is only asked when orjson refuses a body, when orjson cannot be trusted with it, or when an error needs its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from fakeknn.errors import JsonEOFException, JsonParseException, OpenSearchError, StreamConstraintsException
from fakeknn.xcontent.characters import char, describe, is_identifier_part, is_identifier_start, paired

MAX_DEPTH = 1000
MAX_NAME_LENGTH = 50_000
MAX_NUMBER_LENGTH = 1000
MAX_STRING_LENGTH = 50_000_000

_SOURCE = "[Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {}, column: {}]"
_VALUES = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
_MAX_ERROR_TOKEN = 256
_DIGITS = frozenset(b"0123456789")
_ESCAPES = {ord("b"): 8, ord("t"): 9, ord("n"): 10, ord("f"): 12, ord("r"): 13, 34: 34, 47: 47, 92: 92}
_HEX = {ord(c): int(c, 16) for c in "0123456789abcdefABCDEF"}
#: What a string may hold as it is.
_PLAIN = re.compile(rb"[ !#-\[\]-\x7f]+")
_BOM = b"\xef\xbb\xbf"
_MARKS = ((b"\0\0\xfe\xff", "utf-32"), (b"\xff\xfe\0\0", "utf-32"), (b"\xfe\xff", "utf-16"), (b"\xff\xfe", "utf-16"))
_END_OF_TOKEN = frozenset(b"]}")


@dataclass(frozen=True, slots=True)
class Token:
    """One token: Jackson's name for it, its value, and where its first character stands (1-based; columns in bytes)."""

    kind: str
    value: Any
    line: int
    column: int
    start: int
    end: int

    @property
    def xcontent(self) -> str:
        """OpenSearch's name: its XContentParser knows one kind of number and one kind of boolean."""
        if self.kind in ("VALUE_TRUE", "VALUE_FALSE"):
            return "VALUE_BOOLEAN"
        return "VALUE_NUMBER" if self.kind.startswith("VALUE_NUMBER") else self.kind


@dataclass(slots=True)
class Scope:
    """An open object or array, the root for want of one: where it began, and the field that holds it."""

    kind: str
    line: int
    column: int
    name: str | None = None
    count: int = 0
    names: set[str] = field(default_factory=set)


class Characters(bytes):
    """A body that Jackson is given as characters: columns count these, and less is read of a token that is none."""


class Astrays(bytes):
    """A body in which the objects and arrays at some offsets are taken for texts, or for null: see ``astray``."""

    starts: dict[int, str | None]
    characters: bool

    def __new__(cls, body: bytes, start: int, taken: str | None) -> Astrays:
        made = super().__new__(cls, body)
        made.starts = getattr(body, "starts", {}) | {start: taken}
        made.characters = isinstance(body, Characters) or getattr(body, "characters", False)
        return made


class Scanner:
    """Tokens of a body, one document value after the other, until the input ends."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.characters = isinstance(body, Characters)
        self._astray: dict[int, str | None] = {}
        if isinstance(body, Astrays):
            self.characters, self._astray = body.characters, body.starts
        # Jackson skips a byte order mark but counts its bytes in the first line's columns.
        self.at = 3 if body.startswith(_BOM) else 0
        self.line = 1
        self.line_start = 0
        self.scopes = [Scope("root", 1, 0)]
        self.current = "null"
        self._began = (1, 0)
        self._name_began = (1, 0)
        self._last_name: str | None = None
        self._late: OpenSearchError | None = None

    @property
    def position(self) -> tuple[int, int]:
        """getTokenLocation: line and column of the token that the scanner stands at, also if the next is broken."""
        return self._name_began if self.current == "FIELD_NAME" else self._began

    # --- errors -------------------------------------------------------------------------------------------------------

    def _source(self, at: int) -> str:
        column = at - self.line_start
        if self.characters:
            column = len(self.body[self.line_start : at].decode("utf-8", "replace"))
        return _SOURCE.format(self.line, column + 1)

    def _fail(self, text: str, at: int | None = None) -> NoReturn:
        raise JsonParseException(f"{text}\n at {self._source(self.at if at is None else at)}")

    def _fail_before(self, text: str) -> NoReturn:
        self._fail(text, self.at - 1)

    def _unexpected(self, code: int, text: str) -> NoReturn:
        self._fail_before(f"Unexpected character ({describe(code)}): {text}")

    def _unexpected_in_number(self, code: int, text: str) -> NoReturn:
        self._fail_before(f"Unexpected character ({describe(code)}) in numeric value: {text}")

    def _eof(self, text: str) -> NoReturn:
        raise JsonEOFException(f"Unexpected end-of-input{text}\n at {self._source(self.at)}")

    def _bad_space(self, code: int) -> NoReturn:
        rule = "only regular white space (\\r, \\n, \\t) is allowed between tokens"
        if code == 0x1E:
            allow = "`JsonReadFeature.ALLOW_RS_CONTROL_CHAR` to allow use of Record Separators (\\u001E)"
            rule += f" (consider enabling {allow})"
        self._fail(f"Illegal character ({describe(code)}): {rule}")

    def _bad_token(self, matched: str) -> NoReturn:
        token = matched
        while self.at < len(self.body):
            begin = self.at
            self.at += 1
            c = chr(self._decode_for_error(self.body[self.at - 1]) & 0xFFFF)
            if not is_identifier_part(c):
                if self.characters:
                    self.at = begin
                break
            token += c
            if len(token) >= _MAX_ERROR_TOKEN:
                token += "..."
                break
        self._fail(f"Unrecognized token '{token}': was expecting {_VALUES}")

    def _byte(self, context: str | None = None) -> int:
        """The next byte, consumed; the end of input is told as Jackson tells it inside the current token."""
        if self.at >= len(self.body):
            self._eof(f" in {self.current}" if context is None else context)
        self.at += 1
        return self.body[self.at - 1]

    def _decode_for_error(self, first: int) -> int:
        return first if first < 0x80 else self._skip_utf8(first)

    # --- white space and comments -------------------------------------------------------------------------------------

    def _newline(self) -> None:
        self.line += 1
        self.line_start = self.at

    def _carriage_return(self) -> None:
        if self.at < len(self.body) and self.body[self.at] == 10:
            self.at += 1
        self._newline()

    def _skip_space(self) -> int:
        """Consume white space and comments and the character behind them, which is returned; -1 at the end."""
        body = self.body
        while self.at < len(body):
            c = body[self.at]
            self.at += 1
            if c == 47:
                self._skip_comment()
            elif c > 32:
                return c
            elif c == 10:
                self._newline()
            elif c == 13:
                self._carriage_return()
            elif c not in (32, 9):
                self._bad_space(c)
        return -1

    def _skip_comment(self) -> None:
        c = self._byte(" in a comment")
        if c not in (47, 42):
            self._unexpected(c, "was expecting either '*' or '/' for a comment")
        block = c == 42
        while self.at < len(self.body):
            c = self.body[self.at]
            self.at += 1
            if c == 10:
                self._newline()
                if not block:
                    return
            elif c == 13:
                self._carriage_return()
                if not block:
                    return
            elif c == 42 and block:
                if self.at < len(self.body) and self.body[self.at] == 47:
                    self.at += 1
                    return
            elif c >= 0x80:
                self._skip_utf8(c)
            elif c < 32 and c != 9:
                self._bad_space(c)
        if block:
            self._eof(" in a comment")

    def _skip_utf8(self, first: int) -> int:
        """Consume what follows the first byte of a character in a string or comment; the character's code."""
        if first & 0xE0 == 0xC0:
            code, needed = first & 0x1F, 1
        elif first & 0xF0 == 0xE0:
            code, needed = first & 0x0F, 2
        elif first & 0xF8 == 0xF0:
            code, needed = first & 0x07, 3
        else:
            self._fail(f"Invalid UTF-8 start byte 0x{first:x}")
        for _ in range(needed):
            byte = self._byte()
            if byte & 0xC0 != 0x80:
                self._fail(f"Invalid UTF-8 middle byte 0x{byte:x}")
            code = code << 6 | byte & 0x3F
        return code

    # --- strings and names --------------------------------------------------------------------------------------------

    def _escape(self) -> int:
        c = self._byte(" in character escape sequence")
        simple = _ESCAPES.get(c)
        if simple is not None:
            return simple
        if c != 117:
            self._fail_before(f"Unrecognized character escape {describe(self._decode_for_error(c) & 0xFFFF)}")
        value = 0
        for _ in range(4):
            c = self._byte(" in character escape sequence")
            if c not in _HEX:
                self._unexpected(c, "expected a hex-digit for character escape sequence")
            value = value << 4 | _HEX[c]
        return value

    def _bad_control(self, code: int, place: str) -> NoReturn:
        rule = f"has to be escaped using backslash to be included in {place}"
        self._fail_before(f"Illegal unquoted character ({describe(code)}): {rule}")

    def _string(self) -> str:
        """The string whose opening quote was consumed."""
        self.current = "VALUE_STRING"
        unclosed = ": was expecting closing quote for a string value" if self.characters else None
        parts: list[str] = []
        while True:
            run = _PLAIN.match(self.body, self.at)
            if run is not None:
                parts.append(run.group().decode())
                self.at = run.end()
            c = self._byte(unclosed)
            if c == 34:
                break
            if c == 92:
                parts.append(chr(self._escape()))
            elif c >= 0x80:
                parts.append(char(self._skip_utf8(c)))
            else:
                self._bad_control(c, "string value")
        text = paired("".join(parts))
        if len(text) > MAX_STRING_LENGTH:
            raise StreamConstraintsException("String value length", len(text), MAX_STRING_LENGTH, "getMaxStringLength")
        return text

    def _name(self) -> str:
        """The field name whose opening quote was consumed; its UTF-8 is looked at when the closing quote is found."""
        if self.at >= len(self.body) and not self.characters:
            self._eof(": was expecting closing '\"' for name")
        raw = bytearray()
        while True:
            c = self._byte(" in field name")
            if c == 34:
                break
            if c == 92:
                raw += chr(self._escape()).encode("utf-8", "surrogatepass")
            elif c < 32:
                self._bad_control(c, "name")
            else:
                raw.append(c)
        if len(raw) > MAX_NAME_LENGTH:
            raise StreamConstraintsException("Name length", len(raw), MAX_NAME_LENGTH, "getMaxNameLength")
        try:
            return raw.decode()
        except UnicodeDecodeError:
            return self._decode_name(bytes(raw))

    def _decode_name(self, raw: bytes) -> str:
        # Jackson holds names as ints of four bytes; a broken middle byte is reported with those before it.
        def byte_and_before(i: int) -> int:
            quad = int.from_bytes(raw[i // 4 * 4 : i // 4 * 4 + 4].ljust(4, b"\0"), "big", signed=True)
            return quad >> (3 - i % 4) * 8

        parts = []
        i = 0
        while i < len(raw):
            first = raw[i]
            i += 1
            if first < 0x80:
                parts.append(chr(first))
                continue
            if first & 0xE0 == 0xC0:
                code, needed = first & 0x1F, 1
            elif first & 0xF0 == 0xE0:
                code, needed = first & 0x0F, 2
            elif first & 0xF8 == 0xF0:
                code, needed = first & 0x07, 3
            else:
                self._fail(f"Invalid UTF-8 start byte 0x{first:x}")
            if i + needed > len(raw):
                self._eof(" in field name")
            for n in range(needed):
                byte = byte_and_before(i)
                i += 1
                if byte & 0xC0 != 0x80:
                    self._fail(f"Invalid UTF-8 middle byte 0x{byte & (0xFF if n == 2 else 0xFFFFFFFF):x}")
                code = code << 6 | byte & 0x3F
            parts.append(char(code))
        return paired("".join(parts))

    # --- scalars ------------------------------------------------------------------------------------------------------

    def _match(self, word: str, matched: int = 1) -> None:
        """Consume the rest of a bare word; what follows must not continue an identifier."""
        for i in range(matched, len(word)):
            if self.at >= len(self.body) or self.body[self.at] != ord(word[i]):
                self._bad_token(word[:i])
            self.at += 1
        if self.at < len(self.body):
            c = self.body[self.at]
            if c >= 48 and c not in _END_OF_TOKEN and is_identifier_part(chr(self._decode_for_error(c) & 0xFFFF)):
                self._bad_token(word)

    def _not_a_number(self, word: str, matched: int) -> NoReturn:
        self._match(word, matched)
        self._fail(f"Non-standard token '{word}': enable `JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS` to allow")

    def _bad_number_start(self, c: int, sign: str) -> NoReturn:
        if c == 73:
            c = self._byte(" in a Number value")
            if c == 78:
                self._not_a_number(sign + "INF", 3)
            if c == 110:
                self._not_a_number(sign + "Infinity", 3)
        if sign == "+":
            self._unexpected_in_number(
                43,
                "JSON spec does not allow numbers to have plus signs: enable"
                " `JsonReadFeature.ALLOW_LEADING_PLUS_SIGN_FOR_NUMBERS` to allow",
            )
        self._unexpected_in_number(c, "expected digit (0-9) to follow minus sign, for valid numeric value")

    def _number(self, first: int) -> tuple[str, int | float]:
        """The kind and value of the number whose first character was consumed."""
        body = self.body
        begin = self.at - 1
        if first == 45:
            first = self._byte()
            if first == 46:
                self._unexpected_value(46)
            if first not in _DIGITS:
                self._bad_number_start(first, "-")
        if first == 48 and self.at < len(body) and body[self.at] in _DIGITS:
            self._fail("Invalid numeric value: Leading zeroes not allowed")
        c = first
        ended = False

        def digits() -> int:
            nonlocal c, ended
            count = 0
            while True:
                if self.at >= len(body):
                    ended = True
                    return count
                c = body[self.at]
                self.at += 1
                if c not in _DIGITS:
                    return count
                count += 1

        length = 1 + digits()
        kind = "VALUE_NUMBER_INT"
        if not ended and c == 46:
            kind = "VALUE_NUMBER_FLOAT"
            fraction = digits()
            if not fraction:
                self._unexpected_in_number(c, "Decimal point not followed by a digit")
            length += fraction
        if not ended and c in (69, 101):
            kind = "VALUE_NUMBER_FLOAT"
            c = self._byte()
            if c in (43, 45):
                c = self._byte()
            if c not in _DIGITS:
                self._unexpected_in_number(c, "Exponent indicator not followed by a digit")
            length += 1 + digits()
        if not ended:
            if self.scopes[-1].kind == "root" and c not in b" \t\r\n":
                self._unexpected(c, "Expected space separating root-level values")
            self.at -= 1
        if length > MAX_NUMBER_LENGTH:
            raise StreamConstraintsException("Number value length", length, MAX_NUMBER_LENGTH, "getMaxNumberLength")
        text = body[begin : self.at]
        return kind, int(text) if kind == "VALUE_NUMBER_INT" else float(text)

    def _unexpected_value(self, c: int) -> NoReturn:
        scope = self.scopes[-1].kind
        if c in (44, 125) or (c == 93 and scope == "Array"):
            self._unexpected(c, "expected a value")
        if c == 78:
            self._not_a_number("NaN", 1)
        if c == 73:
            self._not_a_number("Infinity", 1)
        if c == 43:
            self._bad_number_start(self._byte(" in a Number value"), "+")
        if is_identifier_start(chr(c)):
            self._bad_token(chr(c))
        self._unexpected(c, f"expected a valid value {_VALUES}")

    # --- tokens -------------------------------------------------------------------------------------------------------

    def _close(self, c: int) -> Token:
        scope = self.scopes[-1]
        marker = chr(c)
        self._began = (self.line, self.at - self.line_start)
        if scope.kind == "root":
            kind = "Object" if c == 125 else "Array"
            self._fail_before(f"Unexpected close marker '{marker}': no open {kind} to close")
        if (scope.kind == "Object") != (c == 125):
            self._fail_before(
                f"Unexpected close marker '{marker}': expected '{']' if c == 125 else '}'}' (for {scope.kind}"
                f" starting at {_SOURCE.format(scope.line, scope.column)})"
            )
        self.scopes.pop()
        return self._token("END_OBJECT" if c == 125 else "END_ARRAY", None, self.at - 1)

    def _token(self, kind: str, value: Any, start: int, line: int = 0, column: int = 0) -> Token:
        self.current = kind
        return Token(kind, value, line or self.line, column or start - self.line_start + 1, start, self.at)

    def _value(self, c: int) -> Token:
        start, line, column = self.at - 1, self.line, self.at - self.line_start
        self._began = (line, column)
        value: Any = None
        if c == 34:
            kind, value = "VALUE_STRING", self._string() if self.scopes[-1].kind != "root" else self._root_string()
        elif c in (123, 91):
            kind = "START_OBJECT" if c == 123 else "START_ARRAY"
            name = self._last_name if self.scopes[-1].kind == "Object" else None
            self.scopes.append(Scope("Object" if c == 123 else "Array", line, column, name))
            if len(self.scopes) - 1 > MAX_DEPTH:
                raise StreamConstraintsException(
                    "Document nesting depth", len(self.scopes) - 1, MAX_DEPTH, "getMaxNestingDepth"
                )
        elif c == 45 or c in _DIGITS:
            kind, value = self._number(c)
        elif c == 116:
            kind, value = "VALUE_TRUE", True
            self._match("true")
        elif c == 102:
            kind, value = "VALUE_FALSE", False
            self._match("false")
        elif c == 110:
            kind = "VALUE_NULL"
            self._match("null")
        else:
            self._unexpected_value(c)
        if start in self._astray:
            value = self._astray[start]
            kind = "VALUE_NULL" if value is None else "VALUE_STRING"
        return self._token(kind, value, start, line, column)

    def _root_string(self) -> str:
        """Jackson looks into a text when asked to, or asked for what is behind it: no endpoint asks for one that is a
        body, or stands behind one."""
        try:
            return self._string()
        except (JsonParseException, StreamConstraintsException) as error:
            self._late = error
            return ""

    def tokens(self) -> Iterator[Token]:
        while True:
            if self._late is not None:
                raise self._late
            scope = self.scopes[-1]
            c = self._skip_space()
            if c < 0:
                if scope.kind != "root":
                    self._eof(
                        f": expected close marker for {scope.kind} (start marker at"
                        f" {_SOURCE.format(scope.line, scope.column)})"
                    )
                return
            if c in (93, 125):
                yield self._close(c)
                continue
            if scope.kind != "root" and scope.count:
                if c != 44:
                    self._unexpected(c, f"was expecting comma to separate {scope.kind} entries")
                c = self._skip_space()
                if c < 0:
                    self._fail(f"Unexpected end-of-input within/between {scope.kind} entries")
            scope.count += 1
            if scope.kind == "Object":
                yield self._field(c, scope)
                c = self._skip_space()
                if c >= 0 and c != 58:
                    self._unexpected(c, "was expecting a colon to separate field name and value")
                if c >= 0:
                    c = self._skip_space()
                if c < 0:
                    self._eof(" within/between Object entries")
            yield self._value(c)

    def _field(self, c: int, scope: Scope) -> Token:
        if c != 34:
            code = self._decode_for_error(c) & 0xFFFF
            self._unexpected(code, "was expecting double-quote to start field name")
        start = self.at - 1
        began = (self.line, self.at - self.line_start)
        name = self._name()
        if name in scope.names:
            self._fail(f"Duplicate field '{name}'")
        scope.names.add(name)
        self._last_name, self._name_began = name, began
        return self._token("FIELD_NAME", name, start)


def utf8(body: bytes) -> bytes:
    """A body in one of the encodings that Jackson detects by where the zero bytes are, as UTF-8."""
    head = body[:4]
    if b"\0" not in head and head[:2] not in (b"\xfe\xff", b"\xff\xfe"):
        return body
    zeros = "".join("0" if byte == 0 else "x" for byte in head)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    wide = {"000x": "utf-32-be", "x000": "utf-32-le"}.get(zeros)
    narrow = {"0x": "utf-16-be", "x0": "utf-16-le"}.get(zeros[:2])
    encoding = marked or wide or narrow
    return body.decode(encoding, "replace").encode() if encoding else body
