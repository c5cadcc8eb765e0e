"""``docvalue_fields`` and ``script_fields``: values that hits show beside their source."""

from __future__ import annotations

from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    OpenSearchError,
    ParsingException,
    Where,
)
from fakeknn.fields.metadata import METADATA, WITHOUT_DOC_VALUES
from fakeknn.painless.iteration import iterate
from fakeknn.painless.numbers import Float
from fakeknn.painless.stream_output import check_written
from fakeknn.painless.values import JavaArray
from fakeknn.query.context import ShardContext
from fakeknn.query.doc_values import compile_script, script_values
from fakeknn.query.script import Script, parse_script, resolved
from fakeknn.search.fetch import Hit, sub_phase
from fakeknn.search.fetch_fields import fetch_fields, wanted_fields
from fakeknn.search.field_formats import FieldAndFormat, fields_and_formats
from fakeknn.search.request import ARRAYS, OBJECTS, SearchRequest
from fakeknn.search.shown_values import shown_doc_values
from fakeknn.search.written import Unwritable, written
from fakeknn.xcontent import hash_ordered, objects


@dataclass(frozen=True, slots=True)
class ScriptField:
    name: str
    script: Script | None
    ignore_failure: bool = False


def _docvalue_fields(request: SearchRequest, container: Any, key: Any) -> None:
    request.parts["docvalue_fields"] = fields_and_formats(container, key)


def add_docvalue_fields(request: SearchRequest, names: str) -> None:
    """The parameter ``docvalue_fields``."""
    found = [FieldAndFormat(name) for name in names.split(",") if name]
    request.parts["docvalue_fields"] = [*request.parts.get("docvalue_fields", []), *found]


def _script_fields(request: SearchRequest, container: Any, key: Any) -> None:
    request.parts["script_fields"] = parse_script_fields(container, key)


def parse_script_fields(container: Any, key: Any, within: str | None = None) -> list[ScriptField]:
    """The fields of ``container[key]``; what is none is told of by its name, or by that of what it is ``within``."""
    body = container[key]
    return [_script_field(body, name, within or name) for name in body]


def _script_field(container: Any, name: str, within: str) -> ScriptField:
    """SearchSourceBuilder.ScriptField."""
    body = container[name]
    if not isinstance(body, dict):
        raise ParsingException(
            f"Expected [START_OBJECT] in [{within}] but found [{objects.token(body)}]", at=Where(container, name)
        )
    script, ignore_failure = None, False
    for member, value in body.items():
        if member == "script" and (objects.is_value(value) or isinstance(value, dict)):
            script = parse_script(body, member)
        elif member == "ignore_failure" and objects.is_value(value):
            ignore_failure = objects.boolean(body, member)
        else:
            raise ParsingException(f"Unknown key for a {objects.token(value)} in [{member}].", at=Where(body, member))
    return ScriptField(name, script, ignore_failure)


ARRAYS["docvalue_fields"] = _docvalue_fields
OBJECTS["script_fields"] = _script_fields


# --- on a shard -------------------------------------------------------------------------------------------------------


def check_fields(request: SearchRequest, ctx: ShardContext) -> None:
    """What a shard refuses before it has any hit (SearchService.parseSource)."""
    _expanded(request, ctx)
    scripts: list[ScriptField] = request.parts.get("script_fields", [])
    if not scripts or not request.size:
        return
    limit = ctx.setting("index.max_script_fields", 32)
    if len(scripts) > limit:
        raise IllegalArgumentException(
            f"Trying to retrieve too many script_fields. Must be less than or equal to: [{limit}] but was "
            f"[{len(scripts)}]. This limit can be set by changing the [index.max_script_fields] index level setting."
        )
    for one in scripts:
        _compile(ctx, one)


def _compile(ctx: ShardContext, wanted: ScriptField) -> Script:
    if wanted.script is None:
        raise NullPointerException(None)
    script = resolved(ctx, wanted.script)
    compile_script(script, "field")
    return script


def _expanded(request: SearchRequest, ctx: ShardContext) -> list[FieldAndFormat]:
    """FetchDocValuesContext.create: patterns become the fields that they match."""
    wanted: list[FieldAndFormat] = request.parts.get("docvalue_fields", [])
    collapse = request.parts.get("collapse")
    if collapse is not None and collapse.field and all(one.field != collapse.field for one in wanted):
        wanted = [*wanted, FieldAndFormat(collapse.field)]
    found = []
    for one in wanted:
        if "*" not in one.field:
            found.append(one)
        else:
            pattern = one.field.replace("[", "[[]").replace("?", "[?]")
            everywhere = (*ctx.mapping.fields, *METADATA, *WITHOUT_DOC_VALUES)
            names = hash_ordered(dict.fromkeys(name for name in everywhere if fnmatchcase(name, pattern)))
            found += [FieldAndFormat(name, one.format) for name in names]
    limit = ctx.setting("index.max_docvalue_fields_search", 100)
    if len(found) > limit:
        raise IllegalArgumentException(
            f"Trying to retrieve too many docvalue_fields. Must be less than or equal to: [{limit}] but was "
            f"[{len(found)}]. This limit can be set by changing the [index.max_docvalue_fields_search] index level "
            "setting."
        )
    return found


#: The parts of a search that show fields.
_PARTS = ("docvalue_fields", "script_fields", "fields", "collapse")


def load_fields(request: SearchRequest, ctx: ShardContext, hits: list[Hit]) -> None:
    """The fields of the hits of a shard that is searched alone, so that what fails is the shard's failure."""
    if any(request.parts.get(name) for name in _PARTS):
        for hit in hits:
            ctx.memo["fields", id(request), hit.row] = _fields(request, ctx, hit)


def send_fields(request: SearchRequest, ctx: ShardContext, hit: Hit) -> None:
    """The fields of a hit that is written between nodes before it is shown, as those of ``top_hits`` are."""
    if request.parts.get("script_fields"):
        found = ctx.memo["fields", id(request), hit.row] = _fields(request, ctx, hit)
        for value in found.given:
            for one in iterate(value) if isinstance(value, list) and not isinstance(value, JavaArray) else (value,):
                check_written(one)


@sub_phase
def show_fields(request: SearchRequest, ctx: ShardContext, hit: Hit, shown: dict[str, Any]) -> None:
    if not any(request.parts.get(name) for name in _PARTS):
        return
    found = ctx.memo.get(("fields", id(request), hit.row))
    if found is None:
        found = _fields(request, ctx, hit)
    merged = found.behind(shown.get("fields", {}))
    for values in merged.values():
        for value in values:
            if isinstance(value, Unwritable):
                raise value.error
    if merged:
        shown["fields"] = {name: merged[name] for name in hash_ordered(merged)}


@dataclass(slots=True)
class _Found:
    """The fields of a hit, by what has found them."""

    doc_values: dict[str, list[Any]] = field(default_factory=dict)
    scripts: dict[str, list[Any]] = field(default_factory=dict)
    fields: dict[str, list[Any]] = field(default_factory=dict)
    given: list[Any] = field(default_factory=list)
    """What the scripts gave."""

    def behind(self, stored: dict[str, list[Any]]) -> dict[str, list[Any]]:
        """All of them and the stored ones: doc values stand behind those, scripts give way, fields take their place."""
        told = dict(stored)
        for name, values in self.doc_values.items():
            told[name] = [*told.get(name, ()), *values]
        told = {**self.scripts, **told, **self.fields}
        return {name: values for name, values in told.items() if values}


def _fields(request: SearchRequest, ctx: ShardContext, hit: Hit) -> _Found:
    found = _Found()
    for one in _expanded(request, ctx):
        if one.field in WITHOUT_DOC_VALUES:
            raise IllegalArgumentException(f"Fielddata is not supported on field [{one.field}] of type [{one.field}]")
        mapped = ctx.mapped(one.field)
        if mapped is not None:
            format = None if one.format == "use_field_mapping" else one.format
            found.doc_values.setdefault(one.field, []).extend(shown_doc_values(ctx, mapped, hit.row, format))
    fields = wanted_fields(request, ctx)  # what it refuses comes ahead of what scripts do
    for wanted in request.parts.get("script_fields", []):
        try:
            value = _script_value(ctx, wanted, hit.row)
            shown = written(value)
        except OpenSearchError:
            if wanted.ignore_failure:
                continue
            raise
        found.given.append(value)
        found.scripts.setdefault(wanted.name, shown if isinstance(shown, list) else [shown])
    found.fields = fetch_fields(fields, request, ctx, hit)
    return found


def _script_value(ctx: ShardContext, wanted: ScriptField, row: int) -> Any:
    value = script_values(ctx, _compile(ctx, wanted), "field", np.array([row], np.int32))[0]
    if isinstance(value, np.float32):
        return Float(value)
    return value.item() if isinstance(value, np.generic) else value
