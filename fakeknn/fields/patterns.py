"""Patterns over a dictionary of terms: wildcards, matched against whole terms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

from fakeknn.analysis.regexp_parts import Matcher


class Dictionary(Protocol):
    """What a column with terms offers."""

    @property
    def terms(self) -> Sequence[str]: ...

    @property
    def n_terms(self) -> int: ...


def matching_terms(column: Dictionary, matcher: Matcher) -> list[int]:
    """The numbers of the terms that match; the work grows with the dictionary, not with the documents."""
    terms = column.terms
    return [tid for tid in range(column.n_terms) if matcher(terms[tid])]


def simple_match(pattern: str, value: str) -> bool:
    """Regex.simpleMatch: ``*`` is the only operator."""
    if "*" not in pattern:
        return pattern == value
    return re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), value, re.DOTALL) is not None


@lru_cache(256)
def wildcard_matcher(pattern: str, case_insensitive: bool = False) -> Matcher:
    """WildcardQuery: ``*`` any characters, ``?`` one, ``\\`` takes the next as it is."""
    parts = []
    escaped = False
    for char in pattern:
        if escaped:
            parts.append(re.escape(char))
            escaped = False
        elif char == "\\":
            escaped = True
        elif char == "*":
            parts.append(".*")
        elif char == "?":
            parts.append(".")
        else:
            parts.append(re.escape(char))
    if escaped:
        parts.append(re.escape("\\"))
    return re.compile("".join(parts), re.DOTALL | (re.IGNORECASE if case_insensitive else 0)).fullmatch
