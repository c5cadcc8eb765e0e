"""Documents whose text goes wrong: what OpenSearch, which parses as it reads, tells of them."""

from __future__ import annotations

from typing import Any

from fakeknn.errors import (
    IllegalStateException,
    KnnCircuitBreakerException,
    MapperParsingException,
    OpenSearchError,
    OpenSearchParseException,
)
from fakeknn.fields import FieldType
from fakeknn.fields.base import UNREADABLE
from fakeknn.mapping.document import DocumentParser, Level
from fakeknn.mapping.dynamic_update import DynamicUpdate
from fakeknn.mapping.tree import Mapping
from fakeknn.xcontent.broken import Torso
from fakeknn.xcontent.tree import BrokenText


def check_torso(
    mapping: Mapping,
    torso: Torso,
    error: MapperParsingException,
    *,
    doc_id: str,
    source: bytes,
    routing: str | None = None,
) -> None:
    """Raise what is wrong with a document ahead of where its text goes wrong, or with the field that it goes wrong in.

    ``error`` tells of the text itself.
    """
    if mapping.source_enabled and not mapping.source_filter.empty:  # SourceFieldMapper.preParse reads all of it
        unread = OpenSearchParseException("Failed to parse content to map")
        unread.__cause__ = error.cause
        raise MapperParsingException("failed to parse") from unread
    _TorsoParser(mapping, torso, error, doc_id, source, routing).parse()


class _TorsoParser(DocumentParser):
    """Parses what there is of a document; always raises."""

    def __init__(
        self,
        mapping: Mapping,
        torso: Torso,
        broken: MapperParsingException,
        doc_id: str,
        source: bytes,
        routing: str | None,
    ) -> None:
        super().__init__(mapping, torso.root, doc_id, source, routing)
        self.torso = torso
        self.broken = broken
        self.context.met = self._met

    def _at_end(self, level: Level) -> None:
        raise self.broken

    def _guessed(self, update: DynamicUpdate, value: Any) -> tuple[str, dict[str, Any]]:
        if isinstance(value, str) and self.torso.breaks(value):
            raise self.broken
        return super()._guessed(update, value)

    def _field(self, node: FieldType, container: Any, key: Any, value: Any, level: Level) -> None:
        if self.torso.breaks(value):
            self._broken_field(node, container, key, value)
        super()._field(node, container, key, value, level)

    def _broken_field(self, node: FieldType, container: Any, key: Any, value: Any) -> None:
        """A field's parser comes upon the end of a text, or of an array that it reads itself."""
        cause = self.broken.cause
        assert cause is not None
        if isinstance(value, dict):
            if not node.ignores_malformed:
                read = value
                if node.tells_breaks:  # a text that breaks off is the break itself
                    read = {name: one for name, one in value.items() if not isinstance(one, BrokenText)}
                if len(read) < len(value):
                    self._parse_torso(node, {key: read}, key, read)
                else:
                    self._parse_torso(node, container, key, value)
                if node.tells_breaks:
                    raise self._failed(node, self._last_read(value), self._suppressing(node, cause)) from cause
            raise self.broken
        if isinstance(value, str):
            self._parse_torso(node, container, key, value)
            if node.ignores_malformed and self.torso.behind is not None:
                raise MapperParsingException("failed to parse") from self.torso.behind
            raise self._failed(node, value, cause) from cause
        if node.takes_arrays:
            self._parse_torso(node, container, key, value)
            raise self._failed(node, value[-1] if value else UNREADABLE, cause) from cause

    def _met(self, container: Any, value: Any) -> OpenSearchError | None:
        cause = self.broken.cause
        if cause is None or not self.torso.breaks(container):
            return None
        cause.preview = None if self.torso.token == "FIELD_NAME" else value  # type: ignore[attr-defined]
        return cause

    def _last_read(self, value: dict[str, Any]) -> Any:
        """The token that a parser stands at when it comes upon the break."""
        if self.torso.token == "FIELD_NAME" or not value:
            return None if self.torso.token == "FIELD_NAME" else UNREADABLE
        last = next(reversed(value.values()))
        return UNREADABLE if isinstance(last, dict | list) else str(last) if isinstance(last, BrokenText) else last

    def _suppressing(self, node: FieldType, cause: OpenSearchError) -> OpenSearchError:
        """An XContentSubParser reads on to the end of its object when it is closed, and tells of what it meets."""
        if node.sub_parses:
            again = self.torso.behind or self.torso.skip(len(node.path.split(".")) + 1)
            if again is not None:
                cause.meta = {**cause.meta, "suppressed": [again.members()]}
        return cause

    def _parse_torso(self, node: FieldType, container: Any, key: Any, value: Any) -> None:
        """What a field's parser complains of before it comes upon the end of the text."""
        try:
            node.parse(container, key, value, self.context)
        except (IllegalStateException, KnnCircuitBreakerException) as cause:  # which no value is read for
            self._place(cause)
            cause.preview = UNREADABLE  # type: ignore[union-attr]
            raise self._failed(node, UNREADABLE, cause) from cause
        except OpenSearchError as cause:
            preview = getattr(cause, "preview", value)
            if isinstance(preview, BrokenText) and preview is not value:
                return  # the text that could not be read, in an array
            told = type(preview) is not type(value) or preview != value
            read = cause.at is not None and self.torso.has_read(cause.at, cause.reason or "")
            if read or (told and preview is not None):
                self._place(cause)
                if self.torso.breaks(preview):
                    cause.preview = UNREADABLE  # type: ignore[attr-defined]
                raise self._failed(node, preview, cause) from cause
