"""A folder above that of the database is moved while a process has it open."""

from pathlib import Path

import pytest

from procs.core import clock
from procs.errors import StoreError
from procs.store.database import open_database
from procs.store.health import counters
from procs.store.sqlite.files.opened_files import BY_NAME
from tests.fresh_database import fresh

pytestmark = pytest.mark.sqlite


def test_a_write_asks_by_name_once_the_last_such_look_is_old(short_home: Path, monkeypatch) -> None:
    """The folder itself does not change by it."""
    home = short_home / "above" / "home"
    home.mkdir(parents=True)
    url, run = f"sqlite:///{home}/chapar.db", short_home / "run"
    fresh(url, run=run)
    db = open_database(url, run=run)
    wall, steady = clock.own_wall, clock.steady
    monkeypatch.setattr(clock, "own_wall", lambda: wall() + 60)
    for _ in range(2):
        counters.add(db, "kept")
    home.parent.rename(short_home / "elsewhere")

    monkeypatch.setattr(clock, "steady", lambda: steady() + 2 * BY_NAME)
    with pytest.raises(StoreError, match="was moved to|was taken away"):
        counters.add(db, "lost")

    (short_home / "elsewhere").rename(home.parent)
    counters.add(db, "kept")
    assert counters.read(db) == {"kept": 3}
    db.close()


def test_a_closed_connection_leaves_no_handle_open(short_home: Path) -> None:
    url, run = f"sqlite:///{short_home}/chapar.db", short_home / "run"
    fresh(url, run=run)
    before = set(Path("/proc/self/fd").iterdir())
    db = open_database(url, run=run)
    counters.add(db, "kept")

    db.close()

    assert not set(Path("/proc/self/fd").iterdir()) - before
