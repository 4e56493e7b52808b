"""Inline mode's rows: messages in foreign chats that become media.

The bot's `inline` room and the worker's `inline_delivery` import `inline_messages`, the
daemon's checks `inline_switches`.
"""
