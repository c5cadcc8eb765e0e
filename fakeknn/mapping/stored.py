"""Stored fields: values that a mapping keeps beside the source (``"store": true``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.fields.base import FieldType
from fakeknn.fields.contexts import DocContext
from fakeknn.mapping.tree import Mapping
from fakeknn.xcontent import java_string
from fakeknn.xcontent.reading import read_again


def stored_fields(
    mapping: Mapping, names: Iterable[str], source: bytes | None, level: str | None = None
) -> dict[str, list[Any]]:
    """The stored values of the fields of these names, read anew from the source of a document, or of one of its
    nested objects at ``level``.

    Raises ``IllegalArgumentException`` for the name of an object.
    """
    wanted = []
    for name in names:
        field = mapping.field(name)
        if field is None and name in mapping.objects:
            raise IllegalArgumentException(f"field [{name}] isn't a leaf field")
        if field is not None and field.options.get("store") and mapping.nested_parent(field.path) == level:
            wanted.append(field)
    if not wanted or source is None:
        return {}
    body = read_again(source)
    found = {field.path: list(_stored(mapping, field, body)) for field in wanted}
    return {path: values for path, values in found.items() if values}


def _stored(mapping: Mapping, field: FieldType, body: Any) -> Iterator[Any]:
    context = DocContext("", lambda container, key: java_string(container[key]))
    paths = [path.split(".") for path in mapping.source_paths(field)]
    paths.sort(key=lambda path: _rank(body, path))
    places = (place for path in paths for place in _places(body, path, whole=field.takes_arrays))
    for container, key in places:
        try:
            parsed = field.parse(container, key, container[key], context)
        except OpenSearchError:
            continue  # malformed, and ignored for that
        if parsed is None:
            continue
        own = getattr(field, "stored", None)
        if own is None:
            yield field.doc_value(parsed)
        else:
            yield from own(container[key], parsed)


def _rank(body: Any, path: list[str]) -> list[int]:
    """Where a path stands in a source, level by level."""
    found = []
    for name in path:
        if not isinstance(body, dict) or name not in body:
            break
        found.append(list(body).index(name))
        body = body[name]
    return found


def _places(body: Any, path: list[str], *, whole: bool = False) -> Iterator[tuple[Any, Any]]:
    """Where the values of a field stand, in order; an array is one value if it is taken ``whole``."""
    if isinstance(body, list):
        for i, item in enumerate(body):
            if isinstance(item, list) or (isinstance(item, dict) and path):
                yield from _places(item, path, whole=whole)
            elif not path:
                yield body, i
        return
    if not isinstance(body, dict):
        return
    for length in range(1, len(path) + 1):
        key = ".".join(path[:length])
        if key not in body:
            continue
        value, rest = body[key], path[length:]
        if rest or (isinstance(value, list) and not whole):
            yield from _places(value, rest, whole=whole)
        elif not rest and value is not None:
            yield body, key
