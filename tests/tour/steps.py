"""The steps of the tour, in their order. Another step is another function here, and a row of
STEPS."""

import asyncio
import shutil
import stat
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from daemon import __version__
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, LOOK
from tests.tour import tour_install
from tests.tour.tour_stack import LONG_PATIENCE, TourStack
from tests.unit.keeper.monitor.conftest import Hook

NEXT_VERSION = "99.0.0"


@dataclass
class Tour:
    """What the steps share: the stack, who is there, and the message that must not come twice."""

    stack: TourStack
    hook: Hook
    person: Person | None = None
    sent: Message | None = None

    @property
    def ann(self) -> Person:
        assert self.person is not None
        return self.person

    async def gets(self, sent: Message) -> None:
        await self.ann.sees(lambda m: m.media and m.reply == sent.id, timeout=LONG_PATIENCE)

    async def count(self, sent: Message) -> int:
        return len([m for m in await self.ann.history() if m.media and m.reply == sent.id])


async def installed(tour: Tour) -> None:
    stack = tour.stack
    tour_install.environment(stack.programs.parent)
    file = await asyncio.to_thread(tour_install.wheel, stack.home)
    await stack.runs(tour_install.install(stack.programs, file), f"pip install {file.name}")
    said = await stack.shows("--version")
    stack.promise(__version__ in said, "the version of this checkout is installed")


async def configured(tour: Tour) -> None:
    stack = tour.stack
    facts = stack.configure()
    print(f"# in {stack.env_file} so far: the loopback Telegram, the webhook, the backups' folder")
    said = await stack.shows("init", *facts)
    stack.promise("Telegram knows the bot" in said, "token, api_id and api_hash were tried live")
    mode = stat.S_IMODE(stack.env_file.stat().st_mode)
    stack.promise(mode == 0o600, f"the settings are their owner's alone (mode {mode:o})")
    said = await stack.shows("check")
    stack.promise("all fine" in said, "all settings are fine")


async def running(tour: Tour) -> None:
    stack = tour.stack
    print("$ chapar up &")
    await stack.up()
    async with asyncio.timeout(LONG_PATIENCE):
        # supervisord calls a process started once it has run for three seconds.
        while (await stack.says("status"))[0]:
            await asyncio.sleep(LOOK)
    await stack.shows("status")
    tour.person = await stack.telegram.person("Ann", language="en")
    hello = await tour.ann.starts()
    await tour.ann.sees(lambda m: m.id > hello.id, timeout=LONG_PATIENCE)
    tour.sent = await tour.ann.sends(stack.url(f"{CLIP}?before"))
    await tour.gets(tour.sent)
    print("Ann sent a link and has the film")


async def alerted(tour: Tour) -> None:
    """Six workers are killed within a minute, which is a storm of restarts; nobody loses a link."""
    stack = tour.stack
    sent = await tour.ann.sends(stack.url(f"{CLIP}?storm"))
    killed: set[int] = set()
    while len(killed) < 6:
        fresh = [one for one in stack.workers() if one.pid not in killed]
        for one in fresh:
            print(f"$ kill -9 {one.pid}    # {one.name}", flush=True)
            stack.kill(one.pid)
            killed.add(one.pid)
        await asyncio.sleep(0.2)
    async with asyncio.timeout(LONG_PATIENCE):
        while not any(a["kind"] == "restart-storm" for b in tour.hook.bodies for a in b["alerts"]):
            await asyncio.sleep(0.2)
    print("the webhook was posted:\n" + tour.hook.bodies[-1]["text"])
    told = await tour.ann.sees(lambda m: "die again and again" in m.text, timeout=LONG_PATIENCE)
    print(f"the admin reads in Telegram:\n{told.text}")
    await tour.gets(sent)
    stack.promise(await tour.count(sent) == 1, "the link of that minute was delivered, once")


async def backed_up(tour: Tour) -> None:
    said = await tour.stack.shows("backup", "now")
    await tour.stack.shows("backup", "list")
    tour.stack.promise("ok" in said, "the backup was verified by restoring it")


async def destroyed(tour: Tour) -> None:
    stack = tour.stack
    await stack.down()
    print(f"$ rm -rf {stack.state}")
    shutil.rmtree(stack.state)
    stack.promise(not stack.state.exists(), "the home is gone: database, sign-ins, logs")


async def restored(tour: Tour) -> None:
    stack = tour.stack
    missed = await tour.ann.sends(stack.url(f"{CLIP}?missed"))
    print("Ann sends another link while nothing runs")
    await stack.shows("restore", "latest", "--dry-run")
    await stack.shows("restore", "latest")
    print("$ chapar up &")
    await stack.up()
    await tour.gets(missed)
    assert tour.sent is not None
    stack.promise(await tour.count(missed) == 1, "what she sent meanwhile is delivered, once")
    stack.promise(await tour.count(tour.sent) == 1, "what she had is not sent again")


async def upgraded(tour: Tour) -> None:
    """A later version in the place of this one, while everything serves."""
    stack = tour.stack
    file = await asyncio.to_thread(tour_install.wheel, stack.home, version=NEXT_VERSION)
    await stack.runs(tour_install.install(stack.programs, file), f"pip install {file.name}")
    sent = await tour.ann.sends(stack.url(f"{CLIP}?upgrade"))
    took = await stack.shows("upgrade")
    stack.promise("on the backup's copy" in took, "the change was tried on a backup first")
    said = await stack.shows("--version")
    await tour.gets(sent)
    stack.promise(NEXT_VERSION in said, f"{NEXT_VERSION} is installed")
    stack.promise(await tour.count(sent) == 1, "a link of that time is delivered, once")
    await stack.shows("status")


Step = Callable[[Tour], Awaitable[None]]
#: Each with what it is called; those that wait for minutes are left out of the short form.
STEPS: tuple[tuple[str, Step], ...] = (
    ("installed", installed),
    ("configured", configured),
    ("running", running),
    ("alerted", alerted),
    ("backed up", backed_up),
    ("destroyed", destroyed),
    ("restored", restored),
    ("upgraded", upgraded),
)
LONG = {"alerted"}


def served(hook: Hook) -> threading.Thread:
    thread = threading.Thread(target=hook.serve_forever, daemon=True)
    thread.start()
    return thread
