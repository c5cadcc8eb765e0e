"""What a query is: a frozen dataclass that, on the View of a shard, gives ``Matched``; and how the DSL is parsed
into such.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    NamedObjectNotFoundException,
    NotFaked,
    OpenSearchError,
    OpenSearchException,
    ParsingException,
    QueryShardException,
    Where,
)
from fakeknn.fields import FieldType
from fakeknn.fields.derived import DerivedFieldType
from fakeknn.mapping import Mapping as IndexMapping
from fakeknn.view import Column, Mask, View
from fakeknn.xcontent import generator, objects
from fakeknn.xcontent.java import java_double, java_float, java_string
from fakeknn.xcontent.suggest import did_you_mean

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Which rows match (bool[n]) and how well (float32[n], of meaning only where they do)."""

    mask: Mask
    score: Scores
    clean: bool = False
    """Whether the score is 0 wherever nothing matches."""

    @classmethod
    def constant(cls, mask: Mask, score: float) -> Matched:
        return cls(mask, np.full(len(mask), score, np.float32))

    @classmethod
    def none(cls, n: int) -> Matched:
        return cls(np.zeros(n, bool), np.zeros(n, np.float32))


@dataclass(frozen=True, slots=True)
class Explanation:
    """A node of the tree that ``explain`` shows."""

    value: Any
    description: str
    details: tuple[Explanation, ...] = ()
    match: bool = True
    double: bool = False
    """Whether the value is a Java double, which is shown as such."""

    def text(self, depth: int = 0) -> str:
        """Explanation.toString: a line a node, indented."""
        number = java_double(float(self.value)) if self.double else java_string(self.value)
        below = "".join(detail.text(depth + 1) for detail in self.details)
        return f"{'  ' * depth}{number} = {self.description}\n{below}"

    def echo(self) -> dict[str, Any]:
        value = self.value
        if isinstance(value, (float, np.floating)):
            value = float(value) if self.double else np.float32(value)
        if isinstance(value, np.float32) and not np.isfinite(value):
            value = java_float(value)
        return {
            "value": value,
            "description": self.description,
            "details": [detail.echo() for detail in self.details],
        }


class Statistics(Protocol):
    """Statistics that stand in for a shard's own (``dfs_query_then_fetch``)."""

    contexts: list[ShardContext]
    """The shards whose they are."""

    def of_field(self, path: str) -> tuple[int, int, int]:
        """How many documents have a field, how many tokens it has in all of them, how many terms in each, summed."""

    def doc_freq(self, path: str, term: str) -> int:
        """How many documents have a term."""

    def total_term_freq(self, path: str, term: str) -> int:
        """How often a term stands in all of them."""


@dataclass(slots=True)
class ShardContext:
    """What a query may ask of the shard that it runs on (QueryShardContext).

    ``services`` offers what lies outside the shard (documents of other indices, stored scripts); ``memo`` lives as
    long as the search.
    """

    index: str
    uuid: str
    shard: int
    settings: Mapping[str, str]
    mapping: IndexMapping
    view: View
    now: int
    services: Any = None
    statistics: Statistics | None = None
    nested_path: str | None = None
    similarity_name: ClassVar[str] = "PerFieldSimilarity"
    """What explanations call that by which terms are scored."""
    mapped_only: ClassVar[bool] = False
    """Whether fields that are not mapped are refused."""
    alias_filter: Query | None = None
    """What the alias that the search named lets through."""
    memo: dict[Any, Any] = field(default_factory=dict)
    index_boost: float = 1.0
    """How much more the scores of this index weigh (``indices_boost``)."""
    validating: bool = False
    """Whether a query is only validated: then no range is found to match nothing of what the shard has."""
    of_body: bool = True
    """Whether a query was asked by the body, and is rewritten before it is built; not one that such a query is built
    of."""
    derived: Any = None
    """The derived fields that the search may ask, if there are any (``query.derived.DerivedFields``)."""
    visited: Mask | None = None
    """Which rows the clauses beside let through, of which alone scores are asked for (None: all)."""

    def visiting(self, rows: Mask) -> ShardContext:
        """This context where no other rows are scored."""
        return replace(self, visited=rows if self.visited is None else self.visited & rows)

    def at(self, row: int) -> ShardContext:
        """This context where only one row is scored."""
        return self.visiting(np.arange(self.n) == row)

    def count(self, *names: str) -> None:
        """What the k-NN plugin counts as a query is built: when it is searched, and again when its hits are fetched."""
        counters = getattr(self.services, "knn_counters", None)
        if counters is not None and not self.memo.get("uncounted"):
            counters.count(names)
            self.memo.setdefault("counted", []).extend(names)

    def count_again(self) -> None:
        """The queries of this search are built once more."""
        self.services.knn_counters.count(self.memo.get("counted", ()))

    @contextmanager
    def counted_once(self) -> Iterator[None]:
        """While that is done which fetching does without."""
        counted = self.memo.setdefault("counted", [])
        before = len(counted)
        yield
        del counted[before:]

    @contextmanager
    def uncounted(self) -> Iterator[None]:
        """While queries are run that the real server does not build again."""
        before = self.memo.get("uncounted")
        self.memo["uncounted"] = True
        try:
            yield
        finally:
            self.memo["uncounted"] = before

    @property
    def n(self) -> int:
        return self.view.n

    def field(self, name: str) -> FieldType | None:
        """QueryShardContext.getFieldType: a derived field is one of the type of what it emits."""
        found = self.mapping.field(name)
        if found is None or found.kind == "derived":
            return None if self.derived is None else self.derived.resolve(self, name if found is None else found.path)
        return found

    def mapped(self, name: str) -> FieldType | None:
        """MapperService.fieldType: what the mapping knows; a derived field as one that no document has a value of."""
        found = self.mapping.field(name)
        return found.typed() if isinstance(found, DerivedFieldType) else found

    def fielddata(self, field: FieldType) -> Column | None:
        """The column of what a field's values are ordered by, in which there are none of derived fields."""
        return self.ordered(field if field.derivation is None else field.derivation.typed)

    def column(self, field: FieldType) -> Column | None:
        """The field's column (an empty one when no document has a value); None for a field that keeps nothing."""
        if field.derivation is not None:
            return field.derivation.column()  # type: ignore[no-any-return]
        found = self.view.columns.get(field.path)
        if found is None:
            key = ("column", field.path)
            found = self.memo.get(key)
            if found is None:
                found = self.memo[key] = self._made(field)
        return found

    def ordered(self, field: FieldType) -> Column | None:
        """The column of what the field's values are ordered by."""
        return self.column(field.ordering)

    def _made(self, field: FieldType) -> Column | None:
        of_view = getattr(field, "of_view", None)
        if of_view is not None:
            return of_view(self.view, self.index)  # type: ignore[no-any-return]
        buffer = field.new_buffer()
        return None if buffer is None else buffer.snapshot(self.n)

    def nothing(self) -> Mask:
        return np.zeros(self.n, bool)

    def segment(self, row: int) -> tuple[int, int]:
        """From and to which row the segment of a row reaches."""
        bounds = self.view.segments
        place = int(np.searchsorted(bounds, row, side="right"))
        return int(bounds[place - 1]), int(bounds[place])

    def everything(self) -> Mask:
        """The rows that match_all matches: the documents, or inside ``nested`` its objects."""
        return self.level_mask(self.nested_path)

    def level_mask(self, path: str | None) -> Mask:
        if path is None:
            return self.view.roots
        level = self.view.level_paths.get(path)
        return self.nothing() if level is None else self.view.levels == level

    def setting(self, name: str, default: int) -> int:
        value = self.settings.get(name)
        return default if value is None else int(value)

    def fails(self, reason: str) -> QueryShardException:
        return QueryShardException(reason)

    def refuse_expensive(self, what: str, more: str = "") -> None:
        """Refuse a query whose kind the cluster does not allow (``search.allow_expensive_queries``)."""
        if not getattr(self.services, "allows_expensive_queries", True):
            raise OpenSearchException(
                f"{what} cannot be executed when 'search.allow_expensive_queries' is set to false.{more}"
            )

    def inside(self, path: str | None) -> ShardContext:
        """This context inside ``nested`` of a path."""
        return replace(self, nested_path=path, visited=None)


def running(error: OpenSearchError) -> OpenSearchError:
    """An error of a query that runs (or is rewritten), not of one that is built: it is told without ``failed to create
    query``."""
    error.at_run_time = True  # type: ignore[attr-defined]
    return error


def rewritten_wrongly(error: OpenSearchError) -> OpenSearchError:
    """An error that a shard comes upon when it rewrites a query: a search tells it as it is, what only builds the query
    as one of building."""
    error.at_shard_rewriting = True  # type: ignore[attr-defined]
    return running(error)


@contextmanager
def building() -> Iterator[None]:
    """What another query builds out of its text no shard rewrites: what is wrong with it is an error of building."""
    try:
        yield
    except OpenSearchError as error:
        if getattr(error, "at_shard_rewriting", False):
            error.at_shard_rewriting = error.at_run_time = False  # type: ignore[attr-defined]
        raise


@contextmanager
def rewriting() -> Iterator[None]:
    """What fails here fails the whole search, before a shard is asked (Rewriteable.rewriteAndFetch)."""
    try:
        yield
    except OpenSearchError as error:
        error.at_rewriting = True  # type: ignore[attr-defined]
        raise rewritten_wrongly(error) from error.cause


@dataclass(frozen=True, eq=False, kw_only=True)
class Query:
    """A query clause. A kind implements ``mask`` if its score is constant, or ``run`` if it scores.

    ``boost`` is applied by ``matched``, which passes the product of all boosts down as Lucene does.
    """

    kind: ClassVar[str] = ""
    asks_derived: ClassVar[bool] = False
    """Whether it may be asked of a derived field (see ``query.one_field``)."""
    set_after_boost: ClassVar[Mapping[str, Any]] = {}
    """What the builder does not know yet, at its default, when the parser gives it the boost."""
    named_first: ClassVar[bool] = False
    """Whether the parser gives the builder its name before the boost."""
    boost: float = 1.0
    name: str | None = None
    unwrapped: bool = False
    """Whether it was read out of another query when that was rewritten."""

    def matched(self, ctx: ShardContext, boost: np.float32 = np.float32(1.0)) -> Matched:  # noqa: B008
        """What matches, scored; ``boost`` is that of the clauses around."""
        return self.run(ctx, np.float32(boost * np.float32(self.boost)))

    def run(self, ctx: ShardContext, boost: np.float32) -> Matched:
        return Matched.constant(self.mask(ctx), float(boost))

    def mask(self, ctx: ShardContext) -> Mask:
        """Which rows match, without scores."""
        if type(self).run is Query.run:
            raise NotImplementedError(type(self).__name__)
        return self.run(ctx, np.float32(self.boost)).mask

    def make(self, ctx: ShardContext) -> None:
        """Build the query where nobody asks it: what goes wrong only as it runs is not met."""
        try:
            self.mask(ctx.visiting(ctx.nothing()))
        except OpenSearchError as error:
            if not getattr(error, "at_run_time", False):
                raise

    def never(self, ctx: ShardContext) -> bool:
        """Whether the query is rewritten to ``match_none`` on this shard; then nothing beside it is looked at."""
        return False

    def check_rewriting(self, ctx: ShardContext) -> None:
        """Raise what is found wrong as the query, without what is in it, is rewritten on a shard, ahead of building."""

    def rewrites(self, ctx: ShardContext) -> bool:
        """Whether the query becomes another one on this shard before it is built (QueryBuilder.rewrite)."""
        return self.never(ctx) or any(child.unwrapped or child.rewrites(ctx) for child in self.children())

    def scored_in_windows(self, top_scores: bool) -> bool:
        """Whether its bulk scorer scores all matches of a window before collectors see any of them; ``top_scores``:
        where only the best are wanted (ScoreMode.TOP_SCORES)."""
        return False

    def fetched(self, services: Any) -> Query:
        """The query with what it looks up elsewhere, which is done before a shard is asked."""
        return self

    def explain(self, ctx: ShardContext, row: int, boost: np.float32 = np.float32(1.0)) -> Explanation:  # noqa: B008
        """Why a row has its score."""
        raise NotFaked(f"the explanation of a [{self.kind}] query")

    def asked_last(self, ctx: ShardContext) -> bool:
        """Whether only those documents are asked that the clauses beside let through."""
        return False

    def disjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        """The clauses of which one must match, if that is all that this query is: a disjunction around it takes them
        for its own (BooleanQuery.rewrite), and adds their scores without narrowing the sum of these in between."""
        return None

    def conjuncts(self, ctx: ShardContext) -> Sequence[Query] | None:
        """The clauses that must all match, if that is all that this query is; see ``disjuncts``."""
        return None

    def repeats(self) -> Any:
        """What is equal of a query that may be given several times, but for the boost; None for one that is counted
        each time."""
        return None

    def children(self) -> Iterator[Query]:
        """The clauses inside this one."""
        return iter(())

    def to_json(self) -> Any:
        """The query as its builder writes itself (toXContent), which refusals show."""
        return {self.kind: {**self.members(), **self.standard()}}

    def members(self) -> dict[str, Any]:
        """The members of ``to_json`` before boost and name."""
        raise NotFaked(f"the text of a [{self.kind}] query")

    def standard(self) -> dict[str, Any]:
        """AbstractQueryBuilder.printBoostAndQueryName."""
        written: dict[str, Any] = {"boost": np.float32(self.boost)}
        if self.name is not None:
            written["_name"] = self.name
        return written

    def __str__(self) -> str:
        """Pretty-printed, as AbstractQueryBuilder.toString."""
        return generator.write(self.to_json(), pretty=True).decode()

    def __post_init__(self) -> None:
        if self.boost < 0:
            raise negative_boost(self.before_boost())

    def before_boost(self) -> Query:
        """What the query is when its parser sets the boost."""
        name = self.name if self.named_first else None
        return replace(self, boost=1.0, name=name, **self.set_after_boost)

    @property
    def runs_scripts(self) -> bool:
        """Whether scoring a row may fail, or costs so much that it is worth to ask first which rows are looked at."""
        return False

    @property
    def runs_any_script(self) -> bool:
        return any(clause.runs_scripts for clause in self.walk())

    def walk(self) -> Iterator[Query]:
        yield self
        for child in self.children():
            yield from child.walk()

    def walk_rewritten(self) -> Iterator[Query]:
        """Those clauses that a shard rewrites before anything is built."""
        yield self
        for child in self.children():
            yield from child.walk_rewritten()

    def walk_built(self, ctx: ShardContext) -> Iterator[Query]:
        """Those clauses that are not rewritten to ``match_none``, nor stand in one that is."""
        if not self.never(ctx):
            yield self
            for child in self.children():
                yield from child.walk_built(ctx)

    def with_common(self, boost: float, name: str | None) -> Self:
        return replace(self, boost=boost, name=name)


def negative_boost(query: Query) -> IllegalArgumentException:
    """AbstractQueryBuilder.checkNegativeBoost; ``query`` is the query as it was before."""
    return IllegalArgumentException(
        f"negative [boost] are not allowed in [{query}], use a value between 0 and 1 to deboost"
    )


# --- parsing ----------------------------------------------------------------------------------------------------------

Parser = Callable[[Any, Any], Query]

PARSERS: dict[str, Parser] = {}


def register(*names: str) -> Callable[[Parser], Parser]:
    """Make ``parse(container, name) -> Query`` the parser of these query names; ``container[name]`` is the query's
    object.
    """

    def add(parser: Parser) -> Parser:
        for name in names:
            PARSERS[name] = parser
        return parser

    return add


def parse_query(container: Any, key: Any) -> Query:
    """AbstractQueryBuilder.parseInnerQueryBuilder on the value at ``container[key]``."""
    body = container[key]
    if not isinstance(body, dict):
        if isinstance(body, list) and body and isinstance(body[0], dict):
            return parse_query(body, 0)  # the real parser steps to the next token, whatever it was at
        raise ParsingException(
            "[_na] query malformed, must start with start_object", at=objects.next_token(container, key)[1]
        )
    if not body:
        raise IllegalArgumentException(
            "query malformed, empty clause found at [{line}:{column}]", at=Where(body, None, "end")
        )
    names = iter(body)
    name = next(names)
    if not isinstance(body[name], dict):
        raise ParsingException(f"[{name}] query malformed, no start_object after query name", at=Where(body, name))
    parser = PARSERS.get(name)
    if parser is None:
        raise unknown_query(body, name)
    try:
        query = parser(body, name)
    except OpenSearchError as error:
        if objects.place_of(error) is None:  # found when all was read
            objects.stopped_at(error, Where(body[name], None, "end"))
        raise
    second = next(names, None)
    if second is not None:
        raise ParsingException(
            f"[{name}] malformed query, expected [END_OBJECT] but found [FIELD_NAME]", at=Where(body, second, "key")
        )
    return query


#: Queries that OpenSearch 3.5.0 with k-NN has and fakeknn does not; filled as kinds are registered.
KNOWN_QUERIES = frozenset(
    "bool boosting combined_fields common constant_score dis_max distance_feature exists field_masking_span "
    "function_score fuzzy "
    "geo_bounding_box geo_distance geo_polygon geo_shape has_child has_parent ids intervals knn match match_all "
    "match_bool_prefix "
    "match_none match_phrase match_phrase_prefix more_like_this multi_match nested parent_id percolate prefix "
    "query_string "
    "range rank_feature regexp script script_score simple_query_string span_containing span_first span_gap span_multi "
    "span_near "
    "span_not span_or span_term span_within template term terms terms_set wildcard wrapper".split()
)


def unknown_query(body: Any, name: str) -> Exception:
    if name in KNOWN_QUERIES or name in ("hybrid", "neural", "neural_sparse", "agentic"):
        return NotFaked(f"the [{name}] query")
    # The parser stands at the object that follows the name.
    error = ParsingException(f"unknown query [{name}]{did_you_mean(name, KNOWN_QUERIES)}", at=Where(body, name))
    error.__cause__ = NamedObjectNotFoundException(f"unknown field [{name}]", at=Where(body, name))
    return error


def parse_queries(container: Any, key: Any) -> list[Query]:
    """An object or an array of objects, each a query."""
    value = container[key]
    if not isinstance(value, list):
        return [parse_query(container, key)]
    found = []
    i = 0
    while i < len(value):
        if isinstance(value[i], list):
            raise objects.stopped_at(IllegalStateException("expected value but got [START_ARRAY]"), Where(value, i))
        if not isinstance(value[i], dict) and i + 1 < len(value) and isinstance(value[i + 1], dict):
            i += 1  # as parse_query: a scalar is stepped over
        found.append(parse_query(value, i))
        i += 1
    return found


#: Reads a member of a query's object.
Reader = Callable[[Any, Any], Any]

COMMON: Mapping[str, Reader] = {"boost": objects.decimal, "_name": objects.text}


def field_query(
    kind: str, container: Any, key: Any, members: Mapping[str, Reader], *, short: str | None
) -> tuple[str | None, dict[str, Any]]:
    """The shape ``{"kind": {"field": {...members...}}}``, or ``{"kind": {"field": value}}`` whose value is the member
    ``short``.

    Gives the field's name (None for an empty object) and the values of the members.
    """
    body = container[key]
    found: str | None = None
    values: dict[str, Any] = {}
    for name, value in body.items():
        if short is None and isinstance(value, list):
            found = _in_array(kind, value, name, found, members, values)[1]
        elif isinstance(value, dict):
            _one_field(kind, body, name, found)
            found = name
            for member, item in value.items():
                if kind == "fuzzy" and not objects.is_value(item):
                    raise ParsingException(
                        f"[fuzzy] unexpected token [{objects.token(item)}] after [{member}]", at=Where(value, member)
                    )
                reader = members.get(member) or COMMON.get(member)
                if reader is None:
                    raise ParsingException(f"[{kind}] query does not support [{member}]", at=Where(value, member))
                if isinstance(item, dict) and item and reader is value_of:
                    # The object's beginning is taken for the value, and its members for the query's.
                    inner = next(iter(item))
                    if inner not in members and inner not in COMMON:
                        raise ParsingException(f"[{kind}] query does not support [{inner}]", at=Where(item, inner))
                values[member] = read_member(reader, value, member)
        else:
            if short is None and value is None:
                continue  # no Token.isValue
            if kind == "term":
                if isinstance(value, list):
                    raise ParsingException("[term] query does not support array of values", at=Where(body, name))
                if value is None:
                    continue  # no Token.isValue
            elif kind in ("fuzzy", "span_term") and isinstance(value, list):
                # Its beginning is taken for the value, and what follows for another.
                second = name if not value or isinstance(value[0], dict) else "null"
                raise ParsingException(
                    f"[{kind}] query doesn't support multiple fields, found [{name}] and [{second}]",
                    at=Where(value, 0) if value else Where(value, None, "end"),
                )
            if short is None:
                raise ParsingException(f"[{kind}] query does not support [{name}]", at=Where(body, name))
            _one_field(kind, body, name, found)
            found = name
            values = {short: members[short](body, name)}
    return found, values


def _in_array(
    kind: str, items: list[Any], current: str, found: str | None, members: Mapping[str, Reader], values: dict[str, Any]
) -> tuple[str, str | None]:
    """An array where an object is looked for: the parser does not see it, and goes on with what it holds.

    Gives the name that the parser saw last, and the name of the field.
    """
    for i, item in enumerate(items):
        if isinstance(item, list):
            current, found = _in_array(kind, item, current, found, members, values)
        elif isinstance(item, dict):
            if found is not None:
                raise ParsingException(
                    f"[{kind}] query doesn't support multiple fields, found [{found}] and [{current}]",
                    at=Where(items, i),
                )
            found = current
            for member in item:
                reader = members.get(member) or COMMON.get(member)
                if reader is None:
                    raise ParsingException(f"[{kind}] query does not support [{member}]", at=Where(item, member))
                values[member] = read_member(reader, item, member)
                current = member
        elif item is not None:
            raise ParsingException(f"[{kind}] query does not support [{current}]", at=Where(items, i))
    return current, found


def flat_query(
    kind: str,
    container: Any,
    key: Any,
    *,
    values: Mapping[str, Reader],
    objects_: Mapping[str, Reader] | None = None,
    arrays: Mapping[str, Reader] | None = None,
) -> dict[str, Any]:
    """The shape ``{"kind": {"member": ...}}`` of the parsers written by hand: members by the token their value begins
    with.

    Where no arrays are known, those parsers see what is inside of one as if it stood there alone, and pass a null over.
    """
    body = container[key]
    found: dict[str, Any] = {}

    def take(container: Any, key: Any, name: str) -> None:
        value = container[key]
        if isinstance(value, dict):
            reader = (objects_ or {}).get(name)
        elif isinstance(value, list):
            if arrays is None:
                for i, _ in enumerate(value):
                    take(value, i, name)
                return
            reader = arrays.get(name)
        elif value is None and arrays is None:
            return
        else:
            reader = values.get(name) or COMMON.get(name)
        if reader is None:
            raise ParsingException(f"[{kind}] query does not support [{name}]", at=Where(container, key))
        found[name] = read_member(reader, container, key)

    for name in body:
        take(body, name, name)
    return found


def read_member(reader: Reader, body: Any, name: Any) -> Any:
    """A member's value, or an array's item. A refusal that names no place is one of the value itself, where the parser
    then stands."""
    try:
        return reader(body, name)
    except OpenSearchError as error:
        if objects.place_of(error) is None and not isinstance(body[name], dict | list):
            objects.stopped_at(error, Where(body, name))
        raise


def _one_field(kind: str, body: Any, name: str, found: str | None) -> None:
    if found is not None:
        raise ParsingException(
            f"[{kind}] query doesn't support multiple fields, found [{found}] and [{name}]", at=Where(body, name)
        )


def value_of(container: Any, key: Any) -> Any:
    """XContentParser.objectBytes: any scalar as it is."""
    value = container[key]
    if isinstance(value, list):
        return "]"  # the parser takes whatever token it is at, and the array's last is its end
    if isinstance(value, dict):
        # The object's end is taken for the query's, and so on outwards, until there is one too many.
        raise ParsingException(
            "Unexpected token [END_OBJECT] found after the main object.", at=Where(container, None, "end")
        )
    return value


def common(values: Mapping[str, Any]) -> dict[str, Any]:
    """``boost`` and ``_name`` as the constructor takes them."""
    return {"boost": float(np.float32(values.get("boost", 1.0))), "name": values.get("_name")}


def shown(value: Any) -> str:
    return java_string(value)
