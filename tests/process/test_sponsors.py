"""The sponsor gate by the real stack: what waits goes on once, whenever the bot is killed."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from procs.core import clock
from procs.store.sponsors import held_messages, sponsor_rows
from tests.process.conftest import PATIENCE, got, is_whole
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack
from tests.sandbox.telegram.group import Group

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
SEND, EDIT = "messages.sendMessage", "messages.editMessage"


@pytest_asyncio.fixture(loop_scope="session")
async def channel(healthy: Stack) -> AsyncIterator[Group]:
    """A sponsor's channel, while the test lasts."""
    channel = await healthy.telegram.group("Films", broadcast=True, bot="admin")
    link = await channel.invites(healthy.telegram.bot)
    facts = {"chat": channel.chat_id, "access": 0, "title": "Films", "nick": "", "own": True}
    sponsor = sponsor_rows.add(healthy.db, {**facts, "link": link}, now=clock.now())
    yield channel
    sponsor_rows.remove(healthy.db, sponsor.id)


async def killed(stack: Stack) -> None:
    pid = stack.pid("bot")
    stack.kill(pid)
    await stack.until(lambda: stack.pid("bot") not in (0, pid))


def pages(chat: list[Message], sent: Message) -> list[Message]:
    """What answered a link besides its media and what became of it."""
    return [
        m
        for m in chat
        if m.reply == sent.id
        and not m.mine
        and any("please join" in form for form in (m.text, *(one["text"] for one in m.edits)))
    ]


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param("its page is sent", marks=pytest.mark.long),
        pytest.param("it waits", marks=pytest.mark.long),  # the demo shows it too
        "it goes on",
    ],
)
async def test_a_link_that_waits_goes_on_once_whenever_the_bot_is_killed(
    healthy: Stack, meets: Meets, channel: Group, moment: str
) -> None:
    person = await meets()
    hold = await healthy.telegram.holds(SEND, done=True) if moment == "its page is sent" else None
    sent = await person.sends(healthy.url(f"{CLIP}?{moment.replace(' ', '-')}"))
    if hold:
        await hold.reached()
        await killed(healthy)
        await hold.release()
    asked = await person.sees(lambda m: m.reply == sent.id and m.button("🔗"), timeout=PATIENCE)
    link = asked.button("🔗")
    assert link
    assert not await got(person, sent)

    hold = await healthy.telegram.holds(EDIT) if moment == "it goes on" else None
    if moment == "it waits":
        healthy.kill(healthy.pid("bot"))
    await person.follows(link["url"])
    if hold:
        await hold.reached()
        await killed(healthy)
        await hold.release()

    await person.sees(lambda m: m.media and m.reply == sent.id, timeout=PATIENCE)
    await person.sees_edit(asked, lambda m: "Thank you" in m.text, timeout=PATIENCE)
    await healthy.until(lambda: is_whole(healthy) and not held_messages.people(healthy.db))
    assert len(await got(person, sent)) == 1
    assert pages(await person.history(), sent) == [person.known[asked.id]]
