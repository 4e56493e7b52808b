"""The files and folders under CHAPAR_HOME."""

from dataclasses import dataclass
from pathlib import Path

#: The file in `run` that says why the last backup by schedule failed.
BACKUP_FAILURE, BACKUP_TURN = "backup-failure", "backup-turn"


class HomePaths:
    """The files and folders below `home`."""

    __slots__ = ()
    home: Path

    @property
    def run(self) -> Path:
        """Sockets and locks."""
        return self.home / "run"

    @property
    def jobs(self) -> Path:
        """A folder for each lease."""
        return self.home / "jobs"

    @property
    def outbox(self) -> Path:
        """The folder from which `chapar fetch` collects files."""
        return self.home / "outbox"

    @property
    def sessions(self) -> Path:
        """Sign-ins with Telegram."""
        return self.home / "sessions"

    @property
    def logs(self) -> Path:
        """Log files of supervisord and of all programs."""
        return self.home / "logs"

    @property
    def engines(self) -> Path:
        """Versions of yt-dlp, a folder for each."""
        return self.home / "engines"

    @property
    def cache(self) -> Path:
        """What is made anew when it is missing: caches of the engine and of charts."""
        return self.home / "cache"

    @property
    def ballast(self) -> Path:
        """The file that is deleted when the disk is full."""
        return self.home / "ballast"

    @property
    def database_mark(self) -> Path:
        """Names the database that this home was started with, so that a lost one is missed."""
        return self.home / "database"


@dataclass(frozen=True, slots=True)
class HomeSettings(HomePaths):
    """The home alone."""

    home: Path
