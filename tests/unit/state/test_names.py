"""Names and their rules: the texts were recorded from a real OpenSearch 3.5.0."""

from __future__ import annotations

import pytest

from fakeknn.errors import (
    IllegalArgumentException,
    InvalidAliasNameException,
    InvalidIndexNameException,
    OpenSearchParseException,
)
from fakeknn.state.names import (
    STRICT_EXPAND_OPEN,
    IndicesOptions,
    resolve_date_math,
    simple_match,
    validate_alias_name,
    validate_index_name,
)

FORBIDDEN = 'must not contain the following characters [ , ", *, \\, <, |, ,, >, /, ?]'
LONG = "x" * 256


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("Foo", "must be lowercase"),
        ("_x", "must not start with '_', '-', or '+'"),
        ("-x", "must not start with '_', '-', or '+'"),
        ("+x", "must not start with '_', '-', or '+'"),
        ("a,b", FORBIDDEN),
        ("a b", FORBIDDEN),
        ('a"b', FORBIDDEN),
        ("a\\b", FORBIDDEN),
        ("a*", FORBIDDEN),
        ("a:b", "must not contain ':'"),
        ("a#b", "must not contain '#'"),
        ("..", "must not be '.' or '..'"),
        (".", "must not be '.' or '..'"),
        (LONG, "index name is too long, (256 > 255)"),
        ("é" * 128, "index name is too long, (256 > 255)"),
    ],
)
def test_illegal_index_names(name: str, why: str) -> None:
    with pytest.raises(InvalidIndexNameException) as error:
        validate_index_name(name)
    assert error.value.reason == f"Invalid index name [{name}], {why}"
    assert error.value.meta == {"index": name, "index_uuid": "_na_"}


@pytest.mark.parametrize("name", ["logs-2026.11.23", "é", ".hidden", "a_b", "x" * 255, "0"])
def test_legal_index_names(name: str) -> None:
    validate_index_name(name)


def test_aliases_may_have_capitals_but_not_wildcards() -> None:
    validate_alias_name("Foo")
    with pytest.raises(InvalidAliasNameException) as error:
        validate_alias_name("a*")
    assert error.value.reason == f"Invalid alias name [a*]: {FORBIDDEN}"
    with pytest.raises(IllegalArgumentException, match="alias name is required"):
        validate_alias_name("")


def test_only_the_asterisk_is_special() -> None:
    assert simple_match("a*c", "abbc")
    assert simple_match("a[b]*", "a[b]c")
    assert not simple_match("a?c", "abc")
    assert simple_match("a?c*", "a?cd")
    assert not simple_match("a", "ab")
    assert simple_match("*\n*", "a\nb")


def test_options_from_parameters() -> None:
    def options(**params: str) -> IndicesOptions:
        return IndicesOptions.from_parameters(params, STRICT_EXPAND_OPEN)

    assert options() == STRICT_EXPAND_OPEN
    assert options(expand_wildcards="open,closed").expand_closed
    assert not options(expand_wildcards="open,none").expands
    assert options(ignore_unavailable="true").ignore_unavailable
    assert options(ignore_unavailable="") == STRICT_EXPAND_OPEN
    with pytest.raises(IllegalArgumentException, match=r"No valid expand wildcard value \[foo\]"):
        options(expand_wildcards="foo")
    with pytest.raises(IllegalArgumentException) as error:
        options(allow_no_indices="foo")
    assert error.value.reason == "Could not convert [allow_no_indices] to boolean"
    assert error.value.cause is not None
    assert error.value.cause.reason == "Failed to parse value [foo] as only [true] or [false] are allowed."


def echo(math: str, pattern: str | None, zone: str | None) -> str:
    return f"({math};{pattern};{zone})"


@pytest.mark.parametrize(
    ("expression", "name"),
    [
        ("logs", "logs"),
        ("<logs>", "logs"),
        ("<logs-{now/d}>", "logs-(now/d;None;None)"),
        ("<logs-{now/M{yyyy.MM}}-x>", "logs-(now/M;yyyy.MM;None)-x"),
        ("<{now/d{yyyy.MM.dd|+12:00}}>", "(now/d;yyyy.MM.dd;+12:00)"),
        ("<a\\{b\\}>", "a{b}"),
        ("<{}>", "(;None;None)"),
    ],
)
def test_date_math(expression: str, name: str) -> None:
    assert resolve_date_math(expression, echo) == name


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("<logs-{now/d>", "invalid dynamic name expression [logs-{now/d>]. date math placeholder is open ended"),
        ("<>", "nothing captured"),
        ("<logs-{now/d{}}>", "invalid dynamic name expression [now/d{}]. missing date format"),
        (
            "<logs}>",
            "invalid dynamic name expression [logs}>]. invalid character at position [5]. `{` and `}` are reserved "
            "characters and should be escaped when used as part of the index name using `\\` (e.g. `\\{text\\}`)",
        ),
    ],
)
def test_refused_date_math(expression: str, reason: str) -> None:
    with pytest.raises(OpenSearchParseException) as error:
        resolve_date_math(expression, echo)
    assert error.value.reason == reason
