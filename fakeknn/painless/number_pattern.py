"""``java.text.DecimalFormat``'s patterns: ``#,##0.00;(#,##0.00)`` read into its settings, and written again."""

from __future__ import annotations

from dataclasses import dataclass

from fakeknn.painless.throwable import Thrown, illegal_argument

#: As many digits before the point as Java ever writes, and behind it.
MOST_INTEGER, MOST_FRACTION = 2147483647, 340


@dataclass(slots=True)
class NumberPattern:
    """What a pattern says. In affixes a quote stands before what is a symbol: ``'-``, ``'%``, ``'¤``."""

    positive_prefix: str = ""
    positive_suffix: str = ""
    negative_prefix: str = "'-"
    negative_suffix: str = ""
    low_integer: int = 0
    high_integer: int = MOST_INTEGER
    low_fraction: int = 0
    high_fraction: int = MOST_FRACTION
    grouping: int = 3
    grouped: bool = True
    multiplier: int = 1
    exponent_digits: int = 0
    """None are written without an exponent."""
    always_point: bool = False

    @property
    def currency(self) -> bool:
        affixes = (self.positive_prefix, self.positive_suffix, self.negative_prefix, self.negative_suffix)
        return any("'¤" in affix for affix in affixes)

    def __str__(self) -> str:
        """``toPattern``."""
        exponential = self.exponent_digits > 0
        digits = self.high_integer if exponential else max(self.grouping, self.low_integer) + 1
        number = ""
        for i in range(digits, 0, -1):
            if i != digits and self.grouped and self.grouping and i % self.grouping == 0:
                number += ","
            number += "0" if i <= self.low_integer else "#"
        if self.high_fraction > 0 or self.always_point:
            number += "."
        number += "0" * self.low_fraction + "#" * (self.high_fraction - self.low_fraction)
        if exponential:
            number += "E" + "0" * self.exponent_digits
        written = _plain(self.positive_prefix) + number + _plain(self.positive_suffix)
        if self.negative_prefix == "'-" + self.positive_prefix and self.negative_suffix == self.positive_suffix:
            return written
        return f"{written};{_plain(self.negative_prefix)}{number}{_plain(self.negative_suffix)}"


def _plain(affix: str) -> str:
    """An affix as patterns write it: a quote in it shows that a symbol follows, two quotes are one."""
    written, i = "", 0
    while i < len(affix):
        char = affix[i]
        if char == "'" and affix[i + 1 : i + 2] != "'":
            i += 1
            written += affix[i]
        elif char == "'":
            i += 1
            written += "''"
        else:
            written += f"'{char}'" if char in "#0,.;%‰-¤" else char
        i += 1
    return written


class _Reader:
    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.multiplier = 1

    def refused(self, what: str) -> Thrown:
        return illegal_argument(f'{what} in pattern "{self.pattern}"')

    def malformed(self, what: str = "") -> Thrown:
        return illegal_argument(f'Malformed {what}pattern "{self.pattern}"')

    def affix(self, last: bool, suffix: bool) -> tuple[str, bool]:
        """A prefix or a suffix, and whether a quotation in it has no end."""
        read, quoted, text = "", False, self.pattern
        while self.at < len(text):
            char = text[self.at]
            doubled = text[self.at + 1 : self.at + 2] == char
            if char == "'":
                read += "''" if doubled else ""
                quoted = quoted if doubled else not quoted
                self.at += 2 if doubled else 1
                continue
            if not quoted:
                if char in "#0,.":
                    break
                if char == ";":
                    if not suffix or last:
                        raise self.refused("Unquoted special character ';'")
                    break
                if char == "¤":
                    read += "'¤¤" if doubled else "'¤"
                    self.at += 2 if doubled else 1
                    continue
                if char in "%‰":
                    if self.multiplier != 1:
                        raise self.refused("Too many percent/per mille characters")
                    self.multiplier = 100 if char == "%" else 1000
                if char in "%‰-":
                    read += "'"
            read += char
            self.at += 1
        return read, quoted


def read_pattern(pattern: str) -> NumberPattern:
    """``applyPattern``; raises IllegalArgumentException with Java's complaints."""
    found = NumberPattern()
    if not pattern:
        return found
    reader = _Reader(pattern)
    found.positive_prefix, unended = reader.affix(False, False)
    left = zeros = right = 0
    grouping, point = -1, -1
    unended_too = False
    while reader.at < len(pattern) and pattern[reader.at] != ";":
        char = pattern[reader.at]
        if char == "#":
            left, right = (left, right + 1) if zeros else (left + 1, right)
        elif char == "0":
            if right:
                raise reader.refused("Unexpected '0'")
            zeros += 1
        elif char == ",":
            grouping = 0
        elif char == ".":
            if point >= 0:
                raise reader.refused("Multiple decimal separators")
            point = left + zeros + right
        elif char == "E":
            digits = len(pattern[reader.at + 1 :]) - len(pattern[reader.at + 1 :].lstrip("0"))
            if found.exponent_digits:
                raise reader.refused("Multiple exponential symbols")
            if left + zeros < 1 or digits < 1:
                raise reader.malformed("exponential ")
            found.exponent_digits = digits
            reader.at += 1 + digits
        if char not in "#0,.":
            # Digits behind a suffix count with those before it.
            suffix, unended_too = reader.affix(False, True)
            found.positive_suffix += suffix
            continue
        if char in "#0" and grouping >= 0 and point < 0:
            grouping += 1
        reader.at += 1
    if not zeros and left and point >= 0:
        # "#.##" writes a zero before the point all the same.
        before = max(point, 1)
        right, left, zeros = left - before, before - 1, 1
    misplaced = (point < 0 and right > 0) or (point >= 0 and not left <= point <= left + zeros)
    if misplaced or grouping == 0 or unended or unended_too:
        raise reader.malformed()
    total = left + zeros + right
    found.low_integer = (total if point < 0 else point) - left
    found.high_integer = left + found.low_integer if found.exponent_digits else MOST_INTEGER
    found.high_fraction = total - point if point >= 0 else 0
    found.low_fraction = max(0, left + zeros - point) if point >= 0 else 0
    found.grouping, found.grouped = max(grouping, 0), grouping > 0
    found.multiplier = reader.multiplier
    found.always_point = point in (0, total)
    found.negative_prefix, found.negative_suffix = "'-" + found.positive_prefix, found.positive_suffix
    if reader.at < len(pattern):
        _read_negative(found, reader)
    return found


def _read_negative(found: NumberPattern, reader: _Reader) -> None:
    """The part behind the semicolon: only what stands around its digits matters."""
    reader.at += 1
    reader.multiplier = 1
    prefix, unended = reader.affix(True, False)
    while reader.at < len(reader.pattern) and reader.pattern[reader.at] in "#0,.E":
        reader.at += 1
    suffix, unended_too = reader.affix(True, True)
    if unended or unended_too:
        raise reader.malformed()
    if (prefix, suffix) != (found.positive_prefix, found.positive_suffix):
        found.negative_prefix, found.negative_suffix = prefix, suffix
