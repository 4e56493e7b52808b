"""After the server of the database was silent, nobody has renewed anything: every lease is over,
and every worker and machine looks dead; and so it is after its clock was set ahead. So nobody is
judged by an old row until all had time to write a new one.

A keeper knows of a silence by its own beat, which is as late as those of the others.
"""

from math import inf

from procs.core import clock
from procs.store.machines.machine_rows import MACHINE_BEAT

#: Seconds in which all renew theirs, once the server answers or by the clock that it has now: a
#: connection that broke off is noticed within ten and made anew within a few, a keeper beats every
#: twenty, and an idle worker every forty (REST_BEAT of `procs/worker/loop.py`).
RENEWAL = 45.0
#: Seconds without a beat of our own after which others may look dead; after fewer, none does.
SILENCE = 2 * MACHINE_BEAT


class RenewalTime:
    """One keeper's. It begins with such a time: it may have been started because the server came
    back."""

    def __init__(self) -> None:
        self.beat_at = -inf
        self.until = 0.0

    def note_beat(self) -> None:
        """The server took a beat of ours."""
        now = clock.elapsed()
        if now - self.beat_at > SILENCE:
            self.begin()
        self.beat_at = now

    def begin(self) -> None:
        """The server does not answer, or has just begun to, or its clock was set."""
        self.until = clock.elapsed() + RENEWAL

    def is_over(self) -> bool:
        """Whether who has an old row now is gone."""
        now = clock.elapsed()
        return now >= self.until and now - self.beat_at <= SILENCE
