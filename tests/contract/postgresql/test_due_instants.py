"""What an instant alone makes due is not late at a database at rest: the rest ends before it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from procs.core import clock as clocks
from procs.keeper.metrics import readiness
from procs.store.health import alerts, notifications, round_trips, workers
from procs.store.jobs import leases
from procs.store.machines import machine_rows
from procs.store.modes import mode_rules
from procs.store.people import passing_messages
from procs.store.postgresql import rest_look
from procs.store.postgresql.server_channel import ServerChannel
from procs.store.postgresql.server_connection import ServerConnection
from procs.store.sites import link_checks
from procs.worker.loop import REST_BEAT
from tests.contract.conftest import Desk
from tests.contract.place import Place

pytestmark = pytest.mark.postgresql
DUE_COLUMNS = """
SELECT CAST(table_name AS TEXT), CAST(column_name AS TEXT) FROM information_schema.columns
 WHERE table_schema = CURRENT_SCHEMA()
   AND column_name IN ('due', 'due_at', 'owed_at', 'starts', 'ends')
   AND table_name IN (SELECT table_name FROM information_schema.tables
                       WHERE table_type = 'BASE TABLE')
"""
#: One row of each table whose instant is `:at`.
ROWS = {
    "card": "INSERT INTO cards (request, usual, timeout, due_at) VALUES (:request, '', 1, :at)",
    "message that is deleted": """
        INSERT INTO passing_messages (chat, message, access, due_at) VALUES (1, 1, 1, :at)""",
    "source": """
        INSERT INTO sources (url, site, key, due_at) VALUES ('u', 's', 'k', :at)""",
    "follow": """
        INSERT INTO follows (source, person, form, state, since, owed_at)
        VALUES (:source, 1, '', 'on', 1, :at)""",
    "sponsor that begins": """
        INSERT INTO sponsors (chat, access, title, nick, link, own, place, starts, added_at)
        VALUES (1, 1, '', '', '', 0, 1, :at, 1)""",
    "sponsor that ends": """
        INSERT INTO sponsors (chat, access, title, nick, link, own, place, ends, added_at)
        VALUES (1, 1, '', '', '', 0, 1, :at, 1)""",
    "link to be checked": f"""
        INSERT INTO link_checks (site, url, at, error, detail, took, bytes)
        VALUES ('s', 'u', :at - {link_checks.DAY}, '', '', 1, 1)""",
    "link to be checked again": f"""
        INSERT INTO link_checks (site, url, at, error, detail, took, bytes)
        VALUES ('s', 'u', :at - {link_checks.SOON}, 'gone', '', 1, 1)""",
}


@pytest.fixture
def channel(place: Place) -> Iterator[ServerChannel]:
    channel = ServerChannel(place.url)
    yield channel
    channel.close()


def is_at_rest(channel: ServerChannel) -> bool:
    return channel.rest() is not None


@pytest.mark.parametrize("what", ROWS)
def test_the_rest_ends_before_an_instant_and_goes_on_when_nothing_came_of_it(
    desk: Desk, db: ServerConnection, channel: ServerChannel, what: str
) -> None:
    now, rests = clocks.now().wall, []
    facts = {"request": desk.asks(1, "a")[0].request, "source": 1}
    with db.write():
        db.change("DELETE FROM jobs")
        db.change("INSERT INTO sources (id, key, url, site) VALUES (1, 'other', 'u', 's')")
    for seconds in (3600.0, 5.0, -60.0, -3600.0):
        with db.write():
            db.change(f"DELETE FROM {ROWS[what].split()[2]}")
            db.change(ROWS[what], {**facts, "at": now + seconds})
        rests.append(is_at_rest(channel))

    assert rests == [True, False, False, True]


def test_every_column_that_says_when_something_is_due_is_known(db: ServerConnection) -> None:
    known = {(table, instant) for table, instant, _ in rest_look.INSTANTS}

    assert {(table, column) for table, column in db.all(DUE_COLUMNS)} <= known


def test_a_message_that_is_to_be_deleted_in_two_minutes_is_known_before(
    db: ServerConnection, channel: ServerChannel
) -> None:
    now = clocks.now()
    passing_messages.note(db, 1, 1, 1, now=now)
    assert is_at_rest(channel)

    passing_messages.note(db, 1, 1, 2, now=now, after=rest_look.AHEAD - 1)
    assert not is_at_rest(channel)


def test_a_machine_that_falls_silent_ends_the_rest_of_the_others(
    db: ServerConnection, channel: ServerChannel
) -> None:
    now = clocks.now()
    epoch = replace(now, boot=now.wall)  # where machines share a server, both clocks are its own
    facts = {"boot": "b", "home": "/h", "roles": "worker", "slots": 2, "version": "1"}
    machine_rows.beat(db, "m1", **facts, now=epoch)
    assert is_at_rest(channel)

    machine_rows.beat(db, "m1", **facts, now=replace(epoch, boot=now.wall - rest_look.GONE))
    assert not is_at_rest(channel)

    machine_rows.leave(db, "m1", now=epoch)
    assert is_at_rest(channel)


def test_a_worker_that_falls_silent_ends_the_rest_and_a_spare_one_which_beats_never_does_not(
    db: ServerConnection, channel: ServerChannel
) -> None:
    now = clocks.now()
    silent = replace(now, wall=now.wall - rest_look.HUNG, boot=now.wall - rest_look.HUNG)
    worker = workers.enter(db, "w00", now=silent)
    assert is_at_rest(channel)

    workers.serve(db, worker, slot=0, now=silent)
    assert not is_at_rest(channel)

    workers.beat(db, worker, jobs=0, now=replace(now, boot=now.wall))
    assert is_at_rest(channel)


def test_a_bot_that_asks_telegram_nothing_any_more_ends_the_rest(
    db: ServerConnection, channel: ServerChannel
) -> None:
    now = clocks.now()
    round_trips.note(db, round_trips.ANSWERED, now=now)
    assert is_at_rest(channel)

    round_trips.note(db, round_trips.ANSWERED, now=replace(now, wall=now.wall - rest_look.DEAF))
    assert not is_at_rest(channel)


def test_an_alert_ends_the_rest_until_it_is_told(
    db: ServerConnection, channel: ServerChannel
) -> None:
    now = clocks.now()
    alerts.note(db, "disk-low", "m1", now=now, lasts=True)
    assert not is_at_rest(channel)

    later = replace(now, wall=now.wall + notifications.GATHER)
    assert notifications.plan(db, [1], now=later)
    assert is_at_rest(channel)

    alerts.clear(db, ("disk-low",), "m1", now=now)
    assert not is_at_rest(channel)


def test_there_is_no_rest_while_a_rule_of_the_mode_goes_by_the_clock(
    db: ServerConnection, channel: ServerChannel
) -> None:
    now = clocks.now()

    def note(bad: bool, seconds: float) -> bool:
        later = replace(now, wall=now.wall + seconds)
        mode_rules.note(db, "memory", bad=bad, good=not bad, enter=30, leave=180, now=later)
        return is_at_rest(channel)

    assert note(False, 0)
    assert not note(True, 1)
    assert not note(True, 31)
    assert not note(False, 32)
    assert note(False, 213)


def test_the_silences_are_those_by_which_the_others_judge() -> None:
    assert rest_look.GONE == machine_rows.GONE_AFTER
    assert rest_look.HUNG == leases.LEASE
    assert rest_look.HUNG - rest_look.AHEAD > REST_BEAT
    assert rest_look.HUNG + rest_look.BEHIND > 2 * leases.LEASE
    assert rest_look.DEAF == readiness.TRIP_LIFE
    assert notifications.GATHER + max(notifications.GAPS) <= rest_look.TOLD
    assert (rest_look.DAY, rest_look.SOON, rest_look.AGAIN) == (
        link_checks.DAY,
        link_checks.SOON,
        link_checks.AGAIN,
    )


def test_a_database_with_many_commits_is_not_asked_for_its_jobs(
    db: ServerConnection, channel: ServerChannel
) -> None:
    channel.rest()
    with db.write():
        db.all(f"SELECT NEXTVAL('news') FROM GENERATE_SERIES(1, {2 * rest_look.BUSY})")

    assert not is_at_rest(channel)
    assert is_at_rest(channel)
