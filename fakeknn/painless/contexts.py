"""The places a script can run in: what it is given, and what it must return.

Source: ``GET _script_context`` of the real server, where a method ``get_score`` becomes the variable ``_score``.
"""

from __future__ import annotations

from typing import NamedTuple

from fakeknn.errors import IllegalArgumentException

_MAP = "java.util.Map"
_PARAMS = ("params", _MAP)
_DOC = ("doc", _MAP)
_CTX = ("ctx", _MAP)
_SCORE = ("_score", "double")
_SIMILARITY = "org.opensearch.index.similarity.ScriptedSimilarity"


class Context(NamedTuple):
    """``arguments`` and ``getters``: the variables, in the order of ``execute``; ``base``: the script's own class."""

    name: str
    returns: str
    arguments: tuple[tuple[str, str], ...] = ()
    getters: tuple[tuple[str, str], ...] = (_PARAMS,)
    base: str = ""


_TERM_STATS = (
    ("query", f"{_SIMILARITY}.Query"),
    ("field", f"{_SIMILARITY}.Field"),
    ("term", f"{_SIMILARITY}.Term"),
)

CONTEXTS = {
    context.name: context
    for context in (
        Context("aggregation_selector", "boolean"),
        Context("aggs", "def", (), (_PARAMS, _DOC, ("_score", "java.lang.Number"), ("_value", "def"))),
        Context("aggs_combine", "def", (), (_PARAMS, ("state", _MAP))),
        Context("aggs_init", "void", (), (_PARAMS, ("state", "def"))),
        Context("aggs_map", "void", (), (_PARAMS, ("state", _MAP), _DOC, _SCORE)),
        Context("aggs_reduce", "def", (), (_PARAMS, ("states", "java.util.List"))),
        Context(
            "analysis", "boolean", (("token", "org.opensearch.analysis.common.AnalysisPredicateScript.Token"),), ()
        ),
        Context("bucket_aggregation", "java.lang.Number"),
        Context("context_aware_grouping", "java.lang.String", (_CTX,), ()),
        Context(
            "derived_field",
            "void",
            (),
            (_PARAMS, _DOC, ("emittedValues", "java.util.List")),
            "org.opensearch.script.DerivedFieldScript",
        ),
        Context("field", "def", (), (_PARAMS, _DOC)),
        Context("filter", "boolean", (), (_PARAMS, _DOC)),
        Context("ingest", "void", (_CTX,)),
        Context("interval", "boolean", (("interval", "org.opensearch.index.query.IntervalFilterScript.Interval"),), ()),
        Context("moving-function", "double", (_PARAMS, ("values", "double[]")), ()),
        Context("number_sort", "double", (), (_PARAMS, _DOC, _SCORE)),
        Context("painless_test", "def"),
        Context("processor_conditional", "boolean", (_CTX,)),
        Context(
            "score",
            "double",
            (("explanation", "org.opensearch.script.ScoreScript.ExplanationHolder"),),
            (_PARAMS, _DOC, _SCORE),
            "org.opensearch.script.ScoreScript",
        ),
        Context("script_heuristic", "double", (_PARAMS,), ()),
        Context("search", "void", (_CTX,)),
        Context("similarity", "double", (("weight", "double"), *_TERM_STATS, ("doc", f"{_SIMILARITY}.Doc")), ()),
        Context("similarity_weight", "double", _TERM_STATS, ()),
        Context("string_sort", "java.lang.String", (), (_PARAMS, _DOC, _SCORE)),
        Context("template", "java.lang.String"),
        Context("terms_set", "java.lang.Number", (), (_PARAMS, _DOC)),
        Context("update", "void", (), (_PARAMS, ("ctx", _MAP))),
    )
}


def context_named(name: str) -> Context:
    """The context of a name; an unknown one is the caller's script request's fault."""
    context = CONTEXTS.get(name)
    if context is None:
        raise IllegalArgumentException(f"script context [{name}] not supported")
    return context
