"""What a command writes between the comparison and the switch is not lost without a word."""

import pytest

from procs.store.database import Database, open_database
from procs.store.jobs import pause_control
from procs.store.move import change_notes
from tests.contract.conftest import Clock, Desk
from tests.contract.move.test_store_move import database_kind, day, opened, silent, to
from tests.contract.place import Place

__all__ = ["database_kind", "to"]
pytestmark = pytest.mark.postgresql
PAUSED = "SELECT scope FROM pauses ORDER BY scope"


def test_what_was_written_after_the_comparison_is_seen_and_brought(
    db: Database, place: Place, to: Place, clock: Clock
) -> None:
    day(Desk(db, clock), 1)
    with opened(place, to) as move:
        move.copy(silent)
        assert (move.end(silent), move.has_all()) == ([], True)
        pause_control.pause(db, "site:a.test", why="", now=clock.now())
        day(Desk(db, clock), 2)
        assert not move.has_all()

        assert (move.end(silent), move.has_all()) == ([], True)
        last = change_notes.latest(move.old)
        move.hand_over()
        pause_control.pause(db, "site:b.test", why="", now=clock.now())
        late = move.forget(last)

    new = open_database(to.url, run=to.run)
    assert new.all(PAUSED) == [("site:a.test",)]
    assert late == ["pauses"]
    new.close()
