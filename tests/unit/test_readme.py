"""README's tables equal the registries, and its code runs. ``python tests/unit/test_readme.py`` fills the tables."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from fakeknn import api
from fakeknn.__main__ import _parser
from fakeknn.aggs import base as aggs
from fakeknn.aggs.parsing import KNOWN
from fakeknn.api import unfaked
from fakeknn.app import answer
from fakeknn.contract.console import parse
from fakeknn.fields import KINDS
from fakeknn.knn.spaces import SPACES
from fakeknn.mapping.definition import NOT_FAKED_TYPES
from fakeknn.query.parsing import KNOWN_QUERIES, PARSERS
from fakeknn.rest import TABLE, Request
from fakeknn.state.node import Node

README = Path(__file__).parents[2] / "README.md"


def endpoints() -> str:
    api.load()
    there: dict[str, list[str]] = {}
    missing: dict[str, list[str]] = {}
    for route in sorted(TABLE.routes, key=lambda route: (route.template, _ORDER.index(route.method))):
        if not route.handler.__module__.startswith("fakeknn."):
            continue  # another test's own
        table = missing if route.handler.__module__ == unfaked.__name__ else there
        table.setdefault(route.template, []).append(route.method)
    lines = ["| path | methods |", "|---|---|"]
    lines += [f"| `{template}` | {', '.join(methods)} |" for template, methods in there.items()]
    paths = ", ".join(f"`{'/'.join(methods)} {template}`" for template, methods in missing.items())
    return "\n".join([*lines, "", "<details><summary>Not yet</summary>", "", paths or "nothing", "", "</details>"])


_ORDER = ("GET", "HEAD", "PUT", "POST", "DELETE")


def faked(there: Iterable[str], missing: Iterable[str]) -> str:
    def names(items: Iterable[str]) -> str:
        return ", ".join(f"`{name}`" for name in sorted(items)) or "nothing"

    return f"| faked | not yet |\n|---|---|\n| {names(there)} | {names(missing)} |"


BLOCKS: dict[str, Callable[[], str]] = {
    "endpoints": endpoints,
    "queries": lambda: faked(PARSERS, KNOWN_QUERIES - set(PARSERS)),
    "aggregations": lambda: faked(aggs.PARSERS, KNOWN - set(aggs.PARSERS)),
    "fields": lambda: faked({"object", "nested", *KINDS}, NOT_FAKED_TYPES),
    "spaces": lambda: faked(SPACES, ()),
}

_BLOCK = re.compile(r"(<!-- registry: (\w+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


def written(text: str) -> str:
    """README with its tables as the registries have them."""
    return _BLOCK.sub(lambda block: f"{block[1]}{BLOCKS[block[2]]()}\n{block[4]}", text)


def code(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)


def test_every_registry_has_its_table() -> None:
    assert {block[1] for block in _BLOCK.findall(README.read_text(encoding="utf-8"))} == set(BLOCKS)


def test_tables_equal_the_registries() -> None:
    text = README.read_text(encoding="utf-8")
    assert text == written(text), "run: python tests/unit/test_readme.py"


def test_python_runs(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n")
    blocks = code("python")
    pytester.makepyfile(**{f"test_{number}": block for number, block in enumerate(blocks)})
    tests = sum(block.count("def test_") for block in blocks)
    assert tests > 0
    pytester.runpytest().assert_outcomes(passed=tests)


def test_commands_are_understood(pytester: pytest.Pytester) -> None:
    understood = 0
    for block in code("bash"):
        for line in block.splitlines():
            for command in line.partition("#")[0].split("&&"):
                name, *arguments = shlex.split(command) or [""]
                if name.endswith("fakeknn"):
                    _parser().parse_args(arguments)
                    understood += 1
                elif name == "pytest":
                    assert pytester.parseconfig(*arguments).getoption("--knn-url") == arguments[-1]
                    understood += 1
                else:
                    assert name.rpartition("/")[2] in ("", "python", "python3", "pip")
    assert understood > 0


def test_console_is_answered() -> None:
    node = Node()
    requests = [request for block in code("console") for request in parse(block)]
    assert requests
    for request in requests:
        sent = Request.of(request.method, request.path, request.body, dict(request.wire_headers()))
        status, _, body = answer(node, sent)
        assert status == 200, (str(request), body)


if __name__ == "__main__":
    README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
