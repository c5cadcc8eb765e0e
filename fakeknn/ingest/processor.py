"""Processors: what every kind has, how they are read from a pipeline's configuration, and how several run in a row."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

from fakeknn.errors import (
    IllegalArgumentException,
    IngestProcessorException,
    NotFaked,
    NullPointerException,
    OpenSearchError,
    OpenSearchParseException,
    ScriptException,
)
from fakeknn.ingest.config import Config, cast, refusal, script_of, suppress, told
from fakeknn.ingest.document import IngestDocument, class_name
from fakeknn.ingest.metrics import OperationMetrics
from fakeknn.ingest.unmodifiable import unmodifiable
from fakeknn.painless import compile
from fakeknn.painless.throwable import Thrown
from fakeknn.painless.values import HashMap, items
from fakeknn.query.script import Script, compiling


@dataclass
class Services:
    """What processors ask the node for."""

    pipeline: Callable[[str], Any]
    """The pipeline of a name, or None."""
    stored_script: Callable[[Script], Script]
    now: Callable[[], int] = field(default=lambda: 0)
    """Milliseconds since 1970."""


class Processor(ABC):
    """One step of a pipeline. The configuration is read when it is made."""

    type: ClassVar[str]

    def __init__(self, config: Config, description: str | None, services: Services) -> None:
        self.tag = config.tag
        self.description = description
        self.services = services
        self.read(config)

    def read(self, config: Config) -> None:  # noqa: B027 (there are kinds that are told nothing)
        """Take what the configuration says."""

    @abstractmethod
    def execute(self, document: IngestDocument) -> bool:
        """Change the document; false if it is to be dropped."""


P = TypeVar("P", bound=type[Processor])

PROCESSORS: dict[str, type[Processor]] = {}

#: What plugins of OpenSearch's distribution have; none of them is faked.
OF_PLUGINS = frozenset(
    "attachment geoip ip2geo user_agent text_chunking text_embedding sparse_encoding text_image_embedding ml_inference "
    "agentic_query_translator".split()
)


def processor(kind: str) -> Callable[[P], P]:
    """Register a class for a type of processors."""

    def registered(cls: P) -> P:
        cls.type = kind
        PROCESSORS[kind] = cls
        return cls

    return registered


class Compound:
    """CompoundProcessor: some in a row, and what is done when one of them fails."""

    type = "compound"
    description = None

    def __init__(self, ignore_failure: bool, processors: Sequence[Any], on_failure: Sequence[Any] = ()) -> None:
        self.ignore_failure = ignore_failure
        self.processors = list(processors)
        self.on_failure = list(on_failure)
        self.metrics = [OperationMetrics() for _ in self.processors]
        self.stopped = -1
        """Which of the processors failed or dropped the last document, if one did."""

    @property
    def tag(self) -> str:
        return "CompoundProcessor-" + "-".join(one.tag or "null" for one in self.flattened())

    def flattened(self) -> Iterator[Any]:
        for one in (*self.processors, *self.on_failure):
            if isinstance(one, Compound):
                yield from one.flattened()
            else:
                yield one

    def execute(self, document: IngestDocument) -> bool:
        self.stopped = -1
        for i, (one, metrics) in enumerate(zip(self.processors, self.metrics, strict=True)):
            metrics.count += 1
            try:
                kept = run(one, document)
            except OpenSearchError as error:
                metrics.failed += 1
                if self.ignore_failure:
                    continue
                self.stopped = i
                failure = failed(error, one, document)
                if not self.on_failure:
                    raise failure from failure.__cause__
                return self._on_failure(document, failure)
            if not kept:
                self.stopped = i
                return False
        return True

    def _on_failure(self, document: IngestDocument, failure: IngestProcessorException) -> bool:
        ingest = document.ingest
        *_, root = failure.chain()
        ingest["on_failure_message"] = root.reason
        ingest["on_failure_processor_type"] = failure.processor_type
        ingest["on_failure_processor_tag"] = failure.processor_tag
        if failure.pipeline_origin:
            ingest["on_failure_pipeline"] = failure.pipeline_origin[0]
        try:
            for one in self.on_failure:
                try:
                    if not run(one, document):
                        return False
                except OpenSearchError as error:
                    again = failed(error, one, document)
                    raise again from again.__cause__
            return True
        finally:
            for name in ("message", "processor_type", "processor_tag", "pipeline"):
                ingest.pop(f"on_failure_{name}", None)


class EscapingError(Exception):
    """An error that goes past what pipelines do on failure: its processor throws it instead of handing it on."""

    def __init__(self, error: OpenSearchError) -> None:
        super().__init__(error.reason)
        self.error = error


def run(one: Any, document: IngestDocument) -> bool:
    """Run a processor; Java's throwables come out as errors."""
    try:
        return bool(one.execute(document))
    except Thrown as thrown:
        raise thrown.error() from None


def failed(error: OpenSearchError, one: Any, document: IngestDocument) -> IngestProcessorException:
    """``newCompoundProcessorException``: the error with the processor that it came up in."""
    if isinstance(error, IngestProcessorException):
        return error
    stack = list(reversed(document.pipelines))
    failure = IngestProcessorException(error, one.type, one.tag, stack if len(stack) > 1 else [])
    failure.__cause__ = error
    return failure


class Conditional:
    """ConditionalProcessor: another one, where its condition holds."""

    type = "conditional"

    def __init__(
        self, tag: str | None, description: str | None, condition: Script, inner: Any, services: Services
    ) -> None:
        self.tag = tag
        self.description = description
        self.condition = condition
        self.inner = inner
        self.services = services
        self.metrics = OperationMetrics()
        try:
            compiled(services.stored_script(condition), "processor_conditional")
        except ScriptException as error:
            raise told(error, self.type, tag, None) from error.__cause__

    @property
    def code(self) -> str:
        return self.condition.id or self.condition.source or ""

    def matches(self, document: IngestDocument) -> bool:
        script = compiled(self.services.stored_script(self.condition), "processor_conditional")
        return bool(script.execute({"ctx": unmodifiable(document.source)}))

    def execute(self, document: IngestDocument) -> bool:
        if not self.matches(document):
            return True
        self.metrics.count += 1
        try:
            return run(self.inner, document)
        except OpenSearchError:
            self.metrics.failed += 1
            raise


def compiled(script: Script, context: str) -> Any:
    """ScriptService.compile, of a script that has its source."""
    if script.lang != "painless":
        if script.lang in ("expression", "mustache"):
            raise NotFaked(f"a [{script.lang}] script in the {context} context")
        raise IllegalArgumentException(f"script_lang not supported [{script.lang}]")
    assert script.source is not None
    with compiling(script):
        return compile(script.source, context, script.params, script.options, script.id)


# --- reading ----------------------------------------------------------------------------------------------------------


def processor_config(config: Any) -> Any:
    """One of a list of processors: its configuration by its kind."""
    if config is None:
        raise NullPointerException('Cannot invoke "java.util.Map.entrySet()" because "processorConfigWithKey" is null')
    return cast(config, "java.util.Map")


def read_processors(configs: Sequence[Any] | None, services: Services) -> list[Any]:
    """``readProcessorConfigs``: all of them are read, and all their refusals told."""
    found = []
    refused: OpenSearchError | None = None
    for config in configs or ():
        for kind, member in items(processor_config(config)):
            try:
                found.append(read_processor(kind, member, services))
            except OpenSearchError as error:
                refused = suppress(refused, error)
    if refused is not None:
        raise refused
    return found


def read_processor(kind: str, member: Any, services: Services) -> Any:
    """``readProcessor``: a processor in what its configuration wraps around it."""
    if member is None:
        raise refusal(kind, None, None, f"the config of processor [{kind}] cannot be null")
    if isinstance(member, str) and kind == "script":
        member = HashMap({"source": member})
    if not isinstance(member, dict):
        raise refusal(kind, None, None, f"property isn't a map, but of type [{class_name(member)}]")
    general = Config(member)
    tag = general.optional_string("tag")
    general.tag = tag
    description = general.optional_string("description")
    general.tag = None
    ignore_failure = general.boolean("ignore_failure", False)
    condition = _condition(member)
    cls = PROCESSORS.get(kind)
    if cls is None:
        if kind in OF_PLUGINS:
            raise NotFaked(f"the ingest processor [{kind}]")
        raise refusal(kind, tag, None, f"No processor type exists with name [{kind}]")
    on_failure_configs = general.optional_list("on_failure")
    on_failure = read_processors(on_failure_configs, services)
    if on_failure_configs is not None and not on_failure:
        raise refusal(kind, tag, "on_failure", "processors list cannot be empty")
    try:
        config = Config(member, kind, tag)
        one: Any = cls(config, description, services)
        if config.left:
            raise OpenSearchParseException(
                f"processor [{kind}] doesn't support one or more provided configuration parameters {config.unread()}"
            )
        if on_failure or ignore_failure:
            one = Compound(ignore_failure, [one], on_failure)
        if condition is not None:
            one = Conditional(tag, description, condition, one, services)
        return one
    except OpenSearchError as error:
        outer = told(error, kind, tag)
        raise outer from outer.__cause__


def _condition(config: dict[Any, Any]) -> Script | None:
    """``extractConditional``"""
    written = config.pop("if", None)
    if written is None:
        return None
    if isinstance(written, str):
        written = HashMap({"source": written})
    if not isinstance(written, Mapping):
        raise refusal(
            "conditional", None, "script", f"property isn't a map or string, but of type [{class_name(written)}]"
        )
    return script_of(written)
