"""alias: another name for a field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.errors import IllegalArgumentException, MapperParsingException
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer
from fakeknn.fields.contexts import DocContext
from fakeknn.xcontent import java_string


@register("alias")
class AliasFieldType(FieldType):
    """Searches of it go to ``target``; nothing can be written to it."""

    parameters = ()
    takes_subs = False
    raises_plainly = True
    target: str

    @property
    def mapper_name(self) -> str:
        return "FieldAliasMapper"  # no FieldMapper: it is called by its class

    def configure(self, definition: Mapping[str, Any]) -> None:
        if definition.get("path") is None:
            raise MapperParsingException(f"The [path] property must be specified for field [{self.name}].")
        left = {key: value for key, value in definition.items() if key != "path"}
        if left:
            shown = "".join(f" [{key} : {java_string(value)}]" for key, value in left.items())
            raise MapperParsingException(f"Mapping definition for [{self.name}] has unsupported parameters: {shown}")
        self.target = java_string(definition["path"])

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        return {"type": "alias", "path": self.target}

    def merged(self, other: FieldType) -> FieldType:
        if not isinstance(other, AliasFieldType):
            raise IllegalArgumentException(
                f"Cannot merge a field alias mapping [{self.path}] with a mapping that is not for a field alias."
            )
        return other

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        raise IllegalArgumentException(f"Cannot write to a field alias [{self.path}].")

    def new_buffer(self) -> Buffer | None:
        return None
