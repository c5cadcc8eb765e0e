"""What ``_analyze`` answers."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from fakeknn.analysis.base import POSITION_INCREMENT_GAP, Analyzer, Token, TokenStream, utf16_offsets
from fakeknn.analysis.custom import CustomAnalyzer, in_chain
from fakeknn.analysis.factories import CHAR_FILTERS, TOKEN_FILTERS, TOKENIZERS, Chain, Table, TokenFilterFactory
from fakeknn.analysis.registry import AnalysisRegistry, global_analyzer
from fakeknn.analysis.settings import ComponentSettings, flatten
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IllegalStateException,
)

F = TypeVar("F")
NameOrDefinition = str | Mapping[str, Any]
FieldAnalyzer = Callable[[str], tuple[Analyzer, int] | None]


@dataclasses.dataclass
class AnalyzeRequest:
    """What is asked of ``_analyze``: texts, and the analyzer by its name or by its parts."""

    text: list[str] = dataclasses.field(default_factory=list)
    analyzer: str | None = None
    tokenizer: NameOrDefinition | None = None
    filter: list[NameOrDefinition] = dataclasses.field(default_factory=list)
    char_filter: list[NameOrDefinition] = dataclasses.field(default_factory=list)
    field: str | None = None
    explain: bool = False
    attributes: list[str] = dataclasses.field(default_factory=list)
    normalizer: str | None = None

    def validate(self, indexed: bool) -> None:
        extra = self.tokenizer is not None or bool(self.filter) or bool(self.char_filter)
        rules = (
            (not self.text, "text is missing"),
            (not indexed and self.normalizer is not None, "index is required if normalizer is specified"),
            (
                self.normalizer is not None and (self.tokenizer is not None or self.analyzer is not None),
                "tokenizer/analyze should be null if normalizer is specified",
            ),
            (self.analyzer is not None and extra, "cannot define extra components on a named analyzer"),
            (self.normalizer is not None and extra, "cannot define extra components on a named normalizer"),
            (self.field is not None and extra, "cannot define extra components on a field-specific analyzer"),
        )
        problems = [problem for wrong, problem in rules if wrong]
        if problems:
            raise ActionRequestValidationException(*problems)


class _Components:
    """Finds the parts of an analyzer that a request puts together."""

    def __init__(self, registry: AnalysisRegistry | None) -> None:
        self.registry = registry
        self.limits = registry.limits if registry is not None else {}

    def find(self, kind: str, table: Table[F], wanted: NameOrDefinition) -> F:
        if not isinstance(wanted, str):
            return self._defined(kind, table, wanted)
        nothing = ComponentSettings({}, self.limits, defined=False)
        if self.registry is None:
            if wanted in table.preconfigured:
                return table.preconfigured[wanted](wanted, nothing)
            if wanted not in table.types:
                raise IllegalArgumentException(f"failed to find global {kind} under [{wanted}]")
            if table.types[wanted].requires_settings:
                raise IllegalArgumentException("Analysis settings required - can't instantiate analysis factory")
            return table.types[wanted].make(wanted, nothing)
        settings = self.registry.groups[kind].get(wanted)
        if settings is not None:
            return table.types[settings.text("type", "")].make(wanted, settings)
        # Unlike in an index's own analyzers, a type comes before what is there preconfigured by the same name.
        if wanted in table.types:
            return table.types[wanted].make(wanted, nothing)
        if wanted in table.preconfigured:
            return table.preconfigured[wanted](wanted, nothing)
        raise IllegalArgumentException(f"failed to find {kind} under [{wanted}]")

    def _defined(self, kind: str, table: Table[F], wanted: Mapping[str, Any]) -> F:
        settings = ComponentSettings(flatten(wanted), self.limits)
        type_name = settings.get("type")
        if type_name is None:
            nulls = {key: None for key, value in wanted.items() if value is None}
            shown = json.dumps(
                dict(sorted({**settings.values, **nulls}.items())), separators=(",", ":"), ensure_ascii=False
            )
            raise IllegalArgumentException(f"Missing [type] setting for anonymous {kind}: {shown}")
        name = f"__anonymous__{type_name}"
        if type_name in table.types:
            return table.types[type_name].make(name, settings)
        if type_name in table.preconfigured:
            # Without a type of that name it is asked for the version of an index, which these settings do not have
            raise IllegalStateException(
                "[index.version.created] is not present in the index settings for index with UUID [null]"
            )
        raise IllegalArgumentException(f"failed to find global {kind} under [{type_name}]")

    def analyzer(self, request: AnalyzeRequest) -> CustomAnalyzer | None:
        """The analyzer that the request defines, None if it names one."""
        if request.tokenizer is None and not request.filter and not request.char_filter:
            return None
        tokenizer = self.find("tokenizer", TOKENIZERS, "keyword" if request.tokenizer is None else request.tokenizer)
        char_filters = [self.find("char_filter", CHAR_FILTERS, wanted) for wanted in request.char_filter]
        filters: list[TokenFilterFactory] = []
        chain = Chain(tokenizer, char_filters, filters, lambda name: self.find("filter", TOKEN_FILTERS, name))
        for wanted in request.filter:
            factory = self.find("filter", TOKEN_FILTERS, wanted)
            if request.tokenizer is None and factory.normal is None:
                raise IllegalArgumentException(f"Custom normalizer may not use filter [{factory.name}]")
            filters.append(in_chain(factory, chain))
        return CustomAnalyzer("__custom__", tokenizer, char_filters, filters)


def _named(
    request: AnalyzeRequest, registry: AnalysisRegistry | None, of_field: FieldAnalyzer | None
) -> tuple[Analyzer, int]:
    """The analyzer that the request names, and its gap between texts."""
    scope = "global " if registry is None else ""
    if request.analyzer is not None:
        find = global_analyzer if registry is None else registry.analyzer
        return _gapped(find(request.analyzer), f"failed to find {scope}analyzer [{request.analyzer}]")
    if request.normalizer is not None and registry is not None:
        found = registry.normalizer(request.normalizer)
        return _gapped(found, f"failed to find normalizer under [{request.normalizer}]")
    if request.field is not None:
        if registry is None:
            raise IllegalArgumentException("analysis based on a specific field requires an index")
        of_this = of_field(request.field) if of_field is not None else None
        if of_this is not None:
            return of_this
    return _gapped(global_analyzer("standard") if registry is None else registry.default, "")


def _gapped(found: Analyzer | None, missing: str) -> tuple[Analyzer, int]:
    if found is None:
        raise IllegalArgumentException(missing)
    return found, found.position_increment_gap


class _TokenList:
    """The tokens of several texts: positions and offsets go on, offsets in UTF-16 units."""

    def __init__(self, limit: int, shown: frozenset[str] | None = None, attributes: Iterable[str] = ()) -> None:
        self.limit = limit
        self.shown = shown
        self.attributes = frozenset(attributes)
        self.tokens: list[dict[str, Any]] = []
        self.position = -1
        self.offset = 0

    def add(self, text: str, stream: TokenStream, position_gap: int, offset_gap: int) -> None:
        units = utf16_offsets(text)
        for token in stream.tokens:
            self.tokens.append(
                {
                    "token": token.term,
                    "start_offset": self.offset + units[token.start],
                    "end_offset": self.offset + units[token.end],
                    "type": token.type,
                    "position": self.position + 1 + token.position,
                    **({"positionLength": token.position_length} if token.position_length > 1 else {}),
                    **({} if self.shown is None else self._attributes(token, self.shown)),
                }
            )
            if len(self.tokens) > self.limit:
                raise IllegalStateException(
                    "The number of tokens produced by calling _analyze has exceeded the allowed maximum of "
                    f"[{self.limit}]. This limit can be set by changing the [index.analyze.max_token_count] index "
                    "level setting."
                )
        self.position += stream.end_position + 1 + position_gap
        self.offset += units[stream.end_offset] + offset_gap

    def _attributes(self, token: Token, shown: frozenset[str]) -> dict[str, Any]:
        values: dict[str, Any] = {"bytes": _hex(token.term.encode())}
        if "keyword" in self.attributes:
            values["keyword"] = token.keyword
        if "payload" in self.attributes:
            values["payload"] = None if token.payload is None else _hex(token.payload)
        values["positionLength"] = token.position_length
        if "termFrequency" in self.attributes:
            values["termFrequency"] = token.term_frequency
        return {key: value for key, value in values.items() if not shown or key.lower() in shown}


def _hex(data: bytes) -> str:
    return f"[{' '.join(f'{byte:x}' for byte in data)}]"


def analyze(
    request: AnalyzeRequest,
    registry: AnalysisRegistry | None = None,
    field_analyzer: FieldAnalyzer | None = None,
    *,
    max_token_count: int = 10_000,
) -> dict[str, Any]:
    """The answer to an ``_analyze`` request, on an index if its registry is given.

    ``field_analyzer`` gives the analyzer of a mapped field and the gap between its values, None for one that is not
    mapped; it raises where the field holds no text.
    """
    request.validate(registry is not None)
    custom = _Components(registry).analyzer(request)
    analyzer: Analyzer
    analyzer, gap = (
        (custom, POSITION_INCREMENT_GAP) if custom is not None else _named(request, registry, field_analyzer)
    )
    if request.explain:
        shown = frozenset(name.lower() for name in request.attributes)
        if isinstance(analyzer, CustomAnalyzer):
            # The gap is the analyzer's own, whatever the field's; one of the request has none here.
            gap = 0 if custom is not None else analyzer.position_increment_gap
            return {"detail": _detail(analyzer, request.text, gap, shown, max_token_count)}
        listed = _TokenList(max_token_count, shown, _attributes(analyzer, len(analyzer.filters)))
    else:
        listed = _TokenList(max_token_count)
    for text in request.text:
        listed.add(text, analyzer.stream(text), gap, analyzer.offset_gap)
    if request.explain:
        return {"detail": {"custom_analyzer": False, "analyzer": {"name": analyzer.name, "tokens": listed.tokens}}}
    return {"tokens": listed.tokens}


def _attributes(analyzer: Analyzer, count: int) -> list[str]:
    """What tokens show of themselves behind the first ``count`` filters."""
    attributes = [*analyzer.tokenizer.attributes]
    for part in analyzer.filters[:count]:
        attributes = [*(() if part.makes_anew else attributes), *part.attributes]
    return attributes


def _detail(
    analyzer: CustomAnalyzer, texts: Sequence[str], gap: int, shown: frozenset[str], limit: int
) -> dict[str, Any]:
    filtered: list[list[str]] = [[] for _ in analyzer.char_filters]
    stages = [_TokenList(limit, shown, _attributes(analyzer, count)) for count in range(len(analyzer.filters) + 1)]
    for text in texts:
        changed = text
        for char_filter, results in zip(analyzer.char_filters, filtered, strict=True):
            changed, _ = char_filter.filter(changed)
            results.append(changed)
        for count, stage in enumerate(stages):
            stage.add(text, analyzer.stream(text, count), gap, analyzer.offset_gap)
    return {
        "custom_analyzer": True,
        "charfilters": [
            {"name": name, "filtered_text": results}
            for name, results in zip(analyzer.char_filter_names, filtered, strict=True)
        ],
        "tokenizer": {"name": analyzer.tokenizer_name, "tokens": stages[0].tokens},
        "tokenfilters": [
            {"name": name, "tokens": stage.tokens}
            for name, stage in zip(analyzer.filter_names, stages[1:], strict=True)
        ],
    }
