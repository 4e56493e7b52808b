"""Inline mode: `@bot link` and `@bot words` in any chat, and the messages that come of it.

`intake` imports `inline_mode`, which puts the others together; `assembly` imports `inline_board`.
"""
