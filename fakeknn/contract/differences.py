"""Where two answers differ, and whether the story knows of it."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from fakeknn.contract.console import ConsoleRequest
from fakeknn.contract.masks import Json
from fakeknn.contract.paths import below, covers

#: Scores are float32 sums whose order of addition depends on the machine.
SCORE_TOLERANCE = 1e-6
_SHOWN = 20
_SCORES = frozenset({"_score", "max_score", "sort", "_explanation", "explanation"})

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Difference:
    """At ``path`` one answer has ``expected``, the other ``actual``; None stands for JSON's null."""

    path: str
    expected: Any
    actual: Any

    def __str__(self) -> str:
        return f"{self.path or 'body'}: expected {_shown(self.expected)}, got {_shown(self.actual)}"


@dataclass(frozen=True, slots=True)
class Finding:
    """A request whose answers differ, or whose known difference (``gone``) does no longer."""

    request: ConsoleRequest
    differences: Sequence[Difference]
    gone: Sequence[str] = ()

    def __str__(self) -> str:
        lines = [f"line {self.request.line}: {self.request}"]
        lines += [f"    {difference}" for difference in self.differences[:_SHOWN]]
        if len(self.differences) > _SHOWN:
            lines.append(f"    and {len(self.differences) - _SHOWN} more")
        lines += [f"    {path}: a known difference that is none any more; take its note away" for path in self.gone]
        return "\n".join(lines)


def _shown(value: Any) -> str:
    if value is _ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 400 else text[:397] + "..."


def differences(expected: Json, actual: Json, path: str = "", *, score: bool = False) -> Iterator[Difference]:
    """Where two JSON values differ: members in any order, items in order, ``1`` is not ``1.0``, scores nearly equal."""
    if isinstance(expected, dict) and isinstance(actual, dict):
        for key in {**expected, **actual}:
            inner = score if key in ("details", "value") else key in _SCORES
            yield from differences(expected.get(key, _ABSENT), actual.get(key, _ABSENT), below(path, key), score=inner)
    elif isinstance(expected, list) and isinstance(actual, list):
        for i in range(max(len(expected), len(actual))):
            left = expected[i] if i < len(expected) else _ABSENT
            right = actual[i] if i < len(actual) else _ABSENT
            yield from differences(left, right, below(path, i), score=score)
    elif isinstance(expected, float) and isinstance(actual, float):
        close = math.isclose(expected, actual, rel_tol=SCORE_TOLERANCE) if score else expected == actual
        if not (close or (math.isnan(expected) and math.isnan(actual))):
            yield Difference(path, expected, actual)
    elif type(expected) is not type(actual) or expected != actual:
        yield Difference(path, expected, actual)


def judge(request: ConsoleRequest, expected: dict[str, Any], actual: dict[str, Any]) -> Finding | None:
    """The answers' differences that the story does not already know of, and the known ones that are gone."""
    found: list[Difference] = []
    for member in {**expected, **actual}:
        left, right = expected.get(member, _ABSENT), actual.get(member, _ABSENT)
        found += differences(left, right, "" if member == "body" else member)
    new = [d for d in found if not any(covers(known.path, d.path) for known in request.differs)]
    gone = [known.path for known in request.differs if not any(covers(known.path, d.path) for d in found)]
    return Finding(request, new, gone) if new or gone else None
