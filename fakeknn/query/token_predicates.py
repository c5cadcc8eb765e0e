"""Scripts that judge tokens, for the token filters that ask them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fakeknn.analysis import scripted
from fakeknn.analysis.base import Token as AnalysedToken
from fakeknn.errors import IllegalArgumentException
from fakeknn.painless.library_opensearch import Token
from fakeknn.painless.script import compile
from fakeknn.query.script import check_language, compiling, script_of_settings


def predicate(name: str, settings: Mapping[str, Any]) -> scripted.Predicate:
    """AnalysisPredicateScript: compiled of the settings of the token filter ``name``."""
    script = script_of_settings(settings, "script")
    if script.id is not None:
        raise IllegalArgumentException(f"Cannot use stored scripts in tokenfilter [{name}]")
    check_language(script, "analysis")
    with compiling(script):
        compiled = compile(str(script.source), "analysis", {}, script.options)

    def accepts(token: AnalysedToken, increment: int) -> bool:
        told = Token(
            {
                "term": token.term,
                "position": token.position,
                "positionIncrement": increment,
                "positionLength": token.position_length,
                "startOffset": token.start,
                "endOffset": token.end,
                "type": token.type,
                "keyword": token.keyword,
            }
        )
        return bool(compiled.execute({"token": told}))

    return accepts


scripted.COMPILE[0] = predicate
