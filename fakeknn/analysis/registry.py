"""An index's analyzers and normalizers, made from its settings; and what exists without an index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

import fakeknn.analysis.analyzers
import fakeknn.analysis.charfilters
import fakeknn.analysis.classic
import fakeknn.analysis.compounds
import fakeknn.analysis.filters
import fakeknn.analysis.folding
import fakeknn.analysis.graphs
import fakeknn.analysis.keywords
import fakeknn.analysis.languages
import fakeknn.analysis.ngrams
import fakeknn.analysis.normalizations
import fakeknn.analysis.patterns
import fakeknn.analysis.scripted
import fakeknn.analysis.shingles
import fakeknn.analysis.stemming
import fakeknn.analysis.synonyms
import fakeknn.analysis.urlemail
import fakeknn.analysis.worddelimiter  # noqa: F401
from fakeknn.analysis.base import Analyzer
from fakeknn.analysis.custom import CustomAnalyzer, chained
from fakeknn.analysis.factories import (
    ANALYZERS,
    CHAR_FILTERS,
    TOKEN_FILTERS,
    TOKENIZERS,
    CharFilterFactory,
    Table,
    TokenFilterFactory,
    TokenizerFactory,
)
from fakeknn.analysis.settings import NO_SETTINGS, ComponentSettings, Flat, flatten
from fakeknn.analysis.tokenizers import KeywordTokenizer
from fakeknn.errors import IllegalArgumentException, SettingsException
from fakeknn.xcontent import hash_ordered

F = TypeVar("F")
_LIMITS = {"max_ngram_diff": 1, "max_shingle_diff": 3}


class AnalysisRegistry:
    """``settings``: the index's settings, nested or flat, with or without the ``index.`` in front.

    Everything that the settings define is built at once, so that what is wrong with them is raised here.
    """

    def __init__(self, settings: Mapping[str, Any] | None = None, *, index: str = "") -> None:
        self.index = index
        self.settings: Flat = {key.removeprefix("index."): value for key, value in flatten(settings or {}).items()}
        self.unset = {key.removeprefix("index."): None for key, value in (settings or {}).items() if value is None}
        self.limits = {name: self._limit(name, default) for name, default in _LIMITS.items()}
        self.groups = {
            kind: self._group(kind) for kind in ("char_filter", "tokenizer", "filter", "analyzer", "normalizer")
        }
        self._char_filters = self._build("char_filter", CHAR_FILTERS)
        self._tokenizers = self._build("tokenizer", TOKENIZERS)
        self._filters = self._build("filter", TOKEN_FILTERS)
        self._analyzers: dict[str, Analyzer] = {}
        self._normalizers: dict[str, Analyzer] = {}
        self._build_analyzers()
        self._build_normalizers()

    # --- what an index has ------------------------------------------------------------------------------------------

    def analyzer(self, name: str) -> Analyzer | None:
        """The analyzer of that name, None if there is none."""
        if name not in self._analyzers:
            if name in ANALYZERS.preconfigured:
                self._analyzers[name] = ANALYZERS.preconfigured[name](name, NO_SETTINGS)
            elif name in ANALYZERS.types:
                self._analyzers[name] = ANALYZERS.types[name].make(name, NO_SETTINGS)
        return self._analyzers.get(name)

    def normalizer(self, name: str) -> Analyzer | None:
        """The normalizer of that name, None if there is none."""
        if name == "lowercase" and name not in self._normalizers:
            self._normalizers[name] = _lowercase_normalizer(name)
        return self._normalizers.get(name)

    @property
    def default(self) -> Analyzer:
        """What a text field is analyzed with that names no analyzer."""
        analyzer = self.analyzer("default")
        assert analyzer is not None
        return analyzer

    @property
    def default_search(self) -> Analyzer | None:
        """The analyzer named ``default_search``, if the index has one."""
        return self.analyzer("default_search")

    @property
    def default_search_quoted(self) -> Analyzer | None:
        """The analyzer named ``default_search_quoted``, if the index has one."""
        return self.analyzer("default_search_quoted")

    def char_filter(self, name: str) -> CharFilterFactory | None:
        return self._component(name, CHAR_FILTERS, self._char_filters)

    def tokenizer(self, name: str) -> TokenizerFactory | None:
        return self._component(name, TOKENIZERS, self._tokenizers)

    def filter(self, name: str) -> TokenFilterFactory | None:
        return self._component(name, TOKEN_FILTERS, self._filters)

    # --- building ---------------------------------------------------------------------------------------------------

    def _limit(self, name: str, default: int) -> int:
        value = self.settings.get(name)
        try:
            return default if value is None else int(str(value))
        except ValueError:
            return default

    def _group(self, kind: str) -> dict[str, ComponentSettings]:
        prefix = f"analysis.{kind}."
        groups: dict[str, Flat] = {}
        for key, value in {**self.settings, **self.unset}.items():
            if not key.startswith(prefix):
                continue
            name, dot, rest = key[len(prefix) :].partition(".")
            if not dot:
                raise SettingsException(
                    f"Failed to get setting group for [index.{prefix}] setting prefix and setting "
                    f"[index.{prefix}{name}] because of a missing '.'"
                )
            if value is not None:
                groups.setdefault(name, {})[rest] = value
        return {name: ComponentSettings(groups[name], self.limits) for name in hash_ordered(groups)}

    def _build(self, kind: str, table: Table[F]) -> dict[str, F]:
        built = {}
        for name, settings in self.groups[kind].items():
            type_name = settings.get("type")
            if type_name is None:
                raise IllegalArgumentException(f"{kind} [{name}] must specify either an analyzer type, or a tokenizer")
            if type_name not in table.types:
                raise IllegalArgumentException(f"Unknown {kind} type [{type_name}] for [{name}]")
            built[name] = table.types[type_name].make(name, settings)
        return built

    def _component(self, name: str, table: Table[F], built: dict[str, F]) -> F | None:
        if name not in built:
            if name in table.preconfigured:
                built[name] = table.preconfigured[name](name, ComponentSettings({}, self.limits, defined=False))
            elif name in table.types and not table.types[name].requires_settings:
                built[name] = table.types[name].make(name, ComponentSettings({}, self.limits, defined=False))
            else:
                return None
        return built[name]

    def _build_analyzers(self) -> None:
        custom: dict[str, ComponentSettings] = {}
        for name, settings in self.groups["analyzer"].items():
            type_name = settings.get("type")
            if type_name == "custom" or (type_name is None and settings.get("tokenizer") is not None):
                custom[name] = settings
            elif type_name is None:
                raise IllegalArgumentException(
                    f"analyzer [{name}] must specify either an analyzer type, or a tokenizer"
                )
            elif type_name not in ANALYZERS.types:
                raise IllegalArgumentException(f"Unknown analyzer type [{type_name}] for [{name}]")
            else:
                self._analyzers[name] = ANALYZERS.types[type_name].make(name, settings)
        for name, settings in custom.items():
            self._analyzers[name] = self._custom(name, settings)
        if "default_index" in self._analyzers:
            raise IllegalArgumentException(
                "setting [index.analysis.analyzer.default_index] is not supported anymore, use "
                f"[index.analysis.analyzer.default] instead for index [{self.index}]"
            )
        for name in self._analyzers:
            if name.startswith("_"):
                raise IllegalArgumentException(f"analyzer name must not start with '_'. got \"{name}\"")

    def _custom(self, name: str, settings: ComponentSettings) -> Analyzer:
        gap = settings.integer("position_increment_gap", 100)
        offset_gap = settings.integer("offset_gap", -1)
        wanted = settings.get("tokenizer")
        if wanted is None:
            raise IllegalArgumentException(f"Custom Analyzer [{name}] must be configured with a tokenizer")
        tokenizer = self.tokenizer(wanted)
        if tokenizer is None:
            raise IllegalArgumentException(f"Custom Analyzer [{name}] failed to find tokenizer under name [{wanted}]")
        char_filters = [found for _, found in self._named_char_filters(f"Custom Analyzer [{name}]", settings)]
        filters = [found for _, found in self._named_filters(name, settings)]
        return CustomAnalyzer(
            name,
            tokenizer,
            char_filters,
            chained(filters, tokenizer, char_filters, self.filter),
            position_increment_gap=gap,
            offset_gap=offset_gap,
        )

    def _named_char_filters(self, of: str, settings: ComponentSettings) -> Iterator[tuple[str, CharFilterFactory]]:
        for part in settings.strings("char_filter") or ():
            char_filter = self.char_filter(part)
            if char_filter is None:
                raise IllegalArgumentException(f"{of} failed to find char_filter under name [{part}]")
            yield part, char_filter

    def _named_filters(self, name: str, settings: ComponentSettings) -> Iterator[tuple[str, TokenFilterFactory]]:
        for part in settings.strings("filter") or ():
            token_filter = self.filter(part)
            if token_filter is None:  # of a normalizer, too
                raise IllegalArgumentException(f"Custom Analyzer [{name}] failed to find filter under name [{part}]")
            yield part, token_filter

    def _build_normalizers(self) -> None:
        for name, settings in self.groups["normalizer"].items():
            type_name = settings.get("type")
            if type_name in (None, "custom"):
                self._normalizers[name] = self._custom_normalizer(name, settings)
            elif type_name == "lowercase":
                self._normalizers[name] = _lowercase_normalizer(name)
            else:
                raise IllegalArgumentException(f"Unknown normalizer type [{type_name}] for [{name}]")

    def _custom_normalizer(self, name: str, settings: ComponentSettings) -> Analyzer:
        if settings.get("tokenizer") is not None:
            raise IllegalArgumentException(f"Custom normalizer [{name}] cannot configure a tokenizer")
        char_filters, filters = [], []
        for part, char_filter in self._named_char_filters(f"Custom normalizer [{name}]", settings):
            if not char_filter.normalizing:
                raise IllegalArgumentException(f"Custom normalizer [{name}] may not use char filter [{part}]")
            char_filters.append(char_filter)
        for part, token_filter in self._named_filters(name, settings):
            if token_filter.normal is None:
                raise IllegalArgumentException(f"Custom normalizer [{name}] may not use filter [{part}]")
            filters.append(token_filter)
        return CustomAnalyzer(
            name, TokenizerFactory("keyword", KeywordTokenizer), char_filters, filters, position_increment_gap=0
        )


def _lowercase_normalizer(name: str) -> Analyzer:
    lower = TOKEN_FILTERS.types["lowercase"].make("lowercase", NO_SETTINGS).create()
    return Analyzer(KeywordTokenizer(), [lower], name=name, normalization=[lower], position_increment_gap=0)


@cache
def global_analyzer(name: str) -> Analyzer | None:
    """The analyzer of that name without an index: it puts no gap between values."""
    if name in ANALYZERS.preconfigured:
        analyzer = ANALYZERS.preconfigured[name](name, NO_SETTINGS)
    elif name in ANALYZERS.types:
        analyzer = ANALYZERS.types[name].make(name, NO_SETTINGS)
    else:
        return None
    analyzer.position_increment_gap = 0
    if name == "fingerprint":
        # Not among those made in advance, it goes by its class.
        analyzer.name = "org.opensearch.analysis.common.FingerprintAnalyzer"
    return analyzer
