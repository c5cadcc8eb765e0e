from __future__ import annotations

from collections.abc import Callable

import pytest

from fakeknn import api

# A run inside this one takes back what it has imported. numpy cannot be imported twice, and the rest takes its time.
api.load()

INI = """[pytest]
asyncio_mode = auto
asyncio_default_fixture_loop_scope = function
filterwarnings = error
"""


@pytest.fixture
def suite(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """An empty project whose tests' warnings are errors; not a worker's, whoever runs us."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makeini(INI)
    return pytester


@pytest.fixture
def ini(suite: pytest.Pytester) -> Callable[[str], object]:
    """Adds lines to the project's ini file."""
    return lambda lines: suite.makeini(INI + lines)
