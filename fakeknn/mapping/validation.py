"""What a mapping as a whole must hold to: its limits, and what fields may say of each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fakeknn.errors import IllegalArgumentException, MapperParsingException
from fakeknn.fields.alias import AliasFieldType
from fakeknn.mapping.names import METADATA
from fakeknn.xcontent import hash_ordered

if TYPE_CHECKING:
    from fakeknn.mapping.tree import Mapping


def check_names(mapping: Mapping) -> None:
    """MappingLookup: whether names are defined twice; it speaks while a definition is read."""
    for name in sorted(METADATA):
        if name in mapping.objects:
            raise MapperParsingException(f"Field [{name}] is defined both as an object and a field")
        if name in mapping.fields:
            raise MapperParsingException(f"Field [{name}] is defined more than once")
    if sum(field.kind == "join" for field in mapping.fields.values()) > 1:
        raise MapperParsingException("Field [_parent_join] is defined more than once")


def validate(mapping: Mapping, *, limits: bool = True) -> None:
    """DocumentMapper.validate: the limits, and what fields say of each other."""
    if limits:
        _check_limits(mapping)
    for path, field in mapping.fields.items():
        if isinstance(field, AliasFieldType):
            _check_alias(mapping, path, field)
        for target in field.copy_to:
            _check_copy(mapping, path, target)


def check_partition(mapping: Mapping) -> None:
    """DocumentMapper.validate: who spreads a routing over several shards needs one of each document."""
    if mapping.context.number("index.routing_partition_size", 1) != 1 and not mapping.routing_required:
        where = f"partitioned index [{mapping.context.index}]"
        raise IllegalArgumentException(f"mapping type [_doc] must have routing required for {where}")


def check_references(mapping: Mapping) -> None:
    for field in mapping.fields.values():
        field.check_others(mapping.fields)


def _check_limits(mapping: Mapping) -> None:
    limit = mapping.context.number("index.mapping.total_fields.limit", 1000)
    if len(mapping.fields) + len(mapping.objects) > limit:
        raise IllegalArgumentException(f"Limit of total fields [{limit}] has been exceeded")
    depth = mapping.depth_limit
    for path in hash_ordered(mapping.objects):
        if path.count(".") + 2 > depth:
            raise IllegalArgumentException(
                f"Limit of mapping depth [{depth}] has been exceeded due to object field [{path}]"
            )
    nested = mapping.context.number("index.mapping.nested_fields.limit", 50)
    if len(mapping.nested_paths) > nested:
        raise IllegalArgumentException(f"Limit of nested fields [{nested}] has been exceeded")
    length = mapping.context.number("index.mapping.field_name_length.limit", 50_000)
    if length < 50_000:
        fields = (*sorted(METADATA), *mapping.fields)
        for path in (*hash_ordered(mapping.objects), *hash_ordered(fields)):
            name = path.rpartition(".")[2]
            if len(name) > length:
                raise IllegalArgumentException(f"Field name [{name}] is longer than the limit of [{length}] characters")


def _check_alias(mapping: Mapping, path: str, field: AliasFieldType) -> None:
    target = field.target
    if target == path:
        raise MapperParsingException(
            f"Invalid [path] value [{target}] for field alias [{path}]: an alias cannot refer to itself."
        )
    if target in mapping.fields and isinstance(mapping.fields[target], AliasFieldType):
        raise MapperParsingException(
            f"Invalid [path] value [{target}] for field alias [{path}]: an alias cannot refer to another alias."
        )
    if target not in mapping.fields:
        raise MapperParsingException(
            f"Invalid [path] value [{target}] for field alias [{path}]: an alias must refer to an existing field "
            f"in the mappings."
        )
    if mapping.nested_parent(path) != mapping.nested_parent(target):
        scope, there = mapping.nested_parent(path), mapping.nested_parent(target)
        raise IllegalArgumentException(
            f"Invalid [path] value [{target}] for field alias [{path}]: an alias must have the same nested scope "
            f"as its target. "
            + ("The alias is not nested" if scope is None else f"The alias's nested scope is [{scope}]")
            + ", but "
            + ("the target is not nested." if there is None else f"the target's nested scope is [{there}].")
        )


def _check_copy(mapping: Mapping, path: str, target: str) -> None:
    parents = mapping.fields
    if path.rpartition(".")[0] in parents:
        raise IllegalArgumentException(f"[copy_to] may not be used to copy from a multi-field: [{path}]")
    if target in parents and target.rpartition(".")[0] in parents:
        raise IllegalArgumentException(f"[copy_to] may not be used to copy to a multi-field: [{target}]")
    if target in mapping.objects:
        raise IllegalArgumentException(f"Cannot copy to field [{target}] since it is mapped as an object")
    source, there = mapping.nested_parent(path), mapping.nested_parent(target)
    if there is not None and (source is None or not (source == there or source.startswith(there + "."))):
        raise IllegalArgumentException(
            "Illegal combination of [copy_to] and [nested] mappings: [copy_to] may only copy data to the current "
            "nested document or any of its parents, however one [copy_to] directive is trying to copy data from nested "
            f"object [{source or 'null'}] to [{there}]"
        )
