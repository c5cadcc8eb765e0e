"""Templates: what new indices get by their names. Index templates with their components, and the legacy kind.

The index template of the highest priority that matches a name is taken alone, with its components; only where none
matches, all legacy templates that do are merged in their order.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakeknn.state.aliases import AliasMetadata
from fakeknn.state.names import simple_match
from fakeknn.state.settings.kinds import Settings

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
