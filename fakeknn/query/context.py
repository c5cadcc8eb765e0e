"""What a query may ask of the shard that it runs on (``ShardContext``), and what it answers (``Matched``)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import OpenSearchError, OpenSearchException, QueryShardException
from fakeknn.fields import FieldType
from fakeknn.fields.derived import DerivedFieldType
from fakeknn.mapping import Mapping as IndexMapping
from fakeknn.view import Column, Mask, View
from fakeknn.xcontent.java import java_double, java_float, java_string

if TYPE_CHECKING:
    from fakeknn.query.base import Query

Scores = NDArray[np.float32]

#: Where the memo of a search keeps the query whose bulk scorer it asks.
IN_BULK = "in bulk"


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Which rows match (bool[n]) and how well (float32[n], of meaning only where they do)."""

    mask: Mask
    score: Scores
    clean: bool = False
    """Whether the score is 0 wherever nothing matches."""

    @classmethod
    def constant(cls, mask: Mask, score: float) -> Matched:
        return cls(mask, np.full(len(mask), score, np.float32))

    @classmethod
    def none(cls, n: int) -> Matched:
        return cls(np.zeros(n, bool), np.zeros(n, np.float32))


@dataclass(frozen=True, slots=True)
class Explanation:
    """A node of the tree that ``explain`` shows."""

    value: Any
    description: str
    details: tuple[Explanation, ...] = ()
    match: bool = True
    double: bool = False
    """Whether the value is a Java double, which is shown as such."""

    def text(self, depth: int = 0) -> str:
        """Explanation.toString: a line a node, indented."""
        number = java_double(float(self.value)) if self.double else java_string(self.value)
        below = "".join(detail.text(depth + 1) for detail in self.details)
        return f"{'  ' * depth}{number} = {self.description}\n{below}"

    def echo(self) -> dict[str, Any]:
        value = self.value
        if isinstance(value, (float, np.floating)):
            value = float(value) if self.double else np.float32(value)
        if isinstance(value, np.float32) and not np.isfinite(value):
            value = java_float(value)
        return {
            "value": value,
            "description": self.description,
            "details": [detail.echo() for detail in self.details],
        }


class Statistics(Protocol):
    """Statistics that stand in for a shard's own (``dfs_query_then_fetch``)."""

    contexts: list[ShardContext]
    """The shards whose they are."""

    def of_field(self, path: str) -> tuple[int, int, int]:
        """How many documents have a field, how many tokens it has in all of them, how many terms in each, summed."""

    def doc_freq(self, path: str, term: str) -> int:
        """How many documents have a term."""

    def total_term_freq(self, path: str, term: str) -> int:
        """How often a term stands in all of them."""


@dataclass(slots=True)
class ShardContext:
    """What a query may ask of the shard that it runs on (QueryShardContext).

    ``services`` offers what lies outside the shard (documents of other indices, stored scripts); ``memo`` lives as
    long as the search.
    """

    index: str
    uuid: str
    shard: int
    settings: Mapping[str, str]
    mapping: IndexMapping
    view: View
    now: int
    services: Any = None
    statistics: Statistics | None = None
    nested_path: str | None = None
    #: Whether a query matches at every level at once, as one does that runs outside a search.
    every_level: bool = False
    similarity_name: ClassVar[str] = "PerFieldSimilarity"
    """What explanations call that by which terms are scored."""
    mapped_only: ClassVar[bool] = False
    """Whether fields that are not mapped are refused."""
    has_reader: ClassVar[bool] = True
    """Whether a query is rewritten by what the shard has (QueryShardContext.getIndexReader)."""
    alias_filter: Query | None = None
    """What the alias that the search named lets through."""
    memo: dict[Any, Any] = field(default_factory=dict)
    index_boost: float = 1.0
    """How much more the scores of this index weigh (``indices_boost``)."""
    validating: bool = False
    """Whether a query is only validated: then no range is found to match nothing of what the shard has."""
    of_body: bool = True
    """Whether a query was asked by the body, and is rewritten before it is built; not one that such a query is built
    of."""
    derived: Any = None
    """The derived fields that the search may ask, if there are any (``query.derived.DerivedFields``)."""
    visited: Mask | None = None
    """Which rows the clauses beside let through, of which alone scores are asked for (None: all)."""

    def visiting(self, rows: Mask) -> ShardContext:
        """This context where no other rows are scored."""
        return replace(self, visited=rows if self.visited is None else self.visited & rows)

    def at(self, row: int) -> ShardContext:
        """This context where only one row is scored."""
        return self.visiting(np.arange(self.n) == row)

    def count(self, *names: str) -> None:
        """What the k-NN plugin counts as a query is built: when it is searched, and again when its hits are fetched."""
        counters = getattr(self.services, "knn_counters", None)
        if counters is not None and not self.memo.get("uncounted"):
            counters.count(names)
            self.memo.setdefault("counted", []).extend(names)

    def count_again(self) -> None:
        """The queries of this search are built once more."""
        self.services.knn_counters.count(self.memo.get("counted", ()))

    @contextmanager
    def counted_once(self) -> Iterator[None]:
        """While that is done which fetching does without."""
        counted = self.memo.setdefault("counted", [])
        before = len(counted)
        yield
        del counted[before:]

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """While queries are run that the real server does not build again."""
        before = self.memo.get("uncounted")
        self.memo["uncounted"] = True
        try:
            yield
        finally:
            self.memo["uncounted"] = before

    @property
    def n(self) -> int:
        return self.view.n

    def field(self, name: str) -> FieldType | None:
        """QueryShardContext.getFieldType: a derived field is one of the type of what it emits."""
        found = self.mapping.field(name)
        if found is None or found.kind == "derived":
            return None if self.derived is None else self.derived.resolve(self, name if found is None else found.path)
        return found

    def mapped(self, name: str) -> FieldType | None:
        """MapperService.fieldType: what the mapping knows; a derived field as one that no document has a value of."""
        found = self.mapping.field(name)
        return found.typed() if isinstance(found, DerivedFieldType) else found

    def fielddata(self, field: FieldType) -> Column | None:
        """The column of what a field's values are ordered by, in which there are none of derived fields."""
        return self.ordered(field if field.derivation is None else field.derivation.typed)

    def column(self, field: FieldType) -> Column | None:
        """The field's column (an empty one when no document has a value); None for a field that keeps nothing."""
        if field.derivation is not None:
            return field.derivation.column()  # type: ignore[no-any-return]
        found = self.view.columns.get(field.path)
        if found is None:
            key = ("column", field.path)
            found = self.memo.get(key)
            if found is None:
                found = self.memo[key] = self._made(field)
        return found

    def ordered(self, field: FieldType) -> Column | None:
        """The column of what the field's values are ordered by."""
        return self.column(field.ordering)

    def _made(self, field: FieldType) -> Column | None:
        of_view = getattr(field, "of_view", None)
        if of_view is not None:
            return of_view(self.view, self.index)  # type: ignore[no-any-return]
        buffer = field.new_buffer()
        return None if buffer is None else buffer.snapshot(self.n)

    def load_global_ordinals(self, name: str | None) -> None:
        """IndexOrdinalsFieldData.loadGlobal: statistics tell of them; the terms of a single segment need none."""
        field = None if name is None else self.field(name)
        column = None if field is None or len(self.view.live_segments) < 2 else self.column(field)
        if field is not None and column is not None:
            self.view.memo["global_ordinals", field.path] = column

    def nothing(self) -> Mask:
        return np.zeros(self.n, bool)

    def segment(self, row: int) -> tuple[int, int]:
        """From and to which row the segment of a row reaches."""
        bounds = self.view.segments
        place = int(np.searchsorted(bounds, row, side="right"))
        return int(bounds[place - 1]), int(bounds[place])

    def everything(self) -> Mask:
        """The rows that match_all matches: the documents, or inside ``nested`` its objects."""
        return np.ones(self.n, bool) if self.every_level else self.level_mask(self.nested_path)

    def level_mask(self, path: str | None) -> Mask:
        if path is None:
            return self.view.roots
        level = self.view.level_paths.get(path)
        return self.nothing() if level is None else self.view.levels == level

    def setting(self, name: str, default: int) -> int:
        value = self.settings.get(name)
        return default if value is None else int(value)

    def fails(self, reason: str) -> QueryShardException:
        return QueryShardException(reason)

    def refuse_expensive(self, what: str, more: str = "") -> None:
        """Refuse a query whose kind the cluster does not allow (``search.allow_expensive_queries``)."""
        if not getattr(self.services, "allows_expensive_queries", True):
            raise OpenSearchException(
                f"{what} cannot be executed when 'search.allow_expensive_queries' is set to false.{more}"
            )

    def inside(self, path: str | None) -> ShardContext:
        """This context inside ``nested`` of a path."""
        return replace(self, nested_path=path, every_level=False, visited=None)


def running(error: OpenSearchError) -> OpenSearchError:
    """An error of a query that runs (or is rewritten), not of one that is built: it is told without ``failed to create
    query``."""
    error.at_run_time = True  # type: ignore[attr-defined]
    return error


def rewritten_wrongly(error: OpenSearchError) -> OpenSearchError:
    """An error that a shard comes upon when it rewrites a query: a search tells it as it is, what only builds the query
    as one of building."""
    error.at_shard_rewriting = True  # type: ignore[attr-defined]
    return running(error)


@contextmanager
def building() -> Iterator[None]:
    """What another query builds out of its text no shard rewrites: what is wrong with it is an error of building."""
    try:
        yield
    except OpenSearchError as error:
        if getattr(error, "at_shard_rewriting", False):
            error.at_shard_rewriting = error.at_run_time = False  # type: ignore[attr-defined]
        raise


@contextmanager
def rewriting() -> Iterator[None]:
    """What fails here fails the whole search, before a shard is asked (Rewriteable.rewriteAndFetch)."""
    try:
        yield
    except OpenSearchError as error:
        error.at_rewriting = True  # type: ignore[attr-defined]
        raise rewritten_wrongly(error) from error.cause
