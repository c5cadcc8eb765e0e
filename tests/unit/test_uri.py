"""Addresses as java.net.URI reads them; the texts are those that the real server answered."""

from __future__ import annotations

import pytest

from fakeknn.errors import URISyntaxException
from fakeknn.uri import Uri


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("http://u:p@h:9200/x%20y?y=[1]#z", Uri("http", "h", 9200, "/x y")),
        ("http://[::1]:9200", Uri("http", "[::1]", 9200, "")),
        ("http://[fe80::1%eth0]:1/", Uri("http", "[fe80::1%eth0]", 1, "/")),
        ("http://10.1.2.3:1", Uri("http", "10.1.2.3", 1, "")),
        ("http://a_b:9200", Uri("http", None, -1, "")),
        ("http://ä:9200", Uri("http", None, -1, "")),
        ("http://otherhost:92x", Uri("http", None, -1, "")),
        ("http://h:/x", Uri("http", "h", -1, "/x")),
        ("http:///x", Uri("http", None, -1, "/x")),
        ("//_cluster/health/x", Uri(None, None, -1, "/health/x")),
        ("mailto:x", Uri("mailto", None, -1, None)),
        ("", Uri(None, None, -1, "")),
        ("foo", Uri(None, None, -1, "foo")),
    ],
)
def test_parts(text: str, uri: Uri) -> None:
    assert Uri.parse(text) == uri


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("https://<REST>:9200", "Illegal character in authority at index 8"),
        ("http://a b:9200", "Illegal character in authority at index 8"),
        ("http://[::1:9200", "Expected closing bracket for IPv6 address at index 16"),
        ("http://a%zz:9200", "Malformed escape pair at index 8"),
        ("http://a:9200/p q", "Illegal character in path at index 15"),
        ("/x?a{", "Illegal character in query at index 4"),
        ("/x#a#", "Illegal character in fragment at index 4"),
        ("<x>", "Illegal character in path at index 0"),
        ("1http://a:9200", "Illegal character in scheme name at index 0"),
        ("://a", "Expected scheme name at index 0"),
        ("http:", "Expected scheme-specific part at index 5"),
        ("http://", "Expected authority at index 7"),
    ],
)
def test_what_is_wrong(text: str, why: str) -> None:
    with pytest.raises(URISyntaxException) as caught:
        Uri.parse(text)
    assert caught.value.reason == f"{why}: {text}"
