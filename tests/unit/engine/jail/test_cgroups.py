"""Control groups of jobs: bounded, joined, removed; left alone where they are not ours."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from procs.engine.jail import cgroups
from procs.engine.protocol.messages import Limits
from tests import ROOT

#: Where the superuser can make groups with a bound on processes: version 2, or the old hierarchy.
PLACES = (Path("/sys/fs/cgroup"), Path("/sys/fs/cgroup/pids"))

#: Joins a group and starts processes without end; says how many there are then.
BOMB = """
import os, sys
from pathlib import Path
from procs.engine.jail import cgroups
cgroups.join(Path(sys.argv[1]))
over, end = os.pipe()
made = 0
try:
    while made < 5000:
        if os.fork() == 0:
            os.close(end)
            os.read(over, 1)
            os._exit(0)
        made += 1
except BlockingIOError:
    print(made, flush=True)
os.close(end)
for _ in range(made):
    os.wait()
"""


@pytest.fixture
def folder():
    """A folder of groups that bounds processes, for the superuser."""
    for place in PLACES:
        made = place / f"chapar-test-{os.getpid()}"
        try:
            made.mkdir()
        except OSError:
            continue
        given = made / "cgroup.subtree_control"
        if given.exists() and "pids" in (made / "cgroup.controllers").read_text():
            given.write_text("+pids")
        elif not (made / "pids.max").exists():
            made.rmdir()
            continue
        yield made
        made.rmdir()
        return
    pytest.skip("no control groups can be made here")


def test_a_job_has_no_more_processes_than_its_group_allows(folder):
    """Also when they are the superuser's, whom no other limit of processes binds."""
    group = cgroups.make(folder, Limits())
    words = [sys.executable, "-c", BOMB, str(group)]
    ran = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert int(ran.stdout) == cgroups.tasks() - 1, ran.stderr
    cgroups.remove(group)
    assert not group.exists()


def test_what_a_killed_nursery_left_is_swept_and_a_living_ones_groups_stay(folder):
    left, lives = folder / "job-999999999-1", cgroups.make(folder, Limits())
    left.mkdir()
    cgroups.sweep(folder)
    assert (left.exists(), lives.exists()) == (False, True)
    cgroups.remove(lives)


def test_without_a_folder_there_are_no_groups():
    assert cgroups.make(None, Limits()) is None
    cgroups.join(None)
    cgroups.remove(None)
    cgroups.sweep(None)


def test_a_group_that_nobody_gave_us_is_left_alone():
    before = cgroups.own()
    if before is None or cgroups.is_given(before):
        pytest.skip("this group is ours")
    cgroups.settle()
    assert cgroups.own() == before
    assert cgroups.place() is None
