"""The mapping tree of an index: parse, merge, tell; and how a document becomes rows under it."""

from fakeknn.mapping.document import ParsedDocument
from fakeknn.mapping.tree import Mapping, ObjectMapper

__all__ = ["Mapping", "ObjectMapper", "ParsedDocument"]
