"""The tags of a template, read as mustache.java's ``MustacheParser`` reads them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from fakeknn.painless.throwable import Thrown, illegal_argument

NAME = "query-template"
EXCEPTION = "com.github.mustachejava.MustacheException"
_NOT_FOUND = "com.github.mustachejava.MustacheNotFoundException"
_DELIMITED = re.compile(r"join delimiter='(.*)'")

#: Tags that open what another tag must close. ``$`` and ``?`` only give it a name.
_SECTIONS = {"#": "section", "^": "inverted", "<": "extend", "$": "named", "?": "named"}
#: What may not stand in ``{{<x}}{{/x}}``: all but named sections, text and comments.
_REFUSED = {
    "value": "ValueCode",
    "raw": "ValueCode",
    "section": "IterableCode",
    "inverted": "NotIterableCode",
    "partial": "PartialCode",
    "dynamic": "DynamicPartialCode",
    "extend": "ExtendCode",
}
_OURS = {"json": "ToJsonCode", "join": "JoinerCode", "url": "UrlEncoderCode"}


@dataclass(slots=True)
class Node:
    """``kind``: text, value, raw, section (#), inverted (^), named ($), comment, partial (>), dynamic (>*), extend (<),
    json, join or url.
    """

    kind: str
    name: str = ""
    parts: list[Node] = field(default_factory=list)
    line: int = 1
    delimiter: str | None = None


def parse(source: str) -> list[Node]:
    """The nodes of a template; raises ``Thrown``."""
    nodes = _Parser(source).parts(None, "{{", "}}", True)
    _initialize(nodes)
    return nodes


def template_not_found(name: str) -> Thrown:
    return Thrown(_NOT_FOUND, f"Template {name} not found")


def _initialize(nodes: list[Node]) -> None:
    """What other templates are asked for when all is read: there are none."""
    for node in nodes:
        if node.kind == "extend":
            for part in node.parts:
                code = None
                if part.kind in _OURS:
                    custom = "Custom" if part.kind == "join" and part.delimiter is not None else ""
                    code = f"org.opensearch.script.mustache.CustomMustacheFactory${custom}{_OURS[part.kind]}"
                elif part.kind in _REFUSED:
                    code = f"com.github.mustachejava.codes.{_REFUSED[part.kind]}"
                if code is not None:
                    raise illegal_argument(f"Illegal code in extend section: {code}")
        if node.kind in ("partial", "extend"):
            raise template_not_found(node.name)
        _initialize(node.parts)


class _Parser:
    """Character by character, for mustache.java's own notion of which blanks and newlines belong to a tag."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.line = 1

    def wrong(self, message: str) -> Thrown:
        return Thrown(EXCEPTION, f"{message} @[{NAME}:{self.line}]")

    def parts(self, closing: str | None, open: str, close: str, start_of_line: bool) -> list[Node]:
        """The nodes up to the tag that closes this level."""
        level = _Level(closing, open, close, start_of_line)
        opened = self.line if closing is not None else 0
        source = self.source
        while self.at < len(source):
            # Of delimiters no more than two characters count.
            if source.startswith(level.open[:2], self.at):
                if self._tag(level):
                    return level.parts
                level.start_of_line = False
                continue
            character = source[self.at]
            self.at += 1
            level.column += 1
            if character == "\n":
                self.line += 1
                level.newline()
            else:
                level.blank = level.blank and character in " \t\r"
                level.text += character
        level.write()
        if closing is not None:
            self.line = opened
            raise self.wrong(f"Failed to close '{closing}' tag")
        return level.parts

    def _tag(self, level: _Level) -> bool:
        """Read a tag; whether it closes the level."""
        body, closed = self._body(level)
        kind, name = body[0], body[1:].strip()
        if kind in _SECTIONS:
            self._open(level, kind, name)
        elif kind == "/":
            if not (level.start_of_line and level.blank):
                level.write()
            if name != level.closing:
                shown = "null" if level.closing is None else level.closing
                raise self.wrong(f"Mismatched start/end tags: {shown} != {name} in {NAME}:{self.line}")
            return True
        else:
            if kind not in ("{", "&", "=", "!", "%", ">") and not closed:
                raise self.wrong("Improperly closed variable")
            level.write()
            level.parts.extend(self._single(level, kind, name, body))
        return False

    def _body(self, level: _Level) -> tuple[str, bool]:
        """What stands between the delimiters, and whether the closing one was met; line breaks there do not count."""
        close = level.close[:2]
        start = self.at + len(level.open[:2])
        defined = start
        if self.source.startswith("=", start):
            # Delimiters are defined up to the next ``=``, which is not theirs, whatever stands between.
            defined = self.source.find("=", start + 1)
            defined = len(self.source) if defined < 0 else defined
        end = self.source.find(close, defined)
        closed = end >= 0
        end = end if closed else len(self.source)
        body = (
            self.source[start:end] if defined == start else self.source[start:defined] + self.source[defined + 1 : end]
        )
        self.at = end + len(close) if closed else end
        # A tag counts for one character less than it has, and none that begins the closing delimiter counts.
        level.column += 1 + (end - start) - self.source.count(close[0], start, end) + (len(close) if closed else 0)
        if not body:
            raise self.wrong("Empty mustache")
        return body, closed

    def _single(self, level: _Level, kind: str, name: str, body: str) -> Iterator[Node]:
        """A tag that needs no other to close it."""
        if kind == "{":
            yield Node("raw", self._unescaped(level, name), line=self.line)
        elif kind == "&":
            yield Node("raw", name, line=self.line)
        elif kind == "!":
            yield Node("comment")
        elif kind == ">":
            if name.startswith("*"):
                yield Node("dynamic", name[1:].replace(" ", ""), line=self.line)
            else:
                yield Node("partial", name, line=self.line)
        elif kind == "=":
            split = name.split()
            if len(split) != 2:
                raise self.wrong(f"Invalid delimiter string: {name}")
            level.open, level.close = split
        elif kind != "%":
            yield Node("value", body.strip(), line=self.line)

    def _unescaped(self, level: _Level, name: str) -> str:
        if len(level.close) == 1:
            raise Thrown("java.lang.StringIndexOutOfBoundsException", "Index 1 out of bounds for length 1")
        if level.close[1] != "}":
            return name[:-1]
        if self.source[self.at : self.at + 1] != "}":
            raise self.wrong(f"Improperly closed variable: {name} in {NAME}:{self.line}@{level.column + 1}")
        self.at += 1
        return name

    def _open(self, level: _Level, kind: str, name: str) -> None:
        level.start_of_line = level.start_of_line and level.blank
        line = self.line
        inner = self.parts(name, level.open, level.close, level.start_of_line)
        lines = self.line - line
        if not level.blank or not lines:
            level.write()
        level.text = ""
        level.parts.append(_section(_SECTIONS[kind], name, inner, line))
        level.behind_section = lines != 0


class _Level:
    """What is read of one section: ``blank`` tells that the line has held only blanks so far.

    Delimiters that change in a section change to its end only.
    """

    def __init__(self, closing: str | None, open: str, close: str, start_of_line: bool) -> None:
        self.closing = closing
        self.open, self.close = open, close
        self.start_of_line = start_of_line
        self.parts: list[Node] = []
        self.text = ""
        self.column = 0
        self.blank = True
        # Whether the line began behind a section's tag: then its newline is the tag's if nothing else stands there.
        self.behind_section = closing is not None

    def write(self) -> None:
        if self.text:
            self.parts.append(Node("text", self.text))
        self.text = ""

    def newline(self) -> None:
        if not (self.behind_section and self.blank):
            self.text += "\n"
        self.write()
        self.behind_section = False
        self.blank = self.start_of_line = True
        self.column = 0


def _section(kind: str, name: str, inner: list[Node], line: int) -> Node:
    if kind == "section":
        lowered = name.lower()
        if lowered == "tojson":
            return Node("json", _identifier("toJson", inner), inner, line)
        if lowered == "join":
            return Node("join", _identifier("join", inner), inner, line)
        delimited = _DELIMITED.fullmatch(name)
        if delimited:
            return Node("join", _identifier("join", inner), inner, line, delimited.group(1))
        if lowered == "url":
            kind = "url"
    return Node(kind, name, inner, line)


def _identifier(function: str, inner: list[Node]) -> str:
    """What a function is given: text behind a tag belongs to that tag."""
    if not inner or any(node.kind != "text" for node in inner[1:]):
        raise Thrown(EXCEPTION, f"Mustache function [{function}] must contain one and only one identifier")
    first = inner[0].name if inner[0].kind == "text" else "{{" + inner[0].name + "}}"
    return first + "".join(node.name for node in inner[1:])
