"""An analysed tree to Python code objects: what has a name (variables, fields, methods, lambdas)."""

from __future__ import annotations

import ast as py
from collections.abc import Callable
from functools import cache
from typing import Any

from fakeknn.painless import ast
from fakeknn.painless.allowlist import PRIMITIVES, UNBOXED, Allowlist, Method, allowlist
from fakeknn.painless.ast import Cast, Reference
from fakeknn.painless.contexts import Context
from fakeknn.painless.dispatch import (
    DefCall,
    DefLoad,
    DefStore,
    array_load,
    array_store,
    def_brace_load,
    def_brace_store,
    normalize_index,
    static_field,
    static_implementation,
    virtual,
)
from fakeknn.painless.emit import Emitter
from fakeknn.painless.operators import BOXERS
from fakeknn.painless.references import (
    adapted,
    bind,
    captured_def,
    lambda_converter,
    new_array_function,
    referenced,
    unbound_lambda,
    unbound_reference,
)
from fakeknn.painless.throwable import illegal_state
from fakeknn.painless.values import Function, function_type, runtime_name

_SCRIPT_CLASS = "org.opensearch.painless.PainlessScript.Script"

#: What ``def`` is cast to by methods of the class ``Def``.
_CAST_BY_DEF = frozenset({"java.lang.String", *UNBOXED})

# What a load does with the prefix, index given: (stored value, the assignment's worth if it is another).
Load = Callable[[], py.expr]
Value = Callable[[Load], tuple[py.expr, py.expr | None]]


@cache
def def_call(name: str, types: tuple[str, ...], returns: str, context: str) -> DefCall:
    return DefCall(name, types, returns, allowlist(context))


@cache
def def_load(name: str, returns: str, context: str) -> DefLoad:
    return DefLoad(name, returns, allowlist(context))


@cache
def def_store(name: str, context: str) -> DefStore:
    return DefStore(name, allowlist(context))


class Host:
    """What the functions bound to a script see of the document it runs on."""

    def __init__(self) -> None:
        self.bindings: Any = {}
        self.bound: dict[int, Callable[..., Any]] = {}
        """The functions that are made once for a segment's documents, by their places in the script."""

    def bind(self, place: int, make: Callable[..., Callable[..., Any]], *arguments: Any) -> Callable[..., Any]:
        bound = self.bound[place] = make(*arguments)
        return bound

    def bound_at(self, place: int) -> Callable[..., Any] | None:
        return self.bound.get(place)


class MemberCodegen(Emitter):
    """Members; ``slots`` counts the real machine's local variables, which its null pointer messages name."""

    def __init__(self, context: Context, allowlist: Allowlist) -> None:
        super().__init__()
        self.context = context
        self.allowlist = allowlist
        self.host = Host()
        self.in_function = False
        self.nulls: dict[int, str] = {}
        # What is called at a place, arguments first: a static method's key, or the name and arity of a receiver's.
        self.calls: dict[int, tuple[str, ...]] = {}
        # Where statements begin: what an error shows ends at the next.
        self.statements = {0}
        self.slots = 0
        self.counted = False
        self._slot_of: dict[str, int] = {}
        self._parameters: list[str] = []

    def value(self, node: ast.Expression) -> py.expr:
        raise NotImplementedError

    def boxed(self, node: ast.Expression) -> py.expr:
        raise NotImplementedError

    def type_of(self, node: ast.Expression) -> str:
        raise NotImplementedError

    def lambda_function(self, node: ast.Lambda) -> str:
        raise NotImplementedError

    def reference(self, node: ast.FunctionRef, type_: str, target: str) -> Reference:
        """Resolve a method reference when the script runs."""
        raise NotImplementedError

    def calling(self, name: str, unlikely: bool = False) -> None:
        """Note what is called here; the last argument's own call is often at the same place. It is asked first what
        was called last, unless that is ``unlikely`` to fail."""
        known = tuple(call for call in self.calls.get(self.line, ()) if call != name)
        self.calls[self.line] = (name, *known) if unlikely else (*known, name)

    # --- local variables as the real machine numbers them -------------------------------------------------------------

    def enter_function(self, static: bool) -> tuple[int, dict[str, int], list[str]]:
        state = (self.slots, self._slot_of, self._parameters)
        self.slots, self._slot_of, self._parameters = (0 if static else 1), {}, []
        return state

    def leave_function(self, state: tuple[int, dict[str, int], list[str]]) -> None:
        self.slots, self._slot_of, self._parameters = state

    def take_parameter(self, variable: ast.Variable) -> None:
        self._parameters.append(variable.python)
        self.take_slot(variable)

    def take_slot(self, variable: ast.Variable) -> None:
        self._slot_of[variable.python] = self.slots
        self.slots += 2 if variable.type in ("long", "double") else 1

    def take_loop_slot(self) -> None:
        self.slots += 1

    def _explain_null(self, prefix: ast.Expression, method: Method) -> None:
        """Remember what a null receiver at this place is answered with."""
        because = self._because(prefix)
        what = f'Cannot invoke "{signature(method)}"'
        self.nulls[self.line] = f"{what} because {because} is null" if because else what

    def _explain_unboxing(self, node: ast.Expression, boxed: str) -> None:
        because = self._because(node)
        primitive = UNBOXED[boxed]
        if because is not None:
            owner = boxed if primitive in ("boolean", "char") else "java.lang.Number"
            read = "int" if primitive in ("byte", "short") else primitive
            self.nulls[self.line] = f'Cannot invoke "{owner}.{read}Value()" because {because} is null'

    def _explain_array(self, prefix: ast.Expression, what: str) -> None:
        because = self._because(prefix)
        self.nulls[self.line] = f"Cannot {what} because {because} is null" if because else f"Cannot {what}"

    def _because(self, node: ast.Expression) -> str | None:
        if isinstance(node, ast.Symbol) and node.variable is not None:
            python = node.variable.python
            if python in self._parameters:
                return f'"<parameter{self._parameters.index(python) + 1}>"'
            slot = self._slot_of.get(python)
            return None if slot is None else f'"<local{slot}>"'
        if isinstance(node, ast.Explicit) and node.child.vtype == "def" and node.vtype in _CAST_BY_DEF:
            name = str(node.vtype).rpartition(".")[2]
            how = "" if name == "Boolean" else "Explicit"
            return f'the return value of "org.opensearch.painless.Def.defTo{name}{how}(Object)"'
        if isinstance(node, ast.Null):
            return '"null"'
        method = node.method if isinstance(node, ast.Call) else getattr(node, "getter", None)
        if isinstance(node, ast.CallLocal) and node.function is not None:
            function = node.function
            method = Method(_SCRIPT_CLASS, function.name, function.returns, tuple(function.parameters))
        if method is not None:
            return f'the return value of "{signature(method)}"'
        return None

    # --- variables and fields -----------------------------------------------------------------------------------------

    def _symbol(self, node: ast.Symbol) -> py.expr:
        assert node.variable is not None
        return self.name(node.variable.python)

    def _dot(self, node: ast.Dot) -> py.expr:
        if node.kind == "static field":
            return self._static_field(node)
        if node.null_safe:
            prefix = self.value(node.prefix)
            self.mark(node.offset)
            return self.either_null(prefix, lambda receiver: self._load_dot(node, receiver))
        return self._load_dot(node, self.value(node.prefix))

    def _static_field(self, node: ast.Dot) -> py.expr:
        value = static_field(str(node.prefix.static), node.index)
        self.mark(node.offset)
        if node.vtype in PRIMITIVES:
            return self.constant(ord(value) if node.vtype == "char" and isinstance(value, str) else value)
        return self.reach(value)

    def _load_dot(self, node: ast.Dot, receiver: py.expr) -> py.expr:
        self.mark(node.offset)
        kind = node.kind
        if kind == "length":
            self._explain_array(node.prefix, "read the array length")
            return self.call(len, receiver)
        if kind == "def":
            self.calling(f".{node.index}")
            table = def_load(node.index, str(node.vtype), self.context.name)
            return self.by_type(table, receiver)
        if kind == "field":
            return self.at(py.Attribute(receiver, node.index, py.Load()))
        assert node.getter is not None
        self._explain_null(node.prefix, node.getter)
        self.calling(f"{node.getter.name}/{len(node.getter.parameters)}")
        table_of = virtual(node.getter.name, len(node.getter.parameters))
        if kind == "getter":
            return self.by_type(table_of, receiver)
        return self.by_type(table_of, receiver, self._dot_key(node))

    def _dot_key(self, node: ast.Dot) -> py.expr:
        return self.constant(int(node.index) if node.kind == "list" else node.index)

    def _brace(self, node: ast.Brace) -> py.expr:
        receiver = self.temporary()
        prefix = self.walrus(receiver, self.value(node.prefix))
        index = self._index(node, receiver)
        # The receiver is evaluated before its index.
        return self._after(prefix, self._load_brace(node, self.name(receiver), index))

    def _after(self, first: py.expr, second: py.expr) -> py.expr:
        pair = self.at(py.Tuple([first, second], py.Load()))
        return self.subscript(pair, self.constant(1))

    def _index(self, node: ast.Brace, receiver: str) -> py.expr:
        """The index: negative ones count from the end."""
        index = self.value(node.index)
        if node.kind == "def":
            type_ = self.type_of(node.index)
            return self.call(normalize_index, self.name(receiver), index, self.constant(type_))
        if node.kind == "map" or (isinstance(index, py.Constant) and isinstance(index.value, int) and index.value >= 0):
            return index
        name = self.temporary()
        negative = self.compare(self.walrus(name, index), py.Lt(), self.constant(0))
        if node.kind == "array":
            size = self.call(len, self.name(receiver))
        else:
            size = self.by_type(virtual("size", 0), self.name(receiver))
        return self.either(negative, self.binary(self.name(name), py.Add(), size), self.name(name))

    def _load_brace(self, node: ast.Brace, receiver: py.expr, index: py.expr, stored: bool = False) -> py.expr:
        self.mark(node.offset)
        self.calling("[]")
        if node.kind == "array":
            self._explain_array(node.prefix, f"load from {_component(node.prefix)} array")
            return self.call(array_load, receiver, index)
        if node.kind == "def":
            loaded = self.call(def_brace_load, receiver, index)
            if node.vtype == "def":
                return loaded
            return self.cast_dynamic(loaded, str(node.vtype))
        cast = node.index.cast if node.kind == "map" else None
        if cast is not None and cast.source not in PRIMITIVES and not stored:
            # Two places begin at one instruction, where nothing is done to the index: the first is the one that counts.
            self.mark(node.index.offset)
        assert node.getter is not None
        self._explain_null(node.prefix, node.getter)
        self.calling("[]")
        loaded = self.by_type(virtual("get", 1), receiver, index)
        self.mark(node.offset)
        return loaded

    def cast_dynamic(self, value: py.expr, target: str) -> py.expr:
        """What a method handle does where a def access is typed otherwise."""
        from_def = _dynamic(target, self.context.name)
        return self.call(from_def, value)

    # --- stores -------------------------------------------------------------------------------------------------------

    def store(self, left: ast.Expression, value: Value, read: bool, loads: bool = False) -> py.expr:
        """An assignment as an expression, worth what is stored unless ``value`` says otherwise; ``loads`` if it makes
        use of what is there."""
        if isinstance(left, ast.Symbol):
            assert left.variable is not None
            name = left.variable.python
            stored, worth = value(lambda: self.name(name))
            assigned = self.walrus(name, stored)
            return assigned if worth is None else self._after(assigned, worth)
        steps: list[py.expr] = []
        receiver = self.temporary()
        assert isinstance(left, (ast.Dot, ast.Brace))
        if loads:
            self.mark(left.offset)
        steps.append(self.walrus(receiver, self.value(left.prefix)))
        if isinstance(left, ast.Dot):
            stored, worth = value(lambda: self._load_dot(left, self.name(receiver)))
            write = self._store_dot
            index = None
        else:
            position = self.temporary()
            steps.append(self.walrus(position, self._index(left, receiver)))
            index = position
            stored, worth = value(lambda: self._load_brace(left, self.name(receiver), self.name(position), True))
        kept = self.temporary()
        steps.append(self.walrus(kept, stored))
        boxed: py.expr = self.name(kept)
        if getattr(left, "optimized", False) and left.vtype in BOXERS:
            boxed = self.cast(boxed, Cast(left.vtype, "def", False))
        self.mark(left.offset)
        # What fails at this place has failed when it was loaded, if it was.
        told = self.nulls.get(self.line) if loads else None
        self.calling(f".{left.index}=" if isinstance(left, ast.Dot) else "[]=", loads)
        if isinstance(left, ast.Dot):
            steps.append(write(left, receiver, boxed))
        else:
            assert index is not None
            steps.append(self._store_brace(left, receiver, self.name(index), boxed))
        if told is not None:
            self.nulls[self.line] = told
        if not read:
            return self.at(py.Tuple(steps, py.Load()))
        steps.append(self.name(kept) if worth is None else worth)
        return self.subscript(self.at(py.Tuple(steps, py.Load())), self.constant(len(steps) - 1))

    def _store_dot(self, node: ast.Dot, receiver: str, value: py.expr) -> py.expr:
        if node.kind == "def":
            return self.by_type(def_store(node.index, self.context.name), self.name(receiver), value)
        assert node.setter is not None
        self._explain_null(node.prefix, node.setter)
        table = virtual(node.setter.name, 2)
        return self.by_type(table, self.name(receiver), self._dot_key(node), value)

    def _store_brace(self, node: ast.Brace, receiver: str, index: py.expr, value: py.expr) -> py.expr:
        if node.kind == "array":
            self._explain_array(node.prefix, f"store to {_component(node.prefix)} array")
            return self.call(array_store, self.name(receiver), index, value)
        if node.kind == "def":
            return self.call(def_brace_store, self.name(receiver), index, value)
        assert node.setter is not None
        self._explain_null(node.prefix, node.setter)
        return self.by_type(virtual(node.setter.name, 2), self.name(receiver), index, value)

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, node: ast.Call) -> py.expr:
        if node.prefix.static is not None:
            return self._static_call(node)
        prefix = self.value(node.prefix)
        if node.null_safe:
            self.mark(node.offset)
            return self.either_null(prefix, lambda receiver: self._invoke(node, receiver))
        return self._invoke(node, prefix)

    def _static_call(self, node: ast.Call) -> py.expr:
        assert node.method is not None
        self.mark(node.offset)
        arguments = [self.value(argument) for argument in node.arguments]
        self.calling(node.method.key)
        return self.call(static_implementation(node.method), *arguments)

    def _invoke(self, node: ast.Call, receiver: py.expr) -> py.expr:
        self.mark(node.offset)
        method = node.method
        if method is None:
            arguments = [self.value(argument) for argument in node.arguments]
            self.calling(f"{node.name}/{len(arguments)}")
            types = tuple(map(self.type_of, node.arguments))
            table = def_call(node.name, types, str(node.vtype), self.context.name)
            return self.by_type(table, receiver, *arguments)
        if node.prefix.vtype in PRIMITIVES:
            receiver = self.cast(receiver, Cast(node.prefix.vtype, "def", False))
        arguments = [self.value(argument) for argument in node.arguments]
        self.calling(f"{method.name}/{len(arguments)}")
        self._explain_null(node.prefix, method)
        return self.by_type(virtual(method.name, len(arguments)), receiver, *arguments)

    def _newobj(self, node: ast.NewObj) -> py.expr:
        assert node.constructor is not None
        self.mark(node.offset)
        arguments = [self.value(argument) for argument in node.arguments]
        self.calling(node.constructor.key)
        made = self.call(static_implementation(node.constructor), *arguments)
        if self.allowlist.assignable("java.lang.Throwable", node.constructor.owner):
            return self.call(made_at, made, self.constant(self.line))
        return made

    def _calllocal(self, node: ast.CallLocal) -> py.expr:
        self.mark(node.offset)
        if node.binding is not None:
            return self._bound(node, node.binding)
        arguments = [self.value(argument) for argument in node.arguments]
        if node.function is not None:
            name = f"f_{node.function.name}_{len(node.function.parameters)}"
            return self.call_node(self.name(name), *arguments)
        assert node.imported is not None
        self.calling(node.imported.key)
        return self.call(static_implementation(node.imported), *arguments)

    def _bound(self, node: ast.CallLocal, binding: Method) -> py.expr:
        """A class binding: made of its first arguments when it is first called, then asked with the others."""
        if self.in_function:
            raise illegal_state("no 'this' pointer within static method")
        given = binding.read_only - node.skipped
        arguments = [self.value(argument) for argument in node.arguments[:given]]
        if node.skipped:
            arguments.insert(0, self.reach(self.host))
        place = self.constant(node.offset)
        self.calling(binding.key)
        known = self.call(self.host.bound_at, place)
        made = self.call(self.host.bind, place, self.reach(static_implementation(binding)), *arguments)
        bound = self.at(py.BoolOp(py.Or(), [known, made]))
        asked = [self.value(argument) for argument in node.arguments[given:]]
        if binding.parameters[-1] != "java.lang.Object":  # to which an argument is cast at its own place
            self.mark(node.offset)
        self.calling(binding.key)
        return self.call_node(bound, *asked)

    # --- lambdas and references ---------------------------------------------------------------------------------------

    def _lambda(self, node: ast.Lambda) -> py.expr:
        self.mark(node.offset)
        name = self.lambda_function(node)
        captures = [self.name(variable.python) for variable in node.captures]
        code = self.name(name)
        if captures:
            code = self.call(bind, code, *captures)
        if node.method is None:
            shown = self.constant(f"lambda$synthetic${name.split('_')[1]}")
            types = self.constant(tuple(node.types))
            return self.call(
                unbound_lambda, code, types, shown, self.constant(len(captures)), self.reach(self.allowlist)
            )
        if tuple(node.types) != node.method.parameters:
            code = self.call(
                adapted,
                code,
                self.reach(node.method),
                self.constant(tuple(node.types)),
                self.constant(node.returns),
                self.reach(self.allowlist),
                self.reach(lambda_converter),
            )
        return self.call(function_type(str(node.target)), code)

    def _functionref(self, node: ast.FunctionRef) -> py.expr:
        self.mark(node.offset)
        captured = [] if node.captured is None else [self.name(node.captured.python)]
        type_ = node.captured.type if node.captured is not None else self._symbol_type(node.symbol)
        if node.target is not None:
            if node.reference is None:
                name, target = self.constant(node.name), self.constant(node.target)
                return self.call(captured_def, *captured, name, target, self.reach(self.allowlist))
            found = node.reference

            def typed(*values: Any) -> Function:
                call = referenced(found, type_, self.allowlist, self.globals, values)
                return function_type(str(node.target))(call)

            return self.call(typed, *captured)

        def unbound(*values: Any) -> Any:
            def find(interface: str) -> Callable[..., Any]:
                if type_ == "def" and values:
                    return captured_def(values[0], node.name, interface, self.allowlist).call
                reference = self.reference(node, type_, interface)
                return referenced(reference, type_, self.allowlist, self.globals, values)

            return unbound_reference(find)

        return self.call(unbound, *captured)

    def _symbol_type(self, symbol: str) -> str:
        return "this" if symbol == "this" else str(self.allowlist.type_named(symbol))

    def _newarrayfunctionref(self, node: ast.NewArrayFunctionRef) -> py.expr:
        self.mark(node.offset)
        code = new_array_function(node.array)
        if node.interface is not None:
            return self.call(function_type(str(node.target)), self.reach(code))
        return self.call(unbound_reference, self.reach(lambda interface: code))


def _component(array: ast.Expression) -> str:
    type_ = str(array.vtype)[:-2]
    return type_ if type_ in PRIMITIVES else "object"


@cache
def _dynamic(target: str, context: str) -> Callable[[Any], Any]:
    from_def = DefLoad("", target, allowlist(context))
    return from_def.convert


def made_at(thrown: Any, line: int) -> Any:
    thrown.origin = line
    return thrown


def signature(method: Method) -> str:
    """A method as the real machine names it in messages."""
    parameters = ", ".join(map(_short, method.parameters))
    return f"{_short(method.owner)}.{method.name}({parameters})"


def _short(type_: str) -> str:
    short = {"def": "Object", "java.lang.Object": "Object", "java.lang.String": "String"}.get(type_)
    if short is not None or type_.endswith("[]"):
        return short or type_
    return runtime_name(type_)
