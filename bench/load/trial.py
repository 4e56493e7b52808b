"""One run of a scenario over a stack of its own, from the start of the stack to the result."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from math import inf
from pathlib import Path
from typing import Any

from bench.load import cpu_limits, links, machine, schedule
from bench.load.crowd import Asked, Crowd
from bench.load.outcome import Outcome, loose_answers
from bench.load.scenario import Scenario
from bench.load.usage import NOTHING_READ, UNREAD, Usage
from procs.config.setting_sources import SettingText
from procs.config.setting_table import SECRETS
from tests.chaos.remains import UNCERTAIN, left_over, number
from tests.sandbox import long_heap
from tests.sandbox.person import Message
from tests.sandbox.stack import Stack

OPEN = "SELECT COUNT(*) FROM requests WHERE state = 'open' OR closed_at IS NULL"
#: Seconds that files of finished jobs may still be there.
SWEPT = 20.0
#: Seconds that the last requests have where the test was interrupted.
HURRIED = 15.0
#: Seconds between two samples, and before the load so that the beginning is seen.
BEAT = 1.0

#: Seconds after its media within which a request is over in the record.
CLOSED = 1.0
#: Seconds for which Telegram keeps the bytes of what it was sent.
KEPT = 60.0

Progress = Callable[[dict[str, Any]], None]


class Trial:
    """Plays a scenario, and says what became of it. Making one raises BadScenario."""

    def __init__(self, scenario: Scenario, progress: Progress, cores: float | None = None) -> None:
        self.scenario = scenario
        self.cores = cores
        self.progress = progress
        self.plan = schedule.asks(scenario)
        links.judge(self.plan)
        self.outcome = Outcome()
        self.quiet = True
        #: Whether somebody ended it before everybody had written.
        self.interrupted = False
        self.writing: Crowd | None = None
        self.spans: dict[str, float] = {}

    async def run(self) -> dict[str, Any]:
        """The whole result, fit for JSON."""
        about, result = machine.facts(), {}
        stack = self.made(self.scenario.settings)
        try:
            self.prepare(stack)
            async with stack, long_heap.kept_apart():
                result = await self.played(stack)
        except TimeoutError:
            if not result:
                raise
            result["never_ended"] = True
        finally:
            stack.remove()
        held = {"held_to_cores": self.cores, "settings": settings(stack)}
        return {"machine": about, **held, **result}

    async def played(self, stack: Stack) -> dict[str, Any]:
        """Have the people come to a stack that is up: what became of it."""
        self.progress({"phase": "people come", "asked": 0, "of": len(self.plan)})
        self.crowd = Crowd(stack.telegram, stack.url(""), self.scenario)
        await self.crowd.gathers(len(self.plan))
        self.usage = Usage(stack)
        with cpu_limits.held(self.usage.every(), self.cores):
            await self.load()
        return await self.judged()

    def interrupt(self) -> bool:
        """Let nobody write any more and judge what was asked so far. False when there is nothing to
        judge yet, or it was said before."""
        if self.writing is None or self.writing.ended.is_set():
            return False
        self.interrupted = True
        self.writing.ended.set()
        return True

    def prepare(self, stack: Stack) -> None:
        """Give a stack that is not yet started the scenario's rule for sites. Ctrl-C reaches the
        test alone, which ends it."""
        for one in (stack, *stack.servers.values()):
            one.group = 0
        stack.state.mkdir(mode=0o700, parents=True)
        rules = stack.state / "sites.toml"
        rules.write_text(f"[default]\nconcurrency = {self.scenario.site_concurrency}\n")
        rules.chmod(0o600)

    def made(self, settings: dict[str, Any]) -> Stack:
        """A stack of its own with these settings."""
        return Stack(judged=False, **settings)

    async def load(self) -> None:
        """The people come, and afterwards everything has time to arrive."""
        watching = asyncio.create_task(self.watch())
        self.began, self.writing = time.time(), self.crowd
        await self.crowd.plays(self.plan)
        self.spans["asked_s"] = time.time() - self.began
        try:
            await self.crowd_is_served()
        except TimeoutError:
            self.quiet = False
        await self.crowd.gives_up()
        self.spans["served_s"] = time.time() - self.began
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        with suppress(*UNREAD):
            await self.usage.sample()

    async def crowd_is_served(self) -> None:
        """Wait until no request is open and nobody looks for a button, for a beat long: what was
        sent last is on its way to the bot. Raises TimeoutError where a request is open after the
        scenario's `drain` seconds, or fewer where somebody waits for the end."""
        began = busy_at = time.monotonic()
        while (at := time.monotonic()) - busy_at < BEAT:
            is_open = self.is_open()
            busy_at = at if is_open or self.crowd.is_pressing() else busy_at
            if at - began > (HURRIED if self.interrupted else self.scenario.drain):
                if is_open:
                    raise TimeoutError
                return
            await asyncio.sleep(BEAT / 4)

    def is_open(self) -> bool:
        """Whether a request is open, or nobody can tell."""
        try:
            return number(self.usage.stack, OPEN) > 0
        except UNREAD:
            return True

    async def watch(self) -> None:
        """Sample the stack once a second, for ever, and report how far the load is."""
        while True:
            try:
                row = await self.usage.sample()
            except UNREAD:  # the product is down: that is for the verdict to say
                self.crowd.counts["samples missed"] += 1
                await asyncio.sleep(BEAT)
                continue
            await asyncio.to_thread(forget, self.usage.stack.home / "telegram" / "files")
            asked = len(self.crowd.asked)
            self.progress({"phase": "load", "asked": asked, "of": len(self.plan), **row})
            await asyncio.sleep(BEAT)

    async def judged(self) -> dict[str, Any]:
        """Compare what every person received with what was due, and add what is left behind."""
        stack = self.usage.stack
        everybody = {one.id: one for one in (*self.crowd.people, *self.crowd.before)}
        histories = {person: await one.history() for person, one in everybody.items()}
        shown = by_peer(await stack.telegram.calls("messages.setTyping"))
        asked = by_person(self.crowd.asked)
        for person, chat in histories.items():
            self.judge(asked.get(person, []), chat, shown.get(person, []))
            self.outcome.strays(everybody[person].name, asked.get(person, []), chat, self.began)
        self.outcome.compare()
        with suppress(TimeoutError):
            await stack.until(lambda: not left_over(stack), patience=SWEPT)
        said = [m for chat in histories.values() for m in chat if not m.mine]
        limits = {
            "files_left": left_over(stack),
            "limits_broken": await stack.telegram.violations(),
            "messages": sum(message.at >= self.began for message in said),
            "flood_waits": len(await stack.telegram.refusals()),
            "uncertain": number(stack, UNCERTAIN),
            "product_ended": not stack.supervisor.is_up(),
            "never_ended": False,
            "unwritten": self.crowd.unwritten,
            "quiet_in_time": self.quiet,
            "interrupted": self.interrupted,
            "planned": len(self.plan),
        }
        return {**self.spans, **self.outcome.facts(), **limits, **self.told()}

    def judge(self, ours: list[Asked], chat: list[Message], shown: list[float]) -> None:
        """Compare what one person asked for with their chat."""
        loose = loose_answers(ours, chat)
        for one in ours:
            own = [loose[one.message.id]] if one.message.id in loose else []
            left = leaves(one, ours, self.scenario.drain) or repeats(one, ours, chat)
            about: dict[str, Any] = {"shown": shown, "loose": own, "free": left}
            self.outcome.judge(one, chat, self.began, **about, cut=self.interrupted)

    def told(self) -> dict[str, Any]:
        """What was measured, for the result."""
        series = self.outcome.series
        late = sorted(one.late for one in self.crowd.asked)
        return {
            "people": self.crowd.counts,
            "latency": {name: one.facts() for name, one in sorted(series.items())},
            "points": {name: one.points for name, one in sorted(series.items())},
            "arrivals": [round(ask.at, 3) for ask in self.plan],
            "generator_late_max_s": round(late[-1], 4) if late else 0.0,
            "usage": self.usage.rows or [NOTHING_READ],
        }


def by_peer(calls: list[dict[str, Any]]) -> dict[int, list[float]]:
    """The instants of calls by the chat that they name."""
    found: dict[int, list[float]] = {}
    for call in calls:
        found.setdefault(int(call["peer"] or 0), []).append(float(call["at"]))
    return found


def by_person(asked: list[Asked]) -> dict[int, list[Asked]]:
    """What each person asked for, by the person's id."""
    found: dict[int, list[Asked]] = {}
    for one in asked:
        found.setdefault(one.person.id, []).append(one)
    return found


def leaves(one: Asked, ours: list[Asked], within: float) -> bool:
    """Whether the person blocked the bot while what they had asked for may have been on its way:
    with that they leave all of it."""
    blocked = (other.message.at for other in ours if other.ask.deed == "block")
    return any(0 <= at - one.message.at <= within for at in blocked)


def repeats(one: Asked, ours: list[Asked], chat: list[Message]) -> bool:
    """Whether the person had asked for the same known link before, and it was on its way: the bot
    answers once, by pointing to what is on its way, however often it is asked for."""
    if one.ask.kind != "known":
        return False
    same = [
        other for other in ours if (other.ask.kind, other.ask.number) == ("known", one.ask.number)
    ]
    came = {m.reply: m.at for m in chat if m.media and not m.mine}
    over = -inf
    for other in sorted(same, key=lambda other: other.message.id):
        again = other.message.at < over + CLOSED
        if other is one:
            return again
        if not again or other.message.id in came:
            over = came.get(other.message.id, inf)
    return False


def settings(stack: Stack) -> dict[str, str]:
    """What the product was told beyond its defaults, without secrets."""
    told = {k: v for k, v in stack.environment.items() if k.startswith("CHAPAR_")}
    return {
        name: SettingText(name, text, "environment").shown
        for name, text in sorted(told.items())
        if name not in SECRETS
    }


def forget(folder: Path) -> None:
    """Delete the bytes of files that Telegram has had for a while: it keeps their sums, which are
    judged, and an hour of load would be many gigabytes."""
    for path in folder.glob("*"):
        with suppress(OSError):
            if path.suffix != ".part" and time.time() - path.stat().st_mtime > KEPT:
                path.unlink()
