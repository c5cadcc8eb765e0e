"""Light and minimal stemmers of French, Italian, Portuguese and Spanish."""

from __future__ import annotations

from fakeknn.analysis.stemmers.suffixes import fold, undouble

_FRENCH = fold(a="àáâ", o="ô", e="èéê", u="ùû", i="î", c="ç")
_ITALIAN = fold(a="àáâä", o="òóôö", e="èéêë", u="ùúûü", i="ìíîï")
_PORTUGUESE = fold(a="àáâäã", o="òóôöõ", e="èéêë", u="ùúûü", i="ìíîï", c="ç")

# Longer than, ending, characters to drop, what to write instead.
_FRENCH_ENDINGS = (
    (9, "issement", 7, "r"),
    (8, "issant", 5, "r"),
)
_FRENCH_AGENTS = (
    (11, "ficatrice", 7, "er"),
    (10, "ficateur", 6, "er"),
    (9, "catrice", 7, "quer"),
    (8, "cateur", 6, "quer"),
    (8, "atrice", 6, "er"),
    (7, "ateur", 5, "er"),
)
_FRENCH_LATE = (
    (7, "teuse", 3, "r"),
    (6, "teur", 2, "r"),
    (5, "euse", 2, ""),
    (8, "ère", 3, "er"),
    (7, "ive", 2, "f"),
    (4, "folle", 3, "u"),
    (4, "molle", 3, "u"),
    (9, "nnelle", 5, ""),
    (9, "nnel", 3, ""),
)


def _first(word: str, rules: tuple[tuple[int, str, int, str], ...]) -> str | None:
    for longer_than, ending, drop, instead in rules:
        if len(word) > longer_than and word.endswith(ending):
            return word[:-drop] + instead
    return None


def french_light(word: str) -> str:
    """``FrenchLightStemmer``."""
    if len(word) > 5 and word.endswith("x"):
        word = word[:-2] + "l" if word.endswith("aux") and word[-4] != "e" else word[:-1]
    if len(word) > 3 and word.endswith("x"):
        word = word[:-1]
    if len(word) > 3 and word.endswith("s"):
        word = word[:-1]
    changed = _first(word, _FRENCH_ENDINGS)
    if changed is not None:
        return _french_norm(changed)
    if len(word) > 6 and word.endswith("ement"):
        word = word[:-4]
        if len(word) > 3 and word.endswith("ive"):
            word = word[:-2] + "f"
        return _french_norm(word)
    changed = _first(word, _FRENCH_AGENTS)
    if changed is not None:
        return _french_norm(changed)
    if len(word) > 6 and word.endswith("trice"):
        word = word[:-4] + "eur"
    if len(word) > 5 and word.endswith("ième"):
        return _french_norm(word[:-4])
    changed = _first(word, _FRENCH_LATE)
    if changed is not None:
        return _french_norm(changed)
    if len(word) > 4 and word.endswith("ète"):
        word = word[:-3] + "et"
    if len(word) > 8 and word.endswith("ique"):
        word = word[:-4]
    if len(word) > 8 and word.endswith("esse"):
        return _french_norm(word[:-3])
    if len(word) > 7 and word.endswith("inage"):
        return _french_norm(word[:-3])
    if len(word) > 9 and word.endswith("isation"):
        word = word[:-7]
        if len(word) > 5 and word.endswith("ual"):
            word = word[:-2] + "el"
        return _french_norm(word)
    if len(word) > 9 and word.endswith("isateur"):
        return _french_norm(word[:-7])
    if len(word) > 8 and word.endswith(("ation", "ition")):
        return _french_norm(word[:-5])
    return _french_norm(word)


def _french_norm(word: str) -> str:
    if len(word) > 4:
        word = undouble(word.translate(_FRENCH))
    if len(word) > 4 and word.endswith("ie"):
        word = word[:-2]
    if len(word) > 4:
        for letter in "ree":
            if word.endswith(letter):
                word = word[:-1]
        if word[-1] == word[-2] and word[-1].isalpha():
            word = word[:-1]
    return word


def french_minimal(word: str) -> str:
    """``FrenchMinimalStemmer``."""
    if len(word) < 6:
        return word
    if word.endswith("x"):
        return word[:-2] + "l" if word.endswith("aux") else word[:-1]
    for letter in "sreé":
        if word.endswith(letter):
            word = word[:-1]
    return word[:-1] if word[-1] == word[-2] and word[-1].isalpha() else word


def italian_light(word: str) -> str:
    """``ItalianLightStemmer``."""
    if len(word) < 6:
        return word
    word = word.translate(_ITALIAN)
    before = {"e": "ih", "i": "hi", "a": "i", "o": "i"}.get(word[-1])
    if before is None:
        return word
    return word[:-2] if word[-2] in before else word[:-1]


def spanish_light(word: str) -> str:
    """``SpanishLightStemmer``."""
    if len(word) < 5:
        return word
    word = word.translate(_ITALIAN)
    if word[-1] in "oae":
        return word[:-1]
    if word[-1] == "s":
        if word.endswith("eses"):
            return word[:-2]
        if word.endswith("ces"):
            return word[:-3] + "z"
        if word[-2] in "oae":
            return word[:-2]
    return word


def portuguese_light(word: str) -> str:
    """``PortugueseLightStemmer``."""
    if len(word) < 4:
        return word
    word = _portuguese_plural(word)
    if len(word) > 3 and word.endswith("a"):
        word = _portuguese_masculine(word)
    if len(word) > 4 and word[-1] in "eao":
        word = word[:-1]
    return word.translate(_PORTUGUESE)


def _portuguese_plural(word: str) -> str:
    length = len(word)
    if length > 4 and word.endswith("es") and word[-3] in "rslz":
        return word[:-2]
    if length > 3 and word.endswith("ns"):
        return word[:-2] + "m"
    if length > 4:
        for ending, instead in (("eis", "el"), ("éis", "el"), ("ais", "al"), ("óis", "ol"), ("is", "il")):
            if word.endswith(ending):
                return word[: -len(ending)] + instead
    if length > 3 and word.endswith(("ões", "ães")):
        return word[:-3] + "ão"
    if length > 6 and word.endswith("mente"):
        return word[:-5]
    return word[:-1] if length > 3 and word.endswith("s") else word


def _portuguese_masculine(word: str) -> str:
    length = len(word)
    if length > 7 and word.endswith(("inha", "iaca", "eira")):
        return word[:-1] + "o"
    if length > 6:
        if word.endswith(("osa", "ica", "ida", "ada", "iva", "ama")):
            return word[:-1] + "o"
        if word.endswith("ona"):
            return word[:-3] + "ão"
        if word.endswith("ora"):
            return word[:-1]
        if word.endswith("esa"):
            return word[:-3] + "ês"
        if word.endswith("na"):
            return word[:-1] + "o"
    return word
