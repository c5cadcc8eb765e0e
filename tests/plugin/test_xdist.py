"""Under pytest-xdist, each worker has a server of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

pytest.importorskip("xdist")

TESTS = """
import pytest, urllib.request

@pytest.mark.parametrize("n", range(12))
def test_it(knn_cluster, n, worker_id):
    client = knn_cluster.client()
    assert len(client.cat.indices(format="json")) == 0
    client.indices.create(index=f"{worker_id}-{n}")
    print(f"SERVED {worker_id} {knn_cluster.port}")
"""


def served(result: pytest.RunResult) -> set[tuple[str, str]]:
    lines = [line.split() for line in result.outlines if line.startswith("SERVED")]
    assert len(lines) == 12
    return {(worker, port) for _, worker, port in lines}


def test_workers_do_not_meet(suite: pytest.Pytester) -> None:
    suite.makepyfile(TESTS)
    result = suite.runpytest_subprocess("-n2", "-rP")
    result.assert_outcomes(passed=12)
    assert len({port for _, port in served(result)}) == 2


def test_a_given_port_is_counted_up(suite: pytest.Pytester, ini: Callable[[str], object], unused_tcp_port: int) -> None:
    ini(f"knn_port = {unused_tcp_port}\nknn_env = OPENSEARCH_URL\n")
    suite.makepyfile(TESTS)
    result = suite.runpytest_subprocess("-n2", "-rP")
    result.assert_outcomes(passed=12)
    assert served(result) == {("gw0", str(unused_tcp_port)), ("gw1", str(unused_tcp_port + 1))}


def test_a_real_cluster_is_not_shared(suite: pytest.Pytester) -> None:
    suite.makepyfile(TESTS)
    result = suite.runpytest_subprocess("-n2", "--knn-url", "http://127.0.0.1:1")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*run with -n0*"])
