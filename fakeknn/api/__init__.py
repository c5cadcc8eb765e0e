"""Handlers, one file per namespace of OpenSearch: they translate a request, call one thing, and return a dict."""

from __future__ import annotations

import importlib
import pkgutil

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
