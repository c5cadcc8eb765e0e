"""Filters that write one letter for letters that are interchanged: the ``*_normalization`` ones and their kin."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from fakeknn.analysis.base import TokenFilter, TokenStream
from fakeknn.analysis.factories import TOKEN_FILTERS, TokenFilterFactory, plain_filter, preconfigure
from fakeknn.analysis.settings import ComponentSettings

Change = Callable[[str], str]


def _table(changes: str, deleted: str = "") -> dict[int, str | None]:
    """``"ab cd"``: a becomes b, c becomes d."""
    pairs: dict[int, str | None] = {ord(pair[0]): pair[1:] for pair in changes.split()}
    return pairs | dict.fromkeys(map(ord, deleted))


_ARABIC_MARKS = "\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652"
_ARABIC = _table("\u0622\u0627 \u0623\u0627 \u0625\u0627 \u0649\u064a \u0629\u0647", _ARABIC_MARKS)
_PERSIAN = _table("\u06cc\u064a \u06d2\u064a \u06a9\u0643 \u06c0\u0647 \u06c1\u0647", "\u0654")
_ROMANIAN = _table("\u015e\u0218 \u015f\u0219 \u0162\u021a \u0163\u021b")


def arabic(term: str) -> str:
    return term.translate(_ARABIC)


def persian(term: str) -> str:
    return term.translate(_PERSIAN)


def romanian(term: str) -> str:
    """Commas below instead of cedillas."""
    return term.translate(_ROMANIAN)


_SORANI = _table("\u064a\u06cc \u0649\u06cc \u0643\u06a9 \u0629\u06d5 \u06be\u0647 \u0692\u0695", _ARABIC_MARKS)


def sorani(term: str) -> str:
    chars = list(term)
    at = 0
    while at < len(chars):
        char = chars[at]
        if char == "\u200c":
            if at and chars[at - 1] == "\u0647":
                chars[at - 1] = "\u06d5"
            del chars[at]
            continue
        if char == "\u0647" and at == len(chars) - 1:
            chars[at] = "\u06d5"
        elif char == "\u0631" and at == 0:
            chars[at] = "\u0695"
        elif ord(char) in _SORANI:
            new = _SORANI[ord(char)]
            if new is None:
                del chars[at]
                continue
            chars[at] = new
        elif unicodedata.category(char) == "Cf":
            del chars[at]
            continue
        at += 1
    return "".join(chars)


_HINDI = _table(
    "\u0901\u0902 \u0929\u0928 \u0931\u0930 \u0934\u0933 \u0958\u0915 \u0959\u0916 \u095a\u0917 \u095b\u091c"
    " \u095c\u0921 \u095d\u0922 \u095e\u092b \u095f\u092f \u0945\u0947 \u0946\u0947 \u0949\u094b \u094a\u094b"
    " \u090d\u090f \u090e\u090f \u0911\u0913 \u0912\u0913 \u0972\u0905 \u0906\u0905 \u0908\u0907 \u090a\u0909"
    " \u0960\u090b \u0961\u090c \u0910\u090f \u0914\u0913 \u0940\u093f \u0942\u0941 \u0944\u0943 \u0963\u0962"
    " \u0948\u0947 \u094c\u094b",
    "\u093c\u200d\u200c\u094d",
)


def hindi(term: str) -> str:
    return term.replace("\u0928\u094d", "\u0902").translate(_HINDI)


_BENGALI = _table(
    "\u09c0\u09bf \u09c2\u09c1 \u0999\u0982 \u09b6\u09b8 \u09b7\u09b8 \u09a3\u09a8 \u09dc\u09b0 \u09dd\u09b0"
    " \u09ce\u09a4"
)


def bengali(term: str) -> str:
    """Bengali consonants as they are spoken."""
    s = list(term)
    i = 0
    while i < len(s):
        char = s[i]
        if char == "\u0981":
            del s[i]
            continue
        if char == "\u0995" and s[i + 1 : i + 3] == ["\u09cd", "\u09bf"]:
            # k with a virama before i: kh, at the beginning instead of the k.
            s[i + (i > 0) : i + 3] = ["\u0996"]
        elif char == "\u09af":
            if i == 2 and s[1] == "\u09cd":
                s[1:4] = ["\u09c7", *(c for c in s[3:4] if c != "\u09be")]
                i = 1
            elif i >= 1 and s[i - 1] == "\u09cd":
                del s[i - 1 : i + 1]
                i -= 2
        elif char == "\u09ac" and i >= 1 and s[i - 1] == "\u09cd":
            if i == 2 or (i >= 5 and s[i - 3] == "\u09cd"):
                del s[i - 1 : i + 1]
                i -= 2
            elif i >= 2:
                s[i - 1 : i + 1] = [s[i - 2]]
                i -= 1
        elif char == "\u0983":
            if i < len(s) - 1:
                s[i] = s[i + 1]
            elif len(s) <= 3:
                s[i] = "\u09b9"
            else:
                del s[i]
        else:
            s[i] = _BENGALI.get(ord(char)) or char
        i += 1
    return "".join(s)


# Scripts of India: the beginning of the block and a letter for each in the table below.
_INDIC_BLOCKS = {
    "d": 0x0900, "b": 0x0980, "g": 0x0A00, "j": 0x0A80, "o": 0x0B00, "t": 0x0B80, "e": 0x0C00, "k": 0x0C80,
    "m": 0x0D00,
}  # fmt: skip
# Two or three characters (ff: a zero width joiner), what they are together, in which scripts.
_INDIC_COMPOSITIONS = """
053e45=11dj 053e46=12d 053e47=13dj 053e48=14dj 053e=06dbgjo 0545=72d 0545=0dj 0546=04d 0547=0fj 0548=10gj 0549=11dj
054a=12d 054b=13dj 054c=14dgj 0645=11dj 0646=12d 0647=13dj 0648=14dj 0757=08m 0941=0ad 0957=0atm 0e46=10m 0f45=0dd
0f46=0ed 0f47=10d 0f57=10o 123e=13m 124c=14ek 1255=13e 1257=14tm 1357=14o 153c=58d 163c=59dg 173c=5adg 1c3c=5bdg
213c=5cdbo 223c=5ddbo 234dff=7am 244dff=4eb 283c=29d 284dff=7bm 2b3c=5edg 2f3c=5fdb 2c4141=0be 303c=31d 304dff=7cm
324dff=7dm 333c=34d 334dff=7em 3541=2ee 3e45=49dj 3e46=4ad 3e47=4bdj 3e48=4cdj 3f55=40k 4141=42g 463e=4atm
464255=4bk 4642=4ak 4646=48m 4655=47ek 4656=48ek 4657=4ctm 473e=4bbotm 4757=4cbo 4a55=4bk 723f=07g 7240=08g 7247=0fg
7341=09g 7342=0ag 734b=13g
"""


def _compositions() -> tuple[re.Pattern[str], dict[str, str]]:
    found: dict[str, str] = {}
    for rule in _INDIC_COMPOSITIONS.split():
        parts, result = rule.split("=")
        codes = [int(parts[index : index + 2], 16) for index in range(0, len(parts), 2)]
        for script in result[2:]:
            base = _INDIC_BLOCKS[script]
            given = "".join("\u200d" if code == 0xFF else chr(base + code) for code in codes)
            found.setdefault(given, chr(base + int(result[:2], 16)))
    # In the order of the rules, which has longer ones first where it matters.
    return re.compile("|".join(map(re.escape, found))), found


_INDIC_PATTERN, _INDIC = _compositions()


def indic(term: str) -> str:
    """One character for vowels and nuktas that are written as several."""
    return term if term.isascii() else _INDIC_PATTERN.sub(lambda match: _INDIC[match[0]], term)


def german(term: str) -> str:
    """ß as ss, umlauts as their vowels, ae, oe and ue as these where they stand for umlauts."""
    out: list[str] = []
    state = "other"
    for char in term:
        if char == "e" and state == "umlaut":
            state = "vowel"
            continue
        if char in "ao":
            state = "umlaut"
        elif char == "u":
            state = "umlaut" if state == "other" else "vowel"
        elif char in "eiqyäöü":
            state = "vowel"
        else:
            state = "other"
        out.append({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"}.get(char, char))
    return "".join(out)


_SERBIAN = {
    **dict(zip(map(ord, "абвгдезиклмнопрстуфхц"), "abvgdeziklmnoprstufhc", strict=True)),
    **dict(zip(map(ord, "ђđжжžјљњћчčćџшš"), "dj dj z z z j lj nj c c c c dz s s".split(), strict=True)),
}


def serbian(term: str) -> str:
    """Cyrillic letters as Latin ones, without accents."""
    return term.translate(_SERBIAN)


_SCANDINAVIAN = str.maketrans("äÄöÖ", "æÆøØ")
_PAIRS = {"aa": "å", "ao": "å", "ae": "æ", "oe": "ø", "oo": "ø"}


def scandinavian_normalization(term: str) -> str:
    """å, æ and ø for all the ways to write them."""

    def join(match: re.Match[str]) -> str:
        letter = _PAIRS[match[0].lower()]
        return letter.upper() if match[0][0].isupper() else letter

    return re.sub("[aA][aAoOeE]|[oO][eEoO]", join, term.translate(_SCANDINAVIAN))


_FOLDED = str.maketrans("åäæÅÄÆøöØÖ", "aaaAAAooOO")


def scandinavian_folding(term: str) -> str:
    """å, æ, ä as a, ø and ö as o; aa, ae, ao, oe and oo as well."""
    return re.sub("([aA])[aAeEoO]|([oO])[eEoO]", lambda match: match[1] or match[2], term).translate(_FOLDED)


_HALF_WIDTH_KANA = "・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノ"
_HALF_WIDTH_KANA += "ハヒフヘホマミムメモヤユヨラリルレロワン\u3099\u309a"
_VOICED = {"ウ": "ヴ", "ワ": "ヷ", "ヰ": "ヸ", "ヱ": "ヹ", "ヲ": "ヺ", "ヽ": "ヾ"}
_VOICED |= {char: chr(ord(char) + 1) for char in "カキクケコサシスセソタチツテトハヒフヘホ"}
_HALF_VOICED = {char: chr(ord(char) + 2) for char in "ハヒフヘホ"}


def cjk_width(term: str) -> str:
    """Full width ASCII as ASCII, half width Katakana as Katakana, voiced where a mark follows."""
    out: list[str] = []
    for char in term:
        if "\uff01" <= char <= "\uff5e":
            out.append(chr(ord(char) - 0xFEE0))
        elif "\uff65" <= char <= "\uff9f":
            marks = {"\uff9e": _VOICED, "\uff9f": _HALF_VOICED}.get(char, {})
            if out and out[-1] in marks:
                out[-1] = marks[out[-1]]
            else:
                out.append(_HALF_WIDTH_KANA[ord(char) - 0xFF65])
        else:
            out.append(char)
    return "".join(out)


class NormalizationFilter(TokenFilter):
    """Changes each term; some leave keywords alone."""

    by_term = True

    def __init__(self, change: Change, *, keywords: bool = False) -> None:
        self.change = change
        self.keywords = keywords
        self.attributes = ("keyword",) if keywords else ()

    def apply(self, stream: TokenStream) -> TokenStream:
        for token in stream.tokens:
            if not (self.keywords and token.keyword):
                token.term = self.change(token.term)
        return stream


_FILTERS: dict[str, tuple[Change, bool]] = {
    "arabic_normalization": (arabic, False),
    "bengali_normalization": (bengali, True),
    "cjk_width": (cjk_width, False),
    "german_normalization": (german, False),
    "hindi_normalization": (hindi, True),
    "indic_normalization": (indic, False),
    "persian_normalization": (persian, False),
    "scandinavian_folding": (scandinavian_folding, False),
    "scandinavian_normalization": (scandinavian_normalization, False),
    "serbian_normalization": (serbian, False),
    "sorani_normalization": (sorani, False),
}


def normalization(name: str) -> NormalizationFilter:
    """The filter of that name."""
    change, keywords = _FILTERS[name]
    return NormalizationFilter(change, keywords=keywords)


def _register(kind: str) -> None:
    def make(name: str, settings: ComponentSettings) -> TokenFilterFactory:
        return plain_filter(name, lambda: normalization(kind), normalizing=True)

    TOKEN_FILTERS.type(kind)(make)
    if kind != "serbian_normalization":
        preconfigure(kind, lambda: normalization(kind), normalizing=True)


for _kind in _FILTERS:
    _register(_kind)
