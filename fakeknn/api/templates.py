"""Templates: ``_index_template`` with its components and simulations, and the legacy ``_template``."""

from __future__ import annotations

from collections.abc import Mapping as Members
from dataclasses import replace
from typing import Any

from fakeknn.api.alias_bodies import java_map, requested_aliases, template_alias
from fakeknn.api.alias_filter import check_filter
from fakeknn.api.documents import require_body
from fakeknn.api.indices import SETTINGS_FORMAT
from fakeknn.api.root import BUILDS
from fakeknn.api.timeouts import MANAGER, check_timeouts
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    NumberFormatException,
    OpenSearchParseException,
    ResourceNotFoundException,
)
from fakeknn.fields import parameters
from fakeknn.mapping.definition import parse_mapping
from fakeknn.rest import Request, Response, route
from fakeknn.state.creation import mapping_context
from fakeknn.state.names import simple_match
from fakeknn.state.node import Node
from fakeknn.state.settings.flat import flatten, load, render
from fakeknn.state.templates import DEFAULT_TIMESTAMP, ComponentTemplate, IndexTemplate, LegacyTemplate, Template
from fakeknn.state.templates.composing import collect_mappings, compose_mappings, resolve_aliases, resolve_settings
from fakeknn.state.templates.lifecycle import (
    Warn,
    delete_component_templates,
    delete_index_templates,
    delete_legacy_templates,
    put_component_template,
    put_index_template,
    put_legacy_template,
    with_index_template,
)
from fakeknn.state.templates.matching import find_index_template, overlapping
from fakeknn.state.templates.new_index import named_aliases
from fakeknn.xcontent import java_string, read_map, read_open
from fakeknn.xcontent.java import hash_capacity, hash_ordered
from fakeknn.xcontent.objects import ObjectParser, declared, integer

# --- reading ----------------------------------------------------------------------------------------------------------


def _long(container: Any, key: Any) -> int:
    try:
        return integer(container, key, bits=64)
    except NumberFormatException as error:
        raise IllegalArgumentException(error.reason) from None


def _settings(container: Any, key: Any) -> Any:
    return flatten(container[key])


def _aliases(container: Any, key: Any) -> dict[str, Any]:
    return {alias: template_alias(java_map(one)) for alias, one in container[key].items()}


_TEMPLATE = ObjectParser(
    "template",
    {
        "settings": declared("object", _settings),
        "mappings": declared("object"),
        "aliases": declared("object", _aliases),
    },
)
_COMPONENT = ObjectParser(
    "component_template",
    {
        "template": declared("object", _TEMPLATE.parse),
        "version": declared("long", _long),
        "_meta": declared("object"),
    },
    constructor=("template",),
    applied=True,
)
_TIMESTAMP = ObjectParser("timestamp_field", {"name": declared("string")}, constructor=("name",))
_DATA_STREAM = ObjectParser(
    "data_stream_template", {"timestamp_field": declared("object", _TIMESTAMP.parse)}, ignore_unknown=True
)
_CONTEXT = ObjectParser(
    "context",
    {"name": declared("string"), "version": declared("string"), "params": declared("object")},
    constructor=("name",),
)
_INDEX_TEMPLATE = ObjectParser(
    "index_template",
    {
        "index_patterns": declared("string_array"),
        "template": declared("object", _TEMPLATE.parse),
        "composed_of": declared("string_array"),
        "priority": declared("long", _long),
        "version": declared("long", _long),
        "_meta": declared("object"),
        "data_stream": declared("object", _DATA_STREAM.parse),
        "context": declared("object", _CONTEXT.parse),
    },
    constructor=("index_patterns",),
)


def _template(values: Members[str, Any] | None) -> Template | None:
    if values is None:
        return None
    return Template(values.get("settings"), values.get("mappings"), values.get("aliases"))


def _read_index_template(request: Request) -> IndexTemplate:
    values = _parsed(request, _INDEX_TEMPLATE)
    stream = values.get("data_stream")
    timestamp = None if stream is None else stream.get("timestamp_field", {"name": DEFAULT_TIMESTAMP})["name"]
    return IndexTemplate(
        values["index_patterns"],
        _template(values.get("template")),
        values.get("composed_of"),
        values.get("priority"),
        values.get("version"),
        values.get("_meta"),
        timestamp,
        values.get("context"),
    )


def _parsed(request: Request, parser: ObjectParser) -> dict[str, Any]:
    require_body(request)
    return parser.parse_root(request.read(read_open))


# --- telling ----------------------------------------------------------------------------------------------------------


def _told_template(template: Template) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if template.settings is not None:
        told["settings"] = render(template.settings)
    if template.mappings:
        told["mappings"] = template.mappings
    if template.aliases is not None:
        told["aliases"] = template.aliases
    return told


def told_component(component: ComponentTemplate) -> dict[str, Any]:
    told: dict[str, Any] = {"template": _told_template(component.template)}
    if component.version is not None:
        told["version"] = component.version
    if component.meta is not None:
        told["_meta"] = component.meta
    return told


def told_index_template(template: IndexTemplate) -> dict[str, Any]:
    told: dict[str, Any] = {"index_patterns": template.index_patterns}
    if template.template is not None:
        told["template"] = _told_template(template.template)
    more = {
        "composed_of": template.composed_of,
        "priority": template.priority,
        "version": template.version,
        "_meta": template.meta,
    }
    told.update({name: value for name, value in more.items() if value is not None})
    if template.data_stream is not None:
        told["data_stream"] = {"timestamp_field": {"name": template.data_stream}}
    return told


def _selected(templates: Members[str, Any], name: str | None, what: str) -> dict[str, Any]:
    if name is None:  # a map that was copied each time before one was added
        return {key: templates[key] for key in hash_ordered(templates, hash_capacity(len(templates) - 1))}
    if "*" in name:
        return {key: templates[key] for key in hash_ordered(templates) if simple_match(name, key)}
    if name not in templates:
        raise ResourceNotFoundException(f"{what} template matching [{name}] not found")
    return {name: templates[name]}


def _listed(request: Request, found: list[dict[str, Any]], what: str) -> Response:
    """A list of templates; an empty one for a wildcard is not found."""
    status = 404 if "name" in request.params and not found else 200
    return Response(status, {f"{what}_templates": found})


def _warn(node: Node, request: Request) -> Warn:
    """HeaderWarning.addWarning, for one request."""

    def warn(text: str) -> None:
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%25")
        agent = f"OpenSearch-{node.version}-{BUILDS[node.version]['build_hash']}"
        request.warnings.append(f'299 {agent} "{escaped}"')

    return warn


#: Nothing but the cluster manager is waited for.
_WAITS = MANAGER[1:]
_GET = ("name", "local", "flat_settings", *_WAITS, *SETTINGS_FORMAT)
_PUT = ("create", "cause", *_WAITS)


# --- components -------------------------------------------------------------------------------------------------------


@route("PUT POST", "/_component_template/{name}", params=_PUT)
def put_component(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    create = request.flag("create")
    values = _parsed(request, _COMPONENT)
    request.prepared()
    template = _template(values["template"]) or Template()
    component = ComponentTemplate(template, values.get("version"), values.get("_meta"))
    put_component_template(node, request.params["name"], component, create=create, check_filter=check_filter)
    return {"acknowledged": True}


@route("GET", "/_component_template", params=_GET)
@route("GET HEAD", "/_component_template/{name}", params=_GET)
def get_component(node: Node, request: Request) -> Response:
    request.flag("local")
    check_timeouts(request)
    found = _selected(node.component_templates, request.text("name"), "component")
    listed = [{"name": name, "component_template": told_component(one)} for name, one in found.items()]
    return _listed(request, listed, "component")


@route("DELETE", "/_component_template/{name}", params=_WAITS)
def delete_component(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    delete_component_templates(node, request.params["name"])
    return {"acknowledged": True}


# --- index templates --------------------------------------------------------------------------------------------------


@route("PUT POST", "/_index_template/{name}", params=_PUT)
def put(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    create = request.flag("create")
    template = _read_index_template(request)
    request.prepared()
    _check_action(template)
    put_index_template(
        node,
        request.params["name"],
        template,
        create=create,
        check_filter=check_filter,
        warn=_warn(node, request),
    )
    return {"acknowledged": True}


def _check_action(template: IndexTemplate) -> None:
    """PutComposableIndexTemplateAction.Request.validate, before the settings have their full keys."""
    problems = []
    if template.is_global and template.template is None:
        raise NullPointerException(
            'Cannot invoke "org.opensearch.cluster.metadata.Template.settings()" because the return value of '
            '"org.opensearch.cluster.metadata.ComposableIndexTemplate.template()" is null'
        )
    if template.is_global and template.template is not None and template.template.settings is None:
        raise NullPointerException(
            'Cannot invoke "org.opensearch.common.settings.Settings.keySet()" because "settings" is null'
        )
    settings = (template.template and template.template.settings) or {}
    if template.is_global and "index.hidden" in settings:
        problems.append("global composable templates may not specify the setting index.hidden")
    if template.priority is not None and template.priority < 0:
        problems.append("index template priority must be >= 0")
    if problems:
        raise ActionRequestValidationException(*problems)


@route("GET", "/_index_template", params=_GET)
@route("GET HEAD", "/_index_template/{name}", params=_GET)
def get(node: Node, request: Request) -> Response:
    request.flag("local")
    check_timeouts(request)
    found = _selected(node.index_templates, request.text("name"), "index")
    listed = [{"name": name, "index_template": told_index_template(one)} for name, one in found.items()]
    return _listed(request, listed, "index")


@route("DELETE", "/_index_template/{name}", params=_WAITS)
def delete(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    delete_index_templates(node, request.params["name"])
    return {"acknowledged": True}


# --- simulations ------------------------------------------------------------------------------------------------------


def _simulated_body(request: Request) -> IndexTemplate | None:
    """The template that a body says, and how it would be put."""
    if not request.body:
        return None
    template = _read_index_template(request)
    request.flag("create")
    return template


def _prepared(request: Request) -> None:
    """Without a body nobody reads how it would be put."""
    if not request.body:
        request.refuse_unread(("create", "cause"))
    request.prepared()


@route("POST", "/_index_template/_simulate_index/{name}", params=_PUT)
def simulate_index(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    index = request.params["name"]
    template = _simulated_body(request)
    _prepared(request)
    templates = node.index_templates
    if template is not None:
        create = request.flag("create")
        _check_action(template)
        name = f"simulate_index_template_{node.ids.uuid().lower()}"
        templates = with_index_template(
            node, name, template, create=create, check_filter=check_filter, warn=_warn(node, request)
        )
    found = find_index_template(node, index, False, templates)
    return {} if found is None else _simulated(node, found, templates, index)


@route("POST", "/_index_template/_simulate", "/_index_template/_simulate/{name}", params=("name", *_PUT))
def simulate(node: Node, request: Request) -> dict[str, Any]:
    name = request.text("name")
    given = _simulated_body(request)
    create = bool(request.body) and request.flag("create")
    check_timeouts(request)
    _prepared(request)
    uuid = node.ids.uuid().lower()
    templates = node.index_templates
    if given is not None:
        _check_action(given)
        name = name or f"simulate_template_{uuid}"
        templates = with_index_template(
            node, name, given, create=create, check_filter=check_filter, warn=_warn(node, request)
        )
    elif name is None:
        raise ActionRequestValidationException(
            "either index name or index template body must be specified for simulation"
        )
    elif name not in node.index_templates:
        raise IllegalArgumentException(f"unable to simulate template [{name}] that does not exist")
    return _simulated(node, name, templates, f"simulate_template_index_{uuid}")


def _simulated(node: Node, name: str, templates: Members[str, IndexTemplate], index: str) -> dict[str, Any]:
    """What the template of this name, one of ``templates``, would give an index, and which others match as well."""
    template = templates[name]
    node.lookup.check_unique(index)
    settings = resolve_settings(node, template)
    told: dict[str, Any] = {"settings": render(settings)}
    mappings = compose_mappings(collect_mappings(node, template, index))
    if mappings:
        told["mappings"] = parse_mapping(mappings, mapping_context(node, settings, index)).echo()
    told["aliases"] = named_aliases(resolve_aliases(node, template), index)
    others = overlapping(node, name, template.index_patterns, templates)
    listed = [{"name": other, "index_patterns": patterns} for other, patterns in others.items()]
    return {"template": told, "overlapping": listed}


# --- legacy -----------------------------------------------------------------------------------------------------------


@route("PUT POST", "/_template/{name}", params=("order", "index_patterns", "template", *_PUT))
def put_legacy(node: Node, request: Request) -> dict[str, Any]:
    patterns = [request.params["template"]] if "template" in request.params else request.names("index_patterns")
    template = LegacyTemplate(patterns, request.number("order", 0) or 0)
    check_timeouts(request)
    create = request.flag("create")
    if not request.body:
        raise OpenSearchParseException("request body is required")
    template = _apply_legacy_body(template, request.read(read_map))
    if "template" in request.params:
        request.refuse_unread(("index_patterns",))
    request.prepared()
    if not template.index_patterns:
        raise ActionRequestValidationException("index patterns are missing")
    put_legacy_template(node, request.params["name"], template, create=create, warn=_warn(node, request))
    return {"acknowledged": True}


def _apply_legacy_body(template: LegacyTemplate, body: dict[str, Any]) -> LegacyTemplate:
    """PutIndexTemplateRequest.source."""
    mappings = body.get("mappings")
    if isinstance(mappings, dict) and len(mappings) == 1 and "_doc" in mappings:
        raise IllegalArgumentException("The mapping definition cannot be nested under a type")
    for name in hash_ordered(body):
        value = body[name]
        if name == "template":
            if isinstance(value, str):
                template = replace(template, index_patterns=[value])
        elif name == "index_patterns":
            if isinstance(value, str):
                value = [value]
            if not isinstance(value, list):
                raise IllegalArgumentException("Malformed [template] value, should be a string or a list of strings")
            if any(one is None for one in value):
                raise NotFaked("an index pattern that is null")
            template = replace(template, index_patterns=[java_string(one) for one in value])
        elif name == "order":
            template = replace(template, order=0 if value is None else parameters.integer(value))
        elif name == "version":
            if not isinstance(value, int) or isinstance(value, bool) or not -(2**31) <= value < 2**31:
                raise IllegalArgumentException("Malformed [version] value, should be an integer")
            template = replace(template, version=value)
        elif name == "settings":
            if not isinstance(value, dict):
                raise IllegalArgumentException("Malformed [settings] section, should include an inner object")
            template = replace(template, settings=load(value))
        elif name == "mappings":
            if value is None:
                raise NullPointerException('Cannot invoke "java.util.Map.entrySet()" because "mappings" is null')
            template = replace(template, mappings=java_map(value))
        elif name == "aliases":
            aliases = requested_aliases(value)
            for metadata in aliases.values():
                metadata.pop("is_write_index", None)
                metadata.pop("is_hidden", None)
            template = replace(template, aliases=aliases)
        else:
            raise OpenSearchParseException(f"unknown key [{name}] in the template ")
    return template


@route("GET", "/_template", params=_GET)
@route("GET HEAD", "/_template/{name}", params=_GET)
def get_legacy(node: Node, request: Request) -> Response:
    request.flag("local")
    check_timeouts(request)
    asked = request.names("name")
    answer: dict[str, Any] = {}
    for name, template in node.templates.items():
        if asked and not any(simple_match(pattern, name) for pattern in asked):
            continue
        told: dict[str, Any] = {"order": template.order}
        if template.version is not None:
            told["version"] = template.version
        told["index_patterns"] = template.index_patterns
        told["settings"] = render(template.settings, request.flag("flat_settings"))
        told["mappings"] = template.mappings
        told["aliases"] = template.aliases
        answer[name] = told
    return Response(404 if asked and not answer else 200, answer)


@route("DELETE", "/_template/{name}", params=_WAITS)
def delete_legacy(node: Node, request: Request) -> dict[str, Any]:
    check_timeouts(request)
    delete_legacy_templates(node, request.params["name"])
    return {"acknowledged": True}
