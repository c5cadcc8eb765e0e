"""``_update_by_query`` and ``_delete_by_query``: each hit is written again, or deleted, where it was found."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from fakeknn.search.bulk_by_scroll import BulkByScrollRequest, SourceHit
from fakeknn.state.requests import DeleteRequest, IndexRequest
from fakeknn.state.versions import Expectation


@dataclass(kw_only=True)
class UpdateByQuery(BulkByScrollRequest):
    """UpdateByQueryRequest."""

    ACTION: ClassVar[str] = "indices:data/write/update/byquery"
    pipeline: str | None = None

    @property
    def description(self) -> str:
        return f"update-by-query {self._searched()}"

    def write_of(self, hit: SourceHit) -> IndexRequest:
        as_found = Expectation(if_seq_no=hit.seq_no, if_primary_term=hit.primary_term)
        return IndexRequest(hit.index, hit.id, hit.source, hit.routing, as_found, pipeline=self.pipeline)


@dataclass(kw_only=True)
class DeleteByQuery(BulkByScrollRequest):
    """DeleteByQueryRequest."""

    ACTION: ClassVar[str] = "indices:data/write/delete/byquery"
    UPDATES: ClassVar[bool] = False
    NEEDS_SOURCE: ClassVar[bool] = False

    @property
    def description(self) -> str:
        return f"delete-by-query {self._searched()}"

    def problems(self) -> list[str]:
        found = super().problems()
        if not self.indices:
            found.append("use _all if you really want to delete from all existing indexes")
        if self.search.query is None:
            found.append("query is missing")
        return found

    def write_of(self, hit: SourceHit) -> DeleteRequest:
        as_found = Expectation(if_seq_no=hit.seq_no, if_primary_term=hit.primary_term)
        return DeleteRequest(hit.index, hit.id, hit.routing, as_found)
