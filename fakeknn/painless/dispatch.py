"""Finding the code for a method: by the receiver's class when types are known, by name alone when they are ``def``.

The library registers what it implements with ``define``. A method that is allowed but not registered answers
``NotFaked``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from fakeknn.errors import NotFaked
from fakeknn.painless.allowlist import BOXED, PRIMITIVES, UNBOXED, Allowlist, Method
from fakeknn.painless.hierarchy import WIDENS, as_primitive, as_reference, everything, lineage
from fakeknn.painless.operators import box, def_to_box, narrow
from fakeknn.painless.throwable import NULL_RECEIVER, Thrown, illegal_argument, null_pointer
from fakeknn.painless.values import Function, JavaArray, class_of, key_of

Implementation = Callable[..., Any]

_METHODS: dict[str, dict[str, Implementation]] = {}
_STATICS: dict[str, Implementation] = {}
_FIELDS: dict[str, Any] = {}
_FAMILIES: list[Callable[[Method], Implementation | None]] = []


def define(java: str, methods: Mapping[str, Implementation]) -> None:
    """Register the methods of a class by ``name/arity``."""
    _METHODS.setdefault(java, {}).update(methods)


def define_static(java: str, methods: Mapping[str, Implementation]) -> None:
    """Register static methods and constructors (``<init>/arity``) of a class."""
    for name, implementation in methods.items():
        _STATICS[f"{java}.{name}"] = implementation


def define_fields(java: str, values: Mapping[str, Any]) -> None:
    """Register the constants of a class."""
    for name, value in values.items():
        _FIELDS[f"{java}.{name}"] = value


def define_family(find: Callable[[Method], Implementation | None]) -> None:
    """Register what makes the statics of many classes at once."""
    _FAMILIES.append(find)


def static_implementation(method: Method) -> Implementation:
    found = _STATICS.get(method.key)
    for find in _FAMILIES:
        found = found or find(method)
    if found is None:
        raise NotFaked(f"painless method {method.key}")
    return found


def static_field(type_: str, name: str) -> Any:
    key = f"{type_}.{name}"
    if key not in _FIELDS:
        raise NotFaked(f"painless field {key}")
    return _FIELDS[key]


def implementation_for(kind: type, name: str, arity: int) -> Implementation | None:
    key = f"{name}/{arity}"
    for java in lineage(kind):
        found = _METHODS.get(java, {}).get(key)
        if found is not None:
            return found
    if issubclass(kind, Function):
        interface = everything().functional(kind.java)
        if interface is not None and interface.name == name and len(interface.parameters) == arity:
            return lambda receiver, *arguments: receiver.call(*arguments)
    return None


class Virtual(dict[type, Implementation]):
    """The implementations of one method by the receiver's type."""

    def __init__(self, name: str, arity: int) -> None:
        super().__init__()
        self.name = name
        self.arity = arity

    def __missing__(self, kind: type) -> Implementation:
        if kind is type(None):
            raise null_pointer(NULL_RECEIVER)
        found = implementation_for(kind, self.name, self.arity)
        if found is None:
            raise NotFaked(f"painless method {lineage(kind)[0]}.{self.name}/{self.arity}")
        self[kind] = found
        return found


@cache
def virtual(name: str, arity: int) -> Virtual:
    return Virtual(name, arity)


def call(receiver: Any, name: str, *arguments: Any) -> Any:
    """Call a method from Python."""
    return virtual(name, len(arguments))[type(receiver)](receiver, *arguments)


# --- def --------------------------------------------------------------------------------------------------------------


class Unbound:
    """A lambda or method reference handed to a ``def`` call: which interface it is shows when the method is found."""

    __slots__ = ("resolve",)

    def __init__(self, resolve: Callable[[str], Function]) -> None:
        self.resolve = resolve


def runtime_method(kind: type, name: str, arity: int, allowlist: Allowlist) -> Method | None:
    """The allowed method that a def call finds on a receiver."""
    for java in lineage(kind):
        cls = allowlist.cls(java)
        if cls is not None and (name, arity) in cls.methods:
            return cls.methods[name, arity]
    return None


def _simple(type_: str) -> str:
    return "Object" if type_ == "def" else type_.rpartition(".")[2]


def _wrong_method_type(method: Method, types: tuple[str, ...], returns: str) -> Thrown:
    handle = ",".join(map(_simple, (method.owner, *method.parameters)))
    site = ",".join(map(_simple, ("def", *types)))
    return Thrown(
        "java.lang.invoke.WrongMethodTypeException",
        f"cannot convert MethodHandle({handle}){_simple(method.returns)} to ({site}){_simple(returns)}",
    )


def converter(source: str, target: str, allowlist: Allowlist) -> Callable[[Any], Any] | None:
    """From a call site's static type to a parameter's; None if nothing is to be done; raises KeyError if impossible."""
    if allowlist.functional(target) is not None:
        return lambda value: value.resolve(target) if type(value) is Unbound else value
    if UNBOXED.get(target, "boolean") != "boolean" and source != "void":
        # A bridge stands before such methods, which casts as the language does (PainlessLookupBuilder).
        return lambda value: def_to_box(box(value, source) if source in PRIMITIVES else value, target, False)
    if target in PRIMITIVES:
        if source in PRIMITIVES:
            if target not in WIDENS[source]:
                raise KeyError(target)
            return (lambda value: narrow(value, target)) if target in ("double", "float") else None
        if source not in ("def", "java.lang.Object", "java.lang.Number") and source not in UNBOXED:
            raise KeyError(target)
        return lambda value: as_primitive(value, target)
    if source in PRIMITIVES:
        if source != "void" and (
            target in ("def", "java.lang.Object", BOXED[source])
            or (target == "java.lang.Number" and source not in ("boolean", "char"))
            or target == "java.lang.Comparable"
        ):
            return lambda value: box(value, source)
        raise KeyError(target)
    if target in ("def", "java.lang.Object") or target == source:
        return None
    return lambda value: as_reference(value, target, allowlist)


class DefCall(dict[type, Implementation]):
    """What a def call of one shape does, by the receiver's type. ``types`` are the arguments' static types."""

    def __init__(self, name: str, types: tuple[str, ...], returns: str, allowlist: Allowlist) -> None:
        super().__init__()
        self.name = name
        self.types = types
        self.returns = returns
        self.allowlist = allowlist

    def __missing__(self, kind: type) -> Implementation:
        if kind is type(None):
            raise null_pointer('Cannot invoke "Object.getClass()" because "callArgs[0]" is null')
        arity = len(self.types)
        method = runtime_method(kind, self.name, arity, self.allowlist)
        if method is None:
            message = f"dynamic method [{lineage(kind)[0]}, {self.name}/{arity}] not found"
            raise illegal_argument(message)
        found = implementation_for(kind, self.name, arity)
        if found is None:
            raise NotFaked(f"painless method {method.key}")
        wrapped = self._wrap(method, found)
        self[kind] = wrapped
        return wrapped

    def _wrap(self, method: Method, found: Implementation) -> Implementation:
        try:
            converters = [
                converter(source, target, self.allowlist)
                for source, target in zip(self.types, method.parameters, strict=True)
            ]
        except KeyError:
            raise _wrong_method_type(method, self.types, self.returns) from None
        result = self._result(method)
        if not any(converters):
            if result is None:
                return found
            return lambda receiver, *arguments: result(found(receiver, *arguments))

        def run(receiver: Any, *arguments: Any) -> Any:
            converted = [
                value if convert is None else convert(value)
                for value, convert in zip(arguments, converters, strict=True)
            ]
            value = found(receiver, *converted)
            return value if result is None else result(value)

        return run

    def _result(self, method: Method) -> Callable[[Any], Any] | None:
        return result_converter(method.returns, self.returns, self.allowlist, method, self.types)


def result_converter(
    source: str, target: str, allowlist: Allowlist, method: Method, types: tuple[str, ...]
) -> Callable[[Any], Any] | None:
    """From what a method returns to what a def access is typed."""
    if target == "void" or (source == "void" and target in ("def", "java.lang.Object")):
        return None
    if source in PRIMITIVES and target in PRIMITIVES:
        if source == target:
            return None
        if target not in WIDENS.get(source, ()):
            raise _wrong_method_type(method, types, target)
        return lambda value: narrow(value, target)
    if source in PRIMITIVES:
        if target in ("def", "java.lang.Object", "java.lang.Number", "java.lang.Comparable", BOXED.get(source)):
            return (lambda value: box(value, source)) if source in ("long", "short", "byte", "float", "char") else None
        raise _wrong_method_type(method, types, target)
    if target in PRIMITIVES:
        return lambda value: as_primitive(value, target)
    if target in ("def", "java.lang.Object") or allowlist.assignable(target, source):
        return None
    return lambda value: as_reference(value, target, allowlist)


def _dynamic(value: Any, target: str, allowlist: Allowlist) -> Any:
    """A def value where a def access is typed otherwise."""
    if target == "def" or target == "void":
        return value
    if target in PRIMITIVES:
        return as_primitive(value, target)
    return as_reference(value, target, allowlist)


class DefLoad(dict[type, Implementation]):
    """``x.name`` by the receiver's type."""

    def __init__(self, name: str, returns: str, allowlist: Allowlist) -> None:
        super().__init__()
        self.name = name
        self.returns = returns
        self.allowlist = allowlist

    def __missing__(self, kind: type) -> Implementation:
        if kind is type(None):
            raise null_pointer('Cannot invoke "Object.getClass()" because "callArgs[0]" is null')
        found = self._find(kind)
        self[kind] = found
        return found

    def convert(self, value: Any) -> Any:
        """A loaded value as what the access is typed."""
        return _dynamic(value, self.returns, self.allowlist)

    def _find(self, kind: type) -> Implementation:
        name, returns, allowlist = self.name, self.returns, self.allowlist
        capital = name[0].upper() + name[1:]
        for java in lineage(kind):
            cls = allowlist.cls(java)
            if cls is None:
                continue
            if name in cls.fields:
                return lambda receiver: getattr(receiver, name)
            method = cls.methods.get(("get" + capital, 0)) or cls.methods.get(("is" + capital, 0))
            if method is not None:
                return DefCall(method.name, (), returns, allowlist)[kind]
        java = lineage(kind)[0]
        if issubclass(kind, JavaArray) and name == "length":
            return lambda receiver: _dynamic(len(receiver), returns, allowlist)
        if issubclass(kind, dict) or "java.util.Map" in lineage(kind):
            get = virtual("get", 1)[kind]
            if returns == "def":
                return (lambda receiver: receiver.get(name)) if kind is dict else (lambda receiver: get(receiver, name))
            return lambda receiver: _dynamic(get(receiver, name), returns, allowlist)
        if "java.util.List" in lineage(kind):
            index = list_index(name)
            at = virtual("get", 1)[kind]
            return lambda receiver: _dynamic(at(receiver, index), returns, allowlist)
        raise illegal_argument(f"dynamic getter [{java}, {name}] not found")


def _setter(put: Implementation, key: Any) -> Implementation:
    return lambda receiver, value: put(receiver, key, value)


def list_index(name: str) -> int:
    if not name.isdigit():
        raise illegal_argument(f"Illegal list shortcut value [{name}].")
    return int(name)


class DefStore(dict[type, Implementation]):
    """``x.name = value`` by the receiver's type."""

    def __init__(self, name: str, allowlist: Allowlist) -> None:
        super().__init__()
        self.name = name
        self.allowlist = allowlist

    def __missing__(self, kind: type) -> Implementation:
        if kind is type(None):
            raise null_pointer('Cannot invoke "Object.getClass()" because "callArgs[0]" is null')
        name = self.name
        capital = name[0].upper() + name[1:]
        line = lineage(kind)
        for java in line:
            cls = self.allowlist.cls(java)
            if cls is not None and ("set" + capital, 1) in cls.methods:
                found: Implementation = DefCall("set" + capital, ("def",), "void", self.allowlist)[kind]
                break
        else:
            if "java.util.Map" in line:
                put = virtual("put", 2)[kind]
                found = _setter(put, name)
            elif "java.util.List" in line:
                index = list_index(name)
                found = _setter(virtual("set", 2)[kind], index)
            else:
                raise illegal_argument(f"dynamic setter [{line[0]}, {name}] not found")
        self[kind] = found
        return found


def _shape_of(value: Any) -> str:
    """Whether ``x[i]`` means an array, a map or a list."""
    if value is None:
        raise null_pointer('Cannot invoke "Object.getClass()" because "callArgs[0]" is null')
    if isinstance(value, JavaArray):
        return "array"
    line = lineage(type(value))
    if "java.util.Map" in line:
        return "map"
    if "java.util.List" in line:
        return "list"
    java = class_of(value)
    raise illegal_argument(f"Attempting to address a non-array-like type [{java}] as an array.")


def normalize_index(receiver: Any, index: Any, type_: str) -> Any:
    """A def index: checked, counted from the end if negative, unchanged for a map."""
    shape = _shape_of(receiver)
    if shape == "map":
        return box(index, type_)
    if type_ not in (
        "int",
        "short",
        "byte",
        "char",
        "def",
        "java.lang.Object",
        "java.lang.Number",
        "java.lang.Integer",
    ):
        handle = "List" if shape == "list" else _simple(class_of(receiver))
        simple = _simple(type_)
        raise Thrown(
            "java.lang.invoke.WrongMethodTypeException",
            f"cannot convert MethodHandle({handle},int)int to (Object,{simple}){simple}",
        )
    position = as_primitive(index, "int") if type_ in ("def", "java.lang.Object") else int(index)
    if position < 0:
        position += len(receiver) if isinstance(receiver, list) else call(receiver, "size")
    return position


def def_brace_load(receiver: Any, index: Any) -> Any:
    """``receiver[index]`` behind ``normalize_index``."""
    if type(receiver) is dict:
        return receiver.get(key_of(index))
    if isinstance(receiver, JavaArray):
        return box(array_load(receiver, index), type(receiver).component)
    return virtual("get", 1)[type(receiver)](receiver, index)


def def_brace_store(receiver: Any, index: Any, value: Any) -> None:
    if isinstance(receiver, JavaArray):
        array_store(receiver, index, _for_array(receiver, value))
    elif _shape_of(receiver) == "map":
        virtual("put", 2)[type(receiver)](receiver, index, value)
    else:
        virtual("set", 2)[type(receiver)](receiver, index, value)


def _for_array(array: JavaArray, value: Any) -> Any:
    component = type(array).component
    return as_primitive(value, component) if component in PRIMITIVES else value


def array_load(array: Any, index: int) -> Any:
    if array is None:
        raise null_pointer(NULL_RECEIVER)
    if not 0 <= index < len(array):
        raise _outside(array, index)
    return array[index]


def array_store(array: Any, index: int, value: Any) -> None:
    if array is None:
        raise null_pointer(NULL_RECEIVER)
    if not 0 <= index < len(array):
        raise _outside(array, index)
    array[index] = value


def _outside(array: JavaArray, index: int) -> Thrown:
    message = f"Index {index} out of bounds for length {len(array)}"
    return Thrown("java.lang.ArrayIndexOutOfBoundsException", message)
