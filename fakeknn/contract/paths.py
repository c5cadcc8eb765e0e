"""Places in a JSON value: ``hits.hits[0]._score``, ``settings.index["knn.algo_param"]``."""

from __future__ import annotations

import json
import re
from typing import Any

_PLAIN = re.compile(r"[^.\[\]\" ]+")
_STEP = re.compile(r'\.?([^.\[\]\" ]+)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]')


def below(path: str, step: str | int) -> str:
    """The path of a member or an item of what lies at ``path``."""
    if isinstance(step, int):
        return f"{path}[{step}]"
    if _PLAIN.fullmatch(step) is None:
        return f"{path}[{json.dumps(step, ensure_ascii=False)}]"
    return f"{path}.{step}" if path else step


def covers(path: str, place: str) -> bool:
    """Whether ``place`` is ``path`` or lies below it; ``*`` is the whole answer, ``[*]`` any item."""
    if path == "*":
        return True
    pattern = re.escape(path).replace(r"\[\*\]", r"\[\d+\]")
    return re.match(rf"{pattern}(?=$|[.\[])", place) is not None


def value_at(value: Any, path: str) -> Any:
    """What lies at ``path``, None if nothing does."""
    for name, index, quoted in _STEP.findall(path):
        if index:
            value = value[int(index)] if isinstance(value, list) and int(index) < len(value) else None
        else:
            key = json.loads(quoted) if quoted else name
            value = value.get(key) if isinstance(value, dict) else None
    return value
