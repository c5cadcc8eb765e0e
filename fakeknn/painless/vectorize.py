"""Scripts over all documents at once: the analysed tree run on numpy columns.

What a script computes from doc values, parameters and ``_score`` is computed for whole columns, in Java's types: int
and long in int64 (int wrapped), float in float32, double in float64. A branch is taken for just the documents whose
condition holds. Whatever is not of that kind, or would raise for any document, is ``Unvectorizable``: then the script
runs document by document, and says itself what is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fakeknn.painless import ast
from fakeknn.painless.columns import DOC, RESULT, Columns, Field, Numbers
from fakeknn.painless.lifting import array, constant, container_method, is_zero, lifted
from fakeknn.painless.vectorize_operations import ARRAY_KINDS, Unvectorizable, Vector, compare, convert, operate, unary

Rows = NDArray[np.intp]


def run(
    function: ast.Function, columns: Columns, bindings: Mapping[str, Any], functions: Mapping[str, Callable[..., Any]]
) -> NDArray[Any]:
    """The values that ``execute`` returns for all documents; raises ``Unvectorizable``.

    ``bindings``: the script's variables that are the same for all (params). ``functions``: what vector functions do.
    """
    return _Run(function, columns, bindings, functions).result()


class _Run:
    def __init__(
        self,
        function: ast.Function,
        columns: Columns,
        bindings: Mapping[str, Any],
        functions: Mapping[str, Callable[..., Any]],
    ) -> None:
        self.function = function
        self.columns = columns
        self.functions = functions
        self.n = columns.n
        self.locals: dict[str, Any] = {}
        # How many documents see a variable: as many as its declaration was reached by.
        self.seen: dict[str, int] = {}
        self.returned: NDArray[Any] | None = None
        self.bound: dict[int, list[Any]] = {}
        self.rounds = 0
        for variable in function.variables:
            if variable.name == "doc":
                self.locals[variable.python] = DOC
            elif variable.name == "_score":
                self.locals[variable.python] = "_score"
            elif variable.name in bindings:
                self.locals[variable.python] = bindings[variable.name]

    def result(self) -> NDArray[Any]:
        rest = self.block(self.function.block, None)
        if rest is None or len(rest):
            # Documents that no return was reached for get the type's zero.
            if self.function.returns not in RESULT:
                raise Unvectorizable
            self._return(rest, Vector(self.function.returns, 0))
        if self.returned is None:
            raise Unvectorizable
        return self.returned

    # --- statements: the rows that go on ------------------------------------------------------------------------------

    def block(self, block: ast.Block | None, rows: Rows | None) -> Rows | None:
        for statement in block.statements if block is not None else ():
            if rows is not None and not len(rows):
                break
            rows = self.statement(statement, rows)
        return rows

    def statement(self, node: ast.Statement, rows: Rows | None) -> Rows | None:
        if isinstance(node, ast.ExpressionStatement):
            if node.returns:
                self._return(rows, self.value(node.value, rows))
                return np.empty(0, np.intp)
            self.value(node.value, rows)
            return rows
        if isinstance(node, ast.Return) and node.value is not None:
            self._return(rows, self.value(node.value, rows))
            return np.empty(0, np.intp)
        if isinstance(node, ast.DeclBlock):
            for declaration in node.declarations:
                variable = declaration.variable
                assert variable is not None
                self.locals.pop(variable.python, None)
                self.seen[variable.python] = self.n if rows is None else len(rows)
                if declaration.value is not None:
                    self._assign(variable, self.value(declaration.value, rows), rows)
                else:
                    default = Vector(variable.type, 0) if variable.type in ARRAY_KINDS else None
                    self._assign(variable, default, rows)
            return rows
        if isinstance(node, (ast.If, ast.IfElse)):
            return self._if(node, rows)
        if isinstance(node, (ast.For, ast.While)):
            return self._loop(node, rows)
        if isinstance(node, ast.Each):
            return self._each(node, rows)
        raise Unvectorizable

    def _if(self, node: ast.If | ast.IfElse, rows: Rows | None) -> Rows | None:
        otherwise = node.else_block if isinstance(node, ast.IfElse) else None
        condition = self.condition(node.condition, rows)
        if isinstance(condition, bool):
            return self.block(node.block if condition else otherwise, rows)
        then, other = self._split(condition, rows)
        return np.concatenate([self._some(self.block(node.block, then)), self._some(self.block(otherwise, other))])

    def _loop(self, node: ast.For | ast.While, rows: Rows | None) -> Rows | None:
        """A loop whose rounds do not depend on the document."""
        afterthought = None
        if isinstance(node, ast.For):
            if isinstance(node.initializer, ast.DeclBlock):
                self.statement(node.initializer, rows)
            elif node.initializer is not None:
                self.value(node.initializer, rows)
            afterthought = node.afterthought
        before = self._some(rows)
        while node.condition is None or self.uniform(node.condition, rows):
            self.rounds += 1
            if self.rounds > 10_000:
                raise Unvectorizable
            rows = self.block(node.block, rows)
            if len(self._some(rows)) != len(before):
                raise Unvectorizable
            if afterthought is not None:
                self.value(afterthought, rows)
        return rows

    def _each(self, node: ast.Each, rows: Rows | None) -> Rows | None:
        """A loop over a list of the parameters' numbers."""
        items, variable = self.value(node.iterable, rows), node.variable
        if type(items) is not list or variable is None or len(items) > 10_000:
            raise Unvectorizable
        before = len(self._some(rows))
        for item in items:
            value = lifted(item)
            if not isinstance(value, Vector):
                raise Unvectorizable
            if variable.type == "double" and value.kind in ("int", "long"):
                value = convert(value, "double")
            elif variable.type not in ("def", value.kind):
                raise Unvectorizable
            self.locals[variable.python] = value
            self.seen[variable.python] = before
            rows = self.block(node.block, rows)
            if len(self._some(rows)) != before:
                raise Unvectorizable
        return rows

    def _some(self, rows: Rows | None) -> Rows:
        return np.arange(self.n) if rows is None else rows

    def _split(self, condition: NDArray[np.bool_], rows: Rows | None) -> tuple[Rows, Rows]:
        if rows is None:
            return np.flatnonzero(condition), np.flatnonzero(~condition)
        return rows[condition], rows[~condition]

    def _return(self, rows: Rows | None, value: Any) -> None:
        returns = self.function.returns
        if not isinstance(value, Vector):
            raise Unvectorizable
        if returns in RESULT:
            kind, dtype = returns, RESULT[returns]
        else:
            kind = value.kind
            if kind in ("byte", "short", "char"):
                raise Unvectorizable  # what they are shows in the answer
            dtype = RESULT.get(kind, np.float64)
        data = convert(value, kind).data
        if self.returned is None:
            self.returned = np.zeros(self.n, dtype)
            self._returned_kind = kind
        elif kind != self._returned_kind:
            raise Unvectorizable
        if rows is None:
            self.returned[:] = data
        else:
            self.returned[rows] = data

    # --- variables ----------------------------------------------------------------------------------------------------

    def _assign(self, variable: ast.Variable, value: Any, rows: Rows | None) -> None:
        name = variable.python
        all_ = rows is None or len(rows) == self.seen.get(name, self.n)
        if not isinstance(value, Vector):
            if not all_:
                raise Unvectorizable
            self.locals[name] = value
            return
        if rows is None or (all_ and not isinstance(value.data, np.ndarray)):
            self.locals[name] = value
            return
        before = self.locals.get(name)
        if before is None:
            before = Vector(value.kind, 0)
        if not isinstance(before, Vector) or before.kind != value.kind:
            raise Unvectorizable
        full = np.empty(self.n, np.asarray(value.data).dtype)
        full[:] = before.data
        full[rows] = value.data
        self.locals[name] = Vector(value.kind, full)

    def _symbol(self, node: ast.Symbol, rows: Rows | None) -> Any:
        assert node.variable is not None
        if node.variable.python not in self.locals:
            raise Unvectorizable
        value = self.locals[node.variable.python]
        if value is DOC:
            return value
        if isinstance(value, str) and value == "_score" and node.variable.name == "_score":
            # Scripts compute with the float32 score as a double.
            return Vector("double", self._take(self.columns.score.astype(np.float64), rows))
        if isinstance(value, Vector):
            return Vector(value.kind, self._take(value.data, rows))
        return value

    @staticmethod
    def _take(data: Any, rows: Rows | None) -> Any:
        return data if rows is None or not isinstance(data, np.ndarray) else data[rows]

    # --- expressions --------------------------------------------------------------------------------------------------

    def value(self, node: ast.Expression, rows: Rows | None) -> Any:
        """A node's value converted: a ``Vector``, a ``Field``, or something that is the same for all documents."""
        cast = node.cast
        if cast is None:
            return self.raw(node, rows)
        if isinstance(node, ast.Conditional) and cast.source == "def" and cast.target in ARRAY_KINDS:
            # The branches may be of different kinds: each is converted by itself.
            return self._conditional(node, rows, cast)
        result = self.raw(node, rows)
        if isinstance(result, Vector):
            if cast.target in ARRAY_KINDS:
                return self._cast(result, cast)
            if cast.target in ("def", "java.lang.Object", "java.lang.Number"):
                return result
            raise Unvectorizable
        if cast.target in ARRAY_KINDS:
            raise Unvectorizable
        return result

    @staticmethod
    def _cast(vector: Vector, cast: ast.Cast) -> Vector:
        return convert(vector, cast.target, explicit=cast.explicit, dynamic=cast.source == "def")

    def raw(self, node: ast.Expression, rows: Rows | None) -> Any:
        method = getattr(self, "_" + type(node).__name__.lower(), None)
        if method is None:
            raise Unvectorizable
        value = method(node, rows)
        return lifted(value)

    def vector(self, node: ast.Expression, rows: Rows | None) -> Vector:
        value = self.value(node, rows)
        if not isinstance(value, Vector):
            raise Unvectorizable
        return value

    def condition(self, node: ast.Expression, rows: Rows | None) -> bool | NDArray[np.bool_]:
        """A condition: one bool for all, or an array that is neither all true nor all false."""
        data = self.vector(node, rows).data
        if not isinstance(data, np.ndarray):
            return bool(data)
        if data.all():
            return True
        return data if data.any() else False

    def uniform(self, node: ast.Expression, rows: Rows | None) -> bool:
        condition = self.condition(node, rows)
        if not isinstance(condition, bool):
            raise Unvectorizable
        return condition

    def _booleanconstant(self, node: ast.BooleanConstant, rows: Rows | None) -> Any:
        return Vector("boolean", node.value)

    def _numeric(self, node: ast.Numeric, rows: Rows | None) -> Any:
        return Vector(str(node.vtype), node.value)

    def _decimal(self, node: ast.Decimal, rows: Rows | None) -> Any:
        return Vector(str(node.vtype), node.value)

    def _string(self, node: ast.String, rows: Rows | None) -> Any:
        return node.value

    def _explicit(self, node: ast.Explicit, rows: Rows | None) -> Any:
        return self.value(node.child, rows)

    def _unary(self, node: ast.Unary, rows: Rows | None) -> Any:
        child = self.vector(node.child, rows)
        if node.folds:
            return child
        return self._typed(unary(node.operation, child), node)

    def _binary(self, node: ast.Binary, rows: Rows | None) -> Any:
        if node.operation in ("=~", "==~") or node.binary_type == "java.lang.String":
            raise Unvectorizable
        left = self.vector(node.left, rows)
        return self._typed(operate(node.operation, left, self.vector(node.right, rows)), node)

    @staticmethod
    def _typed(result: Vector, node: ast.Unary | ast.Binary) -> Vector:
        """A def operation's result where another type was expected of it."""
        if node.vtype in ARRAY_KINDS and result.kind != node.vtype:
            return convert(result, str(node.vtype), explicit=node.explicit, dynamic=True)
        return result

    def _booleancomp(self, node: ast.BooleanComp, rows: Rows | None) -> Any:
        conjunction = node.operation == "&&"
        left = self.condition(node.left, rows)
        if isinstance(left, bool):
            return self.vector(node.right, rows) if left == conjunction else Vector("boolean", left)
        # The right side is asked only of the documents that the left side leaves open.
        open_, _ = self._split(left if conjunction else ~left, rows)
        out = left.copy()
        out[left if conjunction else ~left] = self.vector(node.right, open_).data
        return Vector("boolean", out)

    def _comp(self, node: ast.Comp, rows: Rows | None) -> Any:
        left = self.value(node.left, rows)
        right = self.value(node.right, rows)
        if isinstance(left, Vector) and isinstance(right, Vector):
            if node.operation in ("===", "!==") and node.compared not in ARRAY_KINDS:
                raise Unvectorizable
            return compare(node.operation[:2], left, right)
        if any(isinstance(side, (Field, np.ndarray)) or side is DOC for side in (left, right)):
            raise Unvectorizable
        if node.operation in ("==", "!="):
            for side in (left, right):
                if isinstance(side, Vector) and isinstance(side.data, np.ndarray):
                    raise Unvectorizable
            if isinstance(left, (str, type(None), Vector)) and isinstance(right, (str, type(None), Vector)):
                same = not isinstance(left, Vector) and not isinstance(right, Vector) and left == right
                return Vector("boolean", same == (node.operation == "=="))
        raise Unvectorizable

    def _null(self, node: ast.Null, rows: Rows | None) -> Any:
        return None

    def _conditional(self, node: ast.Conditional, rows: Rows | None, cast: ast.Cast | None = None) -> Any:
        condition = self.condition(node.condition, rows)
        if isinstance(condition, bool):
            value = self.value(node.left if condition else node.right, rows)
            return value if cast is None or not isinstance(value, Vector) else self._cast(value, cast)
        then, other = self._split(condition, rows)
        left, right = self.vector(node.left, then), self.vector(node.right, other)
        if cast is not None:
            left, right = self._cast(left, cast), self._cast(right, cast)
        if left.kind != right.kind:
            raise Unvectorizable
        out = np.empty(len(condition), np.result_type(np.asarray(left.data), np.asarray(right.data)))
        out[condition] = left.data
        out[~condition] = right.data
        return Vector(left.kind, out)

    def _elvis(self, node: ast.Elvis, rows: Rows | None) -> Any:
        left = self.value(node.left, rows)
        return self.value(node.right, rows) if left is None else left

    # --- assignment ---------------------------------------------------------------------------------------------------

    def _assignment(self, node: ast.Assignment, rows: Rows | None) -> Any:
        if not isinstance(node.left, ast.Symbol):
            raise Unvectorizable
        variable = node.left.variable
        assert variable is not None
        if node.operation is None:
            value = self.value(node.right, rows)
            self._assign(variable, value, rows)
            return value
        before = self._symbol(node.left, rows)
        if not isinstance(before, Vector):
            raise Unvectorizable
        compound = str(node.compound)
        left = convert(before, compound) if compound in ARRAY_KINDS else before
        result = operate(node.operation, left, self.vector(node.right, rows))
        after = convert(result, variable.type if variable.type in ARRAY_KINDS else before.kind, explicit=True)
        self._assign(variable, after, rows)
        return before if node.post else after

    # --- members ------------------------------------------------------------------------------------------------------

    def _dot(self, node: ast.Dot, rows: Rows | None) -> Any:
        if node.kind == "static field":
            return constant(node)
        prefix = self.value(node.prefix, rows)
        if node.null_safe and prefix is None:
            return None
        return self._typed_access(self._member(prefix, node.index, rows), node)

    def _member(self, prefix: Any, name: str, rows: Rows | None) -> Any:
        if isinstance(prefix, Field):
            if name == "value":
                return self._doc_value(prefix, rows)
            if name in ("empty", "length"):
                counts = Vector("int", self._counts(prefix, rows))
                return counts if name == "length" else compare("==", counts, Vector("int", 0))
            raise Unvectorizable
        if prefix is DOC:
            return self._doc_field(name)
        if isinstance(prefix, dict):
            return prefix.get(name)
        if isinstance(prefix, list) and name == "length":
            return len(prefix)
        raise Unvectorizable

    def _brace(self, node: ast.Brace, rows: Rows | None) -> Any:
        prefix = self.value(node.prefix, rows)
        index = self.value(node.index, rows)
        if isinstance(index, Vector):
            if isinstance(index.data, np.ndarray):
                raise Unvectorizable
            index = index.data
        if prefix is DOC and isinstance(index, str):
            return self._doc_field(index)
        if isinstance(prefix, Field) and index == 0:
            return self._typed_access(self._doc_value(prefix, rows), node)
        if isinstance(prefix, dict) and isinstance(index, str):
            return self._typed_access(prefix.get(index), node)
        if isinstance(prefix, list) and isinstance(index, int) and -len(prefix) <= index < len(prefix):
            return self._typed_access(prefix[index], node)
        raise Unvectorizable

    @staticmethod
    def _typed_access(value: Any, node: ast.Expression) -> Any:
        """A def access typed otherwise at once: only what needs no narrowing."""
        value = lifted(value)
        if node.vtype in ARRAY_KINDS:
            if not isinstance(value, Vector):
                raise Unvectorizable
            return convert(value, str(node.vtype), dynamic=True)
        return value

    def _doc_field(self, name: str) -> Field:
        kind = self.columns.kind(name)
        if kind is None:
            raise Unvectorizable
        return Field(name, kind)

    def _numbers(self, field: Field) -> Numbers:
        if field.kind not in ("long", "double", "boolean"):
            raise Unvectorizable
        return self.columns.numbers(field.name)

    def _counts(self, field: Field, rows: Rows | None) -> NDArray[np.int64]:
        if field.kind.endswith("_vector"):
            held = self.columns.vectors(field.name).rows
            counts: NDArray[np.int64] = (self._take(held, rows) >= 0).astype(np.int64)
            return counts
        taken: NDArray[np.int64] = self._take(self._numbers(field).counts, rows)
        return taken

    def _doc_value(self, field: Field, rows: Rows | None) -> Vector:
        numbers = self._numbers(field)
        if not self._take(numbers.counts, rows).all():
            raise Unvectorizable
        return Vector(field.kind, self._take(numbers.values, rows))

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call, rows: Rows | None) -> Any:
        if node.prefix.static is not None:
            return self._static_call(node, rows)
        prefix = self.value(node.prefix, rows)
        arguments = [self.value(argument, rows) for argument in node.arguments]
        return self._typed_access(self._method(prefix, node.name, arguments, rows), node)

    def _method(self, prefix: Any, name: str, arguments: list[Any], rows: Rows | None) -> Any:
        if isinstance(prefix, Field):
            if not arguments and name in ("size", "isEmpty", "getLength"):
                counts = Vector("int", self._counts(prefix, rows))
                return compare("==", counts, Vector("int", 0)) if name == "isEmpty" else counts
            first = len(arguments) == 1 and isinstance(arguments[0], Vector) and arguments[0].data is not None
            if (name == "getValue" and not arguments) or (name == "get" and first and is_zero(arguments[0])):
                return self._doc_value(prefix, rows)
        elif prefix is DOC and len(arguments) == 1 and isinstance(arguments[0], str):
            if name == "get":
                return self._doc_field(arguments[0])
            if name == "containsKey":
                return Vector("boolean", self.columns.kind(arguments[0]) is not None)
        elif isinstance(prefix, (dict, list)):
            return container_method(prefix, name, arguments)
        raise Unvectorizable

    def _static_call(self, node: ast.Call, rows: Rows | None) -> Any:
        assert node.method is not None
        function = self.functions.get(node.method.key)
        if function is None:
            raise Unvectorizable
        vectors = [self.vector(argument, rows) for argument in node.arguments]
        return Vector(node.method.returns, function(*[array(vector) for vector in vectors]))

    def _calllocal(self, node: ast.CallLocal, rows: Rows | None) -> Any:
        method = node.imported or node.binding
        if method is None or node.skipped:
            raise Unvectorizable
        function = self.functions.get(method.key)
        if function is None:
            raise Unvectorizable
        arguments = [self.value(argument, rows) for argument in node.arguments]
        if node.binding is not None:
            # A binding's own arguments are what they are when it is first called.
            bound = self.bound.setdefault(id(node), arguments[: method.read_only])
            if any(isinstance(argument, (Vector, Field)) for argument in bound):
                raise Unvectorizable
            arguments[: method.read_only] = bound
        given: list[Any] = []
        for argument in arguments:
            if isinstance(argument, Field):
                if not argument.kind.endswith("_vector"):
                    raise Unvectorizable
                given += self._vectors(argument, rows)
            elif isinstance(argument, Vector):
                given.append(array(argument))
            else:
                given.append(argument)
        return Vector(method.returns, function(*given))

    def _vectors(self, field: Field, rows: Rows | None) -> list[Any]:
        """The matrix of a vector field's rows, and its data type."""
        held = self.columns.vectors(field.name)
        wanted = self._take(held.rows, rows)
        if len(wanted) and wanted.min() < 0:
            raise Unvectorizable
        whole = len(wanted) == len(held.matrix) and bool((wanted == np.arange(len(wanted))).all())
        return [held.matrix if whole else held.matrix[wanted], held.data_type]
