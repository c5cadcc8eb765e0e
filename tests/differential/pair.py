"""Two servers asked the same: what a difference looks like, and how a case is made small."""

from __future__ import annotations

import base64
import copy
import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from fakeknn.contract.console import ConsoleRequest, ConsoleSyntaxError, parse
from fakeknn.contract.differences import Finding, judge
from fakeknn.contract.inprocess import InProcess
from fakeknn.contract.targets import Server, play

from .draw import Json

NOT_FAKED = 501

#: An index that may only be read cannot be deleted either; a block is lifted by a request of its own.
_UNBLOCKED = (b'{"index.blocks.read_only": null}', b'{"index.blocks.metadata": null}')
#: A script is cut between these.
_TOKEN = re.compile(r"'(?:[^'\\]|\\.)*'|\w+|\s+|.", re.DOTALL)
#: Where things are kept that are no indices.
_NAMED = ("_index_template", "_component_template", "_template", "_ingest", "_scripts", "_snapshot")
#: Settings of the cluster as they were.
_UNSET = b'{"persistent": {"*": null}, "transient": {"*": null}}'
_COMPILED = b'{"transient": {"script.max_compilations_rate": "1000000/1m"}}'


@dataclass(frozen=True, slots=True)
class Case:
    """Requests after which the last one is answered differently, by ``finding``."""

    requests: Sequence[ConsoleRequest]
    finding: Finding
    expected: dict[str, Any]
    actual: dict[str, Any]

    @property
    def signature(self) -> str:
        """Differences of one kind have one signature: names, numbers and positions do not count."""
        return signature(self.finding, self.expected, self.actual)

    def story(self, index: str = "", name: str = "") -> str:
        """The case as console requests; ``name`` may replace the name of its index."""
        parts = [_written(request) for request in self.requests]
        return "\n\n".join(parts).replace(index, name) if index else "\n\n".join(parts)

    def report(self) -> str:
        """The case and what differs."""
        differences = "\n".join(f"#   {difference}" for difference in self.finding.differences[:12])
        return f"=== {self.signature}\n{self.story()}\n\n{differences}\n"


def _written(request: ConsoleRequest) -> str:
    """The request as a console file says it: plainly if that can be, else with its body as a string or base64."""
    try:
        text = request.body.decode()
    except UnicodeDecodeError:
        return f"# body: base64:{base64.b64encode(request.body).decode()}\n{request}"
    plain = f"{request}\n{text}".rstrip("\n")
    try:
        said = [(str(other), other.body) for other in parse(plain)]
    except ConsoleSyntaxError:
        said = []
    if said == [(str(request), request.body)]:
        return plain
    return f"# body: {json.dumps(text)}\n{request}"


def _shape(value: Any) -> str:
    text = value if isinstance(value, str) else type(value).__name__
    return re.sub(r"\[[^\]]*\]|'[^']*'|\"[^\"]*\"|\d+", "_", text)[:80]


def signature(finding: Finding, expected: dict[str, Any], actual: dict[str, Any]) -> str:
    first = min(finding.differences, key=lambda d: (d.path != "status", len(d.path), d.path))
    reasons = []
    for answer in (expected, actual):
        error = answer["body"].get("error") if isinstance(answer["body"], dict) else None
        while isinstance(error, dict) and isinstance(error.get("caused_by"), dict):
            error = error["caused_by"]
        reasons.append(f"{error.get('type')}: {_shape(error.get('reason'))}" if isinstance(error, dict) else "")
    path = re.sub(r"\[\d+\]", "[]", first.path)
    values = "" if any(reasons) else f"{_shape(first.expected)} | {_shape(first.actual)}"
    return f"{expected['status']}/{actual['status']} {path} {values} {reasons[0]} | {reasons[1]}"


class Pair:
    """The real server and a fakeknn that have been told the same things since ``begin``."""

    def __init__(self, oracle: str) -> None:
        self.oracle = Server(oracle)
        self.not_faked: Counter[str] = Counter()
        """What was answered with 501, and how often."""
        self.statuses = (0, 0)
        """What the last request was answered with, by the real server and by fakeknn."""
        self._made: dict[str, None] = {}
        """What to delete to forget what was asked."""
        self._asked: list[ConsoleRequest] = []
        self._queues: tuple[deque[ConsoleRequest], deque[ConsoleRequest]]
        self._expected: Iterator[tuple[ConsoleRequest, dict[str, Any]]]
        self._actual: Iterator[tuple[ConsoleRequest, dict[str, Any]]]
        self.begin()

    def begin(self) -> None:
        """Forget everything: an empty fakeknn, and none of our indices, templates and pipelines on the real server."""
        for path in sorted(self._made, key=_forgotten_in_turn):
            if "*?" in path:
                for lifted in _UNBLOCKED:
                    self.oracle.send(ConsoleRequest("PUT", path.replace("?", "/_settings?"), lifted))
            self.oracle.send(ConsoleRequest("DELETE", path))
        if any(request.path.startswith("/_cluster/settings") for request in self._asked):
            self.oracle.send(ConsoleRequest("PUT", "/_cluster/settings", _UNSET))
        self._made = {}
        self._asked = []
        self._queues = (deque(), deque())
        self._fake = InProcess()
        for server in (self.oracle, self._fake):  # of the many scripts that are drawn, none may be one too many
            server.send(ConsoleRequest("PUT", "/_cluster/settings", _COMPILED))
        self._expected = play(_handed(self._queues[0]), self.oracle)
        self._actual = play(_handed(self._queues[1]), self._fake)

    def ask(self, request: ConsoleRequest) -> Case | None:
        """Send a request to both."""
        path = request.path.partition("?")[0]
        name = path.strip("/").partition("/")[0]
        if name and not name.startswith("_"):
            self._made[f"/_data_stream/{name}*"] = self._made[f"/{name}*?expand_wildcards=all"] = None
            self._made[f"/{name}?ignore_unavailable=true"] = None
        elif request.method in ("PUT", "POST") and name in _NAMED:
            if name == "_snapshot":
                path = "/".join(path.split("/")[:3])
                self._made[f"{path}/*"] = None
            self._made[path] = None
        self._asked.append(request)
        for queue in self._queues:
            queue.append(request)
        _, expected = next(self._expected)
        _, actual = next(self._actual)
        self.statuses = expected["status"], actual["status"]
        if actual["status"] == NOT_FAKED:
            self.not_faked[_shape(actual["body"]["error"]["reason"])] += 1
            return None
        for answer in (expected, actual):
            _in_order(answer["body"])
        _without_jvm(expected["body"], actual["body"])
        finding = judge(request, expected, actual)
        return None if finding is None else Case(tuple(self._asked), finding, expected, actual)

    def replay(self, requests: Sequence[ConsoleRequest]) -> Case | None:
        """Send all from the start, and judge the last answer; what both have been told already is not told again."""
        told = list(requests[:-1])
        if told != self._asked or not told:
            self.begin()
            for request in told:
                self.ask(request)
        case = self.ask(requests[-1])
        if only_reads(requests[-1]):
            self._asked.pop()
        else:
            self.begin()
        return case


def _forgotten_in_turn(path: str) -> int:
    """Data streams and indices first, then index templates, which hold component templates."""
    name = path.split("/")[1]
    if name == "_snapshot":
        return -2 if path.endswith("/*") else -1
    return -1 if name == "_data_stream" else _NAMED.index(name) + 1 if name in _NAMED else 0


def _in_order(value: Json) -> None:
    """Sort what comes in the order of hashes that are drawn anew: the parts of an explanation, which a disjunction
    keeps in a set of queries, and the indices of a snapshot, which are told by their ids."""
    if isinstance(value, list):
        for item in value:
            _in_order(item)
    elif isinstance(value, dict):
        for item in value.values():
            _in_order(item)
        if "snapshot" in value and isinstance(value.get("indices"), list):
            value["indices"].sort()
        if isinstance(value.get("details"), list):
            value["details"].sort(key=lambda part: json.dumps(part, sort_keys=True))


#: The hash that Object.toString writes.
_IDENTITY = re.compile(r"@[0-9a-f]{1,8}(?=is not supported|$)")


def _without_jvm(expected: Json, actual: Json) -> None:
    """Leave out what the JVM makes of a text: hashes of objects, and the words of an exception that it throws without
    any once the code that throws it is compiled.
    """
    if isinstance(expected, list) and isinstance(actual, list):
        for one, other in zip(expected, actual, strict=False):
            _without_jvm(one, other)
    elif isinstance(expected, dict) and isinstance(actual, dict):
        for name in expected.keys() & actual.keys():
            _without_jvm(expected[name], actual[name])
        reasons = expected.get("reason"), actual.get("reason")
        if expected.get("type") in _WORDLESS and reasons[0] is None:
            actual["reason"] = None
        elif all(isinstance(reason, str) for reason in reasons):
            expected["reason"], actual["reason"] = (_IDENTITY.sub("@", reason) for reason in reasons)


#: Types of exceptions that OmitStackTraceInFastThrow is about.
_WORDLESS = ("null_pointer_exception", "array_index_out_of_bounds_exception", "class_cast_exception")


def _handed(queue: deque[ConsoleRequest]) -> Iterator[ConsoleRequest]:
    """What is put into the queue, each time one asks."""
    while queue:
        yield queue.popleft()


# --- shrinking --------------------------------------------------------------------------------------------------------


def shrunk(pair: Pair, case: Case, budget: int = 120) -> Case:
    """A smaller case with the same signature: members of the last body, requests, then lines of bulks left out."""
    wanted = case.signature
    left = [budget]

    def same(requests: Sequence[ConsoleRequest]) -> Case | None:
        if left[0] <= 0:
            return None
        left[0] -= 1
        found = pair.replay(requests)
        return found if found is not None and found.signature == wanted else None

    again = same(case.requests)
    if again is None:
        return case
    case = again
    case = _smaller(case, same, len(case.requests) - 1)
    case = _fewer(case, same, list(case.requests[:-1]), lambda kept: [*kept, case.requests[-1]])
    for position in range(len(case.requests) - 1):
        case = _smaller(case, same, position)
    pair.begin()
    return case


def only_reads(request: ConsoleRequest) -> bool:
    """Whether what the servers know is the same after a request."""
    last = request.path.partition("?")[0].rpartition("/")[2]
    return request.method in ("GET", "HEAD") or last in ("_search", "_msearch", "_count", "_simulate", "_execute")


Same = Callable[[Sequence[ConsoleRequest]], Case | None]


def _fewer(case: Case, same: Same, parts: list[Any], put: Callable[[list[Any]], Sequence[ConsoleRequest]]) -> Case:
    """Leave out parts, large runs first."""
    size = max(1, len(parts) // 2)
    while parts:
        at = 0
        while at < len(parts):
            kept = parts[:at] + parts[at + size :]
            found = same(put(kept))
            if found is None:
                at += size
            else:
                parts, case = kept, found
        if size == 1:
            return case
        size = max(1, size // 2)
    return case


def _smaller(case: Case, same: Same, position: int) -> Case:
    request = case.requests[position]

    def with_body(body: bytes) -> list[ConsoleRequest]:
        return [*case.requests[:position], replace(request, body=body), *case.requests[position + 1 :]]

    if request.path.partition("?")[0].endswith("_bulk"):
        lines = request.body.split(b"\n")
        pairs = [lines[i : i + 2] for i in range(0, len(lines) - 1, 2)]
        return _fewer(case, same, pairs, lambda kept: with_body(b"".join(b"\n".join(p) + b"\n" for p in kept)))
    try:
        tree = json.loads(request.body)
    except ValueError:
        return case
    changed = True
    while changed:
        changed = False
        for smaller in _cuts(tree):
            found = same(with_body(json.dumps(smaller).encode()))
            if found is not None:
                tree, case, changed = smaller, found, True
                break
    for place in _sources(tree):

        def cut(kept: list[Any], tree: Json = tree, place: Sequence[Any] = place) -> Sequence[ConsoleRequest]:
            return with_body(json.dumps(_with(tree, place, "".join(kept))).encode())

        case = _fewer(case, same, _TOKEN.findall(_at(tree, place)), cut)
        tree = json.loads(case.requests[position].body)
    return case


def _sources(tree: Json, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where a tree has the texts of scripts."""
    inner = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, value in inner:
        if isinstance(value, str) and key in ("source", "script", "if", "template"):
            yield (*above, key)
        yield from _sources(value, (*above, key))


def _at(tree: Json, place: Sequence[Any]) -> Json:
    for key in place:
        tree = tree[key]
    return tree


def _with(tree: Json, place: Sequence[Any], text: str) -> Json:
    """The tree with another text at a place."""
    changed = copy.deepcopy(tree)
    _at(changed, place[:-1])[place[-1]] = text
    return changed


def _cuts(tree: Json) -> Iterator[Json]:
    """The tree with one member or item left out, outer ones first."""
    if isinstance(tree, dict):
        for key in tree:
            yield {k: v for k, v in tree.items() if k != key}
        for key, value in tree.items():
            for cut in _cuts(value):
                yield {k: cut if k == key else v for k, v in tree.items()}
    elif isinstance(tree, list):
        for i in range(len(tree)):
            yield tree[:i] + tree[i + 1 :]
        for i, value in enumerate(tree):
            for cut in _cuts(value):
                yield [cut if j == i else v for j, v in enumerate(tree)]
