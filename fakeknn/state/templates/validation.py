"""What templates are refused for, by themselves and with their components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    InvalidIndexTemplateException,
    OpenSearchError,
    ValidationException,
)
from fakeknn.mapping.definition import parse_mapping
from fakeknn.mapping.validation import check_partition
from fakeknn.state.aliases import AliasMetadata, CheckFilter, check_alias
from fakeknn.state.creation import check_aliases, mapping_context
from fakeknn.state.index import Index
from fakeknn.state.names import FORBIDDEN_CHARACTERS, FORBIDDEN_TEXT
from fakeknn.state.node import Node
from fakeknn.state.settings import lifecycle
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.settings.kinds import Settings
from fakeknn.state.templates import BACKING_INDEX_PREFIX, IndexTemplate
from fakeknn.state.templates.composing import collect_mappings, compose_mappings, resolve_aliases, resolve_settings


def check_parts(
    node: Node, name: str, patterns: Sequence[str], settings: Settings, aliases: Mapping[str, AliasMetadata]
) -> None:
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
    lifecycle.check_replicas_readable(settings)
    lifecycle.Allowed.by(node.cluster_setting).check(settings)
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


def _trial_settings(settings: Settings) -> Settings:
    """The settings of the index that a template is tried on."""
    partition = INDEX_SETTINGS.get(settings, "index.routing_partition_size")
    return {
        "index.number_of_replicas": "0",
        "index.number_of_shards": "1" if partition == 1 else str(partition + 1),
        **{key: value for key, value in settings.items() if value is not None},
    }


def check_alone(node: Node, settings: Settings, mappings: Mapping[str, Any] | None) -> None:
    """validateTemplate: an index could be made of these."""
    trial = _trial_settings(settings)
    lifecycle.check_makeable(trial)
    context = mapping_context(node, trial, node.ids.uuid())
    if mappings:
        # Within its type, as OpenSearch wraps it: a second one inside is not known.
        check_partition(parse_mapping({"_doc": mappings}, context))


def check_composed(node: Node, name: str, template: IndexTemplate, check_filter: CheckFilter) -> None:
    """validateCompositeTemplate: an index could be made of the template and its components together."""
    trial = _trial_settings(resolve_settings(node, template))
    lifecycle.check_makeable(trial)
    placeholder = f"validate-template-{node.ids.uuid().lower()}"
    context = mapping_context(node, trial, placeholder)
    # It has no mapping yet that could tell how it is sorted, and nobody asks it to.
    unsorted = {key: value for key, value in trial.items() if not key.startswith("index.sort.")}
    index = Index(placeholder, {"index.uuid": "_na_", **unsorted}, parse_mapping({}, context), {}, node.now())
    aliases = resolve_aliases(node, template)
    check_aliases(node, {alias.replace("{index}", placeholder): metadata for alias, metadata in aliases.items()})
    for alias, metadata in aliases.items():
        if metadata.get("filter"):
            check_filter(node, index, alias, metadata["filter"])
    try:
        mappings = collect_mappings(node, template, BACKING_INDEX_PREFIX + placeholder)
        for definition in mappings:
            parse_mapping({"_doc": definition}, context)
        composed = parse_mapping(compose_mappings(mappings), context)
        if mappings:
            check_partition(composed)
    except OpenSearchError as error:
        raise IllegalArgumentException(f"invalid composite mappings for [{name}]") from error
