"""Addresses as java.net.URI takes them apart, and what it says of those that are none."""

from __future__ import annotations

import string
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv6Address
from typing import NoReturn
from urllib.parse import unquote

from fakeknn.errors import NotFaked, URISyntaxException

_ALPHA = frozenset(string.ascii_letters)
_DIGIT = frozenset(string.digits)
_ALPHANUM = _ALPHA | _DIGIT
_HEX = frozenset(string.hexdigits)
#: A percent sign among the allowed: two hexadecimal digits must follow. Then characters beyond ASCII are allowed too.
_UNRESERVED = _ALPHANUM | frozenset("-_.!~*'()%")
_URIC = _UNRESERVED | frozenset(";/?:@&=+$,[]")
_PATH = _UNRESERVED | frozenset(":@&=+$,;/")
_USER_INFO = _UNRESERVED | frozenset(";:&=+$,")
_REGISTRY = _UNRESERVED | frozenset("$,;:@&=+")
_SERVER = _USER_INFO | frozenset(".:@[]-")
_SCHEME = _ALPHANUM | frozenset("+-.")
_SCOPE = _ALPHANUM | frozenset("_.")


@dataclass(frozen=True, slots=True)
class Uri:
    """``path`` is decoded, and None of an opaque URI (``mailto:x``); a port that is not told is -1."""

    scheme: str | None
    host: str | None
    port: int
    path: str | None

    @classmethod
    def parse(cls, text: str) -> Uri:
        """Raises URISyntaxException."""
        return _Reader(text).read()


class _Reader:
    """java.net.URI.Parser"""

    def __init__(self, text: str) -> None:
        self.text = text
        self.scheme: str | None = None
        self.host: str | None = None
        self.port = -1
        self.path: str | None = None

    def read(self) -> Uri:
        at, end = 0, len(self.text)
        colon = self.find(0, end, "/?#:")
        opaque = False
        if self.text[colon : colon + 1] == ":":
            if colon == 0:
                self.expect("scheme name", 0)
            self.check(0, 1, _ALPHA, "scheme name")
            self.check(1, colon, _SCHEME, "scheme name")
            self.scheme, at = self.text[:colon], colon + 1
            opaque = not self.text.startswith("/", at)
        if opaque:
            stop = self.find(at, end, "#")
            if stop <= at:
                self.expect("scheme-specific part", at)
            self.check(at, stop, _URIC, "opaque part")
            at = stop
        else:
            at = self.hierarchical(at, end)
        if at < end:
            self.check(at + 1, end, _URIC, "fragment")
        return Uri(self.scheme, self.host, self.port, self.path)

    def hierarchical(self, at: int, end: int) -> int:
        if self.text.startswith("//", at):
            at += 2
            stop = self.find(at, end, "/?#")
            if stop > at:
                self.authority(at, stop)
                at = stop
            elif stop == end:
                self.expect("authority", at)
        stop = self.find(at, end, "?#")
        self.check(at, stop, _PATH, "path")
        self.path = unquote(self.text[at:stop])
        if self.text.startswith("?", stop):
            at = stop + 1
            stop = self.find(at, end, "#")
            self.check(at, stop, _URIC, "query")
        return stop

    def authority(self, at: int, end: int) -> None:
        """A server's, or else a name that some registry may know, which tells neither host nor port."""
        bracket = self.find(at, end, "]")
        # The scope of an IPv6 address may follow a bare percent sign.
        is_server = (
            all(c in _SERVER for c in self.text[at:end]) if at < bracket < end else self.scan(at, end, _SERVER) == end
        )
        registry = self.scan(at, end, _REGISTRY)
        if is_server:
            try:
                self.server(at, end)
            except URISyntaxException:
                self.host, self.port = None, -1
                if registry < end:
                    raise
        elif registry < end:
            self.fail("Illegal character in authority", registry)

    def server(self, at: int, end: int) -> None:
        sign = self.find(at, end, "/?#@")
        if self.text.startswith("@", sign):
            self.check(at, sign, _USER_INFO, "user info")
            at = sign + 1
        if self.text.startswith("[", at):
            stop = self.find(at + 1, end, "/?#]")
            if not at + 1 < stop < end:
                self.expect("closing bracket for IPv6 address", stop)
            self.ipv6(at + 1, stop)
            stop += 1
        else:
            stop = self.find(at, end, ":")
            self.hostname(at, stop)
        self.host = self.text[at:stop]
        if stop < end:
            if self.text[stop] != ":":
                self.expect("port number", stop)
            self.check(stop + 1, end, _DIGIT, "port number")
            digits = self.text[stop + 1 : end]
            if digits and int(digits) >= 2**31:
                self.fail("Malformed port number", stop + 1)
            self.port = int(digits) if digits else -1

    def ipv6(self, at: int, end: int) -> None:
        percent = self.find(at, end, "%")
        if percent < end:
            if percent + 1 == end:
                self.expect("scope id", end)
            self.check(percent + 1, end, _SCOPE, "scope id")
        try:
            IPv6Address(self.text[at:percent])
        except AddressValueError:
            raise NotFaked("what java.net.URI says of a malformed IPv6 address") from None

    def hostname(self, at: int, end: int) -> None:
        name = self.text[at:end]
        labels = name.removesuffix(".").split(".")
        if not labels[0]:
            self.expect("hostname", at)
        for label in labels:
            wrong = next((c for c in label if c not in _ALPHANUM and c != "-"), None)
            if not label or wrong is not None or not (label[0] in _ALPHANUM and label[-1] in _ALPHANUM):
                self.fail("Illegal character in hostname", at)
        if labels[-1][0] not in _ALPHA and not _is_ipv4(labels):
            self.fail("Illegal character in hostname", at + name.rindex(labels[-1]))

    # -- characters

    def find(self, at: int, end: int, wanted: str) -> int:
        """Where the first of the ``wanted`` stands, ``end`` if none does."""
        return next((i for i in range(at, end) if self.text[i] in wanted), end)

    def scan(self, at: int, end: int, allowed: frozenset[str]) -> int:
        """Where what is ``allowed`` ends."""
        while at < end:
            char = self.text[at]
            if char == "%" and "%" in allowed:
                if not (at + 3 <= end and self.text[at + 1] in _HEX and self.text[at + 2] in _HEX):
                    self.fail("Malformed escape pair", at)
                at += 3
            elif char in allowed or ("%" in allowed and char > "\x80" and char.isprintable() and not char.isspace()):
                at += 1
            else:
                break
        return at

    def check(self, at: int, end: int, allowed: frozenset[str], what: str) -> None:
        stop = self.scan(at, end, allowed)
        if stop < end:
            self.fail(f"Illegal character in {what}", stop)

    def expect(self, what: str, at: int) -> NoReturn:
        self.fail(f"Expected {what}", at)

    def fail(self, reason: str, at: int) -> NoReturn:
        raise URISyntaxException(f"{reason} at index {at}: {self.text}")


def _is_ipv4(labels: list[str]) -> bool:
    return len(labels) == 4 and all(label.isdecimal() and int(label) < 256 for label in labels)
