"""What a context's scripts may name, told as PainlessContextInfo tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from fakeknn.painless.allowlist import PRIMITIVES, Allowlist, JavaClass, Method, allowlist
from fakeknn.painless.values import runtime_name

_AUGMENTATION = "org.opensearch.painless.api.Augmentation"
_OBJECT = "java.lang.Object"


def context_info(context: str) -> dict[str, Any]:
    """All classes by name, with what they inherit; functions that are imported or bound."""
    names = allowlist(context)
    classes = [_class(names, cls) for cls in map(names.cls, names.class_names()) if cls is not None]
    classes += [_members(primitive, True) for primitive in PRIMITIVES]
    return {
        "name": context,
        "classes": sorted(classes, key=lambda cls: str(cls["name"])),
        "imported_methods": [_method(method, method.declaring) for method in _sorted(names.imported.values())],
        "class_bindings": [_binding(method) for method in _sorted(names.bindings.values())],
        "instance_bindings": [],
    }


def _members(name: str, imported: bool) -> dict[str, Any]:
    lists = ("constructors", "static_methods", "methods", "static_fields", "fields")
    return {"name": name, "imported": imported, **{member: [] for member in lists}}


def _class(names: Allowlist, cls: JavaClass) -> dict[str, Any]:
    name = runtime_name(cls.name)
    methods: dict[tuple[str, int], Method] = {}
    for above in (cls.name, *cls.ancestors, _OBJECT):
        found = names.cls(above)
        if found is not None:
            methods = {**found.methods, **methods}
    return {
        **_members(name, cls.imported),
        "constructors": [
            {"declaring": name, "parameters": list(map(_type, method.parameters))}
            for method in _sorted(cls.constructors.values())
        ],
        "static_methods": [_method(method, _declaring(method)) for method in _sorted(cls.static_methods.values())],
        "methods": [_method(method, _declaring(method)) for method in _sorted(methods.values())],
        "static_fields": _fields(name, cls.static_fields),
        "fields": _fields(name, cls.fields),
    }


def _declaring(method: Method) -> str:
    return method.declaring or (_AUGMENTATION if method.augmented else runtime_name(method.owner))


def _sorted(methods: Iterable[Method]) -> list[Method]:
    return sorted(methods, key=lambda method: f"{method.name}/{len(method.parameters)}")


def _method(method: Method, declaring: str) -> dict[str, Any]:
    return {
        "declaring": declaring,
        "name": method.name,
        "return": _type(method.returns),
        "parameters": list(map(_type, method.parameters)),
    }


def _binding(method: Method) -> dict[str, Any]:
    told = _method(method, method.declaring)
    return {**told, "read_only": method.read_only, "parameters": told["parameters"]}


def _fields(declaring: str, fields: Mapping[str, str]) -> list[dict[str, Any]]:
    return [{"declaring": declaring, "name": name, "type": _type(fields[name])} for name in sorted(fields)]


def _type(type_: str) -> str:
    """A type's name at run time, where ``def`` is a class too."""
    base, bracket, dims = type_.partition("[")
    if base == "def":
        base = "org.opensearch.painless.lookup.def"
    return base if base in PRIMITIVES and not bracket else runtime_name(base + bracket + dims)
