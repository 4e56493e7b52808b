"""The simulation is proved by faults that are planted: it finds each, and shrinks it."""

import os
from collections.abc import Iterator

import pytest

from tests.simulation.episode import Outcome, play
from tests.simulation.faults import FAULTS
from tests.simulation.shrink import Shrinker, told

#: Steps within which each is found, from these seeds on.
BOUND = 60_000
FIRST = {
    "a missing fence": 4,
    "a missing fence of a note": 11,
    "a missing fence of a return": 28,
    "a known media that is not paid for": 2,
    "a turn that another takes": 0,
    "a lease that ends too early": 8,
    "a list that ends too early": 1,
    "an entry that passes another": 63,
    "a budget that is spent twice": 0,
    "a delivery noted before its random id is stored": 0,
    "media without their last part": 0,
}


@pytest.fixture(autouse=True)
def one_core() -> Iterator[None]:
    """As in test_simulation."""
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {max(cores)})
    yield
    os.sched_setaffinity(0, cores)


def found(name: str) -> tuple[int, Outcome]:
    """The first seed in which a planted fault is seen, and what came of it."""
    plant, _ = FAULTS[name]
    seed, steps = FIRST[name], 0
    while steps < BOUND:
        outcome = play(seed, plant=plant)
        if outcome.violation:
            return seed, outcome
        seed, steps = seed + 1, steps + outcome.steps
    pytest.fail(f"not found in {steps} steps")


@pytest.mark.parametrize("name", FAULTS)
def test_a_planted_fault_is_found(name: str) -> None:
    _, outcome = found(name)

    assert outcome.violation is not None
    assert outcome.violation.what in FAULTS[name][1]


@pytest.mark.long
@pytest.mark.parametrize("name", FAULTS)
def test_it_is_shrunk_to_a_short_story_of_fewer_actors(name: str) -> None:
    seed, outcome = found(name)
    shrinker = Shrinker(seed, outcome, FAULTS[name][0])
    shrinker.run()
    story = told(shrinker)

    assert len(shrinker.best.made) < len(outcome.made) / 2
    assert len(story.actors) < 8
    assert story.points < 1500
    assert story.lines[-1].startswith(f"! {outcome.violation.what}" if outcome.violation else "?")


@pytest.mark.long
@pytest.mark.parametrize("name", FAULTS)
def test_without_it_the_same_decisions_do_no_harm(name: str) -> None:
    seed, outcome = found(name)

    assert play(seed, made=outcome.made, rests=False).violation is None
