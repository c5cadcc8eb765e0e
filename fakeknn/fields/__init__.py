"""The field types by the names of their mapping types."""

from fakeknn.fields import (
    alias,
    completion,
    constant_keyword,
    features,
    flat_object,
    geo_point,
    geo_shape,
    ip,
    join,
    match_only_text,
    numbers,
    ranges,
    scalar,
    search_as_you_type,
    text,
    token_count,
    vector,
    wildcard,
)
from fakeknn.fields.base import KINDS, DocContext, FieldType, MappingContext
from fakeknn.fields.buffers import Buffer, VectorBuffer
from fakeknn.fields.vector import VectorFieldType

__all__ = [
    "KINDS",
    "Buffer",
    "DocContext",
    "FieldType",
    "MappingContext",
    "VectorBuffer",
    "VectorFieldType",
    "alias",
    "completion",
    "constant_keyword",
    "features",
    "flat_object",
    "geo_point",
    "geo_shape",
    "ip",
    "join",
    "match_only_text",
    "numbers",
    "ranges",
    "scalar",
    "search_as_you_type",
    "text",
    "token_count",
    "vector",
    "wildcard",
]
