"""Commands as a sysadmin mistypes and pipes them: an exit code and a sentence, no traceback."""

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from daemon import cli
from daemon.command_error import Refusal
from daemon.commands import fetch_command, fetch_target, status
from daemon.console.answer_stream import AnswerFile
from procs import config
from procs.core import clock
from procs.records.job import Lane, Person
from procs.store.database import open_database
from procs.store.health import low_disks
from procs.store.jobs import seats
from procs.store.people import users
from tests import ROOT
from tests.fresh_database import fresh


@pytest.fixture
def home(short_home, monkeypatch):
    for name in config.NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    fresh(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    return short_home


@pytest.fixture
def db(home):
    db = open_database(f"sqlite:///{home}/chapar.db", run=home / "run")
    yield db
    db.close()


@pytest.fixture
def says(home, capsys):
    def says(*words):
        """(exit code, standard output, standard error)"""
        capsys.readouterr()
        try:
            code = cli.main(words)
        except SystemExit as left:
            code = left.code
        return code, *capsys.readouterr()

    return says


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("fetch http://x.example/a --page 2", "write --list too"),
        ("fetch --list --page 0 http://x.example/a", "not the number of a page"),
        ("fetch --list --page two http://x.example/a", "not the number of a page"),
        ("fetch --list --as mp3 http://x.example/a", "leave --as and --to out"),
        ("fetch --as avi http://x.example/a", "can't do “avi”"),
        ("fetch nonsense", ""),
        ("fetch ftp://x.example/a", "http"),
        ("fetch --to /etc/hostname http://x.example/a", "is not a folder"),
        ("fetch --to /etc/hostname/below http://x.example/a", "is not a folder"),
        ("fetch --to /proc/nowhere http://x.example/a", ""),
        ("why E-0000", "no job has the number or code"),
        ("why x", "no job has the number or code"),
        ("why 99999999999999999999", "no job has the number or code"),
        ("retry 7", "no job has the number or code"),
        ("cancel -- -1", "no job has the number or code"),
        ("forget nonsense", "not one link"),
        ("errors --since yesterday", "not a span of time"),
        ("breakers --close nonsense", ""),
        ("logs -n -5", "'-5' is no number of lines"),
        ("logs -n 99999999999999999999", "is no number of lines"),
        ("audit --most 99999999999999999999", "is no number of lines"),
        ("use --png .", "no name of a file"),
        ("use --png /etc", "no name of a file"),
        ("init --no-live --token-file /dev/zero", "CHAPAR_BOT_TOKEN"),
        ("init --no-live --token-file /bin/sh", "CHAPAR_BOT_TOKEN"),
        ("pause --why \udcff", "is no text in UTF-8"),
        ("drain --why \udcff", "is no text in UTF-8"),
        ("mode light 1h \udcff", "is no text in UTF-8"),
        ("logs --code \udcff", "is no text in UTF-8"),
        ("pause --site not/a/site", ""),
        ("pause --user 99999999999999999999", ""),
        ("pause --user -5", ""),
        ("resume", "is not paused"),
        ("drain --timeout nan", ""),
        ("drain --timeout -1", ""),
        ("cap 5", "write: chapar cap"),
        ("cap 5 two", "is not a cap"),
        ("cap 5 2", "no user 5 ever wrote"),
        ("cap --all default", "CHAPAR_MAX_DOWNLOADS_PER_USER"),
        ("cap --all 0", "is not a cap"),
        ("cap 5 2 --all 3", "write: chapar cap"),
        ("engine use nonsense", ""),
        ("engine use ../../etc", ""),
        ("engine update nonsense", ""),
        ("engine rollback", ""),
        ("rolling-restart", "not running"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(says, monkeypatch, words, why):
    monkeypatch.setattr(fetch_command, "MISSING", 0.1)  # seconds until a missing worker is told of
    code, _, said = says(*words.split())
    assert code in (1, 2, 4)
    assert why in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 1 or said.startswith("usage: ")


@pytest.mark.parametrize(
    "words",
    ["", "staus", "engine", "engine upgrade", "engine use", "engine list x", "jobs --al x", "why"],
)
def test_what_it_does_not_know_is_code_2_with_the_usage(says, words):
    code, out, said = says(*words.split())
    assert (code, out) == (2, "")
    assert said.startswith("usage: chapar")


def test_caps_are_listed(says, db):
    users.remember(db, Person(id=7, language="en", name="Ann", access_hash=1), now=clock.now())
    assert says("cap")[1].split() == [
        *("user", "cap", "everybody", "2", "CHAPAR_MAX_DOWNLOADS_PER_USER", "0", "own", "caps")
    ]
    says("cap", "--all", "4")
    says("cap", "7", "9")

    code, out, _ = says("cap")

    assert code == 0
    assert re.search(r"^everybody +4 +chapar cap --all$", out, re.M)
    assert re.search(r"^7 +9 +Ann$", out, re.M)
    assert seats.cap(db, 7, Lane.HEAVY) == 9


def test_a_low_disk_is_told_before_a_download_is_asked_for(says, db):
    low_disks.note_low(db, status.disk.host(), free=1, now=clock.now())
    code, _, said = says("fetch", "http://x.example/a")
    assert (code, said.startswith("chapar: no download starts: ")) == (1, True)


def test_a_folder_that_cannot_be_written_is_refused_before_the_download():
    with pytest.raises(Refusal, match="no file can be written in /proc .*; name another folder"):
        fetch_target.require_folder(Path("/proc/nowhere"))


@pytest.mark.parametrize("words", ["jobs --all", "check --no-bot", "cap"])
@pytest.mark.parametrize("where", ["pipe", "full", "closed"])
def test_a_reader_that_left_ends_a_command_quietly(home, words, where):
    here, there = os.pipe()
    os.close(here)
    out = {"pipe": there, "full": os.open("/dev/full", os.O_WRONLY), "closed": None}[where]
    command = f'exec "$0" -m daemon.cli {words}' + (" >&-" if where == "closed" else "")
    done = subprocess.run(
        ["sh", "-c", command, sys.executable],
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"},
        stdout=out,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(there)
    told = "chapar: the answer cannot be written (No space left on device)\n"
    wanted = {"pipe": (cli.UNREAD, ""), "full": (1, told), "closed": (done.returncode, "")}
    assert (done.returncode, done.stderr) == wanted[where]
    assert done.returncode in (cli.UNREAD, 0, 1)


def test_a_file_of_a_command_on_a_full_disk_is_not_called_its_answer(says, tmp_path):
    png = tmp_path / "use.png"
    png.with_name(".use.png.new").symlink_to("/dev/full")

    code, _, said = says("use", "--png", str(png))

    why = f"chapar: {png}: No space left on device; free space on that disk\n"
    assert (code, said) == (1, why)


def test_a_full_pipe_that_others_made_non_blocking_is_waited_for():
    here, there = os.pipe()
    os.set_blocking(there, False)
    with suppress(BlockingIOError):
        while True:
            os.write(there, bytes(4096))
    file = AnswerFile(there, "w")

    with ThreadPoolExecutor() as pool, open(here, "rb") as reader:
        answer = pool.submit(file.write, b"answer")
        there_first = len(reader.read(16 * 4096))
        assert answer.result() == len(b"answer")
        file.close()
        assert (there_first, reader.read()) == (16 * 4096, b"answer")


def test_a_name_that_is_no_text_is_shown(says, monkeypatch):
    monkeypatch.setenv("CHAPAR_SITES", "/srv/\udcff.toml")
    code, out, _ = says("check", "--no-bot")
    assert (code, "\\udcff" in out) == (1, True)


@pytest.mark.parametrize(("closed", "code"), [("<&-", 1), ("<&- >&-", 1), ("<&- >&- 2>&-", 1)])
def test_a_stream_that_the_caller_closed_is_no_traceback(tmp_path, closed, code):
    words = f"{sys.executable} -m daemon.cli init --no-live --file {tmp_path}/.env {closed}"
    around = {**os.environ, "PYTHONPATH": str(ROOT)}

    done = subprocess.run(["sh", "-c", words], env=around, capture_output=True, text=True)

    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert ("is missing; nothing was written" in done.stderr) == ("2>" not in closed)
