"""``ext.mmr``: more hits are asked for than wanted, and those are chosen that are near the query but unlike each other
(Maximal Marginal Relevance, the k-NN plugin's two processors of search pipelines).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import orjson

from fakeknn.errors import (
    IllegalArgumentException,
    NamedObjectNotFoundException,
    NullPointerException,
    ParsingException,
    Where,
)
from fakeknn.fields import VectorFieldType
from fakeknn.knn.java import cannot_be_cast, class_name
from fakeknn.knn.spaces import SPACES, DataType, Space
from fakeknn.query.knn import Knn
from fakeknn.search.execute import Outcome
from fakeknn.search.fetch import Hit
from fakeknn.search.request import NOT_FAKED, OBJECTS, SearchRequest
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.xcontent import objects

_FACTORIES = ("mmr_over_sample_factory", "mmr_rerank_factory")
_SETTING = "cluster.search.enabled_system_generated_factories"
_OVERSAMPLE = 3
_DATA_TYPES: tuple[DataType, ...] = ("binary", "byte", "float")


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the body says (MMRSearchExtBuilder)."""

    diversity: np.float32
    candidates: int | None
    path: str | None
    data_type: DataType | None
    space: Space | None


@dataclass(frozen=True, slots=True)
class Rerank:
    """How hits are chosen: of all candidates, ``size``."""

    request: SearchRequest
    """The search for the candidates."""
    size: int
    diversity: np.float32
    path: str
    space: Space

    def choose(self, outcome: Outcome) -> dict[str, Any]:
        """Leave those hits that are chosen, in the order of choice; what the answer tells beside it."""
        if not outcome.page:
            return {}
        vectors = [self._vector(outcome, hit) for hit in outcome.page]
        chosen = self._chosen(outcome.page, vectors)
        outcome.page = [outcome.page[i] for i in chosen]
        outcome.max_score = max((np.float32(hit.score or 0) for hit in outcome.page), default=None)
        return {"profile": {"shards": []}}  # MMRRerankProcessor copies an answer without one so

    def _vector(self, outcome: Outcome, hit: Hit) -> Any:
        ctx = outcome.contexts[hit.shard]
        source = ctx.view.source(hit.row)
        failed = f"Failed to extract the vector from the doc [{ctx.view.ids[hit.row]}] for MMR rerank"
        found = self._value({} if source is None else orjson.loads(source), failed)
        for value in found:
            if not isinstance(value, float):
                cause = cannot_be_cast(value, "java.lang.Double")
                raise IllegalArgumentException(
                    f"{failed}: unexpected value at the vector field [{self.path}]. error: {cause.reason}"
                ) from cause
        return np.array(found, np.float32)

    def _value(self, source: Any, failed: str) -> list[Any]:
        """What stands at the path (MMRUtil.extractVectorFromHit); objects in arrays are none."""
        for name in self.path.split("."):
            if not isinstance(source, dict):
                raise IllegalArgumentException(
                    f"{failed}: expected object at [{name}], but found [{class_name(source)}]"
                )
            source = source.get(name)
            if source is None:
                raise IllegalArgumentException(f"{failed}: field path [{self.path}] not found in document source.")
        if not isinstance(source, list):
            raise IllegalArgumentException(
                f"{failed}: expected vector (list of numbers) at field path [{self.path}], but found type "
                f"[{class_name(source)}]"
            )
        return source

    def _chosen(self, hits: Sequence[Hit], vectors: list[Any]) -> list[int]:
        scores = np.array([hit.score or 0 for hit in hits], np.float32)
        matrix = np.stack(vectors)
        nearest = np.zeros(len(hits), np.float32)
        left = np.ones(len(hits), bool)
        chosen: list[int] = []
        while len(chosen) < self.size and left.any():
            worth = (np.float32(1) - self.diversity) * scores - self.diversity * nearest
            best = int(np.argmax(np.where(left, worth, -np.inf)))
            chosen.append(best)
            left[best] = False
            nearest = np.maximum(nearest, self.space.score(matrix, matrix[best], one_by_one=True))
        return chosen


def _ext(request: SearchRequest, container: Any, key: Any) -> None:
    sections = container[key]
    for name in sections:
        if not _read_section(request, sections, name):
            break
    else:
        return
    # A section without braces has ended with the object around it, so what follows that is taken for sections, and
    # the end of the body for theirs.
    for name in _after(container, key):
        _read_section(request, container, name)
    raise NullPointerException(
        'Cannot invoke "org.opensearch.core.xcontent.XContentParser$Token.isValue()" because "token" is null'
    )


def _read_section(request: SearchRequest, container: Any, name: str) -> bool:
    """Read one extension; whether it is an object."""
    if name != "mmr":
        raise NamedObjectNotFoundException(f"unknown field [{name}]", at=Where(container, name))
    request.parts["mmr"] = _read(request, container, name)
    return isinstance(container[name], dict)


def _after(container: dict[str, Any], key: str) -> list[str]:
    """The members that follow one."""
    names = list(container)
    return names[names.index(key) + 1 :]


def request_of(node: Node) -> SearchRequest:
    """An empty request, which knows the processors that the cluster makes by itself."""
    return SearchRequest(factories=lambda: node.cluster_setting(_SETTING) or ())


OBJECTS["ext"] = _ext


def over_sampled(request: SearchRequest, indices: Sequence[Index]) -> Rerank | None:
    """MMROverSampleProcessor: the search for the candidates; None if none is asked for."""
    if "mmr" not in request.parts:
        return None
    asked: _Asked = request.parts["mmr"]
    candidates = _OVERSAMPLE * request.size if asked.candidates is None else asked.candidates
    stored = _stored_fields(request)
    if request.query is None:
        raise IllegalArgumentException("Query builder must not be null to do Maximal Marginal Relevance rerank.")
    query = request.query
    if not isinstance(query, Knn):
        if asked.path is not None:
            _space(asked, asked.path, indices)
        raise IllegalArgumentException(
            f"Maximal Marginal Relevance rerank doesn't support the query type [{query.kind}]"
        )
    path = query.field if asked.path is None else asked.path
    space = _space(asked, path, indices)
    if query.k is not None:
        query = replace(query, k=candidates)
    wider = replace(request, query=query, size=candidates, stored_fields=stored, parts=dict(request.parts))
    return Rerank(wider, request.size, asked.diversity, path, space)


def _stored_fields(request: SearchRequest) -> list[str] | None:
    """What is still asked for beside the source, which is read for its vectors, and with which the _id comes."""
    stored = request.stored_fields
    if stored == ["_none_"]:
        if request.source is not None:
            raise IllegalArgumentException("[stored_fields] cannot be disabled if [_source] is requested")
        return []
    if stored is not None and request.source is None:
        return [name for name in stored if name != "_source"]
    return stored


def _read(request: SearchRequest, container: Any, key: Any) -> _Asked:
    """MMRSearchExtBuilder.parse."""
    enabled = request.factories()
    if "*" not in enabled and not all(name in enabled for name in _FACTORIES):
        raise IllegalArgumentException(
            f"We need to enable [{', '.join(_FACTORIES)}] in the cluster setting [{_SETTING}] to support the mmr "
            "search extension."
        )
    body, names = container[key], list(container[key]) if isinstance(container[key], dict) else _after(container, key)
    if isinstance(body, list):
        at = Where(body, 0) if body else Where(body, None, "end")
        raise ParsingException("[mmr] query extension does not support []", at=at)
    if not isinstance(body, dict):
        body = container
    said: dict[str, Any] = {}
    for name in names:
        if name not in _READERS or not objects.is_value(body[name]):
            raise ParsingException(f"[mmr] query extension does not support [{name}]", at=Where(body, name))
        said[name] = _READERS[name](body, name)
    diversity = np.float32(said.get("diversity", 0.5))
    if not 0 <= diversity <= 1:
        raise IllegalArgumentException("diversity in mmr query extension must be between 0.0 and 1.0")
    if said.get("candidates", 0) < 0:
        raise IllegalArgumentException("candidates in mmr query extension must be larger than 0.")
    if said.get("vector_field_path") == "":
        raise IllegalArgumentException("vector_field_path in mmr query extension should not be an empty string.")
    return _Asked(
        diversity,
        said.get("candidates"),
        said.get("vector_field_path"),
        said.get("vector_field_data_type"),
        said.get("vector_field_space_type"),
    )


def _data_type(container: Any, key: Any) -> DataType:
    given = objects.text(container, key).lower()
    for data_type in _DATA_TYPES:
        if data_type == given:
            return data_type
    raise IllegalArgumentException(
        f"{key} in mmr query extension is not valid, valid values are {','.join(_DATA_TYPES)}."
    )


def _space_type(container: Any, key: Any) -> Space:
    given = objects.text(container, key)
    if given not in SPACES:
        raise IllegalArgumentException(
            f"{key} in mmr query extension is not valid, valid values are {','.join(SPACES)}."
        )
    return SPACES[given]


_READERS = {
    "diversity": objects.decimal,
    "candidates": objects.integer,
    "vector_field_path": objects.text,
    "vector_field_data_type": _data_type,
    "vector_field_space_type": _space_type,
}


def _space(asked: _Asked, path: str, indices: Sequence[Index]) -> Space:
    """MMRUtil.resolveKnnVectorFieldInfo: what the indices say of the field, which must agree with what is said."""
    space: Space | None = None
    data_type: DataType | None = None
    strange = []
    for index in indices:
        _check_not_nested(index, path)
        field = index.mapping.fields.get(path)
        if field is None:
            continue
        if not isinstance(field, VectorFieldType):
            strange.append(f"{index.name}:{path}")
            continue
        here = field.definition
        space = _agreed(space, here.space, "space type", path)
        data_type = _agreed(data_type, here.data_type, "vector data type", path)
    if strange:
        raise IllegalArgumentException(
            f"MMR query extension cannot support non knn_vector field [{','.join(strange)}]."
        )
    for what, said, found in (("space type", asked.space, space), ("vector data type", asked.data_type, data_type)):
        if said is not None and found is not None and said != found:
            raise IllegalArgumentException(
                f"The {what} [{_name(said)}] provided in the MMR query extension does not match the {what} "
                f"[{_name(found)}] in target indices."
            )
    return asked.space or space or SPACES["l2"]


def _check_not_nested(index: Index, path: str) -> None:
    """MMRUtil.getMMRFieldMappingByPath."""
    parts = path.split(".")
    for end, part in enumerate(parts, 1):
        place = index.mapping.objects.get(".".join(parts[:end]))
        if place is not None and place.nested:
            raise IllegalArgumentException(
                f"MMR search extension cannot support the field {path} because it is in the nested field {part}."
            )


def _agreed(current: Any, following: Any, what: str, path: str) -> Any:
    if current is not None and current != following:
        raise IllegalArgumentException(
            f"MMR query extension cannot support different {what} [{_name(current)}, {_name(following)}] for the "
            f"knn_vector field at path {path}."
        )
    return following


def _name(value: Any) -> str:
    return value.name if isinstance(value, Space) else str(value)


NOT_FAKED["START_OBJECT"] = tuple(name for name in NOT_FAKED["START_OBJECT"] if name != "ext")
