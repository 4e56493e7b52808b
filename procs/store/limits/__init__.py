"""Telegram's limits: the budget of messages, flood waits, revoked sign-ins.

`procs.telegram` imports its modules; the keeper prunes them.
"""
