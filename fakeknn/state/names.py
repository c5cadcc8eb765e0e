"""Names of indices and aliases: what they may be, wildcards, date math, and the options of resolving them.

What becomes of missing, closed and hidden indices is said by ``IndicesOptions``, whose defaults belong to the endpoint;
they are the constants below, named after OpenSearch's request classes. ``resolution`` applies them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fnmatch import translate
from functools import lru_cache
from re import Pattern
from re import compile as compile_pattern
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    InvalidAliasNameException,
    InvalidIndexNameException,
    OpenSearchParseException,
)
from fakeknn.units import parse_boolean


def comma_list(text: str) -> list[str]:
    """Strings.splitStringByCommaToArray: Java's split keeps no empty parts at the end."""
    parts = text.split(",")
    while parts and not parts[-1]:
        parts.pop()
    return parts


# --- what a name may be -----------------------------------------------------------------------------------------------

#: Strings.INVALID_FILENAME_CHARS, in the order in which Java's hash set prints them.
FORBIDDEN_CHARACTERS = (" ", '"', "*", "\\", "<", "|", ",", ">", "/", "?")
FORBIDDEN_TEXT = "[" + ", ".join(FORBIDDEN_CHARACTERS) + "]"


def name_fault(name: str) -> str | None:
    """MetadataCreateIndexService.validateIndexOrAliasName: what is wrong with a name, if anything."""
    if any(character in name for character in FORBIDDEN_CHARACTERS):
        return f"must not contain the following characters {FORBIDDEN_TEXT}"
    if not name:
        return "must not be empty"
    if "#" in name:
        return "must not contain '#'"
    if ":" in name:
        return "must not contain ':'"
    if name[0] in "_-+":
        return "must not start with '_', '-', or '+'"
    length = len(name.encode("utf-8", "surrogatepass"))
    if length > 255:
        return f"index name is too long, ({length} > 255)"
    if name in (".", ".."):
        return "must not be '.' or '..'"
    return None


def validate_index_name(name: str) -> None:
    """A new index's name, whether or not it exists already."""
    fault = name_fault(name)
    if fault is None and name.lower() != name:
        fault = "must be lowercase"
    if fault is not None:
        raise InvalidIndexNameException(name, fault)


def validate_alias_name(alias: str) -> None:
    """AliasValidator.validateAliasStandalone, the name's part."""
    if not alias.strip():
        raise IllegalArgumentException("alias name is required")
    fault = name_fault(alias)
    if fault is not None:
        raise InvalidAliasNameException(alias, fault)


# --- wildcards --------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _glob(pattern: str) -> Pattern[str]:
    # Only * is special in OpenSearch's patterns.
    return compile_pattern(translate(pattern.replace("[", "[[]").replace("?", "[?]")))


def simple_match(pattern: str, text: str) -> bool:
    """Regex.simpleMatch: ``*`` stands for anything, all else for itself."""
    if "*" not in pattern:
        return pattern == text
    if pattern == "*":
        return True
    return _glob(pattern).match(text) is not None


def is_wildcard(expression: str) -> bool:
    return "*" in expression


# --- options ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class IndicesOptions:
    """How an expression is resolved; the names are those of the query parameters and of OpenSearch's class."""

    ignore_unavailable: bool = False
    allow_no_indices: bool = True
    expand_open: bool = True
    expand_closed: bool = False
    expand_hidden: bool = False
    allow_aliases_to_multiple_indices: bool = True
    forbid_closed_indices: bool = False
    ignore_aliases: bool = False

    @property
    def expands(self) -> bool:
        return self.expand_open or self.expand_closed

    @classmethod
    def from_parameters(cls, params: Mapping[str, Any], default: IndicesOptions) -> IndicesOptions:
        """IndicesOptions.fromRequest, and fromMap for bodies: what ``params`` says, else the default."""
        wildcards = params.get("expand_wildcards", params.get("expandWildcards"))
        if wildcards is None:
            states = {
                name
                for name, set_ in (
                    ("open", default.expand_open),
                    ("closed", default.expand_closed),
                    ("hidden", default.expand_hidden),
                )
                if set_
            }
        else:
            states = _wildcard_states(wildcards)
        unavailable = _flag(params, "ignore_unavailable", default.ignore_unavailable)
        none = _flag(params, "allow_no_indices", default.allow_no_indices)
        _flag(params, "ignore_throttled", False)  # No index is frozen any more.
        return replace(
            default,
            ignore_unavailable=unavailable,
            allow_no_indices=none,
            expand_open="open" in states,
            expand_closed="closed" in states,
            expand_hidden="hidden" in states,
        )


#: The query parameters that ``IndicesOptions.from_parameters`` reads.
INDICES_OPTIONS_PARAMETERS = ("ignore_unavailable", "ignore_throttled", "allow_no_indices", "expand_wildcards")


def _flag(params: Mapping[str, Any], name: str, default: bool) -> bool:
    value = params.get(name)
    if value is None or (isinstance(value, str) and not value.strip()):
        return default
    try:
        return parse_boolean(str(value).lower() if isinstance(value, bool) else str(value))
    except IllegalArgumentException as error:
        raise IllegalArgumentException(f"Could not convert [{name}] to boolean") from error


def _wildcard_states(value: Any) -> set[str]:
    states: set[str] = set()
    given = value if isinstance(value, list) else str(value).rstrip(",").split(",") if value != "" else []
    for state in given if given != [""] else []:
        match state:
            case "open" | "closed" | "hidden":
                states.add(state)
            case "none":
                states.clear()
            case "all":
                states |= {"open", "closed", "hidden"}
            case _:
                raise IllegalArgumentException(f"No valid expand wildcard value [{state}]")
    return states


STRICT_EXPAND_OPEN = IndicesOptions()
STRICT_EXPAND_OPEN_HIDDEN = IndicesOptions(expand_hidden=True)
STRICT_EXPAND_OPEN_CLOSED = IndicesOptions(expand_closed=True)
STRICT_EXPAND_OPEN_CLOSED_HIDDEN = IndicesOptions(expand_closed=True, expand_hidden=True)
STRICT_EXPAND_OPEN_FORBID_CLOSED = IndicesOptions(forbid_closed_indices=True)
LENIENT_EXPAND_OPEN = IndicesOptions(ignore_unavailable=True)
LENIENT_EXPAND_OPEN_CLOSED_HIDDEN = IndicesOptions(ignore_unavailable=True, expand_closed=True, expand_hidden=True)

#: SingleShardRequest, ReplicationRequest, IndexRequest, CreateIndexRequest, RolloverRequest: exactly one index.
STRICT_SINGLE_INDEX = IndicesOptions(
    allow_no_indices=False,
    expand_open=False,
    allow_aliases_to_multiple_indices=False,
    forbid_closed_indices=True,
)

#: TransportRolloverAction.checkBlock, which does not mind what is not there.
ROLLOVER_BLOCKS = IndicesOptions(ignore_unavailable=True, expand_open=False)

#: SearchRequest, MultiSearchRequest, CountRequest: strictExpandOpenAndForbidClosedIgnoreThrottled.
SEARCH = STRICT_EXPAND_OPEN_FORBID_CLOSED
#: BroadcastRequest: _refresh, _flush, _forcemerge, _stats, _segments, _cache/clear.
BROADCAST = STRICT_EXPAND_OPEN_FORBID_CLOSED
#: RecoveryRequest, SegmentReplicationStatsRequest.
RECOVERY = STRICT_EXPAND_OPEN_CLOSED
VALIDATE_QUERY = IndicesOptions(allow_no_indices=False)
FIELD_CAPABILITIES = STRICT_EXPAND_OPEN
#: ClusterInfoRequest: GET /{index}, _mapping; and the REST layer's default of GET _settings.
GET_INDEX = GET_MAPPING = GET_SETTINGS = GET_FIELD_MAPPING = STRICT_EXPAND_OPEN
PUT_MAPPING = IndicesOptions(allow_no_indices=False, expand_closed=True)
UPDATE_SETTINGS = IndicesOptions(allow_no_indices=False, expand_closed=True)
DELETE_INDEX = IndicesOptions(expand_closed=True, allow_aliases_to_multiple_indices=False, ignore_aliases=True)
INDICES_EXISTS = STRICT_EXPAND_OPEN
OPEN_INDEX = IndicesOptions(expand_open=False, expand_closed=True)
CLOSE_INDEX = ADD_BLOCK = STRICT_EXPAND_OPEN
RESOLVE_INDEX = STRICT_EXPAND_OPEN
UPDATE_ALIASES = IndicesOptions(allow_no_indices=False, ignore_aliases=True)
GET_ALIASES = STRICT_EXPAND_OPEN_CLOSED_HIDDEN
DELETE_DATA_STREAM = GET_DATA_STREAM = IndicesOptions(
    expand_closed=True, allow_aliases_to_multiple_indices=False, ignore_aliases=True
)
CLUSTER_HEALTH = LENIENT_EXPAND_OPEN_CLOSED_HIDDEN
CLUSTER_STATE = CLUSTER_SEARCH_SHARDS = LENIENT_EXPAND_OPEN
SHARD_STORES = STRICT_EXPAND_OPEN_CLOSED
CREATE_SNAPSHOT = STRICT_EXPAND_OPEN_HIDDEN
RESTORE_SNAPSHOT = STRICT_EXPAND_OPEN


# --- date math --------------------------------------------------------------------------------------------------------

#: ``(math, pattern or None, zone or None) -> text``: ``now/d`` in ``uuuu.MM.dd`` unless a pattern is given.
DateMath = Callable[[str, str | None, str | None], str]


def resolve_date_math(expression: str, format_math: DateMath) -> str:
    """DateMathExpressionResolver.resolveExpression: ``<logs-{now/d{yyyy.MM|+12:00}}>``; plain names stay."""
    if not (expression.startswith("<") and expression.endswith(">")):
        return expression
    inside = expression[1:]  # with the closing bracket, as the error texts show it
    name: list[str] = []
    placeholder: list[str] = []
    escape = in_format = in_placeholder = False
    for position in range(1, len(expression) - 1):
        escaped, escape = escape, False
        c = expression[position]
        if c == "\\":
            if escaped:
                name.append(c)
            else:
                escape = True
        elif in_placeholder:
            if c == "{" and not (in_format and escaped):
                if in_format:
                    raise OpenSearchParseException(
                        f"invalid dynamic name expression [{inside}]. invalid character in placeholder at position "
                        f"[{position}]"
                    )
                in_format = True
                placeholder.append(c)
            elif c == "}" and not (in_format and escaped):
                if in_format:
                    in_format = False
                    placeholder.append(c)
                else:
                    name.append(_placeholder("".join(placeholder), format_math))
                    placeholder = []
                    in_placeholder = False
            else:
                placeholder.append(c)
        elif c == "{" and not escaped:
            in_placeholder = True
        elif c == "}" and not escaped:
            raise OpenSearchParseException(
                f"invalid dynamic name expression [{inside}]. invalid character at position [{position}]. `{{` and "
                "`}` are reserved characters and should be escaped when used as part of the index name using `\\` "
                "(e.g. `\\{text\\}`)"
            )
        else:
            name.append(c)
    if in_placeholder:
        raise OpenSearchParseException(
            f"invalid dynamic name expression [{inside}]. date math placeholder is open ended"
        )
    if not name:
        raise OpenSearchParseException("nothing captured")
    return "".join(name)


def _placeholder(text: str, format_math: DateMath) -> str:
    left = text.find("{")
    if left < 0:
        return format_math(text, None, None)
    if not text.endswith("}"):
        raise OpenSearchParseException(
            f"invalid dynamic name expression [{text}]. missing closing `}}` for date math format"
        )
    if left == len(text) - 2:
        raise OpenSearchParseException(f"invalid dynamic name expression [{text}]. missing date format")
    pattern, _, zone = text[left + 1 : -1].partition("|")
    return format_math(text[:left], pattern, zone or None)
