"""Processors that hash: fingerprints, flow hashes, and routings made of a field."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
from ipaddress import ip_address
from typing import Any

from fakeknn.errors import IllegalArgumentException
from fakeknn.ingest.config import Config, cast
from fakeknn.ingest.document import METADATA, IngestDocument
from fakeknn.ingest.processor import Processor, processor
from fakeknn.painless.values import items, text

_MASK = (1 << 64) - 1


def murmur3_128(data: bytes, seed: int = 0) -> tuple[int, int]:
    """MurmurHash3, x64 with 128 bits, as two unsigned numbers."""
    first = second = seed & 0xFFFFFFFF
    c1, c2 = 0x87C37B91114253D5, 0x4CF5AD432745937F

    def rotated(value: int, by: int) -> int:
        return (value << by | value >> 64 - by) & _MASK

    def mixed(value: int) -> int:
        value = (value ^ value >> 33) * 0xFF51AFD7ED558CCD & _MASK
        value = (value ^ value >> 33) * 0xC4CEB9FE1A85EC53 & _MASK
        return value ^ value >> 33

    def low(part: int) -> int:
        return rotated(part * c1 & _MASK, 31) * c2 & _MASK

    def high(part: int) -> int:
        return rotated(part * c2 & _MASK, 33) * c1 & _MASK

    whole = len(data) // 16 * 16
    for at in range(0, whole, 16):
        first ^= low(int.from_bytes(data[at : at + 8], "little"))
        first = ((rotated(first, 27) + second) * 5 + 0x52DCE729) & _MASK
        second ^= high(int.from_bytes(data[at + 8 : at + 16], "little"))
        second = ((rotated(second, 31) + first) * 5 + 0x38495AB5) & _MASK
    tail = data[whole:]
    if len(tail) > 8:
        second ^= high(int.from_bytes(tail[8:], "little"))
    if tail:
        first ^= low(int.from_bytes(tail[:8], "little"))
    first ^= len(data)
    second ^= len(data)
    first = (first + second) & _MASK
    second = (second + first) & _MASK
    first, second = mixed(first), mixed(second)
    first = (first + second) & _MASK
    return first, (second + first) & _MASK


def murmur3_routing(value: str) -> str:
    """The first half of a text's hash, without its sign."""
    first, _ = murmur3_128(value.encode())
    signed = first - (1 << 64) if first >> 63 else first
    return str(0 if signed == -(1 << 63) else abs(signed))


@processor("acl_routing")
class AclRouting(Processor):
    """The routing becomes a hash of who may see the document."""

    def read(self, config: Config) -> None:
        self.field = config.string("acl_field")
        self.target = config.string("target_field", "_routing")
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.override = config.boolean("override_existing", True)

    def execute(self, document: IngestDocument) -> bool:
        value = document.get(self.field, ignore_missing=self.ignore_missing)
        if value is None:
            if self.ignore_missing:
                return True
            raise IllegalArgumentException(f"field [{self.field}] not present as part of path [{self.field}]")
        if self.override or not document.has(self.target):
            first, second = murmur3_128(text(value).encode())
            digest = first.to_bytes(8, "big") + second.to_bytes(8, "big")
            document.set(self.target, base64.urlsafe_b64encode(digest).decode().rstrip("="))
        return True


@processor("hierarchical_routing")
class HierarchicalRouting(Processor):
    """The routing becomes a hash of the first parts of a path."""

    def read(self, config: Config) -> None:
        self.field = config.string("path_field")
        depth = config.integer("anchor_depth", 2)
        separator = config.optional_string("path_separator")
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.override = config.boolean("override_existing", True)
        self.separator = "/" if separator is None else separator
        assert depth is not None
        self.depth = depth
        if depth <= 0:
            raise config.refuse("anchor_depth", "must be greater than 0")
        if not self.separator:
            raise config.refuse("path_separator", "cannot be null or empty")
        if not self.field:
            raise config.refuse("path_field", "cannot be null or empty")

    def execute(self, document: IngestDocument) -> bool:
        if not self.override and document.source.get("_routing") is not None:
            return True
        value = document.get(self.field, ignore_missing=self.ignore_missing)
        path = None if value is None else text(value)
        if not path:
            if self.ignore_missing:
                return True
            what = "doesn't exist" if path is None else "is null or empty"
            raise IllegalArgumentException(f"field [{self.field}] {what}")
        document.set("_routing", murmur3_routing(self._anchor(path)))
        return True

    def _anchor(self, path: str) -> str:
        separator = self.separator
        path = path.strip("".join(map(chr, range(33))))
        while path.startswith(separator):
            path = path[len(separator) :]
        while path.endswith(separator):
            path = path[: -len(separator)]
        path = re.sub(f"(?:{re.escape(separator)}){{2,}}", lambda _: separator, path)
        return separator.join(part for part in path.split(separator)[: self.depth] if part) or "_root"


# --- fingerprint ------------------------------------------------------------------------------------------------------

_METHODS = {"MD5@2.16.0": "md5", "SHA-1@2.16.0": "sha1", "SHA-256@2.16.0": "sha256", "SHA3-256@2.16.0": "sha3_256"}


def _utf16_length(value: str) -> int:
    return len(value) + sum(char > "\uffff" for char in value)


def _flattened(value: dict[Any, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, item in items(value):
        if isinstance(item, dict):
            found.update({f"{name}.{inner}": one for inner, one in _flattened(item).items()})
        else:
            found[name] = item
    return found


@processor("fingerprint")
class Fingerprint(Processor):
    """A hash of fields."""

    def read(self, config: Config) -> None:
        fields, excluded = config.optional_list("fields"), config.optional_list("exclude_fields")
        self._check(config, "fields", fields)
        if fields and excluded:
            raise config.refuse("fields", "either fields or exclude_fields can be set")
        self._check(config, "exclude_fields", excluded)
        self.fields, self.excluded = fields or [], excluded or []
        self.target = config.string("target_field", "fingerprint")
        self.method = config.string("hash_method", "SHA-1@2.16.0")
        if self.method.upper() not in _METHODS:
            raise config.refuse(
                "hash_method", "hash method must be MD5@2.16.0, SHA-1@2.16.0, SHA-256@2.16.0 or SHA3-256@2.16.0"
            )
        self.ignore_missing = config.boolean("ignore_missing", False)

    @staticmethod
    def _check(config: Config, name: str, fields: list[Any] | None) -> None:
        for field in fields or ():
            if not cast(field, "java.lang.String"):
                raise config.refuse(name, "field name cannot be null nor empty")

    def execute(self, document: IngestDocument) -> bool:
        if self.fields:
            names = sorted({field for field in self.fields if field not in METADATA})
        else:
            names = sorted(name for name in document.fields() if name not in self.excluded)
        parts: list[str] = []
        for name in names:
            if not document.has(name):
                if self.ignore_missing:
                    continue
                raise IllegalArgumentException(f"field [{name}] doesn't exist")
            value = document.get(name)
            if isinstance(value, dict):
                told = {f"{name}.{inner}": text(one) for inner, one in sorted(_flattened(value).items())}
            else:
                told = {name: text(value)}
            parts += (f"|{path}|{_utf16_length(written)}:{written}" for path, written in told.items())
        if parts:
            digest = hashlib.new(_METHODS[self.method.upper()], ("".join(parts) + "|").encode()).digest()
            document.set(self.target, f"{self.method}:{base64.b64encode(digest).decode()}")
        return True


# --- community_id -----------------------------------------------------------------------------------------------------

_PROTOCOLS = {"ICMP": 1, "TCP": 6, "UDP": 17, "ICMP_V6": 58, "SCTP": 132}
_ICMP, _ICMP_V6 = 1, 58
#: The type of message that answers another, in either protocol.
_ANSWERS = {
    _ICMP: {0: 8, 8: 0, 9: 10, 10: 9, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17},
    _ICMP_V6: {a: b for x, y in ((128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145))
               for a, b in ((x, y), (y, x))},
}  # fmt: skip


class _MissingError(Exception):
    """Something is not there that may be missing."""


@processor("community_id")
class CommunityId(Processor):
    """The community id of a network flow."""

    def read(self, config: Config) -> None:
        self.source_ip = config.string("source_ip_field")
        self.source_port = config.optional_string("source_port_field")
        self.destination_ip = config.string("destination_ip_field")
        self.destination_port = config.optional_string("destination_port_field")
        self.number = config.optional_string("iana_protocol_number_field")
        self.protocol = config.optional_string("protocol_field")
        self.icmp_type = config.optional_string("icmp_type_field")
        self.icmp_code = config.optional_string("icmp_code_field")
        seed = config.integer("seed", 0)
        assert seed is not None
        self.seed = seed
        if not 0 <= seed <= 65535:
            raise config.refuse("seed", "seed must be between 0 and 65535")
        self.target = config.string("target_field", "community_id")
        self.ignore_missing = config.boolean("ignore_missing", False)

    def execute(self, document: IngestDocument) -> bool:
        with contextlib.suppress(_MissingError):
            document.set(self.target, self._id(document))
        return True

    def _missing(self, why: str) -> Exception:
        return _MissingError() if self.ignore_missing else IllegalArgumentException(why)

    def _id(self, document: IngestDocument) -> str:
        protocol = self._protocol(document)
        source, destination = (self._ip(document, field) for field in (self.source_ip, self.destination_ip))
        if len(source) != len(destination):
            raise IllegalArgumentException("source ip and destination ip must have same format")
        ordered = False
        if protocol in _ANSWERS:
            from_port = self._icmp(document, self.icmp_type, "type")
            answer = _ANSWERS[protocol].get(from_port)
            ordered = answer is None
            to_port = self._icmp(document, self.icmp_code, "code") if answer is None else answer
        else:
            from_port, to_port = (self._port(document, field) for field in (self.source_port, self.destination_port))
        if not ordered and (source, from_port) >= (destination, to_port):
            source, destination, from_port, to_port = destination, source, to_port, from_port
        flow = self.seed.to_bytes(2, "big") + source + destination + bytes([protocol, 0])
        flow += from_port.to_bytes(2, "big") + to_port.to_bytes(2, "big")
        return "1:" + base64.b64encode(hashlib.sha1(flow, usedforsecurity=False).digest()).decode()

    def _protocol(self, document: IngestDocument) -> int:
        number = document.get(self.number, "java.lang.Integer", True) if self.number else None
        name = document.get(self.protocol, "java.lang.String", True) if self.protocol else None
        if number is not None:
            if number not in _PROTOCOLS.values():
                raise IllegalArgumentException(f"unsupported iana protocol number [{number}]")
            return int(number)
        if name is not None:
            upper = name.upper()
            found = _PROTOCOLS.get("ICMP_V6" if upper == "IPV6-ICMP" else upper)
            if found is None:
                raise IllegalArgumentException(f"unsupported protocol [{name}]")
            return found
        raise self._missing(
            f"cannot resolve protocol by neither iana protocol number field [{text(self.number)}] nor protocol name "
            f"field [{text(self.protocol)}]"
        )

    def _ip(self, document: IngestDocument, field: str) -> bytes:
        if not field:
            raise self._missing("both source ip field path and destination ip field path cannot be null nor empty")
        address = document.get(field, "java.lang.String", True)
        if not address:
            raise self._missing(f"ip address in the field [{field}] is null or empty")
        try:
            return ip_address(address).packed
        except ValueError:
            raise IllegalArgumentException(
                f"ip address [{address}] in the field [{field}] is not a valid ipv4/ipv6 address"
            ) from None

    def _port(self, document: IngestDocument, field: str | None) -> int:
        if not field:
            raise self._missing("both source port and destination port field path cannot be null nor empty")
        port = document.get(field, "java.lang.Integer", True)
        if port is None:
            raise self._missing(
                f"both source port and destination port cannot be null, but port in the field path [{field}] is null"
            )
        if not 0 <= port <= 63335:  # it is 63335 in the real server
            raise IllegalArgumentException(
                "both source port and destination port must be between 0 and 65535, but port in the field path "
                f"[{field}] is [{port}]"
            )
        return int(port)

    def _icmp(self, document: IngestDocument, field: str | None, what: str) -> int:
        if not field:
            raise self._missing(f"icmp message {what} field path cannot be null nor empty")
        value = document.get(field, "java.lang.Integer", True)
        if value is None:
            raise self._missing(f"icmp message {what} cannot be null")
        if not 0 <= value <= 255:
            raise IllegalArgumentException(f"invalid icmp message {what} [{value}]")
        return int(value)
