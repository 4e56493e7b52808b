"""What a worker counted since its last heartbeat, written with the next one.

A write for each job would cost a tenth of what the job's own transactions do. So a worker that is
killed loses the counts of up to one heartbeat; the figures of requests, which are counted by the
keeper from their rows, lose nothing.
"""

from collections import Counter
from collections.abc import Mapping

from procs.core import log
from procs.errors import StoreUnready
from procs.records.job import Kind
from procs.store.database import Database
from procs.store.health import counters, engine_records, histograms


class Tallies:
    """The counts of one process that are not written yet."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()

    def ran(self, kind: Kind, result: str, seconds: float) -> None:
        """A job of this kind left the worker, so long after it was claimed."""
        histograms.note(self.counts, f"run.{kind.value}.{result}", seconds)

    def did_download(self) -> None:
        """A download was done by this machine's engine."""
        if counter := engine_records.counter_of(engine_records.DONE_THERE):
            self.counts[counter] += 1

    def note_traffic(self, spent: int, denied: Mapping[str, int]) -> None:
        """A child's way out is closed: the bytes both ways, and requests refused by class."""
        self.counts["egress.bytes"] += spent
        self.counts.update({f"egress.denied.{reason}": n for reason, n in denied.items()})

    def write(self, db: Database) -> None:
        """Add what was counted to the counters of the system. On a full disk it is kept."""
        if not self.counts:
            return
        try:
            counters.add_all(db, self.counts)
        except StoreUnready as error:
            log.warning("tallies.unwritten", error=error)
        else:
            self.counts.clear()
