"""The query ids."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from fakeknn.errors import IllegalStateException, Where
from fakeknn.fields.metadata import IdFieldType
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.declared import declared_boost, parse_declared
from fakeknn.query.parsing import common, register
from fakeknn.view import Mask
from fakeknn.xcontent import hash_ordered, objects
from fakeknn.xcontent.objects import ObjectParser, declared


@dataclass(frozen=True, eq=False, kw_only=True)
class Ids(Query):
    kind: ClassVar[str] = "ids"
    values: tuple[str, ...] = ()

    def members(self) -> dict[str, Any]:
        return {"values": hash_ordered(self.values)}

    def never(self, ctx: ShardContext) -> bool:
        return not self.values or ctx.field("_id") is None

    def mask(self, ctx: ShardContext) -> Mask:
        field = ctx.field("_id")
        return field.ids(ctx.view, self.values) if isinstance(field, IdFieldType) else ctx.nothing()


def _id_texts(container: Any, key: Any) -> list[str]:
    value = container[key]
    if isinstance(value, list):
        out = []
        for i in range(len(value)):
            if value[i] is None:
                raise IllegalStateException("Can't get text on a VALUE_NULL at {line}:{column}", at=Where(value, i))
            if isinstance(value[i], list):
                raise objects.stopped_at(IllegalStateException("expected value but got [START_ARRAY]"), Where(value, i))
            out.append(objects.text(value, i))
        return out
    return [objects.text(container, key)]


_IDS: ObjectParser = ObjectParser(
    "ids",
    {
        "values": declared("string_array", _id_texts),
        "boost": declared_boost(lambda before: Ids(values=tuple(_IDS.parse_object(before).get("values", ())))),
        "_name": declared("string"),
    },
    applied=True,
)


@register("ids")
def parse_ids(container: Any, key: Any) -> Query:
    values = parse_declared(_IDS, container, key)
    return Ids(values=tuple(values.get("values", ())), **common(values))
