"""``Settings`` as analysis reads them: flat keys, every scalar a string, lists of strings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from fakeknn.analysis.casing import lower_case
from fakeknn.errors import (
    IllegalArgumentException,
    JavaError,
    NumberFormatException,
    RuntimeException,
    SettingsException,
)

T = TypeVar("T")
Flat = dict[str, str | list[str]]


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def flatten(settings: Mapping[str, Any], prefix: str = "") -> Flat:
    """``{"a": {"b": 1}}`` to ``{"a.b": "1"}``; nulls are left out, lists of objects become ``a.0.b``."""
    flat: Flat = {}
    for key, value in settings.items():
        _flatten(flat, prefix + key, value)
    return flat


def _flatten(flat: Flat, key: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _flatten(flat, f"{key}.{name}", inner)
    elif isinstance(value, (list, tuple)):
        if any(isinstance(item, (Mapping, list)) for item in value):
            for index, item in enumerate(value):
                _flatten(flat, f"{key}.{index}", item)
        else:
            flat[key] = [_text(item) for item in value]
    elif value is not None:
        flat[key] = _text(value)


_HASH_RULE = re.compile(r"\s*#\s*=>")
_INT = re.compile(r"[+-]?[0-9]+")


class ComponentSettings:
    """The settings of one analyzer, tokenizer, filter; and the limits of the index that it belongs to.

    ``defined`` tells settings that somebody wrote from the empty ones of a component that is used by its bare name.
    """

    def __init__(
        self, values: Mapping[str, str | list[str]], limits: Mapping[str, int] | None = None, defined: bool = True
    ) -> None:
        self.values = values
        self.limits = limits or {}
        self.defined = defined

    def __contains__(self, key: str) -> bool:
        return key in self.values

    def get(self, key: str) -> str | None:
        """The value as one string; a list reads as Java prints it."""
        value = self.values.get(key)
        return f"[{', '.join(value)}]" if isinstance(value, list) else value

    def text(self, key: str, default: str) -> str:
        value = self.get(key)
        return default if value is None else value

    def integer(self, key: str, default: int) -> int:
        value = self.get(key)
        if value is None:
            return default
        if not _INT.fullmatch(value) or not -(2**31) <= int(value) < 2**31:
            cause = NumberFormatException(f'For input string: "{value}"')
            raise SettingsException(f"Failed to parse int setting [{key}] with value [{value}]") from cause
        return int(value)

    def boolean(self, key: str, default: bool) -> bool:
        value = self.get(key)
        if value is None or not value:
            return default
        if value not in ("true", "false"):
            raise IllegalArgumentException(f"Failed to parse value [{value}] as only [true] or [false] are allowed.")
        return value == "true"

    def strings(self, key: str, *, or_file: bool = False, commas: bool = True) -> list[str] | None:
        """A list, or a string cut at its commas; None if there is none, and for an empty string."""
        value = self.values.get(key)
        if value is None and or_file:
            self._refuse_path(key)
        if value is None or isinstance(value, list):
            return value
        if not commas:
            return [value.strip()]
        return [part.strip() for part in value.split(",") if part] or None

    def words(self, key: str) -> list[str] | None:
        """A list of words; those that start with # are comments, but for a rule about # itself."""
        self._refuse_path(key)
        words = self.strings(key)
        return None if words is None else [w for w in words if not w.startswith("#") or _HASH_RULE.match(w)]

    def rules(self, key: str, parse: Callable[[str], T]) -> list[T] | None:
        """A list of rules, read by ``parse``; what it raises is raised with the number of the line."""
        self._refuse_path(key)
        lines = self.strings(key)
        if lines is None:
            return None
        rules = []
        for number, line in enumerate(lines, 1):
            if line.startswith("#") and not _HASH_RULE.match(line):
                continue
            try:
                rules.append(parse(line))
            except JavaError as error:
                raise RuntimeException(f"Line [{number}]: {error.reason}") from None
        return rules

    def _refuse_path(self, key: str) -> None:
        """A node that nobody has given files has none."""
        if self.values.get(f"{key}_path") is not None:
            # What reads the rules of synonyms takes the name of the setting for that of a list.
            told = f"{key}_path_path" if key == "synonyms" else f"{key}_path"
            raise IllegalArgumentException(f"IOException while reading {told}: file not readable")

    def word_set(self, key: str, ignore_case: bool | None = None) -> WordSet | None:
        """A list of words as a set, ``<key>_case: true`` for one that ignores case."""
        words = self.words(key)
        if words is None:
            return None
        return WordSet(words, self.boolean(f"{key}_case", False) if ignore_case is None else ignore_case)

    def limit(self, name: str, default: int) -> int:
        """An index level limit such as ``max_ngram_diff``."""
        return self.limits.get(name, default)


#: The settings of a component that is used by its bare name.
NO_SETTINGS = ComponentSettings({}, defined=False)


class WordSet:
    """``CharArraySet``: words, looked up in lower case if ``ignore_case``."""

    __slots__ = ("ignore_case", "words")

    def __init__(self, words: Iterable[str], ignore_case: bool = False) -> None:
        self.ignore_case = ignore_case
        self.words = frozenset(map(lower_case, words) if ignore_case else words)

    def __contains__(self, word: str) -> bool:
        return (lower_case(word) if self.ignore_case else word) in self.words

    def __bool__(self) -> bool:
        return bool(self.words)
