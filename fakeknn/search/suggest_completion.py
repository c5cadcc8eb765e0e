"""The ``completion`` suggester: inputs of completion fields that go on as a text begins (NRTSuggester)."""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, ClassVar, NamedTuple
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from fakeknn.analysis.base import utf16_length
from fakeknn.analysis.regexp import regexp_matcher
from fakeknn.errors import IllegalArgumentException, OpenSearchParseException
from fakeknn.fields.completion import CompletionFieldType
from fakeknn.fields.completion_contexts import SEPARATOR, QueryContext, parse_query_contexts, typed
from fakeknn.query.context import ShardContext
from fakeknn.query.fuzzy import fuzziness
from fakeknn.query.patterns import regexp_flags
from fakeknn.search.fetch import Hit, fetch_hits
from fakeknn.search.request import SearchRequest
from fakeknn.search.suggest import SUGGESTERS, Entries, Texts, common_fields, positive_size
from fakeknn.view import Column, ObjectColumn
from fakeknn.xcontent import hash_ordered, objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared

#: Behind the last byte of a key; no byte of UTF-8 is as great.
_END = b"\xff"
_CONTEXT_END = SEPARATOR.encode()


@dataclass(frozen=True, eq=False)
class Inputs:
    """What a column proposes, by key, then by falling weight, then by row."""

    keys: list[bytes]
    surfaces: list[str]
    weights: NDArray[np.float32]
    rows: NDArray[np.int32]

    @cached_property
    def contexts(self) -> list[tuple[bytes, int, int]]:
        """The contexts that keys begin with, and the places of the keys of each."""
        found = []
        low = 0
        while low < len(self.keys):
            context = self.keys[low].partition(_CONTEXT_END)[0]
            high = bisect_left(self.keys, context + _CONTEXT_END + _END, low)
            found.append((context, low, high))
            low = high
        return found


_INPUTS: WeakKeyDictionary[Column, Inputs] = WeakKeyDictionary()


def inputs_of(column: ObjectColumn) -> Inputs:
    """The inputs of a column, put in order when they are first asked for."""
    found = _INPUTS.get(column)
    if found is None:
        entries = [
            (key, -weight, row, surface)
            for (surface, weight, keys), row in zip(column.values, column.rows.tolist(), strict=True)
            for key in keys
        ]
        entries.sort(key=lambda entry: entry[:3])
        found = _INPUTS[column] = Inputs(
            [entry[0] for entry in entries],
            [entry[3] for entry in entries],
            np.array([-entry[1] for entry in entries], np.int32).astype(np.float32),
            np.array([entry[2] for entry in entries], np.int32),
        )
    return found


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """An option: an input, and the document that has it."""

    ctx: ShardContext
    row: int
    surface: str
    score: np.float32
    contexts: dict[str, list[str]] | None = None

    @property
    def order(self) -> tuple[float, bytes]:
        return -float(self.score), self.surface.encode()

    def echo(self, request: SearchRequest) -> dict[str, Any]:
        # No query has found it that could be explained.
        shown = fetch_hits(replace(request, explain=False), [self.ctx], [Hit(0, self.row, self.score)])[0]
        return {"text": self.surface, **shown, **({"contexts": self.contexts} if self.contexts else {})}


@dataclass(frozen=True, kw_only=True)
class Fuzzy:
    """FuzzyOptions."""

    fuzziness: int = 1
    transpositions: bool = True
    min_length: int = 3
    prefix_length: int = 1
    unicode_aware: bool = False


class Reached(NamedTuple):
    """The keys that a query reaches."""

    places: NDArray[np.int64]
    """Their places in the order of keys, ascending."""
    boosts: NDArray[np.float32]
    """How much each counts; 0 leaves the weight as it is."""
    beginnings: NDArray[np.int64]
    """By which of the beginnings that it accepts each key is reached, as a number."""


_NOTHING = Reached(np.empty(0, np.int64), np.empty(0, np.float32), np.empty(0, np.int64))


def _beginning(keys: list[bytes], prefix: bytes) -> tuple[int, int]:
    low = bisect_left(keys, prefix)
    return low, bisect_left(keys, prefix + _END, low)


def by_prefix(keys: list[bytes], texts: list[bytes]) -> Reached:
    """PrefixCompletionQuery."""
    beginnings = np.full(len(keys), -1, np.int64)
    for number, text in enumerate(sorted(texts, key=len, reverse=True)):
        low, high = _beginning(keys, text)
        beginnings[low:high] = number
    found = np.flatnonzero(beginnings >= 0)
    return Reached(found, np.zeros(len(found), np.float32), beginnings[found])


def by_regexp(keys: list[bytes], pattern: str, flags: int) -> Reached:
    """RegexCompletionQuery: a pattern of bytes that a key begins with."""
    if not pattern:
        return _NOTHING
    exact = regexp_matcher(pattern, flags=flags)  # what is wrong with it is told of it alone
    matches = regexp_matcher(f"({pattern}).*", flags=flags)
    found, beginnings = [], []
    number = -1
    accepted: str | None = None
    for i, key in enumerate(keys):
        # A key ends with a zero and a number that tells it from its equals, both of which a pattern sees.
        symbols = key.decode("latin-1") + "\0\0"
        if not matches(symbols):
            continue
        if accepted is None or not symbols.startswith(accepted):
            number += 1
            accepted = next((symbols[:n] for n in range(len(symbols)) if exact(symbols[:n])), symbols)
        found.append(i)
        beginnings.append(number)
    return Reached(np.array(found, np.int64), np.zeros(len(found), np.float32), np.array(beginnings, np.int64))


def by_edits(keys: list[bytes], texts: list[bytes], fuzzy: Fuzzy) -> Reached:
    """FuzzyCompletionQuery: keys that begin with what is a few edits away; each counts by what is the same."""
    boosts = np.full(len(keys), -1, np.float32)
    shortest: dict[int, str] = {}
    symbols = _symbols(fuzzy)
    query = [symbols(text) for text in texts]
    for text in query:
        exact = len(text) <= fuzzy.prefix_length or len(text) < fuzzy.min_length
        kept = text if exact else text[: fuzzy.prefix_length]
        low, high = _beginning(keys, kept.encode("utf-8" if fuzzy.unicode_aware else "latin-1"))
        if low == high:
            continue
        longest = len(text) + fuzzy.fuzziness + 2
        others = [(symbols(key) + "\0\0")[:longest] for key in keys[low:high]]
        width = max(map(len, others))
        codes = np.array(others, f"<U{width}").view("<u4").reshape(len(others), width)
        lengths = np.fromiter(map(len, others), np.int32, len(others))
        if exact:
            reached = np.full(len(others), len(text), np.int32)
        else:
            reached = _reached(text, codes, lengths, fuzzy)
        same = np.full(len(others), -1, np.int32)
        for other in query:
            letters = np.array([ord(char) for char in other[:width]], np.uint32)
            equal = (codes[:, : len(letters)] == letters) & (np.arange(len(letters)) < reached[:, None])
            if fuzzy.unicode_aware:
                equal &= letters < 128  # the code points of the text are held against the bytes of a key
            same = np.maximum(same, np.cumprod(equal, axis=1).sum(axis=1))
        part = boosts[low:high]
        np.maximum(part, np.where(reached >= 0, same, -1), out=part)
        for i in np.flatnonzero(reached >= 0).tolist():
            beginning = others[i][: reached[i]]
            if len(shortest.get(low + i, others[i])) >= len(beginning):
                shortest[low + i] = beginning
    found = np.flatnonzero(boosts >= 0)
    numbers: dict[str, int] = {}
    beginnings = [numbers.setdefault(shortest[i], len(numbers)) for i in found.tolist()]
    return Reached(found, boosts[found], np.array(beginnings, np.int64))


def _symbols(fuzzy: Fuzzy) -> Any:
    return partial(bytes.decode, encoding="utf-8" if fuzzy.unicode_aware else "latin-1")


def _reached(text: str, codes: NDArray[np.uint32], lengths: NDArray[np.int32], fuzzy: Fuzzy) -> NDArray[np.int32]:
    """int32[m]: how long the shortest beginning of each key is that is near enough to the text; -1 if none is."""
    kept = fuzzy.prefix_length
    goal = [ord(char) for char in text[kept:]]
    m = len(codes)
    steps = np.arange(len(goal) + 1, dtype=np.int32)
    before = np.repeat(steps[:, None], m, axis=1)
    older = before
    reached = np.full(m, -1, np.int32)
    reached[before[-1] <= fuzzy.fuzziness] = kept
    for i in range(kept, codes.shape[1]):
        here = codes[:, i]
        row = np.empty_like(before)
        row[0] = i - kept + 1
        for j in range(1, len(goal) + 1):
            cost = np.minimum(np.minimum(before[j], row[j - 1]) + 1, before[j - 1] + (here != goal[j - 1]))
            if fuzzy.transpositions and i > kept and j > 1:
                swapped = (here == goal[j - 2]) & (codes[:, i - 1] == goal[j - 1])
                cost = np.where(swapped, np.minimum(cost, older[j - 2] + 1), cost)
            row[j] = cost
        near = (row[-1] <= fuzzy.fuzziness) & (i < lengths) & (reached < 0)
        reached[near] = i + 1
        older, before = before, row
    return reached


@dataclass(frozen=True, kw_only=True)
class CompletionSuggester:
    kind: ClassVar[str] = "completion"
    field: str
    analyzer: str | None = None
    size: int = 5
    shard_size: int | None = None
    fuzzy: Fuzzy | None = None
    regex_flags: int = 0xFF
    skip_duplicates: bool = False
    contexts: Any = None

    def build(self, ctx: ShardContext, texts: Texts) -> Entries:
        field, _ = common_fields(ctx, self.field, self.analyzer, self.shard_size)
        if not isinstance(field, CompletionFieldType):
            raise IllegalArgumentException(f"Field [{field.path}] is not a completion suggest field")
        asked: dict[str, list[QueryContext]] = {}
        if self.contexts is not None:
            if not field.contexts:
                raise IllegalArgumentException(f"suggester [{field.path}] doesn't expect any context")
            asked = parse_query_contexts(field.contexts, self.contexts)
        return lambda texts: self._entries(ctx, field, asked, texts)

    def _entries(
        self, ctx: ShardContext, field: CompletionFieldType, asked: dict[str, list[QueryContext]], texts: Texts
    ) -> list[dict[str, Any]]:
        text = str(texts.text)
        options: list[FoundDocument] = []
        if ctx.view.live.any():
            column = ctx.column(field)
            assert isinstance(column, ObjectColumn)
            inputs = inputs_of(column)
            reach = self._reach(field, texts)
            if field.contexts:
                reached = in_contexts(inputs, typed(field.contexts, asked), reach)
            else:
                reached = reach(inputs.keys)
            options = self._best(ctx, field, inputs, reached)
        return [{"text": text, "offset": 0, "length": utf16_length(text), "options": options}]

    def _reach(self, field: CompletionFieldType, texts: Texts) -> Callable[[list[bytes]], Reached]:
        """CompletionSuggestionContext.toQuery: which of some keys are meant."""
        if texts.prefix is None and texts.regex is not None:
            if self.fuzzy is not None:
                raise IllegalArgumentException("can not use 'fuzzy' options with 'regex")
            _check(texts.regex)
            return partial(by_regexp, pattern=texts.regex, flags=self.regex_flags)
        prefix = str(texts.text) if texts.prefix is None else texts.prefix
        _check(prefix)
        keys = field.keys(prefix, searching=True)
        return partial(by_prefix, texts=keys) if self.fuzzy is None else partial(by_edits, texts=keys, fuzzy=self.fuzzy)

    def _best(
        self, ctx: ShardContext, field: CompletionFieldType, inputs: Inputs, reached: Reached
    ) -> list[FoundDocument]:
        """TopSuggestGroupDocsCollector, which takes the best of each segment; a document is an option once, with the
        contexts of whatever is looked at."""
        rows = inputs.rows[reached.places]
        weights = inputs.weights[reached.places]
        scores = np.where(
            reached.boosts == 0, weights, np.where(weights == 0, reached.boosts, weights * reached.boosts)
        )
        order = np.argsort(-scores, kind="stable")
        segments = ctx.view.segment_of[rows]
        live = ctx.view.live[rows]
        wanted = self.shard_size or max(self.size, 5)
        contexts: dict[int, list[str]] = {}
        best: list[tuple[_Order, FoundDocument]] = []
        for segment in np.unique(segments):
            inside = segments == segment
            # Each beginning may bring the same input again, so that of many more are looked at.
            most = wanted * len(np.unique(reached.beginnings[inside]))
            of_segment: list[tuple[_Order, FoundDocument]] = [] if self.skip_duplicates else best
            seen: set[str] = set()
            for at in order[(inside & live)[order]].tolist():
                place = int(reached.places[at])
                surface = inputs.surfaces[place]
                if self.skip_duplicates and surface in seen:
                    continue
                if len(seen) == most:
                    break
                seen.add(surface if self.skip_duplicates else str(at))
                row = int(rows[at])
                is_new = row not in contexts
                known = contexts.setdefault(row, [])
                if field.contexts:
                    known.append(inputs.keys[place].partition(_CONTEXT_END)[0].decode())
                if is_new:
                    one = FoundDocument(ctx, row, surface, np.float32(scores[at]))
                    entry = ((-float(one.score), surface.encode("utf-16-be"), row), one)
                    insort(of_segment, entry, key=_order_of)
                    if len(of_segment) > wanted and of_segment.pop() is entry:
                        break
            if self.skip_duplicates:
                best.extend(of_segment)
        found = [one for _, one in sorted(best, key=_order_of)]
        if self.skip_duplicates:
            first: dict[str, FoundDocument] = {}
            for one in found:
                first.setdefault(one.surface, one)
            found = list(first.values())
        found = found[: min(self.size, wanted)]
        return [replace(one, contexts=_named(field, contexts[one.row])) for one in found] if field.contexts else found

    def merged(self, shards: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
        """CompletionSuggestion.reduce."""
        if len(shards) == 1:
            return shards[0]
        options: list[FoundDocument] = sorted((one for shard in shards for one in shard[0]["options"]), key=_order)
        if self.skip_duplicates:
            first: dict[str, FoundDocument] = {}
            for one in options:
                first.setdefault(one.surface, one)
            options = list(first.values())
        return [{**shards[0][0], "options": options[: self.size]}]


def _check(text: str) -> None:
    """CompletionQuery.validate."""
    for name, char in (("HOLE character U+001E", "\x1e"), ("unit separator character U+001F", "\x1f")):
        if char in text:
            raise IllegalArgumentException(f"Term text cannot contain {name}; this character is reserved")


def in_contexts(inputs: Inputs, asked: dict[str, tuple[int, bool]], reach: Callable[[list[bytes]], Reached]) -> Reached:
    """ContextQuery: each context's own keys, which count by the longest context asked for that its own begins with."""
    texts = sorted(((text.encode(), *how) for text, how in asked.items()), key=lambda one: -len(one[0]))
    parts: list[Reached] = []
    for context, low, high in inputs.contexts:
        if not any(context == text or (prefix and context.startswith(text)) for text, _, prefix in texts):
            continue
        boost = next(boost for text, boost, _ in texts if context.startswith(text))
        behind = len(context) + 1
        keys = [key[behind + key.startswith(b"\x1f", behind) :] for key in inputs.keys[low:high]]
        found = reach(keys)
        numbers = found.beginnings + sum(len(part.beginnings) for part in parts)
        parts.append(Reached(found.places + low, np.float32(boost) + found.boosts, numbers))
    return Reached(*map(np.concatenate, zip(*parts, strict=True))) if parts else _NOTHING


def _named(field: CompletionFieldType, contexts: list[str]) -> dict[str, list[str]]:
    """ContextMappings.getNamedContexts."""
    found: dict[str, list[str]] = {}
    for text in contexts:
        found.setdefault(field.contexts[ord(text[0])].name, []).append(text[1:])
    capacity = 1 << (len(contexts) - 1).bit_length()
    return {name: hash_ordered(found[name]) for name in hash_ordered(found, capacity)}


_Order = tuple[float, bytes, int]


def _order_of(entry: tuple[_Order, FoundDocument]) -> _Order:
    return entry[0]


def _order(option: FoundDocument) -> tuple[float, bytes]:
    return option.order


# --- as a body asks for it --------------------------------------------------------------------------------------------


def _at_least_zero(name: str) -> Any:
    def read(container: Any, key: Any) -> int:
        value = objects.integer(container, key)
        if value < 0:
            raise IllegalArgumentException(f"{name} must not be negative")
        return value

    return read


def _edit_distance(container: Any, key: Any) -> int:
    return fuzziness(container, key).distance("?????")  # what AUTO makes of no text


_FUZZY = ObjectParser(
    "fuzzy",
    {
        "min_length": declared("int", _at_least_zero("fuzzyMinLength")),
        "max_determinized_states": declared("int", _at_least_zero("maxDeterminizedStates")),
        "unicode_aware": declared("boolean"),
        "prefix_length": declared("int", _at_least_zero("fuzzyPrefixLength")),
        "transpositions": declared("boolean"),
        "fuzziness": declared("value", _edit_distance),
    },
)


def _fuzzy(container: Any, key: Any) -> Fuzzy | None:
    value = container[key]
    if isinstance(value, bool):
        return Fuzzy() if value else None
    values = _FUZZY.parse(container, key)
    values.pop("max_determinized_states", None)
    return Fuzzy(**values)


def _flags(container: Any, key: Any) -> int:
    value = container[key]
    if isinstance(value, bool | None):
        raise OpenSearchParseException("regex flags supports string or number")
    return objects.integer(container, key) if isinstance(value, int | float) else regexp_flags(container, key)


_FLAGS = Member(("VALUE_STRING", "VALUE_NULL", "VALUE_NUMBER", "VALUE_BOOLEAN"), _flags)
_REGEX = ObjectParser(
    "regex",
    {
        "max_determinized_states": declared("int", _at_least_zero("maxDeterminizedStates")),
        "flags": _FLAGS,
        "flags_value": _FLAGS,
    },
)


def _regex(container: Any, key: Any) -> int:
    values = _REGEX.parse(container, key)
    return int(values.get("flags_value", values.get("flags", 0xFF)))


_PARSER = ObjectParser(
    "completion",
    {
        "fuzzy": declared("object_or_boolean", _fuzzy),
        "regex": declared("object", _regex),
        "field": declared("string"),
        "analyzer": declared("string"),
        "size": declared("int", positive_size),
        "shard_size": declared("int"),
        "contexts": declared("object"),
        "context": declared("object"),
        "skip_duplicates": declared("boolean"),
    },
)


def parse_completion_suggester(container: Any, key: Any) -> CompletionSuggester:
    """CompletionSuggestionBuilder.fromXContent."""
    values = _PARSER.parse(container, key)
    if "field" not in values:
        raise OpenSearchParseException("the required field option [field] is missing")
    if not values["field"]:
        raise IllegalArgumentException("suggestion field name is empty")
    if "context" in values:
        values["contexts"] = values.pop("context")
    if "regex" in values:
        values["regex_flags"] = values.pop("regex")
    return CompletionSuggester(**values)


SUGGESTERS["completion"] = parse_completion_suggester
