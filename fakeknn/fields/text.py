"""text and its kin: analysed fields with postings, positions and lengths."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np

from fakeknn.analysis.base import POSITION_INCREMENT_GAP, Analyzer, TokenFilter
from fakeknn.analysis.companions import EdgeGrams, FixedShingles, extended
from fakeknn.analysis.regexp import regexp_matcher
from fakeknn.errors import (
    ClassCastException,
    IllegalArgumentException,
    IllegalStateException,
    MapperParsingException,
    NotFaked,
    OpenSearchError,
    UnsupportedOperationException,
)
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, TextBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import BOOST, META, SIMILARITY, Parameter, decimal, flag, integer, text
from fakeknn.fields.patterns import matching_terms, wildcard_matcher
from fakeknn.fields.scalar import check_similarity, plain_text
from fakeknn.knn.java import cannot_be_cast, class_name
from fakeknn.view import Column, Mask, TextColumn
from fakeknn.xcontent import java_string

#: The analyzer that stands in for one that is not named, and the index's own for that purpose.
_ANALYZED_BEFORE = {
    "search_analyzer": ("analyzer", "default_search"),
    "search_quote_analyzer": ("search_analyzer", "default_search_quoted"),
}

#: The analyzers that an analyzer is told beside, if they differ.
_ANALYZED_AFTER = {
    "analyzer": ("search_analyzer", "search_quote_analyzer"),
    "search_analyzer": ("search_quote_analyzer",),
}

#: The ``position_increment_gap`` of a field that leaves it to its analyzer.
ANALYZERS_GAP = -1

#: ``fielddata_frequency_filter`` where nothing else is said.
ALL_FREQUENCIES = {"min": 0.0, "max": 2147483647.0, "min_segment_size": 0}


def _characters(value: Any, default: int) -> int:
    """XContentMapValues.nodeIntegerValue with a default: how many of them."""
    if value is None:
        return default
    if isinstance(value, float):
        if value != int(value):
            raise IllegalArgumentException(f"{java_string(value)} is not an integer value")
        return int(value)
    return integer(value)


@register("text")
class TextFieldType(FieldType):
    has_index_analyzer = True
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("store", False),
        Parameter("index_options", text, "positions", choices=("positions", "docs", "freqs", "offsets")),
        flag("norms", True, may_become=lambda ours, theirs: bool(ours) and not theirs),
        Parameter(
            "term_vector",
            text,
            "no",
            choices=(
                "no",
                "yes",
                "with_positions",
                "with_offsets",
                "with_positions_offsets",
                "with_positions_payloads",
                "with_positions_offsets_payloads",
            ),
        ),
        Parameter("analyzer", text, "default"),
        Parameter("search_analyzer", text, None, updatable=True),
        Parameter("search_quote_analyzer", text, None, updatable=True),
        SIMILARITY,
        Parameter("position_increment_gap", integer, ANALYZERS_GAP),
        flag("fielddata", False, updatable=True),
        flag("eager_global_ordinals", False, updatable=True),
        Parameter("fielddata_frequency_filter", lambda value: value, None, updatable=True),
        flag("index_phrases", False),
        Parameter("index_prefixes", lambda value: value, None, accepts_null=True),
        BOOST,
        META,
    )
    scored = True
    is_text = True
    dictionary = True
    plain: ClassVar[bool] = True
    """Whether it is a TextFieldType, which intervals and combined_fields ask for."""
    has_phrases: ClassVar[bool] = True
    constant_rewrites: ClassVar[tuple[str | None, ...]] = (
        *(None, "constant_score", "constant_score_blended", "constant_score_boolean"),
    )
    """With which rewrites a prefix that the beginnings answer has a constant score."""
    beginnings: BeginningsFieldType | None = None
    """The field that holds the beginnings of its terms."""
    phrases: ShingleFieldType | None = None
    """The field that holds its pairs of words."""
    analyzer: Any
    search_analyzer: Any
    quote_analyzer: Any

    def check_parameter(self, name: str, value: Any) -> None:
        if value is None:
            return
        if name == "fielddata_frequency_filter":
            self.options[name] = self._frequencies(value)
        analysis = self.context.analysis
        if name in ("analyzer", "search_analyzer", "search_quote_analyzer"):
            if analysis is not None and analysis.analyzer(value) is None:
                raise IllegalArgumentException(f"analyzer [{value}] has not been configured in mappings")
        elif name == "similarity":
            check_similarity(value, self)
        elif name == "index_prefixes":
            self._check_prefixes(value)

    def build(self) -> None:
        if self.option("position_increment_gap") != ANALYZERS_GAP:
            self.check_gap()
        if self.options.get("index_prefixes") is not None and not self.option("index"):
            raise IllegalArgumentException(f"Cannot set index_prefixes on unindexed field [{self.name}]")
        analysis = self.context.analysis
        if analysis is not None:
            self.analyzer = analysis.analyzer(self.option("analyzer"))
            parts = () if self.analyzer is None else self.analyzer.filters
            self.exacting = self.searchable and any(part.attributes for part in parts)
            self.search_analyzer = analysis.analyzer(self.option("search_analyzer"))
            self.quote_analyzer = analysis.analyzer(self.option("search_quote_analyzer"))
        self.gap = self.gap_of(self.analyzer) if analysis is not None else POSITION_INCREMENT_GAP
        self.inner = {field.path: field for field in self._companions()}
        self.spreads = bool(self.inner)

    def check_gap(self) -> None:
        """Refuse a ``position_increment_gap`` that the field itself says."""
        if not self.indexes_positions:
            raise IllegalArgumentException(
                f"Cannot set position_increment_gap on field [{self.name}] without positions enabled"
            )

    def gap_of(self, analyzer: Analyzer) -> int:
        """How many positions lie between the values of an array: what the field says, or else an analyzer."""
        gap = int(self.option("position_increment_gap"))
        return analyzer.position_increment_gap if gap == ANALYZERS_GAP else gap

    def _frequencies(self, given: Any) -> dict[str, Any] | None:
        """``fielddata_frequency_filter``; None where it says what holds anyway."""
        if not isinstance(given, Mapping):
            raise cannot_be_cast(given, "java.util.Map")
        said = {name: value for name, value in given.items() if value is not None}
        bounds = {
            "min": decimal(said.get("min", 0)),
            "max": decimal(said.get("max", 2**31 - 1)),
            "min_segment_size": integer(said.get("min_segment_size", 0)),
        }
        self._check_left({name: value for name, value in given.items() if name not in bounds})
        return None if bounds == ALL_FREQUENCIES else bounds

    def _check_left(self, left: Mapping[str, Any]) -> None:
        if left:
            shown = "".join(f" [{name} : {java_string(value)}]" for name, value in left.items())
            raise MapperParsingException(f"Mapping definition for [{self.name}] has unsupported parameters: {shown}")

    def _companions(self) -> Iterator[CompanionFieldType]:
        """The fields that ``index_prefixes`` and ``index_phrases`` put beside it."""
        prefixes = self.options.get("index_prefixes")
        if prefixes is not None:
            low, high = prefixes["min_chars"], prefixes["max_chars"]
            beginnings = BeginningsFieldType(f"{self.path}._index_prefix", self, low, high)
            beginnings.analyzed(EdgeGrams(low, high))
            if self.option("index_options") == "freqs":
                beginnings.options["index_options"] = "docs"
            self.beginnings = beginnings
            yield beginnings
        if self.option("index_phrases"):
            if not self.searchable:
                raise IllegalArgumentException(f"Cannot set index_phrases on unindexed field [{self.name}]")
            if not self.has_positions:
                raise IllegalArgumentException(
                    f"Cannot set index_phrases on field [{self.name}] if positions are not enabled"
                )
            self.phrases = ShingleFieldType(f"{self.path}._index_phrase", "phrase", self, 2)
            self.phrases.analyzed(FixedShingles(2))
            yield self.phrases

    def holds_beginning(self, term: str) -> bool:
        """Whether the field of beginnings has those of a term's length."""
        beginnings = self.beginnings
        return beginnings is not None and beginnings.low - (not self.plain) <= len(term) <= beginnings.high

    def shingled(self, count: int) -> ShingleFieldType | None:
        """The field in which phrases of ``count`` words are looked for, if it is another one."""
        return self.phrases

    def _check_prefixes(self, prefixes: dict[str, Any]) -> None:
        if not isinstance(prefixes, dict):
            raise ClassCastException(
                f"class {class_name(prefixes)} cannot be cast to class java.util.Map ({class_name(prefixes)} and "
                "java.util.Map are in module java.base of loader 'bootstrap')"
            )
        low, high = _characters(prefixes.get("min_chars"), 2), _characters(prefixes.get("max_chars"), 5)
        self._check_left({name: value for name, value in prefixes.items() if name not in ("min_chars", "max_chars")})
        if low > high:
            raise IllegalArgumentException(f"min_chars [{low}] must be less than max_chars [{high}]")
        if low < 1:
            raise IllegalArgumentException(f"min_chars [{low}] must be greater than zero")
        if high >= 20:
            raise IllegalArgumentException(f"max_chars [{high}] must be less than 20")
        self.options["index_prefixes"] = {"min_chars": low, "max_chars": high}

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        if include_defaults:
            told["fielddata_frequency_filter"] = told["fielddata_frequency_filter"] or ALL_FREQUENCIES
        return told

    def default(self, name: str) -> Any:
        """TextParams.Analyzers: what nobody names is the index's analyzer for the purpose, or that before it."""
        if name not in _ANALYZED_BEFORE:
            return super().default(name)
        before, own = _ANALYZED_BEFORE[name]
        analysis = self.context.analysis
        return own if analysis is not None and analysis.analyzer(own) is not None else self.option(before)

    def is_told(self, parameter: Parameter, value: Any) -> bool:
        others = _ANALYZED_AFTER.get(parameter.name, ())
        return super().is_told(parameter, value) or any(self.option(other) != value for other in others)

    @property
    def has_doc_values(self) -> bool:
        return bool(self.option("fielddata"))

    @property
    def has_norms(self) -> bool:
        return bool(self.option("norms"))

    @property
    def has_positions(self) -> bool:
        return self.option("index_options") in ("positions", "offsets")

    @property
    def indexes_positions(self) -> bool:
        """Whether the index itself knows where its terms stand, as intervals need it."""
        return self.searchable and self.has_positions

    @property
    def has_freqs(self) -> bool:
        return bool(self.option("index_options") != "docs")

    def require_index(self) -> None:
        if not self.searchable:
            raise IllegalArgumentException(f"Cannot search on field [{self.path}] since it is not indexed.")

    def require_doc_values(self) -> None:
        if not self.option("fielddata"):
            raise IllegalArgumentException(
                "Text fields are not optimised for operations that require per-document field data like aggregations "
                "and "
                "sorting, so these operations are disabled by default. Please use a keyword field instead. "
                "Alternatively, "
                f"set fielddata=true on [{self.path}] in order to load field data by uninverting the inverted index. "
                f"Note "
                "that this can use significant memory."
            )

    def new_buffer(self) -> Buffer | None:
        if not self.searchable:
            return None
        similarity = self.options.get("similarity") or "default"
        told = self.context.settings.get(f"index.similarity.{similarity}.discount_overlaps", "true")
        return TextBuffer(self.analyze, frequencies=self.has_freqs, discount_overlaps=told != "false")

    def analyze(self, values: Sequence[str]) -> Sequence[tuple[str, int]]:
        """The terms of a document's values with their positions."""
        found: Sequence[tuple[str, int]] = self.analyzer.positions(values, self.gap)
        return found

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        if type(value) is not str:
            if value is None:
                return None
            value = plain_text(container, key, value, doc)
        return [(path, value) for path in (self.path, *self.inner)] if self.spreads else value

    def lucene_refuses(self, parsed: Any) -> OpenSearchError | None:
        try:
            tokens = self.analyzer.analyze_values([parsed[0][1] if self.spreads else parsed], self.gap)
        except OpenSearchError as error:
            return error
        if self.has_positions and any(token.term_frequency != 1 for token in tokens):
            return IllegalStateException(
                f'field "{self.path}": cannot index positions while using custom TermFrequencyAttribute'
            )
        return None

    def parse_all(self, values: list[Any]) -> list[Any] | None:
        return None if self.spreads or self.exacting or set(map(type, values)) != {str} else values

    def index_term(self, value: Any) -> str:
        return java_string(value)

    # Terms match in postings; masks by term are for queries that do not score.

    def mask_of(self, column: Column, tids: Sequence[int]) -> Mask:
        """bool[n]: the rows that have one of these terms."""
        assert isinstance(column, TextColumn)
        mask = np.zeros(column.n, bool)
        if len(tids) > 32:
            chosen = np.zeros(column.n_terms, bool)
            chosen[np.asarray(tids)] = True
            mask[column.rows[chosen[column.tids]]] = True
            return mask
        for tid in tids:
            mask[column.rows[column.entries(tid)]] = True
        return mask

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, TextColumn)
        term = self.index_term(value)
        if case_insensitive:
            folded = term.casefold()
            return self.mask_of(column, matching_terms(column, lambda t: t.casefold() == folded))
        tid = column.number(term)
        return self.mask_of(column, [] if tid is None else [tid])

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, TextColumn)
        if case_insensitive:
            folded = value.lower()
            return self.mask_of(column, matching_terms(column, lambda t: t.lower().startswith(folded)))
        terms = column.sorted_terms
        first = bisect_left(terms, value)
        last = bisect_left(terms, value + chr(0x10FFFF), first)
        return self.mask_of(column, column.order[first:last].tolist())

    def wildcard(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, TextColumn)
        return self.mask_of(column, matching_terms(column, wildcard_matcher(value, case_insensitive)))

    def regexp(self, column: Column, value: str, **options: Any) -> Mask:
        assert isinstance(column, TextColumn)
        return self.mask_of(column, matching_terms(column, regexp_matcher(value, **options)))

    def range(
        self,
        column: Column,
        *,
        lower: Any,
        upper: Any,
        include_lower: bool,
        include_upper: bool,
        relation: str | None = None,
        time_zone: str | None = None,
        format: str | None = None,
    ) -> Mask:
        assert isinstance(column, TextColumn)
        low = None if lower is None else java_string(lower)
        high = None if upper is None else java_string(upper)

        def inside(term: str) -> bool:
            if low is not None and (term < low or (term == low and not include_lower)):
                return False
            return high is None or term < high or (term == high and include_upper)

        return self.mask_of(column, matching_terms(column, inside))

    def fetch(self, value: Any, format: str | None = None) -> Any:
        if format is not None:
            raise IllegalArgumentException(f"Field [{self.path}] doesn't support formats.")
        return None if value is None else java_string(value)


class CompanionFieldType(TextFieldType):
    """A field that another one keeps beside itself; it is written with that one, and may be searched by its name."""

    plain = False

    def __init__(self, path: str, kind: str, parent: TextFieldType) -> None:
        super().__init__(path, kind, parent.context)
        self.parent = parent
        self.gap = parent.gap
        names = ("index", "index_options", "norms", "similarity")
        self.options = {name: value for name, value in parent.options.items() if name in names}

    @property
    def name(self) -> str:
        return self.path  # as the real server calls it

    @property
    def searchable(self) -> bool:
        return True

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told: dict[str, Any] = {"type": self.content_type, "doc_values": False}
        return {**told, "boost": 1.0, "index": True, "store": False, "meta": {}} if include_defaults else told

    def analyzed(self, made: TokenFilter, searched: TokenFilter | None = None) -> None:
        """Set the analyzers: the parent's own, with filters behind them."""
        if self.context.analysis is None:
            return
        parent = self.parent
        self.analyzer = extended(parent.analyzer, made)
        self.search_analyzer, self.quote_analyzer = parent.search_analyzer, parent.quote_analyzer
        if searched is not None:
            self.search_analyzer = self.quote_analyzer = extended(parent.search_analyzer, searched)

    def require_doc_values(self) -> None:
        raise IllegalArgumentException(f"Fielddata is not supported on field [{self.path}] of type [{self.kind}]")

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        raise NotFaked(f"a value written to [{self.name}], which another field keeps beside itself")


class ShingleFieldType(CompanionFieldType):
    """Shingles: ``_2gram``, ``_3gram``, ``_4gram``, and ``_index_phrase``, whose own phrases nobody asks for."""

    def __init__(self, path: str, kind: str, parent: TextFieldType, size: int) -> None:
        super().__init__(path, kind, parent)
        self.size = size
        self.has_phrases = kind != "phrase"  # type: ignore[misc]

    @property
    def content_type(self) -> str:
        return "phrase" if self.kind == "phrase" else "shingle"

    def no_exists(self) -> UnsupportedOperationException | None:
        return UnsupportedOperationException(None) if self.kind == "phrase" else None


class BeginningsFieldType(CompanionFieldType):
    """``_index_prefix``: the beginnings of terms or shingles, of some lengths."""

    has_phrases = False

    def __init__(self, path: str, parent: TextFieldType, low: int, high: int) -> None:
        super().__init__(path, "prefix", parent)
        self.low, self.high = low, high
        self.options["norms"] = False

    def no_exists(self) -> UnsupportedOperationException:
        return UnsupportedOperationException(None)
