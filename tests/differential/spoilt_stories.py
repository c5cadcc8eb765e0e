"""``python -m tests.differential.spoilt_stories``: the stories again, each request spoiled in several ways before it is
sent as it stands. A run by hand: it empties the real server before each story.
"""

from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from fakeknn.contract.console import ConsoleRequest, parse
from fakeknn.contract.guard import Guard

from .pair import Case, Pair, only_reads
from .spoil import spoiled_request

STORIES = Path(__file__).parents[1] / "stories"

#: What the real server does not survive, or hangs on.
_DEADLY = re.compile(
    rb'"script"\s*:\s*null|_tags"\s*:\s*(\[\s*\]|null)|"nested".*"knn".*"filter".*"knn"|"mmr".*"(sort|size)"', re.DOTALL
)
_UNBLOCKED = b'{"index.blocks.read_only": null, "index.blocks.read_only_allow_delete": null}'
#: How often a story is told again from its start because a spoiled request did what the good one does not.
_RESTARTS = 6


class EmptiedPair(Pair):
    """A pair whose real server serves nothing else: all of it is emptied at ``begin``."""

    def begin(self) -> None:
        self._made = {}
        for _ in range(2):
            with Guard(self.oracle, (), empty=True):
                pass
            if not self.oracle.json("GET", "/_cat/indices?format=json&expand_wildcards=all"):
                break
            self.oracle.send(ConsoleRequest("PUT", "/*/_settings?expand_wildcards=all", _UNBLOCKED))
        super().begin()
        self._then = time.monotonic()

    def ask(self, request: ConsoleRequest) -> Case | None:
        """As much time passes on fakeknn as on the real server, which refreshes meanwhile."""
        now = time.monotonic()
        self._fake.wait(now - self._then)
        self._then = now
        return super().ask(request)


@dataclass(slots=True)
class Found:
    """What spoiled requests found: one case a signature, where it was met, and how often."""

    sent: int = 0
    differing: int = 0
    times: Counter[str] = field(default_factory=Counter)
    cases: dict[str, tuple[str, Case]] = field(default_factory=dict)

    def add(self, where: str, case: Case) -> None:
        self.differing += 1
        self.times[case.signature] += 1
        self.cases.setdefault(case.signature, (where, case))

    def report(self) -> Iterator[str]:
        """The commonest first."""
        for signature, count in self.times.most_common():
            where, case = self.cases[signature]
            request = case.requests[-1]
            yield f"=== {count} x {signature}\n# {where}"
            yield from (f"# header: {name}: {value}" for name, value in request.headers.items())
            yield f"{request}\n{request.body.decode(errors='replace')}"
            yield "".join(f"#   {difference}\n" for difference in case.finding.differences[:6])


def is_deadly(request: ConsoleRequest) -> bool:
    return _DEADLY.search(request.body) is not None


def drawn(seed: str, request: ConsoleRequest, count: int) -> list[ConsoleRequest]:
    """Spoiled versions of a request, which the real server will survive."""
    random = Random(f"{seed}/{request.line}")
    bare = replace(request, wait=0.0, keep={})
    made = [spoiled_request(random, bare) for _ in range(count)]
    return [one for one in made if not is_deadly(one)]


class Teller:
    """Tells one story to both servers, with spoiled requests between."""

    def __init__(self, pair: Pair, name: str, requests: Sequence[ConsoleRequest], found: Found) -> None:
        self.pair = pair
        self.name = name
        self.requests = requests
        self.found = found
        self.restarts = 0

    def tell(self, seed: str, count: int, line: int | None = None) -> None:
        self.pair.begin()
        for i, request in enumerate(self.requests):
            time.sleep(request.wait)
            if line in (None, request.line):
                for one in drawn(f"{seed}/{self.name}", request, count):
                    if not self._spoil(one, i):
                        return
            self._ask(replace(request, wait=0.0))

    def _spoil(self, request: ConsoleRequest, at: int) -> bool:
        """Whether the story can go on."""
        case, expected, actual = self._ask(request)
        if only_reads(request) or (expected >= 300 and actual >= 300):
            return True
        if case is None and request.method != "DELETE" and not _creates(request):
            return True  # both have done the same, and go on with it
        if case is None and request.method == "PUT" and _creates(request):
            self._ask(ConsoleRequest("DELETE", request.path.partition("?")[0]))
            return True
        if self.restarts == _RESTARTS:
            return case is None
        self.restarts += 1
        self.pair.begin()
        for told in self.requests[:at]:
            time.sleep(told.wait)
            self.pair.ask(replace(told, wait=0.0))
        return True

    def _ask(self, request: ConsoleRequest) -> tuple[Case | None, int, int]:
        self.found.sent += 1
        case = self.pair.ask(request)
        if case is not None and case.finding.differences:
            self.found.add(f"{self.name}:{request.line}", case)
        return case, *self.pair.statuses


def _creates(request: ConsoleRequest) -> bool:
    path = request.path.partition("?")[0].strip("/")
    return request.method == "PUT" and "/" not in path


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.differential.spoilt_stories", description=__doc__)
    parser.add_argument("--oracle", required=True, help="URL of a real server; it is emptied")
    parser.add_argument("--area", action="append", help="a folder of stories, or a file; all if none is given")
    parser.add_argument("--each", type=int, default=3, help="spoiled versions of each request")
    parser.add_argument("--seed", default="1")
    parser.add_argument("--line", type=int, help="spoil only the request at this line")
    parser.add_argument("--seconds", type=float, default=1e9, help="begin no more stories after this time")
    parser.add_argument("--report", type=Path, help="write the finds here after each story")
    options = parser.parse_args()
    files = [file for area in options.area or [STORIES] for file in _files(Path(area))]
    pair = EmptiedPair(options.oracle)
    found = Found()
    start = time.monotonic()
    for file in files:
        if time.monotonic() - start > options.seconds:
            break
        name = f"{file.parent.name}/{file.stem}"
        try:
            requests = parse(file.read_text(encoding="utf-8"))
            Teller(pair, name, requests, found).tell(options.seed, options.each, options.line)
        except TimeoutError as error:
            print(f"{name}: {error}")
            pair = EmptiedPair(options.oracle)
        print(f"{name}: {found.sent} sent, {found.differing} differing, {len(found.times)} kinds", flush=True)
        if options.report:
            options.report.write_text("\n".join(found.report()), encoding="utf-8")
    pair.begin()
    if not options.report:
        print("\n".join(found.report()))
    return 1 if found.differing else 0


def _files(area: Path) -> list[Path]:
    place = area if area.exists() else STORIES / area
    return [place] if place.is_file() else sorted(place.glob("**/*.console"))


if __name__ == "__main__":
    sys.exit(main())
