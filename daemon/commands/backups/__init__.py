"""Commands about backups: take, list, verify, prune, restore.

The registry imports its modules.
"""
