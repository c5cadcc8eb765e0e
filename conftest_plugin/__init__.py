"""The pytest plugin: the fixtures ``knn_cluster``, ``knn_server`` and ``knn_seed``, their options and marker.

Every pytest run of an environment that has fakeknn installed imports this module, so it imports nothing but pytest:
the server, and with it numpy and aiohttp, comes with the first test that asks for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest_plugin.cluster import KnnCluster

_MARKER = """\
knn_cluster(refresh="real"|"immediate", seed=True, fake_only=False): how the fixture knn_cluster is to be for a test. \
With refresh="immediate" documents are found at once; seed=False starts empty, whatever knn_seed has loaded; \
fake_only=True skips the test under --knn-url."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("fakeknn", "k-NN cluster (fakeknn)")
    group.addoption(
        "--knn-url",
        metavar="URL",
        default=os.environ.get("FAKEKNN_URL") or os.environ.get("KNN_URL"),
        help="run against the OpenSearch at URL, not a fake one, and delete what the tests make there "
        "(or the environment variable FAKEKNN_URL or KNN_URL)",
    )
    parser.addini(
        "knn_ann",
        "how approximate k-NN is answered: exact (default); auto, by graphs of large segments; graph, by all graphs",
        default="exact",
    )
    parser.addini("knn_ann_threshold", "with knn_ann = auto: vectors beyond which a segment is large (10,000)")
    parser.addini(
        "knn_refresh",
        "when documents are found: real (default), after a refresh or the index's refresh_interval; or immediate",
        default="real",
    )
    parser.addini("knn_port", "the server's port, 0 for a free one; xdist's workers count up from it", default="0")
    parser.addini(
        "knn_env",
        "environment variables to set to the server's address for the whole session, before conftest files are "
        "imported; *_HOST gets the host, *_PORT the port, any other the URL",
        type="args",
    )


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Start at once if the environment shall say where: applications read it when they are imported."""
    names: list[str] = early_config.getini("knn_env")
    if not names or _hands_out_work(early_config):
        return
    cluster = _started(early_config)
    for name in names:
        early_config.stash[_ENVIRONMENT][name] = os.environ.get(name)
        os.environ[name] = (
            cluster.host if name.endswith("_HOST") else str(cluster.port) if name.endswith("_PORT") else cluster.url
        )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)
    if config.getoption("--knn-url") and _hands_out_work(config):
        raise pytest.UsageError("--knn-url: a real cluster cannot be shared by several workers; run with -n0")


def pytest_unconfigure(config: pytest.Config) -> None:
    cluster = config.stash.get(_CLUSTER, None)
    if cluster is not None:
        del config.stash[_CLUSTER]
        cluster.stop()
    for name, value in config.stash.get(_ENVIRONMENT, {}).items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


_CLUSTER = pytest.StashKey["KnnCluster"]()
_ENVIRONMENT = pytest.StashKey["dict[str, str | None]"]()


def _started(config: pytest.Config) -> KnnCluster:
    """The session's cluster."""
    if _CLUSTER not in config.stash:
        config.stash.setdefault(_ENVIRONMENT, {})
        config.stash[_CLUSTER] = _start(config)
    return config.stash[_CLUSTER]


def _start(config: pytest.Config) -> KnnCluster:
    port = int(config.getini("knn_port"))
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if port and worker.startswith("gw"):
        port += int(worker.removeprefix("gw"))
    url = config.known_args_namespace.knn_url
    if url:
        from conftest_plugin.real import RealCluster

        return RealCluster(url, port=port)
    from conftest_plugin.fake import FakeCluster

    threshold = config.getini("knn_ann_threshold")
    return FakeCluster(
        port=port,
        refresh=config.getini("knn_refresh"),
        ann=config.getini("knn_ann"),
        ann_threshold=int(threshold) if threshold else None,
    )


def _hands_out_work(config: pytest.Config) -> bool:
    """Whether this process is the one that distributes tests to xdist's workers."""
    return bool(getattr(config.known_args_namespace, "numprocesses", None)) and "PYTEST_XDIST_WORKER" not in os.environ


@pytest.fixture(scope="session")
def knn_server(pytestconfig: pytest.Config) -> KnnCluster:
    """The cluster of the session, for ``knn_seed``. Tests take ``knn_cluster``, which is emptied for each."""
    return _started(pytestconfig)


@pytest.fixture(scope="session")
def knn_seed() -> Callable[[KnnCluster], Any] | None:
    """Override it to load data, once, that every test of ``knn_cluster`` then starts from.

    It may return a function (also an async one) that takes the cluster and writes to it, or take ``knn_server`` and
    write right away. Only the function can be run again, which a real cluster needs when a test has changed the data.
    """
    return None


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    if fixturedef.argname != "knn_seed":
        return (yield)
    cluster = _started(request.config)
    with cluster.seeding(fixturedef):
        return (yield)


@pytest.fixture
def knn_cluster(request: pytest.FixtureRequest, knn_server: KnnCluster, knn_seed: Any) -> Iterator[KnnCluster]:
    """An OpenSearch with k-NN on localhost, holding what ``knn_seed`` has loaded and nothing else."""
    marker = request.node.get_closest_marker("knn_cluster")
    options = dict(marker.kwargs) if marker else {}
    if options.pop("fake_only", False) and request.config.getoption("--knn-url"):
        pytest.skip("for the fake cluster only")
    seed = request._get_active_fixturedef("knn_seed") if options.pop("seed", True) else None
    knn_server.begin(seed, knn_seed if callable(knn_seed) else None, **options)
    knn_server.close_with(request.node)
    try:
        yield knn_server
    finally:
        knn_server.end()
