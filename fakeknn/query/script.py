"""Scripts in queries: how a script is written in a body, and ``script_score``.

Each script language registers what it makes of a script in the score context (``SCORE_LANGUAGES``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, ClassVar

import numpy as np
import orjson

from fakeknn import serving
from fakeknn.errors import (
    GeneralScriptException,
    IllegalArgumentException,
    OpenSearchError,
    ParsingException,
    ScriptException,
    Where,
)
from fakeknn.painless.contexts import CONTEXTS
from fakeknn.painless.expression import CONTEXTS as EXPRESSION_CONTEXTS
from fakeknn.painless.expression import compile_expression
from fakeknn.query.base import Query
from fakeknn.query.context import Explanation, Matched, Scores, ShardContext, running
from fakeknn.query.parsing import COMMON, common, parse_query, register
from fakeknn.view import Mask
from fakeknn.xcontent import generator, hash_ordered, java_float, java_string, objects
from fakeknn.xcontent.objects import ObjectParser, building, declared
from fakeknn.xcontent.places import settle
from fakeknn.xcontent.reading import unchecked
from fakeknn.xcontent.tree import BrokenText


@dataclass(frozen=True)
class Script:
    """A script as a body writes it: its source, or the id of a stored one."""

    source: str | None
    id: str | None = None
    lang: str = "painless"
    params: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Script.toXContent."""
        written: dict[str, Any] = {"id": self.id} if self.source is None else {"source": self.source, "lang": self.lang}
        if self.source is not None and "content_type" in self.options:
            written["source"] = orjson.loads(self.source)
        if self.options:
            written["options"] = self.options
        if self.params:
            written["params"] = self.params
        return written

    def __str__(self) -> str:
        """Script.toString, which explanations show."""
        if self.id is not None:
            params = java_string(self.params)
            return f"Script{{type=stored, lang='null', idOrCode='{self.id}', options=null, params={params}}}"
        return (
            f"Script{{type=inline, lang='{self.lang}', idOrCode='{self.source}', options={java_string(self.options)}, "
            f"params={java_string(self.params)}}}"
        )


def source_text(container: Any, key: Any) -> str:
    """A script's source, whose parser is a function that cannot throw what it should where the text breaks off."""
    value = container[key]
    if isinstance(value, BrokenText) and value.broken is not None:
        found = value.broken.met()
        told = objects.stopped_at(unchecked(found), found.stopped)  # type: ignore[attr-defined]
        told.position = found.position  # type: ignore[attr-defined]
        raise told from found
    return objects.text(container, key)


class _Builder:
    """Script.Builder: source and id exclude each other as they are read."""

    def __init__(self) -> None:
        self.kind: str | None = None
        self.is_object = False
        """Whether the source is written as an object."""

    def _only_one(self, kind: str) -> None:
        if self.kind is not None:
            raise IllegalArgumentException("must only use one of [source, id] when specifying a script")
        self.kind = kind

    def source(self, container: Any, key: Any) -> str:
        self._only_one("inline")
        self.is_object = isinstance(container[key], dict)
        return generator.dump(objects.whole(container, key)).decode() if self.is_object else source_text(container, key)

    def id(self, container: Any, key: Any) -> str:
        self._only_one("stored")
        return objects.text(container, key)


def parse_script(container: Any, key: Any, default_lang: str = "painless") -> Script:
    """Script.parse on ``container[key]``."""
    value = container[key]
    if isinstance(value, str):
        return Script(value, lang=default_lang)
    builder = _Builder()
    parser = ObjectParser(
        "script",
        {
            "source": declared("object_or_string", builder.source),
            "inline": declared("object_or_string", builder.source),
            "id": declared("string", builder.id),
            "stored": declared("string", builder.id),
            "lang": declared("string"),
            "options": declared("object"),
            "params": declared("object"),
        },
        applied=True,
    )
    values = parser.parse(container, key)
    try:
        return _script(values, builder, default_lang)
    except IllegalArgumentException as error:
        raise objects.stopped_at(error, Where(value, None, "end")) from None


def _script(values: dict[str, Any], builder: _Builder, default_lang: str) -> Script:
    """Script.Builder.build; ``inline`` and ``stored`` are old names."""
    if builder.kind is None:
        raise IllegalArgumentException("must specify either [source] for an inline script or [id] for a stored script")
    params = _hashed(values.get("params", {}))
    options = {name: java_string(item) for name, item in values.get("options", {}).items()}
    if builder.kind == "stored":
        if "lang" in values:
            raise IllegalArgumentException("illegally specified <lang> for a stored script")
        if options:
            raise IllegalArgumentException("field [options] cannot be specified using a stored script")
        return Script(None, id=values["id"] if "id" in values else values["stored"], params=params)
    if set(options) - {"content_type"}:
        options.pop("content_type", None)
        raise IllegalArgumentException(f"illegal compiler options [{java_string(options)}] specified")
    if builder.is_object:
        options["content_type"] = "application/json; charset=UTF-8"
    source = values["source"] if "source" in values else values["inline"]
    return Script(source, lang=values.get("lang", default_lang), params=params, options=options)


def _hashed(value: Any) -> Any:
    """Maps in the order of a HashMap, as XContentParser.map makes them."""
    if isinstance(value, dict):
        return {name: _hashed(value[name]) for name in hash_ordered(value)}
    return [_hashed(item) for item in value] if isinstance(value, list) else value


#: What a language makes of a script that scores: ``(ctx, script, inner) -> float32[n]``, of meaning where ``inner``,
#: the
#: query whose matches are scored, matches. The script is compiled before that is asked for.
Scorer = Callable[[ShardContext, Script, Callable[[], Matched]], Scores]

SCORE_LANGUAGES: dict[str, Scorer] = {}

#: Whether a script of a language looks at ``_score``.
NEEDS_SCORE: dict[str, Callable[[Script], bool]] = {}


def _never(script: Script) -> bool:
    return False


def resolved(ctx: ShardContext, script: Script) -> Script:
    """A stored script's source in place of its id."""
    if script.id is None:
        return script
    return ctx.services.stored_script(script)  # type: ignore[no-any-return]


def script_of_settings(settings: Mapping[str, Any], name: str) -> Script:
    """Script.parse of the settings below ``name``, which are written as JSON to be read."""
    tree: dict[str, Any] = {}
    for key in sorted(settings):
        if key.startswith(name + "."):
            *path, last = key.removeprefix(name + ".").split(".")
            node = tree
            for step in path:
                node = node.setdefault(step, {})
            node[last] = settings[key]
    try:
        return parse_script({name: tree}, name)
    except OpenSearchError as error:
        if type(error) is IllegalArgumentException:
            error.at = None  # which has no place to tell
        settle(error, generator.write(tree), tree)
        raise


@contextmanager
def compiling(script: Script) -> Iterator[None]:
    """ScriptCache.compile: what goes wrong in compiling a script, but for its language's own errors, is told with
    the script.
    """
    try:
        yield
    except ScriptException:
        raise
    except OpenSearchError as cause:
        kind, name = ("inline", script.source) if script.id is None else ("stored", script.id)
        raise GeneralScriptException(f"Failed to compile {kind} script [{name}] using lang [{script.lang}]") from cause


#: The script languages, and the contexts that each knows.
LANGUAGES: dict[str, tuple[str, ...]] = {
    "painless": tuple(CONTEXTS),
    "expression": EXPRESSION_CONTEXTS,
    "mustache": ("template",),
    "knn": ("score",),
}

#: What a language says of a context that it does not know.
STRANGERS = {
    "mustache": "mustache engine does not know how to handle context [{}]",
    "knn": "knn KNN scoring scripts cannot be used for context [{}]",
}


def check_language(script: Script, context: str) -> None:
    """ScriptService.compile: whether a script's language is one, and knows the context."""
    if script.lang not in LANGUAGES:
        raise IllegalArgumentException(f"script_lang not supported [{script.lang}]")
    if context not in LANGUAGES[script.lang]:
        with compiling(script):
            if script.lang == "expression":
                compile_expression(str(script.source), context)
            with serving.compiling(script.lang, str(script.source), context, script.options):
                raise IllegalArgumentException(STRANGERS.get(script.lang, "{}").format(context))


#: What a language makes of a script that filters: ``(ctx, script) -> bool[n]``.
Filter = Callable[[ShardContext, Script], Mask]

FILTER_LANGUAGES: dict[str, Filter] = {}


@dataclass(frozen=True, eq=False, kw_only=True)
class ScriptFilter(Query):
    """The documents of which a script says true."""

    kind: ClassVar[str] = "script"
    script: Script

    def asked_last(self, ctx: ShardContext) -> bool:
        return True

    def members(self) -> dict[str, Any]:
        return {"script": self.script.to_json()}

    def mask(self, ctx: ShardContext) -> Mask:
        ctx.refuse_expensive("[script] queries")
        script = resolved(ctx, self.script)
        check_language(script, "filter")
        return FILTER_LANGUAGES[script.lang](ctx, script)


@register("script")
def parse_script_filter(container: Any, key: Any) -> Query:
    body = container[key]
    values: dict[str, Any] = {}
    script: Script | None = None
    for name, value in body.items():
        if isinstance(value, list):
            raise ParsingException(
                "[script] query does not support an array of scripts. "
                "Use a bool query with a clause per script instead.",
                at=Where(body, name),
            )
        if value is None:
            continue  # the real server dies of it
        if name == "script":
            script = parse_script(body, name)
        elif not isinstance(value, dict) and name in COMMON:
            values[name] = COMMON[name](body, name)
        else:
            raise ParsingException(f"[script] query does not support [{name}]", at=Where(body, name))
    if script is None:
        raise ParsingException("script must be provided with a [script] filter", at=Where(body, None, "end"))
    return ScriptFilter(script=script, **common(values))


def _visited(ctx: ShardContext, matched: Matched) -> Matched:
    """What matches of the rows that are looked at."""
    rows = ctx.everything() if ctx.visited is None else ctx.visited & ctx.everything()
    return Matched(matched.mask & rows, matched.score)


def score_by_script(ctx: ShardContext, script: Script, inner: Callable[[], Matched]) -> Scores:
    script = resolved(ctx, script)
    check_language(script, "score")
    return SCORE_LANGUAGES[script.lang](ctx, script, inner)


class Unscored(Exception):
    """A script asks for the score of a query below that fails to give it; ``frames`` are Java's above the script's."""

    def __init__(self, cause: OpenSearchError, frames: Sequence[str] = ()) -> None:
        super().__init__(cause.reason)
        self.cause = cause
        self.frames = frames


def _asked_for_score(by: str) -> tuple[str, ...]:
    return (
        f"org.opensearch.common.lucene.search.function.ScriptScoreQuery${by}",
        "org.opensearch.script.ScoreScript.lambda$setScorer$0(ScoreScript.java:168)",
        "org.opensearch.script.ScoreScript.get_score(ScoreScript.java:180)",
    )


#: Who refuses a score: of documents taken by the dozen, or one by one where other clauses stand beside.
_SCORABLE = _asked_for_score("ScriptScorable.score(ScriptScoreQuery.java:373)")
_SCORER = _asked_for_score("ScriptScorer.score(ScriptScoreQuery.java:302)")


@dataclass(frozen=True, eq=False, kw_only=True)
class ScriptScore(Query):
    """Each document that the inner query matches, scored by a script."""

    kind: ClassVar[str] = "script_score"
    query: Query
    script: Script
    min_score: float | None = None

    def members(self) -> dict[str, Any]:
        written = {"query": self.query.to_json(), "script": self.script.to_json()}
        return written if self.min_score is None else {**written, "min_score": np.float32(self.min_score)}

    def children(self) -> Iterator[Query]:
        yield self.query

    @property
    def runs_scripts(self) -> bool:
        return True

    def never(self, ctx: ShardContext) -> bool:
        return self.query.never(ctx)

    def asked_last(self, ctx: ShardContext) -> bool:
        return self.min_score is not None

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        ctx.refuse_expensive("[script score] queries")
        if self.never(ctx):
            return Matched.none(ctx.n)
        below = cache(lambda: self._below(ctx))
        inner = cache(lambda: _visited(ctx, below()))
        computed = score_by_script(ctx, self.script, inner)
        self._check(ctx, inner().mask, computed)
        score = computed * boost
        if self.min_score is not None:
            return Matched(inner().mask & (score >= np.float32(self.min_score)), score)
        return Matched(below().mask, score)

    def _below(self, ctx: ShardContext) -> Matched:
        """What the query below matches, scored if the script looks at that."""
        if not self.needs_score(ctx):
            return Matched.constant(self.query.mask(ctx), 0.0)
        by_script = any(isinstance(clause, ScriptScore) for clause in self.query.walk())
        if not by_script or resolved(ctx, self.script).lang != "painless":
            return self.query.matched(ctx)
        self.query.mask(ctx)  # what fails as the query below looks for its documents fails before this script runs
        try:
            return self.query.matched(ctx)
        except ScriptException as error:
            raise Unscored(error) from error
        except IllegalArgumentException as error:
            if not getattr(error, "at_run_time", False):
                raise
            bulk = not ctx.mapping.nested_paths and ctx.alias_filter is None
            raise Unscored(error, _SCORABLE if bulk else _SCORER) from error

    def mask(self, ctx: ShardContext) -> Mask:
        """The script is made, but not run where nobody asks for scores."""
        if self.min_score is not None:
            return self.run(ctx, np.float32(self.boost)).mask
        if self.never(ctx):
            return ctx.nothing()
        score_by_script(ctx, self.script, lambda: Matched.none(ctx.n))
        return self.query.mask(ctx)

    @staticmethod
    def _check(ctx: ShardContext, mask: Mask, score: Scores) -> None:
        with np.errstate(invalid="ignore"):
            bad = mask & ctx.view.live & ~(score >= 0)
        rows = np.flatnonzero(bad)
        if len(rows):
            row = int(rows[0])
            segment = int(ctx.view.segments[ctx.view.segment_of[row]])
            raise running(
                IllegalArgumentException(
                    f"script_score script returned an invalid score [{java_float(score[row])}] for doc "
                    f"[{row - segment}]. "
                    "Must be a non-negative score!"
                )
            )

    def needs_score(self, ctx: ShardContext) -> bool:
        """Whether the script looks at the score of the query below."""
        script = resolved(ctx, self.script)
        return NEEDS_SCORE.get(script.lang, _never)(script)

    def explained(self, ctx: ShardContext, row: int, boost: np.float32, below: Explanation) -> Explanation:
        """ScriptWeight.explain; ``below`` is the query's own."""
        # The scorer is not asked where it has got to: behind a query that takes any document for a match, further on.
        whole = replace(ctx, visited=None)
        following = np.flatnonzero(self.query.mask(whole)[row : ctx.segment(row)[1]])
        at = row + int(following[0]) if len(following) else row
        there = whole.at(at)
        computed = score_by_script(there, self.script, lambda: _visited(there, self._below(there)))
        self._check(ctx, np.arange(ctx.n) == at, computed)
        value = computed[at]
        details = (Explanation(below.value, "_score: ", (below,)),) if self.needs_score(ctx) else ()
        told = Explanation(value, f'script score function, computed with script:"{self.script}"', details)
        if boost != 1:
            told = Explanation(boost * value, "Boosted score, product of:", (Explanation(boost, "boost"), told))
        if self.min_score is not None and np.float32(self.min_score) > np.float32(told.value):
            least, found = java_float(np.float32(self.min_score)), java_float(np.float32(told.value))
            reason = f"Score value is too low, expected at least {least} but got {found}"
            return Explanation(np.float32(0), reason, (told,), match=False)
        return told


_SCRIPT_SCORE = ObjectParser(
    "script_score",
    {
        "query": declared("object", parse_query),
        "script": declared("object", parse_script),
        "min_score": declared("float"),
        "boost": declared("float"),
        "_name": declared("string"),
    },
    constructor=("query", "script"),
    applied=True,
)


@register("script_score")
def parse_script_score(container: Any, key: Any) -> Query:
    values = _SCRIPT_SCORE.parse(container, key)
    with building("script_score"):
        return ScriptScore(
            query=values["query"], script=values["script"], min_score=values.get("min_score"), **common(values)
        )
