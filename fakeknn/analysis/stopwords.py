"""The stop words of the languages."""

from __future__ import annotations

_ENGLISH = """
a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was
will with
"""
ENGLISH = frozenset(_ENGLISH.split())
