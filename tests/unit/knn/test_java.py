"""Values as Java sees them."""

from __future__ import annotations

import numpy as np
import pytest

from fakeknn.knn import java


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (True, "java.lang.Boolean"),
        (1, "java.lang.Integer"),
        (-(2**31), "java.lang.Integer"),
        (2**31, "java.lang.Long"),
        (2**63, "java.math.BigInteger"),
        (1.0, "java.lang.Double"),
        ("x", "java.lang.String"),
        ([], "java.util.ArrayList"),
        ({}, "java.util.LinkedHashMap"),
    ],
)
def test_classes(value: object, name: str) -> None:
    assert java.class_name(value) == name


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1.0"),
        (0.001, "0.001"),
        (0.0001, "1.0E-4"),
        (1e7, "1.0E7"),
        (9999999.5, "9999999.5"),
        (-1.25e-12, "-1.25E-12"),
        (float("inf"), "Infinity"),
        (float("nan"), "NaN"),
        (-0.0, "-0.0"),
        (np.float32(0.1), "0.1"),
        (np.float32(16777216), "1.6777216E7"),
    ],
)
def test_decimals(value: float, text: str) -> None:
    assert java.double_text(value) == text


def test_texts_of_containers() -> None:
    assert java.text({"a": 1, "b": [1, 2.5, None, True, "x"], "c": {}}) == "{a=1, b=[1, 2.5, null, true, x], c={}}"


def test_order_of_a_hash_map() -> None:
    assert java.hash_order(["m", "ef_construction", "ef_search"]) == ["ef_search", "ef_construction", "m"]
    assert java.hash_order(["name", "engine", "space_type", "parameters"]) == java.hash_order(
        ["parameters", "space_type", "engine", "name"]
    )
    # "Aa" and "BB" have one hash code: such keys keep their order.
    assert java.hash_order(["BB", "Aa"]) == ["BB", "Aa"]
    # Past 12 entries a table of 16 buckets is doubled, and q no longer shares one with a.
    names = ["q", "a", *"bcdefghijk"]
    assert java.hash_order(names)[:2] == ["q", "a"]
    assert java.hash_order([*names, "l"])[:2] == ["a", "b"]
