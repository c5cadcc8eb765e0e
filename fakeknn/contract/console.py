"""Dev Tools console files: what people paste into OpenSearch Dashboards, and how a story is written.

A request is a line ``METHOD path`` and the body below it, up to the next such line. ``#`` and ``//`` begin a comment,
``/* */`` encloses one; a triple-quoted string becomes a JSON string; the bodies of ``_bulk`` and ``_msearch`` are sent
with one JSON value a line, however they are laid out. All else of a body is sent as it stands, also when it is broken.

Comments of these forms, above a request line, say more about that request::

    # header: Accept: application/yaml       a header to send
    # body: "{\\"a\\": \\n"                     the body, as a JSON string, where a plain one cannot say it
    # body: base64:/wA=                      the same, for bytes that are no text
    # wait: 1.5                              seconds to let pass before the request
    # keep: doc = _id                        a value of this answer; ${doc} stands for it in later requests
    # differs: hits.max_score: a reason      a known difference between fakeknn and the recording
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import quote

_REQUEST = re.compile(r"(GET|POST|PUT|DELETE|HEAD|OPTIONS|PATCH|TRACE)[ \t]+(\S.*?)\s*$", re.IGNORECASE)
_DIRECTIVE = re.compile(r"#\s?(header|body|wait|keep|differs):\s*(.*?)\s*$")
_LINES = re.compile(r"(^|/)_(bulk|msearch)(/stream|/template)?/?(\?|$)")
_VARIABLE = re.compile(r"\$\{(\w+)\}")


class ConsoleSyntaxError(ValueError):
    """A console file that cannot be read; the text names the line."""


@dataclass(frozen=True, slots=True)
class KnownDifference:
    """``# differs: path: reason``; it covers ``path`` and all below it, ``*`` the whole answer."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class ConsoleRequest:
    """One request of a console file; ``path`` begins with a slash and holds the query string, lines count from 1."""

    method: str
    path: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    line: int = 1
    wait: float = 0.0
    keep: Mapping[str, str] = field(default_factory=dict)
    differs: tuple[KnownDifference, ...] = ()

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def digest(self) -> str:
        """Changes when what is sent changes: a recording belongs to one wording of its request."""
        parts = [str(self).encode(), self.body, json.dumps(sorted(self.headers.items())).encode(), b"%g" % self.wait]
        return f"{zlib.crc32(bytes(1).join(parts)):08x}"

    @property
    def target(self) -> str:
        """The path as it is sent: what no request line can hold is quoted."""
        return quote(self.path, safe="%/:=&?~#+!$,;'@()*[]<>{}|\\^`\"")

    def wire_headers(self) -> dict[str, str]:
        """The headers to send: a body is JSON, or JSON lines, unless the story says otherwise."""
        headers = dict(self.headers)
        if self.body and "content-type" not in {name.lower() for name in headers}:
            headers["Content-Type"] = "application/x-ndjson" if _LINES.search(self.path) else "application/json"
        return {name: value for name, value in headers.items() if value != "-"}

    def with_values(self, values: Mapping[str, str]) -> ConsoleRequest:
        """The request with each ``${name}`` replaced by what an earlier answer held."""
        if not values or ("${" not in self.path and b"${" not in self.body):
            return self

        def value(match: re.Match[str]) -> str:
            return values.get(match.group(1), match.group())

        body = self.body
        if b"${" in body:
            body = _VARIABLE.sub(value, body.decode(errors="surrogateescape")).encode(errors="surrogateescape")
        return replace(self, path=_VARIABLE.sub(value, self.path), body=body)


@dataclass(slots=True)
class _Directives:
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes | None = None
    wait: float = 0.0
    keep: dict[str, str] = field(default_factory=dict)
    differs: list[KnownDifference] = field(default_factory=list)
    line: int = 0

    def take(self, kind: str, text: str, line: int) -> None:
        self.line = self.line or line
        if kind == "body":
            self.body = _raw_body(text, line)
        elif kind == "wait":
            try:
                self.wait = float(text)
            except ValueError:
                raise ConsoleSyntaxError(f"line {line}: [{text}] is no number of seconds") from None
        else:
            name, found, value = text.partition(" = " if kind == "keep" else ": ")
            if not found:
                raise ConsoleSyntaxError(f"line {line}: cannot read [# {kind}: {text}]")
            if kind == "header":
                self.headers[name.strip()] = value.strip()
            elif kind == "keep":
                self.keep[name.strip()] = value.strip()
            else:
                self.differs.append(KnownDifference(name.strip(), value.strip()))


def parse(text: str) -> list[ConsoleRequest]:
    """The requests of a console file, in order."""
    requests: list[ConsoleRequest] = []
    directives = _Directives()
    head: tuple[str, str, int, _Directives] | None = None
    lines: list[str] = []
    quoted = False

    def finish() -> None:
        if head is not None:
            method, path, line, said = head
            body = said.body if said.body is not None else _body("\n".join(lines), path, line)
            requests.append(
                ConsoleRequest(method, path, body, said.headers, line, said.wait, said.keep, tuple(said.differs))
            )
        lines.clear()

    for number, line in enumerate(text.splitlines(), 1):
        if not quoted:
            directive = _DIRECTIVE.match(line)
            if directive is not None:
                directives.take(directive.group(1), directive.group(2), number)
                continue
            start = _REQUEST.match(line)
            if start is not None:
                finish()
                path = start.group(2)
                head = (start.group(1).upper(), path if path.startswith("/") else "/" + path, number, directives)
                directives = _Directives()
                continue
        if line.count('"""') % 2:
            quoted = not quoted
        if head is None and line.strip() and not line.lstrip().startswith(("#", "//")):
            raise ConsoleSyntaxError(f"line {number}: expected a request line such as [GET /index/_search]")
        lines.append(line)
    if quoted:
        raise ConsoleSyntaxError("a triple-quoted string does not end")
    finish()
    if directives.line:
        raise ConsoleSyntaxError(f"line {directives.line}: no request line follows")
    return requests


def _raw_body(text: str, line: int) -> bytes:
    try:
        if text.startswith("base64:"):
            return base64.b64decode(text.removeprefix("base64:"), validate=True)
        value = json.loads(text)
    except (binascii.Error, ValueError) as error:
        raise ConsoleSyntaxError(f"line {line}: a body is given as a JSON string or as base64: {error}") from None
    if not isinstance(value, str):
        raise ConsoleSyntaxError(f"line {line}: a body is given as a JSON string or as base64")
    return value.encode()


def _body(text: str, path: str, line: int) -> bytes:
    text = _without_comments(text).strip("\r\n\t ")
    if not text:
        return b""
    if _LINES.search(path):
        text = "\n".join(_json_lines(text)) + "\n"
    return text.encode()


def _json_lines(text: str) -> list[str]:
    """One JSON value a line; from the first thing on that is no JSON, the lines as they stand."""
    decoder = json.JSONDecoder()
    found: list[str] = []
    at = 0
    while at < len(text):
        try:
            _, end = decoder.raw_decode(text, at)
        except ValueError:
            return found + [part for part in text[at:].splitlines() if part.strip()]
        value = text[at:end]
        rest = re.compile(r"[ \t]*(\r?\n|$)").match(text, end)
        if rest is None:
            return found + [part for part in text[at:].splitlines() if part.strip()]
        found.append(" ".join(part.strip() for part in value.splitlines()) if "\n" in value else value)
        at = re.compile(r"\s*").match(text, rest.end()).end()  # type: ignore[union-attr]
    return found


_TOKEN = re.compile(
    r'"""(?P<quoted>.*?)"""' r'|(?P<string>"(?:[^"\\\n]|\\.)*(?:"|$))' r"|(?P<comment>//[^\n]*|\#[^\n]*|/\*.*?\*/)",
    re.DOTALL | re.MULTILINE,
)


def _without_comments(text: str) -> str:
    """Comments dropped, triple-quoted strings made JSON strings; a line that was only a comment goes altogether."""
    if '"""' not in text and "//" not in text and "#" not in text and "/*" not in text:
        return text

    def plain(match: re.Match[str]) -> str:
        if match.group("quoted") is not None:
            return json.dumps(match.group("quoted"), ensure_ascii=False)
        return match.group("string") or "\0"

    return re.sub(r"[ \t]*\0", "", re.sub(r"^[ \t]*(\0[ \t]*)+\n", "", _TOKEN.sub(plain, text), flags=re.MULTILINE))
