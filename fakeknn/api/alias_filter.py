"""The filters of aliases, which are queries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.errors import IllegalArgumentException, IllegalStateException, NullPointerException, OpenSearchError
from fakeknn.query.base import Query
from fakeknn.query.context import ShardContext
from fakeknn.query.parsing import parse_query
from fakeknn.query.terms import TermsLookup
from fakeknn.search.service import Services
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.state.shard import EMPTY
from fakeknn.xcontent import generator, locate, read
from fakeknn.xcontent.astray import Written, followed

_WRAP = b'{"filter":'


class _NothingElse(Services):
    """What a filter may ask for while it is checked: nothing that would have to be waited for."""

    def lookup_terms(self, lookup: TermsLookup, *, bitmap: bool = False) -> list[Any]:
        raise IllegalStateException("async actions are left after rewrite")


def check_filter(node: Node, index: Index, alias: str, filter: Mapping[str, Any]) -> None:
    """AliasValidator.validateAliasFilter: the filter is read anew from its compact text, which errors are placed in,
    and made a query of the index."""
    if index.state == "close":  # its service has a mapper, and nothing else that queries need
        raise NullPointerException(
            'Cannot invoke "org.opensearch.index.cache.IndexCache.bitsetFilterCache()" because "this.indexCache" is '
            "null"
        )
    wrapped = Written(_WRAP + generator.dump(filter) + b"}")

    def parse() -> Query:
        wrapped.parsed = read(wrapped.body)
        return parse_query(wrapped.parsed, "filter")

    try:
        query = followed(wrapped, parse)
        query.mask(ShardContext(index.name, index.uuid, 0, index.settings, index.mapping, EMPTY, 0, _NothingElse(node)))
    except OpenSearchError as error:
        for link in error.chain():
            place = locate(wrapped.body, wrapped.parsed, link.at) if link.at is not None else None
            link.at = None
            if place is not None:
                link.locate(place[0], place[1] - len(_WRAP))
        raise IllegalArgumentException(f"failed to parse filter for alias [{alias}]") from error
