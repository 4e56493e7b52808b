"""Whether the files of an open database still have their names.

Only `procs.store.sqlite` imports this room.
"""
