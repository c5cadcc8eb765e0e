"""Stored fields as searches ask for them."""

from __future__ import annotations

from collections.abc import Iterable

from fakeknn.errors import IllegalArgumentException
from fakeknn.mapping import Mapping
from fakeknn.mapping.stored import stored_fields

__all__ = ["custom_fields", "stored_fields"]


def custom_fields(mapping: Mapping, names: Iterable[str]) -> list[str]:
    """The fields that the names and patterns of a search stand for, other than ``_source``.

    Raises ``IllegalArgumentException`` for the name of an object.
    """
    found = []
    for name in names:
        if name != "_source":
            if name in mapping.objects:
                raise IllegalArgumentException(f"field [{name}] isn't a leaf field")
            found += mapping.matching(name)
    return found
