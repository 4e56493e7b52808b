"""supervisord asked over its socket, and the wait for processes to end."""

import os
import subprocess

import pytest

from daemon.command_error import NotUp
from daemon.install import reload_settings
from daemon.supervisor import control


def test_no_supervisord_is_one_clear_answer(short_home):
    supervisor = control.Supervisor(short_home / "run")
    assert not supervisor.is_up()
    with pytest.raises(NotUp):
        supervisor.processes()


def test_a_socket_that_nobody_listens_on_is_the_same(short_home):
    (short_home / "run" / "supervisor.sock").touch()
    assert not control.Supervisor(short_home / "run").is_up()


@pytest.mark.skipif(os.geteuid() != 0, reason="becomes another user")
@pytest.mark.parametrize("command", ["stop", "reload"])
def test_what_another_user_may_not_look_into_is_not_called_stopped(
    short_home, monkeypatch, command
):
    monkeypatch.setenv("CHAPAR_HOME", str(short_home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    short_home.chmod(0o700)
    acts = {
        "stop": lambda: control.stop(short_home / "run", print),
        "reload": lambda: reload_settings.reload(print),
    }
    for act in acts.values():  # what is imported late is not to be read as the other user
        with pytest.raises(NotUp):
            act()

    assert said_by_another_user(acts[command]) == "PermissionError"


def said_by_another_user(act):
    """The name of the error that something ends with, done by a user who owns nothing."""
    here, there = os.pipe()
    if (pid := os.fork()) == 0:
        try:
            os.setgroups([])
            os.setresgid(65534, 65534, 65534)
            os.setresuid(65534, 65534, 65534)
            act()
        except Exception as error:
            os.write(there, type(error).__name__.encode())
        finally:
            os._exit(0)
    os.waitpid(pid, 0)
    os.close(there)
    with os.fdopen(here) as said:
        return said.read()


def test_the_wait_names_who_is_left():
    slow = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    said = []

    def say(line):
        said.append(line)
        slow.stdin.close()

    control.await_end(control.open_doors({slow.pid: "worker:worker-00"}), say, patience=0.05)

    slow.wait()
    assert said[0] == "waiting for worker:worker-00"
    assert said[-1] == "ended: worker:worker-00"


def test_a_process_that_ended_already_is_not_waited_for():
    gone = subprocess.Popen(["true"])
    gone.wait()
    assert control.open_doors({gone.pid: "bot"}) == {}


@pytest.mark.parametrize(
    ("group", "name", "title"),
    [("bot", "bot", "bot"), ("worker", "worker-00", "worker:worker-00")],
)
def test_names_are_those_of_supervisorctl(group, name, title):
    process = control.ProcessState(group, name, "RUNNING", pid=1, since=10.0, now=12.0)
    assert process.title == title
    assert process.up_for == 2.0
