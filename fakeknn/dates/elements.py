"""The elements of java.time's formatters: each parses its part of a text into fields and prints a field.

Fields bear Java's names, which error texts show. An element's ``parse`` returns the position behind what it read, or
the complement (``~``) of the position of the error; this is java.time's convention, and its error texts depend on it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from fakeknn.dates import zones
from fakeknn.dates.moments import Moment
from fakeknn.dates.zones import Zone
from fakeknn.errors import DateTimeException, NotFaked, StringIndexOutOfBoundsException


@dataclass(slots=True)
class Parsed:
    """What a parser has read so far."""

    fields: dict[str, int] = field(default_factory=dict)
    zone: Zone | None = None

    def put(self, name: str, value: int, error: int, success: int) -> int:
        """Set a field; a second, different value is an error at the start of the element."""
        known = self.fields.setdefault(name, value)
        return success if known == value else ~error


class Element(Protocol):
    def parse(self, parsed: Parsed, text: str, at: int) -> int: ...

    def print(self, moment: Moment) -> str: ...


def _digit(text: str, at: int) -> int:
    c = text[at]
    return ord(c) - 48 if "0" <= c <= "9" else -1


# --- numbers ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """NumberPrinterParser. ``sign`` is a SignStyle; ``subsequent`` the digits that the numbers behind it need;
    ``base`` the least year that two digits stand for."""

    name: str
    low: int = 1
    high: int = 19
    sign: str = "NORMAL"
    subsequent: int = 0
    base: int | None = None

    @property
    def fixed_width(self) -> bool:
        return self.low == self.high and self.sign == "NOT_NEGATIVE"

    def before(self, width: int) -> Number:
        return replace(self, subsequent=self.subsequent + width)

    def __str__(self) -> str:
        name, brackets, _ = self.name.partition("[")
        written = f"{self.low},{self.high},{self.sign}"
        if self.base is not None:
            base = self.base if brackets else "2000-01-01"
            return f"{'Localized(' if brackets else 'ReducedValue('}{name},{self.low},{self.high},{base})"
        if brackets:
            if name == "WeekBasedYear":
                return f"Localized({name},{self.low},19,{self.sign})"
            return f"Localized({name},{self.low})"
        if self.fixed_width:
            written = f"{self.low}"
        return f"Value({name})" if written == "1,19,NORMAL" else f"Value({name},{written})"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        length = len(text)
        if at == length:
            return ~at
        start = at
        positive, negative = text[at] == "+", text[at] == "-"
        if positive or negative:
            if not (self.sign in ("ALWAYS", "EXCEEDS_PAD") or (self.sign == "NORMAL" and negative)):
                return ~at
            at += 1
        if at + self.low > length:
            return ~at
        widest = self.high + self.subsequent
        end = at
        while end < min(at + widest, length) and _digit(text, end) >= 0:
            end += 1
        if end - at < self.low:
            return ~at
        if self.subsequent:
            end = min(end, at + max(self.low, end - at - self.subsequent))
        value = int(text[at:end])
        if value >= 1 << 63:
            value, end = value // 10, end - 1
        if negative:
            if value == 0:
                return ~start
            value = -value
        elif self.sign == "EXCEEDS_PAD":
            if positive and end - at <= self.low:
                return ~start
            if not positive and end - at > self.low:
                return ~at
        if self.base is not None and end - at == self.low and value >= 0:
            span: int = 10**self.low
            value += self.base - self.base % span
            if value < self.base:
                value += span
        return parsed.put(self.name, value, at, end)

    def print(self, moment: Moment) -> str:
        value = moment.get(self.name)
        if self.base is not None:
            return f"{abs(value) % 10**self.low:0{self.low}d}"
        digits = str(abs(value))
        problem = f"Field {self.name} cannot be printed as the value {value}"
        if len(digits) > self.high:
            raise DateTimeException(f"{problem} exceeds the maximum print width of {self.high}")
        sign = ""
        if value < 0:
            if self.sign == "NOT_NEGATIVE":
                raise DateTimeException(f"{problem} cannot be negative according to the SignStyle")
            sign = "" if self.sign == "NEVER" else "-"
        elif self.sign == "ALWAYS" or (self.sign == "EXCEEDS_PAD" and self.low < 19 and len(digits) > self.low):
            sign = "+"
        return sign + digits.rjust(self.low, "0")


@dataclass(frozen=True, slots=True)
class Fraction:
    """FractionPrinterParser of the nanoseconds of a second, with or without its point."""

    low: int
    high: int
    point: bool

    @property
    def fixed_width(self) -> bool:
        return self.low == self.high and not self.point

    def before(self, width: int) -> Fraction:
        return self

    def __str__(self) -> str:
        return f"Fraction(NanoOfSecond,{self.low},{self.high}{',DecimalPoint' if self.point else ''})"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        start, length = at, len(text)
        if at == length:
            return ~at if self.low else at
        if self.point:
            if text[at] != ".":
                return ~at if self.low else at
            at += 1
        if at + self.low > length:
            return ~at
        end = at
        while end < min(at + self.high, length) and _digit(text, end) >= 0:
            end += 1
        if end - at < self.low:
            return ~at
        if end == at:
            return parsed.put("NanoOfSecond", 0, start, end)
        return parsed.put("NanoOfSecond", int(text[at:end].ljust(9, "0")), at, end)

    def print(self, moment: Moment) -> str:
        digits = f"{moment.get('NanoOfSecond'):09d}"[: self.high]
        shortened = digits[: self.low] + digits[self.low :].rstrip("0")
        return "." + shortened if self.point and shortened else shortened


# --- text -------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Literal:
    text: str

    def __str__(self) -> str:
        return "''" if self.text == "'" else "'" + self.text.replace("'", "''") + "'"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        return at + len(self.text) if text.startswith(self.text, at) else ~at

    def print(self, moment: Moment) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Text:
    """TextPrinterParser: the names of a field's values, the longest that fits."""

    name: str
    texts: Mapping[int, str]
    style: str = "FULL"

    def __str__(self) -> str:
        return f"Text({self.name})" if self.style == "FULL" else f"Text({self.name},{self.style})"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        for value, name in sorted(self.texts.items(), key=lambda item: -len(item[1])):
            if text.startswith(name, at):
                return parsed.put(self.name, value, at, at + len(name))
        return ~at

    def print(self, moment: Moment) -> str:
        return self.texts[moment.get(self.name)]


# --- offsets and zones ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Offset:
    """OffsetIdPrinterParser: ``pattern`` as ``+HH:MM``, lower-case letters optional; ``none`` is written for none."""

    pattern: str
    none: str

    def __str__(self) -> str:
        return f"Offset({self.pattern},{self.none!r})"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        start = at
        if at == len(text):
            return ~at if self.none else parsed.put("OffsetSeconds", 0, at, at)
        if self.none and text.startswith(self.none, at):
            return parsed.put("OffsetSeconds", 0, at, at + len(self.none))
        if text[at] in "+-":
            colon = ":" if ":" in self.pattern else ""
            at += 1
            parts: list[int] = []
            for letters, needed in (("HH", True), ("MM", "MM" in self.pattern), ("SS", "SS" in self.pattern)):
                if letters not in self.pattern.upper():
                    break
                begin = at + (len(colon) if parts else 0)
                digits = text[begin : begin + 2]
                separated = not parts or text.startswith(colon, at)
                if not separated or len(digits) < 2 or not (digits.isascii() and digits.isdigit()) or int(digits) > 59:
                    if needed:
                        at = -1
                    break
                parts.append(int(digits))
                at = begin + 2
            if at > 0:
                hours, minutes, seconds = (*parts, 0, 0)[:3]
                if hours > 23:
                    raise DateTimeException("Value out of range: Hour[0-23], Minute[0-59], Second[0-59]")
                total = hours * 3600 + minutes * 60 + seconds
                return parsed.put("OffsetSeconds", -total if text[start] == "-" else total, start, at)
        return ~start if self.none else parsed.put("OffsetSeconds", 0, start, start)

    def print(self, moment: Moment) -> str:
        total = moment.offset
        if not total:
            return self.none
        minutes, seconds = divmod(abs(total), 60)
        hours, minutes = divmod(minutes, 60)
        colon = ":" if ":" in self.pattern else ""
        text = ("-" if total < 0 else "+") + f"{hours:02d}"
        if "MM" in self.pattern or minutes or ("ss" in self.pattern and seconds):
            if "M" in self.pattern.upper():
                text += f"{colon}{minutes:02d}"
            if "SS" in self.pattern or ("ss" in self.pattern and seconds):
                text += f"{colon}{seconds:02d}"
        return text


_FULL_OFFSET = re.compile(r"([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?")
_SHORT_OFFSET = re.compile(r"([0-9]{1,2})(?::([0-9]{2})(?::([0-9]{2}))?)?")
_UNIVERSAL = frozenset({"UTC", "UCT", "Universal", "Zulu", "Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu"})
_OFFSET_ID_Z = Offset("+HH:MM:ss", "Z")
_OFFSET_ID_ZERO = Offset("+HH:MM:ss", "0")


@dataclass(frozen=True, slots=True)
class ZoneId:
    """ZoneIdPrinterParser: a region, an offset, or ``UTC``, ``GMT``, ``UT`` with or without one.

    ``region`` if an offset alone is not printed."""

    region: bool = False

    def __str__(self) -> str:
        return "ZoneRegionId()" if self.region else "ZoneId()"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        if at == len(text):
            return ~at
        if text[at] in "+-":
            return self._offset_based(parsed, text, at, at, _OFFSET_ID_Z)
        for prefix in ("UTC", "UT", "GMT0", "GMT"):
            if text.startswith(prefix, at):
                if prefix == "GMT0":
                    parsed.zone = zones.of("GMT0")
                    return at + 4
                return self._offset_based(parsed, text, at, at + len(prefix), _OFFSET_ID_ZERO)
        end = at
        while end < len(text) and (text[end].isalnum() or text[end] in "/_+-"):
            end += 1
        while end > at and text[at:end] not in zones.region_ids():
            end -= 1
        if end > at:
            parsed.zone = zones.of(text[at:end])
            return end
        if text[at] == "Z":
            parsed.zone = zones.UTC
            return at + 1
        return ~at

    def _offset_based(self, parsed: Parsed, text: str, start: int, at: int, offset: Offset) -> int:
        prefix = text[start:at]
        if at >= len(text) or text[at] in "0Z":
            parsed.zone = zones.of(prefix) if prefix else zones.UTC
            return at
        inner = Parsed()
        try:
            end = offset.parse(inner, text, at)
            if end < 0:
                if not prefix:
                    return ~start
                parsed.zone = zones.of(prefix)
                return at
            seconds = zones.checked_offset(inner.fields["OffsetSeconds"])
        except DateTimeException:
            return ~start
        parsed.zone = zones.fixed(seconds, (prefix + (zones.offset_id(seconds) if seconds else "")) if prefix else None)
        return end

    def print(self, moment: Moment) -> str:
        return moment.zone.id


@dataclass(frozen=True, slots=True)
class ZoneText(ZoneId):
    """ZoneTextPrinterParser in the root locale, which has next to no names of zones: it prints offsets instead."""

    letters: str = "z"

    def __str__(self) -> str:
        return f"ZoneText({'FULL' if len(self.letters) == 4 else 'SHORT'})"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        end = ZoneId.parse(self, parsed, text, at)
        if end < 0 and len(self.letters) == 1 and text.startswith(("EST", "EDT"), at):
            parsed.zone = zones.of("America/New_York")
            return at + 3
        return end

    def print(self, moment: Moment) -> str:
        zone = moment.zone
        if zone.id not in zones.region_ids() or zone.id == "GMT":
            return "GMT" if zone.id == "UTC" and len(self.letters) > 1 else zone.id
        if zone.id in _UNIVERSAL:
            return "UTC" if len(self.letters) == 1 else "GMT"
        if len(self.letters) > 1 or (self.letters == "v" and zone.fixed is None):
            raise NotFaked(f"names of time zones, for which the date pattern {self.letters} asks")
        return LocalizedOffset(True).print(moment)


@dataclass(frozen=True, slots=True)
class LocalizedOffset:
    """LocalizedOffsetIdPrinterParser: ``GMT``, ``GMT+1``, or ``GMT+01:00`` if ``full``."""

    full: bool

    def __str__(self) -> str:
        return f"LocalizedOffset({'FULL' if self.full else 'SHORT'})"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        if not text.startswith("GMT", at):
            return ~at
        start, at = at, at + 3
        if at == len(text) or text[at] not in "+-":
            return parsed.put("OffsetSeconds", 0, start, at)
        match = (_FULL_OFFSET if self.full else _SHORT_OFFSET).match(text, at + 1)
        if match is None:
            if re.fullmatch("[0-9]{0,2}", text[at + 1 :]) or re.fullmatch("[0-9]{2}:[0-9]?", text[at + 1 :]):
                # Java reads on without looking where the text ends.
                length = len(text)
                raise StringIndexOutOfBoundsException(f"Index {length} out of bounds for length {length}")
            return ~start
        hours, minutes, seconds = (int(part or 0) for part in match.groups())
        total = hours * 3600 + minutes * 60 + seconds
        return parsed.put("OffsetSeconds", -total if text[at] == "-" else total, start, match.end())

    def print(self, moment: Moment) -> str:
        if not moment.offset:
            return "GMT"
        minutes, seconds = divmod(abs(moment.offset), 60)
        hours, minutes = divmod(minutes, 60)
        text = f"GMT{'-' if moment.offset < 0 else '+'}{hours:0{2 if self.full else 1}d}"
        if self.full or minutes or seconds:
            text += f":{minutes:02d}"
        return text + (f":{seconds:02d}" if seconds else "")


@dataclass(frozen=True, slots=True)
class Unfaked:
    """A letter that Java knows and we do not: an error when it is used, not when the format is read."""

    feature: str

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        raise NotFaked(self.feature)

    def print(self, moment: Moment) -> str:
        raise NotFaked(self.feature)


# --- structure --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sequenced:
    """CompositePrinterParser: elements one after the other; an optional group that fails reads nothing."""

    elements: Sequence[Element]
    optional: bool = False

    def __str__(self) -> str:
        inner = "".join(map(str, self.elements))
        return f"[{inner}]" if self.optional else inner

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        if not self.optional:
            for element in self.elements:
                at = element.parse(parsed, text, at)
                if at < 0:
                    return at
            return at
        attempt = Parsed(dict(parsed.fields), parsed.zone)
        end = at
        for element in self.elements:
            end = element.parse(attempt, text, end)
            if end < 0:
                return at
        parsed.fields, parsed.zone = attempt.fields, attempt.zone
        return end

    def print(self, moment: Moment) -> str:
        return "".join(element.print(moment) for element in self.elements)

    def names(self) -> set[str]:
        """The fields that the elements read or print."""
        found: set[str] = set()
        for element in self.elements:
            if isinstance(element, Sequenced):
                found |= element.names()
            elif isinstance(element, (Number, Text)):
                found.add(element.name)
        return found


@dataclass(frozen=True, slots=True)
class Padded:
    """PadPrinterParserDecorator: spaces before, to a width."""

    element: Element
    width: int

    def __str__(self) -> str:
        return f"Pad({self.element},{self.width})"

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        if at == len(text):
            return ~at
        end = at + self.width
        if end > len(text):
            return ~at
        start = at
        while start < end and text[start] == " ":
            start += 1
        found = self.element.parse(parsed, text[:end], start)
        return ~(at + start) if found != end else found

    def print(self, moment: Moment) -> str:
        text = self.element.print(moment)
        if len(text) > self.width:
            problem = f"output of {len(text)} characters exceeds pad width of {self.width}"
            raise DateTimeException(f"Cannot print as {problem}")
        return text.rjust(self.width)


@dataclass(frozen=True, slots=True)
class AnyCase:
    """An element that reads its text in upper or lower case."""

    element: Element

    def __str__(self) -> str:
        return str(self.element)

    def parse(self, parsed: Parsed, text: str, at: int) -> int:
        if isinstance(self.element, Text):
            lowered = Text(self.element.name, {value: name.lower() for value, name in self.element.texts.items()})
            return lowered.parse(parsed, text.lower(), at)
        if isinstance(self.element, Literal):
            return Literal(self.element.text.lower()).parse(parsed, text.lower(), at)
        return self.element.parse(parsed, text.upper() if isinstance(self.element, Offset) else text, at)

    def print(self, moment: Moment) -> str:
        return self.element.print(moment)
