"""A long command moves a bar on a terminal, and nowhere else."""

import os
import pty
import subprocess
import sys

from tests import ROOT

WORK = (
    "import threading; from daemon.console import step_bar; from daemon.registry import say\n"
    "with step_bar.shown(say) as told:\n"
    "    told('copying'); threading.Event().wait(1.2); told('written')\n"
)


def ran(terminal: bool) -> tuple[str, str]:
    """What standard output and standard error got."""
    ours, theirs = pty.openpty() if terminal else os.pipe()
    done = subprocess.run(
        [sys.executable, "-c", WORK], cwd=ROOT, stdout=subprocess.PIPE, stderr=theirs, check=True
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


def test_a_file_gets_the_lines_alone():
    assert ran(terminal=False) == ("copying\nwritten\n", "")
