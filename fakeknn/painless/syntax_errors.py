"""What the real parser says of a script that does not parse."""

from __future__ import annotations

from functools import cache

from fakeknn.painless.antlr import EOF, Failure, Grammar, Run, UnexpectedToken, set_text
from fakeknn.painless.lexer import LexicalError, Token, Tokens
from fakeknn.painless.throwable import CompileFault, Thrown, fault, illegal_argument

# The Painless grammar; the levels of noncondexpression are its binary operators, the tightest first.
_GRAMMAR = """
source: function* statement* EOF ;;
function: decltype ID parameters block ;;
parameters: '(' (decltype ID (',' decltype ID)*)? ')' ;;
statement: rstatement | dstatement (';' | EOF) ;;
rstatement: 'if' '(' expression ')' trailer ('else' trailer | {?})
    | 'while' '(' expression ')' (trailer | empty)
    | 'for' '(' initializer? ';' expression? ';' afterthought? ')' (trailer | empty)
    | 'for' '(' decltype ID ':' expression ')' trailer
    | 'for' '(' ID 'in' expression ')' trailer
    | 'try' block trap+ ;;
dstatement: 'do' block 'while' '(' expression ')' | declaration | 'continue' | 'break' | 'return' expression?
    | 'throw' expression | expression ;;
trailer: block | statement ;;
block: '{' statement* dstatement? '}' ;;
empty: ';' ;;
initializer: declaration | expression ;;
afterthought: expression ;;
declaration: decltype declvar (',' declvar)* ;;
decltype: type ('[' ']')* ;;
type: DEF | PRIMITIVE | ID ('.' DOTID)* ;;
declvar: ID ('=' expression)? ;;
trap: 'catch' '(' type ID ')' block ;;
noncondexpression: unary (
      {13} ('*' | '/' | '%') noncondexpression[14]
    | {12} ('+' | '-') noncondexpression[13]
    | {11} ('=~' | '==~') noncondexpression[12]
    | {10} ('<<' | '>>' | '>>>') noncondexpression[11]
    | {9} ('<' | '<=' | '>' | '>=') noncondexpression[10]
    | {7} ('==' | '===' | '!=' | '!==') noncondexpression[8]
    | {6} '&' noncondexpression[7]
    | {5} '^' noncondexpression[6]
    | {4} 'BWOR' noncondexpression[5]
    | {3} '&&' noncondexpression[4]
    | {2} 'BOOLOR' noncondexpression[3]
    | {1} '?:' noncondexpression[1]
    | {8} 'instanceof' decltype
    )* ;;
expression: noncondexpression
    | noncondexpression '?' expression ':' expression
    | noncondexpression ('=' | '+=' | '-=' | '*=' | '/=' | '%=' | '&=' | '^=' | 'AOR' | '<<=' | '>>=' | '>>>=')
      expression ;;
unary: ('++' | '--') chain | ('+' | '-') unary | unarynotaddsub ;;
unarynotaddsub: chain | chain ('++' | '--') | ('!' | '~') unary | castexpression ;;
castexpression: '(' primordefcasttype ')' unary | '(' refcasttype ')' unarynotaddsub ;;
primordefcasttype: DEF | PRIMITIVE ;;
refcasttype: DEF ('[' ']')+ | PRIMITIVE ('[' ']')+ | ID ('.' DOTID)* ('[' ']')* ;;
chain: primary postfix* | arrayinitializer ;;
primary: '(' expression ')' | (OCTAL | HEX | INTEGER | DECIMAL) | 'true' | 'false' | 'null' | STRING | REGEX
    | listinitializer | mapinitializer | ID | ID arguments | 'new' type arguments ;;
postfix: callinvoke | fieldaccess | braceaccess ;;
postdot: callinvoke | fieldaccess ;;
callinvoke: ('.' | '?.') DOTID arguments ;;
fieldaccess: ('.' | '?.') (DOTID | DOTINTEGER) ;;
braceaccess: '[' expression ']' ;;
arrayinitializer: 'new' type ('[' expression ']')+ (postdot postfix*)?
    | 'new' type '[' ']' '{' (expression (',' expression)*)? '}' postfix* ;;
listinitializer: '[' expression (',' expression)* ']' | '[' ']' ;;
mapinitializer: '[' maptoken (',' maptoken)* ']' | '[' ':' ']' ;;
maptoken: expression ':' expression ;;
arguments: '(' (argument (',' argument)*)? ')' ;;
argument: expression | lambda | funcref ;;
lambda: (lamtype | '(' (lamtype (',' lamtype)*)? ')') '->' (block | expression) ;;
lamtype: decltype? ID ;;
funcref: decltype '::' ID | decltype '::' 'new' | 'this' '::' ID ;;
"""
# The bar stands for itself in the notation above.
_WRITTEN = {"|": "BWOR", "||": "BOOLOR", "|=": "AOR", "def": "DEF"}
_ORDER = (
    "{ } [ ] ( ) . ?. , ; if in else while do for continue break return new try catch throw this instanceof ! ~ * / % "
    "+ - << >> >>> < <= > >= == === != !== & ^ BWOR && BOOLOR ? : ?: :: -> =~ ==~ ++ -- = += -= *= /= %= &= ^= "
    "AOR <<= >>= >>>= OCTAL HEX INTEGER DECIMAL STRING REGEX true false null PRIMITIVE DEF ID DOTINTEGER DOTID"
).split()
_SHOWN = {"BWOR": "'|'", "BOOLOR": "'||'", "AOR": "'|='", "DEF": "'def'", EOF: "<EOF>"}
_BARE = frozenset({"OCTAL", "HEX", "INTEGER", "DECIMAL", "STRING", "REGEX", "PRIMITIVE", "ID", "DOTINTEGER", "DOTID"})


@cache
def _grammar() -> Grammar:
    return Grammar(_GRAMMAR, lambda kind: kind != "else")


_POSITIONS = {kind: i for i, kind in enumerate(_ORDER)}
_NAMES = {kind: _SHOWN.get(kind, kind if kind in _BARE else f"'{kind}'") for kind in (*_ORDER, EOF)}


def explain(source: str) -> CompileFault:
    """The complaint about a script that has a lexical or a syntax error."""
    tokens = Tokens(source)

    def kind(index: int) -> str:
        found = tokens[index].kind
        return _WRITTEN.get(found, found)

    try:
        Run(_grammar(), kind).parse("source")
    except LexicalError as error:
        return _lexical(error)
    except Failure as failure:
        return _syntactic(tokens[failure.index], failure)
    return fault(0, "unexpected end of script.")


def _escaped(text: str) -> str:
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def _display(text: str) -> str:
    """A token as ANTLR quotes it."""
    return f"'{_escaped(text)}'"


def _syntactic(token: Token, failure: Failure) -> CompileFault:
    if isinstance(failure, UnexpectedToken):
        expected = set_text(failure.expected, _POSITIONS, _NAMES)
        return fault(token.start, f"unexpected token [{_display(token.text)}] was expecting one of [{expected}].")
    message = f"invalid sequence of tokens near [{_display(token.text)}]."
    if token.kind == EOF:
        message = "unexpected end of script."
    thrown = illegal_argument(message)
    thrown.cause = Thrown("org.antlr.v4.runtime.NoViableAltException")
    return CompileFault(token.start, thrown)


def _lexical(error: LexicalError) -> CompileFault:
    text = error.text
    message = f"unexpected character [{_escaped(text)}]."
    first = text[0]
    if first in "'\"" and len(text) > 2 and text[-2] == "\\":
        message += f" The only valid escape sequences in strings starting with [{first}] are [\\\\] and [\\{first}]."
    thrown = illegal_argument(message)
    thrown.cause = Thrown("org.antlr.v4.runtime.LexerNoViableAltException")
    return CompileFault(error.start, thrown)
