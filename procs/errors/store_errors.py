"""What the database says no with."""

from procs.errors.base import ChaparError


class StoreError(ChaparError):
    """The database cannot be used as it is."""


class NewerDatabase(StoreError):
    """The database was written by a newer Chapar; upgrade the program, or restore a backup."""


class UnreadableText(StoreError):
    """A text in the database is no UTF-8; correct or delete its row."""


class StoreUnready(StoreError):
    """The database takes nothing for the moment. The same may be tried again later."""


class StoreFull(StoreUnready):
    """The disk under the database is full or fails; nothing was changed. Free space on it."""


class StoreAway(StoreUnready):
    """The server of the database is not there, or ended the connection. What was begun is undone;
    of a commit whose answer was lost nobody knows."""


class LeaseLost(ChaparError):
    """The job was given to somebody else meanwhile; write nothing more about it."""
