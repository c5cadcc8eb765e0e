"""Handlers, one file per namespace of OpenSearch: they translate a request, call one thing, and return a dict."""

from __future__ import annotations

import importlib
import pkgutil
import threading

from fakeknn.api import root, unfaked  # noqa: F401  (root is what a server is asked first, to see whether it is up)

_loading = threading.Lock()
_loaded = False


def load() -> None:
    """Import all handlers. Most of a start's time goes into it, so it waits until one of them is asked for."""
    global _loaded
    if _loaded:
        return
    with _loading:
        if not _loaded:
            for module in pkgutil.iter_modules(__path__):
                importlib.import_module(f"{__name__}.{module.name}")
            unfaked.register()
            _loaded = True
