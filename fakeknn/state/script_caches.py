"""ScriptService's caches: which scripts a server has compiled, and how many more it may.

Each context has a cache with a rate of its own; with ``script.max_compilations_rate`` there is one for all.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from fakeknn.errors import CircuitBreakingException, IllegalArgumentException, NumberFormatException
from fakeknn.state.clock import Clock
from fakeknn.units import TimeValue, parse_int, parse_time_value

GENERAL = "script.max_compilations_rate"
_RATE, _SIZE, _EXPIRE = "max_compilations_rate", "cache_max_size", "cache_expire"

#: The contexts that scripts run in.
CONTEXTS = frozenset(
    """
    aggregation_selector aggs aggs_combine aggs_init aggs_map aggs_reduce analysis bucket_aggregation
    context_aware_grouping derived_field field filter ingest interval moving-function number_sort painless_test
    processor_conditional score script_heuristic search similarity similarity_weight string_sort template
    terms_set update
    """.split()
)

#: ScriptContext: whose caches are larger, and whose scripts may be as many as they like.
_SERVED = ("context_aware_grouping", "ingest", "processor_conditional", "search")
_EXPIRING = {"context_aware_grouping": 10.0}
_SIZES = dict.fromkeys(_SERVED, 200)


@dataclass(frozen=True, slots=True)
class CompilationRate:
    """``75/5m``, as it was written."""

    count: int
    span: TimeValue
    text: str

    @classmethod
    def parse(cls, text: str) -> CompilationRate:
        count, _, time = text.partition("/")
        if not count or not time:
            raise IllegalArgumentException(
                f"parameter must contain a positive integer and a timevalue, i.e. 10/1m, but was [{text}]"
            )
        try:
            rate = parse_int(count)
        except NumberFormatException as error:
            raise IllegalArgumentException(f"could not parse [{count}] as integer in value [{text}]") from error
        if rate < 0:
            raise IllegalArgumentException(f"rate [{rate}] must be positive")
        span = parse_time_value(time, GENERAL)
        if span.nanos <= 0:
            raise IllegalArgumentException(f"time value [{time}] must be positive")
        if span.seconds < 60:
            raise IllegalArgumentException(f"time value [{time}] must be at least on a one minute resolution")
        return cls(rate, span, text)


@dataclass(slots=True)
class Counts:
    """ScriptStats."""

    compilations: int = 0
    cache_evictions: int = 0
    compilation_limit_triggered: int = 0

    def to_json(self) -> dict[str, int]:
        return {name: getattr(self, name) for name in self.__slots__}


Key = tuple[str, str, str, tuple[tuple[str, str], ...]]


@dataclass(slots=True)
class ScriptCache:
    """The scripts of one context (or of all), those not used for longest first; no ``rate``: no limit."""

    size: int
    expire: float
    rate: CompilationRate | None
    setting: str
    counts: Counts = field(default_factory=Counts)
    used: OrderedDict[Key, float] = field(default_factory=OrderedDict)
    """When each was used last."""
    _tokens: float = 0.0
    _checked: float | None = None

    def has(self, key: Key, now: float) -> bool:
        """Whether a script is kept; one that has not been used for too long goes."""
        if key in self.used and self._expired(key, now):
            del self.used[key]
            self.counts.cache_evictions += 1
        return key in self.used

    def take(self, now: float) -> None:
        """checkCompilationLimit: a bucket that fills as time goes by."""
        rate = self.rate
        if rate is None:
            return
        if self._checked is None:
            self._tokens, self._checked = float(rate.count), now
        tokens = self._tokens + (now - self._checked) * rate.count / rate.span.seconds
        self._tokens, self._checked = min(tokens, float(rate.count)), now
        if self._tokens < 1:
            self.counts.compilation_limit_triggered += 1
            raise CircuitBreakingException(
                f"[script] Too many dynamic script compilations within, max: [{rate.text}]; please use indexed, or "
                "scripts with parameters instead; this limit can be changed by the "
                f"[{self.setting}] setting"
            )
        self._tokens -= 1

    def put(self, key: Key, now: float) -> None:
        """Keep a script, which is compiled and used."""
        if key not in self.used:
            self.counts.compilations += 1
        self.used[key] = now
        self.used.move_to_end(key)
        while self.used and (len(self.used) > self.size or self._expired(next(iter(self.used)), now)):
            self.used.popitem(last=False)
            self.counts.cache_evictions += 1

    def _expired(self, key: Key, now: float) -> bool:
        return self.expire > 0 and now - self.used[key] > self.expire


class ScriptCaches:
    """All caches of a server; each is made when it is first needed."""

    def __init__(self, clock: Clock, settings: Mapping[str, Any]) -> None:
        self._clock = clock
        self._settings = _of_scripts(settings)
        self._caches: dict[str, ScriptCache] = {}
        self._refused: dict[Key, CircuitBreakingException | None] = {}
        """What a request has compiled, by what refused it: a shard may look at its scripts more than once here."""

    def begin_request(self) -> None:
        self._refused = {}

    @contextmanager
    def compiling(self, lang: str, source: str, context: str, options: Mapping[str, str]) -> Iterator[None]:
        """What is done inside compiles a script. Raises ``CircuitBreakingException``."""
        key = (lang, source, context, tuple(sorted(options.items())))
        if key in self._refused:
            refusal = self._refused[key]
            if refusal is not None:
                raise refusal
            yield
            return
        self._refused[key] = None
        cache, now = self._cache(context), self._clock.now()
        if not cache.has(key, now):
            try:
                cache.take(now)
            except CircuitBreakingException as refusal:
                self._refused[key] = refusal
                raise
        yield
        cache.put(key, now)

    def counts(self, context: str | None = None) -> Counts:
        """What has been compiled, of one context or of all."""
        found = [cache for name, cache in self._caches.items() if context in (None, name)]
        return Counts(*(sum(getattr(cache.counts, name) for cache in found) for name in Counts.__slots__))

    @property
    def general(self) -> bool:
        """Whether contexts have no caches of their own."""
        return _general(self._settings) is not None

    def changed(self, settings: Mapping[str, Any]) -> None:
        """The settings of the cluster are others: a cache that is made anew has forgotten everything."""
        before, self._settings = self._settings, _of_scripts(settings)
        after = self._settings
        rates = _general(before), _general(after)
        if rates != (None, None):
            if None in rates or (rates[0].count, rates[0].span) != (rates[1].count, rates[1].span):  # type: ignore[union-attr]
                self._caches = {}
            return
        for name in {**before, **after}:
            if before.get(name) != after.get(name):
                self._caches.pop(name.split(".")[2], None)

    def _cache(self, context: str) -> ScriptCache:
        rate = _general(self._settings)
        name = context if rate is None else ""
        found = self._caches.get(name)
        if found is None:
            found = ScriptCache(100, 0.0, rate, GENERAL) if rate is not None else self._of_context(context)
            self._caches[name] = found
        return found

    def _of_context(self, context: str) -> ScriptCache:
        prefix = f"script.context.{context}."
        size = self._settings.get(prefix + _SIZE)
        expire = self._settings.get(prefix + _EXPIRE)
        rate = self._settings.get(prefix + _RATE, "unlimited" if context in _SERVED else "75/5m")
        return ScriptCache(
            _SIZES.get(context, 100) if size is None else int(size),
            _EXPIRING.get(context, 0.0) if expire is None else parse_time_value(expire, prefix + _EXPIRE).seconds,
            None if rate == "unlimited" else CompilationRate.parse(rate),
            prefix + _RATE,
        )


def _of_scripts(settings: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(settings[name]) for name in settings if name == GENERAL or name.startswith("script.context.")}


def _general(settings: Mapping[str, str]) -> CompilationRate | None:
    rate = settings.get(GENERAL, "use-context")
    return None if rate == "use-context" else CompilationRate.parse(rate)


def check_script_settings(settings: Mapping[str, Any]) -> None:
    """ScriptService.validateCacheSettings."""
    found = sorted(name for name in settings if name.startswith("script.context."))
    for kind in (_RATE, _EXPIRE, _SIZE):
        for name in found:
            context, _, of_kind = name.removeprefix("script.context.").rpartition(".")
            if of_kind == kind and context not in CONTEXTS:
                raise IllegalArgumentException(f"Context [{context}] doesn't exist for setting [{name}]")
    if found and _general(_of_scripts(settings)) is not None:
        raise IllegalArgumentException(
            f"Context cache settings [{', '.join(found)}] requires [{GENERAL}] to be [use-context]"
        )
