"""The char filters ``mapping`` and ``html_strip``."""

from __future__ import annotations

import re
from html.entities import name2codepoint

from fakeknn.analysis.base import CharFilter, Offsets
from fakeknn.analysis.characters import LatePattern
from fakeknn.analysis.factories import CHAR_FILTERS, CharFilterFactory
from fakeknn.analysis.settings import ComponentSettings
from fakeknn.analysis.worddelimiter import unescape
from fakeknn.errors import IllegalArgumentException, RuntimeException


class Output:
    """The text that a char filter writes, and where its parts came from."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.length = 0
        self.delta = 0
        self.offsets = Offsets()

    def write(self, text: str) -> None:
        self.parts.append(text)
        self.length += len(text)

    def replace(self, length: int, text: str) -> None:
        """Write ``text`` for ``length`` characters of the input."""
        self.delta += length - len(text)
        self.offsets.add(self.length + len(text), self.delta)
        self.write(text)


class MappingCharFilter(CharFilter):
    """Replaces strings, the longest that fits at each place."""

    def __init__(self, mappings: dict[str, str]) -> None:
        self.mappings = mappings
        keys = sorted(mappings, key=len, reverse=True)
        self.pattern = re.compile("|".join(map(re.escape, keys))) if keys else None

    def filter(self, text: str) -> tuple[str, Offsets]:
        offsets = Offsets()
        if self.pattern is None:
            return text, offsets
        out: list[str] = []
        last = delta = 0
        for match in self.pattern.finditer(text):
            new = self.mappings[match.group()]
            out += (text[last : match.start()], new)
            last = match.end()
            shorter = match.end() - match.start() - len(new)
            if shorter > 0:
                offsets.add(last - shorter - delta, delta + shorter)
            else:
                start = last - delta
                for extra in range(-shorter):
                    offsets.add(start + extra, delta - extra - 1)
            delta += shorter
        out.append(text[last:])
        return "".join(out), offsets


_ENTITIES = {
    **{name: chr(code) for name, code in name2codepoint.items()},
    "AMP": "&",
    "COPY": "©",
    "GT": ">",
    "LT": "<",
    "QUOT": '"',
    "REG": "®",
    "apos": "'",
    # A no-break space would not end a word for every tokenizer.
    "nbsp": " ",
}
_ENTITY = LatePattern("|".join(sorted(map(re.escape, _ENTITIES), key=len, reverse=True)))
_SURROGATES = LatePattern(
    r"#(?:[xX]([dD][89aAbB][0-9a-fA-F]{2})|(5[56]\d{3}));&#(?:[xX]([dD][c-fC-F][0-9a-fA-F]{2})|(5[67]\d{3}));"
)
_NUMBER = LatePattern(r"#(?:[xX]([0-9a-fA-F]+)|([0-9]+))")

_NAME = r"[:_\w][-.:\w]*"
_INLINE = frozenset(
    (
        "a", "abbr", "acronym", "b", "basefont", "bdo", "big", "cite", "code", "dfn", "em", "font", "i", "img",
        "input", "kbd", "label", "q", "s", "samp", "select", "small", "span", "strike", "strong", "sub", "sup",
        "textarea", "tt", "u", "var",
    )
)  # fmt: skip
_QUOTED = r"""(?:'(?:\\'|[^'])*+'|"(?:\\"|[^"])*+")"""
_INCLUDE = rf"(?:<!--\#(?:[^'\"]|{_QUOTED})*?-->)"
_CONTENT = rf"(?:\s+{_NAME}\s*=\s*{_QUOTED}|[^<>]|{_INCLUDE})*+"


_TAG_TAIL = LatePattern(rf"{_CONTENT}>")
_PLAIN_TAG_TAIL = LatePattern(r"[^<>]*+>")
_START_NAME = LatePattern(rf"\s*({_NAME})")
_END_TAG = LatePattern(rf"\s*({_NAME})")
_END_TAIL = LatePattern(r"\s*>")
_PROCESSING = LatePattern(r"\?[^>]*[/?]>")
_STRING_OR = {
    "comment": re.compile(r"<!--#|-->"),
    "quoting": re.compile(r"<!--#|-->|['\"]"),
    "include": re.compile(r"-->|['\"]"),
}
_STRING_END = {quote: LatePattern(rf"(?:\\[\s\S]|[^{quote}\\])*+{quote}") for quote in "'\""}
_SPECIAL = re.compile("[&<]")


class HTMLStripCharFilter(CharFilter):
    """Takes tags, comments, scripts and styles out, and writes entities as what they stand for.

    Tags of blocks become line ends. What only looks like a tag stays.
    """

    def __init__(self, escaped_tags: frozenset[str] = frozenset()) -> None:
        self.escaped = frozenset(tag.lower() for tag in escaped_tags)

    def filter(self, text: str) -> tuple[str, Offsets]:
        out = Output()
        at = 0
        while True:
            match = _SPECIAL.search(text, at)
            if match is None:
                out.write(text[at:])
                return "".join(out.parts), out.offsets
            out.write(text[at : match.start()])
            at = match.start()
            at = self._entity(text, at, out) if text[at] == "&" else self._markup(text, at, out)

    def _entity(self, text: str, at: int, out: Output) -> int:
        """Handles what begins with & at ``at``; returns where to go on."""
        pair = _SURROGATES.match(text, at + 1)
        if pair is not None:
            high = int(pair[1], 16) if pair[1] else int(pair[2])
            low = int(pair[3], 16) if pair[3] else int(pair[4])
            if 0xD800 <= high <= 0xDBFF and 0xDC00 <= low <= 0xDFFF:
                out.replace(pair.end() - at, chr(0x10000 + ((high - 0xD800) << 10) + low - 0xDC00))
                return pair.end()
        number = _NUMBER.match(text, at + 1)
        if number is not None:
            digits = number[1] or number[2]
            code = int(digits, 16 if number[1] else 10)
            # At most five hexadecimal digits, seven decimal ones.
            if len(digits) > (5 if number[1] else 7) or code > 0x10FFFF:
                out.write(text[at : number.end()])
                return number.end()
            char = "\ufffd" if 0xD800 <= code <= 0xDFFF else chr(code)
            return self._reference(text, at, number.end(), char, out)
        name = _ENTITY.match(text, at + 1)
        if name is not None:
            return self._reference(text, at, name.end(), _ENTITIES[name.group()], out)
        end = at + 2 if text.startswith("#", at + 1) else at + 1
        out.write(text[at:end])
        return end

    @staticmethod
    def _reference(text: str, at: int, end: int, char: str, out: Output) -> int:
        if text.startswith(";", end):
            out.replace(end + 1 - at, char)
            return end + 1
        if end == len(text):
            out.replace(end - at, char)
        else:
            out.write(text[at:end])
        return end

    def _markup(self, text: str, at: int, out: Output) -> int:
        """Handles what begins with < at ``at``; returns where to go on."""
        if text.startswith("!", at + 1):
            return self._bang(text, at, out)
        if text.startswith("/", at + 1):
            return self._end_tag(text, at, out)
        instruction = _PROCESSING.match(text, at + 1)
        if instruction is not None:
            out.replace(instruction.end() - at, "")
            return instruction.end()
        name = _START_NAME.match(text, at + 1)
        if name is None or not (name[1][0] in ":_" or name[1][0].isidentifier()):
            end = at + 1
            while end < len(text) and text[end].isspace():
                end += 1
            out.write(text[at:end])
            return end
        return self._start_tag(text, at, name.end(), name[1].lower(), out)

    def _start_tag(self, text: str, at: int, end: int, name: str, out: Output) -> int:
        tail = _TAG_TAIL.match(text, end) or _PLAIN_TAG_TAIL.match(text, end)
        escaped = name in self.escaped
        if tail is None:
            # Cut off by the end of the text, the tag is dropped; otherwise it was none.
            if end == len(text) and (not escaped or name in ("br", "script", "style")):
                out.replace(end - at, "")
            else:
                out.write(text[at:end])
            return end
        if name in ("script", "style"):
            return self._element(text, at, tail.end(), name, out)
        if escaped:
            out.write(text[at : tail.end()])
        else:
            out.replace(tail.end() - at, "" if name in _INLINE else "\n")
        return tail.end()

    def _end_tag(self, text: str, at: int, out: Output) -> int:
        name = _END_TAG.match(text, at + 2)
        if name is None or not (name[1][0] in ":_" or name[1][0].isidentifier()):
            end = at + 2
            while end < len(text) and text[end].isspace():
                end += 1
            out.write(text[at:end])
            return end
        tail = _END_TAIL.match(text, name.end())
        tag = name[1].lower()
        if tail is None:
            if name.end() == len(text) and tag not in self.escaped:
                out.replace(name.end() - at, "")
            else:
                out.write(text[at : name.end()])
            return name.end()
        if tag in self.escaped:
            out.write(text[at : tail.end()])
        else:
            out.replace(tail.end() - at, "" if tag in _INLINE else "\n")
        return tail.end()

    def _bang(self, text: str, at: int, out: Output) -> int:
        if text.startswith("--", at + 2):
            end = self._comment_end(text, at + 4, "comment")
            out.replace(end - at, "")
            return end
        if text.startswith("[CDATA[", at + 2):
            out.replace(9, "")
            end = text.find("]]>", at + 9)
            if end < 0:
                out.write(text[at + 9 :])
                return len(text)
            out.write(text[at + 9 : end])
            out.replace(3, "")
            return end + 3
        end = text.find(">", at + 2)
        if end < 0:
            out.write(text[at:])
            return len(text)
        out.replace(end + 1 - at, "")
        return end + 1

    def _element(self, text: str, at: int, end: int, name: str, out: Output) -> int:
        """A script or style with all that is in it."""
        closing = re.compile(rf"<!--|</\s*{name}\s*>", re.IGNORECASE)
        start = end
        if name in self.escaped:
            out.write(text[at:end])
        else:
            start = at
        while True:
            match = closing.search(text, end)
            if match is None:
                out.replace(len(text) - start, "")
                return len(text)
            if match.group() == "<!--":
                end = self._comment_end(text, match.end(), "quoting")
                continue
            if name in self.escaped:
                out.replace(match.start() - start, "")
                out.write(match.group())
            else:
                out.replace(match.end() - start, "\n")
            return match.end()

    def _comment_end(self, text: str, at: int, kind: str) -> int:
        """Where a comment ends; server side includes and, in scripts and styles, strings are read as wholes."""
        while True:
            match = _STRING_OR[kind].search(text, at)
            if match is None:
                return len(text)
            at = match.end()
            if match.group() == "-->":
                return at
            if match.group() == "<!--#":
                at = self._comment_end(text, at, "include")
            else:
                string = _STRING_END[match.group()].match(text, at)
                if string is None:
                    return len(text)
                at = string.end()


_RULE = re.compile(r"(.*)\s*=>\s*(.*)\s*$")


def _mapping(rule: str) -> tuple[str, str]:
    match = _RULE.search(rule)
    if match is None:
        raise RuntimeException(f"Invalid mapping rule : [{rule}]")
    return unescape(match[1].strip()), unescape(match[2].strip())


@CHAR_FILTERS.type("mapping", requires_settings=True)
def _mapping_char_filter(name: str, settings: ComponentSettings) -> CharFilterFactory:
    rules = settings.rules("mappings", _mapping)
    if rules is None:
        raise IllegalArgumentException("mapping requires either `mappings` or `mappings_path` to be configured")
    mappings: dict[str, str] = {}
    for given, output in rules:
        if given in mappings:
            raise IllegalArgumentException(f'match "{given}" was already added')
        if not given:
            raise IllegalArgumentException("cannot match the empty string")
        mappings[given] = output
    return CharFilterFactory(name, lambda: MappingCharFilter(mappings), normalizing=True)


@CHAR_FILTERS.type("html_strip")
def _html_strip(name: str, settings: ComponentSettings) -> CharFilterFactory:
    escaped = frozenset(settings.strings("escaped_tags") or ())
    return CharFilterFactory(name, lambda: HTMLStripCharFilter(escaped))
