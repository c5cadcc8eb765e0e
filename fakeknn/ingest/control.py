"""Processors that decide what becomes of a document, and those that run others and scripts."""

from __future__ import annotations

from fakeknn.errors import IllegalArgumentException, OpenSearchError, RuntimeException, ScriptException
from fakeknn.ingest.config import Config, cast, render, script_of, told
from fakeknn.ingest.document import IngestDocument
from fakeknn.ingest.processor import EscapingError, Processor, compiled, processor, read_processor, run
from fakeknn.painless.stream_output import check_no_self_references
from fakeknn.painless.values import items


class FailProcessorException(RuntimeException):
    """What a ``fail`` processor says."""


@processor("fail")
class Fail(Processor):
    """Fails with a message."""

    def read(self, config: Config) -> None:
        self.message = config.template("message")

    def execute(self, document: IngestDocument) -> bool:
        raise FailProcessorException(render(self.message, document))


@processor("drop")
class Drop(Processor):
    """The document is not written."""

    def execute(self, document: IngestDocument) -> bool:
        return False


@processor("foreach")
class ForEach(Processor):
    """A processor run on each value of a list, which is ``_ingest._value`` then."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        self.ignore_missing = config.boolean("ignore_missing", False)
        inner = config.map("processor")
        if len(inner) != 1:
            raise config.refuse("processor", "Must specify exactly one processor type")
        ((kind, member),) = items(inner)
        self.inner = read_processor(kind, cast(member, "java.util.Map"), self.services)

    def execute(self, document: IngestDocument) -> bool:
        try:
            values = document.get(self.field, "java.util.List", self.ignore_missing)
        except OpenSearchError as error:
            raise EscapingError(error) from None
        if values is None:
            if self.ignore_missing:
                return True
            raise IllegalArgumentException(f"field [{self.field}] is null, cannot loop over its elements.")
        made = []
        for value in list(values):
            before = document.ingest.get("_value")
            document.ingest["_value"] = value
            try:
                kept = run(self.inner, document)
            finally:
                made.append(document.ingest.get("_value"))
                document.ingest["_value"] = before
            if not kept:
                return False
        document.set(self.field, made)
        return True


@processor("script")
class Script(Processor):
    """A script that changes the document, ``ctx``."""

    def read(self, config: Config) -> None:
        self.script = script_of(config.left)
        for name in ("id", "source", "inline", "lang", "params", "options"):
            config.take(name)
        try:
            compiled(self.services.stored_script(self.script), "ingest")
        except ScriptException as error:
            raise told(error, config.type, config.tag) from error.__cause__

    def execute(self, document: IngestDocument) -> bool:
        script = compiled(self.services.stored_script(self.script), "ingest")
        changed = document.copy().source
        script.execute({"ctx": changed})
        check_no_self_references(changed, "ingest script")
        document.source.clear()
        for name, value in items(changed):
            document.source[name] = value
        return True
