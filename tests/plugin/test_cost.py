"""A session that does not use the fixture pays nothing for the plugin."""

from __future__ import annotations

import pytest


def test_a_session_without_the_fixture_imports_nothing(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)
    pytester.makepyfile(
        """
import sys
def test_it(request):
    assert request.config.pluginmanager.has_plugin("conftest_plugin") or "conftest_plugin" in sys.modules
    ours = {name for name in sys.modules if name.split(".")[0] in ("fakeknn", "conftest_plugin")}
    assert ours == {"conftest_plugin"}
    assert not {"numpy", "aiohttp", "scipy", "orjson", "opensearchpy", "ssl"} & set(sys.modules)
"""
    )
    # other plugins of this environment import what they like
    pytester.runpytest_subprocess(
        "-p", "no:hypothesispytest", "-p", "no:asyncio", "-p", "no:anyio", "-p", "no:xdist"
    ).assert_outcomes(passed=1)
