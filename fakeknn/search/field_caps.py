"""_field_caps: what the fields of several indices are, and what can be done with them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from fakeknn.fields import FieldType
from fakeknn.fields.metadata import METADATA
from fakeknn.fields.patterns import simple_match
from fakeknn.mapping import Mapping
from fakeknn.xcontent import hash_ordered


@dataclass(frozen=True, slots=True)
class Capabilities:
    """A field in one index."""

    type: str
    searchable: bool
    aggregatable: bool
    meta: dict[str, str] = field(default_factory=dict)


def _capabilities(mapped: FieldType) -> Capabilities:
    known = _METADATA.get(mapped.path)
    if known is not None:
        return Capabilities(*known)
    return Capabilities(
        mapped.family or mapped.kind, mapped.searchable, mapped.aggregatable, dict(mapped.options.get("meta") or {})
    )


#: Type, searchable and aggregatable of the fields that every index has.
_METADATA: dict[str, tuple[str, bool, bool]] = {
    "_data_stream_timestamp": ("_data_stream_timestamp", False, False),
    "_doc_count": ("long", False, False),
    "_feature": ("_feature", False, False),
    "_field_names": ("_field_names", True, False),
    "_id": ("_id", True, True),
    "_ignored": ("_ignored", True, False),
    "_index": ("_index", True, True),
    "_nested_path": ("_nested_path", True, False),
    "_routing": ("_routing", True, False),
    "_seq_no": ("_seq_no", True, True),
    "_source": ("_source", False, False),
    "_version": ("_version", False, False),
}


def capabilities(mapping: Mapping, patterns: list[str]) -> dict[str, Capabilities] | None:
    """The fields of an index that some patterns name, and the objects that they lie in; None of an index where the real
    server stumbles: over a dotted name that is no object's (``disable_objects``)."""
    names: list[str] = []
    metadata = _METADATA if mapping.of_every_index else {}
    for pattern in patterns:
        if "*" in pattern:
            names += [name for name in mapping.fields if simple_match(pattern, name)]
            names += [name for name in metadata if simple_match(pattern, name)]
        else:
            names.append(pattern)
    found: dict[str, Capabilities] = {}
    for name in hash_ordered(dict.fromkeys(names)):
        mapped = mapping.field(name)
        if mapped is None:
            if name not in metadata:
                continue
            found[name] = Capabilities(*_METADATA[name])
            continue
        found[name] = _capabilities(METADATA.get(name, mapped))
        parent = mapped.path
        while "." in parent:
            parent = parent.rpartition(".")[0]
            if parent in found:
                break
            if mapping.field(parent) is None:
                if parent not in mapping.objects:
                    return None
                kind = "nested" if mapping.objects[parent].nested else "object"
                found[parent] = Capabilities(kind, False, False)
    return found


def merged(indices: dict[str, dict[str, Capabilities]], *, include_unmapped: bool) -> dict[str, Any]:
    """TransportFieldCapabilitiesAction.merge: the fields by name and type."""
    fields: dict[str, dict[str, dict[str, Capabilities]]] = {}
    for index, found in indices.items():
        for name, one in found.items():
            fields.setdefault(name, {}).setdefault(one.type, {})[index] = one
    told: dict[str, Any] = {}
    for name in hash_ordered(fields):
        types = fields[name]
        if include_unmapped:
            without = set(indices) - {index for found in types.values() for index in found}
            if without:
                types["unmapped"] = {index: Capabilities("unmapped", False, False) for index in without}
        told[name] = {kind: _echo(kind, types[kind], len(types) > 1) for kind in hash_ordered(types)}
    return {"indices": sorted(indices), "fields": told}


def _echo(kind: str, found: dict[str, Capabilities], several: bool) -> dict[str, Any]:
    """FieldCapabilities.Builder.build."""
    names = sorted(found)
    searchable = all(one.searchable for one in found.values())
    aggregatable = all(one.aggregatable for one in found.values())
    told: dict[str, Any] = {"type": kind, "searchable": searchable, "aggregatable": aggregatable}
    if several:
        told["indices"] = names
    if not searchable and any(one.searchable for one in found.values()):
        told["non_searchable_indices"] = [name for name in names if not found[name].searchable]
    if not aggregatable and any(one.aggregatable for one in found.values()):
        told["non_aggregatable_indices"] = [name for name in names if not found[name].aggregatable]
    meta: dict[str, set[str]] = {}
    for one in found.values():
        for key, value in one.meta.items():
            meta.setdefault(key, set()).add(value)
    if meta:
        told["meta"] = {key: sorted(meta[key]) for key in sorted(meta)}
    return told
