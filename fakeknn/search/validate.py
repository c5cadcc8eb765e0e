"""``_validate/query``: whether a query can be built on a shard, and what Lucene's query it is then."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from fakeknn.errors import JavaError, NotFaked, OpenSearchError, ParsingException, QueryShardException
from fakeknn.query.base import Query
from fakeknn.query.compound import MATCH_ALL
from fakeknn.query.context import ShardContext
from fakeknn.query.forms import form, search_form
from fakeknn.query.lucene import ApproximateScoreQuery, MatchNoDocsQuery
from fakeknn.search.failures import placed
from fakeknn.search.query_phase import query_phase
from fakeknn.xcontent import java_string

#: Where the Java classes live that extend no OpenSearchException, as their texts tell.
_PACKAGES = {
    "DateTimeException": "java.time",
    "DateTimeParseException": "java.time.format",
    "InputCoercionException": "com.fasterxml.jackson.core.exc",
    "JsonEOFException": "com.fasterxml.jackson.core.io",
    "JsonParseException": "com.fasterxml.jackson.core",
    "NamedObjectNotFoundException": "org.opensearch.core.xcontent",
    "QueryValidationException": "org.opensearch.index.query",
    "ParseException": "org.apache.lucene.queryparser.classic",
    "XContentParseException": "org.opensearch.core.xcontent",
}


def _name(error: OpenSearchError) -> str:
    return next(cls.__name__ for cls in type(error).__mro__ if not cls.__name__.startswith("_"))


def _text(error: OpenSearchError) -> str:
    """Throwable.toString."""
    if isinstance(error, JavaError) or _name(error) in _PACKAGES:
        name = _name(error)
        shown = f"{_PACKAGES.get(name, 'java.lang')}.{name}"
        return shown if error.reason is None else f"{shown}: {error.reason}"
    shown = f"[{error.meta['index']}/{error.meta.get('index_uuid')}] " if "index" in error.meta else ""
    links = list(error.chain())
    if len(links) == 1:
        return f"{shown}{_name(error)}[{error.reason}]"
    nested = "; nested: ".join(_name(link) + ("" if link.reason is None else f"[{link.reason}]") for link in links)
    return f"{shown}{nested};"


def detailed_message(error: OpenSearchError) -> str:
    """OpenSearchException.getDetailedMessage."""
    cause = error.cause
    if cause is None:
        return _text(error)
    plain = isinstance(cause, JavaError) or _name(cause) in _PACKAGES
    return f"{_text(error)}; {_text(cause) if plain else detailed_message(cause)}"


def validate_query(query: Query | None, ctx: ShardContext, *, rewrite: bool) -> dict[str, Any]:
    """TransportValidateQueryAction.shardOperation: ``valid``, and the query or what is wrong with it."""
    asked = MATCH_ALL if query is None else query
    ctx = replace(ctx, validating=True)
    try:
        # Nothing is scored: what a script says of documents is not known here.
        query_phase(asked, ctx.visiting(ctx.nothing()))
    except NotFaked:
        raise
    except (QueryShardException, ParsingException) as error:
        return {"valid": False, "error": detailed_message(placed(error, ctx))}
    except OpenSearchError as error:
        if getattr(error, "at_run_time", False) and not getattr(error, "at_shard_rewriting", False):
            return {"valid": True, "explanation": _explanation(asked, ctx, rewrite=rewrite)}
        # What a search finds when it rewrites is found here when the query is built.
        failed = QueryShardException(f"failed to create query: {java_string(error.reason)}")
        failed.__cause__ = error
        return {"valid": False, "error": detailed_message(placed(failed, ctx))}
    return {"valid": True, "explanation": _explanation(asked, ctx, rewrite=rewrite)}


def _explanation(query: Query, ctx: ShardContext, *, rewrite: bool) -> str:
    node = search_form(query, ctx)
    if rewrite and not isinstance(node, ApproximateScoreQuery):
        node = node.rewritten()
        if isinstance(node, MatchNoDocsQuery):
            node = form(query, ctx)
    return str(node)
