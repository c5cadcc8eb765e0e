"""What the real parser says of a script that does not parse."""

from __future__ import annotations

from fakeknn.painless.throwable import CompileFault, fault


def explain(source: str) -> CompileFault:
    """The complaint about a script that has a lexical or a syntax error."""
    return fault(0, "invalid sequence of tokens")
