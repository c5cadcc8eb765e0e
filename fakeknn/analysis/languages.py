"""The analyzers of the languages."""

from __future__ import annotations

from fakeknn.analysis.base import Analyzer
from fakeknn.analysis.factories import ANALYZERS
from fakeknn.analysis.filters import (
    ENGLISH_STOP_WORDS,
    EnglishPossessiveFilter,
    LowerCaseFilter,
    StopFilter,
    stop_words,
)
from fakeknn.analysis.keywords import PorterStemFilter
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.analysis.standard import StandardTokenizer

_LOWER = (LowerCaseFilter(),)


@ANALYZERS.type("english")
def _english(name: str, settings: ComponentSettings) -> Analyzer:
    words = stop_words(settings, ENGLISH_STOP_WORDS)
    filters = [EnglishPossessiveFilter(), *_LOWER, StopFilter(words), PorterStemFilter()]
    return Analyzer(StandardTokenizer(), filters, name=name, normalization=_LOWER)
