"""Painless, the language of OpenSearch's scripts: compiled to Python code, and to numpy where a script allows."""

from __future__ import annotations

from fakeknn.painless.columns import Columns, Numbers, Vectors
from fakeknn.painless.convert import java_value, json_value, script_field
from fakeknn.painless.library_doc import Doc, DocMap
from fakeknn.painless.script import Script, compile

__all__ = [
    "Columns",
    "Doc",
    "DocMap",
    "Numbers",
    "Script",
    "Vectors",
    "compile",
    "java_value",
    "json_value",
    "script_field",
]
