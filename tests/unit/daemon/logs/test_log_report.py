"""`chapar logs`: all processes in the order of time, by job, code, worker and age; followed."""

import json
import os

import pytest

from daemon import cli
from daemon.logs.log_follower import LogFollower

LOGFMT = "2026-11-29T01:00:0{}.000Z INFO  {}"


@pytest.fixture
def logs(short_home, monkeypatch):
    """The folder of logs of a home."""
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    folder = short_home / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def says(logs, capsys):
    def run(*words: str) -> list[str]:
        code = cli.main(["logs", *words])
        told = capsys.readouterr()
        assert (code, told.err) == (0, "")
        return told.out.splitlines()

    return run


def put(path, *lines: str) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def test_the_lines_of_all_processes_come_in_the_order_of_time(logs, says):
    put(logs / "bot.log", LOGFMT.format(1, "a.b"), LOGFMT.format(4, "a.e"))
    put(logs / "worker-00.log.1", LOGFMT.format(0, "a.a"))
    put(
        logs / "worker-00.log", LOGFMT.format(2, "a.c"), "Traceback", "  x", LOGFMT.format(3, "a.d")
    )

    assert [line.split()[-1] for line in says()] == [
        "a.a",
        "a.b",
        "a.c",
        "Traceback",
        "x",
        "a.d",
        "a.e",
    ]
    assert [line.split()[0] for line in says() if "a." in line] == [
        *("worker-00", "bot", "worker-00", "worker-00", "bot")
    ]


def test_json_lines_and_supervisords_own_stand_among_them(logs, says, monkeypatch):
    monkeypatch.setenv("TZ", "UTC")
    put(
        logs / "bot.log",
        '{"time":"2026-11-29T01:00:02.000Z","level":"INFO","event":"a.b","job":41}',
    )
    put(logs / "keeper.log", LOGFMT.format(1, "a.a"), LOGFMT.format(3, "a.c"))
    put(logs / "supervisord.log", "2026-11-29 01:00:02,500 INFO spawned: 'bot'")

    assert [line.split()[0] for line in says()] == ["keeper", "bot", "supervisord", "keeper"]


@pytest.mark.parametrize("form", ["logfmt", "json"])
def test_a_job_is_found_in_old_files_too_and_no_other_with_its_number_in_it(logs, says, form):
    lines = {
        "logfmt": LOGFMT + " job={}",
        "json": '{{"time":"2026-11-29T01:00:0{}.000Z","event":"{}","job":{}}}',
    }[form]
    put(logs / "worker-01.log.5", lines.format(1, "mine.first", 41))
    put(logs / "worker-01.log", lines.format(2, "other", 417), lines.format(3, "mine.last", 41))

    assert ["mine.first" in one or "mine.last" in one for one in says("--job", "41")] == [
        True,
        True,
    ]


def test_a_code_is_found_without_a_database(logs, says):
    put(logs / "bot.log", LOGFMT.format(1, "told code=E-7K2Q"), LOGFMT.format(2, "b code=E-7K2R"))

    assert len(says("--code", "e-7k2q")) == 1


@pytest.mark.parametrize("word", ["1", "01", "worker-01", "worker:worker-01", "w01-812"])
def test_one_worker_is_named_as_status_logs_and_supervisord_name_it(logs, says, word):
    put(logs / "worker-00.log", LOGFMT.format(1, "a.a"))
    put(logs / "worker-01.log", LOGFMT.format(2, "a.b"))
    put(logs / "bot.log", LOGFMT.format(3, "a.c"))

    assert [one.split()[-1] for one in says("--worker", word)] == ["a.b"]
    assert len(says("--worker")) == 2


def test_the_newest_are_shown_and_as_many_as_wanted(logs, says):
    put(logs / "bot.log", *(f"2026-11-29T01:00:00.{n:03d}Z INFO  a n={n}" for n in range(300)))

    assert len(says()) == 200
    assert [one.split()[-1] for one in says("-n", "2")] == ["n=298", "n=299"]


def test_programs_get_an_object_for_each(logs, says):
    put(logs / "bot.log", LOGFMT.format(1, "a.b"), "Traceback")

    assert json.loads(says("--json")[0]) == {
        "time": "2026-11-29T01:00:01.000Z",
        "process": "bot",
        "text": f"{LOGFMT.format(1, 'a.b')}\nTraceback",
    }


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--worker", "9"), "no worker 9 has a log"),
        (("--job", "E-7K2Q"), "asked for by --code"),
        (("--since", "long"), "not a span of time"),
    ],
)
def test_what_is_not_there_is_refused_in_a_sentence(logs, capsys, words, why):
    put(logs / "bot.log", LOGFMT.format(1, "a.b"))

    assert cli.main(["logs", *words]) == 1
    assert why in capsys.readouterr().err


def test_a_home_without_logs_says_where_else_they_may_be(logs, capsys):
    assert cli.main(["logs"]) == 1
    assert "journalctl" in capsys.readouterr().err


def test_lines_for_the_journal_stand_in_their_place_without_their_priority(logs, says):
    put(logs / "nursery.log", f"<6>{LOGFMT.format(2, 'a.b')}", f"<3>{LOGFMT.format(4, 'a.d')}")
    put(logs / "bot.log", LOGFMT.format(1, "a.a"), LOGFMT.format(3, "a.c"))

    assert [line.split()[1:] for line in says()] == [
        LOGFMT.format(second, name).split()
        for second, name in enumerate(("a.a", "a.b", "a.c", "a.d"), start=1)
    ]


def test_where_most_is_in_the_journal_that_is_said_beside_what_the_files_have(
    logs, capsys, monkeypatch
):
    put(logs / "nursery.log", LOGFMT.format(1, "a.b"))
    monkeypatch.setenv("CHAPAR_LOG_FORM", "stderr")

    assert cli.main(["logs"]) == 0
    told = capsys.readouterr()
    assert ("a.b" in told.out, "journalctl -u chapar" in told.err) == (True, True)


def test_a_follower_sees_what_is_added_rotated_and_appears(logs):
    put(logs / "bot.log", LOGFMT.format(1, "before"))
    follower = LogFollower(logs)
    with (logs / "bot.log").open("a") as file:
        file.write(f"{LOGFMT.format(2, 'added')}\n{LOGFMT.format(3, 'ha')}")
        file.flush()
        assert [one.text.split()[-1] for one in follower.fresh()] == ["added"]
        file.write("lf\n")
    (logs / "bot.log").rename(logs / "bot.log.1")
    put(logs / "bot.log", LOGFMT.format(5, "rotated"))
    put(logs / "watch.log", LOGFMT.format(4, "appeared"))

    told = [one.text.split()[-1] for one in follower.fresh()]

    follower.close()
    assert told == ["half", "appeared", "rotated"]


@pytest.mark.parametrize("line", ["2026-99-99 25:61:61 x", "0000-00-00 00:00:00,000 x"])
def test_digits_of_a_traceback_that_are_no_instant_begin_no_entry(logs, says, line):
    put(logs / "bot.log", LOGFMT.format(1, "a.a"), "ValueError: two lines", line)

    assert [one.split()[-1] for one in says()] == ["a.a", "lines", "x"]
