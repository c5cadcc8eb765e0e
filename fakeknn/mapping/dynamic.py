"""Dynamic mapping: which field a value without a mapping becomes, and the templates that decide otherwise."""

from __future__ import annotations

import re
from collections.abc import Mapping as Map
from dataclasses import dataclass
from typing import Any

from fakeknn.errors import IllegalArgumentException, MapperParsingException, NullPointerException
from fakeknn.fields.patterns import simple_match
from fakeknn.knn.java import cannot_be_cast
from fakeknn.xcontent import java_string

#: DynamicTemplate.XContentFieldType: the JSON type a template may ask for → the mapping type it becomes by itself.
DEFAULT_TYPES = {
    "object": "object",
    "string": "text",
    "long": "long",
    "double": "float",
    "boolean": "boolean",
    "date": "date",
    "binary": "binary",
}


@dataclass(frozen=True)
class DynamicTemplate:
    """One of ``dynamic_templates``: a condition on name, path and JSON type, and the mapping that a field then gets."""

    name: str
    mapping: Map[str, Any]
    match: str | None = None
    unmatch: str | None = None
    path_match: str | None = None
    path_unmatch: str | None = None
    match_mapping_type: str | None = None
    regex: bool = False

    @classmethod
    def parse(cls, name: str, definition: Any) -> DynamicTemplate:
        """Raises MapperParsingException and IllegalArgumentException, and what Java says of what is no map."""
        if definition is None:
            raise NullPointerException('Cannot invoke "java.util.Map.entrySet()" because "conf" is null')
        if not isinstance(definition, dict):
            raise cannot_be_cast(definition, "java.util.Map")
        texts: dict[str, str] = {}
        mapping = None
        for key, value in definition.items():
            if key == "mapping":
                if value is not None and not isinstance(value, dict):
                    raise cannot_be_cast(value, "java.util.Map")
                mapping = value
            elif value is None:
                raise NullPointerException(
                    'Cannot invoke "Object.toString()" because the return value of "java.util.Map$Entry.getValue()" '
                    "is null"
                )
            elif key in ("match", "path_match", "unmatch", "path_unmatch", "match_mapping_type", "match_pattern"):
                texts[key] = java_string(value)
            else:
                raise IllegalArgumentException(f"Illegal dynamic template parameter: [{key}]")
        wanted = texts.get("match_mapping_type")
        if "match" not in texts and "path_match" not in texts and wanted is None:
            raise MapperParsingException(
                f"template must have match, path_match or match_mapping_type set {java_string(definition)}"
            )
        if mapping is None:
            raise MapperParsingException("template must have mapping set")
        if wanted == "*":
            wanted = None
        elif wanted is not None and wanted not in DEFAULT_TYPES:
            raise IllegalArgumentException(
                f"No field type matched on [{wanted}], possible values are [{', '.join(DEFAULT_TYPES)}]"
            )
        pattern = texts.get("match_pattern", "simple")
        if pattern not in ("simple", "regex"):
            raise IllegalArgumentException(f"No matching pattern matched on [{pattern}]")
        template = cls(
            name,
            mapping,
            texts.get("match"),
            texts.get("unmatch"),
            texts.get("path_match"),
            texts.get("path_unmatch"),
            wanted,
            pattern == "regex",
        )
        for text in (template.path_match, template.match, template.path_unmatch, template.unmatch):
            template._check_pattern(text)
        return template

    def _check_pattern(self, text: str | None) -> None:
        if text is None or not self.regex:
            return
        try:
            re.compile(text)
        except re.error as error:
            cause = IllegalArgumentException(str(error))
            raise IllegalArgumentException(
                f"Pattern [{text}] of type [regex] is invalid. Cannot create dynamic template [{self.name}]."
            ) from cause

    def _matches(self, pattern: str, value: str) -> bool:
        return re.fullmatch(pattern, value) is not None if self.regex else simple_match(pattern, value)

    def applies(self, path: str, name: str, json_type: str) -> bool:
        if self.path_match is not None and not self._matches(self.path_match, path):
            return False
        if self.match is not None and not self._matches(self.match, name):
            return False
        if self.path_unmatch is not None and self._matches(self.path_unmatch, path):
            return False
        if self.unmatch is not None and self._matches(self.unmatch, name):
            return False
        return self.match_mapping_type is None or self.match_mapping_type == json_type

    def definition(self, name: str, default_type: str) -> dict[str, Any]:
        """The mapping for a field of this name; ``{name}`` and ``{dynamic_type}`` filled in."""
        filled: dict[str, Any] = self._fill(self.mapping, name, default_type)
        filled.setdefault("type", default_type)
        return filled

    def _fill(self, value: Any, name: str, kind: str) -> Any:
        if isinstance(value, dict):
            return {self._fill(key, name, kind): self._fill(item, name, kind) for key, item in value.items()}
        if isinstance(value, list):
            return [self._fill(item, name, kind) for item in value]
        if isinstance(value, str):
            return value.replace("{name}", name).replace("{dynamic_type}", kind).replace("{dynamicType}", kind)
        return value

    def echo(self) -> dict[str, Any]:
        told: dict[str, Any] = {}
        for key in ("match", "path_match", "unmatch", "path_unmatch"):
            if getattr(self, key) is not None:
                told[key] = getattr(self, key)
        if self.match_mapping_type is not None:
            told["match_mapping_type"] = self.match_mapping_type
        elif self.match is None and self.path_match is None:
            told["match_mapping_type"] = "*"
        if self.regex:
            told["match_pattern"] = "regex"
        told["mapping"] = dict(sorted(self.mapping.items()))
        return told
