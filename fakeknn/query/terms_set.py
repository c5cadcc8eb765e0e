"""terms_set: as many of some terms as each document, or a script, says (Lucene's CoveringQuery)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    ClassCastException,
    IllegalArgumentException,
    IllegalStateException,
    ParsingException,
    QueryShardException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.painless.numbers import double_to_long
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, ShardContext
from fakeknn.query.doc_values import script_values
from fakeknn.query.functions import doubles
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT, too_many_clauses
from fakeknn.query.parsing import common, register
from fakeknn.query.script import Script, check_language, parse_script, resolved
from fakeknn.query.terms import Term, term_values
from fakeknn.view import KeywordColumn, Mask, NumericColumn, place_of
from fakeknn.xcontent import objects

_NOT_SAID = -(2**63)


@dataclass(frozen=True, eq=False, kw_only=True)
class TermsSet(Query):
    kind: ClassVar[str] = "terms_set"
    named_first: ClassVar[bool] = True
    set_after_boost: ClassVar[Mapping[str, Any]] = {
        "minimum_should_match_field": None,
        "minimum_should_match_script": None,
    }
    field: str
    values: tuple[Any, ...]
    minimum_should_match_field: str | None = None
    minimum_should_match_script: Script | None = None

    def to_json(self) -> Any:
        written: dict[str, Any] = {"terms": list(self.values)}
        if self.minimum_should_match_field is not None:
            written["minimum_should_match_field"] = self.minimum_should_match_field
        if self.minimum_should_match_script is not None:
            written["minimum_should_match_script"] = self.minimum_should_match_script.to_json()
        return {self.kind: {self.field: {**written, **self.standard()}}}

    def clauses(self) -> list[Term]:
        if len(self.values) > MAX_CLAUSE_COUNT:
            raise too_many_clauses()
        return [Term(field=self.field, value=value) for value in self.values]

    def _needed(self, ctx: ShardContext, rows: NDArray[np.int32]) -> NDArray[np.int64]:
        """int64: how many terms each of some rows must have; ``_NOT_SAID`` where nothing says so."""
        if self.minimum_should_match_field is not None:
            field = ctx.field(self.minimum_should_match_field)
            if field is None:
                raise QueryShardException(
                    f"failed to find minimum_should_match field [{self.minimum_should_match_field}]"
                )
            column = ctx.column(field)
            field.require_doc_values()
            if not isinstance(column, NumericColumn):
                raise _not_numeric(field)
            needed = np.full(ctx.n, _NOT_SAID, np.int64)
            needed[column.exists] = doubles(field, column.lowest[column.exists]).astype(np.int64)
            return needed[rows]
        if self.minimum_should_match_script is None:
            raise IllegalStateException("No minimum should match has been specified")
        script = resolved(ctx, self.minimum_should_match_script)
        params = {**script.params, "num_terms": len(self.values)}
        bound = Script(script.source, script.id, script.lang, params, script.options)
        if script.lang != "painless":
            check_language(script, "terms_set")
        found = script_values(ctx, bound, "terms_set", rows)
        return np.array([_NOT_SAID if value is None else max(double_to_long(value), 0) for value in found], np.int64)

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        if not self.values:
            return Matched.none(ctx.n)
        parts = [clause.matched(ctx, boost) for clause in self.clauses()]
        count: NDArray[np.int64] = np.asarray(np.sum([part.mask for part in parts], axis=0, dtype=np.int64))
        rows = self._asked(ctx, count > 0)
        needed = self._needed(ctx, rows)
        out = Matched.none(ctx.n)
        # A document that asks for nothing must still have one of the terms.
        chosen = rows[(needed != _NOT_SAID) & (count[rows] >= np.maximum(needed, 1)) & ctx.view.live[rows]]
        out.mask[chosen] = True
        total = np.zeros(ctx.n, np.float64)
        for part in parts:
            np.add(total, part.score, out=total, where=part.mask)
        out.score[chosen] = total[chosen].astype(np.float32)
        return out

    def asked_last(self, ctx: ShardContext) -> bool:
        return self.minimum_should_match_script is not None

    def _asked(self, ctx: ShardContext, reached: Mask) -> NDArray[np.int32]:
        """The documents that CoveringScorer asks what they need: those that it is sent to, and from each the next that
        has a term. By itself it begins with a segment's first, and goes on behind each that has a term.
        """
        have = np.flatnonzero(reached)
        if self.minimum_should_match_script is None:
            return have.astype(np.int32)
        if ctx.visited is not None:
            sent = np.flatnonzero(ctx.visited)
        else:
            starts, ends = ctx.view.segments[:-1], ctx.view.segments[1:]
            begun = [
                start
                for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
                if start < end and (reached[start:end].any() or self._among_terms(ctx, start, end))
            ]
            sent = np.union1d(begun, np.setdiff1d(have + 1, (*starts, ctx.n)))
        at = np.searchsorted(have, sent)
        return np.union1d(sent, have[at[at < len(have)]]).astype(np.int32)

    def _among_terms(self, ctx: ShardContext, start: int, end: int) -> bool:
        """Whether a segment, in which none of the terms is found, must look for one of them: it lies between its first
        and its last."""
        field = ctx.field(self.field)
        column = None if field is None else ctx.column(field)
        if not isinstance(column, KeywordColumn):
            return False
        first, last = place_of(column.rows, start), place_of(column.rows, end)
        if first == last:
            return False
        ranks = column.ranks[column.tids[first:last]]
        low, high = (column.terms[int(column.order[rank])] for rank in (ranks.min(), ranks.max()))
        return any(low <= str(value) <= high for value in self.values)

    def mask(self, ctx: ShardContext) -> Mask:
        return self.run(ctx, np.float32(1)).mask

    def explained(self, ctx: ShardContext, row: int, parts: Sequence[Explanation]) -> Explanation:
        """CoveringWeight.explain; ``parts`` are those of the clauses."""
        needed = int(self._needed(ctx, np.array([row], np.int32))[0])
        if needed == _NOT_SAID:
            return Explanation(np.float32(0), "minimumNumberMatch has no value on the current document", match=False)
        needed = max(1, needed)
        count = sum(part.match for part in parts)
        enough = count >= needed
        score = np.float32(sum(float(part.value) for part in parts if part.match)) if enough else np.float32(0)
        text = f"{count} matches for {needed} required matches" + (", sum of:" if enough else "")
        return Explanation(score, text, tuple(parts), match=enough)


def _not_numeric(field: FieldType) -> ClassCastException:
    package = "org.opensearch.index.fielddata"
    name = "SortedSetOrdinalsIndexFieldData"
    if field.kind == "wildcard":
        name = "NonPruning" + name
    first, second = f"{package}.plain.{name}", f"{package}.IndexNumericFieldData"
    return ClassCastException(
        f"class {first} cannot be cast to class {second} ({first} and {second} are in unnamed module of loader 'app')"
    )


@register("terms_set")
def parse_terms_set(container: Any, key: Any) -> Query:
    body = container[key]
    names = iter(body)
    field = next(names, None)
    if field is None:
        raise ParsingException("[terms_set] unknown token [END_OBJECT]", at=Where(body, None, "end"))
    inner = body[field]
    if not isinstance(inner, dict):
        raise ParsingException(f"[terms_set] unknown token [{objects.token(inner)}]", at=Where(body, field))
    values: dict[str, Any] = {}
    for name, value in inner.items():
        if isinstance(value, list):
            if name != "terms":
                raise ParsingException(f"[terms_set] query does not support [{name}]", at=Where(inner, name))
            try:
                values[name] = tuple(term_values(name, value))
            except ParsingException as error:
                raise ParsingException(str(error.reason).replace("[terms] ", "[terms_set] ", 1), at=error.at) from None
        elif isinstance(value, dict):
            if name != "minimum_should_match_script":
                raise ParsingException(f"[terms_set] query does not support [{name}]", at=Where(inner, name))
            values[name] = parse_script(inner, name)
        elif objects.is_value(value):
            if name == "boost":
                values[name] = objects.decimal(inner, name)
            elif name in ("_name", "minimum_should_match_field"):
                values[name] = objects.text(inner, name)
            else:
                raise ParsingException(f"[terms_set] query does not support [{name}]", at=Where(inner, name))
        else:
            raise ParsingException(
                f"[terms_set] unknown token [{objects.token(value)}] after [{name}]", at=Where(inner, name)
            )
    second = next(names, None)
    if second is not None:
        raise ParsingException("[terms_set] unknown token [FIELD_NAME]", at=Where(body, second, "key"))
    if "minimum_should_match_field" in values and "minimum_should_match_script" in values:
        raise IllegalArgumentException("A field has already been specified. Cannot specify both a field and script")
    return TermsSet(
        field=field,
        values=values.get("terms", ()),
        minimum_should_match_field=values.get("minimum_should_match_field"),
        minimum_should_match_script=values.get("minimum_should_match_script"),
        **common(values),
    )
