"""Snowball's stemmers by the names of Lucene's classes.

Lucene's copy is of February 2024. Where the algorithms changed since, the older ones are here; the others come from the
``snowballstemmer`` package.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, lru_cache

from fakeknn.analysis.stemmers.french import french
from fakeknn.analysis.stemmers.nordic import danish, finnish, norwegian, swedish
from fakeknn.analysis.stemmers.suffixes import longest, region
from fakeknn.analysis.stemmers.western import dutch, english, german

Stemmer = Callable[[str], str]

_OWN: dict[str, Stemmer] = {
    "Danish": danish,
    "Dutch": dutch,
    "English": english,
    "Finnish": finnish,
    "French": french,
    "German": german,
    "German2": german,
    "Norwegian": norwegian,
    "Swedish": swedish,
}
_LIBRARY = frozenset(
    (
        "Arabic", "Armenian", "Basque", "Catalan", "Estonian", "Greek", "Hindi", "Hungarian", "Indonesian", "Irish",
        "Italian", "Lithuanian", "Nepali", "Porter", "Portuguese", "Romanian", "Russian", "Serbian", "Spanish",
        "Tamil", "Turkish", "Yiddish",
    )
)  # fmt: skip
LANGUAGES = _LIBRARY | frozenset(_OWN)

# A letter that no algorithm knows: the apostrophe meant nothing to the older ones.
_NOTHING = "\ue000"


def _no_apostrophes(stem: Stemmer) -> Stemmer:
    return lambda word: stem(word.replace("'", _NOTHING)).replace(_NOTHING, "'") if "'" in word else stem(word)


_SPANISH_ACCENTS = str.maketrans("áéíóú", "aeiou")


def _spanish(stem: Stemmer) -> Stemmer:
    # Without its accent, -ción was no suffix.
    return lambda word: word.translate(_SPANISH_ACCENTS) if word.endswith(("acion", "ucion")) else stem(word)


_LITHUANIAN_VOWELS = frozenset("aeiyouąęįųėū")
_LITHUANIAN_ER = tuple("ers eriai erį erimi eria eryje erie erys erų erims eryse".split())


def _lithuanian(stem: Stemmer) -> Stemmer:
    def older(word: str) -> str:
        # Endings were taken off together with an -er- before them.
        start = 1 if word.startswith("a") and len(word) > 6 else 0
        suffix = longest(word, _LITHUANIAN_ER, region(word, _LITHUANIAN_VOWELS, start))
        return stem(word[: -len(suffix)] + suffix[2:]) if suffix else stem(word)

    return older


_ADAPTED: dict[str, Callable[[Stemmer], Stemmer]] = {
    "Estonian": _no_apostrophes,
    "Italian": _no_apostrophes,
    "Lithuanian": lambda stem: _lithuanian(_no_apostrophes(stem)),
    "Spanish": _spanish,
    "Turkish": _no_apostrophes,
}


@cache
def snowball(language: str) -> Stemmer | None:
    """The stemmer of a language, remembering words; None if there is no such class."""
    if language in _OWN:
        return lru_cache(maxsize=1 << 15)(_OWN[language])
    if language not in _LIBRARY:
        return None
    # Late: many languages' tables, of which an index uses one at most.
    from snowballstemmer import stemmer as library_stemmer  # type: ignore[import-untyped]

    stem: Stemmer = library_stemmer(language.lower()).stemWord
    if language in _ADAPTED:
        stem = _ADAPTED[language](stem)
    return lru_cache(maxsize=1 << 15)(stem)
