"""k-NN queries and the searches around them, drawn at random."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Drawn, Json, some, vector_value
from .queries import aggregations, query, search
from .vectors import ODD_VECTORS, loses_documents, mapped_vector

_SPACES = ("l2", "l1", "linf", "cosinesimil", "innerproduct")
_ENGINES_OWN = ("innerproduct", "cosinesimil")


def vector_field(random: Random, drawn: Drawn) -> str:
    if random.random() < 0.04:
        return some(random, ("nosuch", "n", "al", "ob", "_id", *sorted(drawn.fields)))
    return some(random, drawn.of("knn_vector"))


def _definition(drawn: Drawn, name: str) -> dict[str, Json]:
    found = drawn.fields.get(name, {})
    return found if found.get("type") == "knn_vector" else {"dimension": 2}


def _asked_vector(random: Random, drawn: Drawn, name: str) -> Json:
    """One that fits, a document's own, or none at all."""
    if random.random() < 0.04:
        return some(random, ODD_VECTORS)
    top, _, rest = name.partition(".")
    known = [found[top] for found in drawn.documents.values() if isinstance(found.get(top), list) and found[top]]
    if not rest and known and random.random() < 0.3:
        return some(random, known)
    return vector_value(random, _definition(drawn, name))


def _compressed(definition: dict[str, Json]) -> bool:
    return any(name in json.dumps(definition) for name in ("on_disk", "compression_level"))


def _lucene(definition: dict[str, Json]) -> bool:
    return '"lucene"' in json.dumps(definition)


def knn(random: Random, drawn: Drawn, depth: int = 1, name: str | None = None) -> Json:
    """A ``knn`` query with any of its members."""
    name = vector_field(random, drawn) if name is None else name
    definition = _definition(drawn, name)
    body: dict[str, Json] = {"vector": _asked_vector(random, drawn, name)}
    space = definition.get("method", {}).get("space_type", definition.get("space_type", "l2"))
    radial = _lucene(definition) or space not in _ENGINES_OWN  # a known difference: 3.5.0 converts their radius wrongly
    if radial and random.random() < 0.2:
        if random.random() < 0.5:
            body["max_distance"] = some(random, (0.5, 1, 5, 50, 500, 0, -1, "3"))
        else:
            body["min_score"] = some(random, (0.01, 0.1, 0.5, 0.9, 1, 2, 0, "0.2"))
    else:
        body["k"] = some(random, (1, 2, 3, 5, 10, 100, "3", 2.7))
    if random.random() < 0.35:
        plain = name.startswith("n.") or random.random() < 0.8
        body["filter"] = query(random, drawn, depth) if plain else _neighbours_only(random, drawn)
    if random.random() < 0.12:
        body["method_parameters"] = some(
            random, ({"ef_search": random.randint(1, 50)}, {"nprobes": 2}, {"ef_search": "7"}, {}, {"m": 3})
        )
    if random.random() < 0.12:
        factors: tuple[Json, ...] = (True, {"oversample_factor": 2}, {"oversample_factor": 0.5}, {}, {"oversample": 1})
        body["rescore"] = some(random, factors if _compressed(definition) else (False, *factors))
    if random.random() < (0.25 if "." in name else 0.03):
        body["expand_nested_docs"] = random.random() < 0.8
    if random.random() < 0.05:
        body["ignore_unmapped"] = random.random() < 0.7
    if random.random() < 0.12:
        body["boost"] = some(random, (2, 0.5, 0, "3", -1))
    if random.random() < 0.1:
        body["_name"] = some(random, ("a", "b"))
    items = list(body.items())
    random.shuffle(items)
    return {"knn": {name: dict(items)}}


def _neighbours_only(random: Random, drawn: Drawn) -> Json:
    """A compound without a radius. As a filter of nested vectors, neighbours make the real server search for ever."""
    while True:
        found = compound(random, drawn, 1)
        if not any(f'"{name}"' in json.dumps(found) for name in ("max_distance", "min_score")):
            return found


def nested(random: Random, drawn: Drawn) -> Json:
    """A nested field's neighbours, inside ``nested``."""
    body: dict[str, Json] = {"path": "n" if random.random() < 0.97 else "o"}
    body["query"] = knn(random, drawn, name="n.v")
    if random.random() < 0.3:
        body["query"] = {"bool": {some(random, ("must", "should", "filter")): [body["query"], _child(random)]}}
    if random.random() < 0.4:
        body["score_mode"] = some(random, ("max", "avg", "sum", "min", "none"))
    if random.random() < 0.3:
        body["inner_hits"] = some(
            random, ({}, {"_source": False}, {"size": 1}, {"name": "hits", "from": 1}, {"_source": ["n.k"]})
        )
    if random.random() < 0.1:
        body["ignore_unmapped"] = True
    if random.random() < 0.1:
        body["boost"] = 2
    return {"nested": body}


def _child(random: Random) -> Json:
    return some(random, ({"term": {"n.k": "red"}}, {"range": {"n.i": {"gte": 2}}}, {"exists": {"field": "n.v"}}))


def knn_score(random: Random, drawn: Drawn) -> Json:
    """``script_score`` by ``knn_score``: of every space, over every kind of field."""
    fields = (*drawn.of("knn_vector"), *drawn.of("knn_vector"), *drawn.of("long", "binary", "integer"))
    name = some(random, fields) if random.random() < 0.96 else "nosuch"
    kind = drawn.fields.get(name, {}).get("type", "knn_vector")
    value: Json
    if kind == "knn_vector":
        space = "hamming" if _definition(drawn, name).get("data_type") == "binary" else some(random, _SPACES)
        value = _asked_vector(random, drawn, name)
    elif kind == "binary":
        space, value = "hammingbit", some(random, ("AQIDBA==", "", "!!", 5, "AQ=="))
    else:
        space, value = "hammingbit", some(random, (random.randint(-(2**63), 2**63 - 1), 5, "7", 1.5, -1))
    if random.random() < 0.06:
        space = some(random, ("l2", "hamming", "hammingbit", "COSINESIMIL", "euclid"))
    params = {"field": name, "query_value": value, "space_type": space}
    if random.random() < 0.04:
        params.pop(some(random, sorted(params)))
    return _script_score(random, drawn, name, {"lang": "knn", "source": "knn_score", "params": params})


def painless(random: Random, drawn: Drawn) -> Json:
    """``script_score`` by an expression of the vector functions."""
    name = vector_field(random, drawn)
    function = some(random, ("l2Squared", "l1Norm", "lInfNorm", "innerProduct", "cosineSimilarity", "hamming"))
    value = f"{function}(params.q, doc['{name}'])"
    if function == "cosineSimilarity" and random.random() < 0.3:
        value = f"cosineSimilarity(params.q, doc['{name}'], params.norm)"
    source = some(
        random,
        (
            value,
            f"1 / (1 + {value})",
            f"1.0 + {value}",
            f"doc['{name}'].size() == 0 ? 0 : 1 / (1 + Math.abs({value}))",
            f"double d = {value}; return d < 0 ? 1 / (1 - d) : d + 1;",
            f"_score * 2 + (doc['{name}'].empty ? 0 : Math.abs({value}))",
            f"doc['{name}'].size() > 0 ? doc['{name}'].value.length : 0",
            f"if (doc['{name}'].size() == 0) return 0; float s = 0; "
            f"for (x in doc['{name}'].value) s += x * x; return s;",
        ),
    )
    params = {"q": _asked_vector(random, drawn, name), "norm": some(random, (1, 25.0, 2.5))}
    return _script_score(random, drawn, name, {"source": source, "params": params})


def _script_score(random: Random, drawn: Drawn, name: str, script: Json) -> Json:
    inner: Json = {"exists": {"field": name}} if random.random() < 0.6 else query(random, drawn, 1)
    if random.random() < 0.1:
        inner = knn(random, drawn)
    body: dict[str, Json] = {"query": inner, "script": script}
    if random.random() < 0.1:
        body["min_score"] = some(random, (0.1, 0.5, 1))
    if random.random() < 0.1:
        body["boost"] = 2
    return {"script_score": body}


def leaf(random: Random, drawn: Drawn) -> Json:
    chance = random.random()
    if chance < 0.15 and "n.v" in drawn.fields:
        return nested(random, drawn)
    if chance < 0.62:
        return knn(random, drawn)
    return knn_score(random, drawn) if chance < 0.84 else painless(random, drawn)


def compound(random: Random, drawn: Drawn, depth: int = 2) -> Json:
    """A query with neighbours somewhere in it."""
    if depth <= 0 or random.random() < 0.6:
        return leaf(random, drawn)
    inner = compound(random, drawn, depth - 1)
    other = query(random, drawn, 0)
    function = {
        "query": inner,
        "functions": [{"filter": other, "weight": 2}],
        "boost_mode": some(random, ("sum", "multiply", "max", "replace", "avg", "min")),
        "score_mode": some(random, ("sum", "multiply", "max")),
    }
    return some(
        random,
        (
            {"bool": {some(random, ("must", "should", "filter", "must_not")): [inner, other]}},
            {"bool": {"must": inner, some(random, ("should", "filter", "must_not")): other}},
            {"bool": {"should": [inner, other], "minimum_should_match": some(random, (1, 2, 0))}},
            {"dis_max": {"queries": [inner, other], "tie_breaker": some(random, (0, 0.5))}},
            {"constant_score": {"filter": inner, "boost": 1.5}},
            {"boosting": {"positive": inner, "negative": other, "negative_boost": 0.2}},
            {"boosting": {"positive": other, "negative": inner, "negative_boost": 0.2}},
            {"function_score": function},
            {"function_score": {"query": other, "functions": [{"filter": inner, "weight": 3}], "boost_mode": "sum"}},
            {"script_score": {"query": inner, "script": {"source": "_score * 2"}}},
        ),
    )


def knn_search(random: Random, drawn: Drawn) -> dict[str, Json]:
    """A search body around neighbours, with any of a search's members beside."""
    body = search(random, drawn, compound(random, drawn))
    if random.random() < 0.12:
        body["aggs"] = aggregations(random, drawn)
    if random.random() < 0.05:
        body["collapse"] = {"field": some(random, sorted(drawn.fields))}
    if random.random() < 0.05:
        body["rescore"] = {"window_size": 5, "query": {"rescore_query": knn(random, drawn), "query_weight": 0.5}}
    if random.random() < 0.04:
        body["post_filter"] = knn(random, drawn)
    if random.random() < 0.05 and "from" not in body:
        body["sort"] = [{"_score": "desc"}, "_doc"]
        body["search_after"] = [some(random, (0.5, 1, 0.01)), some(random, (0, 1, 5))]
    if random.random() < 0.05:
        body["explain"] = True
    if random.random() < 0.06:
        body["fields"] = [some(random, ("*", "v*", "n.*", "v0", {"field": "v1", "format": "x"}))]
    if random.random() < 0.03:
        body["docvalue_fields"] = [some(random, (*sorted(drawn.fields), {"field": "v0", "format": "array"}))]
    if random.random() < 0.03:
        body["stored_fields"] = some(random, ("_none_", ["v0"], "*"))
    if random.random() < 0.03:
        body["terminate_after"] = some(random, (1, 2))
    if random.random() < 0.03:
        body["script_fields"] = {
            "s": {"script": {"source": f"doc['{vector_field(random, drawn)}'].size()", "lang": "painless"}}
        }
    if random.random() < 0.02:
        body["ext"] = {"mmr": {"diversity": 0.5}}
    if random.random() < 0.04:
        body["highlight"] = {"fields": {some(random, ("*", "t*", *sorted(drawn.fields))): {}}}
    if random.random() < 0.06:
        body.update(_measured(random, drawn))
    return body


def _measured(random: Random, drawn: Drawn) -> dict[str, Json]:
    """A vector function in a context that knows it, or does not."""
    name = vector_field(random, drawn)
    function = some(random, ("l2Squared", "l1Norm", "lInfNorm", "innerProduct", "cosineSimilarity", "hamming"))
    params = {"q": _asked_vector(random, drawn, name)}
    script = {"source": f"{function}(params.q, doc['{name}'])", "params": params}
    present = {"source": f"doc['{name}'].size() == 0 ? 0 : {script['source']}", "params": params}
    metric = {
        "init_script": "state.found = []",
        "map_script": f"if (doc['{name}'].size() > 0) state.found.add({script['source']})",
        "combine_script": "state.found.size()",
        "reduce_script": "int sum = 0; for (one in states) sum += one; return sum",
        "params": params,
    }
    return some(
        random,
        (
            {"script_fields": {"s": {"script": some(random, (script, present))}}},
            {"aggs": {"a": {"scripted_metric": metric}}},
            {"aggs": {"a": {"top_hits": {"size": 2, "_source": some(random, ([name], False, {"excludes": ["v*"]}))}}}},
            {"query": {"function_score": {"query": knn(random, drawn), "script_score": {"script": present}}}},
            {"query": {"script": {"script": {"source": f"doc['{name}'].size() > 0"}}}},
            {"sort": {"_script": {"type": "number", "script": {"source": f"doc['{name}'].size()"}}}},
        ),
    )


def _request(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def _msearch(random: Random, drawn: Drawn) -> ConsoleRequest:
    lines: list[Json] = []
    for _ in range(random.randint(1, 3)):
        lines += [some(random, ({}, {"index": drawn.name}, {"index": "nosuch"})), knn_search(random, drawn)]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    return ConsoleRequest("POST", f"/{drawn.name}/_msearch", text.encode())


_PARAMETERS = ("", "", "", "", "?size=3", "?from=1", "?rest_total_hits_as_int=true", "?explain=true", "?_source=false")


def asked(random: Random, drawn: Drawn) -> ConsoleRequest:
    """A request about neighbours."""
    name = drawn.name
    others: tuple[tuple[float, Callable[[], ConsoleRequest]], ...] = (
        (0.05, lambda: _request("GET", f"/{name}/_count", {"query": compound(random, drawn)})),
        (0.05, lambda: _request("GET", f"/{name}/_validate/query?explain=true", {"query": compound(random, drawn)})),
        (0.02, lambda: _request("GET", f"/{name}/_validate/query", {"query": compound(random, drawn)})),
        (0.05, lambda: _request("GET", f"/{name}/_explain/{_id(random, drawn)}", {"query": compound(random, drawn)})),
        (0.04, lambda: _msearch(random, drawn)),
        (0.02, lambda: _request("GET", f"/{name}/_doc/{_id(random, drawn)}")),
        (0.01, lambda: _request("GET", f"/{name}/_mapping")),
        (0.04, lambda: _mapped(random, drawn)),
        (0.01, lambda: _request("GET", f"/{name}/_field_caps?fields=*")),
        (0.03, lambda: _request("GET", f"/{name}/_doc/{_id(random, drawn)}{some(random, _READ)}")),
        (0.01, lambda: _request("GET", f"/{name}/_source/{_id(random, drawn)}{some(random, _READ)}")),
        (0.02, lambda: _mget(random, drawn)),
        (0.0 if loses_documents(drawn) else 0.03, lambda: _update(random, drawn)),
        (0.02, lambda: _by_query(random, drawn)),
    )
    chance = random.random()
    for share, draw in others:
        chance -= share
        if chance < 0:
            return draw()
    return _request("POST", f"/{name}/_search{some(random, _PARAMETERS)}", knn_search(random, drawn))


_READ = ("", "?_source_includes=v*,n.v", "?_source_excludes=v*", "?_source=ob", "?stored_fields=v0", "?realtime=false")


def _mget(random: Random, drawn: Drawn) -> ConsoleRequest:
    ids = [_id(random, drawn) for _ in range(random.randint(1, 3))]
    if random.random() < 0.5:
        return _request("POST", f"/{drawn.name}/_mget{some(random, _READ)}", {"ids": ids})
    shown = some(random, (["v0"], False, {"excludes": ["n.v"]}))
    return _request("POST", f"/{drawn.name}/_mget", {"docs": [{"_id": key, "_source": shown} for key in ids]})


def _update(random: Random, drawn: Drawn) -> ConsoleRequest:
    """A document's vector changed in part, by a script, or to what is none."""
    name = some(random, [field for field in drawn.of("knn_vector") if "." not in field])
    vector = vector_value(random, _definition(drawn, name)) if random.random() < 0.8 else some(random, ODD_VECTORS)
    body: dict[str, Json] = some(
        random,
        (
            {"doc": {name: vector}},
            {"doc": {name: vector}, "_source": True},
            {"doc": {"k": "x"}, "_source": [name]},
            {"script": {"source": f"ctx._source.{name} = params.v", "params": {"v": vector}}},
            {"script": {"source": f"ctx._source.remove('{name}')"}},
            {"doc": {name: None}},
        ),
    )
    return _request("POST", f"/{drawn.name}/_update/{_id(random, drawn)}?refresh=true", body)


def _by_query(random: Random, drawn: Drawn) -> ConsoleRequest:
    """All that neighbours are part of, updated; or deleted where that does not change what others find."""
    body: dict[str, Json] = {"query": compound(random, drawn, 1)}
    if random.random() < 0.4 and not loses_documents(drawn):
        return _request("POST", f"/{drawn.name}/_delete_by_query?refresh=true", body)
    body["script"] = {"source": "ctx.op = 'noop'"}
    return _request("POST", f"/{drawn.name}/_update_by_query?refresh=true", body)


def _id(random: Random, drawn: Drawn) -> str:
    return some(random, (*sorted(drawn.documents), "99"))


def _mapped(random: Random, drawn: Drawn) -> ConsoleRequest:
    field = f"m{random.randint(1, 999)}"
    return _request("PUT", f"/{drawn.name}/_mapping", {"properties": {field: mapped_vector(random)}})
