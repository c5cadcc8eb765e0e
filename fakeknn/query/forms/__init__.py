"""What each kind of query is built into: its Lucene tree (``lucene``). A kind that is not listed explains itself."""

from fakeknn.query.forms import compounds, features, geo, knn, patterns, phrases, relations, terms, text
from fakeknn.query.forms.points import unbounded
from fakeknn.query.lucene.form import form, lucene, search_form

__all__ = [
    "compounds",
    "features",
    "form",
    "geo",
    "knn",
    "lucene",
    "patterns",
    "phrases",
    "relations",
    "search_form",
    "terms",
    "text",
    "unbounded",
]
