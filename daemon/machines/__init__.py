"""Commands to another of the machines that share a database: its own keeper obeys them.

The commands import its modules; what is asked of this machine is done without them.
"""
