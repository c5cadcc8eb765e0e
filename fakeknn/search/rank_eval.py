"""_rank_eval: how well searches rank the documents that people have rated."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NamedObjectNotFoundException,
    OpenSearchError,
    ParsingException,
    Where,
)
from fakeknn.query.script import Script, parse_script
from fakeknn.search.request import SearchRequest, parse_request
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import ObjectParser, building, declared, each

Key = tuple[str, str]
Rating = int | None


@dataclass(frozen=True)
class RatedRequest:
    id: str
    ratings: Mapping[Key, int]
    request: SearchRequest | None
    params: Mapping[str, Any]
    template_id: str | None
    summary_fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """A metric by name with its options: ``evaluate`` gives a score and its details."""

    name: str
    k: int
    options: Mapping[str, Any]

    def evaluate(self, ratings: Sequence[Rating], rated: Sequence[int]) -> tuple[float, dict[str, Any]]:
        score, details = _METRICS[self.name][1](self.options, ratings, rated)
        return score, {self.name: details}


@dataclass(frozen=True)
class Specification:
    requests: tuple[RatedRequest, ...]
    metric: Metric
    templates: Mapping[str, Script] = field(default_factory=dict)
    at_once: int = 1
    """How many searches are to run at the same time."""


# --- metrics ----------------------------------------------------------------------------------------------------------

Evaluation = Callable[[Mapping[str, Any], Sequence[Rating], Sequence[int]], tuple[float, dict[str, Any]]]


def _relevant(options: Mapping[str, Any], rating: Rating) -> bool:
    return rating is not None and rating >= options.get("relevant_rating_threshold", 1)


def _precision(options: Mapping[str, Any], ratings: Sequence[Rating], rated: Sequence[int]) -> Any:
    relevant = sum(_relevant(options, rating) for rating in ratings)
    ignores = options.get("ignore_unlabeled", False)
    retrieved = sum(1 for rating in ratings if rating is not None or not ignores)
    score = relevant / retrieved if retrieved else 0.0
    return score, {"relevant_docs_retrieved": relevant, "docs_retrieved": retrieved}


def _recall(options: Mapping[str, Any], ratings: Sequence[Rating], rated: Sequence[int]) -> Any:
    found = sum(_relevant(options, rating) for rating in ratings)
    relevant = sum(_relevant(options, rating) for rating in rated)
    return found / relevant if relevant else 0.0, {"relevant_docs_retrieved": found, "relevant_docs": relevant}


def _reciprocal_rank(options: Mapping[str, Any], ratings: Sequence[Rating], rated: Sequence[int]) -> Any:
    first = next((rank for rank, rating in enumerate(ratings, 1) if _relevant(options, rating)), -1)
    return (0.0 if first < 0 else 1.0 / first), {"first_relevant": first}


def _gain(ratings: Sequence[Rating]) -> float:
    total = 0.0
    for rank, rating in enumerate(ratings, 1):
        if rating is not None:
            total += (math.pow(2, rating) - 1) / (math.log(rank + 1) / math.log(2))
    return total


def _discounted_gain(options: Mapping[str, Any], ratings: Sequence[Rating], rated: Sequence[int]) -> Any:
    unknown = options.get("unknown_doc_rating")
    filled = [unknown if rating is None else rating for rating in ratings]
    score = gain = _gain(filled)
    told: dict[str, Any] = {"dcg": gain}
    if options.get("normalize", False):
        ideal = _gain(sorted(rated, reverse=True)[: len(filled)])
        score = gain / ideal if ideal else 0.0
        if ideal:
            told |= {"ideal_dcg": ideal, "normalized_dcg": gain / ideal}
    return score, {**told, "unrated_docs": sum(rating is None for rating in ratings)}


def _expected_rank(options: Mapping[str, Any], ratings: Sequence[Rating], rated: Sequence[int]) -> Any:
    unknown = options.get("unknown_doc_rating")
    left, total = 1.0, 0.0
    for rank, rating in enumerate(ratings, 1):
        value = unknown if rating is None else rating
        if value is not None:
            chance = (math.pow(2, value) - 1) / math.pow(2, options["maximum_relevance"])
            total += left * chance / rank
            left *= 1 - chance
    return total, {"unrated_docs": sum(rating is None for rating in ratings)}


_THRESHOLD = {"relevant_rating_threshold": declared("int"), "k": declared("int")}
_UNKNOWN = {"unknown_doc_rating": declared("int"), "k": declared("int")}

_METRICS: dict[str, tuple[ObjectParser, Evaluation]] = {
    "precision": (ObjectParser("precision", {**_THRESHOLD, "ignore_unlabeled": declared("boolean")}), _precision),
    "recall": (ObjectParser("recall", _THRESHOLD), _recall),
    "mean_reciprocal_rank": (ObjectParser("reciprocal_rank", _THRESHOLD), _reciprocal_rank),
    "dcg": (ObjectParser("dcg", {**_UNKNOWN, "normalize": declared("boolean")}), _discounted_gain),
    "expected_reciprocal_rank": (
        ObjectParser("dcg", {**_UNKNOWN, "maximum_relevance": declared("int")}, constructor=("maximum_relevance",)),
        _expected_rank,
    ),
}


@contextmanager
def _standing_at(container: Any, key: Any) -> Iterator[None]:
    """What is found when an object has been read is told where it ends."""
    try:
        yield
    except OpenSearchError as error:
        if objects.place_of(error) is None and isinstance(container[key], dict):
            objects.stopped_at(error, Where(container[key], None, "end"))
        raise


def _metric(container: Any, key: Any) -> Metric:
    body = container[key]
    name = next(iter(body), None)
    if name is None:
        raise ParsingException(
            "Failed to parse object: expecting token of type [FIELD_NAME] but found [END_OBJECT]",
            at=Where(body, None, "end"),
        )
    found = _METRICS.get(name)
    if found is None:
        raise NamedObjectNotFoundException(f"unknown field [{name}]", at=Where(body, name, "key"))
    with _standing_at(body, name):
        options = found[0].parse(body, name)
    k = options.get("k", 10)
    with _standing_at(body, name), building(found[0].name):
        if options.get("relevant_rating_threshold", 1) < 0:
            kind = {"precision": "precision", "recall": "recall"}.get(name, "precision")
            raise IllegalArgumentException(f"Relevant rating threshold for {kind} must be positive integer.")
        if k <= 0:
            raise IllegalArgumentException("Window size k must be positive.")
    return Metric(name, k, options)


# --- parsing ----------------------------------------------------------------------------------------------------------

_DOCUMENT = ObjectParser(
    "rated_document",
    {"_index": declared("string"), "_id": declared("string"), "rating": declared("int")},
    constructor=("_index", "_id", "rating"),
    applied=True,
)


def _document(container: Any, key: Any) -> dict[str, Any]:
    with _standing_at(container, key):
        return _DOCUMENT.parse(container, key)


def check_searched(request: SearchRequest) -> None:
    """RatedRequest.validateEvaluatedQuery."""
    start = "Query in rated requests should not"
    if request.parts.get("suggest") is not None:
        raise IllegalArgumentException(f"{start} contain a suggest section.")
    if request.aggregations is not None:
        raise IllegalArgumentException(f"{start} contain aggregations.")
    if request.parts.get("highlight") is not None:
        raise IllegalArgumentException(f"{start} contain a highlighter section.")
    if request.explain:
        raise IllegalArgumentException(f"{start} use explain.")
    if request.profile:
        raise IllegalArgumentException(f"{start} use profile.")


def _search(container: Any, key: Any) -> SearchRequest:
    return parse_request(container[key])


_REQUEST = ObjectParser(
    "request",
    {
        "id": declared("string"),
        "ratings": declared("object_array", each(_document)),
        "request": declared("object", _search),
        "params": declared("object"),
        "summary_fields": declared("string_array"),
        "template_id": declared("string"),
    },
    constructor=("id", "ratings"),
    applied=True,
)


def _rated_request(container: Any, key: Any) -> RatedRequest:
    with _standing_at(container, key):
        values = _REQUEST.parse(container, key)
    params, request, template = values.get("params", {}), values.get("request"), values.get("template_id")
    with _standing_at(container, key), building("request"):
        if (params or template is not None) and request is not None:
            raise IllegalArgumentException(
                "Ambiguous rated request: Set both, verbatim test request and test request template parameters."
            )
        if not params and request is None:
            raise IllegalArgumentException("Need to set at least test request or test request template parameters.")
        if params and template is None:
            raise IllegalArgumentException(
                "If template parameters are supplied need to set id of template to apply them to too."
            )
        if request is not None:
            check_searched(request)
        ratings: dict[Key, int] = {}
        for document in values["ratings"]:
            name = document["_index"], document["_id"]
            if name in ratings:
                shown = f'{{"_index":"{name[0]}","_id":"{name[1]}"}}'
                raise IllegalArgumentException(
                    f"Found duplicate rated document key [{shown}] in evaluation request [{values['id']}]"
                )
            ratings[name] = document["rating"]
    return RatedRequest(values["id"], ratings, request, params, template, tuple(values.get("summary_fields", ())))


_TEMPLATE = ObjectParser(
    "script_with_id",
    {"id": declared("string"), "template": declared("object", lambda c, k: parse_script(c, k, "mustache"))},
    constructor=("id", "template"),
    applied=True,
)

_SPECIFICATION = ObjectParser(
    "rank_eval",
    {
        "requests": declared("object_array", each(_rated_request)),
        "metric": declared("object", _metric),
        "templates": declared("object_array", each(_TEMPLATE.parse)),
        "max_concurrent_searches": declared("int", objects.integer),
    },
    constructor=("requests", "metric"),
    applied=True,
)


def parse_specification(body: Any) -> Specification:
    """RankEvalSpec.parse."""
    values = _SPECIFICATION.parse_root(body)
    requests, templates = values["requests"], values.get("templates", [])
    with building("rank_eval"):
        if not requests:
            raise IllegalArgumentException(
                "Cannot evaluate ranking if no search requests with rated results are provided. Seen: []"
            )
        if not templates:
            for one in requests:
                if one.request is None:
                    raise IllegalStateException(
                        "Cannot evaluate ranking if neither template nor evaluation request is provided. Seen for "
                        f"request id: {one.id}"
                    )
    by_id = {one["id"]: one["template"] for one in templates}
    return Specification(tuple(requests), values["metric"], by_id, values.get("max_concurrent_searches", 1))


def quality(metric: Metric, one: RatedRequest, hits: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """EvalQueryQuality of a search's hits."""
    if metric.name == "expected_reciprocal_rank":
        hits = hits[: metric.k]
    ratings = [one.ratings.get((hit["_index"], hit["_id"])) for hit in hits]
    score, details = metric.evaluate(ratings, list(one.ratings.values()))
    rated = list(zip(hits, ratings, strict=True))
    return {
        "metric_score": score,
        "unrated_docs": [{"_index": hit["_index"], "_id": hit["_id"]} for hit, rating in rated if rating is None],
        "hits": [{"hit": hit, "rating": rating} for hit, rating in rated],
        "metric_details": details,
    }
