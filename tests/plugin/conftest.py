from __future__ import annotations

from collections.abc import Callable

import pytest

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
