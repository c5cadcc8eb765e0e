"""What a mapping and a document's values are parsed in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from fakeknn.errors import OpenSearchError
from fakeknn.knn.models import Model


@dataclass(frozen=True, slots=True)
class MappingContext:
    """What a mapping is parsed in: the index's settings (flat), its analyzers, and the emulated version."""

    settings: Mapping[str, str] = field(default_factory=dict)
    analysis: Any = None
    version: str = "3.5.0"
    now: Callable[[], int] = lambda: 0
    model: Callable[[str], Model | None] = lambda model_id: None
    """The k-NN model of an id."""
    index: str = ""
    node: Any = None
    """The node, which queries that documents hold ask for what lies elsewhere."""

    def flag(self, name: str, default: bool = False) -> bool:
        value = self.settings.get(name)
        return default if value is None else bool(value == "true")

    def number(self, name: str, default: int) -> int:
        value = self.settings.get(name)
        return default if value is None else int(value)


@dataclass(slots=True)
class DocContext:
    """What a value is parsed in: the document's id, and the text behind a parsed JSON value.

    ``raw(container, key)`` gives the very characters of a number, which a parsed float has lost (``1e5`` as a keyword
    stays ``1e5``).
    """

    doc_id: str
    raw: Callable[[Any, Any], str]
    routing: str | None = None
    mapping: Any = None
    """The mapping that the document is read under (a percolator's query asks its fields)."""
    ignored: dict[str, None] = field(default_factory=dict)
    """The fields that ``_ignored`` will name."""
    waiting: list[tuple[Any, Any, Any]] = field(default_factory=list)
    """Fields that complete a value (with what more it says) once all of its row is read."""
    met: Callable[[Any, Any], OpenSearchError | None] = lambda container, value: None
    """What a parser meets that reads on behind the last ``value`` of a container: where the text breaks off."""
    kept: Sequence[Any] = ()
    """What the row has already, for a field whose values are lists."""


#: The preview of a number that the parser, once it has read it as a float, cannot give again.
