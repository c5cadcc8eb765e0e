"""The semantic analysis of functions and statements: types, scopes, and which paths return.

Checks come in the order of the real compiler, so that a script with several faults is blamed for the same one.
"""

from __future__ import annotations

from fakeknn.painless import ast
from fakeknn.painless.allowlist import Allowlist
from fakeknn.painless.analyze_members import MemberAnalyzer
from fakeknn.painless.casts import legal_cast
from fakeknn.painless.contexts import Context
from fakeknn.painless.scopes import Scope
from fakeknn.painless.throwable import CompileFault, class_cast, fault


class Analyzer(MemberAnalyzer):
    """Decorates a tree for one context; ``used`` are the variables that ``execute`` reads."""

    def __init__(self, tree: ast.Tree, context: Context, allowlist: Allowlist) -> None:
        super().__init__(context, allowlist)
        self.tree = tree
        self.used: set[str] = set()

    def analyze(self) -> None:
        for function in self.tree.functions:
            self._header(function)
        for function in self.tree.functions:
            self._function(function)

    # --- functions ----------------------------------------------------------------------------------------------------

    def _header(self, function: ast.Function) -> None:
        if function.return_name == "<internal>":
            key = f"execute/{len(self.context.arguments)}"
            function.returns = self.context.returns
            function.parameters = [type_ for _, type_ in self.context.arguments]
        else:
            key = f"{function.name}/{len(function.parameter_names)}"
        wrong = "invalid function definition: "
        if key in self.functions:
            raise fault(function.offset, f"{wrong}found duplicate function [{key}].")
        if function.return_name != "<internal>":
            returns = self.allowlist.type_named(function.return_name)
            if returns is None:
                raise fault(
                    function.offset, f"{wrong}return type [{function.return_name}] not found for function [{key}]"
                )
            function.returns = returns
            for name in function.parameter_type_names:
                type_ = self.allowlist.type_named(name)
                if type_ is None:
                    raise fault(function.offset, f"{wrong}parameter type [{name}] not found for function [{key}]")
                if type_ == "void":
                    raise fault(None, "parameter type cannot be void")
                function.parameters.append(type_)
        self.functions[key] = function

    def _function(self, function: ast.Function) -> None:
        scope = Scope(None, function.returns)
        execute = function.return_name == "<internal>"
        if execute:
            for name, type_ in self.context.arguments:
                scope.define(function.offset, type_, name, False)
            for name, type_ in self.context.getters:
                scope.define(function.offset, type_, name, False)
        else:
            for name, type_ in zip(function.parameter_names, function.parameters, strict=True):
                scope.define(function.offset, type_, name, False)
        function.variables = list(scope.variables.values())
        what = f"for function [{function.name}] with [{len(function.parameters)}] parameters"
        if not function.block.statements:
            raise fault(function.offset, f"invalid function definition: found no statements {what}")
        function.block.last_source = True
        self.block(function.block, scope.block())
        function.escapes = function.block.method_escape
        if execute:
            self.used = scope.used
        elif not function.escapes and function.returns != "void":
            raise fault(function.offset, f"invalid function definition: not all paths provide a return value {what}")

    # --- blocks and conditions ----------------------------------------------------------------------------------------

    def block(self, block: ast.Block, scope: Scope) -> None:
        if not block.statements:
            raise fault(block.offset, "invalid block: found no statements")
        last = block.statements[-1]
        for statement in block.statements:
            statement.in_loop = block.in_loop
            if statement is last:
                statement.last_loop = block.begin_loop or block.last_loop
                statement.last_source = block.last_source
            self.statement(statement, scope)
            if statement is last:
                block.method_escape = statement.method_escape
                block.loop_escape = statement.loop_escape
                block.all_escape = statement.all_escape
            elif statement.all_escape:
                raise fault(block.offset, "invalid block: unreachable statement")
            block.any_continue |= statement.any_continue
            block.any_break |= statement.any_break

    def statement(self, node: ast.Statement, scope: Scope) -> None:
        getattr(self, "_" + type(node).__name__.lower())(node, scope)

    def _block(self, node: ast.Block, scope: Scope) -> None:
        self.block(node, scope)

    @staticmethod
    def _inherit(outer: ast.Statement, inner: ast.Statement) -> None:
        inner.last_source, inner.in_loop, inner.last_loop = outer.last_source, outer.in_loop, outer.last_loop

    def _condition(self, node: ast.Expression, scope: Scope) -> None:
        self.value(node, scope, "boolean")

    def _if(self, node: ast.If, scope: Scope) -> None:
        self._condition(node.condition, scope)
        if isinstance(node.condition, ast.BooleanConstant) or node.block is None:
            raise fault(node.offset, "extraneous if block")
        self._inherit(node, node.block)
        self.block(node.block, scope.block())
        node.any_continue, node.any_break = node.block.any_continue, node.block.any_break

    def _ifelse(self, node: ast.IfElse, scope: Scope) -> None:
        self._condition(node.condition, scope)
        if isinstance(node.condition, ast.BooleanConstant) or node.block is None:
            raise fault(node.offset, "extraneous if block")
        self._inherit(node, node.block)
        self.block(node.block, scope.block())
        if node.else_block is None:
            raise fault(node.offset, "extraneous else block.")
        self._inherit(node, node.else_block)
        self.block(node.else_block, scope.block())
        left, right = node.block, node.else_block
        node.method_escape = left.method_escape and right.method_escape
        node.loop_escape = left.loop_escape and right.loop_escape
        node.all_escape = left.all_escape and right.all_escape
        node.any_continue = left.any_continue or right.any_continue
        node.any_break = left.any_break or right.any_break

    # --- loops --------------------------------------------------------------------------------------------------------

    def _loop_block(self, node: ast.Statement, block: ast.Block, scope: Scope, kind: str) -> None:
        block.begin_loop = block.in_loop = True
        self.block(block, scope)
        if block.loop_escape and not block.any_continue:
            raise fault(node.offset, f"extraneous {kind} loop")

    def _while(self, node: ast.While, scope: Scope) -> None:
        scope = scope.block()
        self._condition(node.condition, scope)
        endless = False
        if isinstance(node.condition, ast.BooleanConstant):
            endless = node.condition.value
            if not endless:
                raise fault(node.offset, "extraneous while loop")
            if node.block is None:
                raise fault(node.offset, "no paths escape from while loop")
        if node.block is not None:
            self._loop_block(node, node.block, scope, "while")
            if endless and not node.block.any_break:
                node.method_escape = node.all_escape = True

    def _do(self, node: ast.Do, scope: Scope) -> None:
        scope = scope.block()
        if node.block is None:
            raise fault(node.offset, "extraneous do-while loop")
        self._loop_block(node, node.block, scope, "do-while")
        self._condition(node.condition, scope)
        if isinstance(node.condition, ast.BooleanConstant):
            if not node.condition.value:
                raise fault(node.offset, "extraneous do-while loop")
            if not node.block.any_break:
                node.method_escape = node.all_escape = True

    def _for(self, node: ast.For, scope: Scope) -> None:
        scope = scope.block()
        if isinstance(node.initializer, ast.DeclBlock):
            self._declblock(node.initializer, scope)
        elif node.initializer is not None:
            self.checked(node.initializer, scope)
        endless = node.condition is None
        if node.condition is not None:
            self._condition(node.condition, scope)
            if isinstance(node.condition, ast.BooleanConstant):
                endless = node.condition.value
                if not endless:
                    raise fault(node.offset, "extraneous for loop")
                if node.block is None:
                    raise fault(node.offset, "no paths escape from for loop")
        if node.afterthought is not None:
            self.checked(node.afterthought, scope)
        if node.block is not None:
            self._loop_block(node, node.block, scope, "for")
            if endless and not node.block.any_break:
                node.method_escape = node.all_escape = True

    def _each(self, node: ast.Each, scope: Scope) -> None:
        node.iterable.read = True
        self.checked(node.iterable, scope)
        type_ = self.allowlist.type_named(node.type_name)
        if type_ is None:
            raise fault(node.offset, f"invalid foreach loop: type [{node.type_name}] not found")
        scope = scope.block()
        node.variable = scope.define(node.offset, type_, node.name, True)
        if node.block is None:
            raise fault(node.offset, "extraneous foreach loop")
        self._loop_block(node, node.block, scope, "foreach")
        iterable = str(node.iterable.vtype)
        if iterable.endswith("[]"):
            node.cast = legal_cast(self.allowlist, node.offset, iterable[:-2], type_, True, True)
        elif iterable == "def" or self.allowlist.assignable("java.lang.Iterable", iterable):
            if iterable != "def" and self.allowlist.method(iterable, False, "iterator", 0) is None:
                raise fault(node.offset, f"invalid foreach loop: method [{iterable}, iterator/0] not found")
            node.cast = legal_cast(self.allowlist, node.offset, "def", type_, True, True)
        else:
            raise fault(node.offset, f"invalid foreach loop: cannot iterate over type [{iterable}].")

    def _continue(self, node: ast.Continue, scope: Scope) -> None:
        if not node.in_loop:
            raise fault(node.offset, "invalid continue statement: not inside loop")
        if node.last_loop:
            raise fault(node.offset, "extraneous continue statement")
        node.all_escape = node.any_continue = True

    def _break(self, node: ast.Break, scope: Scope) -> None:
        if not node.in_loop:
            raise fault(node.offset, "invalid break statement: not inside loop")
        node.all_escape = node.loop_escape = node.any_break = True

    # --- the others ---------------------------------------------------------------------------------------------------

    def _declblock(self, node: ast.DeclBlock, scope: Scope) -> None:
        for declaration in node.declarations:
            self._declaration(declaration, scope)

    def _declaration(self, node: ast.Declaration, scope: Scope) -> None:
        if self.allowlist.is_class_name(node.name):
            raise fault(node.offset, f"invalid declaration: type [{node.name}] cannot be a name")
        type_ = self.allowlist.type_named(node.type_name)
        if type_ is None:
            raise fault(node.offset, f"invalid declaration: cannot resolve type [{node.type_name}]")
        if node.value is not None:
            self.value(node.value, scope, type_)
        node.variable = scope.define(node.offset, type_, node.name, False)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        if node.value is None:
            if scope.returns != "void":
                raise CompileFault(node.offset, class_cast(f"cannot cast from [{scope.returns}] to [void]"))
        else:
            self.value(node.value, scope, scope.returns, internal=True)
        node.method_escape = node.loop_escape = node.all_escape = True

    def _expressionstatement(self, node: ast.ExpressionStatement, scope: Scope) -> None:
        returning = node.last_source and scope.returns != "void"
        node.value.read = returning
        self.checked(node.value, scope)
        if returning and node.value.vtype != "void":
            node.value.target = scope.returns
            node.value.internal = True
            self.decorate(node.value)
            node.returns = node.method_escape = node.loop_escape = node.all_escape = True

    def _try(self, node: ast.Try, scope: Scope) -> None:
        if node.block is None:
            raise fault(node.offset, "extraneous try statement")
        self._inherit(node, node.block)
        self.block(node.block, scope.block())
        parts: list[ast.Statement] = [node.block]
        for trap in node.catches:
            self._inherit(node, trap)
            self._catch(trap, scope.block())
            parts.append(trap)
        node.method_escape = all(part.method_escape for part in parts)
        node.loop_escape = all(part.loop_escape for part in parts)
        node.all_escape = all(part.all_escape for part in parts)
        node.any_continue = any(part.any_continue for part in parts)
        node.any_break = any(part.any_break for part in parts)

    def _catch(self, node: ast.Catch, scope: Scope) -> None:
        if self.allowlist.is_class_name(node.name):
            raise fault(node.offset, f"invalid catch declaration: type [{node.name}] cannot be a name")
        type_ = self.allowlist.type_named(node.type_name)
        if type_ is None:
            raise fault(node.offset, f"invalid catch declaration: cannot resolve type [{node.type_name}]")
        node.variable = scope.define(node.offset, type_, node.name, False)
        if not self.allowlist.assignable("java.lang.Exception", type_):
            raise CompileFault(node.offset, class_cast(f"cannot cast from [{type_}] to [java.lang.Exception]"))
        block = node.block
        if block is not None:
            self._inherit(node, block)
            self.block(block, scope)
            node.method_escape, node.loop_escape, node.all_escape = (
                block.method_escape,
                block.loop_escape,
                block.all_escape,
            )
            node.any_continue, node.any_break = block.any_continue, block.any_break

    def _throw(self, node: ast.Throw, scope: Scope) -> None:
        self.value(node.value, scope, "java.lang.Exception")
        node.method_escape = node.loop_escape = node.all_escape = True
