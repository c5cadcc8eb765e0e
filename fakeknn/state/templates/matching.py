"""Which templates match a name, and which would match the same names as others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from fakeknn.errors import (
    IllegalStateException,
)
from fakeknn.state.names import simple_match
from fakeknn.state.node import Node
from fakeknn.state.templates import IndexTemplate, LegacyTemplate
from fakeknn.state.templates.composing import parts, resolve_settings
from fakeknn.xcontent.java import hash_capacity, hash_ordered


def find_index_template(
    node: Node, name: str, hidden: bool, templates: Mapping[str, IndexTemplate] | None = None
) -> str | None:
    """findV2Template: the name of the template that a new index or data stream of this name gets."""
    templates = node.index_templates if templates is None else templates
    winner = None
    for candidate, template in templates.items():
        if not template.matches(name) or (hidden and template.is_global):
            continue
        if winner is None or (template.priority or 0) > (templates[winner].priority or 0):
            winner = candidate
    if winner is not None and templates[winner].is_global:
        chosen = templates[winner]
        if "index.hidden" in resolve_settings(node, chosen):
            raise IllegalStateException(
                f"global index template [{winner}], composed of component templates [{','.join(chosen.components)}] "
                "defined the index.hidden setting, which is not allowed"
            )
    return winner


def duplicated_alias(node: Node, index: str, alias: str, hidden: bool | None) -> tuple[str, Sequence[str]] | None:
    """The template that would give a new index this alias, with the aliases that stand there together."""
    for legacy in find_legacy_templates(node, index, hidden):
        if alias in legacy.aliases:
            return next(name for name, one in node.templates.items() if one is legacy), [*legacy.aliases]
    found = find_index_template(node, index, bool(hidden))
    if found is not None:
        for part in parts(node, node.index_templates[found]):
            if part.aliases and alias in part.aliases:
                return found, [*part.aliases]
    return None


def find_legacy_templates(node: Node, name: str, hidden: bool | None) -> list[LegacyTemplate]:
    """findV1Templates: in descending order; ``hidden`` None if the request does not say."""
    found = [
        (template_name, template)
        for template_name, template in sorted(node.templates.items())
        if any(simple_match(pattern, name) for pattern in template.index_patterns)
        and not (hidden and "*" in template.index_patterns)
    ]
    found.sort(key=lambda pair: -pair[1].order)
    if hidden is None:
        deciding = next((pair for pair in found if "index.hidden" in pair[1].settings), None)
        if deciding is not None and deciding[1].settings["index.hidden"] == "true":
            found = [pair for pair in found if "*" not in pair[1].index_patterns]
            if deciding not in found:
                raise IllegalStateException(
                    f"A global index template [{deciding[0]}] defined the index hidden setting, which is not allowed"
                )
    return [template for _, template in found]


def patterns_overlap(some: Sequence[str], others: Sequence[str]) -> bool:
    """Whether there is a name that matches one pattern of each."""
    return any(_overlap(one, other) for one in some for other in others)


@lru_cache(maxsize=1024)
def _overlap(a: str, b: str) -> bool:
    seen: set[tuple[int, int]] = set()
    todo = [(0, 0)]
    while todo:
        i, j = todo.pop()
        if (i, j) in seen:
            continue
        seen.add((i, j))
        if i == len(a) and j == len(b):
            return True
        if i < len(a) and a[i] == "*":
            todo.append((i + 1, j))
            if j < len(b):
                todo.append((i, j + 1))
        if j < len(b) and b[j] == "*":
            todo.append((i, j + 1))
            if i < len(a):
                todo.append((i + 1, j))
        if i < len(a) and j < len(b) and a[i] == b[j]:
            todo.append((i + 1, j + 1))
    return False


def overlapping(
    node: Node, name: str, patterns: Sequence[str], templates: Mapping[str, IndexTemplate]
) -> dict[str, Sequence[str]]:
    """The templates whose patterns could match what these do: legacy ones, and others among ``templates``."""
    others = {other: template for other, template in templates.items() if other != name}
    legacy = overlapping_among(patterns, node.templates)
    found = {**legacy, **overlapping_among(patterns, others)}
    capacity = hash_capacity(len(legacy) or len(found))
    return {name: found[name] for name in hash_ordered(found, capacity)}


def overlapping_among(
    patterns: Sequence[str], templates: Mapping[str, IndexTemplate | LegacyTemplate]
) -> dict[str, Sequence[str]]:
    """The patterns of the templates that have one that could match what these do."""
    found = {
        name: template.index_patterns
        for name, template in templates.items()
        if patterns_overlap(patterns, template.index_patterns)
    }
    return {name: found[name] for name in hash_ordered(found)}
