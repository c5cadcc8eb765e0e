"""A field's name with the format that its values are wanted in, as ``docvalue_fields`` and ``fields`` list them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, declared


@dataclass(frozen=True, slots=True)
class FieldAndFormat:
    field: str
    format: str | None = None


_FIELD = ObjectParser(
    "docvalues_field",
    {"field": declared("string"), "format": declared("string_or_null")},
    constructor=("field",),
    applied=True,
)


def fields_and_formats(container: Any, key: Any) -> list[FieldAndFormat]:
    """FieldAndFormat.fromXContent, of each."""
    found, items = [], container[key]
    if not isinstance(items, list):  # which only inner hits allow
        items = [items]
    for i, item in enumerate(items):
        if objects.is_value(item):
            found.append(FieldAndFormat(objects.text(items, i)))
        else:
            values = _FIELD.parse(items, i)
            found.append(FieldAndFormat(values["field"], values.get("format")))
    return found
