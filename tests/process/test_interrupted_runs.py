"""A long run that is ended by SIGTERM, as by `timeout` or a service manager, leaves nothing."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests import ROOT, postgresql_server
from tests.sandbox.events import until
from tests.sandbox.interruption import INTERRUPTED

#: Seconds until a run has begun, and until all of it has ended.
START, END = 90.0, 90.0
#: What stays: the output, and the films of the site, which the next run takes from there.
KEPT = ("said", "chapar-site-")
#: Programs, and words of a process that says that all is there which could be left.
RUNS = {
    "tests.chaos": "procs.bot",
    "tests.chaos_machines": "procs.bot",
    "bench.load.soak": "procs.bot",
    "bench.load.capacity": "procs.bot",
    "tests.simulation": "tests.simulation",
}


@pytest.fixture
def folder() -> Iterator[Path]:
    """A short one: the path of a socket has 107 bytes."""
    with tempfile.TemporaryDirectory(prefix="int-") as folder:
        yield Path(folder)


def tree(pid: int) -> list[psutil.Process]:
    run = psutil.Process(pid)
    return [run, *run.children(recursive=True)]


def is_there(pid: int, words: str) -> bool:
    """Whether one of its processes is such a one; one that is alone made what it works in."""
    found = []
    for one in tree(pid):
        try:
            found.append(" ".join(one.cmdline()))
        except psutil.Error:
            continue
    return any(words in line for line in found) and (words not in found[0] or bool(made(pid)))


def made(pid: int) -> set[Path]:
    """The folders that a run made for itself beside its temporary one, by its open files."""
    opened = [Path(one.path) for one in psutil.Process(pid).open_files()]
    return {path.parent for path in opened if path.parent.name.startswith("sim-")}


@pytest.mark.long
@pytest.mark.parametrize("program", RUNS)
async def test_a_run_that_is_terminated_leaves_no_process_folder_or_mount(program, folder):
    if program == "tests.chaos_machines" and postgresql_server.programs() is None:
        pytest.skip("no PostgreSQL server is installed")
    words = [sys.executable, "-m", program]
    with open(folder / "said", "wb") as said:
        facts = {"cwd": ROOT, "stdout": said, "stderr": said}
        run = subprocess.Popen(words, env={**os.environ, "TMPDIR": str(folder)}, **facts)
        try:
            await until(lambda: is_there(run.pid, RUNS[program]), START)
            left, folders = tree(run.pid), made(run.pid)
        finally:
            run.send_signal(signal.SIGTERM)
            code = run.wait(END)
    _, alive = psutil.wait_procs(left, timeout=END)

    assert code == INTERRUPTED, (folder / "said").read_text()
    assert alive == []
    assert [path for path in folder.iterdir() if not path.name.startswith(KEPT)] == []
    assert [path for path in folders if path.exists()] == []
    assert str(folder) not in Path("/proc/self/mounts").read_text()
