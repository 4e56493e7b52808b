"""The bot's own session: what people write, and what is said to them.

The bot imports it.
"""
