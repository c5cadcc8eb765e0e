"""``_reindex``, and the pace of what works in the background."""

from __future__ import annotations

from typing import Any

from fakeknn.api.by_query import COMMON, answer, requests_per_second, set_common
from fakeknn.api.search import SEARCH_OPTIONS
from fakeknn.api.tasks import group_by, grouped, no_such_node, node_failure, task_id
from fakeknn.api.timeouts import check_time
from fakeknn.errors import (
    IllegalArgumentException,
    NullPointerException,
    OpenSearchError,
    OpenSearchParseException,
    URISyntaxException,
    Where,
)
from fakeknn.query.script import parse_script
from fakeknn.rest import Request, route
from fakeknn.search.bulk_by_scroll import SCROLL_SIZE, cast_failure
from fakeknn.search.bulk_by_scroll_run import Run
from fakeknn.search.reindex import Reindex
from fakeknn.search.request import SearchRequest, parse_request
from fakeknn.state.node import Node
from fakeknn.state.versions import version_type
from fakeknn.units import parse_time_value
from fakeknn.uri import Uri
from fakeknn.xcontent import generator, hashed, java_string, read_open, string_array
from fakeknn.xcontent.astray import parse_written
from fakeknn.xcontent.objects import ObjectParser, declared, integer, stopped_at, text, whole


class _Parser:
    """ReindexRequest.PARSER, which fills a request as it reads."""

    def __init__(self, wanted: Reindex) -> None:
        self.wanted = wanted
        self.destination = ObjectParser(
            "dest",
            {
                "index": declared("string", self._index),
                "routing": declared("string", self._routing),
                "op_type": declared("string", self._op_type),
                "pipeline": declared("string", self._pipeline),
                "version_type": declared("string", self._version_type),
            },
        )
        self.parser = ObjectParser(
            "reindex",
            {
                "source": declared("object", self._source),
                "dest": declared("object", self.destination.parse),
                "max_docs": declared("int", self._max_docs),
                "size": declared("int", self._max_docs),
                "script": declared("object", self._script),
                "conflicts": declared("string", self._conflicts),
            },
        )

    def _index(self, container: Any, key: Any) -> None:
        self.wanted.destination.index = text(container, key)

    def _routing(self, container: Any, key: Any) -> None:
        self.wanted.destination.routing = text(container, key) or None

    def _op_type(self, container: Any, key: Any) -> None:
        value = text(container, key)
        if value.lower() not in ("create", "index"):
            raise IllegalArgumentException(f"opType must be 'create' or 'index', found: [{value}]")
        self.wanted.destination.create = value.lower() == "create"

    def _pipeline(self, container: Any, key: Any) -> None:
        self.wanted.destination.pipeline = text(container, key)

    def _version_type(self, container: Any, key: Any) -> None:
        self.wanted.destination.version_type = version_type(text(container, key))

    def _max_docs(self, container: Any, key: Any) -> None:
        self.wanted.set_max_docs(integer(container, key))

    def _script(self, container: Any, key: Any) -> None:
        self.wanted.script = parse_script(container, key)

    def _conflicts(self, container: Any, key: Any) -> None:
        self.wanted.set_conflicts(text(container, key))

    def _source(self, container: Any, key: Any) -> None:
        """The search, which is read as a map first: errors in it are placed in what that is written as again."""
        body = hashed(whole(container, key))
        end = Where(container[key], None, "end")
        try:
            self._indices(body)
            self.wanted.remote = remote_host(body)
            written = generator.write(body)
            parse_written(written, lambda tree: parse_request(tree, self.wanted.search))
            self.wanted.from_given = "from" in body
        except OpenSearchError as error:
            raise stopped_at(error, end) from error.__cause__

    def _indices(self, body: dict[str, Any]) -> None:
        value = body.pop("index", None)
        if value is None:
            return
        if isinstance(value, list):
            if None in string_array(value):
                raise NullPointerException("index must not be null")
            self.wanted.indices = value
        elif isinstance(value, str):
            self.wanted.indices = [name for name in value.split(",") if name]
        else:
            raise IllegalArgumentException(f"Expected [index] to be a list or a string but was [{java_string(value)}]")


def remote_host(source: dict[str, Any]) -> str | None:
    """ReindexRequest.buildRemoteInfo: host and port of the cluster that is to be read, taken out of a source with
    all that is said of it, the query too.
    """
    remote = source.pop("remote", None)
    if remote is None:
        return None
    if not isinstance(remote, dict):
        raise cast_failure(remote, "java.util.Map")
    _string(remote, "username")
    _string(remote, "password")
    host = _string(remote, "host")
    if host is None:
        raise NullPointerException("[host] must be specified to reindex from a remote cluster")
    try:
        address = Uri.parse(host)
        if address.port < 0:
            raise URISyntaxException(f"The port was not defined in the [host]: {host}")
    except URISyntaxException as error:
        raise IllegalArgumentException(
            f"[host] must be of the form [scheme]://[host]:[port](/[pathPrefix])? but was [{host}]"
        ) from error
    _check_headers(remote.pop("headers", None))
    for name in ("socket_timeout", "connect_timeout"):
        text = _string(remote, name)
        if text is not None:
            parse_time_value(text, name)
    if remote:
        raise IllegalArgumentException(f"Unsupported fields in [remote]: [{','.join(remote)}]")
    query = source.pop("query", None)
    if query is not None and not isinstance(query, dict):
        raise IllegalArgumentException(f"Expected [query] to be an object but was [{java_string(query)}]")
    return f"{address.host}:{address.port}"


def _string(remote: dict[str, Any], name: str) -> str | None:
    value = remote.pop(name, None)
    if value is not None and not isinstance(value, str):
        raise IllegalArgumentException(f"Expected [{name}] to be a string but was [{java_string(value)}]")
    return value


def _check_headers(headers: Any) -> None:
    what = "Expected [headers] to be an object containing strings but"
    if headers is None:
        return
    if not isinstance(headers, dict):
        raise IllegalArgumentException(f"{what} was [{java_string(headers)}]")
    for name, value in headers.items():
        if not isinstance(value, str):
            raise IllegalArgumentException(f"{what} has [{name}={java_string(value)}]")


@route("POST", "/_reindex", params=(*COMMON, "?scroll", "?require_alias", "?pipeline"))
def reindex(node: Node, request: Request) -> Any:
    params = request.params
    if "pipeline" in params:
        raise IllegalArgumentException(
            "_reindex doesn't support [pipeline] as a query parameter. Specify it in the [dest] object instead."
        )
    if not request.body:
        raise OpenSearchParseException("request body is required")
    wanted = Reindex(search=SearchRequest(size=SCROLL_SIZE), indices=[], options=SEARCH_OPTIONS)
    parser = _Parser(wanted).parser
    parser.parse_root(request.read(read_open))
    if "scroll" in params:
        check_time(request, "scroll")
        wanted.scroll = params["scroll"]
    if "require_alias" in params:
        wanted.destination.require_alias = request.flag("require_alias")
    set_common(request, wanted)
    return answer(node, request, wanted)


@route(
    "POST",
    "/_update_by_query/{taskId}/_rethrottle",
    "/_delete_by_query/{taskId}/_rethrottle",
    "/_reindex/{taskId}/_rethrottle",
    params=("taskId", "requests_per_second", "group_by"),
)
def rethrottle(node: Node, request: Request) -> dict[str, Any]:
    wanted = task_id(request.params["taskId"])
    rate = requests_per_second(request)
    if rate is None:
        raise IllegalArgumentException("requests_per_second is a required parameter")
    groups = group_by(request)
    if wanted is None:
        raise NullPointerException(None)
    node_id = wanted.partition(":")[0]
    if node_id != node.node_id:
        return grouped(node, [], groups, failure=no_such_node(node_id))
    for run in node.background:
        if isinstance(run, Run) and run.task_id == wanted:
            run.rethrottle(rate)
            return grouped(node, [run.own_task(running=True)], groups, detailed=True, resources=not run.leader)
    return grouped(node, [], groups, failure=node_failure(node, f"task [{wanted}] is missing"))
