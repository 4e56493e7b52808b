"""A storm over several machines that share a database: processes and whole machines die, lines are
cut and slow, clocks are set wrong, and the database restarts, loses its connections or is replaced
by its standby. What arrived is read from the loopback Telegram's own record of messages."""

import asyncio
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from procs.errors import StoreError
from procs.store.database import Database, open_database
from tests.chaos.troubles.process_troubles import send
from tests.chaos.watch import age
from tests.chaos_machines.failing_server import FailingServer
from tests.chaos_machines.fleet_plan import LONG, FleetPlan
from tests.chaos_machines.fleet_verdict import STUCK, FleetVerdict, judge, left_over
from tests.chaos_machines.machine import Machine
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack
from tests.sandbox.storm_limits import tighten

VICTIMS = {"worker": 8, "bot": 3, "nursery": 2, "keeper": 2}
#: Seconds by which a clock is wrong at most, and that a line is cut, long cut (longer than a lease)
#: or slow, and a machine stands still or without power.
WRONG, CUT, LONG_CUT, SLOW, STILL, DARK = 600.0, (2.0, 14.0), 75.0, 10.0, (4.0, 14.0), (1.0, 8.0)
#: After how many troubles a line tells how far it is.
TOLD = 25
#: Seconds that the site refuses a machine, and in which a standby has caught up and fresh keepers
#: have removed what nobody owns.
UNWELCOME, FOLLOWED, SWEPT = 5.0, 60.0, 60.0
#: A film that one message holds; the clip is above LIMIT, and comes in parts.
SMALL, LIMIT = "/small.mp4", "1MiB"
#: Seconds that may pass after the last trouble until everything has arrived.
CALM = 400.0
#: Seconds that a victim has lived: supervisord gives up on what dies twenty times in a row before
#: it counts as started (3 s), which is right, and not what is tried here.
OLD_ENOUGH = 4.0
KNOWN = "SELECT COUNT(*) FROM requests"


@dataclass
class FleetStorm:
    """Runs a plan over machines; the first has the servers of all."""

    machines: Sequence[Machine]
    server: FailingServer
    plan: FleetPlan
    sent: list[tuple[Person, Message]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.plan.seed)
        self.busy: set[str] = set()
        self.under_way: set[asyncio.Task[None]] = set()
        #: What a trouble could not do, or undo: a fault of the product's, or of the storm's own.
        self.broken: list[BaseException] = []
        #: Held while something is done to the database, or needs it for a start.
        self.database = asyncio.Lock()
        #: A connection of ours: a machine's own dies with it.
        self.db: Database = open_database(self.server.url, run=self.stack.home)

    @property
    def stack(self) -> Stack:
        return self.machines[0].stack

    @property
    def stacks(self) -> list[Stack]:
        return [one.stack for one in self.machines]

    async def run(self) -> FleetVerdict:
        try:
            people = [await self.stack.telegram.person(f"P{n}") for n in range(self.plan.people)]
            for person in people:
                await person.starts()
            await tighten(self.stack.telegram)
            await self.kill_idle_workers()
            asking = asyncio.create_task(self.ask(people))
            await self.rage()
            await asking
            await self.heal()
            await self.calm()
            await self.clean_up()
            return await judge(self.db, self.stacks, self.sent, self.counts)
        finally:
            self.db.close()

    async def kill_idle_workers(self) -> None:
        """Each worker dies once before anyone asks. A download that is alone in its worker at two
        deaths, while no other worker died, is rightly suspected of them and given up; here the
        cause is outside, and these deaths say so (`procs.store.jobs.recovery`)."""

        def grown() -> list[int]:
            pids = [pid for one in self.machines for pid in one.pids("worker")]
            return pids if pids and min(map(age, pids)) >= OLD_ENOUGH else []

        for pid in await self.stack.until(grown):
            send(pid, signal.SIGKILL)

    async def ask(self, people: list[Person]) -> None:
        """Spread the requests over the storm."""
        pause = self.plan.troubles * self.plan.every * 0.9 / self.plan.deliveries
        for number in range(self.plan.deliveries):
            person = people[number % len(people)]
            # Each in a row of their own: what one person asks again while it is under way is
            # answered with where it is, and is no request.
            film = (number * 3 + number // len(people)) % self.plan.films
            path = CLIP if film % 2 else SMALL
            self.sent.append((person, await person.sends(self.stack.url(f"{path}?film={film}"))))
            await asyncio.sleep(pause)

    # --- troubles

    async def rage(self) -> None:
        """Begin troubles until enough have happened, each kind once before any comes again; what
        lasts goes on beside the next."""
        kinds = self.plan.kinds(self.dice)
        kind = next(kinds)
        while self.counts["troubles"] < self.plan.troubles:
            await asyncio.sleep(self.dice.uniform(0.2, 1.8) * self.plan.every)
            if self.broken:
                raise self.broken[0]
            if self.begin(kind):
                kind = next(kinds)

    async def heal(self) -> None:
        """The last troubles end; clocks are right again."""
        await asyncio.gather(*self.under_way)
        for one in self.machines:
            one.sets_clock(0.0)
        await self.stack.refuses("none")
        await self.stack.telegram.heals()

    def begin(self, what: str) -> bool:
        """Let one trouble begin, of a machine that has no other. False when each has one."""
        free = [one for one in self.machines if one.name not in self.busy]
        if not free:
            return False
        one = self.dice.choice(free)
        troubles: dict[str, Callable[[], Coroutine[Any, Any, bool]]] = {
            "kill": lambda: self.kills(one),
            "drop": self.drops_connections,
            "swallow": self.swallows_answers,
            "clock": lambda: self.sets_clock(one),
            "cut": lambda: self.cuts(one, self.dice.uniform(*CUT)),
            LONG: lambda: self.cuts(one, LONG_CUT),
            "slow": lambda: self.slows(one),
            "still": lambda: self.stands_still(one),
            "power": lambda: self.loses_power(one),
            "terminate": lambda: self.fails(lambda server: server.terminate()),
            "restart": lambda: self.fails(lambda server: server.again("fast")),
            "crash": lambda: self.fails(lambda server: server.again("immediate")),
            "fail over": self.fails_over,
            "refuse": lambda: self.refuses(one),
        }
        task = asyncio.create_task(self.count(what, troubles[what]))
        self.under_way.add(task)
        task.add_done_callback(self.note_over)
        return True

    def note_over(self, task: asyncio.Task[None]) -> None:
        """A trouble is over; one that broke ends the storm."""
        self.under_way.discard(task)
        if not task.cancelled() and (error := task.exception()):
            self.broken.append(error)

    async def count(self, what: str, trouble: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        if await trouble():
            self.counts["troubles"] += 1
            if self.counts["troubles"] % TOLD == 0:
                print(f"{time.strftime('%X')} {self.counts['troubles']} troubles", flush=True)
            self.counts[what] += 1

    async def kills(self, one: Machine) -> bool:
        kind = self.dice.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        old = [pid for pid in one.pids(kind) if age(pid) >= OLD_ENOUGH]
        if not old:
            return False
        send(self.dice.choice(old), signal.SIGKILL)
        return True

    async def drops_connections(self) -> bool:
        await self.stack.telegram.drops_connections()
        return True

    async def swallows_answers(self) -> bool:
        """What was sent is with Telegram, and whoever sent it does not learn of it."""
        await self.stack.telegram.swallows("messages.send*", times=2, done=True)
        return True

    async def sets_clock(self, one: Machine) -> bool:
        one.sets_clock(self.dice.uniform(-WRONG, WRONG))
        return True

    async def cuts(self, one: Machine, seconds: float) -> bool:
        return await self.lasts(one, one.cut, one.join, seconds)

    async def slows(self, one: Machine) -> bool:
        if one.network is None:
            return False
        return await self.lasts(one, one.network.slow, one.network.quicken, SLOW)

    async def stands_still(self, one: Machine) -> bool:
        return await self.lasts(one, one.stack.freeze, one.stack.thaw, self.dice.uniform(*STILL))

    async def lasts(
        self, one: Machine, begin: Callable[[], None], end: Callable[[], None], seconds: float
    ) -> bool:
        self.busy.add(one.name)
        try:
            begin()
            await asyncio.sleep(seconds)
        finally:
            end()
            self.busy.discard(one.name)
        return True

    async def loses_power(self, one: Machine) -> bool:
        self.busy.add(one.name)
        try:
            await one.lose_power()
            await asyncio.sleep(self.dice.uniform(*DARK))
            async with self.database:
                with suppress(TimeoutError):  # on a busy computer it is in later
                    await one.come_back()
        finally:
            self.busy.discard(one.name)
        return True

    async def refuses(self, one: Machine) -> bool:
        """The site refuses one machine's address for a while."""
        if one.network is None:
            return False
        await self.stack.refuses(one.network.address)
        await asyncio.sleep(UNWELCOME)
        await self.stack.refuses("none")
        return True

    async def fails(self, how: Callable[[FailingServer], None]) -> bool:
        async with self.database:
            await asyncio.to_thread(how, self.server)
        return True

    async def fails_over(self) -> bool:
        async with self.database:
            other = await asyncio.to_thread(self.server.follow)
            async with asyncio.timeout(FOLLOWED):
                while not await asyncio.to_thread(self.server.is_followed):
                    await asyncio.sleep(0.2)
            await asyncio.to_thread(self.server.fail_over, other)
        return True

    # --- the end

    async def calm(self) -> None:
        """Everything asked is known, and nothing is open any more."""

        def quiet() -> bool:
            with suppress(StoreError):
                known = self.db.one(KNOWN)
                return bool(known) and known[0] == len(self.sent) and not self.db.all(STUCK)
            return False

        with suppress(TimeoutError):  # the verdict says what is stuck
            await self.stack.until(quiet, patience=CALM)

    async def clean_up(self) -> None:
        """Fresh keepers sweep at their start; what nobody owns is gone soon after."""
        for one in self.machines:
            for pid in one.pids("keeper"):
                send(pid, signal.SIGKILL)
        with suppress(TimeoutError):  # what is left then, the verdict says
            await self.stack.until(lambda: not left_over(self.db, self.stacks), patience=SWEPT)
