"""An actor: a thread that lives, dies and lives again, one act after another."""

import threading
import traceback
from random import Random
from typing import Any

from procs.core.clock import Now
from tests.simulation.scheduler import IDLE, Killed, Scheduler, Violation
from tests.simulation.stepped_connection import SteppedConnection
from tests.simulation.world import World


class Actor:
    """A process of the simulation. What it holds beside its connection is gone with a life."""

    def __init__(self, world: World, scheduler: Scheduler, name: str) -> None:
        self.world, self.scheduler, self.name = world, scheduler, name
        self.index = len(scheduler.actors)
        scheduler.actors.append(self)
        self.baton = threading.Lock()
        self.baton.acquire()
        self.doomed = self.closed = self.resting = False
        self.draw = self.pid = 0
        self.random = Random(0)
        self.db: Any = None
        #: The leases that this life holds: job -> fence.
        self.leases: dict[int, int] = {}
        self.thread = threading.Thread(target=self.run, name=name, daemon=True)
        self.thread.start()

    def run(self) -> None:
        self.baton.acquire()
        while not self.closed:
            try:
                self.live()
            except Killed:
                continue
            except Violation as violation:
                self.end(violation)
            except BaseException as error:
                self.end(crash(error))

    def end(self, violation: Violation) -> None:
        """Let everything end with it; an actor that is being closed has nobody to tell, and whoever
        closes it waits for its thread."""
        if self.closed:
            return
        self.scheduler.fail(violation)
        self.scheduler.hand_over(self)
        self.doomed = False

    def live(self) -> None:
        """From the start of a process to its death."""
        self.forget()
        if self.doomed:
            self.doomed = False
            return
        self.idle()
        disk = self.world.disk
        SteppedConnection(disk.path, run=disk.run, actor=self)
        try:
            self.pid = self.world.machine.fork()
            self.begin()
            while True:
                self.idle()
                self.random = Random(self.draw)
                self.act()
        finally:
            self.db.dead = True
            self.world.machine.end(self.pid)
            self.bury()
            self.db.close()

    def begin(self) -> None:
        """What a process does first."""

    def act(self) -> None:
        """One act, drawn from `self.random`; or in calm, all there is to do."""

    def bury(self) -> None:
        """Close what would otherwise run on; no statement is made any more."""

    def forget(self) -> None:
        """Nothing of the last life is known."""
        self.leases = {}

    # Words for those that act

    @property
    def calm(self) -> bool:
        return self.world.calm

    def now(self) -> Now:
        return self.world.machine.now()

    def idle(self) -> None:
        self.resting = True
        self.scheduler.point(self, IDLE)
        self.resting = False

    def point(self, what: str, facts: Any = None) -> None:
        """Let others go on. Raises Killed, and again whatever the dying process still tries."""
        if self.db.dead:
            raise Killed
        try:
            self.scheduler.point(self, what, facts)
        except Killed:
            self.db.dead = True
            raise

    def says(self, what: str) -> None:
        """The act, for the story."""
        self.scheduler.tell(f"{self.name} {what}")

    def committed(self, wrote: set[str], *, full: bool) -> None:
        """A transaction of ours is in the database. Raises Violation."""
        self.world.disk.note_commit(full=full)
        self.world.oracle.after_commit(self, wrote)


def crash(error: BaseException) -> Violation:
    """An act may end by an error that it knows only."""
    where = traceback.extract_tb(error.__traceback__)[-1]
    what = f"{type(error).__name__} in {where.name}"
    return Violation(what, "".join(traceback.format_exception(error)))
