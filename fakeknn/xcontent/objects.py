"""Reading members of a parsed body as the real server's XContentParser reads tokens, and its declarative ObjectParser.

A member is named by its container and key, so that an error can be placed in the text of the body (``Where``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    InputCoercionException,
    JsonEOFException,
    JsonParseException,
    NamedObjectNotFoundException,
    OpenSearchError,
    ParsingException,
    Part,
    StreamConstraintsException,
    Where,
    XContentParseException,
)
from fakeknn.xcontent.java import java_string, parse_double
from fakeknn.xcontent.suggest import did_you_mean
from fakeknn.xcontent.tree import BrokenText, OpenArray, OpenObject, StrayEnd

SOURCE = (
    "\n at [Source: REDACTED (`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION` disabled); line: {line}, column: {column}]"
)


def token(value: Any) -> str:
    """The XContentParser.Token that a value begins with."""
    if isinstance(value, str):
        return "VALUE_STRING"
    if isinstance(value, bool):
        return "VALUE_BOOLEAN"
    if value is None:
        return "VALUE_NULL"
    if isinstance(value, (int, float)):
        return "VALUE_NUMBER"
    if isinstance(value, StrayEnd):
        return "END_OBJECT"
    return "START_OBJECT" if isinstance(value, dict) else "START_ARRAY"


def jackson_token(value: Any) -> str:
    if isinstance(value, bool):
        return "VALUE_TRUE" if value else "VALUE_FALSE"
    if isinstance(value, int):
        return "VALUE_NUMBER_INT"
    return "VALUE_NUMBER_FLOAT" if isinstance(value, float) else token(value)


def is_value(value: Any) -> bool:
    """Token.isValue: null is none."""
    return value is not None and not isinstance(value, (dict, list, StrayEnd))


# --- one value --------------------------------------------------------------------------------------------------------


def text(container: Any, key: Any) -> str:
    """XContentParser.text."""
    value = container[key]
    if isinstance(value, str):
        whole(container, key)
        return value
    if is_value(value):
        return repr(value) if isinstance(value, float) else java_string(value)  # most likely as it was written
    raise IllegalStateException(f"Can't get text on a {token(value)} at {{line}}:{{column}}", at=Where(container, key))


def text_or_none(container: Any, key: Any) -> str | None:
    return None if container[key] is None else text(container, key)


_BIG_DECIMAL = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,9})?")


def _big_decimal(value: str) -> Decimal:
    """AbstractXContentParser.toLong: what BigDecimal cannot read is no number."""
    if not _BIG_DECIMAL.fullmatch(value):
        raise IllegalArgumentException(f'For input string: "{value}"')
    return Decimal(value)


@contextmanager
def read_at(container: Any, key: Any) -> Iterator[None]:
    """What is wrong with a value is told where it stands by the parsers around."""
    try:
        yield
    except IllegalArgumentException as error:
        raise stopped_at(error, Where(container, key)) from None


@contextmanager
def standing_at(container: Any, key: Any, part: Part = "value") -> Iterator[None]:
    """Whatever is raised meanwhile without a place is raised where the parser stands: at this value."""
    try:
        yield
    except OpenSearchError as error:
        if place_of(error) is None:
            stopped_at(error, Where(container, key, part))
        raise


def decimal(container: Any, key: Any) -> float:
    """XContentParser.doubleValue and floatValue (the caller narrows)."""
    value = container[key]
    if isinstance(value, str):
        written = text(container, key)
        with read_at(container, key):
            return parse_double(written)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    raise not_numeric(container, key)


def not_numeric(container: Any, key: Any) -> JsonParseException:
    return JsonParseException(
        f"Current token ({jackson_token(container[key])}) not numeric, can not use numeric value accessors{SOURCE}",
        at=Where(container, key, "after"),
    )


def not_boolean(container: Any, key: Any) -> JsonParseException:
    return JsonParseException(
        f"Current token ({jackson_token(container[key])}) not of boolean type{SOURCE}",
        at=Where(container, key, "after"),
    )


def integer(container: Any, key: Any, *, bits: int = 32) -> int:
    """XContentParser.intValue (32 bits) and longValue (64): decimals are cut."""
    value = container[key]
    low, high = -(2 ** (bits - 1)), 2 ** (bits - 1) - 1
    kind = "int" if bits == 32 else "long"
    if isinstance(value, str):
        written = text(container, key)
        with read_at(container, key):
            number = parse_double(written) if bits == 32 else _big_decimal(written)
            if number != number:  # (int) NaN
                return 0
            if not low <= number <= high:
                article = "an integer" if bits == 32 else "a long"
                raise IllegalArgumentException(f"Value [{value}] is out of range for {article}")
            return int(number)
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not low <= value <= high:
            raise InputCoercionException(
                f"Numeric value ({{written}}) out of range of {kind} ({low} - {high}){SOURCE}",
                at=Where(container, key, "after"),
            )
        return int(value)
    raise not_numeric(container, key)


def boolean(container: Any, key: Any) -> bool:
    """XContentParser.booleanValue."""
    value = container[key]
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if text(container, key) in ("true", "false", ""):
            return value == "true"  # Booleans.parseBoolean: a blank is the default, which is false
        error = IllegalArgumentException(f"Failed to parse value [{value}] as only [true] or [false] are allowed.")
        raise stopped_at(error, Where(container, key))
    raise not_boolean(container, key)


def each(read: Callable[[Any, Any], Any]) -> Callable[[Any, Any], list[Any]]:
    """AbstractObjectParser.parseArray: a reader of one value, or of an array of such."""

    def read_all(container: Any, key: Any) -> list[Any]:
        value = container[key]
        if not isinstance(value, list):
            return [read(container, key)]
        found = []
        for i, item in enumerate(value):
            if isinstance(item, list):
                raise stopped_at(IllegalStateException(f"expected value but got [{token(item)}]"), Where(value, i))
            found.append(read(value, i))
        return found

    return read_all


def each_parsed(read: Callable[[Any, Any], Any]) -> Callable[[Any, Any], list[Any]]:
    """The same of what an ObjectParser reads: one that stands at what is no object goes on to the object behind it."""

    def read_unless(container: Any, key: Any) -> Any:
        if isinstance(container, list) and not isinstance(container[key], dict) and key + 1 < len(container):
            return None if isinstance(container[key + 1], dict) else read(container, key)
        return read(container, key)

    read_all = each(read_unless)
    return lambda container, key: [one for one in read_all(container, key) if one is not None]


# --- ObjectParser -----------------------------------------------------------------------------------------------------

_STRING = ("VALUE_STRING",)
_NUMBER = ("VALUE_NUMBER", "VALUE_STRING")
_BOOLEAN = ("VALUE_BOOLEAN", "VALUE_STRING")
_OBJECT = ("START_OBJECT",)
_OBJECTS = ("START_OBJECT", "START_ARRAY")
_NULL = ("VALUE_NULL",)


@dataclass(frozen=True, slots=True)
class Member:
    """A declared member: which tokens it takes, and what reads it (``read(container, key)``)."""

    tokens: tuple[str, ...]
    read: Callable[[Any, Any], Any]
    tells: bool = False
    """Whether the reader's errors name the member themselves."""
    late: bool = False
    """Whether the errors are those of the builder's setter, which is called when the builder can be made."""


def declared(kind: str, read: Callable[[Any, Any], Any] | None = None) -> Member:
    """A member of one of ObjectParser.ValueType's kinds, read by that kind's reader unless another is given."""
    tokens, reader = _KINDS[kind]
    return Member(tokens, read or reader)


def _raw(container: Any, key: Any) -> Any:
    return whole(container, key)


_KINDS: Mapping[str, tuple[tuple[str, ...], Callable[[Any, Any], Any]]] = {
    "string": (_STRING, text),
    "string_or_null": (_STRING + _NULL, text_or_none),
    "float": (_NUMBER, decimal),
    "double": (_NUMBER, decimal),
    "int": (_NUMBER, integer),
    "long": (_NUMBER, lambda container, key: integer(container, key, bits=64)),
    "boolean": (_BOOLEAN, boolean),
    "object": (_OBJECT, _raw),
    "object_or_null": (_OBJECT + _NULL, _raw),
    "object_or_string": (_OBJECT + _STRING, _raw),
    "object_or_boolean": (("START_OBJECT", "VALUE_BOOLEAN"), _raw),
    "object_array": (_OBJECTS, _raw),
    "object_array_or_null": (_OBJECTS + _NULL, _raw),
    "object_array_or_string": (_OBJECTS + _STRING, _raw),
    "object_array_boolean_or_string": (("START_OBJECT", "START_ARRAY", "VALUE_BOOLEAN", "VALUE_STRING"), _raw),
    "string_array": (("START_ARRAY", "VALUE_STRING"), each(text)),
    "float_array": (("START_ARRAY", "VALUE_NUMBER", "VALUE_STRING"), _raw),
    "value": (("VALUE_BOOLEAN", "VALUE_NULL", "VALUE_NUMBER", "VALUE_STRING"), _raw),
    "value_array": (("VALUE_BOOLEAN", "VALUE_NULL", "VALUE_NUMBER", "VALUE_STRING", "START_ARRAY"), _raw),
    "anything": (
        ("VALUE_BOOLEAN", "VALUE_NULL", "VALUE_NUMBER", "VALUE_STRING", "START_OBJECT", "START_ARRAY"),
        _raw,
    ),
}


def stopped_at(error: OpenSearchError, place: Where) -> OpenSearchError:
    """The error with the place where the parser stood when it was raised, which the parsers around it tell."""
    error.stopped = place  # type: ignore[attr-defined]
    return error


def place_of(error: OpenSearchError) -> Where | None:
    """Where the parser stood when an error was raised: at the beginning of a token, wherever its text tells of."""
    place: Where | None = getattr(error, "stopped", None) or error.at
    if place is not None and place.part == "after":
        return Where(place.container, place.key)
    return place


def next_token(container: Any, key: Any) -> tuple[str, Where]:
    """The token behind that which the value at ``container[key]`` begins with, and its place."""
    value = container[key]
    if isinstance(value, dict):
        container, following = value, next(iter(value), None)
    elif isinstance(value, list):
        if value:
            return token(value[0]), Where(value, 0)
        return "END_ARRAY", Where(value, None, "end")
    elif isinstance(container, list):
        if key + 1 < len(container):
            return token(container[key + 1]), Where(container, key + 1)
        return "END_ARRAY", Where(container, None, "end")
    else:
        names = list(container)
        at = names.index(key) + 1
        following = names[at] if at < len(names) else None
    if following is None:
        return "END_OBJECT", Where(container, None, "end")
    return "FIELD_NAME", Where(container, following, "key")


def whole(container: Any, key: Any) -> Any:
    """The value of a member; raises what is wrong with the text if the value has not ended."""
    value = container[key]
    broken = value.broken if isinstance(value, OpenObject | OpenArray | BrokenText) else None
    if broken is not None:
        raise broken.met()
    return value


def _passed_on(cause: OpenSearchError, what: str) -> OpenSearchError:
    line, column = cause.position  # type: ignore[attr-defined]
    error = XContentParseException(f"[{line}:{column}] {what}")
    error.position = line, column  # type: ignore[attr-defined]
    return stopped_at(error, cause.stopped)  # type: ignore[attr-defined]


@contextmanager
def building(name: str, at: Where | None = None) -> Iterator[None]:
    """ConstructingObjectParser.buildTarget: what the object's constructor refuses is told so, without a place; ``at``
    is where the parser stands.
    """
    try:
        yield
    except OpenSearchError as cause:
        error = XContentParseException(f"Failed to build [{name}] after last required field arrived")
        raise (error if at is None else stopped_at(error, at)) from cause


#: Java's IOExceptions, and where they live: functions that may not throw them make others of them.
_CHECKED: Mapping[type[OpenSearchError], str] = {
    JsonEOFException: "com.fasterxml.jackson.core.io",
    StreamConstraintsException: "com.fasterxml.jackson.core.exc",
    InputCoercionException: "com.fasterxml.jackson.core.exc",
    JsonParseException: "com.fasterxml.jackson.core",
}


@contextmanager
def caught(make: Callable[[OpenSearchError], OpenSearchError]) -> Iterator[None]:
    """``catch (IOException e)``: what is wrong with a text is made another error, which stands where it stood."""
    try:
        yield
    except tuple(_CHECKED) as cause:
        error = make(cause)
        if error.at is None:
            error.at = cause.at
        place = place_of(cause)
        if place is not None:
            stopped_at(error, place)
        if hasattr(cause, "position"):
            error.position = cause.position  # type: ignore[attr-defined]
        raise error from cause


@contextmanager
def sub_parser(value: Any) -> Iterator[None]:
    """XContentSubParser, which in the end reads what is left of its object or array: another break that it meets then
    is told as ``suppressed``.
    """
    try:
        yield
    except OpenSearchError as error:
        if isinstance(value, OpenObject | OpenArray):
            broken = value.broken
            met = any(link is broken.error for link in error.chain())
            again = broken.skip(value.depth) if met else broken.error
            if again is not None:
                error.meta = {**error.meta, "suppressed": [again.members()]}
        else:
            stopped_at(error, Where(value, None, "end"))
        raise


def thrown(cause: OpenSearchError) -> str:
    """Throwable.toString of an IOException, as the message of what is thrown in its place."""
    package = next(package for kind, package in _CHECKED.items() if isinstance(cause, kind))
    return f"{package}.{type(cause).__name__}: {cause.reason}"


def could_not_parse(what: str) -> Callable[[OpenSearchError], OpenSearchError]:
    """``new ParsingException(p.getTokenLocation(), "Could not parse inner ...", e)``, for ``caught``."""
    return lambda cause: ParsingException(f"Could not parse inner {what}", at=place_of(cause))


class ObjectParser:
    """ObjectParser: members by name, an unknown one refused with proposals, an error inside one told with its name
    and place.
    """

    def __init__(
        self,
        name: str,
        members: Mapping[str, Member],
        *,
        required: Sequence[Sequence[str]] = (),
        exclusive: Sequence[Sequence[str]] = (),
        constructor: Sequence[str] = (),
        optional: Sequence[str] = (),
        check: Callable[[Mapping[str, Any]], None] | None = None,
        ignore_unknown: bool = False,
        applied: bool = False,
        named: bool = False,
    ) -> None:
        """``constructor`` names what a ConstructingObjectParser cannot do without and ``optional`` what else it takes,
        ``check`` is what its constructor refuses of these when the last of all is read, or else in the end; one that is
        ``applied`` wraps what is wrong with the text. An unknown member is looked for among ``named`` objects, if there
        are such.
        """
        self.name = name
        self.members = members
        self.required = required
        self.exclusive = exclusive
        self.constructor = constructor
        self.optional = optional
        self.check = check
        self.ignore_unknown = ignore_unknown
        self.applied = applied
        self.named = named

    def parse(self, container: Any, key: Any) -> dict[str, Any]:
        """The values of the object at ``container[key]`` by member name."""
        body = container[key]
        if not isinstance(body, dict):
            with self.applying():
                kind, place = next_token(container, key)
            if kind == "START_OBJECT" and isinstance(body, list):
                return self.parse_object(body[0])
            raise XContentParseException(f"[{self.name}] Expected START_OBJECT but was: {kind}", at=place)
        return self.parse_object(body)

    @contextmanager
    def applying(self) -> Iterator[None]:
        """While the parser is at work: one that is ``applied`` wraps what is wrong with the text."""
        try:
            yield
        except OpenSearchError as cause:
            if self.applied and hasattr(cause, "position"):
                raise _passed_on(cause, f"[{self.name}] failed to parse object") from cause
            raise

    def parse_root(self, body: Any) -> dict[str, Any]:
        """The values of a whole body."""
        if not isinstance(body, dict):
            raise XContentParseException(
                f"[{self.name}] Expected START_OBJECT but was: {token(body)}", at=Where(body, None, "start")
            )
        return self.parse_object(body)

    def parse_object(self, body: Mapping[str, Any]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        waiting: list[str] = []
        items: Iterable[tuple[str, Any]] = dict.items(body)  # type: ignore[arg-type]
        for name, value in items:  # of an open one too: what comes then is below
            member = self.members.get(name)
            if member is None:
                if self.ignore_unknown:
                    continue
                unknown = XContentParseException(
                    f"[{self.name}] unknown field [{name}]{did_you_mean(name, self.members)}",
                    at=Where(body, name, "key"),
                )
                if self.named:
                    raise unknown from NamedObjectNotFoundException(f"unknown field [{name}]", at=Where(body, name))
                raise stopped_at(unknown, Where(body, name))
            kind = token(value)
            if kind not in member.tokens:
                raise XContentParseException(
                    f"[{self.name}] {name} doesn't support values of type: {kind}", at=Where(body, name)
                )
            try:
                values[name] = member.read(body, name)
                whole(body, name)
                if self._all_come(values, name):
                    self._build(values)
            except OpenSearchError as cause:
                if member.tells:
                    raise
                if hasattr(cause, "position"):
                    raise _passed_on(cause, f"[{self.name}] failed to parse field [{name}]") from cause
                if (
                    member.late
                    and isinstance(cause, IllegalArgumentException)
                    and not getattr(cause, "at_parsing", False)
                    and not self._constructible(values)
                ):
                    waiting.append(name)
                    continue
                at = place_of(cause) or (
                    Where(value, None, "end") if isinstance(value, (dict, list)) else Where(body, name)
                )
                failed = XContentParseException(f"[{self.name}] failed to parse field [{name}]", at=at)
                raise stopped_at(failed, at) from cause
            if waiting and name in self.constructor and self._constructible(values):
                raise self._set_late(body, name, waiting[-1])
        if isinstance(body, OpenObject):
            with self.applying():
                raise body.broken.met()
        self._check_sets(body)
        absent = [name for name in self.constructor if name not in values]
        if absent:
            missing = IllegalArgumentException(f"Required [{', '.join(absent)}]")
            raise stopped_at(missing, Where(body, None, "end"))
        if any(argument not in values for argument in self.optional):
            self._build(values)
        return values

    def _all_come(self, values: Mapping[str, Any], last: str) -> bool:
        arguments = (*self.constructor, *self.optional)
        return last in arguments and all(argument in values for argument in arguments)

    def _build(self, values: Mapping[str, Any]) -> None:
        if self.check is not None:
            with building(self.name):
                self.check(values)

    def _constructible(self, values: Mapping[str, Any]) -> bool:
        return all(argument in values for argument in self.constructor)

    def _set_late(self, body: Mapping[str, Any], last: str, name: str) -> OpenSearchError:
        """What the setter of ``name`` refuses when the builder's ``last`` argument has come: the last setter that
        waits is called first."""
        names = list(body)
        given = {argument: body[argument] for argument in self.constructor}
        later = {one: body[one] for one in names[names.index(name) + 1 : names.index(last)]}
        value = body[name]
        place = Where(body[last], None, "end") if isinstance(body[last], (dict, list)) else Where(body, last)
        at = Where(value, None, "end") if isinstance(value, (dict, list)) else Where(body, name)
        failed = XContentParseException(f"[{self.name}] failed to parse field [{name}]", at=at)
        try:
            self.members[name].read({**given, **later, name: value}, name)
        except OpenSearchError as cause:
            failed.__cause__ = cause
        late = XContentParseException(f"failed to build [{self.name}] after last required field arrived", at=at)
        late.__cause__ = failed
        outer = XContentParseException(f"[{self.name}] failed to parse field [{last}]", at=place)
        outer.__cause__ = late
        return stopped_at(outer, place)

    def _check_sets(self, body: Mapping[str, Any]) -> None:
        together = [[name for name in body if name in names] for names in self.exclusive]
        if any(len(names) > 1 for names in together):
            raise IllegalArgumentException(
                "".join(
                    f"The following fields are not allowed together: [{', '.join(names)}] "
                    for names in together
                    if len(names) > 1
                )
            )
        missing = [names for names in self.required if not any(name in body for name in names)]
        if missing:
            raise IllegalArgumentException(
                "".join(f"Required one of fields [{', '.join(names)}], but none were specified. " for names in missing)
            )
