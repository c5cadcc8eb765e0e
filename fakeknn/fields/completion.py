"""completion: what a completion suggester proposes, and with which weight."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from fakeknn.analysis.base import utf16_start
from fakeknn.errors import IllegalArgumentException, NotFaked, ParsingException, Where
from fakeknn.fields.base import FieldType, register
from fakeknn.fields.buffers import Buffer, ObjectBuffer
from fakeknn.fields.completion_contexts import SEPARATOR, Context, load, named, of_row, shown
from fakeknn.fields.contexts import DocContext
from fakeknn.fields.parameters import META, Parameter, flag, integer, text
from fakeknn.view import Column, Mask
from fakeknn.xcontent import hash_ordered, java_string, objects
from fakeknn.xcontent.objects import token

#: Between the terms of a key, and where a term was left out.
_SEPARATOR = "\x1f"
_MEMBERS = ("input", "weight", "contexts")


#: The contexts that a document names, by the names of their kinds.
Contexts = dict[str, set[str]]


class Input(str):
    """CompletionInputMetadata: what sub fields are given, of which completion fields see more than the text."""

    weight: int
    contexts: Contexts

    def __new__(cls, text: str, weight: int = 1, contexts: Contexts | None = None) -> Input:
        made = super().__new__(cls, text)
        made.weight = weight
        made.contexts = contexts or {}
        return made


#: What a column holds of an input: its text, its weight, the keys that it is found by.
Entry = tuple[str, int, list[bytes]]


class CompletionBuffer(ObjectBuffer):
    """Entries, of which statistics tell the size."""


@register("completion")
class CompletionFieldType(FieldType):
    """Its column holds entries; with contexts, each key begins with one."""

    has_index_analyzer = True
    parameters: ClassVar[tuple[Parameter, ...]] = (
        Parameter("analyzer", text, "simple"),
        Parameter("search_analyzer", text, None, updatable=True),
        flag("preserve_separators", True),
        flag("preserve_position_increments", True),
        Parameter("max_input_length", integer, 50, updatable=True),
        Parameter("contexts", load, None, show=shown),
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
            self.search_analyzer = analysis.analyzer(self.option("search_analyzer"))
        longest = self.option("max_input_length")
        if longest <= 0:
            raise IllegalArgumentException(f"[max_input_length] must be > 0 but was [{longest}]")

    def configure(self, definition: Any) -> None:
        given = dict(definition)
        if "max_input_len" in given:
            given["max_input_length"] = given.pop("max_input_len")
        super().configure(given)

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        told = super().echo(include_defaults)
        for name in ("analyzer", "preserve_separators", "preserve_position_increments", "max_input_length"):
            told[name] = self.option(name)
        if not self.contexts:
            told.pop("contexts", None)
        return told

    def default(self, name: str) -> Any:
        return self.option("analyzer") if name == "search_analyzer" else super().default(name)

    def tell(self, name: str, value: Any) -> Any:
        return [one.echo() for one in value] if name == "contexts" and value is not None else value

    @property
    def contexts(self) -> tuple[Context, ...]:
        found: tuple[Context, ...] | None = self.option("contexts")
        return found or ()

    def check_others(self, fields: Mapping[str, FieldType]) -> None:
        for context in self.contexts:
            context.check_path(fields)

    def new_buffer(self) -> Buffer | None:
        return CompletionBuffer()

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

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[Entry] | None:
        if value is None:
            return None
        found: list[Entry] = []
        for given in self._inputs(container, key, value, doc):
            if not given.strip("".join(map(chr, range(33)))):
                doc.ignored[self.path] = None
                found.append(("", 0, []))  # the field exists, and proposes nothing
                continue
            text = utf16_start(given, self.option("max_input_length"))
            check_reserved(text)
            if self.contexts:
                entry: Entry = text, given.weight, []
                doc.waiting.append((self, entry, given.contexts))
            else:
                entry = text, given.weight, self.keys(text)
            found.append(entry)
        return found

    def complete(self, entry: Entry, contexts: Contexts, values: Mapping[str, Any], mapping: Any) -> None:
        """Give an entry its keys, now that all fields of its row are read."""
        behind = SEPARATOR + (_SEPARATOR if self.option("preserve_separators") else "")
        keys = self.keys(entry[0])
        for context in of_row(self.contexts, self.path, contexts, values, mapping):
            entry[2].extend((context + behind).encode() + key for key in keys)

    def _inputs(self, container: Any, key: Any, value: Any, doc: DocContext) -> list[Input]:
        inputs: dict[str, Input] = {}
        for holder, at in [(value, i) for i in range(len(value))] if isinstance(value, list) else [(container, key)]:
            self._read(holder, at, key, inputs, doc)
        return list(inputs.values())

    def _read(self, container: Any, key: Any, name: Any, inputs: dict[str, Input], doc: DocContext) -> None:
        value = container[key]
        if isinstance(value, str):
            inputs[value] = value if isinstance(value, Input) else Input(value)
            return
        if not isinstance(value, dict):
            called = "null" if isinstance(container, list) else name
            raise ParsingException(
                f"failed to parse [{called}]: expected text or object, but got {token(value)}", at=Where(container, key)
            )
        texts: list[str] = []
        weight = 1
        contexts: Contexts = {}
        for member, item in value.items():
            if member not in _MEMBERS:
                raise IllegalArgumentException(
                    f"unknown field name [{member}], must be one of [{', '.join(hash_ordered(list(_MEMBERS)))}]"
                )
            if member == "input":
                texts = _inputs(item)
            elif member == "weight":
                weight = _weight(item)
            else:
                contexts = self._contexts(item, doc)
        for given in texts:
            if given not in inputs or inputs[given].weight < weight:
                inputs[given] = Input(given, weight, contexts)

    def _contexts(self, given: Any, doc: DocContext) -> Contexts:
        if not self.contexts:
            raise IllegalArgumentException(f"contexts field is not supported for field: [{self.path}]")
        if not isinstance(given, dict):
            raise IllegalArgumentException(f"contexts must be an object or an array , but was [{token(given)}]")
        return {name: named(self.contexts, name).of_value(given, name, doc) for name in given}

    def for_subs(self, container: Any, key: Any, value: Any) -> tuple[Any, Any, Any]:
        if value is None:
            return {key: []}, key, []
        unseen = DocContext("", lambda container, key: objects.text(container, key))
        inputs = self._inputs(container, key, value, unseen)
        return {key: inputs}, key, inputs

    def fetch(self, value: Any, format: str | None = None) -> Any:
        self.refuse_format(format)
        return value


def check_reserved(text: str) -> None:
    """SuggestField's constructor: characters that keys are made with."""
    for i, char in enumerate(text):
        if char in "\0\x1e\x1f":
            raise IllegalArgumentException(
                f"Illegal input [{text}] UTF-16 codepoint [0x{ord(char):x}] at position {i} is a reserved character"
            )


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
