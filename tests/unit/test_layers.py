"""The import law: each package imports from the floors below it, and from nowhere else of ours."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import fakeknn

ROOT = Path(fakeknn.__file__).parent.parent

#: From the roof to the ground. Packages of one floor do not know each other.
FLOORS = """
    conftest_plugin __main__
    server
    contract
    app
    api
    ingest
    search
    state aggs
    query
    mapping
    fields painless shape
    view analysis knn dates geo rest uri
    source units javaregex serving
    xcontent
    errors
"""

#: The two wings: what holds data, and what speaks of it. They meet in search.
DATA, LANGUAGE = {"state", "mapping"}, {"aggs", "query", "painless"}

#: Libraries that only some may import.
LIBRARIES = {
    "aiohttp": {"server"},
    "pytest": {"conftest_plugin"},
    "opensearchpy": {"conftest_plugin"},
    "asyncio": {"server", "__main__", "conftest_plugin"},
}

#: Where imports stand in functions on purpose: a test session, a command, a start pay only for what they use.
LATE = {
    "conftest_plugin/__init__.py",
    "fakeknn/__main__.py",
    "fakeknn/state/node.py",
    "fakeknn/xcontent/yaml.py",
    "fakeknn/geo/shapes.py",
}

FLOOR = {name: height for height, floor in enumerate(reversed(FLOORS.strip().splitlines())) for name in floor.split()}
FILES = sorted([*(ROOT / "fakeknn").rglob("*.py"), *(ROOT / "conftest_plugin").rglob("*.py")])


def package_of(file: Path) -> str:
    """``fakeknn/state/node.py`` and ``fakeknn/view.py`` are of ``state`` and ``view``."""
    parts = file.relative_to(ROOT).with_suffix("").parts
    return parts[1] if parts[0] == "fakeknn" else parts[0]


def imported(tree: ast.AST) -> Iterator[str]:
    """The dotted names of all imports, wherever they stand."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            yield from (f"{module}.{alias.name}" for alias in node.names)


def ours(name: str) -> str | None:
    """Which package of ours a dotted name leads to."""
    parts = name.split(".")
    if parts[0] == "conftest_plugin":
        return parts[0]
    return parts[1] if parts[0] == "fakeknn" and parts[1:] and parts[1] != "__version__" else None


def offences(file: Path) -> Iterator[str]:
    package = package_of(file)
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for name in imported(tree):
        library = name.partition(".")[0]
        if library in LIBRARIES and package not in LIBRARIES[library]:
            yield f"{package} imports {library}"
        other = ours(name)
        if other is None or other == package:
            continue
        if FLOOR[other] >= FLOOR[package]:
            yield f"{package} imports {other}, which is not below it"
        if (package in DATA and other in LANGUAGE) or (package in LANGUAGE and other == "state"):
            yield f"{package} imports {other}, which is of the other wing"
    if file.relative_to(ROOT).as_posix() not in LATE:
        for function in ast.walk(tree):
            if isinstance(function, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield from (f"{package} hides an import of {n} in a function" for n in imported(function) if ours(n))


def test_every_package_has_its_floor() -> None:
    found = {package_of(file) for file in FILES} - {"__init__"}
    assert found <= set(FLOOR)


@pytest.mark.parametrize("file", FILES, ids=[str(file.relative_to(ROOT)) for file in FILES])
def test_import_law(file: Path) -> None:
    if package_of(file) != "__init__":
        assert sorted(set(offences(file))) == []


def test_the_law_is_kept_by_this_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of offence is found."""
    monkeypatch.setitem(globals(), "ROOT", tmp_path)
    for package, line, expected in [
        ("view", "from fakeknn.query.base import Query", "view imports query, which is not below it"),
        ("view", "import fakeknn.knn", "view imports knn, which is not below it"),
        ("query", "from fakeknn import server", "query imports server, which is not below it"),
        ("state", "from fakeknn.query import base", "state imports query, which is of the other wing"),
        ("app", "if TYPE_CHECKING:\n    import aiohttp.web", "app imports aiohttp"),
        (
            "api",
            "def f():\n    from fakeknn.state import node",
            "api hides an import of fakeknn.state.node in a function",
        ),
    ]:
        file = tmp_path / "fakeknn" / f"{package}.py"
        file.parent.mkdir(exist_ok=True)
        file.write_text(line)
        assert list(offences(file)) == [expected]
