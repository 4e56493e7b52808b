"""The store: one database, and the only place where SQL is written.

Callers pass an opaque `Database` to functions and get plain records back, so that another database
can stand behind the same functions.
"""
