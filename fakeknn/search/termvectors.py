"""Term vectors: the terms of a document's fields, where they stand, and how common they are in its shard."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import orjson

from fakeknn.analysis import Token
from fakeknn.errors import (
    IllegalArgumentException,
    MapperParsingException,
    NotXContentException,
    OpenSearchParseException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.version import VersionFieldType
from fakeknn.mapping.document import parse_document
from fakeknn.query.context import ShardContext
from fakeknn.query.more_like_this import per_field_analyzers
from fakeknn.query.scoring import postings
from fakeknn.search.highlighted import tokens_of
from fakeknn.search.source import extract
from fakeknn.search.termvectors_filter import TermVectorsFilter, parse_filter
from fakeknn.state.versions import INTERNAL, MATCH_ANY, VersionType, version_type
from fakeknn.view import KeywordColumn, TextColumn
from fakeknn.xcontent import generator, java_string, objects

NO_DOCUMENT: dict[str, Any] = {}
"""Stands for a ``doc`` that is no object."""


@dataclass(frozen=True)
class TermVectorsRequest:
    index: str | None = None
    id: str | None = None
    doc: Mapping[str, Any] | None = None
    routing: str | None = None
    fields: tuple[str, ...] | None = None
    positions: bool = True
    offsets: bool = True
    payloads: bool = True
    field_statistics: bool = True
    term_statistics: bool = False
    realtime: bool = True
    version: int = MATCH_ANY
    version_type: VersionType = INTERNAL
    filter: TermVectorsFilter | None = None
    per_field_analyzer: Mapping[str, str] = field(default_factory=dict)

    def problems(self) -> list[str]:
        found = [] if self.index is not None else ["index is missing"]
        return found if self.id is not None or self.doc is not None else [*found, "id or doc is missing"]


_FLAGS = {
    "offsets": "offsets",
    "positions": "positions",
    "payloads": "payloads",
    "term_statistics": "term_statistics",
    "termStatistics": "term_statistics",
    "field_statistics": "field_statistics",
    "fieldStatistics": "field_statistics",
}

_BOTH = "failed to parse term vectors request. either [id] or [doc] can be specified, but not both!"


def parse_term_vectors(request: TermVectorsRequest, body: Mapping[str, Any]) -> TermVectorsRequest:
    """TermVectorsRequest.parseRequest: what a body says beside what is known already."""
    fields: list[str] = []
    for name, value in body.items():
        if name == "fields":
            if not isinstance(value, list):
                raise OpenSearchParseException("failed to parse term vectors request. field [fields] must be an array")
            fields += [objects.text(value, i) for i in range(len(value))]
        elif name in _FLAGS:
            flag: dict[str, Any] = {_FLAGS[name]: objects.boolean(body, name)}
            request = replace(request, **flag)
        elif name == "dfs":
            raise IllegalArgumentException("distributed frequencies is not supported anymore for term vectors")
        elif name in ("per_field_analyzer", "perFieldAnalyzer"):
            request = replace(request, per_field_analyzer=per_field_analyzers(value) if isinstance(value, dict) else {})
        elif name == "filter":
            request = replace(request, filter=parse_filter(body, name))
        elif name == "_index":
            request = replace(request, index=objects.text(body, name))
        elif name == "_id":
            if request.doc is not None:
                raise OpenSearchParseException(_BOTH)
            request = replace(request, id=objects.text(body, name))
        elif name == "doc":
            if request.id is not None:
                raise OpenSearchParseException(_BOTH)
            request = replace(request, doc=value if isinstance(value, dict) else NO_DOCUMENT)
        elif name in ("routing", "_routing"):
            request = replace(request, routing=objects.text(body, name))
        elif name == "version":
            request = replace(request, version=objects.integer(body, name, bits=64))
        elif name == "version_type":
            request = replace(request, version_type=version_type(objects.text(body, name)))
        else:
            raise OpenSearchParseException(f"failed to parse term vectors request. unknown field [{name}]")
    return replace(request, fields=tuple(fields)) if fields else request


def term_vectors(request: TermVectorsRequest, ctx: ShardContext, source: bytes | None) -> dict[str, Any]:
    """``term_vectors`` of a document (or of ``request.doc``), by field."""
    if request.doc is NO_DOCUMENT:
        raise MapperParsingException("failed to parse") from NotXContentException()
    values = _values_of_source(ctx, source) if request.doc is None else _values_of_document(ctx, dict(request.doc))
    found = {}
    for path in sorted(_fields(request, ctx)):
        mapped = ctx.field(path)
        assert mapped is not None
        terms = _terms(request, ctx, mapped, values(mapped))
        if terms:
            found[path] = terms
    return found


#: The texts of a field.
Values = Callable[[FieldType], list[str]]


def _values_of_source(ctx: ShardContext, source: bytes | None) -> Values:
    body = orjson.loads(source or b"{}")

    def values(mapped: FieldType) -> list[str]:
        path = mapped.path
        parent = ctx.mapping.fields.get(path.rpartition(".")[0])
        at = parent.path if parent is not None and mapped.name in parent.fields else path
        found = extract(at.split("."), 0, body, None)
        return [
            java_string(value)
            for value in (found if isinstance(found, list) else [found])
            if value is not None and not isinstance(value, (dict, list))
        ]

    return values


def _values_of_document(ctx: ShardContext, body: dict[str, Any]) -> Values:
    """Those of a document that is given, as the mapping reads it."""
    document = parse_document(ctx.mapping, body, doc_id="_id_for_tv_api", source=generator.write(body))
    _, row = document.rows[-1]
    return lambda mapped: [str(value) for value in row.get(mapped.path, [])]


def _fields(request: TermVectorsRequest, ctx: ShardContext) -> set[str]:
    mapping = ctx.mapping
    names = request.fields
    if names is not None:
        patterns = [path for pattern in names for path in mapping.matching(pattern)]
    elif request.doc is not None:
        patterns = list(mapping.fields)
    else:
        patterns = [path for path, mapped in mapping.fields.items() if _kept(mapped)]
    return {path for path in patterns if _valid(ctx.field(path))}


def _kept(mapped: FieldType) -> bool:
    return str(mapped.options.get("term_vector", "no")) != "no"


def _valid(mapped: FieldType | None) -> bool:
    if mapped is None or isinstance(mapped, VersionFieldType):
        return False
    return (mapped.is_text or mapped.dictionary) and mapped.searchable


def _terms(request: TermVectorsRequest, ctx: ShardContext, mapped: FieldType, values: list[str]) -> dict[str, Any]:
    kept = str(mapped.options.get("term_vector", "no"))
    own = request.per_field_analyzer.get(mapped.path)
    made = own is not None or kept == "no" or request.doc is not None
    if made:
        kept = "with_positions_offsets"
    positions = request.positions and ("positions" in kept)
    offsets = request.offsets and ("offsets" in kept)
    of_values = [(text, _tokens(ctx, mapped, own, text)) for text in values]
    any_payload = any(token.payload is not None for _, tokens in of_values for token in tokens)
    payloads = request.payloads and "payloads" in kept and any_payload
    found: dict[str, list[dict[str, Any]]] = {}
    position, offset = 0, 0
    for text, tokens in of_values:
        for token in tokens:
            told: dict[str, Any] = {}
            if positions:
                told["position"] = position + token.position
            if offsets:
                told["start_offset"], told["end_offset"] = offset + token.start, offset + token.end
            if payloads and token.payload is not None:
                told["payload"] = b64encode(token.payload).decode()
            found.setdefault(token.term, []).append(told)
        if made and not found:
            continue  # a MemoryIndex has no gap before its first token
        gap = getattr(mapped, "gap", 0)
        position += (tokens[-1].position + 1 if tokens else 0) + gap
        offset += len(text) + 1
    if not found:
        return {}
    answer: dict[str, Any] = {}
    column = ctx.column(mapped)
    if request.field_statistics and isinstance(column, (TextColumn, KeywordColumn)):
        total = column.sum_total_term_freq if isinstance(column, TextColumn) else len(column.rows)
        answer["field_statistics"] = {
            "sum_doc_freq": len(column.rows),
            "doc_count": column.doc_count,
            "sum_ttf": total,
        }
    terms = sorted(found, key=lambda term: term.encode())
    shows = positions or offsets or payloads
    if request.filter is None:
        answer["terms"] = {term: _term(request, column, term, found[term], shows) for term in terms}
        return answer
    best = request.filter.best(ctx, column, {term: len(found[term]) for term in terms})
    answer["terms"] = {
        term: {**_term(request, column, term, found[term], shows), "score": best[term]}
        for term in terms
        if term in best
    }
    return answer


def _tokens(ctx: ShardContext, mapped: FieldType, own: str | None, text: str) -> list[Token]:
    """The tokens of a value, by the field's analyzer or another."""
    if own is None:
        return tokens_of(mapped, text)
    analysis = ctx.mapping.context.analysis
    analyzer = analysis.analyzer(own) or analysis.analyzer("default")
    return list(analyzer.stream(text).tokens)


def _term(
    request: TermVectorsRequest, column: Any, term: str, tokens: list[dict[str, Any]], shows: bool
) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if request.term_statistics and isinstance(column, (TextColumn, KeywordColumn)):
        rows, freqs = postings(column, term)
        if len(rows):
            told["doc_freq"] = len(rows)
            told["ttf"] = len(rows) if freqs is None else int(freqs.sum())
    told["term_freq"] = len(tokens)
    if shows:
        told["tokens"] = tokens
    return told
