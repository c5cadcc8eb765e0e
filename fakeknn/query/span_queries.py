"""The span queries: where the terms of a field stand, near each other or within."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, IllegalStateException
from fakeknn.fields import FieldType
from fakeknn.fields.metadata import IdFieldType, IndexFieldType
from fakeknn.fields.version import VersionFieldType
from fakeknn.fields.wildcard import WildcardFieldType
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext, running
from fakeknn.query.lucene import MatchAllDocsQuery, MatchNoDocsQuery, Node
from fakeknn.query.lucene.form import form, shown_id
from fakeknn.query.phrases import occurrences
from fakeknn.query.scoring import FieldScoring, postings
from fakeknn.query.similarities import TermStatistics
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
from fakeknn.view import Column, Mask, TextColumn, place_of
from fakeknn.xcontent import java_string

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

    def _similarity(self, ctx: ShardContext) -> tuple[FieldScoring, list[str], list[TermStatistics]] | None:
        field = ctx.field(self.field_name(ctx))
        column = None if field is None else ctx.column(field)
        if field is None or column is None:
            return None
        known: list[tuple[str, TermStatistics]] = []
        for name, term in sorted(set(self.terms(ctx))):
            own = ctx.field(name)
            held = None if own is None else ctx.column(own)
            if own is not None and held is not None and len(postings(held, term)[0]):
                known.append((term, FieldScoring(ctx, own, held).statistics_of(term)))
        return FieldScoring(ctx, field, column), [term for term, _ in known], [count for _, count in known]

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        rows, freqs = self._found(ctx)
        out = Matched.none(ctx.n)
        out.mask[rows] = True
        if len(rows):
            scored = self._similarity(ctx)
            if scored is not None:
                similarity, terms, counts = scored
                out.score[rows] = similarity.score(rows, freqs, terms, boost, stated=counts)
        return out

    def mask(self, ctx: ShardContext) -> Mask:
        mask = ctx.nothing()
        mask[self._found(ctx)[0]] = True
        return mask

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        rows, freqs = self._found(ctx)
        boost = np.float32(boost * np.float32(self.boost))
        at = place_of(rows, row)
        scored = self._similarity(ctx)
        if at >= len(rows) or rows[at] != row or scored is None:
            return Explanation(np.float32(0), "no matching term", match=False)
        similarity, terms, counts = scored
        return similarity.explain(
            row, float(freqs[at]), terms, boost, self.text(ctx), stated=counts, phrase=True, whole=True
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
        if isinstance(field, IdFieldType):
            return field, ctx.column(field), shown_id(java_string(self.value))
        if isinstance(field, IndexFieldType):
            names = field.names(ctx.index, self.value)
            raise _no_term(MatchAllDocsQuery() if names else MatchNoDocsQuery())
        if (
            field.derivation is not None
            or (not field.dictionary and not field.scored)
            or isinstance(field, WildcardFieldType)
            or (isinstance(field, VersionFieldType) and field.has_doc_values)
        ):
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
            if isinstance(field, IdFieldType):
                exists = bool(field.ids(ctx.view, [java_string(self.value)]).any())
            else:
                exists = len(postings(column, term)[0]) > 0
            if exists:
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
        """Nothing is asked of the clauses behind one that is not there at all."""
        if len(self.clauses) == 1:
            return self.clauses[0].spans(ctx)
        parts: list[Spans | int] = []
        for clause in self.clauses:
            part = clause.width if isinstance(clause, SpanGap) else clause.spans(ctx)
            if isinstance(part, Spans) and not len(part):
                return part
            parts.append(part)
        if self.in_order:
            if isinstance(parts[0], int):
                following = next((part for part in parts if isinstance(part, Spans)), None)
                parts[0] = Spans.none() if following is None else before(following, parts[0])
            return ordered(parts, self.slop)
        return unordered([part for part in parts if isinstance(part, Spans)], self.slop)

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

    kind: ClassVar[str] = "span_field_masking"
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

    def _similarity(self, ctx: ShardContext) -> tuple[FieldScoring, list[str], list[TermStatistics]] | None:
        return self.query._similarity(ctx)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        return self.query.explain(ctx, row, np.float32(boost * np.float32(self.boost)))

    def text(self, ctx: ShardContext) -> str:
        return f"mask({self.query.text(ctx)}) as {self.field_name(ctx)}"
