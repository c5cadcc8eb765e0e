"""Processors that read a text: numbers and booleans, JSON, CSV, keys and values, and patterns."""

from __future__ import annotations

import re
from collections.abc import Callable
from ipaddress import ip_address
from typing import Any

from fakeknn.errors import (
    IllegalArgumentException,
    JsonParseException,
    NullPointerException,
    NumberFormatException,
    OpenSearchError,
    StreamConstraintsException,
)
from fakeknn.ingest.config import Config, cast, java_text, render
from fakeknn.ingest.dissect import DissectParser
from fakeknn.ingest.document import IngestDocument
from fakeknn.ingest.grok import Grok, builtin_patterns, combined
from fakeknn.ingest.processor import Processor, processor
from fakeknn.ingest.splitting import java_split
from fakeknn.javaregex.pattern import compile_pattern
from fakeknn.painless import java_value
from fakeknn.painless.numbers import Float, Long
from fakeknn.painless.values import HashMap, items, text
from fakeknn.units import parse_int, parse_long
from fakeknn.xcontent import EndOfInput, parse_double, read, string_array
from fakeknn.xcontent.jackson import Scanner


class ReadsText(Processor):
    """What reads the text of one field; ``null`` is refused, unless the field may be missing."""

    field: str
    ignore_missing: bool

    def execute(self, document: IngestDocument) -> bool:
        value = document.get(self.field, "java.lang.String", self.ignore_missing)
        if value is not None:
            self.process(document, value)
        elif not self.ignore_missing:
            raise IllegalArgumentException(f"field [{self.field}] is null, cannot process it.")
        return True

    def process(self, document: IngestDocument, value: str) -> None:
        raise NotImplementedError


# --- convert ----------------------------------------------------------------------------------------------------------

_HEX = re.compile(r"-?[0-9a-fA-F]+")


def _integral(value: Any, bits: int) -> int:
    written = text(value)
    kind = "integer" if bits == 32 else "long"
    try:
        if written.startswith(("0x", "-0x")):
            digits = written.replace("0x", "", 1)
            if digits.removeprefix("-").startswith(("-", "+")) or (written[0] == "0" and digits.startswith("-")):
                raise NumberFormatException("Sign character in wrong position")
            number = int(digits, 16) if _HEX.fullmatch(digits) else None
            if number is None or not -(1 << bits - 1) <= number < 1 << bits - 1:
                raise NumberFormatException(f'For input string: "{digits}" under radix 16')
            return number
        return parse_int(written) if bits == 32 else parse_long(written)
    except NumberFormatException as error:
        raise IllegalArgumentException(f"unable to convert [{written}] to {kind}") from error


def _to_integer(value: Any) -> int:
    return _integral(value, 32)


def _to_long(value: Any) -> Long:
    return Long(_integral(value, 64))


def _to_double(value: Any) -> float:
    try:
        return parse_double(text(value))
    except NumberFormatException as error:
        raise IllegalArgumentException(f"unable to convert [{text(value)}] to double") from error


def _to_float(value: Any) -> Float:
    try:
        return Float(Float(parse_double(text(value))))
    except NumberFormatException as error:
        raise IllegalArgumentException(f"unable to convert [{text(value)}] to float") from error


def _to_boolean(value: Any) -> bool:
    written = text(value).lower()
    if written not in ("true", "false"):
        raise IllegalArgumentException(f"[{text(value)}] is not a boolean value, cannot convert to boolean")
    return written == "true"


def _is_address(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return "%" not in value


def _to_ip(value: Any) -> str:
    if isinstance(value, str) and _is_address(value):
        return value
    raise IllegalArgumentException(f"[{text(value)}] is not a valid ipv4/ipv6 address")


def _auto(value: Any) -> Any:
    if isinstance(value, str):
        for convert in (_to_boolean, _to_integer, _to_long, _to_float, _to_double):
            try:
                return convert(value)
            except IllegalArgumentException:
                continue
    return value


_CONVERSIONS: dict[str, Callable[[Any], Any]] = {
    "integer": _to_integer,
    "long": _to_long,
    "double": _to_double,
    "float": _to_float,
    "boolean": _to_boolean,
    "string": text,
    "ip": _to_ip,
    "auto": _auto,
}


@processor("convert")
class Convert(Processor):
    """A value, or each of a list, of another type."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        kind = config.string("type")
        self.target = config.string("target_field", self.field)
        self.kind = kind.lower()
        if self.kind not in _CONVERSIONS:
            raise config.refuse("type", f"type [{kind}] not supported, cannot convert field.")
        self.ignore_missing = config.boolean("ignore_missing", False)

    def execute(self, document: IngestDocument) -> bool:
        value = document.get(self.field, ignore_missing=self.ignore_missing)
        if value is None:
            if self.ignore_missing:
                return True
            raise IllegalArgumentException(f"Field [{self.field}] is null, cannot be converted to type [{self.kind}]")
        convert = _CONVERSIONS[self.kind]
        found = []
        for one in value if isinstance(value, list) else [value]:
            if one is None and self.kind not in ("ip", "auto"):
                raise NullPointerException('Cannot invoke "Object.toString()" because "value" is null')
            found.append(convert(one))
        document.set(self.target, found if isinstance(value, list) else found[0])
        return True


# --- json -------------------------------------------------------------------------------------------------------------


@processor("json")
class Json(Processor):
    """A text of JSON as its value."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        target = config.optional_string("target_field")
        self.add_to_root = config.boolean("add_to_root", False)
        if self.add_to_root and target is not None:
            raise config.refuse("target_field", "Cannot set a target field while also setting `add_to_root` to true")
        self.target = self.field if target is None else target

    def execute(self, document: IngestDocument) -> bool:
        if not self.add_to_root:
            document.set(self.target, parse_json(document.get(self.field)))
            return True
        value = parse_json(document.source.get(self.field))
        if not isinstance(value, dict):
            raise IllegalArgumentException("cannot add non-map fields to root of document")
        for name, item in items(value):
            document.source[name] = item
        return True


def parse_json(value: Any) -> Any:
    """JsonProcessor.apply: the first JSON value of a text."""
    written = text(value).encode()
    try:
        found = read(written)
        if found == []:
            _check_array(written)
        return java_value(found)
    except EndOfInput:
        return None
    except (JsonParseException, StreamConstraintsException) as error:
        raise IllegalArgumentException(java_text(error)) from error


def _check_array(written: bytes) -> None:
    """What is wrong in an array, which ``read`` passes over when it stands by itself."""
    depth = 0
    for token in Scanner(written).tokens():
        depth += token.kind.startswith("START") - token.kind.startswith("END")
        if depth == 0:
            return


# --- csv --------------------------------------------------------------------------------------------------------------


@processor("csv")
class Csv(ReadsText):
    """A line of values with separators between them, each to a field."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        self.quote = config.string("quote", '"')
        if len(self.quote) != 1:
            raise config.refuse("quote", "quote has to be single character like \" or '")
        self.separator = config.string("separator", ",")
        if len(self.separator) != 1:
            raise config.refuse("separator", "separator has to be single character like , or ;")
        self.trim = config.boolean("trim", False)
        self.empty_value = config.object("empty_value") if "empty_value" in config.left else None
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.targets = config.list("target_fields")
        if not self.targets:
            raise config.refuse("target_fields", "target fields list can't be empty")
        string_array(self.targets)

    def process(self, document: IngestDocument, value: str) -> None:
        _CsvLine(self, document, value).parse()


class _CsvLine:
    """CsvParser: a line, walked character by character."""

    def __init__(self, csv: Csv, document: IngestDocument, line: str) -> None:
        self.csv = csv
        self.document = document
        self.line = line
        self.at = 0
        self.start = 0
        self.header = 0
        self.built = ""

    def parse(self) -> None:
        """CsvParser.process"""
        state: str | None = "start"
        while self.at < len(self.line) and state is not None:
            state = getattr(self, f"_{state}")()
            self.at += 1
        if state == "unquoted":
            self._set(len(self.line))
        elif state == "quoted_end":
            self._set(len(self.line) - 1)
        elif state == "quoted":
            raise IllegalArgumentException("Unmatched quote")

    def _start(self) -> str | None:
        csv = self.csv
        while self.at < len(self.line):
            char = self.line[self.at]
            if char == csv.quote:
                self.built = ""
                self.start = self.at + 1
                return "quoted"
            if char == csv.separator:
                self.start += 1
                self.built = ""
                if self._set(self.start):
                    return None
            elif char in " \t":
                if csv.trim:
                    self.start += 1
            else:
                self.built = ""
                return "unquoted"
            self.at += 1
        return None

    def _unquoted(self) -> str | None:
        csv = self.csv
        spaces = 0
        while self.at < len(self.line):
            char = self.line[self.at]
            if char in "\n\r" or char == csv.quote:
                raise IllegalArgumentException(f"Illegal character inside unquoted field at {self.at}")
            if char == csv.separator:
                if self._set(self.at - spaces):
                    return None
                self.start = self.at + 1
                return "start"
            spaces = spaces + 1 if csv.trim and char in " \t" else 0
            self.at += 1
        return "unquoted"

    def _quoted(self) -> str | None:
        while self.at < len(self.line):
            if self.line[self.at] == self.csv.quote:
                return "quoted_end"
            self.at += 1
        return "quoted"

    def _quoted_end(self) -> str | None:
        csv = self.csv
        if self.line[self.at] == csv.quote:
            self.built += self.line[self.start : self.at - 1] + csv.quote
            self.start = self.at + 1
            return "quoted"
        is_set = False
        while self.at < len(self.line):
            char = self.line[self.at]
            if char == csv.separator:
                if not is_set and self._set(self.at - 1):
                    return None
                self.start = self.at + 1
                return "start"
            if char not in " \t":
                raise IllegalArgumentException(f"character '{char}' after quoted field at {self.at}")
            if not is_set:
                if self._set(self.at - 1):
                    return None
                is_set = True
            self.at += 1
        return None

    def _set(self, end: int) -> bool:
        """Give a value to its field; true behind the last of them."""
        value = self.built + self.line[self.start : end]
        name = self.csv.targets[self.header]
        if value:
            self.document.set(name, value)
        elif self.csv.empty_value is not None:
            self.document.set(name, self.csv.empty_value)
        self.header += 1
        return self.header == len(self.csv.targets)


# --- kv ---------------------------------------------------------------------------------------------------------------

_BRACKETS = re.compile(r"(^[\(\[<\"'])|([\]\)>\"']$)")


@processor("kv")
class KeyValue(Processor):
    """A text of keys and values, each to a field."""

    def read(self, config: Config) -> None:
        self.field = config.template("field")
        target = config.optional_string("target_field")
        self.target = config.template_of("target_field", target) if target else None
        self.field_split = config.string("field_split")
        self.value_split = config.string("value_split")
        self.trim_key = config.optional_string("trim_key")
        self.trim_value = config.optional_string("trim_value")
        self.prefix = config.optional_string("prefix") or ""
        self.strip_brackets = config.boolean("strip_brackets", False)
        self.include = config.optional_list("include_keys")
        self.exclude = config.optional_list("exclude_keys")
        self.ignore_missing = config.boolean("ignore_missing", False)

    def execute(self, document: IngestDocument) -> bool:
        target = render(self.target, document) if self.target is not None else ""
        prefix = f"{target}.{self.prefix}" if target else self.prefix
        for split in (self.field_split, self.value_split):
            if len(split) > 2 or (len(split) == 2 and split[0] != "\\"):
                compile_pattern(split)
        for trim in (self.trim_key, self.trim_value):
            self._trimmed("", trim)
        path = render(self.field, document)
        if not path or not document.has(path, True):
            if self.ignore_missing:
                return True
            raise IllegalArgumentException(
                f"field [{path}] doesn't exist" if path else "field path cannot be null nor empty"
            )
        value = document.get(path, "java.lang.String", self.ignore_missing)
        if value is None:
            if self.ignore_missing:
                return True
            raise IllegalArgumentException(f"field [{path}] is null, cannot extract key-value pairs. ")
        for part in java_split(value, self.field_split):
            pair = java_split(part, self.value_split, 2)
            if len(pair) != 2:
                raise IllegalArgumentException(f"field [{path}] does not contain value_split [{self.value_split}]")
            key = self._trimmed(pair[0], self.trim_key)
            if (self.include is not None and key not in self.include) or (self.exclude and key in self.exclude):
                continue
            found = _BRACKETS.sub("", pair[1]) if self.strip_brackets else pair[1]
            name, found = prefix + key, self._trimmed(found, self.trim_value)
            if document.has(name):
                document.append(name, found)
            else:
                document.set(name, found)
        return True

    @staticmethod
    def _trimmed(value: str, trim: str | None) -> str:
        if trim is None:
            return value
        return compile_pattern(f"(^([{trim}]+))|([{trim}]+$)").replace(value, "")


# --- patterns ---------------------------------------------------------------------------------------------------------


@processor("dissect")
class Dissect(ReadsText):
    """A text with delimiters, each part to a field."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        pattern = config.string("pattern")
        separator = config.string("append_separator", "")
        self.ignore_missing = config.boolean("ignore_missing", False)
        self.parser = DissectParser(pattern, separator)

    def process(self, document: IngestDocument, value: str) -> None:
        for name, found in items(HashMap(self.parser.parse(value))):
            document.set(name, found)


_MATCH_INDEX = "_ingest._grok_match_index"


@processor("grok")
class GrokProcessor(ReadsText):
    """What the named parts of a pattern match, each to a field."""

    def read(self, config: Config) -> None:
        self.field = config.string("field")
        patterns = config.list("patterns")
        self.trace = config.boolean("trace_match", False)
        self.ignore_missing = config.boolean("ignore_missing", False)
        capture_all = config.boolean("capture_all_matches", False)
        if not patterns:
            raise config.refuse("patterns", "List of patterns must not be empty")
        definitions = config.optional_map("pattern_definitions")
        self.count = len(patterns)
        bank = {**builtin_patterns(), **(definitions or {})}
        try:
            if list(patterns) == [None]:
                raise NullPointerException(
                    'Cannot invoke "String.getBytes(java.nio.charset.Charset)" because "grokPattern" is null'
                )
            # Among several, a null is joined to the others as Java writes it.
            texts = [text(cast(one, "java.lang.String")) for one in patterns]
            named = {name: cast(one, "java.lang.String") for name, one in bank.items()}
            self.grok = Grok(named, combined(texts, _MATCH_INDEX if self.trace else None), capture_all)
        except OpenSearchError as error:
            raise config.refuse(
                "patterns", f"Invalid regex pattern found in: {text(list(patterns))}. {error.reason}"
            ) from None

    def process(self, document: IngestDocument, value: str) -> None:
        matches = self.grok.captures(value)
        if matches is None:
            raise IllegalArgumentException(f"Provided Grok expressions do not match field value: [{value}]")
        for name, found in items(HashMap(matches)):
            document.set(name, found)
        if self.trace:
            index = "0"
            if self.count > 1:
                index = next(iter(document.get(_MATCH_INDEX)), "0")
            document.set(_MATCH_INDEX, index)
