"""How soon a download is dead after its person pressed the button."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable

import psutil
import pytest

from tests.sandbox.own_nursery import group_is_empty
from tests.sandbox.person import Person
from tests.sandbox.stack import SLOW, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]

#: Seconds from the press to the last process of the download; a quiet machine takes 8 ms.
AT_ONCE = 1.0
TURNS = 3


def groups(stack: Stack) -> set[int]:
    """The process groups of the downloads that run in this stack."""
    forks = {
        one.pid: one.ppid()
        for one in psutil.process_iter(["cmdline"])
        if "procs.engine.nursery.main" in (words := one.info["cmdline"] or ())
        and any(str(stack.home) in word for word in words)
    }
    return {os.getpgid(pid) for pid, parent in forks.items() if parent in forks}


async def dead(group: int) -> float:
    """The instant at which no process of a group is left."""
    while not group_is_empty(group):
        await asyncio.sleep(0.001)
    return time.monotonic()


async def test_a_press_of_the_button_kills_the_download_at_once(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    took = []
    for turn in range(TURNS):
        sent = await ann.sends(healthy.url(f"{SLOW}?rate=200000&press={turn}"))
        shown = await ann.sees(lambda m, sent=sent: m.reply == sent.id and "Downloading" in m.text)
        (group,) = groups(healthy)
        death = asyncio.create_task(dead(group))
        await asyncio.sleep(0)

        began = time.monotonic()
        await ann.presses(shown.buttons[0][0]["data"], shown)

        took.append(await death - began)
        await ann.sees(lambda m, sent=sent: m.reply == sent.id and "ancelled" in m.text)
    assert sorted(took)[1] < AT_ONCE
