"""How a connection's statements go to the server: in its words, several in one message.

Only `procs.store.postgresql` imports this room.
"""
