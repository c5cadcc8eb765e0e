"""RSLP, the rules of which are in ``rslp.txt``: stemmers of Portuguese and Galician."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from fakeknn.analysis.stemmers.suffixes import fold


@dataclass(frozen=True, slots=True)
class _Rule:
    suffix: str
    replacement: str
    min_stem: int
    exceptions: tuple[str, ...]


@dataclass(slots=True)
class _Step:
    min_length: int
    whole_words: bool
    endings: tuple[str, ...]
    rules: list[_Rule] = field(default_factory=list)

    def apply(self, word: str) -> str:
        if len(word) < self.min_length or (self.endings and not word.endswith(self.endings)):
            return word
        for rule in self.rules:
            stem = len(word) - len(rule.suffix)
            if stem < rule.min_stem or not word.endswith(rule.suffix):
                continue
            if not (word in rule.exceptions if self.whole_words else word.endswith(rule.exceptions)):
                return word[:stem] + rule.replacement
        return word


@cache
def _steps(language: str) -> dict[str, _Step]:
    steps: dict[str, _Step] = {}
    sections = Path(__file__).with_name("rslp.txt").read_text(encoding="utf-8").split("\n[")[1:]
    for section in sections:
        header, _, rules = section.partition("\n")
        title, _, endings = header.partition("]")
        of, name, least, kind = title.split()
        if of != language:
            continue
        step = steps[name] = _Step(int(least), kind == "1", tuple(endings.split()))
        for line in rules.split("\n"):
            if line:
                change, min_stem, *exceptions = line.split()
                suffix, _, replacement = change.partition(">")
                step.rules.append(_Rule(suffix, replacement, int(min_stem), tuple(exceptions)))
        if not step.min_length:
            step.min_length = min(rule.min_stem + len(rule.suffix) for rule in step.rules)
    return steps


def portuguese_minimal(word: str) -> str:
    return _steps("portuguese")["Plural"].apply(word)


def galician_minimal(word: str) -> str:
    return _steps("galician")["Plural"].apply(word)


_PORTUGUESE = fold(a="àáâãäå", c="ç", e="èéêë", i="ìíîï", n="ñ", o="òóôõö", u="ùúûü", y="ýÿ")
_GALICIAN = fold(a="á", e="éê", i="í", o="ó", u="ú")


def portuguese(word: str) -> str:
    steps = _steps("portuguese")
    for name in ("Plural", "Adverb", "Feminine", "Augmentative"):
        word = steps[name].apply(word)
    for name in ("Noun", "Verb", "Vowel"):
        stem = steps[name].apply(word)
        if len(stem) != len(word):
            word = stem
            break
        word = stem
    return word.translate(_PORTUGUESE)


def galician(word: str) -> str:
    steps = _steps("galician")
    for name in ("Plural", "Unification", "Adverb"):
        word = steps[name].apply(word)
    length = 0
    while length != len(word):
        length = len(word)
        word = steps["Augmentative"].apply(word)
    noun = steps["Noun"].apply(word)
    word = noun if len(noun) != len(word) else steps["Verb"].apply(noun)
    return steps["Vowel"].apply(word).translate(_GALICIAN)
