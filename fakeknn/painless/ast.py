"""The tree of a script. Expression classes bear Painless' own names without their ``E``, since its errors print them.

The parser fills what stands before the blank line of a class; the analyser decorates the rest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from fakeknn.painless.allowlist import Method


class Cast(NamedTuple):
    """A conversion the analyser decided on; ``explicit`` was written in the script."""

    source: str
    target: str
    explicit: bool


@dataclass(slots=True, eq=False)
class Node:
    offset: int


@dataclass(slots=True, eq=False)
class Expression(Node):
    """``vtype``: the value's type; ``static``: a type was named instead; ``partial``: a name that is neither, yet."""

    vtype: str | None = field(default=None, init=False)
    static: str | None = field(default=None, init=False)
    partial: str | None = field(default=None, init=False)
    target: str | None = field(default=None, init=False)
    read: bool = field(default=False, init=False)
    write: bool = field(default=False, init=False)
    explicit: bool = field(default=False, init=False)
    internal: bool = field(default=False, init=False)
    cast: Cast | None = field(default=None, init=False)

    @property
    def java_name(self) -> str:
        return "E" + type(self).__name__


@dataclass(slots=True, eq=False)
class Assignment(Expression):
    left: Expression
    right: Expression
    post: bool
    operation: str | None

    compound: str | None = None
    upcast: Cast | None = None
    downcast: Cast | None = None


@dataclass(slots=True, eq=False)
class Unary(Expression):
    child: Expression
    operation: str

    unary_type: str | None = None

    @property
    def folds(self) -> bool:
        """Whether it is the sign of a number, which is one constant with it."""
        return self.unary_type is None and self.operation == "-"


@dataclass(slots=True, eq=False)
class Binary(Expression):
    left: Expression
    right: Expression
    operation: str

    binary_type: str = ""
    shift_type: str | None = None


@dataclass(slots=True, eq=False)
class BooleanComp(Expression):
    left: Expression
    right: Expression
    operation: str


@dataclass(slots=True, eq=False)
class Comp(Expression):
    left: Expression
    right: Expression
    operation: str

    compared: str = ""


@dataclass(slots=True, eq=False)
class Explicit(Expression):
    type_name: str
    child: Expression


@dataclass(slots=True, eq=False)
class Instanceof(Expression):
    child: Expression
    type_name: str

    instance: str = ""


@dataclass(slots=True, eq=False)
class Conditional(Expression):
    condition: Expression
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class Elvis(Expression):
    left: Expression
    right: Expression


@dataclass(slots=True, eq=False)
class ListInit(Expression):
    values: list[Expression]


@dataclass(slots=True, eq=False)
class MapInit(Expression):
    keys: list[Expression]
    values: list[Expression]


@dataclass(slots=True, eq=False)
class NewArray(Expression):
    type_name: str
    values: list[Expression]
    initializer: bool


@dataclass(slots=True, eq=False)
class NewObj(Expression):
    type_name: str
    arguments: list[Expression]

    constructor: Method | None = None


@dataclass(slots=True, eq=False)
class CallLocal(Expression):
    name: str
    arguments: list[Expression]

    function: Function | None = None
    imported: Method | None = None
    binding: Method | None = None
    skipped: int = 0


@dataclass(slots=True, eq=False)
class BooleanConstant(Expression):
    value: bool


@dataclass(slots=True, eq=False)
class Numeric(Expression):
    text: str
    radix: int

    negated: bool = False
    value: int | float = 0


@dataclass(slots=True, eq=False)
class Decimal(Expression):
    text: str

    negated: bool = False
    value: float = 0.0


@dataclass(slots=True, eq=False)
class String(Expression):
    value: str


@dataclass(slots=True, eq=False)
class Null(Expression):
    pass


@dataclass(slots=True, eq=False)
class Regex(Expression):
    pattern: str
    flags: str

    flag_bits: int = 0


@dataclass(slots=True, eq=False)
class Lambda(Expression):
    parameter_types: list[str | None]
    parameter_names: list[str]
    block: Block | None

    returns: str = "def"
    types: list[str] = field(default_factory=list)
    captures: list[Variable] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    method: Method | None = None


@dataclass(slots=True, eq=False)
class FunctionRef(Expression):
    symbol: str
    name: str

    captured: Variable | None = None
    reference: Reference | None = None


@dataclass(slots=True, eq=False)
class NewArrayFunctionRef(Expression):
    type_name: str

    array: str = ""
    interface: Method | None = None


@dataclass(slots=True, eq=False)
class Symbol(Expression):
    name: str

    variable: Variable | None = None


@dataclass(slots=True, eq=False)
class Dot(Expression):
    prefix: Expression
    index: str
    null_safe: bool

    kind: str = ""
    getter: Method | None = None
    setter: Method | None = None
    optimized: bool = False


@dataclass(slots=True, eq=False)
class Brace(Expression):
    prefix: Expression
    index: Expression

    kind: str = ""
    getter: Method | None = None
    setter: Method | None = None
    optimized: bool = False


@dataclass(slots=True, eq=False)
class Call(Expression):
    prefix: Expression
    name: str
    arguments: list[Expression]
    null_safe: bool

    method: Method | None = None


@dataclass(slots=True, eq=False)
class Statement(Node):
    in_loop: bool = field(default=False, init=False)
    last_source: bool = field(default=False, init=False)
    last_loop: bool = field(default=False, init=False)
    begin_loop: bool = field(default=False, init=False)
    method_escape: bool = field(default=False, init=False)
    loop_escape: bool = field(default=False, init=False)
    all_escape: bool = field(default=False, init=False)
    any_continue: bool = field(default=False, init=False)
    any_break: bool = field(default=False, init=False)


@dataclass(slots=True, eq=False)
class Block(Statement):
    statements: list[Statement]


@dataclass(slots=True, eq=False)
class If(Statement):
    condition: Expression
    block: Block | None


@dataclass(slots=True, eq=False)
class IfElse(Statement):
    condition: Expression
    block: Block | None
    else_block: Block | None


@dataclass(slots=True, eq=False)
class While(Statement):
    condition: Expression
    block: Block | None


@dataclass(slots=True, eq=False)
class Do(Statement):
    condition: Expression
    block: Block | None


@dataclass(slots=True, eq=False)
class For(Statement):
    initializer: DeclBlock | Expression | None
    condition: Expression | None
    afterthought: Expression | None
    block: Block | None


@dataclass(slots=True, eq=False)
class Each(Statement):
    type_name: str
    name: str
    iterable: Expression
    block: Block | None

    variable: Variable | None = None
    cast: Cast | None = None


@dataclass(slots=True, eq=False)
class Declaration(Statement):
    type_name: str
    name: str
    value: Expression | None

    variable: Variable | None = None


@dataclass(slots=True, eq=False)
class DeclBlock(Statement):
    declarations: list[Declaration]


@dataclass(slots=True, eq=False)
class Return(Statement):
    value: Expression | None


@dataclass(slots=True, eq=False)
class ExpressionStatement(Statement):
    value: Expression

    returns: bool = False


@dataclass(slots=True, eq=False)
class Catch(Statement):
    type_name: str
    name: str
    block: Block | None

    variable: Variable | None = None


@dataclass(slots=True, eq=False)
class Try(Statement):
    block: Block | None
    catches: list[Catch]


@dataclass(slots=True, eq=False)
class Throw(Statement):
    value: Expression


@dataclass(slots=True, eq=False)
class Continue(Statement):
    pass


@dataclass(slots=True, eq=False)
class Break(Statement):
    pass


@dataclass(slots=True, eq=False)
class Function(Node):
    """A function the script defines; its own code is the one called ``execute``."""

    return_name: str
    name: str
    parameter_type_names: list[str]
    parameter_names: list[str]
    block: Block
    automatic_return: bool

    returns: str = "def"
    parameters: list[str] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    escapes: bool = False


@dataclass(slots=True, eq=False)
class Tree:
    functions: list[Function]


@dataclass(slots=True, eq=False)
class Variable:
    """``python``: its name in the compiled code, unique in the script."""

    type: str
    name: str
    final: bool
    python: str


class Reference(NamedTuple):
    """What a method reference stands for: the functional interface's method, and a script's function, a
    constructor, a static or a member method of a type."""

    interface: Method
    kind: str
    method: Method | None
    function: Function | None
