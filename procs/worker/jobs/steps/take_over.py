"""take_over: uses the files of a worker that was killed after its download."""

from procs.core import clock
from procs.store.jobs import outcomes
from procs.store.media import uploads
from procs.worker.jobs import engine_order, resume
from procs.worker.jobs.fetch_job import FetchJob


async def take_over(job: FetchJob) -> None:
    """Make the folder of a whole download, or of prepared files, this job's. When it is gone,
    neither `fetched` nor `files` is set. Raises LeaseLost; NotEncoded, DiskTooSmall and NotNow for
    a download that is still to be prepared; as `WorkerContext.telegram`."""
    context, lease = job.context, job.lease
    if not job.is_prepared():
        return await take_over_whole(job)
    if left := resume.take_over(context, lease):
        folder, job.whole, job.files = left
        outcomes.note_start(context.db, lease, worker=context.name, now=clock.now())
        job.own(folder)
    elif lease.progress.prepared:  # what is prepared anew may be cut into other bytes
        uploads.drop(context.db, lease.job)


async def take_over_whole(job: FetchJob) -> None:
    """Go on with a download that is whole. Raises as `take_over`."""
    context, lease = job.context, job.lease
    engine_order.check(context, lease)
    if left := await resume.take_over_whole(context, lease):
        folder, job.fetched = left
        outcomes.note_start(context.db, lease, worker=context.name, now=clock.now())
        job.own(folder)
        job.largest = await engine_order.largest(context, lease)
        job.room.expect(sum(path.stat().st_size for path in folder.iterdir()))
