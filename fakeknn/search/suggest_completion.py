"""The ``completion`` suggester: inputs of completion fields that go on as a text begins (NRTSuggester)."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, ClassVar
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from fakeknn.analysis.base import utf16_length
from fakeknn.errors import IllegalArgumentException, OpenSearchParseException
from fakeknn.fields.completion import CompletionFieldType
from fakeknn.fields.patterns import regexp_matcher
from fakeknn.query.base import ShardContext
from fakeknn.query.fuzzy import fuzziness
from fakeknn.query.terms import regexp_flags
from fakeknn.search.fetch import Hit, fetch_hits
from fakeknn.search.request import SearchRequest
from fakeknn.search.suggest import SUGGESTERS, Entries, Texts, common_fields, positive_size
from fakeknn.view import Column, ObjectColumn
from fakeknn.xcontent import objects
from fakeknn.xcontent.objects import Member, ObjectParser, declared

#: Behind the last byte of a key; no byte of UTF-8 is as great.
_END = b"\xff"


@dataclass(frozen=True, slots=True, eq=False)
class Inputs:
    """What a column proposes, by key, then by falling weight, then by row."""

    keys: list[bytes]
    surfaces: list[str]
    weights: NDArray[np.float32]
    rows: NDArray[np.int32]


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

    @property
    def order(self) -> tuple[float, bytes]:
        return -float(self.score), self.surface.encode()

    def echo(self, request: SearchRequest) -> dict[str, Any]:
        # No query has found it that could be explained.
        shown = fetch_hits(replace(request, explain=False), [self.ctx], [Hit(0, self.row, self.score)])[0]
        return {"text": self.surface, **shown}


@dataclass(frozen=True, kw_only=True)
class Fuzzy:
    """FuzzyOptions."""

    fuzziness: int = 1
    transpositions: bool = True
    min_length: int = 3
    prefix_length: int = 1
    unicode_aware: bool = False


#: Places in the order of keys, and how much each counts; 0 leaves the weight as it is.
Reached = tuple[NDArray[np.int64], NDArray[np.float32]]


def _beginning(keys: list[bytes], prefix: bytes) -> tuple[int, int]:
    low = bisect_left(keys, prefix)
    return low, bisect_left(keys, prefix + _END, low)


def by_prefix(keys: list[bytes], texts: list[bytes]) -> Reached:
    """PrefixCompletionQuery."""
    places = [np.arange(*_beginning(keys, text)) for text in texts]
    found = np.unique(np.concatenate(places)) if places else np.empty(0, np.int64)
    return found, np.zeros(len(found), np.float32)


def by_regexp(keys: list[bytes], pattern: str, flags: int) -> Reached:
    """RegexCompletionQuery: a pattern of bytes that a key begins with."""
    if not pattern:
        return np.empty(0, np.int64), np.empty(0, np.float32)
    regexp_matcher(pattern, flags=flags)  # what is wrong with it is told of it alone
    matches = regexp_matcher(f"({pattern}).*", flags=flags)
    # A key ends with a zero and a number that tells it from its equals, both of which a pattern sees.
    found = np.array([i for i, key in enumerate(keys) if matches(key.decode("latin-1") + "\0\0")], np.int64)
    return found, np.zeros(len(found), np.float32)


def by_edits(keys: list[bytes], texts: list[bytes], fuzzy: Fuzzy) -> Reached:
    """FuzzyCompletionQuery: keys that begin with what is a few edits away; each counts by what is the same."""
    boosts = np.full(len(keys), -1, np.float32)
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
    found = np.flatnonzero(boosts >= 0)
    return found, boosts[found]


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
        if self.contexts is not None:
            raise IllegalArgumentException(f"suggester [{field.path}] doesn't expect any context")
        return lambda texts: self._entries(ctx, field, texts)

    def _entries(self, ctx: ShardContext, field: CompletionFieldType, texts: Texts) -> list[dict[str, Any]]:
        text = str(texts.text)
        column = ctx.column(field)
        assert isinstance(column, ObjectColumn)
        inputs = inputs_of(column)
        if texts.prefix is None and texts.regex is not None:
            if self.fuzzy is not None:
                raise IllegalArgumentException("can not use 'fuzzy' options with 'regex")
            reached = by_regexp(inputs.keys, texts.regex, self.regex_flags)
        else:
            keys = field.keys(text if texts.prefix is None else texts.prefix, searching=True)
            if self.fuzzy is not None:
                reached = by_edits(inputs.keys, keys, self.fuzzy)
            else:
                reached = by_prefix(inputs.keys, keys)
        options = self._best(ctx, inputs, *reached)
        return [{"text": text, "offset": 0, "length": utf16_length(text), "options": options}]

    def _best(
        self, ctx: ShardContext, inputs: Inputs, places: NDArray[np.int64], boosts: NDArray[np.float32]
    ) -> list[FoundDocument]:
        """TopSuggestGroupDocsCollector: of each document the first that is found."""
        live = ctx.view.live_roots[inputs.rows[places]]
        places, boosts = places[live], boosts[live]
        weights = inputs.weights[places]
        scores = np.where(boosts == 0, weights, np.where(weights == 0, boosts, weights * boosts))
        wanted = self.shard_size or max(self.size, 5)
        order = np.argsort(-scores, kind="stable")
        if not self.skip_duplicates:
            order = order[:wanted]
        found: dict[int, FoundDocument] = {}
        seen: set[str] = set()
        for at in order.tolist():
            place = int(places[at])
            surface = inputs.surfaces[place]
            if self.skip_duplicates:
                if surface in seen:
                    continue
                if len(seen) == wanted:
                    break
                seen.add(surface)
            row = int(inputs.rows[place])
            found.setdefault(row, FoundDocument(ctx, row, surface, np.float32(scores[at])))
        best = sorted(found.values(), key=lambda one: (-float(one.score), one.surface.encode("utf-16-be"), one.row))
        return best[: self.size]

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
    return objects.integer(container, key) if isinstance(value, int | float) else regexp_flags(container, key)


_FLAGS = Member(("VALUE_STRING", "VALUE_NULL", "VALUE_NUMBER"), _flags)
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
