"""What stands in the way of a start, and a stack that cannot be asked, with real processes."""

import os
import signal
from pathlib import Path

import pytest

from daemon.supervisor import process_tree
from tests.process.test_up import Chapar

#: A worker that cannot start. Python runs `sitecustomize` before anything else.
#: A worker ends at once, whether it is executed or forked.
BROKEN = """
import os, runpy, sys
if 'procs.worker' in sys.orig_argv:
    os._exit(1)
own = runpy.run_module
def run_module(name, *args, **facts):
    return os._exit(1) if name == 'procs.worker' else own(name, *args, **facts)
runpy.run_module = run_module
"""


@pytest.fixture
def chapar(short_home):
    command = Chapar(short_home)
    yield command
    command.says("stop", "--now")


def supervisor(chapar):
    return process_tree.supervisor_of(chapar.home / "run")


def left_of(tree):
    """Those of a tree that still live (a process id may be another's by now)."""
    return [one.title for one in tree if one == process_tree.seen(one.pid)]


def test_a_folder_where_the_socket_belongs_stops_a_start(chapar):
    (chapar.home / "run" / "supervisor.sock").mkdir(parents=True)

    code, out, said = chapar.says("up", "-d", "--no-bot")

    assert (code, out, supervisor(chapar)) == (1, "", None)
    assert "supervisor.sock is in the way" in said


@pytest.mark.parametrize("now", [[], ["--now"]], ids=["drain", "now"])
def test_a_stack_whose_socket_and_lock_were_removed_is_found_and_stopped(chapar, now):
    assert chapar.says("up", "-d", "--no-bot")[0] == 0
    pid = supervisor(chapar)
    tree = process_tree.below(pid)
    for name in ("supervisor.sock", "supervisor.lock", "supervisord.pid"):
        (chapar.home / "run" / name).unlink()
    (chapar.home / "run" / "supervisor.sock").mkdir()

    code, out, _ = chapar.says("status")
    assert (code, f"supervisord runs (pid {pid}) and cannot be asked" in out) == (3, True)
    assert {"worker", "keeper", "watch"} <= {line.split()[0] for line in out.splitlines() if line}
    code, _, said = chapar.says("up", "-d", "--no-bot")
    assert (code, "already runs" in said) == (1, True)

    code, out, _ = chapar.says("stop", *now)

    assert (code, "ended: supervisord" in out) == (0, True)
    assert left_of(tree) == []
    assert chapar.says("stop")[0] == 4


@pytest.mark.long
def test_a_supervisord_that_stands_still_is_stopped_all_the_same(chapar):
    assert chapar.says("up", "-d", "--no-bot")[0] == 0
    tree = process_tree.below(pid := supervisor(chapar))
    os.kill(pid, signal.SIGSTOP)

    assert chapar.says("status")[0] == 3
    assert chapar.says("stop", "--now")[0] == 0

    assert left_of(tree) == []


@pytest.mark.long
def test_a_start_that_fails_leaves_nothing_running(chapar):
    (chapar.folder / "sitecustomize.py").write_text(BROKEN)
    chapar.around["PYTHONPATH"] += os.pathsep + str(chapar.folder)

    code, _, said = chapar.says("up", "-d", "--no-bot")

    assert (code, supervisor(chapar)) == (1, None)
    assert "everything was stopped again" in said
    assert len(said.splitlines()) == 1
    assert chapar.says("status")[0] == 4


@pytest.mark.long
def test_a_start_that_is_interrupted_leaves_nothing_running(chapar):
    command = chapar.start("up", "-d", "--no-bot")
    while supervisor(chapar) is None or not process_tree.below(supervisor(chapar)):
        assert command.poll() is None
    tree = process_tree.below(supervisor(chapar))

    command.send_signal(signal.SIGINT)

    assert command.wait(60) == 130
    assert supervisor(chapar) is None
    assert left_of(tree) == []


@pytest.mark.long
def test_a_database_that_is_lost_while_all_runs_is_missed_and_not_made_anew(chapar):
    assert chapar.says("up", "-d", "--no-bot")[0] == 0
    for path in chapar.home.glob("chapar.db*"):
        path.unlink()

    for words in ("status", "jobs", "pause", "rolling-restart", "fetch http://x.example/a"):
        code, out, said = chapar.says(*words.split())
        assert (code, out) == (1, "")
        assert "is gone, though Chapar was started" in said

    assert chapar.says("stop")[0] == 0
    assert chapar.says("up", "-d", "--no-bot")[0] == 1
    assert list(chapar.home.glob("chapar.db*")) == []
    assert chapar.says("up", "-d", "--no-bot", "--new-database")[0] == 0


@pytest.mark.long
def test_a_disk_on_which_nothing_starts_is_told_by_status_and_fetch(chapar):
    with (chapar.folder / ".env").open("a") as env:
        env.write("CHAPAR_DISK_FLOOR=900TiB\n")
    assert chapar.says("up", "-d", "--no-bot")[0] == 0

    code, out, _ = chapar.says("status")
    assert (code, "no download starts below" in out) == (3, True)
    code, out, said = chapar.says("fetch", "http://x.example/a")
    assert (code, out) == (1, "")
    assert said.startswith("chapar: no download starts: ")


@pytest.mark.long
def test_supervisorctl_restarts_all_workers(chapar):
    assert chapar.says("up", "-d", "--no-bot")[0] == 0
    before = {one.title: one.pid for one in chapar.supervisor.processes()}
    chapar.around["CHAPAR_HOME"] = str(chapar.home)
    conf = str(Path(__file__).parents[2] / "supervisord.conf")

    code, _, _ = chapar.says("-c", conf, "restart", "worker:*", program="supervisor.supervisorctl")

    after = {one.title: one.pid for one in chapar.supervisor.processes()}
    assert code == 0
    assert {title for title in before if before[title] != after[title]} == {
        *("worker:worker-00", "worker:worker-01")
    }


@pytest.mark.long
def test_a_home_with_spaces_works(chapar):
    (chapar.folder / ".env").write_text("CHAPAR_HOME='a home/with spaces'\nCHAPAR_WORKERS=1\n")
    chapar.home = chapar.folder / "a home" / "with spaces"

    assert chapar.says("up", "-d", "--no-bot")[0] == 0

    assert chapar.says("status")[0] == 0
