"""`python -m tests.contract.power.power_acts FOLDER ACT…`: does each act on a day's table, and says
in one file what was acknowledged when. It is run under strace, which records what it writes.

Each act comes after a commit and before others with a checkpoint between, so that a cut finds logs
that begin, that hold several commits, and that are being taken in.
"""

import hashlib
import json
import os
import shutil
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from procs.core import clock
from procs.store.database import Database
from procs.store.health import runtime_settings
from tests.contract.crash_acts import ACTS
from tests.contract.crash_scene import Scene, copy, open_of

#: The row by which an acknowledged commit is known again.
ACKNOWLEDGED = "power.acknowledged"
MARKS = "marks"
#: What is compared; random numbers are left out.
FACTS = (
    "SELECT id, user_id, lane, state, at, seat, fence, attempt, deaths, blame, worker, stop "
    "FROM jobs ORDER BY id",
    "SELECT id, state, job, closed_at FROM requests ORDER BY id",
    "SELECT request, part, receipt FROM deliveries ORDER BY request, part",
    "SELECT id FROM media ORDER BY id",
    "SELECT id, state FROM workers ORDER BY id",
    "SELECT scope FROM pauses ORDER BY scope",
    "SELECT site, egress, person, failures, until, latest FROM breakers ORDER BY site, egress",
    "SELECT id, cap FROM users ORDER BY id",
    "SELECT key, way, until FROM looks ORDER BY key",
)


def facts(db: Database) -> str:
    """What an act can change, in one word."""
    return hashlib.sha256(repr([db.all(select) for select in FACTS]).encode()).hexdigest()[:16]


def acknowledged(db: Database) -> int:
    return int(runtime_settings.read(db, ACKNOWLEDGED, "0"))


class Recording:
    """One act on a copy of the scene."""

    def __init__(self, scene: Scene, place: Path, name: str, marks: int) -> None:
        self.scene, self.name, self.marks = scene, name, marks
        self.folder = copy(scene, place / name)
        self.number = 0
        #: Whether the last transaction waited for the disk.
        self.full = False

    def mark(self, event: str, **more: Any) -> None:
        """One write, which stands among those of the database as they were made."""
        os.write(
            self.marks, (json.dumps({"act": self.name, "event": event, **more}) + "\n").encode()
        )

    def run(self) -> None:
        prepare, act = ACTS[self.name]
        with closing(open_of(self.folder)) as db:
            if prepare:
                prepare(db, self.scene, self.scene.before)
            db.checkpoint(truncate=True)
        shutil.copy(self.folder / "chapar.db", self.folder / "start")
        with closing(open_of(self.folder)) as db:
            self.watch(db)
            self.mark("begin", facts=facts(db))
            self.acknowledge(db)
            act(db, self.scene, self.scene.before)
            self.mark("acted", facts=facts(db), full=self.full)
            self.acknowledge(db)
            db.checkpoint(truncate=True)
            self.acknowledge(db)
            self.acknowledge(db)
            db.checkpoint()
            self.acknowledge(db)
            self.mark("end")

    def acknowledge(self, db: Database) -> None:
        """A commit of which somebody is told."""
        self.number += 1
        runtime_settings.write(db, ACKNOWLEDGED, str(self.number), now=clock.now())
        self.mark("acknowledged", number=self.number)

    def watch(self, db: Any) -> None:
        begin = db._begin

        def noted(full: bool, came: float) -> None:
            self.full = full
            begin(full, came)

        db._begin = noted


def main(place: Path, names: list[str]) -> None:
    scene = Scene(place / "scene")
    scene.desk.db.checkpoint(truncate=True)
    marks = os.open(place / MARKS, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for name in names:
        Recording(scene, place, name, marks).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
