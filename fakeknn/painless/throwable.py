"""Java's exceptions inside a script: thrown, caught by Java class, and at last answered as ``script_exception``."""

from __future__ import annotations

from functools import cache

from fakeknn import errors
from fakeknn.errors import JavaError, OpenSearchError

# The supers of the classes a script meets; the rest of the allowlist's exceptions name theirs there.
_SUPERS = {
    "java.lang.Exception": "java.lang.Throwable",
    "java.lang.RuntimeException": "java.lang.Exception",
    "java.lang.ArithmeticException": "java.lang.RuntimeException",
    "java.lang.ClassCastException": "java.lang.RuntimeException",
    "java.lang.IllegalArgumentException": "java.lang.RuntimeException",
    "java.lang.IllegalStateException": "java.lang.RuntimeException",
    "java.lang.NullPointerException": "java.lang.RuntimeException",
    "java.lang.UnsupportedOperationException": "java.lang.RuntimeException",
    "java.lang.NegativeArraySizeException": "java.lang.RuntimeException",
    "java.lang.IndexOutOfBoundsException": "java.lang.RuntimeException",
    "java.lang.ArrayStoreException": "java.lang.RuntimeException",
    "java.lang.ArrayIndexOutOfBoundsException": "java.lang.IndexOutOfBoundsException",
    "java.lang.StringIndexOutOfBoundsException": "java.lang.IndexOutOfBoundsException",
    "java.lang.NumberFormatException": "java.lang.IllegalArgumentException",
    "java.lang.invoke.WrongMethodTypeException": "java.lang.RuntimeException",
    "java.util.ConcurrentModificationException": "java.lang.RuntimeException",
    "java.util.NoSuchElementException": "java.lang.RuntimeException",
    "java.util.InputMismatchException": "java.util.NoSuchElementException",
    "java.util.EmptyStackException": "java.lang.RuntimeException",
    "java.util.regex.PatternSyntaxException": "java.lang.IllegalArgumentException",
    "java.time.DateTimeException": "java.lang.RuntimeException",
    "java.time.format.DateTimeParseException": "java.time.DateTimeException",
    "java.time.temporal.UnsupportedTemporalTypeException": "java.time.DateTimeException",
    "java.time.zone.ZoneRulesException": "java.time.DateTimeException",
    "java.lang.Error": "java.lang.Throwable",
    "java.lang.StackOverflowError": "java.lang.Error",
    "java.lang.OutOfMemoryError": "java.lang.Error",
    "org.opensearch.painless.PainlessError": "java.lang.Error",
    "org.opensearch.painless.PainlessExplainError": "java.lang.Error",
    "org.opensearch.common.breaker.CircuitBreakingException": "java.lang.RuntimeException",
}


#: Replaced by what the real machine says of the place: it names the method and where the null came from.
NULL_RECEIVER = "\0receiver"

_PACKAGES = {
    "DateTimeException": "java.time",
    "DateTimeParseException": "java.time.format",
    "PatternSyntaxException": "java.util.regex",
}


@cache
def supers(java_class: str) -> frozenset[str]:
    """A throwable class and all its supers."""
    chain = {java_class}
    above = _SUPERS.get(java_class)
    if above is None and java_class != "java.lang.Throwable":
        above = "java.lang.RuntimeException"
    while above is not None:
        chain.add(above)
        above = _SUPERS.get(above)
    return frozenset(chain)


class Thrown(Exception):
    """A Java throwable on its way: its class, message and cause; ``frames`` are the Java frames above the script's."""

    java = "java.lang.Exception"

    def __init__(
        self,
        java_class: str,
        message: str | None = None,
        cause: Thrown | None = None,
        frames: tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.java_class = java_class
        self.message = message
        self.cause = cause
        self.frames = frames
        self.headers: dict[str, str] = {}
        # The line of the script that made it, where Java's stack trace begins.
        self.origin: int | None = None
        self._error: OpenSearchError | None = None

    @classmethod
    def of(cls, error: OpenSearchError) -> Thrown:
        """An error of ours that came up inside a script, as what a script can catch."""
        name = next(cls.__name__ for cls in type(error).__mro__ if not cls.__name__.startswith("_"))
        package = _PACKAGES.get(name, "java.lang" if isinstance(error, JavaError) else "org.opensearch")
        thrown = cls(f"{package}.{name}", error.reason)
        thrown._error = error
        return thrown

    def error(self) -> OpenSearchError:
        """This throwable as an error to answer, with its causes."""
        if self._error is not None:
            return self._error
        error = error_class(self.java_class)(self.message)
        if self.cause is not None:
            error.__cause__ = self.cause.error()
        return error


class CompileFault(Exception):
    """What is wrong with a script's text; ``offset`` is None where the real compiler knows no place."""

    def __init__(self, offset: int | None, thrown: Thrown) -> None:
        super().__init__(thrown.message)
        self.offset = offset
        self.thrown = thrown


def illegal_argument(message: str) -> Thrown:
    return Thrown("java.lang.IllegalArgumentException", message)


def class_cast(message: str) -> Thrown:
    return Thrown("java.lang.ClassCastException", message)


def illegal_state(message: str | None = None) -> Thrown:
    return Thrown("java.lang.IllegalStateException", message)


def null_pointer(message: str | None = None, *frames: str) -> Thrown:
    return Thrown("java.lang.NullPointerException", message, None, frames)


def unsupported(message: str | None = None) -> Thrown:
    return Thrown("java.lang.UnsupportedOperationException", message)


def no_such_element(message: str | None = None) -> Thrown:
    return Thrown("java.util.NoSuchElementException", message)


def fault(offset: int | None, message: str) -> CompileFault:
    """The compiler's commonest complaint: an illegal_argument_exception."""
    return CompileFault(offset, illegal_argument(message))


@cache
def error_class(java_class: str) -> type[OpenSearchError]:
    """The error class that renders a Java class; one is made for those ``errors`` has no business to know."""
    name = java_class.rpartition(".")[2]
    known = getattr(errors, name, None)
    if isinstance(known, type) and issubclass(known, OpenSearchError):
        return known
    return type(name, (JavaError,), {})
