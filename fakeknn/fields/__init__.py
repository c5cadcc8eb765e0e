"""The field types by the names of their mapping types."""

from fakeknn.fields import alias, features, geo_point, ip, join, numbers, ranges, scalar, text, vector
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
    "features",
    "geo_point",
    "ip",
    "join",
    "numbers",
    "ranges",
    "scalar",
    "text",
    "vector",
]
