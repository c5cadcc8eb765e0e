"""How a server answers approximate searches: an option of its user, not of OpenSearch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Mode = Literal["exact", "auto", "graph"]
MODES: tuple[Mode, ...] = get_args(Mode)


@dataclass(frozen=True, slots=True)
class Ann:
    """How approximate searches are answered: by measuring all vectors, or by graphs where the engines use theirs."""

    mode: Mode = "exact"
    threshold: int = 10_000
    """With ``auto``: how many vectors a segment must exceed for its graph to be used."""
    seed: int = 0

    def walks(self, vectors: int) -> bool:
        """Whether a segment with so many vectors has a graph to be walked."""
        return self.mode == "graph" or (self.mode == "auto" and vectors > self.threshold)
