"""Models of the k-NN plugin: trained from a field's vectors, kept in a system index."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from fakeknn.errors import (
    ActionRequestValidationException,
    DeleteModelException,
    IndexNotFoundException,
    ResourceNotFoundException,
)
from fakeknn.fields import VectorFieldType
from fakeknn.knn.models import Model, TrainRequest, already_exists
from fakeknn.knn.spaces import Matrix
from fakeknn.knn.training import TooFewVectorsError, train
from fakeknn.search.knn import MODEL_INDEX, limit_in_kilobytes
from fakeknn.state.creation import CreateIndex, create_index
from fakeknn.state.index import Index
from fakeknn.state.node import Node
from fakeknn.state.requests import DeleteRequest, IndexRequest, RefreshPolicy
from fakeknn.state.writes import Writer
from fakeknn.view import VectorColumn

_KEYWORDS = (
    "model_id",
    "engine",
    "space_type",
    "state",
    "description",
    "error",
    "node_assignment",
    "method_component_context",
    "mode",
    "compression_level",
    "model_version",
)
_MAPPING = {
    "properties": {
        **{name: {"type": "keyword"} for name in _KEYWORDS},
        "dimension": {"type": "integer"},
        "timestamp": {"type": "date"},
        "model_blob": {"type": "binary"},
    }
}


def get_model(node: Node, model_id: str) -> Model:
    """The model; IndexNotFoundException before any was trained, ResourceNotFoundException."""
    if MODEL_INDEX not in node.indices:
        raise IndexNotFoundException(MODEL_INDEX, resource_type="index_expression")
    model: Model | None = node.knn_models.get(model_id)
    if model is None:
        raise ResourceNotFoundException(model_id)
    return model


def train_model(node: Node, request: TrainRequest, model_id: str | None, preference: str | None) -> Model:
    """Train a model at once: the real server does so in the background, and tells of the state ``training`` before.

    Raises ActionRequestValidationException or ValidationException for what cannot be trained; a training that fails
    leaves a model in the state ``failed``.
    """
    if model_id in node.knn_models:
        raise already_exists(str(model_id))
    problems = request.problems()
    if preference is not None and preference != node.node_id:
        problems.append(f'Preferred node "{preference}" does not exist')
    problems += request.description_problems()
    index = node.indices.get(request.index)
    problems += _field_problems(request, index)
    if problems or index is None:
        raise ActionRequestValidationException(*problems)
    request.check_count(index.doc_count())
    node.knn_counters.training_requests += 1
    model = _trained(node, request, model_id or node.ids.uuid(), index)
    _keep(node, model)
    return model


def _field_problems(request: TrainRequest, index: Index | None) -> list[str]:
    """IndexUtil.validateKnnField."""
    name = request.field
    if index is None:
        return [f'Index "{request.index}" does not exist.']
    if not index.mapping.fields and not index.mapping.echo():
        return ["Invalid index. Index does not contain a mapping"]
    if not name:
        return ["Field path is empty."]
    field = index.mapping.fields.get(name)
    if field is None and index.mapping.field(name) is None and name not in index.mapping.objects:
        return [f'Field "{name}" does not exist.']
    if not isinstance(field, VectorFieldType):
        return [f'Field "{name}" is not of type knn_vector.']
    definition = field.definition
    if definition.data_type != request.data_type:
        return [
            f'Field "{name}" has data type {definition.data_type}, which is different from data type used in the '
            f"training request: {request.data_type}"
        ]
    encoder = request.component.encoder
    if request.data_type != "float" and encoder is not None and encoder.name != "flat":
        return [f"encoder is not supported for vector data type [{request.data_type}]"]
    if definition.model_id is not None and definition.engine is None:
        return [f'Model "{definition.model_id}" for field "{name}" is not created.']
    if definition.dimension != request.dimension:
        return [
            f'Field "{name}" has dimension {definition.dimension}, which is different from dimension specified in the '
            f"training request: {request.dimension}"
        ]
    return []


def _trained(node: Node, request: TrainRequest, model_id: str, index: Index) -> Model:
    model = Model(
        id=model_id,
        state="created",
        timestamp=f"{np.datetime64(node.clock.millis(), 'ms')}Z",
        description=request.description,
        error="",
        space=request.space,
        dimension=request.dimension,
        engine=request.engine,
        node=node.ephemeral_id,
        component=request.component,
        data_type=request.data_type,
        mode=request.mode,
        compression=request.compression,
        version=node.version,
    )
    vectors = _vectors(node, index, request)
    free = limit_in_kilobytes(node) - request.kilobytes(min(index.doc_count(), request.max_vectors))
    lacking = "load training data into memory." if free <= 0 else "allocate space in native memory for the model."
    if free - request.component.overhead_in_kilobytes(request.dimension) <= 0:
        node.knn_counters.training_errors += 1
        return replace(
            model, state="failed", error=f"Failed to {lacking} Check if there is enough memory to perform the request."
        )
    try:
        return replace(model, trained=train(request.component, vectors, node.seed))
    except TooFewVectorsError as error:
        node.knn_counters.training_errors += 1
        return replace(model, state="failed", error=f"Failed to execute training. {error}")


def _vectors(node: Node, index: Index, request: TrainRequest) -> Matrix:
    """The vectors to train with, as they lie in the index."""
    parts = []
    for view in index.views(node.now()):
        column = view.columns.get(request.field)
        if isinstance(column, VectorColumn):
            parts.append(column.matrix[view.live[column.rows]])
    width = request.dimension // 8 if request.data_type == "binary" else request.dimension
    matrix = np.concatenate(parts) if parts else np.empty((0, width), np.float32)
    if request.data_type == "binary":
        matrix = np.unpackbits(matrix.view(np.uint8), axis=1)
    return matrix[: request.max_vectors]


def _keep(node: Node, model: Model) -> None:
    if MODEL_INDEX not in node.indices:
        settings = {
            "index.hidden": "true",
            "index.number_of_shards": node.cluster_setting("knn.model.index.number_of_shards", "1"),
            "index.number_of_replicas": node.cluster_setting("knn.model.index.number_of_replicas", "1"),
        }
        create_index(node, CreateIndex(MODEL_INDEX, settings, _MAPPING))
    _write(node, IndexRequest(MODEL_INDEX, model.id, model.document()))
    node.knn_models[model.id] = model


def _write(node: Node, write: IndexRequest | DeleteRequest) -> None:
    writer = Writer(node, RefreshPolicy.IMMEDIATE, single=True)
    writer.prepare([write])
    writer.write(write)
    writer.finish(None)


def delete_model(node: Node, model_id: str) -> dict[str, Any]:
    """ModelDao.delete; ResourceNotFoundException, DeleteModelException."""
    if MODEL_INDEX not in node.indices:
        raise ResourceNotFoundException(f"Cannot delete model [{model_id}]. Model index [{MODEL_INDEX}] does not exist")
    if model_id not in node.knn_models:
        raise ResourceNotFoundException(f"Unable to delete model [{model_id}]. Model does not exist")
    users = [index.name for index in node.indices.values() if _uses(index, model_id)]
    if users:
        raise DeleteModelException(
            f"Cannot delete model [{model_id}].  Model is in use by the following indices [{', '.join(users)}], which "
            "must be deleted first."
        )
    _write(node, DeleteRequest(MODEL_INDEX, model_id))
    del node.knn_models[model_id]
    return {"model_id": model_id, "result": "deleted"}


def _uses(index: Index, model_id: str) -> bool:
    fields = index.mapping.fields.values()
    return any(isinstance(field, VectorFieldType) and field.definition.model_id == model_id for field in fields)
