"""Pipelines: processors under a name, and the processor that runs another pipeline."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakeknn.errors import IllegalStateException, OpenSearchError, OpenSearchParseException
from fakeknn.ingest.config import Config, render
from fakeknn.ingest.document import IngestDocument
from fakeknn.ingest.metrics import OperationMetrics
from fakeknn.ingest.processor import Compound, Conditional, Processor, Services, processor, read_processors

#: What asks for no pipeline at all.
NONE = "_none"


class Pipeline:
    """A pipeline, made of its configuration."""

    def __init__(self, id: str, compound: Compound) -> None:
        self.id = id
        self.compound = compound
        self.metrics = OperationMetrics()

    @classmethod
    def create(cls, id: str, members: dict[Any, Any], services: Services) -> Pipeline:
        """Pipeline.create; ``members`` are Java's values, and are used up."""
        config = Config(members)
        config.optional_string("description")
        config.integer("version", None)
        processors = read_processors(config.list("processors"), services)
        on_failure_configs = config.optional_list("on_failure")
        on_failure = read_processors(on_failure_configs, services)
        if config.left:
            raise OpenSearchParseException(
                f"pipeline [{id}] doesn't support one or more provided configuration parameters {config.unread()}"
            )
        if on_failure_configs is not None and not on_failure:
            raise OpenSearchParseException(f"pipeline [{id}] cannot have an empty on_failure option defined")
        return cls(id, Compound(False, processors, on_failure))

    def execute(self, document: IngestDocument) -> bool:
        """``IngestDocument.executePipeline``: false if the document is dropped."""
        if self.id in document.pipelines:
            raise IllegalStateException(f"Cycle detected for pipeline: {self.id}")
        document.pipelines[self.id] = None
        before = document.ingest.get("pipeline")
        document.ingest["pipeline"] = self.id
        self.metrics.count += 1
        try:
            return self.compound.execute(document)
        except OpenSearchError:
            self.metrics.failed += 1
            raise
        finally:
            del document.pipelines[self.id]
            if before is None:
                document.ingest.pop("pipeline", None)
            else:
                document.ingest["pipeline"] = before

    def take_metrics(self, old: Pipeline) -> None:
        """Count on where a pipeline that this one replaces has stopped."""
        self.metrics.add(old.metrics)
        mine, theirs = list(measured(self.compound)), list(measured(old.compound))
        if len(mine) == len(theirs):
            for (one, metrics), (other, counted) in zip(mine, theirs, strict=True):
                if one.type == other.type:
                    metrics.add(counted)

    def stats(self) -> dict[str, Any]:
        """What node statistics tell."""
        return {
            **self.metrics.to_json(),
            "processors": [
                {_name(one): {"type": one.type, "stats": metrics.to_json()}} for one, metrics in measured(self.compound)
            ],
        }


def measured(compound: Compound) -> Iterator[tuple[Any, OperationMetrics]]:
    """The processors that are counted; what runs on failure is not."""
    for one, metrics in zip(compound.processors, compound.metrics, strict=True):
        if isinstance(one, Compound):
            yield from measured(one)
        elif isinstance(one, Conditional):
            yield one, one.metrics
        else:
            yield one, metrics


def _name(one: Any) -> str:
    inner = one.inner if isinstance(one, Conditional) else one
    name = str(inner.type)
    if isinstance(inner, PipelineProcessor):
        name += ":" + inner.template.render({})
    return f"{name}:{inner.tag}" if inner.tag else name


@processor("pipeline")
class PipelineProcessor(Processor):
    """Runs another pipeline."""

    def read(self, config: Config) -> None:
        self.template = config.template("name")

    def name(self, document: IngestDocument) -> str:
        return render(self.template, document)

    def pipeline(self, document: IngestDocument) -> Pipeline | None:
        found: Pipeline | None = self.services.pipeline(self.name(document))
        return found

    def execute(self, document: IngestDocument) -> bool:
        pipeline = self.pipeline(document)
        if pipeline is None:
            raise IllegalStateException(
                f"Pipeline processor configured for non-existent pipeline [{self.name(document)}]"
            )
        return pipeline.execute(document)
