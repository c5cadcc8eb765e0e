"""The ``term`` suggester: terms of the index that are a few edits away (DirectSpellChecker)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from fakeknn.analysis.base import utf16_length
from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    OpenSearchParseException,
    ParsingException,
    Where,
)
from fakeknn.query.context import ShardContext
from fakeknn.search.spellchecker import DISTANCES, SpellChecker, SuggestWord
from fakeknn.search.suggest import (
    SUGGESTERS,
    Entries,
    Suggest,
    Suggestion,
    Texts,
    check_alike,
    common_fields,
    positive_size,
)
from fakeknn.xcontent import objects


@dataclass(frozen=True, kw_only=True)
class TermSuggester:
    kind: ClassVar[str] = "term"
    field: str
    checker: SpellChecker
    analyzer: str | None = None
    size: int = 5
    shard_size: int | None = None

    def build(self, ctx: ShardContext, texts: Texts) -> Entries:
        field, analyzer = common_fields(ctx, self.field, self.analyzer, self.shard_size)
        wanted = max(self.size, 5) if self.shard_size is None else self.shard_size

        def entries(texts: Texts) -> list[dict[str, Any]]:
            self.checker.check()
            column = ctx.column(field)
            text = str(texts.text)
            return [
                {
                    "text": token.term,
                    "offset": utf16_length(text[: token.start]),
                    "length": utf16_length(text[token.start : token.end]),
                    "options": [
                        {"text": word.term, "score": word.score, "freq": word.freq}
                        for word in self.checker.similar(ctx, column, token.term, wanted)
                    ],
                }
                for token in analyzer.stream(text).tokens
            ]

        return entries

    def merged(self, shards: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        check_alike(shards)
        return [
            {**same[0], "options": self._together([option for entry in same for option in entry["options"]])}
            for same in zip(*shards, strict=True)
        ]

    def _together(self, options: list[dict[str, Any]]) -> list[dict[str, Any]]:
        words: dict[str, SuggestWord] = {}
        for option in options:
            term, score, freq = option["text"], option["score"], option["freq"]
            known = words.get(term)
            if known is not None:
                score, freq = max(score, known.score), freq + known.freq
            words[term] = SuggestWord(term, score, freq)
        ordered = sorted(words.values(), key=self.checker.order)
        return [{"text": word.term, "score": word.score, "freq": word.freq} for word in ordered[: self.size]]


def _choice(java: str, names: tuple[str, ...]) -> Any:
    def read(container: Any, key: Any) -> str:
        text = objects.text(container, key)
        if text.lower() not in names:
            raise IllegalArgumentException(f"No enum constant org.opensearch.search.suggest.{java}.{text.upper()}")
        return text.lower()

    return read


def _distance(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text.lower() not in DISTANCES:
        raise IllegalArgumentException(f"Illegal distance option {text}")
    return text.lower()


def _accuracy(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if not 0 <= value <= 1:
        raise IllegalArgumentException("accuracy must be between 0 and 1")
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


def _frequency(name: str) -> Any:
    """A reader of a share of the documents, or of a whole number of them."""
    read = _not_negative(name, objects.decimal)

    def checked(container: Any, key: Any) -> float:
        value: float = read(container, key)
        if value > 1 and value != int(value):
            raise IllegalArgumentException(f"if {name} is greater than 1, it must not be a fraction")
        return value

    return checked


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
    "max_term_freq": _frequency("maxTermFreq"),
    "prefix_length": _not_negative("prefixLength", objects.integer),
    "prefix_len": _not_negative("prefixLength", objects.integer),
    "min_word_length": _word_length,
    "min_word_len": _word_length,
    "min_doc_freq": _frequency("minDocFreq"),
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
    given = {name: values.pop(name) for name in ("field", "analyzer", "size", "shard_size") if name in values}
    return TermSuggester(checker=SpellChecker(**values), **given)


def suggest_of_parameters(field: str, text: str | None, size: int, mode: str | None) -> Suggest:
    """The suggestion of a request's ``suggest_field`` (RestSearchAction.parseSearchSource)."""
    if not field:
        raise IllegalArgumentException("suggestion field name is empty")
    given = {"suggest_mode": mode, "size": size}
    positive_size(given, "size")
    if mode is None:
        raise NullPointerException("Input string is null")
    checker = SpellChecker(suggest_mode=_MEMBERS["suggest_mode"](given, "suggest_mode"))
    suggester = TermSuggester(field=field, checker=checker, size=size)
    return Suggest((Suggestion(field, suggester, Texts(text)),))


SUGGESTERS["term"] = parse_term_suggester
