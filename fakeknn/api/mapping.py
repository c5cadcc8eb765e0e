"""``_mapping``: get, put, and the mappings of single fields."""

from __future__ import annotations

from typing import Any

from fakeknn.api.documents import require_body
from fakeknn.api.timeouts import MANAGER, acknowledged, check_manager_timeout, check_timeouts
from fakeknn.errors import IllegalArgumentException, MapperParsingException
from fakeknn.mapping import Mapping
from fakeknn.mapping.definition import parse_mapping
from fakeknn.rest import Request, Response, route
from fakeknn.state import names
from fakeknn.state.index import Index
from fakeknn.state.names import INDICES_OPTIONS_PARAMETERS, IndicesOptions, simple_match
from fakeknn.state.node import Node
from fakeknn.state.resolution import concrete_write_index
from fakeknn.xcontent import read_map


@route(
    "GET",
    "/_mapping",
    "/_mappings",
    "/{index}/_mapping",
    "/{index}/_mappings",
    params=("index", "local", *MANAGER[1:], *INDICES_OPTIONS_PARAMETERS),
)
def get(node: Node, request: Request) -> dict[str, Any]:
    options = IndicesOptions.from_parameters(request.params, names.GET_MAPPING)
    check_manager_timeout(request)
    request.flag("local")
    indices = node.resolve(request.names("index"), options)
    node.check_blocks("metadata_read", *indices)
    return {index.name: {"mappings": index.mapping.echo()} for index in indices}


@route(
    "PUT POST",
    "/{index}/_mapping",
    "/{index}/_mappings",
    params=(*MANAGER, "write_index_only", *INDICES_OPTIONS_PARAMETERS),
)
def put(node: Node, request: Request) -> dict[str, Any]:
    require_body(request)
    body = request.read(read_map)
    if len(body) == 1 and "_doc" in body:
        raise IllegalArgumentException("Types cannot be provided in put mapping requests")
    check_timeouts(request)
    options = IndicesOptions.from_parameters(request.params, names.PUT_MAPPING)
    if request.flag("write_index_only"):
        found = [concrete_write_index(node.lookup, name, options).name for name in request.names("index")]
        indices = [node.indices[name] for name in found]
    else:
        indices = node.resolve(request.names("index"), options)
    node.check_blocks("metadata_write", *indices)
    merged = [(index, index.mapping.merged(_parsed(body, index), first=index.unmapped)) for index in indices]
    changed = any(mapping.echo() != index.mapping.echo() for index, mapping in merged)
    for index, mapping in merged:
        node.writable(index).adopt_mapping(mapping)
    return {"acknowledged": acknowledged(request, changed)}


def _parsed(body: dict[str, Any], index: Index) -> Mapping:
    """A definition under an index's settings; unlike a new index's, its refusals are not wrapped."""
    try:
        return parse_mapping(body, index.mapping.context, update=True)
    except MapperParsingException as error:
        cause = error.cause or error
        raise cause from cause.cause


#: The fields that every index has, as GET _mapping/field tells them.
METADATA_FIELDS = (
    "_routing",
    "_doc_count",
    "_index",
    "_feature",
    "_ignored",
    "_seq_no",
    "_nested_path",
    "_data_stream_timestamp",
    "_field_names",
    "_source",
    "_id",
    "_version",
)


@route(
    "GET",
    "/_mapping/field/{fields}",
    "/{index}/_mapping/field/{fields}",
    params=("index", "include_defaults", "local", *INDICES_OPTIONS_PARAMETERS),
)
def get_field(node: Node, request: Request) -> Response:
    patterns = request.names("fields")
    defaults = request.flag("include_defaults")
    options = IndicesOptions.from_parameters(request.params, names.GET_FIELD_MAPPING)
    request.flag("local")
    indices = node.resolve(request.names("index"), options)
    node.check_blocks("metadata_read", *indices)
    opened = [index for index in indices if index.state == "open"]
    answer = {index.name: {"mappings": _fields(index, patterns, defaults)} for index in opened}
    return Response(200 if answer else 404, answer)


def _fields(index: Index, patterns: list[str], defaults: bool) -> dict[str, Any]:
    """The fields that the patterns match, by full name."""
    found: dict[str, Any] = {}
    if index.unmapped:
        return found
    fields = index.mapping.fields
    for pattern in patterns:
        for path in (*METADATA_FIELDS, *fields):
            if simple_match(pattern, path) and path not in found:
                field = fields.get(path)
                told = _metadata(index, path, defaults) if field is None else {field.name: field.echo(defaults)}
                found[path] = {"full_name": path, "mapping": told}
    return found


def _metadata(index: Index, name: str, defaults: bool) -> dict[str, Any]:
    """A metadata field of which the mapping says something."""
    mapper = index.mapping.metadata.get(name)
    said = None if mapper is None else mapper.echo(defaults)
    return {name: said} if said else {}
