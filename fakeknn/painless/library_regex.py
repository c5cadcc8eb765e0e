"""``java.util.regex``: Pattern and Matcher."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fakeknn.errors import NotFaked
from fakeknn.javaregex.cursor import REGEX_FLAGS, effective
from fakeknn.javaregex.pattern import compile_regex, expand
from fakeknn.painless.dispatch import define, define_fields, define_static
from fakeknn.painless.hierarchy import check_cast
from fakeknn.painless.throwable import Thrown, illegal_argument, illegal_state, null_pointer
from fakeknn.painless.values import array_type, function, text


class Pattern:
    """A compiled pattern with the Java flags it was compiled with."""

    __slots__ = ("flags", "regex", "source")
    java = "java.util.regex.Pattern"

    def __init__(self, source: str, flags: int = 0) -> None:
        self.source = source
        self.flags = effective(flags)
        self.regex = compile_regex(source, flags)

    def __str__(self) -> str:
        return self.source


class Matcher:
    """A match under way over one text or a region of it, ``start`` to ``end``; ``last`` is where it stands in that."""

    __slots__ = ("anchoring", "at", "end", "last", "pattern", "start", "subject", "transparent", "tried")
    java = "java.util.regex.Matcher"

    def __init__(self, pattern: Pattern, subject: str) -> None:
        self.pattern = pattern
        self.subject = subject
        self.anchoring, self.transparent = True, False
        self.last: Any = None
        self.reset()

    @property
    def region(self) -> str:
        if (self.start, self.end) == (0, len(self.subject)):
            return self.subject
        if self.transparent or not self.anchoring:
            raise NotFaked("painless Matcher whose region does not end what is looked at")
        return self.subject[self.start : self.end]

    def take(self, match: Any) -> bool:
        self.last = match
        self.tried = True
        if match is not None:
            self.at = match.end() + (match.end() == match.start())
        return match is not None

    def find(self) -> bool:
        if self.at > self.end - self.start:
            return self.take(None)
        return self.take(self.pattern.regex.search(self.region, self.at))

    def found(self) -> Any:
        if self.last is None:
            raise illegal_state("No match found")
        return self.last

    def group(self, which: int | str) -> str | None:
        match = self.found()
        try:
            return match.group(which)  # type: ignore[no-any-return]
        except IndexError:
            if isinstance(which, int):
                raise Thrown("java.lang.IndexOutOfBoundsException", f"No group {which}") from None
            raise illegal_argument(f"No group with name <{which}>") from None

    def bound(self, which: int, end: bool) -> int:
        match = self.found()
        try:
            at = int(match.end(which) if end else match.start(which))
        except IndexError:
            raise Thrown("java.lang.IndexOutOfBoundsException", f"No group {which}") from None
        return at if at < 0 else at + self.start

    def restrict(self, start: int, end: int) -> Matcher:
        if not 0 <= start <= len(self.subject):
            raise Thrown("java.lang.IndexOutOfBoundsException", "start")
        if not 0 <= end <= len(self.subject):
            raise Thrown("java.lang.IndexOutOfBoundsException", "end")
        if start > end:
            raise Thrown("java.lang.IndexOutOfBoundsException", "start > end")
        self.reset()
        self.start, self.end = start, end
        return self

    def use(self, pattern: Pattern | None) -> Matcher:
        if pattern is None:
            raise illegal_argument("Pattern cannot be null")
        self.pattern, self.last = pattern, None
        return self

    def bounds(self, *, anchoring: bool | None = None, transparent: bool | None = None) -> Matcher:
        self.anchoring = self.anchoring if anchoring is None else anchoring
        self.transparent = self.transparent if transparent is None else transparent
        return self

    def find_from(self, at: int) -> bool:
        if not 0 <= at <= len(self.subject):
            raise Thrown("java.lang.IndexOutOfBoundsException", "Illegal start index")
        self.reset()
        self.at = at
        return self.find()

    def reset(self, subject: Any = None) -> Matcher:
        self.last, self.at, self.tried = None, 0, False
        if subject is not None:
            self.subject = text(subject)
        self.start, self.end = 0, len(self.subject)
        return self

    def __str__(self) -> str:
        last = "" if self.last is None else self.last.group()
        return f"java.util.regex.Matcher[pattern={self.pattern.source} region={self.start},{self.end} lastmatch={last}]"


def _subject(pattern: Pattern | None, subject: Any) -> str:
    if pattern is None:
        raise null_pointer()
    if subject is None:
        raise null_pointer('Cannot invoke "java.lang.CharSequence.length()" because "this.wrapped" is null')
    return text(subject)


def find(pattern: Pattern | None, subject: Any) -> bool:
    """``subject =~ pattern``."""
    given = _subject(pattern, subject)
    assert pattern is not None
    return pattern.regex.search(given) is not None


def matches(pattern: Pattern | None, subject: Any) -> bool:
    """``subject ==~ pattern``."""
    given = _subject(pattern, subject)
    assert pattern is not None
    return pattern.regex.fullmatch(given) is not None


def split(pattern: Any, subject: str, limit: int = 0) -> list[str]:
    """``Pattern.split``: no leading empty string for an empty match, trailing ones dropped without a limit."""
    parts: list[str] = []
    at = 0
    for match in pattern.finditer(subject):
        if limit > 0 and len(parts) == limit - 1:
            break
        if match.end() == 0:
            continue
        parts.append(subject[at : match.start()])
        at = match.end()
    if at == 0 and not parts:
        return [subject]
    parts.append(subject[at:])
    if limit == 0:
        while parts and parts[-1] == "":
            parts.pop()
    return parts


def replace(pattern: Any, subject: str, template: str, count: int = 0) -> str:
    """``replaceAll``, or ``replaceFirst`` with a count of 1."""
    return str(pattern.sub(lambda match: expand(template, match), subject, count=count))


def replace_with(subject: str, pattern: Pattern, call: Any, count: int = 0) -> str:
    """``text.replaceAll(/x/, m -> ...)``: what the function gives is text, not a template."""

    def run(match: Any) -> str:
        matcher = Matcher(pattern, subject)
        matcher.last = match
        return text(check_cast(call.call(matcher), "java.lang.String"))

    return str(pattern.regex.sub(run, text(subject), count=count))


def literal(subject: str) -> str:
    if "\\E" not in subject:
        return f"\\Q{subject}\\E"
    return "\\Q" + subject.replace("\\E", "\\E\\\\E\\Q") + "\\E"


def _groups(matcher: Matcher) -> Iterator[Any]:
    while matcher.find():
        yield matcher


define(
    "java.util.regex.Pattern",
    {
        "pattern/0": lambda p: p.source,
        "flags/0": lambda p: p.flags,
        "toString/0": lambda p: p.source,
        "matcher/1": lambda p, s: Matcher(p, _subject(p, s)),
        "split/1": lambda p, s: array_type("java.lang.String")(split(p.regex, text(s))),
        "split/2": lambda p, s, n: array_type("java.lang.String")(split(p.regex, text(s), n)),
        "asPredicate/0": lambda p: function("java.util.function.Predicate", lambda s: find(p, s)),
    },
)
define_static(
    "java.util.regex.Pattern",
    {
        "compile/1": Pattern,
        "compile/2": Pattern,
        "matches/2": lambda p, s: matches(Pattern(p), s),
        "quote/1": literal,
    },
)
define_fields(
    "java.util.regex.Pattern",
    {
        "CANON_EQ": REGEX_FLAGS["c"],
        "CASE_INSENSITIVE": REGEX_FLAGS["i"],
        "COMMENTS": REGEX_FLAGS["x"],
        "DOTALL": REGEX_FLAGS["s"],
        "LITERAL": REGEX_FLAGS["l"],
        "MULTILINE": REGEX_FLAGS["m"],
        "UNICODE_CASE": REGEX_FLAGS["u"],
        "UNICODE_CHARACTER_CLASS": REGEX_FLAGS["U"],
        "UNIX_LINES": 1,
    },
)
define(
    "java.util.regex.Matcher",
    {
        "find/0": Matcher.find,
        "find/1": Matcher.find_from,
        "matches/0": lambda m: m.take(m.pattern.regex.fullmatch(m.region)),
        "lookingAt/0": lambda m: m.take(m.pattern.regex.match(m.region)),
        "group/0": lambda m: m.group(0),
        "group/1": Matcher.group,
        "namedGroup/1": Matcher.group,
        "groupCount/0": lambda m: m.pattern.regex.groups,
        "start/0": lambda m: m.bound(0, False),
        "start/1": lambda m, g: m.bound(g, False),
        "end/0": lambda m: m.bound(0, True),
        "end/1": lambda m, g: m.bound(g, True),
        "hitEnd/0": lambda m: m.tried and (m.last is None or m.last.end() == m.end - m.start),
        "hasAnchoringBounds/0": lambda m: m.anchoring,
        "hasTransparentBounds/0": lambda m: m.transparent,
        "region/2": Matcher.restrict,
        "regionEnd/0": lambda m: m.end,
        "regionStart/0": lambda m: m.start,
        "useAnchoringBounds/1": lambda m, on: m.bounds(anchoring=on),
        "usePattern/1": Matcher.use,
        "useTransparentBounds/1": lambda m, on: m.bounds(transparent=on),
        "pattern/0": lambda m: m.pattern,
        "replaceAll/1": lambda m, t: replace(m.pattern.regex, m.subject, t),
        "replaceFirst/1": lambda m, t: replace(m.pattern.regex, m.subject, t, 1),
        "reset/0": Matcher.reset,
        "reset/1": Matcher.reset,
        "results/0": lambda m: list(_groups(m.reset())),
        "toString/0": str,
    },
)
define_static("java.util.regex.Matcher", {"quoteReplacement/1": lambda s: s.replace("\\", "\\\\").replace("$", "\\$")})
