"""What only score scripts may call: saturation, sigmoid, the decay functions, random scores and term statistics."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from fakeknn.dates import DateFormat, parse_math
from fakeknn.errors import NotFaked, NullPointerException, OpenSearchParseException
from fakeknn.geo.points import GeoPoint, of_text
from fakeknn.geo.sphere import parse_distance
from fakeknn.painless.codegen_members import Host
from fakeknn.painless.dispatch import define, define_static
from fakeknn.painless.library_elementary import java_pow
from fakeknn.painless.library_geo import arc_distance
from fakeknn.painless.numbers import float_div, to_float
from fakeknn.painless.throwable import Thrown, illegal_argument
from fakeknn.painless.values import string_hash, text
from fakeknn.units import parse_time_value


def saturation(value: float, k: float) -> float:
    return float_div(value, k + value)


def sigmoid(value: float, k: float, a: float) -> float:
    power = java_pow(value, a)
    return float_div(power, java_pow(k, a) + power)


define_static("import", {"saturation/2": saturation, "sigmoid/3": sigmoid})


# --- decay ------------------------------------------------------------------------------------------------------------

Curve = Callable[[float], float]


def curve(shape: str, scale: float, decay: float) -> Curve:
    """The score of a distance: Linear, Exp or Gauss."""
    if shape == "Linear":
        scaling = float_div(scale, 1.0 - decay)
        return lambda distance: max(0.0, float_div(scaling - distance, scaling))
    log = math.log(decay) if decay > 0 else (-math.inf if decay == 0 else math.nan)
    if shape == "Exp":
        scaling = float_div(log, scale)
        return lambda distance: _exp(scaling * distance)
    scaling = float_div(0.5 * java_pow(scale, 2.0), log)
    return lambda distance: _exp(float_div(0.5 * java_pow(distance, 2.0), scaling))


def _exp(value: float) -> float:
    try:
        return math.exp(value)
    except OverflowError:
        return math.inf


def _numeric(shape: str) -> Callable[..., Callable[..., float]]:
    made = lru_cache(maxsize=64)(lambda scale, decay: curve(shape, scale, decay))

    def bound(origin: float, scale: float, offset: float, decay: float) -> Callable[[float], float]:
        score = made(scale, decay)
        return lambda value: score(max(0.0, abs(value - origin) - offset))

    return bound


def _geo(shape: str) -> Callable[..., Callable[..., float]]:
    @lru_cache(maxsize=64)
    def made(origin: str, scale: str, offset: str, decay: float) -> tuple[GeoPoint, float, Curve]:
        return of_text(origin), parse_distance(offset), curve(shape, parse_distance(scale), decay)

    def bound(origin: str, scale: str, offset: str, decay: float) -> Callable[[GeoPoint], float]:
        point, off, score = made(origin, scale, offset, decay)
        return lambda value: score(max(0.0, arc_distance(point.lat, point.lon, value.lat, value.lon) - off))

    return bound


_DATES = DateFormat.parse("strict_date_optional_time||epoch_millis")


def _no_now() -> int:
    """The real server has no clock here."""
    cause = NullPointerException('Cannot invoke "java.util.function.LongSupplier.getAsLong()" because "now" is null')
    raise OpenSearchParseException("could not read the current timestamp") from cause


def _date(shape: str) -> Callable[..., Callable[..., float]]:
    name = f"DecayDate{shape}"

    @lru_cache(maxsize=64)
    def made(origin: str, scale: str, offset: str, decay: float) -> tuple[int, int, Curve]:
        millis = parse_math(origin, _DATES, _no_now)
        span = parse_time_value(scale, f"{name}.scale").millis
        return millis, parse_time_value(offset, f"{name}.offset").millis, curve(shape, span, decay)

    def bound(origin: str, scale: str, offset: str, decay: float) -> Callable[[Any], float]:
        millis, off, score = made(origin, scale, offset, decay)
        return lambda value: score(max(0, abs(value.to_epoch_milli() - millis) - off))

    return bound


define_static(
    "bind",
    {
        f"decay{what}{shape}/5": make(shape)
        for what, make in (("Numeric", _numeric), ("Geo", _geo), ("Date", _date))
        for shape in ("Linear", "Exp", "Gauss")
    },
)


# --- random -----------------------------------------------------------------------------------------------------------


def murmur3(data: bytes, seed: int) -> int:
    """``StringHelper.murmurhash3_x86_32``, unsigned."""
    h = seed & 0xFFFFFFFF
    whole = len(data) & ~3
    for i in range(0, whole, 4):
        h ^= _mixed(int.from_bytes(data[i : i + 4], "little"))
        h = ((h << 13 | h >> 19) & 0xFFFFFFFF) * 5 + 0xE6546B64 & 0xFFFFFFFF
    if len(data) > whole:
        h ^= _mixed(int.from_bytes(data[whole:], "little"))
    h ^= len(data)
    h = (h ^ h >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    h = (h ^ h >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return h ^ h >> 16


def _mixed(k: int) -> int:
    k = k * 0xCC9E2D51 & 0xFFFFFFFF
    return (k << 15 | k >> 17) * 0x1B873593 & 0xFFFFFFFF


def salted(index: str, shard: int, seed: int) -> int:
    """The seed of a shard's random scores: ``BitMixer.mix32(salt ^ seed)``."""
    k = ((string_hash(index) << 10 | shard) ^ seed) & 0xFFFFFFFF
    k = (k ^ k >> 16) * 0x85EBCA6B & 0xFFFFFFFF
    k = (k ^ k >> 13) * 0xC2B2AE35 & 0xFFFFFFFF
    return k ^ k >> 16


def _converted(cause: Thrown, where: str, line: int) -> Thrown:
    """``ExceptionsHelper.convertToOpenSearchException``."""
    frames = (
        "org.opensearch.ExceptionsHelper.convertToOpenSearchException(ExceptionsHelper.java:124)",
        f"org.opensearch.script.ScoreScriptUtils${where}(ScoreScriptUtils.java:{line})",
    )
    message = cause.java_class + (f": {cause.message}" if cause.message else "")
    return Thrown("org.opensearch.OpenSearchException", message, cause, frames)


def _random_of_field(host: Host, seed: int, field: str | None) -> Callable[[], float]:
    """Needs ``_index``, ``_shard_id`` and ``_doc_id`` (Lucene's number in the shard) among the bindings."""
    host.bindings["doc"].get(field)
    salt = _salt(host, seed)

    def score() -> float:
        try:
            value = host.bindings["doc"].get(field).value_at(0)
        except Thrown as cause:
            raise _converted(cause, "RandomScoreField.randomScore", 164) from None
        return _fraction(murmur3(text(value).encode(), salt))

    return score


def _random_of_document(host: Host, seed: int) -> Callable[[], float]:
    salt = _salt(host, seed)
    return lambda: _fraction(murmur3(text(host.bindings["_doc_id"]).encode(), salt))


def _salt(host: Host, seed: int) -> int:
    index = host.bindings.get("_index")
    if index is None:
        raise illegal_argument("index name can not be looked up!")
    return salted(index, host.bindings["_shard_id"], seed)


def _fraction(hashed: int) -> float:
    return to_float((hashed & 0x00FFFFFF) / (1 << 24))


def _statistic(name: str) -> Callable[[Host], Callable[..., int]]:
    """Needs a function ``term_statistics(name, field, term)`` among the bindings."""

    def bound(host: Host) -> Callable[..., int]:
        def statistic(field: str, term: str | None = None) -> int:
            statistics = host.bindings.get("term_statistics")
            if statistics is None:
                raise NotFaked(f"painless function {name}")
            return int(statistics(name, field, term))

        return statistic

    return bound


define_static(
    "bind",
    {
        "randomScore/2": _random_of_document,
        "randomScore/3": _random_of_field,
        "termFreq/3": _statistic("termFreq"),
        "totalTermFreq/3": _statistic("totalTermFreq"),
        "sumTotalTermFreq/2": _statistic("sumTotalTermFreq"),
    },
)


class ExplanationHolder:
    """The ``explanation`` of a score script."""

    __slots__ = ("description",)
    java = "org.opensearch.script.ScoreScript.ExplanationHolder"

    def __init__(self) -> None:
        self.description: str | None = None

    def set(self, description: str) -> None:
        self.description = description


define("org.opensearch.script.ScoreScript.ExplanationHolder", {"set/1": lambda e, d: e.set(d) if e else None})
