"""Something else lies where a file or a folder of ours belongs: one sentence with the right reason,
no traceback, and nothing that waits for ever."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from daemon.supervisor import process_tree
from tests.sandbox.house import House, house
from tests.unit.daemon import test_damage

__all__ = ["house"]


def pipe(path: Path) -> None:
    os.mkfifo(path)


def loop(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path)


def folder_for_database(path: Path) -> None:
    path.unlink()
    path.mkdir()


#: What lies at which place, a command, its exit code, and words of its sentence.
CASES: list[tuple[Callable[[Path], None], str, str, int, str]] = [
    (Path.touch, "backups", "status", 1, "backups is not a folder"),
    (Path.touch, "backups", "jobs", 1, "backups is not a folder"),
    (Path.touch, "backups", "top --once", 1, "backups is not a folder"),
    (Path.touch, "cache", "backup now", 1, "cache: File exists; something else lies there"),
    (Path.touch, "logs", "up -d --no-bot", 1, "something else lies there; move it away"),
    (Path.touch, "logs", "logs", 1, "something else lies there; move it away"),
    (Path.mkdir, f"run/{process_tree.LOCK}", "up -d --no-bot", 1, "lies there; move it away"),
    (Path.mkdir, "sites.toml", "jobs", 0, "something else lies there; move it away"),
    (pipe, "sites.toml", "jobs", 0, "cannot be read (not a file)"),
    (loop, "chapar.db", "jobs", 1, "a link there leads to itself; remove it"),
    (folder_for_database, "chapar.db", "backup now", 1, "chapar.db is not a file"),
]


@pytest.mark.parametrize(("lies", "place", "words", "code", "why"), CASES)
def test_a_sentence_names_what_is_in_the_way(
    lies: Callable[[Path], None],
    place: str,
    words: str,
    code: int,
    why: str,
    house: House,
    short_home: Path,
) -> None:
    lies(short_home / place)

    ended, _, error = house.says(*words.split())

    assert (ended, error.count("\n"), why in error) == (code, 1, True), error


@pytest.mark.parametrize("damage", [test_damage.foreign, test_damage.one_page, test_damage.newer])
def test_a_backup_that_fails_names_the_database_and_no_copy_of_it(
    damage: Callable[[Path], None], house: House, short_home: Path
) -> None:
    house.db.close()
    damage(short_home / "chapar.db")

    code, _, error = house.says("backup", "now")

    why = test_damage.DAMAGES[damage]
    assert (code, why in error, "cache" in error) == (1, True, False), error


def test_a_pipe_in_the_place_of_the_lock_keeps_nobody_waiting(short_home: Path) -> None:
    (run := short_home / "run").mkdir(exist_ok=True)
    (run / process_tree.LOCK).unlink(missing_ok=True)
    pipe(run / process_tree.LOCK)

    assert process_tree.supervisor_of(run) is None
