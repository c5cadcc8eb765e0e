"""What a script may name: the classes, constructors, methods and fields that Painless allows, per script context.

``allowlist.txt`` is recorded from the real server (``GET _scripts/painless/_context``). Types are plain strings,
Java's canonical names: ``int``, ``def``, ``java.util.Map.Entry``, ``double[]``. A class block there holds

    class <name> <i(nterface)|a(bstract)|c(lass)>[! = not imported] <functional method/arity or -> <its Java
ancestors>     new <parameters>    s <static> <return> <parameters>    m|a <method, a = augmented> <return>
<parameters>     sf <static field> <type>    f <field> <type>

A method may end with ``@`` and the class that declares it; ``context a,b`` begins what only those contexts have:
classes, ``import``-ed functions and ``bind``-ings.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import NamedTuple

PRIMITIVES = frozenset({"boolean", "byte", "short", "char", "int", "long", "float", "double", "void"})
BOXED = {
    "boolean": "java.lang.Boolean",
    "byte": "java.lang.Byte",
    "short": "java.lang.Short",
    "char": "java.lang.Character",
    "int": "java.lang.Integer",
    "long": "java.lang.Long",
    "float": "java.lang.Float",
    "double": "java.lang.Double",
}
UNBOXED = {boxed: primitive for primitive, boxed in BOXED.items()}


class Method(NamedTuple):
    """An allowed method, constructor (``name`` is ``<init>``), imported function or binding."""

    owner: str
    name: str
    returns: str
    parameters: tuple[str, ...]
    static: bool = False
    augmented: bool = False
    declaring: str = ""
    """The class that Java finds it in, where that is not ``owner``."""
    read_only: int = 0
    """How many of a binding's arguments are given when it is made."""

    @property
    def key(self) -> str:
        return f"{self.owner}.{self.name}/{len(self.parameters)}"


@dataclass(slots=True)
class JavaClass:
    """One allowed class; members hold what it declares itself, ``ancestors`` are its supers, nearest first."""

    name: str
    interface: bool
    abstract: bool
    imported: bool
    functional: str | None
    ancestors: tuple[str, ...]
    constructors: dict[int, Method] = field(default_factory=dict)
    methods: dict[tuple[str, int], Method] = field(default_factory=dict)
    static_methods: dict[tuple[str, int], Method] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)
    static_fields: dict[str, str] = field(default_factory=dict)


def _parameters(text: str) -> tuple[str, ...]:
    return tuple(text.split(",")) if text else ()


def _read_class(lines: list[str]) -> JavaClass:
    head = lines[0].split(" ")
    owner, kind = head[1], head[2]
    ancestors = _parameters(head[4] if len(head) > 4 else "")
    cls = JavaClass(owner, kind[0] == "i", kind[0] != "c", "!" not in kind, None, ancestors)
    if len(head) > 3 and head[3] != "-":
        cls.functional = head[3]
    for line in lines[1:]:
        kind, *rest = line.split(" ")
        if kind == "new":
            parameters = _parameters(rest[0] if rest else "")
            cls.constructors[len(parameters)] = Method(owner, "<init>", owner, parameters)
        elif kind == "sf":
            cls.static_fields[rest[0]] = rest[1]
        elif kind == "f":
            cls.fields[rest[0]] = rest[1]
        else:
            declaring = rest.pop()[1:] if rest[-1][0] == "@" else ""
            parameters = _parameters(rest[2] if len(rest) > 2 else "")
            method = Method(owner, rest[0], rest[1], parameters, kind == "s", kind == "a", declaring)
            members = cls.static_methods if kind == "s" else cls.methods
            members[rest[0], len(parameters)] = method
    return cls


class Allowlist:
    """The allowed names of one script context. Class blocks are read when they are first asked for."""

    def __init__(self, context: str) -> None:
        self.context = context
        self._blocks: dict[str, list[str]] = {}
        self._extensions: dict[str, list[str]] = {}
        self._classes: dict[str, JavaClass] = {}
        self.imported: dict[tuple[str, int], Method] = {}
        self.bindings: dict[tuple[str, int], Method] = {}
        for contexts, blocks in _sections():
            if contexts is None or context in contexts:
                for block in blocks:
                    self._take(block)
        self._names = _names(self._blocks)

    def _take(self, block: list[str]) -> None:
        head = block[0].split(" ")
        if head[0] == "class":
            target = self._extensions if head[2] == "+" else self._blocks
            target[head[1]] = block
            return
        for line in block:
            kind, name, returns, parameters, *more, declaring = line.split(" ")
            read_only = int(more[0]) if more else 0
            method = Method(kind, name, returns, _parameters(parameters), True, False, declaring[1:], read_only)
            members = self.imported if kind == "import" else self.bindings
            members[name, len(method.parameters)] = method

    # --- types --------------------------------------------------------------------------------------------------------

    def is_class_name(self, name: str) -> bool:
        """Whether a variable may not be called so."""
        return name == "def" or name in self._names

    def type_named(self, name: str) -> str | None:
        """The canonical type for a name as a script writes it (``List``, ``java.util.List``, ``List[]``), or None."""
        base, bracket, dims = name.partition("[")
        found = "def" if base == "def" else self._names.get(base)
        if found is None or (bracket and found == "void"):
            return None
        return found + bracket + dims

    def cls(self, name: str) -> JavaClass | None:
        cls = self._classes.get(name)
        if cls is None and name in self._blocks:
            lines = [*self._blocks[name], *self._extensions.get(name, [])[1:]]
            cls = self._classes[name] = _read_class(lines)
        return cls

    def class_names(self) -> list[str]:
        return list(self._blocks)

    def is_interface(self, name: str) -> bool:
        cls = self.cls(name)
        return cls is not None and cls.interface

    @staticmethod
    def is_array(name: str) -> bool:
        return name.endswith("[]")

    def assignable(self, to: str, from_: str) -> bool:
        """Java's ``to.isAssignableFrom(from_)``; ``def`` is Object to Java."""
        to = "java.lang.Object" if to == "def" else to
        from_ = "java.lang.Object" if from_ == "def" else from_
        if to == from_:
            return True
        if to in PRIMITIVES or from_ in PRIMITIVES:
            return False
        if to == "java.lang.Object":
            return True
        if from_.endswith("[]"):
            # To Java, ``def[]`` is a class of its own.
            below = to != "def[]" or from_ == "def[]"
            return to.endswith("[]") and below and self.assignable(to[:-2], from_[:-2])
        cls = self.cls(from_)
        return cls is not None and to in cls.ancestors

    # --- members ------------------------------------------------------------------------------------------------------

    def constructor(self, type_: str, arity: int) -> Method | None:
        cls = self.cls(type_)
        return None if cls is None else cls.constructors.get(arity)

    def method(self, type_: str, static: bool, name: str, arity: int) -> Method | None:
        """A method of a type, its own or inherited; a primitive has those of its box, ``def`` those of Object."""
        type_ = BOXED.get(type_, "java.lang.Object" if type_ == "def" else type_)
        cls = self.cls(type_)
        if cls is None:
            return None
        key = (name, arity)
        if static:
            return cls.static_methods.get(key)
        found = cls.methods.get(key)
        if found is None:
            for ancestor in (*cls.ancestors, "java.lang.Object"):
                above = self.cls(ancestor)
                if above is not None and key in above.methods:
                    return above.methods[key]
        return found

    def field(self, type_: str, static: bool, name: str) -> str | None:
        """The type of a field, or None."""
        cls = self.cls(type_)
        if cls is None:
            return None
        if static:
            return cls.static_fields.get(name)
        return cls.fields.get(name)

    def functional(self, type_: str) -> Method | None:
        """The one method of a functional interface."""
        cls = self.cls(type_)
        if cls is None or cls.functional is None:
            return None
        name, _, arity = cls.functional.partition("/")
        return self.method(type_, False, name, int(arity))


def _names(blocks: dict[str, list[str]]) -> dict[str, str]:
    names = {primitive: primitive for primitive in PRIMITIVES}
    for name, block in blocks.items():
        names[name] = name
        if "!" not in block[0].split(" ", 3)[2]:
            short = name.split(".")
            outer = next(i for i, part in enumerate(short) if part[:1].isupper())
            names[".".join(short[outer:])] = name
    return names


@cache
def _sections() -> list[tuple[frozenset[str] | None, list[list[str]]]]:
    """The file as (contexts or None for all, blocks of lines)."""
    text = resources.files(__package__).joinpath("allowlist.txt").read_text("utf-8")
    sections: list[tuple[frozenset[str] | None, list[list[str]]]] = [(None, [])]
    for line in text.splitlines():
        if line.startswith("context "):
            sections.append((frozenset(line[8:].split(",")), []))
        elif line.startswith("class ") or not sections[-1][1]:
            sections[-1][1].append([line])
        else:
            sections[-1][1][-1].append(line)
    return sections


@cache
def allowlist(context: str) -> Allowlist:
    """The allowlist of a script context."""
    return Allowlist(context)
