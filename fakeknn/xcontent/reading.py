"""Reading bodies: orjson where it agrees with Jackson, Jackson's way where it may not, and the ways of endpoints."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, TypeAlias

import orjson

from fakeknn.errors import (
    IllegalArgumentException,
    JsonEOFException,
    JsonParseException,
    MapperParsingException,
    NotXContentException,
    OpenSearchError,
    OpenSearchParseException,
    ParsingException,
    StreamConstraintsException,
    UncheckedIOException,
    XContentParseException,
)
from fakeknn.xcontent.broken import Torso
from fakeknn.xcontent.jackson import Astrays, Scanner
from fakeknn.xcontent.objects import thrown
from fakeknn.xcontent.tree import Break, EndOfInput, Reader, opened

#: Every byte but digits becomes a space, so that a run of digits too long for 64 bits is found by a plain search.
_DIGIT_RUNS = bytes(48 if chr(byte).isdigit() and byte < 128 else 32 for byte in range(256))
_LONG_RUN = b"0" * 19
#: What stands before or behind a run of digits that is part of a decimal number.
_OF_DECIMAL = (b".", b"e", b"E", b"+")
_LONG_NUMBER = 900
_NAME_END = re.compile(rb'(?<!\\)"[ \t\r\n]*:')
_BRACKETS = re.compile(rb"[\[\]{}]")
#: orjson does not know Jackson's limits; a body shorter than these cannot exceed them.
_LONG_BODY = 50_000
_MANY_BRACKETS = 1000


_Broken: TypeAlias = JsonParseException | StreamConstraintsException
_BROKEN = (JsonParseException, StreamConstraintsException)


def read(body: bytes) -> Any:
    """The first value of a body.

    Raises ``JsonParseException``, ``JsonEOFException`` or ``StreamConstraintsException`` with Jackson's texts, and
    ``EndOfInput`` for a body without any value. What follows the value is not looked at. Numbers come as int (of any
    size) and float, strings as str.
    """
    if isinstance(body, Astrays):
        return Reader(body).value()
    try:
        root = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Reader(body).value()
    return root if _agreed(body, root) else Reader(body).value()


def read_again(body: bytes) -> Any:
    """The value of a body that has been read before, in which only numbers beyond 64 bits need more than orjson."""
    return Reader(body).value() if _has_long_integer(body) else orjson.loads(body)


def _agreed(body: bytes, root: Any) -> bool:
    """Whether Jackson is sure to read the same: no duplicate field, no number beyond 64 bits, no limit passed."""
    if _has_long_integer(body):
        return False
    objects = body.count(b"{")
    if objects + body.count(b"[") > _MANY_BRACKETS and _too_deep(body):
        return False
    colons = body.count(b":")
    if objects == 1 and type(root) is dict:
        names = len(root)
    else:
        names = _count_names(root)
    if len(body) > _LONG_BODY and _has_long_name(root):
        return False
    # A colon that ends no name stands in a string; a name that is counted once but written twice is a duplicate.
    return names == colons or (names == len(_NAME_END.findall(body)) and b'\\\\"' not in body)


def _has_long_integer(body: bytes) -> bool:
    """Whether there may be an integer beyond 64 bits, or a number longer than Jackson takes."""
    runs = body.translate(_DIGIT_RUNS)
    start = runs.find(_LONG_RUN)
    while start >= 0:
        end = runs.find(b" ", start)
        if end < 0:
            end = len(body)
        decimal = body[start - 1 : start] in _OF_DECIMAL or body[end : end + 1] in _OF_DECIMAL
        if not decimal or end - start >= _LONG_NUMBER:
            return True
        start = runs.find(_LONG_RUN, end)
    return False


def _count_names(root: Any) -> int:
    """At most the number of different fields in the tree; lists that begin with a scalar are not looked into."""
    count = 0
    values = [root]
    for value in values:  # grows as it is walked
        if type(value) is dict:
            count += len(value)
            for item in value.values():
                if type(item) is dict or type(item) is list:
                    values.append(item)  # noqa: PERF401
        elif type(value) is list and value and (type(value[0]) is dict or type(value[0]) is list):
            values += value
    return count


def _has_long_name(root: Any) -> bool:
    stack = [root]
    while stack:
        value = stack.pop()
        if type(value) is dict:
            if any(len(name) > _LONG_BODY // 4 for name in value):
                return True
            stack.extend(item for item in value.values() if type(item) is dict or type(item) is list)
        elif type(value) is list and value and type(value[0]) in (dict, list):
            stack.extend(value)
    return False


def _too_deep(body: bytes) -> bool:
    depth = deepest = 0
    for bracket in _BRACKETS.findall(body):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > _MANY_BRACKETS


def _object_at_once(body: bytes) -> dict[str, Any] | None:
    """The object that a body is, where orjson reads it as Jackson does."""
    if isinstance(body, Astrays):
        return None
    try:
        root = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return root if type(root) is dict and _agreed(body, root) else None


# --- many documents at once -------------------------------------------------------------------------------------------

#: A number of so many characters as Jackson may refuse holds this many of each sixteenth.
_SAMPLED_NUMBER = b"0" * (_LONG_NUMBER // 16)


def read_documents(bodies: Sequence[bytes]) -> list[dict[str, Any]] | None:
    """What ``read_document`` reads of each, if ``agreed_on`` says so; None if one of them is no plain object."""
    try:
        roots = list(map(orjson.loads, bodies))
    except orjson.JSONDecodeError:
        return None
    return roots if set(map(type, roots)) <= {dict} else None


def agreed_on(bodies: Sequence[bytes], roots: Sequence[Any], names: int) -> bool:
    """Whether Jackson is sure to read the same of all these bodies, which are known to hold ``names`` members together,
    no integer beyond 64 bits and nothing deep.
    """
    if any(len(body) > _LONG_NUMBER and _has_long_number(body) for body in bodies):
        return False
    # Each member has a colon at least, so that no body makes up for another.
    return sum(body.count(b":") for body in bodies) == names or all(map(_agreed, bodies, roots))


def _has_long_number(body: bytes) -> bool:
    """Whether there may be a number longer than Jackson takes: that would be seen in every sixteenth character."""
    return _SAMPLED_NUMBER in body[::16].translate(_DIGIT_RUNS) and _has_long_integer(body)


# --- the ways endpoints read ------------------------------------------------------------------------------------------


def read_search(body: bytes, *, alone: bool = True) -> dict[str, Any]:
    """SearchSourceBuilder.parseXContent: the body is one object, and nothing may follow if it shall be ``alone``."""
    found = _object_at_once(body)
    if found is not None:
        return found
    reader = Reader(body)
    try:
        root = reader.value()
        token = reader.rest() if alone and isinstance(root, dict) else None
    except EndOfInput:
        raise ParsingException("Expected [START_OBJECT] but found [null]", line=1, col=0) from None
    except _BROKEN as error:
        raise _with_torso(_in_object_parsers(reader, error), reader, error)  # noqa: B904 (it bears its own cause)
    if token is not None:
        followed = ParsingException(
            f"Unexpected token [{token.xcontent}] found after the main object.", line=token.line, col=token.column
        )
        raise _with_torso(followed, reader)
    return _object(body, root)


def read_query(body: bytes) -> dict[str, Any] | None:
    """RestActions.getQueryContent: one object, None if there is nothing; errors come inside a ``parsing_exception``."""
    found = _object_at_once(body)
    if found is not None:
        return found
    reader = Reader(body)
    try:
        root = reader.value()
    except EndOfInput:
        return None
    except _BROKEN as error:
        line, column = reader.scanner.position
        failed = ParsingException("Failed to parse", line=line, col=column)
        raise _with_torso(failed, reader, error) from _in_object_parsers(reader, error)
    return _object(body, root)


def _with_torso(error: OpenSearchError, reader: Reader, found: OpenSearchError | None = None) -> OpenSearchError:
    """The error, with what was read before the body broke off (see ``read_for``); ``found`` is what parsers meet."""
    if reader.open and reader.open[0]:
        broken = None if found is None else Break(found, *reader.scanner.position, reader.skip)
        error.torso = Torso(reader.open[0][0], reader.open[1:], broken)  # type: ignore[attr-defined]
    return error


def _object(body: bytes, root: Any) -> dict[str, Any]:
    if isinstance(root, dict):
        return root
    token = next(Scanner(body).tokens())
    raise ParsingException(f"Expected [START_OBJECT] but found [{token.xcontent}]", line=token.line, col=token.column)


def _in_object_parsers(reader: Reader, error: _Broken) -> OpenSearchError:
    """The error as it comes out of the DSL's declarative parsers, each of which tells the field it was at."""
    scanner = reader.scanner
    line, column = scanner.position
    names = [scope.name for scope in scanner.scopes]
    told: OpenSearchError = error
    for depth in range(len(names) - 1, 0, -1):
        if names[depth] in ("bool", "script_score", "script"):
            parser = str(names[depth])
        elif names[depth - 1] == "knn" and names[depth]:
            parser = "knn"
        elif names[depth] == "rescore" and names[depth - 2] == "knn":
            parser = "rescore"
        elif names[depth - 2] == "sort" and names[depth] and not str(names[depth]).startswith("_"):
            parser = "field_sort"
        elif names[depth] == "ids":
            parser = "ids"
        else:
            continue
        if scanner.scopes[depth].kind != "Object":
            continue
        if depth + 1 < len(names):
            what = f"field [{names[depth + 1]}]"
        elif reader.broken_text is not None:
            what = f"field [{reader.broken_text}]"
            if parser == "script" and reader.broken_text == "source":
                told = unchecked(told)
        elif parser not in ("bool", "field_sort"):
            what = "object"
        else:
            continue
        outer: OpenSearchError = XContentParseException(f"[{line}:{column}] [{parser}] failed to parse {what}")
        outer.__cause__ = told
        told = outer
        if parser == "ids":  # IdsQueryBuilder.fromXContent takes what its parser says for its own
            outer = ParsingException(told.reason, line=line, col=column)
            outer.__cause__ = told
            told = outer
    return told


def unchecked(error: OpenSearchError) -> OpenSearchError:
    """UncheckedIOException: what a function throws that cannot throw what it should."""
    outer = UncheckedIOException(thrown(error))
    outer.__cause__ = error
    return outer


def read_open(body: bytes) -> Any:
    """The first value, for ObjectParsers: of a body that breaks off what there is of it, with ``OpenObject`` and
    ``OpenArray`` for what has not ended, so that parsers complain of what is ahead of the break before they come to it.
    """
    try:
        return read(body)
    except _BROKEN as error:
        reader = Reader(body)
        with suppress(*_BROKEN):
            reader.value()
        if len(reader.open) < 2 or not isinstance(reader.open[1], dict):
            raise
        return opened(reader.open[1:], Break(error, *reader.scanner.position, reader.skip))


def is_xcontent(body: bytes) -> bool:
    """MediaTypeRegistry.xContentType: whether the bytes look like any of the media types, as JSON only if an object."""
    start = 3 if len(body) > 3 and body.startswith(b"\xef\xbb\xbf") else 0
    head = body[start:].lstrip(b" \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f")
    return head.startswith(b"{") or body.startswith((b":)\n", b"---")) or _is_cbor(body)


def _is_cbor(body: bytes) -> bool:
    return body.startswith(b"\xd9\xd9\xf7") or b"\xa0" <= body[:1] <= b"\xbf"


def read_map(body: bytes) -> dict[str, Any]:
    """XContentHelper.convertToMap behind its look at the first bytes: anything but an object is refused by these."""
    if not is_xcontent(body):
        raise NotXContentException
    try:
        root = read(body)
    except _BROKEN as error:
        raise OpenSearchParseException("Failed to parse content to map") from error
    return root if isinstance(root, dict) else {}


def read_as_map(body: bytes) -> dict[str, Any]:
    """XContentParser.map: what does not begin an object is an empty one, and what is behind that token is not read."""
    root = read(body)
    return root if isinstance(root, dict) else {}


def read_document(body: bytes) -> dict[str, Any]:
    """DocumentParser: one object, nothing behind it; what is wrong is the cause of a ``mapper_parsing_exception``."""
    found = _object_at_once(body)
    if found is not None:
        return found
    reader = Reader(body)
    try:
        if not is_xcontent(body):
            raise NotXContentException
        root = reader.value()
        token = reader.rest()
        if token is not None:
            raise IllegalArgumentException(f"Malformed content, found extra data after parsing: {token.xcontent}")
    except (*_BROKEN, NotXContentException, IllegalArgumentException) as error:
        failed = _with_torso(MapperParsingException("failed to parse"), reader)
        if (torso := getattr(failed, "torso", None)) is not None:
            torso.token, torso.skip = reader.scanner.current, reader.skip
            if isinstance(error, JsonEOFException):
                torso.behind = reader.skip(1)
        raise failed from error
    assert isinstance(root, dict)
    return root
