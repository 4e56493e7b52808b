"""How a command speaks: its tables, its refusals, and the database it opens.

The commands import it.
"""
