"""Outcomes and new requests beside one another: each stopped before its commit while another one
comes that is about the same, or about something else."""

from collections.abc import Callable, Iterator

import psycopg
import pytest

from procs.errors import StoreAway
from procs.records.job import Ask, Lane, Lease, State
from procs.store.database import Database, migrate
from procs.store.jobs import leases, outcomes
from procs.store.postgresql.server_connection import ServerConnection
from procs.store.requests import duplicates, requests
from procs.store.requests.requests import Submitted
from tests.contract.conftest import Desk
from tests.contract.place import Place
from tests.contract.postgresql.aside import Aside, faults

pytestmark = pytest.mark.postgresql
ENTRY = "UPDATE requests SET parent = :parent, place = :place WHERE id = :request"
STATES = "SELECT id, state FROM requests ORDER BY id"
NUMBERS = "SELECT id FROM jobs ORDER BY id"


@pytest.fixture
def other(place: Place) -> Iterator[Database]:
    other = place.open()
    yield other
    other.close()


def ask_for(desk: Desk, user: int, key: str) -> Ask:
    desk.messages += 1
    return Ask(user, user, desk.messages, 0, desk.link(key))


def asks(desk: Desk, user: int, key: str) -> Callable[[Database], Submitted]:
    """That a person sends a link, over whichever connection."""
    ask, now = ask_for(desk, user, key), desk.clock.now()
    return lambda db: requests.submit(db, [ask], now=now)[0]


def downloads(desk: Desk, lease: Lease) -> Callable[[Database], int]:
    """That a download ends."""
    media, now = desk.media(lease.link.key.removeprefix("url:")), desk.clock.now()
    return lambda db: outcomes.finish_download(db, lease, media, keys={media.key}, now=now)


def fails(desk: Desk, lease: Lease) -> Callable[[Database], str]:
    now = desk.clock.now()
    return lambda db: outcomes.fail(db, lease, error="gone", say="gone", now=now)


def test_requests_of_two_people_wait_for_nothing(
    desk: Desk, db: ServerConnection, other: Database
) -> None:
    with db.write(full=True, only=("user 1", "link url:a")):
        mine = asks(desk, 1, "a")(db)
        theirs = asks(desk, 2, "b")(other)

    assert mine.job != theirs.job
    assert [mine.outcome, theirs.outcome] == ["queued", "queued"]
    assert faults(db) == []


def test_two_who_ask_for_one_link_at_once_are_one_download(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    with db.write(full=True, only=duplicates.names([ask_for(desk, 1, "a")])):
        first = asks(desk, 1, "a")(db)
        late = Aside(place, asks(desk, 2, "a"))
        assert late.waits(db)

    second = late.end()
    assert isinstance(second, Submitted)
    assert (second.outcome, second.job) == ("joined", first.job)
    assert faults(db) == []


def test_who_asks_while_the_download_ends_gets_what_was_downloaded(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    with db.write(full=True, only=("user 1",)):
        assert downloads(desk, lease)(db) == 1
        late = Aside(place, asks(desk, 2, "a"))
        assert late.waits(db)

    told = late.end()
    assert isinstance(told, Submitted)
    assert told.outcome == "cached"
    assert faults(db) == []


def test_a_download_that_ends_while_somebody_joins_it_is_delivered_to_both(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    desk.asks(1, "a")
    (lease,) = desk.claim(desk.worker())
    with db.write(full=True, only=duplicates.names([ask_for(desk, 2, "a")])):
        assert asks(desk, 2, "a")(db).outcome == "joined"
        late = Aside(place, downloads(desk, lease))
        assert late.waits(db)

    assert late.end() == 2
    assert faults(db) == []


def test_a_download_that_two_wait_for_gives_the_other_one_a_seat_that_is_free(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    """Its delivery to the second person is added while that one's own deliveries end."""
    desk.asks(1, "a")
    desk.asks(2, "a")
    (lease,) = desk.claim(desk.worker())
    with db.write(full=True, only=("user 2", "link url:b")):
        another = asks(desk, 2, "b")(db)
        late = Aside(place, downloads(desk, lease))
        assert late.waits(db)

    assert late.end() == 2
    assert another.outcome == "queued"
    assert faults(db) == []


def test_the_last_two_entries_of_a_list_end_it_though_neither_sees_the_others_end(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    """The entries run as other people's downloads, who asked for the same before."""
    for user, key in ((1, "a"), (2, "b")):
        desk.asks(user, key)
    ((whole,), (one,), (two,)) = (desk.asks(3, key) for key in ("list", "a", "b"))
    with db.write():
        for n, entry in enumerate((one, two)):
            facts = {"parent": whole.request, "place": n, "request": entry.request}
            db.change(ENTRY, facts)
    held = {lease.user: lease for lease in desk.claim(desk.worker(), room=9)}
    with db.write(full=True, only=("user 1",)):
        fails(desk, held[1])(db)
        late = Aside(place, fails(desk, held[2]))
        assert late.waits(db)

    late.end()
    assert dict(db.all(STATES))[whole.request] == "failed"


def test_deliveries_to_two_people_end_beside_one_another(
    desk: Desk, db: ServerConnection, other: Database
) -> None:
    for user in (1, 2):
        desk.asks(user, "a")
    (lease,) = desk.claim(desk.worker())
    downloads(desk, lease)(db)
    held = {one.user: one for one in desk.claim(desk.worker("w01-1"), 2, Lane.LIGHT)}
    now = desk.clock.now()
    with db.write(full=True, only=("user 1",)):
        for user, connection in ((1, db), (2, other)):
            request = held[user].delivery.request
            outcomes.finish_delivery(connection, held[user], request, worker="w", now=now)

    assert [state for _, state in db.all(STATES)] == ["delivered", "delivered"]
    assert faults(db) == []


def test_a_failed_attempt_goes_beside_another_persons(
    desk: Desk, db: ServerConnection, other: Database
) -> None:
    for user, key in ((1, "a"), (2, "b")):
        desk.asks(user, key)
    held = {one.user: one for one in desk.claim(desk.worker(), room=2)}
    now = desk.clock.now()
    with db.write(full=True, only=("user 1",)):
        leases.retry(db, held[1], delay=5, now=now, error="busy")
        leases.postpone(other, held[2], delay=5, now=now, why="busy")

    assert {state for (state,) in db.all("SELECT state FROM jobs")} == {State.LATER}


def test_numbers_begin_behind_what_a_version_of_before_wrote(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    first = desk.asks(1, "a")[0].job
    with db.write():
        db.change("UPDATE jobs SET id = 500, seat = NULL, state = 4")
    assert desk.asks(1, "b")[0].job > 500 > first
    with db.write():
        db.change("UPDATE jobs SET id = 900 WHERE id > 500")

    migrate(place.url, run=place.run)

    drawn = "SELECT PG_SEQUENCE_LAST_VALUE(PG_GET_SERIAL_SEQUENCE('jobs', 'id'))"
    assert db.all(drawn) == [(900,)]


def test_a_number_that_a_version_of_before_took_at_the_same_moment_is_not_taken_again(
    desk: Desk, db: ServerConnection, place: Place
) -> None:
    """That version counts what it sees; ours waits for its commit, and draws another number."""
    desk.asks(1, "a")
    copy = """
    INSERT INTO jobs (id, user_id, lane, state, at, kind, payload, story)
    SELECT MAX(id) + 1, 9, 1, 4, 0, 'fetch', MAX(payload), '' FROM jobs
    """
    with psycopg.connect(place.url) as old:
        old.execute(copy)
        late = Aside(place, lambda other: requests_until_taken(desk, other))
        assert late.waits(db, "transactionid")
        old.commit()

    assert isinstance(late.end(), Submitted)
    assert len(db.all(NUMBERS)) == 3


def requests_until_taken(desk: Desk, db: Database) -> Submitted:
    """As the bot, which keeps a message until the store has it."""
    ask = asks(desk, 2, "b")
    try:
        return ask(db)
    except StoreAway:
        return ask(db)
