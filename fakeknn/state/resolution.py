"""Which indices an expression stands for.

An expression is a comma list of names of indices, aliases and data streams, of wildcards, of exclusions (``-x`` behind
a wildcard), or ``_all``; date math is resolved before (``names.resolve_date_math``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, Protocol

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    IndexClosedException,
    IndexNotFoundException,
    InvalidIndexNameException,
    OpenSearchError,
)
from fakeknn.state.names import LENIENT_EXPAND_OPEN, STRICT_SINGLE_INDEX, IndicesOptions, is_wildcard, simple_match
from fakeknn.xcontent.java import hash_capacity, hash_ordered

# --- what a name stands for -------------------------------------------------------------------------------------------


class IndexLike(Protocol):
    """What resolution must know of an index; ``state`` is "open" or "close"."""

    @property
    def name(self) -> str: ...
    @property
    def uuid(self) -> str: ...
    @property
    def state(self) -> str: ...
    @property
    def hidden(self) -> bool: ...
    @property
    def aliases(self) -> Mapping[str, Mapping[str, Any]]: ...


class DataStreamLike(Protocol):
    """A data stream: the names of its backing indices, the last of which is written to."""

    @property
    def name(self) -> str: ...
    @property
    def indices(self) -> Sequence[str]: ...
    @property
    def timestamp_field(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Abstraction:
    """IndexAbstraction: an index, an alias or a data stream, with the indices behind it."""

    kind: Literal["index", "alias", "data_stream"]
    name: str
    indices: tuple[IndexLike, ...]
    write_index: IndexLike | None
    hidden: bool

    @property
    def kind_text(self) -> str:
        return {"index": "concrete index", "alias": "alias", "data_stream": "data_stream"}[self.kind]


def _alias(name: str, members: Sequence[IndexLike]) -> Abstraction:
    writers = [index for index in members if index.aliases[name].get("is_write_index")]
    if not writers and len(members) == 1 and members[0].aliases[name].get("is_write_index") is None:
        writers = [members[0]]
    hidden = any(bool(index.aliases[name].get("is_hidden")) for index in members)
    return Abstraction("alias", name, tuple(members), writers[0] if writers else None, hidden)


class IndicesLookup:
    """Everything that a name can stand for at one moment: Metadata.getIndicesLookup."""

    def __init__(
        self, indices: Mapping[str, IndexLike], data_streams: Mapping[str, DataStreamLike] | None = None
    ) -> None:
        self.indices = indices
        self.data_streams = data_streams or {}
        self._all: dict[str, Abstraction] | None = None

    def get(self, name: str) -> Abstraction | None:
        return self.all().get(name)

    def all(self) -> dict[str, Abstraction]:
        """Every abstraction by name, sorted."""
        if self._all is None:
            found = {
                name: Abstraction("index", name, (index,), index, index.hidden) for name, index in self.indices.items()
            }
            members: dict[str, list[IndexLike]] = {}
            for name in sorted(self.indices):
                for alias in self.indices[name].aliases:
                    members.setdefault(alias, []).append(self.indices[name])
            found.update({alias: _alias(alias, indices) for alias, indices in members.items()})
            for name, stream in self.data_streams.items():
                backing = tuple(self.indices[index] for index in stream.indices)
                found[name] = Abstraction("data_stream", name, backing, backing[-1] if backing else None, False)
            self._all = dict(sorted(found.items()))
        return self._all

    def named(
        self, expressions: Sequence[str], options: IndicesOptions, dated: Callable[[str], str] = str
    ) -> list[str]:
        """IndexAbstractionResolver.resolveIndexAbstractions, of ``_resolve/index``: what there is by these names and
        wildcards. Aliases and data streams keep their names, and plain names need not exist. ``dated`` works out date
        math."""
        found: list[str] = []
        wildcard_seen = False
        for given in expressions:
            minus = given.startswith("-") and wildcard_seen
            name = given.removeprefix("-") if minus else given
            date = dated(name)
            is_date = date != name
            if options.expands and is_wildcard(date):
                wildcard_seen = True
                names = [one for one in self.all() if simple_match(date, one) and self._visible(one, date, options)]
                if not names and not options.allow_no_indices:
                    raise IndexNotFoundException(date, resource_type=None)
            elif is_date and date not in self.all():
                if not options.ignore_unavailable:
                    raise IndexNotFoundException(date, resource_type=None)
                continue
            else:
                names = [date]
            if not minus:
                found += names
            elif is_wildcard(date):
                found = [one for one in found if one not in names]
            elif date in found:
                found.remove(date)
        return found

    def _visible(self, name: str, expression: str, options: IndicesOptions) -> bool:
        abstraction = self.all()[name]
        if abstraction.kind == "data_stream":
            return True
        if abstraction.kind == "alias" and options.ignore_aliases:
            return False
        shown = not abstraction.hidden or options.expand_hidden or (name.startswith(".") and expression.startswith("."))
        if not shown or abstraction.kind == "alias":
            return shown
        return options.expand_open if abstraction.indices[0].state == "open" else options.expand_closed

    def data_stream_names(self, expressions: Sequence[str], options: IndicesOptions) -> list[str]:
        """The data streams among what expressions stand for, by name."""
        resolution = _Resolution(self, options, True, False, [], preserve_data_streams=True)
        found = resolution.expanded(expressions)
        if resolution.errors:
            raise resolution.errors[0]
        return sorted(set(found) & set(self.data_streams))

    def check_unique(self, *new: str) -> None:
        """Metadata.Builder.build: no two kinds of things have the same name. ``new`` names further indices."""
        duplicates = []
        indices = {*self.indices, *new}
        for kind, taken in (("index", indices), ("data stream", set(self.data_streams))):
            duplicates += [
                f"{alias} (alias of [{index.name}/{index.uuid}]) conflicts with {kind}"
                for index in self.indices.values()
                for alias in index.aliases
                if alias in taken
            ]
        duplicates += [f"data stream [{name}] conflicts with index" for name in self.data_streams if name in indices]
        if duplicates:
            raise IllegalStateException(
                "index, alias, and data stream names need to be unique, but the following duplicates were found "
                f"[{','.join(duplicates)}]"
            )

    def validate_aliases(self) -> None:
        """Metadata.Builder.build: an alias may have one write index, and must be hidden everywhere or nowhere."""
        for abstraction in self.all().values():
            if abstraction.kind != "alias":
                continue
            alias = abstraction.name
            writers = [i.name for i in abstraction.indices if i.aliases[alias].get("is_write_index")]
            if len(writers) > 1:
                raise IllegalStateException(f"alias [{alias}] has more than one write index [{','.join(writers)}]")
            hidden = [i.name for i in abstraction.indices if i.aliases[alias].get("is_hidden")]
            shown = [i.name for i in abstraction.indices if not i.aliases[alias].get("is_hidden")]
            if hidden and shown:
                raise IllegalStateException(
                    f"alias [{alias}] has is_hidden set to true on indices [{','.join(hidden)}] but does not have "
                    f"is_hidden set to true on indices [{','.join(shown)}]; alias must have the same is_hidden setting "
                    "on all indices"
                )


def _not_found(expression: str) -> IndexNotFoundException:
    return IndexNotFoundException(expression)


def _aliases_not_supported(expression: str) -> IllegalArgumentException:
    return IllegalArgumentException(
        f"The provided expression [{expression}] matches an alias, specify the corresponding concrete indices instead."
    )


@dataclass(slots=True)
class _Resolution:
    """One expression on its way; errors are kept, because the first of them in OpenSearch's order is answered."""

    lookup: IndicesLookup
    options: IndicesOptions
    include_data_streams: bool
    preserve_aliases: bool
    errors: list[OpenSearchError]
    preserve_data_streams: bool = False

    def expanded(self, expressions: Sequence[str]) -> list[str]:
        """WildcardExpressionResolver.resolve."""
        options = self.options
        if not options.expands:
            return list(expressions)
        if not expressions or (len(expressions) == 1 and expressions[0] in ("_all", "*")):
            found = dict.fromkeys(
                name
                for name, index in self.lookup.indices.items()
                if self._state_wanted(index) and (options.expand_hidden or not index.hidden)
            )
            if self.include_data_streams:
                for stream in self.lookup.all().values():
                    if stream.kind == "data_stream" and self.preserve_data_streams:
                        found[stream.name] = None
                    elif stream.kind == "data_stream":
                        found.update(dict.fromkeys(i.name for i in stream.indices if self._state_wanted(i)))
            return hash_ordered(found)
        return self._inner(expressions)

    def _inner(self, expressions: Sequence[str]) -> list[str]:
        result: dict[str, None] | None = None
        wildcard_seen = False
        for i, given in enumerate(expressions):
            expression = given
            if not expression:
                self.errors.append(_not_found(expression))
                continue
            if expression[0] == "_":
                self.errors.append(InvalidIndexNameException(expression, "must not start with '_'."))
            if self._exists(expression):
                if result is not None:
                    result[expression] = None
                continue
            add = not (expression[0] == "-" and wildcard_seen)
            if not add:
                expression = expression[1:]
            if result is None:
                result = dict.fromkeys(expressions[:i])
            if is_wildcard(expression):
                matches = self._matches(expression)
                names = self._expand(matches, expression)
                if not self.options.allow_no_indices and not matches:
                    self.errors.append(_not_found(expression))
                wildcard_seen = True
            else:
                self._check_available(expression)
                names = [expression]
            for name in names:
                if add:
                    result[name] = None
                else:
                    result.pop(name, None)
        return list(expressions) if result is None else hash_ordered(result)

    def _exists(self, expression: str) -> bool:
        abstraction = self.lookup.get(expression)
        if abstraction is None:
            return False
        if abstraction.kind == "alias":
            return not self.options.ignore_aliases
        return abstraction.kind == "index" or self.include_data_streams

    def _check_available(self, expression: str) -> None:
        if self.options.ignore_unavailable:
            return
        abstraction = self.lookup.get(expression)
        if abstraction is None:
            self.errors.append(_not_found(expression))
        elif abstraction.kind == "alias" and self.options.ignore_aliases:
            self.errors.append(_aliases_not_supported(expression))
        elif abstraction.kind == "data_stream" and not self.include_data_streams:
            self.errors.append(_not_found(expression))

    def _matches(self, expression: str) -> list[Abstraction]:
        return [
            abstraction
            for name, abstraction in self.lookup.all().items()
            if simple_match(expression, name)
            and not (abstraction.kind == "alias" and self.options.ignore_aliases)
            and not (abstraction.kind == "data_stream" and not self.include_data_streams)
        ]

    def _expand(self, matches: Iterable[Abstraction], expression: str) -> list[str]:
        found: list[str] = []
        for abstraction in matches:
            named_as_hidden = abstraction.name.startswith(".") and expression.startswith(".")
            if abstraction.hidden and not self.options.expand_hidden and not named_as_hidden:
                continue
            if (self.preserve_aliases and abstraction.kind == "alias") or (
                self.preserve_data_streams and abstraction.kind == "data_stream"
            ):
                found.append(abstraction.name)
            else:
                found.extend(index.name for index in abstraction.indices if self._state_wanted(index))
        return found

    def _state_wanted(self, index: IndexLike) -> bool:
        return self.options.expand_open if index.state == "open" else self.options.expand_closed


def concrete_indices(
    lookup: IndicesLookup,
    expressions: Sequence[str],
    options: IndicesOptions,
    *,
    include_data_streams: bool = False,
    to_write_index: bool = False,
) -> list[IndexLike]:
    """IndexNameExpressionResolver.concreteIndices: the indices behind expressions (date math resolved), by name."""
    if len(expressions) == 1 and not to_write_index:
        index = lookup.indices.get(expressions[0])
        if index is not None and index.state == "open":
            return [index]
    if not expressions:
        expressions = ("_all",)
    resolution = _Resolution(lookup, options, include_data_streams, False, [])
    fail_no_indices = not (options.allow_no_indices if len(expressions) == 1 else options.ignore_unavailable)
    resolved = resolution.expanded(expressions)
    errors = resolution.errors
    found: dict[str, IndexLike] = {}
    excluded_data_streams = False
    for expression in resolved:
        abstraction = lookup.get(expression)
        if abstraction is None:
            if fail_no_indices:
                why = "no indices exist" if expression == "_all" else ""
                errors.append(IndexNotFoundException(expression, why=why, resource_type="index_expression"))
        elif abstraction.kind == "alias" and options.ignore_aliases:
            if fail_no_indices:
                errors.append(_aliases_not_supported(expression))
        elif abstraction.kind == "data_stream" and not include_data_streams:
            excluded_data_streams = True
        elif abstraction.kind != "index" and to_write_index:
            if abstraction.write_index is None:
                errors.append(
                    IllegalArgumentException(
                        f"no write index is defined for alias [{abstraction.name}]. The write index may be explicitly "
                        "disabled using is_write_index=false or the alias points to multiple indices without one being "
                        "designated as a write index"
                    )
                )
            else:
                found[abstraction.write_index.name] = abstraction.write_index
        elif len(abstraction.indices) > 1 and not options.allow_aliases_to_multiple_indices:
            names = ", ".join(index.name for index in abstraction.indices)
            errors.append(
                IllegalArgumentException(
                    f"{abstraction.kind_text} [{expression}] has more than one index associated with it [{names}], "
                    "can't execute a single index op"
                )
            )
        else:
            for index in abstraction.indices:
                try:
                    if _tracked(index, options):
                        found[index.name] = index
                except IndexClosedException as error:
                    errors.append(error)
    if not found and not options.allow_no_indices:
        resource = expressions[0] if len(expressions) == 1 else list(expressions)
        missing = IndexNotFoundException(None, resource_id=resource, resource_type="index_expression")
        if excluded_data_streams:
            missing.meta["excluded_ds"] = "true"
        if not resolved and expressions[0] == "_all":
            missing = IndexNotFoundException(None, why="no indices exist", resource_id="_all")
            missing.meta["resource.type"] = "index_expression"
        errors.append(missing)
    if errors:
        raise errors[0]
    return [found[name] for name in sorted(found)]


def _tracked(index: IndexLike, options: IndicesOptions) -> bool:
    if index.state == "open":
        return True
    if not options.forbid_closed_indices:
        return True
    if options.ignore_unavailable:
        return False
    if options.expand_closed and not options.expand_open and not options.expand_hidden:
        raise IllegalArgumentException("To expand [CLOSE] wildcard, please set forbid_closed_indices to `false`")
    raise IndexClosedException(index.name, index.uuid)


def concrete_write_index(
    lookup: IndicesLookup, expression: str, options: IndicesOptions = STRICT_SINGLE_INDEX
) -> IndexLike:
    """IndexNameExpressionResolver.concreteWriteIndex: the one index that a write to this name goes to."""
    options = replace(options, allow_no_indices=False)
    found = concrete_indices(lookup, [expression], options, include_data_streams=True, to_write_index=True)
    if len(found) != 1:
        raise IllegalArgumentException(
            f"The index expression [{expression}] and options provided did not point to a single write-index"
        )
    return found[0]


def concrete_single_index(lookup: IndicesLookup, expression: str) -> IndexLike:
    """The one index that a get, an explain or term vectors read from."""
    return concrete_indices(lookup, [expression], STRICT_SINGLE_INDEX)[0]


def resolve_expressions(
    lookup: IndicesLookup, expressions: Sequence[str], options: IndicesOptions = LENIENT_EXPAND_OPEN
) -> set[str]:
    """IndexNameExpressionResolver.resolveExpressions: names of indices, aliases and data streams, aliases kept."""
    resolution = _Resolution(lookup, options, True, True, [])
    resolved = set(resolution.expanded(expressions))
    if resolution.errors:
        raise resolution.errors[0]
    return resolved


def filtering_aliases(index: IndexLike, resolved: set[str]) -> list[str] | None:
    """The aliases whose filters narrow a search of ``index``; None if it is also reached without a filter.

    ``resolved`` is the answer of ``resolve_expressions`` for the search's expressions.
    """
    if not resolved or resolved == {"_all"} or index.name in resolved:
        return None
    aliases = [alias for alias in index.aliases if alias in resolved]
    if not aliases or any(not index.aliases[alias].get("filter") for alias in aliases):
        return None
    # A copied map of the index's aliases is gone through if it is the smaller one, else the set of what is asked for.
    capacity = hash_capacity(len(index.aliases)) if len(index.aliases) <= len(resolved) else 16
    return hash_ordered(aliases, capacity)


def search_routing(
    lookup: IndicesLookup, expressions: Sequence[str], routing: str | None = None
) -> dict[str, set[str]] | None:
    """IndexNameExpressionResolver.resolveSearchRouting: index → routing values; an index without is asked wholly."""
    resolution = _Resolution(lookup, LENIENT_EXPAND_OPEN, True, False, [])
    resolved = resolution.expanded(expressions)
    if resolution.errors:
        raise resolution.errors[0]
    asked = None if routing is None else {value for value in routing.split(",") if value}
    routings: dict[str, set[str]] = {}
    without: set[str] = set()

    def unrouted(name: str) -> None:
        if name in without:
            return
        without.add(name)
        if asked is not None:
            routings[name] = set(asked)
        else:
            routings.pop(name, None)

    for expression in resolved:
        abstraction = lookup.get(expression)
        if abstraction is None or abstraction.kind != "alias":
            unrouted(expression)
            continue
        for index in abstraction.indices:
            values = index.aliases[expression].get("search_routing")
            if not values:
                unrouted(index.name)
            elif index.name not in without:
                wanted = routings.setdefault(index.name, set())
                wanted |= set(values.split(","))
                if asked is not None:
                    wanted &= asked
                if not wanted:
                    del routings[index.name]
    return routings or None
