"""A database with the tables of today, copied from one that was migrated once: a migration waits
for the disk at each of its steps, and most tests are about something else."""

import tempfile
from functools import cache
from pathlib import Path

from procs.store.database import migrate

SQLITE = "sqlite:///"


@cache
def template() -> bytes:
    """The file of an empty database; it has no log beside it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "chapar.db"
        migrate(f"{SQLITE}{file}", run=Path(folder) / "run")
        return file.read_bytes()


def fresh(url: str, *, run: Path) -> None:
    """Make the database of `url`, which is not there yet."""
    if not url.startswith(SQLITE):
        return migrate(url, run=run)
    file = Path(url.removeprefix(SQLITE))
    assert not file.exists()
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    file.touch(mode=0o600)
    file.write_bytes(template())
    return None
