"""version: semantic versions, which are found as they are written and ordered by what they mean."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import cached_property
from typing import Any, ClassVar

from fakeknn.errors import IllegalArgumentException, NumberFormatException, OpenSearchError, QueryShardException
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, KeywordBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import META, Parameter, flag
from fakeknn.fields.scalar import StringFieldType, plain_text
from fakeknn.view import Column, Mask
from fakeknn.xcontent import java_string

#: What a field keeps beside itself, under a name that no mapping can give.
NORMALIZED = "\0normalized"

_IDENTIFIER = r"(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)"
_VERSION = re.compile(
    r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)"
    rf"(?:-({_IDENTIFIER}(?:\.{_IDENTIFIER})*))?"
    r"(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?",
    re.ASCII,
)
#: The characters that String.trim takes away.
_CONTROL = "".join(map(chr, range(0x21)))


def parse_version(text: str) -> tuple[str, str]:
    """SemanticVersion.parse: the version as it is written, and as it is ordered."""
    if not text:
        raise IllegalArgumentException("Version string cannot be null or empty")
    text = re.sub(r"[\[\]]", "", text.strip(_CONTROL))
    # A line's end among the blanks is one that Java's dot does not match.
    if re.fullmatch(r"[^\n\r\u0085\u2028\u2029]*[ \t\n\x0b\f\r]+[^\n\r\u0085\u2028\u2029]*", text):
        text = re.sub(r"[ \t\n\x0b\f\r]+", ".", text)
    found = _VERSION.fullmatch(text)
    if found is None:
        raise IllegalArgumentException(f"Invalid semantic version format: [{text}]")
    *numbers, release, build = found.groups()
    for number in numbers:
        if int(number) >= 2**31:
            cause = NumberFormatException(f'For input string: "{number}"')
            raise IllegalArgumentException(f"Invalid version numbers in: {text}") from cause
    written = ".".join(numbers) + (f"-{release}" if release else "") + (f"+{build}" if build else "")
    ordered = ".".join(number.zfill(20) for number in numbers) + (f"-{release.lower()}" if release else "~")
    return written, ordered


def normalized(text: str) -> str:
    """A version as it is ordered."""
    return parse_version(text)[1]


class NormalizedVersionFieldType(StringFieldType):
    """Versions in their order: padded numbers, a release behind what goes before it."""

    def __init__(self, parent: VersionFieldType) -> None:
        super().__init__(parent.path + NORMALIZED, parent.kind, parent.context)

    def new_buffer(self) -> Buffer:
        return KeywordBuffer()


@register("version")
class VersionFieldType(StringFieldType):
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("doc_values", True),
        flag("store", False),
        META,
    )
    scored = True
    spreads = True

    @cached_property
    def ordering(self) -> StringFieldType:
        """A field that is not searched has nothing but what it is ordered by."""
        return NormalizedVersionFieldType(self) if self.searchable else self

    def inner_field(self, path: str) -> FieldType | None:
        return self.ordering if path == self.path + NORMALIZED else None

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        return {"type": told.pop("type"), "index": self.option("index"), **told}

    def new_buffer(self) -> Buffer | None:
        return KeywordBuffer()

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[tuple[str, str]] | None:
        if value is None:
            return None
        written, ordered = parse_version(plain_text(container, key, value, doc))
        if not self.searchable:
            return [(self.path, ordered)] if self.has_doc_values else None
        return [(self.path, written), (self.ordering.path, ordered)]

    def stored(self, value: Any, parsed: Any) -> list[str]:
        """What ``stored_fields`` shows: the version in full."""
        return [parse_version(java_string(value))[0]]

    @property
    def tells_existence(self) -> bool:
        return self.searchable and self.has_doc_values

    def require_index(self) -> None:
        """Each kind of query says itself what it misses."""

    def require_anything(self) -> None:
        """Refuse what asks a field that keeps nothing."""
        if not self.searchable and not self.has_doc_values:
            raise IllegalArgumentException(f"Field [{self.path}] is neither indexed nor has doc_values enabled")

    def require_doc_values(self) -> None:
        if not self.has_doc_values:
            raise IllegalArgumentException(f"Field [{self.path}] does not have doc_values enabled")

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        if case_insensitive and not self.searchable:
            raise IllegalArgumentException(f"Cannot search on field [{self.path}] since it is not indexed.")
        self.require_anything()
        return super().term(column, value, case_insensitive=case_insensitive)

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        self.require_anything()
        return super().terms(column, values)

    def _require_terms(self, what: str) -> None:
        if not self.searchable:
            raise IllegalArgumentException(f"{what} queries require the field to be indexed")

    def no_fuzzy(self) -> IllegalArgumentException:
        return IllegalArgumentException("Fuzzy queries require the field to be indexed")

    @property
    def fuzzy(self) -> bool:  # type: ignore[override]
        return self.searchable

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        """Prefixes heed cases, whatever is asked for."""
        self._require_terms("Prefix")
        return super().prefix(column, value)

    def wildcard(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        self._require_terms("Wildcard")
        return super().wildcard(column, value.lower() if case_insensitive else value)

    def regexp(self, column: Column, value: str, **options: Any) -> Mask:
        self._require_terms("Regexp")
        return super().regexp(column, value, **options)

    def range(
        self,
        column: Column,
        *,
        lower: Any,
        upper: Any,
        include_lower: bool,
        include_upper: bool,
        relation: str | None = None,
        time_zone: str | None = None,
        format: str | None = None,
    ) -> Mask:
        try:
            self.require_anything()
            low, high = (None if bound is None else normalized(java_string(bound)) for bound in (lower, upper))
        except OpenSearchError:
            raise QueryShardException(
                f"Failed to create range query for field [{self.path}]. Lower term: [{_shown(lower)}], Upper term: "
                f"[{_shown(upper)}]"
            ) from None
        return super().range(column, lower=low, upper=high, include_lower=include_lower, include_upper=include_upper)

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        return None if value is None else java_string(value)


def _shown(bound: Any) -> str:
    """A bound as a message shows it: texts are BytesRefs by then."""
    if isinstance(bound, str):
        return f"[{' '.join(f'{byte:x}' for byte in bound.encode())}]"
    return java_string(bound)
