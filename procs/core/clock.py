"""The one module that asks the clock.

Two clocks, because each is right for one thing only:

- *wall* time (epoch seconds) for what people and other machines see: due times, instants in rows;
- *boot* time (CLOCK_MONOTONIC) for leases on one machine: it is the same in every process, no clock
  step moves it, and it stands still while the machine is suspended. CLOCK_BOOTTIME goes on then, so
  every lease would be over on waking, though no worker missed a beat it could have made. It is
  worth nothing after a reboot, so it is always stored beside the boot id (clock_gettime(2);
  `/proc/sys/kernel/random/boot_id`).

Where several machines share a database neither can be compared with another machine's: there both
are the database server's clock, reckoned on this machine's own that also counts while it is
suspended (`share`): its leases are over then, as nobody else waited for it.
"""

import calendar
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from procs.core.codec import row_record

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@row_record  # each transaction asks for one or two
class Now:
    """One instant on both clocks, in seconds."""

    wall: float
    boot: float


class SharedClock:
    """By how many seconds the clock that machines share is ahead of this one's time since its boot
    (`elapsed`); None where this machine is alone."""

    def __init__(self) -> None:
        self.ahead: float | None = None


class OwnBoot:
    """The boot that this process was told to count itself to; None for that of the kernel's
    file."""

    def __init__(self) -> None:
        self.told: str | None = None


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What the clock that machines share was found to be: by how many seconds it is ahead of
    `elapsed`, and by how many that may be wrong."""

    ahead: float
    wrong_by: float


SHARED, OWN_BOOT = SharedClock(), OwnBoot()
#: What stands for the boot id beside instants of the shared clock.
EVERY_BOOT = "shared"


def share(ahead: float) -> None:
    """Let `now` tell the shared clock in this process."""
    SHARED.ahead = ahead


def now() -> Now:
    """This instant on both clocks."""
    if SHARED.ahead is None:
        return Now(time.time(), time.monotonic())
    shared = elapsed() + SHARED.ahead
    return Now(wall=shared, boot=shared)


def read_between(began: float, told: float, ended: float) -> ClockReading:
    """What the shared clock is, where it was told between two instants of `elapsed`."""
    return ClockReading(told - (began + ended) / 2, (ended - began) / 2)


def own_wall() -> float:
    """What this machine itself takes for the time, whatever the others say."""
    return time.time()


def shared_wall(own: float) -> float:
    """An instant of this machine's own clock, as that at which a file was written, on the clock of
    `now`: two instants can be compared when both are of one clock."""
    return own if SHARED.ahead is None else own + now().wall - own_wall()


#: Seconds on this machine's monotonic clock, which nothing sets. The function itself: each
#: transaction asks it twice.
steady: Callable[[], float] = time.monotonic


def elapsed() -> float:
    """Seconds since this machine's boot, in which it was suspended included: by this it knows what
    other machines did meanwhile (clock_gettime(2), CLOCK_BOOTTIME)."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def suspended() -> float:
    """Seconds for which this machine was suspended since its boot, when `steady` stood still
    (clock_gettime(2), CLOCK_BOOTTIME). Of a few looks the least, for this process may get no turn
    between the two clocks."""
    looks = ((time.monotonic(), time.clock_gettime(time.CLOCK_BOOTTIME)) for _ in range(3))
    return min(boot - steady for steady, boot in looks)


def base() -> str:
    """What names the clock of `Now.boot`: an instant beside another name means nothing here."""
    return boot_id() if SHARED.ahead is None else EVERY_BOOT


def count_to(boot: str | None) -> None:
    """Let `boot_id` give this name in this process, None: the kernel's."""
    OWN_BOOT.told = boot


def boot_id() -> str:
    """The name of this machine's present boot (a UUID)."""
    return OWN_BOOT.told or BOOT_ID.read_text(encoding="ascii").strip()


def of_date(year: int, month: int, day: int) -> float:
    """The wall instant at which a day began in UTC."""
    return calendar.timegm((year, month, day, 0, 0, 0))
