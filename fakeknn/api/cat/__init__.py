"""``_cat``: tables for people, one module per kind of thing that they list."""

from __future__ import annotations

from fakeknn.api.cat import cluster, indices, lists, nodes, overview, segments, shards  # noqa: F401
