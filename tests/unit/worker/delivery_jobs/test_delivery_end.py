"""How a delivery ends: Telegram's answer is stored with it, and nobody is woken for nothing."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from procs.core import clock
from procs.core.clock import Now
from procs.errors import LeaseLost
from procs.records.job import Ask, File, Lane, Lease, Link, Media, Part
from procs.store import wake
from procs.store.health import workers
from procs.store.jobs import leases, recovery
from procs.store.media import deliveries, references
from procs.store.requests import requests
from procs.store.wake import WakeSocket
from procs.telegram.pace import Pace
from procs.worker.delivery_jobs import deliver
from procs.worker.process.context import WorkerContext
from procs.worker.process.group_commit import JobEnd
from procs.worker.process.progress_writer import ProgressWriter
from tests.sandbox.uploads import heard

LINK = Link("https://site.example/a", "site.example", "url:a")
FILM = Media(LINK.key, "best", "A film", LINK.site, LINK.url, ())


@pytest.fixture
def context(settings, db, courier) -> WorkerContext:
    worker = workers.enter(db, "w00-1", now=clock.now())
    parts: Any = (settings, db, worker, "w00-1", ProgressWriter(db), None, courier, Pace(db))
    return WorkerContext(*parts)


@pytest.fixture
async def asked(context, courier, ali, tmp_path) -> requests.Submitted:
    """Ali asks for a film that Telegram holds."""
    path = tmp_path / "film.mp4"
    path.write_bytes(b"a film")
    file = File(str(path), "video", "film.mp4", "video/mp4", 6, 125.0, 1280, 720)
    part = Part(await courier.upload(file, heard), "video", "film.mp4", 6, 125.0, 1280, 720)
    film = replace(FILM, parts=(part,))
    references.save(context.db, film, keys={LINK.key}, now=clock.now())
    (done,) = requests.submit(context.db, [Ask(ali.id, ali.id, 1, 0, LINK)], now=clock.now())
    return done


def claimed(context: WorkerContext) -> Lease:
    facts = {"worker": context.worker, "lane": Lane.LIGHT, "room": 1, "now": clock.now()}
    return leases.claim(context.db, **facts)[0]


@pytest.fixture
def ears(db) -> Iterator[dict[str, WakeSocket]]:
    """The bot, and another worker that is idle."""
    ears = {name: WakeSocket(db.run, name) for name in (wake.BOT, "w01-2")}
    ears["w01-2"].rest()
    yield ears
    for ear in ears.values():
        ear.close()


async def test_nobody_is_woken_who_has_nothing_to_do(context, asked, ali, ears):
    await deliver.deliver(context, claimed(context))
    await ali.sees("A film")
    assert {name: ear.heard() for name, ear in ears.items()} == {wake.BOT: set(), "w01-2": set()}


async def test_a_worker_is_woken_for_deliveries_that_wait(context, asked, ali, ears):
    lease = claimed(context)
    requests.submit(context.db, [Ask(ali.id, ali.id, 2, 0, LINK)], now=clock.now())
    ears["w01-2"].heard()
    ears["w01-2"].rest()
    await deliver.deliver(context, lease)
    assert ears["w01-2"].heard() == {wake.WORK % Lane.LIGHT}


async def test_behind_the_last_delivery_nobody_looks_for_more(context, asked, ali):
    lease = claimed(context)
    await deliver.deliver(context, lease)
    assert context.lasts == {lease.job}


async def test_behind_a_delivery_for_which_another_waits_there_is_more(context, asked, ali):
    lease = claimed(context)
    requests.submit(context.db, [Ask(ali.id, ali.id, 2, 0, LINK)], now=clock.now())
    await deliver.deliver(context, lease)
    assert context.lasts == set()


async def test_an_answer_is_stored_though_the_lease_was_lost(context, asked, ali):
    async def too_late(end: JobEnd) -> None:
        now = clock.now()
        recovery.reap(context.db, now=Now(now.wall, now.boot + leases.LEASE + 1))
        with context.db.write(full=True):
            end.write()

    context.finishing = too_late
    with pytest.raises(LeaseLost):
        await deliver.deliver(context, claimed(context))
    sent = await ali.sees("A film")
    assert deliveries.receipt_messages(context.db, asked.request) == {sent.id}


async def test_it_takes_three_transactions(context, asked, ali):
    """The random id with the buttons, the two places, and the end."""
    lease, said = claimed(context), []
    await context.telegram()
    context.db.connection.set_trace_callback(said.append)
    await deliver.deliver(context, lease)
    assert said.count("COMMIT") == 3
