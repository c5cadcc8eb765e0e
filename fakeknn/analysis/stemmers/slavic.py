"""Stemmers of Bulgarian, Czech, Latvian and, a light one, Russian."""

from __future__ import annotations

from fakeknn.analysis.stemmers.suffixes import cut, table


def bulgarian(word: str) -> str:
    """``BulgarianStemmer``."""
    if len(word) < 4:
        return word
    if len(word) > 5 and word.endswith("ища"):
        return word[:-3]
    word = cut(word, table((6, "ият"), (5, "ът то те та ия"), (4, "ят")))
    word = _bulgarian_plural(word)
    if len(word) > 3:
        if word.endswith("я"):
            word = word[:-1]
        if word.endswith(("а", "о", "е")):
            word = word[:-1]
    if len(word) > 4 and word.endswith("ен"):
        word = word[:-2] + "н"
    if len(word) > 5 and word[-2] == "ъ":
        word = word[:-2] + word[-1]
    return word


def _bulgarian_plural(word: str) -> str:
    length = len(word)
    if length > 6:
        if word.endswith(("овци", "ове")):
            return word[:-3]
        if word.endswith("еве"):
            return word[:-3] + "й"
    if length > 5:
        if word.endswith("ища"):
            return word[:-3]
        if word.endswith("та"):
            return word[:-2]
        if word.endswith("ци"):
            return word[:-2] + "к"
        if word.endswith("зи"):
            return word[:-2] + "г"
        if word[-3] == "е" and word[-1] == "и":
            return word[:-3] + "я" + word[-2]
    if length > 4:
        if word.endswith("си"):
            return word[:-2] + "х"
        if word.endswith("и"):
            return word[:-1]
    return word


_CZECH = table(
    (7, "atech"),
    (6, "ětem etem atům"),
    (
        5,
        "ech ich ích ého ěmi emi ému ěte ete ěti eti ího iho ími ímu imu ách ata aty ých ama ami ové ovi ými",
    ),
    (4, "em es ém ím ům at ám os us ým mi ou"),
    (3, "a e i o u ů y á é í ý ě"),
)
_CZECH_POSSESSIVES = table((5, "ov in ův"))


def czech(word: str) -> str:
    """``CzechStemmer``."""
    word = cut(cut(word, _CZECH), _CZECH_POSSESSIVES)
    if word.endswith("čt"):
        return word[:-2] + "ck"
    if word.endswith("št"):
        return word[:-2] + "sk"
    if word[-1:] in ("c", "č"):
        return word[:-1] + "k"
    if word[-1:] in ("z", "ž"):
        return word[:-1] + "h"
    if len(word) > 1 and word[-2] == "e":
        return word[:-2] + word[-1]
    if len(word) > 2 and word[-2] == "ů":
        return word[:-2] + "o" + word[-1]
    return word


_RUSSIAN = table(
    (6, "иями оями"),
    (5, "иям иях оях ями оям оьв ами его ему ери ими ого ому ыми оев"),
    (
        4,
        "ая яя ях юю ах ею их ия ию ьв ою ую ям ых ея ам ем ей ём ев ий им ое ой ом ов ые ый ым ми",
    ),
    (3, "а е и о у й ы я ь"),
)


def russian_light(word: str) -> str:
    """``RussianLightStemmer``."""
    word = cut(word, _RUSSIAN)
    if len(word) > 3 and (word[-1] in "ьи" or word.endswith("нн")):
        return word[:-1]
    return word


# Suffix, vowels that the word must have more than, whether what is before it is unpalatalized.
_LATVIAN = (
    ("ajiem", 3, False), ("ajai", 3, False), ("ajam", 2, False), ("ajām", 2, False), ("ajos", 2, False),
    ("ajās", 2, False), ("iem", 2, True), ("ajā", 2, False), ("ais", 2, False), ("ai", 2, False), ("ei", 2, False),
    ("ām", 1, False), ("am", 1, False), ("ēm", 1, False), ("īm", 1, False), ("im", 1, False), ("um", 1, False),
    ("us", 1, True), ("as", 1, False), ("ās", 1, False), ("es", 1, False), ("os", 1, True), ("ij", 1, False),
    ("īs", 1, False), ("ēs", 1, False), ("is", 1, False), ("ie", 1, False), ("u", 1, True), ("a", 1, True),
    ("i", 1, True), ("e", 1, False), ("ā", 1, False), ("ē", 1, False), ("ī", 1, False), ("ū", 1, False),
    ("o", 1, False), ("s", 0, False), ("š", 0, False),
)  # fmt: skip
_UNPALATALIZED = (
    ("pj", "p"), ("bj", "b"), ("mj", "m"), ("vj", "v"), ("šņ", "sn"), ("žņ", "zn"), ("šļ", "sl"), ("žļ", "zl"),
    ("ļņ", "ln"), ("ļļ", "ll"), ("č", "c"), ("ļ", "l"), ("ņ", "n"),
)  # fmt: skip


def latvian(word: str) -> str:
    """``LatvianStemmer``."""
    vowels = sum(char in "aeiouāīēū" for char in word)
    for suffix, more_than, palatalizes in _LATVIAN:
        if vowels > more_than and len(word) >= len(suffix) + 3 and word.endswith(suffix):
            stem = word[: -len(suffix)]
            return _unpalatalize(stem, suffix) if palatalizes else stem
    return word


def _unpalatalize(stem: str, suffix: str) -> str:
    if suffix[0] == "u":
        if stem.endswith("kš"):
            # The suffix's u becomes part of the stem, and is written over.
            return stem[:-1] + "st"
        if stem.endswith("ņņ"):
            return stem[:-2] + "nn"
    for ending, instead in _UNPALATALIZED:
        if stem.endswith(ending):
            return stem[: -len(ending)] + instead
    return stem
