"""An analysed tree to Python code objects: functions and statements.

The tree becomes a Python syntax tree and that is compiled; no text of a script, and nothing made from its text, is
ever evaluated. Names of the script's own are renamed, and the globals hold only what the script uses.
"""

from __future__ import annotations

import ast as py
from collections.abc import Callable
from types import CodeType, FunctionType
from typing import Any

from fakeknn.errors import OpenSearchError
from fakeknn.painless import ast
from fakeknn.painless.allowlist import Allowlist
from fakeknn.painless.codegen_expressions import ExpressionCodegen
from fakeknn.painless.contexts import Context
from fakeknn.painless.emit import UNMARKED
from fakeknn.painless.hierarchy import instance_of
from fakeknn.painless.iteration import iterate, iterate_def
from fakeknn.painless.throwable import NULL_RECEIVER, Thrown, null_pointer

# The file name that marks a script's frames in tracebacks.
SCRIPT_FILE = "<painless>"

_DEFAULTS: dict[str, Any] = {
    "boolean": False,
    **dict.fromkeys(("byte", "short", "char", "int", "long"), 0),
    "float": 0.0,
    "double": 0.0,
}


def loop_error() -> Thrown:
    message = "The maximum number of statements that can be executed in a loop has been reached."
    return Thrown("org.opensearch.painless.PainlessError", message)


def caught(error: BaseException) -> Thrown:
    """Any exception that a script's code can meet, as the Java throwable it stands for; others go on."""
    if isinstance(error, Thrown):
        return error
    if isinstance(error, OpenSearchError):
        return Thrown.of(error)
    if isinstance(error, RecursionError):
        return Thrown("java.lang.StackOverflowError")
    if isinstance(error, MemoryError):
        return Thrown("java.lang.OutOfMemoryError", "Java heap space")
    if isinstance(error, RuntimeError) and "changed size during iteration" in str(error):
        return Thrown("java.util.ConcurrentModificationException")
    if isinstance(error, (TypeError, AttributeError)) and "NoneType" in str(error):
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        own = trace is None or trace.tb_frame.f_code.co_filename == SCRIPT_FILE
        return null_pointer(NULL_RECEIVER if own else None)
    raise error


class Codegen(ExpressionCodegen):
    """Compiles one script's tree."""

    def __init__(self, tree: ast.Tree, context: Context, allowlist: Allowlist, used: set[str], loops: int) -> None:
        super().__init__(context, allowlist)
        self.tree = tree
        self.used = used
        self.loops = loops
        self._bodies: list[py.stmt] = []
        # What runs before a loop's next round, innermost last.
        self._tails: list[Callable[[], list[py.stmt]]] = []

    def compile(self) -> Callable[..., Any]:
        """The ``execute`` function; its parameters are the context's arguments and then its getters, by name."""
        for function in self.tree.functions:
            self._bodies.append(self._function(function))
        module = py.Module(self._bodies, [])
        code = compile(module, SCRIPT_FILE, "exec", optimize=1)
        for constant in code.co_consts:
            if isinstance(constant, CodeType):
                self.globals[constant.co_name] = FunctionType(constant, self.globals)
        execute: Callable[..., Any] = self.globals["f_execute"]
        return execute

    # --- functions ----------------------------------------------------------------------------------------------------

    def _function(self, function: ast.Function) -> py.stmt:
        execute = function.return_name == "<internal>"
        self.in_function = not execute
        self.enter_function(not execute)
        variables = function.variables
        arguments = variables[: len(self.context.arguments)] if execute else variables
        for variable in arguments:
            self.take_parameter(variable)
        self.take_loop_slot()
        if execute:
            for variable in reversed(variables[len(arguments) :]):
                if variable.name in self.used:
                    self.take_slot(variable)
        self.line = UNMARKED if execute else function.offset + 1
        body = self._body(function.block)
        if not function.escapes:
            self.statements.add(function.offset)
            body.append(self.at(py.Return(self.constant(_DEFAULTS.get(function.returns)))))
        name = "f_execute" if execute else f"f_{function.name}_{len(function.parameters)}"
        return self._define(name, [variable.python for variable in variables], body)

    def _define(self, name: str, parameters: list[str], body: list[py.stmt]) -> py.stmt:
        arguments = py.arguments(
            posonlyargs=[],
            args=[self.at(py.arg(parameter)) for parameter in parameters],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[],
        )
        definition = py.FunctionDef(name=name, args=arguments, body=body, decorator_list=[])
        if "type_params" in py.FunctionDef._fields:
            definition.type_params = []  # type: ignore[attr-defined, unused-ignore]
        return self.at(definition)

    def _body(self, block: ast.Block) -> list[py.stmt]:
        """A function's statements, behind its own loop counter."""
        counted, self.counted = self.counted, False
        tails, self._tails = self._tails, []
        body = self.block(block)
        if self.counted:
            body.insert(0, self.assign("_loop", self.constant(self.loops)))
        self.counted, self._tails = counted, tails
        return body

    def lambda_function(self, node: ast.Lambda) -> str:
        """Compile a lambda's body as a function of its captures and parameters; its name."""
        name = f"lambda_{len(self._bodies)}_{node.offset}"
        line = self.line
        state = self.enter_function(True)
        for variable in (*node.captures, *node.variables):
            self.take_parameter(variable)
        self.take_loop_slot()
        assert node.block is not None
        parameters = [variable.python for variable in (*node.captures, *node.variables)]
        body = self._body(node.block)
        self._bodies.append(self._define(name, parameters, body))
        self.leave_function(state)
        self.line = line
        return name

    # --- statements ---------------------------------------------------------------------------------------------------

    def block(self, block: ast.Block | None) -> list[py.stmt]:
        statements: list[py.stmt] = []
        slots = self.slots
        for statement in block.statements if block is not None else ():
            statements.extend(self.statement(statement))
        self.slots = slots
        return statements or [self.at(py.Pass())]

    def statement(self, node: ast.Statement) -> list[py.stmt]:
        emit = getattr(self, "_" + type(node).__name__.lower() + "_statement")
        result: list[py.stmt] = emit(node)
        return result

    def _begin(self, node: ast.Statement) -> None:
        self.statements.add(node.offset)

    def _if_statement(self, node: ast.If) -> list[py.stmt]:
        self._begin(node)
        condition = self.value(node.condition)
        return [self.at(py.If(condition, self.block(node.block), []))]

    def _ifelse_statement(self, node: ast.IfElse) -> list[py.stmt]:
        self._begin(node)
        condition = self.value(node.condition)
        then = self.block(node.block)
        return [self.at(py.If(condition, then, self.block(node.else_block)))]

    def _count(self, offset: int) -> list[py.stmt]:
        """One round of a loop against the limit."""
        self.counted = True
        self.mark(offset)
        less = self.assign("_loop", self.binary(self.name("_loop"), py.Sub(), self.constant(1)))
        spent = self.compare(self.name("_loop"), py.LtE(), self.constant(0))
        stop = self.at(py.Raise(self.call(loop_error), None))
        return [less, self.at(py.If(spent, [stop], []))]

    def _loop_body(self, node: ast.Block | None, tail: Callable[[], list[py.stmt]]) -> list[py.stmt]:
        self._tails.append(tail)
        body = self.block(node) if node is not None else []
        self._tails.pop()
        return body

    def _while_statement(self, node: ast.While) -> list[py.stmt]:
        self._begin(node)
        condition = self.value(node.condition)
        body = self._count(node.offset)
        body += self._loop_body(node.block, list)
        return [self.at(py.While(condition, body, []))]

    def _do_statement(self, node: ast.Do) -> list[py.stmt]:
        self._begin(node)

        def tail() -> list[py.stmt]:
            line = self.line
            statements: list[py.stmt] = []
            if not isinstance(node.condition, ast.BooleanConstant):
                stop = self.at(py.UnaryOp(py.Not(), self.value(node.condition)))
                statements.append(self.at(py.If(stop, [self.at(py.Break())], [])))
            statements += self._count(node.offset)
            self.line = line
            return statements

        body = self._loop_body(node.block, tail)
        body += tail()
        return [self.at(py.While(self.constant(True), body, []))]

    def _for_statement(self, node: ast.For) -> list[py.stmt]:
        self._begin(node)
        slots = self.slots
        statements: list[py.stmt] = []
        if isinstance(node.initializer, ast.DeclBlock):
            statements += self._declblock_statement(node.initializer)
        elif node.initializer is not None:
            statements.append(self.at(py.Expr(self.value(node.initializer))))

        def tail() -> list[py.stmt]:
            if node.afterthought is None:
                return []
            line = self.line
            after = self.at(py.Expr(self.value(node.afterthought)))
            self.line = line
            return [after]

        condition = self.constant(True) if node.condition is None else self.value(node.condition)
        body = self._count(node.offset)
        body += self._loop_body(node.block, tail)
        if not (node.block is not None and node.block.all_escape and not node.block.any_continue):
            body += tail()
        self.slots = slots
        return [*statements, self.at(py.While(condition, body, []))]

    def _each_statement(self, node: ast.Each) -> list[py.stmt]:
        self._begin(node)
        assert node.variable is not None
        slots = self.slots
        self.take_slot(node.variable)
        iterable_type = str(node.iterable.vtype)
        self.slots += 2 if iterable_type.endswith("[]") else 1
        iterable = self.value(node.iterable)
        line = self.line
        iterator = self.call(iterate_def if iterable_type == "def" else iterate, iterable)
        variable = node.variable.python
        target = self.at(py.Name(variable, py.Store()))
        body: list[py.stmt] = []
        if node.cast is not None:
            body.append(self.assign(variable, self.cast(self.name(variable), node.cast)))
        body += self._count(node.offset)
        body += self._loop_body(node.block, list)
        self.slots = slots
        after, self.line = self.line, line
        self.calling("each")
        loop = self.at(py.For(target, iterator, body, []))
        self.line = after
        return [loop]

    def _continue_statement(self, node: ast.Continue) -> list[py.stmt]:
        return [*self._tails[-1](), self.at(py.Continue())]

    def _break_statement(self, node: ast.Break) -> list[py.stmt]:
        return [self.at(py.Break())]

    def _declblock_statement(self, node: ast.DeclBlock) -> list[py.stmt]:
        statements = []
        for declaration in node.declarations:
            variable = declaration.variable
            assert variable is not None
            self._begin(declaration)
            self.take_slot(variable)
            if declaration.value is None:
                value = self.constant(_DEFAULTS.get(variable.type))
            else:
                value = self.value(declaration.value)
            statements.append(self.assign(variable.python, value))
        return statements

    def _return_statement(self, node: ast.Return) -> list[py.stmt]:
        self._begin(node)
        value = None if node.value is None else self.value(node.value)
        return [self.at(py.Return(value))]

    def _expressionstatement_statement(self, node: ast.ExpressionStatement) -> list[py.stmt]:
        self._begin(node)
        value = self.value(node.value)
        return [self.at(py.Return(value) if node.returns else py.Expr(value))]

    def _throw_statement(self, node: ast.Throw) -> list[py.stmt]:
        self._begin(node)
        value = self.value(node.value)
        because = self._because(node.value)
        nothing = "Cannot throw exception" + (f" because {because} is null" if because else "")
        return [self.at(py.Raise(self.call(thrown, value, self.constant(nothing)), None))]

    def _try_statement(self, node: ast.Try) -> list[py.stmt]:
        self._begin(node)
        body = self.block(node.block)
        error = self.temporary()
        otherwise: list[py.stmt] = [self.at(py.Raise(None, None))]
        slots = self.slots
        for trap in reversed(node.catches):
            assert trap.variable is not None
            self._begin(trap)
            self.take_slot(trap.variable)
            matches = self.call(catches, self.name(error), self.constant(trap.variable.type))
            then = [self.assign(trap.variable.python, self.name(error)), *self.block(trap.block)]
            otherwise = [self.at(py.If(matches, then, otherwise))]
            self.slots = slots
        name = self.temporary()
        handler = py.ExceptHandler(
            self.reach(Exception), name, [self.assign(error, self.call(caught, self.name(name))), *otherwise]
        )
        return [self.at(py.Try(body, [self.at(handler)], [], []))]


def thrown(value: Thrown | None, nothing: str) -> Thrown:
    if value is None:
        raise null_pointer(nothing)
    return value


def catches(error: Thrown, type_: str) -> bool:
    return instance_of(error, type_, _no_allowlist)


_no_allowlist = Allowlist.__new__(Allowlist)
