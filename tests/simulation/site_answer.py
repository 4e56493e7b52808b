"""What a site answers, which is drawn."""

from typing import Any

from procs import errors
from procs.core import clock
from procs.errors import JobError
from tests.simulation.machine import Until

#: What a visit ends with, in percent of visits; a bot check closes a site to all.
FAILURES: tuple[tuple[int, type[JobError], float], ...] = (
    (4, errors.NetworkBroken, 0.0),
    (3, errors.SiteBusy, 20.0),
    (2, errors.Gone, 0.0),
    (2, errors.BotCheck, 0.0),
    (3, errors.SiteBroken, 0.0),
    (2, errors.EngineDied, 0.0),
)


async def site_answer(actor: Any) -> None:
    """The site answers after a while. Raises JobError."""
    await Until(clock.now().boot + actor.random.choice((0.05, 0.1, 0.5, 3.0)))
    fate = actor.random.randrange(100)
    for share_of, error, wait in FAILURES:
        fate -= share_of
        if fate < 0 and not actor.calm:
            raise error("drawn", wait=wait)
