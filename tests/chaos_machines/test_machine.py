"""A machine of a storm, and whom it has."""

import pytest

from tests.chaos_machines.machine import Machine


@pytest.fixture
def machine():
    """One whose supervisord does not answer, in no network of its own."""
    found = Machine("m1", None, None)
    yield found
    found.stack.remove()


@pytest.mark.parametrize("kind", ["worker", "bot", "keeper", "nursery"])
def test_a_machine_whose_supervisord_does_not_answer_has_no_process_to_kill(machine, kind):
    assert machine.pids(kind) == []
