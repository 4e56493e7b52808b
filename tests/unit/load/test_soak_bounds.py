"""What a home keeps beyond its own rules is a fault of a soak."""

import configparser
from pathlib import Path

import pytest

from bench.load import soak, summary
from bench.load.soak_bounds import OLDER, ROTATED, held, own_logs
from bench.load.soak_trial import KEEP
from procs.backups.retention import FAILED_KEPT

ROOT = Path(__file__).parents[3]


def beyond(state: Path) -> list[str]:
    return [one.name for one in held(state, KEEP) if one.is_beyond]


def write(state: Path, *names: str, size: int = 0) -> None:
    for name in names:
        path = state / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        with path.open("r+b") as file:
            file.truncate(size)


def backups(count: int) -> list[str]:
    return [f"backups/chapar-20261129T0345{number:02}Z.tar.gz" for number in range(count)]


def test_a_home_within_its_rules_holds_nothing_beyond_them(tmp_path):
    write(tmp_path, *backups(sum(KEEP) + FAILED_KEPT), "backups/.partial-one.tar.gz")
    write(tmp_path, "logs/bot.log", *(f"logs/bot.log.{n}" for n in range(1, OLDER + 1)))
    write(tmp_path, "logs/keeper.log", size=ROTATED)
    write(tmp_path, "engines/2026.1.1/x", "engines/2099.1.1/x", "engines/current")

    assert beyond(tmp_path) == []
    assert own_logs(tmp_path) == 2
    assert beyond(tmp_path / "no home") == []


@pytest.mark.parametrize(
    ("names", "size", "fault"),
    [
        (backups(sum(KEEP) + FAILED_KEPT + 2), 0, "backups"),
        (["backups/.partial-a", "backups/.partial-b"], 0, "unfinished backups"),
        ([f"engines/2026.{n}.1/x" for n in (1, 2, 3)], 0, "engines"),
        (["engines/.new-a/x", "engines/.new-b/x"], 0, "unfinished engines"),
        (["logs/bot.log"], ROTATED + 2**20, "bytes of a log file"),
        ([f"logs/bot.log.{n}" for n in range(1, OLDER + 2)], 0, "older files of a log"),
    ],
)
def test_what_is_kept_beyond_its_bound_is_a_fault(tmp_path, names, size, fault):
    write(tmp_path, *names, size=size)
    judged = soak.Judged({}, {}, [*held(tmp_path, KEEP)])
    fine = {"faults": {}, "quiet_in_time": True, **dict.fromkeys(summary.NOTHING, 0)}
    done = dict.fromkeys(soak.UPKEEP, 1)

    assert beyond(tmp_path) == [fault]
    assert judged.figures({**fine, "done": done})["soak_faults"] == 1 + len(soak.SEEN)
    assert any(line.startswith(f"kept beyond its bound: ['{fault}: ") for line in lines(judged))


def lines(judged: soak.Judged) -> list[str]:
    return judged.lines({"asked": 1, "done": {}}, 1.0)


def test_the_bounds_of_logs_are_those_of_supervisord():
    told = configparser.RawConfigParser()
    told.read(ROOT / "supervisord.conf")
    sizes = [v for one in told for name, v in told[one].items() if name.endswith("_maxbytes")]
    counts = [v for one in told for name, v in told[one].items() if name.endswith("file_backups")]

    assert set(sizes) - {"0"} == {f"{ROTATED // 2**20}MB"}
    assert set(counts) - {"0"} == {str(OLDER)}
