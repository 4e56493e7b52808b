"""One run of the simulation: a fresh database, eight actors, decisions, and the calm at the end."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from procs.records.inline_records import InlineTarget
from procs.records.job import State
from tests.contract.place import FAST
from tests.simulation import broadcast_acts, decisions, followers, inline_choices
from tests.simulation.actor import Actor
from tests.simulation.decisions import CALM, SKIP, STEP, Decision
from tests.simulation.people import Bot, People
from tests.simulation.scheduler import Observer, Scheduler, Violation
from tests.simulation.upkeep import Admin, Keeper
from tests.simulation.work import kinds
from tests.simulation.worker_actor import WorkerActor
from tests.simulation.world import World

#: Decisions of an episode.
LENGTH = 4000
#: The actors, and how busy each usually is.
SHARES = {
    "worker-0": 8,
    "worker-1": 8,
    "worker-2": 8,
    "worker-3": 8,
    "bot-4": 5,
    "keeper-5": 3,
    "person-6": 1,
    "admin-7": 1,
}
#: The same where people ask alone: much of the work is the bot's.
ALONE = {**SHARES, "bot-4": 20, "person-6": 2}
KINDS = {
    "worker": WorkerActor,
    "bot": Bot,
    "keeper": Keeper,
    "person": People,
    "admin": Admin,
}
#: Rounds of the calm, and the milliseconds that pass in each, ever more of them.
ROUNDS, ROUND = 600, (300, 1000, 5000, 30_000, 200_000, 4_000_000)
ALIVE = f"SELECT id, state, error FROM jobs WHERE state < {State.DONE}"
OPEN = "SELECT id FROM requests WHERE state = 'open'"
DELIVERED = """
SELECT chat, message, key, COUNT(*) FROM requests
 WHERE state = 'delivered' AND variant NOT LIKE '%#%' AND message > 0
 GROUP BY chat, message, key
"""
#: Rows that only work under way may have.
REMAINS = ("SELECT job FROM progress", "SELECT scope FROM pauses")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an episode. The same seed has the same digest."""

    steps: int
    audits: int
    digest: str
    #: The same of all that is in the database at the end.
    rows: str
    made: Sequence[Decision]
    violation: Violation | None = None
    #: Whether it went wrong when nothing was left to do, so that the way there counts.
    late: bool = False


#: Changes the product for the time of an episode: a fault that is planted.
Plant = Callable[[pytest.MonkeyPatch], None]


class Episode:
    """A run, by the decisions of a seed or by a list of them."""

    def __init__(self, seed: int, folder: Path, observer: Observer | None = None) -> None:
        self.world = World.fresh(folder, seed)
        self.scheduler = Scheduler(self.world.machine, self.world.disk, observer)
        self.world.machine.pid = lambda: self.scheduler.running.pid
        for name in SHARES:
            KINDS[name.partition("-")[0]](self.world, self.scheduler, name)
        self.scheduler.after_cut, self.scheduler.calm = self.after_cut, self.calm

    def play(self, source: Iterator[Decision], *, rests: bool) -> Outcome:
        """Follow the decisions, then come to rest, unless that does not matter."""
        late = False
        try:
            self.scheduler.run(source)
            if rests:
                self.scheduler.run(self.rests())
                late = True
                self.judge_rest()
        except Violation as violation:
            return self.outcome(violation, late=late)
        return self.outcome()

    def outcome(self, violation: Violation | None = None, *, late: bool = False) -> Outcome:
        scheduler, audits = self.scheduler, self.world.oracle.audits
        digest = scheduler.digest.hexdigest()
        made = list(scheduler.made)
        if late:
            made = made[: made.index(Decision(CALM))]
        rows = self.world.disk.digest()
        return Outcome(scheduler.steps, audits, digest, rows, made, violation, late)

    def after_cut(self) -> None:
        self.world.telegram.restart()
        self.world.oracle.after_cut()

    def calm(self) -> None:
        self.world.calm, self.world.telegram.trouble = True, False

    def rests(self) -> Iterator[Decision]:
        """No trouble any more: acts come to their end, and then everybody works in turn until all
        is over."""
        yield Decision(CALM)
        for actor in self.scheduler.actors:
            yield from self.until_rest(actor)
        for number in range(ROUNDS):
            yield from self.round(number + 1)
            if not self.left():
                return
            yield Decision(SKIP, 0, ROUND[number * len(ROUND) // ROUNDS])

    def round(self, number: int) -> Iterator[Decision]:
        """One act of everybody."""
        for actor in self.scheduler.actors:
            yield Decision(STEP, actor.index, number)
            yield from self.until_rest(actor)

    def until_rest(self, actor: Actor) -> Iterator[Decision]:
        """Let one go on, and whoever has the gate that it waits for."""
        while not actor.resting:
            goes = self.scheduler.holder if actor in self.scheduler.queue else actor
            yield Decision(STEP, goes.index, goes.draw)

    def left(self) -> list[object]:
        """What is not over: jobs, requests."""
        reader = self.world.disk.reader
        waits = (ALIVE, OPEN, followers.OWED, broadcast_acts.UNFINISHED)
        return [row for select in waits for row in reader.all(select)]

    def judge_rest(self) -> None:
        """What was delivered is there, each part once; and nothing is left that only work needs."""
        reader, telegram = self.world.disk.reader, self.world.telegram
        self.world.oracle.audit()
        if left := self.left():
            raise Violation("something is never over", f"{left}")
        for chat, message, key, count in reader.all(DELIVERED):
            if telegram.lacks(chat, message, key, parts=len(kinds(key)), times=count):
                raise Violation("delivered, but not there", f"{key} in {chat}/{message}")
        self.judge_others()
        for select in REMAINS:
            if rows := reader.all(select):
                raise Violation(f"left behind: {select.split()[-1]}", f"{rows}")

    def judge_others(self) -> None:
        """The same of followed lists, inline messages and broadcasts."""
        reader, telegram = self.world.disk.reader, self.world.telegram
        for chat, key, count in reader.all(followers.DELIVERED):
            if telegram.lacks(chat, 0, key, parts=len(kinds(key)), times=count):
                raise Violation("delivered, but not there", f"{key} of a list, for {chat}")
        for *target, key in reader.all(inline_choices.DELIVERED):
            if telegram.placed.get(InlineTarget(*target)) != key:
                raise Violation("delivered, but not there", f"{key} in inline message {target}")
        for broadcast, person in reader.all(broadcast_acts.SENT):
            if telegram.copies[(broadcast, person)] != 1:
                raise Violation("sent, but not there", f"broadcast {broadcast} to {person}")

    def close(self) -> None:
        self.scheduler.close()
        self.world.disk.close()


def play(
    seed: int,
    *,
    length: int = LENGTH,
    made: Sequence[Decision] | None = None,
    rests: bool = True,
    plant: Plant | None = None,
    observer: Observer | None = None,
) -> Outcome:
    """One episode of a seed; `made` are other decisions than its own."""
    folder = Path(tempfile.mkdtemp(prefix="sim-", dir=FAST))
    episode = Episode(seed, folder, observer)
    shares = (ALONE if episode.world.alone else SHARES).values()
    own = decisions.drawn(seed, shares=list(shares), most=length, runnable=episode.scheduler.able)
    try:
        with episode.world.machine.installed(), pytest.MonkeyPatch.context() as patch:
            if plant:
                plant(patch)
            outcome = episode.play(own if made is None else iter(made), rests=rests)
            episode.close()
            return outcome
    finally:
        shutil.rmtree(folder)
