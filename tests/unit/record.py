"""Ask a real OpenSearch what the unit tests of bodies, shapes and dates expect of ours.

    python tests/unit/record.py http://127.0.0.1:9200

writes ``tests/unit/recorded/{bodies,shapes,dates}.json``. Indices named ``recorded-*`` are made anew and deleted.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "recorded"


class Server:
    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")
        self.made: set[str] = set()

    def raw(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, str, bytes]:
        """Status, content type and body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            named.setdefault("Content-Type", "application/json")
        request = urllib.request.Request(self.url + path, body, named, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, answer.headers["content-type"], answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers["content-type"], error.read()

    def json(self, method: str, path: str, body: Any = None) -> Any:
        raw = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return json.loads(self.raw(method, path, raw)[2])

    def index(self, name: str, properties: Any = None, **mapping: Any) -> str:
        name = f"recorded-{name}"
        self.json("DELETE", f"/{name}")
        answer = self.json("PUT", f"/{name}", {"mappings": {**mapping, "properties": properties or {}}})
        assert answer.get("acknowledged"), answer
        self.made.add(name)
        return name

    def clean(self) -> None:
        for name in self.made:
            self.json("DELETE", f"/{name}")


# --- bodies -----------------------------------------------------------------------------------------------------------


def _nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


DOCUMENTS: list[bytes] = [
    *(_nested(depth) for depth in (999, 1000, 1001)),
    *(b'{"a":%s}' % number for number in (b"9" * 1000, b"9" * 1001, b"0." + b"9" * 999, b"0." + b"9" * 1001)),
    *(b'{"%s":1}' % (b"k" * length) for length in (50_000, 50_001)),
    *(
        text.encode()
        for text in (
            '{"a":1} /* c */ ', '{/* é */"a":1 // x\n}', '{"a":1}\r\n\r\n  x', '\ufeff{"a":y}', '\ufeff{"a":1}',
            '{"é":x}', '{"é€😀":1,é:2}', '{"a":é}', '{"a":😀}', '{"a":\'x\'}', "{'a':1}", '{"a":+1}', '{"a":.5}',
            '{"a":1.}', '{"a":1.x}', '{"a":1e}', '{"a":1ex}', '{"a":-Infinity}', '{"a":Infinity}', '{"a":-Inx}',
            '{"a":-x}', '{"a":-.5}', '{"a":1x}', '{"a" 1}', '{"a":"\\ud800"}', '{"a":"\\ud83d\\ude00"}',
            '{"a":truex}', '{"a":true1}', '{"a":true-}', '{"a":trueé}', '{"a":nul', '{"a":t', '{"a":[1 2]}',
            '{"a":[1,]}', '{"a":[,1]}', '{"a":1 "b":2}', '{"a":"x\ny"}', '{"a":"\ty"}', '{"\t":1}', '{"a\\x":1}',
            '{"a\\u00zz":1}', '{"a\\u00e9":1,"aé":2}', '{"a', '{"', '{"a":"\\', '{"a":"\\u1', '{"a":1,', '{"a":[',
            '{"a":[1', '{"a":{"b":', '{"a":"b"', '{"a":"b', "\x00", '{"a":1}\x00', '{\x01"a":1}', '{"a":\x1e1}',
            '{"a"\x07:1}', '{"a":1}/', '{"a":1}/x', '{"a":/*', '{"a":1}//', '{"a":1/*\n*/,x', '{#"a":1}',
            '{"a":1\u00a0}', '{"a":1,"b":2,"a":3}', '{"a":{"b":1,"b":2}}', '{"a":[{"b":1,"b":2}]}',
            '{"u":"x:y","a":1,"a" :2}', '{"a":-01}', '{"a":-', '{"a":1.', '{"a":1.5e', '{"a":1e+}', '{"a":"x"y}',
            '{"a":xyz$_é-}', '{"a":@}', '{"a":NaNx}', '{"a":Nax}', '{"a":Inf}', '{"a":-INF}', '{"a":+Infinity}',
            '{"a":+x}', '{"a":+', '{"a":+INF}', "{,}", "{}}", "}", '{"a":]}', '{"a":[}}', '{"a":[1}', '{"a":{]}',
            '{"a"}', '{"a",}', '{"a":,}', "{1:2}", '{"a":1}{"b":2}', '{"a":1}[', '{"a":1}5', '{"a":1}"x"',
            '{"a":1}true', '{"a":[-', '{"a":[1,-', "[1]", "nope", '"str"', "12", "   ", "null", '{"a":1e400}',
            '{"a":18446744073709551616,"b":-9223372036854775809}', '{"a":"' + "x" * 300, '{"a":' + "x" * 300 + "}",
        )
    ),
    b'{"a":"\xff"}', b'{"a":"\xc3"}', b'{"a":"\xc3\x28"}', b'{"a":"\xe2\x82"}', b'{"\xff":1}', b'{"\xc3(":1}',
    b'{"a":\xff}', b"{\xff}", b'{"a":"\x80"}', b'{"a":1\xff}', b'{"a"\xff:1}', b"\xff{}", b'{"abcdefghijklm\xc3":1}',
    b'{"abcdefghijklm\xff":1}', b'{"a":"\xf0\x9f\x98', b'{"ab\xe2(\xa1":1}',
]  # fmt: skip

QUERIES: list[str] = [
    "", "   ", '{"query":}', '{"query":x', '{"query":{', '{"query":{"match_all":{}',
    '{\n "query": {"term":{"a":"\x01"}}}', '{"query":{"match_all":{} x', "{a", '{"a', '{"query" x',
    '{"query":{"match_all":{}},', '{"query":{"term":{"a":"x"}} ,}', '{"query":{"bool":{"must":[{"term":{"a":1}} {',
    '{"query":{"bool":{"must":[{"bool":{"filter":{"term":{"a":1', '{"query":{"bool":{"must":{"term":{"a":1}},"x',
    '{"query":{"bool":{"must":[{"term":{"a":1}}', '{"query":{"bool":{"must":[{"term":{"a":1}}]}', "nope",
    '{"query":{"term":{"a":1,"a":2}}}', '{"query":{"bool":{"filter":[{"knn":{"v":{"vector":[1,2,],"k":1}}}]}}}',
    '{"query":{"knn":{"v":{"vector":[1,2],"k":1,"filter":{"term":{"a" 1}}}}}}',
    '{"query":{"knn":{"v":{"vector":[1,2],"k":1,"rescore":{"oversample_factor" 1}}}}}',
    '{"query":{"knn":{"v":{"vector":[1,2] "k":1}}}}', '{"query":{"knn":{"v":{"vector":[1,2], "k":x}}}}',
    '{"query":{"script_score":{"query":{"match_all":{}},"script":{"source":"s","params":{"query_value":[1,]}}}}}',
    '{"query":{"script_score":{"query":{"match_all":{}},"script":{"lang":"knn",}}}}',
    '{"query":{"script_score":{"query":{"match_all":{} x,"script":{"lang":"knn",}}}}',
    "[1", "[]", '"text"', " 12", "\n null", "true", "/**/ [}",
]  # fmt: skip

SEARCHES: list[str] = [
    '{"query":{"match_all":{}}} x', '{"query":{"match_all":{}}}{', '{"query":{"match_all":{}}} 1x',
    '{"query":{"match_all":{}}}]', '{"query":{"match_all":{}},"query":{"match_all":{}}}', '{"size":1 "from":1}',
]  # fmt: skip

#: Each says a member of the root that searches do not know; the real answer tells where its value stands.
PLACES: list[str] = [
    '{"zzz":1}', '{"size":1,"zzz":"a"}', '{\n  "size" : 1 ,\n\t"zzz" :\n true }', '{"sort":["é😀"],"zzz":null}',
    '{"sort":["\\u00e9\\n","b"],\r\n\r\n"zzz":[1]}', '{"_source":{"includes":["a"]},"zzz":{"zzz":1}}',
    '{"sort":[{"zzz":{"order":"asc"}},{"b":"asc"}],/* c\n */"zzz":-1.5e3}', '\ufeff{"zzz":1}',
]  # fmt: skip


def bodies(server: Server) -> Any:
    index = server.index("bodies", dynamic=False)
    recorded: dict[str, list[Any]] = {"document": [], "map": [], "search": [], "query": [], "place": []}
    for number, body in enumerate(DOCUMENTS):
        answer = server.json("PUT", f"/{index}/_doc/{number}", body)
        recorded["document"].append([body.hex(), answer.get("error")])
        if b'{"a":1}' not in body and len(body) < 400:
            error = server.json("PUT", f"/{index}/_mapping", body).get("error")
            about_json = error is not None and ("content to map" in str(error) or "xcontent bytes" in str(error))
            recorded["map"].append([body.hex(), error if about_json else None])
    for kind, path, texts in (("search", "_search", QUERIES + SEARCHES), ("query", "_count", QUERIES)):
        for text in texts:
            error = server.json("POST", f"/{index}/{path}?filter_path=error", text.encode()).get("error")
            recorded[kind].append([text.encode().hex(), error])
    for text in PLACES:
        error = server.json("POST", f"/{index}/_search", text.encode())["error"]
        recorded["place"].append([text.encode().hex(), error["line"], error["col"]])
    return recorded


# --- shapes -----------------------------------------------------------------------------------------------------------

DOCUMENT = (
    '{"a":1.50,"b":[1,{"c":2,"d":[]},[3]],"e":{},"f":{"g":{"h":1}},"x.y":5,"n":1e400,'
    '"big":123456789012345678901234567890,"t":1e-7,"l":12345678.0, "u":"é\\u0001\\u2028\\/<\\u007f\\ud83d\\ude00",'
    '"s":["yes","true","null","~","1","1.5","","- a","a: b","#x","multi\\nline"," lead","trail ","0x1","it\'s",'
    '"\\"q\\"",'
    '"a sentence that is longer than a line of eighty characters, so that it is broken somewhere before its end"],'
    '"z":[],"zz":[[],{}],"nn":null,"t1":true,"yes key":1,"true":2,"1":3,"":4,"i":[-17,-1,23,24,255,256,-70000,1e10,'
    "4294967296,-9223372036854775808]}"
)
FILTERS = (
    "**.took **.c hits.hits._source.b hits.hits._source.x\\.y hits.hits._source.x.y -**.a -hits.hits._source.b.c"
    " -hits.hits._source.* hits.hits._source,-hits.hits._source.a hits.hits._source.b.d hits.hits._source.e"
    " -hits.hits._source.e.z -hits.hits._source.b.d.z hits.hits._source.b.c,took **.hits.**.h **.**.h"
    " **._source.**.h,took hits.hits._source.z,hits.hits._source.zz hits.hits._source.zz.q -hits.hits._source.zz.q"
    " hits.hits._source.*.g took hits.** ** * nope . , a. -hits h*.to*al.v* hits.hits %20took%20 -"
    " -took,-timed_out,-_shards,-hits hits.h?ts -** -* _shards.total,_shards.failed,-_shards.failed"
    " hits.total.value.x took.x -took.x hits..total .took .. -,took -%20,took hits.hits._source.\\x\\.y **. *.* -*.*"
    " *.hits.*.b ho*,- hits.total,hits.total.value -hits.total,-hits.total.value"
).split()
GETS = (
    "? ?pretty ?pretty=false ?format=yaml ?format=YAML ?format=yaml&pretty ?format=yaml&filter_path=_source.b"
    " ?format=cbor ?format=smile ?format=cbor&pretty ?format=smile&pretty ?filter_path=nope&format=yaml"
    " ?filter_path=nope&format=cbor ?filter_path=nope&format=smile ?format=text ?format="
).split()


def shapes(server: Server) -> Any:
    index = server.index("shapes", enabled=False)
    server.json("PUT", f"/{index}/_doc/1?refresh=true", DOCUMENT.encode())
    recorded: dict[str, Any] = {"document": DOCUMENT, "get": [], "search": []}
    for query in GETS:
        status, kind, body = server.raw("GET", f"/{index}/_doc/1{query}")
        recorded["get"].append([query, kind, body.hex()])
    for accept in ("application/yaml", "application/cbor", "text/html", "*/*", "application/json", "application/*", ""):
        status, kind, body = server.raw("GET", f"/{index}/_doc/1", Accept=accept)
        recorded["get"].append([f"Accept: {accept}", kind, body.hex()])
    for name in FILTERS:
        for pretty in ("", "&pretty"):
            status, kind, body = server.raw("GET", f"/{index}/_search?filter_path={name}{pretty}")
            recorded["search"].append([f"?filter_path={name}{pretty}", status, body.hex()])
    return recorded


# --- dates ------------------------------------------------------------------------------------------------------------

NAMES = (
    "basic_date basic_date_time basic_date_time_no_millis basic_ordinal_date basic_ordinal_date_time"
    " basic_ordinal_date_time_no_millis basic_time basic_time_no_millis basic_t_time basic_t_time_no_millis"
    " basic_week_date basic_week_date_time basic_week_date_time_no_millis date date_hour date_hour_minute"
    " date_hour_minute_second date_hour_minute_second_fraction date_hour_minute_second_millis date_optional_time"
    " date_time date_time_no_millis hour hour_minute hour_minute_second hour_minute_second_fraction"
    " hour_minute_second_millis iso8601 ordinal_date ordinal_date_time ordinal_date_time_no_millis time"
    " time_no_millis t_time t_time_no_millis week_date week_date_time week_date_time_no_millis week_year weekyear"
    " weekyear_week weekyear_week_day year year_month year_month_day epoch_second epoch_millis epoch_micros"
    " strict_basic_week_date strict_basic_week_date_time strict_basic_week_date_time_no_millis strict_date"
    " strict_date_hour strict_date_hour_minute strict_date_hour_minute_second"
    " strict_date_hour_minute_second_fraction strict_date_hour_minute_second_millis strict_date_optional_time"
    " strict_date_optional_time_nanos strict_date_time strict_date_time_no_millis strict_hour strict_hour_minute"
    " strict_hour_minute_second strict_hour_minute_second_fraction strict_hour_minute_second_millis"
    " strict_ordinal_date strict_ordinal_date_time strict_ordinal_date_time_no_millis strict_time"
    " strict_time_no_millis strict_t_time strict_t_time_no_millis strict_week_date strict_week_date_time"
    " strict_week_date_time_no_millis strict_weekyear strict_weekyear_week strict_weekyear_week_day strict_year"
    " strict_year_month strict_year_month_day rfc3339_lenient"
).split()
PATTERNS = [
    "yyyy-MM-dd", "uuuu-MM-dd", "yyyy/MM/dd HH:mm:ss", "dd/MM/yyyy", "MM/dd/yy", "yyyy-MM-dd HH:mm:ss.SSS",
    "uuuu-MM-dd'T'HH:mm:ss.SSSXXX", "yyyy-MM-dd'T'HH:mm:ssZ", "yyyyMMddHHmmssSSS", "dd MMM yyyy",
    "EEE, dd MMM yyyy HH:mm:ss Z", "EEEE d MMMM uuuu", "MMM d, yyyy h:mm a", "kk:mm", "uuuu-DDD", "YYYY-'W'ww-e",
    "YY-ww", "uuuu-MM-W-e", "uuuu-QQQ", "yyyy-MM-dd G", "uuuu-MM-dd'T'HH:mm VV", "uuuu-MM-dd HH:mm z",
    "uuuu-MM-dd HH:mm O", "uuuu-MM-dd HH:mm OOOO", "uuuu-MM-dd[ HH:mm[:ss]]",
    "'year' yyyy 'o''clock'", "pppd", "uuuu-MM-dd A", "M/d/yyyy", "n", "g", "yyyy-MM-dd||yyyy/MM/dd||epoch_second",
    "strict_date_optional_time||epoch_millis",
]  # fmt: skip
WRONG = [
    "foo", "yyyy||", "||yyyy", "yyyy-MM-dd'", "yyyy]", "{", "MMMMMM", "ddd", "SSSSSSSSSS", "DDDD", "cc", "www", "aa",
    "V", "zzzzz", "OO", "XXXXXX", "p", "yyyy-MM-ddT", "vv", "uuuuuuuuuuuuuuuuuuuu", "yyyy-MM-dd||foo", "  ",
]  # fmt: skip
TEXTS = (
    "2020-01-02 2020-01-02T03:04:05.678Z 2020-01-02T03:04:05.678+01:00 2020-01-02T03:04:05+0100 2020-01-02T03:04"
    " 2020-01-02T03 2020-01-02T 2020 2020-1-2 2020-01 20200102 20200102T030405.678Z 20200102T030405Z 2020123"
    " 2020123T030405.6Z 030405.678Z T030405+0100 2020W013 2020W533 2020W013T030405.6Z 03 03:04 03:04:05 03:04:05.6"
    " 3:4:5.6 2020-123 2019-366 2020-123T03:04:05.6Z 03:04:05.6Z T03:04:05Z 2020-W01-3 2019-W53-1"
    " 2020-W01-3T03:04:05Z 2020-W01 2020-W1-3 2020-W01-8 2020-02-30 2020-13-01 2021-02-29 2020-01-02T24:00:00Z"
    " 2020-01-02T23:60:00Z 2020-01-02T03:04:05,678Z 2020-01-02T03:04:05.1234567891Z -2020-01-02 +12020-01-02"
    " 12020-01-02 0000-01-01 2020-01-02T03:04:05Europe/Paris 2020-01-02T03:04:05UTC+1 2020-01-02T03:04:05-19:00"
    " 2020-03-29T02:30:00Europe/Paris 2020-10-25T02:30:00Europe/Paris 2020-1-2T3:4:5Z 2020-01-02t03:04:05z"
    " 2020/01/02 x 1577836800000 1577836800 -1 -1.5 1.5 1. -1.25 .5 9223372036854775807 9223372036854775808"
    " 1577836800000.123456 1577836800000.1234567 1e3 01/02/2020 2020-Q3 20200102030405678 2020-01-02T03:04Z 1/2/2020"
).split()
TEXTS += [
    "2020-01-02 03:04:05", " 2020-01-02", "02 Jan 2020", "Thu, 02 Jan 2020 03:04:05 +0100",
    "Fri, 02 Jan 2020 03:04:05 Z", "Jan 2, 2020 3:04 PM", "2020-01-02T03:04 Asia/Tokyo", "2020-01-02 03:04 GMT+1",
    "2020-01-02 03:04 GMT-05:30", "2020-01-02 24:00", "2020-01-02 03:04", "year 2020 o'clock", "  2", "2020-01-02 AD",
    "2020-01-02 CE", "2020-01-02 03:04:05.678",
    "2020-01-02 03:04 EST", "2020-01-02 03:04 CET", "2020-01-02 03:04 PST",
]  # fmt: skip
INSTANTS = [0, 1577934245678, 1609459199999, -1, 951782400000, 253402300800000, -62167219200001, -30610224000000]
MATH = (
    "now-1d/d now/M now+1y-1M/w now/h now/2d now/ now+ now+1 now+1x nowx 2020-01-31||+1M 2020-02-29||+1y"
    " 2020-01-01||/M 2020-01-01||+1M/M 2020-01-01|| 2020-01-01||x 2020||/y 2020 2020-03 2020-03-05 2020-03-05T10"
    " 2020-03-05T10:11 2020-03-05T10:11:12 2020-03-05T10:11:12Z 2020-03-05T10:11:12+02:00 1577836800000"
    " 1577836800000||/d foo 2020-03-29||+1d 2020-03-28T02:30:00||+1d 2020-10-25T02:30:00||+1h 2020-10-25||/d"
    " 2020-13-01 2020-03-29T02:30:00 2020-10-25T02:30:00 now-10w/w 2020-01-01||+1M-1d/M 2020-01-01||/s"
    " 2020-01-01||/m+1s"
).split()
ZONES = ["", "+02:00", "Europe/Paris", "America/New_York"]
INTERVALS = ["second", "minute", "hour", "day", "week", "month", "quarter", "year", "90m", "36h", "30d", "1ms", "7d"]


def chain(error: Any) -> list[list[str]]:
    """Types and reasons from the outside in."""
    found = []
    while error is not None:
        found.append([error["type"], error["reason"]])
        error = error.get("caused_by")
    return found


def dates(server: Server) -> Any:
    recorded: dict[str, Any] = {"wrong": [], "parse": [], "format": [], "math": [], "zones": [], "round": []}
    for pattern in WRONG:
        index = "recorded-wrong"
        mappings = {"properties": {"d": {"type": "date", "format": pattern}}}
        answer = server.json("PUT", f"/{index}", {"mappings": mappings})
        recorded["wrong"].append([pattern, chain(answer.get("error"))])
        server.json("DELETE", f"/{index}")
    for pattern in [*NAMES, *PATTERNS]:
        index = server.index("dates", {"d": {"type": "date", "format": pattern, "store": True}})
        lines = []
        for number, text in enumerate(TEXTS):
            lines += [json.dumps({"index": {"_id": str(number)}}), json.dumps({"d": text})]
        answer = server.json("POST", f"/{index}/_bulk?refresh=true", ("\n".join(lines) + "\n").encode())
        body = {"size": 1000, "_source": False, "docvalue_fields": [{"field": "d", "format": "epoch_millis"}]}
        hits = server.json("POST", f"/{index}/_search", body)["hits"]["hits"]
        found = {hit["_id"]: hit["fields"]["d"][0] for hit in hits}
        usual = 0  # refusals of the kinds that nearly every format has
        for number, item in enumerate(answer["items"]):
            error = item["index"].get("error")
            # The document's field is told around what the format says.
            told = chain(error["caused_by"]) if error else found[str(number)]
            if error and told[0][1] == f"failed to parse date field [{TEXTS[number]}] with format [{pattern}]":
                told = told[1:]
            if any(kind in str(told) for kind in ("parsed at index", "enclosed parsers", "unparsed text")):
                usual += 1
                if usual > 4:
                    continue
            recorded["parse"].append([pattern, TEXTS[number], told])
    index = server.index("dates", {"d": {"type": "date", "format": "epoch_millis"}})
    for number, instant in enumerate(INSTANTS):
        server.json("PUT", f"/{index}/_doc/{number}?refresh=true", {"d": instant})
    for pattern in [*NAMES, *PATTERNS]:
        fields = [{"field": "d", "format": pattern.split("||")[0]}]
        body = {"size": 1000, "sort": "_doc", "_source": False, "docvalue_fields": fields}
        answer = server.json("POST", f"/{index}/_search", body)
        if "error" in answer:
            continue  # one of the instants cannot be printed so
        found = [hit["fields"]["d"][0] for hit in answer["hits"]["hits"]]
        recorded["format"].append([pattern.split("||")[0], found])
    _math(server, recorded)
    _rounding(server, recorded)
    return recorded


def _math(server: Server, recorded: Any) -> None:
    index = server.index("dates", {"d": {"type": "date"}})
    for zone in ZONES:
        for text in MATH:
            for round_up in (False, True):
                bound = {"lte" if round_up else "gte": text, **({"time_zone": zone} if zone else {})}
                answer = server.json(
                    "POST", f"/{index}/_validate/query?explain=true", {"query": {"range": {"d": bound}}}
                )
                told = answer["explanations"][0]
                # d:[1577836800000 TO 9223372036854775807]
                if "explanation" not in told:
                    recorded["math"].append([text, round_up, zone, told["error"].split("; nested")[0]])
                elif not text.startswith("now"):
                    low, _, high = told["explanation"].partition("d:[")[2].partition("]")[0].partition(" TO ")
                    recorded["math"].append([text, round_up, zone, int(high if round_up else low)])
    for zone in "foo Foo/Bar +25:00 +1 1 +01:60 Z EST UTC+1 +1:00 Europe/paris GMT0 +0130 -01:30:15 UTC+25".split():
        bound = {"gte": "2020-01-01", "time_zone": zone}
        answer = server.json("POST", f"/{index}/_validate/query?explain=true", {"query": {"range": {"d": bound}}})
        told = answer.get("explanations", [{}])[0]
        if "explanation" in told:
            recorded["zones"].append([zone, int(told["explanation"].partition("d:[")[2].split(" ")[0])])
        else:
            search = server.json("POST", f"/{index}/_search", {"query": {"range": {"d": bound}}})
            recorded["zones"].append([zone, chain(search["error"])])


def _rounding(server: Server, recorded: Any) -> None:
    index = server.index("dates", {"d": {"type": "date", "format": "epoch_millis"}})
    instants = [1577934245678, 1585443599999, 1585443600000, 1585450000000, 1603587600000, 1603591199999, 1603594800000]
    instants += [-1, 0, 1541307600000, 1541311200000, 1541314800000, 1325239200000, 1325318400000, 951782400000]
    for number, instant in enumerate(instants):
        server.json("PUT", f"/{index}/_doc/{number}?refresh=true", {"d": instant})
    for zone in ("UTC", "Europe/Paris", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "+05:30"):
        for interval in INTERVALS:
            for offset in ("0s", "+6h"):
                kind = "calendar_interval" if interval.isalpha() else "fixed_interval"
                histogram = {"field": "d", kind: interval, "time_zone": zone, "offset": offset, "min_doc_count": 1}
                hits = {"d": {"top_hits": {"size": 100, "sort": "d"}}}
                body = {"size": 0, "aggs": {"h": {"date_histogram": histogram, "aggs": hits}}}
                buckets = server.json("POST", f"/{index}/_search", body)["aggregations"]["h"]["buckets"]
                keys = {hit["_id"]: bucket["key"] for bucket in buckets for hit in bucket["d"]["hits"]["hits"]}
                starts = [keys[str(number)] for number in range(len(instants))]
                recorded["round"].append([zone, interval, offset, starts])
    recorded["instants"] = instants


def main() -> None:
    server = Server(sys.argv[1])
    version = server.json("GET", "/")["version"]["number"]
    for name, ask in (("bodies", bodies), ("shapes", shapes), ("dates", dates)):
        parts = [f'"version":"{version}"']
        for key, value in ask(server).items():
            text = json.dumps(value)
            if isinstance(value, list):  # an item a line
                items = (json.dumps(item, ensure_ascii=False, separators=(",", ":")) for item in value)
                text = "[\n" + ",\n".join(items) + "\n]"
            parts.append(f'"{key}":{text}')
        (FOLDER / f"{name}.json").write_text("{" + ",\n".join(parts) + "}\n")
    server.clean()


if __name__ == "__main__":
    main()
