"""What is wrong with an index's ``similarity`` settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakeknn.errors import IllegalArgumentException
from fakeknn.state.settings.kinds import Value, group
from fakeknn.xcontent import hash_ordered, java_string

#: SimilarityService.BUILT_IN and the similarities of its providers.
SIMILARITIES = (
    "BM25",
    "DFI",
    "DFR",
    "IB",
    "LMDirichlet",
    "LMJelinekMercer",
    "LegacyBM25",
    "boolean",
    "classic",
    "scripted",
)


def _unbuilt(settings: Mapping[str, Any]) -> Any:
    return None


#: Builds a similarity of its settings and tries it; given by what knows of scoring.
BUILD: list[Callable[[Mapping[str, Any]], Any]] = [_unbuilt]


def check_similarities(settings: Mapping[str, Value]) -> None:
    """SimilarityService's constructor."""
    below = group(settings, "index.similarity.")
    for name in hash_ordered(key.partition(".")[0] for key in below):
        own = {key.partition(".")[2]: value for key, value in below.items() if key.partition(".")[0] == name}
        kind = own.get("type")
        if kind is None:
            raise IllegalArgumentException(f"Similarity [{name}] must have an associated type")
        if kind not in SIMILARITIES:
            raise IllegalArgumentException(f"Unknown Similarity type [{java_string(kind)}] for [{name}]")
        BUILD[0](own)
