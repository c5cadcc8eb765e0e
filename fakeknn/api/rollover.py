"""Rollover of aliases and data streams."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.api.alias_bodies import requested_aliases
from fakeknn.api.alias_filter import check_filter
from fakeknn.api.index_state import asked_copies, when_active
from fakeknn.api.indices import unnested
from fakeknn.api.timeouts import MANAGER, check_timeouts, manager_timeout
from fakeknn.errors import IllegalArgumentException, NumberFormatException
from fakeknn.rest import Later, Request, route
from fakeknn.state.active import ActiveShards
from fakeknn.state.creation import CreateIndex
from fakeknn.state.node import Node
from fakeknn.state.rollover import Condition, Rollover, roll_over
from fakeknn.state.settings.flat import load
from fakeknn.units import parse_byte_size, parse_time_value
from fakeknn.xcontent import read_open
from fakeknn.xcontent.objects import ObjectParser, declared, integer, text


def _docs(container: Any, key: Any) -> int:
    try:
        return integer(container, key, bits=64)
    except NumberFormatException as error:
        raise IllegalArgumentException(error.reason) from None


def _read_text(parse: Callable[[str, str], Any]) -> Callable[[Any, Any], Any]:
    return lambda container, key: parse(text(container, key), key)


_CONDITIONS = ObjectParser(
    "conditions",
    {
        "max_age": declared("string", _read_text(parse_time_value)),
        "max_docs": declared("long", _docs),
        "max_size": declared("string", _read_text(parse_byte_size)),
    },
)
_ROLLOVER = ObjectParser(
    "rollover",
    {
        "conditions": declared("object", _CONDITIONS.parse),
        "settings": declared("object", lambda container, key: load(container[key])),
        "mappings": declared("object", lambda container, key: unnested(container[key])),
        "aliases": declared("object", lambda container, key: requested_aliases(container[key])),
    },
)


@route(
    "POST",
    "/{index}/_rollover",
    "/{index}/_rollover/{new_index}",
    params=("dry_run", "wait_for_active_shards", *MANAGER),
)
def rollover(node: Node, request: Request) -> dict[str, Any] | Later:
    params = request.params
    values = _ROLLOVER.parse_root(request.read(read_open)) if request.body else {}
    dry_run = request.flag("dry_run")
    check_timeouts(request)
    active = asked_copies(request)
    # Nobody waits for the new index when it is made, but when the alias has moved.
    create = CreateIndex("", wait_for_active_shards=ActiveShards(0, False), check_filter=check_filter)
    create.settings = values.get("settings", {})
    create.mapping = values.get("mappings")
    create.aliases = values.get("aliases", {})
    conditions = [Condition(name, value) for name, value in values.get("conditions", {}).items()]
    rolled = roll_over(node, Rollover(params["index"], params.get("new_index"), conditions, create, dry_run))
    done = rolled.index is not None
    answer = {
        "acknowledged": done,
        "shards_acknowledged": done,
        "old_index": rolled.old_name,
        "new_index": rolled.new_name,
        "rolled_over": done,
        "dry_run": dry_run,
        "conditions": rolled.results,
    }
    if rolled.index is None:
        return answer
    return when_active(request, active, [rolled.index], answer, timeout=manager_timeout(request))
