"""A storm over the whole product: people ask, processes die, connections break, answers are lost,
Telegram goes away. What arrived is read from the loopback Telegram's own record of messages."""

import asyncio
import os
import random
import signal
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import psutil

from tests.chaos.verdict import Verdict, left_over, verdict
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

#: A film that one message holds; the clip is above LIMIT, and comes in parts.
SMALL, LIMIT = "/small.mp4", "1MiB"
#: Bytes a second that all uploads share, so that many are met by a kill.
UPLOADS = 3_000_000
#: Seconds that may pass after the last kill until everything has arrived.
CALM = 240.0
#: Seconds in which a fresh keeper has removed what nobody owns.
SWEPT = 30.0
OPEN = "SELECT COUNT(*) FROM requests WHERE state = 'open' OR closed_at IS NULL"
KNOWN = "SELECT COUNT(*) FROM requests"
NURSERY = "procs.engine.nursery.main"
#: Seconds that a victim has lived: supervisord gives up on what dies twenty times in a row before
#: it counts as started (3 s), which is right, and not what is tried here.
OLD_ENOUGH = 4.0

#: What dies how often, in shares.
VICTIMS = {"worker": 14, "bot": 3, "nursery": 2, "keeper": 1}
#: What else happens, one for every few kills.
TROUBLES = ("drop", "refuse", "break", "swallow", "swallow-done", "repeat", "reference")
#: What happens besides at a Telegram that is sloppy, or not the one we know.
ODD = ("drop", "salts", "sessions", "difference", *("habit",) * 8)
#: Such a server kills no more, but the one that listens is met by more of it.
ODD_VICTIMS = {"worker": 8, "bot": 8, "nursery": 1, "keeper": 1}
HABITS: tuple[dict[str, Any], ...] = (
    {"counts": [2, 0], "late": 0.5},
    {"counts": [0, 2], "late": 0.5, "twice": 0.3},
    {"lost": 0.3, "late": 0.3, "twice": 0.3},
    {"lost": 0.5, "counts": [2, 0]},
    {"shape": "short", "lost": 0.2},
    {"shape": "min", "late": 0.5},
    {"shape": "gzip", "twice": 0.5},
    {"shape": "mixed", "late": 0.5},
    {"shape": "unknown"},
    {"shape": "too long", "lost": 0.3},
    {"shape": "answers"},
    {"announces": True, "lost": 0.3},
    {"refused": ["empty"]},
    {"refused": ["empty", "self"], "counts": [2, 0], "late": 0.5},
    {"refused": ["chat", "self"]},
)


@dataclass(frozen=True)
class Plan:
    """How large a storm. `every`: seconds between two kills on average; `films` are the different
    links that people ask for; `outages`: how often Telegram itself is stopped and started; `odd`:
    it is not the one we know."""

    people: int
    deliveries: int
    kills: int
    films: int
    every: float
    outages: int = 0
    seed: int = 1
    odd: bool = False


@dataclass
class Storm:
    """Runs a plan over a stack."""

    stack: Stack
    plan: Plan
    sent: list[tuple[Person, Message]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.plan.seed)
        #: Held while Telegram itself is away: then nobody can write, and no trouble be ordered.
        self.telegram = asyncio.Lock()
        self.over = asyncio.Event()

    async def run(self) -> Verdict:
        people = [await self.stack.telegram.person(f"P{n}") for n in range(self.plan.people)]
        for person in people:
            await person.starts()
        await self.tighten()
        await self.kill_idle_workers()
        asking = asyncio.create_task(self.ask(people))
        await self.kill_all()
        await asking
        async with self.telegram:
            await self.stack.telegram.heals()
            if self.plan.odd:  # what was lost was lost with a connection
                await self.stack.telegram.drops_connections()
        await self.calm()
        await self.clean_up()
        return await verdict(self.stack, self.sent, self.counts)

    async def kill_idle_workers(self) -> None:
        """Each worker dies once before anyone asks. A download that is alone in its worker at two
        deaths, while no other worker died, is rightly suspected of them and given up; here the
        cause is outside, and these deaths say so (`procs.store.jobs.recovery`)."""

        def grown() -> list[int]:
            pids = self.pids("worker")
            return pids if pids and min(map(age, pids)) >= OLD_ENOUGH else []

        for pid in await self.stack.until(grown):
            os.kill(pid, signal.SIGKILL)

    async def tighten(self) -> None:
        """Telegram's limits are enforced, and uploads are slow."""
        telegram = self.stack.telegram
        await telegram.throttles(UPLOADS)
        await telegram.limits("messages.send*", 30, 1.0)
        await telegram.limits("messages.send*", 5, 1.0, per_chat=True)
        await telegram.limits("messages.editMessage", 5, 1.0)

    async def ask(self, people: list[Person]) -> None:
        """Spread the requests over the storm."""
        pause = self.plan.kills * self.plan.every * 0.9 / self.plan.deliveries
        for number in range(self.plan.deliveries):
            person = people[number % len(people)]
            # Each in a row of their own: what one person asks again while it is under way is
            # answered with where it is, and is no request.
            film = (number * 3 + number // len(people)) % self.plan.films
            async with self.telegram:
                path = CLIP if film % 2 else SMALL
                message = await person.sends(self.stack.url(f"{path}?film={film}"))
            self.sent.append((person, message))
            await asyncio.sleep(pause)

    async def kill_all(self) -> None:
        away = {
            self.plan.kills * (n + 1) // (self.plan.outages + 1) for n in range(self.plan.outages)
        }
        while self.counts["kills"] < self.plan.kills:
            await asyncio.sleep(self.dice.uniform(0.2, 1.8) * self.plan.every)
            self.kill_one()
            if self.dice.random() < 0.5:
                await self.trouble(self.dice.choice(TROUBLES))
            if self.plan.odd:
                await self.oddity(self.dice.choice(ODD))
            if self.counts["kills"] in away:
                away.discard(self.counts["kills"])
                await self.outage()

    def kill_one(self) -> None:
        victims = ODD_VICTIMS if self.plan.odd else VICTIMS
        kind = self.dice.choices(list(victims), list(victims.values()))[0]
        pids = self.nurseries() if kind == "nursery" else self.pids(kind)
        old = [pid for pid in pids if age(pid) >= OLD_ENOUGH]
        if not old:
            return
        os.kill(self.dice.choice(old), signal.SIGKILL)
        self.counts["kills"] += 1
        self.counts[f"kills of {kind}"] += 1

    def pids(self, kind: str) -> list[int]:
        """The processes that supervisord keeps under this name."""
        known = self.stack.supervisor.processes()
        return [one.pid for one in known if one.pid and one.title.split(":")[0] == kind]

    def nurseries(self) -> list[int]:
        """The nursery of this stack, which no supervisor keeps; its children share its name."""
        mine = {NURSERY, str(self.stack.state / "run")}
        found = {
            process.pid: process.ppid()
            for process in psutil.process_iter(["cmdline"])
            if mine <= set(process.info["cmdline"] or [])
        }
        return [pid for pid, parent in found.items() if parent not in found]

    async def trouble(self, what: str) -> None:
        telegram = self.stack.telegram
        self.counts[what] += 1
        async with self.telegram:
            match what:
                case "drop":
                    await telegram.drops_connections()
                case "refuse":
                    await telegram.fails("messages.send*", "500 RPC_CALL_FAIL", times=3)
                case "break":
                    await telegram.fails("upload.*", "500 RPC_CALL_FAIL", times=5, close=True)
                case "swallow":
                    await telegram.swallows("messages.send*", close=True)
                case "swallow-done":
                    await telegram.swallows("messages.send*", times=2, done=True)
                case "repeat":
                    await telegram.refuses_repeats(2)
                case "reference":
                    await telegram.expires_references()

    async def oddity(self, what: str) -> None:
        telegram = self.stack.telegram
        async with self.telegram:
            match what:
                case "drop":
                    await telegram.drops_connections()
                case "salts":
                    await telegram.renews_salts()
                case "sessions":
                    await telegram.loses_sessions()
                case "difference":
                    times = self.dice.randint(1, 12)
                    await telegram.fails("updates.getDifference", "500 INTERNAL", times=times)
                case "habit":
                    habit = self.dice.choice(HABITS)
                    what = " ".join(f"{name}={value}" for name, value in habit.items())
                    await telegram.behaves(**habit)
        self.counts[f"odd: {what}"] += 1

    async def outage(self) -> None:
        """Telegram is stopped, and started again on the same port with the same memory."""
        self.counts["outages"] += 1
        async with self.telegram:
            server, control = self.stack.servers["telegram"], self.stack.telegram
            port = control.address.rpartition(":")[2]
            await control.__aexit__()
            await server.stop()
            if "--port" not in server.words:
                server.words = (*server.words, "--port", port)
            await server.start()
            await control.__aenter__()
            await self.tighten()

    async def calm(self) -> None:
        """Everything asked is known, and nothing is open any more."""
        db = self.stack.db

        def quiet() -> bool:
            known, unfinished = db.one(KNOWN), db.one(OPEN)
            return bool(known and unfinished) and (known[0], unfinished[0]) == (len(self.sent), 0)

        try:
            await self.stack.until(quiet, patience=CALM)
        except TimeoutError:
            self.counts["not quiet"] += 1

    async def clean_up(self) -> None:
        """A fresh keeper sweeps at its start; what nobody owns is gone soon after."""
        self.stack.kill(self.stack.pid("keeper"))
        with suppress(TimeoutError):  # what is left then, the verdict says
            await self.stack.until(lambda: not left_over(self.stack), patience=SWEPT)


def age(pid: int) -> float:
    """Seconds that a process has lived; 0 when it is gone."""
    try:
        return time.time() - psutil.Process(pid).create_time()
    except psutil.NoSuchProcess:
        return 0.0
