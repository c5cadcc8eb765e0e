"""``java.util.regex``: patterns are read as Java reads them and written in the words of the ``regex`` module.

A reader is built up by what a pattern is made of: ``cursor`` (characters, flags), ``escapes``, ``classes``, ``reader``
(sequences, repetitions, groups). ``families`` are the sets that have names; ``pattern`` finds, matches and replaces.
"""
