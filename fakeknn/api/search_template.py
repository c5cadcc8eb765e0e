"""_search/template, _msearch/template and _render/template: searches written as Mustache templates."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import orjson

from fakeknn.api.search import (
    MESSAGE_PARAMETERS,
    SEARCH_PARAMETERS,
    apply_params,
    check_accurate,
    check_message,
    check_read,
    check_total_hits,
    message_answer,
    message_searches,
    run_search,
)
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IllegalStateException,
    IOException,
    OpenSearchError,
    OpenSearchParseException,
    ParsingException,
    body_of,
)
from fakeknn.painless.mustache import compile_template
from fakeknn.query.script import Script, check_language, compiling
from fakeknn.rest import SOURCE_PARAMETERS, Request, Response, route
from fakeknn.search.mmr import request_of
from fakeknn.search.request import SearchRequest, parse_request
from fakeknn.search.scripts import compile_painless, stored_script
from fakeknn.state.names import SEARCH, IndicesOptions
from fakeknn.xcontent import generator, read_for, read_open, read_search, settle
from fakeknn.xcontent.astray import followed
from fakeknn.xcontent.jackson import Characters
from fakeknn.xcontent.objects import ObjectParser, caught, declared, text, whole

if TYPE_CHECKING:
    from fakeknn.state.node import Node


@dataclass
class Template:
    """SearchTemplateRequest."""

    source: str | None = None
    search_pipeline: str | None = None
    id: str | None = None
    params: dict[str, Any] = field(default_factory=dict)
    explain: bool = False
    profile: bool = False

    @property
    def given(self) -> bool:
        return bool(self.source or self.id)

    def check(self) -> list[str]:
        if self.given:
            return []
        kind = [] if self.source is not None or self.id is not None else ["template's script type is missing"]
        return ["template is missing", *kind]


def _unclosed(error: OpenSearchError) -> OpenSearchError:
    """What is wrong inside a template that is an object, which is being copied."""
    unclosed = IllegalStateException("Failed to close the XContentBuilder")
    unclosed.__cause__ = IOException("Unclosed object or array found")
    error.meta = {**error.meta, "suppressed": [unclosed.members()]}
    failed = ParsingException("Could not parse inline template")
    if hasattr(error, "position"):
        failed.locate(*error.position)
    return failed


def _parse(body: Any) -> Template:
    found = Template()

    def source(container: Any, key: Any) -> str:
        value = container[key]
        if isinstance(value, dict):
            with caught(_unclosed):
                whole(container, key)
            found.source = generator.dump(value).decode()
        else:
            found.source = text(container, key)
        found.id = None
        return found.source

    def stored(container: Any, key: Any) -> str:
        found.id, found.source = text(container, key), None
        return found.id

    shown = declared("object_or_string", source)
    values = ObjectParser(
        "search_template",
        {
            "params": declared("object"),
            "id": declared("string", stored),
            "explain": declared("boolean"),
            "profile": declared("boolean"),
            "source": shown,
            "inline": shown,
            "template": shown,
            "search_pipeline": declared("string_or_null"),
        },
    ).parse_root(body)
    found.params = values.get("params", {})
    found.search_pipeline = values.get("search_pipeline")
    found.explain, found.profile = values.get("explain", False), values.get("profile", False)
    return found


def _read(request: Request) -> Template:
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")
    request.parsed = read_open(request.body)
    return _parse(request.parsed)


def _render(node: Node, template: Template) -> str:
    """What a template becomes."""
    source = template.source if template.id is None else None
    script = stored_script(node, Script(source, id=template.id, lang="mustache", params=template.params))
    check_language(script, "template")
    if script.lang == "painless":
        return str(compile_painless(node, script, "template").execute(dict(template.params)))
    with compiling(script):
        return compile_template(str(script.source), script.options).render(template.params)


def _searched(
    node: Node, request: Request, template: Template, around: SearchRequest | None = None
) -> tuple[SearchRequest, Request]:
    """The search that a template becomes (TransportSearchTemplateAction.convert), of which parameters ask ``around``
    it how far hits are counted.
    """
    rendered = Characters(_render(node, template).encode())
    one = Request("POST", request.path, request.params, body=rendered)

    def read_one() -> SearchRequest:
        read = partial(read_search, alone=False)
        one.parsed = read_for(one.body, read, lambda tree: parse_request(tree, request_of(node)))
        return parse_request(one.parsed, request_of(node))

    try:
        search = followed(one, read_one)
    except OpenSearchError as error:
        settle(error, one.body, one.parsed)
        raise
    if around is not None and around.track_total_hits is not None:
        if search.track_total_hits is None:
            search.track_total_hits = around.track_total_hits
        else:
            check_accurate(search)
    search.explain, search.profile = template.explain, template.profile
    search.pipeline = template.search_pipeline or search.pipeline
    return search, one


@route("GET POST", "/_search/template", "/{index}/_search/template", params=SEARCH_PARAMETERS)
def search_template(node: Node, request: Request) -> dict[str, Any]:
    around = SearchRequest()
    apply_params(request, around)
    IndicesOptions.from_parameters(request.params, SEARCH)
    check_total_hits(request, around)
    template = _read(request)
    check_read(request)
    request.prepared()
    problems = template.check()
    if problems:
        raise ActionRequestValidationException(*problems)
    search, one = _searched(node, request, template, around)
    search.pipeline = search.pipeline or request.text("search_pipeline")
    try:
        return {**run_search(node, one, search), "status": 200}
    except OpenSearchError as error:
        settle(error, one.body, one.parsed)
        raise


@route("GET POST", "/_render/template", "/_render/template/{id}", params=SOURCE_PARAMETERS)
def render_template(node: Node, request: Request) -> Response:
    template = _read(request)
    if request.text("id") is not None:
        template.id, template.source = request.text("id"), None
    request.prepared()
    problems = template.check()
    if problems:
        raise ActionRequestValidationException(*problems)
    rendered = _render(node, template)
    return Response(200, {"template_output": orjson.Fragment(rendered)})


@route(
    "GET POST",
    "/_msearch/template",
    "/{index}/_msearch/template",
    params=MESSAGE_PARAMETERS,
)
def multi_search_template(node: Node, request: Request) -> dict[str, Any]:
    check_message(request, numbers=False)
    templates = []
    for one in message_searches(request):
        one.parsed = read_open(one.body)
        try:
            template = _parse(one.parsed)
        except OpenSearchError as error:
            settle(error, one.body, one.parsed)
            raise
        if template.source is None and template.id is None:
            raise IllegalArgumentException("Malformed search template")
        request.flag("rest_total_hits_as_int")
        templates.append((one, template))
    request.prepared()
    started = node.clock.now()
    problems = ["no requests added"] if not templates else [text for _, one in templates for text in one.check()]
    if problems:
        raise ActionRequestValidationException(*problems)
    plans: list[tuple[SearchRequest, Request] | OpenSearchError] = []
    for one, template in templates:
        try:
            plans.append(_searched(node, one, template))
        except OpenSearchError as error:
            plans.append(error)
    if all(isinstance(plan, OpenSearchError) for plan in plans):
        raise ActionRequestValidationException("no requests added")
    responses = [_answer(node, plan) for plan in plans]
    return message_answer(node, request, started, responses)


def _answer(node: Node, plan: tuple[SearchRequest, Request] | OpenSearchError) -> dict[str, Any]:
    if isinstance(plan, OpenSearchError):
        return body_of(plan)
    search, one = plan
    try:
        return {**run_search(node, one, search), "status": 200}
    except OpenSearchError as error:
        settle(error, one.body, one.parsed)
        return body_of(error)
