"""Base64 as ``java.util.Base64`` reads it."""

from __future__ import annotations

from fakeknn.errors import IllegalArgumentException

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
