"""A storm over several machines that share a database: processes and whole machines die, lines are
cut and slow, clocks are set wrong, and the database restarts, loses its connections or is replaced
by its standby. What arrived is read from the loopback Telegram's own record of messages."""

import asyncio
import os
import signal
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from daemon.supervisor.control import Supervisor
from procs.errors import StoreError
from procs.store.database import Database, open_database
from tests.chaos.machines.failing_server import FailingServer
from tests.chaos.machines.machine import Machine
from tests.chaos.storm import CALM, KNOWN, OLD_ENOUGH, OPEN, SWEPT, TROUBLES, Plan, Storm, age
from tests.chaos.verdict import Verdict, left_over

#: What happens how often, in shares.
TROUBLED = {
    "kill": 40,
    "telegram": 10,
    "clock": 12,
    "cut": 10,
    "long cut": 2,
    "slow": 8,
    "still": 5,
    "power": 3,
    "terminate": 5,
    "restart": 3,
    "crash": 2,
    "fail over": 2,
    "refuse": 3,
}
VICTIMS = {"worker": 8, "bot": 3, "nursery": 2, "keeper": 2}
#: Seconds by which a clock is wrong at most, and that a line is cut, long cut (longer than a lease)
#: or slow, and a machine stands still or without power.
WRONG, CUT, LONG_CUT, SLOW, STILL, DARK = 600.0, (2.0, 14.0), 75.0, 10.0, (4.0, 14.0), (1.0, 8.0)
REFUSED = 5.0
#: Seconds until every machine is whole again after the last trouble.
WHOLE = 180.0


@dataclass
class FleetStorm(Storm):
    """`stack` is that of the first machine, which has the servers of all."""

    machines: list[Machine] = field(default_factory=list)
    server: FailingServer | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.busy: set[str] = set()
        self.under_way: set[asyncio.Task[None]] = set()
        self.database = asyncio.Lock()
        #: A connection of ours: a machine's own dies with it.
        self.db: Database = open_database(self.stack.settings["database_url"], run=self.stack.home)

    async def run(self) -> Verdict:
        try:
            found = await super().run()
            return replace(found, left=self.left())
        finally:
            self.db.close()

    # --- troubles

    async def kill_all(self) -> None:
        while self.counts["troubles"] < self.plan.kills:
            await asyncio.sleep(self.dice.uniform(0.2, 1.8) * self.plan.every)
            what = self.dice.choices(list(TROUBLED), list(TROUBLED.values()))[0]
            self.begin(what)
        await asyncio.gather(*self.under_way)
        for one in self.machines:
            one.sets_clock(0.0)
        await self.stack.refuses("none")

    def begin(self, what: str) -> None:
        """Let one trouble begin: what lasts goes on beside the next."""
        free = [one for one in self.machines if one.name not in self.busy]
        if not free:
            return
        one = self.dice.choice(free)
        troubles: dict[str, Callable[[], Coroutine[Any, Any, bool]]] = {
            "kill": lambda: self.kills(one),
            "telegram": self.troubles_telegram,
            "clock": lambda: self.sets_clock(one),
            "cut": lambda: self.cuts(one, self.dice.uniform(*CUT)),
            "long cut": lambda: self.cuts(one, LONG_CUT),
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
        task.add_done_callback(self.under_way.discard)

    async def count(self, what: str, trouble: Callable[[], Coroutine[Any, Any, bool]]) -> None:
        if await trouble():
            self.counts["troubles"] += 1
            self.counts[what] += 1

    async def kills(self, one: Machine) -> bool:
        kind = self.dice.choices(list(VICTIMS), list(VICTIMS.values()))[0]
        old = [pid for pid in self.of(one, kind) if age(pid) >= OLD_ENOUGH]
        if not old:
            return False
        os.kill(self.dice.choice(old), signal.SIGKILL)
        return True

    async def troubles_telegram(self) -> bool:
        await self.trouble(self.dice.choice(TROUBLES))
        return True

    async def sets_clock(self, one: Machine) -> bool:
        one.sets_clock(self.dice.uniform(-WRONG, WRONG))
        return True

    async def cuts(self, one: Machine, seconds: float) -> bool:
        return await self.lasts(one, one.cut, one.join, seconds)

    async def slows(self, one: Machine) -> bool:
        return await self.lasts(one, one.slow, one.quicken, SLOW)

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
        await asyncio.sleep(REFUSED)
        await self.stack.refuses("none")
        return True

    async def fails(self, how: Callable[[FailingServer], None]) -> bool:
        assert self.server is not None
        async with self.database:
            await asyncio.to_thread(how, self.server)
        return True

    async def fails_over(self) -> bool:
        assert self.server is not None
        async with self.database:
            other = await asyncio.to_thread(self.server.follow)
            while not await asyncio.to_thread(self.server.is_followed):
                await asyncio.sleep(0.2)
            await asyncio.to_thread(self.server.fail_over, other)
        return True

    # --- whom it meets

    def pids(self, kind: str) -> list[int]:
        return [pid for one in self.machines for pid in self.of(one, kind)]

    def of(self, one: Machine, kind: str) -> list[int]:
        """A machine's processes of this kind; none of one that is down."""
        if one.is_down:
            return []
        with suppress(OSError):
            if kind == "nursery":
                return Storm(one.stack, self.plan).nurseries()
            known = Supervisor(one.stack.state / "run").processes()
            return [each.pid for each in known if each.pid and each.title.split(":")[0] == kind]
        return []

    # --- the end

    async def calm(self) -> None:
        def quiet() -> bool:
            with suppress(StoreError):
                known, unfinished = self.db.one(KNOWN), self.db.one(OPEN)
                told = bool(known and unfinished) and (known[0], unfinished[0])
                return told == (len(self.sent), 0)
            return False

        try:
            await self.stack.until(quiet, patience=CALM)
        except TimeoutError:
            self.counts["not quiet"] += 1

    async def clean_up(self) -> None:
        for pid in self.pids("keeper"):
            os.kill(pid, signal.SIGKILL)
        with suppress(TimeoutError):
            await self.stack.until(lambda: not self.left(), patience=WHOLE + SWEPT)

    def left(self) -> list[str]:
        """What is left on the disks of all machines."""
        return [path for one in self.machines for path in left_over(one.stack)]


def fleet_plan(*, troubles: int, deliveries: int, every: float, seed: int) -> Plan:
    """A plan for several machines: as many people and films as fit the deliveries."""
    return Plan(
        people=min(40, max(6, deliveries // 10)),
        deliveries=deliveries,
        kills=troubles,
        films=max(4, deliveries // 4),
        every=every,
        seed=seed,
    )
