"""Base64 as ``java.util.Base64`` reads it, and as Jackson does."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator
from typing import Any

from fakeknn.errors import IllegalArgumentException, JsonParseException, Where
from fakeknn.xcontent.objects import SOURCE, stopped_at

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
_PLAIN = {letter: value for value, letter in enumerate(_LETTERS + b"+/")}
_URL = {letter: value for value, letter in enumerate(_LETTERS + b"-_")}


def decode(written: str, *, url: bool = False) -> bytes:
    """``Base64.getDecoder().decode``, or that of ``getUrlDecoder``; padding may be missing.

    Raises IllegalArgumentException with Java's texts.
    """
    values = _URL if url else _PLAIN
    source = written.encode("iso-8859-1", "replace")
    if len(source) == 1:
        raise IllegalArgumentException("Input byte[] should at least have 2 bytes for base64 bytes")
    bits, count, out, at = 0, 0, bytearray(), 0
    while at < len(source):
        letter = source[at]
        at += 1
        if letter == ord("="):
            if count == 0 or (count == 2 and source[at : at + 1] != b"="):
                raise IllegalArgumentException("Input byte array has wrong 4-byte ending unit")
            at += count == 2
            break
        if letter not in values:
            code = letter if letter < 128 else letter - 256
            raise IllegalArgumentException(f"Illegal base64 character {code:x}")
        bits, count = bits << 6 | values[letter], count + 1
        if count == 4:
            out += bits.to_bytes(3, "big")
            bits, count = 0, 0
    if count == 1:
        raise IllegalArgumentException("Last unit does not have enough valid bits")
    if count:
        out += (bits >> (4 if count == 2 else 2)).to_bytes(count - 1, "big")
    if at < len(source):
        raise IllegalArgumentException(f"Input byte array has incorrect ending byte at {at}")
    return bytes(out)


def decode_text(value: str, container: Any, key: Any) -> bytes:
    """``JsonParser.getBinaryValue``: a text of the body, with padding, white space only between units.

    Jackson decodes the text as it is written in the body. How it was written is not kept: what is not ASCII is taken
    for escaped. Raises JsonParseException, whose ``rest`` is what of the text was not looked at, None where its end was
    passed.
    """
    written = json.dumps(value)[1:]
    out = bytearray()
    letters = _letters(written)
    end = 0

    def refused(problem: str) -> JsonParseException:
        at = Where(container, key, offset=end + 1)
        error = JsonParseException(
            f"Failed to decode VALUE_STRING as base64 (MIME-NO-LINEFEEDS): {problem}{SOURCE}", at=at
        )
        error.rest = json.loads(f'"{written[end:]}') if end < len(written) else None  # type: ignore[attr-defined]
        stopped_at(error, Where(container, key))
        return error

    while True:
        bits = 0
        for place in range(4):
            letter, end = next(letters)
            while place == 0 and letter <= " ":
                letter, end = next(letters)
            closes = end == len(written)
            if closes and place == 0:
                return bytes(out)
            if closes and place > 1:
                raise JsonParseException(f"{_UNPADDED}{SOURCE}", at=Where(container, key, offset=end))
            if letter == "=" and place > 1 and not closes:
                if place == 2:
                    letter, end = next(letters)
                    if letter != "=" or end == len(written):
                        raise refused(_problem(letter, 3))
                out += (bits >> (4 if place == 2 else 2)).to_bytes(place - 1, "big")
                break
            found = _PLAIN.get(ord(letter))
            if found is None:
                raise refused(_problem(letter, place))
            bits = bits << 6 | found
        else:
            out += bits.to_bytes(3, "big")


_UNPADDED = (
    "Unexpected end of base64-encoded String: base64 variant 'MIME-NO-LINEFEEDS' expects padding (one or more '=' "
    "characters) at the end. This Base64Variant might have been incorrectly configured"
)


def _letters(written: str) -> Iterator[tuple[str, int]]:
    """The characters of a JSON text behind its opening quote, the closing one the last, and where each ends."""
    at = 0
    while at < len(written):
        start = at
        at += 1 if written[at] != "\\" else 6 if written[at + 1] == "u" else 2
        yield (written[start] if at == start + 1 else json.loads(f'"{written[start:at]}"')), at


def _problem(letter: str, place: int) -> str:
    """Base64Variant.reportInvalidBase64Char."""
    code = f"{ord(letter):x}"
    if letter <= " ":
        return (
            f"Illegal white space character (code 0x{code}) as character #{place + 1} of 4-char base64 unit: can only "
            "used between units"
        )
    if letter == "=":
        return (
            f"Unexpected padding character ('=') as character #{place + 1} of 4-char base64 unit: padding only legal "
            "as 3rd or 4th character"
        )
    if unicodedata.category(letter) in ("Cn", "Cc"):
        return f"Illegal character (code 0x{code}) in base64 content"
    return f"Illegal character '{letter}' (code 0x{code}) in base64 content"
