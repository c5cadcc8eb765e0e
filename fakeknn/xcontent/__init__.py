"""Bodies: JSON as OpenSearch's Jackson reads it, other media types, places in a body, and Java's way of writing values.

``read`` is orjson where orjson and Jackson agree, and a scanner that follows Jackson step by step where they may not.
Endpoints read their bodies in few ways, and each way has its refusals; the functions here are these ways:

===================  ===================================================================================================
``read``             an XContentParser over the first value (``_aliases``, ``_mget``, ``_settings``):
                     errors come as they are, what follows the value is never looked at
``read_open``        for ObjectParsers (``_update``), which complain of what they come to before the text breaks off
``read_search``      ``_search``: nothing may follow; and each body of ``_msearch``, which something may follow
``read_query``       ``_count``, ``_validate/query``, ``_delete_by_query``: errors inside a ``parsing_exception``
``read_as_map``      XContentParser.map over the first value (``_snapshot``): anything but an object is an empty one
``read_map``         XContentHelper.convertToMap (index creation, ``_mapping``): ``Failed to parse content to map``
``read_document``    a document: a ``mapper_parsing_exception`` around everything
===================  ===================================================================================================
"""

from __future__ import annotations

from fakeknn.xcontent.broken import read_for
from fakeknn.xcontent.java import (
    hash_ordered,
    hashed,
    java_double,
    java_float,
    java_hash,
    java_string,
    parse_double,
    string_array,
)
from fakeknn.xcontent.places import locate, number_text, settle
from fakeknn.xcontent.reading import (
    agreed_on,
    is_xcontent,
    read,
    read_as_map,
    read_document,
    read_documents,
    read_map,
    read_open,
    read_query,
    read_search,
)
from fakeknn.xcontent.tree import EndOfInput

__all__ = [
    "EndOfInput",
    "agreed_on",
    "hash_ordered",
    "hashed",
    "is_xcontent",
    "java_double",
    "java_float",
    "java_hash",
    "java_string",
    "locate",
    "number_text",
    "parse_double",
    "read",
    "read_as_map",
    "read_document",
    "read_documents",
    "read_for",
    "read_map",
    "read_open",
    "read_query",
    "read_search",
    "settle",
    "string_array",
]
