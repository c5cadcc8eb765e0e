"""Bodies: what a real OpenSearch says of broken and odd ones, recorded (see ``record.py``)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import cbor2
import numpy as np
import orjson
import pytest
import yaml as pyyaml

from fakeknn import xcontent
from fakeknn.errors import (
    ContentTypeHeaderException,
    JsonParseException,
    NumberFormatException,
    OpenSearchError,
    Where,
    body_of,
)
from fakeknn.xcontent import cbor, generator, media, smile, yaml
from fakeknn.xcontent.jackson import Scanner
from fakeknn.xcontent.media import MediaType
from fakeknn.xcontent.tree import EndOfInput, Reader

RECORDED = json.loads((Path(__file__).parent / "recorded" / "bodies.json").read_text())


def cases(kind: str) -> list[Any]:
    return [pytest.param(bytes.fromhex(raw), error, id=repr(bytes.fromhex(raw)[:60])) for raw, error in RECORDED[kind]]


def refusal(read: Any, body: bytes) -> Any:
    try:
        read(body)
    except OpenSearchError as error:
        return body_of(error)["error"]
    return None


@pytest.mark.parametrize(("body", "expected"), cases("document"))
def test_documents(body: bytes, expected: Any) -> None:
    assert refusal(xcontent.read_document, body) == expected


@pytest.mark.parametrize(("body", "expected"), cases("map"))
def test_maps(body: bytes, expected: Any) -> None:
    assert refusal(xcontent.read_map, body) == expected


@pytest.mark.parametrize(("body", "expected"), cases("search"))
def test_searches(body: bytes, expected: Any) -> None:
    if body:  # without one, nothing is read
        assert refusal(xcontent.read_search, body) == expected


@pytest.mark.parametrize(("body", "expected"), cases("query"))
def test_queries(body: bytes, expected: Any) -> None:
    assert refusal(xcontent.read_query, body) == expected


@pytest.mark.parametrize(("raw", "line", "column"), RECORDED["place"])
def test_places(raw: str, line: int, column: int) -> None:
    body = bytes.fromhex(raw)
    root = xcontent.read(body)
    assert xcontent.locate(body, root, Where(root, "zzz")) == (line, column)


def test_places_of_keys_brackets_and_items() -> None:
    body = b'{ "a" : [ {}, {"b":[1 , 2]} ],\n  "c": {} }'
    root = xcontent.read(body)
    inner = root["a"][1]
    assert xcontent.locate(body, root, Where(root, "a", "key")) == (1, 3)
    assert xcontent.locate(body, root, Where(root["a"], None, "start")) == (1, 9)
    assert xcontent.locate(body, root, Where(root["a"], 1)) == (1, 15)
    assert xcontent.locate(body, root, Where(inner["b"], 1)) == (1, 25)
    assert xcontent.locate(body, root, Where(inner, None, "end")) == (1, 27)
    assert xcontent.locate(body, root, Where(root["c"], None, "end")) == (2, 9)
    assert xcontent.locate(body, root, Where(dict(inner), "b")) is None
    assert xcontent.locate(body, root, Where(root, "nope")) is None
    assert xcontent.locate(b"{}", root, Where(inner, "b")) is None


def test_numbers_keep_their_text() -> None:
    body = b'{"a":1.50,"b":[1e3, -0]}'
    root = xcontent.read(body)
    assert xcontent.number_text(body, root, Where(root, "a")) == "1.50"
    assert [xcontent.number_text(body, root, Where(root["b"], i)) for i in (0, 1)] == ["1e3", "-0"]


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, -1, 2.5, 1e22, True, False, None, 'é😀\n"\\/'], "b": {"c": {}}, "": []},
        [[[]], [{}], "x"],
        {"big": 2**64, "small": -(2**63) - 1, "long": 2**63 - 1, "digits": "1234567890123456789012"},
        "text",
        12,
        None,
    ],
)
def test_reading_is_what_json_says(value: Any) -> None:
    body = json.dumps(value).encode()
    assert xcontent.read(body) == value == Reader(body).value()
    spaced = json.dumps(value, indent=2, ensure_ascii=False).encode()
    assert xcontent.read(spaced) == value == Reader(spaced).value()
    assert xcontent.read(b"/* before */" + spaced + b"\n// behind") == value


def test_vectors_are_left_to_orjson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fakeknn.xcontent.reading.Reader", None)
    vector = np.random.default_rng(0).standard_normal(500).tolist()
    document = {"v": vector, "text": 'a "quoted": colon', "url": "http://x", "nested": [{"a": 1}, {"a": 2}]}
    assert xcontent.read(orjson.dumps(document)) == document


def test_what_follows_the_first_value_is_not_looked_at() -> None:
    assert xcontent.read(b'{"a":1} nonsense') == {"a": 1}
    assert xcontent.read_map(b'{"a":1}]') == {"a": 1}
    with pytest.raises(EndOfInput):
        xcontent.read(b" /* nothing */ ")


def test_of_an_array_only_the_beginning_is_read() -> None:
    assert xcontent.read(b"[1") == []
    assert xcontent.read(b"[{]") == []


def test_a_root_that_is_no_object_has_a_place() -> None:
    for body in (b'\n "text"', b"\n 1.5", b"\n [1]"):
        root = xcontent.read(body)
        assert xcontent.locate(body, root, Where(root, None, "start")) == (2, 2)
    assert xcontent.locate(b"1.5", 1.5, Where({}, None, "start")) is None


def test_utf16_is_detected() -> None:
    for encoding in ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        assert xcontent.read('{"a":"é"}'.encode(encoding)) == {"a": "é"}


def test_tokens_have_opensearch_names() -> None:
    kinds = [token.xcontent for token in Scanner(b'{"a":[true,1.5,null,"x"]}').tokens()]
    assert kinds == [
        "START_OBJECT", "FIELD_NAME", "START_ARRAY", "VALUE_BOOLEAN", "VALUE_NUMBER", "VALUE_NULL", "VALUE_STRING",
        "END_ARRAY", "END_OBJECT",
    ]  # fmt: skip


# --- Java -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.0, "0.0"), (-0.0, "-0.0"), (1.0, "1.0"), (100.0, "100.0"), (0.001, "0.001"), (0.00099, "9.9E-4"),
        (9999999.0, "9999999.0"), (1e7, "1.0E7"), (12345678.9, "1.23456789E7"), (1e22, "1.0E22"), (-1.5e-9, "-1.5E-9"),
        (123456.789, "123456.789"), (4.9e-324, "4.9E-324"), (1.7976931348623157e308, "1.7976931348623157E308"),
        (math.inf, "Infinity"), (-math.inf, "-Infinity"), (math.nan, "NaN"), (2e-3, "0.002"), (1e23, "1.0E23"),
    ],
)  # fmt: skip
def test_java_double(value: float, expected: str) -> None:
    assert xcontent.java_double(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1, "0.1"), (1.0, "1.0"), (1e-7, "1.0E-7"), (16777216.0, "1.6777216E7"), (3.4028235e38, "3.4028235E38"),
        (1.4e-45, "1.4E-45"), (1 / 3, "0.33333334"), (1e10, "1.0E10"), (0.001, "0.001"), (math.inf, "Infinity"),
    ],
)  # fmt: skip
def test_java_float(value: float, expected: str) -> None:
    assert xcontent.java_float(np.float32(value)) == expected


def test_java_string() -> None:
    value = {"a": 1, "b": [True, None, 1e10, "x"], "c": {"d": np.float32(0.1)}}
    assert xcontent.java_string(value) == "{a=1, b=[true, null, 1.0E10, x], c={d=0.1}}"


def test_hash_order() -> None:
    # As Java prints the key set of a HashMap.
    letters = "a b c d e f g h i j k l m n o p q r s t u"
    names = f"{letters} name engine parameters ef_construction Aa BB AaAa BBBB"
    assert xcontent.hash_ordered(["type", "dimension", "method", "space_type"]) == [
        "method", "space_type", "type", "dimension",
    ]  # fmt: skip
    assert " ".join(xcontent.hash_ordered(names.split())) == (
        f"Aa BB engine AaAa BBBB {letters} name ef_construction parameters"
    )
    assert xcontent.java_hash("polygenelubricants") == 0x80000000


# --- media types ------------------------------------------------------------------------------------------------------

TREES = [
    {"a": [1, -1, 0, 15, -16, 16, 31, 255, 65536, 2**31, 2**63 - 1, -(2**63), 2**70, -(2**70)], "b": {"a": {"b": 1}}},
    {"t": True, "f": False, "n": None, "x": 1.5, "y": -1.25, "s": "", "é": "ü" * 40, "long": "a" * 70, "u": "€" * 70},
    {f"name{i}": i for i in range(1100)},
    [{"k" * 60: 1, "k" * 80: [], "": {}, "ä" * 28: "b" * 33, "ä" * 40: "c" * 64}],
    [],
]


@pytest.mark.parametrize("tree", TREES)
@pytest.mark.parametrize("format", [cbor, smile, yaml])
def test_formats_read_what_they_write(format: Any, tree: Any) -> None:
    assert format.read(format.write(tree)) == tree


@pytest.mark.parametrize("tree", TREES)
def test_other_readers_and_writers_agree(tree: Any) -> None:
    assert cbor2.loads(cbor.write(tree)) == tree
    assert cbor.read(cbor2.dumps(tree)) == tree
    assert pyyaml.safe_load(yaml.write(tree)) == tree
    assert json.loads(generator.write(tree)) == tree == json.loads(generator.write(tree, pretty=True))


def test_cbor_in_other_forms() -> None:
    chunks = b"\x7f\x61a\x62bc\xff"
    assert cbor.read(b"\xd9\xd9\xf7\x83\xf9\x3e\x00\xfa\x3f\xc0\x00\x00" + chunks) == [1.5, 1.5, "abc"]
    assert cbor.read(b"\xa1\x61a\x43\x01\x02\x03") == {"a": "AQID"}
    for broken in (b"\xa1", b"\x62a", b"\x1c", b"\xf8\x18"):
        with pytest.raises(JsonParseException):
            cbor.read(broken)


def test_smile_in_other_forms() -> None:
    # Shared values, as clients may write them: the second "red" is a reference to the first.
    assert smile.read(b":)\n\x03\xf8\x42red\x01\xf9") == ["red", "red"]
    assert smile.read(b":)\n\x00\xf8\x28\x03\x7e\x00\x00\x00\xf9") == [1.5]
    for broken in (b":)\n\x00\xf8", b":)\n\x00\x42re", b":)\n\x00\x01", b":)\n\x00\xfa\x00"):
        with pytest.raises(JsonParseException):
            smile.read(broken)


def test_yaml_bodies() -> None:
    body = b"---\n# comment\na: 1\nb: [1.5, true, yes, ~, '1', 0x1F]\nc: &x {d: 2020-01-01}\ne: *x\n"
    shared = {"d": "2020-01-01"}
    assert yaml.read(body) == {"a": 1, "b": [1.5, True, "yes", None, "1", "0x1F"], "c": shared, "e": shared}
    assert media.to_json(body, MediaType.YAML).startswith(b'{"a":1,')
    assert media.to_json(b"# nothing\n", MediaType.YAML) == b""
    for broken in (b"a: [1", b"a: 1\na: 2"):
        with pytest.raises(JsonParseException):
            yaml.read(broken)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("application/json", MediaType.JSON),
        ("application/json; charset=ISO-8859-1", MediaType.JSON),
        ("application/JSON;", MediaType.JSON),
        ("application/x-ndjson", MediaType.JSON),
        ("application/*", MediaType.JSON),
        ("application/vnd.opensearch+json;compatible-with=2", MediaType.JSON),
        ("application/yaml", MediaType.YAML),
        ("application/cbor", MediaType.CBOR),
        ("application/smile", MediaType.SMILE),
        ("text/plain", None),
        ("*/*", None),
        ("text/json", None),
        (None, None),
    ],
)
def test_content_type(header: str | None, expected: MediaType | None) -> None:
    assert media.content_type(header) is expected


@pytest.mark.parametrize("header", ["foo", "", "application/json, text/plain", "a/b/c"])
def test_what_is_no_content_type(header: str) -> None:
    with pytest.raises(ContentTypeHeaderException) as caught:
        media.content_type(header)
    text = f"invalid Content-Type header [{header}]"
    assert body_of(caught.value) == {
        "error": {
            "root_cause": [
                {"type": "content_type_header_exception", "reason": f"java.lang.IllegalArgumentException: {text}"}
            ],
            "type": "content_type_header_exception",
            "reason": f"java.lang.IllegalArgumentException: {text}",
            "caused_by": {"type": "illegal_argument_exception", "reason": text},
        },
        "status": 400,
    }


def test_refused_media_types() -> None:
    assert media.not_supported(None) == {"error": "Content-Type header [] is not supported", "status": 406}
    assert media.not_streamed(MediaType.YAML) == {
        "error": "Content-Type [YAML] does not support stream parsing. Use JSON or SMILE instead",
        "status": 406,
    }


def test_java_reads_letters_behind_doubles() -> None:
    assert xcontent.parse_double(" 1e3d ") == 1000.0
    assert xcontent.parse_double("-Infinity") == -math.inf
    for text, said in (
        ("", "empty String"),
        ("1_0", 'For input string: "1_0"'),
        ("inf", 'For input string: "inf"'),
        ("1.2.3", "multiple points"),
    ):
        with pytest.raises(NumberFormatException) as caught:
            xcontent.parse_double(text)
        assert caught.value.reason == said
