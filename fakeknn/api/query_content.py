"""Bodies that hold one query under a name, and nothing else."""

from __future__ import annotations

from typing import Any

from fakeknn.errors import OpenSearchError, ParsingException, Where
from fakeknn.query.base import Query
from fakeknn.query.parsing import parse_query
from fakeknn.xcontent.objects import place_of


def query_content(body: Any, member: str) -> Query | None:
    """RestActions.getQueryContent: the query that stands under ``member``, which must be an object."""
    query = None
    for name in body or ():
        if name != member:
            raise ParsingException(f"request does not support [{name}]", at=Where(body, name, "key"))
        if not isinstance(body[name], dict):
            raise ParsingException("[_na] query malformed, must start with start_object", at=Where(body, name))
        try:
            query = parse_query(body, name)
        except ParsingException:
            raise
        except OpenSearchError as cause:
            raise ParsingException("Failed to parse", at=place_of(cause)) from cause
    return query


def query_only(body: Any) -> Query | None:
    """A body whose one member is ``query``."""
    return query_content(body, "query")
