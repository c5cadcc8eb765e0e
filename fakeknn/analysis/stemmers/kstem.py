"""KStem, Robert Krovetz' stemmer of English: endings are taken off where ``kstem.txt`` knows what is left."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path


@cache
def _dictionary() -> tuple[dict[str, str], frozenset[str]]:
    """The root of each known word, and the words that are only found by an ending taken off, never by an e put on."""
    text = Path(__file__).with_name("kstem.txt").read_text(encoding="utf-8")
    exceptions, roots, words = (section.partition("]\n")[2].split() for section in text.split("\n[")[1:])
    known = {word: word for word in (*exceptions, *words)}
    known.update((word, root) for word, _, root in (entry.partition("=") for entry in roots))
    return known, frozenset(exceptions)


def _is_consonant(word: str, at: int) -> bool:
    char = word[at]
    return char not in "aeiou" and (char != "y" or at == 0 or not _is_consonant(word, at - 1))


def _is_doubled(word: str) -> bool:
    """Whether the word ends with a doubled consonant."""
    return len(word) > 1 and word[-1] == word[-2] and _is_consonant(word, len(word) - 1)


class _Found(Exception):
    """A word of the dictionary turned up."""


class _Stemmer:
    """One word on its way."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.known, self.exceptions = _dictionary()

    def stem(self, *endings: str) -> str | None:
        """The word without an ending, something must be left of it."""
        for ending in endings:
            if self.word.endswith(ending) and len(self.word) > len(ending):
                return self.word[: -len(ending)]
        return None

    def accept(self, *words: str) -> None:
        """Takes the first of the words that is known; none: the word stays."""
        for word in words:
            if word in self.known:
                self.word = word
                raise _Found

    def take(self, word: str) -> None:
        """Takes a word, known or not."""
        self.word = word
        self.accept(word)

    def accept_regular(self, word: str) -> None:
        if word not in self.exceptions:
            self.accept(word)

    def plural(self) -> None:
        word = self.word
        if (stem := self.stem("ies")) is not None:
            self.accept(stem + "ie")
            self.take(stem + "y")
        elif (stem := self.stem("es")) is not None:
            with_e = len(stem) > 1 and not stem.endswith("ss")
            if with_e:
                self.accept(stem + "e")
            self.accept(stem)
            self.take(stem + "e")
        elif word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "ous")):
            self.take(word[:-1])

    def _without(self, stem: str, otherwise: Callable[[str], str]) -> None:
        """What -ed and -ing have in common."""
        self.accept_regular(stem + "e")
        self.accept(stem)
        if _is_doubled(stem):
            self.accept(stem[:-1])
            self.word = stem
        else:
            self.word = otherwise(stem)

    def past_tense(self) -> None:
        if len(self.word) <= 4:
            return
        if (stem := self.stem("ied")) is not None:
            self.accept(stem + "ie")
            self.take(stem + "y")
        elif (stem := self.stem("ed")) is not None and self._has_vowel(stem):
            self._without(stem, lambda stem: stem + "ed" if stem.startswith("un") else stem + "e")

    def aspect(self) -> None:
        if len(self.word) > 5 and (stem := self.stem("ing")) is not None and self._has_vowel(stem):
            self._without(stem, lambda stem: stem if self._ends_with_two_consonants(stem) else stem + "e")

    @staticmethod
    def _has_vowel(stem: str) -> bool:
        return not all(_is_consonant(stem, i) for i in range(len(stem)))

    @staticmethod
    def _ends_with_two_consonants(stem: str) -> bool:
        last = len(stem) - 1
        return last > 0 and _is_consonant(stem, last) and _is_consonant(stem, last - 1)

    def ity(self) -> None:
        if (stem := self.stem("ity")) is None:
            return
        self.accept(stem, stem + "e")
        if stem.endswith("il"):
            self.take(stem[:-2] + "le")
        elif stem.endswith("iv"):
            self.take(stem + "e")
        elif stem.endswith("al"):
            self.take(stem)
        else:
            self.accept(self.word)
            self.word = stem

    def ness(self) -> None:
        if (stem := self.stem("ness")) is not None:
            self.take(stem[:-1] + "y" if stem.endswith("i") else stem)

    def ion(self) -> None:
        if (stem := self.stem("ization")) is not None:
            self.take(stem + "ize")
            return
        if (stem := self.stem("ition")) is not None:
            self.accept(stem + "e")
        elif (stem := self.stem("ation")) is not None:
            self.accept(stem + "ate", stem + "e", stem)
        if (stem := self.stem("ication")) is not None:
            self.accept(stem + "y")
        if (stem := self.stem("ion")) is not None:
            self.accept(stem + "e", stem)

    def er_and_or(self) -> None:
        if (stem := self.stem("izer")) is not None:
            self.take(stem + "ize")
            return
        if (stem := self.stem("er", "or")) is None:
            return
        vowel = self.word[-2]
        if _is_doubled(stem):
            self.accept(stem[:-1])
        if stem.endswith("i"):
            self.accept(stem[:-1] + "y")
            vowel = "e"
        if stem.endswith("e"):
            self.accept(stem[:-1])
        self.accept(stem + vowel, stem, stem + "e")

    def ly(self) -> None:
        if (stem := self.stem("ly")) is None:
            return
        self.accept(stem + "le", stem)
        if stem.endswith("al"):
            self.word = stem
        elif stem.endswith("ab"):
            self.word = stem + "le"
        else:
            if stem.endswith("i"):
                self.accept(stem[:-1] + "y")
            self.word = stem

    def al(self) -> None:
        if len(self.word) < 4 or (stem := self.stem("al")) is None:
            return
        self.accept(stem)
        if _is_doubled(stem):
            self.accept(stem[:-1])
        self.accept(stem + "e", stem + "um")
        if stem.endswith("ic"):
            self.accept(stem[:-2], stem[:-2] + "y")
            self.take(stem)
        elif stem.endswith("i"):
            self.accept(stem[:-1], self.word)

    def ive(self) -> None:
        # What the steps before made without a look into the dictionary is looked up here; not what ends with -ive.
        if (stem := self.stem("ive")) is None:
            self.accept_regular(self.word)
            return
        self.accept(stem, stem + "e")
        if stem.endswith("at"):
            self.accept(stem[:-2] + "e", stem[:-2])
        self.accept(stem + "ion")

    def ize(self) -> None:
        if (stem := self.stem("ize")) is not None:
            self.accept(stem)
            if _is_doubled(stem):
                self.accept(stem[:-1])
            self.accept(stem + "e")

    def ment(self) -> None:
        if (stem := self.stem("ment")) is not None:
            self.accept(stem)

    def ble(self) -> None:
        if (stem := self.stem("ble")) is not None and stem.endswith(("a", "i")):
            stem = stem[:-1]
            self.accept(stem)
            if _is_doubled(stem):
                self.accept(stem[:-1])
            self.accept(stem + "e", stem + "ate")

    def ism(self) -> None:
        if (stem := self.stem("ism")) is not None:
            self.take(stem)

    def ic(self) -> None:
        if (stem := self.stem("ic")) is not None:
            self.accept(self.word + "al", stem + "y", stem + "e", stem)

    def ncy(self) -> None:
        if (stem := self.stem("ncy")) is not None and stem.endswith(("a", "e")):
            self.accept(stem + "nt")
            self.take(stem + "nce")

    def nce(self) -> None:
        if (stem := self.stem("nce")) is not None and stem.endswith(("a", "e")):
            self.accept(stem[:-1] + "e", stem[:-1])


_STEPS: tuple[Callable[[_Stemmer], None], ...] = (
    _Stemmer.plural, _Stemmer.past_tense, _Stemmer.aspect, _Stemmer.ity, _Stemmer.ness, _Stemmer.ion,
    _Stemmer.er_and_or, _Stemmer.ly, _Stemmer.al, _Stemmer.ive, _Stemmer.ize, _Stemmer.ment, _Stemmer.ble,
    _Stemmer.ism, _Stemmer.ic, _Stemmer.ncy, _Stemmer.nce,
)  # fmt: skip


def kstem(word: str) -> str:
    """The root of a word in lower case."""
    known, _ = _dictionary()
    if not 2 < len(word) < 50:
        return word
    if word in known:
        return known[word]
    if not (word.isascii() and word.isalpha() and word.islower()):
        return word
    stemmer = _Stemmer(word)
    try:
        for step in _STEPS:
            step(stemmer)
    except _Found:
        return known[stemmer.word]
    return stemmer.word
