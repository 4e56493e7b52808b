"""The one place that turns exceptions into a job's outcome: done, later, failed, released."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from procs.core import clock, log
from procs.errors import (
    DiskFull,
    JobError,
    LeaseLost,
    NotNow,
    SessionRevoked,
    StoreAway,
    StoreFull,
    StoreUnready,
    TelegramWait,
    Unknown,
    alert_kinds,
    remedies,
)
from procs.records.job import Lease
from procs.store import wake
from procs.store.health import alerts, counters, failed_attempts
from procs.store.jobs import history, leases, outcomes
from procs.store.server_absence import ABSENCE_PAUSE, ServerAbsence
from procs.telegram.session.sign_in import SIGN_IN
from procs.worker.process.context import WorkerContext
from procs.worker.site import admission

#: Seconds: the longest wait between two attempts, and between two tries to write on a full disk.
LONGEST_RETRY_WAIT = 600.0
DISK_LOOK = 5.0

#: What becomes of a job in a worker, as it is counted.
DONE, FAILED, RETRIED, WAITS = "done", "failed", "retried", "waits"
CANCELLED, RELEASED, LOST = "cancelled", "released", "lost"

#: Seconds until a job whose slot had no sign-in is due again, for another slot.
ELSEWHERE = 1.0

#: The names of all errors for which a job is tried again.
ERROR_NAMES = frozenset(kind.called() for kind in JobError.kinds())

Work = Callable[[WorkerContext, Lease], Awaitable[None]]


async def carry(context: WorkerContext, lease: Lease, work: Work) -> str:
    """Do the work of a lease and settle its outcome. Returns what became of the job. Raises only
    CancelledError, when the worker itself takes the job away."""
    try:
        await work(context, lease)
    except LeaseLost:
        log.warning("lease.lost", job=lease.job, worker=context.name, attempt=lease.attempt)
        return LOST
    except TelegramWait as flood:
        return await write_outcome(partial(wait_out, context, lease, flood))
    except SessionRevoked as error:
        context.lose(error)
        wait = TelegramWait(ELSEWHERE, context.courier.name)
        return await write_outcome(partial(wait_out, context, lease, wait))
    except NotNow as wait:
        return await write_outcome(partial(put_off, context, lease, wait))
    except JobError as error:
        return await write_outcome(partial(settle, context, lease, error))
    except StoreFull as error:
        return await write_outcome(partial(settle, context, lease, DiskFull(str(error))))
    except Exception as error:  # classified here, once, with its job
        if is_away(error):
            return await write_outcome(partial(give_back, context, lease))
        return await write_outcome(partial(settle, context, lease, unknown(context, lease, error)))
    finally:
        context.progress.drop(lease)
    return DONE


def is_away(error: BaseException) -> bool:
    """Whether the server of the database went away under several tasks of a job."""
    if isinstance(error, BaseExceptionGroup):
        return any(is_away(one) for one in error.exceptions)
    return isinstance(error, StoreAway)


def unknown(context: WorkerContext, lease: Lease, error: Exception) -> JobError:
    """The error for an exception that nobody expected, which is logged with its trace."""
    log.error("job.crashed", trace=error, job=lease.job, worker=context.name)
    return Unknown(f"{type(error).__name__}: {error}")


async def write_outcome(write: Callable[[], str]) -> str:
    """Write an outcome, and wait while the disk is full or the server away: an accepted request is
    never dropped. Returns what became of the job."""
    absence = ServerAbsence("outcome")
    while True:
        try:
            result = write()
        except LeaseLost as error:
            log.warning("lease.lost", why=error)
            return LOST
        except StoreFull as error:
            log.error("store.full", error=error, fix=remedies.FREE_SPACE)
            await asyncio.sleep(DISK_LOOK)
        except StoreAway as error:
            absence.note(error)
            await asyncio.sleep(ABSENCE_PAUSE)
        else:
            absence.end()
            return result


def attempts_alike(context: WorkerContext, lease: Lease, error: JobError) -> int:
    """Attempts that ended like this one, with this one. What a full disk or a broken way has cost
    before says nothing about an engine that dies now."""
    others = [name for name in history.put_off_for(context.db, lease.job) if name in ERROR_NAMES]
    since = others[-(lease.attempt - 1) :] if lease.attempt > 1 else []
    return lease.attempt - sum(name != error.name for name in since)


def wait_out(context: WorkerContext, lease: Lease, wait: TelegramWait) -> str:
    """Store Telegram's wait for every process; it costs the job no attempt. A wait for a sign-in
    concerns this slot alone: the job goes to another slot."""
    now = clock.now()
    context.pace.note(wait)
    delay = ELSEWHERE if context.barred.is_set() and wait.scope == SIGN_IN else wait.seconds
    leases.retry(
        context.db, lease, delay=delay, now=now, error=f"flood-wait {wait.scope}", free=True
    )
    log.info("job.waits", job=lease.job, worker=context.name, scope=wait.scope, seconds=delay)
    return WAITS


def put_off(context: WorkerContext, lease: Lease, wait: NotNow) -> str:
    """Make the job due when its site may be visited; this costs it no attempt."""
    now = clock.now()
    if wait.keeps:
        leases.postpone(context.db, lease, delay=wait.seconds, now=now, why=wait.why)
    else:
        leases.retry(context.db, lease, delay=wait.seconds, now=now, error=wait.why, free=True)
    log.info("job.put-off", job=lease.job, worker=context.name, why=wait.why, seconds=wait.seconds)
    wake.notify(context.db.run, wake.BOT)
    return WAITS


def settle(context: WorkerContext, lease: Lease, error: JobError) -> str:
    """Retry the job later, if another attempt may help and is allowed; else fail it for good."""
    counters.add(context.db, f"failures.{error.name}")
    ruling = admission.judge(context, lease, error)
    code = ""
    if ruling.elsewhere or (error.retry and attempts_alike(context, lease, error) < error.attempts):
        delay = ruling.delay
        if delay is None:
            delay = max(error.least, backoff(lease.attempt))
        leases.retry(context.db, lease, delay=delay, now=clock.now(), error=ruling.why)
        log.info(
            "job.retried",
            job=lease.job,
            worker=context.name,
            attempt=lease.attempt,
            error=error.name,
            delay=delay,
            detail=error.detail[:300],
        )
    else:
        told: dict[str, Any] = {"error": error.name, "say": error.say, "facts": error.facts}
        code = outcomes.fail(context.db, lease, **told, now=clock.now())
        tell = log.error if error.name in alert_kinds.FAILURE_ALERTS else log.warning
        tell(
            "job.failed",
            job=lease.job,
            worker=context.name,
            attempt=lease.attempt,
            code=code,
            error=error.name,
            site=error.site or None,
            detail=error.detail[:300],
            fix=remedies.of(error.name),
        )
    note(context, lease, error, code)
    if error.name in alert_kinds.FAILURE_ALERTS and (code or ruling.alone):
        alarm(context, lease, error)
    wake.notify(context.db.run, wake.BOT)
    return FAILED if code else RETRIED


def note(context: WorkerContext, lease: Lease, error: JobError, code: str) -> None:
    """Note the failure for the error statistics. The job's outcome is written already, so a failure
    here changes nothing."""
    facts = {"error": error.name, "site": error.site, "detail": error.detail, "code": code}
    try:
        failed_attempts.note(context.db, lease.job, now=clock.now(), **facts)
    except StoreUnready as unready:
        log.warning("failure.unwritten", job=lease.job, error=unready)


def alarm(context: WorkerContext, lease: Lease, error: JobError) -> None:
    """Alert the admins when a job failed for good, or a breaker opened, for a reason that concerns
    more than this job."""
    site = lease.site or error.site
    facts: dict[str, Any] = {"job": lease.job, "worker": context.name, "detail": error.detail}
    alerts.note(context.db, error.name, site, now=clock.now(), **facts)


def backoff(attempt: int) -> float:
    """Full jitter: random, up to 1, 2, 4, … 600 seconds, so that retries do not come in step."""
    return random.random() * min(LONGEST_RETRY_WAIT, 2.0 ** (attempt - 1))


def end_cancelled(context: WorkerContext, lease: Lease) -> str:
    """End a job that nobody waits for any more, after its processes are dead. To release it ends
    it, unless a request joined meanwhile: then it is queued again."""
    leases.release(context.db, lease, now=clock.now())
    log.info("job.cancelled", job=lease.job, worker=context.name, attempt=lease.attempt)
    return CANCELLED


def give_back(context: WorkerContext, lease: Lease) -> str:
    """Release a job because the worker exits before it is done: another worker goes on with it."""
    leases.release(context.db, lease, now=clock.now())
    log.info("job.released", job=lease.job, worker=context.name, attempt=lease.attempt)
    return RELEASED
