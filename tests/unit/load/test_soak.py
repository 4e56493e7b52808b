"""What a soak makes of its samples: what grows is named, and what only varies is not."""

import asyncio
import os
import random
import subprocess
from collections import Counter
from math import exp
from types import SimpleNamespace

import psutil
import pytest

from bench.load import soak, soak_trial, summary, usage
from bench.load.slopes import HOUR, slope
from bench.load.soak_samples import RECORD, SHORT, SoakSamples
from bench.load.soak_trial import KEEP, SoakTrial, claims
from daemon.command_error import NotUp
from procs.errors import StoreError
from procs.store.database import open_database
from tests.fresh_database import fresh

MINUTES = 20 * 60.0


def samples(per_hour: float, noise: float = 1.0, seed: int = 1) -> list[tuple[float, float]]:
    """Every five seconds a value that grows, and varies."""
    dice = random.Random(seed)
    instants = [float(at) for at in range(0, int(MINUTES), 5)]
    return [(at, 100 + per_hour * at / HOUR + dice.gauss(0, noise)) for at in instants]


def test_a_slope_is_found_beside_its_noise():
    found = slope(samples(30.0))

    assert found.per_hour == pytest.approx(30.0, abs=3.0)
    assert found.within < 3.0
    assert not found.flat


def test_the_true_slope_is_in_its_interval_in_nineteen_of_twenty_runs():
    found = [slope(samples(30.0, noise=5.0, seed=seed)) for seed in range(400)]
    inside = sum(one.low <= 30.0 <= one.high for one in found)

    assert inside / len(found) == pytest.approx(0.95, abs=0.03)


@pytest.mark.parametrize("seed", range(8))
def test_what_only_varies_is_flat(seed):
    assert slope(samples(0.0, noise=5.0, seed=seed)).flat


def test_what_shrinks_does_not_grow_and_what_nobody_would_feel_is_nothing():
    assert slope(samples(-40.0)).flat
    assert not slope(samples(4.0, noise=0.1)).flat
    assert slope(samples(4.0, noise=0.1), least=5.0).flat


@pytest.mark.parametrize("at", [0.2, 0.5, 0.8])
def test_what_grows_once_and_stays_so_does_not_grow(at):
    stepped = [(t, value + 9 * (t > at * MINUTES)) for t, value in samples(0.0, noise=0.2)]
    assert slope(stepped).high > 10
    assert slope(stepped).flat


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("minutes", [1.0, 2.0, 3.0])
def test_a_cache_that_fills_while_all_begins_is_not_growth(minutes, seed):
    """It has a twentieth of its room left after three times so many minutes."""
    filling = [
        (at, value - 1.5 * exp(-at / 60 / minutes))
        for at, value in samples(0.0, noise=0.02, seed=seed)
    ]
    judged = soak.grown({"anon MiB of keeper": filling}, MINUTES)

    assert soak.growing(judged, {}) == []


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("fills", [0.0, 1.5])
def test_a_slow_leak_is_named_also_behind_a_cache_that_fills(fills, seed):
    """0.4 MiB in all that is judged."""
    leaking = [
        (at, value - fills * exp(-at / 120)) for at, value in samples(1.8, noise=0.02, seed=seed)
    ]
    judged = soak.grown({"anon MiB of keeper": leaking}, MINUTES)

    assert soak.growing(judged, {}) == ["anon MiB of keeper"]


def test_a_leak_that_begins_late_and_one_that_ended_are_told_apart():
    late = [(at, value + max(0.0, at - 700) / 200) for at, value in samples(0.0, noise=0.05)]
    ended = [(at, value + min(at, 700) / 200) for at, value in samples(0.0, noise=0.05)]
    judged = soak.grown({"anon MiB of bot": late, "anon MiB of worker": ended}, MINUTES)

    assert soak.growing(judged, {}) == ["anon MiB of bot"]


def test_of_a_thousand_series_that_only_vary_hardly_one_is_named():
    walks = (samples(0.0, noise=5.0, seed=seed) for seed in range(1000))
    assert sum(not slope(walk).flat for walk in walks) <= 1


def test_what_grows_again_and_again_by_steps_does():
    stepped = [(t, value + t // 100) for t, value in samples(0.0, noise=0.2)]
    assert not slope(stepped).flat


def test_too_few_samples_say_nothing():
    assert slope([(0.0, 1.0), (5.0, 1.0)]) is None


def test_the_beginning_is_left_out_and_the_record_may_grow():
    filling = [(at, value + (500 if at < 200 else 0)) for at, value in samples(0.0)]
    leaking = samples(60.0)
    series = {
        "anon MiB of bot": filling,
        "anon MiB of worker": leaking,
        "record: rows of requests": leaking,
    }

    slopes = soak.grown(series, MINUTES)

    assert soak.growing(slopes, {}) == ["anon MiB of worker"]
    told = soak.lines(slopes, asked=100, hours=MINUTES / HOUR)
    assert [line for line in told if "GROWS" in line] == [told[2]]
    assert "a request" in told[3]


def test_rows_that_live_for_an_hour_are_judged_once_the_run_has_time_for_it():
    leaking = [(at, 100 + at / 10) for at in range(0, 4 * 3600, 30)]
    series = {"rows of looks": leaking, "rows of searches": leaking}

    short = soak.grown({n: [p for p in s if p[0] < 3600] for n, s in series.items()}, 3600.0)
    long = soak.grown(series, 4 * 3600.0)

    assert soak.growing(short, {}) == ["rows of searches"]
    assert soak.growing(long, {}) == ["rows of looks", "rows of searches"]


def test_rows_of_an_hour_that_only_become_as_many_as_an_hour_brings_do_not_grow():
    filling = [(at, min(at, 3630.0)) for at in range(0, 4 * 3600, 30)]

    assert soak.growing(soak.grown({"rows of looks": filling}, 4 * 3600.0), {}) == []


def test_what_rises_for_certain_by_less_than_is_felt_is_said_beside_the_verdict():
    slopes = soak.grown({"anon MiB of bot": samples(0.8, noise=0.01)}, MINUTES)
    done = {"faults": {}, "done": {}, "asked": 1}

    told = soak.Judged(slopes, {}, []).lines(done, MINUTES / HOUR)

    assert "growing: nothing" in told
    assert "rises for certain, and passes: ['anon MiB of bot']" in told
    one = slopes["anon MiB of bot"]
    noise = f"{one.per_hour:+.2f} ± {one.within:.2f}"
    assert f"anon MiB of bot: {noise} an hour, of which 1 passes" in told
    assert any(one.startswith("passes an hour: anon MiB 1,") for one in told)


def test_upkeep_that_failed_or_did_not_happen_is_a_fault():
    done = {"workers recycled": 30, "engines updated": 1, "logs rotated": 5, "backups verified": 1}
    assert soak.upkeep_faults({**done, "backup now: exit code 0": 5}) == []
    assert soak.upkeep_faults({**done, "engine use: exit code 1": 2}) == [
        "engine use: exit code 1: 2"
    ]
    assert soak.upkeep_faults({**done, "backup now: exit code -9": 1}) == [
        "backup now: exit code -9: 1"
    ]
    assert soak.upkeep_faults({**done, "samples ended by NotUp()": 1})
    assert soak.upkeep_faults({**done, "the last look ended by TimeoutError()": 1})
    assert soak.upkeep_faults({**done, "logs rotated": 0}) == ["logs rotated: none"]
    assert soak.upkeep_faults({**done, "engines updated": 0}) == ["engines updated: none"]

    nothing = {"faults": {}, "quiet_in_time": True, **dict.fromkeys(summary.NOTHING, 0)}
    seen = soak.grown({name: samples(0.0) for name in soak.SEEN}, MINUTES)
    judged = soak.Judged(seen, {}, [])
    assert judged.figures({**nothing, "done": done})["soak_faults"] == 0
    assert judged.figures({**nothing, "done": {}})["soak_faults"] == 4


def test_a_process_of_which_too_little_was_sampled_is_a_fault():
    series = {name: samples(0.0) for name in soak.SEEN}
    slopes = soak.grown(series | {"anon MiB of bot": samples(0.0)[:2]}, MINUTES)
    fine = {"faults": {}, "quiet_in_time": True, **dict.fromkeys(summary.NOTHING, 0)}
    done = dict.fromkeys(soak.UPKEEP, 1)

    assert soak.growing(slopes, {}) == []
    judged = soak.Judged(slopes, {"anon MiB of worker": None}, [])
    assert judged.unseen == ["anon MiB of bot", "anon MiB of worker a job"]
    assert judged.figures({**fine, "done": done})["soak_faults"] == 2


@pytest.mark.parametrize("error", [NotUp("timed out"), StoreError("locked"), OSError("gone")])
async def test_a_sample_that_cannot_be_taken_is_counted_and_the_next_one_is_taken(
    monkeypatch, error
):
    monkeypatch.setattr(soak_trial, "SAMPLE", 0.0)
    trial, tries, enough = object.__new__(SoakTrial), [], asyncio.Event()

    def take() -> None:
        tries.append(1)
        if len(tries) == 1:
            raise error
        enough.set()

    trial.done, trial.samples = Counter(), SimpleNamespace(take=take)
    sampling = asyncio.create_task(trial.sample())
    await asyncio.wait_for(enough.wait(), 10)
    sampling.cancel()

    assert trial.done == {"samples missed": 1}


@pytest.mark.parametrize(
    ("said", "verified"),
    [
        ([(0, "good")], 1),
        ([(1, f"BAD: {soak_trial.BUSY} on this home"), (0, "good")], 1),
        ([(1, "BAD: a page is torn"), (0, "good")], 0),
    ],
)
async def test_the_newest_backup_is_restored_when_no_other_is_under_way(
    tmp_path, monkeypatch, said, verified
):
    monkeypatch.setattr(soak_trial, "SAMPLE", 0.0)
    answers = iter(said)

    async def says(*words: str) -> tuple[int, str]:
        assert words == ("backup", "verify")
        return next(answers)

    trial = object.__new__(SoakTrial)
    trial.done = Counter()
    trial.usage = SimpleNamespace(stack=SimpleNamespace(state=tmp_path, says=says))
    await trial.verifies()

    assert trial.done["backups verified"] == verified


def test_the_time_to_a_claim_is_read_from_the_stories_of_the_jobs_of_the_soak():
    stories = [
        "90.0 queued\n91.0 claimed worker=w0\n",
        "101.0 queued\n101.25 claimed worker=w0\n102.0 retry\n109.0 claimed worker=w1\n",
        "102.0 queued\n",
    ]

    assert claims(stories, began=100.0) == [(1.25, 0.25)]


def test_samples_are_of_processes_of_the_home_and_of_every_table(tmp_path):
    url, run = f"sqlite:///{tmp_path}/chapar.db", tmp_path / "run"
    fresh(url, run=run)
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "bot.log").write_bytes(bytes(1 << 20))
    db = open_database(url, run=run)
    stack = SimpleNamespace(state=tmp_path, db=db)
    found_usage = SimpleNamespace(stack=stack, processes=lambda: [("bot", psutil.Process())])

    samples = SoakSamples(found_usage, KEEP)
    samples.take()

    found = {name: points[0][1] for name, points in samples.series.items()}
    assert found["anon MiB of bot"] > 1
    assert found["descriptors of bot"] >= 3
    assert found["record: logs and backups MiB"] == 1.0
    assert found["disk MiB beside the record"] < 0.5
    assert found["rows of jobs under way"] == 0
    assert found["record: rows of requests"] == 0
    assert {f"record: rows of {table}" for table in RECORD} <= set(found)
    assert {f"rows of {table}" for table in ("visits", "sessions", *SHORT)} <= set(found)
    assert samples.bounded["bytes of a log file"].value == 1 << 20
    db.close()


def test_a_process_that_ends_while_it_is_looked_at_has_no_parent_and_ends_no_soak():
    with subprocess.Popen(["/bin/true"]) as child:
        gone = psutil.Process(child.pid)
        assert usage.parent(gone) == os.getpid()
    assert usage.parent(gone) == 0
