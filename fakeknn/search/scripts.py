"""Scripts that change documents: what they are given, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    OpenSearchError,
    ResourceNotFoundException,
    ScriptException,
)
from fakeknn.painless import Script as CompiledScript
from fakeknn.painless import compile, java_value, json_value
from fakeknn.painless.contexts import CONTEXTS
from fakeknn.painless.expression import compile_expression
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.mustache import compile_template
from fakeknn.painless.throwable import Thrown
from fakeknn.query.knn_score import check_context
from fakeknn.query.script import LANGUAGES, Script, check_language, compiling
from fakeknn.serving import uncounted
from fakeknn.state.node import Node
from fakeknn.state.updates import ScriptOutcome

#: script.max_size_in_bytes
MAX_SIZE = 65535


@dataclass(frozen=True, slots=True)
class StoredScript:
    """What is kept of a script under its id (StoredScriptSource)."""

    lang: str
    source: str
    options: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        told = {"lang": self.lang, "source": self.source}
        return {**told, "options": dict(self.options)} if self.options else told


def put_script(node: Node, script_id: str, stored: StoredScript, context: str | None, size: int) -> None:
    """ScriptService.putStoredScript: keep a script, which is compiled if a context is named; ``size`` is its body's."""
    if size > MAX_SIZE:
        raise IllegalArgumentException(
            f"exceeded max allowed stored script size in bytes [{MAX_SIZE}] with size [{size}] for script [{script_id}]"
        )
    if stored.lang not in LANGUAGES:
        raise IllegalArgumentException(f"unable to put stored script with unsupported lang [{stored.lang}]")
    if context is not None:
        try:
            if context not in CONTEXTS:
                raise IllegalArgumentException(f"Unknown context [{context}]")
            with uncounted():
                _compile_for(Script(stored.source, id=script_id, lang=stored.lang), context)
        except ScriptException:
            raise
        except OpenSearchError as cause:
            raise IllegalArgumentException(f"failed to parse/compile stored script [{script_id}]") from cause
    node.scripts = {**node.scripts, script_id: stored}
    node.changed()


def _compile_for(script: Script, context: str) -> None:
    """Let a script's language compile it for a context, to see what it says."""
    check_language(script, context)
    source = str(script.source)
    match script.lang:
        case "painless":
            compile(source, context, name=script.id)
        case "expression":
            compile_expression(source, context)
        case "mustache":
            compile_template(source)
        case "knn":
            check_context(script, context)


def stored_script(node: Node, script: Script) -> Script:
    """A script with its source, which may be a stored one's."""
    if script.id is None:
        return script
    stored: StoredScript | None = node.scripts.get(script.id)
    if stored is None:
        raise ResourceNotFoundException(f"unable to find script [{script.id}] in cluster state")
    return Script(stored.source, id=script.id, lang=stored.lang, params=script.params, options=stored.options)


def compile_painless(node: Node, script: Script, context: str) -> CompiledScript:
    """ScriptService.compile in a context that no other language knows."""
    script = stored_script(node, script)
    check_language(script, context)
    source = str(script.source)
    size = len(source.encode())
    if script.id is None and size > MAX_SIZE:
        raise IllegalArgumentException(
            f"exceeded max allowed inline script size in bytes [{MAX_SIZE}] with size [{size}] for script [{source}]"
        )
    with compiling(script):
        return compile(source, context, script.params, script.options, script.id)


def run_update_script(node: Node, script: Script, ctx: Mapping[str, Any]) -> ScriptOutcome:
    """UpdateHelper.executeScript: run on ``ctx``, JSON values by name; anything that goes wrong is the cause of an
    ``illegal_argument_exception``."""
    given = java_value({**ctx, "_now": node.clock.millis()}, linked=True)
    try:
        compile_painless(node, script, "update").execute({"ctx": given})
    except OpenSearchError as cause:
        raise IllegalArgumentException("failed to execute script") from cause
    op = _cast(given.get("op"), "java.lang.String")
    if op is None:
        raise NullPointerException('Cannot invoke "String.hashCode()" because "<local3>" is null')
    source = _cast(given.get("_source"), "java.util.Map")
    return ScriptOutcome(op, None if source is None else json_value(source))


def _cast(value: Any, java_class: str) -> Any:
    """A value that Java's own code expects to be of a class."""
    try:
        return check_cast(value, java_class)
    except Thrown as thrown:
        raise thrown.error() from None
