"""Samples the load, memory and disk of the machine once a minute."""

import os
from pathlib import Path

from procs.config import Settings
from procs.core import clock, disk, meminfo
from procs.store.database import Database
from procs.store.reports import use_sums
from procs.store.reports.use_sums import Sums

#: Sums hold whole numbers: a share of one is kept in thousandths.
THOUSAND = 1000


class ServerSamples:
    """One machine's; the disk is that of CHAPAR_HOME."""

    def __init__(self, db: Database, settings: Settings) -> None:
        self.db = db
        self.settings = settings

    def take(self) -> None:
        """Add one sample to the sums. Raises StoreFull."""
        sums, at = Sums(), clock.now().wall
        use_sums.note(sums, at, "samples")
        for measure, share in shares(self.settings.home).items():
            use_sums.note(sums, at, measure, value=round(share * THOUSAND))
        with self.db.write(quiet=True):
            use_sums.add(self.db, sums)


def shares(home: Path) -> dict[str, float]:
    """Load by core (above 1: something waits), and the shares of memory and disk in use."""
    load = os.getloadavg()[0] / (os.cpu_count() or 1)
    used = 1 - disk.free(home) / disk.whole(home)
    return {"load": load, "memory": meminfo.used_share(), "disk": used}
