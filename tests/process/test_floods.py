"""Two thousand links of one person: how long they themselves, and others, wait for a word."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.process.conftest import PATIENCE, gets
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
#: Links, and how many of them one person may have on the way (the default).
LINKS, MOST = 2000, 100
#: Seconds for a word to somebody who looks at the screen, on a machine that does much else: what a
#: flood costs the bot is 1.3 s of a core.
SECONDS = 12.0


async def replied(person: Person, sent: Message) -> Message:
    return await person.sees(lambda m: m.reply == sent.id, timeout=PATIENCE)


def accepted(stack: Stack, person: Person) -> int:
    facts = {"user": person.id}
    ((count,),) = stack.db.all("SELECT COUNT(*) FROM requests WHERE user_id = :user", facts)
    return int(count)


@pytest.mark.long
async def test_a_flood_holds_up_neither_its_own_cancel_nor_anybody_else(
    healthy: Stack, meets: Meets
) -> None:
    ann, ben = await meets(), await meets()
    here = healthy.url("").replace("127.0.0.1", "localhost")
    await asyncio.gather(*(ann.sends(f"{here}/hang/{n}{CLIP}") for n in range(LINKS)))

    stopped, asked = await asyncio.gather(ann.sends("/cancel"), ben.sends(f"{here}{CLIP}?between"))

    word, status = await asyncio.gather(replied(ann, stopped), replied(ben, asked))
    assert "is cancelled" in word.text
    assert word.at - stopped.at < SECONDS
    assert status.at - asked.at < SECONDS
    await gets(ben, asked)
    await healthy.until(lambda: accepted(healthy, ann) >= MOST)
    await ann.sees("left the others out", timeout=PATIENCE)

    everything = await ann.sends("/cancel all")
    told = await replied(ann, everything)

    assert told.text.startswith("Cancelled: ")
    assert told.at - everything.at < SECONDS
    left = "SELECT COUNT(*) FROM requests WHERE user_id = :user AND state = 'open'"
    await healthy.until(lambda: healthy.db.one(left, {"user": ann.id}) == (0,))
    full = [m for m in await ann.history() if "left the others out" in m.text]
    assert len(full) == 1
    assert accepted(healthy, ann) <= MOST + 1
