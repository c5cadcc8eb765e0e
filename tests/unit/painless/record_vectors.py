"""Ask a real OpenSearch with k-NN where its vector functions fail: the frames above the script's lines.

    python -m tests.unit.painless.record_vectors http://127.0.0.1:9200

writes ``fakeknn/painless/frames_vectors.txt``: what each function throws for queries that are wrong, of a field of
floats, of bytes and of bits (``:byte``), with and without a value. Start the server anew before.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from fakeknn.painless.frames import shape

FRAMES = Path(__file__).parents[3] / "fakeknn" / "painless" / "frames_vectors.txt"
INDEX = "recorded-vectors"
FUNCTIONS = {
    **dict.fromkeys(("l2Squared", "l1Norm", "lInfNorm", "innerProduct", "hamming"), 2),
    "cosineSimilarity": 2,
    "cosineSimilarity(3)": 3,
}
QUERIES: tuple[Any, ...] = (
    *([1, 2], [1, 2, 3], [], "AQI=", None, ["1", 2], [None, 1], [[1], 2], [300, 1], [1.5, 2], [0, 0], {"a": 1}, 5),
    *([True, 1], [1, {"a": 1}]),
)
_FIELDS = {
    "f": {"dimension": 2},
    "b": {"dimension": 2, "data_type": "byte"},
    "x": {"dimension": 16, "data_type": "binary"},
}
_CLASSES = {
    "class_cast_exception": "ClassCastException",
    "illegal_argument_exception": "IllegalArgumentException",
    "illegal_state_exception": "IllegalStateException",
    "null_pointer_exception": "NullPointerException",
}


def main(server: str) -> None:
    fields = {name + more: {"type": "knn_vector", **_FIELDS[name]} for name in _FIELDS for more in ("", "e")}
    _send(server, "DELETE", f"/{INDEX}?ignore_unavailable=true")
    _send(server, "PUT", f"/{INDEX}", {"mappings": {"properties": fields}})
    _send(server, "PUT", f"/{INDEX}/_doc/1?refresh=true", {name: [1, 2] for name in _FIELDS})
    found: dict[str, list[str]] = {}
    for said, count in FUNCTIONS.items():
        function = said.partition("(")[0]
        for field in fields:
            source = f"{function}(params.q, doc['{field}']{', 1' * (count - 2)})"
            call = f"import.{function}/{count}{'' if field[0] == 'f' else ':byte'}"
            for query in QUERIES:
                script = {"source": source, "params": {"q": query}}
                body = {"query": {"script_score": {"query": {"match_all": {}}, "script": script}}}
                answer = _send(server, "POST", f"/{INDEX}/_search", body)
                _note(found, call, source, answer)
    _send(server, "DELETE", f"/{INDEX}")
    text = "# Recorded from OpenSearch 3.5.0 with k-NN by tests/unit/painless/record_vectors.py.\n"
    FRAMES.write_text(text + "".join(f"\n{head}\n" + "\n".join(found[head]) + "\n" for head in sorted(found)))


def _note(found: dict[str, list[str]], call: str, source: str, answer: Any) -> None:
    reason = answer.get("error", {}).get("failed_shards", [{}])[0].get("reason", {})
    stack = reason.get("script_stack", [])
    frames = stack[: next((i for i, line in enumerate(stack) if line in source or line.strip() == "^---- HERE"), 0)]
    if frames:
        cause = reason["caused_by"]
        head = f"{call} java.lang.{_CLASSES[cause['type']]} {shape(cause['reason'])}"
        found.setdefault(head, frames)


def _send(server: str, method: str, path: str, body: Any = None) -> Any:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(server + path, data, headers, method=method)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return json.load(error)


if __name__ == "__main__":
    main(sys.argv[1])
