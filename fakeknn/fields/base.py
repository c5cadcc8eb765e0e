"""Field types: what one mapping type takes as parameters, how it reads a JSON value, which Column it keeps, which
queries it answers.

A kind is a class: each mapping type registers one here by its name. Modelled on OpenSearch's
``ParametrizedFieldMapper`` (parameters, echo,
conflicts) and ``MappedFieldType`` (what queries may ask of it, and the errors when they may not).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import (
    IllegalArgumentException,
    IllegalStateException,
    JsonParseException,
    MapperParsingException,
    NotFaked,
    OpenSearchError,
    QueryShardException,
    UnsupportedOperationException,
    Where,
)
from fakeknn.fields.buffers import Buffer
from fakeknn.fields.contexts import DocContext, MappingContext
from fakeknn.fields.parameters import DROPPED, META, Parameter, check_meta
from fakeknn.view import Column, Mask
from fakeknn.xcontent import java_string
from fakeknn.xcontent.objects import SOURCE

#: The types that read a value's text, and what is said of a token that is no value of a type.
_READ_AS_TEXT = frozenset("keyword text match_only_text wildcard date date_nanos ip".split())
_READ_AS_VALUES = {
    "boolean": "not of boolean type",
    **dict.fromkeys(
        "byte short integer long unsigned_long half_float float double scaled_float".split(),
        "not numeric, can not use numeric value accessors",
    ),
}


UNREADABLE = object()


# --- field types ------------------------------------------------------------------------------------------------------

KINDS: dict[str, type[FieldType]] = {}


def register(*names: str) -> Callable[[type[FieldType]], type[FieldType]]:
    """Make a class the field type of these mapping type names."""

    def add(kind: type[FieldType]) -> type[FieldType]:
        for name in names:
            KINDS[name] = kind
        return kind

    return add


def refused_by_lucene(error: OpenSearchError) -> bool:
    """Whether it is the engine that refuses a document, whatever else is wrong with it."""
    return getattr(error, "refused_by_lucene", False)


def appears_again(kind: str, path: str) -> OpenSearchError:
    """What Lucene says of a second field of a kind that a document may have but once (IndexingChain)."""
    error = IllegalArgumentException(
        f'{kind} "{path}" appears more than once in this document (only one value is allowed per field)'
    )
    error.refused_by_lucene = True  # type: ignore[attr-defined]
    return error


class FieldType:
    """A mapped field: ``path`` is its full name, ``kind`` the name of its mapping type."""

    parameters: ClassVar[tuple[Parameter, ...]] = (META,)
    takes_arrays: ClassVar[bool] = False
    tells_breaks: ClassVar[bool] = False
    """Whether its parser reads objects, and what it comes upon in one that breaks off is told with the field."""
    sub_parses: ClassVar[bool] = False
    """Whether it does so through an XContentSubParser."""
    """Whether a JSON array is one value of this type, not several."""
    gives_lists: ClassVar[bool] = False
    """Whether what is parsed is a list of values."""
    takes_subs: ClassVar[bool] = True
    """Whether ``fields`` and ``copy_to`` may be defined for it."""
    once: ClassVar[bool] = False
    """Whether a document may have one value of it only."""
    single: str | None = None
    """What Lucene calls its fields, if it takes but one of them in a document: so Lucene, not the mapper, refuses a
    second, and only once all of the document is parsed."""
    exacting: bool = False
    """Whether Lucene may refuse a value that the mapper takes."""
    spreads: bool = False
    """Whether what is parsed are pairs of a field's path and a value for it, its own among them."""
    raises_plainly: ClassVar[bool] = False
    """Whether a document's refusal does not name the field."""
    takes_objects: ClassVar[bool] = False
    """Whether a JSON object is a value of this type (else an object is refused)."""
    internal: ClassVar[bool] = False
    """Whether it stands nowhere in a document."""
    scored: ClassVar[bool] = False
    """Whether its terms have postings, so that a term query on it is scored by BM25."""
    constant: ClassVar[bool] = False
    """Whether a match of its terms or phrases scores what the boost says, whatever the similarity."""
    is_text: ClassVar[bool] = False
    """Whether it is searched by positions (phrases, intervals)."""
    tells_no_analyzer: ClassVar[bool] = False
    """Whether the index's own analyzer takes texts apart that are asked of it (TextSearchInfo.NONE)."""
    has_index_analyzer: ClassVar[bool] = False
    """Whether something analyzes what it indexes, be it as one keyword (MappedFieldType.indexAnalyzer)."""
    family: ClassVar[str | None] = None
    """The type name that _field_caps and wildcard matching use, when it is not ``kind``."""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """A type that reads a value in its own way does not read many of them in another's."""
        super().__init_subclass__(**kwargs)
        if "parse" in cls.__dict__ and "parse_all" not in cls.__dict__:
            cls.parse_all = FieldType.parse_all  # type: ignore[method-assign]

    def __init__(self, path: str, kind: str, context: MappingContext) -> None:
        self.path = path
        self.kind = kind
        self.context = context
        self.options: dict[str, Any] = {}
        self.given: set[str] = set()
        self.fields: dict[str, FieldType] = {}
        self.copy_to: list[str] = []
        self.of_template = False
        """Whether a dynamic template has made it."""
        self.dotted: str | None = None
        """Its own name, in an object whose fields have dotted ones."""
        self.inner: Mapping[str, FieldType] = {}
        """Fields that come with this one and that no definition names, by their paths."""

    @property
    def name(self) -> str:
        """The field's own name, without its parents'."""
        return self.path.rpartition(".")[2] if self.dotted is None else self.dotted

    # -- the mapping

    def configure(self, definition: Mapping[str, Any]) -> None:
        """Read the parameters (all but ``type``, ``fields`` and ``copy_to``); raises the inner exception of a
        refused mapping.
        """
        known = {parameter.name: parameter for parameter in self.parameters}
        for name, value in definition.items():
            parameter = known.get(name)
            if parameter is None:
                if name in DROPPED:
                    continue
                raise MapperParsingException(
                    f"unknown parameter [{name}] on mapper [{self.name}] of type [{self.defined_as}]"
                )
            if value is None and not parameter.accepts_null:
                raise MapperParsingException(
                    f"[{name}] on mapper [{self.name}] of type [{self.defined_as}] must not have a [null] value"
                )
            if parameter is META:
                check_meta(self.name, value)
            self.options[name] = parameter.parse(value) if value is not None else None
            self.given.add(name)
            self.check_parameter(name, self.options[name])
        for parameter in self.parameters:
            value = self.options.get(parameter.name)
            if parameter.choices and parameter.name in self.given and value not in parameter.choices:
                allowed = ", ".join(parameter.choices)
                raise MapperParsingException(
                    f"Unknown value [{value}] for field [{parameter.name}] - accepted values are [{allowed}]"
                )
        self.build()

    def check_subs(self, definition: Mapping[str, Any]) -> None:
        """Refuse ``fields`` and ``copy_to`` of a definition before they are read."""

    def check_parameter(self, name: str, value: Any) -> None:
        """Refuse a parameter where it is read, by what the index has."""

    def build(self) -> None:
        """Check the parameters together and derive what the type needs of them."""

    def option(self, name: str) -> Any:
        """A parameter's value, or its default."""
        if name in self.options:
            return self.options[name]
        return self.default(name)

    def default(self, name: str) -> Any:
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter.default
        raise KeyError(name)

    def echo(self, include_defaults: bool = False) -> dict[str, Any]:
        """The field as GET _mapping tells it."""
        told: dict[str, Any] = {"type": self.kind}
        for parameter in self.parameters:
            value = self.option(parameter.name)
            if include_defaults or self.is_told(parameter, value):
                told[parameter.name] = self.tell(parameter.name, value)
        if self.fields:
            told["fields"] = {name: sub.echo(include_defaults) for name, sub in sorted(self.fields.items())}
        if self.copy_to:
            told["copy_to"] = list(self.copy_to)
        return told

    def is_told(self, parameter: Parameter, value: Any) -> bool:
        """Whether the mapping tells a parameter when nobody asks for defaults (Parameter.SerializerCheck)."""
        return parameter.name in self.given and (parameter.explicit or value != self.default(parameter.name))

    def tell(self, name: str, value: Any) -> Any:
        """A parameter's value as JSON."""
        return java_string(value) if isinstance(value, np.float32) and not np.isfinite(value) else value

    @property
    def lucene_name(self) -> str:
        """The name by which Lucene knows it, as explanations tell."""
        return self.path

    @property
    def content_type(self) -> str:
        """FieldMapper.contentType: the type as mappings call it, where queries call it something else."""
        return self.kind

    @property
    def mapper_name(self) -> str:
        """What a mapper of another type calls it that it is not to become."""
        return self.content_type

    @property
    def defined_as(self) -> str:
        """What the definition of the field says that it is."""
        return self.content_type

    def merged(self, other: FieldType) -> FieldType:
        """This field with ``other``, a new definition of it, merged in; refuses what may not change."""
        if other.kind != self.kind or type(other) is not type(self):
            raise IllegalArgumentException(
                f"mapper [{self.path}] cannot be changed from type [{self.content_type}] to [{other.mapper_name}]"
            )
        conflicts = list(self.conflicts(other))
        if conflicts:
            lines = "".join(f"\n\t{line}" for line in conflicts)
            raise IllegalArgumentException(f"Mapper for [{self.path}] conflicts with existing mapper:{lines}")
        return other

    def check_others(self, fields: Mapping[str, FieldType]) -> None:
        """Raise what is wrong with the fields of the mapping that this one names."""

    def kept_option(self, name: str) -> Any:
        """The value of a parameter as the field, once made, remembers it."""
        return self.option(name)

    def conflicts(self, other: FieldType) -> Iterable[str]:
        for parameter in self.parameters:
            ours, theirs = self.kept_option(parameter.name), other.option(parameter.name)
            if parameter.updatable or ours == theirs or (parameter.may_become and parameter.may_become(ours, theirs)):
                continue
            yield (
                f"Cannot update parameter [{parameter.name}] from [{parameter.show(ours)}] to "
                f"[{parameter.show(theirs)}]"
            )

    # -- values

    def parse(self, container: Any, key: Any, value: Any, doc: DocContext) -> Any:
        """A JSON value (``container[key]``) as the buffer takes it; None for nothing. Raises the inner exception."""
        raise NotImplementedError

    def parse_all(self, values: list[Any]) -> Sequence[Any] | NDArray[Any] | None:
        """What ``parse`` makes of values of as many documents, each of them something and none of them refused; None
        where that takes more than a look at all of them at once. Of values that are an array each for a type that
        takes arrays, else scalars.
        """
        return None

    def lucene_refuses(self, parsed: Any) -> OpenSearchError | None:
        """Why Lucene does not index a value of an ``exacting`` field."""
        raise NotImplementedError

    def refusal(self, doc_id: str, preview: str) -> str:
        """What a document is refused with whose value is malformed."""
        return f"failed to parse field [{self.path}] of type [{self.kind}] in document with id '{doc_id}'. {preview}"

    def at_end(self, value: list[Any]) -> OpenSearchError | None:
        """What the field's parser says where it finds the end of an array that another field has read; None if
        nothing.
        """
        found = self.at_token("END_ARRAY", Where(value, None, "end"))
        if found is None and self.kind != "binary":
            raise NotFaked(f"a [{self.kind}] that is told of a vector's values")
        return found

    def at_token(self, token: str, at: Where) -> OpenSearchError | None:
        """What the parser of a single value says of an array's beginning or end; None where that is not known."""
        if self.kind in _READ_AS_TEXT:
            return IllegalStateException(f"Can't get text on a {token} at {{line}}:{{column}}", at=at)
        what = _READ_AS_VALUES.get(self.kind)
        if what is None:
            return None
        error = JsonParseException(f"Current token ({token}) {what}{SOURCE}", at=at)
        error.offset = 1  # type: ignore[attr-defined]
        return error

    def refuse_format(self, format: str | None) -> None:
        """What ``fields`` says of a format, of a type that has none."""
        if format is not None:
            raise IllegalArgumentException(f"Field [{self.path}] of type [{self.kind}] doesn't support formats.")

    def for_subs(self, container: Any, key: Any, value: Any) -> tuple[Any, Any, Any]:
        """What the multi-fields of the field read where it reads ``container[key]``."""
        return container, key, value

    @property
    def ignores_malformed(self) -> bool:
        if "ignore_malformed" in self.given:
            return bool(self.options["ignore_malformed"])
        return self.context.flag("index.mapping.ignore_malformed")

    def tells_ignored(self, value: Any, cause: OpenSearchError) -> bool:
        """Whether ``_ignored`` names the field when this value was left out: what its mapper cannot look at is not
        told."""
        return self.takes_objects or not isinstance(value, dict)

    def loses_its_place(self, value: Any, cause: OpenSearchError) -> bool:
        """Whether the real parser stands somewhere inside a value that it has left out."""
        return False

    def repeated(self) -> OpenSearchError:
        """What is said of a second value of a field that takes one."""
        raise NotImplementedError

    def new_buffer(self) -> Buffer | None:
        """A buffer for a shard, or None when the type keeps nothing."""
        raise NotImplementedError

    # -- what queries may ask

    @property
    def searchable(self) -> bool:
        return bool(self.options.get("index", True))

    @property
    def has_doc_values(self) -> bool:
        return bool(self.options.get("doc_values", True))

    @property
    def aggregatable(self) -> bool:
        return self.has_doc_values

    @property
    def ordering(self) -> FieldType:
        """The field whose column has the values in their order, for ranges, sorts and aggregations."""
        return self

    @property
    def tells_existence(self) -> bool:
        """Whether documents that have the field are found by that."""
        return True

    dictionary: ClassVar[bool] = False
    """Whether its terms are texts, which may be matched whatever their case."""

    sorts: ClassVar[bool] = True
    """Whether documents may be sorted by a column that could be."""
    derivation: Any = None
    """What computes its values, if it is a derived field as a search sees it (``query.derived``)."""
    fuzzy: ClassVar[bool] = True
    """Whether a field with a dictionary may be asked for terms that are nearly right."""

    def require_index(self) -> None:
        """MappedFieldType.failIfNotIndexedAndNoDocValues."""
        if not self.searchable and not self.has_doc_values:
            raise IllegalArgumentException(
                f"Cannot search on field [{self.path}] since it is both not indexed, and does not have doc_values "
                f"enabled."
            )

    def require_doc_values(self) -> None:
        """Fielddata is asked for: sorting, aggregations, scripts."""
        if not self.has_doc_values:
            raise IllegalArgumentException(
                f"Can't load fielddata on [{self.path}] because fielddata is unsupported on fields of type "
                f"[{self.kind}]. Use doc values instead."
            )

    def index_term(self, value: Any) -> str:
        """A query's value as the term that the postings hold (of a ``scored`` type)."""
        raise NotImplementedError

    def term(self, column: Column, value: Any, *, case_insensitive: bool = False) -> Mask:
        """bool[n]: the rows with this very value."""
        raise NotImplementedError

    def terms(self, column: Column, values: Collection[Any]) -> Mask:
        mask = np.zeros(column.n, bool)
        for value in values:
            mask |= self.term(column, value)
        return mask

    def range(
        self,
        column: Column,
        *,
        lower: Any,
        upper: Any,
        include_lower: bool,
        include_upper: bool,
        relation: str | None = None,
        time_zone: str | None = None,
        format: str | None = None,
    ) -> Mask:
        """bool[n]: the rows with a value between two bounds (None: open)."""
        raise IllegalArgumentException(f"Field [{self.path}] of type [{self.kind}] does not support range queries")

    def prefix(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        raise self.only("prefix")

    def wildcard(self, column: Column, value: str, *, case_insensitive: bool = False) -> Mask:
        raise self.only("wildcard")

    def regexp(self, column: Column, value: str, **options: Any) -> Mask:
        raise self.only("regexp")

    def only(self, query: str) -> QueryShardException:
        return QueryShardException(
            f"Can only use {query} queries on keyword and text fields - not on [{self.path}] which is of type "
            f"[{self.kind}]"
        )

    def no_sort(self) -> OpenSearchError:
        """Why the field's doc values have no order."""
        return UnsupportedOperationException(f"{self.kind} does not support sorting")

    def fuzzy_term(self, value: Any) -> tuple[FieldType, Any]:
        """The field whose terms a fuzzy query walks, and what it seeks there."""
        return self, self.index_term(value)

    def no_fuzzy(self) -> IllegalArgumentException:
        return IllegalArgumentException(
            f"Can only use fuzzy queries on keyword and text fields - not on [{self.path}] which is of type "
            f"[{self.kind}]"
        )

    def no_phrase(self, what: str = "phrase") -> IllegalArgumentException:
        return IllegalArgumentException(
            f"Can only use {what} queries on text fields - not on [{self.path}] which is of type [{self.kind}]"
        )

    # -- what answers show

    def doc_value(self, value: Any, format: str | None = None) -> Any:
        """A stored doc value (an element of the column) as ``docvalue_fields`` and aggregations' keys show it."""
        return value

    def check_format(self, format: str | None) -> None:
        if format is not None:
            raise IllegalArgumentException(f"Field [{self.path}] of type [{self.kind}] does not support custom formats")

    def fetch(self, value: Any, format: str | None = None) -> Any:
        """A value of ``_source`` as the ``fields`` option shows it (None for nothing)."""
        return value
