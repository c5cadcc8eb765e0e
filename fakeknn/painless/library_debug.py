"""``Debug.explain``."""

from __future__ import annotations

from typing import Any

from fakeknn.painless.dispatch import define_static
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import class_of, runtime_name, text


def _explain(value: Any) -> None:
    thrown = Thrown("org.opensearch.painless.PainlessExplainError")
    java = None if value is None else class_of(value)
    thrown.headers = {"to_string": text(value)}
    if java is not None:
        thrown.headers |= {"java_class": runtime_name(java)}
        if not java.endswith("[]"):
            thrown.headers = {"painless_class": java, **thrown.headers}
    raise thrown


define_static("org.opensearch.painless.api.Debug", {"explain/1": _explain})
