"""The times that parameters give: how long to wait for the cluster manager, for copies, for an answer."""

from __future__ import annotations

from fakeknn.errors import OpenSearchParseException
from fakeknn.rest import Request
from fakeknn.units import parse_time_value

#: Parameters of requests that the cluster manager answers.
MANAGER = ("timeout", "cluster_manager_timeout", "?master_timeout")
#: Publishing a state takes longer than this.
_LEAST_SECONDS = 0.001


def check_time(request: Request, parameter: str, setting: str | None = None) -> None:
    """A time of no consequence on one node, which must still be one. ``setting`` is its name in messages."""
    asked = request.text(parameter)
    if asked is not None:
        parse_time_value(asked, setting or parameter)


def check_timeouts(request: Request, *, manager_first: bool = False) -> None:
    """``timeout`` and the manager's, in the order in which the endpoint reads them."""
    if manager_first:
        check_manager_timeout(request)
    check_time(request, "timeout")
    if not manager_first:
        check_manager_timeout(request)


def check_manager_timeout(request: Request) -> None:
    """``cluster_manager_timeout`` and its deprecated name."""
    check_time(request, "cluster_manager_timeout")
    if "master_timeout" in request.params:
        if "cluster_manager_timeout" in request.params:
            raise OpenSearchParseException(
                "Please only use one of the request parameters [master_timeout, cluster_manager_timeout]."
            )
        check_time(request, "master_timeout")


def manager_timeout(request: Request) -> float:
    """How many seconds a request waits for the cluster manager."""
    asked = request.params.get("cluster_manager_timeout") or request.params.get("master_timeout", "30s")
    return parse_time_value(asked, "cluster_manager_timeout").seconds


def acknowledged(request: Request, changed: bool = True) -> bool:
    """AckCountDownListener: whether the node has the state that a request made before ``timeout`` was over.

    A state that is as it was (not ``changed``) is not published, and acknowledged at once.
    """
    return not changed or parse_time_value(request.params.get("timeout", "30s"), "timeout").seconds >= _LEAST_SECONDS
