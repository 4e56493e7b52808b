"""The bot's own session: receives messages and sends replies.

The bot imports it.
"""
