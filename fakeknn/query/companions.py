"""Phrases and prefixes of a text, asked of the fields that it keeps beside itself (fields.text.CompanionFieldType)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

from fakeknn.fields.text import ShingleFieldType, TextFieldType
from fakeknn.query.base import Query
from fakeknn.query.phrases import Phrase, PhrasePrefix, Synonyms, Terms
from fakeknn.query.span_queries import FieldMasking, SpanGap, SpanNear, SpanOr, SpanQuery, SpanTerm

#: The terms at each position of a phrase.
Places = Sequence[tuple[int, Terms]]


def phrase(field: TextFieldType, places: Places, slop: int) -> Query:
    """MappedFieldType.phraseQuery and multiPhraseQuery."""
    shingles = None if slop or _has_gaps(places) else field.shingled(len(places))
    if shingles is not None:
        field, places = shingles, _shingled(places, shingles.size)
    return Phrase(
        field=field.path,
        terms=tuple(terms for _, terms in places),
        positions=tuple(position for position, _ in places),
        slop=slop,
    )


def phrase_prefix(field: TextFieldType, places: Places, slop: int, max_expansions: int) -> Query:
    """MappedFieldType.phrasePrefixQuery: beginnings that the index holds are asked for as terms."""
    if not field.plain and not slop and not _has_gaps(places):
        shingles = field.shingled(len(places))
        if shingles is not None:
            return phrase_prefix(shingles, _shingled(places, shingles.size), 0, max_expansions)
    beginnings = field.beginnings if not slop and (field.plain or isinstance(field, ShingleFieldType)) else None
    last = places[-1][1]
    if beginnings is None or not all(field.holds_beginning(term) for term in last):
        return PhrasePrefix(
            field=field.path,
            terms=tuple(terms for _, terms in places),
            positions=tuple(position for position, _ in places),
            slop=slop,
            max_expansions=max_expansions,
        )
    if len(places) == 1:
        return Synonyms(field=beginnings.path, terms=tuple(sorted(last)))
    clauses: list[SpanQuery] = []
    before = -1
    for position, terms in places:
        if position - before > 1:
            clauses.append(SpanGap(field=field.path, width=position - before - 1))
        before = position
        ends: list[SpanQuery] = []
        for term in terms:
            if terms is last:
                ends.append(FieldMasking(query=SpanTerm(field=beginnings.path, value=term), field=field.path))
            else:
                ends.append(SpanTerm(field=field.path, value=term))
        clauses.append(ends[0] if len(ends) == 1 else SpanOr(clauses=tuple(ends)))
    return SpanNear(clauses=tuple(clauses), slop=slop, in_order=True)


def _has_gaps(places: Places) -> bool:
    return [position for position, _ in places] != list(range(len(places)))


def _shingled(places: Places, size: int) -> list[tuple[int, Terms]]:
    """FixedShingleFilter, at whose places several terms may stand."""
    terms = [found for _, found in places]
    return [
        (at, tuple(" ".join(parts) for parts in product(*terms[at : at + size])))
        for at in range(len(places) - size + 1)
    ]
