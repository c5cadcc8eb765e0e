"""Trees of dicts and lists, built of the scanner's tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

from fakeknn.errors import (
    JsonParseException,
    OpenSearchError,
    OpenSearchParseException,
    StreamConstraintsException,
    Where,
)
from fakeknn.xcontent.jackson import Scanner, Token, utf8

_TEXT_BEHIND_NAME = re.compile(rb'\s*:\s*"')
_TEXT_IN_ARRAY = re.compile(rb'\s*,\s*"')
_TEXT_AT_FIRST = re.compile(rb'\s*"')


class Break(NamedTuple):
    """Where a body goes wrong: the error, and the line and column of the last token before it."""

    error: OpenSearchError
    line: int
    column: int
    skip: Callable[[int], OpenSearchError | None] = lambda depth: None
    """Reads on to the end of the container at ``depth`` (1 is the root); gives what is wrong there."""

    def met(self) -> OpenSearchError:
        """The error, for a parser that comes to it, with the place that the parsers around tell."""
        self.error.position = self.line, self.column  # type: ignore[attr-defined]
        self.error.stopped = Where(self)  # type: ignore[attr-defined]
        return self.error


class BrokenText(str):
    """What stands for a text that breaks off or holds what no text may; in a document, whose parsers deal with it
    themselves, it bears no break."""

    broken: Break | None = None


class OpenObject(dict[str, Any]):
    """An object that has not ended when its body breaks off: who looks for a member behind those that were read meets
    the break, and it is one longer. ``keys`` are those that were read."""

    broken: Break
    depth: int

    def __len__(self) -> int:
        return super().__len__() + 1

    def __iter__(self) -> Iterator[str]:
        yield from super().__iter__()
        raise self.broken.met()

    def items(self) -> Any:
        return ((name, self[name]) for name in self)

    def values(self) -> Any:
        return (self[name] for name in self)


class OpenArray(list[Any]):
    """An array that has not ended when its body breaks off: who looks at an item behind those that were read meets the
    break, and it is one longer."""

    broken: Break
    depth: int

    def __len__(self) -> int:
        return super().__len__() + 1

    def __iter__(self) -> Iterator[Any]:
        yield from super().__iter__()
        raise self.broken.met()

    def __getitem__(self, at: Any) -> Any:
        if isinstance(at, int) and at >= super().__len__():
            raise self.broken.met()
        return super().__getitem__(at)


def opened(containers: Sequence[Any], broken: Break) -> Any:
    """The tree of which ``containers``, from the outermost, have not ended."""
    inner: Any = None
    for depth, container in reversed([*enumerate(containers, 1)]):
        twin: Any = OpenObject(container) if isinstance(container, dict) else OpenArray(container)
        twin.broken, twin.depth = broken, depth
        if container:
            last = next(reversed(container)) if isinstance(container, dict) else len(container) - 1
            if inner is not None:
                twin[last] = inner
            elif isinstance(twin[last], BrokenText):
                twin[last].broken = broken
        inner = twin
    return inner


class StrayEnd:
    """An object's end that stands in an array: see ``astray``."""


def is_stray(token: Token, container: Any) -> bool:
    """Whether a token ends an object but stands in an array."""
    return token.kind == "END_OBJECT" and isinstance(container, list)


class EndOfInput(OpenSearchParseException):
    """There is no value in the body: white space, comments, nothing. Uncaught, it is RestRequest.requiredContent's."""

    def __init__(self) -> None:
        super().__init__("request body is required")

    @property
    def type(self) -> str:
        return "parse_exception"


class Reader:
    """Values of a body, one after the other; what follows the first is left for ``rest``."""

    def __init__(self, body: bytes) -> None:
        self.scanner = Scanner(utf8(body))
        self.tokens = self.scanner.tokens()
        self.broken_text: str | None = None
        """The field whose text could not be read."""
        self.open: list[Any] = []
        """The objects and arrays that are being read, from the outermost; what an error breaks off."""

    def value(self) -> Any:
        """The next value; raises ``EndOfInput`` when there is none."""
        token = next(self.tokens, None)
        if token is None:
            raise EndOfInput
        try:
            return self._build(token)
        except JsonParseException:
            if token.kind != "START_ARRAY":
                raise
            # No endpoint takes an array: each refuses its first token, and reads no further.
            return []

    def rest(self) -> Token | None:
        """The token behind the value, if any."""
        return next(self.tokens, None)

    def skip(self, depth: int) -> OpenSearchError | None:
        """Read on behind a break to the end of the container at ``depth`` (1 is the root); what is wrong there.

        Jackson reads what stands behind a name together with it; if that breaks off, the input seems to have ended.
        """
        if self.scanner.current == "FIELD_NAME" and self.broken_text is None:
            return None
        try:
            for _ in self.scanner.tokens():
                if len(self.scanner.scopes) <= depth:
                    return None
        except (JsonParseException, StreamConstraintsException) as error:
            return error
        return None

    def _build(self, first: Token) -> Any:
        root: list[Any] = []
        stack: list[Any] = [root]
        self.open = stack
        name = None
        token: Token = first
        while True:
            top = stack[-1]
            match token.kind:
                case "FIELD_NAME":
                    name = token.value
                case "END_OBJECT" if isinstance(top, list) and len(stack) > 1:
                    top.append(StrayEnd())
                case "END_ARRAY" if isinstance(top, dict):
                    pass  # parsers of objects pass over it
                case "END_OBJECT" | "END_ARRAY":
                    stack.pop()
                case kind:
                    value = {} if kind == "START_OBJECT" else [] if kind == "START_ARRAY" else token.value
                    if isinstance(top, dict):
                        top[name] = value
                    else:
                        top.append(value)
                    if isinstance(value, (dict, list)) and kind.startswith("START"):
                        stack.append(value)
            if len(stack) == 1:
                return root[0]
            try:
                token = next(self.tokens)
            except JsonParseException:
                self._keep_text(token, name)
                raise

    def _keep_text(self, last: Token, name: str | None) -> None:
        """A broken text is a text all the same for who does not read it: Jackson looks into texts when asked to."""
        top = self.open[-1]
        if isinstance(top, dict):
            if last.kind == "FIELD_NAME" and _TEXT_BEHIND_NAME.match(self.scanner.body, last.end):
                top[name] = BrokenText()
                self.broken_text = name
        elif (_TEXT_AT_FIRST if last.kind == "START_ARRAY" else _TEXT_IN_ARRAY).match(self.scanner.body, last.end):
            top.append(BrokenText())
