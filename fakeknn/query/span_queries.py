"""The span queries: where terms stand, near one another, one inside the other, not beside a third."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NotFaked,
    ParsingException,
    RuntimeException,
    TooManyClauses,
    UnsupportedOperationException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.fields.text import TextFieldType
from fakeknn.fields.wildcard import WildcardFieldType
from fakeknn.query.base import (
    Explanation,
    Matched,
    Query,
    Reader,
    ShardContext,
    common,
    field_query,
    parse_query,
    read_member,
    register,
    running,
    value_of,
)
from fakeknn.query.fuzzy import Fuzzy
from fakeknn.query.lucene import Node
from fakeknn.query.lucene.form import form
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT, expanded_terms
from fakeknn.query.patterns import Pattern, Prefix, Regexp, Wildcard
from fakeknn.query.phrases import occurrences
from fakeknn.query.ranges import Range
from fakeknn.query.scoring import FieldScoring, doc_freq, postings
from fakeknn.query.spans import (
    Spans,
    before,
    containing,
    excluding,
    frequencies,
    ordered,
    starting,
    united,
    unordered,
    within,
)
from fakeknn.query.terms import Term
from fakeknn.view import Column, Mask, TextColumn
from fakeknn.xcontent import java_float, java_string, objects

SpanTerms = Iterator[tuple[str, str]]


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanQuery(Query):
    """A query whose matches are spans."""

    kind: ClassVar[str] = "span"

    def field_name(self, ctx: ShardContext) -> str:
        """The field that it is scored by."""
        raise NotImplementedError

    def spans(self, ctx: ShardContext) -> Spans:
        raise NotImplementedError

    def check(self, ctx: ShardContext) -> None:
        """What toQuery refuses: first of the clauses, in their order."""
        for child in self.children():
            if isinstance(child, SpanQuery):
                child.check(ctx)

    def text(self, ctx: ShardContext) -> str:
        """The query as Lucene's writes itself."""
        raise NotImplementedError

    def terms(self, ctx: ShardContext) -> SpanTerms:
        """The terms (field, text) whose statistics count."""
        for child in self.children():
            if isinstance(child, SpanQuery):
                yield from child.terms(ctx)

    def never(self, ctx: ShardContext) -> bool:
        return False

    def _found(self, ctx: ShardContext) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        key = ("spans", id(self))
        found = ctx.memo.get(key)
        if found is None:
            self.check(ctx)
            found = ctx.memo[key] = frequencies(self.spans(ctx))
        return found

    def _similarity(self, ctx: ShardContext) -> tuple[FieldScoring, list[str], list[int]] | None:
        field = ctx.field(self.field_name(ctx))
        column = None if field is None else ctx.column(field)
        if field is None or column is None:
            return None
        known: list[tuple[str, int]] = []
        for name, term in sorted(set(self.terms(ctx))):
            own = ctx.field(name)
            held = None if own is None else ctx.column(own)
            if own is not None and held is not None and len(postings(held, term)[0]):
                known.append((term, doc_freq(ctx, own, held, term)))
        return FieldScoring(ctx, field, column), [term for term, _ in known], [count for _, count in known]

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        rows, freqs = self._found(ctx)
        out = Matched.none(ctx.n)
        out.mask[rows] = True
        if len(rows):
            scored = self._similarity(ctx)
            if scored is not None:
                similarity, terms, counts = scored
                out.score[rows] = similarity.score(rows, freqs, terms, boost, doc_freqs=counts)
        return out

    def mask(self, ctx: ShardContext) -> Mask:
        mask = ctx.nothing()
        mask[self._found(ctx)[0]] = True
        return mask

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        rows, freqs = self._found(ctx)
        boost = np.float32(boost * np.float32(self.boost))
        at = int(np.searchsorted(rows, row))
        scored = self._similarity(ctx)
        if at >= len(rows) or rows[at] != row or scored is None:
            return Explanation(np.float32(0), "no matching term", match=False)
        similarity, terms, counts = scored
        return similarity.explain(
            row, float(freqs[at]), terms, boost, self.text(ctx), doc_freqs=counts, phrase=True, whole=True
        )


def _one_field(ctx: ShardContext, *clauses: SpanQuery) -> None:
    if len({clause.field_name(ctx) for clause in clauses}) > 1:
        raise IllegalArgumentException("Clauses must have same field.")


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanTerm(SpanQuery):
    kind: ClassVar[str] = "span_term"
    field: str
    value: Any

    def to_json(self) -> Any:
        return {self.kind: {self.field: {"value": self.value, **self.standard()}}}

    def _resolved(self, ctx: ShardContext) -> tuple[FieldType | None, Column | None, str]:
        field = ctx.field(self.field)
        if field is None:
            return None, None, java_string(self.value)
        field.require_index()
        if (not field.dictionary and not field.scored) or isinstance(field, WildcardFieldType):
            query = Term(field=self.field, value=self.value)
            query.mask(ctx)  # for what it refuses
            raise _no_term(form(query, ctx))
        return field, ctx.column(field), field.index_term(self.value)

    def check(self, ctx: ShardContext) -> None:
        self._resolved(ctx)

    def field_name(self, ctx: ShardContext) -> str:
        field = ctx.field(self.field)
        return self.field if field is None else field.path

    def terms(self, ctx: ShardContext) -> SpanTerms:
        yield self.field_name(ctx), self._resolved(ctx)[2]

    def spans(self, ctx: ShardContext) -> Spans:
        field, column, term = self._resolved(ctx)
        if field is None or column is None:
            return Spans.none()
        if not isinstance(column, TextColumn) or not getattr(field, "indexes_positions", True):
            if len(postings(column, term)[0]):
                what = f"cannot run SpanTermQuery (term={term})"
                raise running(IllegalStateException(f'field "{field.path}" was indexed without position data; {what}'))
            return Spans.none()
        starts = occurrences(column, [term])
        return Spans(starts, starts + 1, np.zeros(len(starts), np.int64))

    def text(self, ctx: ShardContext) -> str:
        return f"{self.field_name(ctx)}:{self._resolved(ctx)[2]}"


def _no_term(node: Node) -> IllegalArgumentException:
    """MappedFieldType.extractTerm of what is no query of a term."""
    return IllegalArgumentException(f"Cannot extract a term from a query of type class {node.java_class}: {node}")


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanGap(SpanQuery):
    """As many positions between two clauses of a span_near."""

    kind: ClassVar[str] = "span_gap"
    field: str
    width: int

    def to_json(self) -> Any:
        return {self.kind: {self.field: self.width}}

    def field_name(self, ctx: ShardContext) -> str:
        field = ctx.field(self.field)
        return self.field if field is None else field.path

    def spans(self, ctx: ShardContext) -> Spans:
        return Spans.none()  # alone it is no query

    def text(self, ctx: ShardContext) -> str:
        return f"SpanGap(:{self.width})"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanNear(SpanQuery):
    kind: ClassVar[str] = "span_near"
    set_after_boost: ClassVar[Mapping[str, Any]] = {}
    clauses: tuple[SpanQuery, ...]
    slop: int = 0
    in_order: bool = True

    def members(self) -> dict[str, Any]:
        return {"clauses": [c.to_json() for c in self.clauses], "slop": self.slop, "in_order": self.in_order}

    def field_name(self, ctx: ShardContext) -> str:
        return self.clauses[0].field_name(ctx)

    def children(self) -> Iterator[Query]:
        return iter(self.clauses)

    def check(self, ctx: ShardContext) -> None:
        """SpanNearQueryBuilder.toQuery."""
        first, *others = self.clauses
        first.check(ctx)
        if not others:
            return
        name = self.field_name(ctx)
        for clause in others:
            clause.check(ctx)
            if clause.field_name(ctx) == name:
                continue
            if isinstance(clause, SpanGap):
                raise IllegalArgumentException("[span_near] clauses must have same field")
            raise IllegalArgumentException(f"Cannot add clause {clause.text(ctx)} to SpanNearQuery for field {name}")
        if not self.in_order and any(isinstance(clause, SpanGap) for clause in self.clauses):
            raise IllegalArgumentException("Gaps can only be added to ordered near queries")

    def spans(self, ctx: ShardContext) -> Spans:
        if len(self.clauses) == 1:
            return self.clauses[0].spans(ctx)
        if self.in_order:
            parts = [c.width if isinstance(c, SpanGap) else c.spans(ctx) for c in self.clauses]
            if isinstance(parts[0], int):
                following = next((part for part in parts if isinstance(part, Spans)), None)
                parts[0] = Spans.none() if following is None else before(following, parts[0])
            return ordered(parts, self.slop)
        return unordered([clause.spans(ctx) for clause in self.clauses], self.slop)

    def text(self, ctx: ShardContext) -> str:
        if len(self.clauses) == 1:
            return self.clauses[0].text(ctx)
        inner = ", ".join(clause.text(ctx) for clause in self.clauses)
        return f"spanNear([{inner}], {self.slop}, {'true' if self.in_order else 'false'})"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanOr(SpanQuery):
    kind: ClassVar[str] = "span_or"
    clauses: tuple[SpanQuery, ...]

    def members(self) -> dict[str, Any]:
        return {"clauses": [clause.to_json() for clause in self.clauses]}

    def field_name(self, ctx: ShardContext) -> str:
        return self.clauses[0].field_name(ctx) if self.clauses else ""

    def children(self) -> Iterator[Query]:
        return iter(self.clauses)

    def check(self, ctx: ShardContext) -> None:
        super().check(ctx)
        _one_field(ctx, *self.clauses)

    def spans(self, ctx: ShardContext) -> Spans:
        return united([clause.spans(ctx) for clause in self.clauses]) if self.clauses else Spans.none()

    def text(self, ctx: ShardContext) -> str:
        return f"spanOr([{', '.join(clause.text(ctx) for clause in self.clauses)}])"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanNot(SpanQuery):
    kind: ClassVar[str] = "span_not"
    include: SpanQuery
    exclude: SpanQuery
    pre: int = 0
    post: int = 0

    def members(self) -> dict[str, Any]:
        return {
            "include": self.include.to_json(),
            "exclude": self.exclude.to_json(),
            "pre": self.pre,
            "post": self.post,
        }

    def field_name(self, ctx: ShardContext) -> str:
        return self.include.field_name(ctx)

    def terms(self, ctx: ShardContext) -> SpanTerms:
        return self.include.terms(ctx)

    def children(self) -> Iterator[Query]:
        yield self.include
        yield self.exclude

    def check(self, ctx: ShardContext) -> None:
        super().check(ctx)
        include, exclude = self.include.field_name(ctx), self.exclude.field_name(ctx)
        if include and exclude and include != exclude:
            raise IllegalArgumentException("Clauses must have same field.")

    def spans(self, ctx: ShardContext) -> Spans:
        return excluding(self.include.spans(ctx), self.exclude.spans(ctx), self.pre, self.post)

    def text(self, ctx: ShardContext) -> str:
        return f"spanNot({self.include.text(ctx)}, {self.exclude.text(ctx)}, {self.pre}, {self.post})"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanFirst(SpanQuery):
    kind: ClassVar[str] = "span_first"
    match: SpanQuery
    end: int

    def members(self) -> dict[str, Any]:
        return {"match": self.match.to_json(), "end": self.end}

    def field_name(self, ctx: ShardContext) -> str:
        return self.match.field_name(ctx)

    def children(self) -> Iterator[Query]:
        yield self.match

    def spans(self, ctx: ShardContext) -> Spans:
        return starting(self.match.spans(ctx), self.end)

    def text(self, ctx: ShardContext) -> str:
        return f"spanFirst({self.match.text(ctx)}, {self.end})"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanContaining(SpanQuery):
    kind: ClassVar[str] = "span_containing"
    title: ClassVar[str] = "SpanContaining"
    big: SpanQuery
    little: SpanQuery

    def members(self) -> dict[str, Any]:
        return {"big": self.big.to_json(), "little": self.little.to_json()}

    def field_name(self, ctx: ShardContext) -> str:
        return self.big.field_name(ctx)

    def children(self) -> Iterator[Query]:
        yield self.big
        yield self.little

    def check(self, ctx: ShardContext) -> None:
        super().check(ctx)
        if self.big.field_name(ctx) != self.little.field_name(ctx):
            raise IllegalArgumentException("big and little not same field")

    def spans(self, ctx: ShardContext) -> Spans:
        big = self.big.spans(ctx)
        if not len(big.starts):
            return big  # nothing is asked of the other
        return self._chosen(big, self.little.spans(ctx))

    def _chosen(self, big: Spans, little: Spans) -> Spans:
        return containing(big, little)

    def text(self, ctx: ShardContext) -> str:
        return f"{self.title}({self.big.text(ctx)}, {self.little.text(ctx)})"


class SpanWithin(SpanContaining):
    kind = "span_within"
    title = "SpanWithin"

    def _chosen(self, big: Spans, little: Spans) -> Spans:
        return within(big, little)


@dataclass(frozen=True, eq=False, kw_only=True)
class FieldMasking(SpanQuery):
    """Spans of a field that pass for those of another one, beside whose they may then stand."""

    kind: ClassVar[str] = "field_masking_span"
    query: SpanQuery
    field: str

    def members(self) -> dict[str, Any]:
        return {"query": self.query.to_json(), "field": self.field}

    def field_name(self, ctx: ShardContext) -> str:
        field = ctx.field(self.field)
        return self.field if field is None else field.path

    def children(self) -> Iterator[Query]:
        yield self.query

    def spans(self, ctx: ShardContext) -> Spans:
        return self.query.spans(ctx)

    def _similarity(self, ctx: ShardContext) -> tuple[FieldScoring, list[str], list[int]] | None:
        return self.query._similarity(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        return self.query.explain(ctx, row, np.float32(boost * np.float32(self.boost)))

    def text(self, ctx: ShardContext) -> str:
        return f"mask({self.query.text(ctx)}) as {self.field_name(ctx)}"


@dataclass(frozen=True, eq=False, kw_only=True)
class SpanMulti(SpanQuery):
    """The terms that a prefix, wildcard, regexp, fuzzy or range query matches, as one SpanOr."""

    kind: ClassVar[str] = "span_multi"
    match: Query
    top: int | None = None
    """How many of the terms count at most, the first in their order; more are refused without ``top``."""

    def members(self) -> dict[str, Any]:
        return {"match": self.match.to_json()}

    def children(self) -> Iterator[Query]:
        yield self.match

    def field_name(self, ctx: ShardContext) -> str:
        name: str = self.match.field  # type: ignore[attr-defined]
        field = ctx.field(name)
        return name if field is None else field.path

    def expanded(self, ctx: ShardContext) -> SpanQuery:
        key = ("span multi", id(self))
        found: SpanQuery | None = ctx.memo.get(key)
        if found is None and isinstance(self.match, Prefix):
            found = ctx.memo[key] = _held_beginning(ctx.field(self.field_name(ctx)), self.match.value)
        if found is None:
            terms = self._terms(ctx)
            clauses = tuple(SpanTerm(field=self.field_name(ctx), value=term) for term in terms)
            found = ctx.memo[key] = SpanOr(clauses=clauses)
        return found

    def check(self, ctx: ShardContext) -> None:
        self.expanded(ctx)

    def _terms(self, ctx: ShardContext) -> list[str]:
        if ctx.field(self.field_name(ctx)) is None:
            return []
        field = ctx.field(self.field_name(ctx))
        if isinstance(self.match, Prefix) and not getattr(field, "has_phrases", False):
            assert field is not None
            raise field.no_phrase("span prefix")
        if isinstance(self.match, Prefix) and field is not None:
            field.require_index()
        else:
            self.match.mask(ctx)  # for what it refuses
        if field is not None and (not field.dictionary or isinstance(field, WildcardFieldType)):
            raise UnsupportedOperationException(
                "unsupported inner query, should be org.apache.lucene.search.MultiTermQuery but was "
                f"{form(self.match, ctx).java_class}"
            )
        top = self.top
        rewrite = getattr(self.match, "rewrite", None) or ""
        if rewrite.startswith("top_terms_"):
            top = int(rewrite.rpartition("_")[2])
        try:
            return expanded_terms(ctx, self.match, top)
        except TooManyClauses as error:
            shown = pattern_text(self.match, self.field_name(ctx))
            raise running(
                RuntimeException(
                    f"[{shown} ] exceeds maxClauseCount [ Boolean maxClauseCount is set to {MAX_CLAUSE_COUNT}]"
                )
            ) from error.cause

    def terms(self, ctx: ShardContext) -> SpanTerms:
        return self.expanded(ctx).terms(ctx)

    def _similarity(self, ctx: ShardContext) -> tuple[FieldScoring, list[str], list[int]] | None:
        found = self.expanded(ctx)
        return found._similarity(ctx) if isinstance(found, FieldMasking) else super()._similarity(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        found = self.expanded(ctx)
        if isinstance(found, FieldMasking):
            return found.explain(ctx, row, np.float32(boost * np.float32(self.boost)))
        return super().explain(ctx, row, boost)

    def spans(self, ctx: ShardContext) -> Spans:
        return self.expanded(ctx).spans(ctx)

    def text(self, ctx: ShardContext) -> str:
        found = self.expanded(ctx)
        if not isinstance(found, SpanOr):
            return found.text(ctx)
        if not found.clauses:
            name = self.field_name(ctx)
            return f'SpanMatchNoDocsQuery("no expansion found for {pattern_text(self.match, name)}")'
        return found.clauses[0].text(ctx) if len(found.clauses) == 1 else found.text(ctx)


def _held_beginning(field: FieldType | None, value: str) -> SpanQuery | None:
    """MappedFieldType.spanPrefixQuery, where the field's beginnings are in the index."""
    if not isinstance(field, TextFieldType) or not field.holds_beginning(value):
        return None
    beginnings = field.beginnings
    if beginnings is None or not beginnings.has_positions:
        return None
    return FieldMasking(query=SpanTerm(field=beginnings.path, value=value), field=field.path)


def pattern_text(query: Query, field: str) -> str:
    """A query of several terms as Lucene's writes itself."""
    if isinstance(query, Prefix):
        return f"{field}:{query.value}*"
    if isinstance(query, Wildcard):
        return f"{field}:{query.value}"
    if isinstance(query, Regexp):
        return f"{field}:/{query.value}/"
    if isinstance(query, Fuzzy):
        term = java_string(query.value)
        return f"{field}:{term}~{int(query.fuzziness.distance(term))}"
    if isinstance(query, Range):
        low = "*" if query.lower is None else java_string(query.lower)
        high = "*" if query.upper is None else java_string(query.upper)
        return f"{field}:{'[' if query.include_lower else '{'}{low} TO {high}{']' if query.include_upper else '}'}"
    raise NotFaked(f"the text of a [{query.kind}] query in Lucene")


# --- parsing ----------------------------------------------------------------------------------------------------------


def _clause(kind: str, container: Any, key: Any, *, what: str, shown: str | None = None) -> SpanQuery:
    """A span query inside another one; ``key`` names the member, which ``shown`` overrides in an array."""
    query = parse_query(container, key)
    end = Where(container[key], None, "end")
    if not isinstance(query, SpanQuery):
        raise ParsingException(what, at=end)
    if query.boost != 1:
        raise ParsingException(
            f"{kind} [{shown or key}] as a nested span clause can't have non-default boost value "
            f"[{java_float(np.float32(query.boost))}]",
            at=end,
        )
    return query


def _clauses(kind: str, value: list[Any], *, what: str, shown: str) -> tuple[SpanQuery, ...]:
    out = []
    i = 0
    while i < len(value):
        if objects.is_value(value[i]) and i + 1 < len(value) and isinstance(value[i + 1], dict):
            i += 1  # the parser steps over a scalar
        out.append(_clause(kind, value, i, what=what, shown=shown))
        i += 1
    return tuple(out)


def _members(
    kind: str,
    body: Any,
    spans: Mapping[str, str],
    values: Mapping[str, Reader],
    *,
    arrays: bool = False,
) -> dict[str, Any]:
    """The members of a span query: inner ones (with what is said of those that are none), and scalars."""
    readers = {"boost": objects.decimal, "_name": objects.text, **values}
    found: dict[str, Any] = {}
    for name, value in body.items():
        inside = isinstance(value, list) if arrays else isinstance(value, dict)
        if inside and name in spans:
            if arrays:
                found[name] = _clauses(kind, value, what=spans[name], shown=name)
            else:
                found[name] = _clause(kind, body, name, what=spans[name])
            continue
        if isinstance(value, dict) or (arrays and isinstance(value, list)) or name not in readers:
            raise ParsingException(f"[{kind}] query does not support [{name}]", at=Where(body, name))
        found[name] = read_member(readers[name], body, name)
    return found


def _needed(found: Mapping[str, Any], body: Any, needed: Mapping[str, str]) -> None:
    for name, what in needed.items():
        if found.get(name) is None:
            raise ParsingException(what, at=Where(body, None, "end"))


@register("span_term")
def parse_span_term(container: Any, key: Any) -> Query:
    field, values = field_query("span_term", container, key, {"value": value_of, "term": value_of}, short="value")
    value = values.get("value", values.get("term"))
    if not field:
        raise IllegalArgumentException("field name is null or empty")
    if value is None:
        raise IllegalArgumentException("value cannot be null")
    return SpanTerm(field=field, value=value, **common(values))


@register("span_near")
def parse_span_near(container: Any, key: Any) -> Query:
    body = container[key]
    found = _members(
        "span_near",
        body,
        {"clauses": "span_near [clauses] must be of type span query"},
        {"in_order": objects.boolean, "slop": objects.integer},
        arrays=True,
    )
    if not found.get("clauses"):
        raise ParsingException("span_near must include [clauses]", at=Where(body, None, "end"))
    return SpanNear(
        clauses=found["clauses"], slop=found.get("slop", 0), in_order=found.get("in_order", True), **common(found)
    )


@register("span_gap")
def parse_span_gap(container: Any, key: Any) -> Query:
    field, width = None, 0
    body = container[key]
    for name, value in body.items():
        if field is not None:
            raise ParsingException(
                f"[span_gap] query doesn't support multiple fields, found [{field}] and [{name}]",
                at=Where(body, name, "key"),
            )
        field = name
        if objects.is_value(value):
            width = objects.integer(body, name)
    if not field:
        raise IllegalArgumentException("[span_gap] field name is null or empty")
    return SpanGap(field=field, width=width)


@register("span_or")
def parse_span_or(container: Any, key: Any) -> Query:
    body = container[key]
    found = _members("span_or", body, {"clauses": "span_or [clauses] must be of type span query"}, {}, arrays=True)
    if not found.get("clauses"):
        raise ParsingException("span_or must include [clauses]", at=Where(body, None, "end"))
    return SpanOr(clauses=found["clauses"], **common(found))


@register("span_not")
def parse_span_not(container: Any, key: Any) -> Query:
    body = container[key]
    found = _members(
        "span_not",
        body,
        {name: f"span_not [{name}] must be of type span query" for name in ("include", "exclude")},
        dict.fromkeys(("dist", "pre", "post"), objects.integer),
    )
    _needed(found, body, {n: f"span_not must have [{n}] span query clause" for n in ("include", "exclude")})
    if "dist" in found and ("pre" in found or "post" in found):
        raise ParsingException(
            "span_not can either use [dist] or [pre] & [post] (or none)", at=Where(body, None, "end")
        )
    distance = found.get("dist", 0)
    return SpanNot(
        include=found["include"],
        exclude=found["exclude"],
        pre=max(0, found.get("pre", distance)),
        post=max(0, found.get("post", distance)),
        **common(found),
    )


@register("span_first")
def parse_span_first(container: Any, key: Any) -> Query:
    body = container[key]
    found = _members(
        "span_first", body, {"match": "span_first [match] must be of type span query"}, {"end": objects.integer}
    )
    _needed(
        found,
        body,
        {"match": "span_first must have [match] span query clause", "end": "span_first must have [end] set for it"},
    )
    if found["end"] < 0:
        raise IllegalArgumentException("parameter [end] needs to be positive.")
    return SpanFirst(match=found["match"], end=found["end"], **common(found))


def _holding(kind: str, query: type[SpanContaining]) -> Callable[[Any, Any], Query]:
    def parse(container: Any, key: Any) -> Query:
        body = container[key]
        parts = ("big", "little")
        found = _members(kind, body, {name: f"{kind} [{name}] must be of type span query" for name in parts}, {})
        for name in parts:
            if name not in found:
                if kind == "span_within":
                    raise ParsingException(f"span_within must include [{name}]", at=Where(body, None, "end"))
                raise IllegalArgumentException(f"inner clause [{name}] cannot be null.")
        return query(big=found["big"], little=found["little"], **common(found))

    return parse


register("span_containing")(_holding("span_containing", SpanContaining))
register("span_within")(_holding("span_within", SpanWithin))


def _masking(kind: str) -> Callable[[Any, Any], Query]:
    def parse(container: Any, key: Any) -> Query:
        body = container[key]
        found = _members(
            "span_field_masking",
            body,
            {"query": "[span_field_masking] query must be of type span query"},
            {"field": objects.text},
        )
        _needed(
            found,
            body,
            {
                "query": "span_field_masking must have [query] span query clause",
                "field": "span_field_masking must have [field] set for it",
            },
        )
        if not found["field"]:
            raise IllegalArgumentException("field name is null or empty")
        return FieldMasking(query=found["query"], field=found["field"], **common(found))

    return parse


for _name in ("field_masking_span", "span_field_masking"):
    register(_name)(_masking(_name))


def _first_scalar(value: list[Any]) -> Where | None:
    """The first scalar among nested arrays."""
    for i, item in enumerate(value):
        if objects.is_value(item):
            return Where(value, i)
        if isinstance(item, list) and (found := _first_scalar(item)) is not None:
            return found
    return None


_MULTI_TERM = (Pattern, Fuzzy, Range)


@register("span_multi")
def parse_span_multi(container: Any, key: Any) -> Query:
    body = container[key]
    match: Query | None = None
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, dict):
            if name != "match":
                raise ParsingException(f"[span_multi] query does not support [{name}]", at=Where(body, name))
            match = parse_query(body, name)
            if not isinstance(match, _MULTI_TERM):
                raise ParsingException(
                    "[span_multi] [match] must be of type multi term query", at=Where(body[name], None, "end")
                )
        elif isinstance(value, list):
            place = _first_scalar(value)
            if place is not None:
                raise ParsingException(f"[span_multi] query does not support [{name}]", at=place)
        elif objects.is_value(value):
            if name not in ("boost", "_name"):
                raise ParsingException(f"[span_multi] query does not support [{name}]", at=Where(body, name))
            found[name] = objects.decimal(body, name) if name == "boost" else objects.text(body, name)
    if match is None:
        raise ParsingException("[span_multi] must have [match] multi term query clause", at=Where(body, None, "end"))
    return SpanMulti(match=match, **common(found))
