"""Functions of ``function_score``: what each makes of the documents, as numbers in double precision."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    NamedObjectNotFoundException,
    NotFaked,
    OpenSearchException,
    ParsingException,
    QueryShardException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.fields.dates import DateFieldType
from fakeknn.fields.decimals import ScaledFloatFieldType
from fakeknn.fields.geo_point import GeoPointColumn
from fakeknn.fields.numbers import NumberFieldType
from fakeknn.fields.scalar import BooleanFieldType
from fakeknn.geo.points import shown_places
from fakeknn.painless.library_score import murmur3
from fakeknn.query.context import Explanation, Matched, ShardContext, running
from fakeknn.query.doc_values import script_values
from fakeknn.query.java_names import wrong_fielddata
from fakeknn.query.script import NEEDS_SCORE, Script, parse_script, resolved, score_by_script
from fakeknn.view import Column, KeywordColumn, NumericColumn
from fakeknn.xcontent import java_double, java_float, java_hash, java_string, objects
from fakeknn.xcontent.astray import Astray
from fakeknn.xcontent.suggest import did_you_mean

Rows = NDArray[np.int32]
Factors = NDArray[np.float64]

#: A function on a shard: ``(rows, scores) -> float64[len(rows)]``; scores are those of the query below, float32[n].
Bound = Callable[[Rows, NDArray[np.float32]], Factors]


def named_function(name: str | None) -> str:
    """Functions.nameOrEmptyFunc."""
    return f"(_name: {name})" if name else ""


def named_argument(name: str | None) -> str:
    """Functions.nameOrEmptyArg."""
    return f", _name: {name}" if name else ""


@dataclass(frozen=True, kw_only=True)
class Function:
    """One function; ``weight`` multiplies what it gives."""

    kind: ClassVar[str] = ""
    java_class: ClassVar[str] = ""
    weight: float | None = None
    name: str | None = None

    def bind(self, ctx: ShardContext) -> Bound:
        """ScoreFunctionBuilder.toFunction: raises what is wrong with the function on this shard."""
        inner = self.bind_plain(ctx)
        if self.weight is None:
            return inner
        weight = float(np.float32(self.weight))
        return lambda rows, scores: inner(rows, scores) * weight

    def bind_plain(self, ctx: ShardContext) -> Bound:
        raise NotImplementedError

    def needs_scores(self, ctx: ShardContext) -> bool:
        return False

    def explain(self, ctx: ShardContext, row: int, below: Explanation) -> Explanation:
        """LeafScoreFunction.explainScore."""
        plain = self.explain_plain(ctx, row, below)
        if self.weight is None:
            return plain
        weight = np.float32(self.weight)
        value = np.float32(np.float32(plain.value) * weight)
        return Explanation(value, "product of:", (plain, Explanation(weight, "weight")))

    def explain_plain(self, ctx: ShardContext, row: int, below: Explanation) -> Explanation:
        raise NotImplementedError

    def value(self, ctx: ShardContext, row: int, below: Explanation) -> np.float64:
        scores = np.full(ctx.n, np.float32(below.value), np.float32)
        return np.float64(self.bind_plain(ctx)(np.array([row], np.int32), scores)[0])

    def to_json(self) -> dict[str, Any]:
        written: dict[str, Any] = {}
        if self.weight is not None:
            written["weight"] = np.float32(self.weight)
        if self.name is not None:
            written["_name"] = self.name
        return {**written, **self.members()}

    def members(self) -> dict[str, Any]:
        raise NotImplementedError

    def java_name(self, ctx: ShardContext) -> str:
        """The class of the function on a shard."""
        return self.java_class

    def text(self, ctx: ShardContext) -> str:
        """Object.toString: the class and a hash."""
        name = "WeightFactorFunction" if self.weight is not None else self.java_name(ctx)
        package = "org.opensearch.common.lucene.search.function."
        return f"{name if '.' in name else package + name}@{java_hash(repr(self.members())):08x}"


@dataclass(frozen=True, kw_only=True)
class Weight(Function):
    kind: ClassVar[str] = "weight"

    def bind_plain(self, ctx: ShardContext) -> Bound:
        return lambda rows, scores: np.ones(len(rows), np.float64)

    def explain_plain(self, ctx: ShardContext, row: int, below: Explanation) -> Explanation:
        return Explanation(np.float32(1), f"constant score 1.0{named_function(self.name)} - no function provided")

    def members(self) -> dict[str, Any]:
        return {}


def _java_log(function: Callable[[Any], Any]) -> Callable[[Factors], Factors]:
    def apply(values: Factors) -> Factors:
        with np.errstate(all="ignore"):
            return np.asarray(function(values), np.float64)

    return apply


MODIFIERS: Mapping[str, Callable[[Factors], Factors]] = {
    "none": lambda values: values,
    "log": _java_log(np.log10),
    "log1p": _java_log(lambda values: np.log10(values + 1)),
    "log2p": _java_log(lambda values: np.log10(values + 2)),
    "ln": _java_log(np.log),
    "ln1p": _java_log(np.log1p),
    "ln2p": _java_log(lambda values: np.log1p(values + 1)),
    "square": _java_log(lambda values: np.power(values, 2)),
    "sqrt": _java_log(np.sqrt),
    "reciprocal": _java_log(lambda values: 1.0 / values),
}


def doubles(field: FieldType, values: NDArray[Any]) -> Factors:
    """Doc values as doubles (IndexNumericFieldData.getDoubleValues)."""
    if isinstance(field, ScaledFloatFieldType):
        return values.astype(np.float64) * (1.0 / float(getattr(field, "factor", 1.0)))
    return values.astype(np.float64)


def require_fielddata(field: FieldType) -> None:
    if field.path in ("_routing", "_source", "_version", "_ignored"):
        raise IllegalArgumentException(f"Fielddata is not supported on field [{field.path}] of type [{field.kind}]")
    field.require_doc_values()


def numeric_column(ctx: ShardContext, field: FieldType) -> NumericColumn:
    """The fielddata of a number, date or boolean; others are no numeric fielddata."""
    if field.kind not in ("knn_vector", "flat_object"):
        require_fielddata(field)
    column = ctx.fielddata(field)
    if isinstance(field, (NumberFieldType, DateFieldType, BooleanFieldType)) and isinstance(column, NumericColumn):
        return column
    raise wrong_fielddata(field, "IndexNumericFieldData")


@dataclass(frozen=True, kw_only=True)
class FieldValueFactor(Function):
    kind: ClassVar[str] = "field_value_factor"
    java_class: ClassVar[str] = "FieldValueFactorFunction"
    field: str
    factor: float = 1.0
    modifier: str = "none"
    missing: float | None = None

    def bind_plain(self, ctx: ShardContext) -> Bound:
        field = ctx.mapped(self.field)
        if field is None:
            if self.missing is None:
                raise OpenSearchException(
                    f"Unable to find a field mapper for field [{self.field}]. No 'missing' value defined."
                )
            column = None
        else:
            column = numeric_column(ctx, field)

        def factors(rows: Rows, scores: NDArray[np.float32]) -> Factors:
            if column is None or field is None:
                values, has = np.zeros(len(rows)), np.zeros(len(rows), bool)
            else:
                values, has = doubles(field, column.lowest[rows]), column.exists[rows]
            if not has.all():
                if self.missing is None:
                    raise running(OpenSearchException(f"Missing value for field [{self.field}]"))
                values = np.where(has, values, self.missing)
            found = MODIFIERS[self.modifier](values * float(np.float32(self.factor)))
            bad = np.flatnonzero(found < 0)
            if len(bad):
                raise running(self._negative(found[bad[0]], values[bad[0]]))
            return found

        return factors

    def _negative(self, result: float, value: float) -> IllegalArgumentException:
        more = ""
        if self.modifier in ("ln", "log"):
            name = self.modifier
            more = f"; consider using {name}1p or {name}2p instead of {name} to avoid negative scores"
        return IllegalArgumentException(
            f"field value function must not produce negative scores, but got: [{java_double(float(result))}] for field "
            f"value: [{java_double(float(value))}]{more}"
        )

    def explain_plain(self, ctx: ShardContext, row: int, below: Explanation) -> Explanation:
        default = "" if self.missing is None else f"?:{java_double(self.missing)}"
        return Explanation(
            np.float32(self.value(ctx, row, below)),
            f"field value function{named_function(self.name)}: {self.modifier}(doc['{self.field}'].value{default} * "
            f"factor={java_float(np.float32(self.factor))})",
        )

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {"field": self.field, "factor": np.float32(self.factor)}
        if self.missing is not None:
            written["missing"] = self.missing
        return {self.kind: {**written, "modifier": self.modifier}}


def _mixed(key: int, seed: int) -> int:
    """BitMixer.mix of an int and a seed."""
    k = (key ^ seed) & 0xFFFFFFFF
    k = (k ^ (k >> 16)) * 0x85EBCA6B & 0xFFFFFFFF
    k = (k ^ (k >> 13)) * 0xC2B2AE35 & 0xFFFFFFFF
    return k ^ (k >> 16)


def _signed(value: int) -> int:
    value &= 0xFFFFFFFF
    return value - 2**32 if value >= 2**31 else value


@dataclass(frozen=True, kw_only=True)
class RandomScore(Function):
    kind: ClassVar[str] = "random_score"
    java_class: ClassVar[str] = "RandomScoreFunction"
    seed: int | None = None
    field: str | None = None

    def _source(self, ctx: ShardContext) -> FieldType | None:
        if self.seed is None:
            return None
        name = "_id" if self.field is None else self.field
        field = ctx.field(name)
        if field is None:
            raise IllegalArgumentException(
                f"Field [{name}] is not mapped on [[{ctx.index}/{ctx.uuid}]] and cannot be used as a source of random "
                "numbers."
            )
        return field

    def bind_plain(self, ctx: ShardContext) -> Bound:
        field = self._source(ctx)
        seed = self._seed(ctx)
        salt = (java_hash(ctx.index) << 10 | ctx.shard) & 0xFFFFFFFF
        salted = _mixed(seed, salt)
        if field is not None:
            require_fielddata(field)

        def factors(rows: Rows, scores: NDArray[np.float32]) -> Factors:
            if field is None:
                hashes = [_mixed(row, salted) for row in rows.tolist()]
            else:
                hashes = [salted if text is None else murmur3(text, salted) for text in _texts(ctx, field, rows)]
            return (np.array(hashes, np.int64) & 0xFFFFFF).astype(np.float32).astype(np.float64) / (1 << 24)

        return factors

    def _seed(self, ctx: ShardContext) -> int:
        return (ctx.now ^ ctx.now >> 32) & 0xFFFFFFFF if self.seed is None else self.seed

    def explain_plain(self, ctx: ShardContext, row: int, below: Explanation) -> Explanation:
        field = self._source(ctx)
        shown = "null" if field is None else field.path
        return Explanation(
            np.float32(self.value(ctx, row, below)),
            f"random score function (seed: {_signed(self._seed(ctx))}, field: {shown}{named_argument(self.name)})",
        )

    def members(self) -> dict[str, Any]:
        written: dict[str, Any] = {} if self.seed is None else {"seed": _signed(self.seed)}
        return {self.kind: {**written, **({} if self.field is None else {"field": self.field})}}


def _texts(ctx: ShardContext, field: FieldType, rows: Rows) -> list[bytes | None]:
    """The first value of each row as bytes (SortedBinaryDocValues)."""
    if field.path == "_id":
        return [(ctx.view.ids[row] or "").encode() for row in rows.tolist()]
    column: Column | None = ctx.fielddata(field)
    if isinstance(column, KeywordColumn):
        ords = column.first_ord()[rows]
        return [None if at < 0 else column.terms[int(column.order[at])].encode() for at in ords.tolist()]
    if isinstance(column, NumericColumn):
        scaled = isinstance(field, ScaledFloatFieldType)
        values = (doubles(field, column.values) if scaled else column.values).tolist()
        starts, ends = column.offsets[rows].tolist(), column.offsets[rows + 1].tolist()
        # Of several numbers the one whose text comes first.
        return [
            min((java_string(value).encode() for value in values[start:end]), default=None)
            for start, end in zip(starts, ends, strict=True)
        ]
    if isinstance(column, GeoPointColumn):
        first = column.offsets[rows].tolist(), column.offsets[rows + 1].tolist()
        texts = [text.encode() for text in shown_places(column.encoded)]
        return [min(texts[start:end], default=None) for start, end in zip(*first, strict=True)]
    raise NotFaked(f"[random_score] by a field of type [{field.kind}]")


@dataclass(frozen=True, kw_only=True)
class ScriptFunction(Function):
    kind: ClassVar[str] = "script_score"
    java_class: ClassVar[str] = "ScriptScoreFunction"
    script: Script

    def needs_scores(self, ctx: ShardContext) -> bool:
        script = resolved(ctx, self.script)
        uses = NEEDS_SCORE.get(script.lang)
        return True if uses is None else uses(script)

    def bind_plain(self, ctx: ShardContext) -> Bound:
        nothing = Matched.none(ctx.n)
        try:
            score_by_script(ctx, self.script, lambda: nothing)  # compiles
        except NotFaked:
            raise
        except Exception as cause:
            raise QueryShardException("script_score: the script could not be loaded") from cause

        def factors(rows: Rows, scores: NDArray[np.float32]) -> Factors:
            mask = np.zeros(ctx.n, bool)
            mask[rows] = True
            script = resolved(ctx, self.script)
            if script.lang in ("painless", "expression"):
                values = script_values(ctx, script, "score", rows, lambda: scores, until=lambda value: value < 0)
                found = np.zeros(len(rows), np.float64)
                found[: len(values)] = np.asarray(values, np.float64)
            else:
                found = score_by_script(ctx, script, lambda: Matched(mask, scores))[rows].astype(np.float64)
            bad = np.flatnonzero(found < 0)
            if len(bad):
                raise running(
                    IllegalArgumentException(
                        "script score function must not produce negative scores, but got: "
                        f"[{java_double(float(found[bad[0]]))}]"
                    )
                )
            return found

        return factors

    def explain_plain(self, ctx: ShardContext, row: int, below: Explanation) -> Explanation:
        return Explanation(
            np.float32(self.value(ctx, row, below)),
            f'script score function{named_function(self.name)}, computed with script:"{self.script}"',
            (Explanation(below.value, "_score: ", (below,)),),
        )

    def members(self) -> dict[str, Any]:
        return {self.kind: {"script": self.script.to_json()}}

    def text(self, ctx: ShardContext) -> str:
        return super().text(ctx) if self.weight is not None else f"script{self.script}"


def scalars_of(body: Any, name: str) -> Iterator[tuple[Any, Any]]:
    """Where the scalars of a member stand; those of an array are taken for the member's, as parsers do that look at
    tokens only, and pass over where objects begin.
    """
    value = body[name]
    if objects.is_value(value):
        yield body, name
    elif isinstance(value, list):
        for i, item in enumerate(value):
            if isinstance(item, (dict, list)):
                raise Astray(Where(body, name), None)
            if item is not None:
                yield value, i
    elif value is not None:
        raise Astray(Where(body, name), None)


def scalars(body: Any) -> Iterator[tuple[str, Any, Any]]:
    """The scalars of an object: the member's name, and where each stands."""
    for name in body:
        for holder, at in scalars_of(body, name):
            yield name, holder, at


def _field_value_factor(container: Any, key: Any) -> Function:
    found: dict[str, Any] = {}
    if isinstance(container[key].get("factor"), (dict, list)):
        raise ParsingException(
            "[field_value_factor] field 'factor' does not support lists or objects", at=Where(container[key], "factor")
        )
    for name, body, at in scalars(container[key]):
        if name == "field":
            found["field"] = objects.text(body, at)
        elif name in ("factor", "missing"):
            found[name] = objects.decimal(body, at)
        elif name == "modifier":
            text = objects.text(body, at)
            constant = f"FieldValueFactorFunction.Modifier.{text.upper()}"
            with objects.read_at(body, at):
                if text.lower() not in MODIFIERS:
                    raise IllegalArgumentException(
                        f"No enum constant org.opensearch.common.lucene.search.function.{constant}"
                    )
            found["modifier"] = text.lower()
        elif name == "_name":
            found["name"] = objects.text(body, at)
        else:
            raise ParsingException(f"field_value_factor query does not support [{name}]", at=Where(body, at))
    if "field" not in found:
        end = Where(container[key], None, "end")
        raise ParsingException("[field_value_factor] required field 'field' missing", at=end)
    return FieldValueFactor(**found)


def _random_score(container: Any, key: Any) -> Function:
    found: dict[str, Any] = {}
    for name, body, at in scalars(container[key]):
        if name == "seed":
            found["seed"] = _seed_of(body, at)
        elif name == "field":
            found["field"] = objects.text(body, at)
        elif name == "_name":
            found["name"] = objects.text(body, at)
        else:
            raise ParsingException(f"random_score query does not support [{name}]", at=Where(body, at))
    return RandomScore(**found)


def _seed_of(body: Any, name: Any) -> int:
    value = body[name]
    if isinstance(value, bool):
        raise ParsingException(
            "random_score seed must be an int/long or string, not 'VALUE_BOOLEAN'", at=Where(body, name)
        )
    if isinstance(value, str):
        return java_hash(value)
    if isinstance(value, int):
        if -(2**31) <= value < 2**31:
            return value & 0xFFFFFFFF
        if -(2**63) <= value < 2**63:
            return (value ^ (value & 0xFFFFFFFFFFFFFFFF) >> 32) & 0xFFFFFFFF
    raise ParsingException("random_score seed must be an int, long or string, not 'VALUE_NUMBER'", at=Where(body, name))


def _script_score(container: Any, key: Any) -> Function:
    body = container[key]
    script: Script | None = None
    for name in body:
        if name != "script":
            raise ParsingException(f"script_score query does not support [{name}]", at=Where(body, name))
        script = parse_script(body, name)
    if script is None:
        raise ParsingException("script_score requires 'script' field", at=Where(body, None, "end"))
    return ScriptFunction(script=script)


FUNCTIONS: dict[str, Callable[[Any, Any], Function]] = {
    "field_value_factor": _field_value_factor,
    "random_score": _random_score,
    "script_score": _script_score,
}


def parse_function(container: Any, name: str) -> Function:
    """``parser.namedObject(ScoreFunctionBuilder.class, name)``."""
    parser = FUNCTIONS.get(name)
    if parser is None:
        # The parser of queries takes it for a query that it does not know.
        raise ParsingException(
            f"unknown query [function_score]{did_you_mean('function_score', FUNCTIONS)}", at=Where(container, name)
        ) from NamedObjectNotFoundException(f"unknown field [{name}]", at=Where(container, name))
    return parser(container, name)
