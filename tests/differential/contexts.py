"""Scripts in the places that few know: similarities, token filters, intervals, moving functions, derived fields,
significance, updates of many documents, pipelines of searches, and what is inside of other things that run scripts.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, bulk, some
from .painless import Program
from .scripts import GIVEN_PARAMS, MAPPING, PARAMS, document, documented, field_expressions, scripted

#: How many places an index is asked in before a new one is drawn.
ROUND = 40

_MAP, _LIST, _STRING = "java.util.Map", "java.util.List", "java.lang.String"
_STATISTICS = (
    *("query.boost", "field.docCount", "field.sumDocFreq", "field.sumTotalTermFreq", "term.docFreq"),
    *("term.totalTermFreq", "doc.freq", "doc.length", "query.nope", "doc.empty", "field.getDocCount()"),
)
_TOKEN = (
    *(("token.term", "def"), ("token.getTerm()", "java.lang.CharSequence"), ("token.position", "int")),
    *(("token.positionIncrement", "int"), ("token.startOffset", "int"), ("token.type", _STRING)),
    *(("token.isKeyword()", "boolean"), ("token.positionLength", "int"), ("token.endOffset", "int")),
)
_INTERVAL = (
    ("interval.start", "int"),
    ("interval.end", "int"),
    ("interval.gaps", "int"),
    ("interval.getGaps()", "int"),
)
_FUNCTIONS = (
    *("max", "min", "sum", "unweightedAvg", "linearWeightedAvg"),
    *("stdDev(values, MovingFunctions.unweightedAvg(values))", "ewma(values, 0.3)", "holt(values, 0.3, 0.1)"),
    *("holtWinters(values, 0.3, 0.1, 0.1, 2, false)", "holtWinters(values, 0.3, 0.1, 0.1, 1, true)", "nope", "max(1)"),
)


def _request(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def _search(name: str, body: dict[str, Json]) -> ConsoleRequest:
    return _request("POST", f"/{name}/_search", body)


def requests(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """A round: documents, then scripts around them."""
    yield _request("PUT", "/_cluster/settings", {"transient": {"script.max_compilations_rate": "100000/1m"}})
    mapping = {**MAPPING, "items": {"type": "nested", "properties": {"q": {"type": "integer"}}}}
    settings = {"number_of_replicas": 0, "refresh_interval": "-1"}
    yield _request("PUT", f"/{name}", {"settings": settings, "mappings": {"properties": mapping}})
    documents = {str(i): {**document(random), "items": [{"q": i}, {"q": 2 * i}]} for i in range(1, 5)}
    yield ConsoleRequest("POST", "/_bulk?refresh=true", bulk(documents, name))
    for _ in range(ROUND):
        yield from some(random, _PLACES)(random, name)


def _drawn(random: Random, context: str, returns: str, given: tuple[tuple[str, str], ...]) -> dict[str, Json]:
    return {"source": Program(random, context, list(given)).source(returns), "params": PARAMS}


# --- while analyzing --------------------------------------------------------------------------------------------------


def _similarity(random: Random, name: str) -> Iterator[ConsoleRequest]:
    statistics = tuple((text, some(random, ("double", "def", "long"))) for text in random.sample(_STATISTICS, 5))
    simple = "return query.boost * Math.log(1 + field.docCount / (1.0 + term.docFreq)) * doc.freq;"
    scripted: dict[str, Json] = {"type": "scripted"}
    scripted["script"] = _drawn(random, "similarity", "double", (("weight", "double"), *statistics))
    if random.random() < 0.4:
        scripted["script"] = {"source": some(random, (simple, "weight * doc.freq", "return -1", "0.0 / 0.0", "weight"))}
    if random.random() < 0.4:
        weight = _drawn(random, "similarity_weight", "double", tuple(p for p in statistics if "doc." not in p[0]))
        scripted["weight_script"] = some(random, ({"source": "query.boost"}, weight, weight))
    mappings = {"properties": {"t": {"type": "text", "similarity": "s"}}}
    body = {"settings": {"number_of_replicas": 0, "similarity": {"s": scripted}}, "mappings": mappings}
    yield _request("PUT", f"/{name}-s", body)
    for i in range(2):
        yield _request(
            "PUT", f"/{name}-s/_doc/{i}?refresh=true", {"t": some(random, ("a b a", "a", "b c", ["a", "a"]))}
        )
    query = some(random, ({"match": {"t": "a b"}}, {"term": {"t": {"value": "a", "boost": 2}}}))
    yield _search(f"{name}-s", {"query": query, "explain": random.random() < 0.5})
    yield _request("DELETE", f"/{name}-s?ignore_unavailable=true")


def _analysis(random: Random, name: str) -> Iterator[ConsoleRequest]:
    source: Json = Program(random, "analysis", list(_TOKEN)).source("boolean")
    if random.random() < 0.4:
        tests = ("token.term.length() > 1", "token.position % 2 == 0", "token.type == '<NUM>'", "token.keyword")
        source = some(random, (*tests, "token.getTerm().subSequence(0, 1) == 'a'", "params.a == 1", "token.nope"))
    filter_: dict[str, Json] = {"type": "predicate_token_filter", "script": {"source": source}}
    if random.random() < 0.4:
        filter_ = {"type": "condition", "filter": ["uppercase"], "script": {"source": source}}
    body: dict[str, Json] = {"tokenizer": "standard", "filter": [filter_], "text": "ab 1 cde a, Über x2"}
    if random.random() < 0.3:
        body["explain"] = True
    yield _request("POST", "/_analyze", body)


# --- in queries -------------------------------------------------------------------------------------------------------


def _intervals(random: Random, name: str) -> Iterator[ConsoleRequest]:
    filter_ = {"script": _drawn(random, "interval", "boolean", _INTERVAL)}
    if random.random() < 0.4:
        source = some(random, ("interval.start > 0", "interval.gaps == 0", "interval.end - interval.start < 2", "true"))
        filter_ = {"script": some(random, ({"source": source}, source, {"source": source, "params": {}}))}
    rule = {"match": {"query": some(random, ("the quick", "red fox", "dog")), "filter": filter_}}
    yield _search(name, {"query": {"intervals": {"t": rule}}, "_source": False})


def _nested(random: Random, name: str) -> Iterator[ConsoleRequest]:
    wanted = documented(random, "filter", "boolean", ("doc['items.q'].value", "int"), ("doc['items.q']", _LIST))
    inner: Json = {"script": {"script": wanted}}
    if random.random() < 0.4:
        scored = documented(random, "score", "double", ("doc['items.q'].value", "int"), ("_score", "double"))
        inner = {"script_score": {"query": {"match_all": {}}, "script": scored}}
    nested: dict[str, Json] = {"path": "items", "query": inner}
    if random.random() < 0.3:
        field = {"script": documented(random, "field", "def", ("doc['items.q'].value", "int"))}
        nested["inner_hits"] = {"script_fields": {"y": field}, "_source": False}
    yield _search(name, {"query": {"nested": nested}, "_source": False})


def _functions(random: Random, name: str) -> Iterator[ConsoleRequest]:
    functions: list[Json] = []
    for _ in range(random.randint(1, 3)):
        scored = documented(random, "score", "double", ("_score", "double"))
        function: dict[str, Json] = {"script_score": {"script": scored}}
        if random.random() < 0.4:
            function["filter"] = {"script": {"script": documented(random, "filter", "boolean")}}
        if random.random() < 0.3:
            function["weight"] = 2
        functions.append(function)
    query: dict[str, Json] = {"functions": functions, "score_mode": some(random, ("sum", "max", "first", "avg", "min"))}
    if random.random() < 0.3:
        query["min_score"] = 1
    yield _search(name, {"query": {"function_score": query}, "_source": False, "explain": random.random() < 0.3})


def _rescored(random: Random, name: str) -> Iterator[ConsoleRequest]:
    scored = documented(random, "score", "double", ("_score", "double"))
    query = {"script_score": {"query": {"match_all": {}}, "script": scored}}
    if random.random() < 0.3:
        query["script_score"]["min_score"] = 1
    yield _search(name, {"rescore": {"window_size": 3, "query": {"rescore_query": query}}, "_source": False})


def _derived(random: Random, name: str) -> Iterator[ConsoleRequest]:
    type_, returns = some(
        random,
        (
            *(("long", "long"), ("double", "double"), ("keyword", _STRING), ("text", _STRING), ("boolean", "boolean")),
            *(("date", "long"), ("ip", _STRING), ("object", _STRING), ("geo_point", "double")),
        ),
    )
    of_source = ("params._source", _MAP), ("params._source.n", "def"), ("params._source.k", "def")
    given = [*GIVEN_PARAMS, ("doc", _MAP), *of_source, *field_expressions(random)]
    value = Program(random, "derived_field", given).source(some(random, ("def", returns, returns)))
    source = value
    if random.random() < 0.8:
        source = f"emit({value.removeprefix('return ').rstrip(';')})"
    if random.random() < 0.3:
        source = some(
            random,
            (
                *(
                    "emit(params._source.n)",
                    "emit(doc['n'].value)",
                    "emit(doc['k'].value)",
                    "emit(params._source['k'])",
                ),
                *(
                    "emit(1.5, 2.5)",
                    "for (x in doc['n']) { emit(x) }",
                    "emit('10.0.0.1')",
                    "emit('{\"a\": 1}')",
                    "emit(null)",
                ),
            ),
        )
    field: dict[str, Json] = {"type": type_, "script": {"source": source, "params": PARAMS}}
    asked: dict[str, Json] = some(
        random,
        (
            {"query": {"exists": {"field": "df"}}},
            {"query": {"range": {"df": {"gte": 1}}}},
            {"query": {"term": {"df": some(random, ("a", 1, True, "10.0.0.1"))}}},
            {"fields": ["df"]},
            {"fields": ["df"], "query": {"match_all": {}}},
            {"size": 0, "aggs": {"x": {"terms": {"field": "df"}}}},
        ),
    )
    yield _search(name, {"derived": {"df": field}, **asked, "_source": False})


# --- in aggregations --------------------------------------------------------------------------------------------------


def _moving(random: Random, name: str) -> Iterator[ConsoleRequest]:
    function = some(random, _FUNCTIONS)
    source: Json = f"MovingFunctions.{function}" + ("" if function.endswith(")") else "(values)")
    if random.random() < 0.5:
        given = (("values", "double[]"), ("values.length", "int"), ("params.a", "def"), ("values[0]", "double"))
        source = Program(random, "moving-function", list(given)).source("double")
    moved: dict[str, Json] = {"buckets_path": "s", "window": random.randint(1, 4), "script": source}
    if random.random() < 0.3:
        moved["shift"] = random.randint(-1, 2)
    if random.random() < 0.2:
        moved["script"] = {"source": source, "params": PARAMS}
    inner = {"s": {"sum": {"field": "d"}}, "m": {"moving_fn": moved}}
    histogram = {"field": "n", "interval": 1, "min_doc_count": 0, "extended_bounds": {"min": 0, "max": 4}}
    inside = {"query": {"range": {"n": {"gte": -5, "lte": 10}}}}
    yield _search(name, {"size": 0, **inside, "aggs": {"x": {"histogram": histogram, "aggs": inner}}})


def _significance(random: Random, name: str) -> Iterator[ConsoleRequest]:
    counts = ("params._subset_freq", "params._superset_freq", "params._subset_size", "params._superset_size")
    given = [*((text, some(random, ("long", "double", "def"))) for text in counts), ("params", _MAP)]
    source = Program(random, "script_heuristic", given).source("double")
    if random.random() < 0.5:
        source = some(random, ("params._subset_freq", f"{counts[0]} / {counts[1]}", "-1", "1.0 / 0", "params.nope + 1"))
    heuristic = {"script": some(random, ({"source": source}, source, {"source": source, "params": PARAMS}))}
    agg = {"significant_terms": {"field": "k", "min_doc_count": 1, "script_heuristic": heuristic}}
    yield _search(name, {"size": 0, "query": {"exists": {"field": "n"}}, "aggs": {"x": agg}})


def _valued(random: Random, name: str) -> Iterator[ConsoleRequest]:
    given = ("_value", "def"), ("_score", "double")
    value = documented(random, "aggs", "def", *given)
    field: dict[str, Json] = {"field": some(random, ("n", "d", "k", "date"))} if random.random() < 0.4 else {}
    more: dict[str, Json] = some(
        random,
        (
            {"histogram": {"interval": 2}},
            {"date_histogram": {"calendar_interval": "month"}},
            {"range": {"ranges": [{"to": 2}, {"from": 2}]}},
            {"percentiles": {}},
            {"extended_stats": {}},
            {"min": {"missing": 3}},
            {"median_absolute_deviation": {}},
            {"rare_terms": {}},
            {"ip_range": {"ranges": [{"to": "10.0.0.9"}]}},
            {"date_range": {"ranges": [{"to": "2024"}]}},
            {"missing": {}},
            {"geo_bounds": {}},
            {"terms": {"order": {"_key": "desc"}}},
            {"terms": {"value_type": "long"}},
        ),
    )
    ((kind, options),) = more.items()
    agg: Json = {kind: {**options, **field, "script": value}}
    if random.random() < 0.15:
        agg = {"weighted_avg": {"value": {"script": value}, "weight": {"field": "n", "missing": 1}}}
    elif random.random() < 0.15:
        agg = {"composite": {"sources": [{"s": {"terms": {**field, "script": value}}}]}}
    elif random.random() < 0.15:
        hit = {"script_fields": {"y": {"script": documented(random, "field", "def")}}, "_source": False}
        agg = {"top_hits": hit}
    yield _search(name, {"size": 0, "aggs": {"x": agg}})


def _metric(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """What a scripted metric makes of what its parts return."""
    combined = Program(random, "aggs_combine", [("state", _MAP), ("state.l", _LIST)]).source("def")
    reduced = Program(random, "aggs_reduce", [("states", _LIST), ("states[0]", "def")]).source("def")
    metric: dict[str, Json] = {
        "init_script": "state.l = []",
        "map_script": {"source": "state.l.add(params.a)", "params": {"a": 5}},
        "combine_script": some(random, (combined, combined, "return state", "state.l")),
        "reduce_script": some(random, (reduced, "return states", "states[0]")),
    }
    if random.random() < 0.3:
        metric["params"] = some(random, (PARAMS, {"a": 2}))
        metric["map_script"] = "state.l.add(params.a)"
    for left_out in ("init_script", "combine_script", "reduce_script"):
        if random.random() < 0.07:
            del metric[left_out]
    agg: Json = {"scripted_metric": metric}
    if random.random() < 0.3:
        agg = {"terms": {"field": "k"}, "aggs": {"m": agg}}
    yield _search(name, {"size": 0, "aggs": {"x": agg}})


# --- in what writes ---------------------------------------------------------------------------------------------------

_CTX = (
    *(("ctx", _MAP), ("ctx._source", _MAP), ("ctx._source.n", "def"), ("ctx._source.k", "def"), ("ctx._id", _STRING)),
    *(("ctx._source.t", _STRING), ("ctx.op", _STRING), ("ctx._version", "long"), ("ctx._now", "long")),
)
_CHANGES = (
    *("ctx.op = 'noop'", "ctx.op = 'delete'", "ctx.op = 'nope'", "ctx.op = null", "ctx._id = '7'", "ctx._id = null"),
    *("ctx._index = 'x'", "ctx._routing = 'r'", "ctx._version = 5", "ctx._source = [:]", "ctx._source = null"),
    *("ctx._source.remove('n')", "ctx.remove('_source')", "ctx._source.a = ctx", "ctx.foo = 1", "ctx.op = 'create'"),
    *("ctx._source.z = params", "ctx._source.z = new def[] {1}", "ctx._source.n += 1", "ctx.clear()", "ctx._now = 1"),
)


def _writing(random: Random, context: str) -> Json:
    given = [*GIVEN_PARAMS, *_CTX]
    if random.random() < 0.4:
        return {"source": some(random, _CHANGES), "params": PARAMS}
    drawn = scripted(random, context, "void", given)
    if isinstance(drawn, dict) and random.random() < 0.6:
        value = Program(random, context, given).source("def").removeprefix("return ").rstrip(";")
        drawn["source"] = f"ctx._source.z = {value}"
    return drawn


def _updated(random: Random, name: str) -> Iterator[ConsoleRequest]:
    key = some(random, ("1", "2", "u1", "u2"))
    body: dict[str, Json] = {"script": _writing(random, "update")}
    if random.random() < 0.6:
        body["upsert"] = some(random, ({"n": 1}, {}, document(random)))
    if random.random() < 0.4:
        body["scripted_upsert"] = True
    if random.random() < 0.2:
        line = {"update": {"_index": name, "_id": key}}
        lines = f"{json.dumps(line)}\n{json.dumps(body)}\n".encode()
        yield ConsoleRequest("POST", "/_bulk?refresh=true", lines)
    else:
        yield _request("POST", f"/{name}/_update/{key}?refresh=true&_source=true", body)
    yield _request("GET", f"/{name}/_doc/{key}")


def _updated_by_query(random: Random, name: str) -> Iterator[ConsoleRequest]:
    body = {"script": _writing(random, "update"), "query": {"ids": {"values": ["1", "3"]}}}
    yield _request("POST", f"/{name}/_update_by_query?refresh=true", body)
    yield _search(name, {"query": {"ids": {"values": ["1", "3"]}}, "sort": "_id", "version": True})


def _reindexed(random: Random, name: str) -> Iterator[ConsoleRequest]:
    body = {
        "source": {"index": name, "query": {"ids": {"values": ["1", "2"]}}},
        "dest": {"index": f"{name}-r"},
        "script": _writing(random, "update"),
    }
    yield _request("POST", "/_reindex?refresh=true", body)
    yield _search(f"{name}-r", {"sort": "_id", "version": True})
    yield _request("DELETE", f"/{name}-r?ignore_unavailable=true")


def _pipelined(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """The ``search`` context: a script over the request."""
    request = "ctx._source"
    source = some(
        random,
        (
            *("ctx._source['size'] = 1", "ctx._source.from = 1", "ctx._source['nope'] = 1", "ctx._source.size = 'x'"),
            *("if (ctx._source['size'] > 2) { ctx._source['size'] = 2 }", "ctx._source['explain'] = true"),
            Program(random, "search", [("ctx", _MAP), (request, _MAP), (f"{request}['size']", "def")]).source("void"),
        ),
    )
    processor = {"script": {"source": source, "params": PARAMS}}
    body = {"search_pipeline": {"request_processors": [processor]}, "size": 3, "sort": "_doc", "_source": False}
    yield _search(name, body)


def _processed(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """Conditions and failures of processors in processors."""
    given = [("ctx", _MAP), ("ctx.n", "def"), ("ctx.k", "def"), ("ctx?.o?.k", "def"), ("ctx['t']", _STRING)]
    condition = Program(random, "processor_conditional", given).source("boolean")
    inner: dict[str, Json] = {"set": {"field": "z", "value": "{{_ingest._value}}"}}
    if random.random() < 0.5:
        inner = {"script": _drawn(random, "ingest", "void", (*GIVEN_PARAMS, *given))}
    inner[next(iter(inner))]["if"] = condition
    processor: dict[str, Json] = {"foreach": {"field": some(random, ("n", "k", "l")), "processor": inner}}
    if random.random() < 0.5:
        processor = inner
    kind = next(iter(processor))
    if random.random() < 0.4:
        processor[kind]["on_failure"] = [{"set": {"field": "why", "value": "{{_ingest.on_failure_message}}"}}]
    elif random.random() < 0.2:
        processor[kind]["ignore_failure"] = True
    if random.random() < 0.3:
        processor[kind]["tag"] = "tag"
    docs = [{"_index": name, "_id": "1", "_source": {**document(random), "l": [1, "x"]}}]
    verbose = some(random, ("", "?verbose=true"))
    yield _request(
        "POST", f"/_ingest/pipeline/_simulate{verbose}", {"pipeline": {"processors": [processor]}, "docs": docs}
    )


# --- kept -------------------------------------------------------------------------------------------------------------


def _stored(random: Random, name: str) -> Iterator[ConsoleRequest]:
    lang = some(random, ("painless", "painless", "mustache", "expression", "nope"))
    source: Json = Program(random, "score", [("params.a", "def"), ("_score", "double")]).source("double")
    if lang == "mustache":
        source = some(random, ("{{a}}", {"query": {"term": {"k": "{{s}}"}}}, "{{#a}}"))
    elif lang == "expression":
        source = some(random, ("_score * a", "doc['n'].value", "a +"))
    context = some(random, ("", "", "/score", "/filter", "/nope", "?context=score"))
    yield _request("PUT", f"/_scripts/{name}{context}", {"script": {"lang": lang, "source": source}})
    yield _request("GET", f"/_scripts/{name}")
    script_: Json = {"id": name, "params": PARAMS}
    yield _search(name, {"query": {"script_score": {"query": {"match_all": {}}, "script": script_}}, "_source": False})
    yield _request("POST", "/_render/template", {"id": name, "params": PARAMS})
    yield _request("DELETE", f"/_scripts/{name}")


_PLACES: tuple[Callable[[Random, str], Iterator[ConsoleRequest]], ...] = (
    *(_similarity, _analysis, _analysis, _intervals, _intervals, _nested, _functions, _functions, _rescored),
    *(_derived, _derived, _derived, _moving, _moving, _significance, _valued, _valued, _valued, _metric, _metric),
    *(_updated, _updated, _updated_by_query, _reindexed, _pipelined, _processed, _processed, _stored),
)
