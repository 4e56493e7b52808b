"""What a worker that was killed leaves to the next: of a download the files that came in part, of
an upload its prepared files and the list of parts that Telegram has."""

import asyncio
import secrets
from dataclasses import replace
from pathlib import Path

from procs.core import clock, log
from procs.engine import folder_cleanup
from procs.engine.protocol import folder_lock, part_file
from procs.records.job import File, Lease
from procs.records.job_progress import Prepared, Unfinished, Whole
from procs.store.jobs import leases
from procs.store.media import uploads
from procs.store.media.uploads import UnfinishedUpload
from procs.worker.process.context import WorkerContext

#: Seconds between two writes of an upload's progress.
EVERY = 1.0
#: Bytes from which a download is worth going on with: less is fetched again as fast.
WORTH = 1 << 20
#: Seconds that the child of a killed worker has to die, and between two looks.
DEATH_WAIT, DEATH_POLL = 5.0, 0.02


def note_download(context: WorkerContext, lease: Lease, folder: Path, size: int | None) -> None:
    """Note in the job's row that a download into this folder begins; `size` is what the site says.
    Raises LeaseLost."""
    if size is None or size >= WORTH:
        lease.progress.unfinished = Unfinished(folder.name, clock.boot_id())
        leases.note(context.db, lease)


async def take_over_download(context: WorkerContext, lease: Lease) -> Path | None:
    """Take over the folder of a download that ended half-way, with the files that the next child
    can go on with; None when there are none, or when somebody may still write into them. Raises
    LeaseLost."""
    left, lease.progress.unfinished = lease.progress.unfinished, None
    if left is None or left.boot != clock.boot_id():
        return None
    old = latest(context.settings.jobs, lease, left.folder)
    new = context.settings.jobs / f"{lease.job}-{lease.fence}"
    try:
        async with asyncio.timeout(DEATH_WAIT):
            while (files := taken(old, new)) is None:
                await asyncio.sleep(DEATH_POLL)
    except (TimeoutError, OSError) as error:
        log.info("download.not-taken-over", job=lease.job, worker=context.name, error=error)
        return None
    if not files:
        return None
    lease.progress.unfinished = left._replace(folder=new.name)
    leases.note(context.db, lease)
    log.info("download.taken-over", job=lease.job, worker=context.name, files=files)
    return new


def latest(jobs: Path, lease: Lease, name: str) -> Path:
    """The folder of this name; or what became of it, when an attempt that took it over ended before
    the job's row said so."""
    if (jobs / name).exists():
        return jobs / name
    later = {
        int(fence): path
        for path in jobs.glob(f"{lease.job}-*")
        if (fence := path.name.partition("-")[2]).isdecimal() and int(fence) < lease.fence
    }
    return later[max(later)] if later else jobs / name


def taken(old: Path, new: Path) -> int | None:
    """Rename a folder, and keep in it what a child can go on with. Returns the number of those
    files, None while somebody uses the folder. Raises OSError when it cannot be taken."""
    try:
        with folder_lock.alone(old):
            old.rename(new)
            folder_cleanup.tidy(new)
            return part_file.keep_parts(new)
    except BlockingIOError:
        return None


def note(
    context: WorkerContext, lease: Lease, folder: Path, whole: Whole, files: list[File]
) -> None:
    """Note in the job's row that the files are ready for upload. Raises LeaseLost."""
    lease.progress.prepared = Prepared(folder.name, whole, tuple(files))
    lease.progress.unfinished = None
    leases.note(context.db, lease)


def take_over(context: WorkerContext, lease: Lease) -> tuple[Path, Whole, list[File]] | None:
    """Take over the folder that the previous worker prepared and could not delete; None when it is
    gone or incomplete. Raises LeaseLost."""
    left = lease.progress.prepared
    if left is None:
        return None
    old = latest(context.settings.jobs, lease, left.folder)
    new = context.settings.jobs / f"{lease.job}-{lease.fence}"
    files = [moved(file, new) for file in left.files]
    try:
        old.rename(new)
    except OSError:
        return None
    if not all(is_there(file) for file in files):
        return None
    lease.progress.prepared = replace(left, folder=new.name, files=tuple(files))
    leases.note(context.db, lease)
    log.info("files.taken-over", job=lease.job, worker=context.name, files=len(files))
    return new, left.whole, files


def moved(file: File, folder: Path) -> File:
    """A prepared file of another attempt, at its place in this one's folder."""
    thumbnail = str(folder / Path(file.thumbnail).name) if file.thumbnail else ""
    return replace(file, path=str(folder / Path(file.path).name), thumbnail=thumbnail)


def is_there(file: File) -> bool:
    """Whether a prepared file lies there in its whole size."""
    path = Path(file.path)
    return path.is_file() and path.stat().st_size == file.size


class PartsLedger:
    """Which parts of one file Telegram has, written once a second: a killed worker loses at most a
    second of them, and parts that are sent twice do no harm."""

    def __init__(self, context: WorkerContext, lease: Lease, place: int, file: File) -> None:
        self.context, self.lease, self.place, self.size = context, lease, place, file.size
        now = clock.now()
        begun = uploads.find(context.db, lease.job, place, size=file.size, now=now)
        self.begun = begun is not None
        self.id = begun.upload if begun else secrets.randbits(63)
        self.bits = bytearray(begun.parts if begun else b"")
        self.written = now.boot

    def has(self, part: int) -> bool:
        """Whether Telegram acknowledged a part, as far as it was written down."""
        place = part // 8
        return place < len(self.bits) and bool(self.bits[place] >> part % 8 & 1)

    def note(self, part: int) -> None:
        """Note that Telegram has this part."""
        self.bits.extend(bytes(max(0, part // 8 + 1 - len(self.bits))))
        self.bits[part // 8] |= 1 << part % 8
        now = clock.now()
        if now.boot - self.written >= EVERY:
            self.written = now.boot
            begun = UnfinishedUpload(self.id, bytes(self.bits))
            uploads.keep(self.context.db, self.lease, self.place, begun, size=self.size, now=now)
