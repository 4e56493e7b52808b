"""What the database says no with."""

from procs.errors.base import ChaparError


class StoreError(ChaparError):
    """The database cannot be used as it is."""


class NewerDatabase(StoreError):
    """The database was written by a newer Chapar; upgrade the program, or restore a backup."""


class StoreFull(StoreError):
    """The disk under the database is full or fails; nothing was changed. Free space on it."""


class LeaseLost(ChaparError):
    """The job was given to somebody else meanwhile; write nothing more about it."""
