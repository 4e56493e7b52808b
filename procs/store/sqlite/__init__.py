"""SQLite as the store's database: connection, write lock, files, schema.

Only `procs.store.database` imports this room; nothing here imports another module of the store.
"""
