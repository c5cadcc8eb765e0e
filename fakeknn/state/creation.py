"""Creating an index: OpenSearch's MetadataCreateIndexService, and the auto-creation by a write (AutoCreateIndex)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakeknn.analysis import AnalysisRegistry
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    IndexNotFoundException,
    InvalidAliasNameException,
    InvalidIndexContextException,
    InvalidIndexNameException,
    ResourceAlreadyExistsException,
)
from fakeknn.fields.contexts import MappingContext
from fakeknn.mapping import Mapping as DocumentMapping
from fakeknn.mapping.definition import parse_mapping
from fakeknn.mapping.validation import check_partition
from fakeknn.state import shard_limit
from fakeknn.state.active import BY_SETTING, ActiveShards
from fakeknn.state.blocks import check_blocks, cluster_blocks
from fakeknn.state.index import Index
from fakeknn.state.names import simple_match, validate_alias_name, validate_index_name
from fakeknn.state.node import Node
from fakeknn.state.resolution import IndicesLookup
from fakeknn.state.settings import lifecycle
from fakeknn.state.settings.flat import with_index_prefix
from fakeknn.state.sorting import check_nested, index_sort, sort_fields

#: Version.id as index.version.created tells it.
VERSION_IDS = {"3.5.0": "137267827", "2.19.0": "136407827"}


@dataclass(slots=True)
class CreateIndex:
    """What an index is to be made of. ``settings`` are flat, with or without ``index.`` in front."""

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    mapping: Mapping[str, Any] | None = None
    aliases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    provided_name: str | None = None
    wait_for_active_shards: ActiveShards = BY_SETTING
    data_stream: str | None = None
    """The data stream that the index is made for; its templates are those of this name."""
    check_filter: Callable[[Node, Index, str, Mapping[str, Any]], None] | None = None
    """Refuses an alias's filter that is no query for the index."""
    context: str | None = None
    """The name of a context, which only a server with application templates would know."""


@dataclass(slots=True)
class FromTemplates:
    """What the templates that match a new index's name give it: each list is in order of ascending priority."""

    settings: Mapping[str, Any] = field(default_factory=dict)
    mappings: Sequence[Mapping[str, Any]] = ()
    aliases: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    legacy: bool = False


def _no_templates(node: Node, name: str, requested: Mapping[str, Any], stream: str | None = None) -> FromTemplates:
    return FromTemplates()


def _requested_alone(templates: FromTemplates, requested: Mapping[str, Any]) -> Mapping[str, Any]:
    return requested


#: The mapping of a new index, of those that templates give it and of the requested one; set by ``templates``.
compose: Callable[[FromTemplates, Mapping[str, Any]], Mapping[str, Any]] = _requested_alone
#: What templates give a new index of this name, for which these settings are asked; set by ``templates``.
from_templates: Callable[[Node, str, Mapping[str, Any], str | None], FromTemplates] = _no_templates


def create_index(node: Node, request: CreateIndex) -> Index:
    """Make an index and add it to the node. Raises before anything is changed."""
    name = node.dated(request.name)
    requested = with_index_prefix(dict(request.settings))
    namesake = node.indices.get(name)
    blocks = () if namesake is None else namesake.blocks
    check_blocks("metadata_write", [(name, blocks)], cluster_blocks(node.persistent_settings, node.transient_settings))
    lifecycle.check_requested(requested)
    check_new_name(node, name)
    lifecycle.check_allowed(requested)
    if request.context is not None:
        raise InvalidIndexContextException(name, request.context)
    templates = from_templates(node, name, requested, request.data_stream)
    settings = complete(node, request, requested, templates.settings)
    lifecycle.check_makeable(settings)
    sort_fields(settings)
    context = mapping_context(node, settings, name)
    requested_mapping = {} if request.mapping is None else request.mapping
    mapping = parse_mapping(requested_mapping, context, limits=request.mapping is not None)
    if templates.mappings:
        for definition in templates.mappings:
            parse_mapping(definition, context)
        mapping = parse_mapping(compose(templates, request.mapping or {}), context)
    mapping.unsaid = request.mapping is None and not templates.mappings
    if not mapping.unsaid:
        check_partition(mapping)
    check_nested(settings, name, mapping.nested_paths)
    index_sort(settings, mapping.field)
    aliases = {**templates.aliases, **request.aliases}
    check_aliases(node, aliases)
    index = Index(name, settings, mapping, aliases, node.now())
    check_filters(node, request, index)
    check_active_shards(request.wait_for_active_shards, 1 + index.number_of_replicas)
    if aliases or node.data_streams:
        lookup = IndicesLookup({**node.indices, name: index}, node.data_streams)
        lookup.check_unique()
        lookup.validate_aliases()
    node.add_index(index)
    return index


def complete(
    node: Node, request: CreateIndex, requested: Mapping[str, Any], from_templates: Mapping[str, Any]
) -> dict[str, Any]:
    """The settings of a new index with those that the server writes, checked as far as they speak for themselves."""
    allowed = lifecycle.Allowed.by(node.cluster_setting)
    settings = lifecycle.completed(
        requested,
        from_templates,
        provided_name=request.provided_name or request.name,
        uuid=node.ids.uuid(),
        creation_date=node.clock.millis(),
        version_created=VERSION_IDS[node.version],
        default_replicas=allowed.default_replicas,
    )
    shards = settings["index.number_of_shards"]
    if shards is None:
        raise IllegalStateException("you must set the number of shards before setting/reading primary terms")
    replicas = settings["index.number_of_replicas"]
    shard_limit.check_new_index(node, node.dated(request.name), int(str(shards)), int(str(replicas)))
    lifecycle.check_completed(settings, requested, allowed)
    return settings


def check_aliases(node: Node, aliases: Mapping[str, Mapping[str, Any]]) -> None:
    """The names of a new index's aliases, beside those of all indices."""
    for alias, metadata in aliases.items():
        validate_alias_name(alias)
        if "," in metadata.get("index_routing", ""):
            raise IllegalArgumentException(f"alias [{alias}] has several index routing values associated with it")
        namesake = node.indices.get(alias)
        if namesake is not None:
            why = "an index exists with the same name as the alias"
            raise InvalidAliasNameException(alias, why, index=alias, index_uuid=namesake.uuid)


def check_filters(node: Node, request: CreateIndex, index: Index) -> None:
    """The filters of a new index's aliases."""
    if request.check_filter is not None:
        for alias, metadata in index.aliases.items():
            if metadata.get("filter"):
                request.check_filter(node, index, alias, metadata["filter"])


def check_active_shards(active: ActiveShards, copies: int) -> None:
    if active.count is not None and active.count > copies:
        raise IllegalArgumentException(
            f"invalid wait_for_active_shards[{active.count}]: cannot be greater than number of shard copies [{copies}]"
        )


def check_new_name(node: Node, name: str) -> None:
    """MetadataCreateIndexService.validateIndexName."""
    validate_index_name(name)
    existing = node.indices.get(name)
    if existing is not None:
        raise ResourceAlreadyExistsException(
            f"index [{name}/{existing.uuid}] already exists", index=name, index_uuid=existing.uuid
        )
    found = node.lookup.get(name)
    if found is not None and found.kind == "alias":
        raise InvalidIndexNameException(name, "already exists as alias")


def mapping_context(node: Node, settings: Mapping[str, Any], index: str) -> MappingContext:
    """What the mappings of an index are parsed in."""
    return MappingContext(
        settings,
        AnalysisRegistry(settings, index=index),
        node.version,
        lambda: node.clock.millis(),
        lambda model_id: node.knn_models.get(model_id),
        index,
        node,
    )


def reread_mapping(node: Node, index: Index, settings: Mapping[str, Any], name: str) -> DocumentMapping:
    """The mapping of an index under other settings, of which fields and analyzers are made, and in one of this name."""
    return parse_mapping(index.mapping.echo(), mapping_context(node, settings, name), limits=False)


def check_auto_create(node: Node, name: str) -> None:
    """AutoCreateIndex: whether a write may make the index that it names and nobody has made."""
    setting = node.cluster_setting("action.auto_create_index", "true")
    if setting == "false":
        raise IndexNotFoundException(name, why="[action.auto_create_index] is [false]", resource_type=None)
    if setting == "true":
        return
    patterns = str(setting)
    for given in patterns.split(","):
        pattern = given.strip()
        if pattern.startswith("-"):
            if simple_match(pattern[1:], name):
                raise IndexNotFoundException(
                    name,
                    why=f"[action.auto_create_index] contains [{given}] which forbids automatic creation of the index",
                    resource_type=None,
                )
        elif simple_match(pattern.removeprefix("+"), name):
            return
    raise IndexNotFoundException(
        name, why=f"[action.auto_create_index] ([{patterns}]) doesn't match", resource_type=None
    )
