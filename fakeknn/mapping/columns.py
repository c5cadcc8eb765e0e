"""Many documents under a mapping at once, field by field: what ``mapping.document`` makes of each, where that is plain.

Nothing here refuses a document or changes a mapping: whatever may come to that is left to be parsed by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import Any

from numpy.typing import NDArray

from fakeknn.fields import FieldType, VectorFieldType
from fakeknn.mapping.objects import ObjectMapper
from fakeknn.mapping.tree import Mapping
from fakeknn.source import Stored, cut_out, stripped
from fakeknn.xcontent import agreed_on, read_documents


@dataclass(slots=True)
class ParsedColumn:
    """One field's parsed values: one for each of ``rows``, which count from the first document and ascend; with
    ``several``, a list for each."""

    rows: Sequence[int]
    values: Sequence[Any] | NDArray[Any]
    several: bool = False


@dataclass(slots=True)
class ParsedDocuments:
    """Documents ready to be appended, none of which has nested objects."""

    columns: dict[str, ParsedColumn]
    sources: Sequence[Stored]


class _NotPlain(Exception):
    """A document that has to be parsed by itself."""


def parse_documents(mapping: Mapping, sources: Sequence[bytes]) -> ParsedDocuments | None:
    """Parse documents of which the mapping has all fields; None where one of them has to be parsed by itself."""
    if not mapping.source_enabled or not mapping.source_filter.empty or mapping.timestamp_field is not None:
        return None
    bodies = read_documents(sources)
    if bodies is None:
        return None
    reader = _Reader(mapping)
    try:
        reader.take_object(mapping.root, bodies, range(len(bodies)))
        if not agreed_on(sources, bodies, reader.names):
            return None
        stored = reader.stored(bodies, sources)
    except _NotPlain:
        return None
    return ParsedDocuments(reader.columns, stored)


@dataclass(slots=True)
class _Hole:
    """Where a vector stands in the documents that have one."""

    path: str
    containers: Sequence[dict[str, Any]]
    key: str
    rows: Sequence[int]


@dataclass(slots=True)
class _Reader:
    mapping: Mapping
    columns: dict[str, ParsedColumn] = field(default_factory=dict)
    holes: list[_Hole] = field(default_factory=list)
    names: int = 0
    """How many members all objects have."""
    depth: int = 0
    alike: bool = True
    """Whether all documents have the same members in the same order."""

    def take_object(self, node: ObjectMapper, bodies: Sequence[dict[str, Any]], rows: Sequence[int]) -> None:
        """``bodies`` are values of an object, of the documents ``rows``."""
        self.depth += 1
        if node.enabled is False or node.nested or node.disable_objects or self.depth > self.mapping.depth_limit:
            raise _NotPlain
        self.names += sum(map(len, bodies))
        shapes = dict.fromkeys(map(tuple, bodies))
        if len(shapes) == 1:
            for key in next(iter(shapes)):
                self._member(node, key, bodies, rows)
        else:
            self.alike = False
            for key in dict.fromkeys(chain.from_iterable(shapes)):
                having = [i for i, body in enumerate(bodies) if key in body]
                self._member(node, key, [bodies[i] for i in having], [rows[i] for i in having])
        self.depth -= 1

    def _member(self, node: ObjectMapper, key: str, bodies: Sequence[dict[str, Any]], rows: Sequence[int]) -> None:
        child = node.children.get(key)
        values = [body[key] for body in bodies]
        if child is None:
            raise _NotPlain
        if isinstance(child, ObjectMapper):
            if set(map(type, values)) != {dict}:
                raise _NotPlain
            self.take_object(child, values, rows)
            return
        if isinstance(child, VectorFieldType):
            if child.fields:
                raise _NotPlain
            if child.derived:
                self.holes.append(_Hole(child.path, bodies, key, rows))
        self._take(child, values, rows)

    def _take(self, node: FieldType, values: list[Any], rows: Sequence[int]) -> None:
        if node.copy_to or (node.fields and type(node).for_subs is not FieldType.for_subs):
            raise _NotPlain
        several = not node.takes_arrays and list in set(map(type, values))
        if several:
            if node.single is not None:
                raise _NotPlain
            lists = [value if type(value) is list else [value] for value in values]
            parsed = iter(_parsed(node, list(chain.from_iterable(lists))))
            self.columns[node.path] = ParsedColumn(rows, [list(islice(parsed, len(items))) for items in lists], True)
        else:
            self.columns[node.path] = ParsedColumn(rows, _parsed(node, values))
        for sub in node.fields.values():
            self._take(sub, values, rows)

    def stored(self, bodies: Sequence[dict[str, Any]], sources: Sequence[bytes]) -> Sequence[Stored]:
        """How the sources are kept, without their vectors. The bodies are of no more use then."""
        if not self.holes:
            return sources
        if not self.alike and len(self.holes) > 1:
            raise _NotPlain  # each document has its vectors in an order of its own
        for hole in self.holes:
            for container in hole.containers:
                cut_out(container, hole.key)
        vectors = tuple((hole.path, 0) for hole in self.holes)
        rows = self.holes[0].rows
        if len(rows) == len(bodies):
            return [stripped(body, vectors) for body in bodies]
        kept: list[Stored] = list(sources)
        for row in rows:
            kept[row] = stripped(bodies[row], vectors)
        return kept


def _parsed(node: FieldType, values: list[Any]) -> Sequence[Any] | NDArray[Any]:
    """What a field makes of values that are no arrays, or arrays that it takes as one value."""
    if not values:
        raise _NotPlain
    if any(type(value) is float and not abs(value) < 2.0**63 for value in values):
        raise _NotPlain  # an integer, perhaps, that is beyond 64 bits
    parsed = node.parse_all(values)
    if parsed is None:
        raise _NotPlain
    return parsed
