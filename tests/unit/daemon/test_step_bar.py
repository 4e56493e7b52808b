"""A long command moves a bar on a terminal, and nowhere else."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import daemon
from tests import ROOT
from tests.fresh_database import fresh

WORK = (
    "import threading; from daemon.console import step_bar; from daemon.registry import say\n"
    "with step_bar.shown(say) as told:\n"
    "    told('copying'); threading.Event().wait(1.2); told('written')\n"
)
SILENT = (
    "import threading; from daemon.console import step_bar\n"
    "with step_bar.shown(print, 'bringing up to date'): threading.Event().wait(1.2)\n"
)


def ran(terminal: bool, *words: str, home: Path | None = None) -> tuple[str, str]:
    """What standard output and standard error got of a Python that runs these words."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    around = {**os.environ, "CHAPAR_HOME": str(home), "CHAPAR_ENV_FILE": os.devnull}
    done = subprocess.run(
        [sys.executable, *(words or ("-c", WORK))],
        cwd=ROOT,
        env=around,
        stdout=subprocess.PIPE,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    told = b""
    try:
        while part := os.read(ours, 65536):
            told += part
    except OSError:  # the terminal's other end is closed
        pass
    os.close(ours)
    return done.stdout.decode(), told.decode()


def test_a_terminal_sees_the_step_and_its_seconds_and_the_line_is_cleared_at_the_end():
    out, err = ran(terminal=True)

    assert out == "copying\nwritten\n"
    assert "s  copying" in err
    assert err.count("=") >= 2
    assert err.endswith("\r\x1b[2K")


def test_a_terminal_that_can_only_print_gets_the_lines_alone(monkeypatch):
    monkeypatch.setenv("TERM", "dumb")

    assert ran(terminal=True) == ("copying\nwritten\n", "")


def test_a_terminal_that_can_only_print_gets_a_top_once(short_home):
    fresh(f"sqlite:///{short_home}/chapar.db", run=short_home / "run")
    around = os.environ | {"CHAPAR_HOME": str(short_home), "CHAPAR_ENV_FILE": os.devnull}
    ours, theirs = pty.openpty()

    done = subprocess.run(
        [sys.executable, "-m", "daemon.cli", "top"],
        cwd=ROOT,
        env=around | {"TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        timeout=30,
    )

    told = os.read(ours, 65536).decode()
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, "no worker lives" in told, "\x1b" in told) == (0, True, False)


def test_a_file_gets_the_lines_alone():
    assert ran(terminal=False) == ("copying\nwritten\n", "")


def test_a_step_that_says_nothing_has_its_bar_too():
    out, err = ran(True, "-c", SILENT)

    assert (out, "s  bringing up to date" in err) == ("", True)


def test_an_upgrade_moves_a_bar_while_it_tries_the_modules(short_home):
    out, err = ran(True, "-m", "daemon.cli", "upgrade", home=short_home)

    assert "no database yet" in out
    assert f"s  chapar {daemon.__version__}" in err
