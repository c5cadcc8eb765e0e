"""Aliases: finding them by expressions, and the actions that change them, all together or none."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from fakeknn.errors import (
    AliasesNotFoundException,
    IllegalArgumentException,
    IndexNotFoundException,
    InvalidAliasNameException,
)
from fakeknn.state import names
from fakeknn.state.index import Index
from fakeknn.state.names import simple_match, validate_alias_name
from fakeknn.state.node import Node
from fakeknn.state.resolution import IndicesLookup
from fakeknn.xcontent.java import hash_ordered

#: An alias of an index as GET shows it: filter, index_routing, search_routing, is_write_index, is_hidden.
AliasMetadata: TypeAlias = Mapping[str, Any]
AliasKind: TypeAlias = Literal["add", "remove", "remove_index"]
#: Refuses a filter that is no query for an index: ``check(node, index, alias, filter)``.
CheckFilter: TypeAlias = Callable[[Node, Index, str, Mapping[str, Any]], None]

_ORDER = ("filter", "index_routing", "search_routing", "is_write_index", "is_hidden")


def alias_metadata(
    *,
    filter: Mapping[str, Any] | None = None,
    routing: str | None = None,
    index_routing: str | None = None,
    search_routing: str | None = None,
    is_write_index: bool | None = None,
    is_hidden: bool | None = None,
) -> dict[str, Any]:
    """An alias's metadata: ``routing`` stands for both; what is empty or missing is left out."""
    found = {
        "filter": filter or None,
        "index_routing": index_routing or routing or None,
        "search_routing": search_routing or routing or None,
        "is_write_index": is_write_index,
        "is_hidden": is_hidden,
    }
    return {name: found[name] for name in _ORDER if found[name] is not None}


def check_alias(alias: str, metadata: AliasMetadata) -> None:
    """AliasValidator.validateAliasStandalone."""
    validate_alias_name(alias)
    if "," in metadata.get("index_routing", ""):
        raise IllegalArgumentException(f"alias [{alias}] has several index routing values associated with it")


# --- finding ----------------------------------------------------------------------------------------------------------


def find_aliases(indices: Iterable[Index], patterns: Sequence[str]) -> dict[str, dict[str, AliasMetadata]]:
    """Metadata.findAliases: the aliases of each index that match, ``-x`` excluding; indices without are not told."""
    rules = [(pattern[1:], False) if pattern.startswith("-") else (pattern, True) for pattern in patterns]
    found = {}
    for index in indices:
        kept = {alias: index.aliases[alias] for alias in sorted(index.aliases) if _matches(alias, rules)}
        if kept:
            found[index.name] = kept
    return found


def _matches(alias: str, rules: Sequence[tuple[str, bool]]) -> bool:
    matched = not rules
    for pattern, include in rules:
        if include:
            matched = matched or pattern == "_all" or simple_match(pattern, alias)
        elif matched:
            matched = not simple_match(pattern, alias)
    return matched


def missing_aliases(asked: Sequence[str], found: set[str]) -> list[str]:
    """RestGetAliasesAction: the names without a wildcard that were asked for, and not excluded, and not found."""
    first_wildcard = next((i for i, name in enumerate(asked) if "*" in name), len(asked))
    missing = set()
    for i, name in enumerate(asked):
        if name == "_all" or "*" in name or (i > first_wildcard and name.startswith("-")):
            continue
        later = asked[max(i + 1, first_wildcard) :]
        excluded = any(
            other.startswith("-") and (other[1:] == "_all" or simple_match(other[1:], name)) for other in later
        )
        if not excluded and name not in found:
            missing.add(name)
    return sorted(missing)


# --- changing ---------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class AliasAction:
    """One action of ``_aliases``, as it was asked for."""

    kind: AliasKind
    indices: list[str]
    aliases: list[str] = field(default_factory=list)
    metadata: AliasMetadata = field(default_factory=dict)
    must_exist: bool | None = None


@dataclass(frozen=True, slots=True)
class _Step:
    kind: str
    index: str
    alias: str = ""
    metadata: AliasMetadata = field(default_factory=dict)
    must_exist: bool | None = None


def apply_alias_actions(node: Node, actions: Sequence[AliasAction], check_filter: CheckFilter) -> bool:
    """TransportIndicesAliasesAction and MetadataIndexAliasesService.applyAliasActions; whether anything changes."""
    # Blocks are looked for at the names as they were asked for, so an index that a pattern finds is not guarded.
    asked = hash_ordered({name for action in actions for name in action.indices})
    node.check_blocks("metadata_write", *[node.indices[name] for name in asked if name in node.indices])
    steps = [step for action in actions for step in _resolved(node, action)]
    if not steps and actions:
        raise AliasesNotFoundException(*hash_ordered(alias for action in actions for alias in action.aliases))
    indices = dict(node.indices)
    for step in steps:
        if step.kind == "remove_index":
            node.check_deletable(indices[step.index])
    for step in steps:
        if step.kind == "remove_index":
            indices.pop(step.index, None)
    changed: dict[str, dict[str, AliasMetadata]] = {}
    for step in steps:
        if step.kind == "remove_index":
            continue
        index = indices.get(step.index)
        if index is None:
            raise IndexNotFoundException(step.index, resource_type=None)
        aliases = changed.setdefault(step.index, dict(index.aliases))
        if step.kind == "add":
            check_alias(step.alias, step.metadata)
            namesake = indices.get(step.alias)
            if namesake is not None:
                why = "an index exists with the same name as the alias"
                raise InvalidAliasNameException(step.alias, why, index=namesake.name, index_uuid=namesake.uuid)
            if step.metadata.get("filter"):
                check_filter(node, node.indices[step.index], step.alias, step.metadata["filter"])
            aliases[step.alias] = step.metadata
        elif step.alias in aliases:
            del aliases[step.alias]
        elif step.must_exist:
            raise AliasesNotFoundException(step.alias)
    after = {name: _WithAliases(index, changed.get(name, index.aliases)) for name, index in indices.items()}
    lookup = IndicesLookup(after, node.data_streams)
    lookup.check_unique()
    lookup.validate_aliases()
    removed = [name for name in node.indices if name not in indices]
    for name in removed:
        node.remove_index(node.indices[name])
    changed = {name: found for name, found in changed.items() if found != node.indices[name].aliases}
    for name, found in changed.items():
        node.writable(node.indices[name]).adopt_aliases(dict(sorted(found.items())))
    node.changed()
    return bool(removed or changed)


def _resolved(node: Node, action: AliasAction) -> list[_Step]:
    """The single steps of an action: each index with each alias."""
    indices = node.resolve(action.indices, names.UPDATE_ALIASES, data_streams=False)
    steps = []
    for index in indices:
        stream = node.data_stream_of(index.name)
        if stream is not None:
            raise IllegalArgumentException(
                f"The provided expressions [{','.join(action.indices)}] match a backing index belonging to data stream "
                f"[{stream}]. Data streams and their backing indices don't support aliases."
            )
        if action.kind == "remove_index":
            steps.append(_Step("remove_index", index.name))
            continue
        aliases = action.aliases if action.kind == "add" else _removed_aliases(index, action)
        steps.extend(_Step(action.kind, index.name, alias, action.metadata, action.must_exist) for alias in aliases)
    return steps


def _removed_aliases(index: Index, action: AliasAction) -> list[str]:
    """TransportIndicesAliasesAction.concreteAliases: wildcards are expanded among the aliases of the index."""
    found = list(find_aliases([index], action.aliases).get(index.name, ()))
    if action.must_exist is None:
        return found
    if not action.must_exist:
        return action.aliases
    missing = [asked for asked in action.aliases if not any(simple_match(asked, alias) for alias in found)]
    if missing:
        raise AliasesNotFoundException(*missing)
    return found


class _WithAliases:
    """An index as it would be with other aliases, for the checks of all aliases together."""

    def __init__(self, index: Index, aliases: Mapping[str, AliasMetadata]) -> None:
        self.name, self.uuid, self.state, self.hidden = index.name, index.uuid, index.state, index.hidden
        self.aliases = aliases
