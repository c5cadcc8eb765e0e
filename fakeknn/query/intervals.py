"""intervals: rules about where in a field terms stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.analysis import Analyzer, Token
from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    OpenSearchError,
    ParsingException,
    Where,
    XContentParseException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.patterns import regexp_matcher, wildcard_matcher
from fakeknn.fields.text import TextFieldType
from fakeknn.painless.library_opensearch import Interval
from fakeknn.painless.script import compile
from fakeknn.query import interval_sources as sources
from fakeknn.query.base import Explanation, Matched, Query, ShardContext, common, register, running
from fakeknn.query.fuzzy import AUTO, Fuzziness, edits, fuzziness
from fakeknn.query.interval_sources import NO_MORE, Source, TermSource, any_of, block, max_gaps, ordered, unordered
from fakeknn.query.match import TokenGraph, stacked
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT
from fakeknn.query.patterns import regexp_flags
from fakeknn.query.script import Script, check_language, parse_script, resolved
from fakeknn.view import Mask
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared

#: IntervalMode.
_MODES = ("ordered", "unordered", "unordered_no_overlap")


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
        if self.how not in (*sources.CHOICES, "before", "after"):
            raise IllegalArgumentException(f"Unknown filter type [{self.how}]")
        return sources.filtered(source, other, self.how)


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

        return sources.Judged(source, self.script.id or str(self.script.source), judge)


def _analyzer(ctx: ShardContext, name: str | None) -> Analyzer | None:
    """An analyzer by its name; one that is not there is passed over."""
    found: Analyzer | None = None if name is None else ctx.mapping.context.analysis.analyzer(name)
    return found


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
        return sources.NoIntervals()
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
    return sources.Extended(source, before, 0) if before else source


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
        return sources.NoIntervals()
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
        if self.use_field is not None:
            other = ctx.field(self.use_field)
            assert other is not None
            field = other
        _text_field(field)
        analyzer = _analyzer(ctx, self.analyzer) or field.search_analyzer  # type: ignore[attr-defined]
        found = analyzed(analyzer.tokens(self.query), self.max_gaps, self.mode)
        if self.use_field is not None:
            found = sources.FixedField(field.path, found)
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
        if self.use_field is not None:
            other = ctx.field(self.use_field)
            assert other is not None
            field = other
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
        return found if self.use_field is None else sources.FixedField(field.path, found)

    def _check(self, field: FieldType) -> None:
        _with_positions(field)

    def terms(self, field: FieldType, normalize: Callable[[str], str], limit: int) -> Source:
        """Any of the terms that the pattern matches."""
        return sources.MultiTermSource(*self.matcher(normalize), limit)

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
            return sources.FixedField(beginnings.path, TermSource(prefix))
        longer = prefix + "?" * (beginnings.low - length)
        some = sources.MultiTermSource(longer, wildcard_matcher(longer), limit)
        return any_of([sources.FixedField(beginnings.path, some), TermSource(prefix)])

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
        return self.text, regexp_matcher(self.text, flags=self.flags, case_insensitive=self.case_insensitive)


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


# --- the query --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class IntervalsQuery(Query):
    kind: ClassVar[str] = "intervals"
    field: str
    rule: Rule

    def never(self, ctx: ShardContext) -> bool:
        return ctx.field(self.field) is None or any(ctx.field(name) is None for name in self.rule.fields())

    def built(self, ctx: ShardContext) -> Source:
        key = ("intervals", id(self))
        found: Source | None = ctx.memo.get(key)
        if found is None:
            field = ctx.field(self.field)
            assert field is not None
            found = ctx.memo[key] = self.rule.source(ctx, field)
        return found

    def _found(self, ctx: ShardContext) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        key = ("interval frequencies", id(self))
        found = ctx.memo.get(key)
        if found is None:
            found = ctx.memo[key] = self._frequencies(ctx)
        return found

    def _frequencies(self, ctx: ShardContext) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """The rows with intervals, and how often: an interval counts for less the wider it is."""
        field = ctx.field(self.field)
        assert field is not None
        source = self.built(ctx)
        if field.path != self.field:
            return np.empty(0, np.int32), np.empty(0, np.float32)  # an alias names no field of the index
        rows, freqs = [], []
        for row in np.flatnonzero(source.rows(ctx, field.path) & ctx.view.live).tolist():
            intervals = source.intervals(ctx, field.path, row)
            freq, some = np.float32(0), False
            while intervals.advance() != NO_MORE:
                some = True
                length = intervals.end - intervals.start + 1
                freq = np.float32(float(freq) + 1.0 / max(length - source.min_extent + 1, 1))
            if some:
                rows.append(row)
                freqs.append(freq)
        return np.array(rows, np.int32), np.array(freqs, np.float32)

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        out = Matched.none(ctx.n)
        if self.never(ctx):
            return out
        rows, freqs = self._found(ctx)
        one = np.float32(1)
        out.mask[rows] = True
        out.score[rows] = np.float32(boost) * (one - one / (one + freqs))
        return out

    def text(self, ctx: ShardContext) -> str:
        field = ctx.field(self.field)
        return f"{self.field if field is None else field.path}:{self.built(ctx)}"

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        rows, freqs = self._found(ctx)
        at = int(np.searchsorted(rows, row))
        if at >= len(rows) or rows[at] != row:
            return Explanation(np.float32(0), "no matching intervals", match=False)
        one = np.float32(1)
        return Explanation(
            np.float32(boost * (one - one / (one + freqs[at]))),
            "Saturation function on interval frequency, computed as w * S / (S + k) from:",
            (
                Explanation(boost, "w, weight of this function"),
                Explanation(one, "k, pivot feature value that would give a score contribution equal to w/2"),
                Explanation(freqs[at], f"S, the sloppy frequency of the interval query {self.text(ctx)}"),
            ),
        )

    def mask(self, ctx: ShardContext) -> Mask:
        return self.run(ctx, np.float32(1)).mask

    def to_json(self) -> Any:
        return {self.kind: {self.field: {**self.rule.to_json(), **self.standard()}}}


# --- parsing ----------------------------------------------------------------------------------------------------------


def _name_expected(container: Any, key: Any) -> str:
    """The first member's name of the object at ``container[key]``."""
    body = container[key]
    name = next(iter(body), None)
    if name is None:
        raise ParsingException("Expected [FIELD_NAME] but got [END_OBJECT]", at=Where(body, None, "end"))
    return str(name)


def _only(body: Any) -> None:
    names = list(body)
    if len(names) > 1:
        raise ParsingException("Expected [END_OBJECT] but got [FIELD_NAME]", at=Where(body, names[1], "key"))


def _inner(container: Any, key: Any) -> Rule:
    """IntervalsSourceProvider.parseInnerIntervals."""
    if not isinstance(container[key], dict):
        kind, place = objects.next_token(container, key)
        raise ParsingException(f"Expected [FIELD_NAME] but got [{kind}]", at=place)
    name = _name_expected(container, key)
    rule = _rule(container[key], name)
    _only(container[key])
    return rule


def _inner_rules(container: Any, key: Any) -> tuple[Rule, ...]:
    value = container[key]
    if not isinstance(value, list):
        return (_inner(container, key),)
    return tuple(_inner(value, i) for i in range(len(value)))


def _filter(container: Any, key: Any) -> Filter | ScriptFilter:
    how = _name_expected(container, key)
    body = container[key]
    if how == "script":
        if not isinstance(body[how], dict):
            what = f"[script] Expected START_OBJECT but was: {objects.token(body[how])}"
            raise XContentParseException(what, at=Where(body, how))
        script = parse_script(body, how)
        _only(body)
        return ScriptFilter(script)
    if not isinstance(body[how], dict):
        raise ParsingException(f"Expected [START_OBJECT] but got [{objects.token(body[how])}]", at=Where(body, how))
    rule = _inner(body, how)
    _only(body)
    return Filter(how.lower(), rule)


def _mode(values: Mapping[str, Any]) -> str:
    if values.get("ordered") is not None:
        return "ordered" if values["ordered"] else "unordered"
    mode = values.get("mode")
    if mode is None:
        return "unordered"
    if mode.lower() not in _MODES:
        raise IllegalArgumentException(f"no mode can be parsed from ordinal {mode}")
    return str(mode.lower())


_MATCH = ObjectParser(
    "match",
    {
        "query": declared("string"),
        "max_gaps": declared("int"),
        "ordered": declared("boolean"),
        "mode": declared("string"),
        "analyzer": declared("string"),
        "filter": declared("object", _filter),
        "use_field": declared("string"),
    },
    constructor=("query",),
    applied=True,
)
_ANY_OF = ObjectParser(
    "any_of",
    {"intervals": declared("object_array", _inner_rules), "filter": declared("object", _filter)},
    constructor=("intervals",),
)
_ALL_OF = ObjectParser(
    "all_of",
    {
        "ordered": declared("boolean"),
        "mode": declared("string"),
        "intervals": declared("object_array", _inner_rules),
        "max_gaps": declared("int"),
        "filter": declared("object", _filter),
    },
    constructor=("intervals",),
    applied=True,
)
_PREFIX = ObjectParser(
    "prefix", dict.fromkeys(("prefix", "analyzer", "use_field"), declared("string")), constructor=("prefix",)
)
_WILDCARD = ObjectParser(
    "wildcard",
    {**dict.fromkeys(("pattern", "analyzer", "use_field"), declared("string")), "max_expansions": declared("int")},
    constructor=("pattern",),
)
_REGEXP = ObjectParser(
    "regexp",
    {
        "pattern": declared("string"),
        "flags": declared("string"),
        "flags_value": declared("int"),
        "use_field": declared("string"),
        "max_expansions": declared("int"),
        "case_insensitive": declared("boolean"),
    },
    constructor=("pattern",),
)
_FUZZY = ObjectParser(
    "fuzzy",
    {
        "term": declared("string"),
        "prefix_length": declared("int"),
        "transpositions": declared("boolean"),
        "fuzziness": declared("value", fuzziness),
        "analyzer": declared("string"),
        "use_field": declared("string"),
    },
    constructor=("term",),
)


def _match_rule(values: dict[str, Any]) -> Rule:
    mode = _mode(values)
    kept = {name: value for name, value in values.items() if name not in ("ordered", "mode")}
    return MatchRule(mode=mode, **kept)


def _all_of_rule(values: dict[str, Any]) -> Rule:
    mode = _mode(values)
    kept = {name: value for name, value in values.items() if name not in ("ordered", "mode")}
    return AllOfRule(mode=mode, **kept)


def _regexp_rule(values: dict[str, Any]) -> Rule:
    flags = values.pop("flags_value", None)
    named = values.pop("flags", None)
    values["flags"] = flags if flags is not None else regexp_flags({"flags": named}, "flags")
    return RegexpRule(text=values.pop("pattern"), **values)


_RULES: Mapping[str, tuple[ObjectParser, Callable[[dict[str, Any]], Rule]]] = {
    "match": (_MATCH, _match_rule),
    "any_of": (_ANY_OF, lambda values: AnyOfRule(**values)),
    "all_of": (_ALL_OF, _all_of_rule),
    "prefix": (_PREFIX, lambda values: PrefixRule(text=values.pop("prefix"), **values)),
    "wildcard": (_WILDCARD, lambda values: WildcardRule(text=values.pop("pattern"), **values)),
    "regexp": (_REGEXP, _regexp_rule),
    "fuzzy": (_FUZZY, lambda values: FuzzyRule(text=values.pop("term"), **values)),
}


def _rule(container: Any, key: str) -> Rule:
    """IntervalsSourceProvider.fromXContent."""
    found = _RULES.get(key)
    if found is None:
        raise ParsingException(
            f"Unknown interval type [{key}], expecting one of [match, any_of, all_of, prefix, wildcard, regexp]",
            at=Where(container, key, "key"),
        )
    parser, make = found
    if not isinstance(container[key], dict):
        raise XContentParseException(
            f"[{parser.name}] Expected START_OBJECT but was: {objects.token(container[key])}", at=Where(container, key)
        )
    values = parser.parse(container, key)
    with objects.building(parser.name):
        return make(values)


@register("intervals")
def parse_intervals(container: Any, key: Any) -> Query:
    field = _name_expected(container, key)
    body = container[key]
    inner = body[field]
    if not isinstance(inner, dict):
        raise ParsingException(f"Expected [START_OBJECT] but got [{objects.token(inner)}]", at=Where(body, field))
    values: dict[str, Any] = {}
    rule: Rule | None = None
    named: str | None = None
    for name in inner:
        if name == "_name":
            values[name] = objects.text(inner, name)
        elif name == "boost":
            values[name] = objects.decimal(inner, name)
        else:
            if named is not None:
                raise ParsingException(
                    f"Only one interval rule can be specified, found [{named}] and [{name}]",
                    at=Where(inner, name, "key"),
                )
            named = name
            rule = _rule(inner, name)
    _only(body)
    if rule is None:
        raise ParsingException("Missing intervals from interval query definition", at=Where(body, None, "end"))
    return IntervalsQuery(field=field, rule=rule, **common(values))
