"""Alerts as admins read them, each told once.

The bot's `__main__` imports `alert_sender`.
"""
