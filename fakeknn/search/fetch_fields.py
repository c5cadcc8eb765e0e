"""``fields``: values of the source in the form that their mapping gives them (FieldFetcher)."""

from __future__ import annotations

from collections import deque
from typing import Any

from fakeknn.dates import DateFormat
from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    UnsupportedOperationException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.join import MetaJoinFieldType
from fakeknn.fields.metadata import METADATA, WITHOUT_DOC_VALUES
from fakeknn.fields.patterns import simple_match
from fakeknn.fields.ranges import DateRangeFieldType, RangeFieldType
from fakeknn.fields.token_count import TokenCountFieldType
from fakeknn.query.context import ShardContext
from fakeknn.search.fetch import Hit, source_of
from fakeknn.search.field_formats import FieldAndFormat, fields_and_formats
from fakeknn.search.request import ARRAYS, SearchRequest
from fakeknn.search.shown_values import shown_doc_values
from fakeknn.search.source import extract
from fakeknn.search.written import written
from fakeknn.view import ignored_fields
from fakeknn.xcontent import hash_ordered
from fakeknn.xcontent.reading import read_again

_FALSE = object()


def _fields(request: SearchRequest, container: Any, key: Any) -> None:
    request.parts["fields"] = fields_and_formats(container, key)


ARRAYS["fields"] = _fields


#: A field that is fetched: its name, what it is, and the format.
WantedField = tuple[str, FieldType, str | None]


def wanted_fields(request: SearchRequest, ctx: ShardContext) -> list[WantedField]:
    """FetchFieldsPhase.getProcessor, once a shard: what is wrong with a format is told ahead of all documents."""
    if not request.parts.get("fields"):
        return []
    key = ("wanted fields", id(request))
    found: list[WantedField] | None = ctx.memo.get(key)
    if found is None:
        found = ctx.memo[key] = _wanted(request, ctx)
    return found


def _wanted(request: SearchRequest, ctx: ShardContext) -> list[WantedField]:
    """The fields that the names and patterns of a search stand for."""
    if not ctx.mapping.source_enabled:
        raise IllegalArgumentException(
            "Unable to retrieve the requested [fields] since _source is disabled in the mappings for index "
            f"[{ctx.index}]"
        )
    found: list[WantedField] = []
    for one in request.parts["fields"]:
        names = [one.field]
        if "*" in one.field:
            everywhere = (*ctx.mapping.fields, *METADATA, *WITHOUT_DOC_VALUES)
            names = hash_ordered([name for name in everywhere if simple_match(one.field, name)])
            if ctx.derived is not None:
                names = hash_ordered([*names, *ctx.derived.names(ctx, one.field)])
        for name in names:
            field = ctx.field(name)
            if field is None or name in METADATA:
                continue
            if field.internal:
                what = "metadata" if isinstance(field, MetaJoinFieldType) else "internal"
                raise UnsupportedOperationException(f"Cannot fetch values for {what} field [{field.kind}].")
            if one.format is not None:
                _check_format(field, one)
            found.append((name, field, one.format))
    return found


def _check_format(field: FieldType, one: FieldAndFormat) -> None:
    if field.derivation is not None:
        raise IllegalArgumentException(f"Field [{field.path}] of type [derived] doesn't support formats.")
    if field.kind in ("date", "date_nanos"):
        field.check_format(one.format)
    elif isinstance(field, RangeFieldType):
        assert one.format is not None
        DateFormat.parse(one.format)
        if not isinstance(field, DateRangeFieldType):
            raise NullPointerException(
                'Cannot invoke "org.opensearch.common.time.DateFormatter.locale()" because "defaultFormatter" is null'
            )
    elif field.kind not in ("geo_point", "geo_shape", "knn_vector") and not isinstance(field, TokenCountFieldType):
        try:
            field.fetch(None, one.format)
        except IllegalArgumentException:
            raise
        raise IllegalArgumentException(f"Field [{field.path}] doesn't support formats.")


def fetch_fields(
    wanted: list[WantedField], request: SearchRequest, ctx: ShardContext, hit: Hit
) -> dict[str, list[Any]]:
    """The values of a document's fields by name."""
    if not wanted:
        return {}
    source = source_of(ctx.view, _root(hit), request.reads)
    if source is None:
        body = {}
    else:
        body = read_again(source) if hit.nesting is None else hit.nesting.source(source)
    ignored = ignored_fields(ctx.view.columns.get("_ignored"), hit.row)
    found: dict[str, list[Any]] = {}
    for name, field, format in wanted:
        if name in ignored:
            continue
        if field.derivation is not None:
            values = [written(value) for value in field.derivation.shown(_root(hit))]
        elif isinstance(field, TokenCountFieldType):
            values = shown_doc_values(ctx, field, hit.row, format) if field.has_doc_values else []
        else:
            values = field_values(ctx, field, body, format)
        if values:
            found[name] = values
    return found


def _root(hit: Hit) -> int:
    return hit.row if hit.nesting is None else hit.nesting.root


def field_values(ctx: ShardContext, field: FieldType, body: Any, format: str | None) -> list[Any]:
    """SourceValueFetcher.fetchValues."""
    values = []
    for path in ctx.mapping.source_paths(field):
        null = getattr(field, "null", None)
        if field.kind == "boolean":
            null = field.options.get("null_value")
        found = extract(path.split("."), 0, body, _FALSE if null is not None else None)
        if found is None:
            return []
        if field.gives_lists and field.takes_arrays:
            all_shown = field.fetch(None if found is _FALSE else found, format)
            return all_shown if isinstance(all_shown, list) else [all_shown]
        if field.kind == "knn_vector":
            return found if isinstance(found, list) else []
        if field.takes_arrays:
            return [found]
        queue = deque([found])
        while queue:
            value = queue.popleft()
            if isinstance(value, list):
                queue.extend(value)
                continue
            shown = field.fetch(None if value is _FALSE else value, format)
            if shown is not None:
                values.append(shown)
    return values
