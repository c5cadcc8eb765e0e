"""Stemmers: functions from a word to its stem, as Lucene's stem filters apply them."""
