"""The order that the engine gets for a job, and the keys of the media it finds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from procs.config.values import TELEGRAM_FILE
from procs.core import clock
from procs.core.ffmpeg import has_libav
from procs.engine.client import Order, Probed
from procs.engine.media_child import media_child
from procs.engine.protocol.messages import LOOK_FILE
from procs.engine.ytdlp.look_cache import PACKED
from procs.errors import NotEncoded
from procs.media import FileTools, MediaPrograms
from procs.records.job import Lease
from procs.store.media import looks
from procs.wishes import searches
from procs.wishes.variant import LATEST, parse
from procs.worker.process.context import WorkerContext
from procs.worker.site.admission import Visit


def check(context: WorkerContext, lease: Lease) -> None:
    """Raises NotEncoded, before anything is downloaded, when the operator's policy forbids the
    encoding."""
    wish, most = parse(lease.link.variant), context.settings.reencode
    # The length of a part that goes to the end is known, and checked, after the download.
    long = wish.clip and wish.clip.end < LATEST and wish.clip.length > most
    if wish.anew and (not most or long):
        raise NotEncoded(f"{wish}, and at most {most:g} s are encoded anew")


async def largest(context: WorkerContext, lease: Lease) -> int:
    """Bytes of the largest file that this job may make: the operator's limit, and Telegram's for
    files that go there; Telegram takes larger files from a premium account. Raises as
    `WorkerContext.telegram`."""
    most = context.settings.max_file_size
    if most <= TELEGRAM_FILE or lease.link.folder:
        return most
    return min(most, (await context.telegram()).largest)


def order(
    context: WorkerContext, lease: Lease, visit: Visit, folder: Path, *, largest: int
) -> Order:
    """The engine's order. Puts what an earlier look read into the folder. `largest` is the size of
    the largest file, in bytes."""
    settings = context.settings
    site, words = searches.sought(lease.link.key) or ("", "")
    return Order(
        url=lease.link.url,
        search=site,
        words=words,
        variant=lease.link.variant,
        max_file_size=largest,
        parts=settings.max_parts,
        entries=settings.max_playlist,
        live=60.0 * settings.live_minutes,
        sponsors=settings.sponsorblock,
        gallery=dict(settings.gallery_sites).get(lease.link.site, ""),
        title=lease.link.title,
        # A second attempt does not merge a film during its download.
        stream_from=stream_from(context, lease) if lease.attempt == 1 else 0,
        kept=put_kept_look(context, lease, visit, folder),
        allowed_networks=tuple(str(network) for network in settings.allowed_networks),
        cookies=visit.bring_cookies(folder),
        clients=visit.identity.clients,
        impersonate=visit.rules.impersonate,
        whole=lease.link.whole,
    )


def stream_from(context: WorkerContext, lease: Lease) -> int:
    """Bytes from which a media is uploaded during its download, 0 for never: files that will be
    changed, or that go to no chat, are not. Nor is one of which a part came to an earlier attempt:
    the site may have another file by now, and it would begin again."""
    if lease.progress.unfinished:
        return 0
    wish = parse(lease.link.variant)
    changed = wish.sound or wish.clip or wish.subtitles or wish.zipped
    return 0 if changed or lease.link.folder else context.settings.stream_from


def keep(context: WorkerContext, lease: Lease, visit: Visit, folder: Path) -> None:
    """Store what a look read about its media. The child is not trusted: the file may contain
    anything, or be missing."""
    path = folder / LOOK_FILE
    if path.is_symlink() or not path.is_file() or path.stat().st_size > PACKED:
        return
    body = path.read_bytes()
    looks.keep(context.db, lease.link.key, visit.identity.name, body, now=clock.now())


def put_kept_look(context: WorkerContext, lease: Lease, visit: Visit, folder: Path) -> bool:
    """Put what an earlier look read into the folder. A look does not use it, and a job that failed
    with it asks the site."""
    wish, key, way = parse(lease.link.variant), lease.link.key, visit.identity.name
    body = b"" if wish.looks else looks.find(context.db, key, way, now=clock.now())
    if body and lease.attempt > 1:
        looks.drop(context.db, key, way)
        body = b""
    if body:
        (folder / LOOK_FILE).write_bytes(body)
    return bool(body)


def keys(lease: Lease, found: Probed) -> set[str]:
    """The keys under which a found media is known: the link's own and the one found."""
    return {lease.link.key, found.key} - {""}


@asynccontextmanager
async def file_tools(context: WorkerContext, folder: Path) -> AsyncIterator[FileTools]:
    """What works on the files of a folder, inside the fences: libav in one child where it is
    installed, else programs."""
    async with media_child(context.engine, folder) as child:
        yield child if has_libav() else MediaPrograms(child, folder)
