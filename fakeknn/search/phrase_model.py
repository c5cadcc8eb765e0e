"""What the phrase suggester reckons with: candidates for each word, smoothing models, the best ways through them."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from fakeknn.analysis import Token
from fakeknn.errors import IllegalStateException
from fakeknn.query.context import ShardContext
from fakeknn.query.scoring import postings, shard_statistics
from fakeknn.search.spellchecker import SpellChecker
from fakeknn.view import Column, KeywordColumn, TextColumn

#: Double.MIN_VALUE.
LEAST = 5e-324


class Terms:
    """The terms of a field in one shard, as Lucene counts them."""

    def __init__(self, ctx: ShardContext, column: TextColumn | KeywordColumn) -> None:
        self.ctx, self.column = ctx, column
        self.sum_total_freq = shard_statistics(column).sum_total_term_freq
        # How many terms there are is not known of several segments together.
        self.size = column.n_terms if len(ctx.view.live_segments) == 1 else ctx.n
        self._known: dict[str, tuple[int, int]] = {}

    def stats(self, term: str) -> tuple[int, int]:
        """How many documents have a term, and how often all of them have it."""
        found = self._known.get(term)
        if found is None:
            rows, freqs = postings(self.column, term)
            found = self._known[term] = len(rows), len(rows) if freqs is None else int(freqs.sum())
        return found

    def freq(self, *terms: str, separator: str = "") -> int:
        return self.stats(separator.join(terms))[1]


def terms_of(ctx: ShardContext, name: str) -> Terms | None:
    """The terms of a field; None if it has none."""
    mapped = ctx.field(name)
    column: Column | None = None if mapped is None or mapped.path != name else ctx.column(mapped)
    if not isinstance(column, TextColumn | KeywordColumn) or not len(column.rows):
        return None
    return Terms(ctx, column)


# --- candidates -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A word that may stand at a place."""

    term: str
    stats: tuple[int, int]
    distance: float
    score: float
    given: bool = False
    """Whether it is the word that was given."""


@dataclass(slots=True)
class CandidateSet:
    original: Candidate
    candidates: list[Candidate] = field(default_factory=list)


Analyze = Callable[[str], Sequence[Token]]


@dataclass(frozen=True)
class Generator:
    """DirectCandidateGenerator on one shard."""

    terms: Terms
    checker: SpellChecker
    size: int
    likelihood: float
    pre_filter: Analyze | None = None
    post_filter: Analyze | None = None

    def _filtered(self, term: str) -> str:
        if self.pre_filter is None:
            return term
        tokens = self.pre_filter(term)
        return tokens[-1].term if tokens else ""

    def stats(self, term: str) -> tuple[int, int]:
        return self.terms.stats(self._filtered(term))

    def candidate(self, term: str, stats: tuple[int, int], distance: float, given: bool = False) -> Candidate:
        return Candidate(term, stats, distance, self._score(stats, distance), given)

    def _score(self, stats: tuple[int, int], distance: float) -> float:
        return distance * ((stats[1] + 1.0) / (self.terms.sum_total_freq + 1.0))

    def _threshold(self, doc_freq: int) -> int:
        """DirectCandidateGenerator.thresholdTermFrequency."""
        if doc_freq <= 0:
            return 0
        least = float(np.float32(self.checker.min_doc_freq))
        plateau = int(least if least >= 1 else np.float32(self.terms.ctx.n) * np.float32(least))
        beyond = doc_freq - plateau
        if beyond <= 0:  # the logarithm of nothing, or of less
            return 0
        return max(0, _rounded(doc_freq * (math.log10(beyond) * (1.0 / math.log10(5))) + 1))

    def draw(self, into: CandidateSet) -> None:
        checker = self.checker
        if checker.suggest_mode != "always":
            threshold = self._threshold(into.original.stats[0])
            if checker.min_doc_freq < threshold:
                checker = replace(checker, min_doc_freq=threshold)
        word = self._filtered(into.original.term)
        found: list[Candidate] = []
        for other in checker.similar(self.terms.ctx, self.terms.column, word, self.size):
            found += self._after(self.candidate(other.term, self.terms.stats(other.term), float(other.score)))
        known: dict[str, Candidate] = {}
        for one in (*found, *into.candidates):
            known.setdefault(one.term, one)
        into.candidates = sorted(known.values(), key=lambda one: (-one.score, one.term))

    def _after(self, one: Candidate) -> list[Candidate]:
        """What the post filter makes of a candidate."""
        if self.post_filter is None:
            return [one]
        found = []
        last = -1
        for token in self.post_filter(one.term):
            same = token.position > last and token.term == one.term
            last = token.position
            distance = one.distance if same else self.likelihood
            found.append(Candidate(token.term, one.stats, distance, one.score))
        return found


# --- smoothing models -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class WordScorer:
    """How likely words follow one another in a field."""

    terms: Terms
    likelihood: float
    separator: str

    def _join(self, *words: Candidate) -> int:
        return self.terms.freq(*(word.term for word in words), separator=self.separator)

    def score(self, path: Sequence[Candidate], at: int, gram_size: int) -> float:
        channel = self.likelihood if path[at].distance == 1.0 else path[at].distance
        if at == 0 or gram_size == 1:
            smoothed = self.unigram(path[at])
        elif at == 1 or gram_size == 2:
            smoothed = self.bigram(path[at], path[at - 1])
        else:
            smoothed = self.trigram(path[at], path[at - 1], path[at - 2])
        found = channel * smoothed
        return math.log10(found) if found > 0 else -math.inf if found == 0 else math.nan

    def unigram(self, word: Candidate) -> float:
        return (1.0 + self._join(word)) / (self.terms.sum_total_freq + self.terms.size)

    def bigram(self, word: Candidate, before: Candidate) -> float:
        raise NotImplementedError

    def trigram(self, word: Candidate, before: Candidate, older: Candidate) -> float:
        raise NotImplementedError


@dataclass(frozen=True, kw_only=True)
class StupidBackoff(WordScorer):
    discount: float

    def bigram(self, word: Candidate, before: Candidate) -> float:
        count = self._join(before, word)
        return self.discount * self.unigram(word) if count < 1 else count / (before.stats[1] + 0.00000000001)

    def trigram(self, word: Candidate, before: Candidate, older: Candidate) -> float:
        pairs = self._join(before, word)
        if pairs < 1:
            return self.discount * self.unigram(word)
        count = self._join(older, before, word)
        if count < 1:
            return self.discount * (pairs / (before.stats[1] + 0.00000000001))
        return count / (pairs + 0.00000000001)


@dataclass(frozen=True, kw_only=True)
class Laplace(WordScorer):
    alpha: float

    def _ratio(self, count: int, of: int) -> float:
        below = of + self.alpha * self.terms.size
        return math.inf if below == 0 else (self.alpha + count) / below

    def unigram(self, word: Candidate) -> float:
        return self._ratio(self._join(word), self.terms.sum_total_freq)

    def bigram(self, word: Candidate, before: Candidate) -> float:
        return self._ratio(self._join(before, word), before.stats[1])

    def trigram(self, word: Candidate, before: Candidate, older: Candidate) -> float:
        return self._ratio(self._join(older, before, word), self._join(before, word))


@dataclass(frozen=True, kw_only=True)
class LinearInterpolation(WordScorer):
    trigram_lambda: float
    bigram_lambda: float
    unigram_lambda: float

    def bigram(self, word: Candidate, before: Candidate) -> float:
        count = self._join(before, word)
        alone = self.unigram_lambda * self.unigram(word)
        return alone if count < 1 else self.bigram_lambda * (count / (0.5 + before.stats[1])) + alone

    def trigram(self, word: Candidate, before: Candidate, older: Candidate) -> float:
        count = self._join(word, before, older)  # the words are looked up the wrong way round
        if count < 1:
            return self.bigram(word, before)
        return self.trigram_lambda * (count / (1.0 + self._join(word, before))) + self.bigram(word, before)


# --- corrections ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Correction:
    score: float
    words: tuple[Candidate, ...]

    def text(self, tags: tuple[str, str] | None = None) -> str:
        """Correction.join: the words, what was corrected between tags."""
        if tags is None:
            return " ".join(word.term for word in self.words)
        shown = []
        for i, word in enumerate(self.words):
            if word.given:
                shown.append(word.term)
                continue
            opens = i == 0 or self.words[i - 1].given
            closes = i == len(self.words) - 1 or self.words[i + 1].given
            shown.append((tags[0] if opens else "") + word.term + (tags[1] if closes else ""))
        return " ".join(shown)


def candidate_sets(tokens: Sequence[Token], first: Generator, require_unigram: bool) -> list[CandidateSet]:
    """What the text says at each place, with its synonyms."""
    sets: list[CandidateSet] = []
    any_unigram = False
    last = -1
    for token in tokens:
        increment, last = token.position - last, token.position
        if require_unigram and token.type == "shingle":
            continue
        any_unigram = True
        if increment == 0 and token.type == "SYNONYM":
            stats = first.stats(token.term)
            if stats[0] > 0:
                sets[-1].candidates.append(first.candidate(token.term, stats, first.likelihood))
        else:
            sets.append(CandidateSet(first.candidate(token.term, first.stats(token.term), 1.0, True)))
    if require_unigram and tokens and not any_unigram:
        raise IllegalStateException("At least one unigram is required but all tokens were ngrams")
    return sets


@dataclass(frozen=True, kw_only=True)
class NoisyChannel:
    """NoisyChannelSpellChecker, and its CandidateScorer."""

    scorer: WordScorer
    generators: Sequence[Generator]
    gram_size: int
    max_errors: float
    confidence: float
    count: int
    token_limit: int
    require_unigram: bool

    def corrections(self, tokens: Sequence[Token]) -> tuple[list[Correction], float]:
        """The best corrections, and the score that each must be above."""
        sets = candidate_sets(tokens, self.generators[0], self.require_unigram)
        if not sets or len(sets) >= self.token_limit:
            return [], LEAST
        for one in sets:
            for generator in self.generators:
                generator.draw(one)
            if len(one.candidates) > self.count:
                one.candidates = sorted(one.candidates, key=lambda word: -word.score)[: self.count]
        cutoff = LEAST
        if self.confidence > 0:
            given = [one.original for one in sets]
            total = 0.0
            for at in range(len(sets)):
                total += self.scorer.score(given, at, self.gram_size)
            cutoff = _exp(total) * self.confidence
        errors = np.float32(self.max_errors)
        if errors >= 1:
            allowed = int(min(float(errors), 2.0**31 - 1))
        else:
            allowed = _rounded(float(errors * np.float32(len(sets))))
        found: list[Correction] = []
        self._follow(sets, [], max(1, allowed), 0.0, cutoff, found)
        return self._best(found), cutoff

    def _best(self, found: list[Correction]) -> list[Correction]:
        return heapq.nsmallest(self.count, found, key=lambda one: (-one.score, [word.term for word in one.words]))

    def _follow(
        self,
        sets: Sequence[CandidateSet],
        path: list[Candidate],
        errors: int,
        score: float,
        cutoff: float,
        found: list[Correction],
    ) -> None:
        at = len(path)
        if at == len(sets):
            total = _exp(score)
            if total > cutoff:
                found.append(Correction(total, tuple(path)))
                if len(found) > 1000 + self.count:
                    found[:] = self._best(found)
            return
        for word in (sets[at].original, *(sets[at].candidates if errors > 0 else ())):
            path.append(word)
            left = errors if word is sets[at].original else errors - 1
            self._follow(sets, path, left, score + self.scorer.score(path, at, self.gram_size), cutoff, found)
            path.pop()


def _rounded(value: float) -> int:
    """Math.round."""
    return 0 if math.isnan(value) else math.floor(value + 0.5)


def _exp(value: float) -> float:
    return math.exp(value) if value < 709 else math.inf
