"""The mapping tree of an index: parse, merge, tell; and how a document becomes rows under it."""

from fakeknn.mapping.columns import ParsedDocuments
from fakeknn.mapping.document import ParsedDocument
from fakeknn.mapping.objects import ObjectMapper
from fakeknn.mapping.tree import Mapping

__all__ = ["Mapping", "ObjectMapper", "ParsedDocument", "ParsedDocuments"]
