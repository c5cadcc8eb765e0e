"""What two servers, or one at two times, cannot answer alike, and how it is masked.

A mask keeps the type of what it hides, so that a number where the real server answers a string is still found. Names
that a server makes (document ids, uuids, scroll ids) are numbered in the order of their appearance: two places that
held the same name still do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal

Json = Any

#: value: the value's type; leaves: the types of all values below; name: the number of the name; keep: no mask.
How = Literal["value", "leaves", "name", "keep"]


@dataclass(frozen=True, slots=True)
class Mask:
    """Hide what lies at ``path`` (``*`` is one step, ``**`` any number) in answers to requests like ``of``, a regex.

    The first mask that covers a place counts.
    """

    path: str
    how: How = "value"
    of: str = ""
    kind: str = ""


MASKS = (
    # statistics: what the documents decide stays
    Mask("**.primaries.docs", "keep", of="_stats"),
    Mask("**.total.docs", "keep", of="_stats"),
    Mask("**.primaries.*", "leaves", of=r"_stats/?(\?(?!.*filter_path)|$)"),
    Mask("**.total.*", "leaves", of=r"_stats/?(\?(?!.*filter_path)|$)"),
    # times and sizes
    Mask("**.took"),
    Mask("**.phase_took", "leaves"),
    Mask("**.ingest_took"),
    Mask("**.*_in_millis"),
    Mask("**.*_in_nanos"),
    Mask("**.*_time", of="_stats|_nodes|_cluster/stats|_tasks|_snapshot"),
    Mask("**.file_count", of="_snapshot"),
    Mask("task.id", of="_tasks"),
    Mask("**.*size_in_bytes"),
    Mask("**.*memory_in_bytes"),
    Mask("**.*size", of="_stats|_segments|_cluster/stats|_cat"),
    Mask("**.*creation?date*"),
    Mask("**.creation_time", of="_search/point_in_time"),
    Mask("**.timestamp", of="_cluster|_nodes|_ingest|_cat"),
    Mask("**.epoch", of="_cat"),
    Mask("version", of="_cluster/state"),
    Mask("metadata.indices.*.version", of="_cluster/state"),
    Mask("metadata.index-graveyard.tombstones", of="_cluster/state"),
    Mask("**.unassigned_info.at", of="_cluster/(state|allocation)"),
    Mask("**.throttle_time*"),
    Mask("**.max_last_index_request_timestamp"),
    Mask("**.earliest_last_modified_age"),
    Mask("**.since", of="_nodes/usage|_nodes/[^/]+/usage"),
    Mask("profile.shards.*.id"),
    Mask("profile.shards.*.*.**.breakdown.*"),
    Mask("profile.shards.*.searches.*.rewrite_time"),
    # who and where the server is
    Mask("name", of=r"^/+(\?|$)"),
    Mask("**.cluster_name"),
    Mask("**.cluster_uuid", "name", kind="cluster"),
    Mask("**.build_hash"),
    Mask("**.build_date"),
    Mask("**.build_type"),
    Mask("nodes.*.name"),
    Mask("**.node_name", of="_cluster/allocation"),
    Mask("current_node.name", of="_cluster/allocation"),
    Mask("**.ephemeral_id"),
    Mask("**.transport_address"),
    Mask("nodes.*.host"),
    Mask("nodes.*.ip"),
    Mask("nodes.*.os"),
    Mask("nodes.*.jvm"),
    Mask("nodes.*.process"),
    Mask("nodes.*.fs"),
    Mask("nodes.*.settings"),
    Mask("nodes.*.thread_pool"),
    Mask("nodes.*.attributes"),
    Mask("nodes.*.http", "leaves"),
    Mask("nodes.*.transport", "leaves"),
    Mask("nodes.*.total_indexing_buffer*"),
    Mask("nodes.*.modules"),
    Mask("nodes.*.ingest"),
    Mask("nodes.*.search_pipelines"),
    Mask("nodes.*.aggregations"),
    Mask("**.ip", of="_cat"),
    Mask("defaults", of=r"_cluster/settings(?!.*filter_path)"),
    # names that a server makes
    Mask("**.node", "name", kind="node"),
    Mask("**.node_id", "name", kind="node"),
    Mask("**.uuid", "name", kind="uuid"),
    Mask("**.index*uuid", "name", kind="uuid"),
    Mask("**.state_uuid", "name", kind="uuid"),
    Mask("**.allocation_id.id", "name", kind="allocation"),
    Mask("**.in_sync_allocations.*.#", "name", kind="allocation"),
    Mask("**.last_committed_config.#", "name", kind="node"),
    Mask("**.last_accepted_config.#", "name", kind="node"),
    Mask("**.*_node", "name", kind="node"),
    Mask("**.initial_recovery._id", "name", kind="node"),
    Mask("**._id", "name", kind="id"),
    Mask("failures.#.id", "name", kind="id"),
    Mask("**._scroll_id", "name", kind="scroll"),
    Mask("**.pit_id", "name", kind="pit"),
    Mask("**.task", "name", kind="task"),
    Mask("**.stack_trace"),
)

#: Where a server's own names stand inside a text, and what it calls passing things.
_NAMED_INSIDE = re.compile(r"\[[^\[\]/ ]+/([A-Za-z0-9_-]{22})\]")
#: Base64 of random bytes; a word of that length that people made lacks one case or the other.
_MADE_ID = re.compile(r"(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9_-]{20}")
_MADE_UUID = re.compile(r"(?=.*[A-Z])(?=.*[a-z])[A-Za-z0-9_-]{22}")
_TASK = re.compile(r"[A-Za-z0-9_-]{22}:\d+")
_WORDS = re.compile(r"[A-Za-z0-9_-]{20,}(?::\d+)?={0,2}")

_TEXT_MASKS = (
    (re.compile(r"(?<=@)[0-9a-f]{5,8}\b"), "<hash>"),
    (re.compile(r"(?<=/)0x[0-9a-f]{16}(?=@)"), "<class>"),  # that was made while the machine ran
    (re.compile(r"(?<=No search context found for id \[)\d+(?=\])"), "<reader>"),
    (re.compile(r"(?<=a\[id=)[A-Za-z0-9_-]{22}(?=\])"), "<allocation>"),  # of a shard, in explanations
    (re.compile(r"(?<=\bsimulate_)((?:index_)?template_(?:index_)?)[a-z0-9_-]{22}"), r"\1<uuid>"),
    (re.compile(r"(?<=in document with id ')(?=[^']*[A-Z])(?=[^']*[a-z])[A-Za-z0-9_-]{20}(?=')"), "<id>"),
    (re.compile(r"\b(?:127\.0\.0\.1|\[::1\]):\d+"), "<address>"),
)
#: Lists of Java sets, whose order each JVM draws anew: they are sorted.
_SETS = re.compile(r"(?<=allowed: \[)[A-Z, ]+(?=\])|(?<=data type should be \[)[A-Z, ]+(?=\])")
_CAT_MASKS = (
    (re.compile(r"\b\d+(?:\.\d+)?[kmgt]?b\b"), "<size>"),
    (re.compile(r"\b\d{10}\b(?= \d\d:\d\d:\d\d)"), "<epoch>"),
    (re.compile(r"\b\d\d:\d\d:\d\d\b"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"), "<date>"),
    (re.compile(r"\b127\.0\.0\.1\b"), "<ip>"),
)


@dataclass(frozen=True, slots=True)
class _Rule:
    steps: tuple[str, ...]
    mask: Mask
    of: re.Pattern[str]

    def covers(self, path: tuple[str, ...]) -> bool:
        return _matches(self.steps, path)


def _matches(steps: tuple[str, ...], path: tuple[str, ...]) -> bool:
    if not steps:
        return not path
    if steps[0] == "**":
        return any(_matches(steps[1:], path[i:]) for i in range(len(path) + 1))
    if not path:
        return False
    step = steps[0]
    if "*" not in step and "?" not in step:
        if step != path[0]:
            return False
    elif not fnmatchcase(path[0], step):
        return False
    return _matches(steps[1:], path[1:])


_RULES = tuple(_Rule(tuple(mask.path.split(".")), mask, re.compile(mask.of)) for mask in MASKS)


def _type(value: Json) -> str:
    names = {bool: "<boolean>", int: "<integer>", float: "<float>", str: "<string>", dict: "<object>", list: "<array>"}
    return names.get(type(value), "<null>")


def _leaves(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: _leaves(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_leaves(item) for item in value]
    return _type(value)


@dataclass(slots=True)
class Masker:
    """Masks the answers of one server to one story; it remembers the names that the server made."""

    _numbers: dict[str, str] = field(default_factory=dict)
    _counts: dict[str, int] = field(default_factory=dict)
    _sent: set[str] = field(default_factory=set)
    _own_names: re.Pattern[str] | None = None

    def meets(self, *names: str) -> None:
        """The server's own names, of its node and its cluster, which ``_cat`` shows in its tables."""
        if names:
            self._own_names = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, names))})(?![\w-])")

    def sends(self, text: str) -> None:
        """What the story itself says is never taken for a name that the server made."""
        self._sent.update(word for word in _WORDS.findall(text) if word not in self._numbers)

    def body(self, path: str, body: Json) -> Json:
        """A masked copy of the JSON answer to a request of ``path``."""
        rules = [rule for rule in _RULES if rule.of.search(path)]
        masked = self._rename(self._walk(body, (), rules))
        return self._anonymous(masked) if path.lstrip("/").startswith("_cat") else masked

    def _anonymous(self, value: Json) -> Json:
        if isinstance(value, dict):
            return {key: self._anonymous(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._anonymous(item) for item in value]
        return self._own_names.sub("<name>", value) if self._own_names and isinstance(value, str) else value

    def text(self, path: str, text: str) -> str:
        """A masked text answer: a table of ``_cat`` in which something was masked loses its column widths."""
        for name in _NAMED_INSIDE.findall(text):
            self._name("uuid", name)
        masked = self._rename(text)
        if path.lstrip("/").startswith("_cat"):
            for word in _WORDS.findall(masked):
                if _MADE_UUID.fullmatch(word):
                    self._name("uuid", word)
            masked = self._anonymous(self._rename(masked))
            for pattern, mask in _CAT_MASKS:
                masked = pattern.sub(mask, masked)
            if masked != text:
                masked = "\n".join(" ".join(line.split()) for line in masked.splitlines())
        return str(masked)

    def _name(self, kind: str, name: str) -> str:
        if name not in self._numbers:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._numbers[name] = f"<{kind}-{self._counts[kind]}>"
        return self._numbers[name]

    def _walk(self, value: Json, path: tuple[str, ...], rules: list[_Rule]) -> Json:
        if path:
            for rule in rules:
                if rule.covers(path):
                    how = rule.mask.how
                    if how == "keep":
                        break
                    if how == "name":
                        if isinstance(value, str) and self._is_made(rule.mask.kind, value):
                            self._name(rule.mask.kind, value)
                        break
                    return _leaves(value) if how == "leaves" else _type(value)
        if isinstance(value, dict):
            # Sorted, so that two servers that order members differently number alike.
            walked = {key: self._walk(value[key], (*path, key), rules) for key in sorted(value)}
            return {key: walked[key] for key in value}
        if isinstance(value, list):
            return [self._walk(item, (*path, "#"), rules) for item in value]
        if isinstance(value, str):
            for name in _NAMED_INSIDE.findall(value):
                self._name("uuid", name)
        return value

    def _is_made(self, kind: str, value: str) -> bool:
        if kind in ("scroll", "pit"):
            return True
        pattern = {"id": _MADE_ID, "task": _TASK}.get(kind, _MADE_UUID)
        return pattern.fullmatch(value) is not None and value not in self._sent

    def _rename(self, value: Json) -> Json:
        if isinstance(value, str):
            if self._numbers and len(value) >= 20:
                value = _WORDS.sub(lambda match: self._numbers.get(match.group(), match.group()), value)
            for pattern, mask in _TEXT_MASKS:
                value = pattern.sub(mask, value)
            return _SETS.sub(lambda found: ", ".join(sorted(found.group().split(", "))), value)
        if isinstance(value, dict):
            return {self._key(key): self._rename(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._rename(item) for item in value]
        return value

    def _key(self, key: str) -> str:
        if _MADE_UUID.fullmatch(key) and key not in self._sent and key not in self._numbers:
            return self._name("node", key)
        return self._numbers.get(key, key)
