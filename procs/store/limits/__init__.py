"""Telegram's limits: the budget of messages, flood waits, sign-ins that were revoked.

`procs.telegram` imports its modules; the keeper prunes them.
"""
