"""keyword, boolean, binary: one value, one doc value."""

from __future__ import annotations

import base64
from collections.abc import Collection
from typing import Any, ClassVar

import numpy as np

from fakeknn.analysis.regexp import regexp_matcher
from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    JsonParseException,
    MapperParsingException,
    OpenSearchError,
    QueryShardException,
    Where,
)
from fakeknn.fields.base import UNREADABLE, FieldType, register
from fakeknn.fields.buffers import Buffer, KeywordBuffer, NumericBuffer, ObjectBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import BOOST, META, SIMILARITY, Parameter, boolean, flag, integer, text
from fakeknn.fields.patterns import matching_terms, wildcard_matcher
from fakeknn.view import Column, KeywordColumn, Mask, NumericColumn
from fakeknn.xcontent import java_string
from fakeknn.xcontent.base64 import decode_text
from fakeknn.xcontent.objects import SOURCE, jackson_token, not_boolean

#: Lucene's IndexWriter.MAX_TERM_LENGTH, in UTF-8 bytes.
MAX_TERM_LENGTH = 32766


def immense_term(path: str, encoded: bytes) -> IllegalArgumentException:
    """What Lucene says of a term that no index can hold."""
    shown = ", ".join(str(byte - 256 if byte > 127 else byte) for byte in encoded[:30])
    return IllegalArgumentException(
        f'Document contains at least one immense term in field="{path}" (whose UTF8 encoding is longer than the max '
        f"length {MAX_TERM_LENGTH}), all of which were skipped.  Please correct the analyzer to not produce such "
        f"terms.  "
        f"The prefix of the first immense term is: '[{shown}]...', original message: bytes can be at most "
        f"{MAX_TERM_LENGTH} "
        f"in length; got {len(encoded)}"
    )


def plain_text(container: Any, key: Any, value: Any, doc: DocContext) -> str:
    """XContentParser.textOrNull of a value: a number as it was written."""
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return doc.raw(container, key)
    token = "START_OBJECT" if isinstance(value, dict) else "START_ARRAY"
    raise IllegalStateException(f"Can't get text on a {token} at {{line}}:{{column}}", at=Where(container, key))


class StringFieldType(FieldType):
    """Fields whose column is a dictionary of terms: matching by term, prefix, wildcard, regexp, range."""

    dictionary = True

    def new_buffer(self) -> Buffer | None:
        return KeywordBuffer() if self.searchable or self.has_doc_values else None

    def index_term(self, value: Any) -> str:
        return java_string(value)

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, KeywordColumn)
        term = self.index_term(value)
        if case_insensitive:
            folded = term.casefold()
            return column.mask_of(matching_terms(column, lambda t: t.casefold() == folded))
        tid = column.number(term)
        return column.mask_of(() if tid is None else (tid,))

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        assert isinstance(column, KeywordColumn)
        numbers = (column.number(self.index_term(value)) for value in values)
        return column.mask_of(number for number in numbers if number is not None)

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, KeywordColumn)
        value = self.index_term(value)
        if case_insensitive:
            folded = value.lower()
            return column.mask_of(matching_terms(column, lambda t: t.lower().startswith(folded)))
        return column.mask_of(matching_terms(column, lambda t: t.startswith(value)))

    def wildcard(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, KeywordColumn)
        return column.mask_of(matching_terms(column, wildcard_matcher(self.pattern(value), case_insensitive)))

    def pattern(self, value: str) -> str:
        """A wildcard pattern, normalised but for its operators."""
        return value

    def regexp(self, column: Column, value: str, **options: Any) -> Mask:
        assert isinstance(column, KeywordColumn)
        return column.mask_of(matching_terms(column, regexp_matcher(value, **options)))

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
        assert isinstance(column, KeywordColumn)
        low = None if lower is None else self.index_term(lower)
        high = None if upper is None else self.index_term(upper)

        def inside(term: str) -> bool:
            if low is not None and (term < low or (term == low and not include_lower)):
                return False
            return high is None or term < high or (term == high and include_upper)

        return column.mask_of(matching_terms(column, inside))


@register("keyword")
class KeywordFieldType(StringFieldType):
    has_index_analyzer = True
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("doc_values", True),
        flag("store", False),
        Parameter("null_value", text, None, accepts_null=True),
        flag("eager_global_ordinals", False, updatable=True),
        Parameter("ignore_above", integer, 2**31 - 1, updatable=True),
        Parameter("index_options", text, "docs", choices=("docs", "freqs")),
        flag("norms", False, may_become=lambda ours, theirs: bool(ours) and not theirs),
        SIMILARITY,
        flag("use_similarity", False, updatable=True),
        Parameter("normalizer", text, "default"),
        flag("split_queries_on_whitespace", False, updatable=True),
        BOOST,
        META,
    )
    normalizer: Any = None

    @property
    def scored(self) -> bool:  # type: ignore[override]
        """Since 3.2 a term query on a keyword has a constant score, unless ``use_similarity`` asks for BM25."""
        return bool(self.option("use_similarity"))

    def build(self) -> None:
        above = self.option("ignore_above")
        name = self.option("normalizer")
        if name not in (None, "default"):
            self.normalizer = self.context.analysis.normalizer(name) if self.context.analysis else None
            if self.normalizer is None:
                raise MapperParsingException(f"normalizer [{name}] not found for field [{self.name}]")
        self.ignore_above: int = above
        self.null: str | None = self.option("null_value")

    def check_parameter(self, name: str, value: Any) -> None:
        if name == "similarity" and value is not None:
            check_similarity(value, self)

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> str | None:
        if type(value) is not str:
            if value is None:
                value = self.null
                if value is None:
                    return None
            else:
                value = plain_text(container, key, value, doc)
        # The limit is one of UTF-16 units, which only astral characters have two of.
        if len(value) > self.ignore_above:
            return None
        if self.normalizer is not None:
            value = self.normalizer.normalize(value)
        if len(value) * 3 > MAX_TERM_LENGTH and len(encoded := value.encode()) > MAX_TERM_LENGTH:
            raise immense_term(self.path, encoded)
        return str(value)

    def parse_all(self, values: list[Any]) -> list[Any] | None:
        if self.normalizer is not None or set(map(type, values)) != {str}:
            return None
        return values if max(map(len, values)) <= min(self.ignore_above, MAX_TERM_LENGTH // 3) else None

    def index_term(self, value: Any) -> str:
        term = java_string(value)
        return term if self.normalizer is None else str(self.normalizer.normalize(term))

    def pattern(self, value: str) -> str:
        if self.normalizer is None:
            return value
        return "".join(part if part in "*?\\" else self.normalizer.normalize(part) for part in _split_pattern(value))

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        shown = self.null if value is None else java_string(value)
        if shown is None or len(shown) > self.ignore_above:
            return None
        return shown if self.normalizer is None else self.normalizer.normalize(shown)


def _split_pattern(value: str) -> list[str]:
    parts, plain = [], ""
    i = 0
    while i < len(value):
        if value[i] in "*?":
            parts += [plain, value[i]]
            plain = ""
        elif value[i] == "\\" and i + 1 < len(value):
            parts += [plain, value[i : i + 2]]
            plain, i = "", i + 1
        else:
            plain += value[i]
        i += 1
    return [part for part in [*parts, plain] if part]


#: The similarities that an index has without asking.
SIMILARITIES = ("BM25", "boolean")


def check_similarity(name: str, field: FieldType) -> None:
    if name == "classic":
        raise IllegalArgumentException(
            "The [classic] similarity may not be used anymore. Please use the [BM25] similarity or build a custom "
            "[scripted] similarity instead."
        )
    known = {key.split(".")[2] for key in field.context.settings if key.startswith("index.similarity.")}
    if name not in SIMILARITIES and name not in known:
        raise MapperParsingException(f"Unknown Similarity type [{name}] for field [{field.name}]")


@register("boolean")
class BooleanFieldType(FieldType):
    """true and false, kept as 1 and 0 (``T`` and ``F`` in Lucene)."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        META,
        BOOST,
        flag("doc_values", True),
        flag("index", True),
        Parameter("null_value", boolean, None, accepts_null=True),
        flag("store", False),
    )
    scored = True

    def new_buffer(self) -> Buffer | None:
        return NumericBuffer(np.int64) if self.searchable or self.has_doc_values else None

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> int | None:
        if value is None:
            value = self.option("null_value")
            return None if value is None else int(value)
        if value is True or value is False:
            return int(value)
        if isinstance(value, str):
            if value == "":
                return 0
            return int(boolean(value))
        raise not_boolean(container, key)

    def parse_all(self, values: list[Any]) -> list[Any] | None:
        return values if set(map(type, values)) == {bool} else None

    def query_value(self, value: Any) -> int:
        if value is None:
            return 0
        if isinstance(value, bool):
            return int(value)
        shown = java_string(value)
        if shown in ("true", "false"):
            return int(shown == "true")
        raise IllegalArgumentException(f"Can't parse boolean value [{shown}], expected [true] or [false]")

    def index_term(self, value: Any) -> str:
        return "T" if self.query_value(value) else "F"

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        assert isinstance(column, NumericColumn)
        return column.where(column.values == self.query_value(value))

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
        assert isinstance(column, NumericColumn)
        hit = np.ones(len(column.values), bool)
        if lower is not None:
            low = self.query_value(lower)
            hit &= column.values >= low if include_lower else column.values > low
        if upper is not None:
            high = self.query_value(upper)
            hit &= column.values <= high if include_upper else column.values < high
        return column.where(hit)

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        return bool(value)

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        if value is None:
            return self.option("null_value")
        return value if isinstance(value, bool) else value == "true"


@register("binary")
class BinaryFieldType(FieldType):
    """Base64 text; searchable by nothing but ``exists`` and vector scripts, and those only with ``doc_values``."""

    tells_no_analyzer = True
    parameters: ClassVar[tuple[Parameter, ...]] = (flag("store", False), flag("doc_values", False), META)

    @property
    def has_doc_values(self) -> bool:
        return bool(self.option("doc_values"))

    @property
    def searchable(self) -> bool:
        return False

    def new_buffer(self) -> Buffer | None:
        return ObjectBuffer() if self._kept else None

    @property
    def ignores_malformed(self) -> bool:
        return not self._kept

    @property
    def _kept(self) -> bool:
        """Whether values are looked at."""
        return self.has_doc_values or bool(self.option("store"))

    def tells_ignored(self, value: Any, cause: OpenSearchError) -> bool:
        return False

    def loses_its_place(self, value: Any, cause: OpenSearchError) -> bool:
        return isinstance(value, dict)

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> bytes | None:
        if value is None or (not self._kept and not isinstance(value, dict)):
            return None
        if not isinstance(value, str):
            raise JsonParseException(
                f"Current token ({jackson_token(value)}) not VALUE_STRING or VALUE_EMBEDDED_OBJECT, can not access as "
                f"binary" + SOURCE,
                at=Where(container, key, "after"),
            )
        try:
            return decode_text(value, container, key)
        except JsonParseException as error:
            rest = getattr(error, "rest", "")
            error.preview = UNREADABLE if rest is None else rest  # type: ignore[attr-defined]
            raise

    def require_index(self) -> None:
        raise self.no_query()

    def no_sort(self) -> OpenSearchError:
        return IllegalArgumentException("can't sort on binary field")

    def no_query(self) -> Exception:
        return QueryShardException("Binary fields do not support searching")

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        return base64.b64encode(value).decode()
