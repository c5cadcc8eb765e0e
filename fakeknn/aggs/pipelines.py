"""What pipeline aggregations have in common: how they are written, the value of a bucket that a path leads to, and the
one number that most of them give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from fakeknn.aggs.base import Pipeline
from fakeknn.aggs.formats import RAW, Decimal, Format
from fakeknn.aggs.numeric import MultiValue, SingleValue
from fakeknn.aggs.paths import parse_path
from fakeknn.aggs.results import Bucket, Internal, MultiBucket, Reduction
from fakeknn.errors import (
    AggregationExecutionException,
    ArrayIndexOutOfBoundsException,
    ClassCastException,
    IllegalArgumentException,
    InvalidAggregationPathException,
    ParsingException,
    ResourceNotFoundException,
    Where,
)
from fakeknn.painless import compile
from fakeknn.painless.expression import Expression, compile_expression
from fakeknn.query.script import Script
from fakeknn.xcontent import hash_ordered, objects

_PACKAGE = "org.opensearch.search.aggregations"
_SINGLE = {
    "filter": "filter.InternalFilter",
    "global": "global.InternalGlobal",
    "missing": "missing.InternalMissing",
    "nested": "nested.InternalNested",
    "reverse_nested": "nested.InternalReverseNested",
    "sampler": "sampler.InternalSampler",
    "diversified_sampler": "sampler.InternalSampler",
}

#: The simple names of buckets' classes, where it is not [Bucket].
_BUCKETS = {
    **dict.fromkeys(("filters", "adjacency_matrix", "composite"), "InternalBucket"),
    "geohash_grid": "InternalGeoHashGridBucket",
    "geotile_grid": "InternalGeoTileGridBucket",
}

INSERT_ZEROS, SKIP = "insert_zeros", "skip"

_NO_NUMBER = "buckets_path must reference either a number value or a single value numeric metric aggregation"


# --- values of buckets ------------------------------------------------------------------------------------------------


def path_elements(path: str) -> list[str]:
    """getPathElementsAsStringList."""
    elements: list[str] = []
    for element in parse_path(path):
        elements.append(element.name)
        if element.key is not None:
            elements.append(element.key)
    return elements


def bucket_value(agg: MultiBucket, bucket: Bucket, path: Sequence[str], gap_policy: str) -> float | None:
    """BucketHelpers.resolveBucketValue: NaN where there is nothing and gaps are skipped; None for a path to nowhere."""
    try:
        found = bucket.lookup(agg.agg.name, path)
        if list(path) == ["_key"] and agg.agg.kind in ("date_histogram", "auto_date_histogram"):
            raise AggregationExecutionException(f"{_NO_NUMBER}, got: [ZonedDateTime] at aggregation [_key]")
    except InvalidAggregationPathException:
        return None
    if isinstance(found, (int, float)) and not isinstance(found, bool):
        value = float(found)
    elif isinstance(found, SingleValue):
        value = float(found.number())
    else:
        raise _no_number(agg, path, found)
    if not math.isfinite(value) or (bucket.doc_count == 0 and list(path) != ["_count"]):
        return 0.0 if gap_policy == INSERT_ZEROS else math.nan
    return value


def _no_number(agg: MultiBucket, path: Sequence[str], found: Any) -> AggregationExecutionException:
    name = path[0] if path else agg.agg.name
    if isinstance(found if path else agg, MultiValue):
        return AggregationExecutionException(
            f"{_NO_NUMBER}, but [{name}] contains multiple values. Please specify which to use."
        )
    return AggregationExecutionException(f"{_NO_NUMBER}, got: [{_java_class(agg, found)}] at aggregation [{name}]")


def _java_class(agg: MultiBucket, found: Any) -> str:
    if isinstance(found, Internal):
        return found.java_class
    if isinstance(found, Bucket):
        return _BUCKETS.get(agg.agg.kind, "Bucket")
    if isinstance(found, list):
        return "Object[]"
    if isinstance(found, dict):
        return "UnmodifiableMap"
    return "String" if isinstance(found, str) else "ZonedDateTime"


# --- results ----------------------------------------------------------------------------------------------------------


class SimpleValue(SingleValue):
    """InternalSimpleValue."""

    __slots__ = ("found",)
    agg: Any

    def __init__(self, agg: Pipeline, format: Format, found: float) -> None:
        super().__init__(agg, format)  # type: ignore[arg-type]
        self.found = found

    @property
    def type(self) -> str:
        return "simple_value"

    @property
    def java_class(self) -> str:
        return "InternalSimpleValue"

    def number(self) -> float:
        return self.found

    def body(self, typed: bool) -> dict[str, Any]:
        return self.shown(self.found, math.isfinite(self.found))


# --- definitions ------------------------------------------------------------------------------------------------------


@dataclass(eq=False, kw_only=True)
class PathPipeline(Pipeline):
    """One of one path, a format and a gap policy."""

    paths: Sequence[str] = ()
    format: str | None = None
    gap_policy: str = SKIP

    @property
    def shown(self) -> Format:
        return RAW if self.format is None else Decimal(self.format)


@dataclass(eq=False, kw_only=True)
class BucketPipeline(PathPipeline):
    """One inside an aggregation of many buckets, which it changes or adds to."""

    sequential: ClassVar[bool] = False
    """Whether the buckets must be those of a histogram."""

    def reduce(self, around: Internal, reduction: Reduction) -> Internal:
        if not isinstance(around, MultiBucket):
            one, many = f"{_PACKAGE}.bucket.{_SINGLE[around.agg.kind]}", f"{_PACKAGE}.InternalMultiBucketAggregation"
            raise ClassCastException(
                f"class {one} cannot be cast to class {many} ({one} and {many} are in unnamed module of loader 'app')"
            )
        return around.with_buckets(self.changed(around, reduction))

    def changed(self, agg: MultiBucket, reduction: Reduction) -> list[Bucket]:
        raise NotImplementedError

    def values(self, agg: MultiBucket) -> list[float | None]:
        """What the path leads to, of each bucket."""
        path = path_elements(self.paths[0])
        return [bucket_value(agg, bucket, path, self.gap_policy) for bucket in agg.buckets]

    def added(self, bucket: Bucket, result: Internal) -> Bucket:
        return bucket.with_results({**bucket.results, self.name: result})

    def simple(self, bucket: Bucket, value: float) -> Bucket:
        return self.added(bucket, SimpleValue(self, self.shown, value))


class Runnable(Protocol):
    """A script with its parameters."""

    def execute(self, bindings: Mapping[str, Any]) -> Any: ...


@dataclass(frozen=True)
class _Calculated:
    """An expression with its variables; a selector wants exactly 1 of it."""

    expression: Expression
    variables: Mapping[str, Any]
    selects: bool

    def execute(self, bindings: Mapping[str, Any]) -> Any:
        found = self.expression.execute({name: self.variables[name] for name in hash_ordered(self.variables)})
        return found == 1 if self.selects else found


def scripted(script: Script, context: str, services: Any) -> Callable[[Mapping[str, Any]], Runnable]:
    """The script with variables beside its parameters; errors are those of compiling it."""
    if script.id is not None:
        if services is None:
            raise ResourceNotFoundException(f"unable to find script [{script.id}] in cluster state")
        script = services.stored_script(script)
    if script.lang == "expression":
        expression = compile_expression(str(script.source), context)
        selects = context == "aggregation_selector"
        return lambda variables: _Calculated(expression, {**script.params, **variables}, selects)
    if script.lang == "mustache":
        raise IllegalArgumentException(f"mustache engine does not know how to handle context [{context}]")
    if script.lang != "painless":
        raise IllegalArgumentException(f"script_lang not supported [{script.lang}]")
    source = str(script.source)
    compile(source, context, script.params, script.options, script.id)
    return lambda variables: compile(source, context, {**script.params, **variables}, script.options, script.id)


# --- parsing ----------------------------------------------------------------------------------------------------------

Reader = Callable[[Any, Any], Any]


def gap_policy(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text not in (INSERT_ZEROS, SKIP):
        raise ParsingException(
            f"Invalid gap policy: [{text}], accepted values: [insert_zeros, skip]", at=Where(container, key)
        )
    return text


def lower_gap_policy(container: Any, key: Any) -> str:
    """The gap policy, whatever its case."""
    lowered = {key: objects.text(container, key).lower()}
    try:
        return gap_policy(lowered, key)
    except ParsingException as error:
        error.at = Where(container, key)
        raise


def path_list(container: Any, key: Any) -> list[str]:
    value = container[key]
    if isinstance(value, list):
        return [objects.text(value, i) for i in range(len(value))]
    return [objects.text(container, key)]


def first_path(paths: Sequence[str]) -> str:
    if not paths:
        raise ArrayIndexOutOfBoundsException("Index 0 out of bounds for length 0")
    return paths[0]


COMMON: Mapping[str, Mapping[str, Reader]] = {
    "VALUE_STRING": {"format": objects.text, "buckets_path": path_list, "gap_policy": gap_policy},
    "START_ARRAY": {"buckets_path": path_list},
}


def read(name: str, container: Any, key: Any, readers: Mapping[str, Mapping[str, Reader]]) -> dict[str, Any]:
    """The members of a parser written by hand: readers by token and name."""
    body = container[key]
    values: dict[str, Any] = {}
    for member, value in body.items():
        token = objects.token(value)
        known = readers.get(token)
        if known is None:
            raise ParsingException(f"Unexpected token {token} in [{name}].", at=Where(body, member))
        reader = known.get(member)
        if reader is None:
            raise ParsingException(f"Unknown key for a {token} in [{name}]: [{member}].", at=Where(body, member))
        values[member] = reader(body, member)
    return values


def require_path(values: Mapping[str, Any], container: Any, key: Any, described: str) -> str:
    """The one path; ``described`` is how the aggregation is named in the refusal of none."""
    if "buckets_path" not in values:
        raise ParsingException(
            f"Missing required field [buckets_path] for {described}", at=Where(container[key], None, "end")
        )
    return first_path(values["buckets_path"])
