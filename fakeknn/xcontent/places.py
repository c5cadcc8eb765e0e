"""Places: from an object of the parsed tree back to the line and column, or the very characters, in the body."""

from __future__ import annotations

from typing import Any

from fakeknn.errors import JsonParseException, OpenSearchError, StreamConstraintsException, Where
from fakeknn.xcontent.jackson import Astrays, Scanner, Token, utf8
from fakeknn.xcontent.tree import is_stray


def token_at(body: bytes, root: Any, where: Where) -> Token | None:
    """The token that ``where`` speaks of: the tree is walked beside the tokens, its containers told by identity."""
    scanner = Scanner(utf8(body))
    tokens = scanner.tokens()
    passed = body.starts if isinstance(body, Astrays) else {}
    if not isinstance(root, (dict, list)):
        return next(tokens) if where.container is root else None
    parents: list[Any] = []
    keys: list[str | int] = []
    here: Any = None
    key: str | int = 0
    token = None
    try:
        for token in tokens:
            if token.kind == "FIELD_NAME" and isinstance(here, list):
                continue  # of a parser that has gone astray
            if token.kind == "FIELD_NAME":
                key = token.value
                if here is where.container and key == where.key and where.part == "key":
                    return token
                continue
            if token.kind == "END_ARRAY" and isinstance(here, dict):
                continue
            if token.kind in ("END_OBJECT", "END_ARRAY") and not is_stray(token, here):
                if here is where.container and where.part == "end":
                    return token
                here, key = parents.pop(), keys.pop()
            else:
                found = parents and here is where.container and key == where.key and where.part in ("value", "after")
                if found and token.start not in passed:
                    return token
                if token.kind in ("START_OBJECT", "START_ARRAY"):
                    parents.append(here)
                    keys.append(key)
                    here = root if len(parents) == 1 else here[key]
                    if here is where.container and where.part == "start":
                        return token
                    key = 0
                    continue
            if isinstance(here, list):
                key = int(key) + 1
    except (JsonParseException, StreamConstraintsException):
        return _broken_text(scanner, token) if here is where.container and key == where.key else None
    except (LookupError, TypeError):
        return None  # the tree is not that of this body
    return None


def _broken_text(scanner: Scanner, last: Token | None) -> Token | None:
    """The text that could not be read, behind the last token that could."""
    start = scanner.body.find(b'"', last.end) if last is not None else -1
    if last is None or start < 0:
        return None
    line_start = scanner.body.rfind(b"\n", 0, start) + 1
    line = scanner.body.count(b"\n", 0, start) + 1
    return Token("VALUE_STRING", "", line, start - line_start + 1, start, start)


def locate(body: bytes, root: Any, where: Where) -> tuple[int, int] | None:
    """Jackson's line and column (from 1; columns count bytes) of a place in ``root``, which was read from ``body``.

    None if ``where.container`` is not an object or array of ``root`` itself (but a copy), or has no such member. A root
    that is neither is its own place.
    """
    token = token_at(body, root, where)
    if token is None:
        return None
    return token.line, token.column + where.offset + (token.end - token.start if where.part == "after" else 0)


def settle(error: OpenSearchError, body: bytes, root: Any) -> None:
    """Give an error and its causes the lines and columns in ``body``, of which ``root`` is the tree."""
    for link in error.chain():
        if link.at is not None:
            put(link, body, root, link.at)
            link.at = None


def put(error: OpenSearchError, body: bytes, root: Any, where: Where) -> None:
    """Give one error the line and column of a place, and the number there as it was written, if its text tells them."""
    place = locate(body, root, where)
    if place is None:
        return
    if error.reason is not None and "{written}" in error.reason:
        error.reason = error.reason.replace("{written}", number_text(body, root, where) or "")
    error.locate(*place)


def number_text(body: bytes, root: Any, where: Where) -> str | None:
    """A number as it was written: XContentParser.text(), which keyword and text fields index (``1.50``, ``1e3``)."""
    token = token_at(body, root, where)
    return body[token.start : token.end].decode() if token is not None else None
