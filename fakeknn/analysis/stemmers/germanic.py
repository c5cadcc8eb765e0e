"""Light and minimal stemmers of German, Norwegian, Swedish and English, and German's older one."""

from __future__ import annotations

from fakeknn.analysis.stemmers.suffixes import Table, cut, fold, table

_GERMAN = fold(a="äàáâ", o="öòóô", i="ïìíî", u="üùúû")
_UMLAUTS = fold(a="ä", o="ö", u="ü")
_BEFORE_S = frozenset("bdfghklmnt")


def german_light(word: str) -> str:
    """``GermanLightStemmer``."""
    word = word.translate(_GERMAN)
    length = len(word)
    if length > 5 and word.endswith("ern"):
        word = word[:-3]
    elif length > 4 and word.endswith(("em", "en", "er", "es")):
        word = word[:-2]
    elif length > 3 and (word.endswith("e") or (word.endswith("s") and word[-2] in _BEFORE_S)):
        word = word[:-1]
    length = len(word)
    if length > 5 and word.endswith("est"):
        return word[:-3]
    if length > 4 and (word.endswith(("er", "en")) or (word.endswith("st") and word[-3] in _BEFORE_S)):
        return word[:-2]
    return word


def german_minimal(word: str) -> str:
    """``GermanMinimalStemmer``."""
    if len(word) < 5:
        return word
    word = word.translate(_UMLAUTS)
    if len(word) > 6 and word.endswith("nen"):
        return word[:-3]
    if len(word) > 5 and word.endswith(("en", "se", "es", "er")):
        return word[:-2]
    return word[:-1] if word[-1] in "nesr" else word


_PACKED = (("sch", "$", 2), ("ch", "§", 1), ("ei", "%", 1), ("ie", "&", 1), ("ig", "#", 1), ("st", "!", 1))


def german_stem(word: str) -> str:
    """``GermanStemmer``, which ``german_stem`` uses: Caumanns' algorithm."""
    word = word.lower()
    if not word.isalpha():
        return word
    packed, count = _pack(word)
    packed = _strip(packed, count)
    if packed[-1:] == "z":
        packed = packed[:-1] + "x"
    word = _unpack(packed)
    place = word.find("gege")
    if len(word) > 4 and 0 <= place < len(word) - 3:
        word = word[:place] + word[place + 2 :]
    return word


def _pack(word: str) -> tuple[str, int]:
    """Double letters and frequent groups as one sign each, and how many letters that saved."""
    out: list[str] = []
    count = at = 0
    while at < len(word):
        char = word[at]
        if out and char == out[-1]:
            char = "*"
        elif char in "äöü":
            char = {"ä": "a", "ö": "o", "ü": "u"}[char]
        elif char == "ß":
            char = "s"
            word = word[:at] + "ss" + word[at + 1 :]
            count += 1
        rest = char + word[at + 1 : at + 3]
        for group, sign, saved in _PACKED:
            if rest.startswith(group):
                char = sign
                at += saved
                count += saved
                break
        out.append(char)
        at += 1
    return "".join(out), count


def _strip(word: str, count: int) -> str:
    while len(word) > 3:
        if (len(word) + count > 5 and word.endswith("nd")) or (len(word) + count > 4 and word.endswith(("em", "er"))):
            word = word[:-2]
        elif word[-1] in "esnt":
            word = word[:-1]
        else:
            break
    return word


def _unpack(word: str) -> str:
    out: list[str] = []
    signs = {sign: group for group, sign, _ in _PACKED}
    for char in word:
        if char == "*":
            out.append(out[-1][-1])
        else:
            out.append(signs.get(char, char))
    return "".join(out)


def _drop_s(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") else word


_BOKMAL = table(
    (7, "heter heten"), (5, "dom het"), (7, "elser elsen"), (6, "ende else este eren"), (5, "ere est ene"),
    (4, "er en et st te"), (3, "a e n"),
)  # fmt: skip
_NYNORSK = table(
    (7, "heita"), (8, "heiter leiken leikar"), (5, "dom"), (6, "heit semd leik"), (7, "elser elsen"),
    (6, "ande else aste aren"), (5, "are ast ene ane"), (4, "er en et ar te"), (3, "a e n"),
)  # fmt: skip
_BOKMAL_MINIMAL = table((5, "ene"), (4, "er en et"), (3, "a e"))
_NYNORSK_MINIMAL = table((5, "ene ane"), (4, "er en et ar"), (3, "a e"))
_SWEDISH: Table = table(
    (7, "elser heten"), (6, "arne erna ande else aste orna aren"), (5, "are ast het"),
    (4, "ar er or en at te et"), (3, "t a e n"),
)  # fmt: skip


def norwegian_light(word: str) -> str:
    """``NorwegianLightStemmer`` for Bokmål."""
    return cut(_drop_s(word), _BOKMAL)


def nynorsk_light(word: str) -> str:
    """``NorwegianLightStemmer`` for Nynorsk."""
    return cut(_drop_s(word), _NYNORSK)


def norwegian_minimal(word: str) -> str:
    """``NorwegianMinimalStemmer`` for Bokmål."""
    return cut(_drop_s(word), _BOKMAL_MINIMAL)


def nynorsk_minimal(word: str) -> str:
    """``NorwegianMinimalStemmer`` for Nynorsk."""
    return cut(_drop_s(word), _NYNORSK_MINIMAL)


def swedish_light(word: str) -> str:
    """``SwedishLightStemmer``."""
    return cut(_drop_s(word), _SWEDISH)


def english_minimal(word: str) -> str:
    """``EnglishMinimalStemmer``: Harman's S-stemmer."""
    if len(word) < 3 or word[-1] != "s" or word[-2] in "us":
        return word
    if word[-2] == "e":
        if len(word) > 3 and word[-3] == "i" and word[-4] not in "ae":
            return word[:-3] + "y"
        if word[-3] in "iaoe":
            return word
    return word[:-1]


_OES = ("shoes", "canoes", "oboes")
_CHES = (
    "cliches", "avalanches", "mustaches", "moustaches", "quiches", "headaches", "heartaches", "porsches", "tranches",
    "caches",
)  # fmt: skip


def _exception(word: str, words: tuple[str, ...]) -> bool:
    # The comparison stops where either begins.
    return any(word.endswith(other) or other.endswith(word) for other in words)


def english_plural(word: str) -> str:
    """OpenSearch's ``EnglishPluralStemmer``."""
    if len(word) < 3 or word[-1] != "s" or word[-2] in "us":
        return word
    if word[-2] == "e":
        if len(word) > 4 and word[-3] == "i":
            return word[:-3] + "y"
        if len(word) > 4 and word[-3] == "x":
            return word[:-2]
        if len(word) > 3 and word[-3] == "o":
            return word[:-1] if _exception(word, _OES) else word[:-2]
        if len(word) > 4 and word[-4] == "s" and word[-3] in "hs":
            return word[:-2]
        if len(word) > 4 and word[-4:-2] == "ch":
            return word[:-1] if _exception(word, _CHES) else word[:-2]
    return word[:-1]
