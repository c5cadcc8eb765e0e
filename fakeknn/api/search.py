"""_search, _count, _msearch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from fakeknn.api.query_content import query_only
from fakeknn.api.timeouts import check_time
from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    OpenSearchParseException,
    body_of,
)
from fakeknn.ingest import search_pipelines
from fakeknn.query import query_string
from fakeknn.rest import SOURCE_PARAMETERS, Request, route
from fakeknn.search import service
from fakeknn.search.context_ids import readers_of_point
from fakeknn.search.doc_fields import add_docvalue_fields
from fakeknn.search.fetch import hits_as_int
from fakeknn.search.indices_boost import resolve_boosts
from fakeknn.search.mmr import request_of
from fakeknn.search.request import (
    ACCURATE,
    DISABLED,
    PointReference,
    SearchRequest,
    parse_request,
    set_from,
    set_size,
    set_sort,
    set_terminate_after,
    set_track_total_hits,
    stored_field_names,
)
from fakeknn.search.rewriting import check_wrapped
from fakeknn.search.sort import Sort
from fakeknn.search.source import source_of_params
from fakeknn.search.suggest_term import suggest_of_parameters
from fakeknn.state.names import IndicesOptions
from fakeknn.xcontent import generator, hash_ordered, java_string, read, read_for, read_query, read_search, settle
from fakeknn.xcontent.astray import followed

if TYPE_CHECKING:
    from fakeknn.state.node import Node
from fakeknn.state.settings.cluster import remote_connections

INDICES_PARAMETERS = ("ignore_unavailable", "allow_no_indices", "expand_wildcards", "ignore_throttled")

#: SearchRequest.DEFAULT_INDICES_OPTIONS: strictExpandOpenAndForbidClosedIgnoreThrottled.
SEARCH_OPTIONS = IndicesOptions(forbid_closed_indices=True)

SEARCH_PARAMETERS = (
    *SOURCE_PARAMETERS,
    *INDICES_PARAMETERS,
    *"""?from ?size ?explain ?version ?seq_no_primary_term ?timeout ?terminate_after stored_fields docvalue_fields
    _source _source_includes _source_excludes ?track_scores include_named_queries_score ?track_total_hits sort stats
    suggest_field ?suggest_text ?suggest_size ?suggest_mode scroll search_type request_cache routing preference
    batched_reduce_size ?pre_filter_shard_size ?max_concurrent_shard_requests ?allow_partial_search_results ?phase_took
    search_pipeline ?verbose_pipeline ccs_minimize_roundtrips cancel_after_time_interval rest_total_hits_as_int
    typed_keys q ?df ?analyzer ?analyze_wildcard ?lenient ?default_operator""".split(),
)


def query_of_params(request: Request) -> Any:
    """RestActions.urlParamsToQueryBuilder: the query that ``q`` says."""
    text = request.text("q")
    if text is None:
        return None
    return query_string.of_parameters(
        text,
        df=request.text("df"),
        analyzer=request.text("analyzer"),
        analyze_wildcard=request.flag("analyze_wildcard"),
        lenient=request.flag_or_none("lenient"),
        default_operator=request.text("default_operator"),
    )


#: Parameters that are read with ``suggest_field`` alone.
_OF_SUGGEST_FIELD = ("suggest_text", "suggest_size", "suggest_mode")
#: Parameters that are read with ``q`` alone.
OF_Q = ("df", "analyzer", "analyze_wildcard", "lenient", "default_operator")


def check_read(request: Request, *, of_body: bool = False, q_of_body: bool = True) -> None:
    """Refuse parameters that belong to one that is not given, or not read: to ``q``, where the query is the body's
    (``of_body``), and ``q`` itself, unless it is looked at first (``q_of_body``)."""
    unread: Sequence[str] = ()
    if of_body:
        unread = ("q", *OF_Q) if q_of_body else OF_Q
    elif "q" not in request.params:
        unread = OF_Q
    if "suggest_field" not in request.params:
        unread = (*unread, *_OF_SUGGEST_FIELD)
    request.refuse_unread(unread)


#: Numbers that say how a search is shared out, and what each must at least be; one node does not share.
_SHARING = (
    ("batched_reduce_size", "batchedReduceSize", 2),
    ("pre_filter_shard_size", "preFilterShardSize", 1),
    ("max_concurrent_shard_requests", "maxConcurrentShardRequests", 1),
)


#: Those that a multi search has for all its searches.
_OF_ALL_SEARCHES = _SHARING[1:]


def _check_sharing(request: Request, numbers: Sequence[tuple[str, str, int]] = _SHARING) -> None:
    for name, setter, least in numbers:
        number = request.number(name)
        if number is not None and number < least:
            raise IllegalArgumentException(f"{setter} must be >= {least}")


def apply_params(request: Request, search: SearchRequest) -> None:
    """RestSearchAction.parseSearchRequest: parameters go before the body."""
    _check_sharing(request)
    if (
        "allow_partial_search_results" in request.params
        and request.flag_or_none("allow_partial_search_results") is None
    ):
        raise NullPointerException(
            'Cannot invoke "java.lang.Boolean.booleanValue()" because the return value of '
            '"org.opensearch.rest.RestRequest.paramAsBoolean(String, java.lang.Boolean)" is null'
        )
    request.flag("phase_took", True)
    search.batched_reduce_size = request.number("batched_reduce_size")
    search.pre_filter_shard_size = request.number("pre_filter_shard_size")
    set_search_type(request, search)
    query = query_of_params(request)
    if query is not None:
        search.query = query
    docvalue_fields = request.text("docvalue_fields")
    if docvalue_fields is not None:
        add_docvalue_fields(search, docvalue_fields)
    search.pipeline = request.text("search_pipeline", search.pipeline)
    if request.text("verbose_pipeline") is not None:
        search.verbose_pipeline = request.flag("verbose_pipeline")
    if request.text("from") is not None:
        set_from(search, request.number("from") or 0)
    if request.text("size") is not None:
        set_size(search, request.number("size") or 0)
    for name in ("explain", "version", "seq_no_primary_term"):
        given = request.flag_or_none(name)
        if given is not None:
            setattr(search, name, given)
    if request.text("track_scores") is not None:
        search.track_scores = request.flag("track_scores")
    search.named_queries_score = request.flag("include_named_queries_score")  # whatever the body says
    if request.text("terminate_after") is not None:
        set_terminate_after(search, request.number("terminate_after") or 0)
    stored = request.names("stored_fields")
    if stored:
        search.stored_fields = stored_field_names(stored)
    source = source_of_params(request.params)
    if source is not None:
        search.source = source
    track = request.text("track_total_hits")
    if track is not None:
        if track in ("true", "false"):
            search.track_total_hits = ACCURATE if track == "true" else DISABLED
        else:
            set_track_total_hits(search, request.number("track_total_hits") or 0)
    sorts = [sort for name in request.names("sort") for sort in _sort_param(name)]
    if sorts:
        set_sort(search, [*search.sorts, *sorts])
    suggest_field = request.text("suggest_field")
    if suggest_field is not None:
        text, size = request.text("suggest_text", request.text("q")), request.number("suggest_size", 5)
        search.parts["suggest"] = suggest_of_parameters(suggest_field, text, size or 0, request.text("suggest_mode"))
    search.request_cache = request.flag_or_none("request_cache")
    check_time(request, "scroll")
    request.flag("ccs_minimize_roundtrips")
    check_time(request, "cancel_after_time_interval")
    check_time(request, "timeout")


def _sort_param(text: str) -> list[Sort]:
    field, colon, order = text.rpartition(":")
    if not colon:
        return [Sort(text, "desc" if text == "_score" else "asc")]
    return [Sort(field, order)] if order in ("asc", "desc") else []


def check_total_hits(request: Request, search: SearchRequest) -> None:
    """RestSearchAction.checkRestTotalHits."""
    if not request.flag("rest_total_hits_as_int"):
        return
    search.total_as_int = True
    if search.track_total_hits is None:
        search.track_total_hits = ACCURATE
    check_accurate(search)


def check_accurate(search: SearchRequest) -> None:
    track = search.track_total_hits
    if track not in (ACCURATE, DISABLED):
        raise IllegalArgumentException(
            "[rest_total_hits_as_int] cannot be used if the tracking of total hits is not accurate, got " + str(track)
        )


#: SearchPhaseName, in the order of an answer.
_PHASES = ("dfs_pre_query", "query", "fetch", "dfs_query", "expand", "can_match")


def _as_asked(node: Node, request: Request, answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as parameters want it; ``typed_keys`` is looked at when there is something to be typed."""
    if request.flag("phase_took", node.cluster_setting("search.phase_took_enabled", "false") == "true"):
        answer = _with_phases(answer)
    if "aggregations" in answer or answer.get("suggest"):
        request.flag("typed_keys")
    return total_as_int(answer) if request.flag("rest_total_hits_as_int") else answer


def _with_phases(answer: dict[str, Any]) -> dict[str, Any]:
    """``phase_took``, which goes behind ``took``; all the time is the query's."""
    told: dict[str, Any] = {}
    for name, value in answer.items():
        told[name] = value
        if name == "took":
            told["phase_took"] = {**dict.fromkeys(_PHASES, 0), "query": value}
    return told


def total_as_int(answer: dict[str, Any]) -> dict[str, Any]:
    """An answer whose hits tell their total as a number; those of aggregations know it themselves."""
    answer["hits"] = hits_as_int(answer["hits"])
    return answer


def set_search_type(request: Request, search: SearchRequest) -> None:
    """The parameter ``search_type``."""
    kind = request.text("search_type")
    if kind in ("query_and_fetch", "dfs_query_and_fetch"):
        raise IllegalArgumentException(f"Unsupported search type [{kind}]")
    search.dfs = kind == "dfs_query_then_fetch"
    if kind not in (None, "query_then_fetch", "dfs_query_then_fetch"):
        raise IllegalArgumentException(f"No search type for [{kind}]")


def run_search(node: Node, request: Request, search: SearchRequest) -> dict[str, Any]:
    set_search_type(request, search)
    partial = request.text("allow_partial_search_results")
    if partial is None:
        partial = node.cluster_setting("search.default_allow_partial_results", "true")
    search.allow_partial_search_results = partial != "false"
    options = IndicesOptions.from_parameters(request.params, SEARCH_OPTIONS)
    check_total_hits(request, search)
    check_read(request)
    search.typed_keys = request.params.get("typed_keys") in ("", "true")  # read when there is something to be typed
    scroll = request.text("scroll")
    if search.point is not None:
        _check_point(request, search.point, scroll)
    request.prepared()
    search.validate(scroll=scroll is not None)
    search_pipelines.resolve(node, search, request.text("index"), options)
    if search.point is not None:
        resolve_boosts(node, search, SEARCH_OPTIONS)
        return _as_asked(node, request, service.search_point(node, search))
    _refuse_remote(node, request)
    check_wrapped(search.query, search.post_filter)
    indices = node.resolve(request.text("index") or "_all", options)
    resolve_boosts(node, search, options)
    search.key = lambda: cache_key(request.text("index"), _source_of(request))
    answer = service.search(
        node,
        search,
        indices,
        names=request.text("index") or (),
        routing=request.text("routing"),
        preference=request.text("preference"),
        scroll=scroll,
    )
    return _as_asked(node, request, answer)


#: Parameters that the source of a search knows nothing of.
_AROUND = frozenset(
    """index routing preference request_cache typed_keys rest_total_hits_as_int search_type pretty human error_trace
    filter_path format batched_reduce_size pre_filter_shard_size max_concurrent_shard_requests
    allow_partial_search_results ccs_minimize_roundtrips phase_took""".split()
    + list(INDICES_PARAMETERS)
)


def _source_of(request: Request) -> dict[str, Any]:
    """The body, and the parameters that are taken into it."""
    source = dict(request.parsed or {})
    source.update((name, value) for name, value in request.params.items() if name not in _AROUND)
    return source


def cache_key(index: str | None, source: Mapping[str, Any], kind: str = "_search") -> bytes:
    """ShardSearchRequest.cacheKey, as far as the body and the parameters that are part of it tell."""
    told = {name: value if isinstance(value, dict | list) else java_string(value) for name, value in source.items()}
    return generator.write([kind, index, dict(sorted(told.items()))])


def _refuse_remote(node: Node, request: Request) -> None:
    aliases = {name.partition(":")[0] for name in request.names("index") if ":" in name}
    if aliases and aliases & remote_connections({**node.persistent_settings, **node.transient_settings}).keys():
        raise NotFaked("searches of remote clusters")


def _check_point(request: Request, point: PointReference, scroll: str | None) -> None:
    """RestSearchAction.preparePointInTime."""
    problems = []
    if request.names("index"):
        problems.append("[indices] cannot be used with point in time")
    if request.text("routing") is not None:
        problems.append("[routing] cannot be used with point in time")
    if request.text("preference") is not None:
        problems.append("[preference] cannot be used with point in time")
    if scroll is not None:
        problems.append("using [point in time] is not allowed in a scroll context")
    if problems:
        raise ActionRequestValidationException(*problems)
    readers_of_point(point.id)


@route("GET POST", "/_search", "/{index}/_search", params=SEARCH_PARAMETERS)
def search(node: Node, request: Request) -> dict[str, Any]:
    request.parsed = _read(node, request.body) if request.body else None
    search = parse_request(request.parsed, request_of(node))
    apply_params(request, search)
    return run_search(node, request, search)


def _read(node: Node, body: bytes, *, alone: bool = True) -> Any:
    return read_for(body, partial(read_search, alone=alone), lambda tree: parse_request(tree, request_of(node)))


COUNT_PARAMETERS = (
    *SOURCE_PARAMETERS,
    *INDICES_PARAMETERS,
    *"routing preference min_score terminate_after q df analyzer analyze_wildcard lenient default_operator".split(),
)


@route("GET POST", "/_count", "/{index}/_count", params=COUNT_PARAMETERS)
def count(node: Node, request: Request) -> dict[str, Any]:
    options = IndicesOptions.from_parameters(request.params, SEARCH_OPTIONS)
    if request.body:
        body = request.parsed = read_for(request.body, read_query, query_only)
        query = query_only(body)
    else:
        query = query_of_params(request)
    least = request.decimal("min_score", -1.0)
    terminate_after = request.number("terminate_after", 0) or 0
    if terminate_after < 0:
        raise IllegalArgumentException("terminateAfter must be > 0")
    check_read(request, of_body=bool(request.body))
    search_pipelines.resolve(node, SearchRequest(), request.text("index"), options)
    check_wrapped(query)
    return service.count(
        node,
        query,
        node.resolve(request.text("index") or "_all", options),
        names=request.text("index") or (),
        routing=request.text("routing"),
        preference=request.text("preference"),
        min_score=None if least == -1 else np.float32(least),
        terminate_after=terminate_after,
        key=lambda: cache_key(request.text("index"), _source_of(request), "_count"),
    )


def _line_end(body: bytes, start: int) -> int | None:
    end = body.find(b"\n", start)
    if end >= 0:
        return end
    if start != len(body):
        raise IllegalArgumentException("The msearch request must be terminated by a newline [\n]")
    return None


#: What searches of one message have in common.
MESSAGE_PARAMETERS = (
    "index",
    "routing",
    *SOURCE_PARAMETERS,
    *"search_type max_concurrent_searches ccs_minimize_roundtrips rest_total_hits_as_int typed_keys".split(),
)
MSEARCH_PARAMETERS = (
    *MESSAGE_PARAMETERS,
    *INDICES_PARAMETERS,
    *"""search_type max_concurrent_searches pre_filter_shard_size max_concurrent_shard_requests ccs_minimize_roundtrips
    rest_total_hits_as_int typed_keys cancel_after_time_interval""".split(),
)

#: Members of a header that list names.
_LISTED = ("index", "indices")
_HEADER = frozenset(
    """index indices search_type searchType request_cache requestCache preference routing allow_partial_search_results
    cancel_after_time_interval cancelAfterTimeInterval ignore_unavailable ignoreUnavailable allow_no_indices
    allowNoIndices
    expand_wildcards expandWildcards ignore_throttled ignoreThrottled ccs_minimize_roundtrips
    ccsMinimizeRoundtrips phase_took""".split()
)


@route("GET POST", "/_msearch", "/{index}/_msearch", params=MSEARCH_PARAMETERS)
def msearch(node: Node, request: Request) -> dict[str, Any]:
    IndicesOptions.from_parameters(request.params, SEARCH_OPTIONS)
    check_message(request)
    check_time(request, "cancel_after_time_interval")
    searches = []
    for one in message_searches(request):
        try:
            search = followed(one, partial(_read_of_several, node, one))
            check_total_hits(one, search)
            searches.append((one, search))
        except OpenSearchError as error:
            settle(error, one.body, one.parsed)
            raise
    if not searches:
        raise ActionRequestValidationException("no requests added")
    _check_sharing(request, _OF_ALL_SEARCHES)
    started = node.clock.now()
    responses = []
    for one, plan in searches:
        try:
            responses.append({**run_search(node, one, plan), "status": 200})
        except OpenSearchError as error:
            settle(error, one.body, one.parsed)
            responses.append(body_of(error))
    return message_answer(node, request, started, responses)


def _read_of_several(node: Node, one: Request) -> SearchRequest:
    one.parsed = _read(node, one.body, alone=False)
    return parse_request(one.parsed, request_of(node))


def message_answer(node: Node, request: Request, started: float, responses: list[dict[str, Any]]) -> dict[str, Any]:
    """The answer to several searches; ``typed_keys`` is looked at once something is to be typed, for all of them."""
    if any("aggregations" in answer or answer.get("suggest") for answer in responses):
        request.flag("typed_keys")
    return {"took": int((node.clock.now() - started) * 1000), "responses": responses}


def check_message(request: Request, *, numbers: bool = True) -> None:
    """What RestMultiSearchAction.parseRequest looks at ahead of the searches; not the ``numbers``, in templates."""
    if (request.number("max_concurrent_searches", 1) or 0) < 1:
        raise IllegalArgumentException("maxConcurrentSearchRequests must be positive")
    if numbers:
        for name, _, _ in _OF_ALL_SEARCHES:
            request.number(name)
    request.flag("ccs_minimize_roundtrips", True)
    if not request.body:
        raise OpenSearchParseException("request body or source parameter is required")


def message_searches(request: Request) -> Iterator[Request]:
    """MultiSearchRequest.readMultiLineFormat: the searches of a multi search, line by line, each with the parameters
    that its header gives it; bodies are not read. A last header without a body is only looked at."""
    lines, start = request.body, 0
    while (end := _line_end(lines, start)) is not None:
        if end == 0:  # an empty first line is passed over
            start = 1
            continue
        set_search_type(request, SearchRequest())
        header = read(lines[start:end]) if end > start else {}
        params = _header_params(request, header if isinstance(header, dict) else {})
        start = end + 1
        end = _line_end(lines, start)
        if end is None:
            break
        one = Request("POST", request.path, params, body=lines[start:end])
        set_search_type(one, SearchRequest())
        yield one
        start = end + 1


def _header_params(request: Request, header: dict[str, Any]) -> dict[str, str]:
    for name in hash_ordered(header):
        if name in _LISTED and header[name] is None:
            raise NullPointerException('Cannot invoke "Object.toString()" because "node" is null')
        if name not in _HEADER:
            raise IllegalArgumentException(f"key [{name}] is not supported in the metadata section")
    params = {
        key: value
        for key, value in request.params.items()
        if key in (*INDICES_PARAMETERS, "index", "routing", "search_type", "rest_total_hits_as_int")
    }
    if request.params.get("typed_keys") in ("", "true"):  # another value is looked at in ``message_answer``
        params["typed_keys"] = "true"
    for name, value in header.items():
        if value is None:
            continue
        name = {"indices": "index", "searchType": "search_type"}.get(name, name)
        if isinstance(value, list) and not all(isinstance(item, str) for item in value):
            raise NotFaked("what is no text in a list of a header of [_msearch]")
        text = (
            ",".join(value)
            if isinstance(value, list)
            else str(value).lower()
            if isinstance(value, bool)
            else java_string(value)
        )
        params[name] = text
    return params
