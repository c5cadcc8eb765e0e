"""A shard: when what was written is seen, versions and sequence numbers, tombstones, merges, copies."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from fakeknn.analysis import AnalysisRegistry
from fakeknn.errors import VersionConflictEngineException
from fakeknn.fields.contexts import MappingContext
from fakeknn.mapping.definition import parse_mapping
from fakeknn.mapping.document import parse_document
from fakeknn.state import shard as module
from fakeknn.state.schedule import Schedule
from fakeknn.state.segments import MergePolicy
from fakeknn.state.shard import Shard
from fakeknn.state.versions import ANYTHING, EXTERNAL, NOTHING, Expectation

MAPPING = parse_mapping(
    {
        "properties": {
            "n": {"type": "long"},
            "t": {"type": "text"},
            "inner": {"type": "nested", "properties": {"n": {"type": "long"}}},
        }
    },
    MappingContext(analysis=AnalysisRegistry()),
)


@pytest.fixture
def shard() -> Shard:
    return Shard("shop", "uuid", 0, Schedule(0.0))


def put(shard: Shard, doc_id: str, body: Any, now: float = 0.0, expected: Expectation = ANYTHING) -> Any:
    document = parse_document(MAPPING, body, doc_id=doc_id, source=orjson.dumps(body))
    return shard.index_document(doc_id, document, MAPPING, expected, None, now)


def seen(shard: Shard) -> dict[str, int]:
    """The number of each document that searches see."""
    view = shard.view
    column = view.columns.get("n")
    if column is None:
        return {}
    rows = column.rows.tolist()
    values = column.values.tolist()  # type: ignore[attr-defined]
    return {str(view.ids[row]): value for row, value in zip(rows, values, strict=True) if view.live[row]}


# --- visibility -------------------------------------------------------------------------------------------------------


def test_a_document_is_seen_from_the_next_tick_on(shard: Shard) -> None:
    put(shard, "1", {"n": 1}, now=0.4)
    shard.searched(0.99)
    assert seen(shard) == {}
    shard.searched(1.0)
    assert seen(shard) == {"1": 1}


def test_a_write_publishes_what_the_ticks_before_it_had_published(shard: Shard) -> None:
    put(shard, "1", {"n": 1}, now=0.4)
    put(shard, "2", {"n": 2}, now=1.5)
    shard.searched(1.7)
    assert seen(shard) == {"1": 1}
    shard.searched(2.0)
    assert seen(shard) == {"1": 1, "2": 2}


def test_without_an_interval_only_a_refresh_publishes() -> None:
    shard = Shard("shop", "uuid", 0, Schedule(0.0, -0.001, True))
    put(shard, "1", {"n": 1})
    shard.searched(1e6)
    assert seen(shard) == {}
    shard.refresh()
    assert seen(shard) == {"1": 1}


def test_an_idle_shard_is_refreshed_by_the_first_search(shard: Shard) -> None:
    put(shard, "1", {"n": 1}, now=40.0)
    shard.settle(100.0)
    assert seen(shard) == {}
    shard.searched(100.0)
    assert seen(shard) == {"1": 1}


def test_an_idle_shard_is_refreshed_if_its_interval_was_set() -> None:
    shard = Shard("shop", "uuid", 0, Schedule(0.0, 1.0, True))
    put(shard, "1", {"n": 1}, now=40.0)
    shard.settle(41.0)
    assert seen(shard) == {"1": 1}


def test_a_waiting_request_wakes_an_idle_shard(shard: Shard) -> None:
    put(shard, "1", {"n": 1}, now=40.0)
    shard.settle(50.0)
    shard.listen(50.2)
    shard.settle(50.9)
    assert seen(shard) == {}
    shard.settle(51.0)
    assert seen(shard) == {"1": 1}


def test_a_request_that_made_its_index_is_older_than_it() -> None:
    assert Schedule(10.0).next(9.999) == 11.0


def test_a_view_never_changes(shard: Shard) -> None:
    put(shard, "1", {"n": 1})
    shard.refresh()
    before = shard.view
    put(shard, "1", {"n": 2})
    shard.delete_document("1", ANYTHING, 0.0)
    put(shard, "2", {"n": 3})
    shard.refresh()
    assert before.live.tolist() == [True]
    assert before.columns["n"].values.tolist() == [1]  # type: ignore[attr-defined]
    assert seen(shard) == {"2": 3}


def test_nothing_new_gives_no_new_view(shard: Shard) -> None:
    put(shard, "1", {"n": 1})
    shard.refresh()
    view = shard.view
    shard.refresh()
    assert shard.view is view


# --- documents --------------------------------------------------------------------------------------------------------


def test_a_get_sees_what_searches_do_not(shard: Shard) -> None:
    put(shard, "1", {"n": 1})
    found = shard.get("1", 0.0)
    assert found is not None
    assert found.source == b'{"n":1}'
    assert shard.get("1", 0.0, realtime=False) is None
    shard.refresh()
    assert shard.get("1", 0.0, realtime=False) == found


def test_versions_and_sequence_numbers(shard: Shard) -> None:
    assert put(shard, "1", {"n": 1}) == ("created", 1, 0, 1)
    assert put(shard, "1", {"n": 2}) == ("updated", 2, 1, 1)
    assert shard.delete_document("1", ANYTHING, 0.0) == ("deleted", 3, 2, 1)
    assert shard.delete_document("1", ANYTHING, 0.0) == ("not_found", 4, 3, 1)
    assert put(shard, "1", {"n": 3}) == ("created", 5, 4, 1)
    assert shard.delete_document("other", ANYTHING, 0.0) == ("not_found", 1, 5, 1)


def test_a_tombstone_forgets_its_version_after_gc_deletes(shard: Shard) -> None:
    put(shard, "1", {"n": 1})
    shard.delete_document("1", ANYTHING, 10.0)
    assert put(shard, "1", {"n": 1}, now=70.0).version == 3
    shard.delete_document("1", ANYTHING, 80.0)
    assert put(shard, "1", {"n": 1}, now=140.1).version == 1


@pytest.mark.parametrize(
    ("expected", "why"),
    [
        (NOTHING, "document already exists (current version [1])"),
        (
            Expectation(if_seq_no=4, if_primary_term=1),
            "required seqNo [4], primary term [1]. current document has seqNo [0] and primary term [1]",
        ),
        (Expectation(1, EXTERNAL), "current version [1] is higher or equal to the one provided [1]"),
    ],
)
def test_conflicts_leave_no_trace(shard: Shard, expected: Expectation, why: str) -> None:
    put(shard, "1", {"n": 1})
    with pytest.raises(VersionConflictEngineException) as refused:
        put(shard, "1", {"n": 2}, expected=expected)
    assert refused.value.reason == f"[1]: version conflict, {why}"
    assert refused.value.meta == {"index": "shop", "shard": "0", "index_uuid": "uuid"}
    assert put(shard, "2", {"n": 3}).seq_no == 1


def test_a_missing_document_has_no_sequence_number(shard: Shard) -> None:
    with pytest.raises(VersionConflictEngineException, match="but no document was found"):
        shard.delete_document("1", Expectation(if_seq_no=0, if_primary_term=1), 0.0)


def test_an_opened_index_has_new_primary_terms_for_new_documents(shard: Shard) -> None:
    put(shard, "1", {"n": 1})
    shard.reopen(Schedule(0.0))
    shard.reopen(Schedule(0.0))
    assert put(shard, "2", {"n": 2}).primary_term == 3
    found = shard.get("1", 0.0)
    assert found is not None
    assert found.primary_term == 1
    assert seen(shard) == {"1": 1}


def test_a_nested_document_dies_with_what_it_holds(shard: Shard) -> None:
    put(shard, "1", {"n": 1, "inner": [{"n": 5}, {"n": 6}]})
    put(shard, "2", {"n": 2})
    shard.refresh()
    assert shard.doc_counts() == (4, 0)
    assert shard.view.levels.tolist() == [1, 1, 0, 0]
    shard.delete_document("1", ANYTHING, 0.0)
    shard.refresh()
    assert shard.view.live.tolist() == [False, False, False, True, False]
    assert shard.doc_counts() == (1, 4)  # three rows and a tombstone


# --- merges -----------------------------------------------------------------------------------------------------------


def written_and_deleted(shard: Shard) -> None:
    for i in range(4):
        put(shard, str(i), {"n": i, "t": f"word{i}", "inner": [{"n": 10 + i}]})
        shard.refresh()
    shard.delete_document("1", ANYTHING, 0.0)
    put(shard, "2", {"n": 20})
    shard.refresh()


def test_a_merge_joins_segments_and_keeps_soft_deletes_for_a_while(shard: Shard) -> None:
    written_and_deleted(shard)
    shard.force_merge(1, False, 1.0)
    assert len(shard.view.segments) == 6  # searches have not noticed
    shard.refresh()
    assert shard.view.segments.tolist() == [0, 10]
    assert shard.doc_counts() == (5, 5)


def test_a_refresh_joins_segments_that_are_too_many(shard: Shard) -> None:
    for i in range(11):
        assert len(shard.view.segments) == max(i + 1, 2) or i == 0
        put(shard, str(i), {"n": i, "inner": [{"n": -i}]})
        shard.refresh()
    assert shard.view.segments.tolist() == [0, 22]
    put(shard, "11", {"n": 11, "t": "one with a text is larger"})
    shard.refresh()
    shard.merge_policy = MergePolicy(segments_per_tier=2.0)
    before = shard.view
    put(shard, "12", {"n": 12})
    shard.flush()
    assert shard.view is before
    shard.refresh()
    assert [doc_id for doc_id in shard.view.ids if doc_id is not None][-2:] == ["11", "12"]
    assert shard.view.generations == (14,)
    found = shard.get("3", 0.0)
    assert found is not None
    assert orjson.loads(found.source or b"")["n"] == 3


def test_a_later_merge_drops_them(shard: Shard) -> None:
    written_and_deleted(shard)
    before = shard.view
    shard.force_merge(1, False, 100.0)
    shard.refresh()
    assert shard.doc_counts() == (5, 0)
    assert {doc_id: value for doc_id, value in seen(shard).items() if doc_id != "None"} == {"0": 0, "2": 20, "3": 3}
    assert before.n == 10
    found = shard.get("3", 100.0)
    assert found is not None
    assert orjson.loads(found.source or b"")["n"] == 3
    assert put(shard, "3", {"n": 30}, now=100.0).version == 2
    assert shard.delete_document("1", ANYTHING, 20.0).version == 3


def test_dead_rows_do_not_pile_up(shard: Shard, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MERGED_BY_ITSELF", 10)
    for i in range(100):
        put(shard, "1", {"n": i})
        shard.refresh()
    assert shard.engine.n < 20
    assert seen(shard) == {"1": 99}
    assert put(shard, "1", {"n": 1}).version == 101


# --- copies -----------------------------------------------------------------------------------------------------------


def test_of_two_copies_each_goes_its_way(shard: Shard) -> None:
    put(shard, "1", {"n": 1, "t": "a b"})
    shard.refresh()
    put(shard, "2", {"n": 2})
    twin = shard.fork()
    put(twin, "1", {"n": 10})
    put(twin, "3", {"n": 3})
    twin.refresh()
    assert seen(twin) == {"1": 10, "2": 2, "3": 3}
    shard.refresh()
    assert seen(shard) == {"1": 1, "2": 2}
    put(shard, "1", {"n": 100})
    shard.refresh()
    assert seen(shard) == {"1": 100, "2": 2}
    assert seen(twin) == {"1": 10, "2": 2, "3": 3}
    assert twin.stats.index_total == 4
    assert shard.stats.index_total == 3
