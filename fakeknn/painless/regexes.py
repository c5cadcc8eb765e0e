"""``java.util.regex`` patterns on the ``regex`` module."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import regex

from fakeknn.painless.regex_syntax import PatternReader


@lru_cache(maxsize=512)
def compile_regex(pattern: str, flags: int = 0) -> Any:
    """A compiled Java pattern; raises ``PatternSyntaxException``."""
    return regex.compile(PatternReader(pattern, flags).read(), regex.V1)
