"""A fetch job, as the list of its steps: admit → look → reserve → download → prepare → upload →
share, and the branches of that list.

Each step stores its result in the job's row, so the next attempt branches to the step at which the
last one ended.
"""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from procs.records.job import Lease
from procs.worker.jobs.fetch_job import FetchJob, opened
from procs.worker.jobs.steps.admit_job import admit
from procs.worker.jobs.steps.begin_early import begin_early
from procs.worker.jobs.steps.download_media import download
from procs.worker.jobs.steps.look_at_link import look
from procs.worker.jobs.steps.outbox import place
from procs.worker.jobs.steps.prepare_files import prepare
from procs.worker.jobs.steps.reserve_disk import reserve
from procs.worker.jobs.steps.share_known import share_known
from procs.worker.jobs.steps.share_media import share
from procs.worker.jobs.steps.show_list import show
from procs.worker.jobs.steps.take_over import take_over
from procs.worker.jobs.steps.upload_files import upload
from procs.worker.process.context import WorkerContext

FetchStep = Callable[[FetchJob], Awaitable[None]]
Steps = tuple[FetchStep, ...]


class Branch(NamedTuple):
    """Steps that replace the remaining ones after `after` (None: before the first step), when
    `case` is true."""

    after: FetchStep | None
    case: Callable[[FetchJob], bool]
    steps: Steps


#: The steps of a job that has no stored progress.
STEPS: Steps = (admit, look, reserve, download, prepare, upload, share)
#: The job takes the first branch whose case is true.
BRANCHES = (
    Branch(None, FetchJob.is_uploaded, (share,)),
    Branch(None, FetchJob.is_prepared, (take_over, upload, share)),
    Branch(None, FetchJob.is_downloaded, (take_over, prepare, upload, share)),
    Branch(take_over, FetchJob.is_gone, STEPS),
    Branch(look, FetchJob.is_list, (show,)),
    Branch(look, FetchJob.is_known, (share_known,)),
    Branch(reserve, FetchJob.may_go_early, (begin_early, download, prepare, upload, share)),
    Branch(prepare, FetchJob.is_for_folder, (place,)),
)


async def fetch(context: WorkerContext, lease: Lease) -> None:
    """Run one fetch job to its end. Raises JobError, LeaseLost, TelegramWait."""
    async with opened(context, lease) as job:
        steps = left(job, None, STEPS)
        while steps:
            step, *rest = steps
            await step(job)
            steps = left(job, step, tuple(rest))


def left(job: FetchJob, done: FetchStep | None, rest: Steps) -> Steps:
    """The remaining steps after this one."""
    cases = (one for one in BRANCHES if one.after is done)
    return next((one.steps for one in cases if one.case(job)), rest)
