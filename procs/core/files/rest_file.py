"""The file by which the processes of one machine know that their database is at rest: its keeper
asks the server every few seconds for all of them, and whoever would look at rows again reads here
first whether there can be anything new.
"""

import os
from pathlib import Path

from procs.core import clock

REST_NAME = "rest"
#: Seconds after which what the file says is too old: whoever writes it is gone.
LIFE = 12.0


def write(run: Path, mark: int | None, at: float, bot_until: float = 0.0) -> None:
    """Say which mark the database had at rest when it was asked, at this steady instant; None while
    it works; and until which instant (boot) the bot's lease lasted. Raises OSError."""
    fresh = run / f"{REST_NAME}.new"
    words = f"{'' if mark is None else mark} {at:.6f} {bot_until:.3f}"
    fresh.write_text(words, encoding="ascii")
    fresh.replace(run / REST_NAME)


def read(run: Path, *, since: float = 0.0) -> int | None:
    """The mark, as long as nothing was committed that others look for, and no job waits for a
    worker or an instant or runs; None otherwise, and where nobody asked lately, or not since this
    steady instant."""
    try:
        mark, at, *_ = words(run)
        is_fresh = float(at) >= since and 0 <= clock.steady() - float(at) < LIFE
        return int(mark) if mark and is_fresh else None
    except (OSError, ValueError):
        return None


def bot_until(run: Path) -> float:
    """The end of the bot's lease (boot) as it was when the server was asked last: it lasts at least
    until then, unless it was given up, which is news. 0.0 where nobody says."""
    try:
        return float(words(run)[2])
    except (OSError, ValueError, IndexError):
        return 0.0


def words(run: Path) -> list[str]:
    """What the file says. Raises OSError, UnicodeDecodeError."""
    with open(os.path.join(run, REST_NAME), encoding="ascii") as file:
        return file.read().split(" ")


class RestingView:
    """Remembers for whoever looks at rows which mark they had, and until when what was seen then
    holds: `life` seconds, because time changes things too."""

    def __init__(self, life: float) -> None:
        self.life = life
        self.mark: int | None = None
        self.until = 0.0

    def forget(self) -> None:
        """Have the next look made in any case: something was left undone at the last one."""
        self.until = 0.0

    def holds(self, mark: int | None) -> bool:
        """Whether a look would find the same as the last one; False says that one is made now."""
        now = clock.steady()
        if mark is not None and mark == self.mark and now < self.until:
            return True
        self.mark, self.until = mark, now + self.life
        return False
