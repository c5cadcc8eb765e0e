"""flat_object: an object whose members are found as texts, without a mapping of their own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError, ParsingException, Where
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, KeywordBuffer
from fakeknn.fields.contexts import DocContext, MappingContext
from fakeknn.fields.scalar import StringFieldType, plain_text
from fakeknn.fields.unparametrized import UnparametrizedFieldType
from fakeknn.view import Column, KeywordColumn, View
from fakeknn.xcontent import java_string
from fakeknn.xcontent.objects import token

#: Behind a field's path: the name under which its values are kept with their paths.
PATHS = "\0paths"


class PathsFieldType(StringFieldType):
    """``path=value`` of every leaf, which no request can name."""

    def __init__(self, path: str, context: MappingContext) -> None:
        super().__init__(path, "keyword", context)

    @property
    def lucene_name(self) -> str:
        return self.path.removesuffix(PATHS) + "._valueAndPath"


class FlatMemberFieldType(StringFieldType):
    """A path inside a flat_object."""

    aggregatable = False
    sorts = False

    def no_sort(self) -> OpenSearchError:
        raise NotFaked("a sort by what is inside a flat_object, which the real server fails at")

    @property
    def with_paths(self) -> PathsFieldType:
        """What holds the values of all paths."""
        return PathsFieldType(self.root + PATHS, self.context)

    def fuzzy_term(self, value: Any) -> tuple[FieldType, str]:
        """The path is part of the text that is sought, and may differ with it."""
        return self.with_paths, f"{self.path}={java_string(value)}"

    def __init__(self, path: str, root: str, context: MappingContext) -> None:
        super().__init__(path, "flat_object", context)
        self.root = root

    def of_view(self, view: View, index: str) -> Column:
        """The values at this path alone."""
        key = ("flat_object", self.path)
        found = view.memo.get(key)
        if found is None:
            found = view.memo[key] = self._chosen(view)
        assert isinstance(found, Column)
        return found

    def _chosen(self, view: View) -> KeywordColumn:
        whole = view.columns.get(self.root + PATHS)
        if whole is None:
            whole = KeywordBuffer().snapshot(view.n)
        assert isinstance(whole, KeywordColumn)
        prefix = self.path + "="
        chosen = [tid for tid in range(whole.n_terms) if whole.terms[tid].startswith(prefix)]
        numbers = np.full(whole.n_terms, -1, np.int32)
        numbers[chosen] = np.arange(len(chosen), dtype=np.int32)
        tids = numbers[whole.tids]
        hit = tids >= 0
        terms = [whole.terms[tid][len(prefix) :] for tid in chosen]
        by_term = {term: tid for tid, term in enumerate(terms)}
        return KeywordColumn(view.n, whole.rows[hit], whole.single, tids[hit], terms, by_term, len(terms))

    def fetch(self, value: Any, format: str | None = None) -> Any:
        return java_string(value)


@register("flat_object")
class FlatObjectFieldType(UnparametrizedFieldType, StringFieldType):
    """Found by any of its values; its members by theirs."""

    takes_objects = True
    takes_subs = False
    spreads = True
    aggregatable = False

    def read_shared(self, name: str, value: Any) -> bool:
        return False

    def new_buffer(self) -> Buffer | None:
        return KeywordBuffer()

    def require_doc_values(self) -> None:
        raise IllegalArgumentException(
            f"Field [{self.path}] of type [{self.kind}] does not support doc_value in root field"
        )

    def inner_field(self, path: str) -> StringFieldType:
        if path.endswith(PATHS):
            return PathsFieldType(path, self.context)
        return FlatMemberFieldType(path, self.path, self.context)

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[tuple[str, str]]:
        if value is None:
            return []
        if not isinstance(value, dict):
            raise ParsingException(
                f"[{self.path}] unexpected token [{token(value)}] in flat_object field value",
                at=Where(container, key),
            )
        found = []
        for path, shown in self._leaves(self.path, value, doc):
            found += [(self.path, shown), (self.path + PATHS, f"{path}={shown}")]
        return found

    def _leaves(self, path: str, value: Any, doc: DocContext) -> Iterator[tuple[str, str]]:
        members = value.items() if isinstance(value, dict) else enumerate(value)
        for key, item in members:
            below = f"{path}.{key}" if isinstance(value, dict) else path
            if isinstance(item, dict | list):
                yield from self._leaves(below, item, doc)
            elif item is not None:
                yield below, plain_text(value, key, item, doc)

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        return java_string(value)
