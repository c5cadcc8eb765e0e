"""A field's name with the format that its values are wanted in, as ``docvalue_fields`` and ``fields`` list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakeknn.errors import ParsingException, Where
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


@dataclass(frozen=True, slots=True)
class FieldAndFormat:
    field: str
    format: str | None = None

    def to_json(self) -> dict[str, str]:
        return {"field": self.field} if self.format is None else {"field": self.field, "format": self.format}


_FIELD = ObjectParser(
    "docvalues_field",
    {"field": declared("string"), "format": declared("string_or_null")},
    constructor=("field",),
    applied=True,
)


def field_and_format(container: Any, key: Any) -> FieldAndFormat:
    """FieldAndFormat.fromXContent."""
    if objects.is_value(container[key]):
        return FieldAndFormat(objects.text(container, key))
    values = _FIELD.parse(container, key)
    return FieldAndFormat(values["field"], values.get("format"))


def fields_and_formats(container: Any, key: Any) -> list[FieldAndFormat]:
    """The fields of a search: an array in the array ends it, as it is the parser of its object that enters it."""
    found, items = [], container[key]
    for i, item in enumerate(items):
        if item is None and _object_follows(items, i):
            continue  # the parser of objects steps on to the next token, which is what it looks for
        found.append(field_and_format(items, i))
        if isinstance(item, list):
            token, place = _behind(items, i)
            raise ParsingException(f"Unknown key for a {token} in [{key}].", at=place)
    return found


def _object_follows(items: list[Any], i: int) -> bool:
    with _FIELD.applying():
        return objects.next_token(items, i)[0] == "START_OBJECT"


def _behind(items: list[Any], i: int) -> tuple[str, Where]:
    if i + 1 < len(items):
        return objects.token(items[i + 1]), Where(items, i + 1)
    return "END_ARRAY", Where(items, None, "end")
