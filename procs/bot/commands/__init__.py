"""Handlers of commands and buttons.

The bot's `intake` imports it.
"""
