"""A download carried by the list of its steps: the real engine, the real site, a real Telegram."""

import asyncio
import logging
from dataclasses import replace
from ipaddress import ip_network

import psutil
import pytest

from procs.core import clock
from procs.engine.client import Probed
from procs.errors import JobError
from procs.records.job import Ask, Lane, Person
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.media import cards, references
from procs.store.people import users
from procs.store.requests import request_status, requests
from procs.telegram.pace import Pace
from procs.wishes.grammar import link
from procs.worker.fetch import fetch, left
from procs.worker.jobs.fetch_job import opened
from procs.worker.jobs.steps.look_at_link import known, look
from procs.worker.jobs.steps.share_known import share_known
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from tests.sandbox.site.server import LOOPBACK
from tests.unit.worker.jobs.test_steps import PART

pytest_plugins = ["tests.sandbox.site.fixtures"]


@pytest.fixture
def context(settings, db, engine, courier):
    """A worker that may visit the site, and uploads early what is large."""
    near = replace(settings, allowed_networks=tuple(map(ip_network, LOOPBACK)), stream_from=4 << 20)
    worker = workers.enter(db, "w00-1", now=clock.now())
    return WorkerContext(
        *(near, db, worker, "w00-1", ProgressWriter(db), engine, courier, Pace(db))
    )


@pytest.fixture
def asks(context, site):
    """Ask for a path of the site, and have the job of it."""

    def asks(path, wish="best", **facts):
        users.remember(context.db, Person(7), now=clock.now())
        found = link.read(site.url(path), wish)
        requests.submit(context.db, [Ask(7, 7, 1, 0, found, **facts)], now=clock.now())
        facts = {"worker": context.worker, "lane": Lane.HEAVY, "now": clock.now()}
        (lease,) = leases.claim(context.db, room=1, **facts)
        return lease

    return asks


def is_clean(context):
    return list(context.settings.jobs.iterdir()) == []


async def test_a_link_becomes_a_media_for_everybody_who_waits(context, asks):
    lease = asks("/clip.mp4")

    await fetch(context, lease)

    got = references.find(context.db, lease.link.key, "best")
    assert [(part.kind, part.name) for part in got.parts] == [("video", "clip.mp4")]
    assert request_status.status_of(context.db, 1, now=clock.now()).ready
    assert is_clean(context)


async def test_a_large_film_goes_up_while_it_comes_down(context, asks, caplog):
    caplog.set_level(logging.INFO)
    lease = asks("/small.mp4?pad=6000000&rate=3000000")

    await fetch(context, lease)

    said = [one.message for one in caplog.records if one.message.startswith("upload.streamed")]
    (part,) = references.find(context.db, lease.link.key, "best").parts
    assert len(said) == 1
    assert f"bytes={part.size} " in said[0]
    assert is_clean(context)


async def test_of_a_list_it_is_asked_what_is_wanted_and_nothing_is_downloaded(context, asks):
    await fetch(context, asks("/page/feed.xml"))

    card = cards.read(context.db, 1)
    assert card.is_choosing
    assert '"kind":"list"' in card.found
    assert is_clean(context)


async def test_files_for_a_folder_go_there_and_to_no_chat(context, asks, site):
    lease = asks("/paper.pdf", folder=True)

    await fetch(context, lease)

    (file,) = (context.settings.outbox / "1").iterdir()
    assert file.read_bytes() == (site.files / "paper.pdf").read_bytes()
    assert request_status.status_of(context.db, 1, now=clock.now()).state == "delivered"
    assert is_clean(context)


async def test_what_is_known_under_its_real_name_is_shared_at_once(context, asks):
    lease = asks("/clip.mp4")
    media = {"title": "A", "site": "youtube", "url": "https://youtu.be/a", "parts": (PART,)}
    references.save(
        context.db,
        references.Media(key="youtube:a", variant="best", **media),
        keys={"youtube:a"},
        now=clock.now(),
    )

    async with opened(context, lease) as job:
        job.found = Probed(key="youtube:a", site="youtube", title="A", duration=1.0)
        job.known = known(context, lease, job.found)
        assert left(job, look, ()) == (share_known,)
        await share_known(job)

    assert references.find(context.db, lease.link.key, "best").title == "A"
    assert request_status.status_of(context.db, 1, now=clock.now()).ready


async def test_a_download_that_is_taken_away_leaves_no_child_and_no_file(context, asks, site):
    path = "/small.mp4?pad=6000000&rate=300000"
    carried = asyncio.create_task(fetch(context, asks(path)))
    await site.until("/small.mp4", hits=2, sent=100_000)

    carried.cancel()
    await asyncio.wait({carried})

    assert carried.cancelled()
    assert is_clean(context)
    assert psutil.Process(context.engine.presence.pid).children() == []


async def test_a_link_that_leads_nowhere_leaves_no_file(context, asks):
    with pytest.raises(JobError):
        await fetch(context, asks("/nothing.mp4"))

    assert is_clean(context)


async def test_a_post_goes_up_as_one_archive(context, asks):
    lease = asks("/page/post.html", "zip")

    await fetch(context, lease)

    (part,) = references.find(context.db, lease.link.key, "zip").parts
    assert (part.kind, part.name) == ("document", "A post.zip")
    assert is_clean(context)
