"""Paths through aggregations: ``agg>agg.value`` and ``agg['key']>agg``, in orders and in ``buckets_path``."""

from __future__ import annotations

from dataclasses import dataclass

from fakeknn.errors import AggregationExecutionException, IllegalArgumentException


@dataclass(frozen=True, slots=True)
class PathElement:
    full: str
    name: str
    key: str | None = None

    def __str__(self) -> str:
        return self.full


def parse_path(path: str) -> list[PathElement]:
    """AggregationPath.parse."""
    elements = [element.strip() for element in path.split(">") if element.strip()]
    if not elements:
        raise IllegalArgumentException("Invalid path []")
    found = []
    for i, element in enumerate(elements):
        bad = AggregationExecutionException(f"Invalid path element [{element}] in path [{path}]")
        at = element.rfind("[")
        if at >= 0:
            if at == 0 or at > len(element) - 3 or element[-1] != "]":
                raise bad
            found.append(PathElement(element, element[:at], element[at + 1 : -1]))
            continue
        at = element.rfind(".") if i == len(elements) - 1 else -1
        if at < 0:
            found.append(PathElement(element, element))
            continue
        if at == 0 or at > len(element) - 2:
            raise bad
        found.append(PathElement(element, element[:at], element[at + 1 :]))
    return found
