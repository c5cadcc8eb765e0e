"""What a new index gets from the templates that match its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
)
from fakeknn.state import creation
from fakeknn.state.aliases import AliasMetadata
from fakeknn.state.creation import FromTemplates
from fakeknn.state.node import Node
from fakeknn.state.settings.kinds import Settings
from fakeknn.state.templates.composing import (
    collect_mappings,
    compose_mappings,
    merge_legacy_mappings,
    resolve_aliases,
    resolve_settings,
)
from fakeknn.state.templates.matching import find_index_template, find_legacy_templates


def from_templates(node: Node, name: str, requested: Mapping[str, Any], stream: str | None = None) -> FromTemplates:
    """What templates give a new index; ``stream`` is the data stream that it is made for."""
    asked = requested.get("index.hidden")
    hidden = None if asked is None else asked == "true"
    found = find_index_template(node, stream or name, bool(hidden))
    if found is not None:
        template = node.index_templates[found]
        if template.data_stream is not None and stream is None:
            raise IllegalArgumentException(
                f"cannot create index with name [{name}], because it matches with template [{found}] that creates data "
                "streams only, use create data stream api instead"
            )
        aliases = resolve_aliases(node, template)
        return FromTemplates(
            resolve_settings(node, template), collect_mappings(node, template, name), named_aliases(aliases, name)
        )
    legacy = find_legacy_templates(node, name, hidden)
    if not legacy:
        return FromTemplates()
    settings: Settings = {}
    aliases = {}
    for one in reversed(legacy):
        settings.update(one.settings)
        aliases.update(one.aliases)
    mappings = [one.mappings for one in reversed(legacy) if one.mappings]
    return FromTemplates(settings, mappings, named_aliases(aliases, name), legacy=True)


def named_aliases(aliases: Mapping[str, AliasMetadata], index: str) -> dict[str, AliasMetadata]:
    """Aliases of templates may hold the name of the index: ``{index}-latest``."""
    return {alias.replace("{index}", index): metadata for alias, metadata in aliases.items()}


creation.from_templates = from_templates
creation.compose = lambda templates, requested: (
    merge_legacy_mappings([*templates.mappings, requested])
    if templates.legacy
    else compose_mappings([*templates.mappings, requested])
)
