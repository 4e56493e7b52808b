"""From a text to links and wishes: vocabulary, tokens, phrases, what they mean together.

Others import `link` and `wish_reader`; the rest is the grammar's own.
"""
