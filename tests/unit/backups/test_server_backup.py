"""A database on a server is backed up and restored like one in a file: by the same file, judged in
the same way."""

import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from daemon.commands.backups import restore_command
from daemon.console import open_store
from daemon.install import upgrade
from procs.backups import backup_archive, backup_store, backup_taker
from procs.backups.backup_errors import BackupFailed
from procs.core import clock
from procs.core.clock import Now
from procs.core.machine import machine_name
from procs.errors import StoreError, alert_kinds
from procs.keeper.backup_rounds import BackupRounds
from procs.keeper.monitor import alert_states
from procs.keeper.monitor.alert_rules import RULES
from procs.keeper.monitor.alert_states import STANDS, AlertState
from procs.keeper.monitor.machine_gauges import MachineGauges
from procs.store.database import Database
from procs.store.machines import machine_rows
from tests import postgresql_server
from tests.unit.backups.conftest import Home

pytestmark = pytest.mark.skipif(
    postgresql_server.programs() is None, reason="no PostgreSQL server is installed"
)
NAME = "backed_up"
#: What another program keeps in the same database, in a schema of its own.
SCHEMAS = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before%' OR nspname LIKE 'chapar%'"
HOUR = 3600.0


@pytest.fixture
def home(short_home: Path) -> Iterator[Home]:
    """The home of a machine, m1, whose database is a server's."""
    postgresql_server.running().answer(f"CREATE DATABASE {NAME}")
    url = postgresql_server.url_of(NAME)
    yield Home(short_home, CHAPAR_DATABASE_URL=url, CHAPAR_MACHINE="m1")
    postgresql_server.drop(NAME)
    machine_name.give("")


def restores(home: Home, file: str = "latest") -> list[str]:
    said: list[str] = []
    restore_command.restore(home.settings, file, None, said.append, dry=False)
    return said


def beat(db: Database, name: str, *, version: str = "1.0.0", ago: float = 0.0) -> None:
    now = clock.now()
    facts = {"boot": "b", "home": f"/{name}", "roles": "worker,keeper", "slots": 2}
    at = Now(now.wall - ago, now.boot - ago)
    machine_rows.beat(db, name, **facts, version=version, now=at)


def test_what_was_asked_is_back_and_the_old_tables_stay_beside(home):
    home.asks("before", "with it")
    backup = home.backs_up()
    home.asks("after")

    said = restores(home)

    kept = postgresql_server.running().answer(SCHEMAS, NAME)
    old = postgresql_server.running().answer(f"SELECT COUNT(*) FROM {kept}.requests", NAME)
    assert (backup.state, home.asked()) == ("ok", ["url:before", "url:with it"])
    assert kept.startswith("before_")
    assert old == "3"
    assert f"kept the old tables as the schema {kept}" in said
    assert "requests since then: 1 (1 open)" in said
    home.asks("goes on")
    assert home.asked()[-1] == "url:goes on"


def test_a_server_that_was_lost_is_filled_anew(home):
    home.asks("before")
    home.backs_up()
    postgresql_server.drop(NAME)
    postgresql_server.running().answer(f"CREATE DATABASE {NAME}")

    said = restores(home)

    assert home.asked() == ["url:before"]
    assert not [line for line in said if line.startswith("kept the old tables")]


def test_nothing_is_restored_under_a_process_that_uses_the_database(home):
    home.asks("before")
    home.backs_up()
    db = home.open()  # as another machine has it

    with pytest.raises(StoreError, match="run chapar stop on every machine"):
        restores(home)

    assert postgresql_server.running().answer(SCHEMAS, NAME) == ""
    db.close()


def test_a_backup_that_was_changed_is_bad(home):
    home.asks("before")
    backup = home.backs_up()
    home.file(backup).write_bytes(home.file(backup).read_bytes()[:-200])

    with pytest.raises(BackupFailed, match="is not the file that was written"):
        backup_taker.verify(home.settings, backup, None)


def test_a_backup_of_a_server_goes_into_no_file_and_that_of_a_file_into_no_server(home):
    home.asks("before")
    file = home.file(home.backs_up())
    with tempfile.TemporaryDirectory(prefix="ch-", dir="/tmp") as folder:
        alone = Home(Path(folder))
        with pytest.raises(BackupFailed, match="a backup of a server's database.*chapar move"):
            restores(alone, str(file))
        alone.asks("a")
        other = alone.file(alone.backs_up())
        with pytest.raises(BackupFailed, match="a backup of a database in a file"):
            restores(home, str(other))


def test_the_sign_ins_of_another_machine_are_left_out(home, tmp_path):
    home.asks("before")
    (home.settings.sessions / "bot.session").touch()
    file = home.file(home.backs_up()).rename(tmp_path / "elsewhere.tar.gz")
    home.texts["CHAPAR_MACHINE"] = "m2"

    said = restores(home, str(file))

    assert "left out the sign-ins, which are those of m1" in said


def test_one_machine_takes_them_and_another_when_that_one_is_gone(home):
    db, other = home.open(), BackupRounds
    beat(db, "m1", version="1.9.0")
    beat(db, "m2", version="1.10.0")  # the newer one knows every column
    turns = [other(db, home.settings).is_our_turn()]
    elsewhere, age = backup_store.elsewhere(home.settings), gauges(home)
    beat(db, "m2", ago=61.0)
    turns.append(other(db, home.settings).is_our_turn())

    assert (turns, elsewhere, age) == ([False, True], "m2", (0.0, ""))
    assert gauges(home)[0] < 0.1  # its turn began just now
    db.close()


def test_a_backup_is_dated_by_the_servers_clock_where_the_machines_own_is_fast(home, monkeypatch):
    home.asks("a")
    own = time.time
    monkeypatch.setattr(clock.SHARED, "ahead", None)
    monkeypatch.setattr(time, "time", lambda: own() + HOUR)

    backup = home.backs_up()

    assert not backup.is_ahead(own())
    assert not backup_store.newest_ok(home.settings.backup_folder).is_ahead(own())


@pytest.mark.parametrize("there", [True, False])
def test_a_command_about_backups_goes_by_the_servers_clock_where_one_answers(
    home, monkeypatch, there
):
    monkeypatch.setattr(clock.SHARED, "ahead", None)
    settings = home.settings
    if not there:
        nowhere = "postgresql://chapar@127.0.0.1:1/none"
        settings = replace(settings, database_url=nowhere)

    open_store.follow_clock(settings)

    assert (clock.SHARED.ahead is not None) is there


def test_an_upgrade_tries_its_change_of_the_database_on_the_newest_backup(home):
    home.asks("a")
    said: list[str] = []
    backup = home.backs_up()

    assert upgrade.upgrade(home.settings, said.append) == 0

    assert f"the change of the database works on the copy of {backup.name}" in said


def test_a_missing_backup_is_no_fault_of_a_machine_that_takes_none_any_more(home):
    db, now = home.open(), clock.now()
    (rule,) = [one for one in RULES if one.kind == alert_kinds.NO_BACKUP]
    stands = AlertState(rule.kind, "", STANDS, now.boot - 60, now.wall - 60)
    beat(db, "m2", version="2.0")
    BackupRounds(db, home.settings).is_our_turn()
    db.close()

    value, why = gauges(home)

    assert alert_states.follow(stands, rule, value, why, now=now) is None


def gauges(home: Home):
    began = clock.now().wall - 5 * HOUR
    return MachineGauges(home.settings, began=began).backups(clock.now())["backup_age"]


def test_the_file_says_whose_it_is(home, tmp_path):
    home.asks("a")
    (tmp_path / "unpacked").mkdir()

    manifest = backup_archive.unpack(home.file(home.backs_up()), tmp_path / "unpacked")

    assert (manifest.machine, manifest.rows["requests"]) == ("m1", 1)
