"""The one place of the bot where a failure becomes a log line and a sentence."""

import asyncio
from collections.abc import Awaitable, Callable

from procs.core import log
from procs.core.files.rest_file import RestingView
from procs.errors import (
    ChatClosed,
    SessionRevoked,
    StoreAway,
    StoreError,
    TelegramAway,
    TelegramRefused,
    TelegramWait,
)
from procs.store.database import Database
from procs.store.jobs.outcomes import new_code
from procs.store.server_absence import ServerAbsence

#: Telegram does not let us say it: there is nobody to tell.
UNSAID = (ChatClosed, SessionRevoked, TelegramAway, TelegramRefused, TelegramWait)

#: Seconds by which a timer may be early.
TICK_MARGIN = 0.005
#: Seconds between two looks at a database at rest: an instant that makes something due ends the
#: rest, so that there is nothing to find.
REST_INTERVAL = 300.0

Apology = Callable[[str], Awaitable[None]]


async def logged(work: Awaitable[None], **facts: object) -> str:
    """Do the work. A failure of ours is logged once, under the code that is returned. Raises
    CancelledError only."""
    try:
        await work
    except UNSAID as error:
        log.warning("answer.unsaid", why=type(error).__name__, error=error, **facts)
    except StoreAway as error:  # done when the server is back: what was begun stands in rows
        log.warning("answer.late", error=error, **facts)
    except Exception as error:  # classified here, once
        code = new_code()
        log.error("bot.failed", trace=error, code=code, **facts)
        return code
    return ""


async def repeat(
    look: Callable[[], Awaitable[bool | None]],
    interval: float,
    *,
    db: Database | None = None,
    at_rest: float = REST_INTERVAL,
) -> None:
    """Do the work until cancelled, again at the next tick of `interval` seconds; work that follows
    from the rows of `db`, every `at_rest` seconds while that is at rest, unless `look` says that
    something is left to do. One that fails is logged, and repeated like the others. Raises
    CancelledError only."""
    view = RestingView(at_rest)
    whose = getattr(look, "__qualname__", "repeat")
    absence, refused = ServerAbsence(whose), ""

    async def look_once() -> None:
        nonlocal refused
        is_left: bool | None = True
        try:
            with absence.tolerated():
                is_left = await look()
            refused = ""
        except StoreError as error:  # no fault of the look: a program that locks the file, say
            if str(error) != refused:
                log.warning("look.late", whose=whose, error=error)
            refused = str(error)
        finally:
            if is_left:
                view.forget()

    while True:
        if db is None or not view.holds(db.rest()):
            await logged(look_once())
        await asyncio.sleep(until_tick(interval))


def until_tick(interval: float) -> float:
    """Seconds until the loop's clock shows a multiple of `interval`, or the next one when that is
    now. What is repeated in one process so wakes it at the same instants: a process that sleeps
    costs nothing but its wake-ups."""
    if not interval:
        return 0.0
    left = interval - asyncio.get_running_loop().time() % interval
    return left if left > TICK_MARGIN else left + interval


async def settle(work: Awaitable[None], report_failure: Apology, **facts: object) -> None:
    """Do the work; when it fails by our fault, the person gets a sentence and the code."""
    code = await logged(work, **facts)
    if code:
        await logged(report_failure(code), **facts)
