"""``python -m tests.differential``: a run by hand."""

from __future__ import annotations

import argparse
import os
import sys

from .areas import AREAS
from .pair import Case
from .run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.differential", description=__doc__)
    parser.add_argument("--oracle", default=os.environ.get("FAKEKNN_ORACLE"), help="URL of a real server to ask")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--area", choices=[*AREAS, "all"], default="all")
    parser.add_argument("--finds", type=int, default=1_000_000, help="stop after this many kinds of differences")
    parser.add_argument("--no-shrink", action="store_true")
    options = parser.parse_args()
    if not options.oracle:
        parser.error("--oracle or FAKEKNN_ORACLE is needed")
    differing = 0

    def show(case: Case) -> None:
        print(f"=== {case.signature}\n{case.story()}", flush=True)

    for area in AREAS if options.area == "all" else [options.area]:
        result = run(
            options.oracle,
            area,
            options.requests,
            options.seed,
            finds=options.finds,
            shrink=not options.no_shrink,
            found=show,
        )
        differing += len(result.cases)
        kinds = f"{len(result.cases)} kinds of differences"
        print(f"{area}: {result.requests} requests, {result.not_faked} not faked, {kinds}")
        for name, count in result.times.most_common():
            print(f"  {count:5} {name}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
