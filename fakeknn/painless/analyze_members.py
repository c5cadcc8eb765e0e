"""The semantic analysis of names: variables, fields, methods, constructors, lambdas and method references."""

from __future__ import annotations

from collections.abc import Sequence

from fakeknn.painless import ast
from fakeknn.painless.allowlist import PRIMITIVES, Method
from fakeknn.painless.analyze_expressions import ExpressionAnalyzer
from fakeknn.painless.casts import legal_cast
from fakeknn.painless.scopes import Scope
from fakeknn.painless.throwable import CompileFault, Thrown, fault, illegal_argument, illegal_state

_MAP = "java.util.Map"
_LIST = "java.util.List"


class MemberAnalyzer(ExpressionAnalyzer):
    """What a script reaches by name."""

    def block(self, block: ast.Block, scope: Scope) -> None:
        raise NotImplementedError

    # --- symbols and fields -------------------------------------------------------------------------------------------

    def _symbol(self, node: ast.Symbol, scope: Scope) -> None:
        static = self.allowlist.type_named(node.name)
        if static is not None:
            if node.write:
                raise fault(node.offset, f"invalid assignment: cannot write a value to a static type [{static}]")
            if not node.read:
                raise fault(node.offset, f"not a statement: static type [{static}] not used")
            node.static = static
        elif scope.defines(node.name):
            if not node.read and not node.write:
                raise fault(node.offset, f"not a statement: variable [{node.name}] not used")
            variable = scope.get(node.offset, node.name)
            if node.write and variable.final:
                raise fault(node.offset, f"Variable [{node.name}] is read-only.")
            node.variable = variable
            node.vtype = variable.type
        else:
            node.partial = node.name

    def _dynamic_type(self, node: ast.Dot | ast.Brace | ast.Call, null_safe: bool) -> str:
        """The type of a def access: at once what it is converted to, if that is known and implicit."""
        target = None if null_safe else node.target
        if target is None or target == "java.time.ZonedDateTime" or node.explicit:
            return "def"
        return target

    def _dot(self, node: ast.Dot, scope: Scope) -> None:
        if not node.read and not node.write:
            raise fault(node.offset, "not a statement: result of dot operator [.] not used")
        prefix = node.prefix
        prefix.read = True
        self.visit(prefix, scope)
        if prefix.partial is not None or prefix.static is not None:
            name = f"{prefix.partial or prefix.static}.{node.index}"
            static = self.allowlist.type_named(name)
            if static is not None:
                if node.write:
                    raise fault(node.offset, f"invalid assignment: cannot write a value to a static type [{static}]")
                node.static = static
                return
            if prefix.partial is not None:
                node.partial = name
                return
        type_ = prefix.vtype
        if type_ is not None and type_.endswith("[]"):
            if node.index != "length":
                raise fault(node.offset, f"Field [{node.index}] does not exist for type [{type_}].")
            if node.write:
                message = "cannot assign a value write to read-only field [length] for an array."
                raise fault(node.offset, f"invalid assignment: {message}")
            node.kind, node.vtype = "length", "int"
        elif type_ == "def":
            node.kind, node.vtype = "def", self._dynamic_type(node, node.null_safe)
            node.optimized = node.write
        else:
            node.vtype = self._typed_dot(node, type_ or prefix.static, type_ is None)
        if node.null_safe:
            if node.write:
                raise fault(node.offset, "invalid assignment: cannot assign a value to a null safe operation [?.]")
            if node.vtype in PRIMITIVES:
                raise fault(None, "Result of null safe operator must be nullable")

    def _typed_dot(self, node: ast.Dot, type_: str | None, static: bool) -> str:
        if type_ is None:
            raise CompileFault(node.offset, illegal_state("value required: instead found no value"))
        index = node.index
        field = self.allowlist.field(type_, static, index)
        if field is not None:
            if node.write:
                message = f"cannot assign a value to read-only field [{index}]"
                raise fault(node.offset, f"invalid assignment: {message}")
            node.kind = "static field" if static else "field"
            return field
        capital = index[0].upper() + index[1:]
        getter = self.allowlist.method(type_, static, "get" + capital, 0)
        getter = getter or self.allowlist.method(type_, static, "is" + capital, 0)
        # A setter is looked for among methods without arguments, by the real compiler too: none is ever found.
        setter = self.allowlist.method(type_, static, "set" + capital, 0)
        if getter is not None or setter is not None:
            if getter is not None and getter.returns == "void":
                raise fault(node.offset, f"Illegal get shortcut on field [{index}] for type [{type_}].")
            if setter is not None:
                raise fault(node.offset, f"Illegal set shortcut on field [{index}] for type [{type_}].")
            if getter is None or node.write:
                raise fault(node.offset, f"Illegal shortcut on field [{index}] for type [{type_}].")
            node.kind, node.getter = "getter", getter
            return getter.returns
        if not static and self.allowlist.assignable(_MAP, type_):
            node.kind = "map"
            return self._shortcut(node, type_, "map", "put")
        if not static and self.allowlist.assignable(_LIST, type_):
            if not index.isdigit() or int(index) >= 2**31:
                wrong = illegal_argument(f"invalid list index [{index}]")
                wrong.cause = Thrown("java.lang.NumberFormatException", f'For input string: "{index}"')
                raise CompileFault(node.offset, wrong)
            node.kind = "list"
            return self._shortcut(node, type_, "list", "set")
        raise fault(node.offset, f"field [{type_}, {index}] not found")

    def _shortcut(self, node: ast.Dot | ast.Brace, type_: str, kind: str, put: str) -> str:
        """``m.x`` and ``m[x]`` as get and put, ``l[0]`` as get and set; the type of the element."""
        getter = self.allowlist.method(type_, False, "get", 1)
        setter = self.allowlist.method(type_, False, put, 2)
        if (
            getter is not None
            and setter is not None
            and (getter.parameters[0] != setter.parameters[0] or getter.returns != setter.parameters[1])
        ):
            raise fault(node.offset, "Shortcut argument types must match.")
        if (node.read and getter is None) or (node.write and setter is None):
            raise fault(node.offset, f"Illegal {kind} shortcut for type [{type_}].")
        node.getter, node.setter = getter, setter
        if setter is not None:
            return setter.parameters[1]
        return getter.returns if getter is not None else "def"

    def _brace(self, node: ast.Brace, scope: Scope) -> None:
        if not node.read and not node.write:
            raise fault(node.offset, "not a statement: result of brace operator not used")
        node.prefix.read = True
        type_ = self.checked(node.prefix, scope)
        index = node.index
        if type_.endswith("[]"):
            self.value(index, scope, "int")
            node.kind, node.vtype = "array", type_[:-2]
        elif type_ == "def":
            index.read = True
            self.checked(index, scope)
            node.kind, node.vtype = "def", self._dynamic_type(node, False)
            node.optimized = node.write
        elif self.allowlist.assignable(_MAP, type_):
            node.kind = "map"
            element = self._shortcut(node, type_, "map", "put")
            method = node.setter or node.getter
            assert method is not None
            self.value(index, scope, method.parameters[0])
            node.vtype = element
        elif self.allowlist.assignable(_LIST, type_):
            node.kind = "list"
            element = self._shortcut(node, type_, "list", "set")
            self.value(index, scope, "int")
            node.vtype = element
        else:
            raise fault(node.offset, f"Illegal array access on type [{type_}].")

    # --- calls --------------------------------------------------------------------------------------------------------

    def _arguments(self, nodes: list[ast.Expression], types: Sequence[str], scope: Scope) -> None:
        for node, type_ in zip(nodes, types, strict=True):
            self.value(node, scope, type_, internal=True)

    def _call(self, node: ast.Call, scope: Scope) -> None:
        name, count = node.name, len(node.arguments)
        if node.write:
            raise fault(node.offset, f"invalid assignment: cannot assign a value to method call [{name}/{count}]")
        prefix = node.prefix
        prefix.read = True
        self.visit(prefix, scope)
        if prefix.partial is not None:
            raise fault(node.offset, f"cannot resolve symbol [{prefix.partial}]")
        if prefix.vtype == "def":
            for argument in node.arguments:
                argument.read = argument.internal = True
                if self.checked(argument, scope) == "void":
                    message = f"Argument(s) cannot be of [void] type when calling method [{name}]."
                    raise fault(node.offset, message)
            node.vtype = self._dynamic_type(node, node.null_safe)
        else:
            static = prefix.vtype is None
            type_ = prefix.static if static else prefix.vtype
            if type_ is None:
                raise CompileFault(node.offset, illegal_state("value required: instead found no value"))
            method = self.allowlist.method(type_, static, name, count)
            if method is None:
                kind = "static" if static else "member"
                raise fault(node.offset, f"{kind} method [{type_}, {name}/{count}] not found")
            self._arguments(node.arguments, method.parameters, scope)
            node.method = method
            node.vtype = method.returns
        if node.null_safe and node.vtype in PRIMITIVES:
            raise fault(None, "Result of null safe operator must be nullable")

    def _newobj(self, node: ast.NewObj, scope: Scope) -> None:
        count = len(node.arguments)
        if node.write:
            what = f"[{node.type_name}/{count}]"
            raise fault(node.offset, f"invalid assignment cannot assign a value to new object with constructor {what}")
        type_ = self.allowlist.type_named(node.type_name)
        if type_ is None:
            raise fault(node.offset, f"Not a type [{node.type_name}].")
        constructor = self.allowlist.constructor(type_, count)
        if constructor is None:
            raise fault(node.offset, f"constructor [{type_}, <init>/{count}] not found")
        node.constructor = constructor
        self._arguments(node.arguments, constructor.parameters, scope)
        node.vtype = type_

    def _calllocal(self, node: ast.CallLocal, scope: Scope) -> None:
        name, count = node.name, len(node.arguments)
        if node.write:
            raise fault(node.offset, f"invalid assignment: cannot assign a value to function call [{name}/{count}]")
        function = self.functions.get(f"{name}/{count}")
        if function is not None and function.return_name != "<internal>":
            node.function = function
            parameters: Sequence[str] = function.parameters
            node.vtype = function.returns
        else:
            node.imported = self.allowlist.imported.get((name, count))
            method = node.imported or self._binding(node, count)
            if method is None:
                # The arguments are printed as Java prints objects that have no name.
                nodes = ", ".join(
                    f"org.opensearch.painless.node.{argument.java_name}@{id(argument) & 0xFFFFFFF:x}"
                    for argument in node.arguments
                )
                raise fault(node.offset, f"Unknown call [{name}] with [[{nodes}]] arguments.")
            parameters = method.parameters[node.skipped :]
            node.vtype = method.returns
        self._arguments(node.arguments, parameters, scope)

    def _binding(self, node: ast.CallLocal, count: int) -> Method | None:
        """A function bound to the script; one that takes the script itself hides that parameter."""
        base = self.context.base
        binding = self.allowlist.bindings.get((node.name, count))
        if binding is None or (binding.parameters and binding.parameters[0] == base):
            binding = self.allowlist.bindings.get((node.name, count + 1))
            if binding is not None and binding.parameters[0] != base:
                binding = None
            node.skipped = 1
        node.binding = binding
        return binding

    # --- lambdas and references ---------------------------------------------------------------------------------------

    def _lambda(self, node: ast.Lambda, scope: Scope) -> None:
        self._used(node, "a lambda", "lambda not used")
        interface = None
        if node.target is not None:
            interface = self.allowlist.functional(node.target)
            if interface is None:
                message = f"Cannot pass lambda to [{node.target}], not a functional interface"
                raise fault(node.offset, message)
            if len(interface.parameters) != len(node.parameter_names):
                message = f"Incorrect number of parameters for [{interface.name}] in [{node.target}]"
                raise fault(None, message)
            if interface.returns != "void":
                node.returns = interface.returns
        for i, name in enumerate(node.parameter_types):
            if name is None:
                node.types.append("def" if interface is None else interface.parameters[i])
            else:
                type_ = self.allowlist.type_named(name)
                if type_ is None:
                    raise fault(node.offset, f"cannot resolve type [{name}]")
                node.types.append(type_)
        inner = scope.lambda_(node.returns)
        for type_, name in zip(node.types, node.parameter_names, strict=True):
            node.variables.append(inner.define(node.offset, type_, name, True))
        assert node.block is not None
        node.block.last_source = True
        self.block(node.block, inner)
        if not node.block.method_escape:
            raise fault(node.offset, "not all paths return a value for lambda")
        node.captures = list(inner.captures.values())
        if interface is not None:
            node.method = interface
            self._check_reference(node.offset, interface, node.types, node.returns)
        node.vtype = node.target or "java.lang.String"

    def _check_reference(self, offset: int, interface: Method, parameters: Sequence[str], returns: str) -> None:
        for from_, to in zip(interface.parameters, parameters, strict=True):
            legal_cast(self.allowlist, offset, from_, to, False, True)
        if interface.returns != "void":
            legal_cast(self.allowlist, offset, returns, interface.returns, False, True)

    def _functionref(self, node: ast.FunctionRef, scope: Scope) -> None:
        type_ = "this" if node.symbol == "this" else self.allowlist.type_named(node.symbol)
        kind = "function reference" if type_ is not None else "capturing function reference"
        what = f"{kind} [{node.symbol}:{node.name}]"
        self._used(node, what, f"{what} not used")
        captured = 0
        if type_ is None:
            node.captured = scope.get(node.offset, node.symbol)
            type_ = node.captured.type
            captured = 1
        if node.target is not None and (type_ != "def" or not captured):
            node.reference = self.reference(node.offset, node.target, node.symbol, type_, node.name, captured)
        node.vtype = node.target or "java.lang.String"

    def reference(
        self, offset: int | None, target: str, symbol: str, type_: str, name: str, captured: int
    ) -> ast.Reference:
        """What ``type::name`` is as an implementation of a functional interface."""
        interface = self.allowlist.functional(target)
        shown = type_ if captured else symbol
        if interface is None:
            message = f"cannot convert function reference [{shown}::{name}] to a non-functional interface [{target}]"
            raise fault(offset, message)
        arity = len(interface.parameters)
        matching = f"matching [{target}, {interface.name}/{arity}] not found"
        if type_ == "this":
            key = f"{name}/{arity}"
            function = self.functions.get(key)
            if function is None:
                raise fault(offset, f"function reference [this::{key}] {matching}")
            parameters, returns = function.parameters, function.returns
            found = ast.Reference(interface, "function", None, function)
        elif name == "new":
            method = self.allowlist.constructor(type_, arity)
            if method is None:
                raise fault(offset, f"function reference [{shown}::new/{arity}] {matching}")
            parameters, returns = list(method.parameters), type_
            found = ast.Reference(interface, "new", method, None)
        else:
            method = None if captured else self.allowlist.method(type_, True, name, arity)
            kind = "static"
            if method is None and type_ != "def":
                method = self.allowlist.method(type_, False, name, arity if captured else arity - 1)
                kind = "captured" if captured else "member"
            if method is None:
                raise fault(offset, f"function reference [{shown}::{name}/{arity}] {matching}")
            parameters = list(method.parameters)
            if kind == "member":
                parameters.insert(0, type_)
            returns = method.returns
            found = ast.Reference(interface, kind, method, None)
        if offset is not None:
            self._check_reference(offset, interface, parameters, returns)
        return found

    def _newarrayfunctionref(self, node: ast.NewArrayFunctionRef, scope: Scope) -> None:
        what = f"new array function reference with target type [{node.type_name}]"
        if node.write:
            raise fault(node.offset, f"cannot assign a value to {what.replace('[', '[ + ')}")
        if not node.read:
            raise fault(node.offset, f"not a statement: {what} not used")
        type_ = self.allowlist.type_named(node.type_name)
        if type_ is None:
            raise fault(node.offset, f"Not a type [{node.type_name}].")
        node.array = type_
        if node.target is not None:
            interface = self.allowlist.functional(node.target)
            if interface is None:
                message = f"cannot convert function reference [this::new] to a non-functional interface [{node.target}]"
                raise fault(node.offset, message)
            self._check_reference(node.offset, interface, ["int"], type_)
            node.interface = interface
        node.vtype = node.target or "java.lang.String"
