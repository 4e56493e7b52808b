"""What a worker that was killed leaves to the next: of a download the files that came in part, of
one that is whole its files, of an upload its prepared files and the parts that Telegram has."""

import asyncio
import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from procs.core import clock, codec, disk, log
from procs.engine import folder_cleanup
from procs.engine.protocol import decode, folder_lock, part_file
from procs.engine.protocol.messages import Fetched
from procs.errors import EngineDied
from procs.records.job import File, Lease
from procs.records.job_progress import Downloaded, Prepared, Unfinished, Whole
from procs.store.jobs import leases
from procs.store.media import uploads
from procs.store.media.uploads import UnfinishedUpload
from procs.worker.process.context import WorkerContext

#: Seconds between two writes of an upload's progress.
EVERY = 1.0
#: Bytes from which a download is worth going on with, half-way and whole: less is fetched again as
#: fast, and a note costs a transaction.
WORTH, WORTH_WHOLE = 1 << 20, 16 << 20
#: Seconds that the child of a killed worker has to die, after which of them it is killed, and
#: between two looks.
DEATH_WAIT, MERCY, DEATH_POLL = 5.0, 1.0, 0.02

#: Removes from a folder what the next attempt cannot go on with: the number of files that stay.
Keep = Callable[[Path], int]


def note_download(context: WorkerContext, lease: Lease, folder: Path, size: int | None) -> None:
    """Note in the job's row that a download into this folder begins; `size` is what the site says.
    Raises LeaseLost."""
    if size is None or size >= WORTH:
        lease.progress.unfinished = Unfinished(folder.name, clock.boot_id())
        leases.note(context.db, lease)


def note_downloaded(context: WorkerContext, lease: Lease, folder: Path, got: Fetched) -> None:
    """Note in the job's row that a download is whole. Raises LeaseLost."""
    lease.progress.unfinished = None
    names = [*got.files, *filter(None, (got.cover, got.subtitles))]
    sizes = tuple((name, size_of(folder / name)) for name in names)
    if sum(size for _, size in sizes) >= WORTH_WHOLE:
        left = Downloaded(folder.name, clock.boot_id(), sizes, codec.dump(got))
        lease.progress.downloaded = left
        leases.note(context.db, lease)


async def take_over_download(context: WorkerContext, lease: Lease) -> Path | None:
    """Take over the folder of a download that ended half-way, with the files that the next child
    can go on with; None when there are none, or when somebody may still write into them. Raises
    LeaseLost."""
    left, lease.progress.unfinished = lease.progress.unfinished, None
    if left is None:
        return None
    new = await taken_over(context, lease, left, part_file.keep_parts)
    if new:
        lease.progress.unfinished = left._replace(folder=new.name)
        leases.note(context.db, lease)
    return new


async def take_over_whole(context: WorkerContext, lease: Lease) -> tuple[Path, Fetched] | None:
    """Take over the folder of a download that is whole; None as for one that is not. Raises
    LeaseLost."""
    left, lease.progress.downloaded = lease.progress.downloaded, None
    if left is None:
        return None
    new = await taken_over(context, lease, left, partial(keep_whole, sizes=dict(left.sizes)))
    if new is None:
        return None
    try:
        got = decode.fetched(codec.load(left.said), new)
    except (ValueError, EngineDied) as error:  # another version of ours wrote it
        log.info("download.not-taken-over", job=lease.job, worker=context.name, error=error)
        return None
    lease.progress.downloaded = replace(left, folder=new.name)
    leases.note(context.db, lease)
    return new, got


async def taken_over(
    context: WorkerContext, lease: Lease, left: Unfinished | Downloaded, keep: Keep
) -> Path | None:
    """The folder of this attempt, with what `keep` keeps of an earlier one's; None when that is
    nothing, of another boot, or in use."""
    if left.boot != clock.boot_id():
        return None
    old = latest(context.settings.jobs, lease, left.folder)
    new = context.settings.jobs / f"{lease.job}-{lease.fence}"
    ends = clock.now().boot + MERCY
    try:
        async with asyncio.timeout(DEATH_WAIT):
            while (files := taken(old, new, keep)) is None:
                if clock.now().boot >= ends and folder_lock.evict(old):
                    log.warning("download.user-killed", job=lease.job, worker=context.name)
                await asyncio.sleep(DEATH_POLL)
    except (TimeoutError, OSError) as error:
        log.info("download.not-taken-over", job=lease.job, worker=context.name, error=error)
        return None
    if not files:
        return None
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


def taken(old: Path, new: Path, keep: Keep = part_file.keep_parts) -> int | None:
    """Rename a folder, and keep in it what the next attempt can go on with. Returns the number of
    those files, None while somebody uses the folder. Raises OSError when it cannot be taken."""
    try:
        with folder_lock.alone(old):
            old.rename(new)
            folder_cleanup.tidy(new)
            return keep(new)
    except BlockingIOError:
        return None


def keep_whole(folder: Path, *, sizes: Mapping[str, int]) -> int:
    """Keep of a folder the files of these names, if each has its whole size, and nothing else: the
    number of them. What was being made of them is half of something. Raises OSError."""
    if any(size_of(folder / name) != size for name, size in sizes.items()):
        return 0
    for path in folder.iterdir():
        if path.name not in sizes:
            disk.remove(path)
    return len(sizes)


def note(
    context: WorkerContext, lease: Lease, folder: Path, whole: Whole, files: list[File]
) -> None:
    """Note in the job's row that the files are ready for upload. Raises LeaseLost."""
    lease.progress.prepared = Prepared(folder.name, whole, tuple(files))
    lease.progress.unfinished = lease.progress.downloaded = None
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
    files = [file if has_thumbnail(file) else replace(file, thumbnail="") for file in files]
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
    return size_of(Path(file.path)) == file.size


def has_thumbnail(file: File) -> bool:
    """Whether the thumbnail that was drawn for a file lies there, if one was."""
    return not file.thumbnail or Path(file.thumbnail).is_file()


def size_of(path: Path) -> int:
    """The bytes of a file, -1 where there is none."""
    return path.stat().st_size if path.is_file() else -1


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
