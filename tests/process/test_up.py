"""`chapar up`, `stop`, `status` with the real supervisord and real processes, without Telegram."""

import os
import signal
import sqlite3
import subprocess
import sys

import pytest

from daemon.supervisor.control import Supervisor, await_end, open_doors
from tests import ROOT

PATIENCE = 60


class Chapar:
    """The command, run in a folder of its own with its settings in `.env` there."""

    def __init__(self, folder):
        self.folder = folder
        self.started = []
        self.home = folder / "home"
        (folder / ".env").write_text(
            "CHAPAR_HOME=home\nCHAPAR_WORKERS=1\nCHAPAR_DRAIN_GRACE=5\nCHAPAR_LOG_LEVEL=DEBUG\n"
        )
        others = {k: v for k, v in os.environ.items() if not k.startswith("CHAPAR_")}
        self.around = others | {"PYTHONPATH": str(ROOT)}

    def start(self, *words):
        command = subprocess.Popen(
            [sys.executable, "-m", "daemon.cli", *words],
            cwd=self.folder,
            env=self.around,
            stdout=subprocess.DEVNULL,
        )
        self.started.append(command)
        return command

    def says(self, *words, program="daemon.cli"):
        """(exit code, standard output, standard error)"""
        done = subprocess.run(
            [sys.executable, "-m", program, *words],
            cwd=self.folder,
            env=self.around,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        return done.returncode, done.stdout, done.stderr

    @property
    def supervisor(self):
        return Supervisor(self.home / "run")

    def until_answered(self):
        """Wait until its supervisord answers; `status` also says other things before that."""
        for _ in range(200):  # each look takes a tenth of a second or more
            if self.says("status") and self.supervisor.is_up():
                return
        raise AssertionError("nobody answers")

    def until_all_run(self):
        """The status once every process is up and every worker has its place."""
        for _ in range(200):  # each look takes a tenth of a second or more
            code, out, _ = self.says("status")
            if code == 0 and "slot 0" in out and "starts" not in out:
                return out
        raise AssertionError(out)


@pytest.fixture
def chapar(short_home):
    command = Chapar(short_home)
    yield command
    command.says("stop", "--now")
    for started in command.started:
        started.wait(PATIENCE)


def test_up_status_and_stop(chapar):
    assert chapar.says("up", "-d", "--no-bot")[0] == 0
    code, out, _ = chapar.says("status")
    assert code == 0
    rows = {words[0]: words[1:] for line in out.splitlines() if (words := line.split())}
    places = sorted(" ".join(rows[f"worker:worker-0{n}"][3:5]) for n in (0, 1))
    assert rows["keeper"][0] == rows["watch"][0] == "RUNNING"
    assert rows["bot"][0] == "STOPPED"
    assert [place[:6] for place in places] == ["slot 0", "spare "]

    code, out, _ = chapar.says("stop")
    assert code == 0
    assert {line for line in out.splitlines() if line.startswith("ended")} == {
        f"ended: {name}"
        for name in ("keeper", "supervisord", "watch", "worker:worker-00", "worker:worker-01")
    }
    assert chapar.says("status")[0] == 4


def test_supervisorctl_works_beside_it(chapar):
    chapar.start("up", "--no-bot")
    chapar.until_answered()
    chapar.around["CHAPAR_HOME"] = str(chapar.home)
    conf = str(ROOT / "supervisord.conf")
    _, out, _ = chapar.says("-c", conf, "status", program="supervisor.supervisorctl")
    titles = [line.split()[0] for line in out.splitlines()]
    assert titles == ["bot", "keeper", "watch", "worker:worker-00", "worker:worker-01"]


def test_a_second_supervisor_on_one_home_is_refused(chapar):
    chapar.start("up", "--no-bot")
    chapar.until_answered()
    first = chapar.supervisor.pid()

    for words in (["up", "--no-bot"], ["up", "-d", "--no-bot"]):
        code, _, said = chapar.says(*words)
        assert code == 1
        assert said.startswith(f"chapar: Chapar already runs on {chapar.home}; stop it first")
        assert len(said.splitlines()) == 1
    assert chapar.supervisor.pid() == first


def test_a_database_from_a_newer_version_is_refused(chapar):
    chapar.home.mkdir()
    with sqlite3.connect(chapar.home / "chapar.db") as connection:
        connection.execute("CREATE TABLE jobs (from_the_future)")
        connection.execute("PRAGMA user_version = 9999")
    connection.close()
    before = (chapar.home / "chapar.db").read_bytes()

    code, _, said = chapar.says("up", "-d", "--no-bot")

    assert code == 1
    assert "newer" in said
    assert len(said.splitlines()) == 1
    assert not chapar.supervisor.is_up()
    assert (chapar.home / "chapar.db").read_bytes() == before


def test_in_the_foreground_a_term_stops_everything(chapar):
    command = chapar.start("up", "--no-bot")
    chapar.until_all_run()
    doors = open_doors({one.pid: one.title for one in chapar.supervisor.processes() if one.pid})

    command.terminate()

    assert command.wait(PATIENCE) == 0
    await_end(doors, lambda line: None)
    assert chapar.supervisor.is_up() is False


def test_after_kill_nine_of_supervisord_nothing_is_left_and_it_starts_again(chapar):
    command = chapar.start("up", "--no-bot")
    chapar.until_all_run()
    doors = open_doors({one.pid: one.title for one in chapar.supervisor.processes() if one.pid})

    command.send_signal(signal.SIGKILL)

    command.wait(PATIENCE)
    await_end(doors, lambda line: None)
    assert chapar.says("up", "-d", "--no-bot")[0] == 0
