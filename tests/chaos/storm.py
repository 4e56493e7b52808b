"""A storm over the whole product: people ask, and everything goes wrong around them. What arrived
is read from the loopback Telegram's own record of messages, and from the site's."""

import asyncio
import signal
import time
from collections import Counter, defaultdict
from collections.abc import Coroutine
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from random import Random
from typing import Any

from daemon.command_error import NotUp
from procs.errors import StoreError
from tests.chaos.crowd import Asked, Crowd
from tests.chaos.news import News
from tests.chaos.plan import Plan, Trouble, drawn
from tests.chaos.recovery_times import RecoveryTimes
from tests.chaos.remains import OPEN, left_over
from tests.chaos.spans import Spans
from tests.chaos.storm_stack import StormStack
from tests.chaos.telegram_habits import oddity
from tests.chaos.troubles.kinds import KINDS, ODD, SHARES
from tests.chaos.troubles.operator_troubles import upgraded_once
from tests.chaos.troubles.process_troubles import OLD_ENOUGH, send
from tests.chaos.troubles.trouble_parts import Impossible, Recovered, Unmet
from tests.chaos.verdict import Evidence, Verdict, unknown, verdict
from tests.chaos.watch import Watch
from tests.sandbox.storm_limits import tighten

#: Seconds that may pass after the last trouble without anything arriving, and until what one
#: trouble broke works again.
CALM, RECOVERS = 120.0, 150.0
#: Seconds for which nothing is open, after which what is still unknown is not on its way any more.
STILL = 25.0
#: How often a trouble looks for somebody whom it can befall.
TRIES = 3
#: Seconds for which a trouble that must be alone waits for what the others broke.
SETTLES = 8.0
#: Seconds in which a fresh keeper has removed what nobody owns.
SWEPT = 30.0
#: Deliveries that arrived, requests that are over, and people who have the broadcast.
ARRIVED = """
SELECT (SELECT COUNT(*) FROM deliveries WHERE receipt IS NOT NULL)
     + (SELECT COUNT(*) FROM requests WHERE closed_at IS NOT NULL)
     + (SELECT COALESCE(SUM(sent), 0) FROM broadcasts)
"""


@dataclass
class Storm:
    """Runs a plan over a stack. `floods`, `crowded_disk` and `restored` are spans of wall time in
    which Telegram was told to refuse, no byte could be written, and what was done was lost; `spans`
    those of every trouble, by its kind; `refused` the calls that Telegram refused for their rate
    before it was started anew."""

    stack: StormStack
    plan: Plan
    counts: Counter[str] = field(default_factory=Counter)
    times: RecoveryTimes = field(default_factory=RecoveryTimes)
    refused: list[dict[str, Any]] = field(default_factory=list)
    floods: Spans = field(default_factory=list)
    crowded_disk: Spans = field(default_factory=list)
    restored: Spans = field(default_factory=list)
    spans: dict[str, Spans] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self.dice = Random(self.plan.seed)
        #: Held while Telegram itself is away: then nobody can write, and no trouble be ordered.
        self.telegram = asyncio.Lock()
        self.watch = Watch(self.stack)
        self.crowd = Crowd(
            *(self.stack, self.plan.films, Random(self.plan.seed), self.telegram),
            plain=self.plan.odd,
        )
        self.news = News(self.stack, self.plan.receivers)
        self.troubles = drawn(self.plan, ODD if self.plan.odd else SHARES)
        #: Exit codes of all upgrades.
        self.upgrades: list[int] = []
        self.happened, self.more = 0, count(self.plan.deliveries)
        self.plays: set[asyncio.Task[None]] = set()
        self.recoveries: set[asyncio.Task[None]] = set()

    async def run(self) -> Verdict:
        watching = asyncio.create_task(self.watch.run())
        try:
            await self.phase("people gather", self.crowd.gathers(self.plan.people))
            await tighten(self.stack.telegram)
            await self.phase("idle workers die", self.kill_idle_workers())
            await self.news.goes_out()
            await self.phase("rage", self.rages())
            await self.heal()
            await self.phase("calm", self.calm())
            await self.phase("upgrade", upgraded_once(self))
        finally:
            watching.cancel()
        await self.phase("clean up", self.clean_up())
        return await verdict(self.evidence())

    async def phase(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Do a part of the storm, and note how long it took."""
        began = time.monotonic()
        await work
        self.counts[f"seconds: {name}"] += round(time.monotonic() - began)

    def evidence(self) -> Evidence:
        self.counts.update(self.crowd.counts)
        spans = {
            "floods": self.floods,
            "crowded_disk": self.crowded_disk,
            "restored": self.restored,
        }
        facts = (self.stack, self.crowd.asked, self.counts, self.times, self.news)
        planned = [one.kind for one in self.troubles]
        return Evidence(*facts, planned=planned, **spans, spans=self.spans, refused=self.refused)

    async def rages(self) -> None:
        """All troubles and all requests, until the last of both has happened."""
        async with asyncio.TaskGroup() as self.group:
            self.asking = self.group.create_task(self.ask())
            for number, trouble in enumerate(self.troubles):
                await asyncio.sleep(trouble.pause)
                self.happened = number
                if KINDS[trouble.kind].alone:
                    await self.settle()
                    await self.befall(trouble)
                else:
                    self.keep(self.plays, self.befall(trouble))
                if self.plan.odd:
                    async with self.telegram:
                        what = await oddity(self.stack.telegram, self.dice)
                    self.counts[f"odd: {what}"] += 1
            self.happened = len(self.troubles)

    async def settle(self) -> None:
        """Until no other trouble happens, and most of what they broke works."""
        while self.plays:
            await asyncio.wait(self.plays)
        if self.recoveries:
            await asyncio.wait(self.recoveries, timeout=SETTLES)

    async def befall(self, trouble: Trouble) -> None:
        """Let one happen, and note how long it was felt afterwards."""
        name, began = trouble.kind, time.time()
        print(f"{time.strftime('%X')} {self.happened + 1} {name}", flush=True)
        try:
            recovered = await self.met(trouble)
        except Impossible as error:
            self.times.impossible[name] = str(error)
            return
        except Unmet:
            self.times.unmet[name] += 1
            return
        except (AssertionError, TimeoutError, OSError, StoreError) as error:
            print(f"{name}: {type(error).__name__}: {error}", flush=True)
            self.times.never[name] += 1
            return
        finally:
            self.spans[name].append((began, time.time()))

        async def recover() -> None:
            try:
                took = await self.watch.until(recovered, RECOVERS)
                self.times.seconds[name].append(took)
            except TimeoutError:
                self.times.never[name] += 1

        self.keep(self.recoveries, recover())

    async def met(self, trouble: Trouble) -> Recovered:
        """Play it until it finds somebody: at the end of a storm few are left whom it can befall,
        so before each other try somebody asks for one more film. Raises Unmet, Impossible."""
        kind = KINDS[trouble.kind]
        for _ in range(TRIES - 1):
            with suppress(Unmet):
                return await kind.play(self, Random(trouble.seed))
            await self.ask_one(next(self.more), kind.asks)
        return await KINDS[trouble.kind].play(self, Random(trouble.seed))

    def keep(self, tasks: set[asyncio.Task[None]], work: Coroutine[Any, Any, None]) -> None:
        task = self.group.create_task(work)
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    def later(self, work: Coroutine[Any, Any, None]) -> None:
        """Something that a trouble does after it was left."""
        self.group.create_task(work)

    def nothing_to_do(self) -> bool:
        """Whether nobody waits for anything any more, so that nothing can be seen to work."""
        return self.asking.done() and self.open_requests() == 0

    def open_requests(self) -> int:
        """How many; -1 while there is no database to read."""
        rows = self.stack.read(OPEN)
        return -1 if rows is None else len(rows)

    async def ask(self) -> None:
        """Spread the requests over the storm, however long it lasts."""
        share = len(self.troubles) / self.plan.deliveries
        acts = []
        for number in range(self.plan.deliveries):
            wait = time.monotonic() + 4 * share * self.plan.every
            while self.happened < number * share * 0.95 and time.monotonic() < wait:
                await asyncio.sleep(0.1)
            acts.append(await self.ask_one(number))
        await asyncio.gather(*acts)

    async def ask_one(self, number: int, deed: str | None = None) -> asyncio.Task[None]:
        """Let somebody ask; what they do then."""
        return self.group.create_task(self.crowd.act(await self.crowd.ask(number, deed)))

    async def kill_idle_workers(self) -> None:
        """Each worker dies once before anyone asks. A download that is alone in its worker at two
        deaths, while no other worker died, is rightly suspected of them and given up; here the
        cause is outside, and these deaths say so (`procs.store.jobs.recovery`)."""
        known = len(self.watch.kept("worker"))
        await self.stack.until(lambda: len(self.watch.kept("worker", OLD_ENOUGH)) >= max(known, 1))
        for one in self.watch.kept("worker", OLD_ENOUGH):
            send(one.pid, signal.SIGKILL)

    async def heal(self) -> None:
        async with self.telegram:
            await self.stack.telegram.heals()
            if self.plan.odd:  # what was lost was lost with a connection
                await self.stack.telegram.drops_connections()

    async def calm(self) -> None:
        """Everything asked is known or refused, and nothing is open any more; or nothing happens,
        and the verdict says what is missing. On a busy machine much is left then: as long as it
        arrives, it is waited for."""
        came, told = time.monotonic(), -1
        still = came
        while time.monotonic() - came < CALM and time.monotonic() - still < STILL:
            await asyncio.sleep(1.0)
            if (now := self.arrived()) != told:
                came, told = time.monotonic(), now
            if self.open_requests() or not self.news.is_out():
                still = time.monotonic()
                continue
            missing = unknown(self.stack, self.crowd.asked)
            if all([await self.was_refused(one) for one in missing]):
                return
        self.counts["not quiet"] += 1

    def arrived(self) -> int:
        """What came of requests and of the broadcast so far; it only grows."""
        rows = self.stack.read(ARRIVED)
        return int(rows[0][0]) if rows else -1

    async def was_refused(self, one: Asked) -> bool:
        return any(not m.media for m in await self.crowd.answers(one))

    async def clean_up(self) -> None:
        """A fresh keeper sweeps at its start; what nobody owns is gone soon after."""
        with suppress(TimeoutError):  # what is left then, the verdict says
            send(await self.stack.until(self.keeper, patience=SWEPT), signal.SIGKILL)
            await self.stack.until(lambda: not left_over(self.stack), patience=SWEPT)

    def keeper(self) -> int:
        """The pid of the keeper; 0, which would be our own process group, while there is none."""
        with suppress(NotUp, StopIteration):
            return self.stack.pid("keeper")
        return 0
