"""How a connection runs its statements and transactions.

Only `procs.store.sqlite.connection` imports this room.
"""
