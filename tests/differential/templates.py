"""Mustache templates: rendered, searched with, and in the fields of pipelines."""

from __future__ import annotations

import json
from random import Random

from fakeknn.contract.console import ConsoleRequest

from .draw import Json, some

_PARAMS: dict[str, Json] = {
    "a": 1,
    "s": 'x"y\n<é>',
    "l": [3, "z", 2.5],
    "m": {"k": "v", "n": [{"i": 1}, {"i": 2}], "e": {}},
    "t": True,
    "f": False,
    "z": None,
    "e": "",
    "d": 1.5,
    "el": [],
    "zero": 0,
}
_NAMES = (*_PARAMS, "m.k", "m.n.0.i", "m.n", "l.1", "nope", "m.nope.x", "a.b", "l.length", "m.size", "l.9")
_TEXTS = ("x", " ", "é", '\\"', ",", "{", "}", "1", "\\n", ":", "{ {a} }", "}}")


def template(random: Random, depth: int = 2) -> str:
    """A template of a few tags; now and then one that breaks off."""
    parts = []
    for _ in range(random.randint(1, 4)):
        name = some(random, _NAMES)
        inner = template(random, depth - 1) if depth else f"{{{{{some(random, _NAMES)}}}}}"
        parts.append(
            some(
                random,
                (
                    *(some(random, _TEXTS), f"{{{{{name}}}}}", f"{{{{{{{name}}}}}}}", f"{{{{&{name}}}}}"),
                    *(f"{{{{#{name}}}}}{inner}{{{{/{name}}}}}", f"{{{{^{name}}}}}{inner}{{{{/{name}}}}}"),
                    f"{{{{#toJson}}}}{name}{{{{/toJson}}}}",
                    f"{{{{#join}}}}{name}{{{{/join}}}}",
                    f"{{{{#join delimiter='-'}}}}{name}{{{{/join delimiter='-'}}}}",
                    f"{{{{#url}}}}{inner}{{{{/url}}}}",
                    *(f"{{{{!{name}}}}}", f"{{{{ {name} }}}}"),
                ),
            )
        )
    written = "".join(parts)
    if random.random() < 0.05:
        at = random.randrange(len(written) + 1)
        written = (
            written[:at] + some(random, ("{{", "}}", "{{#", "{{/a}}", "{{>p}}", "{{=<% %>=}}", "{{#a}}")) + written[at:]
        )
    return written


def _given(random: Random) -> dict[str, Json]:
    return {name: value for name, value in _PARAMS.items() if random.random() < 0.9}


def rendered(random: Random, name: str) -> ConsoleRequest:
    source: Json = template(random)
    how = random.random()
    if how < 0.5:
        source = json.dumps({"query": {"match": {"t": template(random, 1)}}})
    elif how < 0.7:
        source = {"query": {"term": {"k": template(random, 1)}}, "size": some(random, (1, "{{a}}", "{{zero}}"))}
    body: Json = {"source": source, "params": _given(random)}
    if random.random() < 0.6:
        path = "/_render/template"
    else:
        path = f"/{name}/_search/template"
    return ConsoleRequest("POST", path, json.dumps(body).encode())


def set_by_template(random: Random, name: str) -> ConsoleRequest:
    """A processor whose value, or field, is a template."""
    field = some(random, ("r", "r", "{{s}}", template(random, 0)))
    processor: Json = {"set": {"field": field, "value": template(random)}}
    docs = [{"_index": name, "_id": "1", "_source": _given(random)}]
    body = {"pipeline": {"processors": [processor]}, "docs": docs}
    return ConsoleRequest("POST", "/_ingest/pipeline/_simulate", json.dumps(body).encode())
