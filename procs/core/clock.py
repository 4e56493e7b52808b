"""The one module that asks the clock.

Two clocks, because each is right for one thing only:

- *wall* time (epoch seconds) for what people and other machines see: due times, instants in rows;
- *boot* time (CLOCK_MONOTONIC) for leases on one machine: it is the same in every process, no clock
  step moves it, and it stands still while the machine is suspended. CLOCK_BOOTTIME goes on then, so
  every lease would be over on waking, though no worker missed a beat it could have made. It is
  worth nothing after a reboot, so it is always stored beside the boot id (clock_gettime(2);
  `/proc/sys/kernel/random/boot_id`).
"""

import calendar
import time
from dataclasses import dataclass
from pathlib import Path

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Now:
    """One instant on both clocks, in seconds."""

    wall: float
    boot: float


def now() -> Now:
    """This instant on both clocks."""
    return Now(wall=time.time(), boot=time.monotonic())


def boot_id() -> str:
    """The name of this machine's present boot (a UUID)."""
    return BOOT_ID.read_text(encoding="ascii").strip()


def of_date(year: int, month: int, day: int) -> float:
    """The wall instant at which a day began in UTC."""
    return calendar.timegm((year, month, day, 0, 0, 0))
