"""prepare: makes files that fit a chat from what was downloaded."""

import asyncio
from functools import partial

from procs import media
from procs.engine.client import Probed
from procs.records.job import File, Step
from procs.records.job_progress import Whole
from procs.wishes.variant import parse
from procs.worker.jobs import album_archive, engine_order, resume
from procs.worker.jobs.fetch_job import FetchJob


async def prepare(job: FetchJob) -> None:
    """Make the files, and note in the job's row those that go to a chat, for a worker that may take
    over. Raises as `media.prepare`, and LeaseLost."""
    job.context.progress.say(job.lease, Step.PREPARE)
    job.files = await prepared(job)
    job.room.leave()
    if not job.is_for_folder():
        found = job.fetched.facts
        job.whole = Whole(
            *(found.title, found.site, tuple(sorted(engine_order.keys(job.lease, found)))),
            adult=found.adult,
            rest=rest_of(found, len(job.fetched.files)),
        )
        resume.note(job.context, job.lease, job.folder, job.whole, job.files)


def rest_of(found: Probed, taken: int) -> int:
    """The number of the first media of a post that was left out, 0 for none."""
    return (len(found.entries) or taken) + 1 if found.kind == "album" and found.more else 0


async def prepared(job: FetchJob) -> list[File]:
    """The files that go to the chat, each of at most `largest` bytes."""
    settings, fetched = job.context.settings, job.fetched
    if parse(job.lease.link.variant).zipped:
        pack = partial(album_archive.packed, title=fetched.facts.title, limit=job.largest)
        return await asyncio.to_thread(pack, job.folder.resolve(), fetched.files)
    async with engine_order.file_tools(job.context, job.folder) as tools:
        return await media.prepare(
            tools,
            job.folder,
            fetched.files,
            variant=job.lease.link.variant,
            title=fetched.facts.title,
            performer=fetched.facts.performer,
            cover=fetched.cover,
            subtitles=fetched.subtitles,
            titles=fetched.titles,
            durations=fetched.durations,
            max_file_size=job.largest,
            parts=settings.max_parts,
            encode=settings.reencode,
        )
