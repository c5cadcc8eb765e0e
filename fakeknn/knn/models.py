"""Trained models: what ``_train`` is asked for, and what a model tells of itself."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import orjson

from fakeknn.errors import (
    ActionRequestValidationException,
    IllegalArgumentException,
    IllegalStateException,
    MapperParsingException,
    NullPointerException,
    NumberFormatException,
    ParsingException,
    ValidationException,
    Where,
)
from fakeknn.knn.component import METHODS, Component, Config
from fakeknn.knn.java import text
from fakeknn.knn.members import ENGINES, Method, read_data_type, read_method
from fakeknn.knn.method import VectorDefinition, resolve_component, validity_problems
from fakeknn.knn.spaces import SPACES, DataType, Engine, Space, get_space
from fakeknn.knn.training import Trained
from fakeknn.knn.vectors import parse_float
from fakeknn.xcontent.objects import token

_UNSET = -1
_INT_MAX = 2**31 - 1
_DESCRIPTION_MAX = 1000


@dataclass(frozen=True, slots=True)
class TrainRequest:
    """``POST _plugins/_knn/models/{id}/_train`` (TrainingModelRequest), its method resolved."""

    index: str
    field: str
    dimension: int
    component: Component
    engine: Engine
    space: Space
    data_type: DataType
    description: str
    mode: str | None
    compression: str
    max_vectors: int = _INT_MAX

    def problems(self) -> list[str]:
        """What is wrong with the method itself."""
        config = Config(self.data_type, self.dimension, self.mode or "", self.compression)
        found = validity_problems(self.engine, self.space, self.component, config)
        if not METHODS[self.engine][self.component.name].needs_training(self.component):
            found.append("Method does not require training.")
        return found

    def description_problems(self) -> list[str]:
        if len(self.description) <= _DESCRIPTION_MAX:
            return []
        return [f"Description exceeds limit of {_DESCRIPTION_MAX} characters"]

    def kilobytes(self, vectors: int) -> int:
        """What so many vectors take (TrainingJobRouterTransportAction.estimateVectorSetSizeInKB)."""
        size = {"float": 4 * self.dimension, "byte": self.dimension, "binary": self.dimension // 8}[self.data_type]
        return size * vectors // 1024 + 1

    def check_count(self, vectors: int) -> None:
        """AbstractFaissPQEncoder.validateEncoderConfig; ValidationException."""
        encoder = self.component.encoder
        if encoder is None or encoder.name != "pq":
            return
        size = (encoder.parameters or {}).get("code_size")
        least = 1000 if size is None else 1 << int(size)
        if min(vectors, self.max_vectors) < least:
            raise ValidationException(f"Number of training points should be greater than {least}")


@dataclass(frozen=True, slots=True)
class Model:
    """A model: its metadata, and (once ``state`` is ``created``) what was trained."""

    id: str
    state: str
    timestamp: str
    description: str
    error: str
    space: Space
    dimension: int
    engine: Engine
    node: str
    component: Component
    data_type: DataType
    mode: str | None
    compression: str
    version: str
    trained: Trained | None = None

    @property
    def blob(self) -> str:
        return "" if self.trained is None else base64.b64encode(self.trained.blob()).decode()

    def echo(self) -> dict[str, Any]:
        """Model.toXContent."""
        return {
            "model_id": self.id,
            "model_blob": self.blob,
            "state": self.state,
            "timestamp": self.timestamp,
            "description": self.description,
            "error": self.error,
            "space_type": self.space.name,
            "dimension": self.dimension,
            "engine": self.engine,
            "training_node_assignment": self.node,
            "model_definition": self.component.echo(),
            "data_type": self.data_type,
            **({"mode": self.mode} if self.mode else {}),
            **({"compression_level": self.compression} if self.compression else {}),
            "model_version": self.version,
        }

    def document(self) -> bytes:
        """What stands in the system index (ModelDao.putInternal)."""
        told = self.echo()
        told["model_definition"] = orjson.dumps(told["model_definition"]).decode()
        told["data_type"] = self.data_type.upper()
        if not told["model_blob"]:
            del told["model_blob"]
        return orjson.dumps(told)

    def applied(self, said: VectorDefinition) -> VectorDefinition:
        """A field that has its engine, space and dimension from this model."""
        return replace(
            said,
            dimension=self.dimension,
            data_type=self.data_type,
            engine=self.engine,
            space=self.space,
            component=self.component,
            compression=self.compression or "1x",
            mode=self.mode,
            trained=self.trained,
        )


# --- reading ----------------------------------------------------------------------------------------------------------


def read_train_request(body: Any) -> TrainRequest:
    """RestTrainModelHandler.createTransportRequest.

    Raises IllegalArgumentException, MapperParsingException, ParsingException or ValidationException.
    """
    if not isinstance(body, dict):
        raise ParsingException(
            f"Failed to parse object: expecting token of type [START_OBJECT] but found [{token(body)}]",
            at=Where(body, None, "start"),
        )
    said: dict[str, Any] = {}
    for name in body:
        reader = _READERS.get(name)
        if reader is None:
            raise IllegalArgumentException(f'Unable to parse token. "{name}" is not a valid parameter.')
        if reader is _read_space and "space_type" in said:
            raise IllegalArgumentException("Unable to parse SpaceType as it is duplicated.")
        said["space_type" if reader is _read_space else name] = reader(body, name)
    method: Method | None = said.get("method")
    mode, compression = said.get("mode"), said.get("compression_level")
    if method is None and mode is None and compression is None:
        raise IllegalArgumentException('At least "[method]", "[mode]" or "[compression_level]" needs to be set')
    for name in ("dimension", "training_index", "training_field"):
        if said.get(name) in (None, _UNSET):
            raise IllegalArgumentException(f'Request did not set "{name}.')
    data_type: DataType = said.get("data_type", "float")
    if (mode is not None or compression is not None) and data_type != "float":
        raise IllegalArgumentException(
            'When "[mode]" or "[compression_level]" is set, "[data_type]" must be set to "[float]"'
        )
    space = _space(method, said.get("space_type"), data_type)
    _check_names(mode, compression)
    engine = _engine(method, said.get("engine"), compression)
    component, resolved = _resolved(engine, method, Config(data_type, said["dimension"], mode or "", compression or ""))
    request = TrainRequest(
        index=said["training_index"],
        field=said["training_field"],
        dimension=said["dimension"],
        component=component,
        engine=engine,
        space=space,
        data_type=data_type,
        description=said.get("description") or "",
        mode=mode,
        compression=resolved,
        max_vectors=_INT_MAX if (count := said.get("max_training_vector_count", _UNSET)) == _UNSET else count,
    )
    _check_sizes(said)
    return request


def _check_sizes(said: Mapping[str, Any]) -> None:
    count, size = said.get("max_training_vector_count", _UNSET), said.get("search_size", _UNSET)
    if count != _UNSET and count <= 0:
        raise IllegalArgumentException(
            f"Maximum vector count {count} is invalid. Maximum vector count must be greater than 0"
        )
    if size != _UNSET and not 0 < size <= 10_000:
        raise IllegalArgumentException(f"Search size {size} is invalid. Search size must be between 0 and 10,000")


def _space(method: Method | None, of_request: Space | None, data_type: DataType) -> Space:
    of_method = method.space if method else None
    if of_method and of_request and of_method is not of_request:
        raise MapperParsingException(
            f'Cannot specify conflicting space types: "[{of_method.name}]" "[{of_request.name}]"'
        )
    return of_method or of_request or SPACES["hamming" if data_type == "binary" else "l2"]


def _engine(method: Method | None, of_request: Engine | None, compression: str | None) -> Engine:
    """EngineResolver with training; if no engine is said, the request is taken to say ``faiss``."""
    if of_request not in (None, "faiss"):
        raise MapperParsingException("Cannot specify engine other than FAISS for training")
    if of_request is None and (method is None or method.engine is None):
        of_request = "faiss"
    of_method = method.engine if method else None
    configured = method is not None and method.engine_configured
    if compression == "4x" and (of_request or not configured):
        raise MapperParsingException("Lucene is the only engine that supports 4x compression")
    if of_request and configured and of_request != of_method:
        named = of_method or "undefined"
        raise MapperParsingException(f"Cannot specify conflicting engines: [{named}] and [{of_request}]")
    return of_method or "faiss"


def _resolved(engine: Engine, method: Method | None, config: Config) -> tuple[Component, str]:
    """AbstractMethodResolver.resolveMethod for training: a method that is not said is ``ivf``."""
    if engine != "faiss":
        raise ValidationException(f'Cannot use "{engine}" engine from training context')
    return resolve_component(engine, method.component if method else Component("ivf"), config)


def _text(body: Mapping[str, Any], name: str, *, null: bool = True) -> str | None:
    """XContentParser.textOrNull, or without ``null`` its text."""
    value = body[name]
    if isinstance(value, (list, dict)) or (value is None and not null):
        token = "VALUE_NULL" if value is None else "START_ARRAY" if isinstance(value, list) else "START_OBJECT"
        raise IllegalStateException(f"Can't get text on a {token} at {{line}}:{{column}}", at=Where(body, name))
    return None if value is None else text(value)


def _description(body: Mapping[str, Any], name: str) -> str:
    given = _text(body, name)
    if given is None:
        raise NullPointerException(
            'Cannot invoke "String.contains(java.lang.CharSequence)" because "description" is null'
        )
    if "," in given:
        raise IllegalArgumentException("Model description cannot contain any commas: ','")
    return given


def _integer(body: Mapping[str, Any], name: str) -> int:
    """NumberType.INTEGER.parse without coercion."""
    value = body[name]
    if value is None:
        raise NullPointerException('Cannot invoke "Object.toString()" because "value" is null')
    if isinstance(value, dict | list):  # the text of its first token
        raise NumberFormatException(f'For input string: "{"{" if isinstance(value, dict) else "["}"')
    number = float(parse_float(text(value)))
    if number < -(1 << 31) or number >= 1 << 31:
        raise IllegalArgumentException(f"Value [{text(value)}] is out of range for an integer")
    if not number.is_integer():
        raise IllegalArgumentException(f"Value [{text(value)}] has a decimal part")
    return int(float(text(value)))


def _method(body: Mapping[str, Any], name: str) -> Method:
    value = body[name]
    return read_method(name, value if isinstance(value, dict) else {})


def _check_names(mode: str | None, compression: str | None) -> None:
    """Mode.fromName and CompressionLevel.fromName."""
    if compression and compression.lower() not in ("1x", "2x", "4x", "8x", "16x", "32x"):
        raise IllegalArgumentException(f'Invalid compression level: "[{compression}]"')
    if mode and mode.lower() not in ("in_memory", "on_disk"):
        raise IllegalArgumentException(f'Invalid mode: "[{mode}]"')


def _read_space(body: Mapping[str, Any], name: str) -> Space:
    return get_space(_text(body, name, null=False) or "")


def _read_engine(body: Mapping[str, Any], name: str) -> Engine:
    given = _text(body, name, null=False)
    engine = ENGINES.get((given or "").lower())
    if engine is None:
        raise IllegalArgumentException(f"Invalid engine type: {given}")
    return engine


_READERS: Mapping[str, Callable[[Mapping[str, Any], str], Any]] = {
    "training_index": _text,
    "training_field": _text,
    "method": _method,
    "dimension": _integer,
    "max_training_vector_count": _integer,
    "search_size": _integer,
    "description": _description,
    "data_type": lambda body, name: read_data_type(name, _text(body, name, null=False)),
    "mode": partial(_text, null=False),
    "compression_level": partial(_text, null=False),
    "space_type": _read_space,
    "spaceType": _read_space,
    "engine": _read_engine,
}


def already_exists(model_id: str) -> ActionRequestValidationException:
    return ActionRequestValidationException(f'Model with id="{model_id}" already exists')
