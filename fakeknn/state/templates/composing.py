"""What a template comes to: the settings, mappings and aliases of its components and its own, one above the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
)
from fakeknn.state.aliases import AliasMetadata
from fakeknn.state.node import Node
from fakeknn.state.settings.kinds import Settings
from fakeknn.state.templates import BACKING_INDEX_PREFIX, DEFAULT_TIMESTAMP, IndexTemplate, Template


def resolve_settings(node: Node, template: IndexTemplate) -> Settings:
    """The settings of a template: components in their order, then its own."""
    settings: Settings = {}
    for part in parts(node, template):
        settings.update(part.settings or {})
    return dict(sorted(settings.items()))


def parts(node: Node, template: IndexTemplate) -> list[Template]:
    components = (node.component_templates.get(name) for name in template.components)
    parts = [component.template for component in components if component is not None]
    return parts if template.template is None else [*parts, template.template]


def collect_mappings(node: Node, template: IndexTemplate, index: str) -> list[Mapping[str, Any]]:
    """The mappings of a template in ascending precedence; backing indices of data streams have a timestamp."""
    mappings = [part.mappings for part in parts(node, template) if part.mappings]
    if template.data_stream is not None and index.startswith(BACKING_INDEX_PREFIX):
        mappings.insert(0, _date_field(template.data_stream))
        timestamp: dict[str, Any] = {"enabled": True}
        if template.data_stream != DEFAULT_TIMESTAMP:
            timestamp["timestamp_field"] = {"name": template.data_stream}
        mappings.append({"_data_stream_timestamp": timestamp})
    return mappings


def _date_field(path: str) -> dict[str, Any]:
    """A mapping with one field, in the objects of its path."""
    mapping: dict[str, Any] = {"type": "date"}
    for step in reversed(path.split(".")):
        mapping = {"properties": {step: mapping}}
    return mapping


def resolve_aliases(node: Node, template: IndexTemplate) -> dict[str, AliasMetadata]:
    """The aliases of a template: its own go before those of components, later components before earlier ones."""
    aliases: dict[str, AliasMetadata] = {}
    for part in parts(node, template):
        aliases.update(part.aliases or {})
    return aliases


def compose_mappings(definitions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """MergeReason.INDEX_TEMPLATE: later definitions replace fields; objects, ``_meta`` and dynamic templates merge."""
    composed: dict[str, Any] = {}
    for definition in definitions:
        composed = _composed_object(composed, definition, root=True)
    return composed


_OBJECT_TYPES = (None, "object", "nested")


def _is_object(definition: Any) -> bool:
    return isinstance(definition, Mapping) and definition.get("type") in _OBJECT_TYPES


def _composed_object(
    below: Mapping[str, Any], above: Mapping[str, Any], path: str = "", *, root: bool = False
) -> dict[str, Any]:
    out = dict(below)
    for key, value in above.items():
        if key == "properties" and isinstance(value, Mapping) and isinstance(out.get(key), Mapping):
            out[key] = _composed_properties(out[key], value, path)
        elif root and key == "_meta" and isinstance(value, Mapping) and isinstance(out.get(key), Mapping):
            out[key] = _deep(out[key], value)
        elif root and key == "dynamic_templates" and isinstance(value, list) and isinstance(out.get(key), list):
            named = {name: {name: one} for entry in (*out[key], *value) for name, one in entry.items()}
            out[key] = list(named.values())
        else:
            out[key] = value
    return out


def _composed_properties(below: Mapping[str, Any], above: Mapping[str, Any], path: str) -> dict[str, Any]:
    out = dict(below)
    for name, definition in above.items():
        existing = out.get(name)
        if existing is None:
            out[name] = definition
        elif _is_object(existing) and _is_object(definition):
            was, becomes = (one.get("type") == "nested" for one in (existing, definition))
            if was != becomes:
                kinds = ("nested", "non-nested") if was else ("non-nested", "nested")
                raise IllegalArgumentException(f"cannot change object mapping from {kinds[0]} to {kinds[1]}")
            out[name] = _composed_object(existing, definition, f"{path}{name}.")
        elif _is_object(existing) or _is_object(definition):
            raise IllegalArgumentException(f"can't merge a non object mapping [{path}{name}] with an object mapping")
        else:
            out[name] = definition
    return out


def _deep(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(below)
    for key, value in above.items():
        known = out.get(key)
        both = isinstance(value, Mapping) and isinstance(known, Mapping)
        out[key] = _deep(known, value) if both else value  # type: ignore[arg-type]
    return out


def merge_legacy_mappings(definitions: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """MetadataCreateIndexService.parseV1Mappings: a later field replaces an earlier one wholly."""
    merged: dict[str, Any] = {}
    for definition in definitions:
        merged = _legacy(merged, definition)
    return merged


def _legacy(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    out = dict(below)
    for key, value in above.items():
        known = out.get(key)
        if isinstance(value, Mapping) and isinstance(known, Mapping):
            out[key] = {**known, **value} if key == "properties" else _legacy(known, value)
        else:
            out[key] = value
    return out
