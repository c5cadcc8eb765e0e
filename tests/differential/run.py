"""A run: requests of an area sent to both servers until there were enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from .areas import AREAS, CHANGING, index_name
from .pair import Case, Pair, only_reads, shrunk


@dataclass(slots=True)
class Result:
    """What a run found: one case a signature, and how often each was met."""

    requests: int = 0
    not_faked: Counter[str] = field(default_factory=Counter)
    cases: dict[str, Case] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)


def run(
    oracle: str,
    area: str,
    requests: int,
    seed: int = 1,
    *,
    finds: int = 1_000_000,
    shrink: bool = True,
    found: Callable[[Case], None] = lambda case: None,
) -> Result:
    """Send ``requests`` drawn requests; stop early after ``finds`` different kinds of differences."""
    result = Result()
    pair = Pair(oracle)
    round_number = 0
    while result.requests < requests and len(result.cases) < finds:
        random = Random(f"{seed}/{area}/{round_number}")
        round_number += 1
        pair.begin()
        fresh: dict[str, Case] = {}
        for request in AREAS[area](random, index_name(area)):
            result.requests += 1
            not_faked = pair.not_faked.total()
            case = pair.ask(request)
            if area in CHANGING and pair.not_faked.total() > not_faked:
                break  # What only the real server has done would be found missing.
            if case is None:
                continue
            result.times[case.signature] += 1
            if case.signature not in result.cases:
                fresh.setdefault(case.signature, case)
            if area in CHANGING:
                break  # From here on the two do not know the same things.
            if len(_setup(case)) == len(case.requests):
                break
        for name, case in fresh.items():
            small = shrunk(pair, _isolated(case)) if shrink else case
            result.cases[name] = small
            found(small)
    pair.begin()
    result.not_faked = pair.not_faked
    return result


def _setup(case: Case) -> list[int]:
    """Positions of the requests that change what the servers know."""
    return [i for i, sent in enumerate(case.requests) if not only_reads(sent)]


def _isolated(case: Case) -> Case:
    """The case without the searches before the last one."""
    keep = {*_setup(case), len(case.requests) - 1}
    requests = tuple(request for i, request in enumerate(case.requests) if i in keep)
    return Case(requests, case.finding, case.expected, case.actual)
