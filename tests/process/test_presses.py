"""The bot is killed around a press: its effect is there once, and only once."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest

from procs.store.people import preferences
from tests import request_record
from tests.process.conftest import gets, got
from tests.sandbox.person import Message, Person
from tests.sandbox.stack import CLIP, Stack
from tests.sandbox.telegram.desk import Refused

pytestmark = pytest.mark.asyncio(loop_scope="session")
Meets = Callable[..., Awaitable[Person]]
ANSWER = "messages.setBotCallbackAnswer"


async def history(stack: Stack, person: Person, name: str) -> Message:
    """The history of somebody who was sent a clip."""
    sent = await person.sends(stack.url(f"{CLIP}?{name}"))
    await gets(person, sent)
    await stack.until(lambda: [row.state for row in of(stack, person)] == ["delivered"])
    asked = await person.sends("/history")
    return await person.sees(lambda m: m.reply == asked.id)


def of(stack: Stack, person: Person) -> list[request_record.Past]:
    return [row for row in request_record.latest(stack.db) if row.user == person.id]


def asked_for(stack: Stack, person: Person) -> int:
    return len(of(stack, person))


async def lost(person: Person, page: Message) -> None:
    """A press whose answer never comes."""
    with suppress(Refused):
        await person.presses("⚡ 1", page, patience=3)


async def listens(stack: Stack, person: Person, dead: int) -> None:
    """Another bot is there, and answers."""
    await stack.until(lambda: stack.pid("bot") not in (0, dead))
    sent = await person.sends("/ping")
    await person.sees(lambda m: m.reply == sent.id, timeout=60)


@pytest.mark.long
async def test_a_press_that_a_killed_bot_never_read_takes_effect_once(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    page = await history(healthy, ann, "unread")
    pid = healthy.pid("bot")
    healthy.kill(pid, signal.SIGSTOP)
    await lost(ann, page)
    healthy.kill(pid)
    await listens(healthy, ann, pid)

    told = await ann.presses("⚡ 1", page)

    assert told["text"] in ("⚡ On its way.", "That is done already.")
    await gets(ann, page)
    assert asked_for(healthy, ann) == 2
    assert len(await got(ann, page)) == 1


@pytest.mark.long
async def test_a_press_that_took_effect_before_the_kill_takes_none_after_it(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    page = await history(healthy, ann, "unanswered")
    pid = healthy.pid("bot")
    hold = await healthy.telegram.holds(ANSWER)
    pressed = asyncio.create_task(lost(ann, page))
    await hold.reached(30)
    healthy.kill(pid)
    await hold.release()
    await pressed
    await listens(healthy, ann, pid)

    told = await ann.presses("⚡ 1", page)

    assert told["text"] == "That is done already."
    await gets(ann, page)
    assert asked_for(healthy, ann) == 2
    assert len(await got(ann, page)) == 1


async def test_what_is_set_by_a_button_holds_in_the_process_of_another(
    healthy: Stack, meets: Meets
) -> None:
    ann = await meets()
    await ann.sends("/settings")
    menu = await ann.sees("⚙️ Your settings")
    await ann.presses("🎬 Form: ask me", menu)
    page = await ann.sees_edit(menu, lambda m: m.button("mp3"))
    await ann.presses("mp3", page)

    assert preferences.read(healthy.db, ann.id).form == "mp3"
    sent = await ann.sends(healthy.url(f"{CLIP}?usual"))
    media = await gets(ann, sent)
    assert media.kind == "audio"
