"""What fails here while media is fetched or prepared: disk, time, processes, limits."""

from procs.errors.base import ChaparError, JobError


class Unknown(JobError):
    """Something we have no name for."""

    retry = True
    attempts = 2


class Cancelled(JobError):
    """The last person who wanted it left."""

    say = "cancelled"


class DiskFull(JobError):
    """No room left for the files; the job waits in the queue."""

    retry = True
    attempts = 20
    say = "failed-disk"


class DiskTooSmall(JobError):
    """The disk has no room for this file, not even when there is nothing else on it."""

    say = "failed-disk-small"


class TooLong(JobError):
    """It lasts longer than the operator allows for this site."""

    say = "failed-too-long"


class NotEncoded(JobError):
    """It would have to be encoded anew, which the operator does not allow at that length."""

    say = "failed-encode"


class TooLarge(JobError):
    """Larger than Telegram, or the operator, allows."""

    say = "failed-too-large"


class ProcessingFailed(JobError):
    """The file arrived but could not be made into something playable."""

    retry = True
    attempts = 2
    say = "failed-processing"


class TimedOut(JobError):
    """It took longer than a job may take."""

    retry = True
    attempts = 2
    say = "failed-timeout"


class EngineDied(JobError):
    """The engine's process ended without a word."""

    retry = True
    attempts = 3
    say = "failed-unknown"


class Quarantined(JobError):
    """Workers died while they carried it; it is not tried again by itself."""

    say = "failed-poison"


class NotNow(ChaparError):
    """It cannot be done yet: the site is not to be visited, or the disk has no room. Costs no
    attempt. `why`: for what it waits; `keeps` its seat, when only the order is at stake."""

    def __init__(self, seconds: float, why: str, *, keeps: bool = False) -> None:
        super().__init__(f"{why}: in {seconds:g} s")
        self.seconds = seconds
        self.why = why
        self.keeps = keeps
