"""Light stemmers of Finnish and Hungarian."""

from __future__ import annotations

from fakeknn.analysis.stemmers.suffixes import cut, fold, table, undouble

_FINNISH = fold(a="äå", o="ö")
_HUNGARIAN = fold(a="á", e="ëé", i="í", o="óőõö", u="úűũûü")
_VOWELS = frozenset("aeiouy")
_FINNISH_SUFFIXES = (*table((5, "lla tse sti"), (5, "ni")), (5, 1, ("aa",)))


def finnish_light(word: str) -> str:
    """``FinnishLightStemmer``."""
    if len(word) < 4:
        return word
    word = cut(_particles(word.translate(_FINNISH)), _FINNISH_SUFFIXES)
    return _finnish_norm(_finnish_case(word))


def _particles(word: str) -> str:
    while len(word) > 8:
        if word.endswith("kin"):
            word = word[:-3]
        elif word.endswith("ko"):
            word = word[:-2]
        else:
            break
    return cut(word, ((11, 8, ("dellinen",)), (11, 9, ("dellisuus",))))


def _finnish_case(word: str) -> str:
    length = len(word)
    if length > 8:
        if word.endswith("nnen"):
            return word[:-4] + "s"
        if word.endswith("ntena"):
            return word[:-5] + "s"
        if word.endswith("tten"):
            return word[:-4]
        if word.endswith("eiden"):
            return word[:-5]
    if length > 6:
        if word.endswith(("neen", "niin", "seen", "teen", "inen")):
            return word[:-4]
        if word[-3] == "h" and word[-2] in _VOWELS and word[-1] == "n":
            return word[:-3]
        if word.endswith("den"):
            return word[:-3] + "s"
        if word.endswith("ksen"):
            return word[:-4] + "s"
        if word.endswith(("ssa", "sta", "lla", "lta", "tta", "ksi", "lle")):
            return word[:-3]
    if length > 5:
        if word.endswith(("na", "ne")):
            return word[:-2]
        if word.endswith("nei"):
            return word[:-3]
    if length > 4:
        if word.endswith(("ja", "ta")):
            return word[:-2]
        if word[-1] == "a":
            return word[:-1]
        if word[-1] == "n":
            return word[:-2] if word[-2] in _VOWELS else word[:-1]
    return word


def _finnish_norm(word: str) -> str:
    if len(word) > 5 and word.endswith("hde"):
        word = word[:-3] + "ksi"
    if len(word) > 4 and word.endswith(("ei", "at")):
        word = word[:-2]
    elif len(word) > 3 and word[-1] in "tsjeai":
        word = word[:-1]
    if len(word) > 8 and word[-1] in "eou":
        word = word[:-1]
    if len(word) > 4:
        if word[-1] == "i":
            word = word[:-1]
        if len(word) > 4:
            word = undouble(word, "kpt")
    return word


def hungarian_light(word: str) -> str:
    """``HungarianLightStemmer``."""
    word = _hungarian_case(word.translate(_HUNGARIAN))
    word = _possessive(word)
    if len(word) > 3 and word[-1] == "k":
        word = word[:-2] if word[-2] in "aoe" and len(word) > 4 else word[:-1]
    return word[:-1] if len(word) > 3 and word[-1] in "aeio" else word


def _hungarian_case(word: str) -> str:
    length = len(word)
    if length > 6 and word.endswith("kent"):
        return word[:-4]
    if length > 5:
        if word.endswith(
            ("nak", "nek", "val", "vel", "ert", "rol", "ban", "ben", "bol", "nal", "nel", "hoz", "hez", "tol")
        ):
            return word[:-3]
        if word.endswith(("al", "el")) and word[-3] not in _VOWELS and word[-3] == word[-4]:
            return word[:-3]
    if length > 4:
        if word.endswith(("at", "et", "ot", "va", "ve", "ra", "re", "ba", "be", "ul", "ig")):
            return word[:-2]
        if word.endswith(("on", "en")) and word[-3] not in _VOWELS:
            return word[:-2]
        if word[-1] in "tn":
            return word[:-1]
        if word[-1] in "ae" and word[-2] == word[-3] and word[-2] not in _VOWELS:
            return word[:-2]
    return word


def _possessive(word: str) -> str:
    length = len(word)
    if length > 6:
        if word[-5] not in _VOWELS and word.endswith(("atok", "otok", "etek")):
            return word[:-4]
        if word.endswith(("itek", "itok")):
            return word[:-4]
    if length > 5:
        if word[-4] not in _VOWELS and word.endswith(("unk", "tok", "tek")):
            return word[:-3]
        if word[-4] in _VOWELS and word.endswith("juk"):
            return word[:-3]
        if word.endswith("ink"):
            return word[:-3]
    if length > 4:
        if word[-3] not in _VOWELS and word.endswith(("am", "em", "om", "ad", "ed", "od", "uk")):
            return word[:-2]
        if word[-3] in _VOWELS and word.endswith(("nk", "ja", "je")):
            return word[:-2]
        if word.endswith(("im", "id", "ik")):
            return word[:-2]
    if length > 3:
        if word[-1] in "ae" and word[-2] not in _VOWELS:
            return word[:-1]
        if word[-1] in "md" and word[-2] in _VOWELS:
            return word[:-1]
        if word[-1] == "i":
            return word[:-1]
    return word
