"""The picture on a card: the child that looked at the link fetches it, the worker uploads it, and
the bot puts it into the message of the card, which stays the one message that it is.

A text message may get a media by an edit, and its text is the caption from then on
(core.telegram.org/bots/api#editmessagemedia: "or to add media to text messages"). It never becomes
a text again, and a caption has 1024 characters.
"""

import asyncio
from pathlib import Path

from procs.core import clock, log
from procs.engine.client import Child, Probed
from procs.engine.protocol.messages import THUMBNAIL_BYTES, THUMBNAIL_FILE
from procs.errors import ChaparError, SessionRevoked, TelegramWait
from procs.media import describe, pictures, remux
from procs.records.job import Lease
from procs.store import wake
from procs.store.media import thumbnails
from procs.worker.jobs import engine_order
from procs.worker.process.context import WorkerContext

#: Seconds that the picture has: the card is in the chat already, and somebody may have chosen.
THUMBNAIL_TIMEOUT = 5.0
#: The picture as a JPEG, in the job's folder.
REDRAWN = "card.jpg"
#: What has a card with one picture.
SHOWN_KINDS = ("video", "audio", "list", "album")


async def fetched(context: WorkerContext, lease: Lease, child: Child, found: Probed) -> bool:
    """Have the picture put into the job's folder. False where no card waits for one, or it does not
    come."""
    if not found.thumbnail or found.kind not in SHOWN_KINDS:
        return False
    if not thumbnails.is_wanted(context.db, lease.link.key, now=clock.now()):
        return False
    try:
        async with asyncio.timeout(THUMBNAIL_TIMEOUT):
            return bool(await child.thumbnail())
    except (ChaparError, TimeoutError) as error:
        log.info("thumbnail.missing", job=lease.job, site=lease.site, error=error)
        return False


def there(folder: Path) -> Path | None:
    """The picture that a child left, which runs no more. The child is not trusted: anything may be
    there, or nothing."""
    path = folder / THUMBNAIL_FILE
    good = path.is_file() and not path.is_symlink() and path.stat().st_size <= THUMBNAIL_BYTES
    return path if good else None


async def keep_picture(context: WorkerContext, lease: Lease, folder: Path, *, adult: bool) -> None:
    """Upload the picture, and have the cards of its link show it. What fails here leaves them as
    they are: a card is whole without a picture."""
    try:
        async with asyncio.timeout(THUMBNAIL_TIMEOUT):
            await _keep_picture(context, lease, folder, adult=adult)
    except SessionRevoked as error:
        context.lose(error)
    except TelegramWait as wait:
        context.pace.note(wait)
    except (ChaparError, TimeoutError) as error:
        log.info("thumbnail.unkept", job=lease.job, site=lease.site, error=error)


async def _keep_picture(context: WorkerContext, lease: Lease, folder: Path, *, adult: bool) -> None:
    path = there(folder)
    if path is None or not pictures.is_still(path):
        return
    if pictures.photo_size(path) is None:
        drawn = path.with_name(REDRAWN)
        async with engine_order.file_tools(context, folder) as tools:
            is_drawn = await remux.photo(tools, path, drawn)
        if not is_drawn or not pictures.photo_size(drawn):
            return
        path = drawn
    courier = await context.telegram()
    reference = await courier.upload(describe.still(path), ignore_progress)
    thumbnails.keep(context.db, lease.link.key, reference, adult=adult, now=clock.now())
    wake.notify(context.db.run, wake.BOT)
    log.info("thumbnail.kept", job=lease.job, site=lease.site)


def ignore_progress(done: int, total: int) -> None:
    """Nobody is shown how far a picture is."""
