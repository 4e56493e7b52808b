"""Which history of the database a process is on, and what the bot does when it is another one."""

import asyncio
import shutil
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from procs import config
from procs.bot.duty.bot_duty import BotDuty
from procs.errors import StoreAway
from procs.store.database import migrate, open_database
from procs.store.postgresql.server_connection import ServerConnection
from tests import postgresql_server
from tests.contract.place import Place
from tests.contract.postgresql.test_server_faults import PUT, SCOPES, until_there
from tests.postgresql_server import Server

pytestmark = pytest.mark.postgresql
BEHIND = "SELECT COUNT(*) FROM pg_stat_replication WHERE replay_lsn >= PG_CURRENT_WAL_LSN()"


@pytest.fixture
def pair() -> Iterator[tuple[Server, Server]]:
    """A server, and one that follows it asynchronously."""
    bin = postgresql_server.programs()
    assert bin is not None
    folders = [Path(tempfile.mkdtemp(prefix="chapar-pg-", dir="/tmp")) for _ in range(2)]
    primary, standby = (Server(bin, folder) for folder in folders)
    primary.make()
    primary.start(*postgresql_server.QUICK)
    standby.follow(primary)
    standby.start(*postgresql_server.QUICK)
    yield primary, standby
    for server in (primary, standby):
        if (server.data / "postmaster.pid").exists():
            server.stop()
        shutil.rmtree(server.folder)


@pytest.mark.long
def test_a_standby_that_was_promoted_is_another_history_without_the_last_commits(
    pair: tuple[Server, Server], tmp_path: Path
) -> None:
    primary, standby = pair
    primary.answer("CREATE DATABASE story")
    both = f"host={primary.folder},{standby.folder}&target_session_attrs=read-write"
    url = f"postgresql://chapar@/story?{both}"
    migrate(url, run=tmp_path)
    db = open_database(url, run=tmp_path)
    with db.write(full=True):
        db.change(PUT, {"scope": "kept"})
    before = db.lineage()
    assert any(primary.answer(BEHIND) == "1" for _ in range(500))
    standby.stop("fast")
    with db.write(full=True):
        db.change(PUT, {"scope": "lost"})

    primary.stop("immediate")
    with pytest.raises(StoreAway):
        db.all(SCOPES)
    standby.start(*postgresql_server.QUICK)
    standby.promote()

    assert until_there(db) == [("kept",)]
    assert db.lineage() != before
    with db.write(full=True):
        db.change(PUT, {"scope": "later"})
    assert db.all(SCOPES) == [("kept",), ("later",)]
    db.close()


@pytest.mark.session
def test_the_bots_duty_ends_in_another_history(db: ServerConnection, tmp_path: Path) -> None:
    home, nothing = {"CHAPAR_HOME": str(tmp_path)}, Path("/dev/null")
    settings = config.load(home, nothing, need_telegram=False)
    duty = BotDuty(replace(settings, machine="m1"), db)
    assert duty.take()

    async def hold() -> None:
        async with asyncio.timeout(20):
            await duty.hold()

    db.timeline = "of a standby"
    asyncio.run(hold())

    duty.end()
    assert BotDuty(replace(settings, machine="m2"), db).take()


@pytest.mark.session
def test_a_crash_of_the_server_is_another_history_and_a_restart_is_none(
    db: ServerConnection,
) -> None:
    """Commits that waited for no disk are gone after the one, and never after the other."""
    server, before = postgresql_server.running(), db.lineage()
    server.stop("fast")
    server.start(*postgresql_server.QUICK)
    until_there(db)
    restarted = db.lineage()
    server.stop("immediate")
    server.start(*postgresql_server.QUICK)
    until_there(db)

    assert restarted == before
    assert db.lineage() != before


@pytest.mark.session
def test_a_process_comes_back_from_a_standby_that_does_not_take_its_settings(
    db: ServerConnection, place: Place
) -> None:
    """As where an address leads to a standby for some seconds, which is promoted then: a standby
    takes nobody whose isolation is serializable."""
    server = postgresql_server.running()
    server.answer(f"ALTER DATABASE {place.name} SET default_transaction_isolation = serializable")
    server.stop("fast")
    (server.data / "standby.signal").touch()
    server.start(*postgresql_server.QUICK)
    assert any("settings" in refusal_of(db) for _ in range(200))
    server.promote()

    assert until_there(db) == []


def refusal_of(db: ServerConnection) -> str:
    """Why there is no connection now; asked a tenth of a second after the last time."""
    threading.Event().wait(0.1)
    with pytest.raises(StoreAway) as away:
        db.all(SCOPES)
    return str(away.value)
