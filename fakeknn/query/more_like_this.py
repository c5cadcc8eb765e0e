"""more_like_this: documents with the terms that tell some texts or documents apart (Lucene's MoreLikeThis)."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    OpenSearchError,
    OpenSearchParseException,
    ParsingException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.knn.java import class_name
from fakeknn.query.base import Query
from fakeknn.query.best_terms import BestTerms
from fakeknn.query.boolean import Bool, minimum_should_match
from fakeknn.query.compound import MatchNone
from fakeknn.query.context import ShardContext, running
from fakeknn.query.field_names import default_fields
from fakeknn.query.ids import Ids
from fakeknn.query.match import boosted, search_analyzer, with_minimum
from fakeknn.query.multi_term import StatedTerm
from fakeknn.query.parsing import Reader, common, read_member, register
from fakeknn.query.rewritten import Rewritten
from fakeknn.query.scoring import FieldScoring, postings
from fakeknn.query.similarities import TermStatistics
from fakeknn.xcontent import hash_ordered, java_string, objects


def _statistics(ctx: ShardContext, name: str, term: str) -> TermStatistics:
    field = ctx.field(name)
    column = None if field is None else ctx.column(field)
    assert field is not None and column is not None
    return FieldScoring(ctx, field, column).statistics_of(term)


@dataclass(frozen=True, slots=True)
class Item:
    """A document to be like: one of an index, or one that is given."""

    index: str | None = None
    id: str | None = None
    doc: Any = None
    fields: tuple[str, ...] = ()
    routing: str | None = None
    per_field_analyzer: Mapping[str, str] = field(default_factory=dict)
    version: int | None = None

    def to_json(self) -> dict[str, Any]:
        written = {"_index": self.index, "_id": self.id, "doc": self.doc, "fields": list(self.fields) or None}
        return {name: value for name, value in {**written, "routing": self.routing}.items() if value is not None}


@dataclass(frozen=True, eq=False, kw_only=True)
class MoreLikeThis(Rewritten):
    kind: ClassVar[str] = "more_like_this"
    fields: tuple[str, ...] | None = None
    like_texts: tuple[str, ...] = ()
    like_items: tuple[Item, ...] = ()
    unlike_texts: tuple[str, ...] = ()
    unlike_items: tuple[Item, ...] = ()
    max_query_terms: int = 25
    min_term_freq: int = 2
    min_doc_freq: int = 5
    max_doc_freq: int = 2**31 - 1
    min_word_length: int = 0
    max_word_length: int = 0
    stop_words: tuple[str, ...] | None = None
    analyzer: str | None = None
    minimum_should_match: str = "30%"
    boost_terms: float = 0.0
    include: bool = False
    fail_on_unsupported_field: bool = True

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {"fields": None if self.fields is None else list(self.fields)}
        for name, texts, items in (
            ("like", self.like_texts, self.like_items),
            ("unlike", self.unlike_texts, self.unlike_items),
        ):
            if texts or items:
                written[name] = [*texts, *(item.to_json() for item in items)]
        for name in "max_query_terms min_term_freq min_doc_freq max_doc_freq min_word_length max_word_length".split():
            written[name] = getattr(self, name)
        written["stop_words"] = None if self.stop_words is None else list(self.stop_words)
        written["analyzer"] = self.analyzer
        written["minimum_should_match"] = self.minimum_should_match
        written["boost_terms"] = np.float32(self.boost_terms)
        written["include"] = self.include
        written["fail_on_unsupported_field"] = self.fail_on_unsupported_field
        return {name: value for name, value in written.items() if value is not None}

    def rewrite_on(self, ctx: ShardContext) -> Query:
        fields = self._fields(ctx)
        if not fields:
            return MatchNone(reason="No query left after rewrite.")
        unwanted = self._unwanted(ctx, fields)
        parts: list[Query] = []
        if self.like_items:
            counts = self._of_items(ctx, self.like_items, fields)
            clauses: list[Query] = []
            for name in hash_ordered(counts):
                words = self._words(counts[name], unwanted.get(name, frozenset()))
                clauses += self._best(ctx, words, [name])
            parts.append(self._any(clauses))
        if self.like_texts:
            found: Counter[str] = Counter()
            for text in self.like_texts:
                found.update(self._analyzed(ctx, fields[0], text))
            words = self._words(found, unwanted.get(fields[0], frozenset()))
            parts.append(self._any(self._best(ctx, words, fields)))
        ids = tuple(item.id for item in self.like_items if item.id is not None)
        if ids and not self.include:
            if "" in ids:
                raise IllegalArgumentException("Ids can't be empty")
            return Bool(should=tuple(parts), must_not=(Ids(values=ids),))
        return Bool(should=tuple(parts))

    def _any(self, clauses: Sequence[Query]) -> Query:
        try:
            minimum_should_match(self.minimum_should_match, len(clauses))
        except IllegalArgumentException as error:
            raise running(error) from error.cause
        if not clauses:
            return MatchNone(reason="empty BooleanQuery")
        return with_minimum(Bool(should=tuple(clauses)), self.minimum_should_match)

    def _fields(self, ctx: ShardContext) -> list[str]:
        if self.fields is None:
            found = default_fields(ctx)
            if found == ["*"] and (self.like_texts or self.unlike_texts):
                raise IllegalArgumentException(
                    "[more_like_this] query cannot infer the field to analyze the free text, you should update the "
                    "[index.query.default_field] index setting to a field that exists in the mapping or set the "
                    "[fields] option in the query."
                )
            return found
        found = []
        for name in self.fields:
            mapped = ctx.field(name)
            if mapped is not None and mapped.kind not in ("text", "keyword"):
                if self.fail_on_unsupported_field:
                    raise IllegalArgumentException(f"more_like_this only supports text/keyword fields: [{name}]")
                continue
            found.append(name if mapped is None else mapped.path)
        return found

    # -- terms

    def _analyzed(self, ctx: ShardContext, name: str, text: str) -> list[str]:
        analysis = ctx.mapping.context.analysis
        analyzer = None if self.analyzer is None else analysis.analyzer(self.analyzer)
        if analyzer is None:
            mapped = ctx.field(name)
            analyzer = analysis.default if mapped is None else search_analyzer(mapped)
        if analyzer is None:
            return [text]
        terms: list[str] = analyzer.terms(text)
        return terms

    def _words(self, counts: Mapping[str, int], unwanted: frozenset[str]) -> dict[str, int]:
        """The terms that are long enough and no stop words, in the order of a Java hash map."""
        stop = frozenset(self.stop_words or ())

        def noise(word: str) -> bool:
            short = self.min_word_length > 0 and len(word) < self.min_word_length
            return short or (self.max_word_length > 0 and len(word) > self.max_word_length) or word in stop

        kept = [word for word in counts if not noise(word) and word not in unwanted]
        return {word: counts[word] for word in hash_ordered(kept)}

    def _best(self, ctx: ShardContext, words: Mapping[str, int], fields: Sequence[str]) -> list[Query]:
        """XMoreLikeThis.createQueue: the terms with the highest tf · idf, the lowest first."""
        documents = int(np.count_nonzero(ctx.view.live))
        queue: BestTerms[_Scored] = BestTerms(min(self.max_query_terms, len(words)))
        for word, count in words.items():
            if self.min_term_freq > 0 and count < self.min_term_freq:
                continue
            top, most = fields[0], 0
            for name in fields:
                mapped = ctx.field(name)
                column = None if mapped is None else ctx.column(mapped)
                found = 0 if column is None else len(postings(column, word)[0])
                if found > most:
                    top, most = name, found
            if (self.min_doc_freq > 0 and most < self.min_doc_freq) or most > self.max_doc_freq or not most:
                continue
            idf = np.float32(math.log((documents + 1) / (most + 1)) + 1.0)
            queue.offer((np.float32(count) * idf, word, top, most))
        clauses: list[Query] = []
        lowest: np.float32 | None = None
        while (best := queue.pop()) is not None:
            score, word, name, _ = best
            lowest = score if lowest is None else lowest
            clause: Query = StatedTerm(field=name, term=word, statistics=_statistics(ctx, name, word))
            if self.boost_terms:
                try:
                    clause = boosted(clause, float(np.float32(self.boost_terms) * score / lowest))
                except IllegalArgumentException as error:
                    raise running(error)  # noqa: B904 (it bears its own cause)
            clauses.append(clause)
        return clauses

    # -- documents

    def _of_items(self, ctx: ShardContext, items: Sequence[Item], fields: Sequence[str]) -> dict[str, Counter[str]]:
        """The terms of some documents by field (their term vectors)."""
        found: dict[str, Counter[str]] = {}
        for item in items:
            if item.doc is not None:
                mapping, source = ctx.mapping, item.doc
                if item.index is not None and item.index != ctx.index:
                    try:
                        mapping = ctx.services.mapping(item.index)
                    except OpenSearchError:
                        continue  # it is not there
            else:
                assert item.id is not None
                try:
                    other = ctx.services.document(item.index or ctx.index, item.id, item.routing, item.version)
                except OpenSearchError:
                    continue  # of an index that is not there
                if other is None:
                    continue
                mapping, source = other
            wanted = item.fields or (() if item.doc is not None or self.fields is None else tuple(fields))
            for path, mapped in mapping.fields.items():
                if wanted and path not in wanted and "*" not in wanted:
                    continue
                if not (mapped.is_text or mapped.kind == "keyword") or not mapped.searchable:
                    continue
                values = _values(mapping, source, path)
                terms = self._terms_of(mapping, mapped, values, item.per_field_analyzer.get(path))
                if terms:
                    found.setdefault(path, Counter()).update(terms)
        return found

    def _terms_of(self, mapping: Any, mapped: FieldType, values: list[Any], analyzer: str | None) -> list[str]:
        texts = [java_string(value) for value in values if not isinstance(value, (dict, list))]
        chosen = mapping.context.analysis.analyzer(analyzer) if analyzer is not None else None
        if chosen is None:
            if not mapped.is_text:
                return sorted({mapped.index_term(text) for text in texts})
            chosen = mapped.analyzer  # type: ignore[attr-defined]
        return [term for text in texts for term in chosen.terms(text)]

    def _unwanted(self, ctx: ShardContext, fields: Sequence[str]) -> dict[str, frozenset[str]]:
        if not (self.unlike_texts or self.unlike_items):
            return {}
        found: dict[str, set[str]] = {name: set() for name in fields}
        for name in fields:
            for text in self.unlike_texts:
                found[name].update(self._analyzed(ctx, name, text))
        for name, terms in self._of_items(ctx, self.unlike_items, fields).items():
            found.setdefault(name, set()).update(terms)
        return {name: frozenset(terms) for name, terms in found.items()}


def _values(mapping: Any, source: Any, path: str) -> list[Any]:
    """The values that a source has for a field; those of a sub-field are its parent's."""
    found = _at(source, path)
    if not found and "." in path:
        parent = path.rpartition(".")[0]
        if parent in mapping.fields:
            found = _at(source, parent)
    return found


def _at(body: Any, path: str) -> list[Any]:
    if isinstance(body, list):
        return [value for item in body for value in _at(item, path)]
    if not path:
        return [] if body is None else [body]
    if not isinstance(body, dict):
        return []
    if path in body:
        return _at(body[path], "")
    head, _, rest = path.partition(".")
    return _at(body[head], rest) if rest and head in body else []


#: A score, a term, its field and in how many documents it stands.
_Scored = tuple[np.float32, str, str, int]


# --- parsing ----------------------------------------------------------------------------------------------------------


def _like(container: Any, key: Any, texts: list[str], items: list[Item]) -> None:
    """MoreLikeThisQueryBuilder.parseLikeField."""
    value = container[key]
    if isinstance(value, dict):
        items.append(_item(container, key))
    elif objects.is_value(value):
        texts.append(objects.text(container, key))
    else:
        raise IllegalArgumentException("Content of 'like' parameter should either be a string or an object")


def per_field_analyzers(given: Mapping[str, Any]) -> dict[str, str]:
    """TermVectorsRequest.readPerFieldAnalyzer."""
    for name, analyzer in given.items():
        if analyzer is None:
            raise NullPointerException(
                'Cannot invoke "Object.getClass()" because the return value of "java.util.Map$Entry.getValue()" is null'
            )
        if not isinstance(analyzer, str):
            kind = class_name(analyzer).replace("Linked", "")  # this body's maps are unordered ones
            raise OpenSearchParseException(
                f"expecting the analyzer at [{name}] to be a String, but found [class {kind}] instead"
            )
    return dict(given)


def _item(container: Any, key: Any) -> Item:
    body = container[key]
    values: dict[str, Any] = {}
    for name, value in body.items():
        if name in ("_index", "_id", "routing", "_routing"):
            values[{"_index": "index", "_id": "id"}.get(name, "routing")] = objects.text(body, name)
        elif name == "doc":
            values["doc"] = value
        elif name == "fields":
            if not isinstance(value, list):
                raise OpenSearchParseException("failed to parse More Like This item. field [fields] must be an array")
            values["fields"] = tuple(objects.text(value, i) for i in range(len(value)))
        elif name == "per_field_analyzer":
            values["per_field_analyzer"] = per_field_analyzers(value if isinstance(value, dict) else {})
        elif name in ("version", "_version"):
            values["version"] = objects.integer(body, name, bits=64)
        elif name in ("version_type", "_version_type"):
            kind = objects.text(body, name)
            if kind not in ("internal", "external", "external_gt", "external_gte"):  # which reads tell no difference of
                raise IllegalArgumentException(f"No version type match [{kind}]")
        else:
            error = OpenSearchParseException(f"failed to parse More Like This item. unknown field [{name}]")
            raise objects.stopped_at(error, Where(body, name))
    if "id" in values and "doc" in values:
        raise OpenSearchParseException(
            "failed to parse More Like This item. either [id] or [doc] can be specified, but not both!"
        )
    if "id" not in values and "doc" not in values:
        raise OpenSearchParseException("failed to parse More Like This item. neither [id] nor [doc] is specified!")
    return Item(**values)


_READERS: Mapping[str, Reader] = {
    **dict.fromkeys(
        ("max_query_terms", "min_term_freq", "min_doc_freq", "max_doc_freq", "min_word_length", "max_word_length"),
        objects.integer,
    ),
    "analyzer": objects.text,
    "minimum_should_match": objects.text,
    "boost_terms": objects.decimal,
    "include": objects.boolean,
    "fail_on_unsupported_field": objects.boolean,
    "boost": objects.decimal,
    "_name": objects.text,
}


@register("more_like_this")
def parse_more_like_this(container: Any, key: Any) -> Query:
    body = container[key]
    values: dict[str, Any] = {}
    texts: dict[str, list[str]] = {"like": [], "unlike": []}
    items: dict[str, list[Item]] = {"like": [], "unlike": []}
    for name, value in body.items():
        unknown = ParsingException(f"[mlt] query does not support [{name}]", at=Where(body, name))
        if name in texts and value is not None:
            if isinstance(value, list):
                for i in range(len(value)):
                    _like(value, i, texts[name], items[name])
            else:
                _like(body, name, texts[name], items[name])
        elif isinstance(value, list):
            if name not in ("fields", "stop_words"):
                raise unknown
            values[name] = tuple(objects.text(value, i) for i in range(len(value)))
        elif isinstance(value, dict):
            raise unknown
        elif value is not None:
            if name not in _READERS:
                raise unknown
            values[name] = read_member(_READERS[name], body, name)
    end = Where(body, None, "end")
    if not texts["like"] and not items["like"]:
        raise ParsingException("more_like_this requires 'like' to be specified", at=end)
    if values.get("fields") == ():
        raise ParsingException("more_like_this requires 'fields' to be non-empty", at=end)
    if values.get("max_query_terms", 25) <= 0:
        raise IllegalArgumentException("requires 'maxQueryTerms' to be greater than 0")
    named = common(values)
    rest = {name: value for name, value in values.items() if name not in ("boost", "_name")}
    query = MoreLikeThis(
        like_texts=tuple(texts["like"]),
        like_items=tuple(items["like"]),
        unlike_texts=tuple(texts["unlike"]),
        unlike_items=tuple(items["unlike"]),
        **rest,
    )
    return replace(query, **named)
