"""Where values stand among Java's classes: supers, ``instanceof``, and the casts that look at classes."""

from __future__ import annotations

from functools import cache
from typing import Any

from fakeknn.painless.allowlist import BOXED, UNBOXED, Allowlist
from fakeknn.painless.numbers import Character, is_number
from fakeknn.painless.operators import cannot_cast, narrow, unboxed_name
from fakeknn.painless.throwable import Thrown, class_cast, null_pointer, supers
from fakeknn.painless.values import JAVA_CLASSES, SUPERS, JavaArray, class_of, runtime_name


def _rank(java: str) -> int:
    cls = everything().cls(java)
    return -99 if cls is None else -len(cls.ancestors)


@cache
def _lineage(java: str, supers_: tuple[str, ...]) -> tuple[str, ...]:
    """A class and its supers, where implementations are looked for."""
    cls = everything().cls(java)
    above = supers_ or (() if cls is None else cls.ancestors)
    if not above and java.startswith(("java.lang.", "java.util.")) and java.endswith(("Exception", "Error")):
        above = tuple(sorted(supers(java) - {java}))
    rest: list[str] = []
    for name in above:
        rest.append(name)
        cls = everything().cls(name)
        if cls is not None and supers_:
            rest.extend(cls.ancestors)
    known = [name for name in dict.fromkeys(rest) if name != "java.lang.Object"]
    # A List's own methods come before a Collection's, whatever order Java lists them in.
    known.sort(key=_rank)
    return (java, *known, "java.lang.Object")


@cache
def everything() -> Allowlist:
    return Allowlist("score")


def lineage(kind: type) -> tuple[str, ...]:
    """The Java class of a Python type, and its supers."""
    java = JAVA_CLASSES.get(kind) or str(getattr(kind, "java", "java.lang.Object"))
    return _lineage(java, tuple(getattr(kind, "supers", SUPERS.get(kind, ()))))


# --- conversions of method handles ------------------------------------------------------------------------------------

WIDENS = {
    "byte": ("byte", "short", "int", "long", "float", "double"),
    "short": ("short", "int", "long", "float", "double"),
    "char": ("char", "int", "long", "float", "double"),
    "int": ("int", "long", "float", "double"),
    "long": ("long", "float", "double"),
    "float": ("float", "double"),
    "double": ("double",),
    "boolean": ("boolean",),
}


def as_primitive(value: Any, target: str) -> Any:
    """A reference where a method handle wants a primitive: unboxed and widened, else class_cast_exception."""
    if value is None:
        # How the real machine unboxes: a boolean's bits and a char's are those of an int.
        number = "int" if target in ("boolean", "char") else target
        raise null_pointer(
            f'Cannot invoke "java.lang.Number.{number}Value()" because the return value of "sun.invoke.util.'
            'ValueConversions.primitiveConversion(sun.invoke.util.Wrapper, Object, boolean)" is null'
        )
    source = UNBOXED.get(class_of(value))
    if source is None:
        check_cast(value, "java.lang.Number")
    if source is None or target not in WIDENS[source]:
        raise cannot_cast(runtime_name(class_of(value)), BOXED[target])
    if target == "boolean":
        return value
    return narrow(ord(value) if type(value) is Character else value, target)


def as_reference(value: Any, target: str, allowlist: Allowlist) -> Any:
    """A reference where a method handle wants another: ``checkcast``."""
    if value is None or target in ("def", "java.lang.Object"):
        return value
    if not instance_of(value, target, allowlist):
        raise cannot_cast(runtime_name(class_of(value)), runtime_name(target))
    return value


def instance_of(value: Any, target: str, allowlist: Allowlist) -> bool:
    """``value instanceof target``."""
    if value is None:
        return False
    if target in ("def", "java.lang.Object"):
        return True
    target = BOXED.get(target, target)
    if isinstance(value, Thrown):
        return target in supers(value.java_class)
    if isinstance(value, JavaArray):
        if not target.endswith("[]"):
            return False
        component = type(value).component
        return allowlist.assignable(target[:-2], component)
    if target in lineage(type(value)):
        return True
    if target == "java.lang.Number":
        return class_of(value) in UNBOXED and class_of(value) not in ("java.lang.Boolean", "java.lang.Character")
    return False


def def_result(value: Any, target: str, explicit: bool) -> Any:
    """The result of a def operation where a type other than def was expected at once."""
    source = unboxed_name(value)
    if target in WIDENS or target == "boolean":
        if source == target:
            return value if target != "char" else ord(value)
        number = _number(value)
        if number is not None and target != "boolean" and (explicit or target in WIDENS[source]):
            return narrow(number, target)
        if source in WIDENS or source == "boolean":
            raise class_cast(f"Cannot cast from: {source} to {target}")
        raise class_cast(f"Cannot cast {source} to {BOXED[target]}")
    if value is not None and source in WIDENS and UNBOXED.get(target, source) != source:
        raise class_cast(f"Cannot cast from: {source} to class {target}")
    return check_cast(value, target)


def check_cast(value: Any, target: str) -> Any:
    """The JVM's ``checkcast``."""
    if value is None or instance_of(value, target, everything()):
        return value
    source, target = runtime_name(class_of(value)), runtime_name(target)
    loader, other = _loader(source), _loader(target)
    where = f"{source} and {target} are in {loader}"
    if loader != other:
        where = f"{source} is in {loader}; {target} is in {other}"
    raise class_cast(f"class {source} cannot be cast to class {target} ({where})")


def _loader(name: str) -> str:
    if name.startswith(("java.", "[")):
        return "module java.base of loader 'bootstrap'"
    loader = "java.net.URLClassLoader @622fdb81" if name.startswith("org.opensearch.knn.") else "'app'"
    return f"unnamed module of loader {loader}"


def _number(value: Any) -> Any:
    if type(value) is Character:
        return ord(value)
    return value if is_number(value) else None
