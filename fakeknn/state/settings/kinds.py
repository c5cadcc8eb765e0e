"""The kinds of settings: how one is read from text, what it defaults to, when it may be changed.

A setting belongs to indices or to the cluster; ``registry`` holds the settings of one scope. ``parse`` raises what
OpenSearch's parser raises; ``Registry.get`` puts the texts around it that ``Setting.get`` puts there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from copy import copy
from enum import Flag, auto
from functools import lru_cache
from typing import Any, TypeAlias, TypeVar

import orjson

from fakeknn.errors import IllegalArgumentException
from fakeknn.units import (
    INT_MAX,
    INT_MIN,
    LONG_MAX,
    LONG_MIN,
    ByteSizeValue,
    TimeValue,
    parse_boolean,
    parse_byte_size,
    parse_int,
    parse_long,
    parse_memory_size,
    parse_ratio,
    parse_time_value,
)
from fakeknn.xcontent import generator, parse_double
from fakeknn.xcontent.java import java_double, java_float

#: A setting as OpenSearch keeps it: a text or a list of texts; None only in requests, to reset.
Value: TypeAlias = str | list[str] | None
#: Settings by their full key.
Settings: TypeAlias = dict[str, Value]
#: Looks at a setting beside others: ``check(value, get)``, where ``get(key)`` is another setting of the same scope.
Check: TypeAlias = Callable[[Any, Callable[[str], Any]], None]

#: Percentages of memory are taken of a heap of this size.
HEAP = 1 << 30
FLOAT_MAX = 3.4028234663852886e38
DOUBLE_MAX = 1.7976931348623157e308


class Mark(Flag):
    """Setting.Property."""

    NONE = 0
    DYNAMIC = auto()
    FINAL = auto()
    PRIVATE = auto()
    INTERNAL = auto()
    DEPRECATED = auto()
    FILTERED = auto()
    NOT_COPYABLE = auto()
    UNMODIFIABLE = auto()


NONE, DYNAMIC, FINAL, PRIVATE, INTERNAL = Mark.NONE, Mark.DYNAMIC, Mark.FINAL, Mark.PRIVATE, Mark.INTERNAL
DEPRECATED, FILTERED, NOT_COPYABLE, UNMODIFIABLE = (
    Mark.DEPRECATED,
    Mark.FILTERED,
    Mark.NOT_COPYABLE,
    Mark.UNMODIFIABLE,
)


class Setting:
    """A text without rules; the other kinds add theirs.

    ``default`` is the text that defaults print; ``fallback`` the setting whose value stands in for a missing one;
    ``requires`` the settings that must be present beside this one, and ``agrees`` what must hold with them.
    """

    # Plain classes: making several hundred of them must not slow the start down.

    def __init__(
        self,
        key: str,
        default: str | list[str] = "",
        marks: Mark = Mark.NONE,
        *,
        fallback: str | None = None,
        check: Check | None = None,
        requires: tuple[str, ...] = (),
        agrees: Check | None = None,
    ) -> None:
        self.key = key
        self.default = default
        self.marks = marks
        self.fallback = fallback
        self.check = check
        self.requires = requires
        self.agrees = agrees

    def parse(self, text: str) -> Any:
        return text

    @property
    def is_complex(self) -> bool:
        """hasComplexMatcher: the key stands for several, and is never suggested for a misspelt one."""
        return False

    def matches(self, key: str) -> bool:
        return key == self.key

    def concrete(self, key: str) -> Setting:
        return self

    def text(self, value: Value) -> str | None:
        """What ``parse`` reads of a value that is set."""
        return java_text(value)

    def _shown(self, text: str) -> str:
        return "" if Mark.FILTERED in self.marks else f" [{text}]"


class BooleanSetting(Setting):
    def __init__(
        self, key: str, default: str = "false", marks: Mark = Mark.NONE, *, blank: bool = False, **rest: Any
    ) -> None:
        """``blank``: whether nothing at all is false (Booleans.parseBooleanStrict with a default)."""
        super().__init__(key, default, marks, **rest)
        self.blank = blank

    def parse(self, text: str) -> bool:
        return False if self.blank and not text else parse_boolean(text)


Number = TypeVar("Number", int, float)


class IntegerSetting(Setting):
    def __init__(
        self, key: str, default: str, marks: Mark = Mark.NONE, low: int = INT_MIN, high: int = INT_MAX, **rest: Any
    ) -> None:
        super().__init__(key, default, marks, **rest)
        self.low = low
        self.high = high

    def parse(self, text: str) -> int:
        return _bounded(self, text, parse_int(text), self.low, self.high, str)


class LongSetting(Setting):
    def __init__(
        self, key: str, default: str, marks: Mark = Mark.NONE, low: int = LONG_MIN, high: int = LONG_MAX, **rest: Any
    ) -> None:
        super().__init__(key, default, marks, **rest)
        self.low = low
        self.high = high

    def parse(self, text: str) -> int:
        return _bounded(self, text, parse_long(text), self.low, self.high, str)


class DoubleSetting(Setting):
    def __init__(
        self,
        key: str,
        default: str,
        marks: Mark = Mark.NONE,
        low: float = -float("inf"),
        high: float = DOUBLE_MAX,
        **rest: Any,
    ) -> None:
        super().__init__(key, default, marks, **rest)
        self.low = low
        self.high = high

    def parse(self, text: str) -> float:
        return _bounded(self, text, parse_double(text), self.low, self.high, java_double)


class FloatSetting(DoubleSetting):
    def parse(self, text: str) -> float:
        return _bounded(self, text, parse_double(text), self.low, min(self.high, FLOAT_MAX), java_float)


def _bounded(
    setting: Setting, text: str, value: Number, low: Number, high: Number, show: Callable[[Number], str]
) -> Number:
    if value < low:
        wrong = f"must be >= {show(low)}"
    elif value > high:
        wrong = f"must be <= {show(high)}"
    else:
        return value
    raise IllegalArgumentException(f"Failed to parse value{setting._shown(text)} for setting [{setting.key}] {wrong}")


class TimeSetting(Setting):
    def __init__(
        self,
        key: str,
        default: str,
        marks: Mark = Mark.NONE,
        low: TimeValue | None = None,
        high: TimeValue | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(key, default, marks, **rest)
        self.low = low
        self.high = high

    def parse(self, text: str) -> TimeValue:
        value = parse_time_value(text, self.key)
        if self.low is not None and value.millis < self.low.millis:
            wrong = f"must be >= [{self.low.text}]"
        elif self.high is not None and value.millis > self.high.millis:
            wrong = f"must be <= [{self.high.text}]"
        else:
            return value
        raise IllegalArgumentException(f"failed to parse value{self._shown(text)} for setting [{self.key}], {wrong}")


class ByteSizeSetting(Setting):
    def __init__(
        self,
        key: str,
        default: str,
        marks: Mark = Mark.NONE,
        low: ByteSizeValue | None = None,
        high: ByteSizeValue | None = None,
        **rest: Any,
    ) -> None:
        super().__init__(key, default, marks, **rest)
        self.low = low
        self.high = high

    def parse(self, text: str) -> ByteSizeValue:
        value = parse_byte_size(text, self.key)
        if self.low is not None and value.bytes < self.low.bytes:
            wrong = f"must be >= [{self.low.text}]"
        elif self.high is not None and value.bytes > self.high.bytes:
            wrong = f"must be <= [{self.high.text}]"
        else:
            return value
        raise IllegalArgumentException(f"failed to parse value [{text}] for setting [{self.key}], {wrong}")


class MemorySetting(Setting):
    """A size, or a percentage of the heap."""

    def parse(self, text: str) -> ByteSizeValue:
        return parse_memory_size(text, self.key, HEAP)


class RatioSetting(Setting):
    """A share between 0 and 1, or a percentage; parsed to a percentage."""

    def parse(self, text: str) -> float:
        return parse_ratio(text)


class ChoiceSetting(Setting):
    """One of several words. ``refusal`` is the text for any other, with ``{text}``, ``{folded}`` and ``{key}``.

    ``fold`` is what Java does to the text first: "upper" or "lower" case it, or nothing.
    """

    def __init__(
        self,
        key: str,
        default: str,
        marks: Mark = Mark.NONE,
        *,
        choices: tuple[str, ...],
        refusal: str,
        fold: str = "",
        **rest: Any,
    ) -> None:
        super().__init__(key, default, marks, **rest)
        self.choices = choices
        self.refusal = refusal
        self.fold = fold

    def parse(self, text: str) -> str:
        folded = text.upper() if self.fold == "upper" else text.lower() if self.fold == "lower" else text
        if folded not in self.choices:
            raise IllegalArgumentException(self.refusal.format(text=text, folded=folded, key=self.key))
        return folded


class ParsedSetting(Setting):
    """A setting with a parser of its own, which gets the text and the key."""

    def __init__(
        self,
        key: str,
        default: str,
        marks: Mark = Mark.NONE,
        *,
        parser: Callable[[str, str], Any],
        **rest: Any,
    ) -> None:
        super().__init__(key, default, marks, **rest)
        self.parser = parser

    def parse(self, text: str) -> Any:
        return self.parser(text, self.key)


class ListSetting(Setting):
    """Several values: a JSON array, or a comma list in one text; ``each`` reads one."""

    def __init__(
        self,
        key: str,
        default: Sequence[str] = (),
        marks: Mark = Mark.NONE,
        each: Callable[[str], Any] = str,
        **rest: Any,
    ) -> None:
        super().__init__(key, list(default), marks, **rest)
        self.each = each

    def parse(self, text: str) -> list[Any]:
        return [self.each(item) for item in orjson.loads(text)]

    @property
    def is_complex(self) -> bool:
        return True

    def matches(self, key: str) -> bool:
        # ListKey: the key itself, or one element of the legacy form ``key.0``.
        return key == self.key or (key.startswith(self.key + ".") and key[len(self.key) + 1 :].isdecimal())

    def text(self, value: Value) -> str | None:
        items = as_list(value)
        return None if items is None else generator.dump(items).decode()


def java_text(value: Value) -> str | None:
    """Settings.get: a value as one text, lists as Java prints them."""
    return "[" + ", ".join(value) + "]" if isinstance(value, list) else value


def as_list(value: Value) -> list[str] | None:
    """Settings.getAsList: a text is a comma list."""
    if value is None or isinstance(value, list):
        return value
    return [item.strip() for item in value.split(",")] if value else None


class GroupSetting(Setting):
    """Everything below a prefix (``index.analysis.``); ``check_group`` sees the keys without it."""

    def __init__(
        self, key: str, marks: Mark = Mark.NONE, check_group: Callable[[Settings], None] | None = None
    ) -> None:
        super().__init__(key, "", marks)
        self.check_group = check_group

    @property
    def is_complex(self) -> bool:
        return True

    def matches(self, key: str) -> bool:
        return key.startswith(self.key)


class AffixSetting(Setting):
    """A pattern of keys, ``cluster.remote.*.mode`` or ``index.routing.allocation.require.``; each is like ``each``."""

    def __init__(self, key: str, marks: Mark, each: Setting, requires: tuple[str, ...] = ()) -> None:
        super().__init__(key, "", marks, requires=requires)
        self.each = each

    @property
    def is_complex(self) -> bool:
        return True

    def matches(self, key: str) -> bool:
        return _affix(self.key).fullmatch(key) is not None

    def concrete(self, key: str) -> Setting:
        found = _affix(self.key).fullmatch(key)
        one = copy(self.each)
        one.key = found[1] if found else key
        one.marks = self.marks
        return one

    def namespace(self, key: str) -> str:
        """What the asterisk stands for in ``key``."""
        found = _affix(self.key).fullmatch(key)
        return found[2] if found else ""


@lru_cache(maxsize=256)
def _affix(pattern: str) -> re.Pattern[str]:
    prefix, star, suffix = pattern.partition("*")
    if not star:
        return re.compile(rf"({re.escape(prefix)}((?:[-\w]+[.])*[-\w]+))", re.ASCII)
    # What may follow is for lists and groups.
    return re.compile(rf"({re.escape(prefix)}([-\w]+){re.escape(suffix)})(?:\..*)?", re.ASCII)


class SecureSetting(Setting):
    """A setting of the keystore: known, but not to be written in settings."""

    def parse(self, text: str) -> Any:
        raise IllegalArgumentException(
            f"Setting [{self.key}] is a secure setting and must be stored inside the OpenSearch keystore, but was "
            "found inside opensearch.yml"
        )


def group(settings: Mapping[str, Any], prefix: str) -> Settings:
    """Settings.getByPrefix: what lies below ``prefix``, without it."""
    return {key[len(prefix) :]: value for key, value in settings.items() if key.startswith(prefix)}
