"""Snowball's stemmers of Danish, Finnish, Norwegian and Swedish, as they were when Lucene took them over (2024)."""

from __future__ import annotations

from fakeknn.analysis.stemmers.suffixes import longest, region


def _first_region(word: str, vowels: frozenset[str]) -> int:
    """R1: behind the first consonant that follows a vowel, not before the third letter."""
    return max(region(word, vowels), 3) if len(word) >= 3 else len(word)


_DANISH_VOWELS = frozenset("aeiouyæåø")
_DANISH_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxz")
_DANISH_S = frozenset("abcdfghjklmnoprtvyzå")
_DANISH = (
    "hed ethed ered e erede ende erende ene erne ere en heden eren er heder erer heds es endes erendes enes ernes eres"
    " ens hedens erens ers ets erets et eret s"
).split()


def _danish_pair(word: str, p1: int) -> str:
    return word[:-1] if longest(word, ("gd", "dt", "gt", "kt"), p1) else word


def danish(word: str) -> str:
    p1 = _first_region(word, _DANISH_VOWELS)
    suffix = longest(word, _DANISH, p1)
    if suffix and (suffix != "s" or word[-2:-1] in _DANISH_S):
        word = word[: -len(suffix)]
    word = _danish_pair(word, p1)
    if word.endswith("igst"):
        word = word[:-2]
    suffix = longest(word, ("ig", "lig", "elig", "els", "løst"), p1)
    if suffix == "løst":
        word = word[:-1]
    elif suffix:
        word = _danish_pair(word[: -len(suffix)], p1)
    if len(word) > max(p1, 1) and word[-1] in _DANISH_CONSONANTS and word[-2] == word[-1]:
        word = word[:-1]
    return word


_SWEDISH_VOWELS = frozenset("aeiouyäåö")
_SWEDISH = (
    "a arna erna heterna orna ad e ade ande arne are aste en anden aren heten ern ar er heter or as arnas ernas ornas"
    " es ades andes ens arens hetens erns at andet het ast s"
).split()


def swedish(word: str) -> str:
    p1 = _first_region(word, _SWEDISH_VOWELS)
    suffix = longest(word, _SWEDISH, p1)
    if suffix and (suffix != "s" or word[-2:-1] in frozenset("bcdfghjklmnoprtvy")):
        word = word[: -len(suffix)]
    if longest(word, ("dd", "gd", "nn", "dt", "gt", "kt", "tt"), p1):
        word = word[:-1]
    suffix = longest(word, ("lig", "ig", "els", "öst", "fullt"), p1)
    if suffix in ("lig", "ig", "els"):
        word = word[: -len(suffix)]
    elif suffix == "fullt" or (suffix == "öst" and word[-4:-3] in tuple("iklnprtuv")):
        word = word[:-1]
    return word


_NORWEGIAN_VOWELS = frozenset("aeiouyæåø")
_NORWEGIAN = (
    "a e ede ande ende ane ene hetene en heten ar er heter as es edes endes enes hetenes ens hetens ers ets et het ast"
    " s erte ert"
).split()
_NORWEGIAN_ENDINGS = "leg eleg ig eig lig elig els lov elov slov hetslov".split()


def norwegian(word: str) -> str:
    p1 = _first_region(word, _NORWEGIAN_VOWELS)
    suffix = longest(word, _NORWEGIAN, p1)
    if suffix in ("erte", "ert"):
        word = word[: -len(suffix)] + "er"
    elif suffix == "s":
        before = word[-2:-1]
        k = before == "k" and len(word) > 2 and word[-3] not in _NORWEGIAN_VOWELS
        if before in frozenset("bcdfghjlmnoprtvyz") or k:
            word = word[:-1]
    elif suffix:
        word = word[: -len(suffix)]
    if longest(word, ("dt", "vt"), p1):
        word = word[:-1]
    suffix = longest(word, _NORWEGIAN_ENDINGS, p1)
    return word[: -len(suffix)] if suffix else word


_V1, _V2 = frozenset("aeiouyäö"), frozenset("aeiouäö")
_CONSONANTS = frozenset("bcdfghjklmnpqrstvwxz")
_LONG = ("aa", "ee", "ii", "oo", "uu", "ää", "öö")
_PARTICLES = ("kin", "kaan", "kään", "ko", "kö", "han", "hän", "pa", "pä", "sti")
_POSSESSIVES = ("si", "ni", "nsa", "nsä", "mme", "nne", "an", "än", "en")
_BEFORE_POSSESSIVE = {
    "an": ("ta", "ssa", "sta", "lla", "lta", "na"),
    "än": ("tä", "ssä", "stä", "llä", "ltä", "nä"),
    "en": ("lle", "ine"),
}
_CASES = (
    "han hen hin hon hän hön siin seen den tten n a ä tta ttä ta tä ssa ssä sta stä lla llä lta ltä lle na nä ksi ine"
).split()
_OTHER = "mpi mpa mpä mmi mma mmä impi impa impä immi imma immä eja ejä".split()


def _finnish_regions(word: str) -> tuple[int, int]:
    p1 = region(word, _V1)
    return p1, region(word, _V1, p1)


def _particle(word: str, p1: int, p2: int) -> str:
    suffix = longest(word, _PARTICLES, p1)
    if not suffix:
        return word
    rest = word[: -len(suffix)]
    fits = len(rest) >= p2 if suffix == "sti" else rest[-1:] in _V1 or rest[-1:] in ("n", "t")
    return rest if fits else word


def _finnish_possessive(word: str, p1: int) -> str:
    suffix = longest(word, _POSSESSIVES, p1)
    if not suffix:
        return word
    rest = word[: -len(suffix)]
    if suffix == "si":
        return word if rest.endswith("k") else rest
    if suffix == "ni":
        return rest[:-1] + "i" if rest.endswith("kse") else rest
    before = _BEFORE_POSSESSIVE.get(suffix)
    return rest if before is None or rest.endswith(before) else word


def _case(word: str, p1: int) -> str | None:
    """The word without its case ending, None if it has none."""
    endings = list(_CASES)
    # These endings count only behind certain vowels; else a shorter one may.
    plural = {"siin": None, "den": None, "tten": None, "seen": _LONG}
    while True:
        suffix = longest(word, endings, p1)
        if not suffix:
            return None
        rest = word[: -len(suffix)]
        if suffix not in plural:
            break
        if suffix == "seen":
            fits = rest.endswith(_LONG)
        else:
            fits = len(rest) > 1 and rest[-1] == "i" and rest[-2] in _V2
        if fits:
            return rest
        endings.remove(suffix)
    if suffix[0] == "h":
        return rest if rest.endswith(suffix[1]) else None
    if suffix == "n":
        return rest[:-1] if rest.endswith((*_LONG, "ie")) else rest
    if suffix in ("a", "ä"):
        return rest if len(rest) > 1 and rest[-1] in _V1 and rest[-2] in _CONSONANTS else None
    if suffix in ("tta", "ttä"):
        return rest if rest.endswith("e") else None
    return rest


def _plural_t(word: str, p1: int, p2: int) -> str:
    if not (len(word) > p1 + 1 and word[-1] == "t" and word[-2] in _V1):
        return word
    word = word[:-1]
    suffix = longest(word, ("mma", "imma"), p2)
    if suffix and (suffix == "imma" or not word[: -len(suffix)].endswith("po")):
        word = word[: -len(suffix)]
    return word


def _tidy(word: str, p1: int) -> str:
    if longest(word, _LONG, p1):
        word = word[:-1]
    if len(word) > p1 + 1 and word[-1] in "aäei" and word[-2] in _CONSONANTS:
        word = word[:-1]
    if len(word) > p1 + 1 and word[-1] == "j" and word[-2] in "ou":
        word = word[:-1]
    if len(word) > p1 + 1 and word[-1] == "o" and word[-2] == "j":
        word = word[:-1]
    last = len(word) - 1
    while last >= 0 and word[last] in _V1:
        last -= 1
    if last > 0 and word[last] in _CONSONANTS and word[last - 1] == word[last]:
        word = word[:last] + word[last + 1 :]
    return word


def finnish(word: str) -> str:
    p1, p2 = _finnish_regions(word)
    word = _finnish_possessive(_particle(word, p1, p2), p1)
    without = _case(word, p1)
    removed = without is not None
    word = word if without is None else without
    suffix = longest(word, _OTHER, p2)
    if suffix and (suffix[0] in "ie" or not word[: -len(suffix)].endswith("po")):
        word = word[: -len(suffix)]
    if removed:
        if longest(word, ("i", "j"), p1):
            word = word[:-1]
    else:
        word = _plural_t(word, p1, p2)
    return _tidy(word, p1)
