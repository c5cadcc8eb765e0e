"""Term-level queries: term, terms, range, exists, ids, prefix, wildcard, regexp."""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from zlib import crc32

import numpy as np

from fakeknn.dates import DateFormat, parse_zone
from fakeknn.errors import (
    BufferUnderflowException,
    DateTimeException,
    IllegalArgumentException,
    IllegalStateException,
    IOException,
    NotFaked,
    OpenSearchParseException,
    ParsingException,
    UnsupportedOperationException,
    Where,
    XContentParseException,
    ZoneRulesException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.metadata import METADATA, IdFieldType, IndexFieldType
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.patterns import REGEXP_FLAGS, regexp_matcher, simple_match, wildcard_matcher
from fakeknn.fields.scalar import BooleanFieldType, DateFieldType, KeywordFieldType
from fakeknn.fields.text import BeginningsFieldType, TextFieldType
from fakeknn.query.base import (
    Explanation,
    Matched,
    Query,
    ShardContext,
    common,
    field_query,
    parse_query,
    read_member,
    register,
    rewriting,
    running,
    value_of,
)
from fakeknn.query.bitmap import integers
from fakeknn.query.compound import Bool, ConstantScore, MatchNone, declared_boost, parse_declared
from fakeknn.query.multi_term import MATCHERS, check_rewrite, dictionary_terms, is_constant, rewritten
from fakeknn.query.scoring import FieldScoring, postings, score_term
from fakeknn.view import Column, KeywordColumn, Mask, NumericColumn, TextColumn
from fakeknn.xcontent import base64, hash_ordered, java_string, objects
from fakeknn.xcontent.objects import ObjectParser, building, declared


def _searched(ctx: ShardContext, field: FieldType, ask: Callable[[Column], Mask]) -> Mask:
    """What ``ask`` says of the field's column; a field that keeps nothing is refused or matches nothing."""
    field.require_index()
    column = ctx.column(field)
    if column is None:
        return ask(Column(ctx.n, np.empty(0, np.int32), True))
    return ask(column)


def _nowhere(ctx: ShardContext, name: str, values: Sequence[Any], *, case_insensitive: bool = False) -> bool:
    """Whether a field is not mapped, or is a constant of the index (``_index``) that none of the values names."""
    field = ctx.field(name)
    if field is None:
        return True
    if not isinstance(field, IndexFieldType):
        return False
    return not any(field.names(ctx.index, value, case_insensitive=case_insensitive) for value in values)


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
        return _nowhere(ctx, self.field, (self.value,), case_insensitive=self.case_insensitive)

    def rewrites(self, ctx: ShardContext) -> bool:
        return isinstance(ctx.field(self.field), IndexFieldType) or self.never(ctx)

    def repeats(self) -> Any:
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
        return _searched(
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
        at = int(np.searchsorted(rows, row))
        freq = 1.0 if freqs is None else float(freqs[at])
        return FieldScoring(ctx, field, column).explain(row, freq, [term], boost, term)


class IndexedTerm(Term):
    """A term of the index, asked for past its field's mapping."""

    def mapped_boosts(self, field: FieldType) -> tuple[float, ...]:
        return ()


@register("term")
def parse_term(container: Any, key: Any) -> Query:
    members = {"value": value_of, "term": value_of, "case_insensitive": objects.boolean}
    field, values = field_query("term", container, key, members, short="value")
    value = values.get("value", values.get("term"))
    _named("term", field)
    if value is None:
        raise IllegalArgumentException("value cannot be null")
    return Term(field=str(field), value=value, case_insensitive=values.get("case_insensitive", False), **common(values))


def _named(kind: str, field: str | None) -> None:
    if not field:
        raise IllegalArgumentException("field name is null or empty")


# --- terms ------------------------------------------------------------------------------------------------------------


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
        return self.lookup is None and _nowhere(ctx, self.field, self.values)

    def rewrites(self, ctx: ShardContext) -> bool:
        return self.lookup is not None or isinstance(ctx.field(self.field), IndexFieldType) or self.never(ctx)

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

    def found(self, ctx: ShardContext) -> tuple[Any, ...]:
        """The terms, looked up if they lie elsewhere: before the query is built."""
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
        return _searched(ctx, field, lambda column: field.terms(column, values))

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


_LOOKUP = ObjectParser(
    "terms_lookup",
    {
        "index": declared("string"),
        "id": declared("string"),
        "path": declared("string"),
        "query": declared("object", parse_query),
        "routing": declared("string"),
        "store": declared("boolean"),
    },
    constructor=("index", "path"),
)


def _lookup(container: Any, key: Any) -> TermsLookup:
    values = _LOOKUP.parse(container, key)
    if "id" not in values and "query" not in values:
        with building("terms_lookup"):
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


# --- range ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class Range(Query):
    kind: ClassVar[str] = "range"
    set_after_boost: ClassVar[Mapping[str, Any]] = {"format": None, "relation": None}
    field: str
    lower: Any = None
    upper: Any = None
    include_lower: bool = True
    include_upper: bool = True
    time_zone: str | None = None
    format: str | None = None
    relation: str | None = None

    def to_json(self) -> Any:
        written = {
            "from": self.lower,
            "to": self.upper,
            "include_lower": self.include_lower,
            "include_upper": self.include_upper,
        }
        more = {"time_zone": self.time_zone, "format": self.format, "relation": self.relation}
        given = {name: value for name, value in more.items() if value is not None}
        return {self.kind: {self.field: {**written, **given, **self.standard()}}}

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        field = ctx.field(self.field)
        if isinstance(field, BooleanFieldType):
            return self._of_booleans(ctx, field).matched(ctx, boost)
        return Matched.constant(self.mask(ctx), float(boost))

    def _of_booleans(self, ctx: ShardContext, field: BooleanFieldType) -> Query:
        """BooleanFieldType.rangeQuery: a term query, which scores, where one of the values is left."""
        field.require_index()
        low = False if self.lower is None else bool(field.query_value(self.lower))
        high = True if self.upper is None else bool(field.query_value(self.upper))
        include_low = self.include_lower or self.lower is None
        include_high = self.include_upper or self.upper is None
        if low == high:
            return Term(field=self.field, value=low) if include_low and include_high else MatchNone()
        if low or not (include_low or include_high):
            return MatchNone()
        if include_low and include_high:
            return Exists(field=self.field)
        return Term(field=self.field, value=not include_low)

    def never(self, ctx: ShardContext) -> bool:
        """A range of dates beside all that the shard has is rewritten to match_none."""
        return self._relation(ctx) == "disjoint"

    def rewrites(self, ctx: ShardContext) -> bool:
        """A range of dates around all that the shard has is rewritten to one without bounds."""
        relation = self._relation(ctx)
        given = any(value is not None for value in (self.lower, self.upper, self.format, self.time_zone))
        return relation == "disjoint" or (relation == "within" and given)

    def _relation(self, ctx: ShardContext) -> str:
        """How what a shard has of the field lies to the range (MappedFieldType.isFieldWithinQuery)."""
        field = ctx.field(self.field)
        if field is None:
            return "disjoint"
        if not isinstance(field, DateFieldType) or not field.searchable:
            return "intersects"
        column = ctx.column(field)
        if not isinstance(column, NumericColumn):
            return "intersects"
        try:
            low, high = field.limits(
                self.lower, self.upper, self.include_lower, self.include_upper, self.time_zone, self.format
            )
        except (OpenSearchParseException, IllegalArgumentException) as error:
            raise running(error) from error.cause
        if not len(column.values):
            return "disjoint"
        least, most = column.values.min(), column.values.max()
        if (low is None or low <= least) and (high is None or most <= high):
            return "within"
        return "disjoint" if (low is not None and low > most) or (high is not None and high < least) else "intersects"

    def mask(self, ctx: ShardContext) -> Mask:
        field = ctx.field(self.field)
        if field is None:
            return ctx.nothing()
        if self.lower is None and self.upper is None:
            return exists_mask(ctx, self.field)
        if field.is_text or field.kind in ("keyword", "flat_object"):
            ctx.refuse_expensive("[range] queries on [text] or [keyword] fields")
        if type(field).range is FieldType.range:
            self._asked(field, Column(ctx.n, np.empty(0, np.int32), True))  # which refuses, whatever is searchable
        try:
            return _searched(ctx, field, lambda column: self._asked(field, column))
        except OpenSearchParseException as error:
            # Dates are looked at when the query is rewritten, before it is built.
            raise running(error) from error.cause
        except IllegalArgumentException as error:
            if isinstance(field, DateFieldType) and field.searchable:
                raise running(error) from error.cause
            raise

    def matcher(self, field: FieldType) -> Callable[[str], object]:
        """What tells which terms of a field lie in the range."""
        low = None if self.lower is None else field.index_term(self.lower)
        high = None if self.upper is None else field.index_term(self.upper)

        def inside(term: str) -> bool:
            if low is not None and (term < low or (term == low and not self.include_lower)):
                return False
            return high is None or term < high or (term == high and self.include_upper)

        return inside

    def _asked(self, field: FieldType, column: Column) -> Mask:
        return field.range(
            column,
            lower=self.lower,
            upper=self.upper,
            include_lower=self.include_lower,
            include_upper=self.include_upper,
            relation=self.relation,
            time_zone=self.time_zone,
            format=self.format,
        )


@register("range")
def parse_range(container: Any, key: Any) -> Query:
    members = {
        **dict.fromkeys(("from", "to", "gt", "gte", "lt", "lte"), value_of),
        "include_lower": objects.boolean,
        "include_upper": objects.boolean,
        "time_zone": objects.text,
        "format": objects.text,
        "relation": objects.text,
    }
    field, values = field_query("range", container, key, members, short=None)
    _named("range", field)
    bounds: dict[str, Any] = {}
    for name in values:  # in the order given: the last word on a bound counts
        if name in ("from", "gt", "gte"):
            bounds["lower"] = values[name]
            if name != "from":
                bounds["include_lower"] = name == "gte"
        elif name in ("to", "lt", "lte"):
            bounds["upper"] = values[name]
            if name != "to":
                bounds["include_upper"] = name == "lte"
        elif name in ("include_lower", "include_upper"):
            bounds[name] = values[name]
    if "format" in values:
        DateFormat.parse(values["format"])
    if "relation" in values and values["relation"].upper() == "DISJOINT":
        raise IllegalArgumentException(f"[range] query does not support relation [{values['relation']}]")
    if "relation" in values and values["relation"].upper() not in ("INTERSECTS", "CONTAINS", "WITHIN"):
        raise IllegalArgumentException(f"{values['relation']} is not a valid relation")
    if "time_zone" in values:
        try:
            parse_zone(values["time_zone"])
        except DateTimeException as cause:
            package = "java.time.zone" if isinstance(cause, ZoneRulesException) else "java.time"
            text = f"{package}.{type(cause).__name__}: {cause.reason}"  # the cause's toString
            raise IllegalArgumentException(text) from cause
    return Range(
        field=str(field),
        time_zone=values.get("time_zone"),
        format=values.get("format"),
        relation=values.get("relation"),
        **bounds,
        **common(values),
    )


# --- exists, ids ------------------------------------------------------------------------------------------------------


#: Fields of every mapping that no exists query may name, and what is said then.
_NO_EXISTS = {
    "_source": "The _source field is not searchable",
    "_data_stream_timestamp": "Cannot run exists query on internal field [_data_stream_timestamp]",
    "_feature": "Cannot run exists query on [_feature]",
    "_field_names": "Cannot run exists query on _field_names",
    "_nested_path": "Cannot run exists() query against the nested field path",
}


def exists_names(ctx: ShardContext, pattern: str) -> list[str]:
    """The fields that an exists query looks for; none when nothing of the name is mapped."""
    mapping = ctx.mapping
    if pattern in mapping.objects:
        return [pattern, *(path for path in mapping.fields if path.startswith(pattern + "."))]
    if "*" in pattern:
        everywhere = (*METADATA, *_NO_EXISTS)
        return hash_ordered([*mapping.matching(pattern), *(name for name in everywhere if simple_match(pattern, name))])
    return [pattern] if pattern in _NO_EXISTS or ctx.field(pattern) is not None else []


def exists_mask(ctx: ShardContext, pattern: str) -> Mask:
    """bool[n]: the rows that have a field, one of the fields of a pattern, or anything in an object."""
    mapping = ctx.mapping
    mask = ctx.nothing()
    for name in exists_names(ctx, pattern):
        if name in _NO_EXISTS:
            if name == "_source":
                raise ctx.fails(_NO_EXISTS[name])
            raise UnsupportedOperationException(_NO_EXISTS[name])
        field = mapping.field(name)
        if field is None:
            continue
        if name in ("_id", "_version"):
            mask |= ctx.everything()
            continue
        refusal = getattr(field, "no_exists", None)
        if refusal is not None and (error := refusal()) is not None:
            raise error
        column = ctx.column(field)
        if column is not None:
            mask = mask | column.exists
    return mask


@dataclass(frozen=True, eq=False, kw_only=True)
class Exists(Query):
    kind: ClassVar[str] = "exists"
    field: str

    def members(self) -> dict[str, Any]:
        return {"field": self.field}

    def never(self, ctx: ShardContext) -> bool:
        return not exists_names(ctx, self.field)

    def mask(self, ctx: ShardContext) -> Mask:
        return exists_mask(ctx, self.field)


@register("exists")
def parse_exists(container: Any, key: Any) -> Query:
    body = container[key]
    values: dict[str, Any] = {}
    readers = {"field": objects.text, "_name": objects.text, "boost": objects.decimal}
    for name, value in body.items():
        if not objects.is_value(value):
            raise ParsingException(
                f"[exists] unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name)
            )
        if name not in readers:
            raise ParsingException(f"[exists] query does not support [{name}]", at=Where(body, name))
        values[name] = read_member(readers[name], body, name)
    if "field" not in values:
        raise ParsingException("[exists] must be provided with a [field]", at=Where(body, None, "end"))
    if not values["field"]:
        raise IllegalArgumentException("field name is null or empty")
    return Exists(field=values["field"], **common(values))


@dataclass(frozen=True, eq=False, kw_only=True)
class Ids(Query):
    kind: ClassVar[str] = "ids"
    values: tuple[str, ...] = ()

    def members(self) -> dict[str, Any]:
        return {"values": list(self.values)}

    def never(self, ctx: ShardContext) -> bool:
        return not self.values

    def mask(self, ctx: ShardContext) -> Mask:
        field = ctx.field("_id")
        assert isinstance(field, IdFieldType)
        return field.ids(ctx.view, self.values)


def _id_texts(container: Any, key: Any) -> list[str]:
    value = container[key]
    if isinstance(value, list):
        out = []
        for i in range(len(value)):
            if value[i] is None:
                raise IllegalStateException("Can't get text on a VALUE_NULL at {line}:{column}", at=Where(value, i))
            if isinstance(value[i], list):
                raise objects.stopped_at(IllegalStateException("expected value but got [START_ARRAY]"), Where(value, i))
            out.append(objects.text(value, i))
        return out
    return [objects.text(container, key)]


_IDS: ObjectParser = ObjectParser(
    "ids",
    {
        "values": declared("string_array", _id_texts),
        "boost": declared_boost(lambda before: Ids(values=tuple(_IDS.parse_object(before).get("values", ())))),
        "_name": declared("string"),
    },
    applied=True,
)


@register("ids")
def parse_ids(container: Any, key: Any) -> Query:
    values = parse_declared(_IDS, container, key)
    return Ids(values=tuple(values.get("values", ())), **common(values))


# --- patterns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False, kw_only=True)
class Pattern(Query):
    """A query by a pattern over terms; constant score."""

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
        return _searched(ctx, field, lambda column: self.ask(field, column))

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
        return _nowhere(ctx, self.field, (self.value + "*",), case_insensitive=self.case_insensitive)

    def scored(self, ctx: ShardContext) -> Query | None:
        field = ctx.field(self.field)
        if isinstance(field, TextFieldType) and field.beginnings is not None:
            check_rewrite(self.rewrite)
            if field.beginnings.low - 1 <= len(self.value) <= field.beginnings.high:
                return self._by_beginnings(field, field.beginnings)
        if isinstance(field, BeginningsFieldType):
            check_rewrite(self.rewrite)
            return self._among_beginnings(field)
        return super().scored(ctx)

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
        return _nowhere(ctx, self.field, (self.value,), case_insensitive=self.case_insensitive)

    def matcher(self, field: FieldType) -> Callable[[str], object]:
        pattern = getattr(field, "pattern", None)
        return wildcard_matcher(self.value if pattern is None else pattern(self.value), self.case_insensitive)

    def ask(self, field: FieldType, column: Column) -> Mask:
        return field.wildcard(column, self.value, case_insensitive=self.case_insensitive)


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
        value = next((values[name] for name in value_names if values.get(name) is not None), None)
        _named(kind, field)
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
MATCHERS[Range] = lambda query, ctx, field: query.matcher(field)

__all__ = ["Exists", "Ids", "Range", "Term", "Terms", "exists_mask"]
