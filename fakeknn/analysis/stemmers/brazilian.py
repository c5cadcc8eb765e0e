"""Lucene's stemmer of Brazilian Portuguese."""

from __future__ import annotations

from fakeknn.analysis.stemmers.suffixes import fold

_LETTERS = fold(a="áâã", e="éê", i="í", o="óôõ", u="úü", c="ç", n="ñ")
_FIRST = frozenset("\"'-,;.?!")
_VOWELS = frozenset("aeiou")

#: Suffixes in R2 (amente: in R1; after an e: in RV), and what takes their place. As in Lucene, -logias stays.
_STANDARD = tuple(
    (suffix, replacement)
    for suffix, _, replacement in (
        entry.partition(">")
        for entry in (
            "uciones>u imentos amentos adores adoras logias>logias encias>ente amente idades acoes imento amento adora"
            " ismos istas logia>log ucion>u encia>ente mente idade acao ezas icos icas ismo avel ivel ista osos osas"
            " ador ivas ivos eiras>eir eza ico ica oso osa iva ivo eira>eir"
        ).split()
    )
)
#: Suffixes of verbs in RV.
_VERBS = (
    "issemos essemos assemos ariamos eriamos iriamos iremos eremos aremos avamos iramos eramos aramos asseis esseis"
    " isseis arieis erieis irieis irmos iamos armos ermos areis ereis ireis asses esses isses astes assem essem issem"
    " ardes erdes irdes ariam eriam iriam arias erias irias estes istes aveis aria eria iria asse esse isse aste este"
    " iste arei erei irei aram eram iram avam arem erem irem ando endo indo arao erao irao adas idas aras eras iras"
    " avas ares eres ires ados idos amos emos imos ieis ada ida ara era ira iam ado ido ias ais eis ear ia ei am em"
    " ar er ir as es is eu iu ou"
).split()


def _changed(term: str) -> str:
    """Lower case without accents and without a mark at either end."""
    word = term.lower().translate(_LETTERS)
    if len(word) > 1 and word[0] in _FIRST:
        word = word[1:]
    if len(word) > 1 and word[-1] in _FIRST:
        word = word[:-1]
    return word


def _r1(word: str) -> str:
    """What follows the first consonant after a vowel, unless that is the last letter."""
    last = len(word) - 1
    at = next((i for i in range(last) if word[i] in _VOWELS), last)
    at = next((i for i in range(at, last) if word[i] not in _VOWELS), last)
    return word[at + 1 :]


def _rv(word: str) -> str:
    last = len(word) - 1
    vowels = [char in _VOWELS for char in word]
    if not vowels[1] or vowels[0]:
        # Behind the next vowel after a consonant, behind the next consonant after two vowels.
        wanted = not vowels[1]
        at = next((i for i in range(2, last) if vowels[i] is wanted), last)
        if at < last:
            return word[at + 1 :]
    return word[3:]


def _standard(word: str, r1: str, r2: str, rv: str) -> str | None:
    for suffix, replacement in _STANDARD:
        if word.endswith(suffix):
            if suffix.startswith("ei"):
                found = rv.endswith(suffix[1:])
            else:
                found = (r1 if suffix == "amente" else r2).endswith(suffix)
            if found:
                return word[: -len(suffix)] + replacement
    return None


def _verb(word: str, rv: str) -> str | None:
    for suffix in _VERBS:
        if rv.endswith(suffix):
            return word if suffix == "ira" else word[: -len(suffix)]  # as in Lucene, -ira stays
    return None


def brazilian(term: str) -> str:
    word = _changed(term)
    if not 2 < len(word) < 30:
        return term
    if not all(char.isalpha() and char <= "\uffff" for char in word):
        return word
    r1, rv = _r1(word), _rv(word)
    stem = _standard(word, r1, _r1(r1), rv)
    if stem is None:
        stem = _verb(word, rv)
    if stem is not None:
        word = stem.removesuffix("i") if rv.endswith("ci") else stem
    else:
        word = next((word[: -len(suffix)] for suffix in ("os", "a", "i", "o") if rv.endswith(suffix)), word)
    if rv.endswith("e"):
        word = word.removesuffix("e")
        if rv.endswith("gue"):
            word = word.removesuffix("u")
        elif rv.endswith("cie"):
            word = word.removesuffix("i")
    return word
