"""How significant a term is: the heuristics of significant_terms and significant_text.

Source: SignificanceHeuristic, NXYSignificanceHeuristic, ScriptHeuristic.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NoReturn

from fakeknn.errors import IllegalArgumentException, Where, XContentParseException
from fakeknn.painless import Script as Compiled
from fakeknn.painless import compile, java_value
from fakeknn.query.context import ShardContext
from fakeknn.query.script import Script, parse_script, resolved
from fakeknn.xcontent.objects import Member, ObjectParser, declared


@dataclass(frozen=True)
class Heuristic:
    """How significant a term is: ``freq`` of ``size`` documents have it, and ``background`` of all ``total``."""

    kind: ClassVar[str] = ""
    members: ClassVar[Mapping[str, Member]] = {}

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        raise NotImplementedError

    def rewritten(self, ctx: ShardContext | None, services: Any) -> Heuristic:
        """What a shard, or else the merge, scores by."""
        return self

    def _check(self, freq: int, size: int, background: int, total: int) -> None:
        """checkFrequencyValidity."""
        name = type(self).__name__
        if freq > size:
            raise IllegalArgumentException(f"subsetFreq > subsetSize, in {name}")
        if background > total:
            raise IllegalArgumentException(f"supersetFreq > supersetSize, in {name}")


class JLHScore(Heuristic):
    kind = "jlh"

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        self._check(freq, size, background, total)
        if not size or not total:
            return 0.0
        here, everywhere = freq / size, (background or 1) / total
        change = here - everywhere
        return change * (here / everywhere) if change > 0 else 0.0


class PercentageScore(Heuristic):
    kind = "percentage"

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        self._check(freq, size, background, total)
        return freq / background if background else 0.0


@dataclass(frozen=True)
class Frequencies:
    """How many documents have a term (first digit) and are in the class (second); ``_`` for either."""

    n00: float
    n01: float
    n10: float
    n11: float
    n0_: float
    n1_: float
    n_0: float
    n_1: float
    n: float


@dataclass(frozen=True)
class Contingency(Heuristic):
    """NXYSignificanceHeuristic."""

    include_negatives: bool = False
    background_is_superset: bool = True
    members: ClassVar[Mapping[str, Member]] = {
        "include_negatives": declared("boolean"),
        "background_is_superset": declared("boolean"),
    }

    def frequencies(self, freq: int, size: int, background: int, total: int) -> Frequencies:
        self._check(freq, size, background, total)
        if not self.background_is_superset:
            return Frequencies(
                total - background, size - freq, background, freq, total - background + size - freq,
                background + freq, total, size, total + size,
            )  # fmt: skip
        wrong = (
            "subsetFreq > supersetFreq" if freq > background
            else "subsetSize > supersetSize" if size > total
            else "supersetFreq - subsetFreq > supersetSize - subsetSize" if background - freq > total - size
            else None
        )  # fmt: skip
        if wrong is not None:
            raise IllegalArgumentException(
                f"{wrong}, does your background filter not include all documents in the bucket? If so and it is "
                'intentional, set "background_is_superset": false'
            )
        return Frequencies(
            total - background - (size - freq), size - freq, background - freq, freq, total - background, background,
            total - size, size, total,
        )  # fmt: skip

    def _rarer(self, n: Frequencies) -> bool:
        """Whether the term is less frequent in the class than outside, which is not asked for."""
        return not self.include_negatives and _quotient(n.n11, n.n_1) < _quotient(n.n10, n.n_0)


def _quotient(numerator: float, denominator: float) -> float:
    if denominator:
        return numerator / denominator
    return math.nan if not numerator else math.inf


class ChiSquare(Contingency):
    kind = "chi_square"

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        n = self.frequencies(freq, size, background, total)
        if self._rarer(n):
            return -math.inf
        return _quotient(n.n * (n.n11 * n.n00 - n.n01 * n.n10) ** 2.0, n.n_1 * n.n1_ * n.n0_ * n.n_0)


class MutualInformation(Contingency):
    kind = "mutual_information"

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        n = self.frequencies(freq, size, background, total)

        def term(nxy: float, nx_: float, n_y: float) -> float:
            numerator = math.fabs(n.n * nxy)
            denominator = math.fabs(nx_ * n_y)
            factor = math.fabs(nxy / n.n)
            if not numerator and not denominator:
                return 0.0
            if not numerator:
                return 0.0 if not factor else -math.inf
            return factor * math.log(numerator / denominator)

        total_information = (
            term(n.n00, n.n0_, n.n_0)
            + term(n.n01, n.n0_, n.n_1)
            + term(n.n10, n.n1_, n.n_0)
            + term(n.n11, n.n1_, n.n_1)
        ) / math.log(2.0)
        if math.isnan(total_information) or self._rarer(n):
            return -math.inf
        return total_information


class GND(Contingency):
    kind = "gnd"
    members: ClassVar[Mapping[str, Member]] = {"background_is_superset": declared("boolean")}

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        n = self.frequencies(freq, size, background, total)
        if not n.n11:
            return 0.0
        if n.n1_ == n.n_1 == n.n11:
            return 1.0
        logs = math.log(n.n1_), math.log(n.n_1)
        return math.exp(-(max(logs) - math.log(n.n11)) / (math.log(n.n) - min(logs)))


class LongAccessor(int):
    """What a script has for a frequency: a Number that is none of Java's own, so that what operators make of it is an
    int, and nothing casts it.
    """

    java = "org.opensearch.search.aggregations.bucket.terms.heuristic.ScriptHeuristic.LongAccessor"
    supers = ("java.lang.Number",)


@dataclass(frozen=True)
class ScriptHeuristic(Heuristic):
    """A script of four frequencies."""

    kind = "script_heuristic"
    script: Script | None = None
    compiled: Compiled | None = None

    def rewritten(self, ctx: ShardContext | None, services: Any) -> Heuristic:
        assert self.script is not None
        script = self.script
        if ctx is not None:
            script = resolved(ctx, script)
        elif script.id is not None:
            script = services.stored_script(script)
        if script.lang == "expression":
            raise IllegalArgumentException(
                "expression engine does not know how to handle script context [script_heuristic]"
            )
        if script.lang != "painless":
            raise IllegalArgumentException(f"script_lang not supported [{script.lang}]")
        compiled = compile(str(script.source), "script_heuristic", script.params, script.options, script.id)
        return ScriptHeuristic(script, compiled)

    def score(self, freq: int, size: int, background: int, total: int) -> float:
        assert self.script is not None
        assert self.compiled is not None
        told = {"_subset_freq": freq, "_subset_size": size, "_superset_freq": background, "_superset_size": total}
        params = java_value(self.script.params)
        params.update({name: LongAccessor(value) for name, value in told.items()})
        return float(self.compiled.execute({"params": params}))


JLH = JLHScore()
HEURISTICS: dict[str, type[Heuristic]] = {
    kind.kind: kind for kind in (JLHScore, PercentageScore, ChiSquare, MutualInformation, GND)
}


_ANY = ("START_OBJECT", "START_ARRAY", "VALUE_STRING", "VALUE_NUMBER", "VALUE_BOOLEAN", "VALUE_NULL")


def _heuristic_member(kind: type[Heuristic], read: list[Heuristic]) -> Member:
    parser = ObjectParser(kind.kind, kind.members, applied=True)

    def parse(container: Any, key: Any) -> Heuristic:
        heuristic = kind(**parser.parse(container, key))
        read.append(heuristic)
        if isinstance(container[key], list):
            _refuse_behind(kind.kind, container, key)
        return heuristic

    return Member(_ANY, parse, tells=True)


def _refuse_behind(kind: str, body: Mapping[str, Any], name: str) -> NoReturn:
    """The end of an array of heuristics is taken for one more, which begins with the token behind it."""
    names = list(body)
    behind = names[names.index(name) + 1 :]
    place = Where(body, behind[0], "key") if behind else Where(body, None, "end")
    token = "FIELD_NAME" if behind else "END_OBJECT"
    raise XContentParseException(f"[{kind}] Expected START_OBJECT but was: {token}", at=place)


_SCRIPT = ObjectParser(
    "script_heuristic", {"script": declared("object_or_string", parse_script)}, constructor=("script",), applied=True
)


def heuristic_members(read: list[Heuristic]) -> dict[str, Member]:
    """The members that give a heuristic, which is put behind those that were ``read``."""

    def script(container: Any, key: Any) -> Heuristic:
        heuristic = ScriptHeuristic(_SCRIPT.parse(container, key)["script"])
        read.append(heuristic)
        return heuristic

    members = {kind: _heuristic_member(heuristic, read) for kind, heuristic in HEURISTICS.items()}
    return {**members, "script_heuristic": Member(_ANY, script, tells=True)}
