"""The database of a process, as the rest of the product imports it."""

from procs.store.sqlite.connection import Database, Facts, Row, open_database, path_of

__all__ = ["Database", "Facts", "Row", "open_database", "path_of"]
