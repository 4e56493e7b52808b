"""A site that takes us for a robot: everybody hears when it is tried again, and nothing is lost."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from procs.store import breakers, record
from tests.process.conftest import gets
from tests.sandbox.person import Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]


async def test_a_bot_check_makes_all_wait_until_a_time_they_are_told(
    healthy: Stack, meets: Meets
) -> None:
    ann, ben = await meets("fa"), await meets()
    here = healthy.url("").replace("127.0.0.1", "localhost")
    first = await ann.sends(f"{here}/walled/1{CLIP}")
    told = await ann.sees(lambda m: m.reply == first.id and "ربات نیستم" in m.text)
    second = await ben.sends(f"{here}{CLIP}?patient")
    word = await ben.sees(lambda m: m.reply == second.id and "not a robot" in m.text)

    assert re.search("ساعت [۰-۹]{2}:[۰-۹]{2} تهران", told.text)
    assert re.search(r"try again at \d\d:\d\d UTC \(in 10 minutes\)", word.text)
    _, said = await healthy.says("breakers")
    assert re.search(r"^localhost +default +open +.* bot-check ", said, re.M)

    assert (await healthy.says("breakers", "--close", "localhost"))[0] == 0

    await asyncio.gather(gets(ann, first), gets(ben, second))
    jobs = [job for job in record.latest(healthy.db) if job.kind == "fetch" and job.user == ben.id]
    assert [job.attempt for job in jobs] == [1]


async def test_a_busy_site_is_visited_again_when_it_said_by_one_and_then_by_all(
    healthy: Stack, meets: Meets
) -> None:
    ann, ben = await meets(), await meets()
    here = healthy.url("").replace("127.0.0.1", "localhost")
    first = await ann.sends(f"{here}/busy/1{CLIP}")
    await healthy.until(
        lambda: "site=localhost egress=default why=site-busy" in healthy.log("worker")
    )
    second = await ben.sends(f"{here}{CLIP}?busy")

    await asyncio.gather(gets(ann, first), gets(ben, second))

    found = {one.site: one for one in breakers.listed(healthy.db)}
    assert (found["localhost"].until, found["localhost"].failures) == (None, 0)
