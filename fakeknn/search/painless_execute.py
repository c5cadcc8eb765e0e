"""``_scripts/painless/_execute``: one script tried out, by itself or on a document that is kept nowhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from fakeknn.errors import ActionRequestValidationException, NullPointerException
from fakeknn.mapping.document import parse_document
from fakeknn.painless import Script as CompiledScript
from fakeknn.painless import json_value
from fakeknn.painless.expression import compile_expression
from fakeknn.painless.values import text
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.doc_values import ExpressionColumns, ShardDoc, source_of
from fakeknn.query.scoring import TermFrequencies
from fakeknn.query.script import Script
from fakeknn.search.scripts import compile_painless
from fakeknn.search.service import Services
from fakeknn.state.names import STRICT_SINGLE_INDEX
from fakeknn.state.node import Node
from fakeknn.state.schedule import Schedule
from fakeknn.state.shard import Shard
from fakeknn.state.versions import ANYTHING
from fakeknn.xcontent import generator

#: The contexts that scripts can be tried in.
CONTEXTS = ("painless_test", "filter", "score")


@dataclass(frozen=True, slots=True)
class ContextSetup:
    """What a script is given: a document of an index, and for its score a query."""

    index: str | None = None
    document: dict[str, Any] | None = None
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class ExecuteRequest:
    script: Script
    context: str = "painless_test"
    setup: ContextSetup | None = None

    def validate(self) -> None:
        """PainlessExecuteAction.Request.validate."""
        problems = ["only inline scripts are supported"] if self.script.id is not None else []
        if self.context != "painless_test":
            if self.setup is None:
                raise NullPointerException('Cannot read field "index" because "this.contextSetup" is null')
            missing = [name for name in ("index", "document") if getattr(self.setup, name) is None]
            problems += [f"{name} is a required parameter for current context" for name in missing]
        if problems:
            raise ActionRequestValidationException(*problems)


def execute(node: Node, request: ExecuteRequest) -> Any:
    """The result: a text of whatever comes, or what the context returns."""
    request.validate()
    setup = request.setup
    index = None if setup is None or setup.index is None else node.resolve([setup.index], STRICT_SINGLE_INDEX)[0]
    if index is not None:
        node.check_blocks("read", index)
    if request.context == "painless_test":
        return text(compile_painless(node, request.script, "painless_test").execute({}))
    assert index is not None and setup is not None and setup.document is not None
    document = parse_document(
        index.mapping, setup.document, doc_id="_id", source=generator.write(setup.document), routing=None
    )
    now = node.now()
    shard = Shard(index.name, index.uuid, 0, Schedule(now, 1.0, False, 30.0))
    shard.index_document("_id", document, document.mapping or index.mapping, ANYTHING, None, now)
    shard.refresh()
    ctx = ShardContext(
        index=index.name,
        uuid=index.uuid,
        shard=0,
        settings=index.settings,
        mapping=index.mapping,
        view=shard.view,
        now=node.clock.millis(),
        services=Services(node),
    )
    query = setup.query if request.context == "score" else None
    if request.script.lang == "expression":
        return _calculated(ctx, request, query)
    script = compile_painless(node, request.script, request.context)
    return json_value(script.execute(_bindings(ctx, script, query)))


def _calculated(ctx: ShardContext, request: ExecuteRequest, query: Query | None) -> Any:
    expression = compile_expression(str(request.script.source), request.context, request.script.params)
    score = np.float32(0 if query is None else _score(ctx, query))
    columns = ExpressionColumns(ShardDoc(ctx), np.zeros(1, np.int32), lambda: np.full(ctx.n, score))
    found = float(expression.vectorize(columns, request.context)[0])
    return found != 0 if request.context == "filter" else found


def _score(ctx: ShardContext, query: Query) -> float:
    matched = query.matched(ctx)
    hits = np.flatnonzero(matched.mask)
    if not len(hits):
        raise NullPointerException(
            'Cannot invoke "org.apache.lucene.search.Scorer.iterator()" because "scorer" is null'
        )
    return float(matched.score[hits[0]])


def _bindings(ctx: ShardContext, script: CompiledScript, query: Query | None) -> dict[str, Any]:
    """What a script sees of the first row of the one document."""
    found: dict[str, Any] = {"doc": ShardDoc(ctx).at(0), "term_statistics": TermFrequencies(ctx)}
    found["_score"] = 0.0 if query is None else _score(ctx, query)
    if "_source" in script.used:
        found["_source"] = source_of(ctx, 0)
    return found
