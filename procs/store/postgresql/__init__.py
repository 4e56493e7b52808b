"""PostgreSQL as the store's database: connection, dialect, faults, migration.

Only `procs.store.database` imports this room, and only for an address of this kind; nothing here
imports another module of the store: the steps of the schema come in as an argument.
"""
