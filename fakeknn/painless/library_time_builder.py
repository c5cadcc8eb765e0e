"""``DateTimeFormatterBuilder``: its steps are taken when the formatter is made, for the locale that it is made for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from fakeknn.dates.elements import (
    AnyCase,
    Element,
    Fraction,
    Literal,
    LocalizedOffset,
    Number,
    Offset,
    Padded,
    Parsed,
    Sequenced,
    Text,
    ZoneId,
    ZoneText,
)
from fakeknn.dates.moments import Moment
from fakeknn.dates.names import Names, names_of
from fakeknn.dates.patterns import Builder, compile_pattern
from fakeknn.errors import JavaError, NotFaked
from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.library_locale import DEFAULT_LOCALE, Locale
from fakeknn.painless.library_time_format import DateTimeFormatter
from fakeknn.painless.throwable import Thrown, illegal_argument, null_pointer

Step = Callable[["_Assembly"], None]


@dataclass(frozen=True, slots=True)
class Defaulting:
    """DefaultValueParser: a field's value where nothing before has set it."""

    name: str
    value: int

    def __str__(self) -> str:
        return f"java.time.format.DateTimeFormatterBuilder$DefaultValueParser@{hash(self) & 0xFFFFFFF:x}"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        parsed.fields.setdefault(self.name, self.value)
        return at

    def print(self, moment: Moment) -> str:
        return ""


@dataclass(frozen=True, slots=True)
class Setting:
    """What changes how the elements behind it are read."""

    shown: str

    def __str__(self) -> str:
        return self.shown

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        return at

    def print(self, moment: Moment) -> str:
        return ""


class _Assembly:
    """The elements of a formatter under way, group within group."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale
        self.names: Names = names_of(str(locale))
        self.any_case = False
        self.groups = [Builder()]
        self._pad: tuple[int, int] | None = None

    def add(self, *elements: Element) -> None:
        builder = self.groups[-1]
        for element in elements:
            fitting = self._in_case(element)
            if self._pad is not None:
                width, _ = self._pad
                self._pad = None
                builder.append(Padded(fitting, width))
            elif isinstance(fitting, (Number, Fraction)):
                builder.number(fitting)
            else:
                builder.append(fitting)

    def _in_case(self, element: Element) -> Element:
        if not self.any_case or isinstance(element, (Number, Fraction, Setting, Defaulting, AnyCase)):
            return element
        if isinstance(element, Sequenced):
            return Sequenced([self._in_case(inner) for inner in element.elements], element.optional)
        return AnyCase(element)

    def pad(self, width: int, char: int) -> None:
        self._pad = width, char

    def open(self) -> None:
        self.groups[-1].end_numbers()
        self.groups.append(Builder())

    def close(self) -> None:
        group = Sequenced(self.groups.pop().elements, True)
        self.groups[-1].append(group)

    def finished(self) -> Sequenced:
        while len(self.groups) > 1:
            self.close()
        return Sequenced(self.groups[0].elements)


class DateTimeFormatterBuilder:
    __slots__ = ("open_groups", "steps")
    java = "java.time.format.DateTimeFormatterBuilder"

    def __init__(self) -> None:
        self.steps: list[Step] = []
        self.open_groups = 0

    def then(self, step: Step) -> DateTimeFormatterBuilder:
        self.steps.append(step)
        return self

    def element(self, element: Element) -> DateTimeFormatterBuilder:
        return self.then(lambda assembly: assembly.add(element))

    def pattern(self, pattern: str | None) -> DateTimeFormatterBuilder:
        if pattern is None:
            raise null_pointer("pattern")
        try:
            compile_pattern(pattern)
        except JavaError as error:
            raise Thrown.of(error) from None
        return self.then(lambda assembly: assembly.add(*compile_pattern(pattern, str(assembly.locale)).elements))

    def case(self, sensitive: bool) -> DateTimeFormatterBuilder:
        def step(assembly: _Assembly) -> None:
            assembly.any_case = not sensitive
            assembly.add(Setting(f"ParseCaseSensitive({'true' if sensitive else 'false'})"))

        return self.then(step)

    def optional_start(self) -> DateTimeFormatterBuilder:
        self.open_groups += 1
        return self.then(_Assembly.open)

    def optional_end(self) -> DateTimeFormatterBuilder:
        if not self.open_groups:
            message = "Cannot call optionalEnd() as there was no previous call to optionalStart()"
            raise Thrown("java.lang.IllegalStateException", message)
        self.open_groups -= 1
        return self.then(_Assembly.close)

    def formatter(self, given: DateTimeFormatter | None, optional: bool = False) -> DateTimeFormatterBuilder:
        if given is None:
            raise null_pointer("formatter")
        return self.element(Sequenced(given.elements.elements, optional))

    def built(self, locale: Locale | None = DEFAULT_LOCALE) -> DateTimeFormatter:
        if locale is None:
            raise null_pointer("locale")
        steps = list(self.steps)

        def assemble(chosen: Locale) -> Sequenced:
            assembly = _Assembly(chosen)
            for step in steps:
                step(assembly)
            return assembly.finished()

        return DateTimeFormatter.written_by(assemble, locale)


def _name(field: Any) -> str:
    if field is None:
        raise null_pointer("field")
    return str(field.shown)


def _width(value: int, what: str = "The width") -> int:
    if not 1 <= value <= 19:
        raise illegal_argument(f"{what} must be from 1 to 19 inclusive but was {value}")
    return value


def _value(builder: DateTimeFormatterBuilder, field: Any, *given: Any) -> DateTimeFormatterBuilder:
    """``appendValue``: any digits, so many, or from some to others with a sign."""
    name = _name(field)
    if not given:
        return builder.element(Number(name))
    if len(given) == 1:
        return builder.element(Number(name, _width(given[0]), given[0], "NOT_NEGATIVE"))
    low, high, sign = given
    _width(low, "The minimum width")
    _width(high, "The maximum width")
    if high < low:
        message = f"The maximum width must exceed or equal the minimum width but {high} < {low}"
        raise illegal_argument(message)
    return builder.element(Number(name, low, high, sign.name))


def _reduced(builder: DateTimeFormatterBuilder, field: Any, low: int, high: int, base: int) -> DateTimeFormatterBuilder:
    return builder.element(Number(_name(field), low, high, "NOT_NEGATIVE", base=base))


def _fraction(
    builder: DateTimeFormatterBuilder, field: Any, low: int, high: int, point: bool
) -> DateTimeFormatterBuilder:
    if _name(field) != "NanoOfSecond":
        raise NotFaked(f"painless fractions of {_name(field)}")
    if not 0 <= low <= 9:
        raise illegal_argument(f"Minimum width must be from 0 to 9 inclusive but was {low}")
    if not 1 <= high <= 9:
        raise illegal_argument(f"Maximum width must be from 1 to 9 inclusive but was {high}")
    if high < low:
        raise illegal_argument(f"Maximum width must exceed or equal the minimum width but {high} < {low}")
    return builder.element(Fraction(low, high, point))


_LETTERS = {"MonthOfYear": "M", "DayOfWeek": "E", "AmPmOfDay": "a", "Era": "G", "QuarterOfYear": "Q"}


def _text(builder: DateTimeFormatterBuilder, field: Any, style: Any = None) -> DateTimeFormatterBuilder:
    name = _name(field)
    width = "FULL" if style is None else style.name
    letter = _LETTERS.get(name)
    if letter is None:
        return builder.element(Number(name))
    kind, _, standalone = width.partition("_")
    shown_letter = {"M": "L", "E": "c", "Q": "q"}.get(letter, letter) if standalone else letter
    return builder.then(lambda assembly: assembly.add(Text(name, assembly.names.of(shown_letter, kind), width)))


def _literal(builder: DateTimeFormatterBuilder, given: Any) -> DateTimeFormatterBuilder:
    if given is None:
        raise null_pointer("literal")
    return builder.element(Literal(str(given))) if given else builder


def _zone_text(builder: DateTimeFormatterBuilder, style: Any, *preferred: Any) -> DateTimeFormatterBuilder:
    return builder.element(ZoneText(letters="z" if style.name.startswith("SHORT") else "zzzz"))


def _pad(builder: DateTimeFormatterBuilder, width: int, char: int = ord(" ")) -> DateTimeFormatterBuilder:
    if width < 1:
        raise illegal_argument(f"The pad width must be at least one but was {width}")
    if char != ord(" "):
        raise NotFaked("painless padding with other than spaces")
    return builder.then(lambda assembly: assembly.pad(width, char))


def _strictness(lenient: bool) -> Callable[[DateTimeFormatterBuilder], DateTimeFormatterBuilder]:
    def run(builder: DateTimeFormatterBuilder) -> DateTimeFormatterBuilder:
        if lenient:
            raise NotFaked("painless lenient parsing of dates")
        return builder.element(Setting("ParseStrict(true)"))

    return run


define(
    "java.time.format.DateTimeFormatterBuilder",
    {
        "append/1": DateTimeFormatterBuilder.formatter,
        "appendFraction/4": _fraction,
        "appendLiteral/1": _literal,
        "appendLocalizedOffset/1": lambda b, style: b.element(LocalizedOffset(style.name == "FULL")),
        "appendOffset/2": lambda b, pattern, none: b.element(Offset(pattern, none)),
        "appendOffsetId/0": lambda b: b.element(Offset("+HH:MM:ss", "Z")),
        "appendOptional/1": lambda b, formatter: b.formatter(formatter, True),
        "appendPattern/1": DateTimeFormatterBuilder.pattern,
        "appendText/1": _text,
        "appendText/2": _text,
        "appendValue/1": _value,
        "appendValue/2": _value,
        "appendValue/4": _value,
        "appendValueReduced/4": _reduced,
        "appendZoneId/0": lambda b: b.element(ZoneId()),
        "appendZoneRegionId/0": lambda b: b.element(ZoneId(True)),
        "appendZoneText/1": _zone_text,
        "optionalEnd/0": DateTimeFormatterBuilder.optional_end,
        "optionalStart/0": DateTimeFormatterBuilder.optional_start,
        "padNext/1": _pad,
        "padNext/2": _pad,
        "parseCaseInsensitive/0": lambda b: b.case(False),
        "parseCaseSensitive/0": lambda b: b.case(True),
        "parseDefaulting/2": lambda b, field, value: b.element(Defaulting(_name(field), int(value))),
        "parseLenient/0": _strictness(True),
        "parseStrict/0": _strictness(False),
        "toFormatter/0": DateTimeFormatterBuilder.built,
        "toFormatter/1": DateTimeFormatterBuilder.built,
    },
)
define_static("java.time.format.DateTimeFormatterBuilder", {"<init>/0": DateTimeFormatterBuilder})


# --- the formats of locales -------------------------------------------------------------------------------------------

_STYLES = ("FULL", "LONG", "MEDIUM", "SHORT")


def _localized(date: Any, time: Any) -> DateTimeFormatter:
    """``ofLocalizedDateTime``; either style may be None."""

    def assemble(locale: Locale) -> Sequenced:
        row = locale.row("d")
        dates = row[_STYLES.index(date.name)] if date is not None else ""
        times = row[4 + _STYLES.index(time.name)] if time is not None else ""
        pattern = dates or times
        if dates and times:
            pattern = row[8 + _STYLES.index(date.name)].replace("{1}", dates).replace("{0}", times)
        return compile_pattern(pattern, str(locale))

    made = DateTimeFormatter.written_by(assemble, DEFAULT_LOCALE)
    made.shown = f"Localized({date or ''},{time or ''})"
    return made


def _styled(style: Any) -> Any:
    if style is None:
        raise null_pointer("dateStyle")
    return style


define_static(
    "java.time.format.DateTimeFormatter",
    {
        "ofLocalizedDate/1": lambda style: _localized(_styled(style), None),
        "ofLocalizedTime/1": lambda style: _localized(None, _styled(style)),
        "ofLocalizedDateTime/1": lambda style: _localized(_styled(style), style),
        "ofLocalizedDateTime/2": lambda date, time: _localized(_styled(date), _styled(time)),
    },
)
