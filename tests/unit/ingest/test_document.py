"""Paths into documents, and what copies of documents refuse."""

from __future__ import annotations

from typing import Any

import pytest

from fakeknn.errors import IllegalArgumentException
from fakeknn.ingest.document import IngestDocument, deep_copy
from fakeknn.painless.stream_output import check_no_self_references


def document(**source: Any) -> IngestDocument:
    return IngestDocument.of(source, {"_index": "shop", "_id": "1", "_routing": None}, 0)


def test_metadata_stand_beside_the_fields_and_are_no_part_of_the_body() -> None:
    made = document(a=1)
    assert made.get("_index") == "shop"
    assert not made.has("_routing")
    assert made.body() == {"a": 1}


def test_a_path_may_begin_with_source_or_ingest() -> None:
    made = document(a={"b": [1, 2]})
    assert made.get("_source.a.b.1") == made.get("a.b.1") == 2
    made.set("_ingest.x", 5)
    assert made.ingest["x"] == 5
    assert not made.has("x")


def test_equal_elements_of_a_path_are_told_apart() -> None:
    made = document(a={"a": {"b": 1}})
    assert made.has("a.a")
    assert not made.has("a.a.a")
    made.remove("a.a")
    assert made.body() == {"a": {}}


def test_objects_are_made_on_the_way_and_lists_grow() -> None:
    made = document(n=1)
    made.set("x.y", 1)
    made.append("x.y", [2, 1], allow_duplicates=False)
    made.append("n", 2)
    assert made.body() == {"n": [1, 2], "x": {"y": [1, 2]}}


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("", "path cannot be null nor empty"),
        ("_source.", "path [_source.] is not valid"),
        ("l.9", "[9] is out of bounds for array with length [1] as part of path [l.9]"),
        ("l.x", "[x] is not an integer, cannot be used as an index as part of path [l.x]"),
        ("z.y", "field [z] not present as part of path [z.y]"),
        ("n.y", "cannot resolve [y] from null as part of path [n.y]"),
        ("s.y", "cannot resolve [y] from object of type [java.lang.String] as part of path [s.y]"),
    ],
)
def test_what_leads_nowhere_is_refused(path: str, why: str) -> None:
    with pytest.raises(IllegalArgumentException) as refused:
        document(l=[1], n=None, s="x").get(path)
    assert refused.value.reason == why


def test_a_value_of_another_class_is_refused_by_its_name() -> None:
    with pytest.raises(IllegalArgumentException, match=r"java\.util\.HashMap.*java\.lang\.String"):
        document(a={}).get("a", "java.lang.String")
    assert document().get("a", "java.lang.String", ignore_missing=True) is None


def test_copies_share_nothing_and_refuse_what_holds_itself() -> None:
    inner: list[Any] = [1]
    copied = deep_copy({"a": inner})
    inner.append(inner)
    assert copied == {"a": [1]}
    with pytest.raises(IllegalArgumentException, match="self-referencing"):
        deep_copy(inner)
    with pytest.raises(IllegalArgumentException, match=r"self-referencing.*hint"):
        check_no_self_references(inner, "hint")
    with pytest.raises(IllegalArgumentException, match=r"unexpected value type \[class java\.lang\.Object\]"):
        deep_copy({"a": object()})
