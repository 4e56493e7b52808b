"""The list of a download's steps, its branches, and their drawing in ARCHITECTURE.md."""

import asyncio
import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from procs import errors
from procs.core import clock
from procs.engine.client import Engine
from procs.records.job import Ask, File, Lane, Link, Part, Person, Reference
from procs.records.job_progress import Whole
from procs.store.health import workers
from procs.store.jobs import leases
from procs.store.media import references
from procs.store.people import users
from procs.store.requests import request_status, requests
from procs.telegram.pace import Pace
from procs.worker.fetch import BRANCHES, STEPS, fetch, left
from procs.worker.jobs import resume
from procs.worker.jobs.fetch_job import LEASE_OVER, LEAVE, opened
from procs.worker.jobs.steps.take_over import take_over
from procs.worker.process.context import WorkerContext
from procs.worker.process.progress_writer import ProgressWriter
from tests import ROOT

LINK = Link("https://site.example/a", "site.example", "url:a")
PART = Part(Reference("document", 1, 2, "ab"), "video", "a.mp4", 3)
WHOLE = Whole("A", "site.example", ("example:a", "url:a"))


@pytest.fixture
def context(settings, db, courier):
    worker = workers.enter(db, "w00-1", now=clock.now())
    writer, engine, pace = ProgressWriter(db), Engine(settings.run), Pace(db)
    return WorkerContext(*(settings, db, worker, "w00-1", writer, engine, courier, pace))


@pytest.fixture
def asked(db):
    """One person's request for one link."""
    users.remember(db, Person(7), now=clock.now())
    (done,) = requests.submit(db, [Ask(7, 7, 1, 0, LINK)], now=clock.now())
    return done.request


def claimed(context):
    (lease,) = leases.claim(
        context.db, worker=context.worker, lane=Lane.HEAVY, room=1, now=clock.now()
    )
    return lease


def again(context, lease):
    """The lease of the next attempt."""
    leases.release(context.db, lease, now=clock.now())
    return claimed(context)


def edges(steps, before):
    """The arrows of a list of steps that comes after one."""
    names = [before, *(step.__name__ for step in steps)]
    return {(a, "", b) for a, b in pairwise(names)}


def test_the_drawing_in_the_architecture_is_the_list_with_its_branches():
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    (drawing,) = re.findall(r"```mermaid\nflowchart TD\n(.*?)```", text, re.DOTALL)
    drawn = re.findall(r"^ +(\w+)(?: -- ([\w ]+))? --> (\w+)$", drawing, re.MULTILINE)

    table = edges(STEPS, "begin")
    for one in BRANCHES:
        after = one.after.__name__ if one.after else "begin"
        first = one.steps[0].__name__
        case = one.case.__name__.replace("_", " ")
        table |= {(after, case, first), *edges(one.steps[1:], first)}

    assert len(drawn) == len(set(drawn))
    assert set(drawn) == table


def test_each_step_is_a_module_with_one_function_over_the_context():
    steps = {*STEPS, *(step for one in BRANCHES for step in one.steps)}
    folder = ROOT / "procs/worker/jobs/steps"

    homes = {step.__module__.rpartition(".")[2] for step in steps}

    assert len(homes) == len(steps)
    assert homes == {path.stem for path in folder.glob("[!_]*.py")}


async def test_an_attempt_after_everything_was_uploaded_only_shares(context, asked):
    before = claimed(context)
    before.progress.parts, before.progress.whole = (PART,), WHOLE
    leases.note(context.db, before)

    await fetch(context, again(context, before))

    known = references.find(context.db, "example:a", "best")
    assert known is not None
    assert (known.title, known.parts) == ("A", (PART,))
    assert request_status.status_of(context.db, asked, now=clock.now()).ready


def left_by_a_dead_worker(context, lease, words=b"what was prepared"):
    """The prepared folder of a worker that was killed, as its row and its files."""
    folder = context.settings.jobs / f"{lease.job}-{lease.fence}"
    folder.mkdir(parents=True)
    path = folder / "a.txt"
    path.write_bytes(words)
    file = File(str(path), "document", "a.txt", "text/plain", len(words))
    resume.note(context, lease, folder, WHOLE, [file])
    return path


async def test_the_files_of_a_dead_worker_go_up_and_their_folder_goes(context, asked):
    path = left_by_a_dead_worker(context, dead := claimed(context))

    await fetch(context, again(context, dead))

    known = references.find(context.db, "url:a", "best")
    assert known is not None
    assert [part.name for part in known.parts] == ["a.txt"]
    assert not path.parent.exists()
    assert list(context.settings.jobs.iterdir()) == []


async def test_files_that_a_newer_version_prepared_are_taken_over(context, asked):
    left_by_a_dead_worker(context, dead := claimed(context))
    newer = "UPDATE jobs SET progress = json_set(progress, '$.prepared.files[0].rotation', 90)"
    context.db.connection.execute(newer)

    await fetch(context, again(context, dead))

    assert references.find(context.db, "url:a", "best") is not None


@pytest.mark.parametrize("noted", [True, False], ids=["uploaded in part", "renamed"])
async def test_prepared_files_outlive_a_second_death(context, asked, noted):
    path = left_by_a_dead_worker(context, dead := claimed(context))
    second = again(context, dead)
    if noted:
        assert resume.take_over(context, second)
    else:
        path.parent.rename(path.parent.with_name(f"{second.job}-{second.fence}"))

    assert resume.take_over(context, again(context, second))


@pytest.mark.parametrize("there", [True, False])
def test_files_are_taken_over_also_without_the_thumbnail_that_was_drawn(context, asked, there):
    path = left_by_a_dead_worker(context, dead := claimed(context))
    drawn = path.with_name("thumbnail-0.jpg")
    drawn.write_bytes(b"drawn")
    file = replace(dead.progress.prepared.files[0], thumbnail=str(drawn))
    resume.note(context, dead, path.parent, WHOLE, [file])
    if not there:
        drawn.unlink()

    found = resume.take_over(context, again(context, dead))

    assert found is not None
    _, _, (taken,) = found
    assert Path(taken.path).read_bytes() == b"what was prepared"
    assert Path(taken.thumbnail).name == ("thumbnail-0.jpg" if there else "")


async def test_files_that_are_gone_mean_the_whole_way(context, asked):
    path = left_by_a_dead_worker(context, dead := claimed(context))
    path.write_bytes(b"cut")

    async with opened(context, again(context, dead)) as job:
        await take_over(job)

        assert left(job, take_over, ()) is STEPS


def half_a_download(context, lease):
    """What lies there, and in the job's row, while a download is under way."""
    folder = context.settings.jobs / f"{lease.job}-{lease.fence}"
    folder.mkdir(parents=True)
    (folder / "media-0.mp4.part").write_bytes(b"half")
    (folder / "media-0.mp4.head").write_text('{"length":8}')
    resume.note_download(context, lease, folder, None)
    return folder


async def test_a_folder_whose_taker_was_killed_before_it_said_so_is_taken_again(context, asked):
    first = half_a_download(context, dead := claimed(context))
    second = again(context, dead)
    resume.taken(first, first.with_name(f"{second.job}-{second.fence}"))

    folder = await resume.take_over_download(context, third := again(context, second))

    assert folder == first.with_name(f"{third.job}-{third.fence}")
    assert (folder / "media-0.mp4.part").read_bytes() == b"ha"


INTERRUPTED = ("BrokenOff", "EngineDied", "NetworkBroken", "ProxyBroken", "SiteBroken", "SiteBusy")
AT_UPLOAD = ("TelegramAway", "UploadRefused", "EngineDied")


@pytest.mark.parametrize(
    ("name", "stays"),
    [
        *((name, True) for name in (*INTERRUPTED, "TimedOut", "LeaseLost")),
        *((name, False) for name in ("DiskFull", "Gone")),
    ],
)
async def test_what_came_in_part_outlives_what_was_not_its_fault(context, asked, name, stays):
    folder = half_a_download(context, lease := claimed(context))
    why = getattr(errors, name)

    async def fail():
        async with opened(context, lease) as job:
            job.own(folder)
            raise why("in the middle of it")

    with pytest.raises(why):
        await fail()

    assert folder.exists() is stays


@pytest.mark.parametrize(
    ("name", "stays"),
    [*((name, True) for name in AT_UPLOAD), ("TelegramRefused", False), ("DiskFull", False)],
)
async def test_prepared_files_outlive_an_upload_that_broke_off(context, asked, name, stays):
    path = left_by_a_dead_worker(context, dead := claimed(context))
    lease, why = again(context, dead), getattr(errors, name)

    async def fail():
        async with opened(context, lease) as job:
            await take_over(job)
            raise why("in the middle of it")

    with pytest.raises(why):
        await fail()

    assert (resume.take_over(context, again(context, lease)) is not None) is stays
    assert not path.exists()


async def test_a_folder_whose_files_telegram_has_goes_also_after_a_failure(context, asked):
    left_by_a_dead_worker(context, dead := claimed(context))
    lease = again(context, dead)

    async def fail():
        async with opened(context, lease) as job:
            await take_over(job)
            lease.progress.parts, lease.progress.whole = (PART,), WHOLE
            raise errors.TelegramAway("before it is shared")

    with pytest.raises(errors.TelegramAway):
        await fail()

    assert list(context.settings.jobs.iterdir()) == []


@pytest.mark.parametrize(("why", "stays"), [(LEAVE, True), (LEASE_OVER, True), ("stop", False)])
async def test_what_came_in_part_outlives_a_job_that_another_worker_goes_on_with(
    context, asked, why, stays
):
    folder = half_a_download(context, lease := claimed(context))

    async def be_taken_away():
        async with opened(context, lease) as job:
            job.own(folder)
            raise asyncio.CancelledError(why)

    with pytest.raises(asyncio.CancelledError):
        await be_taken_away()

    assert folder.exists() is stays
