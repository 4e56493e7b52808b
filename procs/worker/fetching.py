"""A fetch job, step by step: probe, decide, reserve, fetch, prepare, upload. Each step's result is
kept in the job's row, so that a retry continues where the last attempt ended."""

import os
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

from procs import clock, log, media
from procs.engine.client import Fetched, Found, OnProgress
from procs.errors import TelegramRefused
from procs.filenames import free
from procs.job import File, Lease, Media, Part, Step
from procs.store import leases, outcomes, requests, uploads
from procs.store import media as shelf
from procs.telegram.courier import UploadOptions
from procs.telegram.streaming import Stream
from procs.worker import folders, looking, orders, resuming, visiting
from procs.worker.early import Early, early
from procs.worker.resuming import Ledger
from procs.worker.tools import Tools
from procs.worker.visiting import Visit

#: What an upload calls, and the seconds for which it waits beside its files to be let.
UPLOADS = ("upload.SaveBigFilePart", "messages.UploadMedia")
LONGEST_WAIT = 60.0
#: What Telegram says of a film, song or picture that it does not take as one; as a file it may.
UNSHOWN = frozenset(
    {
        *("MEDIA_EMPTY", "MEDIA_INVALID", "MEDIA_TYPE_INVALID", "DOCUMENT_INVALID"),
        *("PHOTO_INVALID", "PHOTO_INVALID_DIMENSIONS", "PHOTO_EXT_INVALID"),
        *("PHOTO_SAVE_FILE_INVALID", "IMAGE_PROCESS_FAILED"),
        *("VIDEO_FILE_INVALID", "VIDEO_CONTENT_TYPE_INVALID"),
    }
)


async def fetch(tools: Tools, lease: Lease) -> None:
    """Carry one fetch job to its end. Raises JobError, LeaseLost, TelegramWait."""
    if "whole" in lease.progress:
        share(tools, lease)
        return
    if left := resuming.take_over(tools, lease):
        await go_on(tools, lease, *left)
        return
    orders.check(tools, lease)
    room = folders.DiskRoom(tools.db, tools.settings, lease)
    room.learned()
    visit = visiting.enter(tools, lease)
    try:
        await carry(tools, lease, visit, room)
    finally:
        visit.leave()


async def carry(tools: Tools, lease: Lease, visit: Visit, room: folders.DiskRoom) -> None:
    """The steps of a job that may visit its site."""
    tools.desk.say(lease, Step.PROBE)
    outcomes.started(tools.db, lease, worker=tools.name, now=clock.now())
    folder = folders.make(tools.db, tools.settings.jobs, lease)
    try:
        async with early(tools, lease) as beside:
            found, files = await gather(tools, lease, folder, visit, room, beside=beside)
            if files and lease.payload["folder"]:
                place(tools, lease, files, folder)
            elif files:
                whole = facts(lease, found)
                resuming.note(tools, lease, folder, whole, files)
                await send_up(tools, lease, whole, files, beside=beside)
                share(tools, lease)
    finally:
        folders.remove(tools.db, folder)


async def go_on(
    tools: Tools, lease: Lease, folder: Path, whole: dict[str, Any], files: list[File]
) -> None:
    """Upload what the worker before us had ready."""
    outcomes.started(tools.db, lease, worker=tools.name, now=clock.now())
    try:
        await send_up(tools, lease, whole, files)
        share(tools, lease)
    finally:
        folders.remove(tools.db, folder)


async def gather(
    tools: Tools, lease: Lease, folder: Path, visit: Visit, room: folders.DiskRoom, *, beside: Early
) -> tuple[Found, list[File]]:
    """From the address to files that fit Telegram; no files when the media turned out to be known
    under its real name, and its deliveries are made already, or to be a list, which is shown."""
    largest = await orders.largest(tools, lease)
    asked = orders.order(tools, lease, visit, folder, largest=largest)
    async with tools.engine.open(asked, folder, proxy=visit.identity.proxy) as child:
        found = await child.probe()
        visit.worked(whole=False)
        if found.kind == "list":
            looking.show(tools, lease, found)
            return found, []
        if already_known(tools, lease, found):
            return found, []
        visit.check_length(found)
        outcomes.started(tools.db, lease, worker=tools.name, title=found.title, now=clock.now())
        room.expect(found.size)
        beside.expect(found, folder, largest)
        say = within(room, progress(tools, lease, Step.FETCH))
        fetched = await child.fetch(say, on_merge=beside.merges)
    beside.came(fetched)
    visit.worked(whole=True)
    visit.leave()
    tools.desk.say(lease, Step.PREPARE)
    files = await prepared(tools, lease, folder, fetched, largest=largest)
    room.leave()
    return fetched.facts, files


async def prepared(
    tools: Tools, lease: Lease, folder: Path, fetched: Fetched, *, largest: int
) -> list[File]:
    """The files that go to the chat, each of at most `largest` bytes. Raises as `media.prepare`."""
    return await media.prepare(
        tools.engine.run,
        folder,
        fetched.files,
        variant=lease.payload["variant"],
        title=fetched.facts.title,
        performer=fetched.facts.performer,
        cover=fetched.cover,
        subtitles=fetched.subtitles,
        titles=fetched.titles,
        durations=fetched.durations,
        max_file_size=largest,
        parts=tools.settings.max_parts,
        encode=tools.settings.reencode,
    )


def within(room: folders.DiskRoom, say: OnProgress) -> OnProgress:
    """Progress that reserves more of the disk when more comes than was expected."""

    def grow(done: int, total: int, rate: float = 0.0) -> None:
        room.grow(int(done), int(total))
        say(done, total, rate)

    return grow


def progress(tools: Tools, lease: Lease, step: Step) -> OnProgress:
    def say(done: int, total: int, rate: float = 0.0) -> None:
        tools.desk.say(lease, step, done, total, rate)

    say(0, 0)
    return say


def already_known(tools: Tools, lease: Lease, found: Found) -> bool:
    """Two addresses, one media: what the probe calls it may be with Telegram already."""
    variant = lease.payload["variant"]
    if lease.payload["folder"] or not found.key:
        return False
    known = shelf.find(tools.db, found.key, variant)
    if known is None:
        return False
    outcomes.fetched(tools.db, lease, known, keys=orders.keys(lease, found), now=clock.now())
    log.info("job.known", job=lease.job, worker=tools.name, key=found.key)
    return True


def facts(lease: Lease, found: Found) -> dict[str, Any]:
    """What is kept of the media beside its parts."""
    return {"title": found.title, "site": found.site, "keys": sorted(orders.keys(lease, found))}


async def send_up(
    tools: Tools,
    lease: Lease,
    whole: dict[str, Any],
    files: list[File],
    *,
    beside: Early | None = None,
) -> None:
    """Upload every file; what is with Telegram already is not uploaded again."""
    parts = lease.progress.get("parts", [])
    stream = beside.stream if beside and len(files) == 1 else None
    for place, file in list(enumerate(files))[len(parts) :]:
        kept = Ledger(tools, lease, place, file)
        parts = [*parts, asdict(await upload(tools, lease, file, kept=kept, stream=stream))]
        leases.note(tools.db, lease, {"parts": parts}, full=True)
    leases.note(tools.db, lease, {"whole": whole}, full=True)
    uploads.drop(tools.db, lease.job)


def share(tools: Tools, lease: Lease) -> None:
    """Everything is with Telegram: one delivery for each request that waits."""
    whole, parts = lease.progress["whole"], lease.progress["parts"]
    got = Media(
        key=lease.payload["key"],
        variant=lease.payload["variant"],
        title=whole["title"],
        site=whole["site"],
        url=lease.payload["url"],
        parts=tuple(shelf.part(part) for part in parts),
    )
    outcomes.fetched(tools.db, lease, got, keys=set(whole["keys"]), now=clock.now())
    log.info(
        "job.done",
        job=lease.job,
        worker=tools.name,
        attempt=lease.attempt,
        site=got.site,
        bytes=sum(part.size for part in got.parts),
    )


async def upload(
    tools: Tools, lease: Lease, file: File, *, kept: Ledger, stream: Stream | None
) -> Part:
    """Phase 1: the file is with Telegram, and can be sent by its reference as often as needed."""
    say = progress(tools, lease, Step.UPLOAD)
    meter = Meter(say, ahead=stream.done if stream else 0)
    courier = await tools.telegram()
    for method in UPLOADS:
        await tools.pace.allowed(method, LONGEST_WAIT)
    waiting = partial(requests.who_waits, tools.db, lease.job)
    try:
        reference = await courier.upload(file, meter, UploadOptions(stream, kept, waiting))
    except TelegramRefused as error:
        if file.kind == "document" or error.detail not in UNSHOWN:
            raise
        log.warning("upload.as-file", job=lease.job, kind=file.kind, error=error)
        file = replace(file, kind="document", thumbnail="")
        reference = await courier.upload(file, meter, UploadOptions(waiting=waiting))
    return Part(
        reference=reference,
        kind=file.kind,
        name=file.name,
        size=file.size,
        duration=file.duration,
        width=file.width,
        height=file.height,
    )


class Meter:
    """Adds the rate to what an upload reports: bytes a second since it began, those apart that had
    left before."""

    def __init__(self, say: Callable[[int, int, float], None], *, ahead: int = 0) -> None:
        self.say = say
        self.ahead = ahead
        self.began = clock.now().boot

    def __call__(self, done: int, total: int) -> None:
        took = max(clock.now().boot - self.began, 0.001)
        self.say(done, total, max(0, done - self.ahead) / took)


def place(tools: Tools, lease: Lease, files: list[File], folder: Path) -> None:
    """Move the files to where `chapar fetch` collects them, whole or not at all."""
    outbox = tools.settings.outbox / str(lease.payload["folder"])
    outbox.mkdir(parents=True, exist_ok=True, mode=0o700)
    for file in files:
        os.replace(folder / file.path, free(outbox / file.name))
    requests.placed(tools.db, lease, now=clock.now())
    log.info(
        "job.done",
        job=lease.job,
        worker=tools.name,
        attempt=lease.attempt,
        bytes=sum(file.size for file in files),
    )
