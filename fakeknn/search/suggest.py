"""``suggest``: what may have been meant by a text. Each kind of suggester registers here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NamedObjectNotFoundException,
    OpenSearchParseException,
    ParsingException,
    SearchPhaseExecutionException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.query.context import ShardContext
from fakeknn.search.request import OBJECTS, SearchRequest
from fakeknn.xcontent import hash_ordered, objects


@dataclass(frozen=True, slots=True)
class Texts:
    """What suggestions are made for."""

    text: str | None = None
    prefix: str | None = None
    regex: str | None = None


#: Makes the entries of one shard; raises what is wrong with making them.
Entries = Callable[[Texts], list[Any]]


class Suggester(Protocol):
    """A kind of suggestion, as a body asks for it."""

    @property
    def kind(self) -> str: ...

    def build(self, ctx: ShardContext, texts: Texts) -> Entries:
        """SuggestionBuilder.build: raises what is wrong with the suggestion on a shard, before any is made."""

    def merged(self, shards: list[list[Any]]) -> list[dict[str, Any]]:
        """The entries of all shards together."""


@dataclass(frozen=True, slots=True)
class Suggestion:
    name: str
    suggester: Suggester
    texts: Texts


@dataclass(frozen=True, slots=True)
class Suggest:
    suggestions: tuple[Suggestion, ...]
    text: str | None = None


#: Readers of suggesters by name.
SUGGESTERS: dict[str, Callable[[Any, Any], Suggester]] = {}


def _suggestion(container: Any, name: str) -> Suggestion:
    """SuggestionBuilder.fromXContent."""
    texts = Texts()
    suggester: Suggester | None = None

    def read(name: str, body: Any, key: Any) -> None:
        nonlocal texts, suggester
        value = body[key]
        if objects.is_value(value):
            if name not in ("text", "prefix", "regex"):
                raise ParsingException(f"suggestion does not support [{name}]", at=Where(body, key))
            texts = replace(texts, **{name: objects.text(body, key)})
        elif isinstance(value, dict):
            reader = SUGGESTERS.get(name)
            if reader is None:
                raise NamedObjectNotFoundException(f"unknown field [{name}]", at=Where(body, key))
            suggester = reader(body, key)
        elif isinstance(value, list):  # its brackets are not looked at, but what is between them is
            for i in range(len(value)):
                read(name, value, i)

    body = container[name]
    for key in body:
        read(key, body, key)
    if suggester is None:
        raise OpenSearchParseException("missing suggestion object")
    return Suggestion(name, suggester, texts)


def parse_suggest(container: Any, key: Any) -> Suggest:
    """SuggestBuilder.fromXContent."""
    body = container[key]
    found: dict[str, Suggestion] = {}
    text: str | None = None
    for name, value in body.items():
        if objects.is_value(value):
            if name != "text":
                raise IllegalArgumentException(f"[suggest] does not support [{name}]")
            text = objects.text(body, name)
        elif isinstance(value, dict):
            found[name] = _suggestion(body, name)
        else:
            raise ParsingException(f"unexpected token [{objects.token(value)}] after [{name}]", at=Where(body, name))
    return Suggest(tuple(found[name] for name in hash_ordered(found)), text)


def _suggest(request: SearchRequest, container: Any, key: Any) -> None:
    request.parts["suggest"] = parse_suggest(container, key)


OBJECTS["suggest"] = _suggest


def positive_size(container: Any, key: Any) -> int:
    value = objects.integer(container, key)
    if value <= 0:
        raise IllegalArgumentException("size must be positive")
    return value


def common_fields(ctx: ShardContext, name: str, analyzer: str | None, shard_size: int | None) -> tuple[FieldType, Any]:
    """SuggestionBuilder.populateCommonFields: the field, and the analyzer of the text."""
    field = ctx.field(name)
    if field is None:
        raise IllegalArgumentException(f"no mapping found for field [{name}]")
    analysis = ctx.mapping.context.analysis
    if analyzer is not None:
        found = analysis.analyzer(analyzer)
        if found is None:
            raise IllegalArgumentException(f"analyzer [{analyzer}] doesn't exists")
    else:
        found = getattr(field, "search_analyzer", None) or analysis.analyzer("keyword")
    if shard_size is not None and shard_size <= 0:
        raise IllegalArgumentException(f"ShardSize must be positive but was: {shard_size}")
    return field, found


def only_suggests(request: SearchRequest) -> bool:
    """SearchSourceBuilder.isSuggestOnly: then nothing is searched."""
    return request.parts.get("suggest") is not None and request.query is None and request.aggregations is None


def build_suggestions(request: SearchRequest, ctx: ShardContext) -> Callable[[], list[list[Any]]]:
    """SuggestBuilder.build: raises what is wrong with a suggestion on one shard; gives what makes the entries."""
    suggest: Suggest = request.parts["suggest"]
    ready: list[tuple[Entries, Texts]] = []
    for one in suggest.suggestions:
        texts = one.texts
        if texts.text is None:
            first = texts.regex if texts.prefix is None else texts.prefix
            texts = replace(texts, text=first)
        elif texts.prefix is None:
            texts = replace(texts, prefix=texts.text)
        entries = one.suggester.build(ctx, texts)
        if texts.text is None:
            if suggest.text is None:
                raise IllegalArgumentException("The required text option is missing")
            texts = replace(texts, text=suggest.text)
        ready.append((entries, texts))
    return lambda: [entries(texts) for entries, texts in ready]


def suggest_on(request: SearchRequest, ctx: ShardContext) -> list[list[Any]]:
    """The entries of each suggestion on one shard."""
    return build_suggestions(request, ctx)()


def merged_suggestions(request: SearchRequest, shards: list[list[list[Any]]]) -> dict[str, Any] | None:
    """Suggest.reduce: the answer's ``suggest``."""
    suggest: Suggest | None = request.parts.get("suggest")
    if suggest is None or not suggest.suggestions or not shards:
        return None
    told: dict[str, Any] = {}
    for i in sorted(range(len(suggest.suggestions)), key=lambda i: suggest.suggestions[i].name):
        one = suggest.suggestions[i]
        name = f"{one.suggester.kind}#{one.name}" if request.typed_keys else one.name
        told[name] = one.suggester.merged([shard[i] for shard in shards])
    return told


def check_alike(shards: list[list[Any]]) -> None:
    """Suggestion.reduce and Entry.reduce: entries of shards that analyze a text differently do not go together."""
    advice = "this might be caused by suggest calls across multiple indices with different analysis chains. Suggest"
    expected = shards[0]
    for entries in shards[1:]:
        if len(entries) != len(expected):
            raise _irreducible(
                f"Can't merge suggest result, {advice} entries have different sizes actual [{len(entries)}] expected "
                f"[{len(expected)}]"
            )
    for same in zip(*shards, strict=True):
        for entry in same[1:]:
            if entry["text"] != same[0]["text"]:
                raise _irreducible(
                    f"Can't merge suggest entries, {advice} entries have different text actual [{entry['text']}] "
                    f"expected [{same[0]['text']}]"
                )


def _irreducible(reason: str) -> SearchPhaseExecutionException:
    error = SearchPhaseExecutionException("fetch", "", [], [])
    error.__cause__ = IllegalStateException(reason)
    return error


def suggesting(suggestions: dict[str, Any] | None) -> Iterator[ShardContext]:
    """The shards whose documents are suggested."""
    for entries in (suggestions or {}).values():
        for entry in entries:
            for option in entry["options"]:
                if not isinstance(option, dict):
                    yield option.ctx


def fetched_suggestions(request: SearchRequest, suggestions: dict[str, Any]) -> dict[str, Any]:
    """The answer's ``suggest`` with what options that are documents show of them."""
    return {
        name: [{**entry, "options": [_fetched(request, option) for option in entry["options"]]} for entry in entries]
        for name, entries in suggestions.items()
    }


def _fetched(request: SearchRequest, option: Any) -> dict[str, Any]:
    told: dict[str, Any] = option if isinstance(option, dict) else option.echo(request)
    return told
