"""``_simulate``: documents through a pipeline without being written, and what each processor made of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    OpenSearchError,
    body_of,
)
from fakeknn.ingest.config import Config
from fakeknn.ingest.document import METADATA, IngestDocument, deep_copy
from fakeknn.ingest.pipeline import Pipeline, PipelineProcessor
from fakeknn.ingest.processor import Compound, Conditional, EscapingError, run
from fakeknn.painless import json_value
from fakeknn.painless.numbers import Long
from fakeknn.painless.values import text
from fakeknn.state.versions import version_type

PIPELINE_ID = "_simulate_pipeline"


def documents(config: dict[Any, Any], now: int) -> list[IngestDocument]:
    """SimulatePipelineRequest.parseDocs; ``config`` holds Java's values."""
    docs = Config(config).list("docs")
    if not docs:
        raise IllegalArgumentException("must specify at least one document in [docs]")
    found = []
    for one in docs:
        if not isinstance(one, dict):
            raise IllegalArgumentException("malformed [docs] section, should include an inner object")
        found.append(_document(Config(one), now))
    return found


def _document(config: Config, now: int) -> IngestDocument:
    source = config.map("_source")
    index, id_ = config.optional_string_or_int("_index"), config.optional_string_or_int("_id")
    metadata: dict[str, Any] = {
        "_index": "_index" if index is None else index,
        "_id": "_id" if id_ is None else id_,
        "_routing": config.optional_string_or_int("_routing"),
        "_version": _long(config, "_version"),
    }
    if "_version_type" in config.left:
        metadata["_version_type"] = version_type(config.string("_version_type")).name.lower()
    metadata["_if_seq_no"] = _long(config, "_if_seq_no")
    metadata["_if_primary_term"] = _long(config, "_if_primary_term")
    return IngestDocument.of(source, metadata, now)


def _long(config: Config, name: str) -> Long | None:
    if name not in config.left:
        return None
    value = config.object(name)
    if type(value) is int or type(value) is Long:
        return Long(value)
    raise IllegalArgumentException(f"Failed to parse parameter [{name}], only int or long is accepted")


def shown(document: IngestDocument) -> dict[str, Any]:
    """WriteableIngestDocument.toXContent"""
    metadata = {name: text(document.source[name]) for name in METADATA if document.source.get(name) is not None}
    deep_copy(document.source)
    ingest = json_value(document.ingest)
    return {"doc": {**metadata, "_source": document.body(), "_ingest": ingest}}


def failure(error: OpenSearchError) -> dict[str, Any]:
    """OpenSearchException.generateFailureXContent"""
    return {"error": body_of(error)["error"]}


def simulated(pipeline: Pipeline, document: IngestDocument) -> dict[str, Any] | None:
    """What becomes of a document; None if it is dropped."""
    try:
        kept = pipeline.execute(document)
    except EscapingError as escaping:
        raise escaping.error from escaping.error.__cause__
    except OpenSearchError as error:
        return failure(error)
    return shown(document) if kept else None


def traced(pipeline: Pipeline, document: IngestDocument) -> dict[str, Any]:
    """``verbose``: what each processor does."""
    results: list[dict[str, Any]] = []
    try:
        Pipeline(pipeline.id, _decorated(pipeline.compound, None, results.append)).execute(document)
    except EscapingError as escaping:
        raise escaping.error from escaping.error.__cause__
    except OpenSearchError:
        pass  # it is among the results
    return {"processor_results": results}


Report = Callable[[dict[str, Any]], None]


def _decorated(compound: Compound, condition: Conditional | None, report: Report) -> Compound:
    """TrackingResultProcessor.decorate"""

    def each(one: Any, condition: Conditional | None) -> Any:
        if isinstance(one, Conditional):
            condition, one = one, one.inner
        if isinstance(one, Compound):
            return _decorated(one, condition, report)
        return _Tracking(compound.ignore_failure, one, condition, report)

    return Compound(
        compound.ignore_failure,
        [each(one, condition) for one in compound.processors],
        [each(one, None) for one in compound.on_failure],
    )


def _shown_as_it_is(document: IngestDocument) -> dict[str, Any]:
    """The document behind a processor; that it cannot be shown ends all."""
    try:
        return shown(document.copy())
    except OpenSearchError as error:
        raise EscapingError(error) from None


class _Tracking:
    """TrackingResultProcessor: a processor whose results are reported."""

    def __init__(self, ignore_failure: bool, one: Any, condition: Conditional | None, report: Report) -> None:
        self.ignore_failure = ignore_failure
        self.one = one
        self.condition = condition
        self.report = report
        self.type, self.tag, self.description = one.type, one.tag, one.description

    def execute(self, document: IngestDocument) -> bool:
        holds: bool | None = None
        if self.condition is not None:
            try:
                holds = self.condition.matches(document)
            except OpenSearchError as error:
                raise EscapingError(error) from None
            if not holds:
                self._tell("skipped", holds)
                return True
        if isinstance(self.one, PipelineProcessor):
            return self._run_pipeline(self.one, document, holds)
        try:
            kept = run(self.one, document)
        except OpenSearchError as error:
            self._tell_failure(error, document, holds)
            raise
        if kept:
            self._tell("success", holds, **_shown_as_it_is(document))
        else:
            self._tell("dropped", holds)
        return kept

    def _run_pipeline(self, one: PipelineProcessor, document: IngestDocument, holds: bool | None) -> bool:
        pipeline = one.pipeline(document)
        try:
            copied = document.copy()
        except OpenSearchError as error:
            raise EscapingError(error) from None
        if pipeline is None:
            raise EscapingError(
                IllegalArgumentException(
                    f"Pipeline processor configured for non-existent pipeline [{one.name(document)}]"
                )
            )
        try:
            pipeline.execute(copied)  # only to see whether pipelines lead back to themselves
        except OpenSearchError as error:
            cause = error.__cause__
            if isinstance(cause, IllegalStateException) and (cause.reason or "").startswith("Cycle detected"):
                self._tell_failure(error, document, holds)
                raise
        self._tell("success", holds)
        return Pipeline(pipeline.id, _decorated(pipeline.compound, None, self.report)).execute(document)

    def _tell(self, status: str, holds: bool | None, **more: Any) -> None:
        told: dict[str, Any] = {"processor_type": self.type, "status": status}
        if self.description is not None:
            told["description"] = self.description
        if self.tag is not None:
            told["tag"] = self.tag
        if self.condition is not None:
            told["if"] = {"condition": self.condition.code, "result": holds}
        self.report({**told, **more})

    def _tell_failure(self, error: OpenSearchError, document: IngestDocument, holds: bool | None) -> None:
        if self.ignore_failure:
            self._tell("error_ignored", holds, ignored_error=failure(error), **_shown_as_it_is(document))
        else:
            self._tell("error", holds, **failure(error))
