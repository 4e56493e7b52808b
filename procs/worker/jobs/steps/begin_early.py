"""begin_early: the file goes up while it still comes down."""

from procs.worker.jobs.fetch_job import FetchJob


async def begin_early(job: FetchJob) -> None:
    """Have the coming file looked for, and sent as it grows. Nothing here fails the job."""
    job.early.expect(job.found, job.folder)
