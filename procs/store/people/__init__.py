"""People: who they are, what they prefer, what they used, what they were told lately.

The bot, the worker and commands import its modules.
"""
