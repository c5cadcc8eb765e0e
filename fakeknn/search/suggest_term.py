"""The ``term`` suggester: terms of the index that are a few edits away (DirectSpellChecker)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    OpenSearchParseException,
    ParsingException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.query.base import ShardContext
from fakeknn.query.fuzzy import edits
from fakeknn.query.scoring import postings
from fakeknn.search.suggest import SUGGESTERS, Texts
from fakeknn.view import KeywordColumn, TextColumn
from fakeknn.xcontent import objects

_DISTANCES = ("internal", "damerau_levenshtein", "levenshtein", "ngram", "jaro_winkler")


@dataclass(frozen=True, kw_only=True)
class TermSuggester:
    kind: ClassVar[str] = "term"
    field: str
    analyzer: str | None = None
    size: int = 5
    shard_size: int | None = None
    suggest_mode: str = "missing"
    accuracy: float = 0.5
    sort: str = "score"
    string_distance: str = "internal"
    max_edits: int = 2
    max_inspections: int = 5
    max_term_freq: float = 0.01
    prefix_length: int = 1
    min_word_length: int = 4
    min_doc_freq: float = 0.0

    def execute(self, ctx: ShardContext, texts: Texts) -> list[dict[str, Any]]:
        field = ctx.field(self.field)
        if field is None:
            raise IllegalArgumentException(f"no mapping found for field [{self.field}]")
        return [
            {
                "text": token.term,
                "offset": token.start,
                "length": token.end - token.start,
                "options": self._similar(ctx, field, token.term),
            }
            for token in query_tokens(ctx, field, self.analyzer, str(texts.text))
        ]

    def _similar(self, ctx: ShardContext, field: FieldType, term: str) -> list[dict[str, Any]]:
        """DirectSpellChecker.suggestSimilar."""
        column = ctx.column(field)
        if not isinstance(column, (TextColumn, KeywordColumn)) or len(term) < self.min_word_length:
            return []
        freq = len(postings(column, term)[0])
        if self.suggest_mode == "missing" and freq > 0:
            return []
        most = np.float32(self.max_term_freq)
        if most >= 1 and freq > most:
            return []
        if not (most >= 1 and freq > most) and freq > math.ceil(float(most * np.float32(ctx.n))):
            return []
        least = freq if self.suggest_mode == "popular" else 0
        threshold = np.float32(self.min_doc_freq)
        if threshold >= 1:
            least = max(least, int(threshold))
        elif threshold > 0:
            least = max(least, int(threshold * np.float32(ctx.n)) - 1)
        wanted = max(self.size, 5) if self.shard_size is None else self.shard_size
        inspections = wanted * self.max_inspections
        found = self._within(column, term, least, 1, inspections)
        if self.max_edits > 1 and len(found) < inspections:
            found |= self._within(column, term, least, self.max_edits, inspections)
        options = [{"text": text, "score": score, "freq": count} for text, (score, count) in found.items()]
        options.sort(key=self._order)
        return options[:wanted]

    def _order(self, option: dict[str, Any]) -> tuple[Any, ...]:
        score, freq = -float(option["score"]), -option["freq"]
        return (score, freq, option["text"]) if self.sort == "score" else (freq, score, option["text"])

    def _within(
        self, column: TextColumn | KeywordColumn, term: str, least: int, distance: int, most: int
    ) -> dict[str, tuple[np.float32, int]]:
        prefix = term[: max(self.prefix_length, distance - 1)]
        found: list[tuple[np.float32, str, int]] = []
        for tid in column.order.tolist():
            other = column.terms[tid]
            if other == term or not other.startswith(prefix) or abs(len(other) - len(term)) > distance:
                continue
            count = edits(term[len(prefix) :], other[len(prefix) :], distance, True)
            if count is None:
                continue
            freq = len(postings(column, other)[0])
            if freq <= least:
                continue
            score = self._score(term, other, count)
            if score >= np.float32(self.accuracy):
                found.append((score, other, freq))
        found.sort(key=lambda one: (-float(one[0]), one[1]))
        return {text: (score, freq) for score, text, freq in found[:most]}

    def _score(self, term: str, other: str, count: int) -> np.float32:
        one = np.float32(1)
        if self.string_distance in ("internal", "damerau_levenshtein"):
            return one - np.float32(count) / np.float32(min(len(term), len(other)))
        if self.string_distance == "levenshtein":
            plain = edits(term, other, max(len(term), len(other)), False) or 0
            return one - np.float32(plain) / np.float32(max(len(term), len(other)))
        raise NotFaked(f"the string distance [{self.string_distance}]")

    def merged(self, shards: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        entries = []
        for same in zip(*shards, strict=True):
            options: dict[str, dict[str, Any]] = {}
            for entry in same:
                for option in entry["options"]:
                    known = options.get(option["text"])
                    if known is None:
                        options[option["text"]] = dict(option)
                    else:
                        known["freq"] += option["freq"]
            ordered = sorted(options.values(), key=self._order)
            entries.append({**same[0], "options": ordered[: self.size]})
        return entries


def query_tokens(ctx: ShardContext, field: FieldType, analyzer: str | None, text: str) -> list[Any]:
    """The tokens of a suggestion's text, by its own analyzer or the field's."""
    if analyzer is not None:
        found = ctx.mapping.context.analysis.analyzer(analyzer)
        if found is None:
            raise IllegalArgumentException(f"analyzer [{analyzer}] doesn't exists")
    else:
        found = getattr(field, "search_analyzer", None) or ctx.mapping.context.analysis.analyzer("keyword")
    return list(found.stream(text).tokens)


def _choice(java: str, names: tuple[str, ...]) -> Any:
    def read(container: Any, key: Any) -> str:
        text = objects.text(container, key)
        if text.lower() not in names:
            raise IllegalArgumentException(f"No enum constant org.opensearch.search.suggest.{java}.{text.upper()}")
        return text.lower()

    return read


def _distance(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text.lower() not in _DISTANCES:
        raise IllegalArgumentException(f"Illegal distance option {text}")
    return text.lower()


def _accuracy(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if not 0 <= value <= 1:
        raise IllegalArgumentException("accuracy must be between 0 and 1")
    return value


def positive_size(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value <= 0:
        raise IllegalArgumentException("size must be positive")
    return value


def _edits(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if not 1 <= value <= 2:
        raise IllegalArgumentException("maxEdits must be between 1 and 2")
    return value


def _not_negative(name: str, read: Any) -> Any:
    def checked(container: Any, key: Any) -> Any:
        value = read(container, key)
        if value < 0:
            raise IllegalArgumentException(f"{name} must be positive")
        return value

    return checked


def _term_freq(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if value < 0:
        raise IllegalArgumentException("maxTermFreq must be positive")
    if value > 1 and value != int(value):
        raise IllegalArgumentException("if maxTermFreq is greater than 1, it must not be a fraction")
    return value


def _doc_freq(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if value < 0:
        raise IllegalArgumentException("minDocFreq must be positive")
    if value > 1 and value != int(value):
        raise IllegalArgumentException("if minDocFreq is greater than 1, it must not be a fraction")
    return value


def _word_length(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value < 1:
        raise IllegalArgumentException("minWordLength must be greater or equal to 1")
    return value


_MEMBERS = {
    "analyzer": objects.text,
    "field": objects.text,
    "size": positive_size,
    "shard_size": objects.integer,
    "suggest_mode": _choice("term.TermSuggestionBuilder.SuggestMode", ("missing", "popular", "always")),
    "accuracy": _accuracy,
    "sort": _choice("SortBy", ("score", "frequency")),
    "string_distance": _distance,
    "max_edits": _edits,
    "max_inspections": _not_negative("maxInspections", objects.integer),
    "max_term_freq": _term_freq,
    "prefix_length": _not_negative("prefixLength", objects.integer),
    "prefix_len": _not_negative("prefixLength", objects.integer),
    "min_word_length": _word_length,
    "min_word_len": _word_length,
    "min_doc_freq": _doc_freq,
}


def parse_term_suggester(container: Any, key: Any) -> TermSuggester:
    """TermSuggestionBuilder.fromXContent."""
    body = container[key]
    values: dict[str, Any] = {}
    for name, value in body.items():
        if not objects.is_value(value):
            raise ParsingException(f"suggester[term] parsing failed on [{name}]", at=Where(body, name))
        reader = _MEMBERS.get(name)
        if reader is None:
            raise ParsingException(f"suggester[term] doesn't support field [{name}]", at=Where(body, name))
        values[name.replace("_len", "_length") if name.endswith("_len") else name] = reader(body, name)
    if "field" not in values:
        raise OpenSearchParseException("the required field option [field] is missing")
    if not values["field"]:
        raise IllegalArgumentException("suggestion field name is empty")
    return TermSuggester(**values)


SUGGESTERS["term"] = parse_term_suggester
