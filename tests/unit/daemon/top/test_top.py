"""`chapar top`: as text, and as a screen with keys, over a worker that has a job in hand."""

import os

import pytest
from textual.widgets import Static

from daemon import cli
from daemon.top import top_facts, top_text
from daemon.top.top_screen import KEYS, TopScreen
from procs.core import clock, process
from procs.records.job import Step
from procs.store.health import failed_attempts, workers
from procs.store.jobs import pauses
from procs.store.requests import request_status, requests
from procs.store.requests.request_status import Report
from procs.store.requests.requests import Ask
from procs.wishes.grammar.link import Link
from tests import store_acts
from tests.sandbox.bot_parts import Hands


@pytest.fixture
def job(db):
    """A download that this process, as a worker, has in hand, half done."""
    link = Link("https://x.example/a.mp4", "x.example", "x:a", "best")
    requests.submit(db, [Ask(7, 7, 1, 0, link)], now=clock.now())
    hands = Hands(db)
    workers.serve(db, hands.worker, slot=0, now=clock.now())
    lease = hands.claim()
    request_status.report(db, [Report(lease, Step.FETCH, 500, 1000, 2_000_000.0)])
    failed_attempts.note(
        db, lease.job, error="gone", site="x", detail="HTTP 404", code="E-7K2Q", now=clock.now()
    )
    return lease.job


async def body(screen, pilot):
    await pilot.pause()
    return str(screen.query_one("#body", Static).content)


async def foot(screen, pilot):
    await pilot.pause()
    return str(screen.query_one("#foot", Static).content)


def test_a_worker_is_shown_with_its_job_step_share_speed_and_memory(db, settings, job):
    told = "\n".join(top_text.lines(top_facts.read(db, settings), chosen=job))

    (row,) = [line for line in told.splitlines() if line.startswith("> w00-1")]
    for word in ("slot 0", "MB", str(job), "7", "fetch", "50 %", "1.9 MB", "0s"):
        assert word in row
    assert "NOT RUNNING" in told
    assert "HTTP 404" in told


async def test_a_job_is_cancelled_by_its_key_after_a_yes(db, settings, job):
    screen = TopScreen(db, settings)
    async with screen.run_test(size=(140, 40)) as pilot:
        assert f"{job}" in await body(screen, pilot)
        await pilot.press("c")
        assert f"cancel job {job}?" in await foot(screen, pilot)
        await pilot.press("n")
        assert await foot(screen, pilot) == KEYS
        await pilot.press("y")
        assert "stops" not in await body(screen, pilot)
        await pilot.press("c", "y")
        assert "told to stop" in await foot(screen, pilot)
        assert "stops" in await body(screen, pilot)


async def test_the_system_is_drained_and_resumed_by_one_key(db, settings, job):
    screen = TopScreen(db, settings)
    async with screen.run_test(size=(140, 40)) as pilot:
        await pilot.press("d", "y")
        assert "PAUSED the whole system" in await body(screen, pilot)
        assert pauses.is_paused(db)
        await pilot.press("d", "y")
        assert not pauses.is_paused(db)


async def test_what_failed_last_is_retried_by_its_key(db, settings, job):
    now = clock.now()
    store_acts.cancel_job(db, job, now=now)
    screen = TopScreen(db, settings)
    async with screen.run_test(size=(140, 40)) as pilot:
        await pilot.press("r")
        assert f"retry job {job}?" in await foot(screen, pilot)
        await pilot.press("y")
        assert f"job {job}" in await foot(screen, pilot)


async def test_keys_do_nothing_where_there_is_nothing(db, settings):
    screen = TopScreen(db, settings)
    async with screen.run_test(size=(140, 40)) as pilot:
        await pilot.press("c", "r", "y", "up", "down")
        assert "no worker lives" in await body(screen, pilot)
        assert await foot(screen, pilot) == KEYS


def test_a_pipe_gets_it_once_as_text(db, settings, job, monkeypatch, capsys):
    monkeypatch.setenv("CHAPAR_HOME", str(settings.home))
    monkeypatch.setenv("CHAPAR_ENV_FILE", os.devnull)
    for name in process.environment(("CHAPAR_WORKERS",)):
        monkeypatch.delenv(name)

    assert cli.main(["top"]) == 0
    assert "w00-1" in capsys.readouterr().out
