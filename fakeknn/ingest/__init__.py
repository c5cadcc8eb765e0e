"""Ingest: pipelines of processors that change documents before they are written.

A document under way holds Java's values, as Painless has them, so that classes in messages, the order of fields and
scripts are the real server's. ``service`` keeps a node's pipelines and runs them on the requests of a bulk.
"""

from __future__ import annotations

from fakeknn.ingest import control, dating, fields, hashing, parsing, strings  # noqa: F401  (they register processors)
