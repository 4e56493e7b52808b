"""200 people who press and send at once: how late the bot's loop is, and what an update costs."""

import asyncio
import json
import signal
import sys

from bench.chat.times import PATIENCE
from procs.texts import i18n
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import ROOT, Stack

#: How many people there are; each presses once and sends once.
PEOPLE, UPDATES_EACH = 200, 2
#: Seconds in which all of them are answered: the bot may say thirty things a second.
ALL_PATIENCE = 300.0


async def measure() -> dict[str, float]:
    """The servers of a stack, and a bot alone."""
    stack = Stack(judged=False, log_level="WARNING")
    stack.home.mkdir(parents=True, exist_ok=True)
    try:
        await asyncio.gather(*(server.start() for server in stack.servers.values()))
        async with stack.telegram:
            said = await storm(stack)
    finally:
        await asyncio.gather(*(server.stop() for server in stack.servers.values()))
    stack.remove()
    return {
        "bot_loop_stall_p99_ms": 1000 * said["stall"],
        "bot_cpu_ms_per_update": 1000 * said["cpu"] / (PEOPLE * UPDATES_EACH),
    }


async def storm(stack: Stack) -> dict[str, float]:
    """Start the bot, let all people press and send at once, and return what it printed."""
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.chat.listener"),
        cwd=ROOT,
        env=stack.environment,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        await stack.until_listening()
        people = [await stack.telegram.person(f"Person {n}") for n in range(PEOPLE)]
        menus = await asyncio.gather(*(menu(person) for person in people))
        bot.send_signal(signal.SIGUSR1)
        pairs = zip(people, menus, strict=True)
        await asyncio.gather(*(presses_and_sends(stack, *one) for one in pairs))
    finally:
        bot.terminate()
        out, _ = await bot.communicate()
    figures: dict[str, float] = json.loads(out.splitlines()[-1])
    return figures


async def menu(person: Person) -> Message:
    """The menu of settings, opened by a person."""
    await person.sends("/settings")
    return await person.sees(lambda m: bool(m.buttons), timeout=ALL_PATIENCE)


async def presses_and_sends(stack: Stack, person: Person, page: Message) -> None:
    """Press a button and send a link at the same time, and wait for both answers."""
    label = i18n.say("en", "set-digits-title")
    link = stack.url(f"/clip.mp4?of={person.id}")
    pressing = person.presses(label, page, patience=PATIENCE)
    _, sent = await asyncio.gather(pressing, person.sends(link))
    await person.sees(lambda m: m.reply == sent.id, timeout=ALL_PATIENCE)
