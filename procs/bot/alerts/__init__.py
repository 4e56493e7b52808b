"""Alerts for admins: each is sent once.

The bot's `__main__` imports `alert_sender`.
"""
