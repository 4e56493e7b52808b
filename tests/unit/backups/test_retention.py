"""The newest verified backup of each hour, day and week stays, and no other verified one."""

from itertools import pairwise

from procs.backups.backup_store import Backup
from procs.backups.retention import Retention, superfluous

HOUR, DAY = 3600, 86400
START = 1_790_000_000 // DAY * DAY

USUAL = Retention()


def every(seconds: int, count: int, state: str = "ok") -> list[Backup]:
    made = [Backup(f"b{n}", START + n * seconds, 1, state=state) for n in range(count)]
    return made[::-1]


def left(backups: list[Backup], keep: Retention = USUAL) -> list[Backup]:
    gone = {one.name for one in superfluous(backups, keep)}
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
