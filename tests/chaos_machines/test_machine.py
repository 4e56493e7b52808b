"""A machine of a storm: whom it has, and what it cannot have without a network of its own."""

from itertools import islice
from random import Random

import pytest

from tests.chaos_machines.__main__ import leave
from tests.chaos_machines.fleet_plan import LINES, FleetPlan
from tests.chaos_machines.fleet_storm import FleetStorm
from tests.chaos_machines.machine import Machine

APART = FleetPlan(200, 400, 1.0, 1)
TOGETHER = FleetPlan(200, 400, 1.0, 1, apart=False)


@pytest.fixture
def machine():
    """One whose supervisord does not answer, in no network of its own."""
    found = Machine("m1", None, None)
    yield found
    found.stack.remove()


@pytest.mark.parametrize("kind", ["worker", "bot", "keeper", "nursery"])
def test_a_machine_whose_supervisord_does_not_answer_has_no_process_to_kill(machine, kind):
    assert machine.pids(kind) == []


def test_a_storm_without_lines_of_their_own_has_no_trouble_of_a_line():
    drawn = {plan: islice(plan.kinds(Random(1)), 500) for plan in (APART, TOGETHER)}
    kinds = {plan: set(found) for plan, found in drawn.items()}
    assert kinds[APART] - kinds[TOGETHER] == set(LINES)


async def test_a_line_that_cannot_be_made_slow_is_no_trouble(machine):
    storm = FleetStorm.__new__(FleetStorm)
    assert not await storm.slows(machine)
    assert not await storm.refuses(machine)


def test_the_home_of_a_machine_is_removed_or_told_of(machine, capsys):
    leave([machine], whole=True)
    assert f"m1: {machine.stack.home}" in capsys.readouterr().out
    assert machine.stack.home.exists()
    leave([machine], whole=False)
    assert not machine.stack.home.exists()
