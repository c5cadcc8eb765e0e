"""Templates: what new indices get by their names. Index templates with their components, and the legacy kind.

The index template of the highest priority that matches a name is taken alone, with its components; only where none
matches, all legacy templates that do are merged in their order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    IndexTemplateMissingException,
    InvalidIndexTemplateException,
    OpenSearchError,
    ValidationException,
)
from fakeknn.mapping import Mapping as DocumentMapping
from fakeknn.state import creation
from fakeknn.state.aliases import AliasMetadata, CheckFilter, check_alias
from fakeknn.state.creation import FromTemplates, mapping_context
from fakeknn.state.index import Index
from fakeknn.state.names import FORBIDDEN_CHARACTERS, FORBIDDEN_TEXT, simple_match
from fakeknn.state.node import Node
from fakeknn.state.settings import lifecycle
from fakeknn.state.settings.flat import with_index_prefix
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.settings.kinds import Settings
from fakeknn.xcontent.java import hash_capacity, hash_ordered

#: DataStream.BACKING_INDEX_PREFIX
BACKING_INDEX_PREFIX = ".ds-"
#: DataStreamFieldMapper.Defaults.TIMESTAMP_FIELD
DEFAULT_TIMESTAMP = "@timestamp"


@dataclass(frozen=True, slots=True)
class Template:
    """What a template holds; None is what it does not mention. ``settings`` are flat."""

    settings: Settings | None = None
    mappings: Mapping[str, Any] | None = None
    aliases: Mapping[str, AliasMetadata] | None = None


@dataclass(frozen=True, slots=True)
class ComponentTemplate:
    template: Template
    version: int | None = None
    meta: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class IndexTemplate:
    """ComposableIndexTemplate; ``data_stream`` names the timestamp's field if it makes data streams."""

    index_patterns: Sequence[str]
    template: Template | None = None
    composed_of: Sequence[str] | None = None
    priority: int | None = None
    version: int | None = None
    meta: Mapping[str, Any] | None = None
    data_stream: str | None = None
    context: Mapping[str, Any] | None = None

    @property
    def components(self) -> Sequence[str]:
        return self.composed_of or ()

    def matches(self, name: str) -> bool:
        return any(simple_match(pattern, name) for pattern in self.index_patterns)

    @property
    def is_global(self) -> bool:
        return "*" in self.index_patterns


@dataclass(frozen=True, slots=True)
class LegacyTemplate:
    index_patterns: Sequence[str]
    order: int = 0
    version: int | None = None
    settings: Settings = field(default_factory=dict)
    mappings: Mapping[str, Any] = field(default_factory=dict)
    aliases: Mapping[str, AliasMetadata] = field(default_factory=dict)


# --- composing --------------------------------------------------------------------------------------------------------


def resolve_settings(node: Node, template: IndexTemplate) -> Settings:
    """The settings of a template: components in their order, then its own."""
    settings: Settings = {}
    for part in _parts(node, template):
        settings.update(part.settings or {})
    return dict(sorted(settings.items()))


def _parts(node: Node, template: IndexTemplate) -> list[Template]:
    components = (node.component_templates.get(name) for name in template.components)
    parts = [component.template for component in components if component is not None]
    return parts if template.template is None else [*parts, template.template]


def collect_mappings(node: Node, template: IndexTemplate, index: str) -> list[Mapping[str, Any]]:
    """The mappings of a template in ascending precedence; backing indices of data streams have a timestamp."""
    mappings = [part.mappings for part in _parts(node, template) if part.mappings]
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
    for part in _parts(node, template):
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


# --- matching ---------------------------------------------------------------------------------------------------------


def find_index_template(
    node: Node, name: str, hidden: bool, templates: Mapping[str, IndexTemplate] | None = None
) -> str | None:
    """findV2Template: the name of the template that a new index or data stream of this name gets."""
    templates = node.index_templates if templates is None else templates
    winner = None
    for candidate, template in templates.items():
        if not template.matches(name) or (hidden and template.is_global):
            continue
        if winner is None or (template.priority or 0) > (templates[winner].priority or 0):
            winner = candidate
    if winner is not None and templates[winner].is_global:
        chosen = templates[winner]
        if "index.hidden" in resolve_settings(node, chosen):
            raise IllegalStateException(
                f"global index template [{winner}], composed of component templates [{','.join(chosen.components)}] "
                "defined the index.hidden setting, which is not allowed"
            )
    return winner


def duplicated_alias(node: Node, index: str, alias: str, hidden: bool | None) -> tuple[str, Sequence[str]] | None:
    """The template that would give a new index this alias, with the aliases that stand there together."""
    for legacy in find_legacy_templates(node, index, hidden):
        if alias in legacy.aliases:
            return next(name for name, one in node.templates.items() if one is legacy), [*legacy.aliases]
    found = find_index_template(node, index, bool(hidden))
    if found is not None:
        for part in _parts(node, node.index_templates[found]):
            if part.aliases and alias in part.aliases:
                return found, [*part.aliases]
    return None


def find_legacy_templates(node: Node, name: str, hidden: bool | None) -> list[LegacyTemplate]:
    """findV1Templates: in descending order; ``hidden`` None if the request does not say."""
    found = [
        (template_name, template)
        for template_name, template in sorted(node.templates.items())
        if any(simple_match(pattern, name) for pattern in template.index_patterns)
        and not (hidden and "*" in template.index_patterns)
    ]
    found.sort(key=lambda pair: -pair[1].order)
    if hidden is None:
        deciding = next((pair for pair in found if "index.hidden" in pair[1].settings), None)
        if deciding is not None and deciding[1].settings["index.hidden"] == "true":
            found = [pair for pair in found if "*" not in pair[1].index_patterns]
            if deciding not in found:
                raise IllegalStateException(
                    f"A global index template [{deciding[0]}] defined the index hidden setting, which is not allowed"
                )
    return [template for _, template in found]


def patterns_overlap(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether there is a name that matches one pattern of each."""
    return any(_overlap(one, other) for one in some for other in others)


@lru_cache(maxsize=1024)
def _overlap(a: str, b: str) -> bool:
    seen: set[tuple[int, int]] = set()
    todo = [(0, 0)]
    while todo:
        i, j = todo.pop()
        if (i, j) in seen:
            continue
        seen.add((i, j))
        if i == len(a) and j == len(b):
            return True
        if i < len(a) and a[i] == "*":
            todo.append((i + 1, j))
            if j < len(b):
                todo.append((i, j + 1))
        if j < len(b) and b[j] == "*":
            todo.append((i, j + 1))
            if i < len(a):
                todo.append((i + 1, j))
        if i < len(a) and j < len(b) and a[i] == b[j]:
            todo.append((i + 1, j + 1))
    return False


def overlapping(node: Node, name: str, patterns: Sequence[str]) -> dict[str, Sequence[str]]:
    """The other templates of both kinds whose patterns could match what these do."""
    others = {other: template for other, template in node.index_templates.items() if other != name}
    legacy = _overlapping(patterns, node.templates)
    found = {**legacy, **_overlapping(patterns, others)}
    capacity = hash_capacity(len(legacy) or len(found))
    return {name: found[name] for name in hash_ordered(found, capacity)}


def _overlapping(
    patterns: Sequence[str], templates: Mapping[str, IndexTemplate | LegacyTemplate]
) -> dict[str, Sequence[str]]:
    """The patterns of the templates that have one that could match what these do."""
    found = {
        name: template.index_patterns
        for name, template in templates.items()
        if patterns_overlap(patterns, template.index_patterns)
    }
    return {name: found[name] for name in hash_ordered(found)}


# --- for a new index --------------------------------------------------------------------------------------------------


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


# --- validating -------------------------------------------------------------------------------------------------------


def _check(name: str, patterns: Sequence[str], settings: Settings, aliases: Mapping[str, AliasMetadata]) -> None:
    """MetadataIndexTemplateService.validate: names, patterns, settings, aliases."""
    problems: list[str] = []
    unwanted = ((" ", "a space"), (",", "a ','"), ("#", "a '#'"), ("*", "a '*'"))
    problems.extend(f"name must not contain {shown}" for character, shown in unwanted if character in name)
    if name.startswith("_"):
        problems.append("name must not start with '_'")
    if name.lower() != name:
        problems.append("name must be lower cased")
    for pattern in patterns:
        if " " in pattern:
            problems.append(f"index_patterns [{pattern}] must not contain a space")
        problems.extend(f"index_pattern [{pattern}] must not contain a '{c}'" for c in ",#:" if c in pattern)
        if pattern.startswith("_"):
            problems.append(f"index_pattern [{pattern}] must not start with '_'")
        if any(character in pattern for character in FORBIDDEN_CHARACTERS if character != "*"):
            problems.append(f"index_pattern [{pattern}] must not contain the following characters {FORBIDDEN_TEXT}")
    try:
        INDEX_SETTINGS.validate(settings, dependencies=True)
    except IllegalArgumentException as error:
        problems.append(error.reason or "")
        problems.extend(other["reason"] for other in error.meta.get("suppressed", ()))
    problems.extend(lifecycle.problems(settings))
    lifecycle.check_primaries_per_node(settings)
    if "*" in patterns and settings.get("index.hidden") is not None:
        problems.append("global templates may not specify the setting index.hidden")
    if problems:
        raise InvalidIndexTemplateException(name, ValidationException(*problems).reason or "")
    for alias, metadata in aliases.items():
        check_alias(alias, metadata)
        if alias in patterns:
            raise IllegalArgumentException(
                f"alias [{alias}] cannot be the same as any pattern in [{', '.join(patterns)}]"
            )


_PLACEHOLDER = "validate-template"


def _trial_settings(settings: Settings) -> Settings:
    """The settings of the index that a template is tried on."""
    partition = INDEX_SETTINGS.get(settings, "index.routing_partition_size")
    return {
        "index.number_of_replicas": "0",
        "index.number_of_shards": "1" if partition == 1 else str(partition + 1),
        **{key: value for key, value in settings.items() if value is not None},
    }


def _check_alone(node: Node, settings: Settings, mappings: Mapping[str, Any] | None) -> None:
    """validateTemplate: an index could be made of these."""
    trial = _trial_settings(settings)
    lifecycle.check_makeable(trial)
    context = mapping_context(node, trial, _PLACEHOLDER)
    if mappings:
        # Within its type, as OpenSearch wraps it: a second one inside is not known.
        DocumentMapping.parse({"_doc": mappings}, context)


def _check_composed(node: Node, name: str, template: IndexTemplate, check_filter: CheckFilter) -> None:
    """validateCompositeTemplate: an index could be made of the template and its components together."""
    trial = _trial_settings(resolve_settings(node, template))
    lifecycle.check_makeable(trial)
    context = mapping_context(node, trial, _PLACEHOLDER)
    index = Index(_PLACEHOLDER, {"index.uuid": "_na_", **trial}, DocumentMapping.parse({}, context), {}, node.now())
    for alias, metadata in resolve_aliases(node, template).items():
        if metadata.get("filter"):
            check_filter(node, index, alias, metadata["filter"])
    try:
        mappings = collect_mappings(node, template, BACKING_INDEX_PREFIX + _PLACEHOLDER)
        for definition in mappings:
            DocumentMapping.parse({"_doc": definition}, context)
        DocumentMapping.parse(compose_mappings(mappings), context)
    except OpenSearchError as error:
        raise IllegalArgumentException(f"invalid composite mappings for [{name}]") from error


# --- putting and deleting ---------------------------------------------------------------------------------------------


def put_component_template(
    node: Node, name: str, component: ComponentTemplate, *, create: bool, check_filter: CheckFilter
) -> None:
    settings = component.template.settings
    if settings is not None:
        settings = with_index_prefix(settings)
        INDEX_SETTINGS.validate(settings, dependencies=True)
    existing = node.component_templates.get(name)
    if create and existing is not None:
        raise IllegalArgumentException(f"component template [{name}] already exists")
    users = {user: template for user, template in node.index_templates.items() if name in template.components}
    if not create and settings is not None and settings.get("index.hidden") is not None:
        everywhere = [user for user, template in users.items() if template.is_global]
        if everywhere:
            raise IllegalArgumentException(
                f"cannot update component template [{name}] because the following global templates would resolve to "
                f"specifying the [index.hidden] setting: [{','.join(everywhere)}]"
            )
    component = replace(component, template=replace(component.template, settings=settings))
    _check_alone(node, settings or {}, component.template.mappings)
    _check(name, (), settings or {}, component.template.aliases or {})
    before = dict(node.component_templates)
    node.component_templates = {**before, name: component}
    node.customs["component_template"] = True
    try:
        for user, template in users.items():
            try:
                _check_composed(node, user, template, check_filter)
            except OpenSearchError as error:
                raise IllegalArgumentException(
                    f"updating component template [{name}] results in invalid composable template [{user}] after "
                    "templates are merged"
                ) from error
    except OpenSearchError:
        node.component_templates = before
        raise
    node.changed()


def delete_component_templates(node: Node, pattern: str) -> None:
    names = [name for name in node.component_templates if simple_match(pattern, name)]
    used: set[str] = set()
    users = []
    for user, template in node.index_templates.items():
        in_use = set(template.components) & set(names)
        if in_use:
            used |= in_use
            users.append(user)
    if users:
        raise IllegalArgumentException(
            f"component templates [{', '.join(hash_ordered(sorted(used)))}] cannot be removed as they are still in use "
            f"by index templates [{', '.join(hash_ordered(users))}]"
        )
    node.component_templates = _without(node.component_templates, names, pattern)
    node.changed()


def _without(templates: Mapping[str, Any], names: Sequence[str], pattern: str) -> dict[str, Any]:
    if not names and pattern != "*":
        raise IndexTemplateMissingException(pattern)
    return {name: template for name, template in templates.items() if name not in names}


def put_index_template(
    node: Node, name: str, template: IndexTemplate, *, create: bool, check_filter: CheckFilter
) -> str | None:
    """Take a template in; what is to be warned of."""
    warning = legacy_rivals(node, name, template)
    node.index_templates = with_index_template(node, name, template, create=create, check_filter=check_filter)
    node.customs["index_template"] = True
    node.changed()
    return warning


def legacy_rivals(node: Node, name: str, template: IndexTemplate) -> str | None:
    """The warning that a template goes before legacy ones."""
    rivals = _overlapping(template.index_patterns, node.templates)
    if not rivals:
        return None
    return (
        f"index template [{name}] has index patterns [{', '.join(template.index_patterns)}] matching patterns from "
        f"existing older templates [{','.join(rivals)}] with patterns ({_told_patterns(rivals)}); this template "
        f"[{name}] will take precedence during new index creation"
    )


def _told_patterns(rivals: Mapping[str, Sequence[str]]) -> str:
    return ",".join(f"{name} => [{', '.join(patterns)}]" for name, patterns in rivals.items())


def with_index_template(
    node: Node, name: str, template: IndexTemplate, *, create: bool, check_filter: CheckFilter
) -> dict[str, IndexTemplate]:
    """The node's index templates with one more, if it is allowed."""
    _check_request(node, name, template)
    if create and name in node.index_templates:
        raise IllegalArgumentException(f"index template [{name}] already exists")
    _check_priority(node, name, template)
    template = normalized(template)
    inner = template.template or Template()
    _check(name, template.index_patterns, inner.settings or {}, inner.aliases or {})
    _check_streams_covered(node, name, template)
    try:
        _check_composed(node, name, template, check_filter)
    except OpenSearchError as error:
        parts = f"with component templates [{', '.join(template.components)}] " if template.components else ""
        raise IllegalArgumentException(
            f"composable template [{name}] template after composition {parts}is invalid"
        ) from error
    return {**node.index_templates, name: template}


def normalized(template: IndexTemplate) -> IndexTemplate:
    """The template as it is kept: with full keys of settings and, if it holds anything, a list of components."""
    inner = template.template
    if inner is None:
        return template
    if inner.settings is not None:
        inner = replace(inner, settings=with_index_prefix(inner.settings))
    return replace(template, template=inner, composed_of=template.components)


def _check_request(node: Node, name: str, template: IndexTemplate) -> None:
    """validateV2TemplateRequest."""
    if template.is_global and "index.hidden" in resolve_settings(node, template):
        raise InvalidIndexTemplateException(
            name, "global composable templates may not specify the setting index.hidden"
        )
    missing = [component for component in template.components if component not in node.component_templates]
    if missing:
        raise InvalidIndexTemplateException(
            name, f"index template [{name}] specifies component templates [{', '.join(missing)}] that do not exist"
        )
    if template.context is not None:
        raise InvalidIndexTemplateException(
            name,
            f"index template [{name}] specifies a context which cannot be used without enabling: "
            "cluster.application_templates.enabled",
        )


def _check_priority(node: Node, name: str, template: IndexTemplate) -> None:
    priority = template.priority or 0
    equals = {
        other: rival
        for other, rival in node.index_templates.items()
        if other != name and (rival.priority or 0) == priority
    }
    rivals = _overlapping(template.index_patterns, equals)
    if rivals:
        raise IllegalArgumentException(
            f"index template [{name}] has index patterns [{', '.join(template.index_patterns)}] matching patterns from "
            f"existing templates [{','.join(rivals)}] with patterns ({_told_patterns(rivals)}) that have the same "
            f"priority [{priority}], multiple index templates may not match during index creation, please use a "
            "different priority"
        )


def _check_streams_covered(node: Node, name: str, template: IndexTemplate) -> None:
    """validateDataStreamsStillReferenced: no data stream may lose the template that makes its indices."""

    def uncovered(templates: Mapping[str, IndexTemplate]) -> list[str]:
        found = []
        for stream in node.data_streams:
            covering = find_index_template(node, stream, False, templates)
            if covering is None or templates[covering].data_stream is None:
                found.append(stream)
        return found

    lost = uncovered({**node.index_templates, name: template})
    if len(lost) > len(uncovered(node.index_templates)):
        priority = "null" if template.priority is None else template.priority
        how = "" if template.data_stream is not None else "and no data stream configuration "
        raise IllegalArgumentException(
            f"composable template [{name}] with index patterns [{', '.join(template.index_patterns)}], priority "
            f"[{priority}] {how}would cause data streams [{', '.join(hash_ordered(lost))}] to no longer match a data "
            "stream template"
        )


def delete_index_templates(node: Node, pattern: str) -> None:
    names = [name for name in node.index_templates if simple_match(pattern, name)]
    used = sorted(stream for stream in node.data_streams if find_index_template(node, stream, False) in names)
    if used:
        raise IllegalArgumentException(
            f"unable to remove composable templates [{', '.join(sorted(names))}] as they are in use by a data streams "
            f"[{', '.join(used)}]"
        )
    node.index_templates = _without(node.index_templates, names, pattern)
    node.changed()


def put_legacy_template(node: Node, name: str, template: LegacyTemplate, *, create: bool) -> str | None:
    """Take a template in; what is to be warned of."""
    settings = with_index_prefix(template.settings)
    INDEX_SETTINGS.validate(settings, dependencies=True)
    _check(name, template.index_patterns, settings, template.aliases)
    if create and name in node.templates:
        raise IllegalArgumentException(f"index_template [{name}] already exists")
    _check_alone(node, settings, template.mappings)
    node.templates = {**node.templates, name: replace(template, settings=settings)}
    node.changed()
    others = {other: rival for other, rival in node.index_templates.items() if other != name}
    rivals = _overlapping(template.index_patterns, others)
    if not rivals:
        return None
    return (
        f"legacy template [{name}] has index patterns [{', '.join(template.index_patterns)}] matching patterns from "
        f"existing composable templates [{','.join(rivals)}] with patterns ({_told_patterns(rivals)}); this template "
        f"[{name}] may be ignored in favor of a composable template at index creation time"
    )


def delete_legacy_templates(node: Node, pattern: str) -> None:
    names = [name for name in node.templates if simple_match(pattern, name)]
    node.templates = _without(node.templates, names, pattern)
    node.changed()
