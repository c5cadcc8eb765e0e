"""The families of characters that Java's patterns name, written as sets of the ``regex`` module."""

from __future__ import annotations

from functools import cache

import regex

_SPACE = r"[ \t\n\x0b\f\r]"
_HORIZONTAL = r"[ \t\xa0\u1680\u180e\u2000-\u200a\u202f\u205f\u3000]"
_VERTICAL = r"[\n\x0b\f\r\x85\u2028\u2029]"
_WORD = r"[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u200c\u200d]"

#: ``\d`` and its likes: with ASCII's characters only, and with all of Unicode's.
ESCAPED_CLASSES = {
    "d": ("[0-9]", r"[\p{Nd}]"),
    "D": ("[^0-9]", r"[^\p{Nd}]"),
    "h": (_HORIZONTAL, _HORIZONTAL),
    "H": (f"[^{_HORIZONTAL}]", f"[^{_HORIZONTAL}]"),
    "s": (_SPACE, r"[\p{White_Space}]"),
    "S": (f"[^{_SPACE}]", r"[^\p{White_Space}]"),
    "v": (_VERTICAL, _VERTICAL),
    "V": (f"[^{_VERTICAL}]", f"[^{_VERTICAL}]"),
    "w": ("[a-zA-Z0-9_]", _WORD),
    "W": ("[^a-zA-Z0-9_]", f"[^{_WORD}]"),
}

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
_ASCII_CLASSES = {
    "ASCII": r"[\x00-\x7f]",
    "Alnum": "[a-zA-Z0-9]",
    "Alpha": "[a-zA-Z]",
    "Blank": r"[ \t]",
    "Cntrl": r"[\x00-\x1f\x7f]",
    "Digit": "[0-9]",
    "Graph": "[!-~]",
    "L1": r"[\x00-\xff]",
    "Lower": "[a-z]",
    "Print": "[ -~]",
    "Punct": _PUNCTUATION,
    "Space": _SPACE,
    "Upper": "[A-Z]",
    "XDigit": "[0-9a-fA-F]",
    "all": r"[\x00-\U0010ffff]",
}
_JAVA_CLASSES = {
    "javaAlphabetic": r"[\p{Alphabetic}]",
    "javaDefined": r"[^\p{Cn}]",
    "javaDigit": r"[\p{Nd}]",
    "javaISOControl": r"[\x00-\x1f\x7f-\x9f]",
    "javaIdeographic": r"[\p{Ideographic}]",
    "javaLetter": r"[\p{L}]",
    "javaLetterOrDigit": r"[\p{L}\p{Nd}]",
    "javaLowerCase": r"[\p{Lowercase}]",
    "javaSpaceChar": r"[\p{Z}]",
    "javaTitleCase": r"[\p{Lt}]",
    "javaUpperCase": r"[\p{Uppercase}]",
    "javaWhitespace": r"[\t-\r\x1c-\x1f[\p{Z}--[\xa0\u2007\u202f]]]",
}
_UNICODE_POSIX = {
    "ALNUM": r"[\p{Alphabetic}\p{Nd}]",
    "ALPHA": r"[\p{Alphabetic}]",
    "BLANK": r"[\p{Zs}\t]",
    "CNTRL": r"[\p{Cc}]",
    "DIGIT": r"[\p{Nd}]",
    "GRAPH": r"[^\p{Z}\p{Cc}\p{Cs}\p{Cn}\s]",
    "LOWER": r"[\p{Lowercase}]",
    "PRINT": r"[[^\p{Cc}\p{Cs}\p{Cn}\s]\p{Zs}]",
    "PUNCT": r"[\p{P}]",
    "SPACE": r"[\p{White_Space}]",
    "UPPER": r"[\p{Uppercase}]",
    "XDIGIT": r"[\p{Nd}\p{Hex_Digit}]",
}
_PROPERTIES = {
    "ALPHABETIC": r"[\p{Alphabetic}]",
    "ASSIGNED": r"[^\p{Cn}]",
    "CONTROL": r"[\p{Cc}]",
    "EMOJI": r"[\p{Emoji}]",
    "HEX_DIGIT": r"[\p{Nd}\p{Hex_Digit}]",
    "HEXDIGIT": r"[\p{Nd}\p{Hex_Digit}]",
    "IDEOGRAPHIC": r"[\p{Ideographic}]",
    "JOIN_CONTROL": r"[\u200c\u200d]",
    "JOINCONTROL": r"[\u200c\u200d]",
    "LETTER": r"[\p{L}]",
    "LOWERCASE": r"[\p{Lowercase}]",
    "NONCHARACTERCODEPOINT": r"[\p{Noncharacter_Code_Point}]",
    "NONCHARACTER_CODE_POINT": r"[\p{Noncharacter_Code_Point}]",
    "PUNCTUATION": r"[\p{P}]",
    "TITLECASE": r"[\p{Lt}]",
    "UPPERCASE": r"[\p{Uppercase}]",
    "WHITESPACE": r"[\p{White_Space}]",
    "WHITE_SPACE": r"[\p{White_Space}]",
    "WORD": _WORD,
}
_CATEGORIES = frozenset(
    "Cn Lu Ll Lt Lm Lo Mn Me Mc Nd Nl No Zs Zl Zp Cc Cf Co Cs Pd Ps Pe Pc Po Sm Sc Sk So Pi Pf L M N Z C P S".split()
)
_COMPOSED = {"LC": r"[\p{Lu}\p{Ll}\p{Lt}]", "LD": r"[\p{L}\p{Nd}]"}
#: Where letters of one case stand for those of both, if case does not matter.
_CASED = {
    "Lower": "[a-zA-Z]",
    "Upper": "[a-zA-Z]",
    **dict.fromkeys(("Lu", "Ll", "Lt"), r"[\p{Lu}\p{Ll}\p{Lt}]"),
    **dict.fromkeys(("javaLowerCase", "javaUpperCase", "javaTitleCase"), r"[\p{Lowercase}\p{Uppercase}\p{Lt}]"),
    **dict.fromkeys(("LOWERCASE", "UPPERCASE", "TITLECASE"), r"[\p{Lowercase}\p{Uppercase}\p{Lt}]"),
}


def literal(char: str) -> str:
    """A character, in a set or outside, that stands for itself."""
    if char.isascii() and char.isalnum():
        return char
    code = ord(char)
    return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}" if code < 65536 else f"\\U{code:08x}"


def union(left: str | None, right: str) -> str:
    return right if left is None else f"[{left}{right}]"


def intersection(left: str, right: str) -> str:
    return f"[{left}&&{right}]"


def negation(found: str) -> str:
    return f"[^{found}]"


def family(name: str, ignore_case: bool, unicode: bool) -> str:
    r"""The set that ``\p{name}`` stands for; KeyError with Java's complaint if there is none."""
    key, equals, value = name.partition("=")
    if equals:
        key = key.lower()
        found = None
        if key in ("sc", "script"):
            found = _known("Script", value)
        elif key in ("blk", "block"):
            found = _known("Block", value)
        elif key in ("gc", "general_category"):
            found = _property(value, ignore_case)
        if found is None:
            raise KeyError(f"Unknown Unicode property {{name=<{key}>, value=<{value}>}}")
        return found
    if name.startswith("In"):
        found = _known("Block", name[2:])
    elif name.startswith("Is"):
        short = name[2:]
        found = (_CASED.get(short.upper()) if ignore_case else None) or _PROPERTIES.get(short.upper())
        found = found or _property(short, ignore_case) or _known("Script", short)
    else:
        found = _UNICODE_POSIX.get(name.upper()) if unicode else None
        found = found or _property(name, ignore_case)
    if found is None:
        raise KeyError(f"Unknown character property name {{{name}}}")
    return found


def _property(name: str, ignore_case: bool) -> str | None:
    if ignore_case and name in _CASED and not name.isupper():
        return _CASED[name]
    if name in _CATEGORIES:
        return f"[\\p{{{name}}}]"
    return _ASCII_CLASSES.get(name) or _JAVA_CLASSES.get(name) or _COMPOSED.get(name)


@cache
def _known(kind: str, value: str) -> str | None:
    """A script's or a block's set, if the module knows it."""
    written = f"[\\p{{{kind}={value}}}]"
    try:
        regex.compile(written, regex.V1)
    except regex.error:
        return None
    return written
