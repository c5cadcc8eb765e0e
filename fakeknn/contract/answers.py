"""What a server answered, and the form of it that is recorded and compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
import yaml

from fakeknn.contract.console import ConsoleRequest
from fakeknn.contract.masks import Json, Masker

#: The headers that say something; the others belong to the transport.
TELLING_HEADERS = ("allow", "location", "warning")


class _YamlLoader(yaml.SafeLoader):
    """YAML whose scalars stay what JSON would hold: a text that looks like a date is a text."""


_YamlLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer as it came; the names of ``headers`` are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str | None:
        return self.headers.get("content-type")

    def decoded(self) -> Json:
        """The body as JSON values if it is JSON, YAML or CBOR, else as text."""
        kind = (self.content_type or "").partition(";")[0].strip().lower()
        try:
            if kind.endswith("json"):
                return json.loads(self.body)
            if kind == "application/yaml":
                return yaml.load(self.body, _YamlLoader)
            if kind == "application/cbor":
                return cbor2.loads(self.body)
        except (ValueError, yaml.YAMLError, cbor2.CBORDecodeError):
            pass
        return self.body.decode("utf-8", "backslashreplace")


def masked(answer: Answer, request: ConsoleRequest, masker: Masker) -> dict[str, Any]:
    """What is recorded of an answer: status, content type, telling headers and the whole body, masked."""
    result: dict[str, Any] = {"status": answer.status, "content_type": answer.content_type}
    body = answer.decoded()
    result["body"] = masker.text(request.path, body) if isinstance(body, str) else masker.body(request.path, body)
    if answer.body.startswith((b"{\n", b"[\n")):
        result["pretty"] = True
    telling = {name: masker.text("", answer.headers[name]) for name in TELLING_HEADERS if name in answer.headers}
    if "allow" in telling:
        telling["allow"] = ",".join(sorted(telling["allow"].split(",")))  # a Java set
    if telling:
        result["headers"] = telling
    return result
