"""``lang: expression``: Lucene's Javascript expressions, on doubles, for all documents at once.

Everything is a double; what wants a condition takes it as an int and what shifts or masks as a long, cut off as Java
casts do. A document without a value counts as 0.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, OpenSearchError, ScriptException
from fakeknn.geo import sphere
from fakeknn.painless.convert import java_value
from fakeknn.painless.expression_fields import FieldColumns, Source, field_source
from fakeknn.painless.expression_grammar import Fault, Lexical, Node, Parser, explain, parse_exception
from fakeknn.painless.numbers import java_cosh, java_sinh, lucene_acosh, lucene_asinh, lucene_atanh
from fakeknn.painless.throwable import Thrown
from fakeknn.serving import compiling

LANG = "expression"
CONTEXTS = (
    "score",
    "filter",
    "field",
    "number_sort",
    "terms_set",
    "aggs",
    "bucket_aggregation",
    "aggregation_selector",
)

Doubles = NDArray[np.float64]


class Columns(FieldColumns, Protocol):
    n: int

    @property
    def score(self) -> NDArray[np.float32]: ...


# --- functions --------------------------------------------------------------------------------------------------------


def _haversin(lat1: Doubles, lon1: Doubles, lat2: Doubles, lon2: Doubles) -> Doubles:
    """Kilometres."""
    return sphere.haversine(lat1, lon1, lat2, lon2) / 1000.0


FUNCTIONS: dict[str, tuple[int, Callable[..., Any]]] = {
    "abs": (1, np.abs),
    "acos": (1, np.arccos),
    "acosh": (1, lucene_acosh),
    "asin": (1, np.arcsin),
    "asinh": (1, lucene_asinh),
    "atan": (1, np.arctan),
    "atan2": (2, np.arctan2),
    "atanh": (1, lucene_atanh),
    "ceil": (1, np.ceil),
    "cos": (1, np.cos),
    "cosh": (1, java_cosh),
    "exp": (1, np.exp),
    "floor": (1, np.floor),
    "haversin": (4, _haversin),
    "ln": (1, np.log),
    "log10": (1, np.log10),
    "logn": (2, lambda base, value: np.log(value) / np.log(base)),
    "max": (2, np.maximum),
    "min": (2, np.minimum),
    "pow": (2, np.power),
    "sin": (1, np.sin),
    "sinh": (1, java_sinh),
    "sqrt": (1, np.sqrt),
    "tan": (1, np.tan),
    "tanh": (1, np.tanh),
}


def _long(value: Doubles) -> NDArray[np.int64]:
    low, high = -(2.0**63), 2.0**63
    wide = np.trunc(np.nan_to_num(value, nan=0.0))
    out: NDArray[np.int64] = np.where((wide >= high) | (wide < low), 0.0, wide).astype(np.int64)
    out[wide >= high], out[wide < low] = 2**63 - 1, -(2**63)
    return out


def _int(value: Doubles) -> NDArray[np.int64]:
    clipped: NDArray[np.int64] = np.clip(np.nan_to_num(np.trunc(value), nan=0.0), -(2.0**31), 2.0**31 - 1).astype(
        np.int64
    )
    return clipped


_ARITHMETIC: dict[str, Callable[[Doubles, Doubles], Doubles]] = {
    "*": np.multiply,
    "/": np.divide,
    "%": np.fmod,
    "+": np.add,
    "-": np.subtract,
}
_COMPARE: dict[str, Callable[[Doubles, Doubles], Any]] = {
    "<": np.less,
    "<=": np.less_equal,
    ">": np.greater,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
}
_BITS: dict[str, Callable[[Any, Any], Any]] = {"&": np.bitwise_and, "^": np.bitwise_xor, "|": np.bitwise_or}


def _evaluate(node: Node, variables: Mapping[str, Doubles], n: int) -> Doubles:
    kind, name, parts = node.kind, node.name, node.parts
    if kind == "number":
        return np.full(n, node.value)
    if kind == "variable" or (kind == "call" and name not in FUNCTIONS):
        return variables[_written(node)]
    if kind == "call":
        result: Doubles = FUNCTIONS[name][1](*[_evaluate(part, variables, n) for part in parts])
        return result
    values = [_evaluate(part, variables, n) for part in parts]
    if kind == "conditional":
        chosen: Doubles = np.where(_int(values[0]) != 0, values[1], values[2])
        return chosen
    if kind == "unary":
        if name == "!":
            return np.asarray(_int(values[0]) == 0, np.float64)
        if name == "~":
            return np.asarray((~_long(values[0])).astype(np.float64))
        return -values[0] if name == "-" else values[0]
    left, right = values
    if name in _ARITHMETIC:
        computed: Doubles = _ARITHMETIC[name](left, right)
        return computed
    if name in _COMPARE:
        return np.asarray(_COMPARE[name](left, right)).astype(np.float64)
    if name in _BITS:
        return np.asarray(_BITS[name](_long(left), _long(right))).astype(np.float64)
    if name in ("&&", "||"):
        a, b = _int(left) != 0, _int(right) != 0
        both: Doubles = (a & b if name == "&&" else a | b).astype(np.float64)
        return both
    bits, by = _long(left), _int(right) & 63
    if name == "<<":
        return (bits << by).astype(np.float64)
    if name == ">>":
        return (bits >> by).astype(np.float64)
    return (bits.view(np.uint64) >> by.astype(np.uint64)).view(np.int64).astype(np.float64)


def _written(node: Node) -> str:
    """A variable as the engine knows it: strings in single quotes, a method with its parentheses."""
    name = re.sub(r'\["((?:\\"|\\\\|[^\\"])*)"\]', lambda m: "['" + m.group(1).replace("'", "\\'") + "']", node.name)
    return name + ("()" if node.kind == "call" else "")


# --- scripts ----------------------------------------------------------------------------------------------------------


class Expression:
    """A compiled expression with its parameters."""

    def __init__(self, source: str, root: Node, variables: Sequence[str], params: Mapping[str, Any]) -> None:
        self.source = source
        self.variables = variables
        self.params = java_value(dict(params))
        self._root = root

    @property
    def used(self) -> frozenset[str]:
        return frozenset(self.variables)

    def vectorize(self, columns: Columns, context: str = "score", value: Doubles | None = None) -> Doubles:
        """float64 of n: the expression for every document; ``value`` is what ``_value`` stands for.

        Raises ``ScriptException`` ("link error") for variables that are none.
        """
        bound: dict[str, Doubles] = {}
        for variable in self.variables:
            bound[variable] = self._bind(variable, columns, context, value)
        with np.errstate(all="ignore"):
            return _evaluate(self._root, bound, columns.n)

    def link(self, columns: Columns, context: str) -> None:
        """Refuse variables that are none."""
        for variable in self.variables:
            self._bind(variable, columns, context, None)

    def _bind(self, variable: str, columns: Columns, context: str, value: Doubles | None) -> Doubles:
        if variable == "_score" and context in ("score", "filter", "number_sort", "aggs"):
            return columns.score.astype(np.float64)
        if variable == "_value" and context in ("score", "filter", "aggs"):
            return np.zeros(columns.n) if value is None else value
        try:
            if variable in self.params:
                return np.full(columns.n, self._parameter(variable))
            return self._source(variable, columns)(columns)
        except _Link as link:
            raise self._error("link error", variable, link.offset, link.thrown) from link.thrown.error()
        except Thrown as thrown:
            raise self._error("link error", variable, 0, thrown) from thrown.error()
        except OpenSearchError as error:
            raise self._error("link error", variable, 0, Thrown.of(error)) from error

    def _parameter(self, name: str) -> float:
        given = self.params[name]
        if isinstance(given, bool) or not isinstance(given, (int, float)):
            raise _Link(0, parse_exception(f"Parameter [{name}] must be a numeric type"))
        return float(given)

    @staticmethod
    def _source(variable: str, columns: Columns) -> Source:
        parts = _variable_parts(variable)
        if parts[0][1] != "doc":
            raise _Link(0, parse_exception(f"Unknown variable [{parts[0][1]}]"))
        if len(parts) < 2 or parts[1][0] != "string":
            message = "Variable 'doc' must be used with a specific field like: doc['myfield']"
            raise _Link(3, parse_exception(message))
        field = parts[1][1]
        accessor = _accessor(variable, parts)
        kind = columns.kind(field)
        if kind is None:
            raise _Link(5, parse_exception(f"Field [{field}] does not exist in mappings"))
        found = field_source(field, kind, *accessor)
        if found is None:
            raise _Link(5, parse_exception(f"Field [{field}] must be numeric, date, or geopoint"))
        return found

    def execute(self, values: Mapping[str, Any] | None = None) -> float:
        """Run on numbers alone, as ``bucket_aggregation`` does; ``values`` are its parameters."""
        given = self.params if values is None else values
        bound = {}
        for name, value in given.items():
            if name not in self.variables:
                message = f"The variable [{name}] does not exist in the executable expressions script."
                raise IllegalArgumentException(f"Error using {self}. {message}")
            if isinstance(value, bool) or not isinstance(value, (int, float)):
                message = (
                    f"Executable expressions scripts can only process numbers.  The variable [{name}] is not a number."
                )
                raise IllegalArgumentException(f"Error using {self}. {message}")
            bound[name] = np.array([float(value)])
        for name in self.variables:
            bound.setdefault(name, np.zeros(1))
        with np.errstate(all="ignore"):
            return float(_evaluate(self._root, bound, 1)[0])

    def __str__(self) -> str:
        """The name of a class made for it, and its place in memory."""
        package = "org.apache.lucene.expressions.js"
        return (
            f"{package}.JavascriptCompiler$CompiledExpression/0x{id(self) & 0xFFFFFFFF:016x}@{id(self) & 0xFFFFFFF:07x}"
        )

    def _error(self, reason: str, portion: str, offset: int, thrown: Thrown) -> ScriptException:
        return _error(reason, self.source, portion, offset)


class _Link(Exception):
    def __init__(self, offset: int, thrown: Thrown) -> None:
        super().__init__(thrown.message)
        self.offset = offset
        self.thrown = thrown


def _error(reason: str, source: str, portion: str, offset: int) -> ScriptException:
    return ScriptException(reason, [portion, " " * offset + "^---- HERE"], source, LANG)


def _variable_parts(variable: str) -> list[tuple[str, str]]:
    """(member | method | string | integer, text) of ``doc['f'].date.year``."""
    parts = []
    for match in re.finditer(r"\['((?:\\'|\\\\|[^\\'])*)'\]|\[(\d+)\]|\.?([^.\[(]+)(\(\))?", variable):
        string, integer, name, parentheses = match.groups()
        if string is not None:
            parts.append(("string", re.sub(r"\\(.)", r"\1", string)))
        elif integer is not None:
            parts.append(("integer", integer))
        else:
            parts.append(("method" if parentheses else "member", name))
    return parts


def _accessor(variable: str, parts: list[tuple[str, str]]) -> tuple[str, bool, bool]:
    """(name, is a method, is of the date's object) behind ``doc['field']``."""
    if len(parts) == 2:
        return "value", False, False
    if len(parts) == 3:
        if parts[2][0] in ("method", "member"):
            return parts[2][1], parts[2][0] == "method", False
        message = (
            "Only member variables or member methods may be accessed on a field when not accessing the field directly"
        )
        raise _Link(0, Thrown("java.lang.IllegalArgumentException", message))
    if len(parts) == 4 and parts[2][1] in ("date", "getDate") and parts[3][0] in ("method", "member"):
        return parts[3][1], parts[3][0] == "method", True
    message = f"Variable [{variable}] does not follow an allowed format of either doc['field'] or doc['field'].method()"
    raise _Link(0, Thrown("java.lang.IllegalArgumentException", message))


def compile_expression(source: str, context: str, params: Mapping[str, Any] | None = None) -> Expression:
    """Compile an expression; raises ``ScriptException`` ("compile error") or ``IllegalArgumentException``."""
    with compiling("expression", source, context):
        found = _compiled(source)
        if isinstance(found[0], int):
            offset, thrown = found
            raise _error("compile error", source, source, offset) from thrown.error()
        if context not in CONTEXTS:
            raise IllegalArgumentException(f"expression engine does not know how to handle script context [{context}]")
    root, variables = found
    return Expression(source, root, variables, params or {})


@lru_cache(maxsize=512)
def _compiled(source: str) -> tuple[int, Thrown] | tuple[Node, tuple[str, ...]]:
    try:
        root = Parser(source).whole()
    except (Fault, Lexical):
        return explain(source)
    variables: dict[str, None] = {}
    wrong = _externals(root, variables)
    if wrong is not None:
        return wrong[0], parse_exception(f"Invalid expression '{source}': {wrong[1]}")
    return root, tuple(variables)


def _externals(node: Node, variables: dict[str, None]) -> tuple[int, str] | None:
    """Collect the variables; what is wrong with a call, and where."""
    if node.kind == "call":
        function = FUNCTIONS.get(node.name)
        if function is not None:
            if len(node.parts) != function[0]:
                call = f"function call ({node.name}), but found ({len(node.parts)})."
                return node.start, f"Expected ({function[0]}) arguments for {call}"
        elif node.parts or "." not in node.name:
            return node.start, f"Unrecognized function call ({node.name})."
        else:
            variables[_written(node)] = None
    elif node.kind == "variable":
        variables[_written(node)] = None
    for part in node.parts:
        wrong = _externals(part, variables)
        if wrong is not None:
            return wrong
    return None
