"""_termvectors and _mtermvectors."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from fakeknn.api.documents import get, version_parameter
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IndexClosedException,
    NotFaked,
    OpenSearchError,
    OpenSearchException,
    OpenSearchParseException,
    VersionConflictEngineException,
    body_of,
)
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.search import service
from fakeknn.search.termvectors import TermVectorsRequest, parse_term_vectors, term_vectors
from fakeknn.state.versions import version_type
from fakeknn.xcontent import hash_ordered, objects, read
from fakeknn.xcontent.tree import Reader

if TYPE_CHECKING:
    from fakeknn.state.node import Node

_PARAMETERS = (
    *SOURCE_PARAMETERS,
    *"""fields offsets positions payloads routing realtime ?version ?version_type preference termStatistics
    term_statistics fieldStatistics field_statistics""".split(),
)


def _with_parameters(wanted: TermVectorsRequest, request: Request) -> TermVectorsRequest:
    """RestTermVectorsAction.readURIParameters."""
    names = request.names("fields")
    if names:
        wanted = replace(wanted, fields=(*(wanted.fields or ()), *names))
    given: dict[str, Any] = {}
    for name in ("offsets", "positions", "payloads", "realtime"):
        if request.text(name) is not None:
            given[name] = request.flag(name)
    if request.text("routing") is not None:
        given["routing"] = request.text("routing")
    if request.text("version") is not None:
        given["version"] = version_parameter(request)
    if request.text("version_type") is not None:
        given["version_type"] = version_type(request.text("version_type"))
    for name, other in (("term_statistics", "termStatistics"), ("field_statistics", "fieldStatistics")):
        request.flag(other)
        if request.text(name) is not None:
            given[name] = request.flag(name)
    return replace(wanted, **given)


def _answer(node: Node, wanted: TermVectorsRequest) -> dict[str, Any]:
    started = node.clock.now()
    name = str(wanted.index)
    seen = None
    if wanted.doc is not None:
        index, number = node.single(name), 0
        found = None
        told: dict[str, Any] = {"_index": index.name, "_version": 0, "found": True}
    else:
        doc_id = str(wanted.id)
        try:
            index, _ = get(
                node, name, doc_id, wanted.routing, wanted.realtime, False, wanted.version, wanted.version_type
            )
        except VersionConflictEngineException as cause:
            raise _failed() from cause
        shard = index.shard_of(doc_id, wanted.routing)
        found = shard.get(doc_id, node.now(), realtime=wanted.realtime)
        number = next(number for number, one in enumerate(index.shards) if one is shard)
        if found is not None and wanted.realtime:
            seen = shard.internal_view(doc_id)
        told = {"_index": index.name, "_id": doc_id, "_version": 0 if found is None else found.version}
        told["found"] = found is not None
    told["took"] = 0
    if told["found"]:
        ctx = service.shard_context(node, index, number, view=seen)
        try:
            told["term_vectors"] = term_vectors(wanted, ctx, None if found is None else found.source)
        except NotFaked:
            raise
        except OpenSearchError as cause:
            raise _failed() from cause
    told["took"] = int((node.clock.now() - started) * 1000)
    return told


def _failed() -> OpenSearchException:
    return OpenSearchException("failed to execute term vector request")


def _read(body: bytes) -> Any:
    """A body that is read token by token. No object begins with a text or a number: what follows is refused, and where
    nothing follows the real server reads on forever.
    """
    found = read(body)
    if not isinstance(found, dict | list):
        reader = Reader(body)
        reader.value()
        while reader.rest() is not None:
            pass
        raise NotFaked(_ENDLESS)
    return found


_ENDLESS = "term vectors of a body that is no object"


@route(
    "GET POST",
    "/{index}/_termvectors",
    "/{index}/_termvectors/{id}",
    params=_PARAMETERS,
)
def termvectors(node: Node, request: Request) -> dict[str, Any]:
    wanted = TermVectorsRequest(index=request.text("index"), id=request.text("id"))
    if request.body:
        request.parsed = _read(request.body)
        if not isinstance(request.parsed, dict):
            raise NotFaked(_ENDLESS)
        wanted = parse_term_vectors(wanted, request.parsed)
    wanted = _with_parameters(wanted, request)
    problems = wanted.problems()
    if problems:
        raise ActionRequestValidationException(*problems)
    return _answer(node, wanted)


@route("GET POST", "/_mtermvectors", "/{index}/_mtermvectors", params=(*_PARAMETERS, "ids"))
def multi_termvectors(node: Node, request: Request) -> dict[str, Any]:
    template = _with_parameters(TermVectorsRequest(index=request.text("index")), request)
    wanted: list[TermVectorsRequest] = []
    ids = request.names("ids")
    if request.body:
        request.parsed = _read(request.body)
        template, wanted, more = _several(template, request.parsed)
        ids = [*ids, *more]
    wanted += [replace(template, id=one) for one in hash_ordered(dict.fromkeys(ids))]  # a HashSet
    problems = [] if wanted else ["multi term vectors: no documents requested"]
    for i, one in enumerate(wanted):
        if one.problems():  # those of the document before are forgotten
            problems = [*one.problems(), f"at multi term vectors for doc {i}"]
    if problems:
        raise ActionRequestValidationException(*problems)
    docs = []
    for one in wanted:
        try:
            docs.append(_answer(node, one))
        except (NotFaked, IndexClosedException):
            raise  # names are resolved before any document is looked for
        except OpenSearchError as error:
            error.meta = {key: value for key, value in error.meta.items() if not key.startswith("resource.")}
            failure = body_of(error)
            docs.append({"_index": one.index, "_id": one.id, "error": failure["error"]})
    return {"docs": docs}


def _several(
    template: TermVectorsRequest, body: dict[str, Any]
) -> tuple[TermVectorsRequest, list[TermVectorsRequest], list[str]]:
    """MultiTermVectorsRequest.add."""
    if isinstance(body, list):
        raise OpenSearchParseException("no parameter named [null] and type ARRAY")
    wanted: list[TermVectorsRequest] = []
    ids: list[str] = []
    for name, value in body.items():
        if isinstance(value, list):
            if name == "docs":
                for item in value:
                    if not isinstance(item, dict):
                        raise IllegalArgumentException("docs array element should include an object")
                    wanted.append(parse_term_vectors(template, item))
            elif name == "ids":
                for i, item in enumerate(value):
                    if not objects.is_value(item):
                        raise IllegalArgumentException("ids array element should only contain ids")
                    ids.append(objects.text(value, i))
            else:
                raise OpenSearchParseException(f"no parameter named [{name}] and type ARRAY")
        elif isinstance(value, dict):
            if name != "parameters":
                raise OpenSearchParseException(f"no parameter named [{name}] and type OBJECT")
            template = parse_term_vectors(template, value)
        else:
            raise OpenSearchParseException(f"_mtermvectors: Parameter [{name}] not supported")
    return template, wanted, ids
