"""A worker that is killed between its download and the upload: the next one fetches nothing."""

import asyncio
import shutil
from dataclasses import replace
from ipaddress import ip_network

import pytest

from procs.core import clock
from procs.engine.protocol.messages import Fetched, Probed
from procs.records.job import Ask, Lane, Link, Person
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.media import references
from procs.store.people import users
from procs.store.requests import requests
from procs.telegram.pace import Pace
from procs.worker.fetch import STEPS, fetch, left
from procs.worker.jobs import resume
from procs.worker.jobs.fetch_job import LEAVE, opened
from procs.worker.jobs.steps.prepare_files import prepare
from procs.worker.jobs.steps.take_over import take_over
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from tests.sandbox.site import files
from tests.sandbox.site.padding import padding
from tests.sandbox.site.server import LOOPBACK

pytest_plugins = ["tests.sandbox.site.fixtures"]

#: Nobody is at that address.
LINK = Link("https://site.invalid/a", "site.invalid", "url:a")
NAME = "A film.mp4"
LOCAL = "127.0.0.1"
FOUND = Probed("example:a", "site.invalid", "A film", duration=6.0)


@pytest.fixture
def context(settings, db, courier, engine):
    settings = replace(settings, allowed_networks=tuple(map(ip_network, LOOPBACK)))
    worker = workers.enter(db, "w00-1", now=clock.now())
    return WorkerContext(
        *(settings, db, worker, "w00-1", ProgressWriter(db), engine, courier, Pace(db))
    )


@pytest.fixture
def dead(context):
    """The lease of a worker that was killed after its download, whose folder is there."""
    users.remember(context.db, Person(7), now=clock.now())
    requests.submit(context.db, [Ask(7, 7, 1, 0, LINK)], now=clock.now())
    lease = claimed(context)
    folder = folder_of(context, lease)
    folder.mkdir(parents=True)
    shutil.copy(files.folder() / "clip.mp4", folder / NAME)
    with (folder / NAME).open("ab") as film:
        film.write(padding(resume.WORTH_WHOLE))
    resume.note_downloaded(context, lease, folder, Fetched([NAME], FOUND))
    (folder / "made-0.mp4").write_bytes(b"half of what is made of it")
    return lease


def claimed(context):
    facts = {"worker": context.worker, "lane": Lane.HEAVY, "room": 1, "now": clock.now()}
    (lease,) = leases.claim(context.db, **facts)
    return lease


def again(context, lease):
    """The lease of the next attempt."""
    leases.release(context.db, lease, now=clock.now())
    return claimed(context)


def folder_of(context, lease):
    return context.settings.jobs / f"{lease.job}-{lease.fence}"


async def test_what_was_downloaded_is_prepared_and_goes_up(context, dead):
    await fetch(context, again(context, dead))

    known = references.find(context.db, "example:a", "best")
    assert known is not None
    assert [part.name for part in known.parts] == [NAME]
    assert list(context.settings.jobs.iterdir()) == []


async def test_it_outlives_a_worker_that_leaves(context, dead):
    lease = again(context, dead)
    assert await resume.take_over_whole(context, lease)
    third = again(context, lease)

    taken = await resume.take_over_whole(context, third)

    assert taken is not None
    folder, got = taken
    assert (folder, got.files, got.facts.title) == (folder_of(context, third), [NAME], "A film")
    assert [path.name for path in folder.iterdir()] == [NAME]


def cut(lease, folder):
    (folder / NAME).write_bytes(b"cut")


def say_it_as_of_tomorrow(lease, folder):
    said = lease.progress.downloaded.said.replace('"files"', '"pieces"')
    lease.progress.downloaded = replace(lease.progress.downloaded, said=said)


def boot_again(lease, folder):
    lease.progress.downloaded = replace(lease.progress.downloaded, boot="another")


@pytest.mark.parametrize("change", [cut, say_it_as_of_tomorrow, boot_again])
async def test_what_is_not_surely_whole_any_more_is_fetched_again(context, dead, change):
    change(dead, folder_of(context, dead))
    leases.note(context.db, dead)

    async with opened(context, again(context, dead)) as job:
        await take_over(job)

        assert left(job, take_over, ()) is STEPS


async def test_what_a_leaving_worker_had_downloaded_is_not_asked_for_again(context, site):
    link = Link(site.url(f"/small.mp4?pad={resume.WORTH_WHOLE}"), LOCAL, "url:b")
    users.remember(context.db, Person(7), now=clock.now())
    requests.submit(context.db, [Ask(7, 7, 1, 0, link)], now=clock.now())
    lease = claimed(context)

    async def leave():
        async with opened(context, lease) as job:
            for step in STEPS[: STEPS.index(prepare)]:
                await step(job)
            raise asyncio.CancelledError(LEAVE)

    with pytest.raises(asyncio.CancelledError):
        await leave()
    hits = site.hits("/small.mp4")
    await fetch(context, again(context, lease))

    assert references.find(context.db, "url:b", "best") is not None
    assert site.hits("/small.mp4") == hits
