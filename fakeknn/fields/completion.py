"""completion: what a completion suggester proposes, and with which weight."""

from __future__ import annotations

from typing import Any, ClassVar

from fakeknn.errors import IllegalArgumentException, NotFaked, ParsingException, Where
from fakeknn.fields.base import META, DocContext, FieldType, Parameter, flag, integer, register, text
from fakeknn.fields.buffers import Buffer, ObjectBuffer
from fakeknn.view import Column, Mask
from fakeknn.xcontent import hash_ordered, java_string
from fakeknn.xcontent.objects import token

#: Between the terms of a key, and where a term was left out.
_SEPARATOR = "\x1f"
_MEMBERS = ("input", "weight", "contexts")


class Input(str):
    """CompletionInputMetadata: what sub fields are given, of which completion fields see the weight."""

    weight: int

    def __new__(cls, text: str, weight: int) -> Input:
        made = super().__new__(cls, text)
        made.weight = weight
        return made


@register("completion")
class CompletionFieldType(FieldType):
    """Its column holds (input, weight, keys): the keys are what the input is found by."""

    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("analyzer", text, "simple"),
        Parameter("search_analyzer", text, None, updatable=True),
        flag("preserve_separators", True),
        flag("preserve_position_increments", True),
        Parameter("max_input_length", integer, 50, updatable=True),
        META,
    )
    index_analyzer: Any = None
    search_analyzer: Any = None
    takes_arrays = True
    takes_objects = True
    gives_lists = True
    raises_plainly = True
    has_doc_values = False

    def build(self) -> None:
        analysis = self.context.analysis
        for name in ("analyzer", "search_analyzer"):
            wanted = self.options.get(name)
            if wanted is not None and analysis is not None and analysis.analyzer(wanted) is None:
                raise IllegalArgumentException(f"analyzer [{wanted}] has not been configured in mappings")
        if analysis is not None:
            self.index_analyzer = analysis.analyzer(self.option("analyzer"))
            self.search_analyzer = analysis.analyzer(self.option("search_analyzer") or self.option("analyzer"))
        longest = self.option("max_input_length")
        if longest <= 0:
            raise IllegalArgumentException(f"[max_input_length] must be > 0 but was [{longest}]")

    def configure(self, definition: Any) -> None:
        if "contexts" in definition:
            raise NotFaked("[contexts] of a completion field")
        given = dict(definition)
        if "max_input_len" in given:
            given["max_input_length"] = given.pop("max_input_len")
        super().configure(given)

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        for name in ("analyzer", "preserve_separators", "preserve_position_increments", "max_input_length"):
            told[name] = self.option(name)
        searched = self.option("search_analyzer") or self.option("analyzer")
        told.pop("search_analyzer", None)
        if include_defaults or searched != self.option("analyzer"):
            told["search_analyzer"] = searched
        return told

    def new_buffer(self) -> Buffer | None:
        return ObjectBuffer()

    def require_doc_values(self) -> None:
        raise IllegalArgumentException(f"Fielddata is not supported on field [{self.path}] of type [{self.kind}]")

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        raise NotFaked("a term of a completion field")

    def terms(self, column: Column, values: Any) -> Mask:
        return self.term(column, None)

    def keys(self, text: str, *, searching: bool = False) -> list[bytes]:
        """ConcatenateGraphFilter: the ways through the tokens of a text, their terms joined."""
        stream = (self.search_analyzer if searching else self.index_analyzer).stream(text)
        mark = _SEPARATOR if self.option("preserve_separators") else ""
        holes = self.option("preserve_position_increments")
        leaving: dict[int, list[Any]] = {}
        for word in stream.tokens:
            leaving.setdefault(word.position, []).append(word)
        starts = sorted(leaving)
        last = max((word.position + word.position_length for word in stream.tokens), default=0)
        behind = mark * stream.end_increment if holes else ""

        def ways(position: int) -> list[str]:
            if position >= last:
                return [behind]
            onward = next((start for start in starts if start >= position), None)
            if onward is None:
                return []
            gap = mark * (onward - position) if holes else ""
            found = []
            for word in leaving[onward]:
                end = word.position + word.position_length
                between = mark if end < last else ""
                found += [gap + word.term + between + rest for rest in ways(end)]
            return found

        return [way.encode() for way in dict.fromkeys(ways(0))] if stream.tokens else []

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[tuple[str, int, list[bytes]]] | None:
        if value is None:
            return None
        weights: dict[str, int] = {}
        for holder, at in [(value, i) for i in range(len(value))] if isinstance(value, list) else [(container, key)]:
            self._read(holder, at, key, weights)
        longest = self.option("max_input_length")
        found = [
            (given[:longest], weight, self.keys(given[:longest])) for given, weight in weights.items() if given.strip()
        ]
        if len(found) < len(weights):
            raise NotFaked("an empty input of a completion field")
        return found

    def _read(self, container: Any, key: Any, name: Any, weights: dict[str, int]) -> None:
        value = container[key]
        if isinstance(value, str):
            weights[value] = value.weight if isinstance(value, Input) else 1
            return
        if not isinstance(value, dict):
            shown = "null" if isinstance(container, list) else name
            raise ParsingException(
                f"failed to parse [{shown}]: expected text or object, but got {token(value)}", at=Where(container, key)
            )
        inputs: list[str] = []
        weight = 1
        for member, item in value.items():
            if member not in _MEMBERS:
                raise IllegalArgumentException(
                    f"unknown field name [{member}], must be one of [{', '.join(hash_ordered(list(_MEMBERS)))}]"
                )
            if member == "input":
                inputs = _inputs(item)
            elif member == "weight":
                weight = _weight(item)
            else:
                raise IllegalArgumentException(f"contexts field is not supported for field: [{self.path}]")
        for given in inputs:
            if given not in weights or weights[given] < weight:
                weights[given] = weight

    def for_subs(self, container: Any, key: Any, value: Any) -> tuple[Any, Any, Any]:
        weights: dict[str, int] = {}
        for holder, at in [(value, i) for i in range(len(value))] if isinstance(value, list) else [(container, key)]:
            if holder[at] is not None:
                self._read(holder, at, key, weights)
        inputs = [Input(text, weight) for text, weight in weights.items()]
        return {key: inputs}, key, inputs

    def fetch(self, value: Any, format: str | None = None) -> Any:
        if format is not None:
            raise IllegalArgumentException(f"Field [{self.path}] of type [{self.kind}] doesn't support formats.")
        return value


def _inputs(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list):
        raise IllegalArgumentException(f"input must be a string or array, but was [{token(value)}]")
    for item in value:
        if not isinstance(item, str):
            raise IllegalArgumentException(f"input array must have string values, but was [{token(item)}]")
    return value


def _weight(value: Any) -> int:
    if isinstance(value, str):
        digits = value.removeprefix("-").removeprefix("+")
        if not digits.isdigit() or not -(2**63) <= int(value) < 2**63:
            raise IllegalArgumentException(f"weight must be an integer, but was [{value}]")
        weight = int(value)
    elif isinstance(value, bool) or not isinstance(value, int | float):
        raise IllegalArgumentException(f"weight must be a number or string, but was [{token(value)}]")
    elif isinstance(value, float) or not -(2**63) <= value < 2**63:
        raise IllegalArgumentException(f"weight must be an integer, but was [{java_string(value)}]")
    else:
        weight = value
    if not 0 <= weight < 2**31:
        raise IllegalArgumentException(f"weight must be in the interval [0..2147483647], but was [{weight}]")
    return weight
