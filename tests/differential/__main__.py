"""``python -m tests.differential``: a run by hand."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from .areas import AREAS, index_name
from .pair import Case
from .run import run


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.differential", description=__doc__)
    parser.add_argument("--oracle", default=os.environ.get("FAKEKNN_ORACLE"), help="URL of a real server to ask")
    parser.add_argument("--requests", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--area", choices=[*AREAS, "all"], default="all")
    parser.add_argument("--finds", type=int, default=1_000_000, help="stop after this many kinds of differences")
    parser.add_argument("--stories", type=Path, metavar="FILE", help="append the cases to this console file")
    parser.add_argument("--no-shrink", action="store_true")
    options = parser.parse_args()
    if not options.oracle:
        parser.error("--oracle or FAKEKNN_ORACLE is needed")
    differing = 0

    def show(case: Case) -> None:
        nonlocal differing
        differing += 1
        print(case.report(), flush=True)
        if options.stories:
            name = f"{area}-{options.seed}-{differing}"
            with options.stories.open("a", encoding="utf-8") as file:
                file.write(f"# {case.signature}".replace("\n", " ") + f"\n{case.story(index_name(area), name)}\n\n")

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
        kinds = f"{len(result.cases)} kinds of differences"
        print(f"{area}: {result.requests} requests, {result.not_faked.total()} not faked, {kinds}")
        for name, count in result.times.most_common():
            print(f"  {count:5} {name}")
        for name, count in result.not_faked.most_common():
            print(f"  {count:5} not faked: {name}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
