"""`chapar move`: to another kind of database and back, with the processes stopped for seconds.

The commands import `move_command`. Whatever ends a move, processes run afterwards, on the database
that the file of settings names: `pause_guard` is a process of its own for that.
"""
