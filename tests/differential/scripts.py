"""Scripts of every language in every place that takes one."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, bulk, some
from .painless import LITERALS, Program, broken
from .templates import rendered, set_by_template

#: How many requests an index is sent before a new one is drawn.
ROUND = 60

MAPPING: dict[str, dict[str, Json]] = {
    "n": {"type": "long"},
    "i": {"type": "integer"},
    "d": {"type": "double"},
    "f": {"type": "float"},
    "by": {"type": "byte"},
    "hf": {"type": "half_float"},
    "sf": {"type": "scaled_float", "scaling_factor": 10},
    "b": {"type": "boolean"},
    "k": {"type": "keyword"},
    "t": {"type": "text"},
    "date": {"type": "date"},
    "dn": {"type": "date_nanos"},
    "ip": {"type": "ip"},
    "g": {"type": "geo_point"},
    "v": {"type": "knn_vector", "dimension": 2},
    "u": {"type": "unsigned_long"},
    "bin": {"type": "binary", "doc_values": True},
    "o": {"properties": {"k": {"type": "keyword"}}},
}

_VALUES: dict[str, tuple[Json, ...]] = {
    "n": (3, [1, 2, 7], -5, 2**40, 0),
    "i": (1, 2, [5, 4], -1),
    "d": (1.5, -0.25, [2.5, 1e10], 100),
    "f": (0.1, 3, [1.5, 2]),
    "by": (1, -128, 5),
    "hf": (0.1, 2),
    "sf": (1.25, 3),
    "b": (True, False, [True, False]),
    "k": ("a", "b", ["x", "abc", "a"], ""),
    "t": ("red fox", "the quick dog"),
    "date": ("2024-02-29T10:20:30.123Z", "2020-01-01", ["2021-05-05", "1999-12-31T23:59:59Z"], 0),
    "dn": ("2024-02-29T10:20:30.123456789Z", "2020-01-01"),
    "ip": ("10.0.0.1", "::1", ["192.168.1.1", "10.0.0.2"]),
    "g": ({"lat": 10, "lon": 20}, "1.5,-2", [{"lat": 0, "lon": 0}, {"lat": 5, "lon": 5}]),
    "v": ([1, 2], [0.5, -1.5]),
    "u": (7, 2**64 - 1, [1, 2**63]),
    "bin": ("YWI=", "AAEC"),
    "o": ({"k": "z"}, {"k": ["y", "w"]}, {}),
}

PARAMS: Json = {"a": 1, "s": "x", "l": [3, 1, 2], "m": {"k": "v", "n": None}, "d": 1.5, "v": [1, 2], "big": 2**40}

_MAP, _LIST, _STRING = "java.util.Map", "java.util.List", "java.lang.String"
GIVEN_PARAMS = (
    ("params", _MAP),
    ("params.a", "def"),
    ("params.l", _LIST),
    ("params.s", _STRING),
    ("params['d']", "double"),
    ("params.m", _MAP),
    ("params.nope", "def"),
)
_FIELD_USES = (
    *(".value", ".value", ".value", ".size()", ".empty", ".isEmpty()", ".length", ".get(0)", "[0]", ".getValue()"),
    *(".values", ".contains(1)", ".stream().count()", ".get(1)", "", ".values()", ".first", ".getLength()"),
)
_ON_VALUES: dict[str, tuple[str, ...]] = {
    "date": (
        *(".value.year", ".value.getMillis()", ".value.toInstant().toEpochMilli()", ".value.plusDays(1)"),
        *(".value.dayOfWeekEnum", ".value.getDayOfWeek()", ".value.isBefore(doc['date'].value)", ".value.hour"),
    ),
    "k": (
        ".value.length()",
        ".value.toUpperCase()",
        ".value + 'x'",
        ".value.substring(1)",
        ".value == 'a'",
        ".value[0]",
    ),
    "g": (
        ".value.lat",
        ".lat",
        ".lons",
        ".arcDistance(1, 2)",
        ".planeDistance(1.5, 2)",
        ".geohashDistance('u0')",
        ".value.geohash",
    ),
    "v": (".value[0]", ".length", ".value", ".size()", ".getVectorValue"),
    "n": (".value * 2", ".value / 0", ".value.intValue()", ".value % 3", ".sum()", ".values.length"),
    "ip": (".value.toString()", ".value.startsWith('10')"),
    "bin": (".value.length", ".value.utf8ToString()", ".value.bytes"),
    "u": (".value + 1", ".value.toString()", ".value.longValue()"),
}
_SCORING = (
    *("_score", "_score * 2", "cosineSimilarity(params.v, doc['v'])", "l2Squared(params.v, doc['v'])", "1"),
    *("innerProduct(params.v, doc['v'])", "l1Norm([1, 2], doc['v'])", "saturation(_score, 2)", "sigmoid(2, 3, 1)"),
    *("randomScore(5, 'n')", "decayNumericLinear(1, 2, 0, 0.5, doc['d'].value)", "hamming([1, 2], doc['v'])"),
    *(
        "decayDateExp('2024-01-01T00:00:00Z', '10d', '1d', 0.5, doc['date'].value)",
        "doc['n'].value",
        "Math.log(2 + _score)",
    ),
    *("decayGeoGauss('1,2', '10km', '0km', 0.5, doc['g'].value)", "decayNumericExp(1, 2, 0, 0.5, doc['n'].value)"),
)


def field_expressions(random: Random) -> list[tuple[str, str]]:
    found = []
    for _ in range(6):
        name = some(random, (*MAPPING, "none", "o.k", "t"))
        use = some(random, (*_FIELD_USES, *_ON_VALUES.get(name, ()) * 2))
        form = some(random, ("doc['{}']{}", "doc['{}']{}", "doc.{}{}", 'doc["{}"]{}'))
        kind = some(random, ("def", "def", "long", "double", _STRING, "boolean", "int"))
        found.append((form.format(name, use), kind))
    return found


def _source(random: Random, context: str, returns: str, given: list[tuple[str, str]]) -> str:
    return Program(random, context, given).source(returns)


def scripted(random: Random, context: str, returns: str, given: list[tuple[str, str]]) -> Json:
    source = _source(random, context, returns, given)
    if random.random() < 0.06:
        return source
    script: dict[str, Json] = {"source": source, "params": PARAMS}
    if random.random() < 0.02:
        script["lang"] = some(random, ("painless", "mustache", "nonsense", "expression"))
    return script


def documented(random: Random, context: str, returns: str, *more: tuple[str, str]) -> Json:
    """A script that sees doc values."""
    given = [*GIVEN_PARAMS, ("doc", _MAP), *field_expressions(random), *more]
    if "score" in context and random.random() < 0.3:
        return {"source": f"return {some(random, _SCORING)}", "params": PARAMS}
    return scripted(random, context, returns, given)


def document(random: Random) -> dict[str, Json]:
    return {name: some(random, values) for name, values in _VALUES.items() if random.random() < 0.7}


def _request(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def requests(random: Random, name: str) -> Iterator[ConsoleRequest]:
    """A round: documents, then scripts on them."""
    yield _request("PUT", "/_cluster/settings", {"transient": {"script.max_compilations_rate": "100000/1m"}})
    settings = {"number_of_replicas": 0, "refresh_interval": "-1"}
    yield _request("PUT", f"/{name}", {"settings": settings, "mappings": {"properties": MAPPING}})
    documents = {str(i): document(random) for i in range(1, 4)}
    yield ConsoleRequest("POST", "/_bulk?refresh=true", bulk(documents, name))
    for _ in range(ROUND):
        yield some(random, _PLACES)(random, name)


def _execute(random: Random, name: str) -> ConsoleRequest:
    returns = some(random, ("def", "def", "def", *LITERALS, "int", "double", _STRING))
    body = {"script": scripted(random, "painless_test", returns, list(GIVEN_PARAMS))}
    return _request("POST", "/_scripts/painless/_execute", body)


def _execute_on(random: Random, name: str) -> ConsoleRequest:
    context, returns = some(random, (("filter", "boolean"), ("score", "double")))
    setup: dict[str, Json] = {"index": name, "document": document(random)}
    if random.random() < 0.3:
        setup["query"] = some(random, ({"match_all": {}}, {"match": {"t": "red"}}))
    script = documented(random, context, returns)
    body = {"script": script, "context": context, "context_setup": setup}
    return _request("POST", "/_scripts/painless/_execute", body)


def _search(random: Random, name: str, body: dict[str, Json]) -> ConsoleRequest:
    return _request("POST", f"/{name}/_search", body)


def _script_fields(random: Random, name: str) -> ConsoleRequest:
    field: dict[str, Json] = {"script": documented(random, "field", "def")}
    if random.random() < 0.1:
        field["ignore_failure"] = True
    return _search(random, name, {"script_fields": {"x": field}, "sort": "_doc"})


def _script_query(random: Random, name: str) -> ConsoleRequest:
    script = documented(random, "filter", "boolean")
    return _search(random, name, {"query": {"script": {"script": script}}, "_source": False})


def _script_score(random: Random, name: str) -> ConsoleRequest:
    script = documented(random, "score", "double", ("_score", "double"))
    query: Json = {"match_all": {}}
    scored: Json = {"script_score": {"query": query, "script": script}}
    if random.random() < 0.3:
        scored = {"function_score": {"query": query, "script_score": {"script": script}}}
    return _search(random, name, {"query": scored, "_source": False, "explain": random.random() < 0.2})


def _sort(random: Random, name: str) -> ConsoleRequest:
    type_ = some(random, ("number", "string"))
    returns = "double" if type_ == "number" else _STRING
    script = documented(random, f"{type_}_sort", returns, ("_score", "double"))
    return _search(random, name, {"sort": [{"_script": {"type": type_, "script": script}}], "_source": False})


_CTX = (
    *(("ctx", _MAP), ("ctx._source", _MAP), ("ctx._source.n", "def"), ("ctx._source.k", "def"), ("ctx._id", _STRING)),
    *(("ctx._source.t", _STRING), ("ctx._source.date", "def"), ("ctx.op", _STRING), ("ctx._version", "long")),
)


def _update(random: Random, name: str) -> ConsoleRequest:
    script = scripted(random, "update", "void", [*GIVEN_PARAMS, *_CTX])
    if isinstance(script, dict) and random.random() < 0.5:
        value = _source(random, "update", "def", [*GIVEN_PARAMS, *_CTX]).removeprefix("return ").rstrip(";")
        target = some(random, ("ctx._source.z", "ctx._source['z']", "ctx._source.k", "ctx.op", "ctx._source.o.k"))
        script["source"] = f"{target} = {value};"
    return _request("POST", f"/{name}/_update/{random.randint(1, 3)}?_source=true", {"script": script})


_INGESTED = (
    *(
        ("ctx", _MAP),
        ("ctx.n", "def"),
        ("ctx.k", "def"),
        ("ctx._index", _STRING),
        ("ctx['t']", _STRING),
        ("ctx.o", _MAP),
    ),
    *(("ctx.d", "double"), ("ctx.b", "boolean"), ("ctx.n", _LIST), ("ctx._ingest", _MAP), ("ctx.nope", "def")),
)


def _ingest(random: Random, name: str) -> ConsoleRequest:
    if random.random() < 0.5:
        source = _source(random, "ingest", "void", [*GIVEN_PARAMS, *_INGESTED])
        if random.random() < 0.5:
            value = _source(random, "ingest", "def", [*GIVEN_PARAMS, *_INGESTED]).removeprefix("return ").rstrip(";")
            source = f"ctx.{some(random, ('z', 'k', 'n', '_id', 'o.k'))} = {value};"
        processor: Json = {"script": {"source": source, "params": PARAMS}}
    else:
        condition = _source(random, "processor_conditional", "boolean", list(_INGESTED))
        processor = {"set": {"field": "z", "value": 1, "if": condition}}
    docs = [{"_index": name, "_id": "1", "_source": document(random)}]
    verbose = some(random, ("", "", "?verbose=true"))
    body = {"pipeline": {"processors": [processor]}, "docs": docs}
    return _request("POST", f"/_ingest/pipeline/_simulate{verbose}", body)


def _aggs(random: Random, name: str) -> ConsoleRequest:
    how = random.randrange(5)
    if how == 0:
        kind = some(random, ("sum", "avg", "max", "stats", "value_count", "cardinality", "terms"))
        field = some(random, ({}, {"field": some(random, ("n", "d", "k"))}))
        given = ("_value", "def"), ("_score", "double")
        agg: Json = {kind: {**field, "script": documented(random, "aggs", "def", *given)}}
    elif how in (1, 2):
        state = [("state", _MAP), ("state.l", _LIST), *GIVEN_PARAMS]
        parts: dict[str, Json] = {
            "init_script": some(
                random, ("state.l = []", "state.l = [1]; state.x = 0", _source(random, "aggs_init", "void", state))
            ),
            "map_script": some(
                random, ("state.l.add(1)", _source(random, "aggs_map", "void", state + field_expressions(random)))
            ),
            "combine_script": some(random, ("return state.l", _source(random, "aggs_combine", "def", state))),
            "reduce_script": some(
                random,
                ("return states", _source(random, "aggs_reduce", "def", [("states", _LIST), ("states[0]", "def")])),
            ),
        }
        agg = {"scripted_metric": parts}
    else:
        kind, context, returns = some(
            random,
            (
                ("bucket_script", "bucket_aggregation", "java.lang.Number"),
                ("bucket_selector", "aggregation_selector", "boolean"),
            ),
        )
        given_params = [("params.a", "double"), ("params.b", "def"), ("params", _MAP)]
        script = _source(random, context, returns, given_params)
        inner = {
            "s": {"sum": {"field": "d"}},
            "p": {kind: {"buckets_path": {"a": "s", "b": "_count"}, "script": script}},
        }
        agg = {"terms": {"field": "k"}, "aggs": inner}
    return _search(random, name, {"size": 0, "aggs": {"x": agg}})


def _terms_set(random: Random, name: str) -> ConsoleRequest:
    script = documented(random, "terms_set", "java.lang.Number", ("params.num_terms", "int"))
    query = {"terms_set": {"k": {"terms": ["a", "x"], "minimum_should_match_script": script}}}
    return _search(random, name, {"query": query, "_source": False})


# --- expressions ------------------------------------------------------------------------------------------------------

_FUNCTIONS = (
    *(
        "abs",
        "ceil",
        "floor",
        "sqrt",
        "ln",
        "log10",
        "exp",
        "sin",
        "cos",
        "tan",
        "atan",
        "sinh",
        "acos",
        "asin",
        "atan2",
    ),
    *("max", "min", "pow", "logn", "haversin", "nope", "acosh", "cosh", "tanh", "asinh", "atanh"),
)
_READ = (
    *("doc['n'].value", "doc['d'].value", "doc['i'].max()", "doc['n'].sum()", "doc['n'].avg()", "doc['n'].count()"),
    *("doc['date'].date.year", "doc['date'].getHourOfDay()", "doc['date'].getYear()", "doc['date'].date.dayOfWeek"),
    *("doc['g'].lat", "doc['g'].lon", "doc['g'].empty", "doc['n'].empty", "doc['n'].length", "doc['none'].value"),
    *("doc['k'].value", "doc['t'].value", "doc['b'].value", "_score", "_value", "a", "d", "nope", "doc['n'].median()"),
    *("doc['n'].min()", "doc['f'].value", "doc['n']", "doc.n.value", "doc['date'].value", "doc['sf'].value", "s", "l"),
)


def _infix(random: Random, depth: int) -> str:
    chance = random.random()
    if depth <= 0 or chance < 0.2:
        numbers = ("1", "2.5", "0", "1e3", "0x1F", "017", "-3", ".5")
        return some(random, (*_READ, *_READ, *numbers))
    inner = [_infix(random, depth - 1) for _ in range(3)]
    if chance < 0.65:
        operators = (
            "+",
            "-",
            "*",
            "/",
            "%",
            "<",
            ">",
            "<=",
            ">=",
            "==",
            "!=",
            "&&",
            "||",
            "&",
            "|",
            "^",
            "<<",
            ">>",
            ">>>",
        )
        return f"({inner[0]} {some(random, operators)} {inner[1]})"
    if chance < 0.75:
        return f"({inner[0]} ? {inner[1]} : {inner[2]})"
    if chance < 0.8:
        return f"{some(random, '-!~+')}{inner[0]}"
    name = some(random, _FUNCTIONS)
    two = name in ("max", "min", "pow", "atan2", "logn")
    count = 2 if two != (random.random() < 0.03) else 1
    return f"{name}({', '.join(inner[:count])})"


def _expression(random: Random, name: str) -> ConsoleRequest:
    source = _infix(random, 3)
    if random.random() < 0.2:
        source = broken(random, source)
    params = {"a": 2, "d": 0.5} if random.random() < 0.9 else {"a": 2, "s": "x", "l": [1]}
    script: Json = {"lang": "expression", "source": source, "params": params}
    body: dict[str, Json] = {"_source": False}
    how = random.randrange(8)
    if how < 3:
        body["script_fields"] = {"x": {"script": script}}
    elif how == 3:
        body["sort"] = [{"_script": {"type": some(random, ("number", "number", "string")), "script": script}}]
    elif how == 4:
        body["query"] = {"script": {"script": script}}
    elif how == 5:
        body["query"] = {"function_score": {"script_score": {"script": script}}}
    elif how == 6:
        agg = some(random, ("sum", "avg", "stats", "terms", "cardinality", "histogram"))
        more = {"interval": 5} if agg == "histogram" else {}
        field = {"field": some(random, ("n", "d", "k"))} if random.random() < 0.5 else {}
        body |= {"size": 0, "aggs": {"x": {agg: {**field, **more, "script": script}}}}
    else:
        inner = {"s": {"sum": {"field": "d"}}}
        kind = some(random, ("bucket_script", "bucket_selector"))
        piped = {kind: {"buckets_path": {"a": "s", "d": "_count"}, "script": {"lang": "expression", "source": source}}}
        body |= {"size": 0, "aggs": {"x": {"terms": {"field": "k"}, "aggs": {**inner, "p": piped}}}}
    return _search(random, name, body)


_PLACES: tuple[Callable[[Random, str], ConsoleRequest], ...] = (
    *(_execute,) * 10,
    *(_execute_on,) * 3,
    *(_script_fields,) * 3,
    *(_script_query, _script_score, _sort, _sort, _update, _update, _ingest, _ingest, _aggs, _aggs, _terms_set),
    *(_expression,) * 3,
    *(rendered, rendered, set_by_template),
)
