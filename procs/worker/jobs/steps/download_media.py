"""download: the child brings the files into the job's folder."""

from procs.engine.client import OnProgress
from procs.records.job import Step
from procs.worker.jobs import resume
from procs.worker.jobs.fetch_job import FetchJob
from procs.worker.jobs.job_folder import DiskReservation


async def download(job: FetchJob) -> None:
    """Have the child that looked download the files. Afterwards it has exited, and the visit to the
    site is over. Raises JobError, LeaseLost; NotNow when the disk has no space for the bytes that
    arrive."""
    resume.note_download(job.context, job.lease, job.folder, job.found.size)
    async with job.engine:
        say = within(job.room, job.says(Step.FETCH))
        job.fetched = await job.child.fetch(say, on_merge=job.early.merges)
    resume.note_downloaded(job.context, job.lease, job.folder, job.fetched)
    job.early.came(job.fetched)
    job.visit.note_success(whole=True)
    job.visit.leave()


def within(room: DiskReservation, say: OnProgress) -> OnProgress:
    """Progress that reserves more of the disk when more bytes arrive than expected."""

    def grow(done: int, total: int, rate: float = 0.0) -> None:
        room.grow(int(done), int(total))
        say(done, total, rate)

    return grow
