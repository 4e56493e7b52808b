"""Why a backup could not be taken, read or restored."""

from procs.errors import ChaparError


class BackupFailed(ChaparError):
    """The message says why in one sentence, and what to do."""


class BackupUnopened(BackupFailed):
    """The key here does not open the file now, which says nothing of the file: it stays what it
    was known as."""


class BackupBusy(BackupFailed):
    """Another process takes, checks or restores one on this home."""

    def __init__(self) -> None:
        super().__init__("another backup or restore runs on this home; wait for it to end")
