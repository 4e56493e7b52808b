"""The last step of an upload: Telegram assembles a medium from the parts that it has."""

from pathlib import Path
from typing import Any

from pyrogram.raw.functions.messages import UploadMedia

from procs.core import log
from procs.errors import ChaparError, TelegramAway
from procs.records.job import File
from procs.telegram.rpc_errors import FilePartMissing
from procs.telegram.session.rpc import Rpc
from procs.telegram.upload.stream import UploadStream
from procs.telegram.upload.uploader import Progress, Upload

#: Seconds that Telegram has to assemble a medium from its parts.
ASSEMBLY = 60.0
#: Missing parts after which an upload restarts.
MISSING_PARTS = 20


def ignore_progress(done: int, total: int) -> None:
    """The progress callback of an upload that nobody watches."""


async def complete(early: UploadStream, file: File, on_progress: Progress) -> bool:
    """Whether what was sent while the file came down could be completed. When not, the file is
    uploaded as a whole, and meets again whatever is wrong with the connection."""
    early.on_progress = on_progress
    try:
        await early.finish(Path(file.path))
    except ChaparError as error:
        log.info("upload.anew", file=file.name, why=type(error).__name__, error=error)
        return False
    log.info("upload.streamed", file=file.name, bytes=early.size, early=early.ahead)
    return True


async def assembled(
    line: Rpc, query: UploadMedia, uploads: list[Upload], *, tries: int = MISSING_PARTS
) -> Any:
    """Telegram's answer once it has every part; a part that it misses is sent again. Raises
    PartMissing at once with one try: then more than one part is missing."""
    for upload in uploads:
        upload.on_progress = ignore_progress
    for _ in range(tries):
        try:
            return await line.ask(query, timeout=ASSEMBLY)
        except FilePartMissing as missing:
            if tries == 1:
                raise
            log.warning("upload.part-missing", session=line.client.name, part=missing.number)
            # The error does not name the file.
            for upload in uploads:
                if missing.number < upload.parts:
                    await upload.send(range(missing.number, missing.number + 1))
    raise TelegramAway(f"{MISSING_PARTS} parts went missing")
