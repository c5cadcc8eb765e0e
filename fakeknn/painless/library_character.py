"""``java.lang.Character``: Unicode's categories, directions and surrogates."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from fakeknn.painless.dispatch import define_fields, define_static
from fakeknn.painless.throwable import Thrown, illegal_argument, null_pointer
from fakeknn.painless.values import JavaArray, array_type, text

#: ``Character``'s names and numbers of the categories.
_CATEGORIES = {
    "Cn": ("UNASSIGNED", 0),
    "Lu": ("UPPERCASE_LETTER", 1),
    "Ll": ("LOWERCASE_LETTER", 2),
    "Lt": ("TITLECASE_LETTER", 3),
    "Lm": ("MODIFIER_LETTER", 4),
    "Lo": ("OTHER_LETTER", 5),
    "Mn": ("NON_SPACING_MARK", 6),
    "Me": ("ENCLOSING_MARK", 7),
    "Mc": ("COMBINING_SPACING_MARK", 8),
    "Nd": ("DECIMAL_DIGIT_NUMBER", 9),
    "Nl": ("LETTER_NUMBER", 10),
    "No": ("OTHER_NUMBER", 11),
    "Zs": ("SPACE_SEPARATOR", 12),
    "Zl": ("LINE_SEPARATOR", 13),
    "Zp": ("PARAGRAPH_SEPARATOR", 14),
    "Cc": ("CONTROL", 15),
    "Cf": ("FORMAT", 16),
    "Co": ("PRIVATE_USE", 18),
    "Cs": ("SURROGATE", 19),
    "Pd": ("DASH_PUNCTUATION", 20),
    "Ps": ("START_PUNCTUATION", 21),
    "Pe": ("END_PUNCTUATION", 22),
    "Pc": ("CONNECTOR_PUNCTUATION", 23),
    "Po": ("OTHER_PUNCTUATION", 24),
    "Sm": ("MATH_SYMBOL", 25),
    "Sc": ("CURRENCY_SYMBOL", 26),
    "Sk": ("MODIFIER_SYMBOL", 27),
    "So": ("OTHER_SYMBOL", 28),
    "Pi": ("INITIAL_QUOTE_PUNCTUATION", 29),
    "Pf": ("FINAL_QUOTE_PUNCTUATION", 30),
}
_DIRECTIONS = {
    "": ("UNDEFINED", -1),
    "L": ("LEFT_TO_RIGHT", 0),
    "R": ("RIGHT_TO_LEFT", 1),
    "AL": ("RIGHT_TO_LEFT_ARABIC", 2),
    "EN": ("EUROPEAN_NUMBER", 3),
    "ES": ("EUROPEAN_NUMBER_SEPARATOR", 4),
    "ET": ("EUROPEAN_NUMBER_TERMINATOR", 5),
    "AN": ("ARABIC_NUMBER", 6),
    "CS": ("COMMON_NUMBER_SEPARATOR", 7),
    "NSM": ("NONSPACING_MARK", 8),
    "BN": ("BOUNDARY_NEUTRAL", 9),
    "B": ("PARAGRAPH_SEPARATOR", 10),
    "S": ("SEGMENT_SEPARATOR", 11),
    "WS": ("WHITESPACE", 12),
    "ON": ("OTHER_NEUTRALS", 13),
    "LRE": ("LEFT_TO_RIGHT_EMBEDDING", 14),
    "LRO": ("LEFT_TO_RIGHT_OVERRIDE", 15),
    "RLE": ("RIGHT_TO_LEFT_EMBEDDING", 16),
    "RLO": ("RIGHT_TO_LEFT_OVERRIDE", 17),
    "PDF": ("POP_DIRECTIONAL_FORMAT", 18),
    "LRI": ("LEFT_TO_RIGHT_ISOLATE", 19),
    "RLI": ("RIGHT_TO_LEFT_ISOLATE", 20),
    "FSI": ("FIRST_STRONG_ISOLATE", 21),
    "PDI": ("POP_DIRECTIONAL_ISOLATE", 22),
}
_HIGH, _LOW, _SUPPLEMENTARY, _LAST = 0xD800, 0xDC00, 0x10000, 0x10FFFF


def category(code: int) -> str:
    return unicodedata.category(chr(code)) if 0 <= code <= _LAST else "Cn"


def _ignorable(code: int) -> bool:
    return 0 <= code <= 8 or 14 <= code <= 27 or 127 <= code <= 159 or category(code) == "Cf"


def _starts_java(code: int) -> bool:
    return category(code) in ("Lu", "Ll", "Lt", "Lm", "Lo", "Nl", "Sc", "Pc")


def _starts_unicode(code: int) -> bool:
    return 0 <= code <= _LAST and chr(code).isidentifier() and code != ord("_")


def _ideographic(code: int) -> bool:
    name = unicodedata.name(chr(code), "") if 0 <= code <= _LAST else ""
    return name.startswith(("CJK UNIFIED", "CJK COMPATIBILITY IDEOGRAPH", "IDEOGRAPHIC NUMBER")) or code in (
        *range(0x3021, 0x302A),
        0x3006,
    )


def _name(code: int) -> str | None:
    if not 0 <= code <= _LAST:
        raise illegal_argument(f"Not a valid Unicode code point: 0x{code & 0xFFFFFFFF:X}")
    if category(code) == "Cc":
        return _CONTROLS.get(code)
    return unicodedata.name(chr(code), None)


#: Java's names of control characters, which Unicode itself leaves without.
_CONTROLS = dict(
    zip(
        (*range(32), *range(127, 160)),
        (
            "NULL|START OF HEADING|START OF TEXT|END OF TEXT|END OF TRANSMISSION|ENQUIRY|ACKNOWLEDGE|BEL|"
            "BACKSPACE|CHARACTER TABULATION|LINE FEED (LF)|LINE TABULATION|FORM FEED (FF)|"
            "CARRIAGE RETURN (CR)|SHIFT OUT|SHIFT IN|DATA LINK ESCAPE|DEVICE CONTROL ONE|DEVICE CONTROL TWO|"
            "DEVICE CONTROL THREE|DEVICE CONTROL FOUR|NEGATIVE ACKNOWLEDGE|SYNCHRONOUS IDLE|"
            "END OF TRANSMISSION BLOCK|CANCEL|END OF MEDIUM|SUBSTITUTE|ESCAPE|INFORMATION SEPARATOR FOUR|"
            "INFORMATION SEPARATOR THREE|INFORMATION SEPARATOR TWO|INFORMATION SEPARATOR ONE|DELETE|"
            "PADDING CHARACTER|HIGH OCTET PRESET|BREAK PERMITTED HERE|NO BREAK HERE|LATIN 1 SUPPLEMENT 84|"
            "NEXT LINE (NEL)|START OF SELECTED AREA|END OF SELECTED AREA|CHARACTER TABULATION SET|"
            "CHARACTER TABULATION WITH JUSTIFICATION|LINE TABULATION SET|PARTIAL LINE FORWARD|"
            "PARTIAL LINE BACKWARD|REVERSE LINE FEED|SINGLE SHIFT TWO|SINGLE SHIFT THREE|"
            "DEVICE CONTROL STRING|PRIVATE USE ONE|PRIVATE USE TWO|SET TRANSMIT STATE|CANCEL CHARACTER|"
            "MESSAGE WAITING|START OF GUARDED AREA|END OF GUARDED AREA|START OF STRING|"
            "SINGLE GRAPHIC CHARACTER INTRODUCER|SINGLE CHARACTER INTRODUCER|CONTROL SEQUENCE INTRODUCER|"
            "STRING TERMINATOR|OPERATING SYSTEM COMMAND|PRIVACY MESSAGE|APPLICATION PROGRAM COMMAND"
        ).split("|"),
        strict=True,
    )
)


def _chars(code: int) -> list[int]:
    """A code point as UTF-16 has it."""
    if not 0 <= code <= _LAST:
        raise illegal_argument(f"Not a valid Unicode code point: 0x{code & 0xFFFFFFFF:X}")
    if code < _SUPPLEMENTARY:
        return [code]
    return [_HIGH + ((code - _SUPPLEMENTARY) >> 10), _LOW + (code & 0x3FF)]


def _chars_into(code: int, target: JavaArray | None, at: int) -> int:
    found = _chars(code)
    if target is None:
        raise null_pointer()
    for i, unit in enumerate(found):
        if not 0 <= at + i < len(target):
            message = f"Index {at + i} out of bounds for length {len(target)}"
            raise Thrown("java.lang.ArrayIndexOutOfBoundsException", message)
        target[at + i] = unit
    return len(found)


def _units(given: Any) -> list[int]:
    """The UTF-16 units of a CharSequence or a ``char[]``."""
    if given is None:
        raise null_pointer()
    if isinstance(given, JavaArray):
        return list(given)
    raw = text(given).encode("utf-16-be", "surrogatepass")
    return [raw[i] << 8 | raw[i + 1] for i in range(0, len(raw), 2)]


def _outside(message: str | None = None) -> Thrown:
    return Thrown("java.lang.IndexOutOfBoundsException", message)


def _joined(high: int, low: int) -> int:
    return ((high - _HIGH) << 10) + (low - _LOW) + _SUPPLEMENTARY


def _is_pair(high: int, low: int) -> bool:
    return _HIGH <= high < _LOW <= low < 0xE000


def _point_at(given: Any, at: int, limit: int | None = None) -> int:
    units = _units(given)
    end = len(units) if limit is None else limit
    if not 0 <= at < end or end > len(units):
        if limit is None:
            message = f"Index {at} out of bounds for length {len(units)}"
            raise Thrown("java.lang.StringIndexOutOfBoundsException", message)
        raise _outside()
    if at + 1 < end and _is_pair(units[at], units[at + 1]):
        return _joined(units[at], units[at + 1])
    return units[at]


def _point_before(given: Any, at: int, start: int = 0) -> int:
    units = _units(given)
    if not start < at <= len(units) or start < 0:
        raise _outside()
    if at - 2 >= start and _is_pair(units[at - 2], units[at - 1]):
        return _joined(units[at - 2], units[at - 1])
    return units[at - 1]


def _count(given: Any, begin: int, end: int) -> int:
    units = _units(given)
    if isinstance(given, JavaArray):
        end += begin
    if not 0 <= begin <= end <= len(units):
        raise _outside()
    part = units[begin:end]
    return len(part) - sum(_is_pair(a, b) for a, b in pairwise(part))


def _moved(given: Any, *where: int) -> int:
    units = _units(given)
    start, count, at, by = where if len(where) == 4 else (0, len(units), *where)
    end = start + count
    if not start <= at <= end or end > len(units) or start < 0:
        raise _outside()
    while by > 0:
        if at >= end:
            raise _outside()
        at += 2 if at + 1 < end and _is_pair(units[at], units[at + 1]) else 1
        by -= 1
    while by < 0:
        if at <= start:
            raise _outside()
        at -= 2 if at - 2 >= start and _is_pair(units[at - 2], units[at - 1]) else 1
        by += 1
    return at


def _title(code: int) -> int:
    title = chr(code).title() if 0 <= code <= _LAST else ""
    return ord(title) if len(title) == 1 else code


def _within(low: int, high: int) -> Callable[[int], bool]:
    return lambda code: low <= code <= high


define_static(
    "java.lang.Character",
    {
        "codePointAt/2": _point_at,
        "codePointAt/3": _point_at,
        "codePointBefore/2": _point_before,
        "codePointBefore/3": _point_before,
        "codePointCount/3": _count,
        "getDirectionality/1": lambda code: _DIRECTIONS[
            unicodedata.bidirectional(chr(code)) if 0 <= code <= _LAST else ""
        ][1],
        "getName/1": _name,
        "getType/1": lambda code: _CATEGORIES[category(code)][1],
        "highSurrogate/1": lambda code: (_HIGH + ((code - _SUPPLEMENTARY) >> 10)) & 0xFFFF,
        "isBmpCodePoint/1": _within(0, 0xFFFF),
        "isDefined/1": lambda code: category(code) != "Cn",
        "isHighSurrogate/1": _within(_HIGH, _LOW - 1),
        "isISOControl/1": lambda code: 0 <= code <= 31 or 127 <= code <= 159,
        "isIdentifierIgnorable/1": _ignorable,
        "isIdeographic/1": _ideographic,
        "isJavaIdentifierPart/1": lambda code: (
            _starts_java(code) or category(code) in ("Nd", "Mc", "Mn") or _ignorable(code)
        ),
        "isJavaIdentifierStart/1": _starts_java,
        "isLowSurrogate/1": _within(_LOW, 0xDFFF),
        "isMirrored/1": lambda code: 0 <= code <= _LAST and bool(unicodedata.mirrored(chr(code))),
        "isSupplementaryCodePoint/1": _within(_SUPPLEMENTARY, _LAST),
        "isSurrogatePair/2": _is_pair,
        "isTitleCase/1": lambda code: category(code) == "Lt",
        "isUnicodeIdentifierPart/1": lambda code: (
            0 <= code <= _LAST and (f"a{chr(code)}".isidentifier() or _ignorable(code))
        ),
        "isUnicodeIdentifierStart/1": _starts_unicode,
        "isValidCodePoint/1": _within(0, _LAST),
        "lowSurrogate/1": lambda code: (_LOW + (code & 0x3FF)) & 0xFFFF,
        "offsetByCodePoints/3": _moved,
        "offsetByCodePoints/5": _moved,
        "toChars/1": lambda code: array_type("char")(_chars(code)),
        "toChars/3": _chars_into,
        "toCodePoint/2": _joined,
        "toTitleCase/1": _title,
    },
)
define_fields(
    "java.lang.Character",
    {
        **dict(_CATEGORIES.values()),
        **{f"DIRECTIONALITY_{name}": number for name, number in _DIRECTIONS.values()},
        "BYTES": 2,
        "SIZE": 16,
        "MAX_CODE_POINT": _LAST,
        "MIN_CODE_POINT": 0,
        "MIN_SUPPLEMENTARY_CODE_POINT": _SUPPLEMENTARY,
        "MIN_SURROGATE": _HIGH,
        "MIN_HIGH_SURROGATE": _HIGH,
        "MAX_HIGH_SURROGATE": _LOW - 1,
        "MIN_LOW_SURROGATE": _LOW,
        "MAX_LOW_SURROGATE": 0xDFFF,
        "MAX_SURROGATE": 0xDFFF,
    },
)
