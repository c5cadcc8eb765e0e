"""Queries and search bodies drawn at random for a drawn index."""

from __future__ import annotations

from random import Random

from .draw import DATES, Drawer, Drawn, Json, some

_TEXTUAL = ("keyword", "text")
_NUMERIC = ("integer", "long", "short", "byte", "double", "float", "half_float")
_REGEXPS = ("[a-z]+", "(red|blue)", ".{3}", "[^x]*", "r.?d", "@", "~red", "a&b", "<1-5>")
_SHOULD_MATCH: tuple[Json, ...] = (1, 2, 0, -1, 3, "1", "50%", "-25%", "75%", "2<50%", "1<-1 3<50%", "100%")


def _field(random: Random, drawn: Drawn, *types: str) -> str:
    fitting = drawn.of(*types) if types else sorted(drawn.fields)
    if random.random() < 0.06:
        return some(random, ("nosuch", "_id", "o", "nosuch.field"))
    if random.random() < 0.06 or not fitting:
        return some(random, sorted(drawn.fields))
    return some(random, fitting)


def _shared(random: Random, body: dict[str, Json]) -> dict[str, Json]:
    if random.random() < 0.12:
        body["boost"] = some(random, (2, 0.5, 0, 1.0, "3"))
    if random.random() < 0.08:
        body["_name"] = some(random, ("a", "b"))
    return body


def _term(random: Random, drawn: Drawn) -> Json:
    name = _field(random, drawn, *_TEXTUAL, *_NUMERIC, "boolean", "date")
    value = drawn.value_of(random, name)
    if random.random() < 0.6:
        return {"term": {name: value}}
    body: dict[str, Json] = {"value": value}
    if random.random() < 0.2:
        body["case_insensitive"] = random.random() < 0.5
    return {"term": {name: _shared(random, body)}}


def _terms(random: Random, drawn: Drawn) -> Json:
    name = _field(random, drawn)
    body: dict[str, Json] = {name: [drawn.value_of(random, name) for _ in range(random.randint(0, 4))]}
    return {"terms": _shared(random, body)}


def _range(random: Random, drawn: Drawn) -> Json:
    name = _field(random, drawn, *_NUMERIC, "date", "keyword", "boolean")
    body: dict[str, Json] = {}
    for bound in random.sample(("gt", "gte", "lt", "lte"), random.randint(0, 2)):
        body[bound] = drawn.value_of(random, name)
    if drawn.fields.get(name, {}).get("type") == "date" and random.random() < 0.5:
        body[some(random, ("gte", "lt", "lte", "gt"))] = some(
            random, ("2024-01-15||/M", "2024-01-01||+1M", "2024-01-01||-1d/d", "now", "now-1y/y", "2024||/y", *DATES)
        )
        if random.random() < 0.3:
            body["time_zone"] = some(random, ("+01:00", "UTC", "Europe/Berlin", "-08:00"))
        if random.random() < 0.1:
            body["format"] = some(random, ("yyyy-MM-dd", "yyyy", "epoch_millis", "strict_date_optional_time"))
    return {"range": {name: _shared(random, body)}}


def _exists(random: Random, drawn: Drawn) -> Json:
    return {"exists": _shared(random, {"field": _field(random, drawn)})}


def _ids(random: Random, drawn: Drawn) -> Json:
    known = [*drawn.documents, "99"]
    return {"ids": _shared(random, {"values": [some(random, known) for _ in range(random.randint(0, 3))]})}


def _pattern(random: Random, drawn: Drawn, kind: str) -> Json:
    name = _field(random, drawn, *_TEXTUAL)
    word = str(drawn.value_of(random, name) or "x")
    cut = random.randint(0, len(word))
    value = {
        "prefix": word[:cut],
        "wildcard": some(random, (word[:cut] + "*", "*" + word[cut:], "?" + word[1:], "*", word[:cut] + "?", word)),
        "regexp": some(random, (word[:cut] + ".*", *_REGEXPS)),
    }[kind]
    if random.random() < 0.5:
        return {kind: {name: value}}
    body: dict[str, Json] = {"value": value}
    if random.random() < 0.3:
        body["case_insensitive"] = random.random() < 0.7
    return {kind: {name: _shared(random, body)}}


def _match(random: Random, drawn: Drawn) -> Json:
    name = _field(random, drawn, "text", "text", "keyword", "integer", "date")
    text = " ".join(str(drawn.value_of(random, name)) for _ in range(random.randint(1, 3)))
    if random.random() < 0.5:
        return {"match": {name: text}}
    body: dict[str, Json] = {"query": text}
    if random.random() < 0.4:
        body["operator"] = some(random, ("and", "or", "AND"))
    if random.random() < 0.3:
        body["minimum_should_match"] = some(random, _SHOULD_MATCH)
    if random.random() < 0.1:
        body["zero_terms_query"] = some(random, ("all", "none"))
    if random.random() < 0.1:
        body["lenient"] = True
    return {"match": {name: _shared(random, body)}}


def _bool(random: Random, drawn: Drawn, depth: int) -> Json:
    body: dict[str, Json] = {}
    for clause in random.sample(("must", "filter", "should", "must_not"), random.randint(0, 3)):
        clauses = [query(random, drawn, depth - 1) for _ in range(random.randint(1, 3))]
        body[clause] = clauses[0] if len(clauses) == 1 and random.random() < 0.5 else clauses
    if random.random() < 0.3:
        body["minimum_should_match"] = some(random, _SHOULD_MATCH)
    return {"bool": _shared(random, body)}


def _constant_score(random: Random, drawn: Drawn, depth: int) -> Json:
    return {"constant_score": _shared(random, {"filter": query(random, drawn, depth - 1)})}


def query(random: Random, drawn: Drawn, depth: int = 2) -> Json:
    """A query; ``depth`` bounds how deep compounds nest."""
    leaves: list[Drawer] = [
        _term,
        _term,
        _terms,
        _range,
        _range,
        _exists,
        _ids,
        _match,
        _match,
        lambda r, d: _pattern(r, d, some(r, ("prefix", "wildcard", "regexp"))),
        lambda r, d: some(r, ({"match_all": {}}, {"match_none": {}}, {"match_all": {"boost": 1.5}})),
    ]
    if depth > 0 and random.random() < 0.3:
        return _bool(random, drawn, depth) if random.random() < 0.8 else _constant_score(random, drawn, depth)
    return some(random, leaves)(random, drawn)


def search(random: Random, drawn: Drawn, asked: Json) -> dict[str, Json]:
    """A search body around a query."""
    body: dict[str, Json] = {"query": asked}
    if random.random() < 0.25:
        body["size"] = some(random, (0, 1, 2, 5, 20, "3"))
    if random.random() < 0.1:
        body["from"] = some(random, (0, 1, 3, 50))
    if random.random() < 0.25:
        body["sort"] = _sort(random, drawn)
        if random.random() < 0.2:
            body["track_scores"] = True
    if random.random() < 0.5:
        body["_source"] = some(
            random, (False, False, True, [], sorted(drawn.fields)[:2], {"excludes": ["v*"]}, {"includes": ["*0", "o"]})
        )
    if random.random() < 0.1:
        body["track_total_hits"] = some(random, (True, False, 1, 3))
    if random.random() < 0.1:
        body["min_score"] = some(random, (0.1, 0.5, 1.0))
    if random.random() < 0.06:
        body["version"] = True
        body["seq_no_primary_term"] = True
    if random.random() < 0.05:
        body["post_filter"] = query(random, drawn, 0)
    return body


def _sort(random: Random, drawn: Drawn) -> Json:
    keys: list[Json] = []
    for _ in range(random.randint(1, 2)):
        name = _field(random, drawn, *_NUMERIC, "keyword", "date", "boolean")
        options: dict[str, Json] = {}
        if random.random() < 0.6:
            options["order"] = some(random, ("asc", "desc"))
        if random.random() < 0.3:
            options["missing"] = some(random, ("_first", "_last", 5, "m"))
        if random.random() < 0.2:
            options["mode"] = some(random, ("min", "max", "avg", "sum", "median"))
        keys.append(some(random, ({name: options}, name, {name: "desc"}, "_score", "_doc", {"_score": "asc"})))
    return keys if random.random() < 0.8 else keys[0]


def aggregations(random: Random, drawn: Drawn, depth: int = 1) -> dict[str, Json]:
    """One or two aggregations."""
    found = {}
    for i in range(random.randint(1, 2)):
        body = _aggregation(random, drawn)
        if depth > 0 and random.random() < 0.4 and next(iter(body)) not in _METRICS:
            body["aggs"] = aggregations(random, drawn, depth - 1)
        found[f"a{i}"] = body
    return found


_METRICS = ("avg", "sum", "min", "max", "stats", "value_count", "cardinality", "extended_stats")
_BUCKETS = ("terms", "terms", "terms", "range", "histogram", "date_histogram", "filter", "filters", "missing")


def _aggregation(random: Random, drawn: Drawn) -> dict[str, Json]:
    kind = some(
        random,
        (*_METRICS, "terms", "terms", "terms", "range", "histogram", "date_histogram", "filter", "filters", "missing"),
    )
    name = _field(random, drawn, *_NUMERIC, *(("keyword", "boolean", "date") if kind in ("terms", "missing") else ()))
    body: dict[str, Json] = {"field": name}
    if kind == "terms":
        if random.random() < 0.4:
            body["size"] = random.randint(1, 5)
        if random.random() < 0.3:
            body["order"] = some(random, ({"_key": "asc"}, {"_count": "asc"}, {"_key": "desc"}))
    elif kind == "range":
        body["ranges"] = [{"to": 1}, {"from": 1, "to": 50}, {"from": 50, "key": "many"}]
    elif kind == "histogram":
        body["interval"] = some(random, (1, 10, 0.5, 1000))
        if random.random() < 0.5:
            body["min_doc_count"] = 1
    elif kind == "date_histogram":
        body = {"field": _field(random, drawn, "date"), "calendar_interval": some(random, ("month", "year", "1q"))}
    elif kind == "filter":
        return {"filter": query(random, drawn, 1)}
    elif kind == "filters":
        return {"filters": {"filters": {"x": query(random, drawn, 0), "y": query(random, drawn, 0)}}}
    if kind in _METRICS and random.random() < 0.2:
        body["missing"] = 3
    return {kind: body}
