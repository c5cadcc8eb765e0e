"""match_only_text: texts that are found, but not scored by their words."""

from __future__ import annotations

from typing import Any, ClassVar

from fakeknn.errors import IllegalArgumentException, MapperParsingException
from fakeknn.fields.base import register
from fakeknn.fields.parameters import Parameter, flag, text
from fakeknn.fields.text import TextFieldType
from fakeknn.knn.java import cannot_be_cast


def _mapping(value: Any) -> Any:
    if not isinstance(value, dict):
        raise cannot_be_cast(value, "java.util.Map")
    return value


_OWN = {
    "index_options": Parameter("index_options", text, "docs", choices=("docs",)),
    "norms": flag("norms", False, may_become=lambda ours, theirs: bool(ours) and not theirs),
    "index_prefixes": Parameter("index_prefixes", _mapping, None, accepts_null=True),
}


@register("match_only_text")
class MatchOnlyTextFieldType(TextFieldType):
    """Positions, which the real server reads out of ``_source``, are kept; terms and phrases score by their boosts."""

    parameters: ClassVar[tuple[Parameter, ...]] = tuple(
        _OWN.get(parameter.name, parameter) for parameter in TextFieldType.parameters
    )
    constant = True

    def build(self) -> None:
        if self.option("norms"):
            raise MapperParsingException("Norms cannot be enabled on for match_only_text field")
        for name, called in (("index_phrases", "Index phrases"), ("index_prefixes", "Index prefixes")):
            if self.options.get(name) not in (None, False):
                raise MapperParsingException(
                    f"{called} cannot be enabled on for match_only_text field. Use text field instead"
                )
        super().build()

    def check_gap(self) -> None:
        if not self.searchable:
            raise IllegalArgumentException(
                f"Cannot set position_increment_gap on field [{self.name}] without indexing enabled"
            )

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        return {**told, "index_options": "positions", "norms": True} if include_defaults else told

    @property
    def has_norms(self) -> bool:
        return False

    @property
    def has_positions(self) -> bool:
        return True

    @property
    def indexes_positions(self) -> bool:
        return False

    @property
    def has_freqs(self) -> bool:
        return False
