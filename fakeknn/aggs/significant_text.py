"""significant_text: the tokens of a field's texts, as the sources of the documents hold them, that are more frequent
among these than elsewhere.

Source: SignificantTextAggregatorFactory, DeDuplicatingTokenFilter, DuplicateByteSequenceSpotter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import orjson
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.fielddata import BYTES
from fakeknn.aggs.formats import RAW
from fakeknn.aggs.heuristics import JLH, Heuristic
from fakeknn.aggs.includes import found_in
from fakeknn.aggs.selection import Grouped
from fakeknn.aggs.significant import DEFAULT, SignificantTerms, common_members, looks_into_postings, parsed
from fakeknn.aggs.terms import TermValues
from fakeknn.aggs.thresholds import thresholds_of
from fakeknn.aggs.values import Given, Source
from fakeknn.errors import IllegalArgumentException, NullPointerException
from fakeknn.fields import FieldType
from fakeknn.fields.metadata import WITHOUT_DOC_VALUES
from fakeknn.query.context import ShardContext
from fakeknn.source import raw_values
from fakeknn.view import KeywordColumn, TextColumn
from fakeknn.xcontent import java_string
from fakeknn.xcontent.objects import declared

#: How many tokens make a sequence that may be a repetition.
_WINDOW = 6


class Spotter:
    """The sequences of tokens that one bucket has met."""

    def __init__(self) -> None:
        self._seen: set[bytes] = set()
        self._latest: bytes = b""

    def begin(self) -> None:
        """A document begins: no sequence reaches into it."""
        self._latest = b""

    def fresh(self, tokens: Sequence[str]) -> Iterator[str]:
        """The tokens that no sequence that was met before covers."""
        repeated = [False] * (len(tokens) + _WINDOW)
        for i, token in enumerate(tokens):
            self._latest = (self._latest + bytes((murmur_byte(token.encode()),)))[-_WINDOW:]
            if len(self._latest) < _WINDOW:
                continue
            if self._latest in self._seen:
                # It is marked in a ring: of a text that has just begun, what comes at its end.
                for j in range(i - _WINDOW + 1, i + 1):
                    repeated[j if j >= 0 else j + _WINDOW] = True
            self._seen.add(self._latest)
        return (token for token, again in zip(tokens, repeated, strict=False) if not again)


_MASK = 2**64 - 1


def _mixed(h: int) -> int:
    h ^= h >> 33
    h = h * 0xFF51AFD7ED558CCD & _MASK
    h ^= h >> 33
    h = h * 0xC4CEB9FE1A85EC53 & _MASK
    return h ^ h >> 33


def _turned(x: int, by: int) -> int:
    return (x << by | x >> 64 - by) & _MASK


def murmur_byte(data: bytes) -> int:
    """The lowest byte of MurmurHash3.hash128: what a token counts as."""
    first, second = 0x87C37B91114253D5, 0x4CF5AD432745937F
    h1 = h2 = 0
    whole = len(data) // 16 * 16
    for at in range(0, whole, 16):
        k1, k2 = int.from_bytes(data[at : at + 8], "little"), int.from_bytes(data[at + 8 : at + 16], "little")
        h1 ^= _turned(k1 * first & _MASK, 31) * second & _MASK
        h1 = ((_turned(h1, 27) + h2) * 5 + 0x52DCE729) & _MASK
        h2 ^= _turned(k2 * second & _MASK, 33) * first & _MASK
        h2 = ((_turned(h2, 31) + h1) * 5 + 0x38495AB5) & _MASK
    tail = data[whole:]
    if len(tail) > 8:
        h2 ^= _turned(int.from_bytes(tail[8:], "little") * second & _MASK, 33) * first & _MASK
    if tail:
        h1 ^= _turned(int.from_bytes(tail[:8], "little") * first & _MASK, 31) * second & _MASK
    h1 ^= len(data)
    h2 ^= len(data)
    h1 = h1 + h2 & _MASK
    h2 = h2 + h1 & _MASK
    return _mixed(h1) + _mixed(h2) & 0xFF


class TextValues(TermValues):
    """The tokens of documents' sources; ``spotting`` leaves out those of passages that a bucket has met before."""

    def __init__(self, agg: SignificantText, ctx: ShardContext, field: FieldType | None) -> None:
        assert agg.given.field is not None
        source = Source(BYTES, RAW, field=field)
        self.field = field
        named = agg.given.field if field is None else field.path
        self.paths = (named,) if agg.paths is None else agg.paths
        self.spotting = agg.filter_duplicates
        super().__init__(ctx, source, agg.includes)
        self._tokens: dict[int, Sequence[Sequence[str]]] = ctx.view.memo.setdefault(
            ("tokens", None if field is None else field.path, self.paths), {}
        )

    @property
    def ordinals(self) -> bool:
        return False

    def _texts(self, row: int) -> Iterable[str]:
        stored = self.ctx.view.source(int(self.ctx.view.parents(0)[row]))
        body = {} if stored is None else orjson.loads(stored)
        for path in self.paths:
            for value in raw_values(body, path):
                yield java_string(value)

    def _of_row(self, row: int) -> Sequence[Sequence[str]]:
        """The tokens of each text of a document."""
        found = self._tokens.get(row)
        if found is None:
            found = self._tokens[row] = [self._analyzed(text) for text in self._texts(row)]
        return found

    def _analyzed(self, text: str) -> Sequence[str]:
        field = self.field
        assert field is not None
        if field.is_text:
            terms: Sequence[str] = field.analyzer.terms(text)  # type: ignore[attr-defined]
            return terms
        return [field.index_term(text) if field.kind == "keyword" else text]

    def grouped(self, docs: Docs, once: bool = True) -> Grouped:
        """The buckets of an owner are in the order in which its documents brought them (BytesKeyedBucketOrds)."""
        at: list[int] = []
        codes: list[int] = []
        made: dict[tuple[int, str], int] = {}
        accepted: dict[str, bool] = {}
        spotters: dict[int, Spotter] = {}
        if self.field is None and len(docs.rows):
            raise NullPointerException(
                'Cannot invoke "org.opensearch.index.mapper.MappedFieldType.indexAnalyzer()" because '
                '"this.this$0.fieldType" is null'
            )
        for position, (row, owner) in enumerate(zip(docs.rows.tolist(), docs.owners.tolist(), strict=True)):
            spotter = spotters.setdefault(owner, Spotter()) if self.spotting else None
            if spotter is not None:
                spotter.begin()
            found: dict[str, None] = {}
            for tokens in self._of_row(row):
                found.update(dict.fromkeys(tokens if spotter is None else spotter.fresh(tokens)))
            for token in self._kept(found, accepted):
                at.append(position)
                codes.append(made.setdefault((owner, token), len(made)))
        terms = list(dict.fromkeys(token for _, token in made))
        self.source.terms = terms
        numbers = {term: number for number, term in enumerate(terms)}
        owners = np.fromiter((owner for owner, _ in made), np.int64, len(made))
        keys = np.fromiter((numbers[token] for _, token in made), np.int64, len(made))
        order = np.argsort(owners, kind="stable")
        places = np.empty(len(order), np.int64)
        places[order] = np.arange(len(order))
        return Grouped(np.array(at, np.int64), places[np.array(codes, np.int64)], keys[order], owners[order])

    def _kept(self, tokens: Iterable[str], accepted: dict[str, bool]) -> Iterable[str]:
        """The tokens that include and exclude leave."""
        if self.includes is None:
            return tokens
        fresh = [token for token in tokens if token not in accepted]
        kept = self.includes.terms(self.ctx, fresh, self.source.format.parse_term, str.encode)
        accepted.update(zip(fresh, kept.tolist(), strict=True))
        return [token for token in tokens if accepted[token]]

    def frequencies(self, keys: NDArray[Any], mask: NDArray[np.bool_] | None) -> NDArray[np.int64]:
        """How many documents of the index, or of the background, have the term of each bucket in their postings."""
        field, terms = self.field, self.source.terms
        if field is not None and len(keys):
            field.require_index()
        if mask is None and not looks_into_postings(field):
            mask = self.ctx.view.live
        column = None if field is None else self.ctx.column(field)
        if isinstance(column, (TextColumn, KeywordColumn)):
            tids = column.tids if mask is None else column.tids[mask[column.rows]]
            counts = np.bincount(tids, minlength=column.n_terms)
            found = (column.number(terms[key]) for key in keys.tolist())
            return np.array([0 if number is None else counts[number] for number in found], np.int64)
        if field is None or column is None:
            return np.zeros(len(keys), np.int64)
        masks = (field.term(column, terms[key]) for key in keys.tolist())
        return np.array([np.count_nonzero(one if mask is None else one & mask) for one in masks], np.int64)


@dataclass(eq=False)
class SignificantText(SignificantTerms):
    kind = "significant_text"
    leaf: ClassVar[bool] = True
    filter_duplicates: bool = False
    paths: tuple[str, ...] | None = None

    def build(self, ctx: ShardContext) -> Collector:
        if self.given.field is None:
            raise NullPointerException('Cannot invoke "Object.hashCode()" because "key" is null')
        field = ctx.field(self.given.field)
        if field is None and self.given.field in WITHOUT_DOC_VALUES:
            raise _not_analyzed(self.given.field)
        if field is not None and (not field.has_index_analyzer or field.derivation is not None):
            raise _not_analyzed(field.path)
        subs = self.subs.build(ctx)
        values = TextValues(self, ctx, field)
        mask, total = self._background(ctx)
        heuristic = self.heuristic.rewritten(ctx, None)
        return lambda docs: self.collect(docs, values, subs, heuristic, mask, total)

    def backgrounds(
        self, docs: Docs, values: TermValues, found: Grouped, mask: NDArray[np.bool_] | None
    ) -> NDArray[np.int64]:
        assert isinstance(values, TextValues)
        return values.frequencies(found.keys, mask)


def _not_analyzed(path: str) -> IllegalArgumentException:
    return IllegalArgumentException(f"Field [{path}] has no analyzer, but SignificantText requires an analyzed field")


@register("significant_text")
def parse_significant_text(name: str, container: Any, key: Any) -> Aggregation:
    read: list[Heuristic] = []
    declarations = {
        "field": declared("string"),
        "source_fields": declared("string_array"),
        "filter_duplicate_text": declared("boolean"),
        **common_members(name, read),
    }
    values = parsed("significant_text", declarations, container, key)
    return SignificantText(
        Given(values.get("field")),
        thresholds_of(values, DEFAULT),
        read[-1] if read else JLH,
        values.get("background_filter"),
        found_in(values),
        filter_duplicates=values.get("filter_duplicate_text", False),
        paths=None if values.get("source_fields") is None else tuple(values["source_fields"]),
    )
