"""Painless programs drawn by the language's grammar and its allow list, whole or with something broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from random import Random

from fakeknn.painless.allowlist import BOXED, PRIMITIVES, UNBOXED, Allowlist, Method, allowlist

from .draw import some

LITERALS: dict[str, Sequence[str]] = {
    "boolean": ("true", "false"),
    "byte": ("(byte)1", "(byte)-128", "(byte)127", "(byte)0"),
    "short": ("(short)3", "(short)-32768", "(short)32767"),
    "char": ("(char)'a'", "(char)'Z'", "(char)'0'", "(char)65535", "(char)' '"),
    "int": ("0", "1", "2", "-1", "7", "10", "3", "2147483647", "-2147483648", "0x1F", "017", "65536", "(int)'a'"),
    "long": ("0L", "1L", "-5L", "3L", "100L", "9223372036854775807L", "-9223372036854775808L", "4294967296L", "0xFFL"),
    "float": ("0f", "1.5f", "-2.25f", "0.1f", "3e38f", "1e-45f", "16777217f", "(float)(0.0/0.0)"),
    "double": ("0.0", "1.5", "-2.75", "0.1", "1e300", "1e-320", "3d", "100.0", "-0.0", "0.0/0.0", "1.0/0", "12345.678"),
    "java.lang.String": (
        *("''", "'a'", "'abc'", "'Hello World'", "'5'", "'-17'", "'1.5'", "'true'", "'a,b,,c'", "' x '", '"q"', "'é'"),
        *(
            "'2024-02-29'",
            "'2024-02-29T10:20:30Z'",
            "'PT1H'",
            "'😀!'",
            "'UTC'",
            "'yyyy-MM-dd'",
            "'x'",
            "'AbC'",
            "'\\\\'",
        ),
    ),
    "java.util.List": ("[]", "[1, 2, 3]", "['b', 'a', 'c']", "[1.5, null, 'x']", "[[1], [2, 3]]", "[3L, 1L]", "[true]"),
    "java.util.Map": ("[:]", "['a': 1, 'b': 2]", "['k': [1, 2], 'm': ['x': null]]", "[1: 'one', 2: 'two']"),
    "java.util.Set": ("new HashSet([3, 1, 2])", "new TreeSet(['b', 'a'])", "new LinkedHashSet([1, 1, 'x'])"),
    "java.util.Collection": ("[1, 2]", "new HashSet(['a'])", "['a': 1].values()"),
    "java.util.Iterator": ("[1, 2].iterator()", "['a': 1].keySet().iterator()"),
    "java.util.regex.Pattern": ("/a(b)?/", "/[a-c]+/i", r"/(\d+)-(\w*)/", "/x/m", "/(?<n>.)/"),
    "java.util.regex.Matcher": ("/a(b)?/.matcher('xabab')", "/[0-9]/.matcher('a1b2')"),
    "java.lang.CharSequence": ("'chars'", "new StringBuilder('sb')"),
    "java.util.Comparator": ("Comparator.naturalOrder()", "Comparator.reverseOrder()", "(a, b) -> a.compareTo(b)"),
    "java.time.ZonedDateTime": (
        "ZonedDateTime.parse('2024-02-29T10:20:30.123Z')",
        "ZonedDateTime.of(2021, 3, 28, 1, 30, 0, 0, ZoneId.of('Europe/Berlin'))",
        "ZonedDateTime.ofInstant(Instant.ofEpochMilli(0L), ZoneId.of('Z'))",
    ),
    "java.time.LocalDate": ("LocalDate.of(2024, 2, 29)", "LocalDate.parse('1999-12-31')", "LocalDate.ofEpochDay(1L)"),
    "java.time.LocalDateTime": ("LocalDateTime.of(2020, 1, 31, 23, 59)", "LocalDateTime.parse('2024-02-29T01:02:03')"),
    "java.time.LocalTime": ("LocalTime.of(1, 2, 3)", "LocalTime.MIDNIGHT", "LocalTime.parse('23:59')"),
    "java.time.OffsetDateTime": ("OffsetDateTime.parse('2024-02-29T10:20:30+02:00')",),
    "java.time.Instant": ("Instant.ofEpochMilli(1700000000123L)", "Instant.EPOCH", "Instant.ofEpochSecond(-1L, 5L)"),
    "java.time.Duration": ("Duration.ofSeconds(3661L)", "Duration.parse('P1DT2H')", "Duration.ZERO"),
    "java.time.Period": ("Period.ofDays(3)", "Period.of(1, 14, -2)", "Period.parse('P1Y2M3D')"),
    "java.time.ZoneId": ("ZoneId.of('Europe/Berlin')", "ZoneId.of('Z')", "ZoneId.of('America/New_York')"),
    "java.time.ZoneOffset": ("ZoneOffset.UTC", "ZoneOffset.ofHours(2)", "ZoneOffset.of('-03:30')"),
    "java.time.Year": ("Year.of(2024)",),
    "java.time.YearMonth": ("YearMonth.of(2024, 2)",),
    "java.time.MonthDay": ("MonthDay.of(2, 29)",),
    "java.time.DayOfWeek": ("DayOfWeek.MONDAY", "DayOfWeek.of(7)"),
    "java.time.Month": ("Month.FEBRUARY", "Month.of(12)"),
    "java.time.temporal.ChronoUnit": ("ChronoUnit.DAYS", "ChronoUnit.HOURS", "ChronoUnit.MONTHS", "ChronoUnit.WEEKS"),
    "java.time.temporal.ChronoField": ("ChronoField.DAY_OF_WEEK", "ChronoField.HOUR_OF_DAY", "ChronoField.YEAR"),
    "java.time.format.DateTimeFormatter": (
        "DateTimeFormatter.ISO_LOCAL_DATE",
        "DateTimeFormatter.ofPattern('dd.MM.uuuu HH:mm')",
        "DateTimeFormatter.ISO_INSTANT",
        "DateTimeFormatter.ofPattern('EEE, d MMM yyyy')",
    ),
    "java.math.BigDecimal": ("BigDecimal.valueOf(5L)", "new BigDecimal('1.50')", "BigDecimal.TEN"),
    "java.math.BigInteger": ("BigInteger.valueOf(12L)", "new BigInteger('-7')", "BigInteger.ONE"),
    "java.util.Optional": ("Optional.of('x')", "Optional.empty()"),
    "java.lang.StringBuilder": ("new StringBuilder('abc')", "new StringBuilder()"),
    "java.util.stream.Stream": ("[1, 2, 3].stream()", "['b', 'a'].stream()", "Stream.of(2, 1)"),
    "java.util.stream.IntStream": ("IntStream.range(0, 4)", "IntStream.of(3)"),
    "java.util.stream.Collector": ("Collectors.toList()", "Collectors.joining(',')", "Collectors.counting()"),
    "java.util.Locale": ("Locale.ROOT", "Locale.ENGLISH"),
    "int[]": ("new int[] {1, 2, 3}", "new int[3]"),
    "def[]": ("new def[] {1, 'a', null}", "new def[2]"),
    "java.lang.String[]": ("new String[] {'x', 'y'}", "'a b'.split(' ')"),
    "double[]": ("new double[] {1.5, 2}",),
}

_NUMERIC = ("byte", "short", "char", "int", "long", "float", "double")
_CHOSEN = (
    *("int", "int", "int", "long", "double", "float", "boolean", "byte", "short", "char"),
    *("java.lang.String", "java.lang.String", "java.util.List", "java.util.Map", "java.util.Set", "def", "def", "def"),
    *("java.lang.Integer", "java.lang.Double", "java.lang.Object", "java.lang.Number"),
)
#: What ends never, costs all memory, differs by the moment, or names an object by its place in memory.
_NEVER = re.compile(
    r"\.(generate|iterate|random\w*|shuffle|identityHashCode|parallel\w*|unordered|ints|longs|doubles|getHint|notify"
    r"|setSize|ensureCapacity|setLength|nCopies|shiftLeft|pow|setScale|nameUUIDFromBytes|getAvailable\w*|getDefault"
    r"|setBit|flipBit|spliterator|flip|now|system\w*)/|Random|Observable|LongStream.range|BitSet.set"
)
_CORE = re.compile(
    r"^java\.lang\.(Math|StrictMath|Integer|Long|Double|Float|Short|Byte|Character|Boolean|String|StringBuilder|Object"
    r"|Number|CharSequence|Iterable|Comparable|Exception|IllegalArgumentException)$"
    r"|^java\.util\.(\w*List|\w*Map|Map\.Entry|\w*Set|Collection|Collections|Iterator|ListIterator|Arrays|ArrayDeque"
    r"|Optional\w*|StringJoiner|StringTokenizer|UUID|Base64\w*|Objects|Comparator|regex\.\w+|stream\.\w+)$"
    r"|^java\.time\.(ZonedDateTime|LocalDate|LocalDateTime|LocalTime|OffsetDateTime|Instant|Duration|Period|ZoneId"
    r"|ZoneOffset|DayOfWeek|Month|Year|YearMonth|temporal\.Chrono\w+|format\.DateTimeFormatter)$"
    r"|^java\.math\.Big\w+$|^org\.opensearch\.(painless\.api\.|common\.)"
)
_CAUGHT = (
    *("Exception", "Exception", "IllegalArgumentException", "NullPointerException", "ClassCastException"),
    *("ArithmeticException", "RuntimeException", "IndexOutOfBoundsException", "Throwable"),
)
_SIZES = ("0", "1", "2", "3", "-1", "10", "5")
_TOKEN = re.compile(
    r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|[A-Za-z_]\w*|\d[\w.]*|\s+|[<>=!+\-*/&|^?:.]{1,3}|.", re.DOTALL
)
_WORDS = (
    *("if", "else", "for", "while", "return", "def", "int", "new", "in", "null", "this", "try", "catch", "throw", "x"),
    *("nope", "String", "List", "(", ")", "{", "}", "[", "]", ";", ",", ".", "?.", "?", ":", "::", "->", "=", "+", "-"),
    *(
        "==",
        "===",
        "!",
        "~",
        "=~",
        "&&",
        "||",
        "?:",
        "++",
        "<<",
        ">>>",
        "5",
        "1.5",
        "'s'",
        "/r/",
        "instanceof",
        "#",
        "\\",
    ),
)


@cache
def _producers(context: str) -> dict[str, tuple[list[Method], list[Method]]]:
    """The methods and constructors by what they return: of the classes most scripts use, and of all others."""
    names = allowlist(context)
    found: dict[str, tuple[list[Method], list[Method]]] = {}
    for name in names.class_names():
        cls = names.cls(name)
        assert cls is not None
        members = [*cls.methods.values(), *cls.static_methods.values()]
        if not cls.abstract and not cls.interface:
            members += cls.constructors.values()
        for method in members:
            if not _NEVER.search(method.key):
                found.setdefault(method.returns, ([], []))[0 if _CORE.search(name) else 1].append(method)
    return found


def simple(type_: str) -> str:
    """A type as scripts mostly write it: without its package."""
    if type_ in PRIMITIVES or type_ == "def":
        return type_
    parts = type_.split(".")
    outer = next((i for i, part in enumerate(parts) if part[:1].isupper()), 0)
    return ".".join(parts[outer:])


class Program:
    """Draws one script for a context; ``given`` are the variables it has from there, and expressions for them."""

    def __init__(self, random: Random, context: str, given: Sequence[tuple[str, str]] = ()) -> None:
        self.random = random
        self.context = context
        self.names: Allowlist = allowlist(context)
        self.given = list(given)
        self.variables: list[tuple[str, str]] = []
        self.functions: list[tuple[str, str, tuple[str, ...]]] = []
        self.count = 0

    # --- programs -----------------------------------------------------------------------------------------------------

    def source(self, returns: str) -> str:
        """A whole program; one in four has something broken."""
        chance = self.random.random()
        text = self.program(returns) if chance < 0.6 else self.result(returns, 3)
        return broken(self.random, text) if self.random.random() < 0.27 else text

    def program(self, returns: str) -> str:
        text = "".join(self.function() + " " for _ in range(self.random.choice((0, 0, 0, 1))))
        text += "".join(self.statement(2) + " " for _ in range(self.random.randint(0, 4)))
        return text + (self.result(returns, 2) if self.random.random() < 0.95 else self.statement(2))

    def result(self, returns: str, depth: int) -> str:
        if returns == "void":
            return self.statement(depth)
        how = self.random.random()
        shown = returns if how < 0.9 else self.type()
        text = self.expression(shown, depth)
        return text if how < 0.3 else f"return {text};"

    def function(self) -> str:
        returns, name = self.type(), self.name()
        outer, self.variables = self.variables, [(self.type(), self.name()) for _ in range(self.random.randint(0, 2))]
        parameters = ", ".join(f"{simple(type_)} {each}" for type_, each in self.variables)
        body = "".join(self.statement(1) + " " for _ in range(self.random.randint(0, 1)))
        text = f"{simple(returns)} {name}({parameters}) {{ {body}return {self.expression(returns, 1)}; }}"
        self.functions.append((name, returns, tuple(type_ for type_, _ in self.variables[: parameters.count(",") + 1])))
        if not parameters:
            self.functions[-1] = (name, returns, ())
        self.variables = outer
        return text

    def name(self) -> str:
        self.count += 1
        return f"{self.random.choice('abxyst')}{self.count}"

    def type(self) -> str:
        if self.random.random() < 0.15:
            return some(self.random, sorted(LITERALS))
        return some(self.random, _CHOSEN)

    # --- statements ---------------------------------------------------------------------------------------------------

    def block(self, depth: int) -> str:
        known = len(self.variables)
        text = " ".join(self.statement(depth) for _ in range(self.random.randint(1, 2)))
        del self.variables[known:]
        return f"{{ {text} }}"

    def statement(self, depth: int) -> str:
        kinds: list[Callable[[int], str]] = [self._declare] * 5 + [self._assign] * 4 + [self._effect] * 2
        if depth > 0:
            kinds += [self._if, self._for, self._each, self._while, self._try, self._if, self._each]
        return some(self.random, kinds)(depth)

    def _declare(self, depth: int) -> str:
        type_, name = self.type(), self.name()
        chance = self.random.random()
        value = "" if chance < 0.06 else f" = {self.expression(type_ if chance < 0.85 else self.type(), depth)}"
        self.variables.append((type_, name))
        return f"{simple(type_)} {name}{value};"

    def _assign(self, depth: int) -> str:
        if not self.variables:
            return self._declare(depth)
        type_, name = some(self.random, self.variables)
        chance = self.random.random()
        if chance < 0.15:
            return some(self.random, (f"{name}++;", f"--{name};", f"++{name};"))
        if chance < 0.35 and (type_ in ("def", "java.util.List", "java.util.Map") or type_.endswith("[]")):
            at = self.expression(some(self.random, ("int", "java.lang.String")), 0)
            return f"{name}[{at}] {self._operator()} {self.expression(self.type(), depth)};"
        if chance < 0.45 and type_ in ("def", "java.util.Map"):
            return (
                f"{name}.{some(self.random, ('a', 'k', '0'))} {self._operator()} {self.expression(self.type(), depth)};"
            )
        operand = type_ if self.random.random() < 0.6 else self.type()
        return f"{name} {self._operator()} {self.expression(operand, depth)};"

    def _operator(self) -> str:
        operators = ("=", "=", "=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "+=")
        return some(self.random, operators)

    def _effect(self, depth: int) -> str:
        if self.random.random() < 0.15:
            return f"{self.expression(self.type(), depth)};"
        kind = some(self.random, ("java.util.List", "java.util.Map", "def"))
        receiver = self.variable(kind) or self.expression(kind, 0)
        call = some(
            self.random,
            (
                "add({0})",
                "add({i}, {0})",
                "remove({i})",
                "put({0}, {1})",
                "remove({0})",
                "addAll([{0}])",
                "sort((p, q) -> {0})",
                "forEach(e -> {0})",
                "removeIf(e -> e == {0})",
                "replaceAll(e -> {0})",
                "computeIfAbsent({0}, k -> {1})",
                "merge({0}, {1}, (o, n) -> o + n)",
                "clear()",
                "forEach((k, v) -> {{ def z = k; }})",
                "putIfAbsent({0}, {1})",
                "each(e -> {0})",
            ),
        )
        values = [self.expression(some(self.random, ("int", "java.lang.String", "def")), depth - 1) for _ in range(2)]
        return f"{receiver}.{call.format(*values, i=some(self.random, _SIZES))};"

    def _if(self, depth: int) -> str:
        text = f"if ({self.expression('boolean', depth)}) {self._leaving(depth)}"
        return text + (f" else {self._leaving(depth)}" if self.random.random() < 0.5 else "")

    def _leaving(self, depth: int) -> str:
        if self.random.random() < 0.8:
            return self.block(depth - 1)
        return some(
            self.random, (f"{{ return {self.expression('def', 1)}; }}", "{ break; }", "{ continue; }", "return;")
        )

    def _for(self, depth: int) -> str:
        name = self.name()
        known = len(self.variables)
        self.variables.append(("int", name))
        body = self.block(depth - 1)
        del self.variables[known:]
        return f"for (int {name} = 0; {name} < {self.random.randint(0, 4)}; {name}++) {body}"

    def _each(self, depth: int) -> str:
        source = self.expression(
            some(self.random, ("java.util.List", "java.util.List", "java.util.Set", "def", "int[]")), 1
        )
        name, known = self.name(), len(self.variables)
        self.variables.append(("def", name))
        body = self.block(depth - 1)
        del self.variables[known:]
        form = some(self.random, ("{} in", "def {} :", "def {} :", "int {} :", "String {} :"))
        return f"for ({form.format(name)} {source}) {body}"

    def _while(self, depth: int) -> str:
        name = self.name()
        body = self.block(depth - 1)
        if self.random.random() < 0.5:
            return f"int {name} = 0; while ({name}++ < 3) {body}"
        return f"int {name} = 0; do {{ {name}++; {body[1:]} while ({name} < 3);"

    def _try(self, depth: int) -> str:
        caught = some(
            self.random,
            _CAUGHT,
        )
        inner = self.block(depth - 1)
        if self.random.random() < 0.3:
            inner = (
                f"{{ throw new {some(self.random, ('RuntimeException', 'IllegalArgumentException', caught))}('oh'); }}"
            )
        name = self.name()
        known = len(self.variables)
        self.variables.append(("java.lang." + caught, name))
        handler = some(
            self.random, (self.block(0), f"{{ return {name}.getMessage(); }}", f"{{ def m = '' + {name}; }}")
        )
        del self.variables[known:]
        return f"try {inner} catch ({caught} {name}) {handler}"

    # --- expressions --------------------------------------------------------------------------------------------------

    def variable(self, type_: str) -> str | None:
        fitting = [name for kind, name in self.variables + self.given if kind == type_ or type_ == "java.lang.Object"]
        return some(self.random, fitting) if fitting else None

    def expression(self, type_: str, depth: int) -> str:
        """An expression that is mostly of the type."""
        chance = self.random.random()
        if chance < 0.25 and (found := self.variable(type_)):
            return found
        if depth <= 0 or chance < 0.3:
            return self.leaf(type_)
        if chance < 0.33:
            return self.expression(self.type(), depth - 1)
        makers: list[Callable[[str, int], str | None]] = [self._call, self._call, self._operation, self._operation]
        makers += [self._ternary, self._cast, self._function_call, self._element]
        return some(self.random, makers)(type_, depth - 1) or self._operation(type_, depth - 1) or self.leaf(type_)

    def leaf(self, type_: str) -> str:
        if type_ == "def" or type_ in ("java.lang.Object", "java.lang.Comparable", "java.lang.Number"):
            kinds = ("int", "long", "double", "java.lang.String", "java.util.List", "java.util.Map", "boolean")
            if self.random.random() < 0.1:
                return "null"
            type_ = some(self.random, kinds[:3] if type_.endswith("Number") else kinds)
        type_ = UNBOXED.get(type_, type_)
        if type_ in LITERALS:
            return some(self.random, LITERALS[type_])
        cls = self.names.cls(type_)
        if cls is not None:
            constants = sorted(name for name, kind in cls.static_fields.items() if kind == type_)
            if constants:
                return f"{simple(type_)}.{some(self.random, constants)}"
            if cls.functional:
                return self._lambda(type_, 0)
        fitting = [name for name in LITERALS if self.names.assignable(type_, name)]
        return some(self.random, LITERALS[some(self.random, fitting)]) if fitting else "null"

    def _operation(self, type_: str, depth: int) -> str | None:
        random = self.random
        if type_ in BOXED.values():
            type_ = UNBOXED[type_]
        if type_ == "boolean":
            how = random.randrange(6)
            if how == 0:
                return f"!({self.expression('boolean', depth)})"
            if how == 1:
                left, right = (self.expression("boolean", depth) for _ in range(2))
                return f"{left} {some(random, ('&&', '||', '^', '==', '&', '!='))} {right}"
            if how == 2:
                return f"({self.expression(self.type(), depth)}) instanceof {simple(self.type())}"
            if how == 3:
                left = self.expression("java.lang.String", depth)
                return f"{left} {some(random, ('=~', '==~'))} {some(random, LITERALS['java.util.regex.Pattern'])}"
            kind = some(random, (*_NUMERIC, "def"))
            other = kind if random.random() < 0.5 else self.type()
            operator = some(random, ("<", "<=", ">", ">=", "==", "!=", "===", "!=="))
            return f"{self.expression(kind, depth)} {operator} {self.expression(other, depth)}"
        if type_ in _NUMERIC or type_ in ("def", "java.lang.Number"):
            chance = random.random()
            if chance < 0.1:
                return f"{some(random, '-+~')}({self.expression(type_, depth)})"
            kind = type_ if type_ in _NUMERIC and random.random() < 0.6 else some(random, (*_NUMERIC, "def", "def"))
            other = type_ if chance < 0.7 else some(random, _CHOSEN)
            operator = some(random, ("+", "-", "*", "/", "%", "<<", ">>", ">>>", "&", "|", "^", "+", "-", "*", "/"))
            return f"({self.expression(kind, depth)} {operator} {self.expression(other, depth)})"
        if type_ == "java.lang.String":
            left, right = self.expression("java.lang.String", depth), self.expression(self.type(), depth)
            return f"({left} + {right})" if random.random() < 0.7 else f"({right} + {left})"
        if type_ == "java.util.List":
            return "[" + ", ".join(self.expression(self.type(), depth - 1) for _ in range(random.randint(0, 3))) + "]"
        if type_ == "java.util.Map":
            pairs = [f"{self.expression('def', 0)}: {self.expression(self.type(), depth - 1)}" for _ in range(2)]
            return f"[{', '.join(pairs)}]"
        if type_.endswith("[]"):
            if random.random() < 0.5:
                return f"new {simple(type_[:-2])}[{some(random, _SIZES)}]"
            items = ", ".join(self.expression(type_[:-2], depth - 1) for _ in range(random.randint(0, 3)))
            return f"new {simple(type_)} {{{items}}}"
        return None

    def _ternary(self, type_: str, depth: int) -> str:
        left = self.expression(type_, depth)
        right = self.expression(type_ if self.random.random() < 0.8 else self.type(), depth)
        if self.random.random() < 0.3:
            return f"({left} ?: {right})"
        return f"({self.expression('boolean', depth)} ? {left} : {right})"

    def _cast(self, type_: str, depth: int) -> str:
        return f"(({simple(type_)}){self.expression(some(self.random, ('def', type_, self.type())), depth)})"

    def _function_call(self, type_: str, depth: int) -> str | None:
        fitting = [found for found in self.functions if found[1] == type_]
        if not fitting:
            return None
        name, _, parameters = some(self.random, fitting)
        return f"{name}({', '.join(self.expression(kind, depth) for kind in parameters)})"

    def _element(self, type_: str, depth: int) -> str | None:
        if type_ not in ("def", "java.lang.Object"):
            return None
        kind = some(self.random, ("java.util.List", "java.util.Map", "def"))
        receiver = self.variable(kind) or self.expression(kind, depth)
        form = some(
            self.random, ("{}[{i}]", "{}['a']", "{}.a", "{}?.k", "{}.0", "{}?.a?.b", "{}[{e}]", "{}.length", "{}.value")
        )
        return form.format(receiver, i=some(self.random, _SIZES), e=self.expression("def", 0))

    # --- calls --------------------------------------------------------------------------------------------------------

    def _call(self, type_: str, depth: int) -> str | None:
        if type_ == "def":
            type_ = self.type()
        core, others = _producers(self.context).get(type_, ([], []))
        methods = others if others and self.random.random() < 0.06 else core
        return self.call(some(self.random, methods), depth) if methods else None

    def call(self, method: Method, depth: int) -> str:
        """A call of a method; its receiver's type is now and then known only at run time."""
        arguments = ", ".join(self.argument(type_, depth, method) for type_ in method.parameters)
        owner = simple(method.owner)
        if method.name == "<init>":
            return f"new {owner}({arguments})"
        if method.static:
            return f"{owner}.{method.name}({arguments})"
        receiver = self.expression(method.owner, depth)
        if self.random.random() < 0.25:
            receiver = f"((def){receiver})"
        elif not re.fullmatch(r"[\w.()]*\w[\w.()]*|'[^']*'", receiver):
            receiver = f"({receiver})"
        getter = None if method.parameters else re.fullmatch(r"(?:get|is)([A-Z])(\w*)", method.name)
        if getter and self.random.random() < 0.3:
            return f"{receiver}.{getter[1].lower()}{getter[2]}"
        return f"{receiver}{some(self.random, ('.', '.', '.', '.', '?.'))}{method.name}({arguments})"

    def argument(self, type_: str, depth: int, method: Method) -> str:
        if self.random.random() < 0.03:
            return self.expression(self.type(), 0)
        if self.random.random() < 0.02:
            return "null"
        if self.names.functional(type_) is not None and self.random.random() < 0.9:
            return self._lambda(type_, depth)
        if type_ == "int" and not method.owner.startswith("java.lang."):
            return some(self.random, _SIZES)
        if type_ in ("int", "long") and method.owner.startswith("java.time") and self.random.random() < 0.8:
            return some(self.random, (*_SIZES, "12", "2024", "30"))
        return self.expression(type_, depth)

    def _lambda(self, type_: str, depth: int) -> str:
        method = self.names.functional(type_)
        if method is None:
            return "null"
        if self.random.random() < 0.2:
            references = ("String::valueOf", "Integer::parseInt", "Object::toString", "ArrayList::new", "Math::max")
            return some(
                self.random, (*references, "String::length", "Integer::compare", "def::toString", "String::isEmpty")
            )
        names = [self.name() for _ in method.parameters]
        known = len(self.variables)
        self.variables += zip(method.parameters, names, strict=True)
        returns = method.returns if method.returns != "void" else "def"
        body = self.expression(returns, depth)
        del self.variables[known:]
        typed = self.random.random() < 0.15
        parameters = [
            f"{simple(kind)} {name}" if typed else name for kind, name in zip(method.parameters, names, strict=True)
        ]
        head = names[0] if len(names) == 1 and not typed else f"({', '.join(parameters)})"
        if self.random.random() < 0.1:
            return f"{head} -> {{ {'return ' if method.returns != 'void' else ''}{body}; }}"
        return f"{head} -> {body}"


def broken(random: Random, source: str) -> str:
    """The source with one or two tokens left out, doubled, exchanged or misspelt."""
    tokens = _TOKEN.findall(source)
    for _ in range(random.choice((1, 1, 1, 2))):
        if not tokens:
            break
        at = random.randrange(len(tokens))
        how = random.randrange(7)
        if how == 0:
            del tokens[at]
        elif how == 1:
            tokens.insert(at, tokens[at])
        elif how == 2:
            tokens[at] = some(random, _WORDS)
        elif how == 3:
            tokens.insert(at, some(random, _WORDS))
        elif how == 4:
            tokens[at] = tokens[random.randrange(len(tokens))]
        else:
            words = [i for i, token in enumerate(tokens) if token[:1].isalpha()]
            if words:
                at = some(random, words)
                tokens[at] = some(random, (tokens[at] + "x", tokens[at][:-1] or "q", tokens[at].capitalize()))
    return "".join(tokens)
