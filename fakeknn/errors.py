"""The foreign exceptions: OpenSearch's classes, their statuses, the bodies they are answered with, and ``NotFaked``.

The real server makes an error's ``type`` from its Java class name, so the classes here bear those names. Classes for
one particular event build their text from what happened; the general Java classes (``IllegalArgumentException`` and
its like) take the text, which then stands beside the rule that it belongs to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

Part = Literal["key", "value", "after", "start", "end"]


@dataclass(frozen=True, slots=True, eq=False)
class Where:
    """A place in a parsed JSON body: a member of ``container``, its ``key``'s or its value's first character.

    ``container`` is the very dict or list that the JSON reader made; it is found again by identity when the error is
    answered, so that parsing itself keeps no positions. ``start`` and ``end`` are the container's own brackets;
    ``after`` is behind the value's (first) token; ``offset`` bytes behind the place is where Jackson stood.
    """

    container: Any
    key: str | int | None = None
    part: Part = "value"
    offset: int = 0


@cache
def _type_name(class_name: str) -> str:
    # OpenSearchException.getExceptionName: "OpenSearch" dropped, each capital lower-cased behind an underscore.
    name = class_name.removeprefix("OpenSearch")
    return re.sub(r"[A-Z]", lambda m: ("_" if m.start() else "") + m.group().lower(), name)


class OpenSearchError(Exception):
    """A Java exception class that extends ``OpenSearchException``; ``raise ... from ...`` gives its ``caused_by``."""

    status: int = 500

    def __init__(self, reason: str | None = None, *, at: Where | None = None, **meta: Any) -> None:
        super().__init__(reason)
        self.reason = reason
        self.at = at
        self.meta: dict[str, Any] = meta

    @property
    def type(self) -> str:
        name = next(cls.__name__ for cls in type(self).__mro__ if not cls.__name__.startswith("_"))
        return _type_name(name)

    @property
    def cause(self) -> OpenSearchError | None:
        return self.__cause__ if isinstance(self.__cause__, OpenSearchError) else None

    def http_status(self) -> int:
        return self.status

    def locate(self, line: int, column: int) -> None:
        """Take the line and column (both from 1) that ``at`` stands for, where the text has a place for them."""
        if self.reason is not None:
            self.reason = self.reason.replace("{line}", str(line)).replace("{column}", str(column))

    def root_causes(self) -> list[OpenSearchError]:
        """OpenSearchException.guessRootCauses: the innermost OpenSearch class; plain Java ones are not looked into."""
        cause = self.cause
        if cause is not None and not isinstance(cause, JavaError):
            return cause.root_causes()
        return [self]

    def members(self) -> dict[str, Any]:
        """The error as JSON without its root causes: type, reason, metadata, ``caused_by``."""
        body: dict[str, Any] = {"type": self.type, "reason": self.reason, **self.meta}
        if self.cause is not None:
            body["caused_by"] = self.cause.members()
        return body

    def chain(self) -> Iterator[OpenSearchError]:
        """This error and its causes, outermost first."""
        error: OpenSearchError | None = self
        while error is not None:
            yield error
            error = error.cause


def _without_cause(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if name != "caused_by"}


def body_of(error: OpenSearchError) -> dict[str, Any]:
    """The whole answer for an error."""
    roots = []
    for root in error.root_causes():
        members = root.members()
        members.pop("caused_by", None)
        if isinstance(root, JavaError):  # only its text is shown there
            members.pop("suppressed", None)
        elif "suppressed" in members:
            members["suppressed"] = [_without_cause(one) for one in members["suppressed"]]
        roots.append(members)
    return {"error": {"root_cause": roots, **error.members()}, "status": error.http_status()}


class NotFaked(Exception):
    """A feature that OpenSearch has and fakeknn does not, yet: answered with status 501, never approximated."""

    status = 501

    def __init__(self, feature: str) -> None:
        super().__init__(feature)
        self.feature = feature

    def body(self) -> dict[str, Any]:
        error = {"type": "not_faked", "reason": f"fakeknn does not fake {self.feature} yet"}
        return {"error": {"root_cause": [error], **error}, "status": self.status}


# --- plain Java classes -----------------------------------------------------------------------------------------------


class JavaError(OpenSearchError):
    """A Java exception that does not extend ``OpenSearchException``: never a root cause behind another; 500 alone."""

    def root_causes(self) -> list[OpenSearchError]:
        return [self]


class ArithmeticException(JavaError):
    pass


class ArrayIndexOutOfBoundsException(JavaError):
    pass


class ArrayStoreException(JavaError):
    pass


class BufferUnderflowException(JavaError):
    pass


class ClassCastException(JavaError):
    pass


class ClassNotFoundException(JavaError):
    pass


class DateTimeException(JavaError):
    pass


class DateTimeParseException(DateTimeException):
    pass


class IOException(JavaError):
    pass


class EOFException(IOException):
    pass


class IllegalArgumentException(JavaError):
    status = 400


class IllegalStateException(JavaError):
    pass


class IndexOutOfBoundsException(JavaError):
    pass


class InvocationTargetException(JavaError):
    pass


class StringIndexOutOfBoundsException(IndexOutOfBoundsException):
    pass


class InvalidShapeException(JavaError):
    """org.locationtech.spatial4j's: a shape that cannot be."""


class InputCoercionException(JavaError):
    status = 400


class JsonParseException(JavaError):
    status = 400


class JsonEOFException(JsonParseException):
    pass


class KnnCircuitBreakerException(JavaError):
    """A vector while ``knn.circuit_breaker.triggered`` is set."""

    def __init__(self) -> None:
        super().__init__(
            "Parsing the created knn vector fields prior to indexing has failed as the circuit breaker triggered.  "
            "This indicates that the cluster is low on memory resources and cannot index more documents at the moment. "
            "Check _plugins/_knn/stats for the circuit breaker status."
        )


class MissingFormatArgumentException(IllegalArgumentException):
    pass


class NegativeArraySizeException(JavaError):
    pass


class NoSuchElementException(JavaError):
    pass


class NotXContentException(JavaError):
    status = 400

    def __init__(self) -> None:
        super().__init__("Compressor detection can only be called on some xcontent bytes or compressed xcontent bytes")


class NullPointerException(JavaError):
    pass


class NumberFormatException(IllegalArgumentException):
    pass


class IllformedLocaleException(JavaError):
    """java.util.IllformedLocaleException."""

    status = 500


class MissingResourceException(JavaError):
    """java.util.MissingResourceException."""

    status = 500


class ParseException(JavaError):
    """java.text.ParseException."""


class PatternSyntaxException(IllegalArgumentException):
    """Shows the pattern and a caret below the place, if that is in it; ``index`` is where reading it stopped."""

    def __init__(self, description: str | None, pattern: str | None = None, index: int = -1) -> None:
        near = f" near index {index}" if index >= 0 else ""
        caret = "\n" + " " * index + "^" if pattern is not None and 0 <= index < len(pattern) else ""
        super().__init__(description if pattern is None else f"{description}{near}\n{pattern}{caret}")
        self.index = index


class RuntimeException(JavaError):
    pass


class TokenMgrError(JavaError):
    """What Lucene's classic query language cannot cut into tokens."""


class TooManyClauses(JavaError):
    pass


class TooLongHttpHeaderException(JavaError):
    status = 400

    def __init__(self, limit: int) -> None:
        super().__init__(f"HTTP header is larger than {limit} bytes.")


class TooLongHttpLineException(JavaError):
    status = 400

    def __init__(self, limit: int) -> None:
        super().__init__(f"An HTTP line is larger than {limit} bytes.")


class StreamConstraintsException(JavaError):
    """Jackson's refusal of what is too long or too deep."""

    def __init__(self, what: str, length: int, limit: int, method: str) -> None:
        super().__init__(
            f"{what} ({length}) exceeds the maximum allowed ({limit}, from `StreamReadConstraints.{method}()`)"
        )


class URISyntaxException(JavaError):
    pass


class UncheckedIOException(JavaError):
    pass


class UnknownHostException(JavaError):
    pass


class UnsupportedOperationException(JavaError):
    pass


class XContentParseException(IllegalArgumentException):
    """``[line:column] text``; behind it, the root cause is looked for in its cause."""

    def locate(self, line: int, column: int) -> None:
        self.reason = f"[{line}:{column}] {self.reason}"

    def root_causes(self) -> list[OpenSearchError]:
        cause = self.cause
        if cause is not None and (isinstance(cause, XContentParseException) or not isinstance(cause, JavaError)):
            return cause.root_causes()
        return [self]


class ZoneRulesException(DateTimeException):
    pass


class NamedObjectNotFoundException(XContentParseException):
    """``[line:column] unknown field [x]``: a name that no plugin registered."""


# --- OpenSearch's own -------------------------------------------------------------------------------------------------


class ActionRequestValidationException(IllegalArgumentException):
    """A request that misses something: ``Validation Failed: 1: a;2: b;``."""

    def __init__(self, *problems: str) -> None:
        super().__init__("Validation Failed: " + "".join(f"{i}: {p};" for i, p in enumerate(problems, 1)))


class ValidationException(ActionRequestValidationException):
    pass


class QueryValidationException(ActionRequestValidationException):
    """What is wrong with the places that a query names."""


class BadParameterException(JavaError):
    """RestRequest.BadParameterException; the text is its cause's ``toString``."""

    status = 400


class ContentTypeHeaderException(JavaError):
    """RestRequest.ContentTypeHeaderException; the text is its cause's ``toString``."""

    status = 400


class DeleteModelException(OpenSearchError):
    """The k-NN plugin's."""

    status = 409


class DocumentMissingException(OpenSearchError):
    status = 404

    def __init__(self, doc_id: str, shard: dict[str, str]) -> None:
        super().__init__(f"[{doc_id}]: document missing")
        self.meta = {**shard}


class DocumentSourceMissingException(OpenSearchError):
    status = 400

    def __init__(self, doc_id: str, shard: dict[str, str]) -> None:
        super().__init__(f"[{doc_id}]: document source missing")
        self.meta = {**shard}


class AggregationExecutionException(OpenSearchError):
    """What goes wrong while aggregations run."""


class AggregationInitializationException(OpenSearchError):
    """An aggregation that cannot be as it was asked for."""


class TooManyBucketsException(AggregationExecutionException):
    status = 503


class AliasesNotFoundException(OpenSearchError):
    status = 404

    def __init__(self, *aliases: str) -> None:
        super().__init__(f"aliases [{', '.join(aliases)}] missing")
        resource: Any = aliases[0] if len(aliases) == 1 else list(aliases)
        self.meta = {"resource.id": resource, "resource.type": "aliases"}


class CircuitBreakingException(OpenSearchError):
    """Too much is asked for at once."""

    status = 429

    def __init__(self, reason: str) -> None:
        super().__init__(reason, bytes_wanted=0, bytes_limit=0, durability="TRANSIENT")


class ClusterBlockException(OpenSearchError):
    """What a block forbids; 429 when it may go by itself."""

    def __init__(self, reason: str, status: int = 403) -> None:
        super().__init__(reason)
        self.status = status


class IndexCreateBlockException(ClusterBlockException):
    pass


class IndexClosedException(OpenSearchError):
    status = 400

    def __init__(self, index: str, index_uuid: str) -> None:
        super().__init__("closed", index=index, index_uuid=index_uuid)


class DecommissioningFailedException(OpenSearchError):
    status = 400


class GeneralScriptException(OpenSearchError):
    """A script that failed outside the script itself; an OpenSearchWrapperException, shown as its cause if any."""

    @property
    def wrapped(self) -> OpenSearchError | None:
        return self.cause

    def http_status(self) -> int:
        return self.status if self.cause is None else self.cause.http_status()

    def root_causes(self) -> list[OpenSearchError]:
        if self.cause is None:
            return [self]
        roots = self.cause.root_causes()
        for root in roots:
            root.unwrapped = True  # type: ignore[attr-defined]
        return roots

    def members(self) -> dict[str, Any]:
        return super().members() if self.cause is None else self.cause.members()


class IndexNotFoundException(OpenSearchError):
    """``index`` is None when an expression matched nothing; ``why`` is told behind the name."""

    status = 404

    def __init__(
        self,
        index: str | None,
        *,
        why: str = "",
        resource_id: str | Sequence[str] | None = None,
        resource_type: str | None = "index_or_alias",
    ) -> None:
        named = "null" if index is None else index
        super().__init__(f"no such index [{named}]" + (f" and {why}" if why else ""))
        self.index = index
        resource: dict[str, Any] = {
            "resource.id": index if resource_id is None else resource_id,
            "resource.type": resource_type,
        }
        if resource_type is None:
            resource = {}
        self.meta = resource if index is None else {"index": index, **resource, "index_uuid": "_na_"}


class IndexTemplateMissingException(OpenSearchError):
    status = 404

    def __init__(self, template: str) -> None:
        super().__init__(f"index_template [{template}] missing")


class InvalidIndexTemplateException(OpenSearchError):
    status = 400

    def __init__(self, template: str, why: str) -> None:
        super().__init__(f"index_template [{template}] invalid, cause [{why}]")


class InvalidAliasNameException(OpenSearchError):
    status = 400

    def __init__(self, alias: str, why: str, *, index: str | None = None, index_uuid: str = "_na_") -> None:
        if index is None:
            super().__init__(f"Invalid alias name [{alias}]: {why}")
        else:
            super().__init__(f"Invalid alias name [{alias}], {why}", index=index, index_uuid=index_uuid)


class InvalidAggregationPathException(OpenSearchError):
    """A ``buckets_path`` that leads nowhere."""


class InvalidIndexContextException(OpenSearchError):
    status = 400

    def __init__(self, index: str, context: str) -> None:
        super().__init__(
            f"Invalid context name [{index}] provide for index: {context}, [index specifies a context which cannot be "
            "used without enabling: cluster.application_templates.enabled]"
        )


class InvalidIndexNameException(OpenSearchError):
    status = 400

    def __init__(self, index: str, why: str, *, index_uuid: str = "_na_") -> None:
        super().__init__(f"Invalid index name [{index}], {why}", index=index, index_uuid=index_uuid)


class IngestProcessorException(OpenSearchError):
    """What an ingest processor failed with, and which one it was. An OpenSearchWrapperException: shown as its cause."""

    def __init__(self, cause: OpenSearchError, kind: str, tag: str | None, pipelines: Sequence[str] = ()) -> None:
        super().__init__(cause.reason)
        self.inner = cause
        self.processor_type = kind
        self.processor_tag = tag
        self.pipeline_origin = list(pipelines)
        """The pipelines around it, innermost first, where there are several."""

    def http_status(self) -> int:
        return self.inner.http_status()

    def root_causes(self) -> list[OpenSearchError]:
        return self.inner.root_causes()

    def members(self) -> dict[str, Any]:
        return self.inner.members()


class KNNInvalidIndicesException(OpenSearchError):
    """The k-NN plugin's; it has no status of its own."""


class MapperException(OpenSearchError):
    status = 500


class MapperParsingException(OpenSearchError):
    status = 400


class NoShardAvailableActionException(OpenSearchError):
    status = 503


class NoSuchNodeException(OpenSearchError):
    """A node that a request names is not there."""


class OpenSearchException(OpenSearchError):
    """OpenSearchException itself: what a Java exception is wrapped in to be told with metadata."""


class OpenSearchParseException(OpenSearchError):
    status = 400


class OpenSearchStatusException(OpenSearchError):
    status = 400


class OpenSearchTimeoutException(OpenSearchError):
    pass


class ParsingException(OpenSearchError):
    """A body that says what the DSL does not; carries line and column."""

    status = 400

    def locate(self, line: int, column: int) -> None:
        self.meta = {"line": line, "col": column, **self.meta}


class QueryShardException(OpenSearchError):
    """A query that this index's mapping cannot answer; ``search`` adds the index's name and uuid."""

    status = 400


class RepositoryException(OpenSearchError):
    """What is wrong with a repository, told behind its name."""

    def __init__(self, repository: str, why: str) -> None:
        super().__init__(f"[{repository}] {why}")


class RepositoryMissingException(RepositoryException):
    status = 404

    def __init__(self, repository: str) -> None:
        super().__init__(repository, "missing")


class InvalidSnapshotNameException(OpenSearchError):
    status = 400

    def __init__(self, repository: str, snapshot: str, why: str) -> None:
        super().__init__(f"[{repository}:{snapshot}] Invalid snapshot name [{snapshot}], {why}")


class SnapshotMissingException(OpenSearchError):
    status = 404

    def __init__(self, repository: str, snapshot: str) -> None:
        super().__init__(f"[{repository}:{snapshot}] is missing")


class SnapshotException(OpenSearchError):
    """What is wrong about a snapshot; ``snapshot`` as it is told, with its uuid where it has been found."""

    def __init__(self, repository: str, snapshot: str, why: str) -> None:
        super().__init__(f"[{repository}:{snapshot}] {why}")


class SnapshotRestoreException(SnapshotException):
    """Why a snapshot cannot be restored."""


class ResourceAlreadyExistsException(OpenSearchError):
    status = 400

    def __init__(self, reason: str, *, index: str | None = None, index_uuid: str | None = None) -> None:
        super().__init__(reason)
        if index is not None:
            self.meta = {"index": index, "index_uuid": index_uuid}


class ResourceNotFoundException(OpenSearchError):
    status = 404


class ResponseHandlerFailureTransportException(OpenSearchError):
    pass


class RoutingMissingException(OpenSearchError):
    status = 400

    def __init__(self, index: str, doc_id: str) -> None:
        super().__init__(f"routing is required for [{index}]/[{doc_id}]", index=index, index_uuid="_na_")


class ScriptException(OpenSearchError):
    """A script that does not compile, or fails; ``position`` is (offset, start, end) in its text."""

    status = 400

    def __init__(
        self,
        reason: str,
        script_stack: Sequence[str],
        script: str,
        lang: str,
        position: tuple[int, int, int] | None = None,
        **headers: str,
    ) -> None:
        super().__init__(reason)
        self.meta = {**headers, "script_stack": list(script_stack), "script": script, "lang": lang}
        if position is not None:
            self.meta["position"] = dict(zip(("offset", "start", "end"), position, strict=True))


class SearchContextMissingException(OpenSearchError):
    status = 404


class SearchException(OpenSearchError):
    """A search that its shard refuses; 500, as the real one."""


class SearchParseException(OpenSearchError):
    status = 400


class SearchPhaseExecutionException(OpenSearchError):
    """``all shards failed``: one cause a group of alike shard failures; ``last``, if the last one is told as it is."""

    def __init__(
        self,
        phase: str,
        reason: str,
        failures: Sequence[Mapping[str, Any]],
        causes: Sequence[OpenSearchError],
        *,
        last: OpenSearchError | None = None,
    ) -> None:
        super().__init__(reason)
        self.causes = list(causes)
        self.last = last
        self.meta = {"phase": phase, "grouped": True, "failed_shards": list(failures)}
        if self.causes:
            self.__cause__ = self.causes[0]

    def http_status(self) -> int:
        outer = self.cause
        return max(
            (cause.http_status() for cause in self.causes), default=503 if outer is None else outer.http_status()
        )

    def root_causes(self) -> list[OpenSearchError]:
        return [root for cause in self.causes for root in cause.root_causes()]

    @staticmethod
    def _twice(root: OpenSearchError) -> bool:
        return isinstance(root, JavaError) and not getattr(root, "unwrapped", False)

    def members(self) -> dict[str, Any]:
        """Its ``caused_by`` is the first root cause; a plain Java one is told in a wrapper of its own name: twice."""
        body: dict[str, Any] = {"type": self.type, "reason": self.reason, **self.meta}
        if self.last is not None:
            return {**body, "caused_by": self.last.members()}
        roots = self.root_causes()
        if not roots and self.cause is not None:
            body["caused_by"] = self.cause.members()
        if roots:
            told = roots[0].members()
            twice = self._twice(roots[0]) or (
                isinstance(self.causes[0], GeneralScriptException) and isinstance(roots[0], JavaError)
            )
            body["caused_by"] = {**told, "caused_by": dict(told)} if twice else told
        return body


class SettingsException(OpenSearchError):
    status = 400


class ShardNotFoundException(ResourceNotFoundException):
    def __init__(self, index: str, index_uuid: str, number: int) -> None:
        super().__init__("no such shard", index=index, shard=str(number), index_uuid=index_uuid)


class StrictDynamicMappingException(MapperParsingException):
    pass


class UnavailableShardsException(OpenSearchError):
    status = 503


class UnsupportedWeightedRoutingStateException(OpenSearchError):
    status = 409


class VersionConflictEngineException(OpenSearchError):
    status = 409
