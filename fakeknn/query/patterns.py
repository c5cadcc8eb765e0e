"""The queries prefix, wildcard and regexp."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.analysis.regexp import REGEXP_FLAGS, regexp_matcher
from fakeknn.errors import IllegalArgumentException
from fakeknn.fields import FieldType
from fakeknn.fields.metadata import IdFieldType
from fakeknn.fields.patterns import matching_terms, wildcard_matcher
from fakeknn.fields.text import BeginningsFieldType, TextFieldType
from fakeknn.fields.wildcard import WildcardFieldType
from fakeknn.query.base import Query
from fakeknn.query.boolean import Bool
from fakeknn.query.compound import ConstantScore
from fakeknn.query.context import Matched, ShardContext
from fakeknn.query.multi_term import MATCHERS, check_rewrite, dictionary_terms, is_constant, rewritten
from fakeknn.query.one_field import of_one_field
from fakeknn.query.parsing import common, field_query, register
from fakeknn.query.terms import Term, named_field, nowhere, searched
from fakeknn.view import Column, KeywordColumn, Mask, TextColumn
from fakeknn.xcontent import objects


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class Pattern(Query):
    """A query by a pattern over terms; constant score."""

    set_after_boost: ClassVar[Mapping[str, Any]] = {"case_insensitive": False}
    field: str
    value: str
    rewrite: str | None = None
    case_insensitive: bool = False

    def to_json(self) -> Any:
        return {self.kind: {self.field: {**self.members(), **self.standard()}}}

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {self.kind if self.kind == "wildcard" else "value": self.value}
        if self.rewrite is not None:
            written["rewrite"] = self.rewrite
        if self.case_insensitive:
            written["case_insensitive"] = True
        return written

    def scored(self, ctx: ShardContext) -> Query | None:
        """The clauses that the pattern is rewritten to, one for each term; None where it is matched as a whole."""
        check_rewrite(self.rewrite)
        if self.rewrite is None or is_constant(self.rewrite):
            return None
        if isinstance(ctx.field(self.field), WildcardFieldType):
            return None  # which knows one way to match
        key = ("scored", id(self))
        found: Query | None = ctx.memo.get(key)
        if found is None:
            field = ctx.field(self.field)
            column = None if field is None else ctx.column(field)
            self._plain_mask(ctx)  # for what it refuses
            if field is None or not isinstance(column, (TextColumn, KeywordColumn)):
                return None
            terms = dictionary_terms(column, self.matcher(field))
            one = np.float32(1)
            found = ctx.memo[key] = rewritten(ctx, field, column, [(term, one) for term in terms], self.rewrite)
        return found

    def matcher(self, field: FieldType) -> Callable[[str], object]:
        """What tells which terms of a field match."""
        raise NotImplementedError

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        scored = self.scored(ctx)
        if scored is not None:
            return scored.matched(ctx, boost)
        return Matched.constant(self._plain_mask(ctx), float(boost))

    def mask(self, ctx: ShardContext) -> Mask:
        scored = self.scored(ctx)
        return self._plain_mask(ctx) if scored is None else scored.mask(ctx)

    def _plain_mask(self, ctx: ShardContext) -> Mask:
        field = ctx.field(self.field)
        if field is None:
            return ctx.nothing()
        self._allow(ctx, field)
        if field.is_text or field.kind in ("keyword", "flat_object"):
            hint = " For optimised prefix queries on text fields please enable [index_prefixes]."
            ctx.refuse_expensive(f"[{self.kind}] queries", hint if self.kind == "prefix" else "")
        return searched(ctx, field, lambda column: self.ask(field, column))

    def _allow(self, ctx: ShardContext, field: FieldType) -> None:
        if getattr(type(field), self.kind) is getattr(FieldType, self.kind):
            self.ask(field, Column(ctx.n, np.empty(0, np.int32), True))  # which refuses, before the index is looked at
        if isinstance(field, IdFieldType) and self.kind != "regexp":
            raise ctx.fails(
                f"Can only use {self.kind} queries on keyword and text fields - not on [_id] which is of type [_id]"
            )

    def ask(self, field: FieldType, column: Column) -> Mask:
        raise NotImplementedError


class Prefix(Pattern):
    kind = "prefix"

    def never(self, ctx: ShardContext) -> bool:
        return nowhere(ctx, self.field, (self.value + "*",), case_insensitive=self.case_insensitive)

    def scored(self, ctx: ShardContext) -> Query | None:
        field = ctx.field(self.field)
        if field is None:
            return None
        check_rewrite(self.rewrite)
        if self.is_held(field):
            if isinstance(field, BeginningsFieldType):
                return self._among_beginnings(field)
            if isinstance(field, TextFieldType) and field.beginnings is not None:
                return self._by_beginnings(field, field.beginnings)
        return super().scored(ctx)

    def is_held(self, field: FieldType | None) -> bool:
        """Whether a field's beginnings of this length are in the index."""
        if isinstance(field, TextFieldType) and field.beginnings is not None:
            return field.beginnings.low - 1 <= len(self.value) <= field.beginnings.high
        return isinstance(field, BeginningsFieldType)

    def _by_beginnings(self, field: TextFieldType, beginnings: BeginningsFieldType) -> Query:
        """The query of the field that holds the beginnings, which scores or does not."""
        found = self._among_beginnings(beginnings)
        return ConstantScore(filter=found) if self.rewrite in field.constant_rewrites else found

    def _among_beginnings(self, beginnings: BeginningsFieldType) -> Query:
        """PrefixFieldType.prefixQuery."""
        if len(self.value) >= beginnings.low:
            return Term(field=beginnings.path, value=self.value, case_insensitive=self.case_insensitive)
        pattern = re.sub(r"([*?\\])", r"\\\1", self.value) + "?" * (beginnings.low - len(self.value))
        folds = self.case_insensitive and beginnings.parent.plain
        if folds and not self.value:
            return Term(field=beginnings.parent.path, value="")  # no text, whatever its case, begins no automaton
        longer = Completed(field=beginnings.path, value=pattern, rewrite=self.rewrite, case_insensitive=folds)
        return Bool(should=(longer, Term(field=beginnings.parent.path, value=self.value)))

    def matcher(self, field: FieldType) -> Callable[[str], object]:
        value = field.index_term(self.value)
        if self.case_insensitive:
            folded = value.lower()
            return lambda term: term.lower().startswith(folded)
        return lambda term: term.startswith(value)

    def ask(self, field: FieldType, column: Column) -> Mask:
        return field.prefix(column, self.value, case_insensitive=self.case_insensitive)


class Wildcard(Pattern):
    kind = "wildcard"

    def never(self, ctx: ShardContext) -> bool:
        return nowhere(ctx, self.field, (self.value,), case_insensitive=self.case_insensitive)

    def scored(self, ctx: ShardContext) -> Query | None:
        return None if ctx.field(self.field) is None else super().scored(ctx)

    def matcher(self, field: FieldType) -> Callable[[str], object]:
        pattern = getattr(field, "pattern", None)
        return wildcard_matcher(self.value if pattern is None else pattern(self.value), self.case_insensitive)

    def ask(self, field: FieldType, column: Column) -> Mask:
        return field.wildcard(column, self.value, case_insensitive=self.case_insensitive)


class GramWildcard(Wildcard):
    """What query_string makes of a pattern for a wildcard field: a query for Lucene's terms, and these are all runs of
    three characters of a value (WildcardFieldTokenizer), which no longer pattern matches.
    """

    def matcher(self, field: FieldType) -> Callable[[str], object]:
        matches = wildcard_matcher(self.value, False)
        return lambda term: any(map(matches, _grams(term)))

    def ask(self, field: FieldType, column: Column) -> Mask:
        assert isinstance(column, KeywordColumn)
        return column.mask_of(matching_terms(column, self.matcher(field)))


def _grams(text: str) -> Iterator[str]:
    """All runs of three characters, with zeros ahead and behind."""
    padded = f"\0\0{text}\0\0"
    return (padded[i : i + 3] for i in range(len(text) + 2))


class Completed(Wildcard):
    """What is longer than a prefix by some characters: an automaton of PrefixFieldType's."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Regexp(Pattern):
    kind: ClassVar[str] = "regexp"
    flags: int = 0xFF
    max_determinized_states: int = 10_000

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {"value": self.value, "flags_value": self.flags}
        if self.case_insensitive:
            written["case_insensitive"] = True
        written["max_determinized_states"] = self.max_determinized_states
        if self.rewrite is not None:
            written["rewrite"] = self.rewrite
        return written

    def matcher(self, field: FieldType) -> Callable[[str], object]:
        return regexp_matcher(self.value, flags=self.flags, case_insensitive=self.case_insensitive)

    def _plain_mask(self, ctx: ShardContext) -> Mask:
        limit = ctx.setting("index.max_regex_length", 1000)
        if len(self.value) > limit:
            raise IllegalArgumentException(
                f"The length of regex [{len(self.value)}] used in the Regexp Query request has exceeded the allowed "
                f"maximum of "
                f"[{limit}]. This maximum can be set by changing the [index.max_regex_length] index level setting."
            )
        if ctx.field(self.field) is None:  # Lucene's query is made all the same
            regexp_matcher(self.value, flags=self.flags, case_insensitive=self.case_insensitive)
        return super()._plain_mask(ctx)

    def ask(self, field: FieldType, column: Column) -> Mask:
        return field.regexp(column, self.value, flags=self.flags, case_insensitive=self.case_insensitive)


def regexp_flags(container: Any, key: Any) -> int:
    """RegexpFlag.resolveValue."""
    text = objects.text_or_none(container, key)
    if not text:
        return REGEXP_FLAGS["ALL"]
    value = 0
    for name in text.split("|"):
        if not name:
            continue
        known = REGEXP_FLAGS.get(name.upper())
        if known is None:
            raise IllegalArgumentException(f"Unknown regexp flag [{name}]")
        if name.upper() == "ALL":
            return known
        value |= known
    return value


def _pattern(
    kind: str, query: type[Pattern], value_names: tuple[str, ...], more: dict[str, Any]
) -> Callable[[Any, Any], Query]:
    members: dict[str, Any] = {
        **dict.fromkeys(value_names, objects.text_or_none if kind != "wildcard" else objects.text),
        "rewrite": objects.text_or_none,
        "case_insensitive": objects.boolean,
        **more,
    }

    def parse(container: Any, key: Any) -> Query:
        field, values = field_query(kind, container, key, members, short="value")
        value = next((values[name] for name in reversed(values) if name in value_names), None)
        named_field(kind, field)
        if value is None:
            raise IllegalArgumentException("value cannot be null")
        options = {}
        if kind == "regexp":
            options["flags"] = values.get("flags_value", values.get("flags", REGEXP_FLAGS["ALL"]))
        if kind == "regexp" and "max_determinized_states" in values:
            options["max_determinized_states"] = values["max_determinized_states"]
        return query(
            field=str(field),
            value=value,
            rewrite=values.get("rewrite"),
            case_insensitive=values.get("case_insensitive", False),
            **options,
            **common(values),
        )

    return parse


register("prefix")(_pattern("prefix", Prefix, ("value",), {}))
register("wildcard")(_pattern("wildcard", Wildcard, ("value", "wildcard"), {}))
register("regexp")(
    _pattern(
        "regexp",
        Regexp,
        ("value",),
        {"flags": regexp_flags, "flags_value": objects.integer, "max_determinized_states": objects.integer},
    )
)

MATCHERS[Pattern] = lambda query, ctx, field: query.matcher(field)
