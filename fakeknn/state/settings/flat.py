"""Settings between their two forms: nested JSON as it is sent and shown, and flat keys with texts as they are kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.errors import IllegalStateException, SettingsException, Where
from fakeknn.state.settings.kinds import Settings, Value
from fakeknn.xcontent import generator
from fakeknn.xcontent.java import hashed, java_double

INDEX_PREFIX = "index."
ARCHIVED_PREFIX = "archived."


def flatten(body: Mapping[str, Any]) -> Settings:
    """Settings.fromXContent: flat, sorted by key; numbers and booleans become texts, nulls stay."""
    found: Settings = {}
    _flatten(body, "", found)
    return _with_legacy_lists(dict(sorted(found.items())))


def load(body: Mapping[str, Any]) -> Settings:
    """``flatten`` as index creation, templates and updates do it: with the whole body in the error."""
    try:
        return flatten(body)
    except IllegalStateException as error:
        error.at = None
        text = generator.write(hashed(body)).decode()
        raise SettingsException(f"Failed to load settings from [{text}]") from error


def _flatten(body: Mapping[str, Any], prefix: str, found: Settings) -> None:
    for name, value in body.items():
        key = prefix + name
        if isinstance(value, Mapping):
            _flatten(value, key + ".", found)
        elif isinstance(value, list):
            found[key] = [_element(value, i) for i in range(len(value))]
        else:
            found[key] = None if value is None else setting_text(value)


def _element(items: list[Any], i: int) -> str:
    item = items[i]
    if item is None or isinstance(item, (list, Mapping)):
        raise IllegalStateException("only value lists are allowed in serialized settings", at=Where(items, i))
    return setting_text(item)


def setting_text(value: Any) -> str:
    """A JSON scalar as a setting's text."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return java_double(value) if isinstance(value, float) else str(value)


def _with_legacy_lists(settings: Settings) -> Settings:
    """Settings.Builder.processLegacyLists: ``key.0``, ``key.1`` ... become the list ``key``."""
    for key in [key for key in settings if key.endswith(".0")]:
        prefix = key[:-2]
        if prefix in settings:
            raise IllegalStateException(
                f"settings builder can't contain values for [{prefix}={_java(settings[prefix])}] and "
                f"[{key}={_java(settings[key])}]"
            )
        values: list[str] = []
        while isinstance(value := settings.get(f"{prefix}.{len(values)}"), str):
            del settings[f"{prefix}.{len(values)}"]
            values.append(value)
        settings[prefix] = values
    return dict(sorted(settings.items()))


def _java(value: Value) -> str:
    return "null" if value is None else "[" + ", ".join(value) + "]" if isinstance(value, list) else value


def with_index_prefix(settings: Settings) -> Settings:
    """Settings.Builder.normalizePrefix: ``index.`` before every key that has none; wildcards and archived stay."""
    kept: Settings = {}
    prefixed: Settings = {}
    for key, value in settings.items():
        if key.startswith((INDEX_PREFIX, ARCHIVED_PREFIX)) or key.endswith("*"):
            kept[key] = value
        else:
            prefixed[INDEX_PREFIX + key] = value
    return dict(sorted({**kept, **prefixed}.items()))


def render(settings: Mapping[str, Value], flat: bool = False) -> dict[str, Any]:
    """Settings.toXContent: nested objects, or the flat keys.

    A key that is itself a value cannot hold others: what lies below it stays dotted (``"knn": "true"`` beside
    ``"knn.algo_param": {"ef_search": "100"}``).
    """
    ordered = dict(sorted(settings.items()))
    if flat:
        return ordered
    nested: dict[str, Any] = {}
    for key, value in ordered.items():
        _nest(nested, "", key, value)
    return {key: _as_array(value) for key, value in nested.items()}


def _nest(into: dict[str, Any], prefix: str, key: str, value: Value) -> None:
    first, dot, rest = key.partition(".")
    name = prefix + first
    if not dot:
        below = into.get(name)
        if isinstance(below, dict):
            into.update({f"{name}.{inner}": inner_value for inner, inner_value in below.items()})
        into[name] = value
        return
    existing = into.get(name)
    if existing is None:
        existing = into[name] = {}
    if isinstance(existing, dict):
        _nest(existing, "", rest, value)
    else:
        _nest(into, name + ".", rest, value)


def _as_array(value: Any) -> Any:
    """convertMapsToArrays: an object whose names are 0, 1, 2 ... is shown as an array."""
    if not isinstance(value, dict):
        return value
    converted = {key: _as_array(item) for key, item in value.items()}
    if converted and all(f"{i}" in converted for i in range(len(converted))):
        return [converted[f"{i}"] for i in range(len(converted))]
    return converted
