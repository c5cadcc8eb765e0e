"""Which parts of a document an answer shows: ``_source`` and its filters, stored fields (FetchSourceContext,
StoredFieldsContext).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson

from fakeknn.errors import ParsingException, Where
from fakeknn.fields.patterns import simple_match
from fakeknn.source import SourceFilter
from fakeknn.xcontent import objects, read


@dataclass(frozen=True)
class SourceOptions:
    """Whether ``_source`` is shown, and which of it."""

    fetch: bool = True
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()

    @cached_property
    def filter(self) -> SourceFilter:
        return SourceFilter(self.includes, self.excludes)

    def to_json(self) -> Any:
        """FetchSourceContext.toXContent."""
        return {"includes": list(self.includes), "excludes": list(self.excludes)} if self.fetch else False

    @property
    def reads(self) -> Callable[[str], bool] | None:
        """Which vectors are read back into the source (DerivedSourceVectorTransformer); None for all.

        Their whole names are looked at, not those of the objects around them, as if nothing else were filtered by.
        """
        return self._reads if self.includes or self.excludes else None

    def _reads(self, path: str) -> bool:
        if self.includes and not any(simple_match(pattern, path) for pattern in self.includes):
            return False
        return not any(simple_match(pattern, path) for pattern in self.excludes)

    def shown(self, source: bytes | None) -> Any:
        """A document's source as an answer holds it; None when there is nothing to show."""
        if not self.fetch or source is None:
            return None
        if not self.includes and not self.excludes:
            return orjson.Fragment(source)
        return self.filter.apply(read(source))


SHOW_SOURCE = SourceOptions()
HIDE_SOURCE = SourceOptions(fetch=False)


def parse_source(container: Any, key: Any) -> SourceOptions:
    """The member ``_source``: a boolean, a pattern, patterns, or an object of includes and excludes."""
    value = container[key]
    if isinstance(value, bool):
        return SourceOptions(fetch=value)
    if isinstance(value, str):
        return SourceOptions(includes=(value,))
    if isinstance(value, list):
        return SourceOptions(includes=tuple(objects.text(value, i) for i in range(len(value))))
    if not isinstance(value, dict):
        raise ParsingException(
            f"Expected one of [VALUE_BOOLEAN, START_OBJECT] but found [{objects.token(value)}]",
            at=Where(container, key),
        )
    found: dict[str, tuple[str, ...]] = {"includes": (), "excludes": ()}
    for name, item in value.items():
        part = {"include": "includes", "exclude": "excludes"}.get(name, name)
        if part not in found or not isinstance(item, (list, str)):
            raise ParsingException(f"Unknown key for a {objects.token(item)} in [{name}].", at=Where(value, name))
        if isinstance(item, str):
            found[part] = (item,)
        else:
            for i, pattern in enumerate(item):
                if not isinstance(pattern, str):
                    raise ParsingException(
                        f"Unknown key for a {objects.token(pattern)} in [{name}].", at=Where(item, i)
                    )
            found[part] = tuple(item)
    return SourceOptions(True, found["includes"], found["excludes"])


def source_of_params(params: Mapping[str, str]) -> SourceOptions | None:
    """FetchSourceContext.parseFromRestRequest: ``_source``, ``_source_includes``, ``_source_excludes``; None without
    any.
    """
    fetch: bool | None = None
    includes: tuple[str, ...] = ()
    excludes: tuple[str, ...] = ()
    source = params.get("_source")
    if source is not None:
        if source in ("true", "false"):
            fetch = source == "true"
        else:
            includes = _names(source)
    given = params.get("_source_includes")
    if given is not None:
        includes = _names(given)
    left_out = params.get("_source_excludes")
    if left_out is not None:
        excludes = _names(left_out)
    if fetch is None and source is None and given is None and left_out is None:
        return None
    return SourceOptions(fetch is not False, includes, excludes)


def _names(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


def extract(path: list[str], index: int, value: Any, null: Any) -> Any:
    """XContentMapValues.extractValue: what stands at a path, a list for each list on the way; None for nothing."""
    if isinstance(value, list):
        found = (extract(path, index, item, null) for item in value)
        return [inner for inner in found if inner is not None]
    if index == len(path):
        return null if value is None else value
    if isinstance(value, dict):
        key, following = path[index], index + 1
        while True:
            if key in value:
                inner = extract(path, following, value[key], null)
                if inner is not None:
                    return inner
            if following == len(path):
                return None
            key = f"{key}.{path[following]}"
            following += 1
    return None
