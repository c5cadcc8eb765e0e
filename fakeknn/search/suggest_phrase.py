"""The ``phrase`` suggester: a whole text with some of its words corrected (PhraseSuggester)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, ClassVar

import numpy as np

from fakeknn.analysis.base import Analyzer, utf16_length
from fakeknn.analysis.custom import CustomAnalyzer
from fakeknn.analysis.shingles import ShingleFilter
from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    OpenSearchError,
    OpenSearchParseException,
    ParsingException,
    QueryShardException,
    Where,
    XContentParseException,
)
from fakeknn.painless import compile
from fakeknn.painless.mustache import compile_template
from fakeknn.query.context import ShardContext
from fakeknn.query.parsing import parse_query
from fakeknn.query.script import Script, check_language, compiling, parse_script, resolved
from fakeknn.search.phrase_model import (
    LEAST,
    Correction,
    Generator,
    Laplace,
    LinearInterpolation,
    NoisyChannel,
    StupidBackoff,
    WordScorer,
    terms_of,
)
from fakeknn.search.spellchecker import DISTANCES, SpellChecker
from fakeknn.search.suggest import SUGGESTERS, Entries, Texts, check_alike, common_fields, positive_size
from fakeknn.xcontent import objects
from fakeknn.xcontent.astray import Astray, parse_written
from fakeknn.xcontent.objects import ObjectParser, declared

_BACKOFF = partial(StupidBackoff, discount=float(np.float32(0.4)))
_MODES = ("missing", "popular", "always")


@dataclass(frozen=True, kw_only=True)
class DirectGenerator:
    """DirectCandidateGeneratorBuilder: what is wrong with its values is told when it is built."""

    field: str
    size: int = 5
    pre_filter: str | None = None
    post_filter: str | None = None
    values: Mapping[str, Any]

    def build(self, ctx: ShardContext) -> Callable[[float], Generator | None]:
        before, after = (self._analyzer(ctx, name) for name in (self.pre_filter, self.post_filter))
        given = dict(self.values)
        if "suggest_mode" in given:
            given["suggest_mode"] = given["suggest_mode"].lower()
            if given["suggest_mode"] not in _MODES:
                raise IllegalArgumentException(f"Illegal suggest mode {given['suggest_mode']}")
        if "sort" in given:
            if given["sort"].lower() not in ("score", "frequency"):
                raise IllegalArgumentException(
                    f"No enum constant org.opensearch.search.suggest.SortBy.{given['sort'].upper()}"
                )
            given["sort"] = given["sort"].lower()
        if "string_distance" in given:
            given["string_distance"] = given["string_distance"].lower()
            if given["string_distance"] not in DISTANCES:
                raise IllegalArgumentException(f"Illegal distance option {given['string_distance']}")
        checker = SpellChecker(**given)

        def on_shard(likelihood: float) -> Generator | None:
            checker.check()
            terms = terms_of(ctx, self.field)
            if terms is None:
                return None
            return Generator(terms, checker, self.size, likelihood, before, after)

        return on_shard

    @staticmethod
    def _analyzer(ctx: ShardContext, name: str | None) -> Any:
        if name is None:
            return None
        found = ctx.mapping.context.analysis.analyzer(name)
        if found is None:
            raise IllegalArgumentException(f"Analyzer [{name}] doesn't exists")
        return lambda text: found.stream(text).tokens


@dataclass(frozen=True, kw_only=True)
class Collate:
    """A query that a correction must be found by."""

    query: Script
    params: Mapping[str, Any] = field(default_factory=dict)
    prune: bool = False

    def build(self, ctx: ShardContext) -> Callable[[str], bool]:
        script = resolved(ctx, self.query)
        check_language(script, "template")
        with compiling(script):
            if script.lang == "painless":
                painless = compile(str(script.source), "template", {}, script.options, script.id)
                render: Callable[[Mapping[str, Any]], Any] = painless.execute
            else:
                render = compile_template(str(script.source), script.options).render
        return lambda text: self._found(ctx, str(render({**self.params, "suggestion": text})))

    @staticmethod
    def _found(ctx: ShardContext, source: str) -> bool:
        raw = source.encode()
        if not source.lstrip().startswith("{"):
            raise XContentParseException("Failed to derive xcontent")
        ctx = replace(ctx, memo={})  # which knows queries by their identity, and this one's ends here
        query = parse_written(raw, lambda tree: parse_query([tree], 0))
        try:
            mask = query.mask(ctx)
        except (QueryShardException, ParsingException, NotFaked):
            raise
        except OpenSearchError as cause:
            if getattr(cause, "at_run_time", False):
                raise
            raise QueryShardException(f"failed to create query: {cause.reason}") from cause
        return bool((mask & ctx.view.live).any())


@dataclass(frozen=True, kw_only=True)
class PhraseSuggester:
    kind: ClassVar[str] = "phrase"
    field: str
    analyzer: str | None = None
    size: int = 5
    shard_size: int | None = None
    max_errors: float = 0.5
    separator: str = " "
    real_word_error_likelihood: float = 0.95
    confidence: float = 1.0
    gram_size: int | None = None
    force_unigrams: bool = True
    token_limit: int = 10
    tags: tuple[str, str] | None = None
    generators: tuple[DirectGenerator, ...] = ()
    scorer: Callable[..., WordScorer] = _BACKOFF
    collate: Collate | None = None

    def build(self, ctx: ShardContext, texts: Texts) -> Entries:
        mapped, analyzer = common_fields(ctx, self.field, self.analyzer, self.shard_size)
        generators = [one.build(ctx) for one in self.generators]
        collate = None if self.collate is None else self.collate.build(ctx)
        gram_size = self.gram_size or 1
        shingles = shingles_of(ctx, analyzer)
        if self.gram_size is None and shingles is not None:
            gram_size = shingles.largest
        if not generators:
            if shingles is not None and not shingles.unigrams and self.force_unigrams:
                raise IllegalArgumentException(
                    f"The default candidate generator for phrase suggest can't operate on field: [{mapped.path}] since "
                    "it doesn't emit unigrams. If this is intentional try to set the candidate generator field "
                    "explicitly"
                )
            generators = [DirectGenerator(field=mapped.path, values={}).build(ctx)]

        def entries(texts: Texts) -> list[dict[str, Any]]:
            text = str(texts.text)
            found, cutoff = self._corrections(ctx, mapped.path, analyzer, generators, gram_size, text)
            options: list[dict[str, Any]] = []
            for one in found:
                matches = collate is None or collate(one.text())
                if matches or (self.collate is not None and self.collate.prune):
                    options.append(self._option(one, matches))
            return [
                {
                    "text": text,
                    "offset": 0,
                    "length": utf16_length(text),
                    "options": [option for option in options if float(option["score"]) > cutoff],
                    "cutoff": cutoff,
                }
            ]

        return entries

    def _option(self, one: Correction, matches: bool) -> dict[str, Any]:
        option: dict[str, Any] = {"text": one.text()}
        if self.tags is not None:
            option["highlighted"] = one.text(self.tags)
        option["score"] = np.float32(one.score)
        if self.collate is not None and self.collate.prune:
            option["collate_match"] = matches
        return option

    def _corrections(
        self,
        ctx: ShardContext,
        path: str,
        analyzer: Analyzer,
        generators: list[Callable[[float], Generator | None]],
        gram_size: int,
        text: str,
    ) -> tuple[list[Correction], float]:
        if not ctx.view.live.any():
            return [], LEAST
        likelihood = float(np.float32(self.real_word_error_likelihood))
        ready = [one for one in (make(likelihood) for make in generators) if one is not None]
        terms = terms_of(ctx, path)
        if not ready or terms is None:
            return [], LEAST
        channel = NoisyChannel(
            scorer=self.scorer(terms=terms, likelihood=likelihood, separator=self.separator),
            generators=ready,
            gram_size=gram_size,
            max_errors=self.max_errors,
            confidence=float(np.float32(self.confidence)),
            count=max(self.size, 5) if self.shard_size is None else self.shard_size,
            token_limit=self.token_limit,
            require_unigram=self.force_unigrams,
        )
        return channel.corrections(analyzer.stream(text).tokens)

    def merged(self, shards: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        check_alike(shards)
        return [self._together(list(same)) for same in zip(*shards, strict=True)]

    def _together(self, same: list[dict[str, Any]]) -> dict[str, Any]:
        """PhraseSuggestion.Entry.reduce."""
        told = {name: value for name, value in same[0].items() if name != "cutoff"}
        if len(same) == 1:
            return {**told, "options": told["options"][: self.size]}
        cutoff = max(entry["cutoff"] for entry in same)
        options: dict[str, dict[str, Any]] = {}
        for entry in same:
            for option in entry["options"]:
                known = options.setdefault(option["text"], dict(option))
                known["score"] = max(known["score"], option["score"])
                if "collate_match" in option:
                    known["collate_match"] |= option["collate_match"]
        above = [option for option in options.values() if float(option["score"]) > cutoff]
        above.sort(key=lambda option: (-float(option["score"]), option["text"]))
        return {**told, "options": above[: self.size]}


def shingles_of(ctx: ShardContext, analyzer: Analyzer) -> ShingleFilter | None:
    """PhraseSuggestionBuilder.getShingleFilterFactory: the first filter of shingles that the settings define."""
    if not isinstance(analyzer, CustomAnalyzer):
        return None
    for name, one in zip(analyzer.filter_names, analyzer.filters, strict=True):
        if isinstance(one, ShingleFilter) and f"index.analysis.filter.{name}.type" in ctx.settings:
            return one
    return None


# --- as a body asks for it --------------------------------------------------------------------------------------------


def _above(name: str, reader: Any, least: float, says: str) -> Any:
    """A reader of numbers that are refused at ``least`` or below."""

    def read_number(container: Any, key: Any) -> Any:
        value = reader(container, key)
        if value <= least:
            raise IllegalArgumentException(f"{name} must be {says}")
        return value

    return read_number


def _confidence(container: Any, key: Any) -> float:
    value = objects.decimal(container, key)
    if value < 0:
        raise IllegalArgumentException("confidence must be >= 0.0")
    return value


_MEMBERS: Mapping[str, Callable[[Any, Any], Any]] = {
    "analyzer": objects.text,
    "field": objects.text,
    "size": positive_size,
    "shard_size": objects.integer,
    "real_word_error_likelihood": _above("real_word_error_likelihood", objects.decimal, 0, "> 0.0"),
    "confidence": _confidence,
    "separator": objects.text,
    "max_errors": _above("max_error", objects.decimal, 0, "> 0.0"),
    "gram_size": _above("gramSize", objects.integer, 0, ">= 1"),
    "force_unigrams": objects.boolean,
    "token_limit": _above("token_limit", objects.integer, 0, ">= 1"),
}


def _edits(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if not 1 <= value <= 2:
        raise IllegalArgumentException(f"Illegal max_edits value {value}")
    return value


_GENERATOR = ObjectParser(
    "direct_generator",
    {
        "field": declared("string"),
        "pre_filter": declared("string"),
        "post_filter": declared("string"),
        "suggest_mode": declared("string"),
        "min_doc_freq": declared("float"),
        "accuracy": declared("float"),
        "size": declared("int", _above("Size", objects.integer, 0, "positive")),
        "sort": declared("string"),
        "string_distance": declared("string"),
        "max_inspections": declared("int"),
        "max_term_freq": declared("float"),
        "max_edits": declared("int", _edits),
        "min_word_length": declared("int"),
        "prefix_length": declared("int"),
    },
    constructor=("field",),
    applied=True,
)


def _behind_generators(items: list[Any], i: int) -> Exception:
    """What is said of the token behind one that is no generator, which is passed over."""
    if i < len(items) and isinstance(items[i], list):
        return NotFaked("a [direct_generator] of arrays")
    array = "  doesn't support array" if i < len(items) and isinstance(items[i], dict) else " doesn't support"
    at = Where(items, i) if i < len(items) else Where(items, None, "end")
    return ParsingException(f"suggester[phrase]{array} field [direct_generator]", at=at)


def _scalars(container: Any, key: Any) -> Iterator[tuple[Any, Any]]:
    """Where the scalars of a member stand, those of arrays too: parsers that look at tokens pass over brackets."""
    value = container[key]
    if objects.is_value(value):
        yield container, key
    elif isinstance(value, list):
        for i in range(len(value)):
            yield from _scalars(value, i)


def _generators(container: Any, key: Any) -> list[DirectGenerator]:
    found = []
    items = container[key]
    for i, item in enumerate(items):
        if isinstance(item, list):
            raise _behind_generators(item, 0)
        if not isinstance(item, dict):
            raise _behind_generators(items, i + 1)
        values = _GENERATOR.parse(items, i)
        own = {name: values.pop(name) for name in ("field", "size", "pre_filter", "post_filter") if name in values}
        found.append(DirectGenerator(**own, values=values))
    return found


def _linear(container: Any, key: Any) -> Callable[..., WordScorer]:
    """LinearInterpolation.fromXContent."""
    body = container[key]
    lambdas = dict.fromkeys(("trigram_lambda", "bigram_lambda", "unigram_lambda"), 0.0)
    for name, value in body.items():
        if not objects.is_value(value):
            raise ParsingException(
                f"[linear] unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name)
            )
        if name not in lambdas:
            raise IllegalArgumentException(f"suggester[phrase][smoothing][linear] doesn't support field [{name}]")
        lambdas[name] = objects.decimal(body, name)
        if lambdas[name] < 0:
            raise IllegalArgumentException(f"{name} must be positive")
    total = lambdas["trigram_lambda"] + lambdas["bigram_lambda"] + lambdas["unigram_lambda"]
    if abs(total - 1.0) > 0.001:
        raise IllegalArgumentException("linear smoothing lambdas must sum to 1")
    in_all = lambdas["unigram_lambda"] + lambdas["bigram_lambda"] + lambdas["trigram_lambda"]
    shares: dict[str, Any] = {name: value / in_all for name, value in lambdas.items()}
    return partial(LinearInterpolation, **shares)


def _one_number(name: str, default: float, make: Callable[..., WordScorer]) -> Any:
    """A model of one number, which passes over everything else."""

    def read_model(container: Any, key: Any) -> Callable[..., WordScorer]:
        body = container[key]
        value = default
        for holder, at in _scalars(body, name) if name in body else ():
            value = objects.decimal(holder, at)
        return partial(make, **{name: value})

    return read_model


_MODELS: Mapping[str, Any] = {
    "linear": _linear,
    "laplace": _one_number("alpha", 0.5, Laplace),
    "stupid_backoff": _one_number("discount", 0.4, StupidBackoff),
}


def _smoothing(container: Any, key: Any) -> Callable[..., WordScorer] | None:
    """SmoothingModel.fromXContent."""
    body = container[key]
    model: Callable[..., WordScorer] | None = None
    for name, value in body.items():
        if not isinstance(value, dict):
            raise ParsingException(
                f"[smoothing] unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name)
            )
        if name not in _MODELS:
            raise IllegalArgumentException(f"suggester[phrase] doesn't support object field [{name}]")
        model = _MODELS[name](body, name)
    return model


def _tags(container: Any, key: Any) -> tuple[str, str] | None:
    body = container[key]
    tags: dict[str, str] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            raise Astray(Where(body, name), None)
        for holder, at in _scalars(body, name):
            if name not in ("pre_tag", "post_tag"):
                raise ParsingException(
                    f"suggester[phrase][highlight] doesn't support field [{name}]", at=Where(holder, at)
                )
            tags[name] = objects.text(holder, at)
    if len(tags) == 1:
        raise IllegalArgumentException("Pre and post tag must both be null or both not be null.")
    return (tags["pre_tag"], tags["post_tag"]) if tags else None


def _collate(container: Any, key: Any) -> Collate | None:
    body = container[key]
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name == "query":
            values[name] = parse_script(body, name, "mustache")
        elif name == "params":
            values[name] = value if isinstance(value, dict) else {}
        elif name == "prune":
            if not isinstance(value, bool) and value not in ("true", "false"):
                raise ParsingException(
                    "suggester[phrase][collate] prune must be either 'true' or 'false'", at=Where(body, name)
                )
            values[name] = objects.boolean(body, name)
        else:
            raise ParsingException(f"suggester[phrase][collate] doesn't support field [{name}]", at=Where(body, name))
    return Collate(**values) if "query" in values else None


def parse_phrase_suggester(container: Any, key: Any) -> PhraseSuggester:
    """PhraseSuggestionBuilder.fromXContent."""
    body = container[key]
    values: dict[str, Any] = {}
    for name, value in body.items():
        if objects.is_value(value):
            reader = _MEMBERS.get(name)
            if reader is None:
                raise ParsingException(f"suggester[phrase] doesn't support field [{name}]", at=Where(body, name))
            values[name] = reader(body, name)
        elif isinstance(value, list) and name == "direct_generator":
            values["generators"] = tuple(_generators(body, name))
        elif isinstance(value, dict) and name == "smoothing":
            model = _smoothing(body, name)
            if model is not None:
                values["scorer"] = model
        elif isinstance(value, dict) and name == "highlight":
            values["tags"] = _tags(body, name)
        elif isinstance(value, dict) and name == "collate":
            values["collate"] = _collate(body, name)
        else:
            told = " doesn't support" if value is None else "  doesn't support array"
            raise ParsingException(f"suggester[phrase]{told} field [{name}]", at=Where(body, name))
    if "field" not in values:
        raise OpenSearchParseException("the required field option [field] is missing")
    if not values["field"]:
        raise IllegalArgumentException("suggestion field name is empty")
    return PhraseSuggester(**values)


SUGGESTERS["phrase"] = parse_phrase_suggester
