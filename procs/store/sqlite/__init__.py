"""SQLite as the database of the store: its connection, its write lock, its files, its schema.

Only `procs.store.database` imports this room; nothing here imports another module of the store.
"""
