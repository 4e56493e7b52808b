"""supervisord found without its socket, and what runs below a process."""

import os
import subprocess
import sys

import pytest

from daemon.supervisor import control, process_tree

#: A parent whose child waits on the same pipe; both end with it.
PARENT = "import subprocess, sys; subprocess.run(['cat'])"


@pytest.fixture
def run(short_home):
    return short_home / "run"


@pytest.fixture
def lookalike(run):
    """A process with supervisord's command line, that only waits."""
    words = ["daemon.supervisor.supervisord", "-j", str(run / process_tree.PID_FILE)]
    script = "import sys; print('there', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", script, *words], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as one:
        one.stdout.readline()
        yield one
        one.stdin.close()


def written(run, text):
    (run / process_tree.LOCK).write_text(text)


def test_the_process_that_the_lock_names_is_taken_for_it_while_it_lives(run):
    with open(run / process_tree.LOCK, "w") as lock:
        process_tree.note(lock.fileno())
    assert process_tree.supervisor_of(run) == os.getpid()


@pytest.mark.parametrize("text", ["", "nonsense", "1", "1 1\n", "99999999 5", "-1 0", "\0" * 9])
def test_a_lock_that_names_no_such_process_names_none(run, text):
    written(run, text)
    assert process_tree.supervisor_of(run) is None


def test_a_process_with_the_number_of_a_dead_one_is_another(run):
    written(run, f"{os.getpid()} {process_tree.start_of(os.getpid()) - 1}\n")
    assert process_tree.supervisor_of(run) is None


def test_one_that_has_ended_and_is_not_waited_for_runs_no_more(run):
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        start = process_tree.start_of(child.pid)
        (run / process_tree.LOCK).write_text(f"{child.pid} {start}\n")
        assert process_tree.supervisor_of(run) == child.pid
        child.stdin.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

        assert process_tree.supervisor_of(run) is None


@pytest.mark.parametrize("lock", [None, "", "another text"])
def test_it_is_known_by_its_command_line_when_the_lock_file_tells_nothing(run, lookalike, lock):
    if lock is not None:
        written(run, lock)
    assert process_tree.supervisor_of(run) == lookalike.pid


def test_that_of_another_home_is_not_ours(tmp_path, lookalike):
    assert process_tree.supervisor_of(tmp_path / "run") is None


def test_everything_below_a_process_is_listed_and_stopped_with_it():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdin=subprocess.PIPE) as parent:
        while not (tree := process_tree.below(parent.pid)):
            assert parent.poll() is None
        said = []

        control.stop_by_signals(parent.pid, said.append, now=True, patience=0.2)

        assert [one.parent for one in tree] == [parent.pid]
        assert "ended: supervisord" in said
        assert process_tree.seen(tree[0].pid) != tree[0]
