"""Whatever hangs or never ends in a simulation is itself found, and said."""

import threading

import pytest

from tests.simulation import scheduler
from tests.simulation.episode import play
from tests.simulation.shrink import Shrinker
from tests.simulation.upkeep import Keeper


def hangs(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Keeper, "take_back", lambda self: threading.Event().wait())


def spins(patch: pytest.MonkeyPatch) -> None:
    def take_back(self: Keeper) -> None:
        while True:
            self.db.one("SELECT 1")

    patch.setattr(Keeper, "take_back", take_back)


def test_an_actor_that_waits_for_what_never_comes_is_found_and_shown(monkeypatch):
    monkeypatch.setattr(scheduler, "HUNG", 0.3)

    found = play(104, length=600, plant=hangs).violation

    assert found.what == "a step never ends"
    assert "keeper-5" in str(found)
    assert "threading.Event().wait()" in str(found)


def test_acts_that_never_end_are_found(monkeypatch):
    monkeypatch.setattr(scheduler, "ENDLESS", 4000)

    found = play(104, length=600, plant=spins).violation

    assert found.what == "acts never end"


def test_a_shrink_ends_when_its_time_is_over(monkeypatch):
    monkeypatch.setattr(scheduler, "ENDLESS", 4000)
    outcome = play(104, length=600, plant=spins)

    shrinker = Shrinker(104, outcome, spins, budget=0.0)

    assert shrinker.run() is outcome
    assert shrinker.runs == 0
