"""Parses a text into links and wishes: vocabulary, tokens, phrases.

Others import `link` and `wish_reader`; the rest is the grammar's own.
"""
