"""java.text.DecimalFormat, of the root locale: what ``format`` makes of numbers."""

from __future__ import annotations

import decimal
import math
import re
from typing import Any

from fakeknn.errors import IllegalArgumentException, NotFaked, RuntimeException

_PATTERN = re.compile(r"(?P<prefix>(?:[^#0,.;'%\u2030]|'[^']*')*)(?P<body>[#0,.]*)(?P<suffix>.*)", re.DOTALL)


class DecimalFormat:
    """One pattern: digits before and after the point, grouping, and what stands around them."""

    def __init__(self, pattern: str) -> None:
        positive, _, negative = pattern.partition(";")
        found = _PATTERN.fullmatch(positive)
        assert found is not None
        body = found["body"]
        if negative or re.search(r"[E\u00a4\u2030]", positive):
            raise NotFaked(f"the number format [{pattern}]")
        if re.search(r"[#0,.]", re.sub(r"'[^']*'", "", found["suffix"])):
            raise IllegalArgumentException(f'Unquoted special character in pattern "{pattern}"')
        whole, _, fraction = body.partition(".")
        if not body:
            whole, fraction = "#", ""
        if "." in fraction:
            raise IllegalArgumentException(f'Multiple decimal separators in pattern "{pattern}"')
        if re.search(r"0[,]*#", whole) or "#0" in fraction:
            raise IllegalArgumentException(f"Unexpected '0' in pattern \"{pattern}\"")
        self.prefix, self.suffix = _plain(found["prefix"]), _plain(found["suffix"])
        self.percent = "%" in found["suffix"] or "%" in found["prefix"]
        self.group = len(whole) - whole.rfind(",") - 1 if "," in whole else 0
        self.least_whole = whole.count("0")
        self.least_fraction = fraction.count("0")
        self.most_fraction = len(fraction)
        if not self.least_whole and not self.most_fraction and "0" not in body and body != "":
            self.least_whole = 1 if "." not in body and "#" in body else 0

    def format(self, value: Any) -> str:
        if isinstance(value, float):
            if math.isnan(value):
                return "NaN"
            if math.isinf(value):
                sign = "-" if value < 0 else ""
                return f"{sign}{self.prefix}\u221e{self.suffix}"
        number = decimal.Decimal(value)
        if self.percent:
            number *= 100
        with decimal.localcontext() as context:
            context.prec = 400
            rounded = abs(number).quantize(decimal.Decimal(1).scaleb(-self.most_fraction), decimal.ROUND_HALF_EVEN)
        whole, _, fraction = f"{rounded:f}".partition(".")
        whole = whole.lstrip("0").rjust(self.least_whole, "0")
        fraction = fraction.rstrip("0").ljust(self.least_fraction, "0")
        if not whole and not fraction:
            whole = "0"
        if self.group:
            first = len(whole) % self.group
            whole = ",".join(part for part in [whole[:first], *re.findall("." * self.group, whole[first:])] if part)
        negative = number.is_signed() and (rounded != 0 or isinstance(value, float))
        return f"{'-' if negative else ''}{self.prefix}{whole}{'.' if fraction else ''}{fraction}{self.suffix}"

    def parse(self, text: str) -> float:
        found = re.match(r"-?[\d,]*\.?\d*", text.removeprefix(self.prefix))
        try:
            return float(found[0].replace(",", "")) if found else math.nan
        except ValueError:
            raise RuntimeException(f'java.text.ParseException: Unparseable number: "{text}"') from None


def _plain(text: str) -> str:
    return re.sub(r"'([^']*)'", lambda found: found[1] or "'", text)
