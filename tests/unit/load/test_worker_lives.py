"""A leak by the job is found although no worker lives for long."""

import random

import pytest

from bench.load import soak
from bench.load.slopes import slope
from bench.load.worker_lives import FEWEST_LIVES, WARM_JOBS, WorkerLives

#: Jobs of a life, and those between two beats of a worker.
LIFE, BEAT = 100, 12


def lives(per_job: float, *, count: int = 24, noise: float = 0.5, seed: int = 1) -> WorkerLives:
    """Lives of workers that hold more with each job, and load something with the first ones."""
    dice, found = random.Random(seed), WorkerLives()
    for life in range(count):
        for jobs in range(LIFE):
            told = jobs // BEAT * BEAT  # a worker says it with its beats
            loaded = 9.0 * min(jobs, WARM_JOBS) / WARM_JOBS
            found.add(life, told, 60.0 + loaded + per_job * jobs + dice.gauss(0, noise))
    return found


def test_a_leak_by_the_job_is_named_which_the_mean_of_all_workers_does_not_show():
    leaking = lives(0.1)
    mean = [
        (life * 125.0 + number, value)
        for life, points in leaking.points.items()
        for number, (_, value) in enumerate(points)
    ]
    assert slope(mean, least=1.0).flat

    found = soak.grown_by_jobs({"anon MiB": leaking, "descriptors": lives(0.0)})

    assert soak.growing({}, found) == ["anon MiB of worker a job"]
    assert found["anon MiB of worker"].per_job == pytest.approx(0.1, abs=0.01)


@pytest.mark.parametrize("seed", range(8))
def test_what_a_fresh_worker_loads_is_no_leak(seed):
    assert lives(0.0, seed=seed).slope().flat


def test_of_five_hundred_soaks_without_a_leak_hardly_one_is_named():
    named = [not lives(0.0, count=14, seed=seed).slope().flat for seed in range(500)]
    assert sum(named) <= 3


def test_what_ends_while_a_worker_lives_is_no_leak():
    filling = WorkerLives()
    for life in range(24):
        for jobs in range(0, LIFE, BEAT):
            filling.add(life, jobs, min(jobs, 50) + life % 2 * jobs % 3)
    assert filling.slope(least=0.02).flat


def test_a_leak_that_nobody_would_feel_passes():
    assert lives(0.01, noise=0.01).slope(least=0.02).flat
    assert not lives(0.03, noise=0.01).slope(least=0.02).flat


def test_too_few_lives_or_too_short_ones_say_nothing():
    short = WorkerLives()
    for life in range(24):
        for jobs in (0, 25, WARM_JOBS, 45):
            short.add(life, jobs, 60.0)

    assert lives(0.1, count=FEWEST_LIVES - 1).slope() is None
    assert short.slope() is None
    assert soak.unseen({}, soak.grown_by_jobs({"anon MiB": short}))[-2:] == [
        "anon MiB of worker a job",
        "descriptors of worker a job",
    ]
