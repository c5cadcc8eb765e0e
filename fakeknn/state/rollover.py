"""Rollover: an alias or a data stream goes on in a new index, if conditions about the old one are met."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from fakeknn.errors import IllegalArgumentException, NumberFormatException
from fakeknn.state import names
from fakeknn.state.creation import CreateIndex, check_new_name, create_index
from fakeknn.state.data_streams import next_backing_index, roll_data_stream, template_timestamp
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.state.resolution import Abstraction
from fakeknn.state.templates.matching import duplicated_alias
from fakeknn.units import INT_MAX, ByteSizeValue, TimeValue
from fakeknn.xcontent.java import hash_ordered


@dataclass(frozen=True, slots=True)
class Condition:
    """``max_age``, ``max_docs`` or ``max_size`` with its value."""

    name: str
    value: TimeValue | ByteSizeValue | int

    def __str__(self) -> str:
        return f"[{self.name}: {self.value}]"

    def met(self, index: Index, now: int) -> bool:
        """Whether the index is old, full or large enough; ``now`` in milliseconds."""
        if isinstance(self.value, TimeValue):
            return now - index.creation_date >= self.value.millis
        if isinstance(self.value, ByteSizeValue):
            return index.size_in_bytes() >= self.value.bytes
        return index.doc_count() >= self.value


@dataclass(slots=True)
class Rollover:
    """What is to roll over, and into what."""

    target: str
    new_index: str | None = None
    conditions: Sequence[Condition] = ()
    create: CreateIndex = field(default_factory=lambda: CreateIndex(""))
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class RolledOver:
    """What became of it; ``index`` is the new one, if it was made."""

    old_name: str
    new_name: str
    results: Mapping[str, bool]
    index: Index | None


def roll_over(node: Node, asked: Rollover) -> RolledOver:
    """TransportRolloverAction. Raises before anything is changed."""
    node.check_blocks("metadata_write", *node.resolve([asked.target], names.ROLLOVER_BLOCKS))
    found = _target(node, asked)
    assert found.write_index is not None
    old = node.indices[found.write_index.name]
    name = asked.target
    if found.kind == "data_stream":
        template_timestamp(node, name)
        provided_name = new_name = next_backing_index(node.data_streams[name])
    else:
        provided_name = asked.new_index or _next_name(node, old)
        new_name = node.dated(provided_name)
    check_new_name(node, new_name)
    if found.kind == "alias":
        _check_template_aliases(node, new_name, asked)
    results = _results(node, asked.conditions, old)
    if asked.dry_run or (results and not any(results.values())):
        return RolledOver(old.name, new_name, results, None)
    if found.kind == "data_stream":
        return RolledOver(old.name, new_name, results, roll_data_stream(node, node.data_streams[name]))
    index = create_index(node, replace(asked.create, name=provided_name, provided_name=provided_name))
    _move_alias(node, name, old.name, index)
    return RolledOver(old.name, new_name, results, index)


def _target(node: Node, asked: Rollover) -> Abstraction:
    """MetadataRolloverService.validate."""
    found = node.lookup.get(asked.target)
    if found is None:
        raise IllegalArgumentException(f"rollover target [{asked.target}] does not exist")
    if found.kind == "index":
        raise IllegalArgumentException(
            "rollover target is a [concrete index] but one of [alias,data_stream] was expected"
        )
    if found.write_index is None:
        raise IllegalArgumentException(f"rollover target [{asked.target}] does not point to a write index")
    if found.kind == "data_stream":
        if asked.new_index:
            raise IllegalArgumentException("new index name may not be specified when rolling over a data stream")
        create = asked.create
        if create.settings or create.aliases or create.mapping is not None:
            raise IllegalArgumentException(
                "aliases, mappings, and index settings may not be specified when rolling over a data stream"
            )
    return found


def _results(node: Node, conditions: Sequence[Condition], old: Index) -> dict[str, bool]:
    for shard in old.shards:
        shard.settle(node.now())
    now = node.clock.millis()
    results = {str(condition): condition.met(old, now) for condition in conditions}
    return {text: results[text] for text in hash_ordered(results)}


def _move_alias(node: Node, alias: str, old_name: str, index: Index) -> None:
    """rolloverAliasToNewIndex: the old index keeps the alias only if it was its explicit write index."""
    old = node.writable(node.indices[old_name])
    metadata = old.aliases[alias]
    if metadata.get("is_write_index"):
        left = {**old.aliases, alias: {**metadata, "is_write_index": False}}
    else:
        left = {name: one for name, one in old.aliases.items() if name != alias}
    old.adopt_aliases(left)
    index.aliases = dict(sorted({**index.aliases, alias: metadata}.items()))
    node.changed()


def _next_name(node: Node, old: Index) -> str:
    """MetadataRolloverService.generateRolloverIndexName: the number behind the last dash goes up by one."""
    name = str(old.settings.get("index.provided_name", old.name))
    resolved = node.dated(name)
    if not re.fullmatch(r".*-\d+", resolved):
        raise IllegalArgumentException(f"index name [{name}] does not match pattern '^.*-\\d+$'")
    dated = ">" if name != resolved else ""
    prefix, _, number = name.removesuffix(dated).rpartition("-")
    if int(number) > INT_MAX:
        raise NumberFormatException(f'For input string: "{number}"')
    return f"{prefix}-{int(number) + 1:06d}{dated}"


def _check_template_aliases(node: Node, new_name: str, asked: Rollover) -> None:
    """checkNoDuplicatedAliasInIndexTemplate: the template of the new index must not give it the alias too."""
    hidden = asked.create.settings.get("index.hidden")
    found = duplicated_alias(node, new_name, asked.target, None if hidden is None else hidden == "true")
    if found is not None:
        template, aliases = found
        raise IllegalArgumentException(
            f"Rollover alias [{asked.target}] can point to multiple indices, found duplicated alias "
            f"[[{', '.join(hash_ordered(aliases))}]] in index template [{template}]"
        )
