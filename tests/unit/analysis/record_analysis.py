"""Asks a real OpenSearch what the unit tests of text analysis expect of ours.

    python tests/unit/analysis/record_analysis.py http://127.0.0.1:9200

The requests stand in the JSON files beside this one, each with its answer behind it, which is asked for anew. To add a
request write it into its file with null as its answer, and run this. Makes and deletes the index ``recorded-analysis``.

``settings.json`` holds settings of indices that are made or refused, ``stems.json`` token filters with words and what
they become, every other file bodies of ``_analyze``. An error is the list of its type and reason and those of its
causes.
"""

from __future__ import annotations

import json
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
INDEX = "recorded-analysis"
TOKEN = ("token", "start_offset", "end_offset", "type", "position")


def cases(name: str) -> list[Any]:
    """What a file holds: pairs of a request and its answer."""
    found: list[Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return found


def compact(answer: dict[str, Any]) -> Any:
    """Tokens as lists of what ``TOKEN`` names, with the position length if it is told; ``explain`` as it is."""
    if "tokens" not in answer:
        return answer
    return [
        [*(token[key] for key in TOKEN), *([token["positionLength"]] if "positionLength" in token else [])]
        for token in answer["tokens"]
    ]


class Server:
    def __init__(self, url: str) -> None:
        self.url = url.rstrip("/")

    def ask(self, method: str, path: str, body: Any = None) -> dict[str, Any]:
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, data=data, method=method, headers=headers)
        try:
            with urllib.request.urlopen(request) as response:
                answer: dict[str, Any] = json.load(response)
        except urllib.error.HTTPError as error:
            answer = json.load(error)
        return answer

    def analyze(self, body: Any) -> Any:
        answer = self.ask("POST", "/_analyze", body)
        return _chain(answer["error"]) if "error" in answer else compact(answer)

    def settings(self, body: Any) -> Any:
        answer = self.ask("PUT", f"/{INDEX}", {"settings": body})
        if "error" in answer:
            return _chain(answer["error"])
        self.ask("DELETE", f"/{INDEX}")
        return "made"

    def stems(self, request: Any) -> str:
        analyzer, words = request
        body = {"tokenizer": "whitespace", "filter": [analyzer], "text": words}
        return " ".join(token["token"] for token in self.ask("POST", "/_analyze", body)["tokens"])


def _chain(error: Any) -> list[list[str]]:
    chain = []
    while error is not None:
        chain.append([error["type"], error["reason"]])
        error = error.get("caused_by")
    return chain


def main() -> None:
    server = Server(sys.argv[1])
    version = server.ask("GET", "/")["version"]["number"]
    asking = {"settings": server.settings, "stems": server.stems}
    for file in sorted(FOLDER.glob("*.json")):
        ask = asking.get(file.stem, server.analyze)
        lines = (json.dumps([request, ask(request)], ensure_ascii=False) for request, _ in cases(file.stem))
        text = ",\n".join(lines)
        file.write_text(f'{{"version":"{version}","cases":[\n{text}\n]}}\n', encoding="utf-8")


if __name__ == "__main__":
    main()
