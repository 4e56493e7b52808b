"""People: users, preferences, usage, and replies that were sent lately.

The bot, the worker and commands import its modules.
"""
