"""Values of scripts in hits: what an answer is written of, and what another node is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakeknn.errors import ClassCastException, IllegalArgumentException, OpenSearchError
from fakeknn.painless import json_value
from fakeknn.painless.values import JavaArray


@dataclass(frozen=True, slots=True)
class Unwritable:
    """A value that the search has found, and its answer cannot be written with."""

    error: OpenSearchError


def written(value: Any) -> Any:
    """A script's value as JSON; a list is so many values, an array is one."""
    try:
        return [json_value(value)] if isinstance(value, JavaArray) else json_value(value)
    except (ClassCastException, IllegalArgumentException) as error:
        if "self-referencing" in str(error.reason):
            raise
        error.at_writing = True  # type: ignore[union-attr]
        return Unwritable(error)
