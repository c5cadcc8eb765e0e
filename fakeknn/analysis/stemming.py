"""The stem filters: ``stemmer``, ``snowball`` and those named after a language."""

from __future__ import annotations

from fakeknn.analysis.base import TokenFilter, TokenStream
from fakeknn.analysis.factories import TOKEN_FILTERS, TokenFilterFactory, plain_filter, preconfigure
from fakeknn.analysis.filters import EnglishPossessiveFilter
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.analysis.stemmers import eastern, germanic, romance, rslp, slavic, uralic
from fakeknn.analysis.stemmers.brazilian import brazilian
from fakeknn.analysis.stemmers.greek import greek
from fakeknn.analysis.stemmers.porter import porter_stem
from fakeknn.analysis.stemmers.snowball import Stemmer, snowball
from fakeknn.errors import ClassNotFoundException, IllegalArgumentException, NotFaked


class StemFilter(TokenFilter):
    """Stems what is no keyword; ``exclusions`` are left alone as keywords are."""

    by_term = True
    attributes = ("keyword",)

    def __init__(self, stem: Stemmer, exclusions: WordSet | None = None) -> None:
        self.stem = stem
        self.exclusions = exclusions

    def apply(self, stream: TokenStream) -> TokenStream:
        stem, exclusions = self.stem, self.exclusions
        for token in stream.tokens:
            if exclusions is not None and token.term in exclusions:
                token.keyword = True
            if not token.keyword:
                token.term = stem(token.term)
        return stream


def snowball_filter(language: str) -> StemFilter:
    """``SnowballFilter`` for a class name without its -Stemmer."""
    stem = snowball(language)
    if stem is None:
        cause = ClassNotFoundException(f"org.tartarus.snowball.ext.{language}Stemmer")
        raise IllegalArgumentException(f"Invalid stemmer class specified: {language}") from cause
    return StemFilter(stem)


# None: KStem, the dictionary of which is a work with a licence of its own.
_STEMMERS: dict[str, Stemmer | None] = {
    "arabic": eastern.arabic,
    "bengali": eastern.bengali,
    "brazilian": brazilian,
    "bulgarian": slavic.bulgarian,
    "czech": slavic.czech,
    "english": porter_stem,
    "porter": porter_stem,
    "kstem": None,
    "light_english": None,
    "minimal_english": germanic.english_minimal,
    "plural_english": germanic.english_plural,
    "light_finish": uralic.finnish_light,
    "light_finnish": uralic.finnish_light,
    "light_french": romance.french_light,
    "minimal_french": romance.french_minimal,
    "galician": rslp.galician,
    "minimal_galician": rslp.galician_minimal,
    "light_german": germanic.german_light,
    "minimal_german": germanic.german_minimal,
    "greek": greek,
    "hindi": eastern.hindi,
    "light_hungarian": uralic.hungarian_light,
    "indonesian": eastern.indonesian,
    "light_italian": romance.italian_light,
    "latvian": slavic.latvian,
    "light_norwegian": germanic.norwegian_light,
    "minimal_norwegian": germanic.norwegian_minimal,
    "light_nynorsk": germanic.nynorsk_light,
    "minimal_nynorsk": germanic.nynorsk_minimal,
    "persian": eastern.persian,
    "light_portuguese": romance.portuguese_light,
    "minimal_portuguese": rslp.portuguese_minimal,
    "portuguese_rslp": rslp.portuguese,
    "light_russian": slavic.russian_light,
    "light_spanish": romance.spanish_light,
    "sorani": eastern.sorani,
    "light_swedish": germanic.swedish_light,
}
_SNOWBALL = {"porter2": "English"} | {
    language.lower(): language
    for language in (
        "Armenian", "Basque", "Catalan", "Danish", "Dutch", "Estonian", "Finnish", "French", "German", "German2",
        "Hungarian", "Irish", "Italian", "Lithuanian", "Norwegian", "Portuguese", "Romanian", "Russian", "Spanish",
        "Swedish", "Turkish",
    )
}  # fmt: skip
# lightFrench beside light_french; but the check for this one minds the case of a letter that was made upper case.
_SPELLINGS = {
    name.replace("_", ""): name
    for name in _STEMMERS
    if name.startswith(("light_", "minimal_", "plural_")) and name not in ("minimal_norwegian", "minimal_galician")
} | {"possessiveenglish": "possessive_english"}


def _capitalize(text: str) -> str:
    return text[:1].upper() + text[1:]


def _faked(stem: Stemmer | None) -> Stemmer:
    if stem is None:
        raise NotFaked("KStem")
    return stem


def stemmer(language: str) -> TokenFilter:
    """The filter that ``stemmer`` makes for a ``language``."""
    name = language.lower()
    name = _SPELLINGS.get(name, name)
    if name == "possessive_english":
        return EnglishPossessiveFilter()
    if name in _STEMMERS:
        return StemFilter(_faked(_STEMMERS[name]))
    return snowball_filter(_SNOWBALL.get(name, _capitalize(language)))


def stem_exclusion(settings: ComponentSettings) -> WordSet | None:
    """``stem_exclusion``: words that are not stemmed."""
    words = None if settings.get("stem_exclusion") == "_none_" else settings.strings("stem_exclusion")
    return WordSet(words) if words else None


@TOKEN_FILTERS.type("stemmer")
def _stemmer(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    language = settings.text("language", settings.text("name", "porter"))
    stemmer(language)
    return plain_filter(name, lambda: stemmer(language))


@TOKEN_FILTERS.type("snowball")
def _snowball(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    language = _capitalize(settings.text("language", settings.text("name", "English")))
    return plain_filter(name, lambda: snowball_filter(language))


_NAMED: dict[str, Stemmer | str | None] = {
    "arabic_stem": eastern.arabic,
    "brazilian_stem": brazilian,
    "czech_stem": slavic.czech,
    "dutch_stem": "Dutch",
    "french_stem": "French",
    "german_stem": germanic.german_stem,
    "kstem": None,
    "persian_stem": eastern.persian,
    "russian_stem": "Russian",
}
_WITH_EXCLUSIONS = frozenset(("dutch_stem", "french_stem", "german_stem"))


def _register(kind: str, stem: Stemmer | str | None) -> None:
    def create(exclusions: WordSet | None = None) -> TokenFilter:
        return StemFilter(_faked(snowball(stem) if isinstance(stem, str) else stem), exclusions)

    def make(name: str, settings: ComponentSettings) -> TokenFilterFactory:
        exclusions = stem_exclusion(settings) if kind in _WITH_EXCLUSIONS else None
        return plain_filter(name, lambda: create(exclusions))

    TOKEN_FILTERS.type(kind)(make)
    preconfigure(kind, create, normalizing=kind == "persian_stem")


for _kind, _stem in _NAMED.items():
    _register(_kind, _stem)


preconfigure("stemmer", lambda: StemFilter(porter_stem))
preconfigure("porter_stem", lambda: StemFilter(porter_stem))
preconfigure("snowball", lambda: snowball_filter("English"))


@TOKEN_FILTERS.type("porter_stem")
def _porter_stem(name: str, settings: ComponentSettings) -> TokenFilterFactory:
    return plain_filter(name, lambda: StemFilter(porter_stem))
