"""The analyzers of the languages, and the ones put together in the same manner: cjk, fingerprint, snowball."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fakeknn.analysis import stopwords
from fakeknn.analysis.base import Analyzer, TokenFilter
from fakeknn.analysis.charfilters import MappingCharFilter
from fakeknn.analysis.factories import ANALYZERS
from fakeknn.analysis.filters import (
    ENGLISH_STOP_WORDS,
    FRENCH_ARTICLES,
    ApostropheFilter,
    DecimalDigitFilter,
    ElisionFilter,
    EnglishPossessiveFilter,
    GreekLowerCaseFilter,
    IrishLowerCaseFilter,
    LowerCaseFilter,
    StopFilter,
    TurkishLowerCaseFilter,
    stop_words,
)
from fakeknn.analysis.folding import ASCIIFoldingFilter
from fakeknn.analysis.keywords import KeywordMarkerFilter, StemmerOverrideFilter
from fakeknn.analysis.normalizations import NormalizationFilter, normalization, romanian
from fakeknn.analysis.settings import ComponentSettings, WordSet
from fakeknn.analysis.shingles import CJKBigramFilter, FingerprintFilter, separator_of
from fakeknn.analysis.standard import StandardTokenizer
from fakeknn.analysis.stemming import snowball_filter, stem_exclusion, stemmer
from fakeknn.errors import NotFaked

Make = Callable[[], TokenFilter]


def _articles(words: str) -> Make:
    articles = WordSet(words.split(), ignore_case=True)
    return lambda: ElisionFilter(articles)


@dataclass(frozen=True)
class Language:
    """An analyzer's filters around those that all have: stop words, words that are not stemmed."""

    stem: Make
    #: Before the stop words; single terms go through these as well.
    before: Sequence[Make] = (LowerCaseFilter,)
    #: Behind the words that are not stemmed.
    after: Sequence[Make] = ()
    #: Filters before all others that single terms do not go through.
    first: Sequence[Make] = ()
    #: Normalization behind the stop words, for single terms too.
    normalized: Sequence[Make] = ()
    #: Whether what is not stemmed is marked before the spelling is changed, and not before the stem filter only.
    marks_early: bool = False
    #: There is no ``stem_exclusion``.
    stems_all: bool = False
    #: Characters that are replaced before all else, but not in single terms.
    replaced: Mapping[str, str] | None = None


def _norm(name: str) -> Make:
    return lambda: normalization(name)


def _stem(language: str) -> Make:
    return lambda: stemmer(language)


def _plain(language: str) -> Language:
    return Language(_stem(language))


_DUTCH_OVERRIDES = {"fiets": "fiets", "bromfiets": "bromfiets", "ei": "eier", "kind": "kinder"}
_IRISH_HYPHENATIONS = WordSet(("h", "n", "t"), ignore_case=True)

_LANGUAGES: dict[str, Language] = {
    "arabic": Language(
        _stem("arabic"), (LowerCaseFilter, DecimalDigitFilter), normalized=(_norm("arabic_normalization"),)
    ),
    "armenian": _plain("armenian"),
    "basque": _plain("basque"),
    "bengali": Language(
        _stem("bengali"),
        (LowerCaseFilter, DecimalDigitFilter, _norm("indic_normalization"), _norm("bengali_normalization")),
        marks_early=True,
    ),
    "brazilian": _plain("brazilian"),
    "bulgarian": _plain("bulgarian"),
    "catalan": Language(_stem("catalan"), (_articles("d l m n s t"), LowerCaseFilter)),
    "czech": _plain("czech"),
    "danish": _plain("danish"),
    "dutch": Language(_stem("dutch"), after=(lambda: StemmerOverrideFilter(_DUTCH_OVERRIDES),)),
    "english": Language(_stem("english"), first=(EnglishPossessiveFilter,)),
    "estonian": _plain("estonian"),
    "finnish": _plain("finnish"),
    "french": Language(_stem("light_french"), (lambda: ElisionFilter(FRENCH_ARTICLES), LowerCaseFilter)),
    "galician": _plain("galician"),
    "german": Language(_stem("light_german"), after=(_norm("german_normalization"),)),
    "greek": Language(_stem("greek"), (GreekLowerCaseFilter,), stems_all=True),
    "hindi": Language(
        _stem("hindi"),
        (LowerCaseFilter, DecimalDigitFilter, _norm("indic_normalization"), _norm("hindi_normalization")),
        marks_early=True,
    ),
    "hungarian": _plain("hungarian"),
    "indonesian": _plain("indonesian"),
    "irish": Language(
        _stem("irish"),
        (_articles("d m b"), IrishLowerCaseFilter),
        first=(lambda: StopFilter(_IRISH_HYPHENATIONS),),
    ),
    "italian": Language(
        _stem("light_italian"),
        (
            _articles("c l all dall dell nell sull coll pell gl agl dagl degl negl sugl un m t s v d"),
            LowerCaseFilter,
        ),
    ),
    "latvian": _plain("latvian"),
    "lithuanian": _plain("lithuanian"),
    "norwegian": _plain("norwegian"),
    "persian": Language(
        _stem("persian"),
        (LowerCaseFilter, DecimalDigitFilter, _norm("arabic_normalization"), _norm("persian_normalization")),
        stems_all=True,
        replaced={"\N{ZERO WIDTH NON-JOINER}": " "},
    ),
    "portuguese": _plain("light_portuguese"),
    "romanian": Language(_stem("romanian"), normalized=(lambda: NormalizationFilter(romanian),)),
    "russian": _plain("russian"),
    "sorani": Language(_stem("sorani"), (_norm("sorani_normalization"), LowerCaseFilter, DecimalDigitFilter)),
    "spanish": _plain("light_spanish"),
    "swedish": _plain("swedish"),
    "turkish": Language(_stem("turkish"), (TurkishLowerCaseFilter,), first=(ApostropheFilter,)),
}


def _register(name_of_language: str, language: Language) -> None:
    def make(name: str, settings: ComponentSettings) -> Analyzer:
        words = stop_words(settings, WordSet(stopwords.words(name_of_language)))
        excluded = None if language.stems_all else stem_exclusion(settings)
        marked: list[TokenFilter] = [] if excluded is None else [KeywordMarkerFilter(excluded)]
        before = [part() for part in language.before]
        normalized = [part() for part in language.normalized]
        after = [part() for part in language.after]
        if language.marks_early:
            before[2:2] = marked
            marked = []
        filters = [part() for part in language.first] + before + [StopFilter(words)]
        filters += [*normalized, *marked, *after, language.stem()]
        normalization_filters = [part() for part in language.before] + normalized
        if name_of_language == "german":
            normalization_filters += after
        replaced = [] if language.replaced is None else [MappingCharFilter(dict(language.replaced))]
        return Analyzer(StandardTokenizer(), filters, replaced, name=name, normalization=normalization_filters)

    ANALYZERS.type(name_of_language)(make)


for _name, _language in _LANGUAGES.items():
    _register(_name, _language)


@ANALYZERS.type("chinese")
def _chinese(name: str, settings: ComponentSettings) -> Analyzer:
    lower = LowerCaseFilter()
    return Analyzer(StandardTokenizer(), [lower, StopFilter(ENGLISH_STOP_WORDS)], name=name, normalization=[lower])


@ANALYZERS.type("cjk")
def _cjk(name: str, settings: ComponentSettings) -> Analyzer:
    words = stop_words(settings, WordSet(stopwords.words("cjk")))
    normal = [normalization("cjk_width"), LowerCaseFilter()]
    filters = [*normal, CJKBigramFilter(), StopFilter(words)]
    return Analyzer(StandardTokenizer(), filters, name=name, normalization=normal)


@ANALYZERS.type("thai")
def _thai(name: str, settings: ComponentSettings) -> Analyzer:
    raise NotFaked("the thai analyzer")


@ANALYZERS.type("fingerprint")
def _fingerprint(name: str, settings: ComponentSettings) -> Analyzer:
    separator, limit = separator_of(settings), settings.integer("max_output_size", 255)
    words = stop_words(settings, WordSet(()))
    filters = [LowerCaseFilter(), ASCIIFoldingFilter(), StopFilter(words), FingerprintFilter(separator, limit)]
    return Analyzer(StandardTokenizer(), filters, name=name)


_SNOWBALL_STOP_WORDS = {
    "English": "english",
    "Dutch": "dutch",
    "German": "german",
    "German2": "german",
    "French": "french",
}


def _snowball_analyzer(name: str, settings: ComponentSettings) -> Analyzer:
    language = settings.text("language", settings.text("name", "English"))
    of_language = _SNOWBALL_STOP_WORDS.get(language)
    words = stop_words(settings, WordSet(stopwords.words(of_language) if of_language else ()))
    filters: list[TokenFilter] = []
    if language in ("English", "Porter", "Lovins"):
        filters.append(EnglishPossessiveFilter())
    filters.append(TurkishLowerCaseFilter() if language == "Turkish" else LowerCaseFilter())
    filters += [StopFilter(words), snowball_filter(language)]
    return Analyzer(StandardTokenizer(), filters, name=name)


ANALYZERS.type("snowball")(_snowball_analyzer)
