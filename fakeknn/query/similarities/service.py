"""Similarities by name: built from an index's settings, and tried before they are used (SimilarityService)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from fakeknn.errors import (
    IllegalArgumentException,
    NumberFormatException,
    SettingsException,
)
from fakeknn.query.context import Explanation
from fakeknn.query.script import script_of_settings
from fakeknn.query.similarities.base import LENGTHS, FieldStatistics, Scorer, Similarity, TermStatistics
from fakeknn.query.similarities.bm25 import BM25, BooleanSimilarity, LegacyBM25
from fakeknn.query.similarities.language_models import LMDirichletSimilarity, LMJelinekMercerSimilarity
from fakeknn.query.similarities.normalizations import (
    Normalization,
    NormalizationH1,
    NormalizationH2,
    NormalizationH3,
    NormalizationZ,
)
from fakeknn.query.similarities.randomness import (
    AfterEffectB,
    AfterEffectL,
    BasicModelG,
    BasicModelIF,
    BasicModelIn,
    BasicModelIne,
    DFISimilarity,
    DFRSimilarity,
    DistributionLL,
    DistributionSPL,
    IBSimilarity,
    LambdaDF,
    LambdaTTF,
    chi_squared,
    saturated,
    standardized,
)
from fakeknn.query.similarities.scripted import ScriptedScorer, ScriptedSimilarity, compiled
from fakeknn.units import parse_boolean
from fakeknn.xcontent import hash_ordered, java_string, parse_double

#: The settings of one similarity, without their common prefix.
Settings = Mapping[str, Any]

_PREFIX = "index.similarity."
_NORMALIZATIONS = ("normalization", *(f"normalization.{name}" for name in ("h1.c", "h2.c", "h3.c", "z.z")))


def _float(settings: Settings, name: str, default: float) -> np.float32:
    text = settings.get(name)
    if text is None:
        return np.float32(default)
    try:
        return np.float32(parse_double(java_string(text)))
    except NumberFormatException as cause:
        raise SettingsException(f"Failed to parse float setting [{name}] with value [{java_string(text)}]") from cause


def _check_known(kind: str, settings: Settings, *known: str) -> None:
    unknown = hash_ordered(name for name in settings if name not in known and name != "type")
    if unknown:
        raise IllegalArgumentException(f"Unknown settings for similarity of type [{kind}]: [{', '.join(unknown)}]")


# --- kinds ------------------------------------------------------------------------------------------------------------


def _bm25(kind: str, make: type[BM25]) -> Callable[[Settings], Similarity]:
    def build(settings: Settings) -> Similarity:
        _check_known(kind, settings, "k1", "b", "discount_overlaps")
        k1, b = _float(settings, "k1", 1.2), _float(settings, "b", 0.75)
        parse_boolean(settings.get("discount_overlaps", "true"))
        return make(k1, b)

    return build


def _boolean(settings: Settings) -> Similarity:
    _check_known("boolean", settings)
    return BooleanSimilarity()


def _classic(settings: Settings) -> Similarity:
    raise IllegalArgumentException(
        "The [classic] similarity may not be used anymore. Please use the [BM25] similarity or build a custom "
        "[scripted] similarity instead."
    )


_BASIC_MODELS = {"g": BasicModelG(), "if": BasicModelIF(), "in": BasicModelIn(), "ine": BasicModelIne()}
_AFTER_EFFECTS = {"b": AfterEffectB(), "l": AfterEffectL()}
_DISTRIBUTIONS = {"ll": DistributionLL(), "spl": DistributionSPL()}
_LAMBDAS = {"df": LambdaDF(), "ttf": LambdaTTF()}
_INDEPENDENCES = {"standardized": standardized, "saturated": saturated, "chisquared": chi_squared}


def _one_of(known: Mapping[str, Any], settings: Settings, name: str, called: str, *, listed: bool = False) -> Any:
    value = settings.get(name)
    if isinstance(value, list):
        value = java_string(value)
    found = None if value is None else known.get(value)
    if found is None:
        among = f", expected one of [{', '.join(hash_ordered(known))}]" if listed else ""
        raise IllegalArgumentException(f"Unsupported {called} [{'null' if value is None else value}]{among}")
    return found


def _normalization(settings: Settings) -> Normalization:
    match settings.get("normalization"):
        case "no":
            return Normalization()
        case "h1":
            return NormalizationH1(_float(settings, "normalization.h1.c", 1))
        case "h2":
            return NormalizationH2(_float(settings, "normalization.h2.c", 1))
        case "h3":
            return NormalizationH3(_float(settings, "normalization.h3.c", 800))
        case "z":
            return NormalizationZ(_float(settings, "normalization.z.z", 0.3))
        case other:
            raise IllegalArgumentException(f"Unsupported Normalization [{'null' if other is None else other}]")


def _dfr(settings: Settings) -> Similarity:
    _check_known("DFR", settings, "basic_model", "after_effect", *_NORMALIZATIONS)
    model, effect = settings.get("basic_model"), settings.get("after_effect")
    if model in ("be", "d", "p"):
        raise IllegalArgumentException(f"Basic model [{model}] isn't supported anymore, please use another model.")
    basic_model = _one_of(_BASIC_MODELS, settings, "basic_model", "BasicModel", listed=True)
    if effect == "no":
        raise IllegalArgumentException(f"After effect [{effect}] isn't supported anymore, please use another effect.")
    after_effect = _one_of(_AFTER_EFFECTS, settings, "after_effect", "AfterEffect", listed=True)
    return DFRSimilarity(basic_model, after_effect, _normalization(settings))


def _dfi(settings: Settings) -> Similarity:
    _check_known("DFI", settings, "independence_measure")
    name = "independence_measure"
    return DFISimilarity(_one_of(_INDEPENDENCES, settings, name, "IndependenceMeasure", listed=True))


def _ib(settings: Settings) -> Similarity:
    _check_known("IB", settings, "distribution", "lambda", *_NORMALIZATIONS)
    distribution = _one_of(_DISTRIBUTIONS, settings, "distribution", "Distribution")
    return IBSimilarity(distribution, _one_of(_LAMBDAS, settings, "lambda", "Lambda"), _normalization(settings))


def _lm_dirichlet(settings: Settings) -> Similarity:
    _check_known("LMDirichlet", settings, "mu")
    return LMDirichletSimilarity(_float(settings, "mu", 2000))


def _lm_jelinek_mercer(settings: Settings) -> Similarity:
    _check_known("LMJelinekMercer", settings, "lambda")
    return LMJelinekMercerSimilarity(_float(settings, "lambda", 0.1))


def _scripted(settings: Settings) -> Similarity:
    parse_boolean(settings.get("discount_overlaps", "true"))
    script = script_of_settings(settings, "script")
    compiled(script, "similarity")
    weight_script = None
    if any(key.startswith("weight_script.") for key in settings):
        weight_script = script_of_settings(settings, "weight_script")
        compiled(weight_script, "similarity_weight")
    return ScriptedSimilarity(script, weight_script)


_KINDS: Mapping[str, Callable[[Settings], Similarity]] = {
    "BM25": _bm25("BM25", BM25),
    "DFI": _dfi,
    "DFR": _dfr,
    "IB": _ib,
    "LMDirichlet": _lm_dirichlet,
    "LMJelinekMercer": _lm_jelinek_mercer,
    "LegacyBM25": _bm25("LegacyBM25", LegacyBM25),
    "boolean": _boolean,
    "classic": _classic,
    "scripted": _scripted,
}


def similarity_of(name: str | None, settings: Mapping[str, Any]) -> Similarity:
    """SimilarityService.getSimilarity: of a field whose ``similarity`` is ``name`` (None: the default)."""
    if name is None:
        name = "default" if f"{_PREFIX}default.type" in settings else "BM25"
    prefix = f"{_PREFIX}{name}."
    own = {key.removeprefix(prefix): value for key, value in settings.items() if key.startswith(prefix)}
    return _KINDS[own.get("type", name)](own)


# --- trials -----------------------------------------------------------------------------------------------------------

_TRIED_FIELD = FieldStatistics(1100, 3000, 2000)
_TRIED_TERM = TermStatistics(100, 130)
#: The byte of a length of 20, and those of the lengths from 1 to 10.
_TWENTY, _SHORT = (np.flatnonzero(LENGTHS == 20)[0], range(1, 11))


def build_checked(settings: Settings) -> Similarity:
    """SimilarityService's constructor: build a similarity and try what it makes of growing frequencies and lengths."""
    kind = settings["type"]
    similarity = _KINDS[kind](settings)
    scorer = similarity.scorer(np.float32(2), _TRIED_FIELD, [_TRIED_TERM])
    with np.errstate(all="ignore"):
        _try_frequencies(scorer)
        _try_lengths(scorer)
    return similarity


def _tried(scorer: Scorer, freq: int, length: int) -> np.float32:
    if isinstance(scorer, ScriptedScorer):
        return scorer.score(float(freq), length)
    return np.float32(scorer.scores(np.array([freq], np.float32), np.array([length], np.uint8))[0])


def _told(scorer: Scorer, freq: int, length: int) -> str:
    given = Explanation(freq, "term freq")
    found = scorer.plainly_explained if isinstance(scorer, ScriptedScorer) else scorer.explained
    return found(given, length).text()


def _try_frequencies(scorer: Scorer) -> None:
    scores = [_tried(scorer, freq, int(_TWENTY)) for freq in range(1, 11)]
    for freq, score in enumerate(scores, 1):
        if score < 0:
            told = _told(scorer, freq, int(_TWENTY))
            raise IllegalArgumentException(f"Similarities should not return negative scores:\n{told}")
    for freq, (before, score) in enumerate(zip((np.float32(0), *scores), scores, strict=False), 1):
        if score < before:
            told = f"{_told(scorer, freq - 1, int(_TWENTY))}\n{_told(scorer, freq, int(_TWENTY))}"
            raise IllegalArgumentException(
                f"Similarity scores should not decrease when term frequency increases:\n{told}"
            )


def _try_lengths(scorer: Scorer) -> None:
    before = np.finfo(np.float32).max
    for length in _SHORT:
        score = _tried(scorer, 1, length)
        if score > before:
            told = f"{_told(scorer, 1, length - 1)}\n{_told(scorer, 1, length)}"
            raise IllegalArgumentException(f"Similarity scores should not increase when norm increases:\n{told}")
        before = score
