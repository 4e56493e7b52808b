"""Why a backup could not be taken, read or restored."""

from procs.errors import ChaparError


class BackupFailed(ChaparError):
    """The message says why in one sentence, and what to do."""


class BackupBusy(BackupFailed):
    """Another process takes, checks or restores one on this home."""

    def __init__(self) -> None:
        super().__init__("another backup or restore runs on this home; wait for it to end")
