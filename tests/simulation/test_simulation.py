"""The simulation in short: the same seed makes the same run, and nothing goes wrong in a few."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from procs.core import clock
from procs.telegram import pace
from tests import ROOT
from tests.simulation.decisions import CRASH, SKIP
from tests.simulation.episode import Outcome, play
from tests.simulation.machine import Machine

#: One process plays an episode, and says what came of it.
PLAYS = """
import json
from tests.simulation.episode import play
outcome = play(3, length=1200)
print(json.dumps([outcome.digest, outcome.rows, outcome.steps, len(outcome.made)]))
"""
#: Episodes of the short form: one of each kind.
SEEDS = range(100, 104)


@pytest.fixture(autouse=True)
def one_core() -> Iterator[None]:
    """One thread runs at a time: on one core a turn is handed over in a third of the time."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    yield
    os.sched_setaffinity(0, cores)


def played_elsewhere(hash_seed: str) -> list[object]:
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)}
    found = subprocess.run(
        [sys.executable, "-c", PLAYS], env=environment, capture_output=True, check=True, timeout=120
    )
    return list(json.loads(found.stdout.splitlines()[-1]))


@pytest.mark.long
def test_the_same_seed_makes_the_same_steps_and_the_same_rows_byte_for_byte():
    assert played_elsewhere("1") == played_elsewhere("2")


@pytest.mark.long
def test_a_worker_that_drains_does_not_leave_with_a_job_that_it_claimed_anew():
    assert play(20261151).violation is None


def test_another_seed_makes_others():
    assert play(101, length=300).digest != play(102, length=300).digest


def test_the_decisions_of_a_run_make_it_again():
    first = play(103, length=1000)

    assert play(103, made=first.made, rests=False).digest == first.digest


def test_every_clock_that_the_product_asks_is_that_of_the_simulated_machine():
    """By its own, a wait that Telegram imposed ended never, or in another step each time."""
    machine = Machine(1)
    with machine.installed():
        machine.skip(7)
        asked = (clock.now().wall, clock.own_wall(), pace.CLOCK.time())
        steady = (clock.now().boot, clock.steady())

    assert asked == (machine.wall,) * 3
    assert steady == (machine.boot,) * 2


def test_nothing_goes_wrong_whatever_dies_hangs_or_comes_twice():
    outcomes = [play(seed) for seed in SEEDS]

    assert [str(one.violation) for one in outcomes if one.violation] == []
    assert kinds(outcomes) >= {CRASH, SKIP}
    assert sum(one.steps for one in outcomes) > 10_000
    assert sum(one.audits for one in outcomes) > 600


def kinds(outcomes: list[Outcome]) -> set[str]:
    return {decision.kind for one in outcomes for decision in one.made}
