"""intervals: rules about where in a field terms stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, ParsingException, Where, XContentParseException
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.fuzzy import fuzziness
from fakeknn.query.interval_rules import (
    AllOfRule,
    AnyOfRule,
    Filter,
    FuzzyRule,
    MatchRule,
    PrefixRule,
    RegexpRule,
    Rule,
    ScriptFilter,
    WildcardRule,
)
from fakeknn.query.interval_sources import NO_MORE, Source
from fakeknn.query.parsing import common, register
from fakeknn.query.patterns import regexp_flags
from fakeknn.query.script import parse_script
from fakeknn.view import Mask, place_of
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared

#: IntervalMode.
_MODES = ("ordered", "unordered", "unordered_no_overlap")


@dataclass(frozen=True, eq=False, kw_only=True)
class IntervalsQuery(Query):
    kind: ClassVar[str] = "intervals"
    named_first: ClassVar[bool] = True
    field: str
    rule: Rule

    def unmapped(self, ctx: ShardContext) -> bool:
        """Whether one of its fields is not mapped, so that nothing matches."""
        return ctx.field(self.field) is None or any(ctx.field(name) is None for name in self.rule.fields())

    def built(self, ctx: ShardContext) -> Source:
        key = ("intervals", id(self))
        found: Source | None = ctx.memo.get(key)
        if found is None:
            field = ctx.field(self.field)
            assert field is not None
            if field.derivation is not None:
                raise IllegalArgumentException(
                    f"Can only use interval queries on text fields - not on [{self.field}] which is of type [derived]"
                )
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
        if self.unmapped(ctx):
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
        if self.unmapped(ctx):
            return Explanation(np.float32(0), "", match=False)
        boost = np.float32(boost * np.float32(self.boost))
        rows, freqs = self._found(ctx)
        at = place_of(rows, row)
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
    return tuple(objects.each(_inner)(container, key))


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
    with objects.building(parser.name, Where(container[key], None, "end")):
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
