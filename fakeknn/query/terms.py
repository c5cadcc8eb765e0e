"""The queries term and terms, and what all term-level queries ask of a field."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from zlib import crc32

import numpy as np

from fakeknn.errors import (
    BufferUnderflowException,
    IllegalArgumentException,
    IOException,
    NotFaked,
    ParsingException,
    RuntimeException,
    Where,
    XContentParseException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.constant_keyword import ConstantKeywordFieldType
from fakeknn.fields.metadata import IdFieldType, IndexFieldType
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.scalar import BooleanFieldType, KeywordFieldType
from fakeknn.query.base import Query
from fakeknn.query.bitmap import integers
from fakeknn.query.context import Explanation, Matched, ShardContext, rewriting
from fakeknn.query.exists import Exists
from fakeknn.query.one_field import of_one_field
from fakeknn.query.parsing import common, field_query, parse_query, register, value_of
from fakeknn.query.scoring import FieldScoring, postings, score_term
from fakeknn.view import Column, Mask, NumericColumn, place_of
from fakeknn.xcontent import base64, java_string, objects
from fakeknn.xcontent.objects import ObjectParser, building, caught, declared


def searched(ctx: ShardContext, field: FieldType, ask: Callable[[Column], Mask], *, ordered: bool = False) -> Mask:
    """What ``ask`` says of the field's column, or of that of its order.

    A field that keeps nothing is refused or matches nothing.
    """
    field.require_index()
    column = ctx.ordered(field) if ordered else ctx.column(field)
    if column is None:
        return ask(Column(ctx.n, np.empty(0, np.int32), True))
    return ask(column)


def nowhere(ctx: ShardContext, name: str, values: Sequence[Any], *, case_insensitive: bool = False) -> bool:
    """Whether a field is not mapped, or is a constant of the index that none of the values names."""
    field = ctx.field(name)
    if field is None:
        return True
    constant = constant_value(ctx, field)
    if constant is None or not ctx.of_body:
        return False
    return not any(IndexFieldType.names(constant, value, case_insensitive=case_insensitive) for value in values)


def constant_value(ctx: ShardContext, field: FieldType | None) -> str | None:
    """The one value that a field has in all documents of an index (ConstantFieldType)."""
    if isinstance(field, ConstantKeywordFieldType):
        return field.value
    return ctx.index if isinstance(field, IndexFieldType) else None


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class Term(Query):
    kind: ClassVar[str] = "term"
    set_after_boost: ClassVar[Mapping[str, Any]] = {"case_insensitive": False}
    field: str
    value: Any
    case_insensitive: bool = False

    def to_json(self) -> Any:
        written = {"value": self.value, **({"case_insensitive": True} if self.case_insensitive else {})}
        return {self.kind: {self.field: {**written, **self.standard()}}}

    def never(self, ctx: ShardContext) -> bool:
        return nowhere(ctx, self.field, (self.value,), case_insensitive=self.case_insensitive)

    def rewrites(self, ctx: ShardContext) -> bool:
        return constant_value(ctx, ctx.field(self.field)) is not None or self.never(ctx)

    def repeats(self, ctx: ShardContext) -> Any:
        return (self.kind, self.field, java_string(self.value), self.case_insensitive)

    def mask(self, ctx: ShardContext) -> Mask:
        field = ctx.field(self.field)
        if field is None:
            return ctx.nothing()
        if isinstance(field, IdFieldType):
            return field.ids(ctx.view, [java_string(self.value)])
        if self.case_insensitive and not (field.dictionary or isinstance(field, BooleanFieldType)):
            raise ctx.fails(
                f"[{field.path}] field which is of type [{field.kind}], does not support case insensitive term queries"
            )
        return searched(
            ctx, field, lambda column: field.term(column, self.value, case_insensitive=self.case_insensitive)
        )

    def _scores(self, field: FieldType | None) -> bool:
        return field is not None and field.scored and not field.constant and not self.case_insensitive

    def mapped_boosts(self, field: FieldType) -> tuple[float, ...]:
        """The boost that the mapping gives a field, which no other query heeds.

        A keyword that scores is given it twice: KeywordFieldType boosts what TermBasedFieldType has boosted.
        """
        boost = 1.0 if field.constant else float(field.options.get("boost", 1.0))
        twice = isinstance(field, KeywordFieldType) and field.searchable and self._scores(field)
        return () if boost == 1 else (boost, boost) if twice else (boost,)

    def mapped_boost(self, field: FieldType) -> np.float32:
        product = np.float32(1)
        for boost in self.mapped_boosts(field):
            product *= np.float32(boost)
        return product

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        field = ctx.field(self.field)
        if field is None:
            return Matched.none(ctx.n)
        boost = np.float32(boost * self.mapped_boost(field))
        if not self._scores(field):
            return Matched.constant(self.mask(ctx), float(boost))
        field.require_index()
        if not field.searchable:
            return Matched.constant(self.mask(ctx), float(boost))
        return score_term(ctx, field, field.index_term(self.value), boost)

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        boost = np.float32(boost * np.float32(self.boost))
        field = ctx.field(self.field)
        if field is not None:
            boost = np.float32(boost * self.mapped_boost(field))
        if field is None or not self._scores(field) or not field.searchable:
            shown = java_string(self.value)
            what = (
                f"{self.field}:[{shown} TO {shown}]"
                if field is not None and not field.scored
                else f"{self.field}:{shown}"
            )
            return Explanation(boost, what)
        column = ctx.column(field)
        assert column is not None
        term = field.index_term(self.value)
        rows, freqs = postings(column, term)
        at = place_of(rows, row)
        freq = 1.0 if freqs is None else float(freqs[at])
        return FieldScoring(ctx, field, column).explain(row, freq, [term], boost, term)


class IndexedTerm(Term):
    """A term of the index, asked for past its field's mapping."""

    def mapped_boosts(self, field: FieldType) -> tuple[float, ...]:
        return ()

    def _scores(self, field: FieldType | None) -> bool:
        return super()._scores(field) or isinstance(field, KeywordFieldType)


@register("term")
def parse_term(container: Any, key: Any) -> Query:
    members = {"value": value_of, "term": value_of, "case_insensitive": objects.boolean}
    field, values = field_query("term", container, key, members, short="value")
    value = values.get("value", values.get("term"))
    named_field("term", field)
    if value is None:
        raise IllegalArgumentException("value cannot be null")
    return Term(field=str(field), value=value, case_insensitive=values.get("case_insensitive", False), **common(values))


def named_field(kind: str, field: str | None) -> None:
    if not field:
        raise IllegalArgumentException("field name is null or empty")


@dataclass(frozen=True, slots=True)
class TermsLookup:
    """Where the terms lie: a field of another document, or of those that a query finds."""

    index: str
    path: str
    id: str | None = None
    query: Query | None = None
    routing: str | None = None
    store: bool = False

    def to_json(self) -> dict[str, Any]:
        """TermsLookup.toXContent."""
        written: dict[str, Any] = {"index": self.index}
        if self.id is not None:
            written["id"] = self.id
        written["path"] = self.path
        if self.routing is not None:
            written["routing"] = self.routing
        if self.query is not None:
            written["query"] = self.query.to_json()
        return {**written, "store": True} if self.store else written


@of_one_field
@dataclass(frozen=True, eq=False, kw_only=True)
class Terms(Query):
    """Any of several values; the score is constant."""

    kind: ClassVar[str] = "terms"
    set_after_boost: ClassVar[Mapping[str, Any]] = {"bitmap": False}
    field: str
    values: tuple[Any, ...] = ()
    lookup: TermsLookup | None = None
    bitmap: bool = False
    """Whether the one value (bytes) is a bitmap of integers."""

    def never(self, ctx: ShardContext) -> bool:
        if self.lookup is None and not self.values:
            return True
        return self.lookup is None and nowhere(ctx, self.field, self.values)

    def rewrites(self, ctx: ShardContext) -> bool:
        return self.lookup is not None or constant_value(ctx, ctx.field(self.field)) is not None or self.never(ctx)

    def members(self) -> dict[str, Any]:
        if self.lookup is not None:
            return {self.field: self.lookup.to_json()}
        values = [b64encode(value).decode() if isinstance(value, bytes) else value for value in self.values]
        return {self.field: values}

    def to_json(self) -> Any:
        written = super().to_json()
        if self.bitmap:
            written[self.kind]["value_type"] = "bitmap"
        return written

    def fetched(self, services: Any) -> Query:
        if self.lookup is None:
            return self
        return replace(self, values=tuple(services.lookup_terms(self.lookup, bitmap=self.bitmap)), lookup=None)

    def found(self, ctx: ShardContext) -> tuple[Any, ...]:
        """The terms, looked up if they lie elsewhere and no search has done so."""
        if self.lookup is None:
            return self.values
        if ctx.services is None:
            raise NotFaked("a terms lookup here")
        with rewriting():
            return tuple(ctx.services.lookup_terms(self.lookup, bitmap=self.bitmap))

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        field = ctx.field(self.field)
        if isinstance(field, BooleanFieldType) and self.lookup is None and self.values:
            return self._of_booleans(field).matched(ctx, boost)
        return Matched.constant(self.mask(ctx), float(boost))

    def _of_booleans(self, field: BooleanFieldType) -> Query:
        """BooleanFieldType.termsQuery: a term query, which scores, where the values are one."""
        field.require_index()
        wanted = {bool(field.query_value(value)) for value in self.values}
        return Exists(field=self.field) if len(wanted) == 2 else Term(field=self.field, value=wanted.pop())

    def mask(self, ctx: ShardContext) -> Mask:
        values = self.found(ctx)
        limit = ctx.setting("index.max_terms_count", 65536)
        if len(values) > limit:
            raise IllegalArgumentException(
                f"The number of terms [{len(values)}] used in the Terms Query request has exceeded the allowed "
                f"maximum of [{limit}]. "
                "This maximum can be set by changing the [index.max_terms_count] index level setting."
            )
        field = ctx.field(self.field)
        if field is None or not values:
            return ctx.nothing()
        if isinstance(field, IdFieldType):
            return field.ids(ctx.view, [java_string(value) for value in values])
        if self.bitmap and len(values) == 1 and isinstance(values[0], bytes) and isinstance(field, NumberFieldType):
            return self._in_bitmap(ctx, field, values[0])
        values = tuple(_bytes_array(value) if isinstance(value, bytes) else value for value in values)
        return searched(ctx, field, lambda column: field.terms(column, values))

    def _in_bitmap(self, ctx: ShardContext, field: NumberFieldType, data: bytes) -> Mask:
        field.require_index()
        if field.kind != "integer":
            raise IllegalArgumentException(
                f"Field [{field.kind}] of type [{field.kind}] does not support bitmap queries"
            )
        try:
            wanted = integers(data)
        except (BufferUnderflowException, IOException) as cause:
            raise IllegalArgumentException("Failed to deserialize the bitmap.") from cause
        column = ctx.column(field)
        assert isinstance(column, NumericColumn)
        mask = ctx.nothing()
        mask[column.rows[np.isin(column.values, wanted)]] = True
        return mask


@register("terms")
def parse_terms(container: Any, key: Any) -> Query:
    body = container[key]
    field: str | None = None
    values: tuple[Any, ...] | None = None
    lookup: TermsLookup | None = None
    value_type = "default"
    found: dict[str, Any] = {}
    for name, value in body.items():
        if isinstance(value, list):
            if field is not None:
                raise ParsingException("[terms] query does not support multiple fields", at=Where(body, name))
            field, values = name, tuple(term_values(name, value))
        elif isinstance(value, dict):
            if field is not None:
                raise ParsingException(
                    "[terms] query does not support more than one field. "
                    f"Already got: [{field}] but also found [{name}]",
                    at=Where(body, name),
                )
            field, lookup = name, _lookup(body, name)
        elif not objects.is_value(value):
            raise ParsingException(
                f"[terms] unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name)
            )
        elif name in ("boost", "_name"):
            found[name] = objects.decimal(body, name) if name == "boost" else objects.text(body, name)
        elif name == "value_type":
            value_type = objects.text(body, name)
        else:
            raise ParsingException(f"[terms] query does not support [{name}]", at=Where(body, name))
    if field is None:
        raise ParsingException(
            "[terms] query requires a field name, followed by array of terms or a document lookup specification",
            at=Where(body, None, "end"),
        )
    if value_type.lower() not in ("default", "bitmap"):
        raise IllegalArgumentException(f"{value_type} is not valid value_type")
    bitmap = value_type.lower() == "bitmap"
    if bitmap and lookup is None:
        values = (_decoded(values),)
    if not field:
        raise IllegalArgumentException("field name cannot be null.")
    return Terms(field=field, values=values or (), lookup=lookup, bitmap=bitmap, **common(found))


def _bytes_array(value: bytes) -> str:
    """What Java makes of bytes where it needs a text."""
    return f"org.opensearch.core.common.bytes.BytesArray@{crc32(value):x}"


def _decoded(values: tuple[Any, ...] | None) -> bytes:
    """The bitmap that is the one value."""
    if values is None or len(values) != 1 or not isinstance(values[0], str):
        raise IllegalArgumentException(
            "Invalid value for bitmap type: Expected a single-element array with a base64 encoded serialized bitmap."
        )
    return base64.decode(values[0])


def _nested_array(field: str, values: list[Any], at: int) -> ParsingException:
    """An array among the values: its end ends all of them for the parser, which goes on with what stands behind it."""
    inner = values[at]
    for i, value in enumerate(inner):
        if value is None:
            return ParsingException("No value specified for terms query", at=Where(inner, i))
        if isinstance(value, list):
            return _nested_array(field, inner, i)
    if at + 1 == len(values):
        return ParsingException(f"[terms] unknown token [END_ARRAY] after [{field}]", at=Where(values, None, "end"))
    following = values[at + 1]
    place = Where(values, at + 1)
    if isinstance(following, list):
        return ParsingException("[terms] query does not support multiple fields", at=place)
    if isinstance(following, dict):
        return ParsingException(
            f"[terms] query does not support more than one field. Already got: [{field}] but also found [{field}]",
            at=place,
        )
    if following is None:
        return ParsingException(f"[terms] unknown token [VALUE_NULL] after [{field}]", at=place)
    return ParsingException(f"[terms] query does not support [{field}]", at=place)


def term_values(field: str, values: list[Any]) -> list[Any]:
    """TermsQueryBuilder.parseValues."""
    out: list[Any] = []
    for i, value in enumerate(values):
        if value is None:
            raise ParsingException("No value specified for terms query", at=Where(values, i))
        if isinstance(value, list):
            raise _nested_array(field, values, i)
        if isinstance(value, dict):
            out += _tokens(value)
        else:
            out.append(value)
    return out


def _tokens(value: dict[str, Any]) -> list[Any]:
    """An object among terms: each of its tokens is taken for a term."""
    out: list[Any] = ["{"]
    for name, item in value.items():
        out.append(name)
        if item is None:
            raise ParsingException("No value specified for terms query", at=Where(value, name))
        if isinstance(item, list):
            raise NotFaked("an array inside an object among terms")
        out += _tokens(item) if isinstance(item, dict) else [item]
    return [*out, "}"]


def _inner_query(container: Any, key: Any) -> Query:
    with caught(lambda cause: RuntimeException("Error parsing inner query builder")):
        return parse_query(container, key)


_LOOKUP = ObjectParser(
    "terms_lookup",
    {
        "index": declared("string"),
        "id": declared("string"),
        "path": declared("string"),
        "query": declared("object", _inner_query),
        "routing": declared("string"),
        "store": declared("boolean"),
    },
    constructor=("index", "path"),
)


def _lookup(container: Any, key: Any) -> TermsLookup:
    values = _LOOKUP.parse(container, key)
    if "id" not in values and "query" not in values:
        with building("terms_lookup", Where(container[key], None, "end")):
            raise IllegalArgumentException(
                "[terms] query lookup element requires specifying either the id or the query."
            )
    if "id" in values and "query" in values:
        # All that the constructor takes is there: it is called while the last of them is read.
        body = container[key]
        last = [name for name in body if name in ("index", "id", "path", "query")][-1]
        at = Where(body[last], None, "end") if last == "query" else Where(body, last)
        try:
            with building("terms_lookup"):
                raise IllegalArgumentException("[terms] query lookup element cannot specify both id and query.")
        except XContentParseException as cause:
            failed = XContentParseException(f"[terms_lookup] failed to parse field [{last}]", at=at)
            raise objects.stopped_at(failed, at) from cause
    return TermsLookup(**values)
