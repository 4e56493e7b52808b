"""Waits that Telegram imposed."""

from procs.store.limits import flood_waits
from tests.contract.conftest import Desk

ROWS = "SELECT scope FROM waits ORDER BY scope"


def test_a_wait_that_was_over_long_ago_leaves_no_row(desk: Desk) -> None:
    now = desk.clock.now()
    flood_waits.note_wait(desk.db, "chat:1", now.wall + 5)
    flood_waits.note_wait(desk.db, "chat:2", now.wall + 5 + flood_waits.KEPT)
    flood_waits.note_wait(desk.db, "chat:3", now.wall + 10 + 2 * flood_waits.KEPT)
    desk.clock.skip(flood_waits.KEPT + 10)

    assert flood_waits.prune(desk.db, now=desk.clock.now()) == 1

    assert desk.db.all(ROWS) == [("chat:2",), ("chat:3",)]
    assert flood_waits.wait_until(desk.db, "chat:3") == now.wall + 10 + 2 * flood_waits.KEPT
