"""Who runs: one thread of all, from one point to the next, as the decisions say.

A point is before each statement, at the gate, around each call to Telegram, and between two acts.
The thread that comes to one decides who goes on, and hands over to it; nothing else ever runs.
"""

import hashlib
import sys
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator
from typing import Any, Protocol

from tests.simulation import decisions, machine
from tests.simulation.decisions import AbleActor, Decision
from tests.simulation.disk import Disk
from tests.simulation.machine import Machine

#: The point between two acts, which is no step.
IDLE = "idle"
#: Seconds without a step after which an actor is taken for one that hangs; and steps after which
#: the acts of an episode, which are some ten thousand, are taken for endless.
HUNG, ENDLESS = 60.0, 400_000


class Killed(BaseException):
    """The process of an actor is gone; nothing of the product catches this."""


class Violation(BaseException):
    """Something that must never be. `what` names it, whichever rows it was seen in."""

    def __init__(self, what: str, detail: str = "") -> None:
        super().__init__(f"{what}: {detail}" if detail else what)
        self.what = what


class Turns(Protocol):
    """What the scheduler needs of an actor."""

    name: str
    index: int


class Observer(Protocol):
    """Who is told of what happens, for a story."""

    def point(self, actor: Turns, what: str, facts: Any) -> None: ...

    def event(self, what: str) -> None: ...


class Scheduler:
    """The turn, the gate's queue, and the troubles."""

    def __init__(self, machine: Machine, disk: Disk, observer: Observer | None = None) -> None:
        self.machine, self.disk, self.observer = machine, disk, observer
        self.actors: list[Any] = []
        self.source: Iterator[Decision] = iter(())
        self.main = threading.Lock()
        self.main.acquire()
        self.running: Any = None
        #: Who has the gate, and who waits for it, in the order of the kernel's queue.
        self.holder: Any = None
        self.queue: deque[Any] = deque()
        #: Who is to die next, and whether the power is off meanwhile.
        self.dying: list[Any] = []
        self.dark = False
        #: Judges what the cut left. Raises Violation.
        self.after_cut: Callable[[], None] = lambda: None
        #: Ends the trouble.
        self.calm: Callable[[], None] = lambda: None
        #: Calls that are paid for and not yet written: no time but that of steps passes
        #: between the two, where no program could prevent it.
        self.departing = 0
        self.violation: Violation | None = None
        #: What was done; a decision that meant nothing any more is not among it.
        self.made: list[Decision] = []
        #: A decision that something else comes before.
        self.ahead: list[Decision] = []
        self.steps = 0
        self.hung = False
        self.digest = hashlib.blake2b(digest_size=16)

    # What the main thread does

    def run(self, source: Iterator[Decision]) -> None:
        """Follow decisions to their end. Raises Violation."""
        self.source = source
        first = self.choose()
        if first is not None:
            self.running = first
            first.baton.release()
            self.watch()
        if self.violation:
            raise self.violation

    def watch(self) -> None:
        """Wait for the end of the decisions. Raises Violation when an actor does not come to its
        next point: what it waits for is outside of the simulation, and would never come."""
        seen = -1
        while not self.main.acquire(timeout=HUNG):
            if seen == self.steps:
                self.hung = True
                raise Violation("a step never ends", stack_of(self.running))
            seen = self.steps

    def close(self) -> None:
        """End all threads, each as if it were killed; one that hangs is left to its fate."""
        for actor in self.actors:
            actor.closed = actor.doomed = True
            actor.baton.release()
            actor.thread.join(0.1 if self.hung else None)

    def able(self) -> list[AbleActor]:
        """The actors that could go on."""
        return [
            AbleActor(
                actor.index,
                0 if actor.resting else actor.draw,
                bool(self.queue) and actor is self.holder,
            )
            for actor in self.actors
            if actor not in self.queue
        ]

    # What an actor's thread does

    def point(self, me: Any, what: str, facts: Any = None) -> None:
        """Let somebody go on, perhaps the same. Raises Killed."""
        self.note(me, what, facts)
        self.hand_over(me)
        if me.doomed:
            me.doomed = False
            raise Killed

    def note(self, me: Any, what: str, facts: Any) -> None:
        self.steps += what != IDLE
        self.digest.update(f"{me.index} {what} {facts}\n".encode())
        if self.observer:
            self.observer.point(me, what, facts)

    def hand_over(self, me: Any) -> None:
        if self.steps > ENDLESS:
            self.fail(Violation("acts never end", f"{self.steps} steps, at last of {me.name}"))
        following = None if self.violation else self.choose()
        if following is me:
            return
        self.running = following
        (following.baton if following else self.main).release()
        me.baton.acquire()
        if not me.doomed:
            self.running = me

    def choose(self) -> Any:
        """Who goes on; None at the end of the decisions."""
        while True:
            if self.dying:
                return self.doom(self.dying.pop(0))
            if self.dark:
                self.dark = False
                self.disk.restore()
                self.machine.restart()
                self.after_cut()
            decision = self.ahead.pop() if self.ahead else next(self.source, None)
            if decision is None:
                return None
            if (actor := self.follow(decision)) is not None:
                return actor

    def follow(self, decision: Decision) -> Any:
        """Do what a decision says; the actor that goes on, if it says that."""
        kind, who, draw = decision
        if kind == decisions.STEP:
            return self.turn(self.actors[who], decision)
        self.made.append(decision)
        if kind == decisions.SKIP and not self.departing:
            self.tell(f"{draw / 1000:g} s pass")
            self.machine.skip(draw / 1000)
        if kind == decisions.CALM:
            self.tell("from here on nothing goes wrong")
            self.calm()
        if kind == decisions.CRASH:
            self.dying = [self.actors[who]]
        if kind == decisions.POWER:
            self.tell("the power fails")
            self.disk.cut(draw)
            self.dying, self.dark = list(self.actors), True
        return None

    def turn(self, actor: Any, decision: Decision) -> Any:
        """Who goes on when an actor has its turn in the act that a decision is of: nobody when that
        act is over; and as long as it is still busy with an earlier one, that goes on first."""
        if actor.resting:
            if actor.draw == decision.draw:
                return None
            actor.draw = decision.draw
        elif actor.draw != decision.draw:
            self.ahead.append(decision)
            actor = self.holder if actor in self.queue else actor
        elif actor in self.queue:
            return None
        self.made.append(Decision(decisions.STEP, actor.index, actor.draw))
        self.machine.skip(machine.STEP)
        return actor

    def doom(self, actor: Any) -> Any:
        if actor in self.queue:
            self.queue.remove(actor)
        actor.doomed = True
        if not self.dark:
            self.tell(f"{actor.name} is killed")
        return actor

    def tell(self, what: str) -> None:
        self.digest.update(what.encode())
        if self.observer:
            self.observer.event(what)

    def fail(self, violation: Violation) -> None:
        """Remember what went wrong first; at the next point everything ends."""
        self.violation = self.violation or violation


def stack_of(actor: Any) -> str:
    """Where the thread of an actor stands."""
    frame = sys._current_frames().get(actor.thread.ident)
    return f"{actor.name}\n" + "".join(traceback.format_stack(frame) if frame else [])
