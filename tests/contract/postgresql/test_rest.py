"""A database at rest: which commits are news, and that none is missed."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from procs import config
from procs.bot.conversation.failure_boundary import repeat
from procs.bot.duty.bot_duty import BotDuty
from procs.core import clock as clocks
from procs.core.files import rest_file
from procs.errors import StoreError
from procs.store.health import counters, workers
from procs.store.jobs import leases
from procs.store.machines import bot_lease, database_clock, machine_rows
from procs.store.postgresql.server_channel import ServerChannel
from procs.store.postgresql.server_connection import ServerConnection
from tests.contract.conftest import Desk
from tests.contract.place import Place

pytestmark = pytest.mark.postgresql
#: When a session was asked last.
LAST = "SELECT query_start FROM pg_stat_activity WHERE pid = $1"


@pytest.fixture
def channel(place: Place) -> Iterator[ServerChannel]:
    channel = ServerChannel(place.url)
    yield channel
    channel.close()


def note(db: ServerConnection, channel: ServerChannel) -> None:
    """As the keeper does every few seconds."""
    mark = channel.rest()
    rest_file.write(db.run, mark, clocks.steady(), channel.bot_until)


def test_signs_of_life_leave_a_database_at_rest(
    desk: Desk, db: ServerConnection, channel: ServerChannel
) -> None:
    worker, lease = desk.worker(), bot_lease.BotLease(db, "m1")
    assert lease.take(now=desk.clock.now())
    before = channel.rest()

    workers.beat(db, worker, jobs=0, now=desk.clock.now())
    leases.renew(db, worker=worker, now=desk.clock.now())
    lease.renew(now=desk.clock.now())
    facts = {"boot": "b", "home": "/h", "roles": "worker", "slots": 2, "version": "1"}
    machine_rows.beat(db, "m1", **facts, now=desk.clock.now())

    assert before is not None
    assert channel.rest() == before


def test_any_other_commit_is_news(db: ServerConnection, channel: ServerChannel) -> None:
    before = channel.rest()
    counters.add(db, "something")

    assert channel.rest() != before


def test_there_is_no_rest_while_a_job_waits_or_runs(desk: Desk, channel: ServerChannel) -> None:
    desk.asks(1, "a")
    assert channel.rest() is None

    (lease,) = desk.claim(desk.worker())
    assert channel.rest() is None

    leases.retry(desk.db, lease, delay=60, now=desk.clock.now(), error="site-busy")
    assert channel.rest() is None


@pytest.mark.parametrize("full", [False, True])
def test_what_is_counted_and_not_committed_yet_is_news_when_it_is(
    db: ServerConnection, channel: ServerChannel, place: Place, full: bool
) -> None:
    """Who looked before the commit saw nothing of it."""
    before = channel.rest()
    with db.write(full=full):
        counters.add(db, "something")
        db.all("SELECT NEXTVAL('news')")
        assert channel.rest() == before

    assert channel.rest() not in (before, None)


def test_a_long_transaction_is_no_rest(db: ServerConnection, channel: ServerChannel) -> None:
    channel.rest()
    with db.write(full=True):
        counters.add(db, "something")
        db.all("SELECT 1")
        channel.rest()
        assert channel.rest() is None


def test_a_transaction_that_changed_nothing_is_no_news(
    db: ServerConnection, channel: ServerChannel
) -> None:
    before = channel.rest()
    with db.write():
        db.change("DELETE FROM counters WHERE value < 0")

    assert channel.rest() == before


def test_a_process_asks_nothing_while_its_database_rests(
    db: ServerConnection, channel: ServerChannel
) -> None:
    note(db, channel)
    db.changed()
    before = channel.session.execute(LAST, [db.session.info.backend_pid]).fetchone()

    assert [db.changed() for _ in range(3)] == [False] * 3
    after = channel.session.execute(LAST, [db.session.info.backend_pid]).fetchone()
    assert before == after


def test_what_another_machine_commits_ends_the_rest_of_this_one(
    db: ServerConnection, channel: ServerChannel, place: Place
) -> None:
    note(db, channel)
    db.changed()
    other = place.open()
    counters.add(other, "something")
    other.close()
    note(db, channel)

    assert db.changed()
    assert not db.changed()


def test_a_commit_of_this_process_is_news_at_once(
    db: ServerConnection, channel: ServerChannel
) -> None:
    note(db, channel)
    assert db.rest() is not None

    counters.add(db, "something")
    assert db.rest() is None

    note(db, channel)
    assert db.rest() is not None


def test_what_was_asked_long_ago_says_nothing(db: ServerConnection, channel: ServerChannel) -> None:
    rest_file.write(db.run, channel.rest(), clocks.steady() - rest_file.LIFE)

    assert db.rest() is None


def test_nothing_that_others_must_hear_hides_in_a_quiet_transaction(db: ServerConnection) -> None:
    with pytest.raises(StoreError), db.write(only=(), quiet=True):
        counters.add(db, "something")

    assert counters.read(db) == {}


async def test_what_the_bot_repeats_waits_for_news(
    db: ServerConnection, channel: ServerChannel
) -> None:
    looks: list[None] = []

    async def look() -> None:
        looks.append(None)

    note(db, channel)
    running = asyncio.create_task(repeat(look, 0.01, db=db))
    await asyncio.sleep(0.2)
    assert len(looks) == 1

    counters.add(db, "something")
    async with asyncio.timeout(5):
        while len(looks) < 3:
            await asyncio.sleep(0.01)
    running.cancel()


async def test_what_the_bot_left_undone_is_looked_at_again_at_rest(
    db: ServerConnection, channel: ServerChannel
) -> None:
    looks: list[None] = []

    async def look() -> bool:
        looks.append(None)
        if len(looks) == 2:
            raise StoreError("fails, and is repeated")
        return len(looks) < 4

    note(db, channel)
    running = asyncio.create_task(repeat(look, 0.01, db=db))
    async with asyncio.timeout(5):
        while len(looks) < 4:
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.2)
    assert len(looks) == 4
    running.cancel()


async def test_a_standby_asks_nothing_before_the_end_of_the_lease_and_sees_that_it_is_given_up(
    db: ServerConnection,
    channel: ServerChannel,
    place: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(bot_lease, "STANDBY_LOOK", 0.01)
    other = place.open()
    environ = {"CHAPAR_HOME": str(tmp_path), "CHAPAR_DATABASE_URL": place.url}
    settings = config.load(environ, Path("/dev/null"), need_telegram=False)
    holder, standby = bot_lease.BotLease(other, "m1"), BotDuty(settings, db)
    database_clock.follow(db)
    assert holder.take(now=clocks.now())
    note(db, channel)
    assert [await standby.is_due() for _ in range(3)] == [False] * 3
    standby.seen_until = 0.0  # it is renewed by now, which the keeper's question says too
    assert [await standby.is_due() for _ in range(3)] == [False] * 3
    last = channel.session.execute(LAST, [db.session.info.backend_pid]).fetchone()
    note(db, channel)
    assert not await standby.is_due()
    assert channel.session.execute(LAST, [db.session.info.backend_pid]).fetchone() == last

    holder.give_up()
    note(db, channel)
    assert await standby.is_due()
    other.close()
