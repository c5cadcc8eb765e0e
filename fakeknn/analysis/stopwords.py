"""The stop words of the languages, from ``stopwords.txt`` beside this file."""

from __future__ import annotations

from functools import cache
from pathlib import Path

#: What ``_lang_`` may stand for in a list of stop words.
LANGUAGES = frozenset(
    (
        "arabic", "armenian", "basque", "bengali", "brazilian", "bulgarian", "catalan", "czech", "danish", "dutch",
        "english", "estonian", "finnish", "french", "galician", "german", "greek", "hindi", "hungarian", "indonesian",
        "irish", "italian", "latvian", "lithuanian", "norwegian", "persian", "portuguese", "romanian", "russian",
        "sorani", "spanish", "swedish", "thai", "turkish",
    )
)  # fmt: skip


@cache
def _lists() -> dict[str, tuple[str, ...]]:
    lists: dict[str, tuple[str, ...]] = {}
    sections = Path(__file__).with_name("stopwords.txt").read_text(encoding="utf-8").split("\n[")
    for section in sections[1:]:
        language, words = section.split("]", 1)
        lists[language] = tuple(words.split())
    return lists


def words(language: str) -> tuple[str, ...]:
    """The stop words of a language."""
    return _lists()[language]
