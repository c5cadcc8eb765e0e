"""``String.split`` on a regular expression."""

from __future__ import annotations

from fakeknn.javaregex.pattern import compile_pattern


def java_split(text: str, pattern: str, limit: int = 0) -> list[str]:
    """The parts between matches: at most ``limit`` of them if that is positive; empty ones at the end are dropped if
    it is 0. An empty match at the beginning makes no part.
    """
    parts: list[str] = []
    at = 0
    for match in compile_pattern(pattern).find_all(text):
        if 0 < limit == len(parts) + 1:
            break
        if at == 0 and match.start() == match.end() == 0:
            continue
        parts.append(text[at : match.start()])
        at = match.end()
    if at == 0 and not parts:
        return [text]
    parts.append(text[at:])
    if limit == 0:
        while parts and not parts[-1]:
            parts.pop()
    return parts
