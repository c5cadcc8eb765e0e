"""``_plugins/_knn/models``: training, and what was trained."""

from __future__ import annotations

from typing import Any

from fakeknn.api.documents import require_body
from fakeknn.api.search import SEARCH_PARAMETERS, search
from fakeknn.errors import IllegalArgumentException
from fakeknn.knn.models import read_train_request
from fakeknn.rest import Request, route
from fakeknn.search.knn import MODEL_INDEX
from fakeknn.search.models import delete_model, get_model, train_model
from fakeknn.state.node import Node
from fakeknn.xcontent.reading import read_open


@route(
    "POST",
    "/_plugins/_knn/models/_train",
    "/_plugins/_knn/models/{model_id}/_train",
    params=("model_id", "preference"),
)
def train(node: Node, request: Request) -> dict[str, Any]:
    require_body(request)
    wanted = read_train_request(request.read(read_open))
    model = train_model(node, wanted, request.params.get("model_id"), request.params.get("preference"))
    return {"model_id": model.id}


@route("GET", "/_plugins/_knn/models/{model_id}", params=("model_id",))
def get(node: Node, request: Request) -> dict[str, Any]:
    return get_model(node, request.params["model_id"]).echo()


@route("DELETE", "/_plugins/_knn/models/{model_id}", params=("model_id",))
def delete(node: Node, request: Request) -> dict[str, Any]:
    return delete_model(node, request.params["model_id"])


@route("GET POST", "/_plugins/_knn/models/_search", params=(*SEARCH_PARAMETERS, "index"))
def search_models(node: Node, request: Request) -> dict[str, Any]:
    """RestSearchModelHandler."""
    if "index" in request.params:
        raise IllegalArgumentException("request contains an unrecognized parameter: [ index ]")
    size = request.number("size")
    if size is not None and not 1 <= size <= 1000:
        raise IllegalArgumentException("size must be between 1 and 1000 inclusive")
    request.params["index"] = MODEL_INDEX
    found: dict[str, Any] = search(node, request)
    return found
