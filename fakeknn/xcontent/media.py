"""The media types of bodies: told from headers, refused as the real server refuses, read into JSON and written."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import Any

from fakeknn.errors import ContentTypeHeaderException, IllegalArgumentException
from fakeknn.xcontent import cbor, generator, smile, yaml
from fakeknn.xcontent.tree import EndOfInput

_TOKEN = re.compile(r"[A-z0-9!#$%&'*+\-.\^_`|~]+")
_VERSIONED = re.compile(r"vnd\.opensearch\+|\s*;\s*compatible-with=\d+")


class MediaType(Enum):
    """A format that OpenSearch reads and writes; the value is the ``content-type`` of its answers."""

    JSON = "application/json; charset=UTF-8"
    SMILE = "application/smile"
    YAML = "application/yaml"
    CBOR = "application/cbor"


_FORMATS = {media.name.lower(): media for media in MediaType}
_TYPES = {f"application/{name}": media for name, media in _FORMATS.items()} | {
    "application/*": MediaType.JSON,
    "application/x-ndjson": MediaType.JSON,
}


def from_format(name: str | None) -> MediaType | None:
    """The ``format`` parameter; an unknown one is no error, the answer is JSON then."""
    return _FORMATS.get(name.lower()) if name else None


@lru_cache(256)
def from_header(value: str | None) -> MediaType | None:
    """MediaType.fromMediaType: an ``Accept`` header, or a ``Content-Type`` without what follows its first semicolon."""
    if value is None:
        return None
    value = value.lower()
    if "vnd.opensearch" in value:
        value = _VERSIONED.sub("", value)
    name, *parameters = value.split(";")
    for parameter in parameters:
        key, equals, setting = parameter.strip().partition("=")
        if not equals or "=" in setting or key != key.strip() or setting != setting.strip():
            return None
    return _TYPES.get(name.strip())


@lru_cache(256)
def content_type(value: str | None) -> MediaType | None:
    """The request's ``Content-Type``; None if there is none or it is not known, which only a body makes an error.

    Raises ``ContentTypeHeaderException`` (400) for what is no media type at all.
    """
    if value is None:
        return None
    name = re.split(r"[ \t]*;", value)[0]
    kind, slash, subtype = name.partition("/")
    if not slash or not _TOKEN.fullmatch(kind) or not _TOKEN.fullmatch(subtype.strip()):
        cause = IllegalArgumentException(f"invalid Content-Type header [{value}]")
        raise ContentTypeHeaderException(f"java.lang.IllegalArgumentException: {cause.reason}") from cause
    return from_header(name)


def not_supported(value: str | None) -> dict[str, Any]:
    """What a body of a media type that is missing or not known is answered with, status 406."""
    return {"error": f"Content-Type header [{value or ''}] is not supported", "status": 406}


def not_streamed(media: MediaType) -> dict[str, Any]:
    """The answer to a ``_bulk`` or ``_msearch`` in a format without lines, status 406."""
    text = f"Content-Type [{media.name}] does not support stream parsing. Use JSON or SMILE instead"
    return {"error": text, "status": 406}


def to_json(body: bytes, media: MediaType) -> bytes:
    """A body as JSON; JSON stays as it is, byte by byte. A YAML body without a document is an empty body."""
    match media:
        case MediaType.JSON:
            return body
        case MediaType.SMILE:
            tree = smile.read(body)
        case MediaType.CBOR:
            tree = cbor.read(body)
        case MediaType.YAML:
            try:
                tree = yaml.read(body)
            except EndOfInput:
                return b""
    return generator.dump(tree)


def write(tree: Any, media: MediaType, pretty: bool = False) -> bytes:
    """A tree in the given format; ``pretty`` concerns JSON alone, and ends it with a newline."""
    match media:
        case MediaType.JSON:
            return generator.write(tree, pretty) + (b"\n" if pretty else b"")
        case MediaType.SMILE:
            return smile.write(tree)
        case MediaType.CBOR:
            return cbor.write(tree)
        case MediaType.YAML:
            return yaml.write(tree)
