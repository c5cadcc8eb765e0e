"""Lambdas and method references as objects of functional interfaces."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fakeknn.painless.allowlist import PRIMITIVES, UNBOXED, Allowlist, Method
from fakeknn.painless.ast import Reference
from fakeknn.painless.dispatch import DefCall, Unbound, converter, runtime_method, static_implementation, virtual
from fakeknn.painless.hierarchy import as_reference
from fakeknn.painless.operators import box, def_to_box, def_to_primitive
from fakeknn.painless.throwable import Thrown, illegal_argument
from fakeknn.painless.values import Function, class_of, function, new_array

Converter = Callable[[Any], Any]


def bind(call: Callable[..., Any], *captures: Any) -> Callable[..., Any]:
    """A function with its first arguments given."""
    return lambda *arguments: call(*captures, *arguments)


def _result(source: str, target: str) -> Converter | None:
    """From what the code returns to what the interface's method returns."""
    if target in ("void", source):
        return None
    if source == "def" and target in PRIMITIVES:
        return lambda value: def_to_primitive(value, target, False)
    if source == "def" and target.startswith("java.lang.") and target in _BOXES:
        return lambda value: def_to_box(value, target, False)
    if source in PRIMITIVES and target not in PRIMITIVES:
        return lambda value: box(value, source)
    if source in PRIMITIVES and target in ("double", "float"):
        return float
    return None


_BOXES = frozenset(f"java.lang.{name}" for name in ("Boolean", "Integer", "Long", "Double", "Float", "Short", "Byte"))


def lambda_converter(source: str, target: str, allowlist: Allowlist) -> Converter | None:
    """A lambda's parameter is cast as Java casts, whereas a bridge stands before methods that take boxed types."""
    if target in UNBOXED and source not in PRIMITIVES and source != target:
        return lambda value: as_reference(value, target, allowlist)
    return converter(source, target, allowlist)


def adapted(
    call: Callable[..., Any],
    interface: Method,
    parameters: Sequence[str],
    returns: str,
    allowlist: Allowlist,
    convert: Callable[[str, str, Allowlist], Converter | None] = converter,
) -> Callable[..., Any]:
    """A function called with an interface's types, on code that has others."""
    converters = [convert(source, to, allowlist) for source, to in zip(interface.parameters, parameters, strict=True)]
    result = _result(returns, interface.returns)
    if not any(converters):
        if result is None:
            return call
        return lambda *arguments: result(call(*arguments))

    def run(*arguments: Any) -> Any:
        given = [
            value if convert is None else convert(value) for value, convert in zip(arguments, converters, strict=True)
        ]
        value = call(*given)
        return value if result is None else result(value)

    return run


def _check_returned(method: Method, interface: Method) -> None:
    """``LambdaBootstrap.validateTypes``."""
    if method.returns != "void" or interface.returns == "void":
        return
    wanted = "java.lang.Object" if interface.returns == "def" else interface.returns
    shown = wanted if wanted in PRIMITIVES else f"class {wanted}"
    message = f"lambda expects return type [{shown}], but found return type [void]"
    raise Thrown("java.lang.invoke.LambdaConversionException", message)


def referenced(
    reference: Reference, type_: str, allowlist: Allowlist, script: Mapping[str, Any], captured: tuple[Any, ...] = ()
) -> Callable[..., Any]:
    """The function that a method reference stands for."""
    interface, kind, method, own = reference
    if kind == "function":
        assert own is not None
        code = script[f"f_{own.name}_{len(own.parameters)}"]
        return adapted(code, interface, own.parameters, own.returns, allowlist)
    assert method is not None
    _check_returned(method, interface)
    parameters = list(method.parameters)
    if kind in ("static", "new"):
        code = static_implementation(method)
        returns = type_ if kind == "new" else method.returns
        return adapted(code, interface, parameters, returns, allowlist)
    table = virtual(method.name, len(parameters))
    if kind == "captured":
        receiver = captured[0]
        code = bind(table[type(receiver)], receiver)
        return adapted(code, interface, parameters, method.returns, allowlist)
    call = lambda receiver, *rest: table[type(receiver)](receiver, *rest)  # noqa: E731
    return adapted(call, interface, [type_, *parameters], method.returns, allowlist)


def unbound_lambda(
    call: Callable[..., Any], types: Sequence[str], name: str, captures: int, allowlist: Allowlist
) -> Unbound:
    """A lambda in a def call: it takes its interface from the method found."""

    def resolve(interface: str) -> Function:
        method = allowlist.functional(interface)
        assert method is not None
        if len(method.parameters) != len(types):
            key = f"{name}/{captures + len(method.parameters)}"
            raise illegal_argument(
                f"function reference [this::{key}] matching [{interface}, {method.name}/{len(method.parameters)}] "
                "not found due to an incorrect number of arguments"
            )
        return function(interface, adapted(call, method, types, "def", allowlist, lambda_converter))

    return Unbound(resolve)


def unbound_reference(find: Callable[[str], Callable[..., Any]]) -> Unbound:
    """A method reference in a def call."""
    return Unbound(lambda interface: function(interface, find(interface)))


def captured_def(value: Any, name: str, interface: str, allowlist: Allowlist) -> Function:
    """``x::name`` of a def."""
    method = allowlist.functional(interface)
    if method is None:
        raise illegal_argument(f"Class [{interface}] is not a functional interface")
    arity = len(method.parameters)
    if value is not None:
        found = runtime_method(type(value), name, arity, allowlist)
        if found is None:
            raise illegal_argument(f"dynamic method [{class_of(value)}, {name}/{arity}] not found")
        _check_returned(found, method)
    call = DefCall(name, method.parameters, method.returns, allowlist)[type(value)]
    return function(interface, bind(call, value))


def new_array_function(type_: str) -> Callable[[int], Any]:
    """``int[]::new``."""
    return lambda size: new_array(type_[:-2], [size])
