"""The members that all aggregations of values take (ValuesSourceAggregationBuilder.declareFields)."""

from __future__ import annotations

from typing import Any

from fakeknn.aggs.base import NAME
from fakeknn.aggs.fielddata import BOOLEAN, BYTES, DATE, IP, NUMERIC
from fakeknn.dates import Zone, parse_zone
from fakeknn.dates.zones import fixed
from fakeknn.errors import IllegalArgumentException
from fakeknn.query.script import parse_script
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, declared

#: What each ValueType is a type of values for.
HINTS = {
    "string": BYTES, "double": NUMERIC, "float": NUMERIC, "number": NUMERIC, "numeric": NUMERIC, "long": NUMERIC,
    "integer": NUMERIC, "short": NUMERIC, "byte": NUMERIC, "unsigned_long": NUMERIC, "date": DATE, "ip": IP,
    "boolean": BOOLEAN,
}  # fmt: skip


#: ValueType.getPreferredName of those whose name is another.
HINTED = {"float": "double", "number": "long", "numeric": "long", "integer": "long", "short": "long", "byte": "long"}

#: The member sets that ValuesSourceAggregationBuilder.declareFields requires.
REQUIRED = (("field", "script"),)
REQUIRED_FIELD = (("field",),)


def is_hint(text: str) -> bool:
    """ValueType.lenientParse."""
    return text in HINTS


def hint(container: Any, key: Any) -> str:
    text = objects.text(container, key)
    if text not in HINTS:
        raise IllegalArgumentException(f"Unknown value type [{text}]")
    return text


def time_zone(container: Any, key: Any) -> Zone:
    if isinstance(container[key], str):
        return parse_zone(objects.text(container, key))
    return fixed(objects.integer(container, key) * 3600)


def _missing(container: Any, key: Any) -> Any:
    if container[key] is None:
        raise IllegalArgumentException(f"[missing] must not be null: [{NAME}]")
    return container[key]


def members(*, script: bool = True, format: bool = True, zone: bool = False, **more: Member) -> dict[str, Member]:
    """ValuesSourceAggregationBuilder.declareFields."""
    found = {
        "field": declared("string"),
        "missing": declared("value", _missing),
        "value_type": declared("string", hint),
        "valueType": declared("string", hint),
    }
    if format:
        found["format"] = declared("string")
    if script:
        found["script"] = declared("object_or_string", parse_script)
    if zone:
        found["time_zone"] = Member(("VALUE_NUMBER", "VALUE_STRING"), time_zone)
    return {**found, **more}
