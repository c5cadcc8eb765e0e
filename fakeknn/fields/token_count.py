"""token_count: how many tokens an analyzer makes of a text."""

from __future__ import annotations

from typing import Any, ClassVar

from fakeknn.errors import IllegalArgumentException, MapperParsingException
from fakeknn.fields.base import register
from fakeknn.fields.contexts import DocContext, MappingContext
from fakeknn.fields.integers import Int32FieldType
from fakeknn.fields.parameters import META, Parameter, flag, integer, text
from fakeknn.fields.scalar import plain_text
from fakeknn.xcontent import java_string


def _exact(value: Any) -> int:
    """XContentMapValues.nodeIntegerValue of a number that must be one."""
    if isinstance(value, float) and value % 1 != 0:
        raise IllegalArgumentException(f"{java_string(value)} is not an integer value")
    return integer(value)


@register("token_count")
class TokenCountFieldType(Int32FieldType):
    parameters: ClassVar[tuple[Parameter, ...]] = (
        flag("index", True),
        flag("doc_values", True),
        flag("store", False),
        Parameter("analyzer", text, None, updatable=True),
        Parameter("null_value", _exact, None, accepts_null=True),
        flag("enable_position_increments", True),
        META,
        flag("skip_list", False),
    )
    analyzer: Any = None

    def __init__(self, path: str, kind: str, context: MappingContext) -> None:
        super().__init__(path, "integer", context)  # as its fields are called

    @property
    def content_type(self) -> str:
        return "token_count"

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        return {**super().echo(include_defaults), "type": "token_count"}

    def check_parameter(self, name: str, value: Any) -> None:
        if name == "analyzer" and value is not None:
            self.analyzer = None if self.context.analysis is None else self.context.analysis.analyzer(value)
            if self.analyzer is None:
                raise IllegalArgumentException(f"analyzer [{value}] has not been configured in mappings")

    def build(self) -> None:
        if self.analyzer is None:
            raise MapperParsingException(f"Analyzer must be set for field [{self.name}] but wasn't.")
        self.null = self.option("null_value")

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> int | None:
        if value is None:
            return None if self.null is None else int(self.null)
        stream = self.analyzer.stream(plain_text(container, key, value, doc))
        if self.option("enable_position_increments"):
            return int(stream.end_position) + 1  # with the holes that filters leave behind the last token
        return len({token.position for token in stream.tokens})
