"""The query exists."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from fakeknn.errors import IllegalArgumentException, ParsingException, UnsupportedOperationException, Where
from fakeknn.fields.metadata import METADATA
from fakeknn.fields.patterns import simple_match
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.parsing import common, read_member, register
from fakeknn.view import Mask
from fakeknn.xcontent import hash_ordered, objects

#: Fields of every mapping that no exists query may name, and what is said then.
_NO_EXISTS = {
    "_source": "The _source field is not searchable",
    "_data_stream_timestamp": "Cannot run exists query on internal field [_data_stream_timestamp]",
    "_feature": "Cannot run exists query on [_feature]",
    "_field_names": "Cannot run exists query on _field_names",
    "_nested_path": "Cannot run exists() query against the nested field path",
}


def exists_names(ctx: ShardContext, pattern: str) -> list[str]:
    """The fields that an exists query looks for; none when nothing of the name is mapped."""
    mapping = ctx.mapping
    if pattern in mapping.objects:
        return [pattern, *hash_ordered(path for path in mapping.fields if path.startswith(pattern + "."))]
    if "*" in pattern:
        everywhere = (*METADATA, *_NO_EXISTS)
        return hash_ordered([*mapping.matching(pattern), *(name for name in everywhere if simple_match(pattern, name))])
    return [pattern] if pattern in _NO_EXISTS or ctx.field(pattern) is not None else []


def exists_mask(ctx: ShardContext, pattern: str) -> Mask:
    """bool[n]: the rows that have a field, one of the fields of a pattern, or anything in an object."""
    mapping = ctx.mapping
    mask = ctx.nothing()
    for name in exists_names(ctx, pattern):
        if name in _NO_EXISTS:
            if name == "_source":
                raise ctx.fails(_NO_EXISTS[name])
            raise UnsupportedOperationException(_NO_EXISTS[name])
        field = mapping.field(name)
        if field is None:
            continue
        if name in ("_id", "_version"):
            mask |= ctx.everything()
            continue
        refusal = getattr(field, "no_exists", None)
        if refusal is not None and (error := refusal()) is not None:
            raise error
        column = ctx.column(field)
        if column is not None and field.tells_existence:
            mask = mask | column.exists
    return mask


@dataclass(frozen=True, eq=False, kw_only=True)
class Exists(Query):
    kind: ClassVar[str] = "exists"
    named_first: ClassVar[bool] = True
    field: str

    def members(self) -> dict[str, Any]:
        return {"field": self.field}

    def never(self, ctx: ShardContext) -> bool:
        return not exists_names(ctx, self.field)

    def mask(self, ctx: ShardContext) -> Mask:
        return exists_mask(ctx, self.field)


@register("exists")
def parse_exists(container: Any, key: Any) -> Query:
    body = container[key]
    values: dict[str, Any] = {}
    readers = {"field": objects.text, "_name": objects.text, "boost": objects.decimal}
    for name, value in body.items():
        if not objects.is_value(value):
            raise ParsingException(
                f"[exists] unknown token [{objects.token(value)}] after [{name}]", at=Where(body, name)
            )
        if name not in readers:
            raise ParsingException(f"[exists] query does not support [{name}]", at=Where(body, name))
        values[name] = read_member(readers[name], body, name)
    if "field" not in values:
        raise ParsingException("[exists] must be provided with a [field]", at=Where(body, None, "end"))
    if not values["field"]:
        raise IllegalArgumentException("field name is null or empty")
    return Exists(field=values["field"], **common(values))
