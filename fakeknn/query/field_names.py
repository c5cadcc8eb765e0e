"""The fields of a query that names several: boosts in names, patterns, all that can be searched (QueryParserHelper)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    NotFaked,
    NumberFormatException,
    OpenSearchError,
    QueryShardException,
    UnsupportedOperationException,
)
from fakeknn.fields.metadata import METADATA, WITHOUT_DOC_VALUES
from fakeknn.fields.patterns import simple_match
from fakeknn.query.context import ShardContext
from fakeknn.query.multi_term import MAX_CLAUSE_COUNT
from fakeknn.query.terms import Term
from fakeknn.xcontent import hash_ordered
from fakeknn.xcontent.java import hash_capacity, java_float, java_hash

#: Names of fields with their boosts, in the order of a Java hash map.
Weights = Mapping[str, float]


def java_decimal(text: str) -> float:
    """Float.parseFloat."""
    stripped = text.strip()
    try:
        if not stripped or "_" in stripped or not (stripped[-1].isalnum() or stripped[-1] == "."):
            raise ValueError
        number = float(stripped[:-1] if stripped[-1] in "fFdD" and stripped[:-1] else stripped)
    except ValueError:
        shown = f'For input string: "{text}"' if stripped else "empty String"
        raise NumberFormatException(shown) from None
    return float(np.float32(number))


def field_and_boost(text: str) -> tuple[str, float]:
    """``title^2``: a field's name and its boost."""
    name, caret, boost = text.partition("^")
    return name, java_decimal(boost) if caret else 1.0


def parse_weights(fields: Iterable[str]) -> dict[str, float]:
    """QueryParserHelper.parseFieldsAndWeights."""
    found: dict[str, float] = {}
    for text in fields:
        name, boost = field_and_boost(text)
        if text in found:  # asked with the boost, put without
            boost *= found[text]
        found[name] = boost
    return hash_map(found)


def copied(weights: Weights) -> dict[str, float]:
    """A HashMap that was empty before ``putAll`` of another."""
    names = hash_ordered(hash_ordered(weights), hash_capacity(len(weights)))
    return {name: weights[name] for name in names}


def hash_map(found: Mapping[str, float]) -> dict[str, float]:
    return {name: found[name] for name in hash_ordered(found)}


def shown_weights(fields: Weights) -> list[str]:
    return [f"{name}^{java_float(np.float32(boost))}" for name, boost in fields.items()]


def default_fields(ctx: ShardContext) -> list[str]:
    """``index.query.default_field``."""
    value: object = ctx.settings.get("index.query.default_field")
    if value is None:
        return ["*"]
    return value.split(",") if isinstance(value, str) else [str(one) for one in value]  # type: ignore[attr-defined]


def has_all(names: Iterable[str]) -> bool:
    """Whether one of the names is ``*``."""
    return "*" in names


def resolve_fields(ctx: ShardContext, weights: Weights, suffix: str | None = None) -> dict[str, float]:
    """QueryParserHelper.resolveMappingFields: the mapped fields that names and patterns stand for."""
    found: dict[str, float] = {}
    for pattern, weight in weights.items():
        fields = resolve_field(
            ctx, pattern, weight, all_types="*" not in pattern, metadata=pattern != "*", suffix=suffix
        )
        for name, boost in fields.items():
            found[name] = float(np.float32(boost * found.get(name, 1.0)))
    check_count(len(found))
    return hash_map(found)


def resolve_field(
    ctx: ShardContext,
    pattern: str,
    weight: float = 1.0,
    *,
    all_types: bool,
    metadata: bool,
    suffix: str | None = None,
) -> dict[str, float]:
    """QueryParserHelper.resolveMappingField.

    Without ``all_types`` fields that no term query can ask are left out, without ``metadata`` those of every document;
    ``suffix`` is added to the names for which that gives a field.
    """
    names = _matching(ctx, pattern)
    found: dict[str, float] = {}
    for name in names:
        if suffix is not None and ctx.field(name + suffix) is not None:
            name += suffix
        field = ctx.field(name)
        if field is None or (not metadata and field.path.startswith("_")):
            continue
        if not all_types and not _takes_terms(ctx, name):
            continue
        if field.path in names:
            name = field.path  # an alias beside the field it stands for
        found[name] = float(np.float32(found.get(name, 1.0) * weight))
    return hash_map(found)


def _matching(ctx: ShardContext, pattern: str) -> Sequence[str]:
    if "*" not in pattern:
        return [pattern]
    everything = hash_ordered([*METADATA, *WITHOUT_DOC_VALUES, *sorted(ctx.mapping.fields, key=_trie_place)])
    names = hash_ordered(name for name in everything if simple_match(pattern, name))
    return hash_ordered(names, hash_capacity(len(names)))


def _trie_place(path: str) -> tuple[tuple[int, ...], ...]:
    """The place of a mapper in its object's CopyOnWriteHashMap: a trie of six bits of the name's hash after six."""
    return tuple(tuple(java_hash(name) >> bits & 63 for bits in range(0, 36, 6)) for name in path.split("."))


def _takes_terms(ctx: ShardContext, name: str) -> bool:
    """Whether a term query on a field is not refused for the field's type."""
    try:
        Term(field=name, value="").mask(ctx.visiting(ctx.nothing()))
    except (QueryShardException, UnsupportedOperationException):
        return False
    except (NotFaked, NotImplementedError):
        return False
    except OpenSearchError:
        return True  # the value is refused, or the field is not indexed
    return True


def check_count(count: int, pattern: str | None = None) -> None:
    if count > MAX_CLAUSE_COUNT:
        what = "" if pattern is None else f"for [{pattern}] "
        raise IllegalArgumentException(
            f"field expansion {what}matches too many fields, limit: {MAX_CLAUSE_COUNT}, got: {count}"
        )
