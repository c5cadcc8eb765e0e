"""Scripts that change documents: what they are given, and what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    ResourceNotFoundException,
)
from fakeknn.painless import compile, java_value, json_value
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.throwable import Thrown
from fakeknn.query.script import Script
from fakeknn.state.node import Node
from fakeknn.state.updates import ScriptOutcome


def stored_script(node: Node, script: Script) -> Script:
    """A script with its source, which may be a stored one's."""
    if script.id is None:
        return script
    stored = node.scripts.get(script.id)
    if stored is None:
        raise ResourceNotFoundException(f"unable to find script [{script.id}] in cluster state")
    return Script(stored["source"], id=script.id, lang=stored["lang"], params=script.params)


def run_update_script(node: Node, script: Script, ctx: Mapping[str, Any]) -> ScriptOutcome:
    """UpdateHelper.executeScript: run on ``ctx``, JSON values by name; anything that goes wrong is the cause of an
    ``illegal_argument_exception``."""
    given = java_value({**ctx, "_now": node.clock.millis()}, linked=True)
    try:
        script = stored_script(node, script)
        if script.lang != "painless":
            if script.lang in ("expression", "mustache"):
                raise NotFaked(f"a [{script.lang}] script in the update context")
            raise IllegalArgumentException(f"script_lang not supported [{script.lang}]")
        assert script.source is not None
        compile(script.source, "update", script.params, script.options, script.id).execute({"ctx": given})
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
