"""``suggest``: what may have been meant by a text. Each kind of suggester registers here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from fakeknn.errors import (
    IllegalArgumentException,
    NamedObjectNotFoundException,
    NotFaked,
    OpenSearchParseException,
    ParsingException,
    Where,
)
from fakeknn.query.base import ShardContext
from fakeknn.search.request import OBJECTS, SearchRequest
from fakeknn.xcontent import hash_ordered, objects


class Suggester(Protocol):
    """A kind of suggestion, as a body asks for it."""

    @property
    def kind(self) -> str: ...

    def execute(self, ctx: ShardContext, texts: Texts) -> list[dict[str, Any]]:
        """The entries of one shard; raises what is wrong with the suggestion there."""

    def merged(self, shards: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """The entries of all shards together."""


@dataclass(frozen=True, slots=True)
class Texts:
    """What suggestions are made for."""

    text: str | None = None
    prefix: str | None = None
    regex: str | None = None


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

_KNOWN = ("completion", "phrase", "term")


def _suggestion(container: Any, name: str) -> Suggestion:
    """SuggestionBuilder.fromXContent."""
    body = container[name]
    texts = Texts()
    suggester: Suggester | None = None
    for key, value in body.items():
        if objects.is_value(value):
            if key not in ("text", "prefix", "regex"):
                raise ParsingException(f"suggestion does not support [{key}]", at=Where(body, key))
            texts = replace(texts, **{key: objects.text(body, key)})
        elif isinstance(value, dict):
            reader = SUGGESTERS.get(key)
            if reader is None:
                if key in _KNOWN:
                    raise NotFaked(f"the [{key}] suggester")
                raise NamedObjectNotFoundException(f"unknown field [{key}]", at=Where(body, key))
            suggester = reader(body, key)
        elif isinstance(value, list):
            raise NotFaked(f"an array as [{key}] of a suggestion")
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


def only_suggests(request: SearchRequest) -> bool:
    """SearchSourceBuilder.isSuggestOnly: then nothing is searched."""
    return request.parts.get("suggest") is not None and request.query is None and request.aggregations is None


def suggest_on(request: SearchRequest, ctx: ShardContext) -> list[list[dict[str, Any]]]:
    """The entries of each suggestion on one shard."""
    suggest: Suggest = request.parts["suggest"]
    ready = []
    for one in suggest.suggestions:
        texts = one.texts
        if texts.text is None and texts.prefix is not None:
            texts = replace(texts, text=texts.prefix)
        elif texts.text is None and texts.regex is not None:
            texts = replace(texts, text=texts.regex)
        if texts.text is None:
            if suggest.text is None:
                raise IllegalArgumentException("The required text option is missing")
            texts = replace(texts, text=suggest.text)
        ready.append((one, texts))
    return [one.suggester.execute(ctx, texts) for one, texts in ready]


def merged_suggestions(request: SearchRequest, shards: list[list[list[dict[str, Any]]]]) -> dict[str, Any] | None:
    """Suggest.reduce: the answer's ``suggest``."""
    suggest: Suggest | None = request.parts.get("suggest")
    if suggest is None or not suggest.suggestions or not shards:
        return None
    told: dict[str, Any] = {}
    for i, one in enumerate(suggest.suggestions):
        name = f"{one.suggester.kind}#{one.name}" if request.typed_keys else one.name
        told[name] = one.suggester.merged([shard[i] for shard in shards])
    return told


def fetched_suggestions(request: SearchRequest, suggestions: dict[str, Any]) -> dict[str, Any]:
    """The answer's ``suggest`` with what options that are documents show of them."""
    return {
        name: [{**entry, "options": [_fetched(request, option) for option in entry["options"]]} for entry in entries]
        for name, entries in suggestions.items()
    }


def _fetched(request: SearchRequest, option: Any) -> dict[str, Any]:
    told: dict[str, Any] = option if isinstance(option, dict) else option.echo(request)
    return told
