"""knn_vector: the contiguous matrix of a field, and what a document may say there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    KnnCircuitBreakerException,
    NullPointerException,
    OpenSearchError,
    QueryShardException,
    UnsupportedOperationException,
    Where,
)
from fakeknn.fields.base import UNREADABLE, FieldType, appears_again, register
from fakeknn.fields.buffers import Buffer, VectorBuffer
from fakeknn.fields.contexts import DocContext
from fakeknn.knn import method
from fakeknn.knn.method import VectorDefinition
from fakeknn.knn.vectors import Rows, parse_vector, parse_vectors, refused
from fakeknn.view import Column, Mask


def outside_of_field(error: OpenSearchError) -> bool:
    """Whether an error is told without the field that it was met at."""
    return getattr(error, "outside_of_field", False)


def _outside(error: OpenSearchError) -> OpenSearchError:
    error.outside_of_field = True  # type: ignore[attr-defined]
    return error


def derives_source(settings: Mapping[str, str]) -> bool:
    """Whether the source of an index is stored without its vectors: not where its segments are replicated."""
    return (
        settings.get("index.knn.derived_source.enabled") == "true"
        and settings.get("index.replication.type", "").upper() != "SEGMENT"
    )


def _following(container: dict[str, Any], key: str, doc: DocContext) -> str | None:
    """The member behind one; raises what its text breaks off by."""
    members = iter(container)
    next(name for name in members if name == key)
    following = next(members, None)
    broken = doc.met(container, container[key]) if following is None else None
    if broken is not None:
        raise broken
    return following


@register("knn_vector")
class VectorFieldType(FieldType):
    """A vector field; its definition is the k-NN library's own noun."""

    takes_arrays = True
    takes_objects = True
    tells_no_analyzer = True
    said: VectorDefinition
    """What the mapping says."""

    def configure(self, definition: Mapping[str, Any]) -> None:
        self.said = method.parse(
            self.name,
            {**definition, "type": self.kind},
            knn_enabled=self.context.flag("index.knn"),
            full_name=self.path,
        )
        self.options.update(store=self.said.store, meta=self.said.meta)

    @property
    def definition(self) -> VectorDefinition:
        """What holds: a field with a model has its engine, space and dimension from there, once it is trained."""
        said = self.said
        if said.model_id is None or not said.knn_enabled:
            return said
        model = self.context.model(said.model_id)
        return said if model is None or model.state != "created" else model.applied(said)

    def fetch(self, value: Any, format: str | None = None) -> Any:
        """What ``fields`` shows: each number as the source has it."""
        return value

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        """What ``stored_fields`` shows of a vector."""
        return value.tolist() if value.dtype == np.int8 else list(value)

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = self.said.echo(include_defaults)
        if self.fields:
            told["fields"] = {name: sub.echo(include_defaults) for name, sub in sorted(self.fields.items())}
        if self.copy_to:
            told["copy_to"] = list(self.copy_to)
        return told

    def merged(self, other: FieldType) -> FieldType:
        if isinstance(other, VectorFieldType) and (self.said.model_id is None) != (other.said.model_id is None):
            raise IllegalArgumentException(  # fields with a model are of another Java class
                f"mapper [{self.path}] cannot be changed from type [{self.kind}] to [{other.content_type}]"
            )
        return super().merged(other)

    def conflicts(self, other: FieldType) -> Iterable[str]:
        assert isinstance(other, VectorFieldType)
        return self.said.conflicts(other.said)

    @property
    def dtype(self) -> type[np.generic]:
        return np.float32 if self.definition.data_type == "float" else np.int8

    @property
    def searchable(self) -> bool:
        return False

    @property
    def has_doc_values(self) -> bool:
        return True

    @property
    def derived(self) -> bool:
        """Whether the vector is cut out of the stored source (IndexUtil.isDerivedEnabledForIndex)."""
        return derives_source(self.context.settings) and not self.copy_to

    def new_buffer(self) -> Buffer | None:
        return VectorBuffer(self.dtype, max(self.definition.width, 0))

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        if self._tripped:
            raise refused(KnnCircuitBreakerException(), value)
        alone = isinstance(container, dict) and type(value) in (int, float)
        if alone:
            _following(container, key, doc)
        parsed = self._parsed(container, key, value, doc)
        if alone:
            self._read_on(container, key, doc)
        return parsed

    def parse_all(self, values: list[Any]) -> Rows | None:
        return None if self._tripped else parse_vectors(values, self.definition)

    @property
    def _tripped(self) -> bool:
        """Whether the plugin's circuit breaker lets no vector in."""
        node = self.context.node
        return node is not None and node.cluster_setting("knn.circuit_breaker.triggered") == "true"

    def _read_on(self, container: dict[str, Any], key: str, doc: DocContext) -> None:
        """What the plugin does behind a vector that is a number without brackets: it steps on as if there were an end
        of an array, and takes the value of the next member for another vector of this field.
        """
        following = _following(container, key, doc)
        if following is None:
            raise _outside(
                NullPointerException(
                    'Cannot invoke "org.opensearch.core.xcontent.XContentParser$Token.ordinal()" because "token" '
                    "is null"
                )
            )
        value = container[following]
        if self._parsed(container, following, value, doc) is None:
            return
        if not isinstance(value, list):
            self._read_on(container, following, doc)
        raise _outside(appears_again(self.single, self.path))

    def at_end(self, value: list[Any]) -> OpenSearchError | None:
        return IllegalArgumentException(
            f"Vector dimension mismatch. Expected: {self.definition.dimension}, Given: 0"
            if self.definition.data_type != "binary"
            else "The dimension of the binary vector must be 8 times the length of the provided vector. "
            f"Expected: {self.definition.dimension}, Given: 0"
        )

    @property
    def single(self) -> str:  # type: ignore[override]
        if not self.definition.knn_enabled:
            return "DocValuesField"
        lucene = self.definition.engine == "lucene"
        return "VectorValuesField" if lucene else "[NativeEngineKNNVectorWriter]VectorValuesField"

    def _parsed(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        raw = doc.raw if isinstance(value, list) else lambda *_: doc.raw(container, key)
        try:
            return parse_vector(value, self.definition, raw=raw)
        except OpenSearchError as error:
            shown = getattr(error, "preview", value)
            if shown is None and hasattr(error, "preview") and isinstance(container, list) and key + 1 < len(container):
                error.preview = shown = container[key + 1]
            if type(shown) is int and not -(2**63) <= shown < 2**63:
                error.preview = UNREADABLE  # type: ignore[attr-defined]
            if isinstance(value, dict | str):  # of which no more is read than that it is no vector
                error.at = Where(container, key, "key")
            raise

    def no_query(self) -> QueryShardException:
        return QueryShardException(f"KNN vector do not support exact searching, use KNN queries instead: [{self.path}]")

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        raise self.no_query()

    def terms(self, column: Column, values: Any) -> Mask:
        raise self.no_query()

    def require_doc_values(self) -> None:
        raise UnsupportedOperationException("knn vector field doesn't support this operation")

    def check_format(self, format: str | None) -> None:
        if format is not None:
            raise IllegalArgumentException(f"Field [{self.path}] of type [{self.kind}] does not support custom formats")

    def refused(self, query: str) -> OpenSearchError:
        return self.no_query()
