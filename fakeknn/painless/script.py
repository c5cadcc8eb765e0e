"""Scripts: compiled once, run often; and their errors as the real server answers them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import FrameType
from typing import Any

from numpy.typing import NDArray

from fakeknn.errors import IllegalArgumentException, NotFaked, OpenSearchError, ScriptException
from fakeknn.painless import library  # noqa: F401
from fakeknn.painless.allowlist import allowlist
from fakeknn.painless.analyzer import Analyzer
from fakeknn.painless.ast import FunctionRef, Reference
from fakeknn.painless.codegen import SCRIPT_FILE, Codegen, caught
from fakeknn.painless.columns import Columns
from fakeknn.painless.contexts import Context, context_named
from fakeknn.painless.convert import java_value
from fakeknn.painless.emit import UNMARKED
from fakeknn.painless.frames import NULL_POINTER, frames_above, null_message
from fakeknn.painless.lexer import LexicalError
from fakeknn.painless.library_doc import DocMap, StoredMap
from fakeknn.painless.library_map import UnmodifiableMap
from fakeknn.painless.library_regex import Pattern
from fakeknn.painless.linking import Links
from fakeknn.painless.operators import CLASS_CAST
from fakeknn.painless.parser import SyntaxFault, parse
from fakeknn.painless.syntax_errors import explain
from fakeknn.painless.throwable import NULL_RECEIVER, CompileFault, Thrown
from fakeknn.painless.values import class_of, items
from fakeknn.painless.vectorize import run
from fakeknn.painless.vectorize_operations import FUNCTIONS, Unvectorizable
from fakeknn.serving import compiling

LANG = "painless"
# Whose parameters cannot be changed, and whose show the document too.
_UNMODIFIABLE = {"filter", "ingest", "painless_test", "processor_conditional", "template", "update"}
_DYNAMIC = {"aggs", "aggs_map", "derived_field", "field", "number_sort", "score", "string_sort", "terms_set"}
_LOOKUPS = ("doc", "_doc", "_source", "_fields")
_MAX_LOOPS = 1_000_000

#: How much of a script is its name, in UTF-16 units.
_LONGEST_NAME = 256
# The compile-time parameters a script request may give as ``options``.
_OPTIONS = {"max_loop_counter", "picky", "initial_call_site_depth"}


class Compiled:
    """A script's code in one context, without parameters."""

    def __init__(self, source: str, context: Context, loops: int) -> None:
        self.source = source
        self.context = context
        names = allowlist(context.name)
        try:
            self.tree = parse(source)
        except (SyntaxFault, LexicalError):
            raise explain(source) from None
        self.analyzer = Analyzer(self.tree, context, names)
        self.analyzer.analyze()
        self.lookups: tuple[str, ...] = ()
        used = set(self.analyzer.used)
        if "params" in used and context.name in _DYNAMIC:
            self.lookups = tuple(name for name in _LOOKUPS if name in source)
            used.update(name for name in self.lookups if name == "_source")
        self.used = frozenset(used)
        codegen = _ScriptCodegen(self.tree, context, names, self.analyzer, loops)
        self.execute = codegen.compile()
        self.host = codegen.host
        self.nulls = codegen.nulls
        self.calls = codegen.calls
        self.statements = sorted(codegen.statements)
        self.names = [name for name, _ in (*context.arguments, *context.getters)]
        self.links = Links(self.tree)


class _ScriptCodegen(Codegen):
    def __init__(self, tree: Any, context: Context, names: Any, analyzer: Analyzer, loops: int) -> None:
        super().__init__(tree, context, names, analyzer.used, loops)
        self._analyzer = analyzer

    def reference(self, node: FunctionRef, type_: str, target: str) -> Reference:
        captured = 0 if node.captured is None else 1
        try:
            return self._analyzer.reference(None, target, node.symbol, type_, node.name, captured)
        except CompileFault as fault:
            raise fault.thrown from None

    def pattern(self, pattern: str, flags: int) -> Pattern:
        return Pattern(pattern, flags)


class Script:
    """A compiled script with its parameters. ``used``: the variables it reads, so that ``_score`` may be left out."""

    __slots__ = ("_bound", "_compiled", "_name", "params")

    def __init__(self, compiled: Compiled, params: Mapping[str, Any], name: str | None) -> None:
        self._compiled = compiled
        self._name = name
        self._bound: dict[int, Any] = {}
        self.params = java_value(dict(params))
        if compiled.context.name in _UNMODIFIABLE:
            self.params = UnmodifiableMap(items(self.params))

    @property
    def source(self) -> str:
        return self._compiled.source

    @property
    def context(self) -> str:
        return self._compiled.context.name

    @property
    def used(self) -> frozenset[str]:
        return self._compiled.used

    @property
    def lookups(self) -> tuple[str, ...]:
        """What of the document it finds among its parameters."""
        return self._compiled.lookups

    def begin_segment(self) -> None:
        """The documents to come are of another segment, for which OpenSearch makes another script."""
        self._bound = {}

    def execute(self, bindings: Mapping[str, Any]) -> Any:
        """Run with the context's variables (``params`` may be left out); raises ``ScriptException``.

        Where ``used`` names ``_source``, that is the document's JSON.
        """
        compiled = self._compiled
        if compiled.lookups:
            self._look_up(bindings)
        given = {"params": self.params, **bindings}
        compiled.host.bindings, compiled.host.bound = given, self._bound
        try:
            result = compiled.execute(*map(given.get, compiled.names))
        except NotFaked:
            raise
        except Exception as error:
            raised = self._runtime_error(error)
            raise raised from raised.__cause__
        compiled.links.complete()
        return result

    def _look_up(self, bindings: Mapping[str, Any]) -> None:
        """Show the document among the parameters."""
        for name in self._compiled.lookups:
            if name == "_source":
                self.params[name] = java_value(bindings.get(name))
            elif name != "_fields":
                self.params[name] = bindings.get("doc")
            elif isinstance(doc := bindings.get("doc"), DocMap):
                self.params[name] = StoredMap(doc.doc)

    def vectorize(self, columns: Columns) -> NDArray[Any] | None:
        """What ``execute`` returns for each of ``columns.n`` documents, or None if it must be asked one by one.

        float64 for scores and number sorts, bool for filters, else int64, float32, float64 or bool as it comes.
        """
        try:
            result = run(self._compiled.tree.functions[-1], columns, {"params": self.params}, FUNCTIONS)
        except Unvectorizable:
            return None
        self._compiled.links.complete()
        return result

    def failed_below(self, error: OpenSearchError, frames: Sequence[str] = ()) -> ScriptException:
        """What comes of it that there is no score to be had, for which a script asks when it begins."""
        source = self._compiled.source
        end = min((at for at in self._compiled.statements if at > 0), default=len(source))
        stack = [*frames, source[:end], "^---- HERE"]
        made = ScriptException("runtime error", stack, self._summary, LANG, (0, 0, end))
        made.__cause__ = error
        return made

    @property
    def _summary(self) -> str:
        """``Location.computeSourceName``: the first line of the script or of its id, and of that not too much."""
        name = self._compiled.source if self._name is None else self._name
        line = name.split("\n", 1)[0].split("\r", 1)[0] if "\n" in name else name
        line = _cut(line, 0, _LONGEST_NAME)
        return line if line == name else f"{line} ..."

    def _runtime_error(self, error: Exception) -> ScriptException:
        """``PainlessScript.convertToScriptException``."""
        line = script_line(error)
        thrown = caught(error)
        if thrown.origin is not None:
            line = thrown.origin
        if line == UNMARKED:
            line = None
        compiled = self._compiled
        if thrown.message == NULL_RECEIVER:
            thrown.message = compiled.nulls.get(line or 0)
        if line is not None:
            thrown.message = compiled.links.told(thrown.message, line - 1)
        stack = list(thrown.frames)
        if not stack or stack == [CLASS_CAST]:
            called = [_of_receiver(call, error) for call in reversed(compiled.calls.get(line or 0, ()))]
            if called and thrown.java_class == NULL_POINTER and thrown.message is None:
                thrown.message = null_message(called[0])
            stack = next(([*found] for call in called if (found := frames_above(call, thrown))), stack)
        position = None
        if line is None:
            stack.append("<<< unknown portion of script >>>")
        else:
            offset, length = line - 1, len(compiled.source)
            start = max((at for at in compiled.statements if at <= offset), default=0)
            end = min((at for at in compiled.statements if at > start), default=length)
            offset, start, end = (_units(compiled.source, at) for at in (offset, start, end))
            stack += [_cut(compiled.source, start, end), " " * (offset - start) + "^---- HERE"]
            position = (offset, start, end)
        made = ScriptException("runtime error", stack, self._summary, LANG, position, **thrown.headers)
        made.__cause__ = thrown.error()
        return made


def _units(source: str, offset: int) -> int:
    """An offset as Java counts: in UTF-16 units."""
    return offset if source.isascii() else len(source[:offset].encode("utf-16-le", "surrogatepass")) // 2


def _cut(source: str, start: int, end: int) -> str:
    """``substring`` of a Java string."""
    if source.isascii():
        return source[start:end]
    units = source.encode("utf-16-le", "surrogatepass")
    return units[2 * start : 2 * end].decode("utf-16-le", "replace")


def _of_receiver(call: str, error: BaseException) -> str:
    """A call with the class that it is one of."""
    return f"{_receiver_class(error)}.{call}" if call[0] in ".[" or "." not in call else call


def _receiver_class(error: BaseException) -> str:
    """The class whose method threw: that of the first argument of what the script called."""
    above: FrameType | None = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == SCRIPT_FILE:
            above = None if trace.tb_next is None else trace.tb_next.tb_frame
        trace = trace.tb_next
    if above is None or not above.f_code.co_varnames:
        return ""
    receiver = above.f_locals.get(above.f_code.co_varnames[0])
    return "" if receiver is None else class_of(receiver)


def script_line(error: BaseException) -> int | None:
    """The line of the innermost frame that is a script's."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == SCRIPT_FILE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def compile(
    source: str,
    context: str,
    params: Mapping[str, Any] | None = None,
    options: Mapping[str, str] | None = None,
    name: str | None = None,
) -> Script:
    """Compile a Painless script for a context, from a cache if it was met before.

    ``params`` and ``options`` are those of the script request, ``name`` the id of a stored script. Raises
    ``ScriptException`` ("compile error") and, for unknown options, ``IllegalArgumentException``.
    """
    with compiling(LANG, source, context, options):
        loops = _loop_limit(options or {})
        found = _cached(source, context, loops)
        if isinstance(found, CompileFault):
            raised = compile_error(source, found)
            raise raised from raised.__cause__
    return Script(found, params or {}, name)


def _loop_limit(options: Mapping[str, str]) -> int:
    for option in ("script.painless.regex.enabled", "script.painless.regex.limit-factor"):
        if option in options:
            raise IllegalArgumentException(f"[{option.removeprefix('script.')}] can only be set on node startup.")
    unknown = {key: value for key, value in options.items() if key not in _OPTIONS}
    if unknown:
        shown = ", ".join(f"{key}={value}" for key, value in unknown.items())
        raise IllegalArgumentException(f"Unrecognized compile-time parameter(s): {{{shown}}}")
    return int(options.get("max_loop_counter", _MAX_LOOPS))


@lru_cache(maxsize=2048)
def _cached(source: str, context: str, loops: int) -> Compiled | CompileFault:
    try:
        return Compiled(source, context_named(context), loops)
    except CompileFault as fault:
        return fault
    except Thrown as thrown:
        return CompileFault(None, thrown)


def compile_error(source: str, fault: CompileFault) -> ScriptException:
    """``PainlessScriptEngine.convertToScriptException``: 25 characters of the script around the fault."""
    stack: list[str] = []
    position = None
    if fault.offset is not None:
        offset, length = _units(source, fault.offset), _units(source, len(source))
        start, end = max(0, offset - 25), min(length, offset + 25)
        before = "... " if start > 0 else ""
        after = " ..." if end < length else ""
        stack = [before + _cut(source, start, end) + after, " " * (len(before) + offset - start) + "^---- HERE"]
        position = (offset, start, end)
    made = ScriptException("compile error", stack, source, LANG, position)
    made.__cause__ = fault.thrown.error()
    return made
