"""A site that fails: who is held up by it, for how long, and what they are told."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest

from procs.store.reports import job_record
from procs.store.sites import breakers
from tests.process.conftest import gets, got
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
#: People who ask while the site is down, and links of each.
PEOPLE, LINKS = 12, 10
#: Some of them are looking at any moment.
MOST_OF_THEM = 100
#: Seconds in which all of them are to be on their way again: the longest rest, and a look.
SECONDS = 30.0


def here(stack: Stack) -> str:
    """The site under a name of its own, which other tests do not use."""
    return stack.url("").replace("127.0.0.1", "localhost")


def waiting(stack: Stack) -> int:
    """Jobs of people that wait for a breaker."""
    return sum(
        (job.error or "").startswith(breakers.WAITS) and job.state.name == "LATER"
        for job in job_record.alive(stack.db)
        if job.kind != "trial"
    )


def is_shut(stack: Stack) -> bool:
    return any(one.is_shut_to_all for one in breakers.listed(stack.db))


async def test_one_persons_dead_links_hold_up_nobody_else(healthy: Stack, meets: Meets) -> None:
    ann, ben = await meets(), await meets()
    await ann.sends(" ".join(f"{here(healthy)}/status/500?{n}" for n in range(10)))
    await healthy.until(lambda: healthy.log("worker").count("error=site-broken") >= 10)

    sent = await ben.sends(f"{here(healthy)}{CLIP}?fair")
    await gets(ben, sent)

    (job,) = [
        one for one in job_record.latest(healthy.db) if one.kind == "fetch" and one.user == ben.id
    ]
    assert job.attempt == 1
    assert "later" not in " ".join(job.story)
    assert not is_shut(healthy)
    await ann.sends("/cancel all")  # else they are one voice of those who fail in what follows
    await ann.sees("Cancelled")


@pytest.mark.long
async def test_all_who_waited_for_a_site_go_on_within_seconds_of_its_recovery(
    healthy: Stack, meets: Meets
) -> None:
    await healthy.says("breakers", "--close", "localhost")
    people = await asyncio.gather(*(meets() for _ in range(PEOPLE)))
    await healthy.outage("on")
    sent: list[tuple[Person, Message]] = []
    for person in people:
        links = (f"{here(healthy)}/episode/{person.id}{n}{CLIP}" for n in range(LINKS))
        sent.append((person, await person.sends(" ".join(links))))
    await healthy.until(lambda: is_shut(healthy))
    await healthy.until(lambda: waiting(healthy) >= MOST_OF_THEM, 120.0)

    await healthy.outage("off")

    await healthy.until(lambda: waiting(healthy) == 0, SECONDS)
    assert not is_shut(healthy)
    for person, message in sent:
        while len(await got(person, message)) < LINKS:
            await person.history(60.0)


async def test_a_bot_check_makes_all_wait_until_a_time_they_are_told(
    healthy: Stack, meets: Meets
) -> None:
    await healthy.says("breakers", "--close", "localhost")  # what others met is forgotten
    ann, ben, cem = await meets("fa"), await meets(), await meets()
    first = await ann.sends(f"{here(healthy)}/walled/1{CLIP}")
    told = await ann.sees(lambda m: m.reply == first.id and "ربات نیستم" in m.text)
    second = await ben.sends(f"{here(healthy)}/walled/2{CLIP}")
    await ben.sees(lambda m: m.reply == second.id and "not a robot" in m.text)
    third = await cem.sends(f"{here(healthy)}{CLIP}?patient")
    word = await cem.sees(lambda m: m.reply == third.id and "not a robot" in m.text)

    assert re.search("ساعت [۰-۹]{2}:[۰-۹]{2} تهران", told.text)
    # Ten minutes, and the jitter between those who wait.
    assert re.search(r"try again at \d\d:\d\d UTC \(in 1[01] minutes\)", word.text)
    _, said = await healthy.says("breakers")
    assert re.search(r"^localhost +default +all +open +.* bot-check ", said, re.M)

    assert (await healthy.says("breakers", "--close", "localhost"))[0] == 0

    await asyncio.gather(gets(ann, first), gets(ben, second), gets(cem, third))
    jobs = [
        job for job in job_record.latest(healthy.db) if job.kind == "fetch" and job.user == cem.id
    ]
    assert [job.attempt for job in jobs] == [1]


async def test_a_busy_site_is_visited_again_when_it_said(healthy: Stack, meets: Meets) -> None:
    await healthy.says("breakers", "--close", "localhost")
    ann, ben = await meets(), await meets()
    first = await ann.sends(f"{here(healthy)}/busy/1{CLIP}")
    await healthy.until(lambda: "why=site-busy" in healthy.log("worker"))
    second = await ben.sends(f"{here(healthy)}{CLIP}?busy")

    await asyncio.gather(gets(ann, first), gets(ben, second))

    assert [one.until for one in breakers.listed(healthy.db) if one.site == "localhost"]
    assert not is_shut(healthy)
    assert not any(one.until for one in breakers.listed(healthy.db) if one.person == ann.id)
