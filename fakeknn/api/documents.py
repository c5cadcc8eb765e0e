"""Documents by id: ``_doc``, ``_create``, ``_source``, ``_update``, ``_mget``."""

from __future__ import annotations

from functools import partial
from typing import Any, NoReturn
from urllib.parse import quote_plus

from fakeknn.api.timeouts import check_time
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    NoShardAvailableActionException,
    NullPointerException,
    NumberFormatException,
    OpenSearchError,
    OpenSearchParseException,
    ResourceNotFoundException,
    RoutingMissingException,
    UnavailableShardsException,
    Where,
    XContentParseException,
)
from fakeknn.query.script import parse_script
from fakeknn.rest import Later, Request, Response, route
from fakeknn.search.scripts import run_update_script
from fakeknn.search.source import SHOW_SOURCE, SourceOptions, parse_source, source_of_params
from fakeknn.search.stored import stored_fields
from fakeknn.state.active import BY_SETTING, ActiveShards
from fakeknn.state.index import Index
from fakeknn.state.names import simple_match
from fakeknn.state.node import Node
from fakeknn.state.requests import DeleteRequest, IndexRequest, RefreshPolicy, UpdateRequest, WriteRequest, dropped
from fakeknn.state.routing import through_alias
from fakeknn.state.shard import Found
from fakeknn.state.versions import (
    ANYTHING,
    INTERNAL,
    MATCH_ANY,
    UNASSIGNED_PRIMARY_TERM,
    UNASSIGNED_SEQ_NO,
    Expectation,
    VersionType,
    version_type,
)
from fakeknn.state.writes import Writer
from fakeknn.units import parse_int, parse_long, parse_time_value
from fakeknn.xcontent import read_open
from fakeknn.xcontent.objects import ObjectParser, boolean, declared, integer, token

#: Parameters of every write of one document.
WRITE = ("routing", "timeout", "refresh", "if_seq_no", "if_primary_term", "wait_for_active_shards")
_INDEX = (*WRITE, "?version", "version_type", "pipeline", "require_alias", "op_type")
SOURCE = ("_source", "_source_includes", "_source_excludes")


# --- parameters -------------------------------------------------------------------------------------------------------


def long_parameter(request: Request, name: str, default: int) -> int:
    """RestRequest.paramAsLong."""
    value = request.params.get(name)
    if value is None:
        return default
    try:
        return parse_long(value)
    except NumberFormatException as cause:
        raise IllegalArgumentException(f"Failed to parse long parameter [{name}] with value [{value}]") from cause


def version_parameter(request: Request) -> int:
    """RestActions.parseVersion."""
    return long_parameter(request, "version", MATCH_ANY)


def active_shards(request: Request) -> ActiveShards:
    """``timeout`` and ``wait_for_active_shards`` of a write."""
    params = request.params
    if "timeout" not in params and "wait_for_active_shards" not in params:
        return BY_SETTING
    timeout = parse_time_value(params["timeout"], "timeout") if "timeout" in params else BY_SETTING.timeout
    if "wait_for_active_shards" not in params:
        return ActiveShards(timeout=timeout)
    return ActiveShards(active_shard_count(params["wait_for_active_shards"]), False, timeout)


def active_shard_count(value: str) -> int | None:
    """ActiveShardCount.parseString: how many copies of a shard are to be active; None for all of them."""
    if value == "all":
        return None
    try:
        count = parse_int(value)
    except NumberFormatException as cause:
        raise IllegalArgumentException(f"cannot parse ActiveShardCount[{value}]") from cause
    if count < 0:
        raise IllegalArgumentException("shard count cannot be a negative value")
    return count


def if_seq_no(value: int) -> int:
    """DocWriteRequest.setIfSeqNo."""
    if value < 0 and value != UNASSIGNED_SEQ_NO:
        raise IllegalArgumentException(f"sequence numbers must be non negative. got [{value}].")
    return value


def if_primary_term(value: int) -> int:
    """DocWriteRequest.setIfPrimaryTerm."""
    if value < 0:
        raise IllegalArgumentException(f"primary term must be non negative. got [{value}]")
    return value


def expectation(request: Request) -> Expectation:
    """What a write expects, by its parameters."""
    params = request.params
    if not ("version" in params or "version_type" in params or "if_seq_no" in params or "if_primary_term" in params):
        return ANYTHING
    return Expectation(
        version_parameter(request),
        version_type(params.get("version_type")),
        if_seq_no(long_parameter(request, "if_seq_no", UNASSIGNED_SEQ_NO)),
        if_primary_term(long_parameter(request, "if_primary_term", UNASSIGNED_PRIMARY_TERM)),
    )


def require_body(request: Request) -> None:
    if not request.body:
        raise OpenSearchParseException("request body is required")


# --- writing ----------------------------------------------------------------------------------------------------------


def _write(node: Node, request: Request, write: WriteRequest, active: ActiveShards) -> Any:
    """Do one write and answer it."""
    policy = RefreshPolicy.parse(request.params.get("refresh"))
    problems = write.problems()
    if problems:
        raise ActionRequestValidationException(*problems)
    writer = Writer(node, policy, active, single=True, run_script=run_update_script)
    ingested = writer.prepare([write])
    if ingested is not None and ingested.answers:
        ((_, refusal),) = ingested.answers
        if refusal is not None:
            raise refusal
        return dropped(write)
    try:
        status, answer = writer.write(write)
    except UnavailableShardsException as shortage:
        return Later(writer.late, partial(_refuse, shortage))
    if answer["result"] == "noop":
        # No shard took part in it
        answer["_shards"] = {"total": 0, "successful": 0, "failed": 0}
        answer.pop("forced_refresh", None)
        return Response(status, answer)
    headers = {"Location": _location(answer, write.routing)} if status == 201 else {}
    return writer.finish(Response(status, answer, headers))


def _refuse(error: OpenSearchError) -> NoReturn:
    raise error


def _location(answer: dict[str, Any], routing: str | None) -> str:
    """DocWriteResponse.getLocation."""
    place = f"/{_encoded(answer['_index'])}/_doc/{_encoded(answer['_id'])}"
    return place if routing is None else f"{place}?routing={_encoded(routing)}"


def _encoded(text: str) -> str:
    return quote_plus(text, safe="*-._").replace("~", "%7E")


@route("PUT POST", "/{index}/_doc/{id}", params=_INDEX)
def index_document(node: Node, request: Request) -> Any:
    return _index(node, request, request.params.get("op_type"))


@route("PUT POST", "/{index}/_create/{id}", params=_INDEX)
def create_document(node: Node, request: Request) -> Any:
    op_type = request.params.get("op_type")
    if op_type is not None and op_type.lower() != "create":
        raise IllegalArgumentException(f"opType must be 'create', found: [{op_type}]")
    return _index(node, request, "create")


@route("POST", "/{index}/_doc", params=_INDEX)
def index_with_new_id(node: Node, request: Request) -> Any:
    return _index(node, request, request.params.get("op_type", "create"))


def _index(node: Node, request: Request, op_type: str | None) -> Any:
    params = request.params
    require_body(request)
    check_time(request, "timeout")
    RefreshPolicy.parse(params.get("refresh"))
    expected = expectation(request)
    require_alias = request.flag("require_alias")
    active = active_shards(request)
    if op_type is not None and op_type.lower() not in ("create", "index"):
        raise IllegalArgumentException(f"opType must be 'create' or 'index', found: [{op_type}]")
    write = IndexRequest(
        params["index"],
        params.get("id"),
        request.body,
        params.get("routing") or None,
        expected,
        op_type is not None and op_type.lower() == "create",
        params.get("pipeline"),
        require_alias,
    )
    return _write(node, request, write, active)


@route("DELETE", "/{index}/_doc/{id}", params=(*WRITE, "?version", "version_type"))
def delete_document(node: Node, request: Request) -> Any:
    params = request.params
    check_time(request, "timeout")
    RefreshPolicy.parse(params.get("refresh"))
    write = DeleteRequest(params["index"], params["id"], params.get("routing") or None, expectation(request))
    return _write(node, request, write, active_shards(request))


#: UpdateRequest.PARSER
UPDATE = ObjectParser(
    "UpdateRequest",
    {
        "script": declared("object_or_string", parse_script),
        "scripted_upsert": declared("boolean", boolean),
        "upsert": declared("object"),
        "doc": declared("object"),
        "doc_as_upsert": declared("boolean", boolean),
        "detect_noop": declared("boolean", boolean),
        "_source": declared("object_array_boolean_or_string", parse_source),
        "if_seq_no": declared("long", lambda body, key: if_seq_no(integer(body, key, bits=64))),
        "if_primary_term": declared("long", lambda body, key: if_primary_term(integer(body, key, bits=64))),
    },
)


def read_update(body: bytes) -> Any:
    """The body of an update."""
    if not body:
        raise XContentParseException("[1:0] [UpdateRequest] Expected START_OBJECT but was: null")
    return read_open(body)


def show_source(update: UpdateRequest, shown: SourceOptions | None) -> None:
    """Have the answer of an update tell its source, as far as the options show it."""
    if shown is not None and shown.fetch:
        update.show_source = shown.shown
        update.filters_source = bool(shown.includes or shown.excludes)


def apply_update_body(update: UpdateRequest, body: Any) -> SourceOptions | None:
    """UpdateRequest.fromXContent: take the members of a body; what it says of ``_source``."""
    if not isinstance(body, dict):
        what = f"[UpdateRequest] Expected START_OBJECT but was: {token(body)}"
        if isinstance(body, list):
            raise XContentParseException(what, at=Where(body, None, "start"))
        raise XContentParseException(f"[1:1] {what}")
    found = UPDATE.parse_object(body)
    update.script = found.get("script")
    update.scripted_upsert = found.get("scripted_upsert", False)
    update.upsert = found.get("upsert")
    update.doc = found.get("doc")
    update.doc_as_upsert = found.get("doc_as_upsert", update.doc_as_upsert)
    update.detect_noop = found.get("detect_noop", True)
    if "if_seq_no" in found or "if_primary_term" in found:
        update.expected = Expectation(
            if_seq_no=found.get("if_seq_no", update.expected.if_seq_no),
            if_primary_term=found.get("if_primary_term", update.expected.if_primary_term),
        )
    source: SourceOptions | None = found.get("_source")
    return source


@route(
    "POST",
    "/{index}/_update/{id}",
    params=(*WRITE, *SOURCE, "doc_as_upsert", "retry_on_conflict", "require_alias", "?version", "?version_type"),
)
def update_document(node: Node, request: Request) -> Any:
    params = request.params
    check_time(request, "timeout")
    RefreshPolicy.parse(params.get("refresh"))
    active = active_shards(request)
    doc_as_upsert = request.flag("doc_as_upsert")
    shown = source_of_params(params)
    retries = request.number("retry_on_conflict", 0)
    if "version" in params or "version_type" in params:
        raise ActionRequestValidationException(
            "internal versioning can not be used for optimistic concurrency control. "
            "Please use `if_seq_no` and `if_primary_term` instead"
        )
    update = UpdateRequest(params["index"], params["id"], params.get("routing") or None, expectation(request))
    update.doc_as_upsert = doc_as_upsert
    update.retry_on_conflict = retries or 0
    update.require_alias = request.flag("require_alias")
    if request.body:
        shown = apply_update_body(update, request.read(read_update)) or shown
    show_source(update, shown)
    return _write(node, request, update, active)


# --- reading ----------------------------------------------------------------------------------------------------------

GET = ("routing", "preference", "realtime", "refresh", "?version", "version_type", "stored_fields", "fields", *SOURCE)


def _found(node: Node, request: Request, doc_id: str) -> tuple[Index, Found | None]:
    """Read one document as a get request asks for it."""
    refresh, realtime = request.flag("refresh"), request.flag("realtime", True)
    version, kind = version_parameter(request), version_type(request.params.get("version_type"))
    _check_read_version(version, kind)
    if "preference" in request.params:
        _check_preference(node, request, node.single(request.params["index"]), doc_id)
    return get(node, request.params["index"], doc_id, request.params.get("routing"), realtime, refresh, version, kind)


def _check_preference(node: Node, request: Request, index: Index, doc_id: str) -> None:
    """OperationRouting.preferenceActiveShardIterator: what keeps a get from the one copy of its shard."""
    preference = request.params.get("preference")
    if preference is None or not preference.startswith("_"):
        return
    kind, _, names = preference.partition(":")
    if kind == "_shards":
        chosen, _, preference = names.partition("|")
        wanted = {parse_int(number) for number in chosen.split(",") if number}
        shard = index.routing.shard(doc_id, request.params.get("routing"))
        if shard not in wanted:
            raise NullPointerException(
                'Cannot invoke "org.opensearch.core.index.shard.ShardId.getIndex()" because "shardId" is null'
            )
        kind = preference if preference.startswith("_") else "_local"
    if kind not in _PREFERENCES:
        raise IllegalArgumentException(f"no Preference for [{preference}]")
    if kind == "_only_nodes" and not any(
        simple_match(name, one) for name in names.split(",") for one in ("_all", "_local", node.name, node.node_id)
    ):
        shard = index.routing.shard(doc_id, request.params.get("routing"))
        raise IllegalArgumentException(
            f"no data nodes with criteria [{names}] found for shard: [{index.name}][{shard}]"
        )
    if kind == "_replica":
        routing = request.params.get("routing", "null")
        raise NoShardAvailableActionException(
            f"No shard available for [get [{index.name}][{doc_id}]: routing [{routing}]]"
        )


#: Preference.java
_PREFERENCES = frozenset(
    "_prefer_nodes _local _only_local _only_nodes _primary _primary_first _replica _replica_first".split()
)


def _check_read_version(version: int, kind: VersionType) -> None:
    valid = version == MATCH_ANY or (version > 0 if kind is INTERNAL else version >= 0)
    if not valid:
        raise ActionRequestValidationException(f"illegal version value [{version}] for version type [{kind.name}]")


def get(
    node: Node,
    name: str,
    doc_id: str,
    routing: str | None = None,
    realtime: bool = True,
    refresh: bool = False,
    version: int = MATCH_ANY,
    kind: VersionType = INTERNAL,
) -> tuple[Index, Found | None]:
    """TransportGetAction: a document by id, from the index that a name stands for."""
    index = node.writable(node.single(name))
    if name != index.name:
        routing = alias_routing(node, name, routing)
    if routing is None and index.mapping.routing_required:
        raise RoutingMissingException(index.name, doc_id)
    node.check_blocks("read", index)
    shard = index.shard_of(doc_id, routing)
    if not doc_id:
        raise IllegalArgumentException("Ids can't be empty")
    now = node.now()
    if refresh and not realtime:
        shard.refresh()
    found = shard.get(doc_id, now, realtime=realtime)
    if found is not None and version != MATCH_ANY:
        why = kind.read_conflict(found.version, version)
        if why is not None:
            raise shard.conflict(doc_id, why)
    return index, found


def alias_routing(node: Node, name: str, routing: str | None) -> str | None:
    """Metadata.resolveIndexRouting: the routing of a read through an alias."""
    abstraction = node.lookup.get(name)
    if abstraction is None or abstraction.kind != "alias":
        return routing
    return through_alias(name, abstraction.indices[0].aliases[name].get("index_routing"), routing)


def get_result(
    index: Index, doc_id: str, found: Found | None, shown: SourceOptions | None, stored: list[str] | None
) -> dict[str, Any]:
    """GetResult.toXContent."""
    answer: dict[str, Any] = {"_index": index.name, "_id": doc_id}
    if found is None:
        return {**answer, "found": False}
    answer |= {"_version": found.version, "_seq_no": found.seq_no, "_primary_term": found.primary_term}
    if stored is not None or shown is None or shown.fetch:
        if found.routing is not None:
            answer["_routing"] = found.routing
        if found.ignored and _reads_ignored(found, stored):
            answer["_ignored"] = found.ignored
    answer["found"] = True
    if shown is None:
        # Stored fields, if asked for, are shown instead of the source
        shown = SHOW_SOURCE if stored is None or "_source" in stored else None
    source = shown.shown(found.source) if shown is not None else None
    if source is not None:
        answer["_source"] = source
    fields = stored_fields(index.mapping, stored, found.stored_source) if stored else None
    if fields:
        answer["fields"] = fields
    return answer


def _reads_ignored(found: Found, stored: list[str] | None) -> bool:
    """Whether ``_ignored`` is among the stored fields that are read (FieldsVisitor.needsField).

    It is stored last. Reading ends before when nothing but the source, id and routing is wanted and all three are
    there.
    """
    if found.from_translog:
        return stored is not None and not {"_source", "_routing", "_id"}.issuperset(stored)
    return stored is not None or found.routing is None


def _stored_fields(request: Request) -> list[str] | None:
    for flag in ("refresh", "realtime"):
        request.flag(flag)
    if "fields" in request.params:
        raise IllegalArgumentException(
            "the parameter [fields] is no longer supported, please use [stored_fields] to retrieve stored fields or "
            "[_source] to load the field from _source"
        )
    return request.names("stored_fields") if "stored_fields" in request.params else None


@route("GET HEAD", "/{index}/_doc/{id}", params=GET)
def get_document(node: Node, request: Request) -> Response:
    stored = _stored_fields(request)
    shown = source_of_params(request.params)
    doc_id = request.params["id"]
    index, found = _found(node, request, doc_id)
    return Response(200 if found is not None else 404, get_result(index, doc_id, found, shown, stored))


@route("GET HEAD", "/{index}/_source/{id}", params=("routing", "preference", "realtime", "refresh", *SOURCE))
def get_source(node: Node, request: Request) -> Response:
    shown = source_of_params(request.params)
    if shown is not None and not shown.fetch:
        raise ActionRequestValidationException("fetching source can not be disabled")
    index, doc_id = request.params["index"], request.params["id"]
    _, found = _found(node, request, doc_id)
    if found is None:
        raise ResourceNotFoundException(f"Document not found [{index}]/[{doc_id}]")
    if found.source is None:
        raise ResourceNotFoundException(f"Source not found [{index}]/[{doc_id}]")
    request.params.pop("filter_path", None)  # a source is shown as it is
    return Response(200, (shown or SHOW_SOURCE).shown(found.source))
