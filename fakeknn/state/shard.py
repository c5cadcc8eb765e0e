"""One shard: its engine, the View that searches see, and the refreshes in between.

Scheduled refreshes are not run by a timer. They happen every ``index.refresh_interval`` from the schedule's start;
before anything reads or writes the shard, ``settle`` does what those up to now would have done, so that what is visible
is exact to the moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import VersionConflictEngineException
from fakeknn.state.engine import Engine
from fakeknn.state.request_cache import RequestCache
from fakeknn.state.schedule import Schedule
from fakeknn.state.segment_sizes import segment_size, size_of_deletes
from fakeknn.state.segments import MergePolicy, Segments, shuffled
from fakeknn.state.sorting import SortField, order
from fakeknn.state.versions import MATCH_ANY, NOT_FOUND, UNASSIGNED_SEQ_NO, Expectation
from fakeknn.view import Mask, View, ignored_fields

if TYPE_CHECKING:
    from fakeknn.mapping import Mapping, ParsedDocument, ParsedDocuments


@dataclass(slots=True)
class ShardStats:
    """Counters that ``_stats`` and ``_cat`` tell."""

    index_total: int = 0
    index_failed: int = 0
    delete_total: int = 0
    noop_update_total: int = 0
    get_total: int = 0
    get_missing_total: int = 0
    query_total: int = 0
    fetch_total: int = 0
    scroll_total: int = 0
    point_in_time_total: int = 0
    suggest_total: int = 0
    refresh_total: int = 0
    refresh_external_total: int = 0
    flush_total: int = 0
    merge_total: int = 0
    groups: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Query and fetch phases of searches, by the groups that they were counted in."""


class Written(NamedTuple):
    """What became of one write."""

    result: str
    version: int
    seq_no: int
    primary_term: int


class Found(NamedTuple):
    """A document that a get has found."""

    version: int
    seq_no: int
    primary_term: int
    source: bytes | None
    routing: str | None
    ignored: list[str]
    """Fields whose malformed values were left out."""
    stored_source: bytes | None
    """What stored fields are read from."""
    from_translog: bool = False


EMPTY = View(
    n=0,
    live=np.zeros(0, bool),
    levels=np.zeros(0, np.int16),
    level_paths={},
    segments=np.zeros(1, np.int64),
    columns={},
    ids=(),
    sources=(),
    routings={},
    seq_nos=np.zeros(0, np.int64),
    versions=np.zeros(0, np.int64),
    rows_by_id={},
)


#: Seconds between the renewals of the primary's own retention lease (index.soft_deletes.retention_lease.sync_interval).
SOFT_DELETES_RETAINED = 30.0


#: So many more dead rows than living ones are dropped without being asked, as merges in the background do.
MERGED_BY_ITSELF = 10_000


class CommittedSegment(NamedTuple):
    """A segment as it was when it was made safe: it stays on the disk until the next commit, merged or not."""

    generation: int
    documents: int
    deleted: int
    compound: bool


class Commit(NamedTuple):
    """What the last flush has made safe: rows and sequence numbers below these, and how often there was one."""

    rows: int
    seq_nos: int
    generation: int
    segments: tuple[CommittedSegment, ...] = ()


class Shard:
    """One shard of an index; ``settle`` or one of its callers must have been asked at the moment of each use."""

    def __init__(
        self, index: str, index_uuid: str, number: int, schedule: Schedule, sort: Sequence[SortField] = ()
    ) -> None:
        self.index = index
        self.index_uuid = index_uuid
        self.number = number
        self.schedule = schedule
        self.sort = sort
        self.engine = Engine()
        self.view = EMPTY
        self.stats = ShardStats()
        self.request_cache = RequestCache()
        self.gc_deletes = 60.0
        self.last_write = schedule.start
        self.last_access = schedule.start
        """When the shard was last searched."""
        self.pending_since: float | None = None
        """When the first write was made that no View shows."""
        self.listeners = 0
        """How many requests wait for the next refresh."""
        self._refresh_skipped = False
        self._live: Mask = EMPTY.live
        """bool: which of the engine's first rows lived when they were last published or merged."""
        self._internal_view: View | None = None
        """The View of the internal reader, where searches see an older one."""
        self.internal: Mask = EMPTY.live
        """bool: which rows live for the internal reader, that knows all segments; searches see it at refreshes."""
        self._dead: list[int] = []
        """Rows that have died since."""
        self._merged = False
        """Whether segments were joined, or their rows put in order, since."""
        self.segments = Segments()
        """All of them, searched or not."""
        self.merge_policy = MergePolicy()
        self._reads_translog = False
        """Whether what is written is kept track of in the translog, for realtime gets."""
        self.committed = Commit(0, 0, 0)

    # -- refreshes

    def settle(self, now: float) -> None:
        """Do what scheduled refreshes up to ``now`` have done."""
        if self.pending_since is None or self._refresh_skipped:
            return
        tick = self.schedule.next(self.pending_since)
        if tick is None or tick > now:
            return
        idle = tick - self.last_access >= self.schedule.idle_after
        if idle and not self.schedule.explicit and not self.listeners:
            self._refresh_skipped = True
        else:
            self.refresh()

    def searched(self, now: float) -> View:
        """The View that a search sees now. The first search of an idle shard brings it up to date."""
        self.settle(now)
        if self._refresh_skipped:
            self.refresh()
        self.last_access = now
        return self.view

    def refresh(self) -> None:
        """Publish what was written."""
        self.stats.refresh_total += 1
        self.stats.refresh_external_total += 1
        self.pending_since = None
        self._refresh_skipped = False
        if self.engine.n == len(self._live) and not self._dead and not self._merged:
            return
        self._end_segment()
        live = self.living()
        if len(live) > 2 * np.count_nonzero(live) + MERGED_BY_ITSELF:
            self._expunge(live)
            live = self._live
        self._live, self._dead, self._merged = live, [], False
        self.internal = live
        self.view, self._internal_view = self._picture(live), None

    def internal_view(self, doc_id: str) -> View:
        """The View of the internal reader, which a realtime request for a document that it lacks brings up to date, and
        which searches do not see."""
        row = self.engine.find(doc_id)
        if row is not None and row >= self.segments.end:
            self._refresh_internally()
        return self.view if self._internal_view is None else self._internal_view

    def _picture(self, live: Mask) -> View:
        engine = self.engine
        seq_nos, versions, levels = engine.row_arrays()
        return View(
            n=engine.n,
            live=live,
            levels=levels,
            level_paths=engine.level_paths,
            segments=np.array(self.segments.bounds, np.int64),
            generations=tuple(self.segments.generations),
            columns=engine.columns(),
            ids=engine.ids,
            sources=engine.sources,
            routings=engine.routings,
            seq_nos=seq_nos,
            versions=versions,
            rows_by_id=engine.rows,
            terms=engine.terms,
        )

    def living(self) -> Mask:
        """bool[n]: which of the engine's rows live, published or not."""
        live = np.ones(self.engine.n, bool)
        live[: len(self._live)] = self._live
        live[self._dead] = False
        return live

    def _refresh_internally(self) -> None:
        """Refresh the internal reader, of which statistics tell, and which searches do not see."""
        if self.segments.end < self.engine.n:
            self._end_segment()
            self._internal_view = self._picture(self.internal)

    def _end_segment(self) -> None:
        if self.segments.end < self.engine.n:
            if self.sort:
                self._arrange(self.segments.end, self.engine.n)
            self.segments.add(self.engine.n)
            while self.merge_policy.exceeded(len(self.segments)):
                places = self.merge_policy.find(self.segments.generations, self._sizes())
                if not places:
                    break
                self._merge(places)
            self.internal = self.living()

    def _merge(self, places: Sequence[int]) -> None:
        """Join some segments, whose rows follow each other as they are named."""
        first = self.segments.bounds[min(places)]
        stretches = self.segments.join(places, partial(segment_size, self.engine))
        self._take(np.concatenate([np.arange(*stretch) for stretch in stretches]))
        if self.sort:
            self._arrange(first, self.segments.bounds[self.segments.bounds.index(first) + 1])
        self._merged = True
        self.stats.merge_total += 1

    def _take(self, rows: NDArray[np.intp]) -> None:
        """Give the rows a new order, if it is one."""
        if np.any(np.diff(rows) < 0):
            live = self.living()
            self.engine = self.engine.merged(rows)
            self._live, self._dead, self._merged = live[rows], [], True

    def _arrange(self, first: int, last: int) -> None:
        """Put the rows of what becomes a segment into the index's order."""
        engine = self.engine
        rows = order(self.sort, engine.columns(), engine.row_arrays()[2], first, last)
        self._take(np.concatenate((np.arange(first), rows, np.arange(last, engine.n))))

    def force_merge(self, max_num_segments: int | None, only_expunge_deletes: bool, now: float) -> None:
        """Join the segments if there are more than are wanted, which searches notice at the next refresh.

        What was deleted stays as long as soft deletes are retained, and counts in statistics. So few segments as there
        are here are joined by nothing but a number.
        """
        self.settle(now)
        self._end_segment()
        live = self.living()
        wanted = None if only_expunge_deletes or not max_num_segments or max_num_segments < 0 else max_num_segments
        expunges = not live.all() and now - self.last_write >= SOFT_DELETES_RETAINED
        joins = wanted is not None and (len(self.segments) > wanted or (wanted == 1 and not live.all()))
        if not joins and not expunges:
            self._commit()
            return
        self.stats.merge_total += 1
        self._merged = True
        if joins and wanted == 1 and len(self.segments):
            spans = list(pairwise(self.segments.bounds))
            self._take(np.concatenate([np.arange(*spans[i]) for i in shuffled(self._sizes())]))
        if expunges:
            self._expunge(self.living())
        else:
            self._join()
        self._commit()
        self._await_refresh(now)

    def _sizes(self) -> list[int]:
        live = self.living()
        return [
            one.size + size_of_deletes(self.engine, live, one.first, one.last)
            for one in self.segments.sized(partial(segment_size, self.engine))
        ]

    def _expunge(self, live: Mask) -> None:
        """Drop the rows that are not ``live``, and join the segments."""
        self.engine = self.engine.merged(np.flatnonzero(live))
        self._live, self._dead = np.ones(self.engine.n, bool), []
        self._join()

    def _join(self) -> None:
        """Make one segment of all."""
        if self.sort:
            self._arrange(0, self.engine.n)
        self.segments.become_one(self.engine.n)
        self.internal = self.living()

    def doc_counts(self) -> tuple[int, int]:
        """``docs.count`` and ``docs.deleted`` of statistics: of Lucene's documents, nested ones and tombstones too."""
        living = int(np.count_nonzero(self.internal))
        return living, len(self.internal) - living

    def flush(self) -> None:
        """Commit; searches see no more than before."""
        self.stats.flush_total += 1
        self._refresh_internally()
        self._commit()

    def _commit(self) -> None:
        living = np.concatenate(([0], np.cumsum(self.internal)))
        made = zip(self.segments.generations, pairwise(self.segments.bounds), self.segments.compound, strict=True)
        segments = []
        for generation, (first, last), compound in made:
            alive = int(living[last] - living[first])
            segments.append(CommittedSegment(generation, alive, last - first - alive, compound))
        engine = self.engine
        self.committed = Commit(engine.n, engine.next_seq_no, self.committed.generation + 1, tuple(segments))

    def listen(self, now: float) -> None:
        """A request waits for the next refresh, which is not skipped then."""
        self.listeners += 1
        if self._refresh_skipped:
            self._refresh_skipped = False
            self.pending_since = now

    def _await_refresh(self, now: float) -> None:
        """Something was written that no View shows."""
        if self.pending_since is None:
            self.pending_since = now

    def seconds_to_refresh(self, now: float) -> float | None:
        """How long a write of just now will wait to be seen; None: until somebody refreshes."""
        tick = self.schedule.next(now)
        return None if tick is None else tick - now

    # -- documents

    def get(self, doc_id: str, now: float, *, realtime: bool = True) -> Found | None:
        """A document as it is, or (not realtime) as searches see it."""
        from_translog = False
        if realtime:
            self.settle(now)
            row = self.engine.find(doc_id)
            if row is not None and row >= self.segments.end:
                # The first such get refreshes the internal reader, which searches do not see. Later ones need not.
                from_translog = self._reads_translog
                if not from_translog:
                    self._reads_translog = True
                    self._refresh_internally()
                    row = self.engine.find(doc_id)
        else:
            view = self.searched(now)
            row = view.find(doc_id)
        self.stats.get_total += 1
        if row is None:
            self.stats.get_missing_total += 1
            return None
        if not realtime:
            seq_no, term = int(view.seq_nos[row]), view.primary_term(row)
            ignored = ignored_fields(view.columns.get("_ignored"), row)
            return Found(
                int(view.versions[row]),
                seq_no,
                term,
                view.source(row),
                view.routings.get(row),
                ignored,
                view.stored_source(row),
            )
        engine = self.engine
        seq_no = engine.seq_nos[row]
        return Found(
            engine.versions[row],
            seq_no,
            engine.term_of(seq_no),
            engine.source(row),
            engine.routings.get(row),
            engine.ignored(row),
            engine.stored_source(row),
            from_translog,
        )

    def index_document(
        self,
        doc_id: str,
        document: ParsedDocument,
        mapping: Mapping,
        expected: Expectation,
        routing: str | None,
        now: float,
        *,
        auto_id: bool = False,
    ) -> Written:
        """Create a document or replace the one of that id."""
        engine = self._engine_at(now)
        row = None if auto_id else engine.find(doc_id)
        version = self._next_version(doc_id, row, expected, now)
        if document.refusal is not None:  # it has used up a number: an operation that does nothing takes its place
            engine.next_seq_no += 1
            self.stats.index_failed += 1
            raise document.refusal
        if row is not None:
            self._dead.extend(range(engine.first_row(row), row + 1))
        engine.append(doc_id, document, mapping, version, routing)
        self._await_refresh(now)
        self.stats.index_total += 1
        return Written("created" if row is None else "updated", version, engine.next_seq_no - 1, engine.primary_term)

    def index_documents(
        self, doc_ids: Sequence[str], documents: ParsedDocuments, mapping: Mapping, now: float
    ) -> list[Written]:
        """Create documents whose ids are new (``Engine.are_new``)."""
        engine = self._engine_at(now)
        first = engine.next_seq_no
        engine.append_all(doc_ids, documents, mapping)
        self._await_refresh(now)
        self.stats.index_total += len(doc_ids)
        term = engine.primary_term
        return [Written("created", 1, seq_no, term) for seq_no in range(first, engine.next_seq_no)]

    def delete_document(self, doc_id: str, expected: Expectation, now: float) -> Written:
        """Delete a document; one that is not there leaves a tombstone all the same."""
        engine = self._engine_at(now)
        row = engine.find(doc_id)
        version = self._next_version(doc_id, row, expected, now)
        if row is not None:
            self._dead.extend(range(engine.first_row(row), row + 1))
        self._dead.append(engine.n)
        seq_no = engine.bury(doc_id, version, now)
        self._await_refresh(now)
        self.stats.delete_total += 1
        return Written("not_found" if row is None else "deleted", version, seq_no, engine.primary_term)

    def _next_version(self, doc_id: str, row: int | None, expected: Expectation, now: float) -> int:
        """InternalEngine's plan for a write: the version it makes, or why it may not."""
        engine = self.engine
        current = NOT_FOUND
        if row is not None:
            current = engine.versions[row]
        elif engine.tombstones:
            tombstone = engine.tombstones.get(doc_id)
            if tombstone is not None and now - tombstone.at <= self.gc_deletes:
                current = tombstone.version
        if expected.if_seq_no != UNASSIGNED_SEQ_NO:
            if row is None:
                raise self.conflict(
                    doc_id,
                    f"required seqNo [{expected.if_seq_no}], primary term [{expected.if_primary_term}]. "
                    "but no document was found",
                )
            seq_no = engine.seq_nos[row]
            term = engine.term_of(seq_no)
            if (seq_no, term) != (expected.if_seq_no, expected.if_primary_term):
                raise self.conflict(
                    doc_id,
                    f"required seqNo [{expected.if_seq_no}], primary term [{expected.if_primary_term}]. "
                    f"current document has seqNo [{seq_no}] and primary term [{term}]",
                )
        elif expected.version != MATCH_ANY:
            why = expected.version_type.conflict(current, expected.version, row is None)
            if why is not None:
                raise self.conflict(doc_id, why)
        return expected.version_type.next(current, expected.version)

    def conflict(self, doc_id: str, why: str) -> VersionConflictEngineException:
        return VersionConflictEngineException(
            f"[{doc_id}]: version conflict, {why}",
            index=self.index,
            shard=str(self.number),
            index_uuid=self.index_uuid,
        )

    def reopen(self, schedule: Schedule) -> None:
        """A new shard on the same documents, under a new primary term."""
        self._writable().raise_primary_term()
        self.refresh()
        self.schedule = schedule
        self.last_access = schedule.start
        self.stats = ShardStats()
        self._reads_translog = False
        self._commit()

    def adopt(self, engine: Engine) -> None:
        """Take documents of other shards, all of them living, as those of this new one."""
        self.engine = engine
        self._live, self._dead, self._merged = np.ones(engine.n, bool), [], True
        self._join()
        self.refresh()

    # -- copies

    def _engine_at(self, now: float) -> Engine:
        """The engine, for a write."""
        self.settle(now)
        self.last_write = now
        return self._writable()

    def _writable(self) -> Engine:
        if self.engine.shared:
            self.engine = self.engine.fork()
        return self.engine

    def fork(self) -> Shard:
        """A copy with counters and schedule of its own; the engine is copied when one of the two writes."""
        self.engine.shared = True
        twin = Shard.__new__(Shard)
        twin.__dict__.update(self.__dict__)
        twin.stats = replace(self.stats, groups=self.stats.groups.copy())
        twin._dead, twin.segments = self._dead.copy(), self.segments.copy()
        return twin
