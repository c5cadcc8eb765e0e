"""Putting templates and deleting them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IndexTemplateMissingException,
    InvalidIndexTemplateException,
    OpenSearchError,
)
from fakeknn.state.aliases import CheckFilter
from fakeknn.state.names import simple_match
from fakeknn.state.node import Node
from fakeknn.state.settings.flat import with_index_prefix
from fakeknn.state.settings.index import INDEX_SETTINGS
from fakeknn.state.templates import ComponentTemplate, IndexTemplate, LegacyTemplate, Template
from fakeknn.state.templates.composing import resolve_settings
from fakeknn.state.templates.matching import find_index_template, overlapping_among
from fakeknn.state.templates.validation import check_alone, check_composed, check_parts
from fakeknn.xcontent.java import hash_ordered

#: Takes what is to be warned of.
Warn = Callable[[str], None]


def put_component_template(
    node: Node, name: str, component: ComponentTemplate, *, create: bool, check_filter: CheckFilter
) -> None:
    settings = component.template.settings
    if settings is not None:
        settings = with_index_prefix(settings)
        INDEX_SETTINGS.validate(settings, dependencies=True)
    existing = node.component_templates.get(name)
    if create and existing is not None:
        raise IllegalArgumentException(f"component template [{name}] already exists")
    users = {user: template for user, template in node.index_templates.items() if name in template.components}
    if not create and settings is not None and settings.get("index.hidden") is not None:
        everywhere = [user for user, template in users.items() if template.is_global]
        if everywhere:
            raise IllegalArgumentException(
                f"cannot update component template [{name}] because the following global templates would resolve to "
                f"specifying the [index.hidden] setting: [{','.join(everywhere)}]"
            )
    component = replace(component, template=replace(component.template, settings=settings))
    check_alone(node, settings or {}, component.template.mappings)
    check_parts(node, name, (), settings or {}, component.template.aliases or {})
    before = dict(node.component_templates)
    node.component_templates = {**before, name: component}
    node.customs["component_template"] = True
    try:
        for user, template in users.items():
            try:
                check_composed(node, user, template, check_filter)
            except OpenSearchError as error:
                raise IllegalArgumentException(
                    f"updating component template [{name}] results in invalid composable template [{user}] after "
                    "templates are merged"
                ) from error
    except OpenSearchError:
        node.component_templates = before
        raise
    node.changed()


def delete_component_templates(node: Node, pattern: str) -> None:
    names = [name for name in node.component_templates if simple_match(pattern, name)]
    used: set[str] = set()
    users = []
    for user, template in node.index_templates.items():
        in_use = set(template.components) & set(names)
        if in_use:
            used |= in_use
            users.append(user)
    if users:
        raise IllegalArgumentException(
            f"component templates [{', '.join(hash_ordered(sorted(used)))}] cannot be removed as they are still in use "
            f"by index templates [{', '.join(hash_ordered(users))}]"
        )
    node.component_templates = _without(node.component_templates, names, pattern)
    node.changed()


def _without(templates: Mapping[str, Any], names: Sequence[str], pattern: str) -> dict[str, Any]:
    if not names and pattern != "*":
        raise IndexTemplateMissingException(pattern)
    return {name: template for name, template in templates.items() if name not in names}


def put_index_template(
    node: Node, name: str, template: IndexTemplate, *, create: bool, check_filter: CheckFilter, warn: Warn
) -> None:
    templates = with_index_template(node, name, template, create=create, check_filter=check_filter, warn=warn)
    node.index_templates = templates
    node.customs["index_template"] = True
    node.changed()


def _warn_of_legacy_rivals(node: Node, name: str, template: IndexTemplate, warn: Warn) -> None:
    """A template goes before legacy ones."""
    rivals = overlapping_among(template.index_patterns, node.templates)
    if rivals:
        warn(
            f"index template [{name}] has index patterns [{', '.join(template.index_patterns)}] matching patterns from "
            f"existing older templates [{','.join(rivals)}] with patterns ({_told_patterns(rivals)}); this template "
            f"[{name}] will take precedence during new index creation"
        )


def _told_patterns(rivals: Mapping[str, Sequence[str]]) -> str:
    return ",".join(f"{name} => [{', '.join(patterns)}]" for name, patterns in rivals.items())


def with_index_template(
    node: Node, name: str, template: IndexTemplate, *, create: bool, check_filter: CheckFilter, warn: Warn
) -> dict[str, IndexTemplate]:
    """The node's index templates with one more, if it is allowed."""
    _check_request(node, name, template)
    if create and name in node.index_templates:
        raise IllegalArgumentException(f"index template [{name}] already exists")
    if not template.index_patterns:
        raise IllegalArgumentException("There must be at least one pattern, zero given")
    _check_priority(node, name, template)
    _warn_of_legacy_rivals(node, name, template, warn)
    template = normalized(template)
    inner = template.template or Template()
    check_parts(node, name, template.index_patterns, inner.settings or {}, inner.aliases or {})
    _check_streams_covered(node, name, template)
    try:
        check_composed(node, name, template, check_filter)
    except OpenSearchError as error:
        parts = f"with component templates [{', '.join(template.components)}] " if template.components else ""
        raise IllegalArgumentException(
            f"composable template [{name}] template after composition {parts}is invalid"
        ) from error
    return {**node.index_templates, name: template}


def normalized(template: IndexTemplate) -> IndexTemplate:
    """The template as it is kept: with full keys of settings and, if it holds anything, a list of components."""
    inner = template.template
    if inner is None:
        return template
    if inner.settings is not None:
        inner = replace(inner, settings=with_index_prefix(inner.settings))
    return replace(template, template=inner, composed_of=template.components)


def _check_request(node: Node, name: str, template: IndexTemplate) -> None:
    """validateV2TemplateRequest."""
    if template.is_global and "index.hidden" in resolve_settings(node, template):
        raise InvalidIndexTemplateException(
            name, "global composable templates may not specify the setting index.hidden"
        )
    missing = [component for component in template.components if component not in node.component_templates]
    if missing:
        raise InvalidIndexTemplateException(
            name, f"index template [{name}] specifies component templates [{', '.join(missing)}] that do not exist"
        )
    if template.context is not None:
        raise InvalidIndexTemplateException(
            name,
            f"index template [{name}] specifies a context which cannot be used without enabling: "
            "cluster.application_templates.enabled",
        )


def _check_priority(node: Node, name: str, template: IndexTemplate) -> None:
    priority = template.priority or 0
    equals = {
        other: rival
        for other, rival in node.index_templates.items()
        if other != name and (rival.priority or 0) == priority
    }
    rivals = overlapping_among(template.index_patterns, equals)
    if rivals:
        raise IllegalArgumentException(
            f"index template [{name}] has index patterns [{', '.join(template.index_patterns)}] matching patterns from "
            f"existing templates [{','.join(rivals)}] with patterns ({_told_patterns(rivals)}) that have the same "
            f"priority [{priority}], multiple index templates may not match during index creation, please use a "
            "different priority"
        )


def _check_streams_covered(node: Node, name: str, template: IndexTemplate) -> None:
    """validateDataStreamsStillReferenced: no data stream may lose the template that makes its indices."""

    def uncovered(templates: Mapping[str, IndexTemplate]) -> list[str]:
        found = []
        for stream in node.data_streams:
            covering = find_index_template(node, stream, False, templates)
            if covering is None or templates[covering].data_stream is None:
                found.append(stream)
        return found

    lost = uncovered({**node.index_templates, name: template})
    if len(lost) > len(uncovered(node.index_templates)):
        priority = "null" if template.priority is None else template.priority
        how = "" if template.data_stream is not None else "and no data stream configuration "
        raise IllegalArgumentException(
            f"composable template [{name}] with index patterns [{', '.join(template.index_patterns)}], priority "
            f"[{priority}] {how}would cause data streams [{', '.join(hash_ordered(lost))}] to no longer match a data "
            "stream template"
        )


def delete_index_templates(node: Node, pattern: str) -> None:
    names = [name for name in node.index_templates if simple_match(pattern, name)]
    used = sorted(stream for stream in node.data_streams if find_index_template(node, stream, False) in names)
    if used:
        raise IllegalArgumentException(
            f"unable to remove composable templates [{', '.join(sorted(names))}] as they are in use by a data streams "
            f"[{', '.join(used)}]"
        )
    node.index_templates = _without(node.index_templates, names, pattern)
    node.changed()


def put_legacy_template(node: Node, name: str, template: LegacyTemplate, *, create: bool, warn: Warn) -> None:
    settings = with_index_prefix(template.settings)
    INDEX_SETTINGS.validate(settings, dependencies=True)
    check_parts(node, name, template.index_patterns, settings, template.aliases)
    if create and name in node.templates:
        raise IllegalArgumentException(f"index_template [{name}] already exists")
    check_alone(node, settings, template.mappings)
    node.templates = {**node.templates, name: replace(template, settings=settings)}
    node.changed()
    others = {other: rival for other, rival in node.index_templates.items() if other != name}
    rivals = overlapping_among(template.index_patterns, others)
    if rivals:
        warn(
            f"legacy template [{name}] has index patterns [{', '.join(template.index_patterns)}] matching patterns "
            f"from existing composable templates [{','.join(rivals)}] with patterns ({_told_patterns(rivals)}); this "
            f"template [{name}] may be ignored in favor of a composable template at index creation time"
        )


def delete_legacy_templates(node: Node, pattern: str) -> None:
    names = [name for name in node.templates if simple_match(pattern, name)]
    node.templates = _without(node.templates, names, pattern)
    node.changed()
