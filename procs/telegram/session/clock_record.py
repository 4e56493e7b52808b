"""Keeps what was found of Telegram's time for the processes that come after this one.

A process with a stored session has heard few packets when it first sends, and on a busy machine it
read them late, so its estimate of Telegram's time is too early; another process numbers its
messages by a better one. Both are reckoned on the machine's monotonic clock, which all processes
share, so one row per machine is enough. It holds for one boot.
"""

from dataclasses import asdict, dataclass, replace
from math import inf

from procs.config import Settings
from procs.core import clock, codec
from procs.store.database import Database
from procs.store.health import runtime_settings
from procs.telegram.server_clock import CLOCK

#: The name of the row; a machine of several has its own.
ROW = "clock.telegram"
#: Seconds by which an estimate must be better than the stored one to be written.
BETTER = 0.02
#: Seconds after which the stored one is written anew, and after which it says nothing: two clocks
#: drift apart by up to 0.5 ms a second (adjtimex(2)), which is 1.8 s in an hour.
REFRESH, OLD = 600.0, 3600.0


@dataclass(frozen=True, slots=True)
class StoredTime:
    """Telegram's time at the zero of the monotonic clock of a boot, in epoch seconds; when that was
    found (`at`, on that clock), and for how many seconds the machine had been suspended then."""

    boot: str = ""
    base: float = 0.0
    at: float = 0.0
    suspended: float = 0.0


class ClockRecord:
    """The row of this machine."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.row = f"{ROW}:{settings.machine}" if settings.has_server else ROW
        #: The estimate that was compared with the row last, and when to compare it again.
        self.compared, self.due = -inf, 0.0

    def take_up(self) -> None:
        """Go on from the stored estimate, where there is a fresh one of this boot. Raises
        StoreError."""
        if (found := self._stored()) is not None:
            CLOCK.learn(found.base)

    def keep(self) -> None:
        """Store this process's estimate where it is better, or the stored one is old. Costs nothing
        while the estimate stands. Raises StoreError."""
        base, now = CLOCK.base, clock.steady()
        if base is None or (now < self.due and base - self.compared < BETTER):
            return
        found = self._stored()
        if found is None or base - found.base >= BETTER or now - found.at >= REFRESH:
            told = StoredTime(clock.boot_id(), base, now, clock.suspended())
            text = codec.dump(asdict(told))
            runtime_settings.write(self.db, self.row, text, now=clock.now(), full=False)
        self.compared, self.due = base, now + REFRESH

    def _stored(self) -> StoredTime | None:
        """The row, on the clock as it stands after every suspension; None without a fresh one of
        this boot."""
        text = runtime_settings.read(self.db, self.row, "{}")
        found = codec.record(StoredTime, codec.load(text))
        asleep = clock.suspended() - found.suspended
        if found.boot != clock.boot_id() or clock.steady() - found.at + asleep > OLD:
            return None
        return replace(found, base=found.base + asleep)
