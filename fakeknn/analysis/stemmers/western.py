"""Snowball's stemmers of Dutch, English and German, as they were when Lucene took them over (2024)."""

from __future__ import annotations

import re

from fakeknn.analysis.stemmers.suffixes import fold, longest, mark, region

_VOWELS = frozenset("aeiouy")

# --- English: Porter2 ------------------------------------------------------------------------------------------------

_EXCEPTIONS = {
    "skis": "ski", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "idly": "idl", "gently": "gentl",
    "ugly": "ugli", "early": "earli", "only": "onli", "singly": "singl", "sky": "sky", "news": "news", "howe": "howe",
    "atlas": "atlas", "cosmos": "cosmos", "bias": "bias", "andes": "andes",
}  # fmt: skip
_INVARIANT = frozenset(("inning", "outing", "canning", "herring", "earring", "proceed", "exceed", "succeed"))
_STEP_2 = {
    "tional": "tion", "enci": "ence", "anci": "ance", "abli": "able", "entli": "ent", "izer": "ize", "ization": "ize",
    "ational": "ate", "ation": "ate", "ator": "ate", "alism": "al", "aliti": "al", "alli": "al", "fulness": "ful",
    "ousli": "ous", "ousness": "ous", "iveness": "ive", "iviti": "ive", "biliti": "ble", "bli": "ble", "ogi": "og",
    "fulli": "ful", "lessli": "less", "li": "",
}  # fmt: skip
_STEP_3 = {
    "tional": "tion", "ational": "ate", "alize": "al", "icate": "ic", "iciti": "ic", "ical": "ic", "ful": "",
    "ness": "", "ative": "",
}  # fmt: skip
_STEP_4 = "al ance ence er ic able ible ant ement ment ent ism ate iti ous ive ize ion".split()


def _short(word: str) -> bool:
    """A short syllable at the end."""
    if len(word) == 2:
        return word[0] in _VOWELS and word[1] not in _VOWELS
    return len(word) > 2 and word[-1] not in "aeiouywxY" and word[-2] in _VOWELS and word[-3] not in _VOWELS


def english(word: str) -> str:
    if word in _EXCEPTIONS:
        return _EXCEPTIONS[word]
    if len(word) < 3:
        return word
    word = word.removeprefix("'")
    if word.startswith("y"):
        word = "Y" + word[1:]
    word = re.sub("([aeiouy])y", r"\1Y", word)
    prefix = re.match("gener|commun|arsen", word)
    p1 = prefix.end() if prefix else region(word, _VOWELS)
    p2 = region(word, _VOWELS, p1)
    word = _english_1a(word)
    if word not in _INVARIANT:
        word = _english_1b(word, p1)
        if len(word) > 2 and word[-1] in "yY" and word[-2] not in _VOWELS:
            word = word[:-1] + "i"
        word = _english_2_to_5(word, p1, p2)
    return word.replace("Y", "y")


def _english_1a(word: str) -> str:
    suffix = longest(word, ("'", "'s", "'s'"))
    word = word[: len(word) - len(suffix)]
    suffix = longest(word, ("sses", "ied", "ies", "s", "us", "ss"))
    if suffix == "sses":
        return word[:-2]
    if suffix in ("ied", "ies"):
        return word[:-2] if len(word) > 4 else word[:-1]
    if suffix == "s" and any(char in _VOWELS for char in word[:-2]):
        return word[:-1]
    return word


def _english_1b(word: str, p1: int) -> str:
    suffix = longest(word, ("eed", "eedly", "ed", "edly", "ing", "ingly"))
    rest = word[: len(word) - len(suffix)]
    if suffix in ("eed", "eedly"):
        return rest + "ee" if len(rest) >= p1 else word
    if not suffix or not any(char in _VOWELS for char in rest):
        return word
    if rest.endswith(("at", "bl", "iz")):
        return rest + "e"
    if rest.endswith(("bb", "dd", "ff", "gg", "mm", "nn", "pp", "rr", "tt")):
        return rest if len(rest) == 3 and rest[0] in "aeo" else rest[:-1]
    return rest + "e" if len(rest) == p1 and _short(rest) else rest


def _english_2_to_5(word: str, p1: int, p2: int) -> str:
    suffix = longest(word, _STEP_2)
    rest = word[: len(word) - len(suffix)]
    if suffix and len(rest) >= p1:
        valid = {"ogi": rest.endswith("l"), "li": rest[-1:] in frozenset("cdeghkmnrt")}.get(suffix, True)
        word = rest + _STEP_2[suffix] if valid else word
    suffix = longest(word, _STEP_3)
    rest = word[: len(word) - len(suffix)]
    if suffix and len(rest) >= p1 and (suffix != "ative" or len(rest) >= p2):
        word = rest + _STEP_3[suffix]
    suffix = longest(word, _STEP_4)
    rest = word[: len(word) - len(suffix)]
    if suffix and len(rest) >= p2 and (suffix != "ion" or rest.endswith(("s", "t"))):
        word = rest
    rest = word[:-1]
    if word.endswith("e"):
        if len(rest) >= p2 or (len(rest) >= p1 and not _short(rest)):
            word = rest
    elif word.endswith("ll") and len(rest) >= p2:
        word = rest
    return word


# --- German ----------------------------------------------------------------------------------------------------------

_GERMAN_VOWELS = frozenset("aeiouyäöü")
_GERMAN_GLIDE = re.compile("([aeiouyäöü])([uy])([aeiouyäöü])")
_GERMAN_LETTERS = fold(a="ä", o="ö", u="ü")


def german(word: str) -> str:
    word = mark(word, _GERMAN_GLIDE, lambda match: match[1] + match[2].upper() + match[3])
    word = re.sub(
        "ß|qu|[aou]e", lambda match: {"ß": "ss", "ae": "ä", "oe": "ö", "ue": "ü"}.get(match[0], match[0]), word
    )
    first = region(word, _GERMAN_VOWELS) if len(word) >= 3 else len(word)
    p1, p2 = max(first, 3), region(word, _GERMAN_VOWELS, first)
    word = _german_2(_german_1(word, p1), p1)
    word = _german_3(word, p1, p2)
    return word.replace("Y", "y").replace("U", "u").translate(_GERMAN_LETTERS)


def _german_1(word: str, p1: int) -> str:
    suffix = longest(word, ("em", "ern", "er", "e", "en", "es", "s"))
    rest = word[: len(word) - len(suffix)]
    if not suffix or len(rest) < p1:
        return word
    if suffix == "em":
        return word if rest.endswith("syst") else rest
    if suffix == "s":
        return rest if rest[-1:] in frozenset("bdfghklmnrt") else word
    if suffix in ("e", "en", "es") and rest.endswith("niss"):
        return rest[:-1]
    return rest


def _german_2(word: str, p1: int) -> str:
    suffix = longest(word, ("en", "er", "est", "st"))
    rest = word[: len(word) - len(suffix)]
    if not suffix or len(rest) < p1:
        return word
    if suffix == "st":
        return rest if rest[-1:] in frozenset("bdfghklmnt") and len(rest) >= 4 else word
    return rest


def _german_3(word: str, p1: int, p2: int) -> str:
    suffix = longest(word, ("end", "ung", "ig", "ik", "isch", "lich", "heit", "keit"))
    rest = word[: len(word) - len(suffix)]
    if not suffix or len(rest) < p2:
        return word
    if suffix in ("end", "ung"):
        if rest.endswith("ig") and not rest.endswith("eig") and len(rest) - 2 >= p2:
            return rest[:-2]
    elif suffix in ("ig", "ik", "isch"):
        return word if rest.endswith("e") else rest
    elif suffix in ("lich", "heit"):
        if rest.endswith(("er", "en")) and len(rest) - 2 >= p1:
            return rest[:-2]
    else:
        inner = longest(rest, ("lich", "ig"))
        if inner and len(rest) - len(inner) >= p2:
            return rest[: -len(inner)]
    return rest


# --- Dutch -----------------------------------------------------------------------------------------------------------

_DUTCH_VOWELS = frozenset("aeiouyè")
_DUTCH_GLIDE = re.compile("([aeiouyè])(?:i([aeiouyè])|y)")
_DUTCH_LONG = re.compile("[^aeiouyè](?:aa|ee|oo|uu)[^aeiouyèI]$")
_DUTCH_LETTERS = fold(a="äá", e="ëé", i="ïí", o="öó", u="üú")


def _undouble(word: str) -> str:
    return word[:-1] if word.endswith(("kk", "dd", "tt")) else word


def _dutch_en(word: str, suffix: str, p1: int) -> str:
    rest = word[: -len(suffix)]
    if len(rest) >= p1 and rest and rest[-1] not in _DUTCH_VOWELS and not rest.endswith("gem"):
        return _undouble(rest)
    return word


def _dutch_e(word: str, p1: int) -> tuple[str, bool]:
    rest = word[:-1]
    if word.endswith("e") and len(rest) >= p1 and rest and rest[-1] not in _DUTCH_VOWELS:
        return _undouble(rest), True
    return word, False


def dutch(word: str) -> str:
    word = word.translate(_DUTCH_LETTERS)
    if word.startswith("y"):
        word = "Y" + word[1:]
    word = mark(word, _DUTCH_GLIDE, lambda match: f"{match[1]}I{match[2]}" if match[2] else f"{match[1]}Y")
    first = region(word, _DUTCH_VOWELS)
    p1, p2 = max(first, 3), region(word, _DUTCH_VOWELS, first)
    suffix = longest(word, ("heden", "en", "ene", "s", "se"))
    if suffix == "heden":
        if len(word) - 5 >= p1:
            word = word[:-5] + "heid"
    elif suffix in ("en", "ene"):
        word = _dutch_en(word, suffix, p1)
    elif suffix:
        rest = word[: -len(suffix)]
        if len(rest) >= p1 and rest and rest[-1] not in _DUTCH_VOWELS and rest[-1] != "j":
            word = rest
    word, e_found = _dutch_e(word, p1)
    if word.endswith("heid") and len(word) - 4 >= p2 and not word.endswith("cheid"):
        word = word[:-4]
        if word.endswith("en"):
            word = _dutch_en(word, "en", p1)
    word = _dutch_derivation(word, p1, p2, e_found)
    if _DUTCH_LONG.search(word):
        word = word[:-2] + word[-1]
    return word.replace("Y", "y").replace("I", "i")


def _dutch_derivation(word: str, p1: int, p2: int, e_found: bool) -> str:
    suffix = longest(word, ("end", "ing", "ig", "lijk", "baar", "bar"))
    rest = word[: len(word) - len(suffix)]
    if not suffix or len(rest) < p2:
        return word
    if suffix in ("end", "ing"):
        if rest.endswith("ig") and len(rest) - 2 >= p2 and not rest.endswith("eig"):
            return rest[:-2]
        return _undouble(rest)
    if suffix == "ig":
        return word if rest.endswith("e") else rest
    if suffix == "lijk":
        return _dutch_e(rest, p1)[0]
    return rest if suffix == "baar" or e_found else word
