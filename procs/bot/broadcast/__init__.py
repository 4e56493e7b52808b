"""Broadcasts in the bot: how an admin writes, tries and begins one, and what is told of it after.

`admin/panel/admin_set.py` imports `broadcast_page`, the bot's `__main__` imports `progress_sender`;
workers send (`procs/worker/broadcast`).
"""
