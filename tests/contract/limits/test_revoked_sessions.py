"""Sign-ins that Telegram took away."""

from procs.store.limits import revoked_sessions
from tests.contract.conftest import Desk


def test_a_lost_sign_in_is_lost_until_it_is_another(desk: Desk) -> None:
    now = desk.clock.now()
    revoked_sessions.note_lost(desk.db, "slot-0", mark="7:a", why="AUTH_KEY_UNREGISTERED", now=now)

    assert revoked_sessions.is_lost(desk.db, "slot-0", mark="7:a")
    assert not revoked_sessions.is_lost(desk.db, "slot-1", mark="7:a")
    assert not revoked_sessions.is_lost(desk.db, "slot-0", mark="8:a")
    assert revoked_sessions.unresolved(desk.db) == []


def test_the_first_refusal_tells_since_when(desk: Desk) -> None:
    first = desk.clock.now()
    for now in (first, desk.clock.now()):
        revoked_sessions.note_lost(desk.db, "bot", mark="7:a", why="SESSION_REVOKED", now=now)

    assert [one.since for one in revoked_sessions.unresolved(desk.db)] == [first.wall]
