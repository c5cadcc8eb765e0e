"""scripted_metric: a state that scripts fill document by document, combine on each shard, and merge over all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.aggs.base import Aggregation, Collector, register
from fakeknn.aggs.docs import Docs
from fakeknn.aggs.results import Internal, Reduction
from fakeknn.errors import IllegalArgumentException, NullPointerException, SearchParseException
from fakeknn.painless import Script as Compiled
from fakeknn.painless import compile, java_value, json_value
from fakeknn.painless.stream_output import check_no_self_references, check_writeable, check_written
from fakeknn.query.context import ShardContext
from fakeknn.query.doc_values import ShardDoc, source_of
from fakeknn.query.script import Script, check_language, parse_script, resolved
from fakeknn.xcontent.objects import ObjectParser, declared


def _compiled(script: Script, context: str, more: Mapping[str, Any]) -> Compiled:
    """The script with the aggregation's parameters beside its own."""
    check_language(script, context)
    return compile(str(script.source), context, _merged(script.params, more), script.options, script.id)


def _merged(params: Mapping[str, Any], more: Mapping[str, Any]) -> dict[str, Any]:
    for name in more:
        if name in params:
            raise IllegalArgumentException(f'Parameter name "{name}" used in both aggregation and script parameters')
    return {**params, **more}


def _check_copied(params: Any) -> None:
    """``deepCopyParams``: parameters are copied for each state, which not every value can be."""
    if isinstance(params, dict):
        for value in params.values():
            _check_copied(value)
    elif isinstance(params, list):
        for value in params:
            _check_copied(value)
    elif params is None:
        raise NullPointerException('Cannot invoke "Object.getClass()" because "original" is null')
    elif isinstance(params, int) and not -(1 << 63) <= params < 1 << 63:
        known = "primitives, String, ArrayList, and HashMap"
        raise SearchParseException(f"Can only clone {known}. Found: java.math.BigInteger")


class ScriptedMetric(Internal):
    """What the shards' combine scripts gave, and in the end what the reduce script makes of them."""

    __slots__ = ("states",)
    agg: ScriptedMetricOf
    reduces_alone = True

    def __init__(self, agg: Aggregation, states: list[Any]) -> None:
        super().__init__(agg)
        self.states = states

    @property
    def java_class(self) -> str:
        return "InternalScriptedMetric"

    def reduce(self, parts: Sequence[Self], reduction: Reduction) -> Internal:
        states = [state for part in parts for state in part.states]
        if reduction.partial:
            return ScriptedMetric(self.agg, states)
        script = self.agg.scripts["reduce_script"]
        if script.id is not None:
            script = reduction.services.stored_script(script)
        found = _compiled(script, "aggs_reduce", self.agg.params).execute({"states": states})
        check_no_self_references(found, "reduce script")
        check_written(found)  # for its size
        return ScriptedMetric(self.agg, [found])

    def lookup(self, path: Sequence[str]) -> Any:
        if not path:
            return self
        if list(path) == ["value"]:
            return self.states[0]
        raise IllegalArgumentException(f"path not supported for [{self.agg.name}]: [{', '.join(path)}]")

    def body(self, typed: bool) -> dict[str, Any]:
        return {"value": json_value(self.states[0])}


@dataclass(eq=False)
class ScriptedMetricOf(Aggregation):
    kind = "scripted_metric"
    leaf: ClassVar[bool] = True
    scripts: Mapping[str, Script]
    params: Mapping[str, Any] = field(default_factory=dict)

    def build(self, ctx: ShardContext) -> Collector:
        for name, java in (("combine_script", "combineScript"), ("reduce_script", "reduceScript")):
            if name not in self.scripts:
                raise IllegalArgumentException(f"[{java}] must not be null: [{self.name}]")
        scripts = {name: resolved(ctx, script) for name, script in self.scripts.items() if name != "reduce_script"}
        for name, script in scripts.items():
            _compiled(script, f"aggs_{name.removesuffix('_script')}", {})
        reduce = self.scripts["reduce_script"]
        _check_copied(reduce.params)
        _merged(reduce.params, self.params)
        return lambda docs: self._collect(ctx, scripts, docs)

    def _collect(self, ctx: ShardContext, scripts: Mapping[str, Script], docs: Docs) -> Sequence[Internal]:
        if docs.unmapped:
            return [ScriptedMetric(self, [None]) for _ in range(docs.n)]
        order = np.argsort(docs.owners, kind="stable")
        ends = np.cumsum(docs.sizes()).tolist()
        starts = [0, *ends[:-1]]
        return [
            ScriptedMetric(self, [self._state(ctx, scripts, docs, docs.rows[order[start:end]])])
            for start, end in zip(starts, ends, strict=True)
        ]

    def _state(self, ctx: ShardContext, scripts: Mapping[str, Script], docs: Docs, rows: NDArray[np.int32]) -> Any:
        _check_copied(self.params)
        state = java_value({})
        if "init_script" in scripts:
            _compiled(scripts["init_script"], "aggs_init", self.params).execute({"state": state})
            check_no_self_references(state, "Scripted metric aggs init script")
        _check_copied(scripts["map_script"].params)
        mapper = _compiled(scripts["map_script"], "aggs_map", self.params)
        doc = ShardDoc(ctx)
        scores = docs.script_scores() if "_score" in mapper.used else None
        for row in rows.tolist():
            bindings: dict[str, Any] = {"state": state, "doc": doc.at(row)}
            if scores is not None:
                bindings["_score"] = float(scores[row])
            if "_source" in mapper.used:
                bindings["_source"] = source_of(ctx, row)
            mapper.execute(bindings)
        if len(rows):
            check_no_self_references(state, "Scripted metric aggs map script")
        found = _compiled(scripts["combine_script"], "aggs_combine", self.params).execute({"state": state})
        check_no_self_references(found, "Scripted metric aggs combine script")
        if found is None:
            raise NullPointerException('Cannot invoke "Object.getClass()" because "result" is null')
        check_writeable(found)
        check_written(found)
        return found


_SCRIPT = declared("object_or_string", parse_script)
_NAMES = ("init_script", "map_script", "combine_script", "reduce_script")
_PARSER = ObjectParser(
    "scripted_metric",
    {**dict.fromkeys(_NAMES, _SCRIPT), "params": declared("object")},
    constructor=("map_script",),
)


@register("scripted_metric")
def parse_scripted_metric(name: str, container: Any, key: Any) -> Aggregation:
    values = _PARSER.parse(container, key)
    return ScriptedMetricOf({name: values[name] for name in _NAMES if name in values}, values.get("params", {}))
