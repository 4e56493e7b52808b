"""What commands share: tables, refusals, and the opened database.

The commands import it.
"""
