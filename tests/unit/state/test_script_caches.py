"""How many scripts a server compiles, as time goes by."""

from __future__ import annotations

import pytest

from fakeknn.errors import CircuitBreakingException
from fakeknn.painless.contexts import CONTEXTS
from fakeknn.state import script_caches
from fakeknn.state.clock import ManualClock
from fakeknn.state.script_caches import ScriptCaches


def compiled(caches: ScriptCaches, source: str, context: str = "field") -> None:
    caches.begin_request()
    with caches.compiling("painless", source, context, {}):
        pass


def test_contexts_are_those_of_the_languages() -> None:
    assert set(CONTEXTS) == script_caches.CONTEXTS


def test_the_bucket_fills_again() -> None:
    clock = ManualClock()
    caches = ScriptCaches(clock, {})
    for number in range(75):
        compiled(caches, str(number))
    with pytest.raises(CircuitBreakingException, match=r"max: \[75/5m\]"):
        compiled(caches, "more")
    compiled(caches, "74")
    compiled(caches, "more", "score")
    clock.advance(4)
    compiled(caches, "more")
    with pytest.raises(CircuitBreakingException):
        compiled(caches, "even more")
    assert caches.counts("field").to_json() == {
        "compilations": 76,
        "cache_evictions": 0,
        "compilation_limit_triggered": 2,
    }


def test_scripts_expire() -> None:
    clock = ManualClock()
    caches = ScriptCaches(clock, {"script.context.field.cache_expire": "10s"})
    compiled(caches, "1")
    clock.advance(10)
    compiled(caches, "1")
    assert caches.counts().compilations == 1
    clock.advance(11)
    compiled(caches, "2")
    assert caches.counts().to_json() == {"compilations": 2, "cache_evictions": 1, "compilation_limit_triggered": 0}


def test_what_fails_is_not_kept() -> None:
    caches = ScriptCaches(ManualClock(), {"script.max_compilations_rate": "2/1m"})
    for _ in range(2):
        caches.begin_request()
        with pytest.raises(ZeroDivisionError), caches.compiling("painless", "1/0", "field", {}):
            raise ZeroDivisionError
    with pytest.raises(CircuitBreakingException, match=r"the \[script.max_compilations_rate\] setting"):
        compiled(caches, "1")
