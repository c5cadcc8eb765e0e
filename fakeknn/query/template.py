"""template: a query that is read when the search is rewritten, before a shard is asked (TemplateQueryBuilder).

The variables that it may name are those of search pipelines, of which none is faked: it is read as it stands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar

from fakeknn.errors import IllegalArgumentException, OpenSearchError
from fakeknn.query.base import Query
from fakeknn.query.parsing import parse_query, register
from fakeknn.query.wrapper import Broken
from fakeknn.xcontent import generator, hashed, objects
from fakeknn.xcontent.astray import parse_written


@dataclass(frozen=True, eq=False, kw_only=True)
class BrokenTemplate(Broken):
    """A template that gives no query."""

    kind: ClassVar[str] = "template"

    def members(self) -> dict[str, Any]:
        return {"template": self.source}


@register("template")
def parse_template(container: Any, key: Any) -> Query:
    content = hashed(objects.whole(container, key))
    if not content:
        empty = IllegalArgumentException("Template string cannot be empty. A valid template must be provided.")
        return BrokenTemplate(source=content, error=empty)
    source = generator.dump(content)
    try:
        return replace(parse_written(source, lambda tree: parse_query([tree], 0)), unwrapped=True)
    except OpenSearchError as cause:
        refused = IllegalArgumentException(f"Failed to rewrite template query: {source.decode()}")
        refused.__cause__ = cause
        return BrokenTemplate(source=content, error=refused)
