"""Dissect: a text taken apart at delimiters, without regular expressions."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from fakeknn.errors import RuntimeException
from fakeknn.xcontent import hash_ordered


class PatternParse(RuntimeException):
    java = "org.opensearch.dissect.DissectException$PatternParse"

    def __init__(self, pattern: str, why: str) -> None:
        super().__init__(f"Unable to parse pattern: {pattern} Reason: {why}")


class KeyParse(RuntimeException):
    java = "org.opensearch.dissect.DissectException$KeyParse"

    def __init__(self, key: str, why: str) -> None:
        super().__init__(f"Unable to parse key: {key} Reason: {why}")


class FindMatch(RuntimeException):
    java = "org.opensearch.dissect.DissectException$FindMatch"

    def __init__(self, pattern: str, source: str) -> None:
        super().__init__(f"Unable to find match for dissect pattern: {pattern} against source: {source}")


_LEADING = re.compile(r"^(.*?)%")
_KEY = re.compile(r"%\{([^}]*?)}([^%]*)", re.DOTALL)
_MODIFIER = re.compile(r"[/+*&?]")
_LEFT = re.compile(r"([+*&?])(.*?)(->)?$", re.DOTALL)
_RIGHT = re.compile(r"^(.*?)(->)?$", re.DOTALL)
_ORDERED = re.compile(r"[+](.*?)(/)([0-9]+)(->)?$", re.DOTALL)


@dataclass(frozen=True)
class DissectKey:
    """``%{name}`` with its modifiers."""

    name: str
    modifier: str
    skip: bool
    skip_right_padding: bool
    position: int = 0

    @classmethod
    def parse(cls, key: str) -> DissectKey:
        modifier = ""
        for i, match in enumerate(_MODIFIER.finditer(key)):
            if i and not (modifier == "+" and match.group() == "/"):
                raise KeyParse(key, "multiple modifiers are not allowed.")
            modifier = match.group()
        name: str | None = None
        padding = False
        position = 0
        skip = not key
        if modifier == "/":
            found = _ORDERED.search(key)
            if found:
                name, position, padding = found[1], int(found[3]), found[4] is not None
        elif modifier:
            found = _LEFT.search(key)
            if found:
                name, padding = found[2], found[3] is not None
            skip = skip or modifier == "?"
        else:
            found = _RIGHT.search(key)
            assert found is not None
            name, padding = found[1], found[2] is not None
            skip = not name
        if name is None or (not name and not skip):
            raise KeyParse(key, "The key name could be determined")
        return cls(name, modifier, skip, padding, position)


class DissectParser:
    """A compiled pattern."""

    def __init__(self, pattern: str, append_separator: str) -> None:
        self.pattern = pattern
        self.append_separator = append_separator
        leading = _LEADING.search(pattern)
        self.leading = leading[1] if leading else ""
        pairs = [
            (DissectKey.parse(found[1]), found[2].encode()) for found in _KEY.finditer(pattern[len(self.leading) :])
        ]
        self.results = len({key.name for key, _ in pairs if not key.skip})
        if not pairs or not self.results:
            raise PatternParse(pattern, "Unable to find any keys or delimiters.")
        appended = {key.name for key, _ in pairs if key.modifier in ("+", "/")}
        self.pairs = [
            (replace(key, modifier="+") if not key.modifier and key.name in appended else key, delimiter)
            for key, delimiter in pairs
        ]
        references: dict[str, int] = {}
        for key, _ in self.pairs:
            if key.modifier in ("*", "&"):
                references[key.name] = references.get(key.name, 0) + 1
        for name in hash_ordered(references):
            count = references[name]
            if count != 2:
                raise PatternParse(
                    pattern,
                    f"Found invalid key/reference associations: '{','.join([name] * count)}' "
                    "Please ensure each '*<key>' is matched with a matching '&<key>",
                )

    def parse(self, text: str) -> dict[str, str]:
        """The parts of a text by key; what does not match is refused."""
        found = _Found(self.append_separator)
        if len(text) > len(self.leading) and text.startswith(self.leading):
            self._walk(text.encode(), found)
        results = found.results()
        if found.count != len(self.pairs) or len(results) != self.results:
            raise FindMatch(self.pattern, text)
        return results

    def _walk(self, source: bytes, found: _Found) -> None:
        pairs = iter(self.pairs)
        key, delimiter = next(pairs)
        at = start = len(self.leading)
        while True:
            end = source.find(delimiter, at) if delimiter and at < len(source) else -1
            if end < 0:
                break
            found.add(key, source[start:end].decode("utf-8", "replace"))
            at = end + len(delimiter)
            exhausted = False
            while source.startswith(delimiter, at) and at < len(source):
                at += len(delimiter)
                if not key.skip_right_padding:
                    following = next(pairs, None)
                    if following is None:
                        exhausted = True
                        break
                    key = following[0]
                    found.add(key, "")
            following = None if exhausted else next(pairs, None)
            if following is None:
                break
            key, delimiter = following
            start = at
        if found.count != len(self.pairs) and not delimiter:
            found.add(key, source[start:].decode("utf-8", "replace"))


class _Found:
    """DissectMatch: the values, by what their keys' modifiers make of them."""

    def __init__(self, separator: str) -> None:
        self.separator = separator
        self.count = 0
        self.simple: dict[str, str] = {}
        self.appended: dict[str, list[tuple[int, str]]] = {}
        self.references: dict[str, list[Any]] = {}
        self._order = -1000

    def add(self, key: DissectKey, value: str) -> None:
        self.count += 1
        if key.skip:
            return
        match key.modifier:
            case "":
                self.simple[key.name] = value
            case "+":
                self.appended.setdefault(key.name, []).append((self._order, value))
                self._order += 1
            case "/":
                self.appended.setdefault(key.name, []).append((key.position, value))
            case modifier:
                self.references.setdefault(key.name, [None, None])[modifier == "&"] = value

    def results(self) -> dict[str, str]:
        found: dict[Any, Any] = {**self.simple, **dict(self.references.values())}
        for key, parts in self.appended.items():
            found[key] = self.separator.join(value for _, value in sorted(parts, key=lambda part: part[0]))
        return found
