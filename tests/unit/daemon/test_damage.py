"""A database that cannot be used: one sentence with the fix from every command, with real files."""

import fcntl
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from daemon.cli import NOT_UP, commands
from daemon.supervisor import process_tree
from tests import ROOT
from tests.fresh_database import fresh
from tests.sandbox.every_command import COMMANDS

#: Root may write everything; what is about rights is asked without that right.
OTHER = 65533
RIGHTLESS = (
    *("setpriv", "--inh-caps", "-all"),
    *("--bounding-set", "-dac_override,-dac_read_search,-fowner,-chown"),
)
#: Commands that need no database.
WITHOUT = ("stop",)
#: Those that are for such a case themselves, or read no database: they have tests of their own.
SAVED = {
    *("backup", "restore", "doctor", "logs", "completion", "man"),
    *("files", "reload", "upgrade", "load"),
}
#: It has no home yet, and asks.
FIRST = {"init"}


@pytest.fixture
def home(short_home):
    """A home on which Chapar was started once."""
    before = os.umask(0o077)  # as every process of ours has it
    fresh(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    (short_home / "database").write_text(f"{short_home}/chapar.db\n")
    yield short_home
    os.umask(before)


def answers(home, *before):
    """What every command says, started by the words `before`."""
    others = {k: v for k, v in os.environ.items() if not k.startswith("CHAPAR_")}
    done = subprocess.run(
        [*before, sys.executable, "-m", "tests.sandbox.every_command", str(home)],
        env=others
        | {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "CHAPAR_ENV_FILE": os.devnull},
        cwd="/",
        capture_output=True,
        text=True,
        check=True,
        timeout=60,  # a foreground `up` that is not refused would serve for ever
    )
    return json.loads(done.stdout)


def text(path):
    path.write_text("nothing of the kind\n" * 100)


def foreign(path):
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE places (url)")
        db.execute("PRAGMA user_version = 74")
    db.close()


def newer(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9999")
    db.close()


def without_tables(path):
    path.unlink()
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE t (a)")
        db.execute("DROP TABLE t")
    db.close()


def lost_a_table(path):
    with sqlite3.connect(path) as db:
        db.execute("DROP TABLE pauses")
    db.close()


def header(path):
    with path.open("r+b") as file:
        file.write(b"\xff" * 64)


def middle(path):
    """Every page but the first."""
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))


def one_page(path):
    """A page of an index, which few commands read."""
    with sqlite3.connect(path) as db:
        sql = "SELECT rootpage FROM sqlite_schema WHERE name = 'telling_at'"
        (page,) = db.execute(sql).fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    db.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xa5" * size)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def folder(path):
    path.unlink()
    path.mkdir()


def pipe(path):
    path.unlink()
    os.mkfifo(path)


def dangling(path):
    path.unlink()
    path.symlink_to("/nowhere/chapar.db")


def gone_with_its_log_left(path):
    path.rename(f"{path}-wal")


def restored_half_way(path):
    path.rename(f"{path}.before-20260101-000000")
    path.with_name("chapar.db.restored").touch()


DAMAGES = {
    text: "is not an SQLite database",
    header: "is not an SQLite database",
    foreign: "is the database of another program",
    newer: "newer Chapar",
    without_tables: "has no tables",
    lost_a_table: "has lost tables (pauses)",
    middle: "is damaged",
    one_page: "is damaged",
    cut: "is damaged",
    lambda path: os.truncate(path, 0): "is empty: whatever was in it is gone",
    folder: "is not a file",
    pipe: "is not a file",
    dangling: "does not exist",
    Path.unlink: "is gone, though Chapar was started",
    gone_with_its_log_left: "is gone, though Chapar was started",
    restored_half_way: "a restore was interrupted; stop Chapar, and run chapar restore again, or",
}


@pytest.mark.parametrize(
    ("damage", "says"), DAMAGES.items(), ids=lambda it: getattr(it, "__name__", " ")
)
def test_every_command_names_a_damaged_database(home, damage, says):
    damage(home / "chapar.db")
    before = content(home)

    told = answers(home)

    assert_refused(told, says)
    assert content(home) == before
    assert process_tree.supervisor_of(home / "run") is None


def read_only(home):
    subprocess.run(["mount", "--bind", "-o", "ro", home, home], check=True)


RIGHTS = {
    "chapar.db": lambda home: (home / "chapar.db").chmod(0o400),
    "home": lambda home: os.chown(home, OTHER, OTHER),
    "chapar.db-wal": lambda home: (home / "chapar.db-wal").chmod(0o400),
    "chapar.db-shm": lambda home: os.chown(home / "chapar.db-shm", OTHER, OTHER),
    "of another user": lambda home: os.chown(home / "chapar.db", OTHER, OTHER),
    "run": lambda home: os.chown(home / "run", OTHER, OTHER),
    "disk": read_only,
    "gate.lock": lambda home: os.chown(home / "run" / "gate.lock", OTHER, OTHER),
}


@pytest.mark.skipif(os.geteuid() != 0, reason="gives files to another user")
@pytest.mark.parametrize("what", RIGHTS)
def test_every_command_names_a_database_that_it_may_not_write(home, what):
    for end in ("-wal", "-shm"):
        Path(f"{home}/chapar.db{end}").touch(0o600)
    if what == "run":
        shutil.rmtree(home / "run")
        (home / "run").mkdir(mode=0o700)
    (home / "run" / "gate.lock").touch(0o600)
    RIGHTS[what](home)

    try:
        told = answers(home, *RIGHTLESS)
    finally:
        subprocess.run(["umount", home], capture_output=True)

    assert_refused(told, str(home), shut=what in ("home", "run"))


def content(home):
    return [path.read_bytes() if path.is_file() else b"" for path in home.glob("chapar.db*")]


def assert_refused(told, says, *, shut=False):
    """Exit code 1 and one sentence with what is wrong and what to do, from every command; also from
    those that need no database, where they may not see what runs (`shut`)."""
    named = {}
    for words, (code, out, err) in told.items():
        if words.split()[0] in WITHOUT and not shut:
            assert code == NOT_UP, (words, err)
        elif words.startswith("check"):
            assert (code, "all fine" in out, err) == (1, False, ""), (words, out)
            named[words] = [line for line in out.splitlines() if line.startswith("wrong: ")][-1]
        else:
            assert (code, out, len(err.splitlines())) == (1, "", 1), (words, out, err)
            named[words] = err
    wrong = {words: line for words, line in named.items() if says not in line or "; " not in line}
    assert wrong == {}


def test_the_table_has_every_command():
    assert {words.split()[0] for words in COMMANDS} | SAVED | FIRST == set(commands())


@pytest.mark.long
def test_a_sound_database_is_complained_of_by_nobody(home):
    lock = os.open(home / "run" / process_tree.LOCK, os.O_RDWR | os.O_CREAT)
    fcntl.flock(lock, fcntl.LOCK_EX)  # `up` starts nothing

    told = answers(home)

    os.close(lock)
    assert told["check --no-bot"][0] == 0
    assert told["jobs"] == [0, "0 jobs alive\n", ""]
    assert "already runs" in told["up --no-bot"][2]
