"""Telegram's numbered sequences of updates: our place, gaps, getDifference.

`procs.telegram.session` and the bot import `update_client`.
"""
