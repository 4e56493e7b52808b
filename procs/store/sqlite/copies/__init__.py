"""Copies of a database that is in use, and what is wrong with a file of one.

Only `procs.store.database` imports this room.
"""
