"""``derived``: fields that a search defines for itself, beside those of the mapping (DerivedFieldResolverFactory)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.errors import OpenSearchException
from fakeknn.mapping import Mapping as IndexMapping
from fakeknn.mapping.definition import derived_fields
from fakeknn.query.context import ShardContext
from fakeknn.query.derived import DerivedFields, has_derived
from fakeknn.search.request import OBJECTS, SearchRequest

_INDEX_SETTING = "index.query.derived_field.enabled"
_CLUSTER_SETTING = "search.derived_field.enabled"


def _derived(request: SearchRequest, container: Any, key: Any) -> None:
    request.parts["derived"] = container[key]


OBJECTS["derived"] = _derived


def derived_of(mapping: IndexMapping, settings: Mapping[str, str], *, allowed: bool) -> DerivedFields | None:
    """What a shard resolves derived fields with; None where there are none. ``allowed``: the cluster's setting."""
    if not has_derived(mapping) or not allowed or settings.get(_INDEX_SETTING) == "false":
        return None
    return DerivedFields({})


def define_derived(request: SearchRequest, ctx: ShardContext) -> None:
    """Let a shard know the fields that the search defines."""
    definitions = request.parts.get("derived")
    if not definitions:
        return
    if ctx.settings.get(_INDEX_SETTING) == "false" or not ctx.services.allows_derived_fields:
        raise OpenSearchException(
            f"[derived field] queries cannot be executed when '{_INDEX_SETTING}' or '{_CLUSTER_SETTING}' is set to "
            "false."
        )
    ctx.refuse_expensive("[derived field] queries")
    ctx.derived = DerivedFields(derived_fields(definitions, ctx.mapping.context))
