"""``java.util.Locale`` and ``Currency``, by what ``locales.txt`` knows of them."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

from fakeknn.errors import NotFaked
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.library_enum import declare
from fakeknn.painless.library_set import LinkedHashSet
from fakeknn.painless.throwable import Thrown, null_pointer


class NumberStyle(NamedTuple):
    """How a locale writes numbers."""

    decimal: str
    grouping: str
    minus: str
    percent: str
    nan: str
    monetary_decimal: str
    currency_sign: str
    currency: str
    exponent: str
    number_pattern: str
    currency_pattern: str
    percent_pattern: str
    digits: str
    english_name: str


@cache
def _rows() -> dict[tuple[str, str], list[str]]:
    """The lines of the file by their kind and what they are about."""
    found = {}
    for line in (files(__package__) / "locales.txt").read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        if kind != "#":
            head, *parts = rest.split("|") if kind in "nd" else rest.split(" ", 2 if kind == "l" else 3)
            found[kind, head] = parts
    return found


class Locale:
    """A language, and perhaps a script, a country and a variant."""

    __slots__ = ("country", "language", "script", "variant")
    java = "java.util.Locale"

    def __init__(self, language: str = "", country: str = "", variant: str = "", script: str = "") -> None:
        if language is None or country is None or variant is None:
            raise null_pointer()
        self.language = language.lower()
        self.country = country.upper()
        self.variant = variant
        self.script = script.title()

    @classmethod
    def of_tag(cls, tag: str) -> Locale:
        """``forLanguageTag``: what comes behind a part that is not understood is left out."""
        if tag is None:
            raise null_pointer()
        language = script = country = variant = ""
        for i, part in enumerate(tag.replace("_", "-").split("-")):
            if i == 0 and 2 <= len(part) <= 8 and part.isalpha():
                language = "" if part.lower() == "und" else part
            elif i and len(part) == 4 and part.isalpha() and not (script or country):
                script = part
            elif i and ((len(part) == 2 and part.isalpha()) or (len(part) == 3 and part.isdigit())) and not country:
                country = part
            elif i and 5 <= len(part) <= 8 and part.isalnum():
                variant = part.upper()
            else:
                break
        return cls(language, country, variant, script)

    @property
    def tag(self) -> str:
        return "-".join(filter(None, (self.language or "und", self.script, self.country, self.variant)))

    def __str__(self) -> str:
        if not (self.language or self.country):
            return ""
        parts = [self.language]
        if self.country or self.variant or self.script:
            parts.append(self.country)
        if self.variant or self.script:
            parts.append(self.variant)
        shown = "_".join(parts)
        return f"{shown}#{self.script}" if self.script else shown

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Locale) and self.key() == other.key()

    def __hash__(self) -> int:
        return hash(self.key())

    def key(self) -> tuple[str, ...]:
        return self.language, self.script, self.country, self.variant

    def row(self, kind: str) -> list[str]:
        """What the file says of it, or refused."""
        key = "-".join(filter(None, (self.language, self.country))) or "root"
        row = _rows().get((kind, key))
        if row is None or self.script or self.variant:
            raise NotFaked(f"painless formats in the locale {self}")
        return row

    @property
    def numbers(self) -> NumberStyle:
        return NumberStyle(*self.row("n"))

    def language_name(self) -> str:
        row = _rows().get(("l", self.language))
        return self.language if row is None else row[1]

    def country_name(self) -> str:
        row = _rows().get(("c", self.country))
        return self.country if row is None else row[2]

    def name(self) -> str:
        """In English: ``German (Germany)``."""
        more = ", ".join(filter(None, (self.script, self.country_name(), self.variant)))
        language = self.language_name()
        return f"{language} ({more})" if language and more else language or more


DEFAULT_LOCALE = Locale("en")


def in_english(locale: Locale | None) -> None:
    """Names of languages and countries are known in English only."""
    if locale is None:
        raise null_pointer()
    if locale.language not in ("en", ""):
        raise NotFaked(f"painless names of locales in the language {locale.language}")


def _iso3(kind: str, locale: Locale) -> str:
    code = locale.language if kind == "l" else locale.country
    if not code or (kind == "l" and len(code) == 3):
        return code
    row = _rows().get((kind, code))
    if row is None:
        what = "language" if kind == "l" else "country"
        message = f"Couldn't find 3-letter {what} code for {code}"
        raise Thrown("java.util.MissingResourceException", message)
    return row[0]


def _shown(show: Any) -> Any:
    def run(locale: Locale, given: Locale | None = DEFAULT_LOCALE) -> str:
        in_english(given)
        return str(show(locale))

    return run


_NAMED = {
    "getDisplayLanguage": Locale.language_name,
    "getDisplayCountry": Locale.country_name,
    "getDisplayName": Locale.name,
    "getDisplayScript": lambda locale: locale.script,
    "getDisplayVariant": lambda locale: locale.variant,
}
define(
    "java.util.Locale",
    {
        "clone/0": lambda locale: locale,
        "getCountry/0": lambda locale: locale.country,
        "getISO3Country/0": lambda locale: _iso3("c", locale),
        "getISO3Language/0": lambda locale: _iso3("l", locale),
        "getLanguage/0": lambda locale: locale.language,
        "getScript/0": lambda locale: locale.script,
        "getVariant/0": lambda locale: locale.variant,
        "getExtensionKeys/0": lambda locale: LinkedHashSet(),
        "getUnicodeLocaleAttributes/0": lambda locale: LinkedHashSet(),
        "getUnicodeLocaleKeys/0": lambda locale: LinkedHashSet(),
        "hasExtensions/0": lambda locale: False,
        "stripExtensions/0": lambda locale: locale,
        "toLanguageTag/0": lambda locale: locale.tag,
        **{f"{name}/0": _shown(show) for name, show in _NAMED.items()},
        **{f"{name}/1": _shown(show) for name, show in _NAMED.items()},
    },
)
define_static(
    "java.util.Locale",
    {
        "<init>/1": Locale,
        "<init>/2": Locale,
        "<init>/3": Locale,
        "forLanguageTag/1": Locale.of_tag,
        "getDefault/0": lambda: DEFAULT_LOCALE,
        "getDefault/1": lambda category: DEFAULT_LOCALE,
    },
)
declare("java.util.Locale.Category", "DISPLAY FORMAT")
define_fields(
    "java.util.Locale",
    {
        "ROOT": Locale(),
        **{
            name: Locale(*tag.split("_"))
            for name, tag in {
                "CANADA": "en_CA",
                "CANADA_FRENCH": "fr_CA",
                "CHINA": "zh_CN",
                "CHINESE": "zh",
                "ENGLISH": "en",
                "FRANCE": "fr_FR",
                "FRENCH": "fr",
                "GERMAN": "de",
                "GERMANY": "de_DE",
                "ITALIAN": "it",
                "ITALY": "it_IT",
                "JAPAN": "ja_JP",
                "JAPANESE": "ja",
                "KOREA": "ko_KR",
                "KOREAN": "ko",
                "PRC": "zh_CN",
                "SIMPLIFIED_CHINESE": "zh_CN",
                "TAIWAN": "zh_TW",
                "TRADITIONAL_CHINESE": "zh_TW",
                "UK": "en_GB",
                "US": "en_US",
            }.items()
        },
        "PRIVATE_USE_EXTENSION": ord("x"),
        "UNICODE_LOCALE_EXTENSION": ord("u"),
    },
)


# --- Currency ---------------------------------------------------------------------------------------------------------

#: Sign in English, ISO number and fraction digits of the currencies that are met most.
_CURRENCIES = {
    "AUD": ("A$", 36, 2, "Australian Dollar"),
    "BRL": ("R$", 986, 2, "Brazilian Real"),
    "CAD": ("CA$", 124, 2, "Canadian Dollar"),
    "CHF": ("CHF", 756, 2, "Swiss Franc"),
    "CNY": ("CN¥", 156, 2, "Chinese Yuan"),
    "CZK": ("CZK", 203, 2, "Czech Koruna"),
    "DKK": ("DKK", 208, 2, "Danish Krone"),
    "EUR": ("€", 978, 2, "Euro"),
    "GBP": ("£", 826, 2, "British Pound"),
    "HUF": ("HUF", 348, 2, "Hungarian Forint"),
    "INR": ("₹", 356, 2, "Indian Rupee"),
    "JPY": ("¥", 392, 0, "Japanese Yen"),
    "KRW": ("₩", 410, 0, "South Korean Won"),
    "MXN": ("MX$", 484, 2, "Mexican Peso"),
    "NOK": ("NOK", 578, 2, "Norwegian Krone"),
    "PLN": ("PLN", 985, 2, "Polish Zloty"),
    "RUB": ("RUB", 643, 2, "Russian Ruble"),
    "SEK": ("SEK", 752, 2, "Swedish Krona"),
    "TRY": ("TRY", 949, 2, "Turkish Lira"),
    "USD": ("$", 840, 2, "US Dollar"),
    "XXX": ("¤", 999, -1, "Unknown Currency"),
}


class Currency:
    __slots__ = ("code", "digits", "name", "number", "sign")
    java = "java.util.Currency"

    def __init__(self, code: str) -> None:
        self.code = code
        self.sign, self.number, self.digits, self.name = _CURRENCIES[code]

    @classmethod
    def of(cls, code: str) -> Currency:
        if code is None:
            raise null_pointer()
        if code in _CURRENCIES:
            return cls(code)
        if len(code) == 3 and code.isascii() and code.isupper():
            raise NotFaked(f"painless currency {code}")
        raise Thrown("java.lang.IllegalArgumentException")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Currency) and self.code == other.code

    def __hash__(self) -> int:
        return hash(self.code)

    def __str__(self) -> str:
        return self.code


def _sign_in(currency: Currency, locale: Locale) -> str:
    style = locale.numbers
    if style.currency == currency.code:
        return style.currency_sign
    in_english(locale)
    return currency.sign


define(
    "java.util.Currency",
    {
        "getCurrencyCode/0": str,
        "getDefaultFractionDigits/0": lambda currency: currency.digits,
        "getDisplayName/0": lambda currency: currency.name,
        "getNumericCode/0": lambda currency: currency.number,
        "getSymbol/0": lambda currency: currency.sign,
        "getSymbol/1": _sign_in,
    },
)
define_static("java.util.Currency", {"getInstance/1": Currency.of})
