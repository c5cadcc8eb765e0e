"""The languages of scripts give what the real server gave: see ``record.py``."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fakeknn.errors import GeneralScriptException, IllegalArgumentException, OpenSearchError, ScriptException
from fakeknn.painless import compile
from fakeknn.painless.expression import compile_expression
from fakeknn.painless.mustache import compile_template
from fakeknn.painless.values import text
from tests.unit.painless import documents
from tests.unit.painless.record import PAINLESS, PARAMS, brief

FOLDER = Path(__file__).parent / "recorded"


def recorded(*names: str) -> list[Any]:
    found = []
    for name in names:
        answers = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
        found += [pytest.param(script, answer, id=f"{name}: {script}") for script, answer in answers.items()]
    return found


def told(error: OpenSearchError) -> Any:
    return {"error": brief(error.members())}


def steady(answer: Any) -> Any:
    """An answer without what is not the script's: identity hashes, and which of two methods of the same name the real
    server had linked a place to."""
    written = json.dumps(answer).replace("leftObject", "left").replace("rightObject", "right")
    return json.loads(re.sub(r"@[0-9a-f]{3,8}\b", "@hash", written))


@pytest.mark.parametrize(("script", "expected"), recorded(*PAINLESS))
def test_painless(script: str, expected: Any) -> None:
    try:
        found = {"result": text(compile(script, "painless_test").execute({}))}
    except ScriptException as error:
        found = told(error)
    assert steady(found) == steady(expected)


@pytest.mark.parametrize(("case", "expected"), recorded("contexts"))
def test_context(case: str, expected: Any) -> None:
    try:
        found = {"result": documents.run(case)}
    except ScriptException as error:
        found = told(error)
    if case.startswith("score") and "result" in expected and "result" in found:
        expected["result"] = np.float32(expected["result"])
        found["result"] = np.float32(found["result"])
        assert found == expected
    else:
        assert steady(found) == steady(expected)


class Columns:
    """The two documents that expressions are recorded on."""

    n = 2
    score = np.ones(2, np.float32)

    def kind(self, field: str) -> str | None:
        if field == "t":
            raise IllegalArgumentException(documents.TEXT_FIELD)
        kinds = {"a": "long", "b": "double", "d": "date", "k": "keyword", "g": "geo_point", "e": "boolean"}
        return kinds.get(field)

    def multi(self, field: str) -> Any:
        values = {"a": [1, 3, 7], "b": [2.5, 4.0], "d": [1614834367089], "e": [1]}
        offsets = {"a": [0, 3, 3], "b": [0, 1, 2], "d": [0, 1, 1], "e": [0, 1, 1]}
        return np.array(values[field]), np.array(offsets[field])

    def points(self, field: str) -> Any:
        return np.array([9.999999990686774, 0]), np.array([19.99999998137355, 0]), np.array([1, 0])


@pytest.mark.parametrize(("script", "expected"), recorded("expression"))
def test_expression(script: str, expected: Any) -> None:
    found: Any
    try:
        values = compile_expression(script, "field").vectorize(Columns(), "field")  # type: ignore[arg-type]
        names = {"inf": "Infinity", "-inf": "-Infinity", "nan": "NaN"}
        found = {"result": [names.get(str(value), value) for value in values.tolist()]}
    except OpenSearchError as error:
        found = told(error)
    if "result" in expected and "error" not in found and all(isinstance(x, float) for x in expected["result"]):
        assert found["result"] == pytest.approx(expected["result"], rel=1e-15)
    else:
        assert found == expected


@pytest.mark.parametrize(("template", "expected"), recorded("mustache"))
def test_mustache(template: str, expected: Any) -> None:
    found: Any
    try:
        found = {"result": compile_template(template).render(PARAMS)}
    except GeneralScriptException as error:
        assert isinstance(error.__cause__, OpenSearchError)
        found = told(error.__cause__)
    except OpenSearchError as error:
        found = told(error)
    for answer in (found, expected):
        if "error" in answer:
            answer["error"] = {key: answer["error"][key] for key in ("type", "reason")}
    assert found == expected
