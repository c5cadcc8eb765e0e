"""The names of a document's members: dotted, joined, and those that a document may not bear."""

from __future__ import annotations

from fakeknn.errors import IllegalArgumentException

#: The metadata fields that no document may hold (``_doc_count`` it may).
RESERVED = frozenset(
    {
        "_id",
        "_index",
        "_routing",
        "_source",
        "_field_names",
        "_seq_no",
        "_version",
        "_ignored",
        "_nested_path",
        "_data_stream_timestamp",
        "_feature",
    }
)
#: The metadata fields there are in every mapping.
METADATA = RESERVED | {"_doc_count"}


def split(name: str) -> list[str]:
    """DocumentParser.splitAndValidatePath."""
    if "." not in name:
        if not name:
            raise IllegalArgumentException("field name cannot be an empty string")
        return [name]
    parts = name.split(".")
    while parts and not parts[-1]:
        parts.pop()
    if not parts:
        raise IllegalArgumentException("field name cannot contain only the character [.]")
    for part in parts:
        if not part.strip():
            if part:
                raise IllegalArgumentException(f"object field cannot contain only whitespace: ['{name}']")
            raise IllegalArgumentException(
                f"object field starting or ending with a [.] makes object resolution ambiguous: [{name}]"
            )
    return parts


def join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
