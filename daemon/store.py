"""The database of one home, opened for one command."""

from collections.abc import Iterator
from contextlib import contextmanager

from daemon.errors import Refused
from procs.config import Settings
from procs.store.database import Database, open_database, path_of


@contextmanager
def opened(settings: Settings, *, cap: int = 0) -> Iterator[Database]:
    """The database, closed at the end. `cap` instead of the configured one, for a command that asks
    for something itself. Raises Refused before the first start, StoreError."""
    if not path_of(settings.database_url).exists():
        raise Refused(f"nothing was ever started on {settings.home}; run: chapar up -d --no-bot")
    seats = cap or settings.max_downloads_per_user
    db = open_database(settings.database_url, run=settings.run, cap=seats)
    try:
        yield db
    finally:
        db.close()
