"""Processors that change a text, or each text of a list."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from fakeknn.analysis.charfilters import HTMLStripCharFilter
from fakeknn.errors import IllegalArgumentException, NullPointerException, NumberFormatException, OpenSearchError
from fakeknn.ingest.config import Config
from fakeknn.ingest.document import IngestDocument, class_name
from fakeknn.ingest.processor import Processor, processor
from fakeknn.ingest.splitting import java_split
from fakeknn.javaregex.pattern import compile_pattern
from fakeknn.painless.numbers import Long
from fakeknn.painless.values import text
from fakeknn.units import parse_byte_size


class StringProcessor(Processor):
    """AbstractStringProcessor: a field's text, or those of its list, each made another by ``apply``."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.target = config.string("target_field", self.field)

    def execute(self, document: IngestDocument) -> bool:
        value = document.get(self.field, ignore_missing=self.ignore_missing)
        if value is None:
            if self.ignore_missing:
                return True
            raise IllegalArgumentException(f"field [{self.field}] is null, cannot process it.")
        if isinstance(value, list):
            made: Any = [self._applied(item) for item in value]
        elif isinstance(value, str):
            made = self.apply(value)
        else:
            raise IllegalArgumentException(
                f"field [{self.field}] of type [{class_name(value)}] cannot be cast to [java.lang.String]"
            )
        document.set(self.target, made)
        return True

    def _applied(self, item: Any) -> Any:
        if isinstance(item, str):
            return self.apply(item)
        if item is None:
            raise NullPointerException('Cannot invoke "Object.getClass()" because "value" is null')
        raise IllegalArgumentException(
            f"value [{text(item)}] of type [{class_name(item)}] in list field [{self.field}] cannot be cast to "
            "[java.lang.String]"
        )

    @abstractmethod
    def apply(self, value: str) -> Any: ...


@processor("bytes")
class Bytes(StringProcessor):
    """``1kb`` as a number of bytes."""

    def apply(self, value: str) -> Any:
        return Long(parse_byte_size(value, "Ingest Field").bytes)


@processor("lowercase")
class Lowercase(StringProcessor):
    """In small letters."""

    def apply(self, value: str) -> Any:
        return value.lower()


@processor("uppercase")
class Uppercase(StringProcessor):
    """In capitals."""

    def apply(self, value: str) -> Any:
        return value.upper()


#: String.trim: everything up to the blank.
_TRIMMED = "".join(map(chr, range(33)))


@processor("trim")
class Trim(StringProcessor):
    """Without blanks at its ends."""

    def apply(self, value: str) -> Any:
        return value.strip(_TRIMMED)


@processor("urldecode")
class URLDecode(StringProcessor):
    """URLDecoder.decode"""

    def apply(self, value: str) -> Any:
        out: list[str] = []
        at = 0
        while at < len(value):
            if value[at] != "%":
                out.append(" " if value[at] == "+" else value[at])
                at += 1
                continue
            octets = bytearray()
            while at + 2 < len(value) and value[at] == "%":
                octets.append(_octet(value[at + 1 : at + 3]))
                at += 3
            if at < len(value) and value[at] == "%":
                raise IllegalArgumentException("URLDecoder: Incomplete trailing escape (%) pattern")
            out.append(octets.decode("utf-8", "replace"))
        return "".join(out)


def _octet(digits: str) -> int:
    for i, digit in enumerate(digits):
        if digit not in "0123456789abcdefABCDEF" and not (i == 0 and digit in "+-"):
            raise IllegalArgumentException(
                "URLDecoder: Illegal hex characters in escape (%) pattern - not a hexadecimal digit: "
                f'"{digit}" = {ord(digit)}'
            )
    try:
        return int(digits, 16)
    except ValueError:
        raise NumberFormatException(f'For input string: "{digits}"') from None


@processor("html_strip")
class HtmlStrip(StringProcessor):
    """Without tags, and with characters for entities."""

    _FILTER: ClassVar[HTMLStripCharFilter] = HTMLStripCharFilter()

    def apply(self, value: str) -> Any:
        return self._FILTER.filter(value)[0] if "<" in value and ">" in value else value


@processor("gsub")
class Gsub(StringProcessor):
    """With what a pattern matches replaced."""

    def read(self, config: Config) -> None:
        super().read(config)
        pattern = config.string("pattern")
        self.replacement = config.string("replacement")
        try:
            self.pattern = compile_pattern(pattern)
        except OpenSearchError as error:
            raise config.refuse("pattern", f"Invalid regex pattern. {error.reason}") from None

    def apply(self, value: str) -> Any:
        return self.pattern.replace(value, self.replacement)


# --- lists and texts --------------------------------------------------------------------------------------------------


@processor("join")
class Join(Processor):
    """A list's elements as one text."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        self.separator = config.string("separator")
        self.target = config.string("target_field", self.field)

    def execute(self, document: IngestDocument) -> bool:
        values = document.get(self.field, "java.util.List")
        if values is None:
            raise IllegalArgumentException(f"field [{self.field}] is null, cannot join.")
        if any(value is None for value in values):
            raise NullPointerException
        document.set(self.target, self.separator.join(map(text, values)))
        return True


@processor("split")
class Split(Processor):
    """A text as the list of what stands between its separators."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.preserve_trailing = config.boolean("preserve_trailing", False)
        self.target = config.string("target_field", self.field)
        self.separator = config.string("separator")

    def execute(self, document: IngestDocument) -> bool:
        value = document.get(self.field, "java.lang.String", self.ignore_missing)
        if value is None:
            if self.ignore_missing:
                return True
            raise IllegalArgumentException(f"field [{self.field}] is null, cannot split.")
        document.set(self.target, java_split(value, self.separator, -1 if self.preserve_trailing else 0))
        return True
