"""The end of a storm kills the keeper, and nobody else."""

import os
import signal
from types import SimpleNamespace

import pytest

from procs.store.database import open_database
from tests.chaos.plan import Plan
from tests.chaos.storm import Storm
from tests.chaos.storm_stack import StormStack
from tests.fresh_database import fresh

PLAN = Plan(people=1, deliveries=1, troubles=1, films=1, every=1.0)


class QuietStack(StormStack):
    """One that has nothing left, and whose keeper is back at the third look."""

    def __init__(self, home) -> None:
        super().__init__(home)
        self.pids = [0, 0, 4711]
        for name in ("jobs", "outbox"):
            (self.state / name).mkdir(parents=True)
        url, run = f"sqlite:///{self.state}/chapar.db", self.state / "run"
        fresh(url, run=run)
        self.database = open_database(url, run=run)

    @property
    def supervisor(self):
        keeper = SimpleNamespace(title="keeper", pid=self.pids.pop(0))
        return SimpleNamespace(processes=lambda: [keeper])


@pytest.fixture
def killed(monkeypatch):
    found = []
    monkeypatch.setattr(os, "kill", lambda pid, signum: found.append((pid, signum)))
    return found


async def test_a_keeper_that_is_being_started_anew_is_waited_for(tmp_path, killed):
    stack = QuietStack(tmp_path)
    await Storm(stack, PLAN).clean_up()
    stack.close_database()
    assert killed == [(4711, signal.SIGKILL)]


def test_no_stack_kills_the_group_of_whoever_tries_it(tmp_path, killed):
    with pytest.raises(AssertionError, match="no process"):
        StormStack(tmp_path).kill(0)
    assert killed == []
