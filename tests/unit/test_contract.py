"""The contract's tools: console files, masks, comparison, recordings, and what keeps foreign things alone."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from fakeknn.contract.answers import Answer, masked
from fakeknn.contract.compare import compare, findings
from fakeknn.contract.console import ConsoleRequest, ConsoleSyntaxError, KnownDifference, parse
from fakeknn.contract.differences import differences, judge
from fakeknn.contract.guard import ForeignThings, Guard, refuse_foreign
from fakeknn.contract.masks import Masker
from fakeknn.contract.paths import below, covers, value_at
from fakeknn.contract.recording import NoRecording, Recording, recording_path
from fakeknn.contract.targets import Server


def only(text: str) -> ConsoleRequest:
    (request,) = parse(text)
    return request


# --- console files --------------------------------------------------------------------------------------------------


def test_requests_follow_each_other_with_or_without_blank_lines() -> None:
    requests = parse('PUT /shop\n{\n  "settings": {}\n}\n\n\nGET shop/_search?size=1\nDELETE /shop\n')
    assert [str(request) for request in requests] == ["PUT /shop", "GET /shop/_search?size=1", "DELETE /shop"]
    assert requests[0].body == b'{\n  "settings": {}\n}'
    assert [request.line for request in requests] == [1, 7, 8]
    assert requests[1].body == b""


def test_methods_in_any_case() -> None:
    assert only("get _cat/indices").method == "GET"


def test_comments_are_dropped_but_not_inside_strings() -> None:
    request = only(
        "# first\n// second\nPOST /a/_doc\n# third\n"
        '{\n  // fourth\n  "url": "http://x#y", # fifth\n  /* sixth */ "b": 1\n}'
    )
    assert json.loads(request.body) == {"url": "http://x#y", "b": 1}
    assert request.body == b'{\n  "url": "http://x#y",\n "b": 1\n}'


def test_triple_quoted_strings_become_json_strings() -> None:
    request = only('POST /_scripts/x\n{"script": {"source": """\nGET "x" // not a comment\n\\d"""}}')
    assert json.loads(request.body) == {"script": {"source": '\nGET "x" // not a comment\n\\d'}}


def test_bulk_values_are_put_on_one_line_each() -> None:
    request = only(
        'POST /_bulk?refresh\n{"index": {"_id": "1"}}\n\n{\n  "a": "x  y",\n  "b": 2\n}\n{"delete":{"_id": "1"}}'
    )
    assert request.body == b'{"index": {"_id": "1"}}\n{ "a": "x  y", "b": 2 }\n{"delete":{"_id": "1"}}\n'
    assert request.wire_headers() == {"Content-Type": "application/x-ndjson"}


def test_broken_bodies_are_sent_as_they_stand() -> None:
    assert only('POST /a/_doc\n{"a": [1, }').body == b'{"a": [1, }'
    assert only('POST /_bulk\n{"index": {}}\n{"a": \n{"b": 1}').body == b'{"index": {}}\n{"a": \n{"b": 1}\n'


def test_directives_belong_to_the_request_below_them() -> None:
    first, second = parse(
        "# header: Accept: application/yaml\n# wait: 1.5\n# keep: doc = _id\n# differs: a.b: because\nGET /a\n"
        '# body: "{\\"a\\":\\n"\nPOST /a/_doc\n{"not": "sent"}\n'
    )
    assert first.headers == {"Accept": "application/yaml"}
    assert (first.wait, first.keep, first.differs) == (1.5, {"doc": "_id"}, (KnownDifference("a.b", "because"),))
    assert second.body == b'{"a":\n'
    assert not second.headers


def test_a_body_may_be_bytes_that_are_no_text() -> None:
    assert only("# body: base64:/wA=\nPOST /a/_doc").body == b"\xff\x00"


def test_kept_values_stand_in_later_requests() -> None:
    request = only('GET /a/_doc/${doc}\n{"x": "${doc}", "y": "${other}"}').with_values({"doc": "7"})
    assert (request.path, request.body) == ("/a/_doc/7", b'{"x": "7", "y": "${other}"}')


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1}\nGET /', "line 1: expected a request line"),
        ("# wait: long\nGET /", "line 1: [long] is no number of seconds"),
        ("# header: nothing\nGET /", "line 1: cannot read"),
        ("# body: {}\nGET /", "line 1: a body is given"),
        ("GET /\n# wait: 1\n", "line 2: no request line follows"),
        ('POST /a\n"""', "does not end"),
    ],
)
def test_unreadable_files_name_the_line(text: str, said: str) -> None:
    with pytest.raises(ConsoleSyntaxError, match=said.replace("[", r"\[")):
        parse(text)


def test_the_digest_changes_with_what_is_sent_and_not_with_comments() -> None:
    request = only('POST /a/_doc\n{"a": 1}')
    assert only('# note\n# differs: a: b\nPOST /a/_doc\n{"a": 1}').digest == request.digest
    assert only('POST /a/_doc\n{"a": 2}').digest != request.digest
    assert only('# header: A: b\nPOST /a/_doc\n{"a": 1}').digest != request.digest


# --- masks ----------------------------------------------------------------------------------------------------------


def test_masks_keep_the_type() -> None:
    assert Masker().body("/a/_search", {"took": 3, "hits": {"took": "3"}}) == {
        "took": "<integer>",
        "hits": {"took": "<string>"},
    }


def test_generated_ids_are_numbered_and_recognised_again() -> None:
    masker = Masker()
    one, two = "PvlfB6IBj-mrcyMq9-h7", "QvlfB6IBj-mrcyMq9-h7"
    assert masker.body("/a/_doc", {"_id": two}) == {"_id": "<id-1>"}
    hits = [{"_id": one}, {"_id": two}, {"_id": "mine"}, {"ids": f"not {one}!"}]
    assert masker.body("/a/_search", hits) == [
        {"_id": "<id-2>"},
        {"_id": "<id-1>"},
        {"_id": "mine"},
        {"ids": "not <id-2>!"},
    ]


def test_what_the_story_said_is_no_generated_id() -> None:
    masker = Masker()
    masker.sends("PUT /a/_doc/abcdefghij0123456789")
    assert masker.body("/a/_doc", {"_id": "abcdefghij0123456789"}) == {"_id": "abcdefghij0123456789"}


def test_uuids_inside_texts_and_as_member_names() -> None:
    masker = Masker()
    uuid, node = "r5aKqyiqQK6wbTNImj5Dvw", "hNeXHsrVRXuMtd-poLi-jg"
    body = {"reason": f"index [shop/{uuid}] exists", "index_uuid": uuid, "nodes": {node: {}}, "on": node}
    assert masker.body("/shop", body) == {
        "reason": "index [shop/<uuid-1>] exists",
        "index_uuid": "<uuid-1>",
        "nodes": {"<node-1>": {}},
        "on": "<node-1>",
    }
    assert masker.body("/shop", {"index_uuid": "_na_"}) == {"index_uuid": "_na_"}


def test_tables_lose_their_widths_only_where_something_is_masked() -> None:
    assert Masker().text("/_cat/count", "a  b\n1  2\n") == "a  b\n1  2\n"
    row = "yellow open shop  r5aKqyiqQK6wbTNImj5Dvw 1 1 2 0   7.4kb  7.4kb\n"
    assert Masker().text("/_cat/indices", row) == "yellow open shop <uuid-1> 1 1 2 0 <size> <size>"


def test_the_servers_own_names_are_masked_in_tables() -> None:
    masker = Masker()
    masker.meets("node-1", "opensearch")
    row = "node-1 opensearch-knn opensearch\n"
    assert masker.text("/_cat/plugins", row) == "<name> opensearch-knn <name>"
    assert masker.body("/_cat/plugins", [{"name": "node-1"}]) == [{"name": "<name>"}]
    assert masker.body("/shop/_search", {"k": "node-1"}) == {"k": "node-1"}


def test_words_that_people_made_are_no_uuids() -> None:
    body = {"cluster_uuid_committed": True, "_id": "abcdefghij_123456789"}
    assert Masker().body("/_cluster/state", body) == body


def test_lists_whose_order_each_jvm_draws_anew_are_sorted() -> None:
    text = "method [PUT], allowed: [POST, GET]"
    assert Masker().body("/a", {"error": text}) == {"error": "method [PUT], allowed: [GET, POST]"}
    answer = masked(Answer(405, {"allow": "POST,GET"}, b""), ConsoleRequest("PUT", "/a/_search"), Masker())
    assert answer["headers"] == {"allow": "GET,POST"}


def test_an_answer_is_recorded_with_its_telling_headers() -> None:
    headers = {"content-type": "application/json; charset=UTF-8", "location": "/a/_doc/1", "content-length": "16"}
    answer = masked(Answer(201, headers, b'{\n  "took" : 1\n}\n'), ConsoleRequest("PUT", "/a/_doc/1?pretty"), Masker())
    assert answer == {
        "status": 201,
        "content_type": "application/json; charset=UTF-8",
        "body": {"took": "<integer>"},
        "pretty": True,
        "headers": {"location": "/a/_doc/1"},
    }


def test_yaml_dates_stay_texts() -> None:
    answer = Answer(200, {"content-type": "application/yaml"}, b'---\na: 2024-01-01\nb: "1"\nc: 1\n')
    assert answer.decoded() == {"a": "2024-01-01", "b": "1", "c": 1}


# --- comparison -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("expected", "actual", "paths"),
    [
        ({"a": 1, "b": [1, {"c": None}]}, {"b": [1, {"c": None}], "a": 1}, []),
        ({"a": 1}, {"a": 1.0}, ["a"]),
        ({"a": True}, {"a": 1}, ["a"]),
        ({"a": None}, {}, ["a"]),
        ({"hits": [1, 2]}, {"hits": [2, 1]}, ["hits[0]", "hits[1]"]),
        ({"hits": [1]}, {"hits": [1, 2]}, ["hits[1]"]),
        ({"_score": 0.8333333}, {"_score": 0.83333336}, []),
        ({"_score": 0.8333333}, {"_score": 0.83334}, ["_score"]),
        ({"price": 0.8333333}, {"price": 0.83333336}, ["price"]),
        ({"sort": [0.8333333]}, {"sort": [0.83333336]}, []),
        (
            {"_explanation": {"details": [{"value": 0.8333333}]}},
            {"_explanation": {"details": [{"value": 0.83333336}]}},
            [],
        ),
        ({"a.b": 1}, {"a.b": 2}, ['["a.b"]']),
        ({"a b": 1}, {"a b": 2}, ['["a b"]']),
    ],
)
def test_differences(expected: Any, actual: Any, paths: list[str]) -> None:
    assert [difference.path for difference in differences(expected, actual)] == paths


def test_known_differences_are_silent_and_their_end_is_not() -> None:
    request = ConsoleRequest(
        "GET", "/a", differs=(KnownDifference("hits[*]._score", "why"), KnownDifference("x", "why"))
    )
    answer = {"status": 200, "body": {"hits": [{"_score": 1}], "x": 1}}
    other = {"status": 200, "body": {"hits": [{"_score": 2}], "x": 1}}
    finding = judge(request, answer, other)
    assert finding is not None
    assert not finding.differences
    assert finding.gone == ["x"]
    assert judge(ConsoleRequest("GET", "/a"), answer, answer) is None


def test_paths() -> None:
    assert below(below(below("", "hits"), 0), "a.b") == 'hits[0]["a.b"]'
    assert value_at({"hits": [{"a.b": 7}]}, 'hits[0]["a.b"]') == 7
    assert value_at({"hits": []}, "hits[0]._id") is None
    assert covers("hits", "hits[0]._id")
    assert covers("hits[*]._id", "hits[12]._id")
    assert not covers("hit", "hits[0]")
    assert covers("*", "status")


# --- recordings, and foreign things ---------------------------------------------------------------------------------


def test_a_recording_belongs_to_one_wording(tmp_path: Path) -> None:
    file = tmp_path / "a.console"
    requests = parse("GET /a\nGET /b")
    with pytest.raises(NoRecording, match="fakeknn record"):
        Recording.load(file, requests)
    answers = [{"request": str(r), "digest": r.digest, "status": 200} for r in requests]
    recording_path(file).write_text(json.dumps({"opensearch": "3.5.0", "date": "2026-11-23", "answers": answers}))
    assert Recording.load(file, requests).answers == [{"status": 200}, {"status": 200}]
    with pytest.raises(NoRecording, match="has changed at line 2"):
        Recording.load(file, parse("GET /a\nGET /c"))
    with pytest.raises(NoRecording, match="has changed at its end"):
        Recording.load(file, requests[:1])


def test_a_story_is_told_on_the_day_of_its_recording(tmp_path: Path) -> None:
    file = tmp_path / "a.console"
    file.write_text("PUT /%3Clog-%7Bnow%2Fd%7D%3E\n")
    (request,) = parse(file.read_text())
    body = {"acknowledged": True, "shards_acknowledged": True, "index": "log-2001.09.09"}
    answer = {"status": 200, "content_type": "application/json; charset=UTF-8", "body": body}
    told = {"request": str(request), "digest": request.digest, **answer}
    recording_path(file).write_text(json.dumps({"opensearch": "3.5.0", "date": "2001-09-09", "answers": [told]}))
    assert findings(file) == []
    assert compare([file]) == 0


@pytest.mark.parametrize(
    ("text", "refused"),
    [
        ("GET /theirs", False),
        ("PUT /mine", False),
        ("POST /theirs/_search\n{}", False),
        ("PUT /theirs/_doc/1\n{}", True),
        ("DELETE /th*", True),
        ("DELETE /mine,theirs", True),
        ("DELETE /_all", True),
        ("DELETE /%2A", True),
        ('POST /_bulk\n{"index": {"_index": "theirs"}}\n{}', True),
        ('POST /_bulk\n{"index": {"_index": "mine"}}\n{}', False),
        ("POST /_refresh", False),
    ],
)
def test_a_story_may_not_touch_what_was_there(text: str, refused: bool) -> None:
    if refused:
        with pytest.raises(ForeignThings):
            refuse_foreign(parse(text), {"theirs"})
    else:
        refuse_foreign(parse(text), {"theirs"})


class Cluster:
    """Stands for a server that knows indices, templates and settings; it answers what the guard asks."""

    def __init__(self, *indices: str, settings: dict[str, str] | None = None) -> None:
        self.indices = set(indices)
        self.streams = {"their-stream"}
        self.templates = {"theirs"}
        self.persistent = dict(settings or {})

    def json(self, method: str, path: str, body: bytes = b"") -> Any:
        if path.startswith("/_cat/indices"):
            return [{"index": name} for name in self.indices]
        if path == "/_data_stream":
            return {"data_streams": [{"name": name} for name in self.streams]}
        if path == "/_index_template":
            return {"index_templates": [{"name": name} for name in self.templates]}
        if path.startswith("/_cluster/settings"):
            if method == "PUT":
                for name, value in json.loads(body)["persistent"].items():
                    self.persistent.update({name: value})
                    if value is None:
                        del self.persistent[name]
            return {"persistent": dict(self.persistent), "transient": {}}
        if method == "DELETE" and path.startswith("/_data_stream/"):
            self.streams.remove(path.removeprefix("/_data_stream/"))
        elif method == "DELETE" and path.startswith("/_index_template/"):
            self.templates.remove(path.removeprefix("/_index_template/"))
        elif method == "DELETE" and not path.startswith("/_"):
            self.indices.remove(path.removeprefix("/"))
        return None


def guarded(cluster: Cluster, text: str, *, empty: bool = False) -> Guard:
    return Guard(cast("Server", cluster), parse(text), empty=empty)


def test_a_story_leaves_nothing_behind_and_everything_else_alone() -> None:
    cluster = Cluster("theirs", settings={"search.max_buckets": "5"})
    story = "PUT /mine\nPUT /_index_template/my-template\n{}\nPUT /_data_stream/my-stream\n"
    story += 'POST /_bulk\n{"index": {"_index": "a.b"}}\n{}\n'
    with guarded(cluster, story):
        cluster.indices |= {"mine", "a.b", "made-meanwhile-by-others"}
        cluster.streams.add("my-stream")
        cluster.templates.add("my-template")
        cluster.persistent = {"search.max_buckets": "9", "action.auto_create_index": "false"}
    assert cluster.indices == {"theirs", "made-meanwhile-by-others"}
    assert cluster.streams == {"their-stream"}
    assert cluster.templates == {"theirs"}
    assert cluster.persistent == {"search.max_buckets": "5"}


def test_a_story_that_would_touch_foreign_things_does_not_begin() -> None:
    with pytest.raises(ForeignThings, match="theirs"), guarded(Cluster("theirs"), "DELETE /theirs"):
        pytest.fail("it began")


def test_a_cluster_is_emptied_only_if_asked_to() -> None:
    cluster = Cluster("theirs", "others")
    with guarded(cluster, "DELETE /theirs", empty=True):
        assert not cluster.indices
        assert not cluster.streams
        assert not cluster.templates
        cluster.indices.add("made")
    assert not cluster.indices
