"""``python -m tests.rest_yaml RUNNER SUITE``: whether every test of the list passes.

RUNNER is a script that takes ``URL SUITE --run-legacy --filter REGEX --json FILE`` and writes there the ``id``
(FOLDER/FILE/NAME) and the ``status`` of each of its ``tests``; SUITE is a folder that holds ``rest-api-spec``. Both
live outside of this repository.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

LIST = Path(__file__).with_name("passing.txt")


def run(runner: Path, suite: Path, only: str | None) -> set[str]:
    """The tests that pass against a server that is started for them."""
    command = [sys.executable, "-m", "fakeknn", "serve", "--port", "0", "--ready-json", "--exit-with-parent"]
    command += ["--node-attr", "testattr=test"]  # as OpenSearch's build starts the cluster that it tests
    with (
        TemporaryDirectory() as folder,
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server,
    ):
        try:
            assert server.stdout is not None
            url = json.loads(server.stdout.readline())["url"]
            out = Path(folder, "outcome.json")
            wanted = [] if only is None else ["--filter", only]
            asked = [sys.executable, str(runner), url, str(suite), "--run-legacy", "--json", str(out), *wanted]
            subprocess.run(asked, check=False, stdout=subprocess.DEVNULL)
            outcome = json.loads(out.read_text(encoding="utf-8"))
        finally:
            server.terminate()
    return {test["id"] for test in outcome["tests"] if test["status"] == "pass"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.rest_yaml", description=__doc__)
    parser.add_argument("runner", type=Path)
    parser.add_argument("suite", type=Path)
    parser.add_argument("--filter", help="a regular expression that chooses among the tests")
    parser.add_argument(
        "--update", type=Path, metavar="BASELINE", help="list what passes of a JSON file's ``pass``, the real server's"
    )
    options = parser.parse_args()
    passing = run(options.runner, options.suite, options.filter)
    listed = set(LIST.read_text(encoding="utf-8").splitlines())
    if options.update:
        real = set(json.loads(options.update.read_text(encoding="utf-8"))["pass"])
        LIST.write_text("".join(f"{test}\n" for test in sorted(listed | passing & real)), encoding="utf-8")
    lost = sorted(listed - passing) if options.filter is None else []
    for test in lost:
        print(f"lost: {test}")
    print(f"{len(passing)} pass, {len(listed)} are listed, {len(lost)} are lost, {len(passing - listed)} are new")
    return 1 if lost else 0


if __name__ == "__main__":
    sys.exit(main())
