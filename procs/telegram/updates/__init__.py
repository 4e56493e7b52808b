"""Telegram's numbered streams of updates: what was heard, what is missing, and how it is asked for.

`procs.telegram.session` and the bot import `update_client`.
"""
