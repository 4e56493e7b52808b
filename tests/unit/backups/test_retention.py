"""The newest verified backup of each hour, day and week stays, and no other verified one."""

import os
from itertools import pairwise
from pathlib import Path

import pytest

from daemon import cli
from procs.backups import backup_store
from procs.backups.backup_store import Backup
from procs.backups.retention import Retention, superfluous

HOUR, DAY = 3600, 86400
START = 1_790_000_000 // DAY * DAY
NOW = START + 365 * DAY

USUAL = Retention()


def every(seconds: int, count: int, state: str = "ok") -> list[Backup]:
    made = [Backup(f"b{n}", START + n * seconds, 1, state=state) for n in range(count)]
    return made[::-1]


def left(backups: list[Backup], keep: Retention = USUAL) -> list[Backup]:
    gone = {one.name for one in superfluous(backups, keep, now=NOW)}
    return [one for one in backups if one.name not in gone]


def test_after_a_year_of_hours_there_are_24_and_7_and_4():
    stays = left(every(HOUR, 365 * 24))

    assert 24 < len(stays) <= 24 + 7 + 4
    assert [a.taken_at - b.taken_at for a, b in pairwise(stays[:24])] == [HOUR] * 23
    assert START + 365 * DAY - stays[-1].taken_at > 2 * 7 * DAY


def test_of_one_hour_the_newest_stays():
    assert [one.name for one in left(every(60, 50))] == ["b49"]


def test_bad_ones_take_no_place_of_good_ones_and_three_of_them_stay():
    bad = [Backup(f"x{n}", START + n, 1, state="bad") for n in range(9)]

    stays = left(every(HOUR, 10) + bad[::-1])

    assert [one.name for one in stays if one.state == "bad"] == ["x8", "x7", "x6"]
    assert len([one for one in stays if one.is_ok]) == 10


def test_the_newest_verified_one_stays_whatever_is_kept():
    assert [one.name for one in left(every(HOUR, 3), Retention(0, 0, 0))] == ["b2"]


@pytest.mark.parametrize("behind", [False, True])
def test_a_clock_that_was_wrong_for_days_costs_no_backup_of_the_other_time(behind):
    true = every(HOUR, 100)
    wrong = [Backup(f"f{n}", NOW + DAY + n * HOUR, 1, state="ok") for n in range(200)][::-1]
    if behind:  # it is now that the clock is wrong
        true, wrong = wrong, true

    stays = {one.name for one in left([*wrong, *true] if not behind else [*true, *wrong])}

    assert {one.name for one in left(true)} <= stays
    assert len(stays) <= 2 * (24 + 7 + 4)


def put(folder: Path, name: str, state: str = "") -> None:
    """A file in the folder of backups, with a note of its state or without one."""
    (folder / name).write_bytes(b"x")
    if state:
        at = backup_store.taken_at(name)
        backup_store.note(folder, Backup(name, at or 0.0, 1, "0" * 64, state))


def test_prune_deletes_only_what_chapar_itself_put_there(short_home, monkeypatch, capsys):
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    folder = short_home / "backups"
    folder.mkdir()
    for minute in range(10, 20):
        put(folder, f"chapar-20260101T00{minute}00Z.tar.gz", "ok")
        put(folder, f"chapar-20250101T00{minute}00Z.tar.gz")  # copied back from elsewhere
    put(folder, "chapar-mine.tar.gz")
    put(folder, "letter.txt")
    (folder / "chapar-20240101T000000Z.tar.gz").mkdir()

    code = cli.main(["backup", "prune"])

    assert (code, capsys.readouterr().err) == (0, "")
    names = {path.name for path in folder.iterdir()}
    assert len([one for one in names if "-2026" in one and one.endswith(".gz")]) == 1
    assert len([one for one in names if "-2025" in one]) == 10
    assert {"chapar-mine.tar.gz", "letter.txt", "chapar-20240101T000000Z.tar.gz"} <= names


def test_the_latest_is_not_one_of_a_clock_that_was_ahead(tmp_path):
    put(tmp_path, "chapar-29990101T000000Z.tar.gz", "ok")
    put(tmp_path, "chapar-20260101T000000Z.tar.gz", "ok")

    newest = backup_store.newest_ok(tmp_path)

    assert newest is not None
    assert newest.name == "chapar-20260101T000000Z.tar.gz"
