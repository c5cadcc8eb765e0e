"""Ingest pipelines of all processors with all their options, good and bad; and the templates that they and searches
are written with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import ODD, Json, some

#: How many requests a round of pipelines is sent.
ROUND = 40

#: What documents hold: values that some processor is made for, and values that it is not.
VALUES: dict[str, Sequence[Json]] = {
    "text": ("red fox", "a-b-c", " padded ", "", "ÄÖ ß", "<b>bold</b> &amp; x", "a%20b+c", "x\ny", "k1=v1 k2=[v2]"),
    "number": (5, -1, 2.5, 0, 2**40, "12", "0x1F", "1e3", "007", "-", True),
    "size": ("1kb", "20b", "1.5gb", "x", "12", "-1b", "1 kb"),
    "date": (
        "2024-02-29",
        "2024-02-29T10:20:30.123+02:00",
        "1709164800000",
        "29/Feb/2024:10:20:30 +0100",
        0,
        "x",
        "12/31",
    ),
    "json": ('{"a": 1, "b": {"c": [1, 2]}}', "[1, {}]", '"s"', "{bad", "5", "null", ""),
    "csv": ("1,2,3", 'a,"b,c",d', " x , y ", "", "a;b"),
    "log": ("127.0.0.1 - GET /index.html 200 12", "alice [INFO] done", "2024-02-29 WARN x=1"),
    "ip": ("10.0.0.1", "::1", "2001:db8::1", "x", "256.1.1.1"),
    "port": (80, "443", 0, 70000, "x"),
    "list": (["a", "b"], [3, 1, 2], [], ["x", None], [1.5, "y"], [{"v": "One"}, {"v": "Two"}], [["n"]]),
    "map": ({"k": "v", "n": 1}, {}, {"deep": {"x": "y"}}, {"a.b": 1}),
    "path": ("/a/b/c", "a", "//x//", ""),
}
FIELDS = (
    *VALUES,
    "map.k",
    "map.deep.x",
    "list.0",
    "list.0.v",
    "none",
    "new",
    "_id",
    "_index",
    "_ingest.timestamp",
    "a.b",
)
_ODD_FIELDS = ("", ".", "a..b", "list.9", "list.x", "_source.text", "text.x", "{{text}}", "_ingest._value", "_routing")
_FLAGS = (True, False, "true", "maybe", 1)

_Options = dict[str, Sequence[Json]]
#: Processor: what it needs, and what it may be given.
PROCESSORS: dict[str, tuple[_Options, _Options]] = {
    "acl_routing": (
        {"acl_field": ("text", "list")},
        {"target_field": ("_routing", "new"), "override_existing": _FLAGS},
    ),
    "append": (
        {"field": ("list", "new", "text"), "value": ("x", ["a", "{{text}}"], 5, {"k": "{{number}}"}, "{{{json}}}", [])},
        {"allow_duplicates": _FLAGS},
    ),
    "bytes": ({"field": ("size", "text", "list")}, {"target_field": ("new", "map.size")}),
    "community_id": (
        {"source_ip_field": ("ip",), "destination_ip_field": ("ip",)},
        {
            "source_port_field": ("port",),
            "destination_port_field": ("port",),
            "iana_protocol_number": ("6", "17", "1", "x", "300"),
            "protocol": ("tcp", "udp", "icmp", "x"),
            "icmp_type": ("8", "x"),
            "icmp_code": ("0",),
            "seed": (0, 1, 70000, "x"),
            "target_field": ("new",),
        },
    ),
    "convert": (
        {
            "field": ("number", "list", "ip", "text"),
            "type": ("integer", "long", "float", "double", "string", "boolean"),
        },
        {"type": ("ip", "auto", "nonsense"), "target_field": ("new", "map.n")},
    ),
    "copy": (
        {"source_field": ("map", "text", "list"), "target_field": ("new", "map", "text")},
        {"remove_source": _FLAGS, "override_target": _FLAGS},
    ),
    "csv": (
        {"field": ("csv",), "target_fields": (["a", "b", "c"], ["a"], ["map.x", "y"], [], "a", [1])},
        {"separator": (";", ",", "xx", ""), "quote": ("'", "''"), "trim": _FLAGS, "empty_value": ("-", 0, None)},
    ),
    "date": (
        {"field": ("date",), "formats": (["ISO8601"], ["yyyy-MM-dd", "UNIX_MS"], ["UNIX"], ["dd/MMM/yyyy:HH:mm:ss Z"])},
        {
            "formats": (
                ["MM/dd"],
                ["TAI64N"],
                ["strict_date_optional_time"],
                ["yyyy-MM-dd'T'HH:mm:ssXX"],
                [],
                ["qq"],
                "x",
            ),
            "timezone": ("Europe/Berlin", "+01:00", "{{text}}", "nowhere"),
            "locale": ("en", "de-DE", "xx", "{{none}}"),
            "target_field": ("new",),
            "output_format": ("yyyy/MM/dd", "EEE HH:mm", "bad{", "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"),
        },
    ),
    "date_index_name": (
        {"field": ("date",), "date_rounding": ("y", "M", "d", "h", "w", "s", "x")},
        {
            "index_name_prefix": ("drawn-", "{{text}}-", ""),
            "index_name_format": ("yyyy-MM", "yyyy.'w'ww", "bad{"),
            "date_formats": (["yyyy-MM-dd"], ["UNIX_MS"], []),
            "timezone": ("America/New_York", "nowhere"),
            "locale": ("en",),
        },
    ),
    "dissect": (
        {"field": ("log", "text"), "pattern": ("%{a} %{b}", "%{ip} - %{verb} %{url} %{?skip} %{+url}", "%{a}-%{b}")},
        {
            "pattern": ("%{a->} %{b}", "%{*k}=%{&k}", "%{+a/2} %{+a/1}", "no keys", "%{", "%{}"),
            "append_separator": ("+",),
        },
    ),
    "dot_expander": ({"field": ("a.b", "map.x", "x", "*", ".a", "a.")}, {"path": ("map", "none", "text")}),
    "drop": ({}, {}),
    "fail": ({"message": ("stop", "stop {{text}}", "{{{map.k}}}", "")}, {}),
    "fingerprint": (
        {},
        {
            "fields": (["text", "number"], ["map"], ["none"], [], ["*"], "text"),
            "exclude_fields": (["text", "list"], []),
            "hash_method": ("MD5@2.16.0", "SHA-1@2.16.0", "SHA-256@2.16.0", "SHA3-256@2.16.0", "x"),
            "target_field": ("new",),
        },
    ),
    "foreach": (
        {
            "field": ("list", "map", "text"),
            "processor": (
                {"uppercase": {"field": "_ingest._value"}},
                {"set": {"field": "_ingest._value.n", "value": "{{text}}"}},
                {"append": {"field": "new", "value": "{{_ingest._value}}"}},
                {"remove": {"field": "_ingest._value.v"}},
                {"foreach": {"field": "_ingest._value", "processor": {"trim": {"field": "_ingest._value"}}}},
                {
                    "convert": {
                        "field": "_ingest._value",
                        "type": "integer",
                        "on_failure": [{"set": {"field": "e", "value": 1}}],
                    }
                },
                {"script": {"source": "ctx.count = (ctx.count ?: 0) + 1"}},
                {"nonsense": {}},
                {},
            ),
        },
        {},
    ),
    "grok": (
        {
            "field": ("log", "text"),
            "patterns": (
                ["%{IP:client} - %{WORD:verb} %{URIPATHPARAM:url} %{INT:code:int} %{NUMBER:size:float}"],
                ["%{WORD:w}"],
                ["nope", "%{GREEDYDATA:rest}"],
                ["%{MINE:m}"],
                ["(?<named>[a-z]+)"],
                ["%{NONE:x}"],
                [],
                ["(["],
            ),
        },
        {
            "pattern_definitions": ({"MINE": "[a-z]+"}, {"MINE": "%{MINE}"}, {}, {"MINE": 5}),
            "trace_match": _FLAGS,
            "capture_all_matches": _FLAGS,
        },
    ),
    "gsub": (
        {
            "field": ("text", "list", "log"),
            "pattern": ("[aeiou]", "(\\w)-(\\w)", "([", " +", ""),
            "replacement": ("*", "$1", ""),
        },
        {"target_field": ("new",), "replacement": ("$9", "\\", "${x}")},
    ),
    "hierarchical_routing": (
        {"path_field": ("path", "text")},
        {"anchor_depth": (1, 2, 0, "x"), "path_separator": ("/", "-", ""), "override_existing": _FLAGS},
    ),
    "html_strip": ({"field": ("text", "list")}, {"target_field": ("new",)}),
    "join": ({"field": ("list", "text"), "separator": ("-", "", ", ")}, {"target_field": ("new",)}),
    "json": ({"field": ("json", "text")}, {"target_field": ("new", "map"), "add_to_root": _FLAGS}),
    "kv": (
        {"field": ("text", "log", "list"), "field_split": (" ", "[ ,]", "(["), "value_split": ("=", "-", "")},
        {
            "target_field": ("new", "map"),
            "include_keys": (["k1"], []),
            "exclude_keys": (["k1"],),
            "prefix": ("p_",),
            "trim_key": ("k", "["),
            "trim_value": ("v1",),
            "strip_brackets": _FLAGS,
        },
    ),
    "lowercase": ({"field": ("text", "list", "number")}, {"target_field": ("new",)}),
    "pipeline": (
        {"name": ("drawn-a", "drawn-b", "drawn-none", "{{text}}", "drawn-{{map.k}}")},
        {"ignore_missing_pipeline": _FLAGS},
    ),
    "remove": (
        {},
        {
            "field": ("text", ["map.k", "none"], "{{text}}", [], "_id", "_version"),
            "exclude_field": ("text", ["map", "list"], []),
        },
    ),
    "remove_by_pattern": (
        {},
        {"field_pattern": ("t*", ["*.k", "n?"], "_*", []), "exclude_field_pattern": ("t*", ["map*"], "_x*")},
    ),
    "rename": (
        {"field": ("text", "map", "list.0"), "target_field": ("new", "map", "text.x")},
        {"override_target": _FLAGS},
    ),
    "script": (
        {"source": ("ctx.new = ctx.text + '!'", "ctx.list.add(1)", "ctx.remove('text')", "ctx._index = 'drawn-other'")},
        {
            "source": ("ctx.x = params.p", "ctx.new = ctx.none.length()", "bad(", "ctx._id = ctx.map.k", "return 1"),
            "params": ({"p": [1, {"a": 2}]}, {}, 5),
            "lang": ("painless", "mustache", "expression", "nonsense"),
            "id": ("drawn-script", "none"),
        },
    ),
    "set": (
        {"field": ("new", "text", "map.k", "map.n.o", "list.0", "_id", "_routing")},
        {
            "value": (
                "x",
                "{{text}}/{{map.k}}",
                5,
                None,
                {"a": "{{number}}"},
                ["{{list}}"],
                "{{#list}}<{{.}}>{{/list}}",
            ),
            "copy_from": ("text", "map", "none", "list.0"),
            "override": _FLAGS,
            "ignore_empty_value": _FLAGS,
            "media_type": ("application/json", "text/plain", "x"),
        },
    ),
    "sort": ({"field": ("list", "text")}, {"order": ("asc", "desc", "up"), "target_field": ("new",)}),
    "split": (
        {"field": ("text", "csv", "list"), "separator": (" ", ",", "\\W", "([", "")},
        {"preserve_trailing": _FLAGS, "target_field": ("new",)},
    ),
    "temporal_routing": (
        {"timestamp_field": ("date",), "granularity": ("hour", "day", "week", "month", "year")},
        {"format": ("yyyy-MM-dd", "bad{"), "hash_bucket": _FLAGS, "override_existing": _FLAGS},
    ),
    "trim": ({"field": ("text", "list", "number")}, {"target_field": ("new",)}),
    "uppercase": ({"field": ("text", "list", "map")}, {"target_field": ("new",)}),
    "urldecode": ({"field": ("text", "list")}, {"target_field": ("new",)}),
    "nonsense": ({}, {"field": ("text",)}),
}
_CONDITIONS = (
    *(
        "ctx.text != null",
        "ctx.number > 3",
        "ctx.list?.size() == 2",
        "ctx.map?.k == 'v'",
        "true",
        "false",
        "ctx.none.x",
    ),
    *("ctx.text =~ /a/", "return ctx.containsKey('json')", "bad(", "1", "ctx.x = 1", "ctx._index == 'drawn-ingest'"),
)


def processor(random: Random, depth: int = 1) -> Json:
    kind = some(random, sorted(PROCESSORS))
    needed, optional = PROCESSORS[kind]
    options: dict[str, Json] = {name: some(random, values) for name, values in needed.items()}
    for name, values in optional.items():
        if random.random() < 0.35:
            options[name] = some(random, values)
    if random.random() < 0.15:
        options["ignore_missing"] = some(random, _FLAGS)
    for name in list(options):
        chance = random.random()
        if name.endswith("field") and chance < 0.25:
            options[name] = some(random, FIELDS)
        elif chance < 0.02:
            options[name] = some(random, ODD)
        elif chance < 0.04:
            del options[name]
        elif chance < 0.05:
            options[name] = some(random, _ODD_FIELDS)
    if random.random() < 0.15:
        options["if"] = some(random, _CONDITIONS)
    if random.random() < 0.1:
        options[some(random, ("tag", "description"))] = some(random, ("t", "what", 5))
    if random.random() < 0.1:
        options["ignore_failure"] = some(random, _FLAGS)
    if depth and random.random() < 0.15:
        options["on_failure"] = failing(random, depth - 1)
    if random.random() < 0.02:
        options["nonsense"] = 1
    return {kind: options}


def failing(random: Random, depth: int) -> Json:
    """What is done about a failure; it sees what is known of it."""
    if random.random() < 0.05:
        return some(random, ([], {}, "x"))
    known = ("on_failure_message", "on_failure_processor_type", "on_failure_processor_tag", "on_failure_pipeline")
    value = " ".join(f"{{{{_ingest.{name}}}}}" for name in known)
    told: Json = {"set": {"field": "error", "value": value}}
    return [told] if random.random() < 0.6 else [processor(random, depth), told]


def pipeline(random: Random) -> dict[str, Json]:
    body: dict[str, Json] = {"processors": [processor(random) for _ in range(some(random, (1, 1, 1, 2, 3)))]}
    if random.random() < 0.15:
        body["on_failure"] = failing(random, 1)
    if random.random() < 0.08:
        name = some(random, ("description", "version", "nonsense", "_meta", "processors"))
        body[name] = some(random, ("x", 3, {}, [], None))
    return body


def document(random: Random) -> dict[str, Json]:
    found = {name: some(random, values) for name, values in VALUES.items() if random.random() < 0.75}
    if random.random() < 0.1:
        found[some(random, ("text", "list", "map", "a.b"))] = some(random, ODD)
    return found


def _request(method: str, path: str, body: Json = None) -> ConsoleRequest:
    return ConsoleRequest(method, path, b"" if body is None else json.dumps(body).encode())


def requests(random: Random, name: str) -> Iterator[ConsoleRequest]:
    quiet = {"settings": {"number_of_replicas": 0, "refresh_interval": "-1"}}
    limit = {"transient": {"script.max_compilations_rate": "100000/1m"}}
    yield _request("PUT", "/_cluster/settings", limit)
    yield _request("PUT", "/_index_template/drawn-quiet", {"index_patterns": ["drawn-*"], "template": quiet})
    script = {"script": {"lang": "painless", "source": "ctx.stored = params.p"}}
    yield _request("PUT", "/_scripts/drawn-script", script)
    yield _request("PUT", f"/{name}", {"mappings": {"dynamic": False}})
    for _ in range(ROUND):
        yield some(random, _KINDS)(random, name)
    yield _request("POST", f"/{name}/_refresh")
    yield _request("GET", f"/{name}/_search?size=50&version=true&sort=_doc")


def _simulate(random: Random, name: str) -> ConsoleRequest:
    docs: list[Json] = []
    for _ in range(some(random, (1, 1, 2))):
        one: dict[str, Json] = {"_index": name, "_id": "1", "_source": document(random)}
        if random.random() < 0.2:
            one[some(random, ("_routing", "_version", "_version_type", "_id", "_index", "_if_seq_no", "nonsense"))] = (
                some(random, ("x", 3, "external", None, {}))
            )
        if random.random() < 0.05:
            one.pop(some(random, sorted(one)))
        docs.append(one)
    verbose = some(random, ("", "", "?verbose=true", "?verbose"))
    body: dict[str, Json] = {"docs": docs}
    if random.random() < 0.2:
        return _request("POST", f"/_ingest/pipeline/{some(random, ('drawn-a', 'drawn-b'))}/_simulate{verbose}", body)
    return _request("POST", f"/_ingest/pipeline/_simulate{verbose}", {"pipeline": pipeline(random), **body})


def _put(random: Random, name: str) -> ConsoleRequest:
    return _request("PUT", f"/_ingest/pipeline/{some(random, ('drawn-a', 'drawn-b'))}", pipeline(random))


def _read(random: Random, name: str) -> ConsoleRequest:
    paths = ("/_ingest/pipeline/drawn-a", "/_ingest/pipeline/drawn-*", "/_ingest/pipeline/none", f"/{name}/_doc/1")
    return _request("GET", some(random, paths))


def _default(random: Random, name: str) -> ConsoleRequest:
    setting = some(random, ("index.default_pipeline", "index.final_pipeline"))
    value = some(random, ("drawn-a", "drawn-b", "drawn-none", "_none", None))
    return _request("PUT", f"/{name}/_settings", {setting: value})


def _write(random: Random, name: str) -> ConsoleRequest:
    through = some(random, ("", "?pipeline=drawn-a", "?pipeline=drawn-b", "?pipeline=_none", "?pipeline=drawn-none"))
    if random.random() < 0.3:
        lines: list[Json] = []
        for _ in range(random.randint(1, 3)):
            meta: dict[str, Json] = {"_index": name, "_id": str(random.randint(1, 4))}
            if random.random() < 0.4:
                meta["pipeline"] = some(random, ("drawn-a", "drawn-b", "_none", "drawn-none"))
            lines += [{some(random, ("index", "index", "create")): meta}, document(random)]
        if random.random() < 0.3:
            update = {"doc": document(random), "upsert": document(random)}
            lines += [{"update": {"_index": name, "_id": str(random.randint(1, 4))}}, update]
        return ConsoleRequest("POST", f"/_bulk{through}", "".join(json.dumps(line) + "\n" for line in lines).encode())
    return _request("PUT", f"/{name}/_doc/{random.randint(1, 4)}{through}", document(random))


# --- templates --------------------------------------------------------------------------------------------------------

_PARAMS: Json = {
    "word": "fox",
    "quoted": 'a"b\\c\n',
    "n": 5,
    "d": 1.50,
    "yes": True,
    "no": False,
    "none": None,
    "empty": "",
    "list": [1, "two", None, {"k": "v"}],
    "words": ["a", "b"],
    "map": {"k": "v", "n": {"x": [1, 2]}},
    "maps": [{"k": 1, "last": False}, {"k": 2, "last": True}],
    "url": "http://x/?a=b c&d=é",
}
_PIECES = (
    *(
        "{{word}}",
        "{{{quoted}}}",
        "{{quoted}}",
        "{{&quoted}}",
        "{{n}}",
        "{{d}}",
        "{{missing}}",
        "{{map.k}}",
        "{{map.n.x}}",
    ),
    *(
        "{{list}}",
        "{{map}}",
        "{{words.0}}",
        "{{list.3.k}}",
        "{{#toJson}}list{{/toJson}}",
        "{{#toJson}}map.n{{/toJson}}",
    ),
    *(
        "{{#toJson}}missing{{/toJson}}",
        "{{#join}}words{{/join}}",
        "{{#join delimiter='; '}}words{{/join delimiter='; '}}",
    ),
    *("{{#join}}word{{/join}}", "{{#url}}{{url}}{{/url}}", "{{#url}}word{{/url}}", "{{#url}}{{url}} {{word}}{{/url}}"),
    *(
        "{{#yes}}Y{{/yes}}",
        "{{^yes}}N{{/yes}}",
        "{{#no}}Y{{/no}}",
        "{{^no}}N{{/no}}",
        "{{#none}}Y{{/none}}",
        "{{^missing}}M{{/missing}}",
    ),
    *(
        "{{#words}}{{.}},{{/words}}",
        "{{#maps}}{{k}}{{^last}},{{/last}}{{/maps}}",
        "{{#map}}{{k}}{{/map}}",
        "{{#empty}}E{{/empty}}",
    ),
    *(
        "{{! comment }}",
        "{{=<% %>=}}<%word%><%={{ }}=%>",
        "{{#word}}{{word}}{{/word}}",
        "{{#n}}{{n}}{{/n}}",
        "{{words.size}}",
    ),
    *(
        "{{#list}}[{{.}}]{{/list}}",
        "{{#toJson}}.{{/toJson}}",
        "{{>partial}}",
        "{{#join}}list{{/join}}",
        "{{word.length}}",
    ),
    *(
        "{{#broken}}",
        "{{/word}}",
        "{{",
        "{{word",
        "{{#join}}{{/join}}",
        "{{#toJson}}a b{{/toJson}}",
        "{{#url}}{{/url}}",
        "{{}}",
    ),
)


def _template(random: Random) -> Json:
    piece = some(random, _PIECES)
    if random.random() < 0.5:
        return {
            "query": {"match": {"text": piece}},
            "size": some(random, ("{{n}}", "{{missing}}{{^missing}}3{{/missing}}", 2)),
        }
    forms = (
        '{"query": {"match": {"text": "%s"}}}',
        '{"query": {"terms": {"text": %s}}}',
        '{"a": "%s"}',
        "%s",
        '{"size": %s}',
    )
    return some(random, forms) % piece


def _templated(random: Random) -> dict[str, Json]:
    body: dict[str, Json] = {"source": _template(random), "params": _PARAMS}
    if random.random() < 0.1:
        body = {"id": some(random, ("drawn-template", "none")), "params": _PARAMS}
    if random.random() < 0.1:
        body[some(random, ("params", "explain", "profile", "source", "nonsense"))] = some(random, (True, {}, None, "x"))
    return body


def _render(random: Random, name: str) -> ConsoleRequest:
    how = random.randrange(10)
    if how < 6:
        return _request("POST", f"/_render/template{some(random, ('', '', '', '/drawn-template'))}", _templated(random))
    if how == 6:
        body = {"script": {"lang": "mustache", "source": _template(random)}}
        return _request("PUT", "/_scripts/drawn-template", body)
    if how == 7:
        lines: list[Json] = []
        for _ in range(random.randint(1, 3)):
            lines += [{"index": name}, _templated(random)]
        return ConsoleRequest("POST", "/_msearch/template", "".join(json.dumps(line) + "\n" for line in lines).encode())
    return _request("POST", f"/{name}/_search/template", _templated(random))


_KINDS: tuple[Callable[[Random, str], ConsoleRequest], ...] = (
    *((_simulate,) * 12),
    *(_put, _put, _read, _default, _write, _write, _write, _render, _render, _render),
)
