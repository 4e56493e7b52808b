"""begin_early: the file is uploaded while it is still being downloaded."""

from procs.worker.jobs.fetch_job import FetchJob


async def begin_early(job: FetchJob) -> None:
    """Begin to search for the partial file, and to upload it as it grows. Nothing here fails the
    job."""
    job.early.expect(job.found, job.folder)
