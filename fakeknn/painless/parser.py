"""Painless tokens to a tree: statements by recursive descent, operators by precedence (Pratt).

A script that does not parse raises ``SyntaxFault`` with no explanation: what ANTLR would have said about it is worked
out by ``syntax_errors``, which nobody waits for while scripts are right.
"""

from __future__ import annotations

from fakeknn.painless import ast
from fakeknn.painless.lexer import Token, tokenize
from fakeknn.painless.literals import number, unescape
from fakeknn.painless.throwable import CompileFault, null_pointer

# Binary operators by binding power; ?: (elvis) is right-associative.
_POWER = {
    **dict.fromkeys(("*", "/", "%"), 13),
    **dict.fromkeys(("+", "-"), 12),
    **dict.fromkeys(("=~", "==~"), 11),
    **dict.fromkeys(("<<", ">>", ">>>"), 10),
    **dict.fromkeys(("<", "<=", ">", ">="), 9),
    "instanceof": 8,
    **dict.fromkeys(("==", "===", "!=", "!=="), 7),
    "&": 6,
    "^": 5,
    "|": 4,
    "&&": 3,
    "||": 2,
    "?:": 1,
}
_COMPARISONS = frozenset({"<", "<=", ">", ">=", "==", "===", "!=", "!=="})
_ASSIGNMENTS = {f"{op}=": op for op in ("+", "-", "*", "/", "%", "&", "^", "|", "<<", ">>", ">>>")}
_NUMBERS = frozenset({"OCTAL", "HEX", "INTEGER", "DECIMAL"})
# Tokens that may begin what a reference cast applies to: (Type) x, but not (a) + b.
_AFTER_CAST = _NUMBERS | {"ID", "STRING", "REGEX", "(", "[", "new", "true", "false", "null", "!", "~"}


class SyntaxFault(Exception):
    """The tokens are no script."""


def parse(source: str) -> ast.Tree:
    """The tree of a script; raises ``LexicalError`` or ``SyntaxFault``."""
    return _Parser(tokenize(source)).source()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._empty_lambda = False

    # --- tokens -------------------------------------------------------------------------------------------------------

    def _peek(self, ahead: int = 0) -> Token:
        index = self._at + ahead
        return self._tokens[index] if index < len(self._tokens) else self._tokens[-1]

    def _is(self, *kinds: str) -> bool:
        return self._tokens[self._at].kind in kinds

    def _next(self) -> Token:
        token = self._tokens[self._at]
        if token.kind != "EOF":
            self._at += 1
        return token

    def _take(self, kind: str) -> bool:
        if self._tokens[self._at].kind == kind:
            self._next()
            return True
        return False

    def _expect(self, kind: str) -> Token:
        token = self._tokens[self._at]
        if token.kind != kind:
            raise SyntaxFault
        return self._next()

    # --- types --------------------------------------------------------------------------------------------------------

    def _type_end(self, at: int, brackets: bool = True) -> int:
        """The index behind the type that may begin at token ``at``, or -1."""
        kind = self._peek(at).kind
        if kind not in ("ID", "def", "PRIMITIVE"):
            return -1
        at += 1
        if kind == "ID":
            while self._peek(at).kind == "." and self._peek(at + 1).kind == "DOTID":
                at += 2
        while brackets and self._peek(at).kind == "[" and self._peek(at + 1).kind == "]":
            at += 2
        return at

    def _type(self, brackets: bool = True) -> str:
        end = self._type_end(0, brackets)
        if end < 0:
            raise SyntaxFault
        return "".join(self._next().text for _ in range(end))

    def _declares(self) -> bool:
        """Whether a declaration begins here: a type and a name."""
        end = self._type_end(0)
        return end > 0 and (self._peek(end).kind == "ID" or self._peek().kind in ("def", "PRIMITIVE"))

    # --- statements ---------------------------------------------------------------------------------------------------

    def source(self) -> ast.Tree:
        functions = []
        start = self._peek().start
        while self._defines_function():
            functions.append(self._function())
        statements: list[ast.Statement] = []
        while not self._is("EOF"):
            statements.append(self._statement())
        if self._empty_lambda:
            # The real compiler has no tree for it, and stumbles before it looks at anything else.
            raise CompileFault(None, null_pointer())
        body = ast.Block(start, statements)
        functions.append(ast.Function(start, "<internal>", "execute", [], [], body, False))
        return ast.Tree(functions)

    def _defines_function(self) -> bool:
        end = self._type_end(0)
        return end >= 0 and self._peek(end).kind == "ID" and self._peek(end + 1).kind == "("

    def _function(self) -> ast.Function:
        start = self._peek().start
        returns = self._type()
        name = self._expect("ID").text
        self._expect("(")
        types: list[str] = []
        names: list[str] = []
        while not self._is(")"):
            if types:
                self._expect(",")
            types.append(self._type())
            names.append(self._expect("ID").text)
        self._expect(")")
        block = self._block() or ast.Block(start, [])
        block.offset = start  # the body is where the function is
        return ast.Function(start, returns, name, types, names, block, False)

    def _block(self) -> ast.Block | None:
        """A braced block; an empty one is None, as in the real tree."""
        start = self._expect("{").start
        statements: list[ast.Statement] = []
        while not self._is("}"):
            if self._is("EOF"):
                raise SyntaxFault
            statements.append(self._statement(in_block=True))
        self._next()
        return ast.Block(start, statements) if statements else None

    def _statement(self, in_block: bool = False) -> ast.Statement:
        start, kind = self._peek().start, self._peek().kind
        if kind == "if":
            return self._if()
        if kind == "while":
            self._next()
            condition = self._parenthesised()
            return ast.While(start, condition, self._loop_body())
        if kind == "for":
            return self._for()
        if kind == "try":
            return self._try()
        statement = self._plain_statement(start, kind)
        if not self._take(";") and not self._is("EOF") and not (in_block and self._is("}")):
            raise SyntaxFault
        return statement

    def _plain_statement(self, start: int, kind: str) -> ast.Statement:
        if kind == "do":
            self._next()
            block = self._block()
            self._expect("while")
            return ast.Do(start, self._parenthesised(), block)
        if kind == "continue":
            self._next()
            return ast.Continue(start)
        if kind == "break":
            self._next()
            return ast.Break(start)
        if kind == "return":
            self._next()
            return ast.Return(start, None if self._is(";", "EOF", "}") else self._expression())
        if kind == "throw":
            self._next()
            return ast.Throw(start, self._expression())
        if self._declares():
            return self._declaration()
        return ast.ExpressionStatement(start, self._expression())

    def _parenthesised(self) -> ast.Expression:
        self._expect("(")
        expression = self._expression()
        self._expect(")")
        return expression

    def _trailer(self) -> ast.Block | None:
        if self._is("{"):
            return self._block()
        start = self._peek().start
        return ast.Block(start, [self._statement()])

    def _loop_body(self) -> ast.Block | None:
        return None if self._take(";") else self._trailer()

    def _if(self) -> ast.Statement:
        start = self._next().start
        condition = self._parenthesised()
        block = self._trailer()
        if self._take("else"):
            return ast.IfElse(start, condition, block, self._trailer())
        return ast.If(start, condition, block)

    def _for(self) -> ast.Statement:
        start = self._next().start
        self._expect("(")
        if self._peek().kind == "ID" and self._peek(1).kind == "in":
            name = self._next().text
            self._next()
            return self._each(start, "def", name)
        end = self._type_end(0)
        if end > 0 and self._peek(end).kind == "ID" and self._peek(end + 1).kind == ":":
            type_name = self._type()
            name = self._next().text
            self._next()
            return self._each(start, type_name, name)
        initializer: ast.DeclBlock | ast.Expression | None = None
        if not self._is(";"):
            initializer = self._declaration() if self._declares() else self._expression()
        self._expect(";")
        condition = None if self._is(";") else self._expression()
        self._expect(";")
        afterthought = None if self._is(")") else self._expression()
        self._expect(")")
        return ast.For(start, initializer, condition, afterthought, self._loop_body())

    def _each(self, start: int, type_name: str, name: str) -> ast.Each:
        iterable = self._expression()
        self._expect(")")
        return ast.Each(start, type_name, name, iterable, self._trailer())

    def _try(self) -> ast.Try:
        start = self._next().start
        block = self._block()
        catches = []
        while self._is("catch"):
            at = self._next().start
            self._expect("(")
            type_name = self._type(brackets=False)
            name = self._expect("ID").text
            self._expect(")")
            catches.append(ast.Catch(at, type_name, name, self._block()))
        if not catches:
            raise SyntaxFault
        return ast.Try(start, block, catches)

    def _declaration(self) -> ast.DeclBlock:
        start = self._peek().start
        type_name = self._type()
        declarations = []
        while True:
            name = self._expect("ID")
            value = self._expression() if self._take("=") else None
            declarations.append(ast.Declaration(name.start, type_name, name.text, value))
            if not self._take(","):
                return ast.DeclBlock(start, declarations)

    # --- expressions --------------------------------------------------------------------------------------------------

    def _expression(self) -> ast.Expression:
        start = self._peek().start
        left = self._binary(0)
        kind = self._peek().kind
        if kind == "?":
            self._next()
            then = self._expression()
            self._expect(":")
            return ast.Conditional(start, left, then, self._expression())
        if kind == "=" or kind in _ASSIGNMENTS:
            self._next()
            return ast.Assignment(start, left, self._expression(), False, _ASSIGNMENTS.get(kind))
        return left

    def _binary(self, least: int) -> ast.Expression:
        start = self._peek().start
        left = self._unary()
        while True:
            kind = self._peek().kind
            power = _POWER.get(kind, 0)
            if power <= least:
                return left
            self._next()
            if kind == "instanceof":
                left = ast.Instanceof(start, left, self._type())
                continue
            right = self._binary(power - 1 if kind == "?:" else power)
            if kind in _COMPARISONS:
                left = ast.Comp(start, left, right, kind)
            elif kind in ("&&", "||"):
                left = ast.BooleanComp(start, left, right, kind)
            elif kind == "?:":
                left = ast.Elvis(start, left, right)
            else:
                left = ast.Binary(start, left, right, kind)

    def _unary(self) -> ast.Expression:
        token = self._peek()
        kind, start = token.kind, token.start
        if kind in ("++", "--"):
            self._next()
            child = self._chain()
            return ast.Assignment(start, child, ast.Numeric(start, "1", 10), False, kind[0])
        if kind in ("+", "-", "!", "~"):
            self._next()
            return ast.Unary(start, self._unary(), kind)
        if kind == "(":
            cast = self._cast(start)
            if cast is not None:
                return cast
        chain = self._chain()
        if self._is("++", "--"):
            operation = self._next().kind[0]
            return ast.Assignment(start, chain, ast.Numeric(start, "1", 10), True, operation)
        return chain

    def _cast(self, start: int) -> ast.Expression | None:
        end = self._type_end(1)
        if end < 0 or self._peek(end).kind != ")":
            return None
        primitive = end == 2 and self._peek(1).kind in ("def", "PRIMITIVE")
        named = self._peek(1).kind == "ID" and self._peek(end - 1).kind != "]"
        if self._peek(end + 1).kind == "[" and named and not self._initializer(end + 1):
            return None
        if not primitive and self._peek(1).kind == "ID" and self._peek(end + 1).kind not in _AFTER_CAST:
            return None
        self._next()
        type_name = self._type()
        self._next()
        if not primitive and self._is("+", "-", "++", "--"):
            raise SyntaxFault
        return ast.Explicit(start, type_name, self._unary())

    def _initializer(self, ahead: int) -> bool:
        """Whether brackets make a list or a map: those with one expression between them may be an index."""
        depth = choices = 0
        first = ahead + 1
        while (kind := self._peek(ahead).kind) != "EOF":
            if kind in ("(", "[", "{"):
                depth += 1
            elif kind in (")", "]", "}"):
                depth -= 1
                if not depth:
                    return ahead == first
            elif depth == 1 and kind == "?":
                choices += 1
            elif depth == 1 and kind in (",", ":"):
                if not choices or kind == ",":
                    return True
                choices -= 1
            ahead += 1
        return False

    def _chain(self) -> ast.Expression:
        if self._is("new") and self._new_array_begins():
            node = self._array_initializer()
        else:
            node = self._primary()
        while True:
            start, kind = self._peek().start, self._peek().kind
            if kind in (".", "?."):
                self._next()
                name = self._next()
                if name.kind == "DOTID" and self._is("("):
                    node = ast.Call(start, node, name.text, self._arguments(), kind == "?.")
                elif name.kind in ("DOTID", "DOTINTEGER"):
                    node = ast.Dot(start, node, name.text, kind == "?.")
                else:
                    raise SyntaxFault
            elif kind == "[" and not (isinstance(node, ast.NewArray) and not node.initializer):
                self._next()
                index = self._expression()
                self._expect("]")
                node = ast.Brace(start, node, index)
            else:
                return node

    def _new_array_begins(self) -> bool:
        end = self._type_end(1, brackets=False)
        return end > 0 and self._peek(end).kind == "["

    def _array_initializer(self) -> ast.Expression:
        start = self._next().start
        type_name = self._type(brackets=False)
        self._expect("[")
        values: list[ast.Expression] = []
        if self._take("]"):
            self._expect("{")
            while not self._is("}"):
                if values:
                    self._expect(",")
                values.append(self._expression())
            self._next()
            return ast.NewArray(start, type_name + "[]", values, True)
        while True:
            values.append(self._expression())
            self._expect("]")
            type_name += "[]"
            if not self._take("["):
                return ast.NewArray(start, type_name, values, False)

    def _primary(self) -> ast.Expression:
        token = self._next()
        kind, text, start = token
        if kind == "(":
            expression = self._expression()
            self._expect(")")
            return expression
        if kind == "ID":
            if self._is("("):
                return ast.CallLocal(start, text, self._arguments())
            return ast.Symbol(start, text)
        if kind == "STRING":
            return ast.String(start, unescape(text[1:-1]))
        if kind in _NUMBERS:
            return number(token)
        if kind in ("true", "false"):
            return ast.BooleanConstant(start, kind == "true")
        if kind == "null":
            return ast.Null(start)
        if kind == "[":
            return self._collection(start)
        if kind == "new":
            type_name = self._type(brackets=False)
            if not self._is("("):
                raise SyntaxFault
            return ast.NewObj(start, type_name, self._arguments())
        if kind == "REGEX":
            slash = text.rindex("/")
            return ast.Regex(start, text[1:slash], text[slash + 1 :])
        raise SyntaxFault

    def _collection(self, start: int) -> ast.Expression:
        """A list or map initializer behind its ``[``."""
        if self._take("]"):
            return ast.ListInit(start, [])
        if self._take(":"):
            self._expect("]")
            return ast.MapInit(start, [], [])
        first = self._expression()
        if self._take(":"):
            keys, values = [first], [self._expression()]
            while self._take(","):
                keys.append(self._expression())
                self._expect(":")
                values.append(self._expression())
            self._expect("]")
            return ast.MapInit(start, keys, values)
        values = [first]
        while self._take(","):
            values.append(self._expression())
        self._expect("]")
        return ast.ListInit(start, values)

    # --- arguments ----------------------------------------------------------------------------------------------------

    def _arguments(self) -> list[ast.Expression]:
        self._expect("(")
        arguments: list[ast.Expression] = []
        while not self._is(")"):
            if arguments:
                self._expect(",")
            arguments.append(self._argument())
        self._next()
        return arguments

    def _argument(self) -> ast.Expression:
        start = self._peek().start
        if self._is("this"):
            self._next()
            self._expect("::")
            return ast.FunctionRef(start, "this", self._expect("ID").text)
        end = self._type_end(0)
        if end > 0 and self._peek(end).kind == "::":
            type_name = self._type()
            self._next()
            if self._take("new"):
                if type_name.endswith("]"):
                    return ast.NewArrayFunctionRef(start, type_name)
                return ast.FunctionRef(start, type_name, "new")
            return ast.FunctionRef(start, type_name, self._expect("ID").text)
        if self._lambda_begins():
            return self._lambda(start)
        return self._expression()

    def _lambda_begins(self) -> bool:
        if not self._is("("):
            end = self._type_end(0)
            return self._peek(1).kind == "->" or (
                end > 0 and self._peek(end).kind == "ID" and self._peek(end + 1).kind == "->"
            )
        at, depth = 1, 1
        while depth:
            kind = self._peek(at).kind
            if kind == "EOF":
                return False
            depth += (kind == "(") - (kind == ")")
            at += 1
        return self._peek(at).kind == "->"

    def _lambda(self, start: int) -> ast.Lambda:
        types: list[str | None] = []
        names: list[str] = []
        if self._take("("):
            while not self._is(")"):
                if names:
                    self._expect(",")
                self._lambda_parameter(types, names)
            self._next()
        else:
            self._lambda_parameter(types, names)
        self._expect("->")
        if self._is("{"):
            block = self._block()
            self._empty_lambda |= block is None
            return ast.Lambda(start, types, names, block)
        value = self._expression()
        return ast.Lambda(start, types, names, ast.Block(start, [ast.Return(start, value)]))

    def _lambda_parameter(self, types: list[str | None], names: list[str]) -> None:
        if self._is("ID") and self._peek(1).kind in ("->", ",", ")"):
            types.append(None)
        else:
            types.append(self._type())
        names.append(self._expect("ID").text)
