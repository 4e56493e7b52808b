"""Inline mode: `@bot link` and `@bot words` in any chat, and the messages that come of it.

The bot's `__main__` imports `inline_mode`, which puts the others together.
"""
