"""What a condition is given of a document: maps and lists that it cannot change."""

from __future__ import annotations

from typing import Any

from fakeknn.painless.library_list import UnmodifiableList
from fakeknn.painless.library_map import UnmodifiableMap
from fakeknn.painless.values import items

_REFUSAL = "Mutating ingest documents in conditionals is not supported"


class UnmodifiableIngestData(UnmodifiableMap):
    """ConditionalProcessor.UnmodifiableIngestData"""

    __slots__ = ()
    java = "org.opensearch.ingest.ConditionalProcessor.UnmodifiableIngestData"
    refusal = _REFUSAL


class UnmodifiableIngestList(UnmodifiableList):
    """ConditionalProcessor.UnmodifiableIngestList"""

    __slots__ = ()
    java = "org.opensearch.ingest.ConditionalProcessor.UnmodifiableIngestList"
    refusal = _REFUSAL


def unmodifiable(value: Any) -> Any:
    """A document's value for a condition; scalars are shared."""
    if isinstance(value, dict):
        return UnmodifiableIngestData({name: unmodifiable(item) for name, item in items(value)})
    if isinstance(value, list):
        return UnmodifiableIngestList(unmodifiable(item) for item in value)
    return value
