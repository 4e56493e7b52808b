"""upload: each file is uploaded to Telegram once, and is then sent by its reference."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from procs.core import clock, log
from procs.errors import TelegramRefused
from procs.records.job import File, Part, Reference, Step
from procs.store.jobs import leases
from procs.store.media import uploads
from procs.store.requests import request_status
from procs.telegram.delivery.courier import UploadOptions
from procs.telegram.upload.stream import UploadStream
from procs.worker.jobs.fetch_job import FetchJob
from procs.worker.jobs.resume import PartsLedger

#: The method that an upload calls, and the seconds that it waits for Telegram's permission with its
#: files on the disk.
UPLOADS = ("upload.SaveBigFilePart", "messages.UploadMedia")
LONGEST_WAIT = 60.0
#: Telegram's errors for a film, song or picture that it does not accept as such; it may accept it
#: as a file.
UNSHOWN = frozenset(
    {
        *("MEDIA_EMPTY", "MEDIA_INVALID", "MEDIA_TYPE_INVALID", "DOCUMENT_INVALID"),
        *("PHOTO_INVALID", "PHOTO_INVALID_DIMENSIONS", "PHOTO_EXT_INVALID"),
        *("PHOTO_SAVE_FILE_INVALID", "IMAGE_PROCESS_FAILED"),
        *("VIDEO_FILE_INVALID", "VIDEO_CONTENT_TYPE_INVALID"),
    }
)


async def upload(job: FetchJob) -> None:
    """Upload the files that an earlier attempt did not. Raises TelegramAway, TelegramRefused,
    TelegramWait, LeaseLost."""
    db, lease = job.context.db, job.lease
    progress = lease.progress
    stream = job.early.stream if len(job.files) == 1 else None
    for place, file in list(enumerate(job.files))[len(progress.parts) :]:
        kept = PartsLedger(job.context, lease, place, file)
        progress.parts += (await uploaded(job, file, kept, stream),)
        if len(progress.parts) < len(job.files):
            leases.note(db, lease, full=True)
    progress.whole = job.whole
    with db.write(full=True, only=(f"job {lease.job}",)):
        leases.note(db, lease)
        uploads.drop(db, lease.job)


async def uploaded(
    job: FetchJob, file: File, kept: PartsLedger, stream: UploadStream | None
) -> Part:
    """Upload one file, as a plain file if Telegram does not accept it as a film, song or
    picture."""
    context, lease = job.context, job.lease
    meter = UploadMeter(job.says(Step.UPLOAD), ahead=stream.done if stream else 0)
    courier = await context.telegram()
    for method in UPLOADS:
        await context.pace.wait_until_allowed(method, LONGEST_WAIT)
    waiting = partial(request_status.who_waits, context.db, lease.job)
    try:
        reference = await courier.upload(file, meter, UploadOptions(stream, kept, waiting))
    except TelegramRefused as error:
        if file.kind == "document" or error.detail not in UNSHOWN:
            raise
        log.warning("upload.as-file", job=lease.job, kind=file.kind, error=error)
        file = replace(file, kind="document", thumbnail="")
        reference = await courier.upload(file, meter, UploadOptions(waiting=waiting))
    return part(file, reference)


def part(file: File, reference: Reference) -> Part:
    """A file that Telegram has, as a part of its media."""
    return Part(
        reference=reference,
        kind=file.kind,
        name=file.name,
        size=file.size,
        duration=file.duration,
        width=file.width,
        height=file.height,
    )


class UploadMeter:
    """Adds the rate to what an upload reports: bytes a second since it began, without those that
    were sent before."""

    def __init__(self, say: Callable[[int, int, float], None], *, ahead: int = 0) -> None:
        self.say = say
        self.ahead = ahead
        self.began = clock.now().boot

    def __call__(self, done: int, total: int) -> None:
        took = max(clock.now().boot - self.began, 0.001)
        self.say(done, total, max(0, done - self.ahead) / took)
