"""The rules of an intervals query, each a source of intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from fakeknn.analysis import Analyzer, Token
from fakeknn.analysis.regexp import parse_regexp, regexp_matcher
from fakeknn.errors import IllegalArgumentException, NullPointerException, OpenSearchError
from fakeknn.fields import FieldType
from fakeknn.fields.patterns import wildcard_matcher
from fakeknn.fields.text import TextFieldType
from fakeknn.painless.library_opensearch import Interval
from fakeknn.painless.script import compile
from fakeknn.query.context import ShardContext, running
from fakeknn.query.fuzzy import AUTO, Fuzziness, edits
from fakeknn.query.interval_conjunctions import block, ordered, unordered
from fakeknn.query.interval_filters import CHOICES, Extended, Judged, filtered, max_gaps
from fakeknn.query.interval_sources import FixedField, MultiTermSource, NoIntervals, Source, TermSource, any_of
from fakeknn.query.match import TokenGraph, stacked
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT
from fakeknn.query.script import Script, check_language, resolved


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What an interval must be (IntervalsSourceProvider)."""

    kind: ClassVar[str] = ""

    def source(self, ctx: ShardContext, field: FieldType) -> Source:
        raise NotImplementedError

    def fields(self) -> set[str]:
        """The other fields that it looks at."""
        return set()

    def members(self) -> dict[str, Any]:
        raise NotImplementedError

    def to_json(self) -> dict[str, Any]:
        return {self.kind: {name: value for name, value in self.members().items() if value is not None}}


@dataclass(frozen=True)
class Filter:
    how: str
    rule: Rule

    def to_json(self) -> dict[str, Any]:
        return {self.how: self.rule.to_json()}

    def applied(self, source: Source, ctx: ShardContext, field: FieldType) -> Source:
        other = self.rule.source(ctx, field)
        if self.how not in (*CHOICES, "before", "after"):
            raise IllegalArgumentException(f"Unknown filter type [{self.how}]")
        return filtered(source, other, self.how)


@dataclass(frozen=True)
class ScriptFilter:
    """A script that says of each interval whether it counts."""

    script: Script

    def to_json(self) -> dict[str, Any]:
        return {"script": self.script.to_json()}

    def fields(self) -> set[str]:
        return set()

    def applied(self, source: Source, ctx: ShardContext, field: FieldType) -> Source:
        script = resolved(ctx, self.script)
        check_language(script, "interval")
        compiled = compile(str(script.source), "interval", script.params, script.options, script.id)

        def judge(start: int, end: int, gaps: int) -> bool:
            try:
                return bool(compiled.execute({"interval": Interval({"start": start, "end": end, "gaps": gaps})}))
            except OpenSearchError as error:
                raise running(error) from error.__cause__

        return Judged(source, self.script.id or str(self.script.source), judge)


def _analyzer(ctx: ShardContext, name: str | None) -> Analyzer | None:
    """An analyzer by its name; one that is not there is passed over."""
    found: Analyzer | None = None if name is None else ctx.mapping.context.analysis.analyzer(name)
    return found


def _used(ctx: ShardContext, field: FieldType, use_field: str | None) -> FieldType:
    """The field whose terms a rule looks for; where it is not mapped, the query matches nothing (``unmapped``)."""
    if use_field is None:
        return field
    other = ctx.field(use_field)
    assert other is not None
    return other


def _of_field(source: Source, field: FieldType, use_field: str | None) -> Source:
    """The source is asked of ``use_field`` by that very name, which finds nothing if it is an alias."""
    if use_field is None:
        return source
    return FixedField(use_field, source if use_field == field.path else NoIntervals())


def _text_field(field: FieldType) -> FieldType:
    if not isinstance(field, TextFieldType) or not field.plain:
        raise IllegalArgumentException(
            f"Can only use interval queries on text fields - not on [{field.path}] which is of type [{field.kind}]"
        )
    return _with_positions(field)


def _with_positions(field: FieldType) -> FieldType:
    if not isinstance(field, TextFieldType) or not field.indexes_positions:
        raise IllegalArgumentException(f"Cannot create intervals over field [{field.path}] with no positions indexed")
    return field


def combined(parts: list[Source], gaps: int, mode: str) -> Source:
    """IntervalBuilder.combineSources."""
    if not parts:
        return NoIntervals()
    if len(parts) == 1:
        return parts[0]
    if gaps == 0 and mode == "ordered":
        return block(parts)
    if mode == "ordered":
        inner = ordered(parts)
    elif mode == "unordered":
        inner = unordered(parts)
    else:
        inner = _apart(parts[0], parts[1])
        for part in parts[2:]:
            inner = _apart(inner if gaps == -1 else max_gaps(inner, gaps), part)
    return inner if gaps == -1 else max_gaps(inner, gaps)


def _apart(a: Source, b: Source) -> Source:
    return any_of((ordered((a, b)), ordered((b, a))))


def _spaced(source: Source, before: int) -> Source:
    return Extended(source, before, 0) if before else source


def _terms(tokens: list[Token]) -> list[Source]:
    out = []
    last = -1
    for token in tokens:
        out.append(_spaced(TermSource(token.term), token.position - last - 1))
        last = token.position
    return out


def analyzed(tokens: list[Token], gaps: int, mode: str) -> Source:
    """IntervalBuilder.analyzeText."""
    if not tokens:
        return NoIntervals()
    if len(tokens) == 1:
        return TermSource(tokens[0].term)
    if any(token.position_length > 1 for token in tokens):
        graph = TokenGraph(tokens)
        parts: list[Source] = []
        for start, end in graph.sections():
            paths = list(graph.paths(start, end))
            if graph.has_side_path(start):
                parts.append(any_of(combined(_terms(path), 0, "ordered") for path in paths))
            else:
                parts += _terms(paths[0])
        return combined(parts, gaps, mode)
    places = stacked(tokens)
    if len(places) == len(tokens):
        return combined(_terms(tokens), gaps, mode)
    parts = []
    last: int | None = None
    for position, terms in places:
        before = 0 if last is None else position - last - 1
        parts.append(_spaced(any_of(TermSource(term) for term in terms), before))
        last = position
    return combined(parts, gaps, mode)


@dataclass(frozen=True, kw_only=True)
class MatchRule(Rule):
    kind: ClassVar[str] = "match"
    query: str
    max_gaps: int = -1
    mode: str = "unordered"
    analyzer: str | None = None
    filter: Filter | ScriptFilter | None = None
    use_field: str | None = None

    def members(self) -> dict[str, Any]:
        return {
            "query": self.query,
            "max_gaps": self.max_gaps,
            "mode": self.mode.upper(),
            "analyzer": self.analyzer,
            "filter": None if self.filter is None else self.filter.to_json(),
            "use_field": self.use_field,
        }

    def fields(self) -> set[str]:
        return set() if self.use_field is None else {self.use_field}

    def source(self, ctx: ShardContext, field: FieldType) -> Source:
        field = _used(ctx, field, self.use_field)
        _text_field(field)
        analyzer = _analyzer(ctx, self.analyzer) or field.search_analyzer  # type: ignore[attr-defined]
        found = analyzed(analyzer.tokens(self.query), self.max_gaps, self.mode)
        found = _of_field(found, field, self.use_field)
        return found if self.filter is None else self.filter.applied(found, ctx, field)


@dataclass(frozen=True, kw_only=True)
class AnyOfRule(Rule):
    kind: ClassVar[str] = "any_of"
    intervals: tuple[Rule, ...]
    filter: Filter | ScriptFilter | None = None

    def members(self) -> dict[str, Any]:
        return {
            "intervals": [rule.to_json() for rule in self.intervals],
            "filter": None if self.filter is None else self.filter.to_json(),
        }

    def fields(self) -> set[str]:
        return set().union(*(rule.fields() for rule in self.intervals))

    def source(self, ctx: ShardContext, field: FieldType) -> Source:
        found = any_of([rule.source(ctx, field) for rule in self.intervals])
        return found if self.filter is None else self.filter.applied(found, ctx, field)


@dataclass(frozen=True, kw_only=True)
class AllOfRule(Rule):
    kind: ClassVar[str] = "all_of"
    intervals: tuple[Rule, ...]
    mode: str = "unordered"
    max_gaps: int = -1
    filter: Filter | ScriptFilter | None = None

    def members(self) -> dict[str, Any]:
        return {
            "mode": self.mode.upper(),
            "max_gaps": self.max_gaps,
            "intervals": [rule.to_json() for rule in self.intervals],
            "filter": None if self.filter is None else self.filter.to_json(),
        }

    def fields(self) -> set[str]:
        return set().union(*(rule.fields() for rule in self.intervals))

    def source(self, ctx: ShardContext, field: FieldType) -> Source:
        parts = [rule.source(ctx, field) for rule in self.intervals]
        if self.max_gaps == 0 and self.mode == "ordered":
            count = 1
            for part in parts:
                count *= len(part.disjuncts())
            if count > MAX_CLAUSE_COUNT:
                raise IllegalArgumentException("Too many disjunctions to expand")
        found = combined(parts, self.max_gaps, self.mode)
        return found if self.filter is None else self.filter.applied(found, ctx, field)


@dataclass(frozen=True, kw_only=True)
class PatternRule(Rule):
    """A rule by a pattern over terms."""

    needs_analyzer: ClassVar[bool] = False
    """Whether an analyzer that does not exist is missed."""
    text: str
    analyzer: str | None = None
    use_field: str | None = None
    max_expansions: int | None = None

    def members(self) -> dict[str, Any]:
        return {
            "prefix" if self.kind == "prefix" else "term" if self.kind == "fuzzy" else "pattern": self.text,
            **self.options(),
            "analyzer": self.analyzer,
            "use_field": self.use_field,
            "max_expansions": self.max_expansions,
        }

    def options(self) -> dict[str, Any]:
        """What ``members`` tells of a kind's own options."""
        return {}

    def fields(self) -> set[str]:
        return set() if self.use_field is None else {self.use_field}

    def source(self, ctx: ShardContext, field: FieldType) -> Source:
        field = _used(ctx, field, self.use_field)
        self._check(field)
        analyzer = _analyzer(ctx, self.analyzer)
        if analyzer is None:
            if self.analyzer is not None and self.needs_analyzer:
                raise NullPointerException(
                    'Cannot invoke "org.opensearch.index.analysis.NamedAnalyzer.normalize(String, String)" because '
                    '"analyzer" is null'
                )
            analyzer = field.search_analyzer  # type: ignore[attr-defined]
        limit = self.max_expansions if self.max_expansions and self.max_expansions > 0 else 128
        if limit > MAX_CLAUSE_COUNT:
            raise IllegalArgumentException(
                f"maxExpansions [{limit}] cannot be greater than BooleanQuery.getMaxClauseCount [{MAX_CLAUSE_COUNT}]"
            )
        found = self.terms(field, analyzer.normalize, limit)
        return _of_field(found, field, self.use_field)

    def _check(self, field: FieldType) -> None:
        _with_positions(field)

    def terms(self, field: FieldType, normalize: Callable[[str], str], limit: int) -> Source:
        """Any of the terms that the pattern matches."""
        return MultiTermSource(*self.matcher(normalize), limit)

    def matcher(self, normalize: Callable[[str], str]) -> tuple[str, Callable[[str], object]]:
        """How the pattern is shown, and which terms it matches."""
        raise NotImplementedError


class PrefixRule(PatternRule):
    kind = "prefix"

    def _check(self, field: FieldType) -> None:
        _text_field(field)

    def terms(self, field: FieldType, normalize: Callable[[str], str], limit: int) -> Source:
        """PrefixFieldType.intervals, where the index holds the beginnings of the field's terms."""
        beginnings = getattr(field, "beginnings", None)
        prefix = normalize(self.text)
        length = len(prefix.encode())
        if beginnings is None or length > beginnings.high:
            return super().terms(field, normalize, limit)
        if length >= beginnings.low:
            return FixedField(beginnings.path, TermSource(prefix))
        longer = prefix + "?" * (beginnings.low - length)
        some = MultiTermSource(longer, wildcard_matcher(longer), limit)
        return any_of([FixedField(beginnings.path, some), TermSource(prefix)])

    def matcher(self, normalize: Callable[[str], str]) -> tuple[str, Callable[[str], object]]:
        prefix = normalize(self.text)
        return f"{prefix}*", wildcard_matcher("".join(f"\\{char}" for char in prefix) + "*")


class WildcardRule(PatternRule):
    kind = "wildcard"
    needs_analyzer = True

    def matcher(self, normalize: Callable[[str], str]) -> tuple[str, Callable[[str], object]]:
        pattern = normalize(self.text)
        return pattern, wildcard_matcher(pattern)


@dataclass(frozen=True, kw_only=True)
class RegexpRule(PatternRule):
    kind: ClassVar[str] = "regexp"
    flags: int = 0xFF
    case_insensitive: bool = False

    def matcher(self, normalize: Callable[[str], str]) -> tuple[str, Callable[[str], object]]:
        shown = parse_regexp(self.text, self.flags, self.case_insensitive)
        return str(shown), regexp_matcher(self.text, self.flags, self.case_insensitive)


@dataclass(frozen=True, kw_only=True)
class FuzzyRule(PatternRule):
    kind: ClassVar[str] = "fuzzy"
    needs_analyzer: ClassVar[bool] = True
    prefix_length: int = 0
    transpositions: bool = True
    fuzziness: Fuzziness = AUTO

    def options(self) -> dict[str, Any]:
        return {
            "prefix_length": self.prefix_length,
            "transpositions": self.transpositions,
            "fuzziness": str(self.fuzziness),
        }

    def matcher(self, normalize: Callable[[str], str]) -> tuple[str, Callable[[str], object]]:
        if self.prefix_length < 0:
            raise IllegalArgumentException("prefixLength cannot be negative.")
        return self.text, _Fuzzy(
            normalize(self.text), self.fuzziness.distance(self.text), self.prefix_length, self.transpositions
        )


@dataclass(frozen=True)
class _Fuzzy:
    term: str
    distance: int
    prefix_length: int
    transpositions: bool

    def __call__(self, other: str) -> bool:
        prefix = self.term[: self.prefix_length]
        if not other.startswith(prefix):
            return False
        rest, given = self.term[len(prefix) :], other[len(prefix) :]
        return edits(rest, given, self.distance, self.transpositions) is not None
