"""The query range."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from fakeknn.dates import DateFormat, parse_zone
from fakeknn.errors import DateTimeException, IllegalArgumentException, OpenSearchParseException, ZoneRulesException
from fakeknn.fields import FieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.scalar import BooleanFieldType
from fakeknn.query.base import Query
from fakeknn.query.compound import MatchNone
from fakeknn.query.context import Matched, ShardContext, rewritten_wrongly
from fakeknn.query.exists import Exists, exists_mask
from fakeknn.query.multi_term import MATCHERS
from fakeknn.query.one_field import of_one_field
from fakeknn.query.parsing import common, field_query, register, value_of
from fakeknn.query.terms import Term, named_field, searched
from fakeknn.view import Column, Mask, NumericColumn
from fakeknn.xcontent import objects


@of_one_field
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
            return self.of_booleans(ctx, field).matched(ctx, boost)
        return Matched.constant(self.mask(ctx), float(boost))

    def of_booleans(self, ctx: ShardContext, field: BooleanFieldType) -> Query:
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
        return self.relation_to(ctx) == "disjoint"

    def rewrites(self, ctx: ShardContext) -> bool:
        """A range of dates around all that the shard has is rewritten to one without bounds."""
        relation = self.relation_to(ctx)
        given = any(value is not None for value in (self.lower, self.upper, self.format, self.time_zone))
        return relation == "disjoint" or (relation == "within" and given)

    def check_rewriting(self, ctx: ShardContext) -> None:
        field = ctx.field(self.field)
        if isinstance(field, DateFieldType) and field.searchable and ctx.of_body and ctx.has_reader:
            self._limits(field)

    def _limits(self, field: DateFieldType) -> tuple[int | None, int | None]:
        try:
            return field.limits(
                self.lower, self.upper, self.include_lower, self.include_upper, self.time_zone, self.format
            )
        except (OpenSearchParseException, IllegalArgumentException) as error:
            raise rewritten_wrongly(error) from error.cause

    def relation_to(self, ctx: ShardContext) -> str:
        """How what a shard has of the field lies to the range (MappedFieldType.isFieldWithinQuery)."""
        field = ctx.field(self.field)
        if field is None:
            return "disjoint"
        if not isinstance(field, DateFieldType) or not field.searchable or not (ctx.of_body and ctx.has_reader):
            return "intersects"
        column = ctx.column(field)
        if not isinstance(column, NumericColumn):
            return "intersects"
        low, high = self._limits(field)
        apart = "intersects" if ctx.validating else "disjoint"
        if not len(column.values):
            return apart
        least, most = column.values.min(), column.values.max()
        if (low is None or low <= least) and (high is None or most <= high):
            return "within"
        return apart if (low is not None and low > most) or (high is not None and high < least) else "intersects"

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
            return searched(ctx, field, lambda column: self._asked(field, column), ordered=True)
        except OpenSearchParseException as error:
            if not isinstance(field, DateFieldType):
                raise
            # Dates are looked at when the query is rewritten, before it is built.
            raise rewritten_wrongly(error) from error.cause
        except IllegalArgumentException as error:
            if isinstance(field, DateFieldType) and field.searchable:
                raise rewritten_wrongly(error) from error.cause
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
    named_field("range", field)
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
    if "time_zone" in values:
        try:
            parse_zone(values["time_zone"])
        except DateTimeException as cause:
            package = "java.time.zone" if isinstance(cause, ZoneRulesException) else "java.time"
            text = f"{package}.{type(cause).__name__}: {cause.reason}"  # the cause's toString
            raise IllegalArgumentException(text) from cause
    made = Range(
        field=str(field),
        time_zone=values.get("time_zone"),
        format=values.get("format"),
        relation=values.get("relation"),
        **bounds,
        **common(values),
    )
    if "format" in values:
        DateFormat.parse(values["format"])
    if "relation" in values and values["relation"].upper() == "DISJOINT":
        raise IllegalArgumentException(f"[range] query does not support relation [{values['relation']}]")
    if "relation" in values and values["relation"].upper() not in ("INTERSECTS", "CONTAINS", "WITHIN"):
        raise IllegalArgumentException(f"{values['relation']} is not a valid relation")
    return made


MATCHERS[Range] = lambda query, ctx, field: query.matcher(field)
