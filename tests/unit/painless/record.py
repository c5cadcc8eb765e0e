"""Ask a real OpenSearch what the tests of the script languages expect of ours.

    python tests/unit/painless/record.py http://127.0.0.1:9200 [allowlist ...]

reads ``cases/*.txt`` (a script or template a line, ``\\n`` for a line break) and writes ``recorded/*.json``: for
painless the answer of ``_scripts/painless/_execute`` or of the request whose context a line of ``contexts.txt`` names
(with a 2 behind it for the second document), for expressions a script field of two documents, for mustache what a
``set`` processor makes of a template. Then it adds to ``fakeknn/painless/frames.txt`` the frames of Java's own code
that the recorded failures show above the script's lines, where none are known. Where names follow, only those files
are asked.

Start the server anew before: a machine that has thrown an exception often stops to say where. Identity hashes are
written as ``@hash``.
"""

from __future__ import annotations

import contextlib
import json
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.unit.painless import documents
from tests.unit.painless.documents import split

FOLDER = Path(__file__).parent
FRAMES = FOLDER.parents[2] / "fakeknn" / "painless" / "frames.txt"
PAINLESS = (
    *("language", "syntax", "library", "time", "operators", "failures", "allowlist"),
    *("regexes", "conversions", "text", "members"),
)

_CONTEXTS = ("field", "score", "filter", "number_sort", "string_sort", "update", "ingest")

#: What templates are rendered with.
PARAMS: dict[str, Any] = {
    "a": 1,
    "b": "x\"y\n<é>&'/",
    "l": [1, 2, "z"],
    "m": {"k": "v", "n": [{"i": 1}, {"i": 2}]},
    "t": True,
    "f": False,
    "z": None,
    "e": "",
    "d": 1.5,
    "big": 12345678901,
    "el": [],
    "zero": 0,
    "emap": {},
    "sl": ["a b", "c/d"],
    "u": "http://x?a=b c",
}
_TYPES = "a:long b:double d:date k:keyword g:geo_point t:text e:boolean"
_DOCUMENTS = (
    {
        "a": [3, 1, 7],
        "b": 2.5,
        "d": "2021-03-04T05:06:07.089Z",
        "k": ["x", "y"],
        "g": {"lat": 10, "lon": 20},
        "t": "hello world",
        "e": True,
    },
    {"b": 4},
)


class Server:
    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            return json.load(error)


def cases(name: str) -> list[str]:
    lines = (FOLDER / "cases" / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    return [line.replace("\\n", "\n") for line in lines if line]


def brief(error: Any) -> dict[str, Any]:
    """What matters of an error: all that is about the script, and the causes' types and reasons."""
    causes = []
    cause = error.get("caused_by")
    while cause is not None:
        causes.append([cause["type"], cause["reason"]])
        cause = cause.get("caused_by")
    told = ("type", "reason", "position", "script_stack", "painless_class", "to_string", "java_class")
    return {key: error[key] for key in told if key in error} | {"causes": causes}


def hashed(answer: Any) -> Any:
    return json.loads(re.sub(r"@[0-9a-f]{3,8}\b", "@hash", json.dumps(answer)))


def painless(server: Server, script: str) -> Any:
    answer = server.ask("POST", "/_scripts/painless/_execute", {"script": {"source": script}})
    return hashed({"error": brief(answer["error"])} if "error" in answer else {"result": answer["result"]})


def tired(answer: Any) -> bool:
    """Whether the machine was too weary of an exception to fill it in."""
    error = answer.get("error", {})
    return error.get("reason") == "runtime error" and error.get("script_stack") == []


def expression(server: Server, script: str) -> Any:
    fields = {"x": {"script": {"source": script, "lang": "expression"}}}
    answer = server.ask("POST", "/recorded-scripts/_search", {"script_fields": fields, "sort": ["_doc"]})
    if "error" in answer:
        error = answer["error"]
        return {"error": brief(error["failed_shards"][0]["reason"] if "failed_shards" in error else error)}
    return {"result": [hit["fields"]["x"][0] for hit in answer["hits"]["hits"]]}


def _query(context: str, number: int, script: Any) -> dict[str, Any]:
    """A search that runs a script on one document."""
    query: dict[str, Any] = {"ids": {"values": [str(number)]}}
    if context == "field":
        return {"query": query, "script_fields": {"x": script}}
    if context == "filter":
        return {"query": {"bool": {"filter": [query, {"script": script}]}}}
    if context == "score":
        scored = {"constant_score": {"filter": query, "boost": 1.5}}
        return {"query": {"script_score": {"query": scored, **script}}}
    type_ = context.removesuffix("_sort")
    return {"query": query, "sort": [{"_script": {"type": type_, **script}}]}


def _result(context: str, answer: Any) -> Any:
    hits = answer["hits"]["hits"]
    if context == "field":
        return hits[0]["fields"]["x"]
    if context == "filter":
        return len(hits) == 1
    return answer["hits"]["max_score"] if context == "score" else hits[0]["sort"][0]


def in_context(server: Server, case: str) -> Any:
    context, number, source = split(case)
    script = {"script": {"source": source, "params": documents.PARAMS}}
    if context == "update":
        server.ask("PUT", "/recorded-update/_doc/1", documents.SOURCE)
        answer = server.ask("POST", "/recorded-update/_update/1", script)
        result: Any = "error" not in answer and [
            answer["result"],
            server.ask("GET", "/recorded-update/_doc/1").get("_source"),
        ]
    elif context == "ingest":
        docs = [{"_index": "t", "_id": "1", "_source": documents.SOURCE}]
        body = {"pipeline": {"processors": [script]}, "docs": docs}
        answer = server.ask("POST", "/_ingest/pipeline/_simulate", body)
        answer = answer if "error" in answer else answer["docs"][0]
        result = "error" not in answer and answer["doc"]["_source"]
    elif context == "painless_test":
        answer = server.ask("POST", "/_scripts/painless/_execute", script)
        result = answer.get("result")
    else:
        answer = server.ask("POST", "/recorded-contexts/_search", _query(context, number, script))
        result = "error" not in answer and _result(context, answer)
    if "error" not in answer:
        return hashed({"result": result})
    error = answer["error"]
    error = error["failed_shards"][0]["reason"] if error.get("failed_shards") else error
    while error["type"] != "script_exception" and "caused_by" in error:
        error = error["caused_by"]
    return hashed({"error": brief(error)})


def mustache(server: Server, template: str) -> Any:
    pipeline = {"processors": [{"set": {"field": "rendered", "value": template}}]}
    body = {"pipeline": pipeline, "docs": [{"_source": PARAMS}]}
    answer = server.ask("POST", "/_ingest/pipeline/_simulate", body)
    if "error" in answer:
        return {"error": brief(answer["error"])}
    document = answer["docs"][0]
    if "error" in document:
        return {"error": brief(document["error"])}
    return {"result": document["doc"]["_source"].get("rendered")}


def write(name: str, recorded: dict[str, Any]) -> None:
    path = FOLDER / "recorded" / f"{name}.json"
    path.write_text(json.dumps(recorded, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")


def frames(recordings: list[dict[str, Any]], contexts: dict[str, Any]) -> None:
    """Find out what each failure called, and add the frames that were above it to those known already."""
    from fakeknn.painless import script
    from fakeknn.painless.frames import NULL_POINTER, shape

    asked: list[tuple[str, str, str]] = []

    def note(call: str, thrown: Any) -> tuple[str, ...]:
        asked.append((call, thrown.java_class, shape(thrown.message)))
        return ()

    script.frames_above = note  # type: ignore[attr-defined]
    known: dict[tuple[str, str, str], list[str]] = {}
    for recording in (*recordings, contexts):
        for source, answer in recording.items():
            stack = answer.get("error", {}).get("script_stack") or []
            if answer.get("error", {}).get("reason") != "runtime error":
                continue
            above = stack[: next(i for i, line in enumerate(stack) if line.strip().startswith(("^", "<<<"))) - 1]
            asked.clear()
            with contextlib.suppress(Exception):  # bugs of ours among them: the tests tell of those
                documents.run(source if source in contexts else f"painless_test {source}")
            if above and asked:
                call, java_class, message = asked[0]
                if java_class == NULL_POINTER:
                    message = answer["error"]["causes"][0][1] or "-"
                known.setdefault((call, java_class, message), above)
    head = "# Recorded from OpenSearch 3.5.0 by tests/unit/painless/record.py.\n"
    blocks = {" ".join(key): "\n".join([" ".join(key), *above]) for key, above in known.items()}
    for block in FRAMES.read_text("utf-8").split("\n\n"):
        if not block.startswith("#"):
            blocks[block.partition("\n")[0]] = block.strip()
    FRAMES.write_text("\n".join([head, *(f"{block}\n" for block in sorted(blocks.values()))]), encoding="utf-8")


def main(url: str, *names: str) -> None:
    server = Server(url)
    limits = {"script.context.painless_test.max_compilations_rate": "unlimited"}
    limits |= {f"script.context.{name}.max_compilations_rate": "unlimited" for name in _CONTEXTS}
    server.ask("PUT", "/_cluster/settings", {"transient": limits})
    recordings = []
    for name in names or PAINLESS:
        answers = {script: painless(server, script) for script in cases(name)}
        recordings.append({script: answer for script, answer in answers.items() if not tired(answer)})
        write(name, recordings[-1])
    if names:
        frames(recordings, {})
        return
    for index in ("recorded-contexts", "recorded-update"):
        server.ask("DELETE", f"/{index}")
    server.ask("PUT", "/recorded-contexts", {"mappings": {"properties": documents.PROPERTIES}})
    for number, document in enumerate(documents.DOCUMENTS):
        server.ask("PUT", f"/recorded-contexts/_doc/{number}?refresh=true", document)
    contexts = {case: in_context(server, case) for case in cases("contexts")}
    write("contexts", contexts)
    for index in ("recorded-contexts", "recorded-update"):
        server.ask("DELETE", f"/{index}")
    frames(recordings, contexts)
    server.ask("DELETE", "/recorded-scripts")
    properties = {name: {"type": kind} for name, _, kind in (part.partition(":") for part in _TYPES.split())}
    server.ask("PUT", "/recorded-scripts", {"mappings": {"properties": properties}})
    for number, document in enumerate(_DOCUMENTS):
        server.ask("PUT", f"/recorded-scripts/_doc/{number}?refresh=true", document)
    write("expression", {script: expression(server, script) for script in cases("expression")})
    server.ask("DELETE", "/recorded-scripts")
    write("mustache", {template: mustache(server, template) for template in cases("mustache")})


if __name__ == "__main__":
    main(*sys.argv[1:])
