"""Similarities are built, and tried, as an index is made."""

from fakeknn.query.similarities import build_checked
from fakeknn.state.settings import similarities

similarities.BUILD[0] = build_checked
