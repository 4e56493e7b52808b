"""The context of one running fetch job: the results of its steps, and what is closed at its end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from procs.engine.client import Child, Fetched, OnProgress, Probed
from procs.errors import (
    BrokenOff,
    EngineDied,
    LeaseLost,
    NetworkBroken,
    ProxyBroken,
    SessionRevoked,
    SiteBroken,
    SiteBusy,
    StoreAway,
    TelegramAway,
    TelegramWait,
    TimedOut,
    UploadRefused,
)
from procs.records.job import File, Lease, Media, Step
from procs.records.job_progress import Whole
from procs.worker.jobs import job_folder
from procs.worker.jobs.early_upload import EarlyUpload
from procs.worker.process.context import WorkerContext
from procs.worker.site.admission import Visit

#: Why a job is taken away from a worker: it exits, and another one goes on with the job; or its
#: lease is over, and another one may do so already.
LEAVE, LEASE_OVER = "leave", "lost"
#: After these the next attempt goes on with the files that lie there.
INTERRUPTIONS = (
    *(EngineDied, StoreAway, LeaseLost, TimedOut),
    *(NetworkBroken, ProxyBroken, BrokenOff, SiteBroken, SiteBusy),
    *(TelegramAway, TelegramWait, SessionRevoked, UploadRefused),
)


@dataclass(slots=True)
class FetchJob:
    """What the steps of one job share. A field without a default is set by the step named beside
    it, and read by later steps only."""

    context: WorkerContext
    lease: Lease
    room: job_folder.DiskReservation
    early: EarlyUpload
    #: Closed at the end of the job, the latest first.
    ends: AsyncExitStack
    #: Closed at the end of the download: the child.
    engine: AsyncExitStack = field(default_factory=AsyncExitStack)
    visit: Visit = field(init=False)  # admit
    folder: Path = field(init=False)  # look, take_over
    largest: int = field(init=False)  # look, take_over: bytes of the largest file that may be made
    child: Child = field(init=False)  # look
    found: Probed = field(init=False)  # look
    known: Media | None = field(init=False)  # look: it is with Telegram, under its real name
    fetched: Fetched = field(init=False)  # download, take_over
    files: list[File] = field(default_factory=list)  # prepare, take_over
    whole: Whole = field(init=False)  # prepare, take_over

    def own(self, folder: Path) -> None:
        """Make the folder this job's: it is removed at the job's end, after everything that reads
        in it is closed; unless its work is only interrupted."""
        self.folder = folder
        self.ends.push(self.leave_folder)
        self.ends.push_async_callback(self.early.close)

    def leave_folder(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        """Remove the folder, or leave it to the next attempt: the row of the job says then that it
        is kept."""
        is_awaited = self.lease.progress.folders and not self.is_uploaded()
        if not (is_awaited and is_interruption(error)):
            job_folder.remove(self.context.db, self.folder)

    def says(self, step: Step) -> OnProgress:
        """Report that a step begins; returns the function that reports its progress."""

        def say(done: int, total: int, rate: float = 0.0) -> None:
            self.context.progress.say(self.lease, step, done, total, rate)

        say(0, 0)
        return say

    def is_uploaded(self) -> bool:
        """Whether an earlier attempt uploaded everything."""
        return bool(self.lease.progress.whole and self.lease.progress.parts)

    def is_prepared(self) -> bool:
        """Whether an earlier attempt left prepared files."""
        return self.lease.progress.prepared is not None

    def is_downloaded(self) -> bool:
        """Whether an earlier attempt left a whole download."""
        return self.lease.progress.downloaded is not None

    def is_gone(self) -> bool:
        """Whether the files that an earlier attempt left are missing or incomplete."""
        return not self.files and getattr(self, "fetched", None) is None

    def is_list(self) -> bool:
        """Whether the link leads to a list."""
        return self.found.kind == "list"

    def is_known(self) -> bool:
        """Whether Telegram holds the media already."""
        return self.known is not None

    def may_go_early(self) -> bool:
        """Whether the file may be uploaded during its download."""
        return self.early.may_stream(self.found, self.largest)

    def is_for_folder(self) -> bool:
        """Whether the files go to no chat."""
        return bool(self.lease.link.folder)


def is_interruption(error: BaseException | None) -> bool:
    """Whether the work on files ended without a fault of theirs: the child or the nursery was
    killed, the site or Telegram broke off or asked to wait, the server of the database went away,
    the worker leaves before the job is done, or another one goes on with it."""
    if isinstance(error, asyncio.CancelledError):
        return error.args in ((LEAVE,), (LEASE_OVER,))
    return isinstance(error, INTERRUPTIONS)


@asynccontextmanager
async def opened(context: WorkerContext, lease: Lease) -> AsyncIterator[FetchJob]:
    """The context of one job; whatever its steps opened is closed at the end."""
    room = job_folder.DiskReservation(context.db, context.settings, lease)
    async with AsyncExitStack() as ends:
        yield FetchJob(context, lease, room, EarlyUpload(context, lease), ends)
