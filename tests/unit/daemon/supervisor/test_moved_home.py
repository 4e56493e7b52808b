"""A home that somebody moves, renames or removes while its supervisord runs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from daemon import cli
from daemon.command_error import Refusal
from daemon.supervisor import process_tree
from procs.errors import StoreError
from procs.store.database import open_database
from procs.store.wake import WakeSocket
from tests.fresh_database import fresh

#: It has supervisord's command line and holds its lock, and only waits.
SCRIPT = """
import os, sys
lock = open(sys.argv[-1].replace('supervisord.pid', 'supervisor.lock'), 'w')
print('there', flush=True)
sys.stdin.read()
"""


@pytest.fixture
def home(short_home: Path) -> Path:
    """Where Chapar was started once."""
    home = short_home / "a" / "home"
    (home / "run").mkdir(parents=True)
    fresh(f"sqlite:///{home}/chapar.db", run=home / "run")
    (home / "database").write_text(f"{home}/chapar.db\n")
    return home


@pytest.fixture
def supervisor(home: Path) -> Iterator[int]:
    words = ["daemon.supervisor.supervisord", "-j", str(home / "run" / process_tree.PID_FILE)]
    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as one:
        assert one.stdin is not None
        assert one.stdout is not None
        one.stdout.readline()
        (home / "run" / process_tree.LOCK).write_text(
            f"{one.pid} {process_tree.start_of(one.pid)}\n"
        )
        yield one.pid
        one.stdin.close()


@pytest.fixture
def says(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, str]]:
    """A command on a home: its exit code, and all it said."""

    def say(home: Path, *words: str) -> tuple[int, str]:
        for name, value in (("HOME", str(home)), ("ENV_FILE", os.devnull), ("API_ID", "12345")):
            monkeypatch.setenv(f"CHAPAR_{name}", value)
        monkeypatch.setenv("CHAPAR_API_HASH", "0" * 32)
        code = cli.main(words)
        return code, "".join(capsys.readouterr())

    return say


WORDS = (
    *(("status",), ("jobs",), ("up", "-d", "--no-bot"), ("reload",), ("backup", "now")),
    *(("doctor", "--offline"), ("audit",), ("why", "1"), ("pause",), ("upgrade",)),
    *(("restore", "latest"), ("backup", "list"), ("fetch", "https://site.test/film"), ("top",)),
    *(("rolling-restart",), ("engine", "list"), ("sites",), ("use",)),
)


@pytest.mark.parametrize("words", WORDS, ids=" ".join)
def test_every_command_names_the_new_place_and_the_fix_and_makes_no_second_home(
    words: tuple[str, ...], home: Path, supervisor: int, says: Callable[..., tuple[int, str]]
) -> None:
    there = home.with_name("elsewhere")
    home.rename(there)

    for place in (home, there):
        code, said = says(place, *words)

        assert code in (1, 4), said
        assert f"{home} was moved to {there} while Chapar runs" in said
        assert f"mv {there} {home}" in said
    assert not home.exists()


def test_a_folder_above_it_that_was_moved_is_the_one_to_move_back(
    home: Path, supervisor: int
) -> None:
    above = home.parent
    above.rename(above.with_name("b"))

    with pytest.raises(Refusal) as said:
        process_tree.require_unmoved(home / "run")

    assert f"mv {above.with_name('b')} {above})" in str(said.value)


def test_one_that_was_removed_is_said_to_be_gone_and_its_processes_are_stopped_first(
    home: Path, supervisor: int, says: Callable[..., tuple[int, str]]
) -> None:
    shutil.rmtree(home)

    code, said = says(home, "up", "-d", "--no-bot")

    assert code == 1
    assert f"{home} is gone while Chapar runs; run `chapar stop`" in said
    assert process_tree.supervisor_of(home / "run") == supervisor
    assert not home.exists()


def test_a_home_that_is_where_it_was_is_no_matter(home: Path, supervisor: int) -> None:
    process_tree.require_unmoved(home / "run")
    there = home.with_name("elsewhere")
    home.rename(there)
    there.rename(home)

    process_tree.require_unmoved(home / "run")


def test_a_backup_where_nothing_was_ever_started_makes_no_home(
    short_home: Path, says: Callable[..., tuple[int, str]]
) -> None:
    code, said = says(short_home / "none", "backup", "now")

    assert (code, "nothing was ever started on" in said) == (1, True)
    assert not (short_home / "none").exists()


def test_a_process_names_the_new_place_of_its_database_and_begins_no_home_anew(home: Path) -> None:
    url, run = f"sqlite:///{home}/chapar.db", home / "run"
    db = open_database(url, run=run)
    there = home.with_name("elsewhere")
    home.rename(there)

    with pytest.raises(StoreError) as said:
        db.require_same()
    with pytest.raises(StoreError):
        open_database(url, run=run)
    with pytest.raises(FileNotFoundError):
        WakeSocket(run, "w00")

    assert f"{home} was moved to {there} while Chapar runs" in str(said.value)
    assert not home.exists()
    there.rename(home)
    db.require_same()
    db.close()
