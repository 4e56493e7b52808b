"""A worker's counts are written whole, once, and kept while the disk is full."""

from collections.abc import Collection
from pathlib import Path

import pytest

from procs.errors import StoreFull
from procs.records.job import Kind
from procs.store.database import migrate, open_database
from procs.store.health import counters, histograms
from procs.worker.process.tallies import Tallies


class FullDatabase:
    """A database without room to write."""

    def write(self, *, full: bool = False, only: Collection[str] | None = None) -> None:
        raise StoreFull("no room")


def test_counts_are_written_once_and_kept_while_there_is_no_room(short_home: Path) -> None:
    url = f"sqlite:///{short_home}/chapar.db"
    migrate(url, run=short_home / "run")
    db, tallies = open_database(url, run=short_home / "run"), Tallies()
    tallies.ran(Kind.FETCH, "done", 3.0)
    tallies.note_traffic(500, {"forbidden": 2})

    tallies.write(FullDatabase())
    tallies.write(db)
    tallies.write(db)

    counts = counters.read(db)
    db.close()
    times = histograms.read(counts, "run")["fetch.done"]
    assert (times.count, times.seconds) == (1, pytest.approx(3.0))
    assert (counts["egress.bytes"], counts["egress.denied.forbidden"]) == (500, 2)
